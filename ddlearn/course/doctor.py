"""The doctor: says, in words, what is wrong with this machine and how to mend it.

Each check is one function of a `Machine`; the order below is the order of the page. "fail" means that lessons cannot
run or that work would be lost; "warn", that they run but could do better.
"""

import html
import re
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from packaging.version import Version

import ddlearn
from ddlearn import compute
from ddlearn.classroom import page
from ddlearn.course.machine import Machine

State = Literal["ok", "warn", "fail"]
SYMBOLS = {"ok": "✓", "warn": "!", "fail": "✗"}
WORDS = {"ok": "good", "warn": "could be better", "fail": "must be mended"}
OLDEST_PYTHON = (3, 11)
MEGABYTE, GIGABYTE = 10**6, 10**9
REINSTALL = "Run `make lab` again, or `python -m pip install --upgrade ddlearn`."


@dataclass(frozen=True)
class Finding:
    """One thing examined: its `state`, what was `found` in words, and how to `mend` it ("" where all is well)."""

    name: str
    state: State
    found: str
    mend: str = ""

    @property
    def ok(self) -> bool:
        """False only for what must be mended."""
        return self.state != "fail"


Judgement = tuple[State, str, str]
Check = Callable[[Machine], Judgement]
CHECKS: dict[str, Check] = {}


def examine(machine: Machine | None = None) -> list[Finding]:
    """Every check of this machine, in order. A check that itself fails is a warning, never an exception."""
    machine = machine or Machine()
    return [_finding(name, check, machine) for name, check in CHECKS.items()]


def text(findings: list[Finding] | None = None) -> str:
    """The findings as plain text, to paste to an instructor; the home folder is written ~."""
    findings = examine() if findings is None else findings
    lines = [f"ddlearn {ddlearn.__version__}: {summary(findings)}", ""]
    for finding in findings:
        lines.append(f"{SYMBOLS[finding.state]} {finding.name}: {finding.found}")
        lines += [f"    {finding.mend}"] if finding.mend else []
    return _without_home("\n".join(lines))


def as_html(findings: list[Finding] | None = None) -> str:
    """The findings as an accessible table, the body of a card; the home folder is written ~."""
    findings = examine() if findings is None else findings
    rows = "".join(
        f'<tr><th scope="row" style="text-align:left">{html.escape(finding.name)}</th>'
        f'<td style="text-align:left"><span aria-hidden="true">{SYMBOLS[finding.state]}</span> '
        f"{WORDS[finding.state]}</td>"
        f'<td style="text-align:left">{html.escape(_without_home(finding.found))}'
        f"{'<br>' if finding.mend else ''}{html.escape(_without_home(finding.mend))}</td></tr>"
        for finding in findings
    )
    heads = "".join(f'<th scope="col" style="text-align:left">{head}</th>' for head in ("What", "State", "Found"))
    return (
        f'<table><caption style="text-align:left">This machine: {html.escape(summary(findings))}</caption>'
        f"<thead><tr>{heads}</tr></thead><tbody>{rows}</tbody></table>"
    )


def show() -> None:
    """Display the examination as a card in a notebook."""
    findings = examine()
    symbol, kind = ("✓", "good") if all(finding.ok for finding in findings) else ("✗", "bad")
    page.show(page.card(symbol, "The doctor's card", as_html(findings), kind))


def summary(findings: list[Finding]) -> str:
    """The findings in one sentence."""
    failed = [finding.name for finding in findings if finding.state == "fail"]
    warned = [finding.name for finding in findings if finding.state == "warn"]
    if failed:
        return f"must be mended: {', '.join(failed)}."
    if warned:
        return f"ready for the lessons; could be better: {', '.join(warned)}."
    return "ready for the lessons."


def _finding(name: str, check: Check, machine: Machine) -> Finding:
    try:
        return Finding(name, *check(machine))
    except Exception as error:  # whatever a strange machine raises is itself a finding
        cause = f"{type(error).__name__}: {error}".strip(": ")
        return Finding(name, "warn", f"could not be examined ({cause})", "Show this line to your instructor.")


def _check(name: str) -> Callable[[Check], Check]:
    def register(check: Check) -> Check:
        CHECKS[name] = check
        return check

    return register


@_check("Python")
def _python(machine: Machine) -> Judgement:
    found = f"{'.'.join(map(str, machine.python()))} on {machine.system()}"
    if machine.python()[:2] >= OLDEST_PYTHON:
        return "ok", found, ""
    oldest = ".".join(map(str, OLDEST_PYTHON))
    return "fail", found, f"Install Python {oldest} or newer, then run `make lab` again."


@_check("Packages")
def _packages(machine: Machine) -> Judgement:
    installed = {need.name: machine.version(need.name) for need in machine.requirements()}
    missing = [name for name, version in installed.items() if version is None]
    wrong = [
        f"{need.name} {installed[need.name]} (needs {need.specifier})"
        for need in machine.requirements()
        if installed[need.name] and not need.specifier.contains(installed[need.name], prereleases=True)
    ]
    if missing or wrong:
        return "fail", "; ".join([*(f"{name} is missing" for name in missing), *wrong]), REINSTALL
    tested = machine.tested_versions()
    other = [
        f"{name} {version} (tested: {tested[name.lower()]})"
        for name, version in installed.items()
        if name.lower() in tested and Version(version).public != Version(tested[name.lower()]).public
    ]
    if other:
        return "warn", "; ".join(other), "Lessons should run; if one does not, `make lab` installs the tested versions."
    torch = f", torch {installed['torch']}" if "torch" in installed else ""
    return "ok", f"{len(installed)} packages, all in range{' and as tested' if tested else ''}{torch}", ""


@_check("JupyterLab")
def _lab(machine: Machine) -> Judgement:
    version = machine.version("jupyterlab")
    return ("ok", version, "") if version else ("fail", "not installed", REINSTALL)


@_check("Widgets")
def _widgets(machine: Machine) -> Judgement:
    version, folder = machine.version("ipywidgets"), machine.widgets_folder()
    if version and folder:
        return "ok", f"ipywidgets {version}, and JupyterLab finds its extension", ""
    found = f"ipywidgets {version}, but JupyterLab finds no extension for it" if version else "ipywidgets is missing"
    return "fail", found, "Install `jupyterlab-widgets` where JupyterLab runs, then reload the page."


@_check("Kernel")
def _kernel(machine: Machine) -> Judgement:
    mend = "Run `python -m ipykernel install --sys-prefix` with the Python that has ddlearn."
    kernel, interpreter = machine.kernel(), machine.interpreter()
    if kernel is None:
        return "fail", "there is no kernel named python3, which every lesson asks for", mend
    if _same_interpreter(Path(kernel), Path(interpreter)):
        return "ok", "python3 starts this Python", ""
    return "fail", f"python3 starts {kernel}, which is not {interpreter}", mend


@_check("Threads")
def _threads(machine: Machine) -> Judgement:
    used, granted, cores = machine.torch_threads(), machine.cores_granted(), machine.cores()
    found = f"torch uses {used}; {granted} granted of {cores} cores"
    if used > granted:
        return (
            "warn",
            found,
            f"More threads than cores slow each other down. Set OMP_NUM_THREADS={granted} before Jupyter starts.",
        )
    return "ok", found, ""


@_check("Thread pools")
def _pools(machine: Machine) -> Judgement:
    granted, pools = machine.cores_granted(), machine.pools()
    over = [f"{name} uses {threads}" for name, threads in pools.items() if threads > granted]
    if over:
        return (
            "warn",
            f"{'; '.join(over)}; {granted} granted",
            f"Set OMP_NUM_THREADS={granted} before Jupyter starts.",
        )
    return "ok", f"{len(pools)} numerical libraries, none with more than {granted} threads", ""


@_check("Memory")
def _memory(machine: Machine) -> Judgement:
    limit, free = machine.memory_limit(), machine.memory_free()
    found, need = f"{_size(free)} free of {_size(limit)}", f"A lesson needs up to {_size(compute.LESSON_MEMORY)}."
    if limit < 500 * MEGABYTE:
        return "fail", found, f"{need} Use a larger machine."
    if free < compute.LESSON_MEMORY:
        return "warn", found, f"{need} Shut down notebooks that you do not use."
    return "ok", found, ""


@_check("Device")
def _device(machine: Machine) -> Judgement:
    return "ok", machine.device(), ""


@_check("Torch build")
def _torch_build(machine: Machine) -> Judgement:
    cuda = machine.cuda_build()
    if cuda and not machine.has_gpu():
        return (
            "warn",
            f"torch is built for CUDA {cuda}, and no NVIDIA GPU answers here",
            "All runs, but gigabytes of disk are wasted; torch's CPU build is enough. "
            "If this machine has a GPU, install its driver.",
        )
    return "ok", f"built for CUDA {cuda}, and a GPU answers" if cuda else "CPU build", ""


@_check("Speed")
def _speed(machine: Machine) -> Judgement:
    seconds, alone = machine.reference_fit(), machine.single_threaded_fit()
    found = f"a reference fit takes {1000 * seconds:.0f} ms, on one thread {1000 * alone:.0f} ms"
    if min(seconds, alone) > 3:
        return "warn", found, "That is very slow. Close other programs, and look at the line on memory."
    # Threads that wait for a core spin: a factor far beyond the noise of so short a measurement.
    if seconds > max(0.2, 3 * alone):
        return (
            "warn",
            f"{found}: other programs hold the cores, and threads wait for each other",
            "Close other programs, or set OMP_NUM_THREADS=1 before Jupyter starts.",
        )
    return "ok", found, ""


@_check("Home")
def _home(machine: Machine) -> Judgement:
    try:
        folder = machine.home()
    except FileNotFoundError as error:
        return "fail", str(error), "Without it your progress is lost with the notebook."
    refusal = machine.refusal(folder)
    if refusal:
        return (
            "fail",
            f"{folder} cannot be written: {refusal}",
            "Your progress would be lost with the notebook. Set DDLEARN_HOME to a folder of your own.",
        )
    return "ok", f"{folder} can be written", ""


@_check("Progress")
def _progress(machine: Machine) -> Judgement:
    progress = machine.progress()
    begun = len(progress.read()["lessons"])
    if progress.notices:
        return "warn", " ".join(progress.notices), f"The file is {progress.path}. Nothing in it was deleted."
    return "ok", f"{begun} {'lesson' if begun == 1 else 'lessons'} begun", ""


@_check("Cache")
def _cache(machine: Machine) -> Judgement:
    folder = machine.cache()
    refusal = machine.refusal(folder)
    if refusal:
        mend = "Only optional data sets need it. If you want them, set DDLEARN_DATA to a folder of your own."
        return "warn", f"{folder} cannot be written: {refusal}", mend
    return "ok", f"{folder} can be written", ""


@_check("Disk")
def _disk(machine: Machine) -> Judgement:
    free = machine.disk_free()
    if free < 50 * MEGABYTE:
        return "fail", f"{_size(free)} free", "Your progress may not be saved. Delete something that you do not need."
    if free < GIGABYTE:
        return "warn", f"{_size(free)} free", "Enough for lessons; optional data sets may not fit."
    return "ok", f"{_size(free)} free", ""


def _same_interpreter(one: Path, other: Path) -> bool:
    # The interpreter of a virtual environment is a link, so its target says nothing: the folder it stands in decides.
    return one.parent.resolve() == other.parent.resolve() and one.resolve() == other.resolve()


def _size(count: int) -> str:
    return f"{count / GIGABYTE:.1f} GB" if count >= GIGABYTE else f"{count / MEGABYTE:.0f} MB"


def _without_home(sentence: str) -> str:
    try:
        home = str(Path.home())
    except RuntimeError:  # nobody knows of one, so no path gives it away
        return sentence
    return re.sub(rf"{re.escape(home)}(?![\w-]|\.\w)", "~", sentence) if len(home) > 1 else sentence

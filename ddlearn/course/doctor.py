"""The doctor: says, in words, what is wrong with this machine and how to mend it.

Each check is one function that measures and judges; their order is that of the page. "fail" means that lessons cannot
run or that work would be lost; "warn", that they run but could do better.
"""

import os
import re
import shutil
import sys
import tempfile
import timeit
from importlib import metadata
from os.path import expanduser
from pathlib import Path
from typing import Literal, NamedTuple

from packaging.requirements import Requirement
from packaging.version import Version

import ddlearn
from ddlearn import compute, thread_pools
from ddlearn.classroom import page
from ddlearn.classroom.document import render
from ddlearn.classroom.progress import Progress, home
from ddlearn.course import machine
from ddlearn.course.notebooks import checkout

State = Literal["ok", "warn", "fail"]
Judgement = tuple[State, str, str]
SYMBOLS = {"ok": "✓", "warn": "!", "fail": "✗"}
WORDS = {"ok": "good", "warn": "could be better", "fail": "must be mended"}
MEGABYTE, GIGABYTE = 10**6, 10**9
WIDGETS = "@jupyter-widgets/jupyterlab-manager"


class Finding(NamedTuple):
    """One thing examined: its `state`, what was `found` in words, and how to `mend` it ("" where all is well)."""

    name: str
    state: State
    found: str
    mend: str = ""

    @property
    def ok(self) -> bool:
        """False only for what must be mended."""
        return self.state != "fail"


def examine() -> list[Finding]:
    """Return every check of this machine, in order, with the threads that a lesson has once it started."""
    thread_pools.limit_threads()
    return [look(name) for name in CHECKS]


def look(name: str) -> Finding:
    """Return one check, with the home folder written ~. One that itself fails is a warning, never an exception."""
    try:
        state, found, mend = CHECKS[name]()
    except Exception as error:  # whatever a strange machine raises is itself a finding
        cause = f"{type(error).__name__}: {error}".strip(": ")
        state, found, mend = "warn", f"could not be examined ({cause})", "Show this line to your instructor."
    return Finding(name, state, _without_home(found), _without_home(mend))


def text(findings: list[Finding]) -> str:
    """Return the findings as plain text, to paste to an instructor."""
    lines = [f"ddlearn {ddlearn.__version__}: {summary(findings)}", ""]
    for finding in findings:
        lines.append(f"{SYMBOLS[finding.state]} {finding.name}: {finding.found}")
        lines += [f"    {finding.mend}"] if finding.mend else []
    return "\n".join(lines)


def as_html(findings: list[Finding]) -> str:
    """Return the findings as an accessible table, the body of a card."""
    said = {"findings": findings, "summary": summary(findings), "symbols": SYMBOLS, "words": WORDS}
    return render(__package__, "doctor.html", generator="", **said)


def show() -> None:
    """Display the examination as a card in a notebook."""
    findings = examine()
    symbol, kind = ("✓", "good") if all(finding.ok for finding in findings) else ("✗", "bad")
    page.show(page.card(symbol, "The doctor's card", as_html(findings), kind))


def summary(findings: list[Finding]) -> str:
    """Return the findings in one sentence."""
    failed, warned = (", ".join(one.name for one in findings if one.state == state) for state in ("fail", "warn"))
    if failed:
        return f"must be mended: {failed}."
    return f"ready for the lessons; could be better: {warned}." if warned else "ready for the lessons."


def _machine() -> Judgement:
    import torch

    found, cuda = machine.sentence(), torch.version.cuda
    if cuda and not torch.cuda.is_available():
        mend = (
            "All runs, but gigabytes of disk are wasted; torch's CPU build is enough. "
            "If this machine has a GPU, install its driver."
        )
        return "warn", f"{found}; torch is built for CUDA {cuda}, and no NVIDIA GPU answers here", mend
    return "ok", found, ""


def _packages() -> Judgement:
    needed = [Requirement(line) for line in metadata.requires("ddlearn")]
    needed = [one for one in needed if one.marker is None or one.marker.evaluate({"extra": ""})]
    root = checkout()  # a wheel does not carry the tested versions
    pins = (root / "constraints.txt").read_text("utf-8") if root else ""
    tested, wrong, other = dict(re.findall(r"^(\S+)==(\S+)", pins, flags=re.M)), [], []
    for need in needed:
        try:
            version = metadata.version(need.name)
        except metadata.PackageNotFoundError:
            wrong.append(f"{need.name} is missing")
            continue
        if not need.specifier.contains(version, prereleases=True):
            wrong.append(f"{need.name} {version} (needs {need.specifier})")
        elif Version(version).public != tested.get(need.name, Version(version).public):
            other.append(f"{need.name} {version} (tested: {tested[need.name]})")
    if wrong:
        return "fail", "; ".join(wrong), "Run `make lab` again, or `python -m pip install --upgrade ddlearn`."
    if other:
        return "warn", "; ".join(other), "Lessons should run; if one does not, `make lab` installs the tested versions."
    return "ok", f"{len(needed)} packages, all in range{' and as tested' if tested else ''}", ""


def _widgets() -> Judgement:
    from jupyter_core.paths import jupyter_path

    if any((Path(folder) / WIDGETS / "package.json").is_file() for folder in jupyter_path("labextensions")):
        return "ok", "JupyterLab finds the extension that draws them", ""
    mend = "Install `jupyterlab-widgets` where JupyterLab runs, then reload the page."
    return "fail", "JupyterLab finds no extension that draws them", mend


def _kernel() -> Judgement:
    from jupyter_client.kernelspec import KernelSpecManager, NoSuchKernel

    mend = "Run `python -m ipykernel install --sys-prefix` with the Python that has ddlearn."
    try:
        command = KernelSpecManager().get_kernel_spec("python3").argv[0]
    except NoSuchKernel:
        return "fail", "there is no kernel named python3, which every lesson asks for", mend
    # Jupyter itself reads a bare "python" as the interpreter that it runs on.
    bare = command in ("python", "python3", f"python3.{sys.version_info.minor}")
    here, started = Path(sys.executable), Path(sys.executable if bare else shutil.which(command) or command)
    # The interpreter of a virtual environment is a link, so its target says nothing: the folder it stands in decides.
    if (started.parent.resolve(), started.resolve()) == (here.parent.resolve(), here.resolve()):
        return "ok", "python3 starts this Python", ""
    return "fail", f"python3 starts {started}, which is not {here}", mend


def _threads() -> Judgement:
    import sklearn.utils  # noqa: F401  (loads NumPy's and SciPy's BLAS, as a lesson does)
    import torch
    from threadpoolctl import threadpool_info

    granted = compute.threads()
    pools = {Path(pool["filepath"]).name.partition(".")[0]: pool["num_threads"] for pool in threadpool_info()}
    pools["torch"] = torch.get_num_threads()
    found = f"{granted} granted of {os.cpu_count()} cores"
    over = [f"{name} uses {count}" for name, count in pools.items() if count > granted]
    if over:
        mend = f"More threads than cores slow each other down. Set OMP_NUM_THREADS={granted} before Jupyter starts."
        return "warn", "; ".join([*over, found]), mend
    return "ok", f"torch uses {pools['torch']}; {found}", ""


def _memory() -> Judgement:
    limit, free = compute.memory_limit(), compute.memory_left()
    found, need = f"{_size(free)} free of {_size(limit)}", f"A lesson needs up to {_size(compute.LESSON_MEMORY)}."
    if limit < 500 * MEGABYTE:
        return "fail", found, f"{need} Use a larger machine."
    if free < compute.LESSON_MEMORY:
        return "warn", found, f"{need} Shut down notebooks that you do not use."
    return "ok", found, ""


def _speed() -> Judgement:
    seconds = _reference_fit()
    with thread_pools.threads_held_to(1):
        alone = _reference_fit()
    found = f"a reference fit takes {1000 * seconds:.0f} ms, on one thread {1000 * alone:.0f} ms"
    if min(seconds, alone) > 3:
        return "warn", found, "That is very slow. Close other programs, and look at the line on memory."
    # Threads that wait for a core spin: a factor far beyond the noise of so short a measurement.
    if seconds > max(0.2, 3 * alone):
        found = f"{found}: other programs hold the cores, and threads wait for each other"
        return "warn", found, "Close other programs, or set OMP_NUM_THREADS=1 before Jupyter starts."
    return "ok", found, ""


def _reference_fit() -> float:
    """Seconds of one ridge path on 500 points (20 penalties, leave-one-out included), at its best."""
    import torch

    from ddlearn.kernels import rbf
    from ddlearn.ridge import ridge_path

    x = torch.randn(500, 2, dtype=torch.float64, generator=compute.generator(0))
    fit = timeit.Timer(lambda: ridge_path(rbf(x), x[:, 0].sin(), torch.logspace(-6, 0, 20, dtype=torch.float64)))
    return min(fit.repeat(3, 1))


def _progress() -> Judgement:
    folder = home()
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryFile(dir=folder) as file:
            file.write(b"x")
    except OSError as error:
        mend = "Your progress would be lost with the notebook. Set DDLEARN_HOME to a folder of your own."
        return "fail", f"{folder} cannot be written: {(error.strerror or str(error)).lower()}", mend
    free, progress = shutil.disk_usage(folder).free, Progress(folder / "progress.json", patience=0.5)
    begun = len(progress.read()["lessons"])
    found = f"{folder} can be written, {_size(free)} free; {begun} {'lesson' if begun == 1 else 'lessons'} begun"
    if free < 50 * MEGABYTE:
        return "fail", found, "Your progress may not be saved. Delete something that you do not need."
    if progress.notices:
        return "warn", " ".join(progress.notices), f"The file is {progress.path}. Nothing in it was deleted."
    if free < GIGABYTE:
        return "warn", found, "Enough for lessons; optional data sets may not fit."
    return "ok", found, ""


CHECKS = {
    "Machine": _machine,
    "Packages": _packages,
    "Widgets": _widgets,
    "Kernel": _kernel,
    "Threads": _threads,
    "Memory": _memory,
    "Speed": _speed,
    "Progress": _progress,
}


def _size(count: int) -> str:
    return f"{count / GIGABYTE:.1f} GB" if count >= GIGABYTE else f"{count / MEGABYTE:.0f} MB"


def _without_home(sentence: str) -> str:
    home = expanduser("~")  # as it stands, where nobody knows of a home
    return re.sub(rf"{re.escape(home)}(?![\w-]|\.\w)", "~", sentence) if len(home) > 1 else sentence

"""The doctor: says, in words, what is wrong with this machine and how to mend it.

Each check is one function that measures and judges; their order is that of the page. "fail" means that lessons cannot
run or that work would be lost; "warn", that they run but could do better.
"""

import os
import shutil
import sys
import tempfile
import timeit
from contextlib import suppress
from importlib import metadata
from os.path import dirname, expanduser, join, realpath
from pathlib import Path
from typing import Literal, NamedTuple

from packaging.requirements import Requirement

import ddlearn
from ddlearn import compute, thread_pools
from ddlearn.classroom import page
from ddlearn.classroom.document import render
from ddlearn.classroom.progress import Progress, home
from ddlearn.classroom.wording import counted
from ddlearn.course import machine

State = Literal["ok", "warn", "fail"]
Judgement = tuple[State, str, str]
SYMBOLS = {"ok": "✓", "warn": "!", "fail": "✗"}
WORDS = {"ok": "good", "warn": "could be better", "fail": "must be mended"}
SLOW = 1.0  # seconds; one core of a busy server took 0.18
WIDGETS = "@jupyter-widgets/jupyterlab-manager/package.json"


class Finding(NamedTuple):
    """One thing examined: its `state`, what was `found` in words, and how to `mend` it ("" where all is well)."""

    name: str
    state: State
    found: str
    mend: str = ""


def examine() -> list[Finding]:
    """Return every check of this machine, in order, with the threads that a lesson has once it started."""
    thread_pools.limit_threads()
    return [look(name) for name in CHECKS]


def look(name: str) -> Finding:
    """Return one check, with the home folder written ~. One that itself fails is a warning, never an exception."""
    try:
        state, found, mend = CHECKS[name]()
    except Exception as error:  # whatever a strange machine raises is itself a finding
        state, mend = "warn", "Show this line to your instructor."
        found = f"could not be examined ({type(error).__name__}: {error})"
    own = join(expanduser("~"), "")
    hidden = (words.replace(own, f"~{os.sep}") if len(own) > 1 else words for words in (found, mend))
    return Finding(name, state, *hidden)


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
    symbol, kind = ("✓", "good") if well(findings) else ("✗", "bad")
    page.show(page.card(symbol, "The doctor's card", as_html(findings), kind))


def well(findings: list[Finding]) -> bool:
    """Return whether nothing must be mended."""
    return all(finding.state != "fail" for finding in findings)


def summary(findings: list[Finding]) -> str:
    """Return the findings in one sentence."""
    said = ["ready for the lessons"] if well(findings) else []
    for state in ("fail", "warn"):
        if names := [one.name for one in findings if one.state == state]:
            said.append(f"{WORDS[state]}: {', '.join(names)}")
    return f"{'; '.join(said)}."


def _machine() -> Judgement:
    return "ok", machine.sentence(), ""


def _packages() -> Judgement:
    there, needed = {}, [one for one in map(Requirement, metadata.requires("ddlearn")) if one.marker is None]
    for one in needed:
        with suppress(metadata.PackageNotFoundError):
            there[one.name] = metadata.version(one.name)
    wrong = [
        f"{one} is needed; {there.get(one.name, 'nothing')} is here"
        for one in needed
        if not one.specifier.contains(there.get(one.name, "0"), prereleases=True)
    ]
    if wrong:
        return "fail", "; ".join(wrong), "Run `make lab` again, or `python -m pip install --upgrade ddlearn`."
    return "ok", f"{len(needed)} packages, all in range", ""


def _jupyter() -> Judgement:
    from jupyter_client.kernelspec import KernelSpecManager
    from jupyter_core.paths import jupyter_path

    if not any(Path(folder, WIDGETS).is_file() for folder in jupyter_path("labextensions")):
        mend = "Install `jupyterlab-widgets` where JupyterLab runs, then reload the page."
        return "fail", "JupyterLab finds no extension that draws explorers", mend
    command = KernelSpecManager().get_kernel_spec("python3").argv[0]
    # Jupyter reads a bare "python" as the interpreter that it runs on. That of a virtual environment is a link, so its
    # target says nothing: the folder decides as well.
    bare = command in ("python", "python3", f"python3.{sys.version_info.minor}")
    if bare or all(realpath(part(command)) == realpath(part(sys.executable)) for part in (dirname, str)):
        return "ok", "JupyterLab draws explorers, and its kernel python3 starts this Python", ""
    mend = "Run `python -m ipykernel install --sys-prefix` with the Python that has ddlearn."
    return "fail", f"the kernel python3 starts {command}, which is not {sys.executable}", mend


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
    limit, free, need = compute.memory_limit(), compute.memory_left(), compute.LESSON_MEMORY
    found = f"{_size(free)} free of {_size(limit)}"
    if free >= need:
        return "ok", found, ""
    mend = f"A lesson needs up to {_size(need)}. Shut down notebooks that you do not use, or take a larger machine."
    return "warn", found, mend


def _speed() -> Judgement:
    seconds = _reference()
    found = f"the eigenvalues of a 500 × 500 matrix take {1000 * seconds:.0f} ms"
    if seconds < SLOW:
        return "ok", found, ""
    return "warn", found, "That is very slow. Close other programs, or set OMP_NUM_THREADS=1 before Jupyter starts."


def _reference() -> float:
    """Seconds of what lessons do most, at its best."""
    import torch

    x = torch.randn(500, 500, dtype=torch.float64, generator=compute.generator(0))
    return min(timeit.repeat(lambda: torch.linalg.eigh(x @ x.T), number=1, repeat=3))


def _progress() -> Judgement:
    folder = home()
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryFile(dir=folder) as file:
            file.write(b"x")
    except OSError as error:
        mend = "Your progress would be lost with the notebook. Set DDLEARN_HOME to a folder of your own."
        return "fail", f"{folder} cannot be written: {error.strerror}", mend
    progress = Progress(folder / "progress.json", patience=0.5)
    begun, free = counted(len(progress.read()["lessons"]), "lesson"), shutil.disk_usage(folder).free
    if progress.notices:
        return "warn", " ".join(progress.notices), f"The file is {progress.path}. Nothing in it was deleted."
    found = f"{folder} can be written, {_size(free)} free; {begun} begun"
    if free < 50e6:
        return "fail", found, "Your progress may not be saved. Delete something that you do not need."
    return "ok", found, ""


EVERY = (_machine, _packages, _jupyter, _threads, _memory, _speed, _progress)
CHECKS = {check.__name__.removeprefix("_").capitalize(): check for check in EVERY}


def _size(count: float) -> str:
    return f"{count / 1e9:.1f} GB" if count >= 1e9 else f"{count / 1e6:.0f} MB"

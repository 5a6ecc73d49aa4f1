"""The faults of mutants.txt, put one by one into a copy of the tree: a fault that no test sees is a hole in the tests.

    python tests/mutate.py                      all of them
    python tests/mutate.py "leave-one-out" PAC  those whose name has one of these words
    python tests/mutate.py --list               only see that each text stands once in its file

A fault is seen if a test fails with it that passes without it. What is not seen survives, and then the run fails. The
tree is never written to: faults come and go in a copy in a temporary folder.
"""

import argparse
import multiprocessing
import os
import re
import shutil
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path

TREE = Path(__file__).resolve().parents[1]
LIST = TREE / "tests" / "mutants.txt"
KEYS = ["file", "text", "with", "why", "tests"]
NOT_COPIED = (".*", "__pycache__", "build", "dist", "my-ddlearn")
SLOW_TO_IMPORT = ["torch", "matplotlib.pyplot", "ipywidgets", "scipy.stats", "hypothesis", "nbformat", "pytest"]
SECONDS = 240
"""A fault may make a test run for ever: after so long it counts as seen."""


@dataclass(frozen=True)
class Mutant:
    """One fault: the text that stands once in the file, what replaces it, and the test files that should see it."""

    name: str
    file: str
    text: str
    fault: str
    tests: list[str]

    def applied(self, source: str) -> str:
        """The file with the fault in it. `ValueError` unless the text stands there once."""
        if source.count(self.text) != 1:
            raise ValueError(f"{self.name}: {self.text!r} stands {source.count(self.text)} times in {self.file}")
        return source.replace(self.text, self.fault)


def read(path: Path) -> list[Mutant]:
    """The mutants of a list, whose first lines say how it is written."""
    lines = [line for line in path.read_text(encoding="utf-8").splitlines() if not line.startswith("#")]
    mutants = []
    for paragraph in filter(None, map(str.strip, "\n".join(lines).split("\n\n"))):
        name, *rest = paragraph.splitlines()
        said = {key: value.strip() for key, _, value in (line.partition(":") for line in rest)}
        if list(said) != KEYS:
            raise ValueError(f"{name}: its lines must be {', '.join(KEYS)}; got {', '.join(said)}")
        text, fault = (said[key].replace(r"\n    ", "\n    ") for key in ("text", "with"))
        tests = [f"tests/{word}" if word.endswith(".py") else word for word in said["tests"].split()]
        mutants.append(Mutant(name, said["file"], text, fault, tests))
    return mutants


def pytest_in(copy: Path, tests: list[str], output: Path) -> None:
    """The whole life of a process: the tests, in the copy as it is now, up to the first that fails."""
    with output.open("w") as file:
        for stream in (1, 2):
            os.dup2(file.fileno(), stream)
    os.chdir(copy)
    sys.path.insert(0, str(copy))
    os.environ["PYTHONPATH"] = str(copy)  # for the processes that tests start
    import pytest

    sys.exit(pytest.main(["-x", "-q", "-p", "no:cacheprovider", "-p", "no:nbval", "--tb=short", *tests]))


class Copy:
    """A copy of the tree, in which tests run: in processes that are forked off one that has imported what is slow."""

    def __init__(self, folder: Path):
        self.path, self.output = folder / "tree", folder / "output.txt"
        shutil.copytree(TREE, self.path, ignore=shutil.ignore_patterns(*NOT_COPIED))
        os.environ["OMP_NUM_THREADS"] = "1"
        self._processes = multiprocessing.get_context("forkserver")
        self._processes.set_forkserver_preload(SLOW_TO_IMPORT)

    def failing(self, tests: list[str], seconds: float = SECONDS) -> list[str]:
        """The first test that fails, and where nothing can be said of one, its file; empty where all pass."""
        process = self._processes.Process(target=pytest_in, args=(self.path, tests, self.output))
        process.start()
        process.join(seconds)
        process.kill()
        process.join()
        if process.exitcode == 0:
            return []
        if process.exitcode in (3, 4, 5):  # what pytest says of itself: an error of its own, of its words, no test
            raise RuntimeError(self.output.read_text())
        said = re.findall(r"^(?:FAILED|ERROR) (tests/.+?)(?: - |$)", self.output.read_text(), re.M)
        return said or [word for word in tests if word.endswith(".py")]


def main() -> int:
    parser = argparse.ArgumentParser(usage=__doc__)
    parser.add_argument("words", nargs="*")
    parser.add_argument("--list", action="store_true")
    options = parser.parse_args()
    mutants = [m for m in read(LIST) if not options.words or any(word in m.name for word in options.words)]
    for mutant in mutants:
        mutant.applied((TREE / mutant.file).read_text(encoding="utf-8"))
    print(f"{len(mutants)} mutants")
    if options.list:
        return 0
    seen: dict[str, list[str]] = {}
    with tempfile.TemporaryDirectory(prefix="ddlearn-mutants-") as folder:
        copy = Copy(Path(folder))
        for mutant in mutants:
            path, begun = copy.path / mutant.file, time.perf_counter()
            source = path.read_text(encoding="utf-8")
            path.write_text(mutant.applied(source), encoding="utf-8")
            seen[mutant.name] = copy.failing(mutant.tests)
            path.write_text(source, encoding="utf-8")
            said = seen[mutant.name][0] if seen[mutant.name] else "SURVIVES"
            print(f"{time.perf_counter() - begun:4.0f} s  {mutant.name}\n        {said}", flush=True)
        killers = sorted({test for tests in seen.values() for test in tests})
        if killers and copy.failing(killers, len(killers) * SECONDS):
            print(copy.output.read_text(), "These tests fail without a fault as well.")
            return 1
    survivors = [name for name, tests in seen.items() if not tests]
    print(f"{len(survivors)} of {len(mutants)} survive: {', '.join(survivors) or 'none'}.")
    return bool(survivors)


if __name__ == "__main__":
    sys.exit(main())

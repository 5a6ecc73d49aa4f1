"""The process is the user's: the course changes nothing global in it, and its numbers and pictures depend on nothing.

`hostile.py` runs the parts of the course in processes of their own. States that cannot hide each other share one; where
a part comes out otherwise than in a process as it starts, the single states are tried, and the message names the one.
"""

import json
import os
import subprocess
import sys
from functools import cache
from pathlib import Path

import hostile
import pytest

ENVIRONMENT = {"OMP_NUM_THREADS": "1", "PYTHONHASHSEED": "1"}  # sums over several threads round otherwise

BUNDLES = {
    "styled": [
        *("float64", "inference mode", "torch's seed", "numpy raises", "warnings are errors", "commas"),
        *("house style", "figures", "another hash seed"),
    ],
    "sketched": [
        *("float16", "no gradients", "autocast", "deterministic", "denormals flushed", "sketches"),
        "a backend that is not there",
    ],
}
HIDDEN = {"float16", "no gradients", "a backend that is not there"}
"""What cannot be seen below others: float64 sets the type anew, inference mode has no gradients, figures a backend."""
TOGETHER = tuple(state for bundle in BUNDLES.values() for state in bundle if state not in HIDDEN)

EVERY = tuple(hostile.parts())
FEW = (
    *(name for name in EVERY if not name.startswith(("explorer", "exercise"))),
    *("exercise start_here mean_squared_error", "exercise real_steps_real_widths imbalance_drift"),
    *("explorer start_here black_box", "explorer real_steps_real_widths certificate"),
)
"""All families of science, and some of the exercises and explorers, which all go the same way."""


def run(states, names):
    """The digest of each part in a process that was put into these states first."""
    kept = {name: value for name, value in os.environ.items() if not name.endswith("_NUM_THREADS")}
    environment = kept | ENVIRONMENT
    for state in states:
        environment |= hostile.ENVIRONMENT.get(state, {})
    done = subprocess.run(
        [sys.executable, hostile.__file__, ",".join(states), *names], env=environment, capture_output=True, text=True
    )
    assert done.returncode == 0, (states, done.stderr[-2000:])
    return json.loads(done.stdout)


@cache
def undisturbed(names):
    found = run((), names)
    assert not [name for name in names if "Error" in found[name]], found
    return found


def faults(states, names):
    """Each part that comes out otherwise under these states, with the single state that is to blame."""
    right, found = undisturbed(names), run(states, names)
    other = {name for name in names if found[name] != right[name]}
    blamed = {name: f"under all of {', '.join(states)} only: {found[name]}" for name in other}
    for state in states if other else ():
        alone = run((state,), sorted(other))
        blamed |= {name: f"under {state}: {alone[name]}" for name in other if alone[name] != right[name]}
    return [f"{name} differs {words}" for name, words in sorted(blamed.items())] + found["process"]


@pytest.mark.timeout(900)
def test_no_global_state_reaches_numbers_or_pictures_where_all_are_set_at_once():
    assert faults(TOGETHER, FEW) == []


@pytest.mark.slow
@pytest.mark.timeout(0)
@pytest.mark.parametrize("bundle", BUNDLES)
def test_no_global_state_reaches_numbers_or_pictures_and_none_is_changed(bundle):
    assert faults(tuple(BUNDLES[bundle]), EVERY) == []


IMPORTS = """
import contextlib, importlib, json, pkgutil, sys

sys.path.insert(0, sys.argv[1])
import hostile

for name in json.loads(sys.stdin.read()):
    with contextlib.suppress(ImportError):
        importlib.import_module(name)
before = hostile.process()
import ddlearn

for module in pkgutil.walk_packages(ddlearn.__path__, "ddlearn."):
    if module.name != "ddlearn.__main__":
        importlib.import_module(module.name)
others = [name for name in sys.modules if name.partition(".")[0] not in ("ddlearn", "__main__")]
print(json.dumps([others, hostile.changes(before, hostile.process())]))
"""


@pytest.mark.slow
def test_importing_every_module_changes_nothing_in_the_process():
    """Other libraries come first: what Dask's import does to the warnings, say, is not ours to judge."""
    kept = {name: value for name, value in os.environ.items() if not name.endswith("_NUM_THREADS")} | {"CPU_LIMIT": "1"}

    def imported(first):
        line = [sys.executable, "-c", IMPORTS, str(Path(__file__).parent)]
        done = subprocess.run(line, env=kept, input=json.dumps(first), capture_output=True, text=True, check=True)
        return json.loads(done.stdout)

    others, _ = imported([])
    assert imported(others)[1] == []

"""The speed that lesson 08 stands on: an ensemble against a loop over torch modules, with the same numbers."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

SCRIPT = Path(__file__).with_name("training.py")


def measured(case, dtype="float32", optimizer="adam", rounds=1):
    options = ["--cases", case, "--dtypes", dtype, "--optimizers", optimizer, "--rounds", str(rounds)]
    run = subprocess.run([sys.executable, SCRIPT, *options], capture_output=True, text=True, check=True, timeout=280)
    return json.loads(run.stdout)


@pytest.mark.slow
@pytest.mark.parametrize(("case", "factor"), [("sweep", 2.5), ("small", 8), ("small_batches", 12)])
def test_an_ensemble_is_faster_than_a_loop_over_modules(case, factor):
    # The sweep's 2.5 is a regression floor: its goal is 3, around which an AMD core measures 2.9 to 3.2.
    result = measured(case, rounds=3 if case == "sweep" else 1)
    assert result["ratio"] >= factor, result


@pytest.mark.slow
@pytest.mark.parametrize("case", ["sweep", "small_batches"])
def test_it_gives_the_same_numbers(case):
    result = measured(case, "float64", "momentum")
    assert result["difference"] <= 1e-10, result

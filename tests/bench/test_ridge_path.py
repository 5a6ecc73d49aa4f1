"""The speed that lesson 01 promises: a whole path with leave-one-out against scikit-learn's refits and grid search."""

import json
import subprocess
import sys
from pathlib import Path

import pytest
from patience import measure_until

SCRIPT = Path(__file__).with_name("ridge_path.py")


def measure():
    run = subprocess.run([sys.executable, SCRIPT], capture_output=True, text=True, check=True, timeout=280)
    return json.loads(run.stdout)


def is_fast(measured):
    return measured["refits_ratio"] >= 10 and measured["grid_search_ratio"] >= 40


@pytest.mark.slow
def test_a_path_of_100_penalties_with_leave_one_out_beats_refitting():
    measured = measure_until(is_fast, measure)
    assert measured["difference"] <= 1e-8, measured
    assert is_fast(measured), measured

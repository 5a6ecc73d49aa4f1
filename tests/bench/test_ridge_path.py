"""The speed that lesson 01 promises: a whole path with leave-one-out against scikit-learn's refits and grid search."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

SCRIPT = Path(__file__).with_name("ridge_path.py")


@pytest.mark.slow
def test_a_path_of_100_penalties_with_leave_one_out_beats_refitting():
    run = subprocess.run([sys.executable, SCRIPT], capture_output=True, text=True, check=True, timeout=280)
    measured = json.loads(run.stdout)
    assert measured["difference"] <= 1e-8, measured
    assert measured["refits_ratio"] >= 10, measured
    assert measured["grid_search_ratio"] >= 40, measured

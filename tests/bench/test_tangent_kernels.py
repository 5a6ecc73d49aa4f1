"""The speed and the memory that lesson 03 promises of its kernels."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

from ddlearn.compute import memory_limit

SCRIPT = Path(__file__).with_name("tangent_kernels.py")


@pytest.mark.slow
@pytest.mark.skipif(not Path("/proc/self/status").exists(), reason="the peak is read from /proc")
@pytest.mark.skipif(memory_limit() < 12e9, reason="the Jacobians of ten outputs take more memory than is here")
def test_tangent_kernels_beat_the_ten_lines_and_the_jacobians():
    run = subprocess.run([sys.executable, SCRIPT], capture_output=True, text=True, check=True, timeout=280)
    measured = json.loads(run.stdout)
    infinite, one, ten = measured["infinite"], measured["empirical, 1 output"], measured["empirical, 10 outputs"]
    assert infinite["ratio"] >= 2.5, measured
    assert infinite["peak MB"]["infinite"] <= infinite["peak MB"]["ten lines"] / 2, measured
    assert infinite["difference"] <= 1e-6, measured
    assert one["ratio"] >= 40, measured
    assert ten["ratio"] >= 120, measured
    assert ten["peak MB"]["empirical, 10 outputs"] <= 140, measured
    assert max(one["difference"], ten["difference"]) <= 1e-12, measured

"""The speed and the memory that lesson 03 promises of its kernels."""

from pathlib import Path

import pytest

from ddlearn.compute import memory_limit
from ddlearn.course import bench


def peer(case, name, rounds=3):
    """What was measured of one peer of a case."""
    return next(side for side in bench.run(case, rounds, memory=False)["sides"] if side["name"] == name)


@pytest.mark.slow
@pytest.mark.skipif(not Path("/proc/self/status").exists(), reason="the peak is read from /proc")
@pytest.mark.skipif(memory_limit() < 12e9, reason="the Jacobians of ten outputs take more memory than is here")
def test_tangent_kernels_beat_the_ten_lines_and_the_jacobians():
    infinite = peer("infinite-ntk", "ten lines of torch")
    one, ten = (peer(f"empirical-ntk-{k}", "torch.func, Jacobians") for k in (1, 10))
    peaks = {side: bench.peak("infinite-ntk", side) for side in ("ddlearn", "ten lines of torch")}
    assert infinite["ratio"]["cpu"] >= 2.5, infinite
    assert peaks["ddlearn"] <= peaks["ten lines of torch"] / 2, peaks
    assert infinite["difference"] <= 1e-6, infinite
    assert one["ratio"]["cpu"] >= 40, one
    assert ten["ratio"]["cpu"] >= 120, ten
    assert bench.peak("empirical-ntk-10", "ddlearn") <= 140
    assert max(one["difference"], ten["difference"]) <= 1e-12, (one, ten)

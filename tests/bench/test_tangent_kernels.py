"""The speed and the memory that lesson 03 promises of its kernels."""

from dataclasses import replace
from pathlib import Path

import pytest

from ddlearn.course import bench
from ddlearn.course.bench import engine

SOME = 60
"""Points for the ten outputs: all 200 take the Jacobians a minute and 5 GB, and our lead grows with their number."""


@pytest.mark.slow
def test_the_kernels_beat_ten_lines_of_torch_and_the_jacobians_of_one_output():
    for name, peer, lead, differ in (
        ("infinite-ntk", "ten lines of torch", 2.5, 1e-6),
        ("empirical-ntk-1", "torch.func, Jacobians", 40, 1e-12),
    ):
        side = next(side for side in bench.run(name, 3, memory=False)["sides"] if side["name"] == peer)
        assert side["ratio"]["cpu"] >= lead, side
        assert side["difference"] <= differ, side


@pytest.mark.slow
def test_the_kernel_of_ten_outputs_beats_their_jacobians(one_thread):
    case = bench.load("empirical-ntk-10")
    whole = case.problem(False)
    some = replace(case, problem=lambda small: replace(whole, x=whole.x[:SOME]), peers=case.peers[:1])
    ours, theirs = engine.record(some, engine.measure(some, 3))["sides"]
    assert theirs["name"] == "torch.func, Jacobians"
    assert theirs["ratio"]["cpu"] >= 120, (ours, theirs)
    assert theirs["difference"] <= 1e-12, theirs


@pytest.mark.slow
@pytest.mark.skipif(not Path("/proc/self/status").exists(), reason="the peak is read from /proc")
def test_the_kernels_take_little_memory():
    peaks = {side: bench.peak("infinite-ntk", side) for side in ("ddlearn", "ten lines of torch")}
    assert peaks["ddlearn"] <= peaks["ten lines of torch"] / 2, peaks
    assert bench.peak("empirical-ntk-10", "ddlearn") <= 140

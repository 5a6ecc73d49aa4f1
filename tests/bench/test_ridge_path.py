"""The speed that lesson 01 promises: a whole path with leave-one-out against scikit-learn's refits and grid search."""

from dataclasses import replace

import pytest

from ddlearn.course import bench
from ddlearn.course.bench import engine


@pytest.mark.slow
def test_a_path_of_100_penalties_with_leave_one_out_beats_refitting(one_thread):
    case = bench.load("ridge-path")
    refits, grid_search = case.peers
    # The grid search takes eight seconds each time, and hardly differs from one to the next.
    once = replace(case, peers=(refits, replace(grid_search, rounds=1)))
    _, refits, grid_search = engine.record(once, engine.measure(once, 3))["sides"]
    assert refits["difference"] <= 1e-8, refits
    assert refits["ratio"]["cpu"] >= 10, refits
    assert grid_search["ratio"]["cpu"] >= 40, grid_search

"""The speed that lesson 01 promises: a whole path with leave-one-out against scikit-learn's refits and grid search."""

import pytest

from ddlearn.course import bench


@pytest.mark.slow
def test_a_path_of_100_penalties_with_leave_one_out_beats_refitting():
    measured = bench.run("ridge-path", rounds=3, memory=False)
    _, refits, grid_search = measured["sides"]
    assert refits["difference"] <= 1e-8, measured
    assert refits["ratio"]["cpu"] >= 10, measured
    assert grid_search["ratio"]["cpu"] >= 40, measured

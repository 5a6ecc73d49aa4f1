"""The speed that lesson 08 stands on: an ensemble against a loop over torch modules, with the same numbers."""

import functools

import pytest

from ddlearn.course import bench


@functools.cache
def loop(case):
    """The loop's side: its ratio in float32 with Adam, its difference in float64 with momentum."""
    measured = bench.run(f"training-{case}", rounds=1 if case == "minibatches" else 3, memory=False)
    return measured["sides"][1]


@pytest.mark.slow
@pytest.mark.parametrize(("case", "factor"), [("sweep", 2.8), ("small", 7), ("minibatches", 12)])
def test_an_ensemble_is_faster_than_a_loop_over_modules(case, factor):
    # Two are regression floors below their goals, for a machine that does something else as well: the sweep's goal is
    # 3, where an idle AMD core measures 3.2 to 3.8, and that of the small nets 8, where it measures 7.7 to 8.6.
    assert loop(case)["ratio"]["cpu"] >= factor, loop(case)


@pytest.mark.slow
@pytest.mark.parametrize("case", ["sweep", "minibatches"])
def test_it_gives_the_same_numbers(case):
    assert loop(case)["difference"] <= 1e-10, loop(case)

"""The speed of an ensemble against a loop over torch modules, with the same numbers."""

import pytest

from bench.case import lead
from bench.cases import CASES


@pytest.mark.slow
@pytest.mark.parametrize(
    ("name", "factor", "rounds"),
    [("training-sweep", 2.8, 3), ("training-small", 7, 3), ("training-minibatches", 12, 1)],
)
def test_an_ensemble_is_faster_than_a_loop_over_modules_and_gives_the_same_numbers(one_thread, name, factor, rounds):
    # Two are regression floors below their goals, for a machine that does something else as well: the sweep's goal is
    # 3, where an idle AMD core measures 3.2 to 3.8, and that of the small nets 8, where it measures 7.7 to 8.6.
    ratio, difference = lead(CASES[name], CASES[name].peers[0], rounds)
    assert ratio >= factor
    assert difference <= 1e-10

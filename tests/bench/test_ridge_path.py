"""The speed that lesson 01 promises: a whole path with leave-one-out against scikit-learn's refits and grid search."""

import pytest

from bench.case import lead
from bench.cases import CASES


@pytest.mark.slow
def test_a_path_of_100_penalties_with_leave_one_out_beats_refitting(one_thread):
    case = CASES["ridge-path"]
    refits, grid_search = case.peers
    ratio, difference = lead(case, refits)
    assert difference <= 1e-8
    assert ratio >= 10
    # The grid search takes eight seconds each time, and hardly differs from one to the next.
    assert lead(case, grid_search, rounds=1)[0] >= 40

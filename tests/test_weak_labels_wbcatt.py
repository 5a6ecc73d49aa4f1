"""Rules of a textbook on real white blood cells: WBCAtt (Tsutsui, Pang and Wen, arXiv 2306.13531), read where it lies.

Whoever wrote the rules had seen the attribute table of the classes. Numbers asserted are floors.
"""

import functools
from pathlib import Path

import pytest

from ddlearn import blood
from ddlearn import weak_labels as wl

FOLDER = Path(__file__).resolve().parents[2] / "shared" / "data" / "wbcatt"
pytestmark = pytest.mark.skipif(not FOLDER.is_dir(), reason="the shared data folder is not here")

SEVEN, NARROW, BROAD = tuple(range(7)), (3, 4, 5), 9
"""Places in `blood.RULES`. The broad one is true of nearly half of all cells, and wrong of three in four."""


@functools.cache
def cells():
    return blood.load_wbcatt(FOLDER).train


def votes(*rules):
    return blood.white_cell_rules(cells())[:, list(rules)]


def shares():
    return cells().labels.bincount().double() / len(cells())


def right(Q):
    return (Q.argmax(1) == cells().labels).double().mean().item()


def test_label_models_are_as_good_as_measured_before():
    """Accuracy, calibration error and count error on the training cells, in points, as another implementation had."""
    v, y, p = votes(*SEVEN), cells().labels, shares()
    for Q, wanted in [
        (wl.majority_vote(v, 3), (97.0, 5.7, 3.6)),
        (wl.majority_vote(v, 3, p), (97.5, 3.4, 1.8)),
        (wl.dawid_skene(v, 3).posterior, (98.0, 1.4, 0.9)),
        (wl.dawid_skene(v, 3, p).posterior, (98.0, 1.5, 0.8)),
    ]:
        got = [right(Q), wl.expected_calibration_error(Q, y).item(), wl.count_error(Q.mean(0), p).item()]
        assert [100 * number for number in got] == pytest.approx(wanted, abs=0.1)


def test_a_broad_wrong_rule_breaks_the_label_model_and_the_class_balance_repairs_it():
    """Three narrow rules and the broad one: the model believes the broad one, as a vote does; told the classes' shares,
    it sees that half of all cells cannot be lymphocytes. The shares alone do not help a vote.
    """
    few = votes(*NARROW, BROAD)
    broken = [wl.majority_vote(few, 3), wl.majority_vote(few, 3, shares()), wl.dawid_skene(few, 3).posterior]
    assert max(map(right, broken)) <= 0.7
    assert right(wl.dawid_skene(few, 3, shares()).posterior) >= 0.9


def test_equal_shares_are_a_wrong_balance_and_make_the_label_model_worse_than_a_vote():
    """With all seven rules and the broad one besides; the true balance is better than a vote."""
    v = votes(*SEVEN, BROAD)
    majority = right(wl.majority_vote(v, 3))
    assert right(wl.dawid_skene(v, 3, [1 / 3] * 3).posterior) <= majority - 0.005
    assert right(wl.dawid_skene(v, 3, shares()).posterior) >= majority + 0.005

"""Rules of a textbook on real white blood cells: WBCAtt (Tsutsui, Pang and Wen, arXiv 2306.13531), read where it lies.

The attributes are judgements of pathologists, and granules and colors are left out: a microscope without a lens would
not see them. Whoever wrote the rules had seen the attribute table of the classes. Numbers asserted are floors.
"""

import csv
import functools
from pathlib import Path

import pytest
import torch

from ddlearn import blood
from ddlearn import weak_labels as wl
from ddlearn.compute import generator
from ddlearn.networks import MLP

FOLDER = Path(__file__).resolve().parents[2] / "shared" / "data" / "wbcatt"
pytestmark = pytest.mark.skipif(not FOLDER.is_dir(), reason="the shared data folder is not here")

G, L, M, SILENT = 0, 1, 2, wl.ABSTAIN
CLASS = {"Neutrophil": G, "Eosinophil": G, "Basophil": G, "Lymphocyte": L, "Monocyte": M}
SEVEN, NARROW, BROAD = tuple(range(7)), (3, 4, 5), 9
"""Places in `blood.RULES`. The broad one is true of nearly half of all cells, and wrong of three in four."""


@functools.cache
def cells(part):
    """Attributes and classes."""
    with open(FOLDER / f"pbc_attr_v1_{part}.csv", newline="", encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    return rows, torch.tensor([CLASS[row["label"]] for row in rows])


@functools.cache
def features():
    """One-hot columns of what is seen, centered by the training cells: of these, then of the test cells."""
    train, test = cells("train")[0], cells("test")[0]
    columns = [(name, value) for name in blood.LENS_FREE for value in sorted({row[name] for row in train})]
    x, new = (
        torch.tensor([[float(row[name] == value) for name, value in columns] for row in rows], dtype=torch.float64)
        for rows in (train, test)
    )
    return x - x.mean(0), new - x.mean(0)


@functools.cache
def votes(*rules):
    return blood.white_cell_rules(blood.load_wbcatt(FOLDER).train)[:, list(rules)]


def shares():
    return cells("train")[1].bincount().double() / len(cells("train")[1])


def right(Q):
    return (Q.argmax(1) == cells("train")[1]).double().mean().item()


def end_model(Q):
    """Test accuracies of three nets trained on posteriors of the training cells."""
    x, new = features()
    net = MLP((x.shape[1], 32, 32, 3))
    draw = wl.draw_cell_batches(len(x), 512, lambda z, rows: -(Q[rows] * z.log_softmax(-1)).sum(-1).mean(-1))
    parameters = wl.train_classifiers(net, x, draw, nets=3, generator=generator(0))
    return (net.apply(parameters, new).argmax(-1) == cells("test")[1]).double().mean(1)


def test_label_models_are_as_good_as_measured_before():
    """Accuracy, calibration error and count error on the training cells, in points, as another implementation had."""
    v, y, p = votes(*SEVEN), cells("train")[1], shares()
    for Q, wanted in [
        (wl.majority_vote(v, 3), (97.0, 5.7, 3.6)),
        (wl.majority_vote(v, 3, p), (97.5, 3.4, 1.8)),
        (wl.dawid_skene(v, 3).posterior, (98.0, 1.4, 0.9)),
        (wl.dawid_skene(v, 3, p).posterior, (98.0, 1.5, 0.8)),
    ]:
        got = [right(Q), wl.expected_calibration_error(Q, y).item(), wl.count_error(Q.mean(0), p).item()]
        assert [100 * number for number in got] == pytest.approx(wanted, abs=0.1)


def test_seven_rules_reach_97_percent_of_the_test_cells_without_a_label():
    assert end_model(wl.dawid_skene(votes(*SEVEN), 3).posterior).min() >= 0.97


@pytest.mark.slow
def test_labels_are_the_ceiling_and_silence_is_the_floor():
    """Controls: 6,169 labels do better; the class balance alone names the majority."""
    assert end_model(torch.eye(3, dtype=torch.float64)[cells("train")[1]]).min() >= 0.98
    majority = (cells("test")[1] == G).double().mean().item()
    assert end_model(shares().expand(6169, -1)).max().item() == pytest.approx(majority, abs=1e-12)


def test_a_broad_wrong_rule_breaks_the_label_model_and_the_class_balance_repairs_it():
    """Three narrow rules and the broad one: the model believes the broad one, as a vote does; told the classes' shares,
    it sees that half of all cells cannot be lymphocytes. The shares alone do not help a vote.
    """
    few = votes(*NARROW, BROAD)
    broken = [wl.majority_vote(few, 3), wl.majority_vote(few, 3, shares()), wl.dawid_skene(few, 3).posterior]
    assert max(map(right, broken)) <= 0.7
    assert right(wl.dawid_skene(few, 3, shares()).posterior) >= 0.9


def test_equal_shares_are_a_wrong_balance_and_make_the_label_model_worse_than_a_vote():
    """With all seven rules and with the broad one besides; the true balance is better than a vote in both."""
    thirds = [1 / 3] * 3
    for rules in (SEVEN, (*SEVEN, BROAD)):
        v = votes(*rules)
        majority = right(wl.majority_vote(v, 3))
        assert right(wl.dawid_skene(v, 3, thirds).posterior) <= majority - 0.005
        assert right(wl.dawid_skene(v, 3, shares()).posterior) >= majority + 0.005

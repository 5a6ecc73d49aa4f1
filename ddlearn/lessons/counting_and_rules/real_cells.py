"""The rules of the textbook on real cells: WBCAtt, described by pathologists, for whoever asks.

No cell of the lesson runs this: `real_rules.show()` in a new cell does. The table is fetched once, 2 MB, and without a
network the card says so; the lesson's own votes need none. Whoever wrote the rules had seen how attributes and types go
together in these very cells.
"""

from collections.abc import Callable

import torch
from torch import Tensor

from ddlearn import blood, compute, weak_labels
from ddlearn.classroom import Explorer, cached
from ddlearn.lessons.counting_and_rules import exercises, voting
from ddlearn.networks import MLP

UNITS, STEPS, BATCH, RATE, DECAY = 32, 300, 512, 3e-3, 1e-4


@cached(1)
def table() -> blood.WBCAtt:
    """Fetch the published table."""
    return blood.wbcatt()


def training_votes() -> tuple[Tensor, Tensor]:
    """Return the types of the 6,169 training cells and what the ten rules say of them.  (n,), (n, 10)"""
    cells = table().train
    return cells.labels, blood.white_cell_rules(cells)


def votes(rules: str, broad: bool, balance: str, *, label_round: Callable = exercises.label_round) -> voting.Votes:
    """Let some rules vote on the real cells."""
    y, said = training_votes()
    return voting.look(y, said, voting.chosen(rules, broad), balance, voting.blood_test(y), label_round)


def end_model(
    rules: str, broad: bool, balance: str, seed: int = 0, label_round: Callable = exercises.label_round
) -> float:
    """Return the accuracy on the official test cells of a net that learned from the label model, and no label."""
    y, said = training_votes()
    told = voting.given(balance, voting.blood_test(y))
    q = voting.label_model(said[:, voting.chosen(rules, broad)], told, label_round)
    x, new = table().train.one_hot(), table().test.one_hot()
    x, new = x - x.mean(0), new - x.mean(0)
    net = MLP((x.shape[1], UNITS, UNITS, 3))
    draw = weak_labels.draw_cell_batches(len(x), BATCH, lambda z, rows: -(q[rows] * z.log_softmax(-1)).sum(-1).mean(-1))
    parameters = weak_labels.train_classifiers(
        net, x, draw, generator=compute.generator(seed), steps=STEPS, lr=RATE, weight_decay=DECAY
    )
    with torch.no_grad():
        return float((net.apply(parameters, new)[0].argmax(1) == table().test.labels).double().mean())


explorer = Explorer(
    "real_rules",
    "Rules from a textbook, on real cells",
    controls=voting.CONTROLS,
    compute=votes,
    picture=voting.picture,
    sentence=voting.sentence,
    uses=("label_round",),
    size=(9.6, 4.4),
)

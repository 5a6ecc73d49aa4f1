"""Rules of a textbook vote on cells, and a label model finds out whom to believe: no cell has a label.

What each rule says of each type was counted on real cells, the 6,169 training cells of WBCAtt (Tsutsui, Pang, Wen,
NeurIPS 2023, arXiv 2306.13531; annotations under the MIT licence). Here votes are drawn from that table, each rule on
its own: just what the label model assumes. Real rules look at the same attributes and err together; `real_cells` asks
them.
"""

from collections.abc import Callable

import torch
from torch import Tensor

from ddlearn import compute, weak_labels
from ddlearn.blood import GRANULOCYTE, LYMPHOCYTE, MONOCYTE
from ddlearn.classroom import Explorer, Slider
from ddlearn.lessons.counting_and_rules import exercises, voting

SHARES = torch.tensor([0.7463, 0.1193, 0.1344], dtype=torch.float64)
"""Of the types among those cells: what a blood test of this population would print."""

# By rule: a type that it names, and how often it does so for a granulocyte, a lymphocyte, a monocyte.
TABLE: tuple[dict[int, tuple[float, float, float]], ...] = (
    {GRANULOCYTE: (0.914, 0.000, 0.004)},
    {LYMPHOCYTE: (0.007, 0.781, 0.065)},
    {MONOCYTE: (0.006, 0.189, 0.729)},
    {LYMPHOCYTE: (0.001, 0.920, 0.075)},
    {MONOCYTE: (0.008, 0.020, 0.587)},
    {MONOCYTE: (0.016, 0.000, 0.469)},
    {LYMPHOCYTE: (0.000, 0.632, 0.125), MONOCYTE: (0.000, 0.005, 0.755)},
    {GRANULOCYTE: (1.000, 0.363, 0.119)},
    {MONOCYTE: (0.119, 0.007, 0.545)},
    {LYMPHOCYTE: (0.442, 0.992, 0.133)},
)
FEWEST, MOST = 200, 3000


def probabilities() -> Tensor:
    """Return P(rule j says l | type c), silence last.  (10, 3, 4)"""
    table = torch.zeros(len(TABLE), 3, 4, dtype=torch.float64)
    for j, says in enumerate(TABLE):
        for label, rates in says.items():
            table[j, :, label] = torch.tensor(rates, dtype=torch.float64)
    table[..., -1] = 1 - table[..., :-1].sum(-1)
    return table


def drawn(n: int, seed: int) -> tuple[Tensor, Tensor]:
    """Draw the types of n cells and what the ten rules say of them.  (n,), (n, 10)"""
    draw = compute.generator(seed + 3)
    y = torch.multinomial(SHARES, MOST, replacement=True, generator=draw)
    said = torch.stack([torch.multinomial(rule[y], 1, generator=draw)[:, 0] for rule in probabilities()], 1)
    return y[:n], torch.where(said == 3, weak_labels.ABSTAIN, said)[:n]


def votes(
    rules: str, broad: bool, balance: str, cells: int, seed: int = 0, *, label_round: Callable = exercises.label_round
) -> voting.Votes:
    """Let some rules vote, as the table says that they do."""
    y, said = drawn(cells, seed)
    return voting.look(y, said, voting.chosen(rules, broad), balance, SHARES, label_round)


explorer = Explorer(
    "rules",
    "Rules from a textbook",
    controls=(*voting.CONTROLS, Slider("cells", "Cells", FEWEST, MOST, 2000, log=True, whole=True)),
    compute=votes,
    picture=voting.picture,
    sentence=voting.sentence,
    uses=("label_round",),
    size=(9.6, 4.4),
    pairs=(("broad", "balance"), ("rules", "broad")),
)

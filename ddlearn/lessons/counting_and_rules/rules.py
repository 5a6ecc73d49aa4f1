"""Rules of a textbook vote on cells, and a label model finds out whom to believe: no cell has a label.

What each rule says of each type was counted on real cells, the 6,169 training cells of WBCAtt (Tsutsui, Pang, Wen,
NeurIPS 2023, arXiv 2306.13531; annotations under the MIT licence). Here votes are drawn from that table, each rule on
its own: just what the label model assumes. Real rules look at the same attributes and err together; `real_cells` asks
them.
"""

from collections.abc import Callable
from dataclasses import dataclass

import torch
from torch import Tensor

from ddlearn import compute, weak_labels
from ddlearn.blood import GRANULOCYTE, LYMPHOCYTE, MONOCYTE, RULES
from ddlearn.classroom import Choice, Explorer, Slider, Switch
from ddlearn.lessons.counting_and_rules import exercises

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
NAMES = tuple(rule.removeprefix("the ") for rule in RULES)
NARROW, SEVEN, NINE = "three narrow ones", "seven", "nine"
SETS = {NARROW: (3, 4, 5), SEVEN: tuple(range(7)), NINE: tuple(range(9))}
BROAD = 9
"""The rule that is broad and mostly wrong, on purpose."""

FREE, EQUAL, TESTED = "left to the model", "equal thirds", "the blood test"
BALANCES = {FREE: None, EQUAL: torch.full((3,), 1 / 3, dtype=torch.float64), TESTED: SHARES}
FEWEST, MOST = 200, 3000
SMOOTHING, ROUNDS, STILL = 0.25, 60, 1e-4


@dataclass(frozen=True, eq=False)
class Votes:
    """What the chosen rules come to, by majority and by label model."""

    balance: str
    rules: list[int]
    cells: int
    silent: float  # the share of cells of which no rule says anything
    scores: Tensor  # (majority, model) x (accuracy, calibration error, count error)
    believed: Tensor  # (m,) how often the model thinks that each rule is right, where it speaks
    true: Tensor  # (m,)


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


def hear(votes: Tensor) -> Tensor:
    """Return votes as 0 and 1, silence last.  (n, m) -> (n, m, 4)"""
    return torch.nn.functional.one_hot(torch.where(votes == weak_labels.ABSTAIN, 3, votes), 4).double()


def label_model(votes: Tensor, balance: Tensor | None, label_round: Callable) -> Tensor:
    """Repeat the round from the majority vote until nothing moves.  votes (n, m) -> posteriors (n, 3)"""
    heard, q = hear(votes), weak_labels.majority_vote(votes, 3, balance)
    for _ in range(ROUNDS):
        before, q = q, label_round(q, heard, q.mean(0) if balance is None else balance, SMOOTHING)
        if (q - before).abs().max() < STILL:
            break
    return q


def beliefs(q: Tensor, votes: Tensor) -> Tensor:
    """Return how often each rule is right where it speaks, if q (n, 3) is right.  votes (n, m) -> (m,)"""
    spoken = hear(votes)[..., :-1]
    return torch.einsum("nc,nmc->m", q, spoken) / spoken.sum((0, 2)).clamp(min=1)


def blood_test(y: Tensor) -> Tensor:
    """Return the shares of the types among cells: what a blood test of this population would print.  (n,) -> (3,)"""
    return y.bincount(minlength=3).double() / len(y)


def judge(q: Tensor, y: Tensor) -> Tensor:
    """Return accuracy, calibration error, count error.  q (n, 3), y (n,) -> (3,)"""
    right, count = (q.argmax(1) == y).double().mean(), weak_labels.count_error(q.mean(0), blood_test(y))
    return torch.stack([right, weak_labels.expected_calibration_error(q, y), count])


def chosen(rules: str, broad: bool) -> list[int]:
    """Return the places of the rules, the broad one last."""
    return [*SETS[rules], *[BROAD] * broad]


def look(y: Tensor, votes: Tensor, rules: list[int], balance: str, shares: Tensor, label_round: Callable) -> Votes:
    """Let some rules vote on cells of types y (n,); votes (n, 10); `shares` is what the blood test prints."""
    votes = votes[:, rules]
    given = shares if balance == TESTED else BALANCES[balance]
    majority, model = weak_labels.majority_vote(votes, 3, given), label_model(votes, given, label_round)
    return Votes(
        balance=balance,
        rules=rules,
        cells=len(y),
        silent=weak_labels.summarize_votes(votes).silent,
        scores=torch.stack([judge(majority, y), judge(model, y)]),
        believed=beliefs(model, votes),
        true=beliefs(torch.nn.functional.one_hot(y, 3).double(), votes),
    )


def votes(
    rules: str, broad: bool, balance: str, cells: int, seed: int = 0, *, label_round: Callable = exercises.label_round
) -> Votes:
    """Let some rules vote, as the table says that they do."""
    y, said = drawn(cells, seed)
    return look(y, said, chosen(rules, broad), balance, SHARES, label_round)


def picture(fig, r: Votes) -> None:
    """Draw three measures of majority and label model; and what the model thinks of each rule, and the truth."""
    measures, rules = fig.row(1, 1.15)
    names = {0: "accuracy", 1: "calibration\nerror", 2: "count\nerror"}
    measures.frame("%", xlim=(0, 118), ylim=(2.6, -0.6), xticks=(0, 25, 50, 75, 100), yticks=names)
    for shift, label, color, hatch, scores in (
        (-0.19, "majority vote", "orange", "", r.scores[0]),
        (0.19, "label model", "blue", "//", r.scores[1]),
    ):
        rows = torch.arange(3).double() + shift
        measures.bars(rows, 100 * scores, color, label, width=0.36, sideways=True, hatch=hatch)
        for row, score in zip(rows.tolist(), (100 * scores).tolist(), strict=True):
            measures.text(score + 1.5, row, f"{score:.1f}", va="center")
    title = "a rule that speaks is right, %"
    rules.frame(title, xlim=(-3, 103), ylim=(9.6, -0.6), yticks=dict(enumerate(NAMES)), grid=True)
    rules.dots(100 * r.true, r.rules, "black", "o", "the truth", size=9, filled=False)
    rules.dots(100 * r.believed, r.rules, "blue", "X", "what the model believes", size=8)
    fig.legend(ncols=4)


def sentence(r: Votes) -> str:
    """Say how often label model and majority vote are right, their other errors, and which rule is most misjudged."""
    (majority, _, vote_count), (model, calibration, count) = (100 * r.scores).tolist()
    worst = int((r.believed - r.true).abs().argmax())
    believed, true = (100 * float(one[worst]) for one in (r.believed, r.true))
    return (
        f"The label model names {model:.1f} % of the cells correctly, a majority vote {majority:.1f} %. The model’s "
        f"calibration error is {calibration:.1f} %, and the count errors are {count:.1f} and {vote_count:.1f} points. "
        f"Most misjudged: {NAMES[r.rules[worst]]}, believed {believed:.0f} %, true {true:.0f} %. {len(r.rules)} rules, "
        f"all silent on {100 * r.silent:.0f} % of {r.cells} cells; class balance: {r.balance}."
    )


CONTROLS = (
    Choice("rules", "Rules", tuple(SETS), SEVEN),
    Switch("broad", "The broad, wrong rule too", False),
    Choice("balance", "Class balance", tuple(BALANCES), FREE),
)
explorer = Explorer(
    "rules",
    "Rules from a textbook",
    controls=(*CONTROLS, Slider("cells", "Cells", FEWEST, MOST, 2000, log=True, whole=True)),
    compute=votes,
    picture=picture,
    sentence=sentence,
    uses=("label_round",),
    size=(9.6, 4.4),
)

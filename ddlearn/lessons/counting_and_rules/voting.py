"""What rules that vote on cells come to: a majority vote, and a label model that finds out whom to believe.

Two explorers show it, `rules` on votes that are drawn and `real_cells` on those of real rules.
"""

from collections.abc import Callable
from dataclasses import dataclass

import torch
from torch import Tensor

from ddlearn import weak_labels
from ddlearn.blood import RULES
from ddlearn.classroom import Choice, Switch
from ddlearn.lessons.cells import THIRDS
from ddlearn.lessons.counting_and_rules.counting import settled

NAMES = tuple(rule.removeprefix("the ") for rule in RULES)
NARROW, SEVEN, NINE = "three narrow ones", "seven", "nine"
SETS = {NARROW: (3, 4, 5), SEVEN: tuple(range(7)), NINE: tuple(range(9))}
BROAD = 9
"""The rule that is broad and mostly wrong, on purpose."""

FREE, EQUAL, TESTED = BALANCES = ("left to the model", "equal thirds", "the blood test")
SMOOTHING = 0.25

CONTROLS = (
    Choice("rules", "Rules", tuple(SETS), SEVEN),
    Switch("broad", "The broad, wrong rule too", False),
    Choice("balance", "Class balance", BALANCES, FREE),
)


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


def chosen(rules: str, broad: bool) -> list[int]:
    """Return the places of the rules, the broad one last."""
    return [*SETS[rules], *[BROAD] * broad]


def given(balance: str, shares: Tensor) -> Tensor | None:
    """Return the class balance that the label model is told; `shares` is what the blood test prints.  -> (3,)"""
    return {FREE: None, EQUAL: THIRDS, TESTED: shares}[balance]


def hear(votes: Tensor) -> Tensor:
    """Return votes as 0 and 1, silence last.  (n, m) -> (n, m, 4)"""
    return torch.nn.functional.one_hot(torch.where(votes == weak_labels.ABSTAIN, 3, votes), 4).double()


def label_model(votes: Tensor, balance: Tensor | None, label_round: Callable) -> Tensor:
    """Repeat the round from the majority vote until nothing moves.  votes (n, m) -> posteriors (n, 3)"""
    heard = hear(votes)
    return settled(
        weak_labels.majority_vote(votes, 3, balance),
        lambda q: label_round(q, heard, q.mean(0) if balance is None else balance, SMOOTHING),
    )


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


def look(y: Tensor, votes: Tensor, rules: list[int], balance: str, shares: Tensor, label_round: Callable) -> Votes:
    """Let some rules vote on cells of types y (n,); votes (n, 10), and `shares` as in `given`."""
    votes, told = votes[:, rules], given(balance, shares)
    majority, model = weak_labels.majority_vote(votes, 3, told), label_model(votes, told, label_round)
    return Votes(
        balance=balance,
        rules=rules,
        cells=len(y),
        silent=weak_labels.summarize_votes(votes).silent,
        scores=torch.stack([judge(majority, y), judge(model, y)]),
        believed=beliefs(model, votes),
        true=beliefs(torch.nn.functional.one_hot(y, 3).double(), votes),
    )


def picture(fig, r: Votes) -> None:
    """Draw three measures of majority and label model; and what the model thinks of each rule, and the truth."""
    measures, rules = fig.row(1, 1.15)
    names = {0: "accuracy", 1: "calibration\nerror", 2: "count\nerror"}
    measures.frame("three measures, %", xlim=(0, 118), ylim=(2.6, -0.6), xticks=(0, 25, 50, 75, 100), yticks=names)
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

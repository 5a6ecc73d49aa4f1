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
from ddlearn.classroom import PALETTE, ArtistFigure, Choice, Explorer, Slider, Switch
from ddlearn.lessons.domain_knowledge import exercises

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

Round = Callable[[Tensor, Tensor, Tensor, float], Tensor]


@dataclass(frozen=True, eq=False)
class Votes:
    """What the chosen rules come to, by majority and by label model."""

    balance: str
    rules: tuple[int, ...]
    cells: int
    silent: float  # the share of cells of which no rule says anything
    scores: Tensor  # (majority, model) x (accuracy, calibration error, count error)
    believed: Tensor  # (m,) how often the model thinks that each rule is right, where it speaks
    true: Tensor  # (m,)


def probabilities() -> Tensor:
    """P(rule j says l | type c), silence last.  (10, 3, 4)"""
    table = torch.zeros(len(TABLE), 3, 4, dtype=torch.float64)
    for j, says in enumerate(TABLE):
        for label, rates in says.items():
            table[j, :, label] = torch.tensor(rates, dtype=torch.float64)
    table[..., -1] = 1 - table[..., :-1].sum(-1)
    return table


def drawn(n: int, seed: int) -> tuple[Tensor, Tensor]:
    """Types of n cells and what the ten rules say of them.  (n,), (n, 10)"""
    draw = compute.generator(seed + 3)
    y = torch.multinomial(SHARES, MOST, replacement=True, generator=draw)
    said = torch.stack([torch.multinomial(rule[y], 1, generator=draw)[:, 0] for rule in probabilities()], 1)
    return y[:n], torch.where(said == 3, weak_labels.ABSTAIN, said)[:n]


def hear(votes: Tensor) -> Tensor:
    """Votes as 0 and 1, silence last.  (n, m) -> (n, m, 4)"""
    return torch.nn.functional.one_hot(torch.where(votes == weak_labels.ABSTAIN, 3, votes), 4).double()


def label_model(votes: Tensor, balance: Tensor | None, label_round: Round) -> Tensor:
    """Rounds from the majority vote until they stand still.  votes (n, m) -> posteriors (n, 3)"""
    heard, q = hear(votes), weak_labels.majority_vote(votes, 3, balance)
    for _ in range(ROUNDS):
        before, q = q, label_round(q, heard, q.mean(0) if balance is None else balance, SMOOTHING)
        if (q - before).abs().max() < STILL:
            break
    return q


def beliefs(q: Tensor, votes: Tensor) -> Tensor:
    """How often each rule is right where it speaks, if q (n, 3) is to be believed.  votes (n, m) -> (m,)"""
    spoken = hear(votes)[..., :-1]
    return torch.einsum("nc,nmc->m", q, spoken) / spoken.sum((0, 2)).clamp(min=1)


def judge(q: Tensor, y: Tensor) -> Tensor:
    """Accuracy, calibration error, count error.  q (n, 3), y (n,) -> (3,)"""
    truth = y.bincount(minlength=3).double() / len(y)
    right = (q.argmax(1) == y).double().mean()
    return torch.stack([right, weak_labels.expected_calibration_error(q, y), weak_labels.count_error(q.mean(0), truth)])


def look(y: Tensor, votes: Tensor, rules: tuple[int, ...], balance: str, shares: Tensor, label_round: Round) -> Votes:
    """Let some rules vote on cells of types y (n,); votes (n, 10); `shares` is what the blood test prints."""
    votes = votes[:, list(rules)]
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
    rules: str, broad: bool, balance: str, cells: int, seed: int = 0, *, label_round: Round = exercises.label_round
) -> Votes:
    """Votes drawn from the table."""
    y, said = drawn(cells, seed)
    return look(y, said, SETS[rules] + broad * (BROAD,), balance, SHARES, label_round)


class RulesFigure(ArtistFigure):
    """Left three measures of majority and label model; right what the model thinks of each rule, and the truth."""

    size = (9.6, 4.4)
    MEASURES = ("accuracy", "calibration error", "count error")

    def layout(self, figure):
        self.left, self.right = figure.subplots(1, 2, width_ratios=(1, 1.15))
        self.bars = [
            self.left.barh([k + shift for k in range(3)], [0] * 3, height=0.36, color=PALETTE[color], hatch=hatch)
            for shift, color, hatch in ((-0.19, "orange", ""), (0.19, "blue", "//"))
        ]
        self.labels = [[self.left.text(0, k + shift, "", va="center") for k in range(3)] for shift in (-0.19, 0.19)]
        self.left.set(xlim=(0, 118), ylim=(2.6, -0.6), title="in points")
        self.left.set_yticks(range(3), ("accuracy", "calibration\nerror", "count\nerror"))
        self.left.set_xticks((0, 25, 50, 75, 100))
        (self.true,) = self.right.plot([], [], "o", color=PALETTE["black"], markersize=9, fillstyle="none")
        (self.believed,) = self.right.plot([], [], "X", color=PALETTE["blue"], markersize=8)
        self.right.set(xlim=(-3, 103), ylim=(9.6, -0.6), title="a rule that speaks is right, %")
        self.right.set_yticks(range(len(NAMES)), NAMES)
        self.right.grid(True)
        artists = (*self.bars, self.true, self.believed)
        names = ("majority vote", "label model", "the truth", "what the model believes")
        figure.legend(artists, names, loc="outside upper center", ncols=4)

    def draw(self, result: Votes):
        for bars, labels, scores in zip(self.bars, self.labels, 100 * result.scores, strict=True):
            for bar, label, score in zip(bars, labels, scores.tolist(), strict=True):
                bar.set_width(score)
                label.set_text(f"{score:.1f}")
                label.set_x(score + 1.5)
        self.true.set_data(100 * result.true, result.rules)
        self.believed.set_data(100 * result.believed, result.rules)

    def describe(self, result: Votes) -> str:
        (majority, _, vote_count), (model, calibration, count) = (100 * result.scores).tolist()
        worst = int((result.believed - result.true).abs().argmax())
        believed, true = (100 * float(one[worst]) for one in (result.believed, result.true))
        return (
            f"{len(result.rules)} rules on {result.cells} cells, silent on {100 * result.silent:.0f} %; class balance: "
            f"{result.balance}. Accuracy {majority:.1f} by majority, {model:.1f} by label model (calibration error "
            f"{calibration:.1f}); count error {vote_count:.1f} and {count:.1f}. Most misjudged: "
            f"{NAMES[result.rules[worst]]}, believed {believed:.0f} %, true {true:.0f} %."
        )


def controls() -> tuple:
    """Which rules vote, and what is known beforehand."""
    return (
        Choice("rules", "Rules", tuple(SETS), SEVEN),
        Switch("broad", "The broad, wrong rule too", False),
        Choice("balance", "Class balance", tuple(BALANCES), FREE),
    )


def explorer() -> Explorer:
    """The rules, fresh."""
    return Explorer(
        name="rules",
        title="Rules from a textbook",
        controls=(*controls(), Slider("cells", "Cells", FEWEST, MOST, 2000, log=True, whole=True)),
        compute=votes,
        figure=RulesFigure,
        uses=("label_round",),
    )

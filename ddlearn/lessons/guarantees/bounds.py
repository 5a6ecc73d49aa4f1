"""Bounds on an error rate against the number of examples: from how many on does each say more than guessing?

The task is to tell the digits 0 to 4 from 5 to 9, with the tangent kernel of a wide network. A slider replaces labels
by coin flips: the more of them, the less there is to learn, and no bound may certify what is not there.
"""

import math
from collections.abc import Callable
from dataclasses import dataclass

import torch
from torch import Tensor

from ddlearn import compute
from ddlearn.classroom import Explorer, Slider, Switch
from ddlearn.classroom.wording import listed
from ddlearn.generalization import margin_bound
from ddlearn.lessons.guarantees import exercises
from ddlearn.lessons.guarantees.machines import SIZES, error_rate, gibbs, sample, trained

ROWS = (
    "hold-out",
    "PAC-Bayes, half for the prior",
    "PAC-Bayes, prior before data",
    "margin",
    "Arora et al.: a term, no bound",
)
LOOKS = (("green", "^", "-"), ("blue", "s", "-"), ("orange", "o", "-"), ("purple", "D", "-"), ("grey", "X", "--"))
SPEAKING = 3  # the first rows; the other two are drawn where asked for
TERM = 4  # the last row leaves out constants, so it bounds nothing
NEVER = 1600  # where a row is marked that says nothing at any number
SCALES = torch.logspace(math.log10(0.5), math.log10(200), 40, dtype=torch.float64).tolist()

PacBayes = Callable[[Tensor, float, int, int, float], float]


@dataclass(frozen=True, eq=False)
class Bounds:
    """Five rows against SIZES: the bounds' `values` (5, 6), and the error rates `measured` (5, 6) at unseen points."""

    coins: float
    values: Tensor
    measured: Tensor
    rows: int = len(ROWS)  # the first so many are drawn

    @property
    def test_error(self) -> Tensor:
        """Return the error rates, (6,), of the machines that all n examples train."""
        return self.measured[TERM]

    @property
    def broken(self) -> list[tuple[int, int, float]]:
        """Return the number of examples, the row and the value of each bound that lies below the measured error."""
        return [
            (n, row, float(self.values[row, k]))
            for row in range(min(self.rows, TERM))
            for k, n in enumerate(SIZES)
            if self.measured[row, k] > self.values[row, k]
        ]

    def first(self, row: int) -> int | None:
        """Return the number of examples from which on the row stays below 1/2, the error of guessing; None if never."""
        speaking = int((self.values[row] < 0.5).flip(0).cumprod(0).sum())
        return SIZES[-speaking] if speaking and row != TERM else None


def best_bound(margins: Tensor, spent: int, delta: float, pac_bayes: PacBayes) -> tuple[float, float]:
    """Return the smallest bound over the SCALES of the posterior, and its scale mu.

    With examples spent, the prior is the posterior: N(mu w, I) with w trained on those, so every mu is a prior of its
    own, and the union bound is over all of them. Without, the one prior is N(0, I), at a divergence of mu^2 / 2.
    """
    priors = len(SCALES) if spent else 1
    return min(
        (float(pac_bayes(gibbs(margins, mu), 0.0 if spent else mu**2 / 2, spent, priors, delta)), mu) for mu in SCALES
    )


def bounds(
    coins: float,
    delta: float,
    draw: int,
    ridge: float,
    silent: bool,
    *,
    pac_bayes: PacBayes = exercises.pac_bayes,
    holdout: Callable[[int, int, float], float] = exercises.holdout,
    progress: compute.Progress = lambda share, words: None,
) -> Bounds:
    """Compute every bound at every size. Each holds by itself with probability 1 - delta; all together they do not."""
    progress(0.1, "fitting at six numbers of examples")
    here, columns = sample(coins, draw), []
    for n, fits in zip(SIZES, trained(coins, ridge, draw), strict=True):
        half = n // 2
        wrong = int((fits.half_margins[half:] <= 0).sum())
        held, held_mu = best_bound(fits.half_margins, half, delta, pac_bayes)
        free, free_mu = best_bound(fits.margins, 0, delta, pac_bayes)
        margin = margin_bound(here.K[:n, :n].contiguous(), here.y[:n], delta, [ridge]).value
        columns.append(
            [
                (float(holdout(wrong, n - half, delta)), error_rate(fits.half_unseen)),
                (held, float(gibbs(fits.half_unseen, held_mu).mean())),
                (free, float(gibbs(fits.unseen, free_mu).mean())),
                (margin, error_rate(fits.unseen)),
                (fits.term, error_rate(fits.unseen)),
            ]
        )
    values, measured = torch.tensor(columns, dtype=torch.float64).permute(2, 1, 0)
    return Bounds(coins, values, measured, len(ROWS) if silent else SPEAKING)


def picture(fig, r: Bounds, said) -> None:
    """Draw each bound against the number of examples, and from which number on it says anything."""
    curves, table = fig.row(1.15, 1)
    numbers = {n: str(n) for n in SIZES}
    shares = {share: f"{100 * share:.0f} %" for share in (0.01, 0.03, 0.1, 0.3, 0.5, 1, 3, 10)}
    limits = {"xlim": (21, 960), "ylim": (0.009, 12), "log": "xy"}
    curves.frame("error rate, at most", "examples", xticks=numbers, yticks=shares, grid=True, **limits)
    curves.band((21, 960), (0.5, 0.5), (12, 12), "grey", alpha=0.15)
    curves.text(23, 8.4, "above 1/2: says nothing", va="center")
    names = {row: name.replace(", ", ",\n") for row, name in enumerate(ROWS[: r.rows])}
    limits = {"xlim": (18, 2400), "ylim": (r.rows - 0.4, -1.1), "log": "x", "xticks": {**numbers, NEVER: "never"}}
    table.frame("below 1/2 from ... examples on", yticks=names, grid=True, **limits)
    for row, (color, marker, style) in enumerate(LOOKS[: r.rows]):
        curves.line(SIZES, r.values[row], color, style, marker=marker)
        table.dots([r.first(row) or NEVER], [row], color, marker, size=10)
    curves.line(SIZES, r.test_error.clamp(min=0.0092), "black", ":", width=2.2)
    curves.dots([n for n, _, _ in r.broken], [value for _, _, value in r.broken], "black", size=15, filled=False)
    curves.text(23, 0.0135, "dotted: measured test error\nringed: a bound that failed", va="center")
    guess = said("enough")
    if guess is not None:
        table.upright(guess)
        table.text(guess, -0.75, "you said", ha="center", va="center", backgroundcolor="white")


def sentence(r: Bounds, said) -> str:
    """Say which bounds are below 1/2, and from when on; then which of them failed, and what was predicted."""
    speaking = [
        f"{ROWS[row].replace(',', ' with')} from {r.first(row)}" for row in range(min(r.rows, TERM)) if r.first(row)
    ]
    kinds = {0.0: "True labels", 1.0: "Coin flips only"}.get(r.coins, f"{100 * r.coins:.0f} % coin flips")
    failed = f", {listed([f'{ROWS[row]} at {n}' for n, row, _ in r.broken[:2]])}" if r.broken else ""
    guess = said("enough")
    you = "" if guess is None else f" You said {guess:g}."
    stated = listed([f"{100 * value:.0f} %" for value in r.values[:SPEAKING, -1].tolist()])
    return (
        f"{kinds}. Below 1/2: {listed(speaking) if speaking else 'no bound'}. With {SIZES[-1]} examples the test error "
        f"is {100 * r.test_error[-1]:.1f} %, and the first three bounds are {stated}. "
        f"Bounds that failed: {len(r.broken) or 'none'}{failed}.{you}"
    )


explorer = Explorer(
    "bounds",
    "From how many examples on does a bound say anything?",
    controls=(
        Slider("coins", "Coin flips", 0.0, 1.0, 0.0, step=0.05),
        Slider("delta", "Delta", 1e-6, 0.5, 0.05, log=True),
        Slider("draw", "Draw", 1, 20, 1, whole=True),
        Slider("ridge", "Ridge", 0.01, 30.0, 3.0, log=True),
        Switch("silent", "Two that say nothing here", False),
    ),
    compute=bounds,
    picture=picture,
    sentence=sentence,
    uses=("holdout", "pac_bayes"),
    size=(9.6, 4.3),
    more=("ridge", "silent"),
    pairs=(("delta", "draw"),),
)

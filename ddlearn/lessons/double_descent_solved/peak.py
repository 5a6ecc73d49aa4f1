"""Linear regression on more and more features, simulated, under its exact curve."""

from collections.abc import Callable
from dataclasses import dataclass

import torch
from torch import Tensor

from ddlearn import compute
from ddlearn.classroom import Choice, Explorer, Slider
from ddlearn.classroom.wording import brief, say
from ddlearn.lessons.double_descent_solved import designs, exercises
from ddlearn.lessons.double_descent_solved.designs import BEST, EXAMPLES, FITS, MIN_NORM, RIDGE

TRUTHS = {"every feature is there": None, "most of it in the first": 5.0, "spread over many": 1.0}
"""How fast the first features capture the signal: the share 1 - (1 + p/n)^-decay. None: all of it, at every p."""


@dataclass(frozen=True, eq=False)
class Peak:
    """Risk against p, measured over designs and by theory, and its two parts."""

    n: int
    noise: float
    fit: str
    penalty: float
    sizes: Tensor  # (P,)
    measured: Tensor  # (DRAWS, P)
    parts: Tensor  # (2, P) bias and variance, medians over designs
    line: Tensor  # (L,) sizes of the theory's line
    theory: Tensor  # (2, L) bias and variance

    @property
    def median(self) -> Tensor:
        """(P,)"""
        return self.measured.median(0).values


def peak(
    truth: str,
    n: str,
    noise: float,
    fit: str,
    penalty: float,
    *,
    min_norm_fit: Callable = exercises.min_norm_fit,
    risk: Callable = exercises.risk,
    bias_variance: Callable = exercises.bias_variance,
    progress: compute.Progress | None = None,
) -> Peak:
    """Return the risk over the number of features, for n examples; `penalty` counts for the fit that says so only."""
    n, decay = int(n), TRUTHS[truth]
    found = designs.drawn(min_norm_fit, 0, progress=progress)[n]
    sizes = torch.tensor(found.sizes, dtype=torch.float64)
    signal, disturbance, missed = designs.captured(sizes, n, decay, noise)
    penalties = designs.chosen(fit, penalty, sizes / n, signal, disturbance)
    settings = torch.stack([penalties, signal, disturbance], 1).tolist()
    parts = [
        [bias_variance(s, n, p, *setting) for s in drawn]
        for p, drawn, setting in zip(found.sizes, found.values, settings, strict=True)
    ]
    bias, variance = torch.tensor(parts, dtype=torch.float64).unbind(-1)  # (P, DRAWS)
    measured = found.risk(signal, disturbance) if fit == MIN_NORM else bias + variance
    line, theory = designs.curve(n, decay, noise, fit, penalty, risk)
    medians = torch.stack([bias.median(1).values + missed, variance.median(1).values])
    return Peak(n, noise, fit, penalty, sizes, (measured + missed[:, None]).T, medians, line, theory)


def picture(fig, r: Peak) -> None:
    """Draw the risk, band and median of the designs with the theory dashed, and its two parts."""
    whole, parts = fig.row(1.25, 1)
    ratio, line = r.sizes / r.n, r.line / r.n
    ticks = {0.1: "0.1", 0.3: "0.3", 1: "1", 3: "3"}
    look = {"xlim": (0.09, 9), "ylim": (1e-2, 1e2), "log": "xy", "xticks": ticks, "legend": "upper left"}
    whole.frame("excess risk", "features per example, p / n", **look)
    parts.frame("its two parts", "features per example, p / n", **look)
    whole.dots(ratio, r.median, label="median design", size=5)
    whole.band(ratio, r.measured.amin(0), r.measured.amax(0), label="smallest to largest", alpha=0.35)
    whole.line(line, r.theory.sum(0), "vermilion", "--", "theory: the mean")
    whole.level(1, "grey", "-.", width=1)
    whole.text(7.9, 1.1, "predicting 0", "grey", ha="right", fontsize=10)
    looks = ("bias²", "green", "--", "s"), ("variance", "orange", ":", "^")
    for (name, color, style, marker), measured, theory in zip(looks, r.parts, r.theory, strict=True):
        seen = measured >= 1e-2
        parts.dots(ratio[seen], measured[seen], color, marker, name, size=5)
        parts.line(line, theory, color, style)
    for panel in (whole, parts):
        panel.upright(1, width=1)


def sentence(r: Peak) -> str:
    """Say where the risk is largest, and whether more or fewer features than examples win."""
    how = {MIN_NORM: "no penalty", RIDGE: f"penalty {brief(r.penalty)}", BEST: "the best penalty at every p"}
    total = r.theory.sum(0)
    below, above = r.line < r.n - 1, r.line > r.n + 1
    small, large = float(total[below].min()), float(total[above].min())
    small_at, large_at = (int(r.line[side][total[side].argmin()]) for side in (below, above))
    mean = f" By theory its mean is infinite at {r.n}." if total.isinf().any() else ""
    return (
        f"With {r.n} examples the median risk is largest at {int(r.sizes[r.median.argmax()])} features, "
        f"{say(float(r.median.max()), 2)} ({how[r.fit]}, noise {brief(r.noise)}).{mean} The smallest mean risk is "
        f"{say(small, 2)} with fewer features, at {small_at}, and {say(large, 2)} with more, at {large_at}: "
        f"{'more' if large < small else 'fewer'} features than examples win."
    )


def idle(values: dict[str, object]) -> dict[str, str]:
    """Return why the penalty has no effect, where it has none."""
    return {} if values["fit"] == RIDGE else {"penalty": f"Used by the fit “{RIDGE}” only."}


explorer = Explorer(
    "peak",
    "The peak, measured and by formula",
    controls=(
        Slider("noise", "Noise variance", 0.0, 1.0, 0.2),
        Choice("n", "Examples", EXAMPLES, "40"),
        Choice("truth", "Signal", tuple(TRUTHS), "every feature is there"),
        Choice("fit", "Fit", FITS, MIN_NORM),
        Slider("penalty", "Penalty", 1e-4, 10.0, 0.01, log=True),
    ),
    compute=peak,
    picture=picture,
    sentence=sentence,
    uses=("min_norm_fit", "risk", "bias_variance"),
    size=(9.4, 4.3),
    more=("fit", "penalty"),
    idle=idle,
    pairs=(("n", "noise"),),
)

"""Linear regression on more and more features, simulated, under its exact curve.

Inputs are isotropic and the signal has strength 1: a fit b of the truth beta has the excess risk |b - beta|^2 on new
points, and predicting 0 has the risk 1. A fit is linear in its labels, so one fit to the labels without noise, and to
a few draws of noise alone, gives the risk at every noise level. The curve is exact without a penalty, and the limit of
many examples with one.
"""

from collections.abc import Callable
from dataclasses import dataclass

import torch
from torch import Tensor

from ddlearn import compute
from ddlearn import double_descent as dd
from ddlearn.classroom import Choice, Explorer, Slider, cached
from ddlearn.classroom.wording import brief, say
from ddlearn.lessons.double_descent_solved import exercises

TRUTHS = {"every feature is there": None, "most of it in the first": 5.0, "spread over many": 1.0}
"""How fast the first features capture the signal: the share 1 - (1 + p/n)^-decay. None: all of it, at every p."""

EXAMPLES = ("20", "40", "60")
RATIOS = (0.1, 0.15, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 1.0, 1.1, 1.25, 1.5, 1.75, 2.0, 2.5, 3.0, 4.5, 7.0)
DRAWS, NOISES = 6, 8
MIN_NORM, RIDGE, BEST = FITS = ("shortest fit", "penalty of the slider", "best penalty")
TICKS = {0.1: "0.1", 0.3: "0.3", 1: "1", 3: "3"}

Fit = Callable[[Tensor, Tensor], Tensor]
Risk = Callable[[int, int, float, float], float]


@dataclass(frozen=True, eq=False)
class Designs:
    """Fits to DRAWS designs of every size p: (P, DRAWS) each, for a signal and a noise of strength 1."""

    sizes: tuple[int, ...]
    values: list[list[Tensor]]  # singular values of each design
    missed: Tensor  # |b - beta|^2 without noise
    crossed: Tensor  # twice the product with what noise adds, averaged over its draws
    added: Tensor  # square of what noise adds, averaged

    def risk(self, signal: Tensor, noise: Tensor) -> Tensor:
        """Return the excess risk of each fit, (P, DRAWS), for signal and noise (P,)."""
        signal, noise = signal[:, None], noise[:, None]
        return signal * self.missed + (signal * noise).sqrt() * self.crossed + noise * self.added


@dataclass(frozen=True, eq=False)
class Peak:
    """Risk against p, measured over designs and by theory, and its two parts."""

    n: int
    noise: float
    fit: str
    penalty: float
    infinite: bool  # whether the mean is infinite within one feature of p = n
    sizes: Tensor  # (P,)
    measured: Tensor  # (DRAWS, P)
    parts: Tensor  # (2, P) bias and variance, medians over designs
    line: Tensor  # (L,) sizes of the theory's line
    theory: Tensor  # (2, L) bias and variance

    @property
    def median(self) -> Tensor:
        """(P,)"""
        return self.measured.median(0).values


@cached(8)
def designs(fit: Fit, seed: int, progress: compute.Progress | None = None) -> dict[int, Designs]:
    """Fit designs for every number of EXAMPLES: a menu that chooses among them then answers at once."""
    found = {}
    for i, n in enumerate(map(int, EXAMPLES)):
        sizes = sorted({round(n * ratio) for ratio in RATIOS})
        values, risks = [], []
        for j, p in enumerate(sizes):
            # In one stream of numbers the designs of two sizes would share their first rows.
            drawn = [one_fit(n, p, fit, (1000 * seed + draw) * 1000 + p) for draw in range(DRAWS)]
            values.append([s for s, _ in drawn])
            risks.append(torch.stack([risk for _, risk in drawn]))
            if progress is not None:
                share = (i + (j + 1) / len(sizes)) / len(EXAMPLES)
                progress(share, f"{DRAWS} designs of {n} examples and {p} features")
        found[n] = Designs(tuple(sizes), values, *torch.stack(risks).unbind(-1))
    return found


def one_fit(n: int, p: int, fit: Fit, seed: int) -> tuple[Tensor, Tensor]:
    """Draw a design; fit its labels without noise, and several draws of noise alone.  -> singular values, and (3,)
    what `Designs` holds of each: missed, crossed, added."""
    generator = compute.generator(seed)
    X, y, beta = dd.draw_linear(n, p, 1.0, 0.0, generator)
    noise = torch.randn(n, NOISES, generator=generator, dtype=X.dtype)
    b = fit(X, torch.cat([y[:, None], noise], 1))
    missed, added = b[:, 0] - beta, b[:, 1:]
    risk = torch.stack([missed @ missed, 2 * (missed @ added).mean(), added.square().sum(0).mean()])
    return torch.linalg.svdvals(X), risk


def captured(sizes: Tensor, n: int, decay: float | None, noise: float) -> tuple[Tensor, Tensor, Tensor]:
    """Return what p features capture of a signal of strength 1, what is noise to them, what they miss.  each (P,)"""
    missed = torch.zeros_like(sizes) if decay is None else (1 + sizes / n) ** -decay
    return 1 - missed, noise + missed, missed


def chosen(fit: str, penalty: float, ratio: Tensor, signal: Tensor, noise: Tensor) -> Tensor:
    """Return the penalty at every size, (P,): none, the slider's, or the best one, noise p / (n signal)."""
    if fit == MIN_NORM:
        return torch.zeros_like(ratio)
    return torch.full_like(ratio, penalty) if fit == RIDGE else noise * ratio / signal


def peak(
    truth: str,
    n: str,
    noise: float,
    fit: str,
    penalty: float,
    *,
    min_norm_fit: Fit = exercises.min_norm_fit,
    risk: Risk = exercises.risk,
    bias_variance: Callable[[Tensor, int, int, float, float, float], tuple[float, float]] = exercises.bias_variance,
    progress: compute.Progress | None = None,
) -> Peak:
    """Return the risk over the number of features, for n examples; `penalty` counts for the fit that says so only."""
    n, decay = int(n), TRUTHS[truth]
    found = designs(min_norm_fit, 0, progress=progress)[n]
    sizes = torch.tensor(found.sizes, dtype=torch.float64)
    signal, disturbance, missed = captured(sizes, n, decay, noise)
    settings = torch.stack([chosen(fit, penalty, sizes / n, signal, disturbance), signal, disturbance], 1).tolist()
    parts = [
        [bias_variance(s, n, p, *setting) for s in drawn]
        for p, drawn, setting in zip(found.sizes, found.values, settings, strict=True)
    ]
    bias, variance = torch.tensor(parts, dtype=torch.float64).unbind(-1)  # (P, DRAWS)
    measured = found.risk(signal, disturbance) if fit == MIN_NORM else bias + variance
    line, theory = curve(n, decay, noise, fit, penalty, risk)
    return Peak(
        n=n,
        noise=noise,
        fit=fit,
        penalty=penalty,
        infinite=fit == MIN_NORM and (noise > 0 or decay is not None),
        sizes=sizes,
        measured=(measured + missed[:, None]).T,
        parts=torch.stack([bias.median(1).values + missed, variance.median(1).values]),
        line=line,
        theory=theory,
    )


def curve(n: int, decay: float | None, noise: float, fit: str, penalty: float, risk: Risk) -> tuple[Tensor, Tensor]:
    """Return sizes, (L,), and by theory bias and variance, (2, L)."""
    sizes = {*dd.geometric_steps(round(RATIOS[0] * n), round(RATIOS[-1] * n), 90), *range(n - 6, n + 7)}
    sizes = torch.tensor(sorted(sizes), dtype=torch.float64)
    signal, disturbance, missed = captured(sizes, n, decay, noise)
    if fit == MIN_NORM:
        each = zip(sizes.int().tolist(), signal.tolist(), disturbance.tolist(), strict=True)
        parts = [(float(risk(n, p, strength, 0.0)), float(risk(n, p, 0.0, noise))) for p, strength, noise in each]
        bias, variance = torch.tensor(parts, dtype=torch.float64).T
    else:
        penalties = chosen(fit, penalty, sizes / n, signal, disturbance).clamp(min=1e-9)
        bias = signal * dd.ridge_risk(sizes / n, penalties, 1.0, 0.0)
        variance = disturbance * dd.ridge_risk(sizes / n, penalties, 0.0, 1.0)
    return sizes, torch.stack([bias + missed, variance])


def picture(fig, r: Peak) -> None:
    """Draw the risk, band and median of the designs with the theory dashed, and its two parts."""
    whole, parts = fig.row(1.25, 1)
    ratio, line = r.sizes / r.n, r.line / r.n
    look = {"xlim": (0.09, 9), "ylim": (1e-2, 1e2), "log": "xy", "xticks": TICKS, "legend": "upper left"}
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
    mean = f" By theory its mean is infinite at {r.n}." if r.infinite else ""
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

"""The peak explorer: linear regression on more and more features, simulated, under its exact curve.

The signal has strength 1, so predicting 0 has the excess risk 1. The band is that of `designs`; the curve is exact
without a penalty, and the limit of many examples with one.
"""

import math
from collections.abc import Callable
from dataclasses import dataclass

import torch
from torch import Tensor

from ddlearn import double_descent as dd
from ddlearn.classroom import PALETTE, ArtistFigure, Choice, Explorer, Slider
from ddlearn.classroom.wording import brief, say
from ddlearn.lessons.double_descent_solved import exercises
from ddlearn.lessons.double_descent_solved.designs import EXAMPLES, RATIOS, Fit, fits

TRUTHS = {"every feature is there": None, "most of it in the first": 5.0, "spread over many": 1.0}
"""How fast the first features capture the signal: the share 1 - (1 + p/n)^-decay. None: all of it, at every p."""

MIN_NORM, RIDGE, BEST = FITS = ("minimum norm", "penalty of the slider", "best penalty")
LOWEST, HIGHEST = 1e-2, 1e2

Risk = Callable[[int, int, float, float], float]
Split = Callable[[Tensor, int, int, float, float, float], tuple[float, float]]


@dataclass(frozen=True, eq=False)
class Peak:
    """Risk against p, measured over designs and by theory, and its two parts."""

    n: int
    noise: float
    fit: str
    penalty: float
    decay: float | None
    sizes: Tensor  # (P,)
    measured: Tensor  # (DRAWS, P)
    bias: Tensor  # (P,) medians over designs
    variance: Tensor
    line: Tensor  # (L,) sizes of the theory's line
    theory_bias: Tensor  # (L,)
    theory_variance: Tensor

    @property
    def median(self) -> Tensor:
        return self.measured.median(0).values

    @property
    def infinite(self) -> bool:
        """Whether the mean is infinite within one feature of p = n, where the line has no points."""
        return self.fit == MIN_NORM and (self.noise > 0 or self.decay is not None)


def captured(sizes: Tensor, n: int, decay: float | None, noise: float) -> tuple[Tensor, Tensor, Tensor]:
    """What p features capture of a signal of strength 1, what is noise to them, and what they miss.  each (P,)"""
    missed = torch.zeros_like(sizes) if decay is None else (1 + sizes / n) ** -decay
    return 1 - missed, noise + missed, missed


def peak(
    truth: str,
    n: str,
    noise: float,
    fit: str,
    penalty: float,
    seed: int = 0,
    *,
    min_norm_fit: Fit = exercises.min_norm_fit,
    risk: Risk = exercises.risk,
    bias_variance: Split = exercises.bias_variance,
    progress: Callable[[float, str], object] | None = None,
) -> Peak:
    """Risk against the number of features, for n examples; `penalty` counts only for the fit that says so."""
    n, decay = int(n), TRUTHS[truth]
    found = fits(min_norm_fit, seed, progress)[n]
    sizes = torch.tensor(found.sizes, dtype=torch.float64)
    signal, disturbance, missed = captured(sizes, n, decay, noise)
    penalties = chosen(fit, penalty, sizes / n, signal, disturbance)

    parts = torch.tensor(
        [
            [bias_variance(s, n, p, *setting) for s in drawn]
            for p, drawn, *setting in zip(
                found.sizes, found.values, penalties.tolist(), signal.tolist(), disturbance.tolist(), strict=True
            )
        ],
        dtype=torch.float64,
    )  # (P, DRAWS, 2)
    measured = found.risk(signal, disturbance) if fit == MIN_NORM else parts.sum(-1)
    line, theory_bias, theory_variance = curve(n, decay, noise, fit, penalty, risk)
    return Peak(
        n=n,
        noise=noise,
        fit=fit,
        penalty=penalty,
        decay=decay,
        sizes=sizes,
        measured=(measured + missed[:, None]).T,
        bias=parts[..., 0].median(1).values + missed,
        variance=parts[..., 1].median(1).values,
        line=line,
        theory_bias=theory_bias,
        theory_variance=theory_variance,
    )


def chosen(fit: str, penalty: float, ratio: Tensor, signal: Tensor, noise: Tensor) -> Tensor:
    """The penalty at every size, (P,): none, the slider's, or the best one, noise p / (n signal)."""
    if fit == MIN_NORM:
        return torch.zeros_like(ratio)
    return torch.full_like(ratio, penalty) if fit == RIDGE else noise * ratio / signal


def curve(n: int, decay: float | None, noise: float, fit: str, penalty: float, risk: Risk) -> tuple[Tensor, ...]:
    """Sizes, and bias and variance by theory: exact without a penalty, the limit of many examples with one."""
    low, high = max(1, round(RATIOS[0] * n)), round(RATIOS[-1] * n)
    spread = torch.logspace(0, 1, 90, dtype=torch.float64) ** math.log10(high / low) * low
    near = [float(p) for p in range(n - 6, n + 7)]
    sizes = torch.tensor(sorted({*spread.round().tolist(), *near}), dtype=torch.float64)
    if fit == MIN_NORM:
        sizes = sizes[(sizes - n).abs() > 1]
    signal, disturbance, missed = captured(sizes, n, decay, noise)
    if fit == MIN_NORM:
        asked = [*zip(sizes.int().tolist(), signal.tolist(), disturbance.tolist(), strict=True)]
        bias = torch.tensor([float(risk(n, p, one, 0.0)) for p, one, _ in asked], dtype=torch.float64)
        variance = torch.tensor([float(risk(n, p, 0.0, other)) for p, _, other in asked], dtype=torch.float64)
    else:
        penalties = chosen(fit, penalty, sizes / n, signal, disturbance).clamp(min=1e-9)
        bias = signal * dd.ridge_risk(sizes / n, penalties, 1.0, 0.0)
        variance = disturbance * dd.ridge_risk(sizes / n, penalties, 0.0, 1.0)
    return sizes, bias + missed, variance


class PeakFigure(ArtistFigure):
    """Left: risk against p/n, band and median of the designs, theory dashed. Right: bias squared and variance."""

    size = (9.4, 4.3)
    predictions: Callable[[], tuple[str | None, str | None]] = staticmethod(lambda: (None, None))

    def layout(self, figure):
        from matplotlib.collections import PolyCollection

        whole, parts = figure.subplots(1, 2, width_ratios=(1.25, 1))
        self.band = whole.add_collection(PolyCollection([], color=PALETTE["sky"], alpha=0.35, linewidth=0))
        (self.median,) = whole.plot([], [], "o", color=PALETTE["blue"], markersize=5)
        self.theory = self._line(whole, "vermilion", "--")
        whole.axhline(1, color=PALETTE["grey"], linewidth=1, linestyle="-.")
        whole.text(7.9, 1.1, "predicting 0", ha="right", color="#5a5a5a", fontsize=10)
        whole.legend(
            [self.median, self.band, *self.theory[:1]],
            ["median design", "least to largest", "theory: the mean"],
            loc="upper left",
        )
        whole.set(title="error on new points, beyond their noise", ylabel="excess risk")
        self.parts = []
        for colour, style, marker, name in (("green", "--", "s", "bias²"), ("orange", ":", "^", "variance")):
            (dots,) = parts.plot([], [], marker, color=PALETTE[colour], markersize=5, label=name)
            self.parts.append((dots, self._line(parts, colour, style)))
        parts.set(title="its two parts")
        parts.legend(loc="upper left", handletextpad=0.2)
        for axes in (whole, parts):
            axes.axvline(1, color=PALETTE["black"], linewidth=1, linestyle=":")
            axes.set(xscale="log", yscale="log", xlim=(0.09, 9), ylim=(LOWEST, HIGHEST))
            axes.set(
                xlabel="features per example, p / n", xticks=[0.1, 0.3, 1, 3], xticklabels=["0.1", "0.3", "1", "3"]
            )
            axes.minorticks_off()

    def _line(self, axes, colour: str, style: str) -> list:
        """Two pieces of one line, on the two sides of the threshold, where it may not be joined."""
        return [axes.plot([], [], style, color=PALETTE[colour])[0] for _ in range(2)]

    def draw(self, result: Peak):
        ratio, median = result.sizes / result.n, result.median
        low, high = (edge.clamp(LOWEST, HIGHEST) for edge in (result.measured.amin(0), result.measured.amax(0)))
        corners = [torch.stack([ratio, low], 1), torch.stack([ratio, high], 1).flip(0)]
        self.band.set_verts([torch.cat(corners).numpy()])
        self.median.set_data(ratio, median.clamp(LOWEST, HIGHEST))
        self._pieces(self.theory, result, result.theory_bias + result.theory_variance, result.infinite)
        for (dots, line), measured, theory, infinite in zip(
            self.parts,
            (result.bias, result.variance),
            (result.theory_bias, result.theory_variance),
            (False, result.infinite),
            strict=True,
        ):
            shown = measured >= LOWEST
            dots.set_data(ratio[shown], measured[shown].clamp(max=HIGHEST))
            self._pieces(line, result, theory, infinite)

    def _pieces(self, line: list, result: Peak, values: Tensor, infinite: bool) -> None:
        n, sizes, values = result.n, result.line, values.clamp(LOWEST / 2, 2 * HIGHEST)
        points = torch.stack([sizes / n, values], 1)
        left, right = (points[side].tolist() for side in (sizes < n, sizes >= n))
        if infinite:
            left, right = [*left, (1 - 1 / n, 2 * HIGHEST)], [(1 + 1 / n, 2 * HIGHEST), *right]
        for piece, points in zip(line, (left, right), strict=True):
            piece.set_data([x for x, _ in points], [y for _, y in points])

    def describe(self, result: Peak) -> str:
        how = {MIN_NORM: "No penalty", RIDGE: f"Penalty {brief(result.penalty)}", BEST: "The best penalty at every p"}
        below, above = result.line < result.n - 1, result.line > result.n + 1
        total = result.theory_bias + result.theory_variance
        small, large = (total[side].argmin() for side in (below, above))
        best_small, best_large = float(total[below][small]), float(total[above][large])
        peak_at = int(result.sizes[result.median.argmax()])
        worst = float(result.median.max())
        winner = "more features than examples win" if best_large < best_small else "fewer features than examples win"
        mean = f" By theory its mean is infinite at {result.n}." if result.infinite else ""
        return (
            f"{how[result.fit]}, {result.n} examples, noise {brief(result.noise)}. The median error is largest at "
            f"{peak_at} features, {say(worst, 2)}.{mean} The best fit with fewer than {result.n} features has "
            f"{say(best_small, 2)}, at {int(result.line[below][small])}, with more {say(best_large, 2)}, at "
            f"{int(result.line[above][large])}: {winner}.{self._said(result)}"
        )

    def _said(self, result: Peak) -> str:
        """What the learner predicted, at the settings that answer it."""
        more, quiet = self.predictions()
        if more is not None and result.infinite and result.n == 60:
            return f" With 60 features and 20 examples more, you said, {more}."
        if quiet is not None and result.fit == MIN_NORM and result.noise == 0 and result.decay is None:
            return f" Left of the peak, you said: {quiet}."
        return ""


def explorer() -> Explorer:
    """The peak explorer, fresh."""
    return Explorer(
        name="peak",
        title="The peak: more and more features, and the formula",
        controls=(
            Choice("truth", "Signal", tuple(TRUTHS), "every feature is there"),
            Choice("n", "Examples", EXAMPLES, "40"),
            Slider("noise", "Noise variance", 0.0, 1.0, 0.2),
            Choice("fit", "Fit", FITS, MIN_NORM),
            Slider("penalty", "Penalty", 1e-4, 10.0, 0.01, log=True),
        ),
        compute=peak,
        figure=PeakFigure,
        uses=("min_norm_fit", "risk", "bias_variance"),
    )

"""The why explorer: one peak of real digits, four explanations side by side, and what takes it away.

Least squares on the first N of some random features, fitted to N_TRAIN digits. A fit errs along each of the design's
directions by the product of three factors (Schaeffer et al., arXiv 2303.14151): what of the labels no coefficients
explain, over the singular value there, times how much of a new digit lies there. With any one of them at 0 in the
weakest directions there is no peak.
"""

from collections.abc import Callable
from dataclasses import dataclass

import torch
from torch import Tensor

from ddlearn import compute, datasets
from ddlearn import double_descent as dd
from ddlearn.classroom import PALETTE, ArtistFigure, Choice, Explorer, Switch, cached
from ddlearn.classroom.wording import say

N_TRAIN, TEST, DRAWS, CLASSES = 100, 150, 8, 10
WIDTH = 12.0  # of the kernel: wide, so that the features are nearly alike and the weakest direction is very weak
SIZES = (8, 15, 25, 40, 60, 75, 85, 92, 97, 100, 103, 108, 115, 130, 160, 220, 400)
STRONG = 10  # directions kept of a new digit by the second switch
STEPS = 1000
EXACT, SINGLE, CUT, LARGE_CUT, DESCENT = SOLVERS = (
    "exactly, in float64",
    "in float32",
    "rank cut-off 0.001",
    "rank cut-off 0.03",
    "1,000 steps of descent",
)
LOWEST, HIGHEST = 1e-2, 1e3
ROUNDING = 1e-12

Report = Callable[[float, str], object]


@dataclass(frozen=True, eq=False)
class Fits:
    """Every solver (V), the labels as they are or made explainable (2), new digits whole or strong parts only (2)."""

    error: Tensor  # (V, 2, 2, W) median over draws
    bias: Tensor  # (V, 2, 2, W) squared, over draws of the examples
    variance: Tensor
    p_test: Tensor  # (V, 2, W) median, which no label changes
    weakest: Tensor  # (V, W) median: smallest singular value that the solver uses, over the largest


@dataclass(frozen=True, eq=False)
class Why:
    """The fits of one setting, and those of the plain one."""

    solver: str
    explained: bool
    strong: bool
    sizes: Tensor  # (W,)
    error: Tensor  # (W,) each
    bias: Tensor
    variance: Tensor
    p_test: Tensor
    weakest: Tensor
    plain_error: Tensor
    plain_p_test: Tensor
    plain_weakest: Tensor


def filters(s: Tensor) -> dict[str, Tensor]:
    """What each solver puts in the place of 1/s.  s (r,), largest first."""
    descent = -torch.expm1(STEPS * torch.log1p(-0.999 * (s / s[0]).square())) / s
    return {
        EXACT: 1 / s,
        CUT: torch.where(s > 1e-3 * s[0], 1 / s, 0.0),
        LARGE_CUT: torch.where(s > 3e-2 * s[0], 1 / s, 0.0),
        DESCENT: descent,
    }


def solved(Z: Tensor, Z_new: Tensor) -> tuple[Tensor, Tensor]:
    """The weights of every solver on the labels, (V, 2, m, n), for whole new digits and their strong parts; and (V,)
    the smallest singular value that it uses, over the largest.

    Z (n, N), Z_new (m, N). Descent and float32 have no sharp cut: the value where their filter is largest stands in.
    """
    fit = dd.smoother(Z, Z_new)
    single = torch.linalg.pinv(Z.float())  # with its default cut-off
    P32 = (Z_new.float() @ single).double()
    V_strong = (fit.U[:, :STRONG] / fit.s[:STRONG]).T @ Z  # rows: the strong right singular vectors
    P32_strong = (Z_new @ V_strong.T) @ (V_strong.float() @ single).double()
    found, least = {SINGLE: (P32, P32_strong)}, {SINGLE: 1 / torch.linalg.matrix_norm(single, 2).double()}
    for name, f in filters(fit.s).items():
        found[name] = tuple((fit.T[:, :k] * f[:k]) @ fit.U[:, :k].T for k in (len(f), STRONG))
        least[name] = 1 / f.max()
    weights = torch.stack([torch.stack(found[name]) for name in SOLVERS])
    return weights, torch.stack([least[name] for name in SOLVERS]) / fit.s[0]


@cached(8)
def fits(seed: int, progress: Report | None = None) -> Fits:
    """DRAWS sets of N_TRAIN digits at every size, fitted in every way."""
    digits = datasets.digits(compute.generator(seed), TEST)
    draw = compute.generator(seed + 1)
    features = dd.CosineFeatures.draw(64, max(SIZES), WIDTH, draw)
    phi, phi_new = features(digits.train_x), features(digits.test_x)
    y, y_new = (dd.one_hot(one, CLASSES) - 1 / CLASSES for one in (digits.train_y, digits.test_y))
    examples = [torch.randperm(len(y), generator=draw)[:N_TRAIN] for _ in range(DRAWS)]
    rows = []
    for i, N in enumerate(SIZES):
        Z, Z_new = phi[:, :N] / N**0.5, phi_new[:, :N] / N**0.5
        w = dd.min_norm(Z, y)  # the labels that the features can explain: least squares on all digits
        targets, truth = torch.cat([y, Z @ w], 1), torch.stack([y_new, Z_new @ w])  # (., 20), (2, m, 10)
        rows.append(_of_one_size([solved(Z[these], Z_new) for these in examples], targets, truth, examples))
        if progress is not None:
            progress((i + 1) / len(SIZES), f"{N} features, {DRAWS} sets of {N_TRAIN} digits")
    return Fits(*(torch.stack(part, -1) for part in zip(*rows, strict=True)))


def _of_one_size(found: list[tuple], targets: Tensor, truth: Tensor, examples: list[Tensor]) -> tuple[Tensor, ...]:
    """What `Fits` holds, for one number of features."""
    predictions, p_test, weakest = [], [], []
    for (weights, least), these in zip(found, examples, strict=True):
        f = weights @ targets[these]  # (V, 2, m, 20)
        predictions.append(torch.stack(f.chunk(2, -1), 1))  # (V, labels, digits, m, 10)
        p_test.append(N_TRAIN * weights.square().sum((-2, -1)) / weights.shape[-2])
        weakest.append(least)
    f, truth = torch.stack(predictions), truth[:, None]
    errors = (f - truth).square().sum(-1).mean(-1)  # (DRAWS, V, 2, 2)
    variance = f.var(0).sum(-1).mean(-1)
    bias = (f.mean(0) - truth).square().sum(-1).mean(-1) - variance / len(found)
    medians = (torch.stack(one).median(0).values for one in (p_test, weakest))
    return errors.median(0).values, bias.clamp(min=0), variance, *medians


def why(solver: str, explained: bool, strong: bool, seed: int = 0, *, progress: Report | None = None) -> Why:
    """The peak as this solver sees it; with labels that the features can explain, and new digits' strong parts only."""
    found = fits(seed, progress)
    v = SOLVERS.index(solver)
    return Why(
        solver=solver,
        explained=explained,
        strong=strong,
        sizes=torch.tensor(SIZES, dtype=torch.float64),
        error=found.error[v, int(explained), int(strong)],
        bias=found.bias[v, int(explained), int(strong)],
        variance=found.variance[v, int(explained), int(strong)],
        p_test=found.p_test[v, int(strong)],
        weakest=found.weakest[v],
        plain_error=found.error[0, 0, 0],
        plain_p_test=found.p_test[0, 0],
        plain_weakest=found.weakest[0],
    )


class WhyFigure(ArtistFigure):
    """The error, and three accounts of it: the design's weakest direction, bias and variance, and another x-axis."""

    size = (9.4, 6.2)

    def layout(self, figure):
        (error, weakest), (parts, folded) = figure.subplots(2, 2)
        plain = {"color": PALETTE["grey"], "linewidth": 1.4, "linestyle": "--"}
        (self.plain_error,) = error.plot([], [], label="plain", **plain)
        (self.error,) = error.plot([], [], "o-", color=PALETTE["blue"], markersize=4, label="this setting")
        error.legend(loc="upper right")
        error.set(title="squared error on new digits", ylim=(LOWEST, HIGHEST))
        (self.plain_weakest,) = weakest.plot([], [], **plain)
        (self.weakest,) = weakest.plot([], [], "D-", color=PALETTE["purple"], markersize=4)
        weakest.set(title="conditioning: weakest direction used", ylim=(1e-6, 1), ylabel="over the strongest")
        (self.bias,) = parts.plot([], [], "s--", color=PALETTE["green"], markersize=4, label="bias²")
        (self.variance,) = parts.plot([], [], "^:", color=PALETTE["orange"], markersize=5, label="variance")
        parts.set(title="over sets of examples", ylim=(LOWEST, HIGHEST))
        parts.legend(loc="upper right")
        for axes in (error, weakest, parts):
            axes.axvline(N_TRAIN, color=PALETTE["black"], linewidth=1, linestyle=":")
            axes.set(xscale="log", yscale="log", xlim=(7, 450), xlabel="features N")
            axes.set(xticks=[10, 30, 100, 300], xticklabels=["10", "30", "100", "300"])
            axes.minorticks_off()
        (self.plain_folded,) = folded.plot([], [], **plain)
        (self.few,) = folded.plot([], [], "o-", color=PALETTE["sky"], markersize=4, label="N < n")
        (self.many,) = folded.plot([], [], "^-", color=PALETTE["vermilion"], markersize=5, label="N ≥ n")
        folded.set(xscale="log", yscale="log", xlim=(4, 1e6), ylim=(LOWEST, HIGHEST))
        folded.set(title="another axis: effective parameters", xlabel="effective parameters at new digits")
        folded.legend(loc="upper left")

    def draw(self, result: Why):
        N, error = result.sizes, result.error.clamp(LOWEST, HIGHEST)
        self.plain_error.set_data(N, result.plain_error.clamp(LOWEST, HIGHEST))
        self.error.set_data(N, error)
        self.plain_weakest.set_data(N, result.plain_weakest)
        self.weakest.set_data(N, result.weakest)
        known = result.variance < DRAWS * result.bias  # nearer the peak a few sets do not tell the bias
        self.bias.set_data(N[known], result.bias[known].clamp(LOWEST, HIGHEST))
        self.variance.set_data(N, result.variance.clamp(LOWEST, HIGHEST))
        self.plain_folded.set_data(result.plain_p_test, result.plain_error.clamp(LOWEST, HIGHEST))
        few = N < N_TRAIN
        self.few.set_data(result.p_test[few], error[few])
        self.many.set_data(result.p_test[~few], error[~few])

    def describe(self, result: Why) -> str:
        i, top = SIZES.index(N_TRAIN), int(result.error.argmax())
        removed = [
            words
            for gone, words in (
                (result.explained, "labels that the features explain"),
                (result.strong, f"new digits seen in {STRONG} strong directions"),
            )
            if gone
        ]
        how = f"Solved {'' if result.solver in (EXACT, SINGLE) else 'with '}{result.solver}"
        error, plain = float(result.error[i]), float(result.plain_error[i])
        if error < ROUNDING:
            height = "the error is rounding"
        else:
            clipped = f", {say(plain / error, 2)} times less than the exact fit’s" if plain > 1.5 * error else ""
            height = f"the error is {say(error, 2)}{clipped}"
        weakest, here, last = (say(float(one), 2) for one in (result.weakest[i], result.p_test[i], result.p_test[-1]))
        return (
            f"{how}{', ' + ' and '.join(removed) if removed else ''}. At {N_TRAIN} features, the number of digits, "
            f"{height}; it is largest at {SIZES[top]}. The weakest direction there is {weakest} of "
            f"the strongest; {here} effective parameters, {last} at {SIZES[-1]} features."
        )


def explorer() -> Explorer:
    """The why explorer, fresh."""
    return Explorer(
        name="why",
        title="Why: four explanations of one peak, and what takes it away",
        controls=(
            Choice("solver", "Solver", SOLVERS, EXACT),
            Switch("explained", "Labels that the features can explain", False),
            Switch("strong", f"New digits in {STRONG} strong directions only", False),
        ),
        compute=why,
        figure=WhyFigure,
    )

"""One peak of real digits, four explanations side by side, and what takes it away.

Least squares on the first N of some random features, fitted to N_TRAIN digits. A fit errs along each of the design's
directions by the product of three factors (Schaeffer et al., arXiv 2303.14151): what of the labels no coefficients
explain, over the singular value there, times how much of a new digit lies there. With any one of them at 0 in the
weakest directions there is no peak.
"""

from dataclasses import dataclass

import torch
from torch import Tensor

from ddlearn import compute, datasets
from ddlearn import double_descent as dd
from ddlearn.classroom import Choice, Explorer, Switch, cached
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
ERRORS = (1e-2, 1e3)  # what the error axes show; what is less stands at their lower end
ROUNDING = 1e-12


@dataclass(frozen=True, eq=False)
class Curves:
    """Over SIZES: medians over draws of the examples, bias and variance over them.  (..., W) each"""

    error: Tensor
    bias: Tensor  # squared
    variance: Tensor
    p_test: Tensor
    weakest: Tensor  # smallest singular value that the solver uses, over the largest

    def at(self, *setting: int) -> "Curves":
        """Return the curves of one setting, (W,) each."""
        return Curves(*(curve[setting] for curve in vars(self).values()))


@dataclass(frozen=True, eq=False)
class Why:
    """The curves of one setting, and those of the plain one."""

    solver: str
    explained: bool
    strong: bool
    here: Curves
    plain: Curves


def filters(s: Tensor) -> dict[str, Tensor]:
    """Return what each solver puts in the place of 1/s.  s (r,), largest first"""
    return {
        EXACT: 1 / s,
        CUT: torch.where(s > 1e-3 * s[0], 1 / s, 0.0),
        LARGE_CUT: torch.where(s > 3e-2 * s[0], 1 / s, 0.0),
        DESCENT: -torch.expm1(STEPS * torch.log1p(-0.999 * (s / s[0]).square())) / s,
    }


def solved(Z: Tensor, Z_new: Tensor) -> tuple[Tensor, Tensor]:
    """Return the weights of every solver on the labels, (V, 2, m, n), for whole new digits and their strong parts; and
    the smallest singular value that it uses, over the largest, (V,).

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
def fits(seed: int, progress: compute.Progress | None = None) -> Curves:
    """Fit DRAWS sets of N_TRAIN digits at every size, in every way: solvers (V), the labels as they are or made
    explainable (2), new digits whole or strong parts only (2).  -> curves (V, 2, 2, W)"""
    digits = datasets.digits(compute.generator(seed), TEST)
    draw = compute.generator(seed + 1)
    features = dd.CosineFeatures.draw(64, max(SIZES), WIDTH, draw)
    phi, phi_new = features(digits.train_x), features(digits.test_x)
    y, y_new = (dd.one_hot(labels, CLASSES) - 1 / CLASSES for labels in (digits.train_y, digits.test_y))
    examples = [torch.randperm(len(y), generator=draw)[:N_TRAIN] for _ in range(DRAWS)]
    rows = []
    for i, N in enumerate(SIZES):
        Z, Z_new = phi[:, :N] / N**0.5, phi_new[:, :N] / N**0.5
        w = dd.min_norm(Z, y)  # the labels that the features can explain: least squares on all digits
        targets, truth = torch.cat([y, Z @ w], 1), torch.stack([y_new, Z_new @ w])  # (., 20), (2, m, 10)
        weights, weakest = map(torch.stack, zip(*(solved(Z[these], Z_new) for these in examples), strict=True))
        rows.append(of_one_size(weights, weakest, torch.stack([targets[these] for these in examples]), truth))
        if progress is not None:
            progress((i + 1) / len(SIZES), f"{N} features, {DRAWS} sets of {N_TRAIN} digits")
    return Curves(*(torch.stack(parts, -1) for parts in zip(*rows, strict=True)))


def of_one_size(weights: Tensor, weakest: Tensor, targets: Tensor, truth: Tensor) -> tuple[Tensor, ...]:
    """Return what `Curves` holds, for one number of features, (V, 2, 2) each.

    weights (DRAWS, V, 2, m, n), weakest (DRAWS, V), targets (DRAWS, n, 20), truth (2, m, 10)
    """
    f = weights @ targets[:, None, None]  # (DRAWS, V, digits, m, 20)
    f, truth = torch.stack(f.chunk(2, -1), 2), truth[:, None]  # (DRAWS, V, labels, digits, m, 10)
    errors = (f - truth).square().sum(-1).mean(-1)
    variance = f.var(0).sum(-1).mean(-1)
    bias = (f.mean(0) - truth).square().sum(-1).mean(-1) - variance / DRAWS
    p_test = N_TRAIN * weights.square().sum((-2, -1)) / weights.shape[-2]  # no label changes it
    medians = errors, p_test[:, :, None].expand_as(errors), weakest[:, :, None, None].expand_as(errors)
    error, p_test, weakest = (values.median(0).values for values in medians)
    return error, bias.clamp(min=0), variance, p_test, weakest


def why(solver: str, explained: bool, strong: bool, seed: int = 0, *, progress: compute.Progress | None = None) -> Why:
    """Return the peak as this solver sees it; with labels that the features can explain, and new digits' strong parts
    only."""
    found = fits(seed, progress=progress)
    here = found.at(SOLVERS.index(solver), int(explained), int(strong))
    return Why(solver=solver, explained=explained, strong=strong, here=here, plain=found.at(0, 0, 0))


def picture(fig, r: Why) -> None:
    """Draw the error, and three accounts of it: the weakest direction, bias and variance, and another x-axis."""
    error, weakest, parts, folded = fig.mosaic([[0, 1], [2, 3]]).values()
    N, here, plain = torch.tensor(SIZES), r.here, r.plain
    look = {"xlim": (7, 450), "xticks": {10: "10", 30: "30", 100: "100", 300: "300"}, "log": "xy"}
    height = here.error.clamp(min=ERRORS[0])
    error.frame("squared error on new digits", "features N", ylim=ERRORS, legend="upper right", **look)
    error.line(N, plain.error, "grey", "--", "plain", width=1.4)
    error.line(N, height, label="this setting", marker="o", size=4)
    title = "conditioning: weakest direction used"
    weakest.frame(title, "features N", "over the strongest", ylim=(1e-6, 1), **look)
    weakest.line(N, plain.weakest, "grey", "--", width=1.4)
    weakest.line(N, here.weakest, "purple", marker="D", size=4)
    parts.frame("over sets of examples", "features N", ylim=ERRORS, legend="upper right", **look)
    known = here.variance < DRAWS * here.bias  # nearer the peak a few sets do not tell the bias
    parts.line(N[known], here.bias[known].clamp(min=ERRORS[0]), "green", "--", "bias²", marker="s", size=4)
    parts.line(N, here.variance.clamp(min=ERRORS[0]), "orange", ":", "variance", marker="^", size=5)
    for panel in (error, weakest, parts):
        panel.upright(N_TRAIN, width=1)
    title, axis = "another axis: effective parameters", "effective parameters at new digits"
    folded.frame(title, axis, xlim=(4, 1e6), ylim=ERRORS, log="xy", legend="upper left")
    folded.line(plain.p_test, plain.error, "grey", "--", width=1.4)
    few = N < N_TRAIN
    folded.line(here.p_test[few], height[few], "sky", label="N < n", marker="o", size=4)
    folded.line(here.p_test[~few], height[~few], "vermilion", label="N ≥ n", marker="^", size=5)


def sentence(r: Why) -> str:
    """Say how high the peak stands, and what was taken away."""
    i, top = SIZES.index(N_TRAIN), int(r.here.error.argmax())
    removed = ["labels that the features explain"] * r.explained
    removed += [f"new digits seen in {STRONG} strong directions"] * r.strong
    how = f"Solved {'' if r.solver in (EXACT, SINGLE) else 'with '}{r.solver}"
    error, plain = float(r.here.error[i]), float(r.plain.error[i])
    if error < ROUNDING:
        height = "the error is rounding"
    else:
        clipped = f", {say(plain / error, 2)} times less than the exact fit’s" if plain > 1.5 * error else ""
        height = f"the error is {say(error, 2)}{clipped}"
    weakest, here, last = (say(float(v), 2) for v in (r.here.weakest[i], r.here.p_test[i], r.here.p_test[-1]))
    return (
        f"{how}{', ' + ' and '.join(removed) if removed else ''}. At {N_TRAIN} features, the number of digits, "
        f"{height}; it is largest at {SIZES[top]}. The weakest direction there is {weakest} of "
        f"the strongest; {here} effective parameters, {last} at {SIZES[-1]} features."
    )


explorer = Explorer(
    "why",
    "Why: four explanations of one peak, and what takes it away",
    controls=(
        Choice("solver", "Solver", SOLVERS, EXACT),
        Switch("explained", "Labels that the features can explain", False),
        Switch("strong", f"New digits in {STRONG} strong directions only", False),
    ),
    compute=why,
    picture=picture,
    sentence=sentence,
    size=(9.4, 6.2),
)

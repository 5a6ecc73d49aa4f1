"""One peak of real digits, three accounts of it, and what removes it.

Least squares on the first N of some random features, fitted to N_TRAIN digits. A fit errs along each of the design's
directions by the product of three factors (Schaeffer et al., arXiv 2303.14151): what of the labels no weights
explain, over the singular value there, times how much of a new digit lies there. With any one of them at 0 in the
weakest directions there is no peak.
"""

from dataclasses import dataclass

import torch
from torch import Tensor

from ddlearn import compute, datasets
from ddlearn import double_descent as dd
from ddlearn.classroom import Choice, Explorer, cached
from ddlearn.classroom.wording import say

N_TRAIN, TEST, DRAWS, CLASSES = 100, 150, 8, 10
WIDTH = 12.0  # of the kernel: wide, so that the features are nearly alike and the weakest direction is very weak
SIZES = (8, 15, 25, 40, 60, 75, 85, 92, 97, 100, 103, 108, 115, 130, 160, 220, 400)
STRONG = 10  # directions kept of a new digit
STEPS = 1000
NOTHING, LARGE_CUT, EXPLAINED, STRONG_ONLY, SINGLE, CUT, DESCENT = CHANGES = (
    "nothing",
    "drop weak directions (rank cut-off 0.03)",
    "labels that the features explain",
    f"new digits in {STRONG} strong directions only",
    "float32",
    "rank cut-off 0.001",
    "1,000 steps of descent",
)
CONDITION, PARTS, FOLDED = ACCOUNTS = ("weakest direction", "bias² and variance", "effective parameters")
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

    def at(self, change: str) -> "Curves":
        """Return the curves with one of CHANGES, (W,) each."""
        return Curves(*(curve[CHANGES.index(change)] for curve in vars(self).values()))


@dataclass(frozen=True, eq=False)
class Why:
    """The curves with one change, and without any; and which account of them is asked for."""

    change: str
    shows: str
    here: Curves
    plain: Curves


def filters(s: Tensor) -> dict[str, Tensor]:
    """Return what stands in the place of 1/s, for every change that is a filter.  s (r,), largest first"""
    return {
        NOTHING: 1 / s,
        EXPLAINED: 1 / s,
        CUT: torch.where(s > 1e-3 * s[0], 1 / s, 0.0),
        LARGE_CUT: torch.where(s > 3e-2 * s[0], 1 / s, 0.0),
        DESCENT: -torch.expm1(STEPS * torch.log1p(-0.999 * (s / s[0]).square())) / s,
    }


def solved(Z: Tensor, Z_new: Tensor) -> tuple[Tensor, Tensor]:
    """Return the weights of every change on the labels, (CHANGES, m, n), and the smallest singular value that it uses,
    over the largest, (CHANGES,).

    Z (n, N), Z_new (m, N). Descent and float32 have no sharp cut: the value where their filter is largest stands in.
    """
    fit = dd.smoother(Z, Z_new)
    single = torch.linalg.pinv(Z.float())  # with its default cut-off
    strong = (fit.T[:, :STRONG] / fit.s[:STRONG]) @ fit.U[:, :STRONG].T
    found = {
        SINGLE: ((Z_new.float() @ single).double(), 1 / torch.linalg.matrix_norm(single, 2).double()),
        STRONG_ONLY: (strong, fit.s[-1]),
    }
    for change, f in filters(fit.s).items():
        found[change] = (fit.T * f) @ fit.U.T, 1 / f.max()
    weights, least = zip(*(found[change] for change in CHANGES), strict=True)
    return torch.stack(weights), torch.stack(least) / fit.s[0]


@cached(8)
def fits(seed: int, progress: compute.Progress | None = None) -> Curves:
    """Fit DRAWS sets of N_TRAIN digits at every size, with every change.  -> curves (CHANGES, W)"""
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
        explainable = torch.tensor([change == EXPLAINED for change in CHANGES])[:, None, None]
        targets, truth = torch.where(explainable, Z @ w, y), torch.where(explainable, Z_new @ w, y_new)
        weights, weakest = map(torch.stack, zip(*(solved(Z[these], Z_new) for these in examples), strict=True))
        rows.append(of_one_size(weights, weakest, torch.stack([targets[:, these] for these in examples]), truth))
        if progress is not None:
            progress((i + 1) / len(SIZES), f"{N} features, {DRAWS} sets of {N_TRAIN} digits")
    return Curves(*(torch.stack(parts, -1) for parts in zip(*rows, strict=True)))


def of_one_size(weights: Tensor, weakest: Tensor, targets: Tensor, truth: Tensor) -> tuple[Tensor, ...]:
    """Return what `Curves` holds, for one number of features, (CHANGES,) each.

    weights (DRAWS, CHANGES, m, n), weakest (DRAWS, CHANGES), targets (DRAWS, CHANGES, n, 10), truth (CHANGES, m, 10)
    """
    f = weights @ targets
    errors = (f - truth).square().sum(-1).mean(-1)
    variance = f.var(0).sum(-1).mean(-1)
    bias = (f.mean(0) - truth).square().sum(-1).mean(-1) - variance / DRAWS
    p_test = N_TRAIN * weights.square().sum((-2, -1)) / weights.shape[-2]
    error, p_test, weakest = (values.median(0).values for values in (errors, p_test, weakest))
    return error, bias.clamp(min=0), variance, p_test, weakest


def why(change: str, shows: str = CONDITION, seed: int = 0, *, progress: compute.Progress | None = None) -> Why:
    """Return the peak with one of CHANGES, beside the plain one."""
    found = fits(seed, progress=progress)
    return Why(change=change, shows=shows, here=found.at(change), plain=found.at(NOTHING))


def picture(fig, r: Why) -> None:
    """Draw the error, and one account of it: the weakest direction, bias and variance, or another x-axis."""
    error, account = fig.row(1, 1)
    N, here, plain = torch.tensor(SIZES), r.here, r.plain
    look = {"xlim": (7, 450), "xticks": {10: "10", 30: "30", 100: "100", 300: "300"}, "log": "xy"}
    height = here.error.clamp(min=ERRORS[0])
    error.frame("squared error on new digits", "features N", ylim=ERRORS, legend="upper right", **look)
    error.line(N, plain.error, "grey", "--", "nothing changed", width=1.4)
    error.line(N, height, label="this change", marker="o", size=4)
    error.upright(N_TRAIN, width=1)
    if r.shows == FOLDED:
        axis = "effective parameters at new digits"
        account.frame("the same error, another axis", axis, xlim=(4, 1e6), ylim=ERRORS, log="xy", legend="upper left")
        account.line(plain.p_test, plain.error, "grey", "--", width=1.4)
        few = N < N_TRAIN
        account.line(here.p_test[few], height[few], "sky", label="N < n", marker="o", size=4)
        account.line(here.p_test[~few], height[~few], "vermilion", label="N ≥ n", marker="^", size=5)
        return
    account.upright(N_TRAIN, width=1)
    if r.shows == CONDITION:
        account.frame("weakest singular value, over the largest", "features N", ylim=(1e-6, 1), **look)
        account.line(N, plain.weakest, "grey", "--", width=1.4)
        account.line(N, here.weakest, "purple", marker="D", size=4)
        return
    account.frame("parts of the error", "features N", ylim=ERRORS, legend="upper right", **look)
    known = here.variance < DRAWS * here.bias  # nearer the peak a few sets do not tell the bias
    account.line(N[known], here.bias[known].clamp(min=ERRORS[0]), "green", "--", "bias²", marker="s", size=4)
    account.line(N, here.variance.clamp(min=ERRORS[0]), "orange", ":", "variance", marker="^", size=5)


def sentence(r: Why) -> str:
    """Say how high the peak is with this change, and the accounts of it in numbers."""
    i, top = SIZES.index(N_TRAIN), int(r.here.error.argmax())
    error, plain = float(r.here.error[i]), float(r.plain.error[i])
    if error < ROUNDING:
        height = "the error is zero up to rounding"
    else:
        clipped = f", {say(plain / error, 2)} times smaller than without a change" if plain > 1.5 * error else ""
        height = f"the error is {say(error, 2)}{clipped}"
    weakest, here, last = (say(float(v), 2) for v in (r.here.weakest[i], r.here.p_test[i], r.here.p_test[-1]))
    return (
        f"At {N_TRAIN} features, as many as digits, {height}; it is largest at {SIZES[top]} (changed: {r.change}). The "
        f"weakest singular value in use there is {weakest} of the largest. There are {here} effective parameters, and "
        f"{last} at {SIZES[-1]} features."
    )


explorer = Explorer(
    "why",
    "Why: one peak, and what removes it",
    controls=(Choice("change", "Change", CHANGES, NOTHING), Choice("shows", "Right panel", ACCOUNTS, CONDITION)),
    compute=why,
    picture=picture,
    sentence=sentence,
    size=(9.4, 4.2),
    pairs=(("change", "shows"),),
)

"""A bound that no kernel's average crosses: mean error over all parities of a size, exactly, on a small cube.

`ddlearn.parities` proves it. Here d is 10, and the error is the mean over all 1,024 points: nothing is left to chance.
"""

from collections.abc import Callable
from dataclasses import dataclass
from itertools import combinations

import torch
from torch import Tensor

from ddlearn import compute, kernels, parities
from ddlearn.classroom import Choice, Explorer, Slider, cached
from ddlearn.lessons.learned_embeddings import exercises, shared
from ddlearn.ridge import ridge

D = 10
MOST = 240  # examples
COUNTS = (1, 15, 30, 45, 60, 80, 100, 120, 150, 180, 210, 240)
PENALTY = 1e-10
CUBE = torch.cartesian_prod(*[torch.tensor([-1.0, 1.0], dtype=torch.float64)] * D)  # all its points, (1024, 10)
ASKED = (3, 60)  # coordinates and examples of the prediction

Kernel = Callable[[Tensor, Tensor, int], Tensor]

KERNELS: dict[str, Kernel] = {
    "Gaussian, narrow": lambda x, x2, k: kernels.rbf(x, x2, width=0.35 * D**0.5),
    "Gaussian, wide": lambda x, x2, k: kernels.rbf(x, x2, width=D**0.5),
    "polynomial, degree = size": lambda x, x2, k: kernels.polynomial(x / D**0.5, x2 / D**0.5, degree=k),
    "infinitely many random units": lambda x, x2, k: shared.limit_kernel(x, x2),
    "one that knows the subset": lambda x, x2, k: torch.outer(x[:, :k].prod(1), x2[:, :k].prod(1)),
}


@dataclass(frozen=True)
class Bound:
    """Test errors of one kernel for every parity, against the number of examples; and those at one number."""

    kernel: str
    k: int
    n: int
    errors: Tensor  # (N,) of every parity at n, in order of size
    mean: Tensor  # (COUNTS,) over all N parities
    least: Tensor  # (COUNTS,) of the best parity
    oracle: Tensor  # (COUNTS,) mean over all N parities of the oracle kernel
    line: list[float]  # (MOST + 1,) the bound from 0 examples on


def examples(seed: int) -> Tensor:
    """Draw rows of `MOST` points of the cube, no two equal or opposite: for the oracle these would be the same."""
    generator = compute.generator(seed)
    rows = torch.randperm(2 ** (D - 1), generator=generator)[:MOST]
    opposite = torch.randint(0, 2, (MOST,), generator=generator) == 1
    return torch.where(opposite, 2**D - 1 - rows, rows)  # rows count in binary, so opposite points mirror each other


@cached(3)
def targets(k: int) -> Tensor:
    """Return every parity of k coordinates at every point of the cube, (1024, C(10, k))."""
    return exercises.products(CUBE, list(combinations(range(D), k)))


def errors_of(K: Tensor, rows: Tensor, k: int) -> Tensor:
    """Return every parity's mean squared error over the cube, from examples at some rows.  K (1024, n), (n,) -> (N,)"""
    K = K / K[rows].diagonal().mean()
    alpha = ridge((K[rows] + K[rows].T) / 2, targets(k)[rows], PENALTY)
    return (K @ alpha - targets(k)).square().mean(0)


@cached(32)
def curve(kernel: Kernel, k: int, seed: int) -> tuple[Tensor, Tensor]:
    """Return the mean and the least error over all parities at every count, (c,) each."""
    rows = examples(seed)
    K = kernel(CUBE, CUBE[rows], k)
    errors = torch.stack([errors_of(K[:, :n], rows[:n], k) for n in COUNTS])
    return errors.mean(1), errors.amin(1)


def bound(which: str, k: str, n: int, *, oracle_kernel: Kernel = exercises.oracle_kernel) -> Bound:
    """Measure one kernel against the line, with the oracle beside it."""
    size, kernel, rows = int(k), KERNELS[which], examples(0)[:n]
    errors = errors_of(kernel(CUBE, CUBE[rows], size), rows, size).sort().values
    line = [parities.any_kernel_bound(D, size, count) for count in range(MOST + 1)]
    return Bound(which, size, n, errors, *curve(kernel, size, 0), curve(oracle_kernel, size, 0)[0], line)


def picture(fig, r: Bound, said) -> None:
    """Draw the mean error over all parities against the examples, over the bound, and the error of the best parity."""
    panel = fig.panel()
    panel.frame("", "examples n", "mean squared error", xlim=(0, MOST + 6), ylim=(-0.03, 2.5), legend="upper right")
    panel.band(range(MOST + 1), r.line, [0] * len(r.line), "grey", alpha=0.25)
    panel.line(range(MOST + 1), r.line, "black", label="the bound 1 − n/N", width=2.5)
    panel.line(COUNTS, r.mean, "orange", label="this kernel, mean over all parities", marker="s", size=5)
    panel.line(COUNTS, r.least, "purple", ":", "this kernel, its best parity")
    panel.dots(COUNTS, r.oracle, "green", label="oracle kernel, mean over all parities", size=8, filled=False)
    panel.upright(r.n, "blue", "-.", width=1.2)
    if said("bound") is not None and r.k == ASKED[0]:
        panel.dots([ASKED[1]], [said("bound")], "vermilion", "X", size=10)
        box = {"color": "white", "pad": 1.5, "alpha": 0.9}
        panel.text(ASKED[1] + 4, said("bound"), "you said", "vermilion", va="center", bbox=box)


def sentence(r: Bound, said) -> str:
    """Say where the bound is, and how this kernel does on average, at best and at worst."""
    N, line, asked = len(r.errors), r.line[r.n], said("bound") is not None and r.k == ASKED[0]
    you = f" You said {said('bound'):.2f} at {ASKED[1]}; it is {r.line[ASKED[1]]:.2f}." if asked else ""
    return (
        f"With n = {r.n}, no kernel’s mean over the {N} parities is below {line:.3f}; this one’s is "
        f"{r.errors.mean():.3f}. Its best parity has the error {r.errors[0]:.3f}, its worst {r.errors[-1]:.3f}; "
        f"{int((r.errors < line - 1e-9).sum())} of {N} parities are below the bound. The kernel is "
        f"“{r.kernel}”, and parities have {r.k} of {D} coordinates.{you}"
    )


explorer = Explorer(
    "bound",
    "A bound for every kernel",
    controls=(
        Choice("which", "Kernel", tuple(KERNELS), "Gaussian, narrow"),
        Choice("k", "Size of the parities", ("2", "3", "4"), "3"),
        Slider("n", "Examples", 1, MOST, ASKED[1], whole=True),
    ),
    compute=bound,
    picture=picture,
    sentence=sentence,
    uses=("oracle_kernel",),
    size=(8.6, 4.2),
    pairs=(("which", "k"),),
)

"""Nets that start as the zero function, and one of them trained at eleven output scales, from rich to lazy.

The net's output is multiplied by alpha, and the loss divided by alpha^2, so that the function moves at the same speed:
L = 1 / (2 alpha^2) mean (alpha f - y)^2, which is 1/2 mean (f - y / alpha)^2. The larger alpha, the shorter the way
that the weights have to go, and along a short way a net is its tangent (Chizat, Oyallon and Bach 2019, Theorems 2.2
and 2.4: gradient flow, a model whose derivative is Lipschitz; ours have ReLUs, and momentum on minibatches).
"""

import hashlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace

import torch
from torch import Tensor

from ddlearn import compute, datasets, tangent
from ddlearn.classroom import cached
from ddlearn.networks import MLP, Parameters
from ddlearn.parities import any_kernel_bound, sparse_parity
from ddlearn.training import Ensemble, train

TASKS = ("parity of two bits", "digits, 0-4 or 5-9")
SCALES = tuple(10 ** (k / 4) for k in range(-2, 9))
BITS, EXAMPLES, TEST, PROBES = 30, 300, 1000, 200
UNITS, STEPS, BATCH, PACE = 128, 1200, 64, 0.1
RIDGE = 1e-6  # of the kernel's mean diagonal, for the regression that the lazy net should be

Doubled = Callable[[Tensor, Tensor, Tensor], tuple[Tensor, Tensor, Tensor]]


@dataclass(frozen=True)
class Start:
    """Where many nets start, told apart by its numbers: whoever makes the same start shares what was trained from it.

    So a learner's function, once it is right, is called, and does not make the page train again what it has trained.
    """

    digest: bytes
    parameters: tuple[Parameters, ...] = field(compare=False)

    @classmethod
    def of(cls, parameters: Sequence[Parameters]) -> "Start":
        """Return the start of these parameters in single precision: training needs no more, and takes half the time."""
        single = tuple(cast(one, torch.float32) for one in parameters)
        return cls(hashlib.sha256(torch.cat([flat(one) for one in single]).numpy().tobytes()).digest(), single)


def draw(net: MLP, generator: torch.Generator, doubled: Doubled | None) -> Parameters:
    """Draw the parameters of a net with one hidden layer: half of its units, which are then doubled, or all of them."""
    if doubled is None:
        return net.init(generator, readout="signs")
    half = replace(net, widths=(net.widths[0], net.widths[1] // 2, 1))
    (W, b), (a, _) = half.init(generator, readout="signs")
    W, b, a = doubled(W, b, a[0])
    return (W, b), (a[None], None)


def cast(parameters: Parameters, dtype: torch.dtype) -> Parameters:
    """Return the parameters as numbers of another precision."""
    return tuple(tuple(None if part is None else part.to(dtype) for part in pair) for pair in parameters)


def flat(parameters: Parameters) -> Tensor:
    """Return all weights and biases as one vector."""
    return torch.cat([part.flatten() for pair in parameters for part in pair if part is not None])


@dataclass(frozen=True, eq=False)
class Sweep:
    """The same net after training at each of S output scales, and its kernel's regression at the start."""

    scales: tuple[float, ...]
    test: Tensor  # (S,) mean squared error of alpha f
    gap: Tensor  # (S,) mean squared difference of alpha f from the regression, on test points
    tangent_move: Tensor  # (S,) relative change of the weights that would do if the net were its tangent
    regression: float  # test error of ridge regression with the tangent kernel at the start
    bound: float | None  # below which no kernel's average over the task's parities is, where there is such a line
    weights: Tensor  # (1 + S, P) all parameters, at the start and at the end of each
    kernels: Tensor  # (1 + S, PROBES, PROBES) tangent kernels on test points, likewise
    alignment: Tensor  # (1 + S,) of those kernels with the labels
    reading: Tensor  # (S, d) length of each input's first-layer weights, 1 on average at the start


def net(task: str) -> MLP:
    """Return the net f(x) = 1/m sum of m ReLU units, in the mean-field (muP) parametrization."""
    inputs = BITS if task == TASKS[0] else 64
    return MLP((inputs, UNITS, 1), parametrization="mup", bias="hidden", W_std=1.0, b_std=0.5)


@cached(4)
def examples(task: str, seed: int) -> tuple[Tensor, Tensor, Tensor, Tensor]:
    """Return inputs and labels to train on, then to test on, in double precision; labels are -1 or +1."""
    generator = compute.generator(seed)
    if task == TASKS[0]:
        return (*sparse_parity(EXAMPLES, BITS, 2, generator), *sparse_parity(TEST, BITS, 2, generator))
    digits = datasets.digits(generator, test=TEST)
    x, x_test = (images.double().flatten(1) for images in (digits.train_images[:EXAMPLES], digits.test_images))
    mean, size = x.mean(0), (x - x.mean(0)).square().mean().sqrt()
    y, y_test = (torch.where(label >= 5, 1.0, -1.0).double() for label in (digits.train_y[:EXAMPLES], digits.test_y))
    return (x - mean) / size, y, (x_test - mean) / size, y_test


@cached(12)
def trained(
    task: str, seed: int, starts: Start, scales: tuple[float, ...] = SCALES, progress: compute.Progress | None = None
) -> tuple[Sweep, ...]:
    """Train every start at every scale, as one batch of nets, and look at what became of them: a sweep a start."""
    model = net(task)
    x, y, *_ = (part.float() for part in examples(task, seed))
    alphas = torch.tensor(scales, dtype=torch.float64).repeat(len(starts.parameters))
    result = train(
        Ensemble((model,) * len(alphas), tuple(start for start in starts.parameters for _ in scales)),
        x,
        (y / alphas.float()[:, None])[..., None],
        steps=STEPS,
        lr=PACE * alphas.clamp(max=1),
        optimizer="momentum",
        batch=BATCH,
        replacement=True,
        generator=compute.generator(seed + 1),
        progress=progress,
    )
    ends = result.ensemble.parameters
    S = len(scales)
    return tuple(
        _swept(task, seed, scales, start, ends[S * k : S * (k + 1)]) for k, start in enumerate(starts.parameters)
    )


def _swept(task: str, seed: int, scales: tuple[float, ...], start: Parameters, ends: tuple[Parameters, ...]) -> Sweep:
    model, alphas = net(task), torch.tensor(scales, dtype=torch.float64)[:, None]
    *_, x_test, y_test = examples(task, seed)
    every = [cast(parameters, torch.float64) for parameters in (start, *ends)]
    tested = alphas * torch.stack([model.apply(parameters, x_test)[:, 0] for parameters in every[1:]])
    regression, tangent_move = tangents(task, seed, scales, every[0])
    kernels = torch.stack([tangent.empirical(model, x_test[:PROBES], parameters=p, rates=True) for p in every])
    lengths = torch.stack([W.norm(dim=0) for (W, _), _ in every])
    return Sweep(
        scales=scales,
        test=(tested - y_test).square().mean(1),
        gap=(tested - regression).square().mean(1),
        tangent_move=tangent_move,
        regression=float((regression - y_test).square().mean()),
        bound=any_kernel_bound(BITS, 2, EXAMPLES) if task == TASKS[0] else None,
        weights=torch.stack([flat(parameters) for parameters in (start, *ends)]),
        kernels=kernels.float(),
        alignment=torch.tensor([tangent.alignment(K, y_test[:PROBES]) for K in kernels], dtype=torch.float32),
        reading=lengths[1:] / lengths[0].mean(),
    )


def tangents(task: str, seed: int, scales: tuple[float, ...], start: Parameters) -> tuple[Tensor, Tensor]:
    """Return what the tangent at the start predicts: ridge regression on the test points, (TEST,), and the way, (S,).

    A linear net goes from theta_0 to the nearest theta that fits: J d = y / alpha - f_0 has the shortest solution
    |d|^2 = m r' K^-1 r, with r that right-hand side and K = m J J' the kernel with the rates of this parametrization.
    The way is |d| / |theta_0|.
    """
    model, (x, y, x_test, _) = net(task), examples(task, seed)
    K = tangent.empirical(model, x, parameters=start, rates=True)
    K += RIDGE * K.diagonal().mean() * torch.eye(len(K)).to(K)
    K_test = tangent.empirical(model, x_test, x, parameters=start, rates=True)
    r = y / torch.tensor(scales, dtype=y.dtype)[:, None] - model.apply(start, x)[:, 0]  # (S, n)
    shortest = (UNITS * (r.T * torch.linalg.solve(K, r.T)).sum(0)).sqrt()
    return K_test @ torch.linalg.solve(K, y), shortest / flat(start).norm()

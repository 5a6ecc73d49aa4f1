"""Three questions about powers: of the width at the start, of the width in training, and of the learning rate.

Each number is an exponent: the slope of log error in log size over four sizes or more, one a seed, and positive for
what falls with the width or grows with the rate.
"""

import torch
from torch import Tensor

from ddlearn import compute, kernels, tangent
from ddlearn import linear_networks as linear
from ddlearn.lessons.capstone.asking import Measurement, Report, by_seed
from ddlearn.lessons.capstone.shelf import World
from ddlearn.networks import MLP
from ddlearn.result import Curve
from ddlearn.training import Ensemble, train

WIDTHS = (16, 32, 128, 512)
DRAWS = 4  # nets a width, averaged for one seed
TRAINED_WIDTHS = (32, 64, 128, 256, 512)
STEPS = 60
MOST = 24  # rows of a tangent kernel
RATES = (0.02, 0.04, 0.08, 0.16)  # of data whose largest singular value is 1
TIME = 4.0  # steps times rate
UNITS = 12
DECAY = 0.02


def exponents(x: Tensor, measured: Tensor) -> Tensor:
    """Slope of log y on log x, one a seed.  x (p,), measured (S, p) -> (S,)"""
    return Curve(x, measured, None, "", "").log_slope()


def some_rows(world: World, n: int, seed: int) -> tuple[Tensor, Tensor]:
    """A few rows, of mean length 1, and -1 or +1 for their class: the first, or any other."""
    chosen = torch.randperm(len(world), generator=compute.generator(seed))[: min(n, MOST)]
    x = world.x[chosen]
    return x / x.norm(dim=1).mean(), torch.where(world.classes[chosen] == 0, -1.0, 1.0).double()


def width_at_start(world: World, n: int, seeds: range, progress: Report | None = None) -> Measurement:
    """How fast a net's kernel at its start approaches the infinite one; the control approaches another activation's."""
    sizes = torch.tensor(WIDTHS, dtype=torch.float64)

    def one(seed: int) -> tuple:
        x, _ = some_rows(world, n, seed)
        infinite = [tangent.infinite(x, activation=name).ntk for name in ("relu", "erf")]
        generator, distances = compute.generator(1000 + seed), []
        for width in WIDTHS:
            net = MLP((x.shape[1], width, 1), parametrization="ntk")
            drawn = [tangent.empirical(net, x, parameters=net.init(generator)) for _ in range(DRAWS)]
            far = torch.tensor([[tangent.drift(K0, K) for K in drawn] for K0 in infinite], dtype=torch.float64)
            distances.append(far.square().mean(1).sqrt())
        return *torch.stack(distances, 1), at_start(x, sizes)

    measured, control, theory = by_seed(one, seeds, progress)
    name = "distance from the infinite kernel"
    curve = Curve(sizes, measured, theory.mean(0), "width", name, "kernels at the start")
    return Measurement(-exponents(sizes, measured), -exponents(sizes, control), curve, control)


def at_start(x: Tensor, widths: Tensor) -> Tensor:
    """Root mean square of the relative distance, for ReLU: from the variance of one unit's share of each entry.

    That share is 2 (relu relu' + a^2 [open] [open'] x.x'), a the weight of its output, as lesson 03 has it.
    """
    rho, (K0, K1, K2) = x @ x.T, (kernels.arc_cosine(x, order=order) for order in (0, 1, 2))
    Theta = K1 + rho * K0
    variance = 2 * K2 + 4 * rho * K1 + 6 * rho**2 * K0 - Theta**2
    return (variance.sum() / widths).sqrt() / Theta.norm()


def laziness(world: World, n: int, seeds: range, progress: Report | None = None) -> Measurement:
    """How fast a kernel's drift in training falls with the width; the control has the mean-field scaling."""
    pairs = [some_rows(world, n, seed) for seed in seeds]
    sizes = torch.tensor(TRAINED_WIDTHS, dtype=torch.float64)
    drifts = []
    for turn, scaling in enumerate(("ntk", "mup")):
        shapes = [(world.x.shape[1], width, 1) for _ in seeds for width in TRAINED_WIDTHS]
        nets = [MLP(shape, parametrization=scaling, bias="hidden") for shape in shapes]
        generators = [compute.generator(1000 * seed + width) for seed in seeds for width in TRAINED_WIDTHS]
        start = Ensemble.draw(nets, generators, doubled=True)
        x, y = (torch.stack([pair[i] for pair in pairs for _ in sizes]) for i in (0, 1))
        before = _kernels(start, x)
        # Half of what the tangent bears, for each net its own.
        rates = torch.stack([len(K) / torch.linalg.eigvalsh(K)[-1] for K in before])
        step = (lambda share, words, turn=turn: progress((turn + share) / 2, words)) if progress else None
        end = _descended(start, x, y[..., None], rates, step)
        moved = [tangent.drift(K0, K1) for K0, K1 in zip(before, _kernels(end, x), strict=True)]
        drifts.append(torch.tensor(moved, dtype=torch.float64).reshape(len(seeds), len(sizes)))
    measured, control = drifts
    slope = measured[:, 0].median() * (sizes / sizes[0]) ** -0.5
    curve = Curve(sizes, measured, slope, "width", "relative drift of the kernel", "kernels in training")
    return Measurement(-exponents(sizes, measured), -exponents(sizes, control), curve, control)


def imbalance(world: World, n: int, seeds: range, progress: Report | None = None) -> Measurement:
    """How the drift of the imbalance W1'W1 - W2'W2 grows with the learning rate, at one training time."""
    rates = torch.tensor(RATES, dtype=torch.float64)

    def one(seed: int) -> tuple:
        generator = compute.generator(seed)
        chosen = torch.randperm(len(world), generator=generator)[:n]
        x, Y = world.x[chosen], world.Y[chosen]
        problem = linear.reduce_data(x / torch.linalg.matrix_norm(x, ord=2), Y / Y.norm()).problem
        rank, outputs = problem.W_star.shape
        W1, W2 = (W[0] for W in linear.gaussian_layers(1, rank, outputs, UNITS, (0.3, 0.3), generator))
        return tuple([_imbalance_drift(problem, W1, W2, rate, decay) for rate in RATES] for decay in (0.0, DECAY))

    measured, control = by_seed(one, seeds, progress)
    slope = measured[:, 0].median() * rates / rates[0]
    curve = Curve(rates, measured, slope, "learning rate", "drift of the imbalance", "a linear net of two layers")
    return Measurement(exponents(rates, measured), exponents(rates, control), curve, control)


def _imbalance_drift(problem: linear.LeastSquares, W1: Tensor, W2: Tensor, rate: float, decay: float) -> float:
    """|D at the end - D at the start| of descent for the time TIME, with weight decay as the control has it."""
    before = linear.imbalance(W1, W2)
    for _ in range(round(TIME / rate)):
        A, B = linear.gradients(problem, W1, W2)
        W1, W2 = W1 - rate * (A + decay * W1), W2 - rate * (B + decay * W2)
    return float((linear.imbalance(W1, W2) - before).norm())


def _descended(start: Ensemble, x: Tensor, y: Tensor, rates: Tensor, progress: Report | None) -> Ensemble:
    """Train, and again with half the rates as long as a net diverges: its kernel may grow on the way."""
    while (ended := train(start, x, y, steps=STEPS, lr=rates, progress=progress)).diverged.any():
        rates = rates / 2
    return ended.ensemble


def _kernels(nets: Ensemble, x: Tensor) -> list[Tensor]:
    every = zip(nets.nets, nets.parameters, x, strict=True)
    return [tangent.empirical(net, points, parameters=one, rates=True) for net, one, points in every]

"""How the claims of the lesson are measured: one function a claim, with an argument that takes the cause away."""

import math

import torch
from torch import Tensor

from ddlearn import compute, tangent
from ddlearn.classroom import cached
from ddlearn.lessons.neural_tangent_kernel import digits, exercises, finite_width, shared, widths
from ddlearn.lessons.neural_tangent_kernel.shared import POINTS, NextLayer, X, Y
from ddlearn.networks import MLP
from ddlearn.training import Ensemble, train

WIDTHS = (64, 128, 256, 512, 1024, 2048)
WIDE = (128, 256, 512, 1024)
MANY = (64, 128, 256, 512)
DRAWS = 100
STEPS = 120


def circle_net(width: int, seed: int) -> tuple[Tensor, Tensor]:
    return shared.weights(shared.net(3, width).init(compute.generator(seed)))


def hermite_layer(nngp: Tensor, ntk: Tensor, terms: int = 1500) -> tuple[Tensor, Tensor]:
    """Map by relu's Hermite series: E[relu relu'] = s sum c_k^2 rho^k, and E[slope slope'] is its derivative in rho.

    c_0^2 = 1/2pi, c_1^2 = 1/4, c_2^2 = 1/4pi, odd ones 0, and c_{k+2}^2 / c_k^2 = (k-1)^2 / ((k+1)(k+2)).
    """
    s = torch.outer(nngp.diagonal(), nngp.diagonal()).sqrt()
    rho = nngp / s
    rho.fill_diagonal_(1 - 1e-12)  # on the diagonal the series hardly converges; those entries are not compared
    K, slope, c, power = rho / 4 + 1 / (2 * math.pi), torch.full_like(rho, 0.25), 1 / (4 * math.pi), rho
    for k in range(2, terms, 2):
        slope = slope + k * c * power
        power = power * rho
        K = K + c * power
        power = power * rho
        c *= (k - 1) ** 2 / ((k + 1) * (k + 2))
    K = 2 * s * K
    K.diagonal().copy_(nngp.diagonal())
    return K, K + 2 * slope * ntk


def halved_slope(nngp: Tensor, ntk: Tensor) -> tuple[Tensor, Tensor]:
    """Map as `next_layer` does without the factor 2 of the weights' variance in the slope's average."""
    following, tangent_kernel = exercises.next_layer(nngp, ntk)
    return following, (following + tangent_kernel) / 2


def series_gap(seed: int, layer: NextLayer) -> float:
    """Return the largest relative difference off the diagonal, after three layers."""
    x = shared.unit_points(12, 4, seed)
    off = ~torch.eye(12, dtype=torch.bool)
    series, closed = (shared.infinite_ntk(x, one, depth=3)[off] for one in (hermite_layer, layer))
    return float(((closed - series).abs() / series.abs()).max())


def gradient_gap(seed: int, readout_only: bool) -> float:
    """Return how far the exercise's kernel is from gradients taken by autograd, relative to its largest entry."""
    W, a = circle_net(40, seed)
    J = shared.gradients(X, W, a)
    readout = (2 / len(a)) ** 0.5 * torch.relu(X @ W.T)
    closed = readout @ readout.T if readout_only else exercises.empirical_ntk(X, X, W, a)
    return float((closed - J @ J.T).abs().max() / (J @ J.T).max())


@cached(8)
def distances_at_start(seed: int, layer: NextLayer) -> Tensor:
    """Return the relative distance to the infinite kernel, root mean square over `DRAWS` starts, (widths,)."""
    x = widths.X[: widths.POINTS]
    Theta = shared.infinite_ntk(x, layer)
    generator = compute.generator(seed)
    nets = [shared.net(widths.COORDINATES, width) for width in WIDTHS for _ in range(DRAWS)]
    drawn = (shared.weights(net.init(generator)) for net in nets)
    apart = [tangent.drift(Theta, exercises.empirical_ntk(x, x, W, a)) for W, a in drawn]
    return torch.tensor(apart, dtype=torch.float32).view(len(WIDTHS), DRAWS).square().mean(1).sqrt()


def slope_at_start(seed: int, layer: NextLayer) -> float:
    return shared.log_slope(WIDTHS, distances_at_start(seed, layer))


def over_theory(seed: int, fourth_moment: float) -> float:
    x, sizes = widths.X[: widths.POINTS], torch.tensor(WIDTHS, dtype=torch.float64)
    theory = shared.theory_at_start(x, sizes, fourth_moment)
    return float((distances_at_start(seed, exercises.next_layer) / theory).square().mean().sqrt())


def iteration_gap(seed: int, flow: bool, share: float = 1.5, steps: int = 100) -> float:
    """Return how far the closed form is from descent in the kernel, at the worst step; relative to the targets."""
    W, a = circle_net(256, seed)
    K, f0 = exercises.empirical_ntk(X, X, W, a), shared.outputs(X, W, a)
    lr = share * shared.step(K)
    by_flow = tangent.dynamics(K, Y, f0)
    f, worst = f0, 0.0
    for t in range(1, steps + 1):
        f = f - lr / POINTS * K @ (f - Y)
        closed = by_flow.flow(t * lr) if flow else exercises.descent(K, Y, f0, lr, t)
        worst = max(worst, float((closed - f).abs().max()))
    return worst / float(Y.abs().max())


@cached(8)
def largest_rate(seed: int, steps: int = 1500) -> tuple[float, Tensor]:
    """Return the largest lr / N with which descent on a net's tangent does not grow, and its kernel's eigenvalues.

    Descent is taken in the weights, step by step; 201 rates up and down from 2 / lambda_max are tried side by side.
    """
    W, a = circle_net(64, seed)
    J = shared.gradients(X, W, a)
    spectrum = torch.linalg.eigvalsh(J @ J.T)
    rates = torch.linspace(1.5, 2.5, 201, dtype=J.dtype) / spectrum[-1]
    start = (shared.outputs(X, W, a) - Y)[:, None]
    moved = J.new_zeros(J.shape[1], len(rates))  # weights less their start, one column a rate
    for _ in range(steps):
        moved -= rates * (J.T @ (start + J @ moved))
    stays = (start + J @ moved).norm(dim=0) <= start.norm()
    return float(rates[stays].max()), spectrum


def largest_step(seed: int, mean: bool) -> float:
    """Return the same, in units of 1 / lambda_max; or of 1 / the mean eigenvalue."""
    rate, spectrum = largest_rate(seed)
    return rate * float(spectrum.mean() if mean else spectrum[-1])


def flow_over_descent(seed: int, width: int) -> float:
    """Return the error of the flow formula over that of the discrete one, for a trained erf net, at new points."""
    x, y, n, net = shared.scaled(widths.X), widths.Y, widths.POINTS, shared.net(widths.COORDINATES, width, "erf")
    start = Ensemble.draw([net], compute.generator(seed))
    f0 = net.apply(start.parameters[0], x)[:, 0]
    kernel = tangent.empirical(net, x, x[:n], parameters=start.parameters[0])
    predicted = tangent.dynamics(kernel[:n], y[:n], f0[:n])
    lr, times = predicted.max_lr / 2, range(STEPS + 1)
    new = {"record": times, "measure": lambda i, parameters: net.apply(parameters, x[n:])[:, 0]}
    measured = train(start, x[:n], y[:n], steps=STEPS, lr=lr, **new).measured[0]
    flow = predicted.flow([t * lr for t in times], kernel[n:], f0[n:])
    descent = predicted.descent(list(times), lr, kernel[n:], f0[n:])
    errors = [(formula - measured).square().mean(1).max().sqrt() for formula in (flow, descent)]
    return float(errors[0] / errors[1])


@cached(8)
def mode_slopes(seed: int, seeds: int = 6) -> dict[str, float]:
    """Return the slope in the width of how far modes stray from (1 - lr lambda / N)^t, with each kernel's lambda."""
    x, y = shared.scaled(widths.X[: widths.POINTS]), widths.Y[: widths.POINTS]
    lr = widths.learning_rate("relu")
    kernels = tangent.infinite(x)
    lam, U = torch.linalg.eigh(kernels.ntk)
    members = [shared.net(widths.COORDINATES, width) for _ in range(seeds) for width in WIDTHS]
    times = torch.tensor([1, 2, 4, 8, 16, 32, 64, STEPS])
    residual = {"record": [0, *times.tolist()], "measure": lambda i, p: (members[i].apply(p, x)[:, 0] - y) @ U}
    trained = train(Ensemble.draw(members, compute.generator(seed)), x, y, steps=STEPS, lr=lr, **residual)
    modes = trained.measured.view(seeds, len(WIDTHS), len(times) + 1, -1)
    slopes = {}
    for name, spectrum in (("ntk", lam), ("nngp", (U.T @ kernels.nngp @ U).diagonal())):
        expected = (1 - lr / widths.POINTS * spectrum) ** times[:, None] * modes[:, :, :1]
        apart = (modes[:, :, 1:] - expected).square().mean((0, 2, 3)).sqrt() / y.square().mean().sqrt()
        slopes[name] = shared.log_slope(WIDTHS, apart)
    return slopes


def mode_slope(seed: int, kernel: str) -> float:
    return mode_slopes(seed)[kernel]


def drift_slope(seed: int, parametrization: str, seeds: int = 4) -> float:
    """Return the slope in the width of how far training moves an erf net's kernel; its derivatives suit the theory."""
    x, y = shared.scaled(widths.X[: widths.POINTS]), widths.Y[: widths.POINTS]
    look = {"activation": "erf", "parametrization": parametrization, "bias": "none"}
    members = [MLP((widths.COORDINATES, width, 1), **look) for width in WIDTHS[:-1] * seeds]
    start = Ensemble.draw(members, compute.generator(seed))
    end = train(start, x, y, steps=STEPS, lr=widths.learning_rate("erf")).ensemble
    drifts = [
        tangent.drift(*(tangent.empirical(net, x, parameters=p, rates=True) for p in both))
        for net, *both in zip(members, start.parameters, end.parameters, strict=True)
    ]
    return shared.log_slope(WIDTHS[:-1], torch.tensor(drifts, dtype=torch.float64))


def more_missed(seed: int, depth: int) -> float:
    """Return the share of new digits that the kernel misses, less the nets' mean, with 400 digits to learn from."""
    size = digits.SIZES[-1]
    path, test = digits.kernel_fit(size, depth, False, seed, exercises.next_layer)
    return float(test[path.best]) - float(digits.net_errors(digits.WIDTHS[-1], False, seed, (size,)).mean())


def fluctuation_exponent(seed: int, zero: bool) -> float:
    fits = finite_width.fits_of(WIDE, 64, seed, zero)
    return shared.log_slope(WIDE, finite_width.distance(fits, 1))


def bias_exponent(seed: int, single: bool, nets: int = 256) -> float:
    """Return the exponent of a single net's distance from infinite width, or of that of the mean of many nets.

    The squared distance of a mean of N is the squared bias plus a share of the variance; the share is subtracted.
    """
    fits = finite_width.fits_of(MANY, nets, seed + 100, True)
    if single:
        return shared.log_slope(MANY, finite_width.distance(fits, 1))
    squared = finite_width.distance(fits, nets).square() - fits.functions.var(1).mean(1) / nets
    return shared.log_slope(MANY, squared.clamp_min(1e-12).sqrt())

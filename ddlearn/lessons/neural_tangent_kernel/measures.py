"""How the claims of lesson 03 are measured: one function a claim, with an argument that takes the cause away."""

import math

import torch
from torch import Tensor

from ddlearn import compute, tangent
from ddlearn.classroom import cached
from ddlearn.lessons.neural_tangent_kernel import circle, digits, exercises, nets, widths
from ddlearn.networks import MLP
from ddlearn.result import Curve
from ddlearn.training import Ensemble, train

WIDTHS = torch.tensor([64, 128, 256, 512, 1024, 2048], dtype=torch.float64)
DRAWS = 100
STEPS = 120


def unit_points(n: int, d: int, seed: int) -> Tensor:
    x = torch.randn(n, d, generator=compute.generator(seed), dtype=torch.float64)
    return x / x.norm(dim=1, keepdim=True)


def circle_net(width: int, seed: int) -> tuple[Tensor, Tensor]:
    return nets.weights(nets.net(3, width).init(compute.generator(seed)))


def hermite_layer(nngp: Tensor, ntk: Tensor, terms: int = 1500) -> tuple[Tensor, Tensor]:
    """One layer by relu's Hermite series: E[relu relu'] = s sum c_k^2 rho^k, and E[slope slope'] its derivative in rho.

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
    """`next_layer` without the factor 2 of the weights' variance in the slope's average."""
    following, tangent_kernel = exercises.next_layer(nngp, ntk)
    return following, (following + tangent_kernel) / 2


def series_gap(seed: int, layer: nets.NextLayer) -> float:
    """Largest relative difference off the diagonal, after three layers."""
    x = unit_points(12, 4, seed)
    off = ~torch.eye(12, dtype=torch.bool)
    series, closed = (nets.infinite_ntk(x, one, depth=3)[off] for one in (hermite_layer, layer))
    return float(((closed - series).abs() / series.abs()).max())


def gradients(W: Tensor, a: Tensor) -> Tensor:
    """Every point's gradient in W and a, by autograd, (16, m d + m)."""
    W, a = W.clone().requires_grad_(), a.clone().requires_grad_()
    rows = [torch.autograd.grad(f, (W, a), retain_graph=True) for f in nets.outputs(circle.X, W, a)]
    return torch.stack([torch.cat([part.flatten() for part in row]) for row in rows])


def gradient_gap(seed: int, readout_only: bool) -> float:
    """The exercise's kernel against gradients taken by autograd, relative to its largest entry."""
    W, a = circle_net(40, seed)
    J = gradients(W, a)
    closed = (
        exercises.shares(circle.X, circle.X, W, a)[0]
        if readout_only
        else exercises.empirical_ntk(circle.X, circle.X, W, a)
    )
    return float((closed - J @ J.T).abs().max() / (J @ J.T).max())


@cached(8)
def distances_at_start(seed: int, layer: nets.NextLayer) -> Curve:
    """Root mean square over `DRAWS` starts of the relative distance to the infinite kernel, against the width."""
    x = widths.sphere()[0][: widths.POINTS]
    Theta = nets.infinite_ntk(x, layer)
    generator = compute.generator(seed)
    squares = []
    for width in WIDTHS.int().tolist():
        net = nets.net(widths.COORDINATES, width)
        drawn = [nets.weights(net.init(generator)) for _ in range(DRAWS)]
        apart = [tangent.drift(Theta, exercises.empirical_ntk(x, x, W, a)) for W, a in drawn]
        squares.append(torch.tensor(apart, dtype=torch.float32).square().mean())
    return Curve(WIDTHS, torch.stack(squares).sqrt()[None], widths.theory_at_start(WIDTHS), "width", "distance")


def over_theory(seed: int, fourth_moment: float) -> float:
    curve = distances_at_start(seed, exercises.next_layer)
    theory = widths.theory_at_start(WIDTHS, fourth_moment)
    return float((curve.measured / theory).square().mean().sqrt())


def iteration_gap(seed: int, flow: bool, share: float = 1.5, steps: int = 100) -> float:
    """The closed form at every step against gradient descent in the kernel, step by step; relative to the targets."""
    W, a = circle_net(256, seed)
    K, f0 = exercises.empirical_ntk(circle.X, circle.X, W, a), nets.outputs(circle.X, W, a)
    lr = share * circle.POINTS / float(torch.linalg.eigvalsh(K)[-1])
    by_flow = tangent.dynamics(K, circle.Y, f0)
    f, worst = f0, 0.0
    for t in range(1, steps + 1):
        f = f - lr / circle.POINTS * K @ (f - circle.Y)
        closed = by_flow.flow(t * lr) if flow else exercises.descent(K, circle.Y, f0, lr, t)
        worst = max(worst, float((closed - f).abs().max()))
    return worst / float(circle.Y.abs().max())


@cached(8)
def largest_rate(seed: int, steps: int = 1500) -> tuple[float, Tensor]:
    """The largest lr / N with which descent on a net's tangent does not grow, and its kernel's eigenvalues.

    Descent is taken in the weights, step by step; 201 rates up and down from 2 / lambda_max are tried side by side.
    """
    W, a = circle_net(64, seed)
    J = gradients(W, a)
    spectrum = torch.linalg.eigvalsh(J @ J.T)
    rates = torch.linspace(1.5, 2.5, 201, dtype=J.dtype) / spectrum[-1]
    start = (nets.outputs(circle.X, W, a) - circle.Y)[:, None]
    moved = J.new_zeros(J.shape[1], len(rates))  # weights less their start, one column a rate
    for _ in range(steps):
        moved -= rates * (J.T @ (start + J @ moved))
    stays = (start + J @ moved).norm(dim=0) <= start.norm()
    return float(rates[stays].max()), spectrum


def largest_step(seed: int, mean: bool) -> float:
    """The same, in units of 1 / lambda_max; or of 1 / the mean eigenvalue."""
    rate, spectrum = largest_rate(seed)
    return rate * float(spectrum.mean() if mean else spectrum[-1])


def flow_over_descent(seed: int, width: int, share: float = 1.0) -> float:
    """Error of the flow formula over that of the discrete one, for a trained erf net, at new points over all steps."""
    x, y = widths.sphere()
    net, n = nets.net(widths.COORDINATES, width, "erf"), widths.POINTS
    start = Ensemble.draw([net], compute.generator(seed))
    f0 = net.apply(start.parameters[0], nets.scaled(x))[:, 0]
    kernel = tangent.empirical(net, nets.scaled(x), nets.scaled(x[:n]), parameters=start.parameters[0])
    predicted = tangent.dynamics(kernel[:n], y[:n], f0[:n])
    lr, times = share * predicted.max_lr / 2, range(STEPS + 1)
    trained = train(
        start,
        nets.scaled(x[:n]),
        y[:n],
        steps=STEPS,
        lr=lr,
        record=times,
        measure=lambda i, parameters: net.apply(parameters, nets.scaled(x[n:]))[:, 0],
    )
    flow = predicted.flow([t * lr for t in times], kernel[n:], f0[n:])
    descent = predicted.descent(list(times), lr, kernel[n:], f0[n:])
    errors = [(one - trained.measured[0]).square().mean(1).max().sqrt() for one in (flow, descent)]
    return float(errors[0] / errors[1])


@cached(8)
def mode_gaps(seed: int, seeds: int = 6) -> tuple[Curve, Curve]:
    """How far modes stray from (1 - lr lambda / N)^t, against the width: with the ntk's lambda, and with the nngp's."""
    x, y = (part[: widths.POINTS] for part in widths.sphere())
    kernels = tangent.infinite(nets.scaled(x))
    lam, U = torch.linalg.eigh(kernels.ntk)
    rate = widths.learning_rate("relu") / widths.POINTS
    sizes = WIDTHS.int().tolist()
    members = [nets.net(widths.COORDINATES, width) for _ in range(seeds) for width in sizes]
    start = Ensemble.draw(members, compute.generator(seed))
    times = torch.tensor([1, 2, 4, 8, 16, 32, 64, STEPS])
    trained = train(
        start,
        nets.scaled(x),
        y,
        steps=STEPS,
        lr=widths.learning_rate("relu"),
        record=[0, *times.tolist()],
        measure=lambda i, parameters: (members[i].apply(parameters, nets.scaled(x))[:, 0] - y) @ U,
    )
    modes = trained.measured.view(seeds, len(sizes), len(times) + 1, -1)
    curves = []
    for spectrum in (lam, (U.T @ kernels.nngp @ U).diagonal()):
        expected = (1 - rate * spectrum) ** times[:, None] * modes[:, :, :1]
        apart = (modes[:, :, 1:] - expected).square().mean((0, 2, 3)).sqrt() / y.square().mean().sqrt()
        curves.append(Curve(WIDTHS, apart[None], None, "width", "deviation of a mode"))
    return tuple(curves)


def drift_slope(seed: int, parametrization: str, seeds: int = 4) -> float:
    """Slope in the width of how far training moves the kernel of an erf net, whose derivatives are as theory asks."""
    x, y = (part[: widths.POINTS] for part in widths.sphere())
    x, sizes = nets.scaled(x), WIDTHS[:-1].int().tolist()
    members = [
        MLP((widths.COORDINATES, width, 1), activation="erf", parametrization=parametrization, bias="none")
        for _ in range(seeds)
        for width in sizes
    ]
    start = Ensemble.draw(members, compute.generator(seed))
    end = train(start, x, y, steps=STEPS, lr=widths.learning_rate("erf")).ensemble
    drifts = [
        tangent.drift(*(tangent.empirical(net, x, parameters=p, rates=True) for p in both))
        for net, *both in zip(members, start.parameters, end.parameters, strict=True)
    ]
    curve = Curve(WIDTHS[:-1], torch.tensor(drifts, dtype=torch.float64).view(seeds, -1), None, "width", "drift")
    return float(curve.log_slope().mean())


def more_missed(seed: int, depth: int) -> float:
    """Share of new digits that the kernel misses, less the nets' mean, with 400 digits to learn from."""
    size = digits.SIZES[-1]
    path, test = digits.kernel_fit(size, depth, False, seed, exercises.next_layer)
    return float(test[path.best]) - float(digits.net_errors(digits.WIDTHS[-1], False, seed, (size,)).mean())

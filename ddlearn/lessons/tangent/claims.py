"""What lesson 03 claims, what theory expects, and how each claim is measured; beside each, a control that must fail."""

import math
from functools import lru_cache

import torch
from torch import Tensor

from ddlearn import compute, tangent
from ddlearn.classroom import Claim
from ddlearn.lessons.tangent import circle, digits, exercises, nets, widths
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


@lru_cache(maxsize=8)
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
        squares.append(torch.tensor(apart).square().mean())
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


@lru_cache(maxsize=8)
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


@lru_cache(maxsize=8)
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
    """Slope in the width of how far training moves a net's kernel."""
    x, y = (part[: widths.POINTS] for part in widths.sphere())
    x, sizes = nets.scaled(x), WIDTHS[:-1].int().tolist()
    members = [
        MLP((widths.COORDINATES, width, 1), parametrization=parametrization, bias="none")
        for _ in range(seeds)
        for width in sizes
    ]
    start = Ensemble.draw(members, compute.generator(seed))
    end = train(start, x, y, steps=STEPS, lr=widths.learning_rate("relu")).ensemble
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


CLAIMS = (
    Claim(
        id="03.infinite",
        statement="A layer of infinite width is one map of two kernels, in closed form.",
        paper="Cho and Saul 2009; Jacot, Gabriel and Hongler 2018",
        basis="exact",
        expected=0.0,
        tolerance=1e-9,
        unit="relative difference from a Hermite series, three layers",
        measure=lambda scale, seed: series_gap(seed, exercises.next_layer),
        control=lambda scale, seed: series_gap(seed, halved_slope),
        control_note="the average of the slopes without the weights’ variance of 2",
    ),
    Claim(
        id="03.empirical",
        statement="The tangent kernel of a net of one hidden layer, in closed form, is the product of its gradients.",
        paper="identity",
        basis="exact",
        expected=0.0,
        tolerance=1e-12,
        unit="relative difference from autograd",
        measure=lambda scale, seed: gradient_gap(seed, readout_only=False),
        control=lambda scale, seed: gradient_gap(seed, readout_only=True),
        control_note="the readout’s gradients alone, as in lesson 01",
    ),
    Claim(
        id="03.start",
        statement="At its start a net’s kernel approaches the infinite one as one over the root of its width.",
        paper="Jacot, Gabriel and Hongler 2018",
        basis="asymptotic: an average over independent units",
        expected=-0.5,
        tolerance=0.06,
        unit="slope of log distance in log width",
        measure=lambda scale, seed: float(distances_at_start(seed, exercises.next_layer).log_slope()),
        control=lambda scale, seed: float(distances_at_start(seed, halved_slope).log_slope()),
        control_note="an infinite kernel with half of the first layer’s share",
    ),
    Claim(
        id="03.start-constant",
        statement="The constant is known too: an entry’s variance times the width is 2 K₂ + 4ρK₁ + 6ρ²K₀ − Θ².",
        paper="our derivation, with the kernels of Cho and Saul 2009",
        basis="exact in expectation",
        expected=1.0,
        tolerance=0.06,
        unit="measured over theory",
        measure=lambda scale, seed: over_theory(seed, fourth_moment=3.0),
        control=lambda scale, seed: over_theory(seed, fourth_moment=1.0),
        control_note="theory for readout weights that are ±1, not normal",
    ),
    Claim(
        id="03.descent",
        statement="In a fixed kernel, t steps of gradient descent multiply each mode by (1 − ηλ/N)ᵗ.",
        paper="identity",
        basis="exact",
        expected=0.0,
        tolerance=1e-10,
        unit="largest difference over a hundred steps, relative",
        measure=lambda scale, seed: iteration_gap(seed, flow=False),
        control=lambda scale, seed: iteration_gap(seed, flow=True),
        control_note="e^(−ηλt/N), the formula of flow",
    ),
    Claim(
        id="03.edge",
        statement="Descent on a tangent converges up to the step 2 N / λ_max, and no further.",
        paper="Lee et al. 2019",
        basis="theorem",
        expected=2.0,
        tolerance=0.01,
        unit="N / λ_max",
        measure=lambda scale, seed: largest_step(seed, mean=False),
        control=lambda scale, seed: largest_step(seed, mean=True),
        control_note="the same step, measured with the mean eigenvalue",
    ),
    Claim(
        id="03.flow",
        statement="At the step N / λ_max a wide net follows the formula of steps, and misses that of flow.",
        paper="Lee et al. 2019",
        basis="floor",
        expected=20.0,
        tolerance=0.0,
        sense="at_least",
        unit="error of flow over error of steps",
        measure=lambda scale, seed: flow_over_descent(seed, width=4096),
        control=lambda scale, seed: flow_over_descent(seed, width=8),
        control_note="eight hidden units: neither formula holds",
    ),
    Claim(
        id="03.modes",
        statement="In training, each eigenmode of the residual decays at its own rate, the better the wider the net.",
        paper="Lee et al. 2019",
        basis="asymptotic",
        expected=-0.5,
        tolerance=0.15,
        unit="slope of log deviation in log width",
        measure=lambda scale, seed: float(mode_gaps(seed)[0].log_slope()),
        control=lambda scale, seed: float(mode_gaps(seed)[1].log_slope()),
        control_note="rates of the nngp, as if only the readout learned",
    ),
    Claim(
        id="03.drift",
        statement="Training moves a net’s kernel by a share that falls with the width like m^(−1/2), or faster.",
        paper="Lee et al. 2019",
        basis="theorem: an upper bound",
        expected=-0.5,
        tolerance=0.0,
        sense="at_most",
        unit="slope of log drift in log width",
        measure=lambda scale, seed: drift_slope(seed, "ntk"),
        control=lambda scale, seed: drift_slope(seed, "mup"),
        control_note="the mean-field parametrization of lesson 04",
    ),
    Claim(
        id="03.digits",
        statement="On a few hundred digits the infinite kernel misses no more new ones than trained nets do.",
        paper="Arora et al. 2020 (on other small data)",
        basis="floor",
        expected=0.0,
        tolerance=0.02,
        sense="at_most",
        unit="share missed by the kernel less that of nets",
        measure=lambda scale, seed: more_missed(seed, depth=1),
        control=lambda scale, seed: more_missed(seed, depth=0),
        control_note="the kernel of the pixels: no hidden layer",
    ),
)

"""Every inequality that the certificates rest on, checked at every step of many runs; it may never fail."""

from collections import Counter

import mpmath
import pytest
import torch

from ddlearn import linear_networks as ln
from ddlearn.compute import generator
from ddlearn.lessons.real_steps_real_widths.measures import ARRIVED, audit, broken
from ddlearn.lessons.real_steps_real_widths.shared import measuring

SHAPES = [(2, 4), (5, 3), (4, 4)]
SQUARE = [(2, 2), (3, 3), (5, 5)]


def shapes(family):
    return SQUARE if "margin" in family else SHAPES


def audited(start, run, certified):
    """How often each inequality fails along a run, and how many steps were checked, none above the rate 1 / K_t."""
    alive = run.losses[:-1] > ARRIVED * run.losses[0]
    local = ln.local_constants(start.problem, run.W1[:-1], run.W2[:-1], run.rates)
    assert (run.rates * local.smoothness <= 1 + 1e-9)[alive].all()
    return audit(start, run, certified), int(alive.sum())


def draws(family, count):
    """Starts of a family, `count` for each of three shapes."""
    seed = 1000 + 10 * [*ln.FAMILIES].index(family)
    return [ln.draw_starts(family, count, n, m, generator(seed + n)) for n, m in shapes(family)]


@pytest.mark.parametrize("family", ln.FAMILIES)
def test_no_inequality_fails_at_any_of_thousands_of_steps(family):
    """Along runs at the certified and at the measured rate."""
    failures, steps = Counter(), 0
    for start in draws(family, 10):
        certified = ln.certificate(*start)
        for rate in (certified.rate, measuring(start.problem)):
            found, checked = audited(start, ln.descend(*start, rate, 80, stop=ARRIVED), certified)
            failures += found
            steps += checked
    assert not failures
    assert steps > 1500


@pytest.mark.parametrize("family", ln.FAMILIES)
def test_starts_are_covered(family):
    covered = torch.cat([ln.certificate(*start).covered for start in draws(family, 20)])
    assert covered.all() or (family == "one big layer" and covered.float().mean() > 0.8)


def pairs(count, n, m, h, seed):
    """Layers of very different sizes, some with columns of W1 rescaled."""
    rng = generator(seed)
    W1, W2 = ln.gaussian_layers(count, n, m, h, (1, 1), rng)
    scales = torch.exp(3.5 * torch.rand(count, 2, 1, 1, generator=rng, dtype=torch.float64) - 2)
    columns = torch.exp(2 * torch.rand(count, 1, h, generator=rng, dtype=torch.float64) - 1)
    columns[torch.rand(count, generator=rng) > 0.3] = 1
    return scales[:, 0] * W1 * columns, scales[:, 1] * W2


def test_the_spectral_bounds_hold_for_any_layers():
    sizes = [(1, 1, 1), (2, 3, 3), (3, 2, 4), (4, 4, 4), (5, 5, 12), (1, 5, 6), (5, 1, 5), (3, 3, 2)]
    for seed, (n, m, h) in enumerate(sizes):
        W1, W2 = pairs(400, n, m, h, seed)
        values = torch.linalg.svdvals(W1 @ W2.mT)
        exact = ln.tangent_range(W1, W2)
        for spectrum in (ln.imbalance_spectrum(W1, W2), torch.linalg.eigvalsh(ln.imbalance(W1, W2)).flip(-1)):
            bounds = ln.spectral_bounds(spectrum, n, m, values[:, -1], values[:, 0])
            assert not (bounds.low > exact.low * (1 + 1e-8) + 1e-13 * exact.high).any()
            assert not (exact.high > bounds.high * (1 + 1e-8)).any()


def test_the_spectral_bounds_are_exact_where_they_must_be():
    """Balanced layers: both bounds are twice the product's singular values. One layer zero: the imbalance is all."""
    P, Q = (torch.linalg.qr(torch.randn(4, 4, generator=generator(s), dtype=torch.float64)).Q for s in (0, 1))
    q = torch.tensor([3.0, 2.0, 1.0, 0.5]).double()
    W1, W2 = P * q.sqrt(), Q * q.sqrt()
    balanced = ln.spectral_bounds(ln.imbalance_spectrum(W1, W2), 4, 4, 0.5, 3.0)
    assert [b.item() for b in balanced] == pytest.approx([1, 6], rel=1e-12)
    assert [b.item() for b in ln.tangent_range(W1, W2)] == pytest.approx([1, 6], rel=1e-12)
    alone = ln.spectral_bounds(ln.imbalance_spectrum(W1, 0 * W2), 4, 4, 0, 0)
    assert [b.item() for b in alone] == pytest.approx([0.5, 3], rel=1e-12)


def test_a_tiny_margin_keeps_its_digits_beside_a_large_imbalance():
    spectrum = torch.tensor([1e6, 0.0, -1e6]).double()
    low = ln.spectral_bounds(spectrum, 2, 2, 1e-3, 1.0).low.item()
    with mpmath.workdps(50):
        e, beta = mpmath.mpf(1e6), mpmath.mpf(1e-3)
        assert low == pytest.approx(float(mpmath.sqrt(e**2 + 4 * beta**2) - e), rel=1e-14)


def test_the_measured_rate_solves_its_cubic():
    start = ln.draw_starts("wide", 10, 3, 2, generator(5))
    rate = ln.measured_rate(*start)
    local = ln.local_constants(*start, rate)
    torch.testing.assert_close(rate * local.smoothness, torch.ones(10).double(), rtol=1e-13, atol=0)
    assert (rate * local.smoothness <= 1).all()
    torch.testing.assert_close(local.contraction, 1 - local.pl * rate, rtol=0, atol=1e-13)
    uneven = start[0], 1e4 * start[1], 1e-4 * start[2]
    steep = ln.measured_rate(*uneven)
    assert (ln.local_constants(*uneven, steep).smoothness * steep - 1).abs().max() < 1e-12


def test_the_largest_rate_of_a_certificate_is_where_its_condition_ends():
    start = ln.draw_starts("wide", 10, 3, 3, generator(6))
    best = ln.certificate(*start)
    assert (best.rate <= best.largest_rate).all()
    for share, fits in ((1.0, True), (1.001, False)):
        at = ln.certificate(*start, share * best.largest_rate)
        room = at.low > 0
        assert room.any()
        assert (at.covered == fits)[room].all()
    # The rate that the definition gives, from quantities at t = 0 in plain words.
    problem, W1, W2 = start
    L = problem.loss(W1 @ W2.mT)
    r, g = (2 * L / problem.mu).sqrt(), (2 * problem.K * L).sqrt()
    values = torch.linalg.svdvals(problem.W_star)
    D = torch.linalg.eigvalsh(ln.imbalance(W1, W2)).flip(-1)
    bounds = ln.spectral_bounds(D, 3, 3, (values[:, -1] - r).clamp(min=0), values[:, 0] + r)
    eta = best.rate
    Kbar = g + problem.K * (bounds.high + 2 * eta * L) * (1 + eta * g / 2) ** 2
    rho = 1 - problem.mu * (bounds.low - 2 * eta * L) * eta * (2 - eta * Kbar)
    torch.testing.assert_close(best.contraction, rho, rtol=1e-12, atol=0)
    torch.testing.assert_close(best.losses(7)[7], rho**7 * L, rtol=1e-10, atol=0)
    steps = best.iterations(1e-3)
    assert (rho**steps <= 1e-3 * (1 + 1e-9)).all()
    assert (rho ** (steps - 1) > 1e-3).all()


@pytest.mark.parametrize(("n", "m"), [(6, 6), (6, 4), (2, 7)])
def test_every_gaussian_start_is_covered_from_width_n_plus_m_minus_one(n, m):
    problem = ln.LeastSquares(torch.ones(200, n).double(), torch.randn(200, n, m, generator=generator(9)).double())
    for h in (n + m - 1, n + m, 2 * (n + m)):
        W1, W2 = ln.gaussian_layers(200, n, m, h, (1, 1), generator(h))
        assert ln.certificate(problem, W1, W2).covered.all()
    W1, W2 = ln.gaussian_layers(200, n, m, n + m - 2, (1, 1), generator(0))
    assert ln.certificate(problem, W1, W2).covered.float().mean() < 1


def test_where_nothing_is_certified_nothing_is_promised_and_descent_still_descends():
    problem = ln.LeastSquares(torch.ones(30, 6).double(), torch.randn(30, 6, 6, generator=generator(9)).double())
    start = problem, *ln.gaussian_layers(30, 6, 6, 6, (0.7, 0.7), generator(1))
    certified = ln.certificate(*start)
    assert certified.losses(5).isinf().all()
    bend, grow = ln.envelope(*start, 5), ln.schedule(*start, 100)
    for promise in (certified, bend, grow):
        assert not promise.covered.any()
        assert promise.iterations().isinf().all()
    for promise in (bend, grow):
        assert promise.losses[1:].isinf().all()
        assert promise.rates.isfinite().all()
    run = ln.descend(*start, certified.rate, 300)
    assert (run.losses.diff(dim=0) <= 0).all()
    assert (ln.descend(*start, 0.06, 1000).losses[-1] < 0.2 * run.losses[0]).all()  # it converges, uncertified


SLOW = [pytest.param(f, marks=pytest.mark.slow) for f in ln.FAMILIES if f not in ("wide", "small")]


@pytest.mark.parametrize("family", ["wide", *SLOW])
def test_no_run_rises_above_its_envelope_or_its_schedule(family):
    ratios = []
    for n, m in shapes(family)[::2]:
        start = ln.draw_starts(family, 10, n, m, generator(3000 + n))
        bend, grow = ln.envelope(*start, 400), ln.schedule(*start, 400)
        constant = ln.certificate(*start)
        assert torch.equal(bend.covered & constant.covered, constant.covered)  # never covers less
        at_one_rate = ln.descend(*start, bend.rates[0], 400)
        in_time = ln.descend(*start, lambda t, W1, W2, rates=grow.rates: rates[t], 400)
        for run, promise in ((at_one_rate, bend), (in_time, grow)):
            alive = run.losses > ARRIVED * run.losses[0]
            assert not (broken(run.losses, promise.losses, run.losses[0]) & alive).any()
            assert (promise.losses.diff(dim=0) <= 0)[:, promise.covered].all()
        assert (grow.rates.diff(dim=0) >= 0).all()
        assert (grow.losses[-1] <= constant.losses(400)[-1] * (1 + 1e-9)).all()
        done = bend.iterations().isfinite()
        ratio = (bend.iterations() / at_one_rate.iterations())[done]
        assert (ratio >= 1).all()
        ratios.append(ratio)
    ratios = torch.cat(ratios)
    if family in ("wide", "balanced + margin"):
        assert len(ratios) == 20
        assert ratios.median() <= 2.5


@pytest.mark.slow
def test_a_schedule_of_smaller_steps_is_certified_too():
    start = ln.draw_starts("wide", 10, 4, 3, generator(2))
    full, half = ln.schedule(*start, 300), ln.schedule(*start, 300, share=0.5)
    torch.testing.assert_close(half.rates[0], full.rates[0] / 2)
    assert (half.rates < full.rates).all()
    assert (half.rates.diff(dim=0) >= 0).all()
    assert (half.losses[-1] > full.losses[-1])[full.covered].all()
    run = ln.descend(*start, lambda t, W1, W2: half.rates[t], 300)
    assert not (broken(run.losses, half.losses, run.losses[0]) & (run.losses > ARRIVED * run.losses[0])).any()


def test_the_kernel_ball_promises_where_weights_hardly_move_and_nowhere_else():
    problem = ln.LeastSquares(torch.ones(4, 2).double(), torch.randn(4, 2, 2, generator=generator(0)).double() / 2)
    for h, covered in ((4, False), (2048, True)):
        W1, W2 = (W * (h * 2) ** -0.25 for W in ln.gaussian_layers(4, 2, 2, h, (1, 1), generator(h)))
        ball = ln.kernel_ball(problem, W1, W2)
        assert (ball.covered == covered).all()
    run = ln.descend(problem, W1, W2, ball.rate, 60)
    assert not broken(run.losses, ball.losses(60), run.losses[0]).any()


class LogCosh:
    """mu |W - A|^2 / 2 + c sum log cosh(W - B), less its least value: mu-strongly convex and (mu + c)-smooth."""

    def __init__(self, A, B, c):
        self.A, self.B, self.c = A, B, c
        self.mu, self.K = torch.ones_like(c), 1 + c
        low, high = torch.minimum(A, B), torch.maximum(A, B)
        for _ in range(100):  # the minimizer lies between A and B, entry by entry
            middle = (low + high) / 2
            left = self.gradient(middle) < 0
            low, high = middle.where(left, low), high.where(left, middle)
        self.W_star, self.floor = (low + high) / 2, 0
        self.floor = self.loss(self.W_star)

    def loss(self, W):
        log_cosh = torch.nn.functional.softplus(2 * (W - self.B)) - (W - self.B)  # + log 2, which the floor takes off
        return (W - self.A).square().sum((-2, -1)) / 2 + self.c * log_cosh.sum((-2, -1)) - self.floor

    def gradient(self, W):
        return W - self.A + self.c[..., None, None] * torch.tanh(W - self.B)


def test_losses_that_are_not_least_squares_are_certified_too():
    checked = 0
    for seed, (n, m, h) in enumerate([(2, 4, 9), (3, 3, 20), (4, 2, 35)]):
        rng = generator(seed)
        A, B = torch.randn(2, 20, n, m, generator=rng, dtype=torch.float64)
        problem = LogCosh(A, 2 * B, 0.2 + 1.8 * torch.rand(20, generator=rng, dtype=torch.float64))
        start = ln.Starts(problem, *ln.gaussian_layers(20, n, m, h, (0.7, 0.7), rng))
        certified = ln.certificate(*start)
        run = ln.descend(*start, certified.rate, 150)
        assert certified.covered.all()
        failures, steps = audited(start, run, certified)
        assert failures.total() == 0
        checked += steps
        grow = ln.schedule(*start, 150)
        faster = ln.descend(*start, lambda t, W1, W2, rates=grow.rates: rates[t], 150)
        assert not broken(faster.losses, grow.losses, run.losses[0]).any()
        with pytest.raises(TypeError, match=r"^problem must be a LeastSquares; got LogCosh$"):
            ln.envelope(*start, 5)
    assert checked > 3000

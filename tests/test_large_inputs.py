"""Inputs of any size: a matrix that does not fit is refused before it is made, and units do not matter."""

import pytest
import torch
from drawn import normal

from ddlearn import compute, kernels, parities, ridge, tangent
from ddlearn import double_descent as dd
from ddlearn import generalization as gen
from ddlearn import linear_networks as ln
from ddlearn.compute import generator

X, Y = normal(6, 3), normal(6, seed=1)
K = kernels.rbf(X)
PROBLEM, W1, W2 = ln.draw_starts("balanced + margin", 3, 3, 3, generator(3))

QUADRATIC = {
    **{name: (lambda name=name: kernels.gram(name, X)) for name in kernels.KERNELS},
    "with a gradient": lambda: kernels.rbf(X, X.clone().requires_grad_()),
    "infinite": lambda: tangent.infinite(X, X[:2]),
    "infinite_plain": lambda: tangent.infinite_plain(X),
    "dynamics": lambda: tangent.dynamics(K, Y),
    "ridge": lambda: ridge.ridge(K, Y, 0.1),
    "ridge_path": lambda: ridge.ridge_path(K, Y, [0.1]),
    "oracle_kernel": lambda: parities.oracle_kernel(X.sign()),
    "tangent_kernel": lambda: ln.tangent_kernel(PROBLEM, W1, W2),
    "smoother": lambda: dd.smoother(X, X),
    "gram_smoother": lambda: dd.gram_smoother(K, K),
    "min_norm": lambda: dd.min_norm(X, Y),
    "width_path": lambda: dd.width_path(dd.CosineFeatures.draw(3, 30, 1.0, generator(0)), X, K, X, K, [30]),
    "kernel_fit": lambda: gen.kernel_fit(K, Y, 0.1),
    "eigenmodes": lambda: gen.eigenmodes(K),
    "spectrum": lambda: gen.spectrum(K, Y),
    "unit_direction": lambda: gen.unit_direction(K, Y.sign(), 0.1),
    "arora_term": lambda: gen.arora_term(K, Y.sign()),
    "haar_pool": lambda: gen.haar_pool(Y.abs(), Y, generator(0)),
    "ntk_with_bias": lambda: gen.ntk_with_bias(X, 1.0),
    "hidden_layer_kernel": lambda: gen.hidden_layer_kernel(gen.unit_rows(X)),
}


@pytest.mark.parametrize("name", QUADRATIC)
def test_a_matrix_that_does_not_fit_is_refused_before_it_is_made(name, monkeypatch):
    QUADRATIC[name]()
    monkeypatch.setattr(compute, "WORTH_ASKING", 0)
    monkeypatch.setattr(compute, "memory_left", lambda: 8)
    with pytest.raises(MemoryError, match=r" of \d+ x \d+ numbers needs about 0 MB, and 0 MB are left here\."):
        QUADRATIC[name]()


def test_a_jacobian_that_does_not_fit_is_refused_before_it_is_made(monkeypatch):
    net = torch.nn.Sequential(torch.nn.Linear(3, 400), torch.nn.PReLU(400), torch.nn.Linear(400, 2)).double()
    linear = tangent.linearize(torch.nn.EmbeddingBag(5, 3).double())
    left, large = compute.memory_left, torch.zeros(30_000, 3, dtype=torch.float64)
    for memory, call, said in (
        (10**9, lambda: tangent.empirical(net, large), r"kernel of 30000 x 30000 numbers needs about 7.2 GB"),
        (10**9, lambda: tangent.empirical(net, large[:8500], outputs="full"), r"kernel of 17000 x 17000 numbers"),
        (1200, lambda: tangent.empirical(net, X), r"Jacobian of 1.weight needs about .* 0 MB are left here"),
        (500, lambda: linear(torch.zeros(2, 2).long(), linear.parameters), r"Jacobian of the net needs about"),
    ):
        monkeypatch.setattr(compute, "memory_left", lambda memory=memory: min(left(), memory))
        with pytest.raises(MemoryError, match=f"^the {said}"):
            call()


def test_memory_is_not_asked_for_where_little_is_needed(monkeypatch):
    monkeypatch.setattr(compute, "memory_left", lambda: pytest.fail("asked"))
    kernels.rbf(normal(2000, 2))  # 32 MB
    with pytest.raises(pytest.fail.Exception):
        compute.require_matrices(1, 3000, 3000, X, "a matrix")  # 72 MB


def promises(problem, W1, W2):
    """What the theory says of a start, with the powers of the product's unit that each has."""
    certified, ball = ln.certificate(problem, W1, W2), ln.kernel_ball(problem, W1, W2)
    curve, growing = ln.envelope(problem, W1, W2, 9), ln.schedule(problem, W1, W2, 9)
    tube = ln.tube(problem, W1, W2, growing.losses, certified.rate)
    run = ln.descend(problem, W1, W2, certified.rate, 5)
    rates = (certified.rate, certified.largest_rate, ball.rate, ln.measured_rate(problem, W1, W2), growing.rates[-1])
    ranges = (certified.low, certified.high, curve.low[-1], tube.low[-1], tube.high[-1])
    shares = (certified.contraction, curve.losses[-1] / curve.losses[0], growing.losses[-1] / growing.losses[0])
    return rates, ranges, (*shares, run.relative_move[-1], run.losses[-1] / run.losses[0])


@pytest.mark.parametrize(
    ("dtype", "unit", "tolerance"),
    [(torch.float64, c, 1e-12) for c in (1e80, 1e-80, 1e140, 1e-140)]
    + [(torch.float32, c, 1e-3) for c in (1e10, 1e-10, 1e17, 1e-15)],
)
def test_a_certificate_knows_no_units(dtype, unit, tolerance):
    """W* times c, the layers times its root: rates are divided by c, squared singular values multiplied."""
    s, W_star, A, B = (one.to(dtype) for one in (PROBLEM.s, PROBLEM.W_star, W1, W2))
    assert ln.certificate(PROBLEM, W1, W2).covered.all()
    expected = promises(ln.LeastSquares(s, W_star), A, B)
    found = promises(ln.LeastSquares(s, unit * W_star), unit**0.5 * A, unit**0.5 * B)
    for power, here, there in zip((-1, 1, 0), expected, found, strict=True):
        for one, other in zip(here, there, strict=True):
            torch.testing.assert_close(other.double() * unit**-power, one.double(), rtol=tolerance, atol=0)


def test_the_rate_of_a_large_target_solves_its_cubic():
    """One balanced pair at a margin: eta (c + c (1 + eta g / 2)^2 + ...) = 1, solved by hand at unit size."""
    one = torch.ones(1, dtype=torch.float64)
    for unit in (1.0, 1e80, 1e-80):
        problem = ln.LeastSquares(one, unit * one[None])
        root = (0.9 * unit) ** 0.5 * one[None]
        found = ln.measured_rate(problem, root, root).item() * unit
        slope, top = 2**0.5 * 0.1 * 0.9**0.5, 1.8**0.5
        assert found * (0.1 + (top + found * slope / 2) ** 2) == pytest.approx(1, rel=1e-12)


def test_weights_that_are_zero_stay_there_and_nothing_is_promised_of_a_start_that_is_all_zero():
    zero = torch.zeros(2, 3, dtype=torch.float64)
    nothing = ln.LeastSquares(torch.ones(2).double(), torch.zeros(2, 2).double())
    assert (ln.descend(nothing, zero, zero, 0.1, 2).relative_move == 0).all()
    for promise in (ln.certificate, ln.kernel_ball, ln.measured_rate):
        with pytest.raises(ValueError, match=r"^W1, W2 and .* must not all be 0: there no step changes anything"):
            promise(nothing, zero, zero)
    some = ln.LeastSquares(torch.ones(2).double(), torch.ones(2, 2).double())
    assert not ln.certificate(some, zero, zero).covered.any()


def test_a_loss_beyond_the_range_of_floats_is_refused():
    for unit, shown in ((1e170, "inf"), (1e-170, "0")):
        problem = ln.LeastSquares(PROBLEM.s, unit * PROBLEM.W_star)
        with pytest.raises(ValueError, match=rf"^W1 W2' must have a loss that torch.float64 holds; got {shown}$"):
            ln.certificate(problem, 0 * W1, 0 * W2)


def test_a_start_that_diverges_beyond_floats_is_held_and_the_others_go_on():
    both = ln.LeastSquares(PROBLEM.s[:2], PROBLEM.W_star[:2])
    run = ln.descend(both, W1[:2], W2[:2], torch.tensor([1e150, 0.01], dtype=torch.float64), 5)
    assert run.diverged.tolist() == [True, False]
    assert not run.losses.isnan().any()
    assert not run.W1.isnan().any()
    assert (run.losses[:, 1].diff() < 0).all()


@pytest.mark.parametrize("unit", [1e-100, 1e100])
def test_fits_keep_their_digits_in_any_units(unit):
    torch.testing.assert_close(dd.min_norm(unit**2 * X, Y) * unit**2, dd.min_norm(X, Y), rtol=1e-12, atol=0)
    given = dd.risk_given(unit * X, 0.0, 1.0).item() * unit**2
    assert given == pytest.approx(dd.risk_given(X, 0.0, 1.0).item(), rel=1e-12)


@pytest.mark.parametrize("kernel", ["linear", "polynomial"])
def test_products_beyond_the_range_of_floats_are_refused(kernel):
    with pytest.raises(ValueError, match=r"^x must be smaller for torch.float64: products of its entries leave its"):
        kernels.gram(kernel, 1e200 * X)


def test_an_infinite_prediction_at_the_threshold_is_passed_on():
    excess = dd.predict_features(dd.relu_sphere_spectrum(5), 5, [3, 5, 8], noise=0.1).excess
    for found in (excess, dd.held_out(excess, 5, [3, 5, 8], 12, 0.1)):
        assert found.isinf().tolist() == [False, True, False]


def test_there_is_no_peak_without_noise():
    assert dd.exact_risk(40, 41, 1.0, 0.0) == pytest.approx(1 / 41, rel=1e-12)
    assert dd.ridgeless_risk(1.0, 1.0, 0.0) == 0


def test_tensors_of_inference_mode_may_stand_beside_those_with_a_gradient():
    with torch.inference_mode():
        fixed = X.clone()
    for function in (kernels.rbf, kernels.linear, tangent.infinite, tangent.infinite_plain):
        point = X.clone().requires_grad_()
        found = function(point, fixed)
        (found if isinstance(found, torch.Tensor) else found.ntk).sum().backward()
        assert point.grad.isfinite().all()

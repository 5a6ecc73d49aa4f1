"""A tensor that requires a gradient gets the right one from every function of the science, or is refused in words."""

import dataclasses

import pytest
import torch
from drawn import normal

from ddlearn import double_descent as dd
from ddlearn import generalization as gen
from ddlearn import kernels, parities, ridge, tangent
from ddlearn import linear_networks as ln
from ddlearn.compute import eigh, generator
from ddlearn.networks import MLP
from ddlearn.training import Ensemble, train

X, X2, Y = normal(6, 3), normal(4, 3, seed=1), normal(6, seed=2)
K, K_NEW = kernels.rbf(X), kernels.rbf(X2, X)
UNIT, SIGNS = gen.unit_rows(X), Y.sign()
BITS = normal(5, 4).sign()
LAM, V2 = Y.abs().sort(descending=True).values, Y.square()
PROBLEM, W1, W2 = ln.draw_starts("balanced + margin", 1, 3, 3, generator(0))
STEPS = torch.tensor([1.0, 0.5]).double()
NET = MLP((3, 4, 1), "tanh")
WEIGHTS = NET.init(generator(0))
FOURIER, RELU = kernels.FourierFeatures.draw(3, 4, 1.0, generator(0)), kernels.ReluFeatures.draw(3, 4, generator(0))
COSINE = dd.CosineFeatures.draw(3, 8, 1.0, generator(0))
CLOCKS = dd.three_clocks(50, sizes=(1, 1, 1))
PATH = ridge.ridge_path(K, Y, [0.1])
DYNAMICS = tangent.dynamics(K, Y)
LABELS = torch.tensor([0, 1, 0, 1, 0, 1])


def trained(x, y):
    return train(Ensemble((NET,), (WEIGHTS,)), x, y, steps=2, lr=0.1).losses


def curve(K, Y):
    return gen.measure_learning_curve(K, Y, [2], trials=1, generator=generator(0)).measured


def sweep(x, x_new):
    return dd.net_widths(x, LABELS[None], x_new, LABELS[:4], [2], generator(0), classes=2, steps=2).mse


TABLE = {
    "linear": (kernels.linear, X, X2),
    "polynomial": (kernels.polynomial, X, X2),
    "rbf": (kernels.rbf, X, X2),
    "laplace": (kernels.laplace, X, X2),
    **{f"arc_cosine {k}": (lambda x, x2, k=k: kernels.arc_cosine(x, x2, order=k), X, X2) for k in (0, 1, 2)},
    **{f"{name} alone": (lambda x, name=name: kernels.gram(name, x), X) for name in kernels.KERNELS},
    "rbf width": (lambda width: kernels.rbf(X, width=width), torch.tensor(1.0).double()),
    "FourierFeatures": (FOURIER, X),
    "FourierFeatures W": (lambda W: kernels.FourierFeatures(W)(X), FOURIER.W),
    "ReluFeatures": (RELU, X),
    "eigh": (eigh, K),
    **{
        f"infinite {activation} {bias}": (
            lambda x, x2, a=activation, b=bias: tangent.infinite(x, x2, 2, a, 1.4, b),
            X,
            X2,
        )
        for activation in ("relu", "erf")
        for bias in (0.0, 0.3)
    },
    "infinite alone": (lambda x: tangent.infinite(x, b_std=0.1), X),
    "infinite_plain": (lambda x, x2: tangent.infinite_plain(x, x2, 3), X, X2),
    "dynamics": (lambda K, y, f0: tangent.dynamics(K, y, f0).flow(2.0), K, Y, normal(6, seed=5)),
    "flow": (lambda K_new, t, f0: DYNAMICS.flow(t, K_new, f0), K_NEW, STEPS, normal(4, seed=5)),
    "descent": (lambda K_new: DYNAMICS.descent([1, 5], 0.1, K_new), K_NEW),
    "alignment": (tangent.alignment, K, Y),
    "ridge": (lambda x, y: ridge.ridge(kernels.rbf(x), y, 0.1), X, Y),
    "ridge_path": (lambda K, y, l: ridge.ridge_path(K, y, l).leave_one_out_error, K, Y, STEPS),
    "RidgePath.predict": (PATH.predict, K_NEW),
    "gradients": (lambda W1, W2: ln.gradients(PROBLEM, W1, W2), W1, W2),
    "imbalance": (ln.imbalance, W1, W2),
    "imbalance_spectrum": (ln.imbalance_spectrum, W1, W2),
    "tangent_kernel": (lambda W1, W2: ln.tangent_kernel(PROBLEM, W1, W2), W1, W2),
    "descend": (lambda W1, W2: ln.descend(PROBLEM, W1, W2, 0.01, 3).losses, W1, W2),
    "LeastSquares": (lambda s, W: ln.LeastSquares(s, W).loss(W1 @ W2.mT), PROBLEM.s, PROBLEM.W_star),
    "certificate": (lambda W1, W2: ln.certificate(PROBLEM, W1, W2).rate, W1, W2),
    "envelope": (lambda W1, W2: ln.envelope(PROBLEM, W1, W2, 3).losses, W1, W2),
    "tube": (lambda losses: ln.tube(PROBLEM, W1, W2, losses, 0.01), torch.ones(1, 1).double()),
    "rates": (lambda rate: ln.descend(PROBLEM, W1, W2, rate, 3).losses, torch.full((1,), 0.01).double()),
    "local_constants": (lambda rate: ln.local_constants(PROBLEM, W1, W2, rate).smoothness, torch.ones(1).double()),
    "measured_rate": (lambda W1, W2: ln.measured_rate(PROBLEM, W1, W2), W1, W2),
    "spectral_bounds": (lambda D, low: ln.spectral_bounds(D, 3, 3, low, 2.0), V2, torch.tensor(1.0).double()),
    "reduce_data": (lambda x, y: ln.reduce_data(x, y).problem.s, X, normal(6, 2)),
    "scalar_flow": (lambda t: ln.scalar_flow(t, 1.0, 0.5, 0.2), STEPS),
    "smoother": (lambda Z, Z_new: dd.smoother(Z, Z_new).weights(0.1), X, X2),
    "gram_smoother": (lambda K, K_new: dd.gram_smoother(K, K_new).weights(0.1), K, K_NEW),
    "Smoother.predict": (lambda y: dd.smoother(X, X2).predict(y), Y[:, None]),
    "min_norm": (dd.min_norm, X, Y),
    "risk_given": (lambda X, l: dd.risk_given(X, 1.0, 1.0, l), X, STEPS),
    "ridge_risk": (lambda g, l: dd.ridge_risk(g, l, 1.0, 1.0), STEPS, STEPS),
    "predict_features": (lambda lam: dd.predict_features(dd.Spectrum(lam, torch.ones(6), LAM), 3, 9).mse, LAM),
    "held_out": (lambda excess: dd.held_out(excess, 3, [2, 9], 10, 0.1), STEPS),
    "feature_smoother": (lambda *of: dd.feature_smoother(*of).weights(0.1), X, X2, normal(5, 3)),
    "CosineFeatures": (COSINE, X),
    "descent_risk": (lambda X, y: dd.descent_risk(CLOCKS, X / 9, y, [5]), X, Y),
    "standardize": (dd.standardize, X, X2),
    "average_outputs": (lambda f: dd.average_outputs(f, 2, 0), X),
    "net_widths": (sweep, X, X2),
    "null_mse": (dd.null_mse, X),
    "kernel_fit": (lambda K, Y: gen.kernel_fit(K, Y, 0.1).alpha, K, Y),
    "spectrum": (gen.spectrum, K, Y),
    "learnability": (lambda lam, n: gen.learnability(lam, n, 0.1), LAM, STEPS),
    "eigenlearning_risk": (lambda lam, V2: gen.eigenlearning_risk(lam, V2, 3, 0.1), LAM, V2),
    "finite_pool_risk": (lambda lam, V2: gen.finite_pool_risk(lam, V2, 3, 0.1), LAM, V2),
    "measure_learning_curve": (curve, K, Y),
    "margin_bound": (lambda K: gen.margin_bound(K, SIGNS).value, K),
    "unit_direction": (lambda K: gen.unit_direction(K, SIGNS, 0.1), K),
    "pac_bayes_kernel": (lambda K: gen.pac_bayes_kernel(K, SIGNS).alpha, K),
    "hidden_layer_kernel": (gen.hidden_layer_kernel, UNIT),
    "ntk_with_bias": (lambda x, x2: gen.ntk_with_bias(x, 0.1, x2), X, X2),
    "arora_term": (lambda H: gen.arora_term(H, SIGNS), K),
    "centered": (gen.centered, X),
    "unit_rows": (gen.unit_rows, X),
    "haar_pool": (lambda lam, v: gen.haar_pool(lam, v, generator(0)), LAM, Y),
    "oracle_kernel": (parities.oracle_kernel, BITS),
    "MLP.apply": (lambda W, x: NET.apply(((W, WEIGHTS[0][1]), WEIGHTS[1]), x), WEIGHTS[0][0], X),
    "train": (trained, X, Y),
}


def differentiable(found):
    """The tensors in an answer through which a gradient flows."""
    if isinstance(found, torch.Tensor):
        return [found] if found.requires_grad else []
    if dataclasses.is_dataclass(found):
        found = [getattr(found, field.name) for field in dataclasses.fields(found)]
    return [one for part in found for one in differentiable(part)] if isinstance(found, (tuple, list)) else []


@pytest.mark.parametrize(
    ("name", "place"), [(name, place) for name, row in TABLE.items() for place in range(len(row) - 1)]
)
def test_a_gradient_is_right_or_refused(name, place):
    function, *tensors = TABLE[name]

    def of(one):
        return tuple(differentiable(function(*tensors[:place], one, *tensors[place + 1 :])))

    point = torch.nn.Parameter(tensors[place].clone())
    refusal = ""
    try:
        found = of(point)
    except ValueError as error:
        refusal = str(error)
    if not refusal:
        assert found, "neither a gradient nor a refusal"
        assert torch.autograd.gradcheck(of, point)
        return
    assert "must not require a gradient" in refusal
    with torch.no_grad():
        function(*tensors[:place], point, *tensors[place + 1 :])


@pytest.mark.parametrize("dtype", [torch.float64, torch.float32])
def test_gradients_stay_finite_at_duplicates_antipodes_and_zero_rows(dtype):
    x = normal(6, 3).to(dtype)
    x[1], x[2], x[3] = x[0], -x[0], 0
    functions = [lambda x, name=name: kernels.gram(name, x) for name in kernels.KERNELS]
    functions += [lambda x, k=k: kernels.arc_cosine(x, x.detach(), order=k) for k in (0, 1, 2)]
    for activation in ("relu", "erf"):
        for bias in (0.0, 0.3):
            for f in (tangent.infinite, tangent.infinite_plain):
                functions.append(lambda x, f=f, how=(2, activation, 1.4, bias): sum(f(x, None, *how)))
    for function in functions:
        point = x.clone().requires_grad_()
        (slope,) = torch.autograd.grad(function(point).sum(), point)
        assert slope.isfinite().all()


def test_the_plain_recursion_has_the_gradient_of_accurate_kernels_on_the_diagonal_too():
    """Against differences of `infinite`: the plain values are too rough there to be differenced."""
    x, direction, h = normal(5, 3), normal(5, 3, seed=1), 1e-5
    weight = normal(5, 5, seed=2)
    for activation in ("relu", "erf"):
        how = (None, 3, activation, 1.4, 0.2)
        up, down = (tangent.infinite(x + sign * h * direction, *how).ntk for sign in (1, -1))
        point = x.clone().requires_grad_()
        (slope,) = torch.autograd.grad((weight * tangent.infinite_plain(point, *how).ntk).sum(), point)
        assert (slope * direction).sum().item() == pytest.approx(
            (weight * (up - down)).sum().item() / (2 * h), rel=1e-6
        )

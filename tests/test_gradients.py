"""A tensor that requires a gradient gets the right one from every function of the science, or is refused in words."""

import dataclasses

import pytest
import torch
from calls import CALLS, asked, setting, with_one
from drawn import normal

from ddlearn import double_descent as dd
from ddlearn import generalization as gen
from ddlearn import kernels, ridge, tangent
from ddlearn import linear_networks as ln
from ddlearn.compute import eigh, generator
from ddlearn.networks import MLP

X, X2, Y = normal(6, 3), normal(4, 3, seed=1), normal(6, seed=2)
K, K_NEW = kernels.rbf(X), kernels.rbf(X2, X)
LAM = Y.abs().sort(descending=True).values
PROBLEM, W1, W2 = ln.draw_starts("balanced + margin", 1, 3, 3, generator(0))
STEPS, ONE = torch.tensor([1.0, 0.5]).double(), torch.ones(1).double()
NET = MLP((3, 4, 1), "tanh")
WEIGHTS = NET.init(generator(0))
DYNAMICS = tangent.dynamics(K, Y)


def infinite(activation, bias):
    return lambda x, x2: tangent.infinite(x, x2, 2, activation, 1.4, bias)


# What the calls of refused.txt do not have: the ways through one function, and numbers that may be tensors.
TABLE = {
    **{f"arc_cosine {k}": (lambda x, x2, k=k: kernels.arc_cosine(x, x2, order=k), X, X2) for k in (0, 2)},
    **{f"{name} alone": (lambda x, name=name: kernels.gram(name, x), X) for name in kernels.KERNELS},
    "rbf width": (lambda width: kernels.rbf(X, width=width), torch.tensor(1.0).double()),
    "FourierFeatures W": (lambda W: kernels.FourierFeatures(W)(X), normal(3, 4)),
    "eigh": (eigh, K),
    **{f"infinite {a} {bias}": (infinite(a, bias), X[:3], X2[:2]) for a in ("relu", "erf") for bias in (0.0, 0.3)},
    "infinite alone": (lambda x: tangent.infinite(x, b_std=0.1), X[:3]),
    "dynamics": (lambda K, y, f0: tangent.dynamics(K, y, f0).flow(2.0), K, Y, normal(6, seed=5)),
    "flow": (lambda K_new, t, f0: DYNAMICS.flow(t, K_new, f0), K_NEW, STEPS, normal(4, seed=5)),
    "ridge": (lambda x, y: ridge.ridge(kernels.rbf(x), y, 0.1), X, Y),
    "ridge_path": (lambda K, y, l: ridge.ridge_path(K, y, l).leave_one_out_error, K, Y, STEPS),
    "LeastSquares": (lambda s, W: ln.LeastSquares(s, W).loss(W1 @ W2.mT), PROBLEM.s, PROBLEM.W_star),
    "rates": (lambda rate: ln.descend(PROBLEM, W1, W2, rate, 3).losses, 0.01 * ONE),
    "local_constants": (lambda rate: ln.local_constants(PROBLEM, W1, W2, rate).smoothness, ONE),
    "spectral_bounds": (lambda D, low: ln.spectral_bounds(D, 3, 3, low, 2.0), Y.square(), ONE[0]),
    "risk_given": (lambda X, l: dd.risk_given(X, 1.0, 1.0, l), X, STEPS),
    "ridge_risk": (lambda g, l: dd.ridge_risk(g, l, 1.0, 1.0), STEPS, STEPS),
    "predict_features": (lambda lam: dd.predict_features(dd.Spectrum(lam, torch.ones(6), LAM), 3, 9).mse, LAM),
    "learnability": (lambda lam, n: gen.learnability(lam, n, 0.1), LAM, STEPS),
    "MLP.apply": (lambda W, x: NET.apply(((W, WEIGHTS[0][1]), WEIGHTS[1]), x), WEIGHTS[0][0], X),
}
SILENT = {
    "tangent.empirical": "x x2",  # which takes points as they come in training
    "tangent.operator": "x",
    "ridge.ridge": "K",  # no difference of a symmetric matrix stays one; "ridge" in the table goes by its points
    **dict.fromkeys(("wl.confident_joint", "wl.estimate_purity", "wl.classify_and_count"), "P"),  # they count
}


def differentiable(found):
    """The tensors in an answer through which a gradient flows."""
    if isinstance(found, torch.Tensor):
        return [found] if found.requires_grad else []
    if dataclasses.is_dataclass(found):
        found = [getattr(found, field.name) for field in dataclasses.fields(found)]
    return [one for part in found for one in differentiable(part)] if isinstance(found, (tuple, list)) else []


def fault(function, tensor):
    """What is wrong with the gradient of function(tensor), or nothing."""

    def of(one):
        return tuple(differentiable(function(one)))

    point = torch.nn.Parameter(tensor.clone())
    try:
        found = of(point)
    except ValueError as refusal:
        return None if "must not require a gradient" in str(refusal) else repr(refusal)
    if not found:
        return "neither a gradient nor a refusal"
    return None if torch.autograd.gradcheck(of, point, eps=4e-7, raise_exception=False) else "a wrong gradient"


@pytest.mark.parametrize(
    ("name", "place"), [(name, place) for name, row in TABLE.items() for place in range(len(row) - 1)]
)
def test_a_gradient_is_right_or_refused(name, place):
    function, *tensors = TABLE[name]
    assert fault(lambda one: function(*tensors[:place], one, *tensors[place + 1 :]), tensors[place]) is None


def test_what_is_refused_with_a_gradient_is_taken_where_none_is_recorded():
    point = X.clone().requires_grad_()
    with pytest.raises(ValueError, match=r"^W must not require a gradient"):
        kernels.FourierFeatures(point)
    with torch.no_grad():
        kernels.FourierFeatures(point)


@pytest.mark.parametrize("call", CALLS)
def test_a_gradient_is_right_or_refused_in_every_public_function(call):
    function, bound = asked(call)
    silent = SILENT.get(call.partition("(")[0], "").split()

    def with_argument(argument):
        def of(one):
            setting()["G"].manual_seed(0)
            given = with_one(bound, argument, one)
            return function(*given.args, **given.kwargs)

        return of

    tensors = {name: one for name, one in bound.arguments.items() if isinstance(one, torch.Tensor)}
    points = {name: one for name, one in tensors.items() if one.dtype == torch.float64 and name not in silent}
    found = {name: fault(with_argument(name), one) for name, one in points.items()}
    assert not {name: words for name, words in found.items() if words}


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

"""What each public function of the tangent kernel refuses, and the sentence it gets."""

import math

import numpy as np
import pytest
import torch
from refusals import refusals
from torch import nn

from ddlearn import compute, tangent
from ddlearn.compute import generator
from ddlearn.networks import MLP

X = torch.randn(5, 3, generator=generator(0), dtype=torch.float64)
Y = torch.randn(5, generator=generator(1), dtype=torch.float64)
K = X @ X.T
MODULE = nn.Sequential(nn.Linear(3, 4), nn.Tanh(), nn.Linear(4, 2)).double()
NET = MLP((3, 4, 2))
THETA = NET.init(generator(0))
LINEAR = tangent.linearize(NET, THETA)
OF_MODULE = tangent.linearize(MODULE)
TRAINING = tangent.dynamics(K, Y)
NAN = X.clone().index_put_((torch.tensor(1), torch.tensor(2)), torch.tensor(math.nan).double())


class Shaped(nn.Module):
    """A net whose outputs have no place in a kernel."""

    def __init__(self, shape):
        super().__init__()
        self.layer, self.shape = nn.Linear(3, 4).double(), shape

    def forward(self, x):
        return self.layer(x).reshape(self.shape)


class Root(nn.Module):
    """Of negative numbers: not a number."""

    def forward(self, z):
        return (-1 - z.square()).sqrt()


def kernels_of(x_call, x2_call):
    """The refusals of x and x2, the same wherever points are given."""
    return [
        (lambda: x_call([[1.0]]), "x must be a torch tensor; got list. torch.as_tensor(x) converts it.", TypeError),
        (lambda: x_call(np.eye(3)), "x must be a torch tensor; got numpy.ndarray. torch.as_tensor(x)", TypeError),
        (lambda: x_call(X.long()), "x must be float32 or float64; got torch.int64. x.double() converts it.", TypeError),
        (lambda: x_call(X[:0]), "x must not be empty; got shape (0, 3)"),
        (lambda: x_call(NAN), "x must be finite; got nan at [1, 2]"),
        (lambda: x2_call(3), "x2 must be a torch tensor; got int.", TypeError),
        (lambda: x2_call(X.float()), "x2 must be of the same dtype as x, torch.float64; got torch.float32", TypeError),
        (lambda: x2_call(NAN), "x2 must be finite; got nan at [1, 2]"),
    ]


def infinite_refuses(infinite):
    return [
        *kernels_of(infinite, lambda v: infinite(X, v)),
        (lambda: infinite(Y), "x must be a matrix of shape (n, d); got shape (5,)"),
        (lambda: infinite(X, X[:, :2]), "x2 must be a matrix of shape (n, 3); got shape (5, 2)"),
        (lambda: infinite(X, depth=0), "depth must be a whole number of at least 1; got 0"),
        (lambda: infinite(X, depth=1.5), "depth must be a whole number of at least 1; got 1.5", TypeError),
        (lambda: infinite(X, depth=True), "depth must be a whole number of at least 1; got True", TypeError),
        (lambda: infinite(X, activation="tanh"), "activation must be one of 'relu', 'erf'; got 'tanh'"),
        (lambda: infinite(X, W_std=0), "W_std must be a positive number; got 0"),
        (lambda: infinite(X, W_std=math.nan), "W_std must be a positive number; got nan"),
        (lambda: infinite(X, W_std="2"), "W_std must be a positive number; got '2'", TypeError),
        (lambda: infinite(X, b_std="0"), "b_std must be a number of at least 0; got '0'", TypeError),
        (lambda: infinite(X, b_std=-0.1), "b_std must be a number of at least 0; got -0.1"),
    ]


def named(**changes):
    return {**OF_MODULE.parameters, **changes}


TABLE = {
    "infinite": [
        *infinite_refuses(tangent.infinite),
        (lambda: tangent.infinite(1e100 * X), "x must be smaller for torch.float64: the fourth power"),
        (lambda: tangent.infinite(X, 1e100 * X), "x2 must be smaller for torch.float64"),
    ],
    "infinite_plain": infinite_refuses(tangent.infinite_plain),
    "empirical": [
        *kernels_of(lambda v: tangent.empirical(MODULE, v), lambda v: tangent.empirical(MODULE, X, v)),
        (lambda: tangent.empirical("net", X), "net must be a torch.nn.Module or an MLP; got str", TypeError),
        (lambda: tangent.empirical(MODULE, Y), "x must be of shape (n, ...), one sample a row; got shape (5,)"),
        (lambda: tangent.empirical(MODULE, X.float()), "x must be of the same dtype as the parameters", TypeError),
        (lambda: tangent.empirical(MODULE, X, X[:, :2]), "x2 must be of shape (m, 3), as x; got shape (5, 2)"),
        (
            lambda: tangent.empirical(MODULE, X, outputs="trace"),
            "outputs must be one of 'mean', 'sum', 'full'; got 'trace'",
        ),
        (
            lambda: tangent.empirical(MODULE, X, parameters=THETA),
            "parameters and rates belong to an MLP; a torch.nn.Module brings its own",
            TypeError,
        ),
        (lambda: tangent.empirical(MODULE, X, rates=True), "parameters and rates belong to an MLP", TypeError),
        (
            lambda: tangent.empirical(NET, X),
            "parameters must be given with an MLP, as its init draws them; got None",
            TypeError,
        ),
        (lambda: tangent.empirical(NET, X, parameters=THETA[:1]), "parameters must be a (W, b) for each of"),
        (
            lambda: tangent.empirical(NET, X, parameters=tuple(((W[None], b[None]) for W, b in THETA))),
            "parameters must be those of one net; got a stack of them",
        ),
        (
            lambda: tangent.empirical(nn.Tanh(), X),
            "net must have parameters that require gradients; without them it has no tangent",
        ),
        (lambda: tangent.empirical(Shaped((5, 2, 2)), X), "net must map (n, 3) to (n, k) or (n,); got shape (5, 2, 2)"),
        (lambda: tangent.empirical(nn.LSTM(3, 2).double(), X), "net(x) must be a torch tensor; got tuple.", TypeError),
        (
            lambda: tangent.empirical(nn.Sequential(nn.Linear(3, 2).double(), Root()), X),
            "net(x) must be finite; got nan",
        ),
        (lambda: tangent.empirical(Shaped((10, 2)), X), "net must map (n, 3) to (n, k) or (n,)"),
    ],
    "linearize": [
        (lambda: tangent.linearize(3), "net must be a torch.nn.Module or an MLP; got int", TypeError),
        (lambda: tangent.linearize(NET), "parameters must be given with an MLP, as its init draws them", TypeError),
        (lambda: tangent.linearize(nn.Tanh()), "net must have parameters that require gradients"),
        (
            lambda: tangent.linearize(nn.Sequential(nn.Linear(3, 2), nn.Dropout())),
            "net must treat every sample alone; Dropout '1' draws at random in training mode. Call net.eval().",
        ),
    ],
    "Linearized": [
        (lambda: LINEAR([1.0], THETA), "x must be a torch tensor; got list.", TypeError),
        (lambda: LINEAR(X.float(), THETA), "x must be of the same dtype as the parameters, torch.float64", TypeError),
        (lambda: LINEAR(X, THETA[:1]), "parameters must be those of W0, b0, W1, b1; got W0, b0"),
        (lambda: LINEAR(X, [1.0, 2.0]), "parameters must be those of W0, b0, W1, b1; got list", TypeError),
        (lambda: LINEAR(X, None), "parameters must be those of W0, b0, W1, b1; got NoneType", TypeError),
        (lambda: OF_MODULE(X, {}), "parameters must be those of 0.weight, 0.bias, 2.weight, 2.bias; got none"),
        (lambda: OF_MODULE(X, named(**{"0.bias": Y})), "parameters must have 0.bias of shape (4,); got shape (5,)"),
        (
            lambda: OF_MODULE(X, named(**{"0.bias": Y[:4].float()})),
            "0.bias must be of the same dtype as the net, torch.float64; got torch.float32",
            TypeError,
        ),
        (lambda: OF_MODULE(X, named(**{"0.bias": 1.0})), "0.bias must be a torch tensor; got float.", TypeError),
    ],
    "dynamics": [
        (lambda: tangent.dynamics([[1.0]], Y), "K must be a torch tensor; got list.", TypeError),
        (lambda: tangent.dynamics(X, Y), "K must be a square matrix of shape (n, n); got shape (5, 3)"),
        (lambda: tangent.dynamics(X[:3, :3], Y[:3]), "K must be symmetric; got entries that differ"),
        (lambda: tangent.dynamics(-K, Y), "K must have no negative eigenvalue, as every Gram matrix; got -"),
        (lambda: tangent.dynamics(K, Y[:4]), "y must be of shape (5,) or (5, k); got shape (4,)"),
        (lambda: tangent.dynamics(K, Y.float()), "y must be of the same dtype as K, torch.float64", TypeError),
        (lambda: tangent.dynamics(K, Y, X), "f0 must be a number or of shape (5,); got shape (5, 3)"),
        (lambda: tangent.dynamics(K, Y, math.nan), "f0 must be a number from"),
        (lambda: tangent.dynamics(K, Y, "0"), "f0 must be a number from", TypeError),
    ],
    "Dynamics": [
        (lambda: TRAINING.flow(-1.0), "t must be numbers of at least 0; got -1.0"),
        (lambda: TRAINING.flow([0.0, math.nan]), "t must be numbers of at least 0; got nan"),
        (lambda: TRAINING.flow("soon"), "t must be numbers of at least 0; got str", TypeError),
        (lambda: TRAINING.flow([]), "t must be a number or of shape (T,); got shape (0,)"),
        (lambda: TRAINING.flow(X.abs()), "t must be a number or of shape (T,); got shape (5, 3)"),
        (lambda: TRAINING.flow(1.0, X), "K_test must be a matrix of shape (n, 5); got shape (5, 3)"),
        (lambda: TRAINING.flow(1.0, K.float()), "K_test must be of the same dtype as K, torch.float64", TypeError),
        (lambda: TRAINING.flow(1.0, K[:2], Y), "f0_test must be a number or of shape (2,); got shape (5,)"),
        (lambda: TRAINING.descent(1.5, 0.1), "steps must be whole numbers of at least 0; got 1.5"),
        (lambda: TRAINING.descent(-1, 0.1), "steps must be whole numbers of at least 0; got -1.0"),
        (lambda: TRAINING.descent(math.inf, 0.1), "steps must be whole numbers of at least 0; got inf"),
        (lambda: TRAINING.descent(None, 0.1), "steps must be whole numbers of at least 0; got NoneType", TypeError),
        (lambda: TRAINING.descent(1, 0.0), "lr must be a positive number; got 0.0"),
        (lambda: TRAINING.descent(1, None), "lr must be a positive number; got None", TypeError),
    ],
    "drift": [
        (lambda: tangent.drift(1.0, K), "K0 must be a torch tensor; got float.", TypeError),
        (lambda: tangent.drift(K, X), "K1 must be of the shape of K0, (5, 5); got shape (5, 3)"),
        (lambda: tangent.drift(K, K.float()), "K1 must be of the same dtype as K0, torch.float64", TypeError),
        (lambda: tangent.drift(0 * K, K), "K0 must not be zero: a drift is relative to it"),
    ],
    "alignment": [
        (lambda: tangent.alignment(X, Y), "K must be a square matrix of shape (n, n); got shape (5, 3)"),
        (lambda: tangent.alignment(K, Y[:2]), "y must be of shape (5,) or (5, k); got shape (2,)"),
        (
            lambda: tangent.alignment(K, torch.ones_like(Y)),
            "y must not be the same everywhere; centered, nothing is left of it",
        ),
        (lambda: tangent.alignment(torch.ones_like(K), Y), "K must not be the same everywhere"),
    ],
}

test_refusals, test_every_public_name_is_in_the_table = refusals(TABLE, set(tangent.__all__) - {"InfiniteKernels"})


def test_what_does_not_fit_is_refused_before_it_is_made(monkeypatch):
    net = nn.Sequential(nn.Linear(3, 4), nn.LayerNorm(4), nn.Linear(4, 2)).double()
    linear = tangent.linearize(nn.Sequential(nn.utils.parametrizations.weight_norm(nn.Linear(3, 2).double())))
    large = torch.zeros(30_000, 3, dtype=torch.float64)
    left = compute.memory_left
    monkeypatch.setattr(compute, "memory_left", lambda: min(left(), 10**9))
    with pytest.raises(MemoryError, match=r"^the kernel of 30000 x 30000 numbers needs about 7.2 GB"):
        tangent.empirical(net, large)
    with pytest.raises(MemoryError, match=r"^the kernel of 17000 x 17000 numbers needs about 2.3 GB"):
        tangent.empirical(net, large[:8500], outputs="full")
    monkeypatch.setattr(compute, "memory_left", lambda: 1200)
    with pytest.raises(
        MemoryError, match=r"^the Jacobian of 1.weight, 1.bias needs about .* MB, and 0 MB are left here"
    ):
        tangent.empirical(net, X)
    monkeypatch.setattr(compute, "memory_left", lambda: 500)
    with pytest.raises(MemoryError, match=r"^the Jacobian of the net needs about"):
        linear(X, linear.parameters)

"""One table of what must be the same on a GPU as on the CPU, and how closely.

Each is a function of where its tensors lie; the empirical tangent kernel, the camera and PAC-Bayes have such a test
beside their others. On the CPU it is compared with itself, so that the table runs everywhere; the column of the GPU
skips where there is none.
The tolerance is relative to the largest entry. What *draws* on a GPU gets other numbers than on a CPU: the nets at the
end agree in the mean over seeds only.
"""

import pytest
import torch
from drawn import normal

from ddlearn import blood, kernels, parities, sharpness, tangent
from ddlearn import double_descent as dd
from ddlearn.compute import generator
from ddlearn.generalization import kernel_fit, measure_learning_curve
from ddlearn.linear_networks import LeastSquares, certificate, descend
from ddlearn.networks import MLP
from ddlearn.ridge import ridge_path
from ddlearn.training import OPTIMIZERS, Ensemble, train

EVERYWHERE = [
    "cpu",
    pytest.param("cuda", marks=pytest.mark.skipif(not torch.cuda.is_available(), reason="no CUDA device here")),
]


def gram(n=60, m=20):
    x = normal(n + m, 3)
    K = torch.exp(-torch.cdist(x, x).square() / 2)
    return K[:n, :n], K[n:, :n], normal(n, 2, seed=1)


def grams(device):
    x, *others = normal(300, 5).to(device), None, normal(200, 5).to(device)
    for other in others:
        yield from (kernels.gram(name, x, other) for name in kernels.KERNELS)
        for activation in ("relu", "erf"):
            yield from tangent.infinite(x, other, depth=3, activation=activation, b_std=0.2)


def ridge(device):
    K, _, y = (one.to(device) for one in gram())
    found = ridge_path(K, y, [1e-5, 1e-2, 1.0])
    return found.alpha, found.fitted, found.leave_one_out, found.degrees_of_freedom, kernel_fit(K, y, 1e-2).alpha


def trainings(device):
    x, y = normal(50, 4).to(device), normal(50, 2, seed=1).to(device)
    nets = Ensemble.draw([MLP((4, m, m, 2), "tanh") for m in (3, 5, 30)], generator(0))
    moved = tuple(tuple((W.to(device), b.to(device)) for W, b in net) for net in nets.parameters)
    how = {"steps": 50, "lr": 0.01}
    return tuple(train(Ensemble(nets.nets, moved), x, y, optimizer=one, **how).losses for one in OPTIMIZERS)


def learning_curve(device):
    K, _, y = (one.to(device) for one in gram())
    how = {"trials": 2, "ridge": 0.1, "noise": 0.2, "generator": generator(3)}
    found = measure_learning_curve(K, y, [5, 40], **how)
    return found.measured, found.mistakes, found.leave_one_out, found.gcv, found.finite_pool, found.standard


def dynamics(device):
    K, K_test, y = (one.to(device) for one in gram())
    solved = tangent.dynamics(K, y)
    lr = 0.9 * tangent.dynamics(gram()[0], gram()[2]).max_lr
    for test in (None, K_test):
        yield solved.flow([0.0, 1.0, 1e3], test)
        yield solved.descent([0, 1, 1000], lr, test)


def linearized(device):
    net = MLP((3, 16, 2), "tanh")
    start, moved = (
        tuple((W.to(device), b.to(device)) for W, b in net.init(generator(seed), torch.float64)) for seed in (0, 1)
    )
    return (tangent.linearize(net, start)(normal(9, 3).to(device), moved),)


def linear_net(device):
    problem = LeastSquares(*(one.to(device) for one in (normal(4).abs(), normal(4, 3, seed=1))))
    W1, W2 = normal(2, 4, 8, seed=2).to(device) / 3, normal(2, 3, 8, seed=3).to(device) / 3
    run = descend(problem, W1, W2, 0.01, 200)
    promise = certificate(problem, W1, W2)
    return run.losses, promise.rate


def edge(device):
    """Losses of a run below the edge. The sharpness begins from a direction that is drawn where the weights lie."""
    x, y = normal(20, 3).to(device), normal(20, seed=1).to(device)
    weights = [normal(3, 8, seed=2).to(device) / 2, normal(8, seed=3).to(device) / 3]
    found = sharpness.edge_of_stability(lambda W, a: ((x @ W).tanh() @ a - y).square().mean() / 2, weights, 0.1, 50)
    return (found.losses,)


def parity_kernel(device):
    x, _ = parities.sparse_parity(40, 8, 2, generator(0))
    return (parities.oracle_kernel(x.to(device)),)


def images():
    draw = generator(0)
    x = torch.rand(90, 16, generator=draw, dtype=torch.float64)
    return x, (3 * x[:, 0]).long()


def curves(device):
    x, y = (one.to(device) for one in images())
    how = {"ridges": [1e-3], "width": 1.5, "classes": 3, "rate": 0.1, "test": 20}
    widths = dd.image_curve(x, y, 40, [10, 40, 80], 3, generator(0), **how)
    samples = dd.image_samples(x, y, 30, [10, 30, 60], 3, generator(0), **how)
    return widths.mse, widths.p_test, samples.mse, samples.p_train


def smoothed(device):
    Z, Z_new, y = (one.to(device) for one in (normal(30, 50), normal(9, 50, seed=1), normal(30, 2, seed=2)))
    return dd.smoother(Z, Z_new).predict(y, 0.1), dd.min_norm(Z, y)


def convolutions(device):
    nets = [one.double().to(device) for one in dd.draw_conv_nets(3, 4, 2, generator(0))]
    return (dd.run_conv_nets(nets, normal(7, 9, 9).to(device)),)


def rings(device):
    pictures = (1 + 0.2 * normal(12, 32, 32)).clamp(min=0.1).to(device)
    return (blood.ring_features(blood.standardize(pictures)),)


EXACT = dict.fromkeys((grams, linearized, parity_kernel), 1e-12)
CLOSE = (ridge, trainings, learning_curve, dynamics, linear_net, edge, smoothed, convolutions, rings)
TABLE = {**EXACT, **dict.fromkeys(CLOSE, 1e-9), curves: 1e-7}


@pytest.mark.parametrize("device", EVERYWHERE)
@pytest.mark.parametrize("function", TABLE, ids=lambda function: function.__name__)
def test_a_device_changes_nothing_but_rounding(function, device):
    for here, there in zip(function("cpu"), function(device), strict=True):
        assert here.isfinite().all()
        assert here.abs().max() > 0
        assert (here - there.cpu()).abs().max() <= TABLE[function] * here.abs().max()


@pytest.mark.parametrize("device", EVERYWHERE)
def test_nets_that_are_drawn_there_learn_as_those_drawn_here(device):
    """Mean test error of 20 nets of each size, to 0.1: four standard errors of the difference."""
    x, y = images()
    how = {"classes": 3, "steps": 200, "lr": 0.02}

    def errors(device):
        x_there, y_there = x.to(device), y.to(device)
        new, found = (x_there[60:], y_there[60:]), []
        for n in (20, 60):
            nets = dd.net_widths(x_there[:n], y_there[:n].expand(20, -1), *new, [8], generator(n, device), **how)
            found.append(nets.error[0, :, -1].mean().cpu())
        return torch.stack(found)

    here = errors("cpu")
    assert here[1] < here[0]
    assert (here - errors(device)).abs().max() <= 0.1

"""PAC-Bayes: formulas written again, Gibbs classifiers drawn one by one, and promises kept."""

import math

import numpy as np
import pytest
import scipy.stats
import torch
from drawn import needs_cuda, normal

from ddlearn import datasets
from ddlearn import generalization as gz
from ddlearn.compute import generator
from ddlearn.kernels import laplace
from ddlearn.networks import MLP
from ddlearn.training import Ensemble, train

# Kernel machines


def test_the_bound_is_its_formula():
    K, y = laplace(normal(80, 2)), normal(80, 2)[:, 0].sign()
    K = K * (1 + normal(80, seed=2).abs())[:, None] * (1 + normal(80, seed=2).abs())  # a diagonal that is not 1
    found = gz.pac_bayes_kernel(K, y, delta=0.1)
    A, s, values = K.numpy(), y.numpy(), {}
    for r in gz.RIDGES:
        a = np.linalg.solve(A + r * np.eye(80), s)
        g = s * (A @ a) / math.sqrt(a @ A @ a) / np.sqrt(np.diag(A))
        for mu in np.geomspace(0.5, 200, 40):
            q = scipy.stats.norm.cdf(-mu * g).mean()
            price = mu**2 / 2 + math.log(2 * math.sqrt(80)) + math.log(1 / 0.1)
            values[r, mu] = gz.kl_inverse(q, price / 80), q
    (r, mu), (value, q) = min(values.items(), key=lambda entry: entry[1][0])
    assert found.bound == pytest.approx(value, rel=1e-10)
    assert (found.ridge, found.mu) == (r, pytest.approx(mu, rel=1e-10))
    assert found.train_error == pytest.approx(q, rel=1e-9)


def test_the_gibbs_error_is_that_of_functions_drawn_one_by_one():
    phi, new = normal(40, 6), normal(25, 6, seed=1)
    y, y_new = phi[:, 0].sign(), new[:, 0].sign()
    found = gz.pac_bayes_kernel(phi @ phi.T, y, ridges=[1.0])
    w = phi.T @ found.alpha
    assert w.norm().item() == pytest.approx(1, rel=1e-12)
    drawn = found.mu * w[:, None] + torch.randn(6, 20_000, generator=generator(2), dtype=torch.float64)
    for points, signs, error in (
        (phi, y, found.train_error),
        (new, y_new, found.gibbs_error(new @ phi.T, new.square().sum(1), y_new)),
    ):
        rates = (signs[:, None] * (points @ drawn) <= 0).double().mean(0)
        assert error == pytest.approx(rates.mean().item(), abs=4 * rates.std().item() / 20_000**0.5)


def test_a_bound_holds_as_often_as_it_says():
    """One in twenty may fail over fresh draws of the examples. The training error by itself is no bound at all."""
    g, failures, naive = generator(0), 0, 0
    for _ in range(100):
        x = torch.randn(1030, 3, generator=g, dtype=torch.float64)
        y = torch.where(torch.rand(1030, generator=g) < 0.3, -1.0, 1.0) * x[:, 0].sign()
        K = x[:30] @ x[:30].T
        found = gz.pac_bayes_kernel(K, y[:30], ridges=[1.0, 10.0])
        error = found.gibbs_error(x[30:] @ x[:30].T, x[30:].square().sum(1), y[30:])
        failures += error > found.bound
        naive += error > found.train_error
    assert failures <= 5
    assert naive > 50


# Nets

NET, DRAWS = MLP((64, 100, 1), W_std=1.0), 1000


@pytest.fixture(scope="module")
def certified():
    """1,400 digits: from the random start, and from weights trained on the first half. Test points beside them."""
    images = datasets.digits(generator(0))
    x, classes = torch.cat([images.train_x, images.test_x]), torch.cat([images.train_y, images.test_y])
    x, y, g = 8 * gz.unit_rows(x), torch.where(classes < 5, 1.0, -1.0).double(), generator(0)
    order = torch.randperm(len(y), generator=g)
    seen, unseen = order[:1400], order[1400:]

    def trained(rows):
        how = {"steps": 300, "lr": 3e-3, "optimizer": "adam", "loss": "logistic", "batch": 128}
        fresh = Ensemble.draw([NET], g)
        return fresh.parameters[0], train(fresh, x[rows], y[rows], generator=g, **how).ensemble.parameters[0]

    start, end = trained(seen)
    how = {"steps": 200, "draws": DRAWS}
    random = gz.pac_bayes_net(NET, start, end, x[seen], y[seen], g, **how)
    _, half = trained(seen[:700])
    informed = gz.pac_bayes_net(NET, half, half, x[seen[700:]], y[seen[700:]], g, sigma=0.03, **how)
    return {"start": start, "random": random, "half": informed, "x": x[unseen], "y": y[unseen]}


def vector(parameters):
    return torch.cat([t.reshape(-1) for pair in parameters for t in pair])


def test_a_net_s_divergence_and_bound_are_their_formulas(certified):
    found, w0 = certified["random"], vector(certified["start"])
    N = torch.distributions.Normal
    kl = torch.distributions.kl_divergence(N(found.mean, found.sigma), N(w0, found.prior_scale)).sum().item()
    assert found.kl == pytest.approx(kl, rel=1e-9)
    j = -100 * math.log(found.prior_scale)
    assert j == pytest.approx(round(j), abs=1e-9)
    assert round(j) >= 1
    for scale in (found.prior_scale * math.exp(0.01), found.prior_scale * math.exp(-0.01)):
        other = torch.distributions.kl_divergence(N(found.mean, found.sigma), N(w0, scale)).sum().item()
        assert other > kl  # the best of its grid
    q = gz.kl_inverse(found.train_error, math.log(100) / DRAWS)
    price = kl + math.log(2 * math.sqrt(1400)) + math.log(math.pi**2 * round(j) ** 2 / 6) + math.log(1 / 0.05)
    assert found.bound == pytest.approx(gz.kl_inverse(q, price / 1400), rel=1e-9)
    assert found.probability == pytest.approx(0.94)


@pytest.mark.parametrize(("prior", "at_most"), [("random", 0.5), ("half", 0.2)])
def test_a_net_is_certified_and_the_promise_kept(certified, prior, at_most):
    """At most 1/2 from a random prior: theory's line for saying anything. At most .2 from half the data: a floor."""
    found = certified[prior]
    x, y = certified["x"], certified["y"]
    error = found.gibbs_error(x, y, 1000, generator(1))
    assert error <= found.bound < at_most


def test_the_gibbs_error_of_a_net_is_that_of_nets_drawn_one_by_one():
    net = MLP((3, 4, 1))
    P, x = net.size, normal(30, 3)
    mean, sigma = normal(P, seed=1), normal(P, seed=2).abs()
    W1, b1, W2, b2 = mean.split([12, 4, 4, 1])
    y = net.apply(((W1.view(4, 3), b1), (W2.view(1, 4), b2)), x)[:, 0].sign()  # all mistakes are the spread's
    gibbs = gz.GibbsNet(0.5, 0.5, 1.0, 0.1, 0.94, net, mean, sigma)
    g, rates = generator(3), []
    for _ in range(3000):
        theta = mean + sigma * torch.randn(P, generator=g, dtype=torch.float64)
        W1, b1, W2, b2 = theta.split([12, 4, 4, 1])
        rates.append((y * net.apply(((W1.view(4, 3), b1), (W2.view(1, 4), b2)), x)[:, 0] <= 0).double().mean().item())
    spread = 4 * np.std(rates) * (2 / 3000) ** 0.5
    assert gibbs.gibbs_error(x, y, 3000, generator(4)) == pytest.approx(np.mean(rates), abs=spread)
    still = gz.GibbsNet(0.5, 0.5, 1.0, 0.1, 0.94, net, mean, 0 * sigma)
    assert still.gibbs_error(x, y, 5, generator(0)) == 0  # no spread: the mean itself, which makes no mistake


def test_a_seed_is_a_result_and_a_net_of_any_form_will_do():
    x = normal(40, 3).float()
    y = x[:, 0].sign()
    net = MLP((3, 5, 4, 1), "tanh", "ntk")  # no biases, two hidden layers, scales of its own
    start = net.init(generator(0), torch.float32)
    runs = [
        gz.pac_bayes_net(net, start, start, x, y, generator(s), steps=5, batch=b)
        for s, b in ((1, 8), (1, 8), (2, None))
    ]
    assert runs[0].bound == runs[1].bound != runs[2].bound
    assert torch.equal(runs[0].mean, runs[1].mean)
    assert runs[0].mean.dtype == runs[0].sigma.dtype == torch.float32
    assert runs[0].mean.shape == (net.size,)
    untouched = net.init(generator(0), torch.float32)
    assert all(torch.equal(W, W0) for (W, _), (W0, _) in zip(start, untouched, strict=True))


@needs_cuda
def test_cuda_runs_with_a_generator_of_either_device():
    net = MLP((3, 4, 1))
    start = tuple((W.cuda(), b.cuda()) for W, b in net.init(generator(0)))
    x = normal(40, 3)
    y = x[:, 0].sign()
    here = gz.pac_bayes_net(net, net.init(generator(0)), net.init(generator(0)), x, y, generator(1), steps=20)
    there = gz.pac_bayes_net(net, start, start, x.cuda(), y.cuda(), generator(1), steps=20)
    assert there.bound == pytest.approx(here.bound, rel=1e-6)
    assert gz.pac_bayes_net(net, start, start, x.cuda(), y.cuda(), generator(1, "cuda"), steps=20).bound <= 1

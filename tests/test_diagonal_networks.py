"""Diagonal networks against brute force: the norm they minimize, the flow itself, both ends of the scale."""

import pytest
import torch
from scipy.integrate import solve_ivp
from scipy.optimize import minimize

from ddlearn.compute import generator
from ddlearn.diagonal_networks import descend, flow_limit, gradient_step, least_l1, least_l2


def system(n=4, d=9, seed=0):
    g = generator(seed)
    X = torch.randn(n, d, generator=g, dtype=torch.float64)
    w = torch.zeros(d, dtype=torch.float64)
    w[:2] = torch.tensor([1.0, -0.5], dtype=torch.float64)
    return X, X @ w, w


def norm_of_the_scale(w, alpha):
    """sum_i q(w_i / alpha^2), q the integral of asinh(z/2): what flow keeps small (Woodworth et al. 2020)."""
    z = w / alpha**2
    return (2 - (4 + z * z) ** 0.5 + z * torch.asinh(z / 2)).sum()


def relative(one, other):
    return ((one - other).norm() / other.norm()).item()


def test_a_step_is_autograds_step():
    X, y, _ = system()
    u, v = (torch.rand(9, generator=generator(k), dtype=torch.float64).requires_grad_() for k in (1, 2))
    loss = (X @ (u * u - v * v) - y).square().sum() / 2
    loss.backward()
    new_u, new_v = gradient_step(u.detach(), v.detach(), X, y, 0.01)
    torch.testing.assert_close(new_u, u.detach() - 0.01 * u.grad)
    torch.testing.assert_close(new_v, v.detach() - 0.01 * v.grad)


@pytest.mark.parametrize("alpha", [0.05, 0.3, 1.0, 4.0])
def test_the_limit_fits_and_nothing_that_fits_has_a_smaller_norm(alpha):
    """Brute force: minimize the norm over the null space of X, from the least-squares solution."""
    X, y, _ = system()
    w = flow_limit(X, y, alpha)
    torch.testing.assert_close(X @ w, y, rtol=0, atol=1e-8)
    start, null = least_l2(X, y), torch.linalg.svd(X).Vh[4:].T

    def price(c):
        c = torch.tensor(c, dtype=torch.float64, requires_grad=True)
        value = norm_of_the_scale(start + null @ c, alpha)
        value.backward()
        return value.item(), c.grad.numpy()

    best = minimize(price, [0.0] * 5, jac=True, method="BFGS", options={"gtol": 1e-10}).x
    assert relative(w, start + null @ torch.tensor(best)) < 1e-4


@pytest.mark.parametrize("alpha", [0.2, 1.0])
def test_the_limit_is_that_of_the_flow_itself(alpha):
    X, y, _ = system()

    def flow(t, uv):
        u, v = torch.tensor(uv).chunk(2)
        g = X.T @ (X @ (u * u - v * v) - y)
        return torch.cat([-2 * u * g, 2 * v * g]).numpy()

    end = torch.tensor(solve_ivp(flow, (0, 200), [alpha] * 18, method="LSODA", rtol=1e-10, atol=1e-12).y[:, -1])
    u, v = end.chunk(2)
    assert relative(u * u - v * v, flow_limit(X, y, alpha)) < 1e-5


def test_small_steps_end_where_the_flow_ends():
    X, y, _ = system(10, 30)
    coarse, fine = (descend(X, y, 0.2, pace=pace) for pace in (0.1, 0.01))
    limit = flow_limit(X, y, 0.2)
    assert coarse.converged
    assert relative(fine.w, limit) < relative(coarse.w, limit) < 0.1
    assert relative(fine.w, limit) < 0.01


def test_a_large_scale_gives_the_least_l2_norm_and_a_small_one_the_least_l1_norm():
    X, y, w = system(20, 50, seed=3)
    assert relative(flow_limit(X, y, 100.0), least_l2(X, y)) < 1e-6
    assert relative(flow_limit(X, y, 1e-6), least_l1(X, y)) < 1e-3
    assert relative(least_l1(X, y), w) < 1e-8  # twenty equations find two weights among fifty
    assert flow_limit(X, y, 1.0).abs().sum() > 1.5 * w.abs().sum()  # and no scale in between does


def test_nothing_to_fit_is_fitted_by_nothing():
    X, y, _ = system()
    assert not flow_limit(X, 0 * y, 0.1).any()
    assert descend(X, 0 * y, 0.1).steps == 0


def test_a_step_of_ones_own_is_taken():
    X, y, _ = system()
    assert not descend(X, y, 1.0, step=lambda u, v, X, y, lr: (u, v), max_steps=20).converged

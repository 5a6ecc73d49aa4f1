"""Margins against brute force and a solver, steepest descent against its definition, the path against an ODE solver."""

import math

import pytest
import torch
from drawn import normal
from scipy.integrate import solve_ivp
from scipy.optimize import minimize

from ddlearn.separable import NORMS, asymptote, descend, margin, max_margin, norm, steepest

DUAL = {"l2": 2.0, "linf": 1.0, "l1": float("inf")}


def ahead(n=12, d=2, seed=0):
    """Points on one side of a plane, at least 0.6 from it."""
    z, u = normal(n, d, seed=seed), torch.nn.functional.normalize(normal(d, seed=100 + seed), dim=0)
    side = (z @ u).sign()[:, None]
    return side * z + 0.6 * u


@pytest.mark.parametrize("geometry", NORMS)
def test_no_direction_descends_more_steeply(geometry):
    g = normal(4, seed=3)
    d = steepest(g, geometry)
    dual = torch.linalg.vector_norm(g, DUAL[geometry])
    torch.testing.assert_close(g @ d + norm(d, geometry) ** 2 / 2, -(dual**2) / 2)
    others = normal(20_000, 4, seed=4) * g.abs().max()
    assert (others @ g + norm(others, geometry) ** 2 / 2).min() > -(dual**2) / 2


@pytest.mark.parametrize("geometry", NORMS)
def test_the_best_margin_is_that_of_the_best_of_all_directions_in_the_plane(geometry):
    z = ahead()
    angle = torch.linspace(-math.pi, math.pi, 200_001, dtype=torch.float64)
    every = margin(z, torch.stack([angle.cos(), angle.sin()], 1), geometry)
    best = max_margin(z, geometry)
    assert float(margin(z, best, geometry)) == pytest.approx(float(every.max()), rel=1e-4)
    assert float(1 / norm(best, geometry)) == pytest.approx(float(margin(z, best, geometry)))


@pytest.mark.parametrize("d", [2, 5])
def test_the_support_vector_machine_is_that_of_a_quadratic_solver(d):
    z = ahead(20, d, seed=1)
    limits = {"type": "ineq", "fun": lambda w: z.numpy() @ w - 1, "jac": lambda w: z.numpy()}
    start = 10 * normal(d, seed=101).numpy()
    found = minimize(lambda w: w @ w / 2, start, jac=lambda w: w, constraints=limits, method="SLSQP", tol=1e-14)
    torch.testing.assert_close(max_margin(z, "l2"), torch.from_numpy(found.x), rtol=1e-6, atol=1e-6)


def test_a_margin_is_the_distance_to_the_line_in_the_dual_norm():
    z, w = torch.tensor([[3.0, 1.0]], dtype=torch.float64), torch.tensor([1.0, 2.0], dtype=torch.float64)
    across = torch.linspace(-20, 20, 400_001, dtype=torch.float64)
    line = torch.stack([-2 * across, across], 1)  # where w . x = 0
    for geometry in NORMS:
        distance = torch.linalg.vector_norm(z - line, DUAL[geometry], dim=1).min()
        assert float(margin(z, w, geometry)) == pytest.approx(float(distance), rel=1e-4)
    assert float(margin(-z, w, "l2")) == pytest.approx(-float(margin(z, w, "l2")))


def test_the_asymptote_solves_its_two_equations():
    z = ahead(seed=2)
    line = asymptote(z)
    torch.testing.assert_close(z.T @ line.alpha, line.w_hat)
    support = line.alpha > 0
    torch.testing.assert_close(z[support] @ line.w_hat, torch.ones(int(support.sum())).double())
    assert (z[~support] @ line.w_hat > 1).all()
    torch.testing.assert_close((-z[support] @ line.w_tilde).exp(), line.alpha[support])
    torch.testing.assert_close(line.at(torch.tensor([1.0, math.e]).double())[1], line.w_hat + line.w_tilde)


def test_the_path_is_that_of_the_flow_and_approaches_the_asymptote():
    """An ODE solver in s = log t, from the point that descent reached after ten steps."""
    z = ahead(seed=2)
    path = descend(z, "l2", pace=0.01, steps=4000)
    start, end = 10, len(path.t) - 1

    def flow(s, w):
        w = torch.from_numpy(w)
        return (math.exp(s) * torch.sigmoid(-z @ w) @ z).numpy()

    span = tuple(float(path.t[k].log()) for k in (start, end))
    assert span[1] > math.log(1e4)
    solved = solve_ivp(flow, span, path.w[start].numpy(), method="LSODA", rtol=1e-10, atol=1e-12).y[:, -1]
    torch.testing.assert_close(path.w[end], torch.from_numpy(solved), rtol=0, atol=0.01)
    faster = descend(z, "l2")
    left = (faster.w - asymptote(z).at(faster.t)).norm(dim=1)
    assert left[-1] < 0.1 < left[20]


def test_a_direction_of_ones_own_is_taken():
    z = ahead()
    assert not descend(z, "l2", direction=lambda g, geometry: 0 * g, steps=3).w.any()


def test_support_vectors_that_do_not_span_are_refused():
    z = torch.tensor([[1.0, 0.0, 0.0], [0.0, 1.0, 0.0], [2.0, 2.0, 1.0]], dtype=torch.float64)
    with pytest.raises(ValueError, match="span its 3 dimensions; got 2"):
        asymptote(z)


def test_a_coordinate_that_no_margin_needs_is_left_at_zero():
    z = torch.tensor([[0.0, -1.0, 1.0], [0.0, -1.0, 1.0]], dtype=torch.float64)
    assert max_margin(z, "linf").tolist() == [0.0, -0.5, 0.5]

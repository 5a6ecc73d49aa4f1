import itertools

import pytest
import torch
from drawn import normal
from hypothesis import given, settings
from hypothesis import strategies as st

from ddlearn.compute import generator
from ddlearn.double_descent import Clocks, clocks_curve, descent_risk, geometric_steps, three_clocks

TIMES = geometric_steps(1, 10**6, 300)


def draw_clocks(p, seed):
    sigma = 0.3 + torch.rand(p, generator=generator(seed), dtype=torch.float64)
    return Clocks(sigma, normal(p, seed=seed), 0.02 + 0.1 * torch.rand(p, generator=generator(seed)).double(), 0.5)


@settings(max_examples=40, deadline=None)
@given(n=st.integers(1, 12), p=st.integers(1, 6), seed=st.integers(0, 99))
def test_the_path_is_gradient_descent_step_by_step(n, p, seed):
    clocks = draw_clocks(p, seed)
    X, y = clocks.draw(n, generator(seed))
    X = X / max(1.0, X.abs().max().item() * p**0.5)  # no mode overshoots
    theta, risks = torch.zeros(p).double(), []
    for _ in range(41):
        risks.append((clocks.sigma.square() * (theta - clocks.b).square()).sum())
        theta = theta + clocks.eta * (X.T @ (y - X @ theta)) / n
    found = descent_risk(clocks, X, y, list(range(41)))
    torch.testing.assert_close(found, torch.stack(risks), rtol=1e-9, atol=1e-12)


@pytest.mark.slow
def test_the_closed_form_is_the_path_s_mean_over_many_examples():
    """Orthogonal features are n >> p exactly; the noise is averaged over 2000 draws: 4 standard errors."""
    n, p = 64, 4
    clocks = draw_clocks(p, 3)
    X = torch.linalg.qr(normal(n, p)).Q * n**0.5 * clocks.sigma
    times = [0, 1, 5, 30, 200, 5000]
    y = X @ clocks.b + 0.5**0.5 * normal(2000, n, seed=1)
    paths = torch.stack([descent_risk(clocks, X, one, times) for one in y])
    error = 4 * paths.std(0) / 2000**0.5 + 1e-9
    assert ((paths.mean(0) - clocks.risk(times, n)).abs() <= error).all()
    end = (clocks.sigma**0).sum() * 0.5 / n
    assert clocks.risk([10**8], n).item() == pytest.approx(end.item())


def test_three_groups_descend_twice():
    risk = three_clocks(1500).risk(TIMES, 1500)
    top = int(risk[20:].argmax()) + 20
    first, peak, second = risk[:top].min(), risk[top], risk[top:].min()
    assert [first.item(), peak.item(), second.item()] == pytest.approx([1.566, 2.416, 1.130], abs=2e-3)
    assert peak / first >= 1.5
    assert second / first <= 0.8
    assert TIMES[int(risk[:top].argmin())] == pytest.approx(38, rel=0.1)
    assert TIMES[top] == pytest.approx(4278, rel=0.1)


def test_its_bookkeeping():
    clocks = three_clocks(600, sizes=(2, 5, 3), fast=4, slow=1.5, variance=0.7)
    power = (clocks.sigma * clocks.b).square()
    assert [power[:2].sum().item(), power[2:7].sum().item(), power[7:].sum().item()] == pytest.approx([4, 0, 1.5])
    assert clocks.noise * 5 / 600 == pytest.approx(0.7)
    assert clocks.risk([0], 600).item() == pytest.approx(5.5)


def test_aligned_clocks_have_one_minimum_and_a_better_one():
    clocks = three_clocks(1500)
    times = geometric_steps(1, 10**4, 300)
    plain, aligned = clocks.risk(TIMES, 1500), clocks.aligned.risk(times, 1500)
    lowest = int(aligned.argmin())
    assert (aligned[: lowest + 1].diff() < 0).all()
    assert (aligned[lowest:].diff() >= -1e-6).all()
    assert aligned.min() == pytest.approx(0.94, abs=0.005)
    assert aligned.min() < plain.min()
    rate = clocks.aligned.eta * clocks.sigma.square()
    torch.testing.assert_close(rate, torch.full_like(rate, 0.1))


def test_simulated_paths_follow_the_closed_form():
    """10 % at every time for n = 1500 and 68 features, and not at all for 200."""
    curve = clocks_curve(three_clocks(1500), 1500, TIMES, 60, generator(0))
    assert ((curve.mean / curve.theory - 1).abs() <= 0.10).all()
    few = clocks_curve(three_clocks(200), 200, TIMES, 40, generator(2))
    assert (few.mean / few.theory - 1).abs().max() > 0.25


def test_steps_are_whole_increasing_and_keep_both_ends():
    assert geometric_steps(1, 10, 3) == [1, 3, 10]
    assert geometric_steps(5, 5, 4) == [5]
    assert len(geometric_steps(1, 10**6, 500)) == 406
    steps = geometric_steps(10, 4000, 16)
    assert (steps[0], steps[-1], len(steps)) == (10, 4000, 16)
    assert all(a < b for a, b in itertools.pairwise(steps))

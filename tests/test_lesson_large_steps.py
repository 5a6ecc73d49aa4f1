"""The steps, orbits and throws of the lesson against independent computations."""

import math

import pytest
import torch
from drawn import normal
from pages import words_of

from ddlearn import compute, datasets, sharpness
from ddlearn.lessons.large_steps import catapult, decisions, edge, exercises, step
from ddlearn.sharpness import factor_descent, factor_sharpness, period_two_orbit


def test_the_exercises_references_are_the_librarys_functions():
    c = torch.linspace(1.01, 2, 9, dtype=torch.float64)
    theirs = torch.tensor([period_two_orbit(one) for one in c.tolist()], dtype=torch.float64)
    torch.testing.assert_close(torch.stack(exercises.period_two_orbit(c), 1), theirs)
    a, b, lr = normal(1), normal(1, seed=4), torch.full((1,), 0.3).double()
    for ours, run in (
        (exercises.descent_step(a, b, 0.3), factor_descent(a, b, 1.0, 0.3, 1)),
        (exercises.catapult_step(a, b.abs(), lr, 7), sharpness.catapult(a, b.abs(), lr, 7, 1)),
    ):
        torch.testing.assert_close(torch.stack(ours), torch.stack([run.first[1], run.second[1]]))


def test_the_start_of_two_weights_has_the_imbalance_asked_for():
    for asked in (0.0, 0.7, 3.0):
        a, b = step.corner(asked)
        assert a * b == pytest.approx(step.PRODUCT, rel=1e-12)
        assert a * a - b * b == pytest.approx(asked, abs=1e-12)


@pytest.mark.parametrize("c", [0.3, 0.6, 0.9, 0.98])
def test_below_one_descent_ends_in_a_minimum_that_is_flat_enough(c):
    run = step.through(c, 2.0)
    assert abs(float(run.a[-1] * run.b[-1]) - 1) < 1e-6
    assert c * factor_sharpness(run.a[-1], run.b[-1], 1.0) <= 2
    assert run.flow[0] * run.flow[1] == pytest.approx(1, rel=1e-9)
    assert run.flow[0] ** 2 - run.flow[1] ** 2 == pytest.approx(2.0, rel=1e-9)
    assert float(run.kept[-1]) < 1
    burns = run.kept[1:] / run.kept[:-1]
    exact = (1 - (c * (run.a * run.b - 1)[:-1]).square()).abs()
    torch.testing.assert_close(burns, exact, rtol=1e-9, atol=1e-9)


def test_beyond_the_flattest_minimum_too_unbalanced_a_start_diverges():
    """The page's two examples, each beside a more balanced start that stays; up to c = 1 every start stays."""
    for c, far in ((1.5, 2.0), (1.1, 3.0)):
        thrown, kept = step.through(c, far), step.through(c, far / 2)
        assert thrown.diverged
        assert "diverges" in step.sentence(thrown)
        assert not kept.diverged
        assert kept.losses.max() < 10
    assert not any(step.through(c, start).diverged for c in (0.6, 0.9, 1.0) for start in (0.0, 1.5, 3.0))
    for c, first in ((0.5, 7.7), (1.5, 1.64)):
        assert not any(step.through(c, first - less).diverged for less in (0.1, 0.02))
        assert all(step.through(c, first + more).diverged for more in (0.0, 0.1, 1.0))


def test_just_beyond_one_the_run_lands_on_the_closed_form_that_is_drawn():
    run = step.through(1.1, 2.0)
    torch.testing.assert_close(run.a[-2:].sort().values, torch.tensor(run.here, dtype=torch.float64), rtol=0, atol=1e-9)
    assert float(run.kept[-1]) < 1e-9
    assert step.through(0.9, 2.0).here is None
    c, late = step.diagram()
    near = (c - 1.1).abs() < 0.01
    low, high = (z**2 for z in exercises.period_two_orbit(c[near]))
    assert torch.minimum((late[near] - low).abs(), (late[near] - high).abs()).max() < 1e-6


def test_a_throw_follows_all_its_weights():
    """The two numbers against 2m weights, before and after a step."""
    first, m = 2.6, 200
    f, share = catapult.throws(m, 3, torch.tensor([first], dtype=torch.float64))
    u, v = torch.randn(2, m, generator=compute.generator(3), dtype=torch.float64)
    rate = first / float((u @ u + v @ v) / m)
    for t in range(2):
        torch.testing.assert_close(f[t, 0], u @ v / math.sqrt(m), rtol=1e-8, atol=1e-8)
        torch.testing.assert_close(share[t, 0], rate * (u @ u + v @ v) / m, rtol=1e-8, atol=1e-8)
        push = rate * (u @ v) / m
        u, v = u - push * v, v - push * u


def test_the_catapult_throws_between_two_and_four():
    ends = catapult.ends(1000)
    assert (ends[catapult.FIRST < 3.9] < 2).all()
    assert ends[catapult.FIRST > 4.05].isinf().all()


def test_the_sharpness_of_the_net_is_its_hessians():
    """The net written out in double precision; the readout's own block of the Hessian has no larger eigenvalue."""
    run = edge.train(0.4, 1, seed=1)
    assert run.losses[1] < run.losses[0]
    images = datasets.digits(compute.generator(1), test=edge.EXAMPLES)
    x = images.test_x - images.test_x.mean(0)
    y = torch.nn.functional.one_hot(images.test_y, 10).double() - 0.1
    V, W, U = (w for w, _ in edge.NET.init(compute.generator(1)))

    def loss(U):
        return (torch.tanh(torch.tanh(x @ V.T) @ W.T) @ U.T - y).square().sum(1).mean() / 2

    assert float(loss(U)) == pytest.approx(float(run.losses[0]), rel=1e-4)
    last = torch.autograd.functional.hessian(loss, U).reshape(320, 320)
    assert float(run.sharpness[0]) >= 0.98 * float(torch.linalg.eigvalsh(last)[-1])


@pytest.mark.slow
def test_the_net_is_trained_once_and_climbs_to_the_edge():
    shown = edge.hover("0.8", 1000)
    assert edge.hover("0.8", 300).run is shown.run
    assert shown.arrived is not None
    late = shown.run.share[shown.run.times >= 500]
    assert 0.95 < float(late.mean()) < 1.1
    assert edge.hover("0.8", 100).seen.sum() == 100 // edge.EVERY + 1


@pytest.mark.slow
def test_the_numbers_of_the_network_on_digits():
    """The page's numbers. Changing the start by 1e-6 moves the last loss with the largest step by almost 0.01."""
    small, middle, large = (edge.train(float(rate)) for rate in edge.RATES)
    assert (small.losses.diff() < 0).all()
    assert float(small.losses[-1]) == pytest.approx(0.065, abs=5e-4)
    assert (2 / small.rate, float(small.sharpness[-1])) == (pytest.approx(10), pytest.approx(5.7, abs=0.05))
    assert (large.losses.diff() > 0).double().mean() > 1 / 3
    assert large.losses[-1] < 0.04
    for run in (middle, large):
        assert float(run.share[run.times >= 500].mean()) == pytest.approx(1, abs=0.1)
    page = words_of("large_steps")
    assert "the loss falls at each of 1,000 steps, to 0.065." in page
    assert "With the largest, it rises at more than a third of the steps, and still ends below 0.04." in page
    assert "With $\\eta = 0.2$ the line is at 10, and a thousand steps reach 5.7 only." in page


def test_a_run_beyond_two_and_the_run_of_exercise_three():
    """The numbers of two folds: balanced weights that diverge, and imbalances that fall far below the limit."""
    page = words_of("large_steps")
    z, _ = step.descend(0.683, 0.683, 2.5, exercises.descent_step)
    assert f"$z = {z[0]:.3f}$ goes to {z[1]:.2f}, then to ${z[2]:.1f}$, and on without limit" in page
    assert z[-1].isinf()
    lr, end = decisions.flat_step()
    a, b = step.descend(*decisions.START, lr, exercises.descent_step)
    D, eta_r = a.square() - b.square(), lr * (a * b - 1)
    assert f"the imbalance goes {', '.join(f'{one:.2f}' for one in D[:4])}:" in page
    assert f"$\\eta r = {eta_r[2]:.2f}$, and takes the share ${-eta_r[2]:.2f}^2 = {1 - D[3] / D[2]:.2f}$" in page
    assert f"the imbalance {D[-1]:.2f} and the sharpness $\\sqrt{{{D[-1]:.2f}^2 + 4}} = {end:.2f}$" in page


def test_the_numbers_of_the_page():
    """The table of two weights, the throw of an unbalanced start, the row of the catapult, and the power law."""
    path = step.descend(2.0, 0.25, 0.5, exercises.descent_step)
    a, b = path[:, [0, 1, 2, 3, 20]]
    D = a.square() - b.square()
    torch.testing.assert_close(a, torch.tensor([2, 2.0625, 1.8574, 1.9183, 1.7050]).double(), rtol=0, atol=6e-5)
    torch.testing.assert_close(
        a * b - 1, torch.tensor([-0.5, 0.546875, -0.6545, 0.5228, -0.0003]).double(), rtol=0, atol=6e-5
    )
    torch.testing.assert_close(
        (D**2 + 4).sqrt(), torch.tensor([4.42, 4.20, 3.96, 3.65, 3.25]).double(), rtol=0, atol=6e-3
    )
    a, b = exercises.descent_step(*step.corner(3.0), 1.1)
    assert (a * b - 1, 1.1 * (a * b - 1)) == pytest.approx((1.39, 1.53), abs=5e-3)
    a, b = step.descend(4.0, 0.125, 0.5, exercises.descent_step)[:, :3]
    assert (a * b - 1).tolist() == pytest.approx([-0.5, 3.5, -13.3], abs=0.05)
    f, kernel, row = torch.ones(1).double(), torch.full((1,), 3.0).double(), []
    for _ in range(7):
        row.append((float(f), float(kernel)))
        f, kernel = exercises.catapult_step(f, kernel, 1.0, 100)
    outputs, kernels = zip(*row, strict=True)
    assert outputs == pytest.approx([1, -1.99, 3.88, -6.98, 9.11, -3.40, -1.37], abs=6e-3)
    assert kernels == pytest.approx([3, 2.99, 2.95, 2.79, 2.20, 0.71, 0.33], abs=6e-3)
    assert max(outputs) ** 2 == pytest.approx(83, abs=0.5)
    a, b = (float(w[-1]) for w in factor_descent(*torch.tensor([[1.2], [1.2]]).double(), 1.0, 1.0, 10_000))
    assert a * b - 1 == pytest.approx(0.00498, abs=1e-5)


def test_the_step_that_is_chosen_ends_in_a_minimum_that_is_flat_enough():
    chosen, end = decisions.flat_step()
    assert chosen == pytest.approx(0.625)
    a, b = step.descend(2.0, 0.25, chosen, exercises.descent_step)[:, -1]
    assert a * b == pytest.approx(1)
    assert end == pytest.approx(float(factor_sharpness(a[None], b[None], 1.0)))
    assert end < decisions.WANTED


def test_the_factor_of_the_orbit_is_what_two_steps_do():
    low, _ = period_two_orbit(decisions.NEAR)
    near = torch.tensor([low + 1e-6], dtype=torch.float64)
    run = factor_descent(near, near, 1.0, decisions.NEAR, 2)
    assert (float(run.first[2]) - low) / 1e-6 == pytest.approx(decisions.repels()[0], abs=1e-4)

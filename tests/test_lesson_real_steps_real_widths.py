"""Lesson 05's own computations against independent ones."""

import math

import pytest
import torch
from drawn import normal

from ddlearn import compute, datasets
from ddlearn.lessons.real_steps_real_widths import (
    catapult,
    certificate,
    edge,
    exercises,
    lesson,
    measures,
    shared,
    step,
    width,
)
from ddlearn.linear_networks import certificate as certify
from ddlearn.linear_networks import (
    descend,
    draw_starts,
    gradients,
    imbalance,
    local_constants,
)
from ddlearn.sharpness import factor_descent, period_two_orbit


def test_the_drift_is_the_difference_of_two_imbalances():
    W1, W2, G, rate = normal(3, 6), normal(2, 6, seed=1), normal(3, 2, seed=2), 0.17
    after = imbalance(W1 - rate * G @ W2, W2 - rate * G.T @ W1)
    torch.testing.assert_close(exercises.imbalance_drift(W1, W2, G, rate), after - imbalance(W1, W2))


@pytest.mark.parametrize("h", [2, 4, 9])
def test_the_local_rate_is_the_librarys_and_bounds_what_a_step_does(h):
    start = shared.draw(max(h, 4), 2.0, seed=h)
    problem, W1, W2 = start.problem, start.W1[:, :h], start.W2[:, :h]
    rate = 0.02
    local = local_constants(problem, W1, W2, rate)
    ours = exercises.local_rate(W1, W2, float(problem.mu), float(local.smoothness), rate)
    torch.testing.assert_close(ours, local.contraction)
    A, B = gradients(problem, W1, W2)
    before, after = problem.loss(W1 @ W2.mT), problem.loss((W1 - rate * A) @ (W2 - rate * B).mT)
    assert after <= ours * before
    assert (ours == 1) == (h < 4)  # narrow layers promise nothing


def test_the_orbit_is_the_librarys_and_one_step_swaps_its_ends():
    c = torch.linspace(1.01, 2, 9, dtype=torch.float64)
    low, high = exercises.period_two_orbit(c)
    torch.testing.assert_close(low * (1 + c - c * low**2), high)
    torch.testing.assert_close(high * (1 + c - c * high**2), low)
    theirs = torch.tensor([period_two_orbit(one) for one in c.tolist()], dtype=torch.float64)
    torch.testing.assert_close(torch.stack([low, high], 1), theirs)


def test_starts_have_the_scales_that_they_say():
    drawn = shared.stack(4096, (1.0, 8.0), range(6))
    sizes = [W.square().mean((1, 2, 3)).sqrt() for W in (drawn.W1, drawn.W2)]
    torch.testing.assert_close(sizes[0] / sizes[1], torch.tensor([1.0, 8.0]).double(), rtol=0.02, atol=0)
    torch.testing.assert_close(sizes[0] * sizes[1], torch.full((2,), (4 * 4096) ** -0.5).double(), rtol=0.02, atol=0)
    assert (drawn.problem.K / drawn.problem.mu).sub(shared.CONDITION).abs().max() < 1e-12
    alone = shared.draw(4096, 8.0, 3)
    torch.testing.assert_close(drawn.W1[1, 3], alone.W1)
    torch.testing.assert_close(drawn.problem.W_star[1, 3], alone.problem.W_star)


def test_a_wider_start_is_the_narrower_one_with_more_units():
    narrow, wide = shared.draw(9, 1.0, 0), shared.draw(40, 1.0, 0)
    torch.testing.assert_close(narrow.W1 * 9**0.25, wide.W1[:, :9] * 40**0.25)
    assert torch.equal(narrow.problem.W_star, wide.problem.W_star)


@pytest.mark.parametrize("rule", certificate.RULES)
@pytest.mark.parametrize(("h", "ratio", "share"), [(32, 1.0, 1.0), (32, 1.0, 0.2), (9, 8.0, 1.0), (64, 4.0, 3.0)])
def test_no_promise_that_is_drawn_is_broken_by_the_run(rule, h, ratio, share):
    shown = certificate.promise(h, ratio, share, rule)
    alive = shown.losses > 1e-12
    if shown.certified is not None:
        assert (shown.losses <= shown.certified * (1 + 1e-7))[alive].all()
    kept = len(shown.local)
    assert (shown.losses[:kept] <= shown.local * (1 + 1e-7))[alive[:kept]].all()
    kept = len(shown.tube.low)
    assert (shown.tube.low <= shown.strength.low[:kept] * (1 + 1e-7)).all()
    assert (shown.strength.high[:kept] <= shown.tube.high * (1 + 1e-7)).all()
    if share <= 1:
        assert kept == certificate.STEPS + 1
    else:
        assert shown.certified is None  # grey


def test_the_drifts_sum_up_to_the_imbalance_itself():
    shown = certificate.promise(20, 2.0, 5.0, "constant")
    torch.testing.assert_close(shown.summed, shown.spectrum[list(certificate.MARKS)], rtol=0, atol=1e-9)
    assert shown.drift > 0.02  # else there was nothing to sum
    wrong = certificate.promise(
        20, 2.0, 5.0, "constant", imbalance_drift=lambda *of: 1.1 * exercises.imbalance_drift(*of)
    )
    assert (wrong.summed - wrong.spectrum[list(certificate.MARKS)]).abs().max() > 1e-3


def test_a_run_that_diverges_is_shown_as_far_as_it_goes():
    shown = certificate.promise(64, 8.0, 10.0, "constant")
    assert shown.diverged
    assert len(shown.losses) == len(shown.rates) + 1 <= certificate.STEPS
    assert "diverges" in certificate.sentence(shown)


def test_the_measured_rule_steps_farther_than_the_plan_and_the_plan_farther_than_a_constant():
    runs = [certificate.promise(32, 1.0, 1.0, rule) for rule in certificate.RULES]
    steps = [int((run.losses > 1e-6).sum()) for run in runs]
    assert steps == sorted(steps, reverse=True)
    assert runs[1].rates[-1] > 1.2 * runs[0].rates[-1]


def test_an_audit_counts_what_is_broken_and_nothing_else():
    start = draw_starts("wide", 5, 3, 3, compute.generator(0))
    certified = certify(*start)
    run = descend(*start, certified.rate, 60)
    assert measures.audit(start, run, certified).total() == 0
    assert measures.audit(start, run, certified, tighter=1.5)["(6) tube, low"] > 0
    liar = type(certified)(**{**vars(certified), "contraction": certified.contraction**4})
    assert measures.audit(start, run, liar)["(8) certificate"] > 0


def test_the_width_sweep_leaves_the_kernel_regime():
    shown = width.widen("1", 16)
    wide = torch.tensor(width.WIDTHS) >= 16
    ratio = shown.certified[wide] / shown.actual[wide]
    assert (ratio >= 1).all()
    assert ratio[-1] < 1.4 < 3 < ratio[0]
    assert shown.move[0] > 0.3
    assert shown.move[-1] < 0.1
    assert shown.ball[wide].isinf()[:6].all()
    assert shown.ball[-1].isfinite()
    assert (shown.ball >= shown.certified)[shown.ball.isfinite()].all()
    enough = torch.tensor(width.MAP_WIDTHS) >= width.ENOUGH
    assert (width.coverage()[enough] == 1).all()
    assert (width.coverage()[~enough] < 1).any(1).all()
    assert [width.widen("1", w).at for w in (4, 5, 6, 4096)] == [0, 0, 1, 10]


def test_the_start_of_two_weights_has_the_imbalance_asked_for():
    for asked in (0.0, 0.7, 3.0):
        a, b = step.corner(asked)
        assert a * b == pytest.approx(step.PRODUCT, rel=1e-12)
        assert a * a - b * b == pytest.approx(asked, abs=1e-12)


@pytest.mark.parametrize("c", [0.3, 0.6, 0.9, 0.98])
def test_below_one_descent_ends_in_a_minimum_that_is_flat_enough(c):
    run = step.through(c, 2.0)
    assert abs(float(run.a[-1] * run.b[-1]) - 1) < 1e-6
    assert run.share <= 1
    assert run.flow[0] * run.flow[1] == pytest.approx(1, rel=1e-9)
    assert run.flow[0] ** 2 - run.flow[1] ** 2 == pytest.approx(2.0, rel=1e-9)
    assert run.flow_share == pytest.approx(c * math.sqrt(2.0**2 + 4) / 2)
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
    """The two numbers against 2m weights, stepped one by one."""
    first, m = 2.6, 200
    f, share = catapult.throws(m, 3, torch.tensor([first], dtype=torch.float64))
    u, v = catapult.layers(m, 3)
    rate = first / float((u @ u + v @ v) / m)
    for t in range(30):
        torch.testing.assert_close(f[t, 0], u @ v / math.sqrt(m), rtol=1e-8, atol=1e-8)
        torch.testing.assert_close(share[t, 0], rate * (u @ u + v @ v) / m, rtol=1e-8, atol=1e-8)
        push = rate * (u @ v) / m
        u, v = u - push * v, v - push * u


def test_the_catapult_throws_between_two_and_four():
    calm, thrown, lost = (catapult.throw(first, 1000) for first in (1.5, 3.0, 4.2))
    assert float(calm.share[-1]) == pytest.approx(1.5, abs=0.05)
    assert float(calm.losses.max()) == float(calm.losses[0])
    assert float(thrown.share[-1]) < 2
    assert float(thrown.losses.max()) > 10 * float(thrown.losses[0])
    assert lost.losses[-1].isinf()
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


def test_two_weights_obey_the_drift_of_matrices():
    """Layers of one number each: the learner's drift is what the imbalance of the pair loses."""
    a, b, rate = normal(1, 1), normal(1, 1, seed=4), 0.3
    run = factor_descent(a, b, 1.0, rate, 1)
    moved = (run.first.square() - run.second.square()).diff(dim=0)[0]
    torch.testing.assert_close(exercises.imbalance_drift(a, b, a * b - 1, rate), moved)


def test_the_prediction_of_the_width_states_what_is_enough():
    (cover,) = (one for one in lesson.parts.predictions if one.name == "cover")
    assert cover.truth == width.ENOUGH

"""The certificates of the lesson against independent computations."""

import functools
import math

import pytest
import scipy
import torch
from drawn import normal
from pages import words_of

from ddlearn import compute
from ddlearn.lessons.real_steps_real_widths import certificate, decisions, exercises, lesson, measures, shared, width
from ddlearn.linear_networks import certificate as certify
from ddlearn.linear_networks import descend, draw_starts, gradients, imbalance, local_constants, tangent_range
from ddlearn.sharpness import factor_descent

PAGE = words_of("real_steps_real_widths")

promise = functools.cache(certificate.promise)


def test_a_difference_of_imbalances_is_the_drift_and_not_taken_for_it():
    def difference(W1, W2, G, rate):
        return imbalance(W1 - rate * G @ W2, W2 - rate * G.T @ W1) - imbalance(W1, W2)

    layers = normal(3, 6), normal(2, 6, seed=1), normal(3, 2, seed=2), 0.17
    torch.testing.assert_close(exercises.imbalance_drift(*layers), difference(*layers))
    assert exercises.IMBALANCE_DRIFT.check(difference).mistake == "the difference of two imbalances"


@pytest.mark.parametrize("h", [2, 5, 8])
def test_the_floor_lies_under_the_strength(h):
    """The strength of random layers, and of layers so unequal that the floor is nearly all of it."""
    for scale in (1.0, 100.0):
        W1, W2 = scale * normal(3, h), normal(4, h, seed=1)
        D = W1.T @ W1 - W2.T @ W2
        strength = float(tangent_range(W1, W2).low)
        bound = float(exercises.floor(D, 3, 4))
        assert 0 <= bound <= strength * (1 + 1e-9) + 1e-9
    assert bound == 0 if h == 2 else bound > 0.9 * strength


def test_the_numbers_of_the_page():
    """Two weights: the table, the drift, the step condition, and the steps to a millionth of the loss."""

    def run(a, b, rate):
        start = torch.tensor([[a], [b]], dtype=torch.float64)
        path = factor_descent(start[0], start[1], 1.0, rate, 200)
        a, b = path.first[:, 0], path.second[:, 0]
        r = a * b - 1
        strength = a.square() + b.square()
        C = r.abs() + (strength.sqrt() + rate / 2 * r.abs() * strength.sqrt()).square()
        loss = r.square() / 2
        return loss, a.square() - b.square(), strength, rate * C, int((loss > 1e-6 * loss[0]).sum())

    loss, D, strength, bend, arrived = run(2.0, 0.0, 0.1)
    assert loss[:3].tolist() == pytest.approx([0.5, 0.18, 0.0634], abs=5e-5)
    assert D[:3].tolist() == pytest.approx([4, 3.96, 3.945744])
    assert strength[:3].tolist() == pytest.approx([4, 4.04, 4.150544])
    assert float(bend[0]) == pytest.approx(0.541)
    assert float(bend.max()) < 0.725
    assert arrived == 13
    *_, bend, arrived = run(2.0, 0.0, 0.2)
    assert (float(bend[0]), arrived) == (pytest.approx(1.168), 4)
    assert run(0.5, 0.5, 0.1)[-1] == 39
    step, decrease = decisions.certified()
    assert (step, decrease) == (pytest.approx(1 / 18), pytest.approx(0.01))
    assert math.ceil(math.log(1e-6) / math.log(1 - decrease)) == 1375
    assert run(1.0, -0.8, step)[-1] == 90
    for rate in (step, 0.1):
        loss, _, _, bend, _ = run(1.0, -0.8, rate)
        assert float(bend.max()) <= 1
        assert float(loss[0]) == pytest.approx(1.62)


def test_the_given_shrink_factors_multiply_to_a_curve_below_the_run():
    """The answer of the quiz, from forty starts of width 8 with the largest guaranteed step."""
    for seed in range(40):
        start = shared.draw(8, 1.0, seed)
        rate = float(certify(*start).largest_rate)
        run = descend(*start, rate, 15)
        local = local_constants(start.problem, run.W1[:-1], run.W2[:-1], rate)
        strongest = start.problem.mu * tangent_range(run.W1[:-1], run.W2[:-1]).high
        curve = (1 - strongest * rate * (2 - rate * local.smoothness)).cumprod(0)
        assert (run.losses[1:] > curve * run.losses[0]).any()


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
    assert (ours == 1) == (h < 4)  # narrow layers certify nothing


def test_starts_have_the_scales_that_they_say_and_a_wider_one_is_the_narrower_one_with_more_units():
    drawn = shared.stack(4096, (1.0, 8.0), range(6))
    sizes = [W.square().mean((1, 2, 3)).sqrt() for W in (drawn.W1, drawn.W2)]
    torch.testing.assert_close(sizes[0] / sizes[1], torch.tensor([1.0, 8.0]).double(), rtol=0.02, atol=0)
    torch.testing.assert_close(sizes[0] * sizes[1], torch.full((2,), (4 * 4096) ** -0.5).double(), rtol=0.02, atol=0)
    assert (drawn.problem.K / drawn.problem.mu).sub(shared.CONDITION).abs().max() < 1e-12
    alone = shared.draw(4096, 8.0, 3)
    torch.testing.assert_close(drawn.W1[1, 3], alone.W1)
    torch.testing.assert_close(drawn.problem.W_star[1, 3], alone.problem.W_star)
    narrow, wide = shared.draw(9, 1.0, 0), shared.draw(40, 1.0, 0)
    torch.testing.assert_close(narrow.W1 * 9**0.25, wide.W1[:, :9] * 40**0.25)
    assert torch.equal(narrow.problem.W_star, wide.problem.W_star)


@pytest.mark.parametrize("rule", certificate.RULES)
@pytest.mark.parametrize(("h", "ratio", "share"), [(32, 1.0, 1.0), (32, 1.0, 0.2), (9, 8.0, 1.0), (64, 4.0, 3.0)])
def test_no_promise_that_is_drawn_is_broken_by_the_run(rule, h, ratio, share):
    shown = promise(h, ratio, share, rule)
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
    runs = [promise(32, 1.0, 1.0, rule) for rule in certificate.RULES]
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


def test_the_width_sweep_leaves_the_kernel_regime(monkeypatch):
    monkeypatch.setattr(width, "WIDTHS", (4, 16, 256, 4096))
    shown = width.widen("1", 16)
    ratio = shown.certified[1:] / shown.actual[1:]
    assert (ratio >= 1).all()
    assert ratio[-1] < 1.4 < 3 < ratio[0]
    assert shown.move[0] > 0.3
    assert shown.move[-1] < 0.1
    assert shown.ball.isfinite().tolist() == [False, False, False, True]
    assert (shown.ball >= shown.certified)[shown.ball.isfinite()].all()
    enough = torch.tensor(width.MAP_WIDTHS) >= width.ENOUGH
    assert (width.coverage()[enough] == 1).all()
    assert (width.coverage()[~enough] < 1).any(1).all()
    assert [width.widen("1", w).at for w in (4, 7, 9, 4096)] == [0, 0, 1, 3]


@pytest.mark.slow
def test_the_numbers_of_the_width_on_the_page():
    """How far the weights move, the steps of a narrow start, and where each certificate begins to cover every start."""
    shown = width.widen("1", 16)
    moved = [100 * float(shown.move[width.WIDTHS.index(h)]) for h in (8, 1024)]
    assert f"by {moved[0]:.0f} % of their length at width 8 and by {moved[1]:.0f} % at width 1024" in PAGE
    narrow = f"At width {width.WIDTHS[0]}, in the dark gray, descent converged too, after {shown.actual[0]:.0f} steps"
    assert narrow in PAGE
    assert f"from {width.ENOUGH} units on in the explorer. The fixed kernel needs {shown.ball_from} there" in PAGE


def test_the_prediction_of_the_width_states_what_is_enough():
    (cover,) = (one for one in lesson.parts.predictions if one.name == "cover")
    assert cover.truth == width.ENOUGH


def test_muons_step_and_root_are_scipys():
    W = normal(3, 5)
    torch.testing.assert_close(measures.polar(W), torch.from_numpy(scipy.linalg.polar(W.numpy())[0]))
    root = measures.root(W)
    torch.testing.assert_close(root @ root, W.T @ W)
    assert float(torch.linalg.eigvalsh(root)[0]) > -1e-12


@pytest.mark.parametrize("seed", range(3))
def test_muon_has_its_own_law_and_gradient_descent_keeps_the_imbalance_instead(seed):
    """On the page: 0.6 of its size from random layers, and less than 0.02 for the imbalance under gradient descent."""
    assert measures.muon_change(seed, aligned=True) < 1e-11
    assert measures.muon_change(seed, aligned=False) == pytest.approx(0.6, abs=0.05)
    target, W1, W2 = normal(6, 6, seed=seed) / 6**0.5, *(0.1 * normal(6, 12, seed=seed + k) for k in (10, 20))
    D = imbalance(W1, W2)
    for _ in range(100):
        G = W1 @ W2.T - target
        W1, W2 = W1 - 0.01 * G @ W2, W2 - 0.01 * G.T @ W1
    assert 1e-4 < float((imbalance(W1, W2) - D).norm() / D.norm()) < 0.02


def test_muon_on_two_weights_keeps_their_difference():
    """By hand: the gradient at a = 2, b = 0.2 is (-0.12, -1.2), and its signs are equal."""
    a, b = torch.tensor([[2.0]]), torch.tensor([[0.2]])
    slopes = (a * b - 1) * b, (a * b - 1) * a
    assert [round(float(slope), 6) for slope in slopes] == [-0.12, -1.2]
    assert [float(measures.polar(slope)) for slope in slopes] == [-1, -1]

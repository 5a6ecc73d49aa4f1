"""The lesson's own computations against independent ones."""

import itertools
import math

import pytest
import torch
from drawn import normal
from matplotlib.path import Path
from pages import words_of

from ddlearn import blood, compute, weak_labels
from ddlearn.blood import MONOCYTE
from ddlearn.lessons.cells import BLOOD
from ddlearn.lessons.weak_labels import (
    effective_size,
    exercises,
    holograms,
    learners,
    lesson,
    simplex,
    sweep,
    trainings,
    triangle,
)
from ddlearn.lessons.weak_labels.trainings import ALPHA0, EASY, HEALTHY, MEAN_MAP, PATIENTS, POURED, PROPORTIONS
from ddlearn.networks import MLP


def given_bags(B=5, k=4, C=3):
    return normal(B, k, C), normal(B, C, seed=1).softmax(1), normal(C, seed=2).softmax(0)


# -- what the learner writes


def test_the_proportion_loss_is_the_librarys_and_the_entropy_of_the_shares():
    """The library's is the divergence KL(a || q), which has no entropy in it, and the same slope."""
    logits, a, _ = given_bags()
    entropy = -(a * a.log()).sum(1).mean()
    z = logits.clone().requires_grad_()
    loss = exercises.proportion_loss(z, a)
    torch.testing.assert_close(loss, weak_labels.proportion_loss(logits, a) + entropy)
    (slope,) = torch.autograd.grad(loss, z)
    (theirs,) = torch.autograd.grad(weak_labels.proportion_loss(z, a), z)
    torch.testing.assert_close(slope, theirs)


def test_the_risk_is_the_librarys():
    logits, a, q = given_bags()
    for m_eff in (1.0, 6.26, 64.0):
        wanted = weak_labels.weighted_bag_loss(logits, weak_labels.bag_weights(a, q, m_eff))
        torch.testing.assert_close(exercises.bag_risk(logits, a, q, m_eff), wanted)


def test_the_risk_of_bags_of_one_labeled_cell_is_cross_entropy():
    logits, y = normal(30, 1, 3), torch.randint(3, (30,), generator=compute.generator(3))
    a = torch.nn.functional.one_hot(y, 3).double()
    wanted = torch.nn.functional.cross_entropy(logits[:, 0], y)
    assert exercises.kappa(a) == pytest.approx(1, abs=1e-12)
    torch.testing.assert_close(exercises.bag_risk(logits, a, a.mean(0), exercises.kappa(a)), wanted)


def test_the_effective_bag_size_of_counted_cells_is_their_number():
    for m in (2, 8, 64):
        drawn = torch.multinomial(BLOOD.expand(20_000, -1), m, replacement=True, generator=compute.generator(m))
        counted = torch.nn.functional.one_hot(drawn, 3).double().mean(1)
        assert exercises.kappa(counted) == pytest.approx(m, rel=0.03)


def test_the_numbers_of_the_two_patients():
    page, two = words_of("weak_labels"), torch.tensor([[0.8, 0.2], [0.4, 0.6]], dtype=torch.float64)
    found = torch.linalg.solve(two, torch.tensor([8.4, 5.2], dtype=torch.float64))
    assert found.tolist() == pytest.approx([10, 2])
    assert exercises.kappa(two) == pytest.approx(6)
    assert "$(1.8, -0.8)$ and $(-0.6, 1.6)$" in page
    weights = weak_labels.bag_weights(two, two.mean(0), 6)
    assert weights.flatten().tolist() == pytest.approx([1.8, -0.8, -0.6, 1.6])
    torch.testing.assert_close(weights.T @ two / 2, two.mean(0).diag())


def test_the_page_states_what_a_cell_in_a_bag_is_worth():
    apart, poured = (float(weak_labels.efficiency(BLOOD, size)[MONOCYTE]) for size in (ALPHA0 + 1, 512))
    assert f"is {apart:.2f} for our patients" in words_of("weak_labels")
    assert f"but {poured:.4f} for bags of 512" in words_of("weak_labels")
    assert 75 < apart / poured < 85  # "about 80 times", in a reply of the quiz


def test_the_page_states_what_reports_with_errors_give_for_healthy_donors():
    drawn = [trainings.specimens(HEALTHY, m, 0) for m in (8, 64, 512)]
    found = [exercises.kappa(given.reports) for given in drawn]
    stated = f"from reports is {min(found):.0f} to {max(found):.0f} instead of {drawn[0].m_eff:.0f}"
    assert stated in words_of("weak_labels")


# -- holograms


def test_typical_cells_have_the_means_of_their_types_and_the_fourth_is_a_draw():
    cells = blood.draw_cells(torch.tensor([0, 1, 2, 1]), compute.generator(0))
    made = holograms.typical(cells)
    for c, cell_type in enumerate(blood.CELL_TYPES):
        assert float(made.radius[c]) == pytest.approx(cell_type.diameter / 2)
        assert float(made.nucleus[c]) == pytest.approx(cell_type.nucleus)
    assert made.radius[3] == cells.radius[3]
    assert torch.equal(made.label, cells.label)


def test_two_marks_tell_the_types_apart():
    """The dark ring: lymphocytes' is narrow. Of the other two, granulocytes are the more mottled. 400 of each type."""
    draw, ring, mottle = compute.generator(1), [], []
    for c in range(3):
        effects = blood.specimen_effects(1, 0.0, draw)
        pictures = blood.simulate_cells(torch.full((400,), c), effects, draw)
        width, wild = holograms.marks(blood.standardize(pictures.double()))
        ring.append(width)
        mottle.append(wild)
    narrow = 0.5 * (ring[1].median() + ring[0].median())
    for c, small in ((0, False), (1, True), (2, False)):
        assert ((ring[c] < narrow) == small).double().mean() > 0.85
    smooth = 0.5 * (mottle[0].median() + mottle[2].median())
    assert (mottle[0] > smooth).double().mean() > 0.7
    assert (mottle[2] < smooth).double().mean() > 0.7


def test_the_fourth_cell_is_hidden_until_it_is_asked_for():
    names = {holograms.NAMES[holograms.look(cell, 40.0, 0.0, False).label] for cell in range(1, holograms.ROUNDS + 1)}
    assert names == set(holograms.NAMES)
    hidden, told = (holograms.look(1, 40.0, 0.0, tell) for tell in (False, True))
    assert torch.equal(hidden.pictures, told.pictures)
    assert holograms.sentence(hidden).startswith("The type of the fourth cell is hidden.")
    assert holograms.sentence(told).startswith(f"The fourth cell is a {holograms.NAMES[told.label]}.")
    (poured,) = lesson.parts.predictions
    assert poured.truth == round(100 * float(BLOOD.max()))
    assert f"{100 * float(BLOOD.max()):.0f} %" in poured.question


# -- the triangle


def test_the_ellipse_lies_one_deviation_away_in_every_direction_inside_the_triangle():
    shares = weak_labels.draw_patients(ALPHA0 * BLOOD, 500, compute.generator(0))
    points = simplex.ellipse(shares.mean(0), weak_labels.mixing_moment(shares))
    page = shares @ simplex.CORNERS
    outside = points.isnan().any(1)
    off = points[~outside] - page.mean(0)
    distance = torch.einsum("ni,ij,nj->n", off, torch.linalg.inv(torch.cov(page.T, correction=0)), off)
    torch.testing.assert_close(distance, torch.ones_like(distance))
    assert outside.any()  # it crosses the lower side
    assert Path(simplex.CORNERS).contains_points(points[~outside]).all()
    assert not simplex.ellipse(BLOOD, weak_labels.second_moment(BLOOD, 1000)).isnan().any()


def test_the_triangle_agrees_with_theory_where_bags_are_many():
    for source, m, alpha0 in ((triangle.APART, 8, ALPHA0), (triangle.APART, 8, 50.0), (triangle.TOGETHER, 8, 1.0)):
        found = triangle.mixtures(source, m, alpha0, 65_536)
        formula = trainings.worth(found.m_eff, 65_536)
        torch.testing.assert_close(found.exact, formula, rtol=0.1, atol=0)
        torch.testing.assert_close(trainings.worth(found.found, 65_536), formula, rtol=0.1, atol=0)
        expected = (BLOOD.diag() - torch.outer(BLOOD, BLOOD)) / found.m_eff
        torch.testing.assert_close(torch.cov(found.shares.T, correction=0), expected, rtol=0.15, atol=2e-4)
    exact = triangle.mixtures(triangle.TOGETHER, 1, 1.0, 65_536)
    assert exact.m_eff == 1
    torch.testing.assert_close(
        trainings.worth(1), trainings.CELLS * BLOOD
    )  # bags of one counted cell are labeled cells


# -- bags and nets


@pytest.mark.parametrize("kind", trainings.KINDS)
def test_bags_hold_what_the_tests_say(kind):
    given = trainings.specimens(kind, 64, seed=3)
    assert given.rows.shape == (trainings.CELLS // 64, 64)
    y = trainings.pool().train_y[given.rows]
    counted = torch.nn.functional.one_hot(y, 3).double().mean(1)
    if kind == POURED:
        torch.testing.assert_close(given.reports, counted)
        assert given.m_eff == 64
    else:
        assert 0.01 < (given.reports - counted).abs().mean() < 0.06  # m cells counted, and the report's own error
        assert given.m_eff == pytest.approx(sum(trainings.DIRICHLET[kind]) + 1)
    torch.testing.assert_close(given.q, given.reports.mean(0))


def test_losses_of_a_minibatch_are_those_of_its_bags():
    given, chosen, logits = (
        trainings.specimens(PATIENTS, 8, seed=0),
        torch.tensor([5, 2, 9]),
        normal(2, 3, 8, 3).float(),
    )
    reports, q = given.reports[chosen].float(), given.q.float()
    weights = weak_labels.mean_map_weights(given.reports, given.q)[chosen].float()
    for learner, loss in (
        (MEAN_MAP, lambda net: -(weights * net.log_softmax(-1).mean(1)).sum(-1).mean()),
        (EASY, lambda net: exercises.bag_risk(net, reports, q, 8)),
        (PROPORTIONS, lambda net: exercises.proportion_loss(net, reports)),
    ):
        found = trainings.loss_of(learner, given, exercises.proportion_loss)(logits, chosen)
        torch.testing.assert_close(found, torch.stack([loss(net) for net in logits]))


@pytest.mark.slow
def test_the_worth_orders_the_bags_for_the_mean_map():
    seen = [learners.learners(MEAN_MAP, m) for m in ("8", "512")]
    for one in seen:
        balanced = one.found.mean((1, 2))  # for the worth is that of a rare type
        for i, j in itertools.permutations(range(len(trainings.KINDS)), 2):
            if one.worth[i] > 2 * one.worth[j]:  # closer than that, the worth claims no order
                assert balanced[i] > balanced[j]
    healthy = trainings.KINDS.index(HEALTHY)
    assert float(seen[0].worth[0] / seen[1].worth[0]) == pytest.approx(512 / 8, rel=0.4)
    assert float(seen[0].worth[healthy] / seen[1].worth[healthy]) == pytest.approx(1, abs=0.5)


@pytest.mark.slow
@pytest.mark.parametrize(
    ("stated", "learner", "kind", "m"),
    [
        ("With patients it names 94 % correctly", PROPORTIONS, PATIENTS, 512),
        ("EasyLLP reaches 94 % with 8 poured cells per bag", EASY, POURED, 8),
        ("With 8 cells per healthy donor, the mean map names 87 % correctly", MEAN_MAP, HEALTHY, 8),
        ("61 %", PROPORTIONS, HEALTHY, 8),  # learns nothing: every cell is named granulocyte
        ("61 %", PROPORTIONS, POURED, 512),
    ],
)
def test_the_page_states_what_networks_learn(stated, learner, kind, m):
    """Another processor trains other nets: numbers may differ by a point or two."""
    assert stated in words_of("weak_labels") + lesson.parts.predictions[0].question
    percent = float(stated.split(" %")[0].split()[-1])
    found = trainings.trained(learner, kind, m, 0)
    assert 100 * float(trainings.accuracy(found).mean()) == pytest.approx(percent, abs=2)


@pytest.mark.slow
def test_easyllp_recognizes_no_monocyte_with_64_cells_per_patient():
    assert "recognizes no monocyte with 64 cells per patient" in words_of("weak_labels")
    assert float(trainings.trained(EASY, PATIENTS, 64, 0)[:, MONOCYTE].max()) < 0.02


@pytest.mark.slow
def test_few_networks_escape_the_constant_from_larger_initial_weights(monkeypatch):
    assert "From larger initial weights, 3 of 120 escaped it" in words_of("weak_labels")
    monkeypatch.setattr(trainings, "NET", MLP((32, 64, 64, 3), W_std=2**0.5))
    accuracy = []
    for seed in range(10):
        given = trainings.specimens(POURED, 512, seed)
        loss = trainings.loss_of(PROPORTIONS, given, exercises.proportion_loss)
        accuracy.append(trainings.accuracy(trainings.found(trainings.fit(given, loss, 12, seed))))
    assert 1 <= int((torch.cat(accuracy) > 0.65).sum()) <= 8


# -- the effective bag size

BAGS = list(sweep.BAGS)


def test_the_measured_bias_lies_on_the_line(monkeypatch):
    monkeypatch.setattr(trainings, "STEPS", 30)  # of whatever classifier
    swept, between = (effective_size.effective_size(at, BAGS[0], seed=1) for at in (64.0, 9.0))
    grid = torch.tensor(sweep.GRID, dtype=torch.float64)
    line = swept.line(grid)
    spread = swept.bias.std(1)
    assert ((swept.bias.mean(1) - line).abs() < 4 * spread / math.sqrt(sweep.FRESH) + 0.05 * line.abs()).all()
    assert swept.bias_at == pytest.approx(float(swept.bias.mean(1)[-1]))
    mean = swept.bias.mean(1)
    a, b = sweep.GRID.index(8), sweep.GRID.index(12)
    assert between.bias_at == pytest.approx(float(mean[a] + (mean[b] - mean[a]) / 4), rel=1e-9)


@pytest.mark.slow
def test_nets_learn_best_near_the_right_effective_bag_size():
    right = effective_size.effective_size(64.0, BAGS[0]).found[:, -1]
    assert sweep.GRID[int(right.argmax())] in (4, 6, 8)
    assert float(right.max() - right[0]) > 0.2
    assert float(right.max() - right[-1]) > 0.06
    poured = effective_size.effective_size(8.0, BAGS[1])
    assert sweep.GRID[int(poured.found[:, -1].argmax())] in (6, 8, 12)
    assert sweep.nearest(poured.at) == sweep.GRID.index(8)


def test_a_risk_that_is_not_finite_is_said_in_words():
    def unsafe(logits, a, q, m_eff):
        return exercises.bag_risk(logits, a, q, m_eff) * torch.inf

    with pytest.raises(ValueError, match="log_softmax"):
        effective_size.effective_size(64.0, BAGS[0], bag_risk=unsafe)

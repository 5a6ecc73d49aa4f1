"""The lesson's own computations against independent ones."""

import itertools
from pathlib import Path

import pytest
import torch
from drawn import normal

from ddlearn import compute
from ddlearn.datasets import DatasetUnavailable, ImageSet
from ddlearn.double_descent import exact_risk, interpolation_point, null_mse, one_hot, parameters, three_clocks
from ddlearn.fetch import read_idx
from ddlearn.lessons.double_descent_trained import (
    any_images,
    clocks,
    cures,
    decisions,
    exercises,
    full,
    full_sweep,
    lesson,
    map,
    models,
    random_features,
    samples,
    shared,
    sweep_map,
)
from ddlearn.lessons.double_descent_trained.interpolation_point import point_cases
from ddlearn.networks import MLP
from ddlearn.training import Ensemble, train

REAL = Path(__file__).resolve().parents[2] / "shared" / "data" / "mnist_t10k"
SMALL = {"widths": (3, 6), "seeds": 2, "steps": 12, "record": (4, 8), "n": 60}


# -- what the learner writes


def test_descent_around_the_step_is_the_librarys_momentum():
    E, H, d, K, n = 2, 4, 3, 2, 9
    x, y = normal(n, d), normal(E, n, K, seed=1)
    W, A = normal(E, H, d, seed=2), normal(E, H, K, seed=3)
    bias = normal(E, H, seed=4)
    ones = torch.nn.functional.pad(x, (0, 1), value=1.0)
    ours = models.descend(exercises.ensemble_step, torch.cat([W, bias[..., None]], 2), A, ones, y, record=[3, 10])
    net = MLP((d, H, K), bias="hidden")
    start = tuple(((W[e], bias[e]), (A[e].T, None)) for e in range(E))
    # train's loss is |f - y|^2 / (2nk), the exercise's |f - y|^2 / n
    how = {"lr": models.RATE * 2 * K, "optimizer": "momentum", "momentum": models.MOMENTUM}
    for steps, (W_ours, A_ours) in zip((3, 10), ours, strict=True):
        theirs = train(Ensemble((net,) * E, start), x, y, steps=steps, **how).ensemble.parameters
        for e in range(E):
            (W_e, b_e), (A_e, _) = theirs[e]
            torch.testing.assert_close(W_ours[e], torch.cat([W_e, b_e[:, None]], 1))
            torch.testing.assert_close(A_ours[e], A_e.T)


def test_the_interpolation_point_brackets_the_librarys():
    """The library draws a line between the last width that does not fit and the first that does."""
    draw = compute.generator(0)
    for widths, train_mse, y, d in itertools.islice(point_cases(draw), 2):
        n, K = y.shape
        order = widths.argsort()
        widths, train_mse = widths[order], train_mse[order]
        P = torch.tensor([parameters(d, H, K) for H in widths.tolist()])
        between = interpolation_point(P, train_mse.mean(1), null_mse(y)) / (n * K)
        ours = exercises.interpolation_point(widths, train_mse, y, d)
        k = (P.double() / (n * K) - ours).abs().argmin()
        assert float(P[k - 1]) / (n * K) < between <= ours == pytest.approx(float(P[k]) / (n * K))
    assert exercises.interpolation_point(torch.tensor([2]), torch.ones(1, 2).double(), y, d) == float("inf")


def test_stopping_looks_at_the_digits_held_out_only():
    held_out, test = (torch.rand(3, 4, 5, generator=compute.generator(k)) for k in range(2))
    by_hand = [one[row.argmin()] for row, one in zip(held_out.flatten(0, 1), test.flatten(0, 1), strict=True)]
    assert torch.equal(exercises.early_stop(held_out, test).flatten(), torch.stack(by_hand))


# -- the nets


def test_a_training_has_its_own_wrong_labels_or_shared_ones():
    own, same = (shared.trained(shared.Training(0.2, 0, shared=one, keep=True, **SMALL)) for one in (False, True))
    assert own.error.shape == same.error.shape == (2, 2, 3)
    digits = shared.split(0, 60)
    y = torch.cat([digits.held_y, digits.new_y])
    torch.testing.assert_close((same.outputs.argmax(-1) != y).double().mean(-1), same.error)
    assert own.ratio.tolist() == pytest.approx([parameters(64, H, 10) / 600 for H in SMALL["widths"]])


def test_the_parts_of_a_split_are_disjoint():
    digits = shared.split(1)
    rows = torch.cat([digits.x, digits.held_x, digits.new_x])
    assert len(rows) == shared.EXAMPLES + shared.HELD_OUT + shared.NEW <= 1797
    assert len(rows.unique(dim=0)) == len(rows)
    assert parameters(64, round(shared.THRESHOLD), 10) == pytest.approx(shared.EXAMPLES * 10, rel=0.01)


def test_a_course_names_the_lowest_before_and_the_highest_after():
    widths, ratio = torch.tensor([3, 5, 8, 50, 90]), torch.tensor([0.1, 0.2, 0.3, 1.0, 2.0])
    said = shared.course(widths, ratio, torch.tensor([0.9, 0.5, 0.7, 1.4, 0.6]))
    assert said == "0.5 at 5 units, then up to 1.4 at 50 (P/nk 1.00), 0.6 at 90"
    assert shared.course(widths, ratio, torch.tensor([0.9, 0.5, 0.4, 0.3, 0.2])).endswith("no peak between")
    early = shared.course(widths, ratio, torch.tensor([0.5, 1.6, 0.9, 1.2, 0.4]))  # a hump before the peak counts
    assert "up to 1.6 at 5" in early


# -- the map


@pytest.fixture(scope="module")
def seen():
    return map.heatmap("20 %", "squared error", 450, 160)


@pytest.mark.slow
def test_the_map_looks_where_it_is_told(seen):
    assert (int(seen.sweep.steps[seen.r]), int(seen.sweep.width[seen.w])) == (450, 160)
    early = map.heatmap("20 %", "error rate", 30, 13)
    assert abs(int(early.sweep.steps[early.r]) - 30) <= 5
    assert torch.equal(early.values, early.sweep.error)


@pytest.mark.slow
def test_the_map_of_the_page(seen):
    """A valley under the peak of trained nets, a hump that goes with another seed, and more wrong labels."""
    at, end = shared.WIDTHS.index, seen.mean[:, -1]
    assert float(end[-1]) < 0.75 * float(end.max())
    valley = seen.mean.amin(1)[seen.sweep.ratio > 0.2]
    assert float(valley.max() / valley.min()) < 1.15
    assert 0.7 < seen.fits_at < 1.6
    assert map.heatmap("20 %", "squared error", 30, 160).fits_at == float("inf")
    assert end[at(13)] > max(end[at(8)], end[at(20)])
    other = shared.trained(shared.Training(seed=2)).mse[..., -1].mean(1)
    assert (other[at(8) : at(53) + 1].diff() > 0).all()
    noisier = map.heatmap("40 %", "squared error", 450, 160).mean[:, -1]
    assert [float(noisier[at(width)]) for width in (160, 5)] == pytest.approx([1.18, 0.81], abs=0.01)


def test_cells_of_the_map_meet_between_their_centers():
    borders = sweep_map.edges([1.0, 4.0, 16.0])
    assert borders == pytest.approx([0.5, 2, 8, 32])


@pytest.mark.slow
def test_the_picture_shows_what_the_learner_said(seen):
    explorer = map.explorer.fresh()
    explorer.said = {"worst": 20}.get
    explorer.figure.png(seen)
    (guess,) = (line for line in explorer.figure.figure.axes[1].lines if line.get_label() == "you said")
    assert guess.get_xdata()[0] == pytest.approx(parameters(64, 20, 10) / 4000)
    assert "You said 20 units" in explorer.figure.describe(seen)


# -- the cures


def test_averages_are_scored_as_by_hand():
    sweep = shared.trained(shared.Training(0.2, 0, shared=True, keep=True, **SMALL))
    digits = shared.split(0)
    # The sweep above learned from 60 digits; what is held out and new is another split's affair: score any labels.
    y, target = digits.new_y, one_hot(digits.new_y, 10).float()
    ours = cures.averaged(sweep, 2, 0)
    for w, s in itertools.product(range(2), range(2)):
        f = (sweep.outputs[w, s, -1] + sweep.outputs[w, 1 - s, -1])[shared.HELD_OUT :] / 2
        assert float(ours.error[w, s]) == pytest.approx(float((f.argmax(1) != y).double().mean()))
        assert float(ours.mse[w, s]) == pytest.approx(float((f - target).square().sum(1).mean()), rel=1e-5)


def test_the_stop_is_asked_about_each_measure_with_noisy_labels_held_out():
    sweep = shared.trained(shared.Training(0.2, 0, shared=True, keep=True, **SMALL))
    asked = []

    def stop(held_out, test):
        asked.append((held_out, test))
        return test[..., 0]

    found = cures.averaged(sweep, 1, 0, stop)
    assert [one[0].shape for one in asked] == [(2, 2, 3)] * 2
    torch.testing.assert_close(found.error, asked[0][1][..., 0])
    clean = (sweep.outputs[..., : shared.HELD_OUT, :].argmax(-1) != shared.split(0).held_y).double().mean(-1)
    assert ((asked[0][0] - clean).abs() <= 0.2 + 1e-9).all()
    assert not torch.equal(asked[0][0], clean)


def test_every_change_trains_something_else_but_early_stopping():
    assert cures.CHANGES[cures.EARLY] == cures.CHANGES[cures.PLAIN]
    assert len(set(cures.CHANGES.values())) == len(cures.CHANGES) - 1
    for narrow, wide in cures.SAME_SIZE.values():
        assert {narrow, wide} <= set(cures.WIDTHS)
    for members, (narrow, wide) in cures.SAME_SIZE.items():
        assert members * parameters(64, narrow, 10) == pytest.approx(parameters(64, wide, 10), rel=0.02)


@pytest.fixture(scope="module")
def stopped():
    return cures.cures(cures.EARLY, 1)


@pytest.mark.slow
def test_the_stopped_networks_of_the_page(stopped):
    """8 units, stopped, beat 120 that are not; and what choosing by the test digits pretends, for 20 units."""
    at = cures.WIDTHS.index
    assert float(stopped.changed.mse[at(8)].mean()) == pytest.approx(0.41, abs=0.01)
    assert float(stopped.plain.mse[at(120)].mean()) == pytest.approx(0.84, abs=0.01)
    oracle = cures.averaged(shared.trained(cures.NETS), 1, 0, lambda held_out, test: test.amin(-1))
    rates = [100 * float(one.error[at(20)].mean()) for one in (oracle, stopped.changed)]
    assert rates == pytest.approx([9.5, 11.8], abs=0.1)


@pytest.mark.slow
def test_the_table_of_changes_says_what_the_networks_do(stopped):
    def squared(change, members=1):
        return dict(zip(cures.WIDTHS, cures.cures(change, members).changed.mse.mean(1).tolist(), strict=True))

    def peaks(values):
        return "no peak" not in shared.course(cures.WIDTHS, stopped.ratio, torch.tensor(list(values)))

    as_they_are = squared(cures.PLAIN)
    assert peaks(as_they_are.values())
    assert not peaks(stopped.changed.mse.mean(1))
    clean = squared("no wrong labels")
    assert [clean[20], clean[30]] == pytest.approx([0.20, 0.23], abs=0.01)
    assert clean[53] < clean[30]
    weak, strong = (squared(f"weight decay, {strength}") for strength in ("weak", "strong"))
    assert peaks(weak.values())
    assert not peaks(strong.values())
    for lower in (weak, squared("small batches")):
        assert peaks(lower.values())
        assert max(lower.values()) < 0.8 * max(as_they_are.values())
    rate = stopped.plain.error.mean(1)
    assert float(rate[6] - rate[4]) > 0.04  # 53 units, and 30: as they are, networks have a peak of the error rate too
    entropy = cures.cures(cures.ENTROPY, 1).changed.error.mean(1)
    assert (entropy.diff() < 5e-3).all()
    assert f"{float(entropy[-1]):.2g}" == "0.18"
    together = squared(cures.PLAIN, 3)
    assert [together[40], as_they_are[120]] == pytest.approx([0.50, 0.84], abs=0.01)
    assert together[120] > 1.2 * together[8]
    assert squared("weight decay, strong", 3)[120] > 0.95 * strong[120]
    longer = squared("longer steps")
    assert longer[20] > longer[53] > longer[120]


# -- the clocks


@pytest.fixture
def no_nets(monkeypatch):
    """The nets that are drawn beside the clocks take seconds to train."""
    monkeypatch.setattr(shared, "trained", lambda training, progress: None)


def test_three_parts_add_up_to_the_closed_form(no_nets):
    for aligned in (False, True):
        found = clocks.clockwork(0.7, 2.0, 400, aligned)
        torch.testing.assert_close(found.parts.sum(0), found.curve.theory)
        assert found.curve.measured.shape == (clocks.DRAWS, len(clocks.TIMES))


def test_turns_are_where_the_closed_form_turns(no_nets):
    found = clocks.clockwork(1.0, 1.5, 1500, False)
    risk = found.curve.theory.tolist()
    by_hand = [l for l in range(1, len(risk) - 1) if (risk[l] - risk[l - 1]) * (risk[l + 1] - risk[l]) < 0]
    assert found.turns == by_hand
    assert len(found.turns) == 3
    assert len(clocks.clockwork(1.0, 1.5, 1500, True).turns) == 1
    assert len(clocks.clockwork(1.0, 0.0, 1500, False).turns) == 1


def test_the_first_minimum_peak_and_end_are_those_of_the_groups():
    """About slow + V_fast; at most slow + V_fast + variance; and V_fast + variance + a mean of slow's two."""
    risk = three_clocks(1500).risk([38, 4278, 10**6], 1500).tolist()
    V = 1 / 60
    assert risk[0] == pytest.approx(1.5 + 4 * V, abs=0.02)
    assert risk[1] < 1.5 + 4 * V + 1
    assert risk[2] == pytest.approx(8 * V + 1, abs=0.02)


# -- the samples


def test_an_offer_is_read_off_the_curve():
    n, middle = torch.tensor([50, 100, 200, 500]), torch.tensor([1.0, 4.0, 1.0, 0.25]).double()
    found = samples.Samples(models.NETS, n, middle[None], middle, middle, 50, 100)
    assert [float(found.at(k)) for k in n.tolist()] == pytest.approx(middle.tolist())
    assert float(found.at(100 * 2**0.5)) == pytest.approx(2.0)  # a line in logarithms
    assert found.harmed_until == 199
    helped = samples.Samples(models.NETS, n, middle[None], middle, middle, 200, 300)
    assert helped.harmed_until is None


def test_the_linear_models_curve_is_the_formula():
    found = samples.samples(models.LINEAR, 60, 120)
    assert [exact_risk(n, models.COEFFICIENTS, 5.0, 1.0) for n in found.n.tolist()] == found.middle.tolist()
    far = (found.n - models.COEFFICIENTS).abs() > 25
    assert ((found.measured.mean(0) / found.middle - 1).abs()[far] < 0.12).all()
    assert (found.tuned.diff() < 0).all()
    by_formula = [
        n for n in range(62, 501) if exact_risk(n, models.COEFFICIENTS, 5.0, 1.0) > exact_risk(60, 150, 5.0, 1.0)
    ]
    assert found.harmed_until == pytest.approx(max(by_formula), abs=3)


def test_features_peak_where_examples_are_as_many(monkeypatch):
    monkeypatch.setattr(samples, "SIZES", (60, 150, 370))
    found = samples.samples(models.FEATURES, 60, 120)
    assert int(found.n[found.middle.argmax()]) == models.COUNT
    assert (found.tuned.diff() < 0).all()


def test_learners_steps_are_trained_apart(monkeypatch):
    monkeypatch.setattr(models, "STEPS", 50)
    calls = []

    def mine(*given):
        calls.append(given[0].shape)
        return exercises.ensemble_step(*given)

    first = models.trained(0, (40,), exercises.ensemble_step)
    again = models.trained(0, (40,), mine)
    assert len(calls) == models.STEPS
    torch.testing.assert_close(first[0], again[0])


# -- random features on any images


def as_image_set(folder):
    images, labels = (read_idx(folder / f"t10k-{part}-ubyte.gz") for part in ("images-idx3", "labels-idx1"))
    return ImageSet("mnist", images[:5000], labels[:5000].long(), images[5000:], labels[5000:].long(), 255, "", "")


@pytest.fixture
def few_sizes(monkeypatch):
    monkeypatch.setattr(any_images, "SIZES", (15, 300, 3000))
    yield
    any_images.fitted.cache_clear()


@pytest.mark.parametrize(
    ("images", "seed"),
    [
        ("digits", 0),
        pytest.param(
            "MNIST",
            5,
            marks=[pytest.mark.slow, pytest.mark.skipif(not REAL.is_dir(), reason="the shared data folder is missing")],
        ),
    ],
)
def test_random_features_peak_where_they_are_as_many_as_the_examples(few_sizes, monkeypatch, images, seed):
    monkeypatch.setitem(any_images.LARGE, "MNIST", lambda: as_image_set(REAL))
    found = any_images.curve(images, "20 %", "squared error", seed)
    middle = found.measured.median(0).values
    assert found.x[middle.argmax()] == any_images.EXAMPLES
    assert middle.max() > 10 * middle[0] > 10 * middle[-1]


def test_images_that_cannot_be_fetched_are_said_and_the_digits_stay(few_sizes, monkeypatch):
    def unavailable():
        raise DatasetUnavailable("mnist is not available now: no connection to the server.")

    monkeypatch.setitem(any_images.LARGE, "MNIST", unavailable)
    random_features.show()
    before = random_features.figure.sentence
    random_features.set(images="MNIST")
    assert "mnist is not available now: no connection to the server." in random_features.board.status
    assert random_features.figure.sentence == before
    random_features.set(images="digits")


# -- the full sweep


def test_the_full_sweep_is_asked_for_by_name_only():
    assert full_sweep not in lesson.parts.explorers
    assert full_sweep.state["sweep"] == full.HERE


@pytest.mark.parametrize("scale", ["binder", "laptop", "gpu"])
def test_sweeps_grow_with_the_machine(monkeypatch, scale):
    monkeypatch.setenv("DDLEARN_SCALE", scale)
    plans = full.plans()
    layers = plans[full.LAYERS]
    assert len(layers.widths) * layers.seeds == {"binder": 63, "laptop": 105, "gpu": 525}[scale]
    assert ("convolutional, MNIST" in plans) == (scale == "gpu")


def test_a_convolutional_sweep_is_a_map_too(monkeypatch):
    small = full.Convolutional("digits", 100, 100, (1, 2), 2, 20)
    monkeypatch.setattr(full, "plans", lambda: {full.HERE: shared.Training(**SMALL), "conv": small})
    said, figure = [], full.explorer.fresh().figure
    for name in (full.HERE, "conv", full.HERE):
        found = full.full(name, "error rate", 20, 2, progress=lambda share, words: said.append(share))
        assert figure.png(found)
        assert "nan" not in figure.describe(found)
    assert said[-1] == 1
    assert found.values.shape == (2, 2, 3)


def test_the_prediction_of_the_worst_net_and_the_page_state_the_thresholds():
    (worst,) = (one for one in lesson.parts.predictions if one.name == "worst")
    assert worst.truth == round(shared.THRESHOLD)
    assert parameters(64, models.UNITS, 10) == 1510
    assert round(models.THRESHOLD[models.NETS]) == 150


def test_early_stopping_by_hand_is_the_table_of_the_page():
    X = torch.tensor([[1.1, 0.9], [0.9, 1.1]], dtype=torch.float64)
    y, truth = torch.tensor([2.1, 1.9], dtype=torch.float64), torch.ones(2, dtype=torch.float64)
    w, found = torch.zeros(2, dtype=torch.float64), {}
    for step in range(1, 301):
        w = w - 0.2 * X.T @ (X @ w - y)
        found[step] = float((w - truth).square().sum())
    table = {1: 0.08, 2: 0.0033, 3: 0.0004, 4: 0.00051, 10: 0.0030, 30: 0.0229, 300: 0.4142}
    assert {step: found[step] for step in table} == pytest.approx(table, abs=5e-5)
    assert found[10] < 0.5 / 100
    assert [1 - 0.992**steps for steps in (1, 10, 30, 300)] == pytest.approx([0.008, 0.077, 0.214, 0.91], abs=5e-4)
    assert min(found, key=found.get) == 3
    for steps, distance in found.items():
        assert decisions.distance(steps) == pytest.approx(distance, abs=1e-12)

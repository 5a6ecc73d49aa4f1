"""The lesson's own computations against independent ones."""

import pytest
import torch
from drawn import needs_cuda
from pages import words_of

from ddlearn import compute, datasets, kernels
from ddlearn.lessons.fixed_embeddings import decisions, digits, exercises, lift
from ddlearn.lessons.fixed_embeddings.claims import wave_system
from ddlearn.lessons.fixed_embeddings.exercises import refitted
from ddlearn.lessons.fixed_embeddings.ridge import PENALTIES, TRUTH, fit
from ddlearn.ridge import ridge, ridge_path


def test_the_exercises_references_are_the_librarys_functions():
    x, y, K = wave_system(3, 25)
    torch.testing.assert_close(exercises.gram(x, x, 0.2), K)
    torch.testing.assert_close(exercises.ridge(K, y, 1e-3), ridge(K, y, 1e-3), rtol=1e-8, atol=1e-10)
    path = ridge_path(K, y, [1e-3])
    torch.testing.assert_close(exercises.leave_one_out(K, y, 1e-3), path.leave_one_out[0], rtol=1e-8, atol=1e-10)


def test_the_shortcut_is_for_refits_that_keep_n_times_the_penalty_and_near_those_of_ridge_itself():
    """The page's numbers: refits by `ridge`, with n - 1 in its penalty, are off by 0.2 to 1.2 % of the largest."""
    gaps = []
    for seed in range(3):
        _, y, K = wave_system(seed, 40)
        for penalty in (1e-5, 1e-4, 1e-3, 1e-2):
            shortcut = exercises.leave_one_out(K, y, penalty)
            assert (shortcut - refitted(K, y, penalty * 40 / 39)).abs().max() < 1e-9 * shortcut.abs().max()
            gaps.append(float((refitted(K, y, penalty) - shortcut).abs().max() / shortcut.abs().max()))
    assert 0.002 < min(gaps) < max(gaps) < 0.012


@pytest.mark.parametrize("kernel", lift.KERNELS)
def test_the_lift_shows_the_embedding_edge_on(kernel):
    """Score and spread are coordinates along two orthogonal directions of the embedding: here in the embedding."""
    x, y = datasets.rings(40, 0.1, compute.generator(1))
    K = lift.embed(kernel, x, x, 0.7, kernels.rbf)
    values, vectors = torch.linalg.eigh(K)
    phi = vectors * values.where(values > 1e-12 * values[-1], 0).sqrt()  # K = phi phi'
    alpha = ridge(K + 1, y, lift.PENALTY)
    normal = phi.T @ alpha
    centred = phi - phi.mean(0)
    inside = centred - torch.outer(centred @ normal, normal) / (normal @ normal)
    first = torch.linalg.svd(inside).Vh[0]
    spread = lift.largest_spread(K, alpha)
    ours, theirs = spread.abs(), (inside @ first).abs()
    assert (ours - theirs).abs().max() < 1e-6 * theirs.max().clamp_min(1)


def test_the_marked_errors_lie_on_their_paths():
    penalty = float(PENALTIES[20])
    result = fit("rbf", 0.2, penalty, 0.3, 30)
    for name, error in result.errors.items():
        assert error == pytest.approx(float(result.paths[name][20]), rel=1e-8)
    assert result.errors["test"] == pytest.approx(float((result.curve - TRUTH).square().mean()) + 0.3**2)


def test_leave_one_out_chooses_by_what_it_sees_and_pays_the_price():
    """Over several samples its choice is not the best one, which nobody knows before new points come."""
    results = [fit("rbf", 0.2, 1e-4, 0.3, 20, seed) for seed in range(4)]
    for seed, result in enumerate(results):
        assert result.loo_choice == float(PENALTIES[int(result.paths["leave-one-out"].argmin())])
        chosen = fit("rbf", 0.2, result.loo_choice, 0.3, 20, seed)
        assert result.price == pytest.approx(chosen.errors["test"] / float(result.paths["test"].min()), rel=1e-6)
    assert max(result.price for result in results) > 1.01


def test_a_moved_digit_keeps_its_ink():
    train, _, test, _ = digits.framed(0)
    for right in digits.SHIFTS:
        for down in digits.SHIFTS:
            moved = datasets.shift_images(test, right, down)
            torch.testing.assert_close(moved.sum((1, 2)), test.sum((1, 2)))
    assert train.shape[1:] == (12, 12)


@needs_cuda
def test_the_gpu_sees_the_same_digits(monkeypatch):
    def accuracies(device):
        monkeypatch.setenv("DDLEARN_DEVICE", device)
        digits.framed.cache_clear()
        digits.classifier.cache_clear()
        return digits.shifted(1, 0, 150, gram=exercises.gram, ridge=exercises.ridge).by_shift

    # One digit in two hundred: ties.
    torch.testing.assert_close(accuracies("cuda"), accuracies("cpu"), atol=0.01, rtol=0)


def test_stored_twice_leave_one_out_chooses_a_width_that_is_worse_on_new_points():
    """The report and the numbers of the third exercise; new points agree with the file's examples taken once."""
    x, y = decisions.file()
    assert len(x) == 80
    assert len(x.unique()) == 40
    width, error = decisions.choice(x, y)
    assert (width, error) == (0.06, pytest.approx(0.22, abs=0.005))
    x, y = decisions.once()
    assert sorted(y.tolist()) == sorted(decisions.file()[1].unique().tolist())
    honest = decisions.errors(x, y)
    assert honest[0.06] == pytest.approx(0.67, abs=0.005)
    assert min(honest.values()) == honest[0.25] > decisions.NOISE**2
    grid = torch.linspace(-1, 1, 401, dtype=torch.float64)[:, None]
    fits = {w: kernels.rbf(grid, x, w) @ ridge(kernels.rbf(x, x, w), y, decisions.PENALTY) for w in honest}
    new = {w: float((fitted - datasets.wave_truth(grid)).square().mean()) for w, fitted in fits.items()}
    assert min(new, key=new.get) == 0.25


def test_accuracies_of_moved_digits_on_the_page():
    """At the explorer's start; copies moved by two pixels teach these moves, and half of the move by one."""
    alone, told = (digits.shifted(0, 0, 100, copies=copies).by_shift.tolist() for copies in (False, True))
    assert alone[2:] == pytest.approx([0.94, 0.52, 0.09], abs=0.006)
    assert told[3:] == pytest.approx([0.74, 0.95], abs=0.006)
    assert told[0] == pytest.approx(0.95, abs=0.006)
    page = words_of("fixed_embeddings")
    assert "94 % of handwritten digits are recognized. After a shift by two pixels to the right, it is 9 %" in page
    assert "To 94 % of centered digits, but to 9 % of those moved two pixels to the right." in page
    assert "to the right, which no copy shows, it rises only from 52 % to 74 %" in page


def test_the_smallest_width_knows_the_points_by_heart():
    """The page's numbers: all 120 points and 90 % of new ones, near 0 elsewhere; at width 0.5, all new points."""
    (width,) = (one for one in lift.explorer.controls if one.name == "width")
    narrow, start = (lift.lift("ring", "rbf", one, 0.1) for one in (width.low, width.start))
    assert (len(narrow.y), narrow.seen, start.width, start.unseen) == (120, 1, 0.5, 1)
    assert narrow.unseen == pytest.approx(0.90, abs=0.005)
    assert (narrow.shadow.abs() < 0.05).double().mean() > 0.5
    page = words_of("fixed_embeddings")
    assert "The function is right at all 120 of them, and near 0 on most of the plane." in page
    assert "only 90 % of new points get the right sign. At width 0.5 all do." in page

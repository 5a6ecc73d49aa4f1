"""The computations of the lesson on learning curves against independent ones."""

import math

import pytest
import torch
from drawn import needs_cuda
from pages import words_of
from scipy.optimize import brentq

from ddlearn import compute
from ddlearn.classroom.pen import Pen
from ddlearn.generalization import finite_pool_risk, learnability, spectrum
from ddlearn.lessons.learning_curves import curve, exercises, lesson, modes, shared

PAGE = words_of("learning_curves")


def power_law(N, exponent):
    return torch.arange(1, N + 1, dtype=torch.float64) ** -exponent


@pytest.mark.parametrize(("N", "n", "exponent"), [(60, 20, 1.5), (300, 299, 0.5), (50, 1, 3.0)])
def test_the_exercises_references_are_the_librarys_functions(N, n, exponent):
    lam = power_law(N, exponent)
    V2 = torch.rand(N, generator=compute.generator(0), dtype=torch.float64)
    found = exercises.kappa(lam, n)
    assert found == pytest.approx(float(learnability(lam, n).kappa), rel=1e-9)
    assert found == pytest.approx(
        brentq(lambda k: float((lam / (lam + k)).sum()) - n, 1e-12, 1e6, rtol=1e-13), rel=1e-8
    )
    risk = finite_pool_risk(lam, V2, n)
    assert float(exercises.predicted_error(lam, V2, n, found)) == pytest.approx(float(risk), rel=1e-7)


def test_the_three_modes_of_the_page():
    lam, powers = torch.tensor([5.0, 2.0, 1.0], dtype=torch.float64), torch.eye(3, dtype=torch.float64)
    assert exercises.kappa(lam, 2) == pytest.approx(1, rel=1e-9)
    assert exercises.kappa(lam, 1) == pytest.approx(4.6, abs=0.05)
    assert float((lam / (lam + 5)).sum()) == pytest.approx(0.95, abs=5e-3)
    errors = [float(exercises.predicted_error(lam, V, 2, 1.0)) for V in powers]
    assert errors == pytest.approx([3 / 11, 12 / 11, 27 / 11])


def test_three_modes_are_few_for_the_approximation():
    """The page's simulation: a pool of three points with random eigenvectors, two of them examples."""
    random = torch.randn(20_000, 3, 3, generator=compute.generator(0), dtype=torch.float64)
    U, R = torch.linalg.qr(random)
    U = U * R.diagonal(dim1=1, dim2=2).sign()[:, None]
    K = U @ torch.diag(torch.tensor([5.0, 2.0, 1.0], dtype=torch.float64)) @ U.mT
    fits = K[:, :, :2] @ torch.linalg.solve(K[:, :2, :2], U[:, :2])  # each column was the target
    shares, errors = (U * fits).sum(1), 3 * (U - fits)[:, 2] ** 2
    torch.testing.assert_close(shares.sum(1), torch.full((20_000,), 2.0, dtype=torch.float64))
    assert shares.mean(0).tolist() == pytest.approx([0.82, 0.67, 0.51], abs=6e-3)
    assert errors.mean(0).tolist() == pytest.approx([0.35, 1.04, 2.38], abs=0.02)


def test_the_numbers_of_the_page_on_digits():
    shares = curve.trained(shared.TEN, 1e-4, 0.0).mean(1) / shared.world(shared.TEN).power
    measured, left_out, gcv = shares[:, curve.SIZES.index(160)].tolist()
    assert (measured, left_out, gcv) == pytest.approx((0.22, 0.23, 0.17), abs=6e-3)
    assert shares[0, :2].tolist() == pytest.approx([0.84, 0.68], abs=6e-3)
    infinite = curve.curves(**curve.START, reveal=False, beside=curve.INFINITE)
    assert float(infinite.infinite[curve.LINE.index(500)]) == pytest.approx(0.05, abs=5e-3)
    assert float(shares[0, -1]) == pytest.approx(0.11, abs=5e-3)


def test_how_well_the_page_says_that_the_line_predicts():
    shown = curve.curves(**curve.START, reveal=True, beside=curve.INFINITE)
    apart = (shown.theory / shown.measured.mean(0) - 1).abs()
    assert curve.SIZES[:-1] == (10, 20, 40, 80, 160, 320)
    half = curve.LINE.index(500)
    infinite, finite = 100 * shown.infinite[half], 100 * shown.line[half]
    assert (
        f"With 10 to 320 digits as examples, it is within {100 * apart[:-1].max():.0f} % of the measured error" in PAGE
    )
    assert f"On digits it is {100 * apart[-1]:.0f} % too low at 500 examples" in PAGE
    assert f"without it says {infinite:.0f} %, that with it {finite:.0f} %" in PAGE


def test_random_eigenvectors_are_predicted_in_the_gray_zone_too():
    shown = curve.curves(**{**curve.START, "world": shared.RANDOM}, reveal=True, beside=curve.NOTHING)
    worst = float((shown.theory / shown.measured.mean(0) - 1).abs().max())
    assert f"it is within {math.ceil(100 * worst)} % of what is measured" in PAGE


def test_where_the_page_says_that_eighty_units_go():
    lam = shared.world(shared.TEN).lam
    L = lam / (lam + exercises.kappa(lam, 80))
    largest, halves = float(L[:80].sum()), int((L > 0.5).sum())
    assert f"only {largest:.0f} go to the 80 largest modes, and only {halves} modes" in PAGE
    truth = {one.name: one.truth for one in lesson.parts.predictions}["largest"]
    assert truth == round(largest)
    ridge, none = (modes.purchase(shared.TEN, 80, modes.UNITS, ridge) for ridge in (10.0, 1e-4))
    left = [100 * float(one.missed.sum()) for one in (ridge, none)]
    said = f"takes {ridge.units[-1]:.0f} of the 80 units, and {left[0]:.0f} % of the squared target is not learned"
    assert f"{said} instead of {left[1]:.0f} %" in PAGE


def test_by_what_the_page_divides_the_error_when_the_examples_double():
    shown = curve.curves(**curve.START, reveal=True, beside=curve.NOTHING)
    assert curve.SIZES[:5] == (10, 20, 40, 80, 160)
    errors = torch.stack([shown.measured.mean(0), shown.theory])
    (dots, line), later = errors[:, 0] / errors[:, 1], (errors[:, 1] / errors[:, 4]) ** (1 / 3)
    (later,) = {f"{factor:.1f}" for factor in later.tolist()}  # the same for dots and line
    assert f"From 10 to 20 examples, the error is divided by {dots:.1f} (the line says {line:.1f})." in PAGE
    assert f"In the next three doublings, error and line are divided by {later}, on average." in PAGE
    assert f"divided the error by {dots:.1f}, the next three by {later} on average." in PAGE


def test_why_the_page_says_that_the_first_doubling_is_worth_less():
    here = shared.world(shared.TEN)
    levels = [exercises.kappa(here.lam, n) for n in curve.SIZES[:5]]
    above, held = [], []
    for level in (levels[0], levels[curve.SIZES.index(80)]):
        above.append(int((here.lam > level).sum()))
        held.append(100 * float(here.V2[here.lam > level].sum()) / here.power)
    assert above[0] == 4
    assert f"four modes are above the water level, and they hold {held[0]:.0f} % of the squared target." in PAGE
    assert f"With 80 digits, {above[1]} modes are, with more than {10 * (held[1] // 10):.0f} %." in PAGE
    L = here.lam / (here.lam + here.lam.new_tensor(levels)[:, None])
    missing = ((1 - L) ** 2 * here.V2).sum(1).tolist()
    once, later = missing[0] / missing[1], (missing[1] / missing[4]) ** (1 / 3)
    assert f"divides what is missing by {once:.1f}, and the next three by {later:.1f} on average." in PAGE
    first, last = (curve.SIZES[k] / (curve.SIZES[k] - float(L[k].square().sum())) for k in (0, 4))
    assert f"it grows from {first:.1f} at 10 examples to {last:.1f} at 160." in PAGE


def errors_at_the_ends(noise):
    """Leave-one-out errors, in %, of the 40 digits with the smallest and the 40 with the largest diagonal entries."""
    here, generator, ends = shared.world(shared.TEN), compute.generator(0), []
    spread = noise * (here.power / here.Y.shape[1]) ** 0.5
    for _ in range(5):
        seen = torch.randperm(here.N, generator=generator)[:160]
        labels = here.Y[seen.to(here.K.device)]
        if noise:
            labels = labels + spread * torch.randn(labels.shape, generator=generator, dtype=labels.dtype).to(labels)
        inverse = torch.linalg.inv(here.K[seen][:, seen] + 1e-4 * torch.eye(160).to(here.K))
        entries = inverse.diagonal()
        errors = (inverse @ labels / entries[:, None]).square().sum(1) / ((1 + noise**2) * here.power)
        order = entries.argsort()
        ends.append((errors[order[:40]].mean(), errors[order[-40:]].mean()))
    return (100 * torch.tensor(ends).mean(0)).tolist()


def test_why_the_page_says_that_gcv_is_too_low():
    smallest, largest = errors_at_the_ends(noise=0)
    said = f"the 40 smallest entries belong to leave-one-out errors of {smallest:.0f} % on average"
    assert f"{said}, and the 40 largest to errors of {largest:.0f} %" in PAGE
    unlike, alike = errors_at_the_ends(noise=1)
    assert f"the two groups have errors of {unlike:.0f} % and {alike:.0f} %" in PAGE
    noisy = curve.curves(**{**curve.START, "noise": 1.0}, reveal=False, beside=curve.ESTIMATES)
    left_out, gcv = (100 * noisy.estimates.mean(1)[:, curve.SIZES.index(160)]).tolist()
    assert f"GCV says {gcv:.0f} %, and leave-one-out {left_out:.0f} %" in PAGE


def test_a_world_is_its_kernel_and_target():
    here = shared.world(shared.TEN)
    again = spectrum(here.K, here.Y)
    torch.testing.assert_close(here.lam, again.lam, rtol=1e-8, atol=1e-12)
    assert here.power == pytest.approx(float(here.Y.square().sum()) / here.N, rel=1e-9)
    assert float(again.V2.sum()) == pytest.approx(here.power, rel=1e-9)
    vectors, values = here.picked, here.N * here.lam[[mode - 1 for mode in shared.PICKS]]
    torch.testing.assert_close(here.K @ vectors, vectors * values, rtol=1e-8, atol=1e-8)
    torch.testing.assert_close(vectors.T @ vectors, torch.eye(10).to(vectors), rtol=0, atol=1e-10)


def test_the_strings_are_all_there_and_their_target_is_three_parities():
    here = shared.world(shared.SIGNS)
    assert here.N == 1024
    assert here.power == pytest.approx(1 + 1 + 0.25, rel=1e-12)


def test_the_curves_theory_is_the_librarys_finite_pool_form():
    here = shared.world(shared.PARITY)
    result = curve.curves(shared.PARITY, 0.3, 0.5, False, curve.NOTHING)
    variance = 0.25 * here.power
    risk = finite_pool_risk(here.lam, here.V2, list(map(float, curve.SIZES)), 0.3, variance)
    torch.testing.assert_close(result.theory, (risk / (here.power + variance)).cpu(), rtol=1e-8, atol=0)
    assert result.measured is None


def test_nothing_is_trained_before_the_reveal(monkeypatch):
    monkeypatch.setattr(curve, "trained", lambda *arguments: pytest.fail("trained"))
    curve.curves(shared.TEN, 1e-4, 0.0, False, curve.NOTHING)
    curve.curves(shared.TEN, 1e-4, 0.0, False, curve.INFINITE)


@pytest.mark.parametrize("name", shared.WORLDS)
def test_the_points_fall_on_the_line_before_the_grey_zone(name):
    """Five trials of as few as twenty examples: within a fifth for each, and a tenth for their mean."""
    result = curve.curves(name, 0.3, 1.0, True, curve.NOTHING)
    ratio = (result.theory / result.measured.mean(0))[1:6]
    assert (ratio.log().abs() < 0.2).all(), ratio
    assert abs(float(ratio.log().mean())) < 0.1, ratio


def test_the_guess_is_drawn_on_the_setting_that_was_asked_about():
    said = {"at_40": 30.0, "at_500": 5.0}.get
    asked = curve.curves(**curve.START, reveal=False, beside=curve.NOTHING)
    other = curve.curves(shared.TEN, 1.0, 0.0, False, curve.NOTHING)
    assert "You said 30 % at 40 and 5 % at 500." in curve.sentence(asked, said)
    assert "You said" not in curve.sentence(other, said)
    pen = Pen()
    pen.png(curve.picture, asked, said)
    (drawn,) = (line for line in pen.figure.axes[0].lines if line.get_label() == "you said")
    assert list(drawn.get_xdata()) == [40, 500]
    pen.png(curve.picture, other, said)
    assert not drawn.get_visible()


@pytest.mark.parametrize("name", shared.WORLDS)
@pytest.mark.parametrize("ridge", [1e-4, 3.0])
def test_what_is_bought_adds_up_and_modes_are_learned_as_predicted(name, ridge):
    bought = modes.purchase(name, 200, modes.UNITS, ridge)
    assert float(bought.units.sum()) == pytest.approx(200, rel=1e-6)
    assert float(bought.held.sum()) == pytest.approx(1, rel=1e-6)
    assert (bought.missed <= bought.held + 1e-12).all()
    gap = bought.measured.mean(0) - bought.L[torch.tensor(shared.PICKS) - 1]
    assert float(gap.abs().mean()) < 0.03


@needs_cuda
def test_the_gpu_sees_the_same_world(monkeypatch):
    def found(device):
        monkeypatch.setenv("DDLEARN_DEVICE", device)
        for cached in (shared.world, curve.trained, modes.fitted):
            cached.cache_clear()
        shown = curve.curves(shared.TEN, 0.3, 0.5, True, curve.INFINITE)
        return shown.theory, shown.infinite, shown.measured

    for ours, theirs in zip(found("cuda"), found("cpu"), strict=True):
        torch.testing.assert_close(ours, theirs, rtol=1e-6, atol=1e-9)

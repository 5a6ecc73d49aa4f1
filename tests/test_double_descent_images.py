import math
import time
from pathlib import Path

import pytest
import torch
from drawn import needs_cuda, normal
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn.datasets import load_digits
from sklearn.linear_model import Ridge

from ddlearn.compute import generator
from ddlearn.double_descent import (
    CosineFeatures,
    Spectrum,
    flip_labels,
    gram_smoother,
    held_out,
    image_curve,
    image_samples,
    mean_target,
    min_norm,
    one_hot,
    predict_features,
    sample_path,
    smoother,
    target_noise,
    width_path,
)
from ddlearn.fetch import read_idx
from ddlearn.kernels import rbf

MNIST = Path(__file__).resolve().parents[2] / "shared" / "data" / "mnist_t10k"
SHARES = [0.02 * 35 ** (i / 8) for i in range(9)] + [0.8, 0.9, 0.95, 1.05, 1.1, 1.25, 1.5, 2, 3, 5, 10, 20]


@pytest.fixture(scope="module")
def digits():
    bunch = load_digits()
    return torch.as_tensor(bunch.data) / 16, torch.as_tensor(bunch.target).long()


@settings(max_examples=60, deadline=None)
@given(n=st.integers(1, 12), p=st.integers(1, 40), k=st.sampled_from([None, 1, 3]), seed=st.integers(0, 99))
def test_a_smoother_is_the_pseudoinverse(n, p, k, seed):
    Z, Z_new, y = normal(n, p, seed=seed), normal(5, p, seed=seed + 1), normal(n, *([k] if k else []), seed=seed + 2)
    inverse = torch.linalg.pinv(Z)
    fit, scale = smoother(Z, Z_new), 1e-9 * inverse.abs().max().item() ** 2 + 1e-9
    torch.testing.assert_close(fit.weights(), Z_new @ inverse, rtol=0, atol=scale)
    torch.testing.assert_close(min_norm(Z, y), inverse @ y, rtol=0, atol=scale)
    assert fit.p_train() == pytest.approx(min(n, p))
    ridge = 0.3
    dense = torch.linalg.solve(Z.T @ Z + ridge * torch.eye(p).double(), Z.T)
    torch.testing.assert_close(fit.weights(ridge), Z_new @ dense)
    torch.testing.assert_close(min_norm(Z, y, ridge), dense @ y)
    assert fit.p_test(ridge) == pytest.approx(n * (Z_new @ dense).square().sum(1).mean().item())
    assert fit.p_train(ridge) == pytest.approx((Z @ dense).trace().item())
    assert fit.noise_factor(ridge) == pytest.approx((Z_new @ dense).square().sum(1).mean().item())
    targets = normal(2, n, 3, seed=seed + 3)
    torch.testing.assert_close(fit.predict(targets, ridge), Z_new @ dense @ targets)
    gram = gram_smoother(Z @ Z.T, Z_new @ Z.T)
    assert gram is None or torch.allclose(gram.weights(), Z_new @ inverse, atol=1e3 * scale)


def test_minimum_norm_interpolates_and_stays_in_the_row_space():
    X, y = normal(10, 30), normal(10, seed=1)
    b = min_norm(X, y)
    torch.testing.assert_close(X @ b, y)
    null = torch.linalg.svd(X).Vh[10:]
    assert (null @ b).abs().max() < 1e-12
    torch.testing.assert_close(min_norm(X, y, 1e-10), b, rtol=1e-6, atol=1e-8)
    tall = normal(30, 4, seed=2)
    theirs = Ridge(alpha=0.7, fit_intercept=False).fit(tall.numpy(), normal(30, 2, seed=3).numpy()).coef_
    torch.testing.assert_close(min_norm(tall, normal(30, 2, seed=3), 0.7), torch.as_tensor(theirs).T)


def test_a_cut_drops_directions_and_a_gram_matrix_says_when_it_cannot_see_them():
    U, V = (torch.linalg.qr(normal(6, 6, seed=s)).Q for s in (0, 1))
    Z = U @ torch.diag(torch.tensor([1, 1e-1, 1e-2, 1e-4, 1e-9, 1e-13]).double()) @ V.T
    for cut, rank in ((0.0, 6), (1e-12, 5), (1e-3, 3), (0.5, 1)):
        assert smoother(Z, Z, cut).p_train() == pytest.approx(rank)
    assert gram_smoother(Z @ Z.T, Z @ Z.T) is None
    assert gram_smoother(Z[:4] @ Z[:4].T + torch.eye(4).double(), Z @ Z[:4].T) is not None


def test_cosine_features_have_the_rbf_kernel_on_average_and_nest():
    x = normal(6, 3)
    features = CosineFeatures.draw(3, 200_000, 1.7, generator(0))
    phi = features(x)
    assert len(features) == 200_000
    torch.testing.assert_close(phi @ phi.T / 200_000, rbf(x, width=1.7), rtol=0, atol=0.01)
    torch.testing.assert_close(features(x, 10, 25), phi[:, 10:25])


def test_a_path_over_widths_is_its_fits_one_by_one(digits):
    x, y = digits
    a, b = x[:40], x[40:70]
    targets, truth = one_hot(flip_labels(y[:40], 0.2, 10, generator(0), 3), 10), one_hot(y[40:70], 10)
    features = CosineFeatures.draw(64, 300, 1.5, generator(1))
    widths, ridges = [300, 5, 40, 59, 60, 130], [0.0, 1e-2]
    path = width_path(features, a, targets, b, truth, widths, ridges=ridges)
    assert path.mse.shape == path.error.shape == (3, 6, 2)
    for i, N in enumerate(widths):
        Z, Z_new = features(a)[:, :N] / math.sqrt(N), features(b)[:, :N] / math.sqrt(N)
        for j, ridge in enumerate(ridges):
            P = Z_new @ (
                torch.linalg.pinv(Z) if ridge == 0 else Z.T @ torch.linalg.inv(Z @ Z.T + ridge * torch.eye(40).double())
            )
            f = P @ targets
            mse = (f - truth).square().sum(2).mean(1)
            torch.testing.assert_close(path.mse[:, i, j], mse, rtol=1e-5, atol=1e-9)
            wrong = (f.argmax(2) != y[40:70]).double().mean(1)
            torch.testing.assert_close(path.error[:, i, j], wrong)
            assert path.p_test[i, j].item() == pytest.approx(40 / 30 * P.square().sum().item(), rel=1e-5)
        assert path.p_train[i, 0].item() == pytest.approx(min(N, 40))
    samples = sample_path(features, a, targets, b, truth, [10, 40], ridges=ridges)
    torch.testing.assert_close(samples.mse[:, 1], path.mse[:, 0], rtol=1e-6, atol=1e-9)
    torch.testing.assert_close(samples.p_train[0, 0], torch.tensor(10.0).double())


def test_a_kernel_too_smooth_for_its_gram_matrix_goes_by_an_svd():
    """Width 40: the Gram matrix has lost the small values to rounding; the path still interpolates like the SVD."""
    x, y = normal(30, 2), normal(30, 1, seed=1)
    features = CosineFeatures.draw(2, 100, 5.0, generator(0))
    Z = features(x) / 10
    assert gram_smoother(Z @ Z.T, Z @ Z.T) is None
    path = width_path(features, x, y, x, y, [100])
    assert path.mse.item() < 1e-4


@pytest.fixture(scope="module")
def default_curve(digits):
    x, y = digits
    widths = [round(300 * g) for g in (*SHARES[:12], 1, *SHARES[12:])]
    start = time.process_time()
    path = image_curve(x, y, 300, widths, 3, generator(0), width=1.5, rate=0.1)
    return torch.tensor(widths), path, time.process_time() - start


def test_real_digits_descend_twice_and_peak_at_as_many_features_as_examples(default_curve):
    widths, path, seconds = default_curve
    mse, error = path.mse[..., 0], path.error[..., 0]
    assert (widths[mse.argmax(1)] == 300).all()
    first = error[:, widths < 291].mean(0).min()
    assert error[:, -1].mean() / first <= 0.7
    assert (error[:, -1] < error[:, widths < 291].amin(1)).all()
    assert seconds <= 10


def test_effective_parameters_fold_the_axis(default_curve):
    widths, path, _ = default_curve
    used = path.p_test[..., 0].mean(0)
    at = {N: used[int((widths == N).nonzero())].item() for N in (86, 300, 6000)}
    assert at[300] > 20 * at[86]
    assert at[6000] < 2 * at[86]
    torch.testing.assert_close(path.p_train[0, :, 0], widths.clamp(max=300).double(), rtol=1e-6, atol=0)


@pytest.mark.slow
def test_the_best_ridge_has_no_peak_on_digits(digits):
    x, y = digits
    widths = [20, 60, 130, 240, 300, 360, 600, 1500]
    ridges = torch.logspace(-6, 0.5, 20, dtype=torch.float64)
    path = image_curve(x, y, 300, widths, 3, generator(2), width=1.5, rate=0.1, ridges=ridges)
    best = path.mse.mean(0).amin(-1)
    assert (best[1:] / best[:-1] <= 1.02).all()


def predicted(K, y, n, widths, rate):
    """The error of unseen images from all of them, M: the spectrum of K / M, and the targets' share in each mode."""
    M, targets, noise = len(K), mean_target(y, rate, 10), target_noise(rate, 10)
    lam, U = torch.linalg.eigh(K)
    spectrum = Spectrum((lam / M).clamp(min=1e-15), torch.ones_like(lam), (U.T @ targets).square().sum(1) / M)
    return held_out(predict_features(spectrum, n, widths, noise=noise).excess, n, widths, M, noise)


def setting(x, y, K, width, n, rate, seeds):
    """Median and largest deviation of the theory, nothing fitted, for |N/n - 1| > .15."""
    widths = [round(n * g) for g in SHARES]
    path = image_curve(x, y, n, widths, seeds, generator(1), width=width, rate=rate, against="mean", test=1500)
    off = torch.tensor([abs(N / n - 1) > 0.15 for N in widths])
    deviation = (path.mse[..., 0].mean(0) / predicted(K, y, n, widths, rate) - 1).abs()[off]
    return deviation.median().item(), deviation.max().item()


@pytest.mark.parametrize(("n", "rate", "seeds"), [pytest.param(150, 0.0, 8, marks=pytest.mark.slow), (300, 0.1, 3)])
def test_theory_predicts_the_curve_of_real_digits(digits, n, rate, seeds):
    x, y = digits
    median, largest = setting(x, y, rbf(x, width=1.5), 1.5, n, rate, seeds)
    assert median <= 0.06
    assert largest <= 0.20


@pytest.mark.slow
@pytest.mark.skipif(not MNIST.is_dir(), reason="the shared data folder is missing")
def test_theory_predicts_the_curve_of_mnist():
    images, classes = (read_idx(MNIST / f"t10k-{part}-ubyte.gz") for part in ("images-idx3", "labels-idx1"))
    chosen = torch.randperm(len(classes), generator=generator(0))[:2000]
    x, y = images[chosen].flatten(1).double() / 255, classes[chosen].long()
    median, largest = setting(x, y, rbf(x, width=5.0), 5.0, 200, 0.1, 4)
    assert median <= 0.06
    assert largest <= 0.20


def test_more_data_hurt(digits):
    """300 features: four times the data, a tenth more errors at least; with the best of some ridges, far fewer."""
    x, y = digits
    ridges = [0.0, 0.03, 0.1, 0.3, 1.0]
    path = image_samples(x, y, 300, [100, 300, 400], 10, generator(0), width=1.5, rate=0.1, ridges=ridges)
    plain, ridge = path.error.mean(0)[:, 0], path.error.mean(0)[:, 1:].amin(1)
    assert plain[2] / plain[0] >= 1.1
    assert plain[1] > 2 * plain[0]
    assert (ridge.diff() < 0).all()


def peak(digits, width, precision=torch.float64, **how):
    x, y = digits
    values = []
    for seed in range(4):
        order = torch.randperm(len(y), generator=generator(seed))
        a, b = order[:300], order[300:800]
        targets = one_hot(flip_labels(y[a], 0.1, 10, generator(seed)), 10)
        features = CosineFeatures.draw(64, 300, width, generator(seed))
        parts = (x[a], targets, x[b], one_hot(y[b], 10))
        values.append(width_path(features, *(one.to(precision) for one in parts), [300], **how).mse.item())
    return sorted(values)[1:3]


def test_a_solver_s_defaults_hide_the_peak(digits):
    """At N = n = 300, medians of 4: an SVD in float64 stands for the truth."""
    low, high = peak(digits, 1.5)
    assert low > 50
    assert peak(digits, 1.5, rank_cut=1e-3)[1] < 0.3 * low
    assert peak(digits, 1.5, rank_cut=1e-2)[1] < 0.03 * low
    smooth = peak(digits, 4.0)
    usual = 300 * torch.finfo(torch.float32).eps  # what a pseudoinverse in float32 cuts if nobody says otherwise
    assert peak(digits, 4.0, torch.float32, rank_cut=usual)[1] <= 0.1 * smooth[0]
    assert high < smooth[1]


def test_a_hidden_ridge_hides_it_too(digits):
    low, _ = peak(digits, 1.5)
    assert peak(digits, 1.5, ridges=[1e-2 / 300])[1] < 0.3 * low
    assert peak(digits, 1.5, ridges=[1 / 300])[1] < 0.03 * low


def test_a_kernel_too_wide_and_much_noise_do_not_descend_below_the_first_minimum(digits):
    """Negative control."""
    x, y = digits
    path = image_curve(x, y, 300, [35, 55, 86, 6000], 3, generator(0), width=3.0, rate=0.2, test=800)
    error = path.error[..., 0].mean(0)
    assert error[-1] > error[:-1].min()


@needs_cuda
def test_cuda_and_cpu_agree(digits):
    x, y = digits
    parts = (x[:60], one_hot(y[:60], 10), x[60:90], one_hot(y[60:90], 10))
    features = CosineFeatures.draw(64, 200, 1.5, generator(0))
    here, there = (width_path(features, *(one.to(d) for one in parts), [20, 50, 200]) for d in ("cpu", "cuda"))
    torch.testing.assert_close(here.mse, there.mse, rtol=1e-7, atol=1e-9)
    curve = image_curve(x.cuda(), y.cuda(), 60, [20, 200], 2, generator(0), width=1.5, rate=0.1, test=30)
    assert curve.mse.isfinite().all()

import math

import pytest
import torch
from drawn import normal
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn.datasets import load_digits

from ddlearn import double_descent as dd
from ddlearn.compute import generator
from ddlearn.kernels import rbf


@pytest.fixture(scope="module")
def digits():
    bunch = load_digits()
    return torch.as_tensor(bunch.data) / 16, torch.as_tensor(bunch.target).long()


@settings(max_examples=60, deadline=None)
@given(n=st.integers(1, 12), p=st.integers(1, 40), k=st.sampled_from([None, 1, 3]), seed=st.integers(0, 99))
def test_a_smoother_is_the_pseudoinverse(n, p, k, seed):
    Z, Z_new, y = normal(n, p, seed=seed), normal(5, p, seed=seed + 1), normal(n, *([k] if k else []), seed=seed + 2)
    inverse = torch.linalg.pinv(Z)
    fit, scale = dd.smoother(Z, Z_new), 1e-9 * inverse.abs().max().item() ** 2 + 1e-9
    torch.testing.assert_close(fit.weights(), Z_new @ inverse, rtol=0, atol=scale)
    torch.testing.assert_close(dd.min_norm(Z, y), inverse @ y, rtol=0, atol=scale)
    assert fit.p_train() == pytest.approx(min(n, p))
    ridge = 0.3
    dense = torch.linalg.solve(Z.T @ Z + ridge * torch.eye(p).double(), Z.T)
    torch.testing.assert_close(fit.weights(ridge), Z_new @ dense)
    torch.testing.assert_close(dd.min_norm(Z, y, ridge), dense @ y)
    assert fit.p_test(ridge) == pytest.approx(n * (Z_new @ dense).square().sum(1).mean().item())
    assert fit.p_train(ridge) == pytest.approx((Z @ dense).trace().item())
    targets = normal(2, n, 3, seed=seed + 3)
    torch.testing.assert_close(fit.predict(targets, ridge), Z_new @ dense @ targets)
    gram = dd.gram_smoother(Z @ Z.T, Z_new @ Z.T)
    assert gram is None or torch.allclose(gram.weights(), Z_new @ inverse, atol=1e3 * scale)


def test_a_cut_drops_directions_and_a_gram_matrix_says_when_it_cannot_see_them():
    U, V = (torch.linalg.qr(normal(6, 6, seed=s)).Q for s in (0, 1))
    Z = U @ torch.diag(torch.tensor([1, 1e-1, 1e-2, 1e-4, 1e-9, 1e-13]).double()) @ V.T
    for cut, rank in ((0.0, 6), (1e-12, 5), (1e-3, 3), (0.5, 1)):
        assert dd.smoother(Z, Z, cut).p_train() == pytest.approx(rank)
    assert dd.gram_smoother(Z @ Z.T, Z @ Z.T) is None
    assert dd.gram_smoother(Z[:4] @ Z[:4].T + torch.eye(4).double(), Z @ Z[:4].T) is not None


def test_cosine_features_have_the_rbf_kernel_on_average_and_nest():
    x = normal(6, 3)
    features = dd.CosineFeatures.draw(3, 200_000, 1.7, generator(0))
    phi = features(x)
    assert len(features) == 200_000
    torch.testing.assert_close(phi @ phi.T / 200_000, rbf(x, width=1.7), rtol=0, atol=0.01)
    torch.testing.assert_close(features(x, 10, 25), phi[:, 10:25])


def test_a_path_over_widths_is_its_fits_one_by_one(digits):
    x, y = digits
    a, b = x[:40], x[40:70]
    targets, truth = dd.one_hot(dd.flip_labels(y[:40], 0.2, 10, generator(0), 3), 10), dd.one_hot(y[40:70], 10)
    features = dd.CosineFeatures.draw(64, 300, 1.5, generator(1))
    widths, ridges = [300, 5, 40, 59, 60, 130], [0.0, 1e-2]
    path = dd.width_path(features, a, targets, b, truth, widths, ridges=ridges)
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


def test_a_path_over_samples_is_its_fits_to_the_first_examples(digits):
    x, y = digits
    path = dd.image_samples(x, y, 30, [10, 40], 1, generator(0), width=1.5, test=50, ridges=[0.0, 1e-2])
    (seed,) = dd.draw_seeds(1, generator(0))
    seen, new = torch.randperm(len(x), generator=generator(seed))[:90].split((40, 50))
    features, targets = dd.CosineFeatures.draw(64, 30, 1.5, generator(seed)), dd.one_hot(y, 10)
    Z, Z_new = (features(x[some]) / 30**0.5 for some in (seen, new))
    for i, n in enumerate((10, 40)):
        f = dd.smoother(Z[:n], Z_new).predict(targets[seen[:n]], 1e-2)
        assert path.mse[0, i, 1].item() == pytest.approx((f - targets[new]).square().sum(1).mean().item())
    torch.testing.assert_close(path.p_train[0, :, 0], torch.tensor([10.0, 30.0]).double())


def test_a_kernel_too_smooth_for_its_gram_matrix_goes_by_an_svd():
    """Width 40: the Gram matrix has lost the small values to rounding; the path still interpolates like the SVD."""
    x, y = normal(30, 2), normal(30, 1, seed=1)
    features = dd.CosineFeatures.draw(2, 100, 5.0, generator(0))
    Z = features(x) / 10
    assert dd.gram_smoother(Z @ Z.T, Z @ Z.T) is None
    path = dd.width_path(features, x, y, x, y, [100])
    assert path.mse.item() < 1e-4


def test_digits_peak_at_as_many_features_as_examples_and_more_data_hurt(digits):
    """300 features: four times the data, a tenth more errors at least; with the best of some ridges, far fewer."""
    x, y = digits
    how = {"width": 1.5, "rate": 0.1}
    widths = dd.image_curve(x, y, 100, [20, 50, 100, 200, 400], 3, generator(0), **how)
    assert (widths.mse[..., 0].argmax(1) == 2).all()
    ridges = [0.0, 0.03, 0.1, 0.3, 1.0]
    path = dd.image_samples(x, y, 300, [100, 300, 400], 5, generator(0), ridges=ridges, **how)
    plain, ridge = path.error.mean(0)[:, 0], path.error.mean(0)[:, 1:].amin(1)
    assert plain[2] / plain[0] >= 1.1
    assert plain[1] > 2 * plain[0]
    assert (ridge.diff() < 0).all()

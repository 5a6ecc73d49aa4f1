"""Learning curves: the theory against simulation, the estimates against refits, and what is measured by hand."""

import math

import joblib
import numpy as np
import pytest
import torch
from drawn import normal
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.optimize import brentq

from ddlearn import generalization as gz
from ddlearn.compute import generator
from ddlearn.datasets import one_hot
from ddlearn.kernels import laplace, linear, rbf
from ddlearn.ridge import ridge_path


def power_law(N, exponent):
    return torch.arange(1, N + 1, dtype=torch.float64) ** -exponent


# Theory


@settings(max_examples=40, deadline=None)
@given(
    N=st.integers(2, 60),
    exponent=st.floats(0, 12),
    size=st.floats(-12, 12),
    share=st.floats(0.01, 3),
    ridge=st.sampled_from([0.0, 1e-9, 1e-3, 1.0, 1e6]),
)
def test_n_examples_buy_n_units_of_learning(N, exponent, size, share, ridge):
    lam = 10**size * power_law(N, exponent)
    n = share * N if ridge else min(share, 0.99) * N
    kappa, L = gz.learnability(lam, n, ridge)
    assert L.sum().item() + ridge / kappa.item() == pytest.approx(n, rel=1e-9)
    assert ((L >= 0) & (L <= 1)).all()

    def surplus(log_kappa):
        return (lam / (lam + math.exp(log_kappa))).sum().item() + ridge * math.exp(-log_kappa) - n

    middle = math.log(kappa.item())
    assert middle == pytest.approx(brentq(surplus, middle - 5, middle + 5, xtol=1e-12), abs=1e-6)


def test_sizes_may_come_together():
    lam, V2 = power_law(40, 1.5), power_law(40, 2)
    sizes = [1, 5, 39.5]
    for form in (gz.eigenlearning_risk, gz.finite_pool_risk):
        together = form(lam, V2, sizes, 0.1, 0.2)
        assert together.tolist() == pytest.approx([form(lam, V2, n, 0.1, 0.2).item() for n in sizes], rel=1e-13)
        assert torch.equal(together, form(lam, V2, torch.tensor(sizes, dtype=torch.float64), 0.1, 0.2))
    assert gz.learnability(lam, sizes).L.shape == (3, 40)


@pytest.mark.parametrize(("n", "noise"), [(1, 0.0), (10, 0.0), (30, 0.4)])
def test_a_flat_spectrum_is_solved_by_hand(n, noise):
    """kappa = (N/n - 1) lambda and L = n/N; the kernel 1[x = x'] predicts 0 wherever it has not been."""
    N, V2 = 40, power_law(40, 1)
    lam, total = torch.full((N,), 0.3, dtype=torch.float64), V2.sum().item()
    kappa, L = gz.learnability(lam, n)
    assert kappa.item() == pytest.approx((N / n - 1) * 0.3, rel=1e-12)
    torch.testing.assert_close(L, torch.full_like(lam, n / N), rtol=1e-12, atol=0)
    standard = (1 - n / N) * total + noise / (1 - n / N)
    assert gz.eigenlearning_risk(lam, V2, n, noise=noise).item() == pytest.approx(standard, rel=1e-11)
    assert gz.finite_pool_risk(lam, V2, n, noise=noise).item() == pytest.approx(total + noise, rel=1e-11)


def test_more_examples_than_modes_are_least_squares():
    """Gaussian inputs in r dimensions, no ridge: the noise costs n / (n - r), as simulated and as textbooks have it."""
    r, n, noise = 20, 100, 0.7
    lam = torch.cat([torch.ones(r), torch.zeros(5)]).double()
    V2 = torch.tensor([1.0] * r + [0.3] + [0.0] * 4, dtype=torch.float64)
    kappa, L = gz.learnability(lam, n)
    assert kappa.item() == 0
    assert L.tolist() == [1.0] * r + [0.0] * 5
    assert gz.eigenlearning_risk(lam, V2, n, noise=noise).item() == pytest.approx(
        n / (n - r) * (0.3 + noise), rel=1e-12
    )
    g, errors = generator(0), []
    for _ in range(400):
        X = torch.randn(n, r, generator=g, dtype=torch.float64)
        w = torch.linalg.lstsq(X, torch.randn(n, 1, generator=g, dtype=torch.float64)).solution
        errors.append(1 + w.square().sum().item())
    standard_error = np.std(errors) / 20
    exact = 1 + r / (n - r - 1)  # of a finite n; the theory's n / (n - r) is its limit
    assert np.mean(errors) == pytest.approx(exact, abs=4 * standard_error)
    assert gz.eigenlearning_risk(lam, V2 * (lam > 0), n, noise=1.0).item() == pytest.approx(exact, rel=0.005)


def test_what_is_within_reach_of_interpolation_is_learned_without_error():
    lam, V2 = torch.tensor([1.0, 0.5, 0.0, 0.0]).double(), torch.tensor([1.0, 1.0, 0.0, 0.0]).double()
    assert gz.eigenlearning_risk(lam, V2, [2, 3]).tolist() == [0, 0]
    assert gz.finite_pool_risk(lam, V2, [2, 3]).tolist() == [0, 0]
    assert gz.eigenlearning_risk(lam, V2, 2, noise=0.1).item() == math.inf  # the peak of least squares


def test_a_spectrum_holds_all_of_kernel_and_target_and_the_modes_are_the_kernel_in_order():
    K, Y = rbf(normal(30, 3)), normal(30, 2, seed=1)
    lam, V2 = gz.spectrum(K, Y)
    assert (lam.diff() <= 0).all()
    assert lam.min() >= 0
    assert V2.sum().item() == pytest.approx(Y.square().sum().item() / 30, rel=1e-12)
    _, s, Vt = torch.linalg.svd(K)
    torch.testing.assert_close(V2, (Vt @ Y).square().sum(1) / 30, rtol=1e-8, atol=1e-12)
    torch.testing.assert_close(lam, s / 30, rtol=1e-8, atol=1e-14)
    modes = gz.eigenmodes(K)
    assert torch.equal(modes.lam, lam)
    torch.testing.assert_close(modes.U * (30 * lam) @ modes.U.T, K, rtol=1e-10, atol=1e-12)


def test_a_haar_pool_has_the_spectrum_that_it_was_given():
    lam, v = power_law(50, 1.5), normal(50, 3)
    K, Y = gz.haar_pool(lam, v, generator(1))
    found = gz.spectrum(K, Y)
    torch.testing.assert_close(found.lam, lam, rtol=1e-10, atol=1e-14)
    torch.testing.assert_close(found.V2, v.square().sum(1), rtol=1e-8, atol=1e-10)
    first = torch.stack([gz.haar_pool(lam, v, generator(s))[1][0, 0] for s in range(400)])
    # A Haar Q's entry has mean 0 and variance 1/N, so Y's has variance |v|^2.
    assert first.mean().abs().item() < 4 * v[:, 0].norm().item() / 20
    assert first.var().item() == pytest.approx(v[:, 0].square().sum().item(), rel=4 * (2 / 400) ** 0.5)


@pytest.mark.parametrize(("ridge", "standard_is_off"), [(0.0, True), (0.5, False)])
def test_the_finite_pool_form_is_right_on_a_haar_pool(ridge, standard_is_off):
    """N = 600, n = 300: its assumption holds. The standard form is off unless noise and ridge rule."""
    g = generator(0)
    v = torch.randn(600, generator=g, dtype=torch.float64) * power_law(600, 1)
    K, Y = gz.haar_pool(power_law(600, 1.5), v, g)
    found = gz.measure_learning_curve(K, Y, [300], trials=12, generator=g, ridge=ridge, noise=0.25)
    mean = found.measured.mean().item()
    assert found.finite_pool.item() / mean == pytest.approx(1, abs=0.06)
    assert found.leave_one_out.mean().item() / mean == pytest.approx(1, abs=0.06)
    assert (abs(found.standard.item() / mean - 1) > 0.15) == standard_is_off


# Estimates from the training set


def refitted(K, Y, ridge):
    """Mean squared error over n fits, each to all points but one."""
    total = 0.0
    for i in range(len(K)):
        kept = [j for j in range(len(K)) if j != i]
        alpha = torch.linalg.solve(K[kept][:, kept] + ridge * torch.eye(len(kept), dtype=K.dtype), Y[kept])
        total += (Y[i] - K[i, kept] @ alpha).square().sum().item()
    return total / len(K)


@settings(max_examples=40, deadline=None)
@given(
    n=st.integers(2, 12),
    outputs=st.sampled_from([None, 1, 3]),
    kernel=st.sampled_from([linear, laplace, rbf]),
    ridge=st.floats(-4, 2).map(lambda e: 10**e),
    seed=st.integers(0, 999),
)
def test_leave_one_out_is_n_refits(n, outputs, kernel, ridge, seed):
    K = kernel(normal(n, 3, seed=seed))
    Y = normal(n, *([outputs] if outputs else []), seed=seed + 1)
    fit = gz.kernel_fit(K, Y, ridge)
    assert fit.leave_one_out == pytest.approx(refitted(K, Y, ridge), rel=1e-8)
    path = ridge_path(K, Y, [ridge / n])
    torch.testing.assert_close(fit.left_out.reshape(Y.shape), path.leave_one_out[0], rtol=1e-7, atol=1e-8)
    hat = K @ torch.linalg.inv(K + ridge * torch.eye(n, dtype=K.dtype))
    residual = (Y - hat @ Y).reshape(n, -1).square().sum(1).mean().item()
    assert fit.gcv == pytest.approx(residual / (1 - hat.trace().item() / n) ** 2, rel=1e-7)


def test_interpolation_is_the_limit_of_no_ridge():
    K, Y = laplace(normal(60, 3)), normal(60, 2, seed=1)
    assert gz.kernel_fit(K, Y, 0.0).leave_one_out == pytest.approx(gz.kernel_fit(K, Y, 1e-8).leave_one_out, rel=1e-5)
    # Both below what rounding allows.
    assert gz.kernel_fit(K, Y, 0.0).leave_one_out == gz.kernel_fit(K, Y, 1e-12).leave_one_out
    flat = rbf(torch.linspace(-1, 1, 80, dtype=torch.float64)[:, None], width=2.0)
    assert torch.linalg.eigvalsh(flat)[0] < 0  # rounding has taken its positive definiteness
    assert math.isfinite(gz.kernel_fit(flat, normal(80), 0.0).leave_one_out)


# Measured


def test_a_kernel_that_compares_nothing_predicts_nothing():
    """K = 1 off no point but itself: at unseen points the error is 1 + noise, exactly; mistakes are a fair coin's."""
    y = gz.random_labels(200, generator(0))
    found = gz.measure_learning_curve(
        torch.eye(200, dtype=torch.float64), y, [1, 50, 150], trials=3, generator=generator(1), noise=0.5
    )
    torch.testing.assert_close(found.measured, torch.full((3, 3), 1.5).double(), rtol=1e-12, atol=0)
    torch.testing.assert_close(found.finite_pool, torch.full((3,), 1.5).double(), rtol=1e-9, atol=0)
    torch.testing.assert_close(found.leave_one_out, found.gcv, rtol=1e-9, atol=0)
    assert found.leave_one_out[:, 2].mean().item() == pytest.approx(1.5, abs=4 * (2 + 0.5) / 450**0.5)
    assert found.null == pytest.approx(1.5, rel=1e-12)
    assert 0.4 < found.mistakes.mean() < 0.6


def test_a_line_is_learned_from_as_many_points_as_it_has_numbers():
    x = normal(50, 4)
    found = gz.measure_learning_curve(x @ x.T, x[:, :3] + x[:, 1:], [3, 4, 20], trials=4, generator=generator(0))
    assert (found.measured[:, 0] > 1e-2).all()
    assert (found.measured[:, 1:] < 1e-6).all()
    assert (found.mistakes[:, 1:] == 0).all()
    curve = found.curve
    assert curve.x.tolist() == [3, 4, 20]
    assert torch.equal(curve.measured, found.measured)
    assert torch.equal(curve.theory, found.finite_pool)


@pytest.mark.parametrize("ridge", [0.0, 0.5])
def test_what_each_mode_learns_is_measured_as_predicted_and_adds_up(ridge):
    N, n = 300, 90
    K, _ = gz.haar_pool(power_law(N, 1.5), normal(N), generator(0))
    lam, U = gz.eigenmodes(K)
    found = gz.measure_learnability(K, U, n, trials=40, generator=generator(1), ridge=ridge)
    kappa = gz.learnability(lam + ridge / N, n).kappa
    theory = lam / (lam + ridge / N + kappa)
    error = found.std(0) / 40**0.5
    assert ((found.mean(0) - theory).abs() < 5 * error + 0.01).all()
    # Trial by trial the sum is n - ridge tr A^-1, and without ridge it is n.
    order = torch.randperm(N, generator=generator(1))[:n]
    spare = ridge * torch.linalg.inv(K[order][:, order] + ridge * torch.eye(n).double()).trace() if ridge else 0.0
    assert found[0].sum().item() == pytest.approx(n - float(spare), rel=1e-8)
    # By brute force: the coefficient of one fit to one target.
    seen, t = order, U[:, 3]
    A = K[seen][:, seen] + (ridge + 1e-10 * K.diagonal()[seen].mean() * (ridge == 0)) * torch.eye(n).double()
    f = K[:, seen] @ torch.linalg.solve(A, t[seen])
    assert found[0, 3].item() == pytest.approx(float(t @ f), rel=1e-6)


@pytest.mark.parametrize("backend", ["threading", pytest.param("loky", marks=pytest.mark.slow)])
def test_a_backend_changes_where_trials_run_and_no_number(backend):
    x = normal(120, 3)
    K, Y = rbf(x), torch.stack([x[:, 0].sin(), x[:, 1] * x[:, 2]], 1)

    def measured(seed, modes=None):
        how = {"trials": 3, "ridge": 0.1, "noise": 0.2, "generator": generator(seed)}
        return gz.measure_learning_curve(K, Y, [5, 20, 60], modes=modes, **how)

    alone = measured(3)
    with joblib.parallel_config(backend=backend, n_jobs=2):
        spread = measured(3, gz.spectrum(K, Y))
    for name, value in vars(alone).items():
        torch.testing.assert_close(value, getattr(spread, name), rtol=1e-12, atol=1e-14)
    assert not torch.equal(alone.measured, measured(4).measured)


# Pools


def test_points_are_centered_and_scaled():
    x = 3 + normal(30, 4) * torch.tensor([1.0, 2, 3, 4])
    together, alone = gz.centered(x, 8.0), gz.unit_rows(x)
    for moved in (together, alone * (x - x.mean(0)).norm(dim=1, keepdim=True)):
        assert moved.mean(0).abs().max() < 1e-13
    assert together.norm(dim=1).mean().item() == pytest.approx(8, rel=1e-13)
    torch.testing.assert_close(alone.norm(dim=1), torch.ones(30).double(), rtol=1e-13, atol=0)
    in_the_middle = gz.unit_rows(torch.tensor([[-1.0], [0.0], [1.0]]).double())
    assert in_the_middle.tolist() == [[-1], [0], [1]]


def test_the_tangent_kernel_is_its_formula():
    x, x2, bias = normal(8, 3), normal(5, 3, seed=1), 1.7
    K = gz.ntk_with_bias(x, bias, x2)
    for i in range(8):
        for j in range(5):
            a, b = np.append(x[i].numpy(), bias), np.append(x2[j].numpy(), bias)
            norms = np.linalg.norm(a) * np.linalg.norm(b)
            theta, q = math.acos(a @ b / norms), norms / 4
            k = q * (math.sin(theta) + (math.pi - theta) * math.cos(theta)) / math.pi
            k += q * math.cos(theta) * (math.pi - theta) / math.pi
            assert K[i, j].item() == pytest.approx(k, rel=1e-12)
    own = gz.ntk_with_bias(x, bias)
    torch.testing.assert_close(own.diagonal(), 2 * (x.square().sum(1) + bias**2) / 4, rtol=1e-12, atol=0)


def test_labels_without_meaning_and_classes_as_numbers():
    y = gz.random_labels(4000, generator(0))
    assert torch.equal(y.abs(), torch.ones_like(y))
    assert y.mean().abs() < 5 / 4000**0.5
    assert torch.equal(y, gz.random_labels(4000, generator(0)))
    Y = one_hot(torch.tensor([2, 0]), 4, centered=True)
    assert Y.tolist() == [[-0.25, -0.25, 0.75, -0.25], [0.75, -0.25, -0.25, -0.25]]

import mpmath
import pytest
import torch
from drawn import normal
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn.kernel_ridge import KernelRidge

from ddlearn.kernels import rbf
from ddlearn.ridge import ridge, ridge_path

EPS = torch.finfo(torch.float64).eps


def refits(K, y, penalty):
    """Leave-one-out by brute force: n fits, each to all the others, with the same n * penalty."""
    n = len(K)
    mu = n * penalty
    rows = []
    for i in range(n):
        kept = [j for j in range(n) if j != i]
        A = K[kept][:, kept] + mu * torch.eye(n - 1, dtype=K.dtype)
        rows.append(K[i, kept] @ torch.linalg.solve(A, y[kept]) if kept else 0 * y[i])
    return torch.stack(rows)


def slack(K, penalty):
    """What rounding may cost: the condition of K + mu I, n rounding errors of it."""
    lam = torch.linalg.eigvalsh(K)
    mu = len(K) * penalty
    return 50 * len(K) * EPS * (lam[-1] + mu).item() / (max(lam[0].item(), 0) + mu)


@settings(max_examples=60, deadline=None)
@given(
    n=st.integers(1, 8),
    outputs=st.sampled_from([None, 1, 3]),
    width=st.floats(0.1, 10),
    penalty=st.floats(-8, 3).map(lambda e: 10**e),
    duplicates=st.booleans(),
    seed=st.integers(0, 999),
)
def test_a_path_is_the_brute_force_answer(n, outputs, width, penalty, duplicates, seed):
    x = normal(n, 2, seed=seed)
    if duplicates:
        x[n // 2 :] = x[: n - n // 2].clone()
    y = normal(n, *([outputs] if outputs else []), seed=seed + 1)
    K = rbf(x, width=width)
    path = ridge_path(K, y, [penalty, 1.0])
    scale = y.abs().max().item()
    for l, p in enumerate((penalty, 1.0)):
        A = K + n * p * torch.eye(n, dtype=K.dtype)
        alpha = torch.linalg.solve(A, y)
        tolerance = slack(K, p)
        torch.testing.assert_close(path.alpha[l], alpha, rtol=0, atol=tolerance * alpha.abs().max().item())
        torch.testing.assert_close(path.fitted[l], K @ alpha, rtol=0, atol=tolerance * scale)
        torch.testing.assert_close(path.leave_one_out[l], refits(K, y, p), rtol=0, atol=2 * tolerance * scale)
        torch.testing.assert_close(ridge(K, y, p), alpha, rtol=0, atol=tolerance * alpha.abs().max().item())
        trace = torch.linalg.solve(A, K).trace()
        assert path.degrees_of_freedom[l].item() == pytest.approx(trace.item(), abs=n * tolerance)


@pytest.mark.parametrize("width", [0.3, 3.0])
@pytest.mark.parametrize("penalty", [1e-4, 1e-8, 1e-12])
def test_small_penalties_keep_the_digits_that_the_problem_has(width, penalty):
    """Against 60 digits: the error stays within what rounding K alone would cost."""
    n = 12
    x, y = normal(n, 2), normal(n, seed=1)
    K = rbf(x, width=width)
    left_out = ridge_path(K, y, [penalty]).leave_one_out[0]
    with mpmath.workdps(60):
        A = mpmath.matrix(K.tolist()) + n * mpmath.mpf(penalty) * mpmath.eye(n)
        inverse = A**-1
        alpha = inverse * mpmath.matrix(y.tolist())
        exact = [float(y[i].item() - alpha[i] / inverse[i, i]) for i in range(n)]
    error = (left_out - torch.tensor(exact, dtype=torch.float64)).abs().max().item()
    assert error <= slack(K, penalty) * max(1, max(map(abs, exact)))


def test_degrees_of_freedom_run_from_the_rank_to_nothing():
    x = normal(30, 4)
    K = x @ x.T
    dof = ridge_path(K, normal(30), [1e-8, 1e-3, 1.0, 1e10]).degrees_of_freedom
    assert dof[0].item() == pytest.approx(4, abs=1e-5)
    assert (dof.diff() < 0).all()
    assert dof[-1].item() == pytest.approx(0, abs=1e-6)


def test_a_path_equals_scikit_learn_s_fits():
    x, y, new = normal(80, 3), normal(80, 2, seed=1), normal(7, 3, seed=2)
    penalties = torch.logspace(-6, 1, 15, dtype=torch.float64)
    path = ridge_path(rbf(x, width=1.3), y, penalties)
    predictions = path.predict(rbf(new, x, width=1.3))
    for l, penalty in enumerate(penalties.tolist()):
        theirs = KernelRidge(alpha=80 * penalty, kernel="rbf", gamma=1 / (2 * 1.3**2)).fit(x.numpy(), y.numpy())
        dual = torch.as_tensor(theirs.dual_coef_)
        torch.testing.assert_close(path.alpha[l], dual, rtol=0, atol=1e-8 * dual.abs().max().item())
        torch.testing.assert_close(predictions[l], torch.as_tensor(theirs.predict(new.numpy())), rtol=1e-8, atol=1e-8)


def test_errors_and_the_best_penalty():
    x = normal(60, 1)
    y = torch.sin(2 * x[:, 0]) + 0.3 * normal(60, seed=1)
    K = rbf(x, width=0.5)
    path = ridge_path(K, y, torch.logspace(-9, 2, 23, dtype=torch.float64))
    by_hand = torch.stack([(refits(K, y, p) - y).square().mean() for p in path.penalties.tolist()])
    torch.testing.assert_close(path.leave_one_out_error[4:], by_hand[4:], rtol=1e-6, atol=0)
    assert 0 < path.best < 22
    assert path.best == int(by_hand.argmin())
    assert (path.train_error.diff() > 0).all()


def test_eigenvalues_below_zero_by_rounding_are_taken_as_zero():
    x = torch.linspace(-1, 1, 60, dtype=torch.float64)[:, None]
    K = rbf(x, width=2.0)
    least = torch.linalg.eigvalsh(K)[0].item()
    assert least < 0  # else this test tests nothing
    y = torch.sin(x[:, 0])
    path = ridge_path(K, y, [1e-14, 1e-10])
    assert path.leave_one_out_error.max() <= 1e-10
    resonant = ridge_path(K, y, (-torch.linalg.eigh(K).eigenvalues[:5] / 60).clamp(min=1e-18))
    assert resonant.leave_one_out.isfinite().all()
    assert ((resonant.degrees_of_freedom >= 0) & (resonant.degrees_of_freedom <= 60)).all()
    assert resonant.train_error.max() <= 1e-10
    assert torch.allclose(K @ ridge(K, y, 1e-18), y, atol=1e-3)  # Cholesky alone would fail here


def test_precision_is_kept():
    x = normal(10, 2).float()
    K, y, penalties = rbf(x), normal(10, 2, seed=1).float(), torch.tensor([0.1, 1.0])
    path = ridge_path(K, y, penalties)
    alpha = ridge(K, y, 0.1)
    for t in (alpha, path.alpha, path.fitted, path.leave_one_out, path.degrees_of_freedom, path.predict(K)):
        assert t.dtype == torch.float32
    torch.testing.assert_close(path.alpha[0], alpha, rtol=1e-4, atol=1e-4)

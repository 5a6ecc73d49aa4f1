import math

import pytest
import torch
from drawn import normal
from scipy.integrate import solve_ivp

from ddlearn import linear_networks as ln
from ddlearn.compute import generator

SHAPES = [(2, 3, 5), (4, 1, 2), (3, 3, 3), (1, 1, 1), (2, 4, 9)]


def starts(n, m, h, count=6, seed=0, scale=0.7):
    s = 1 + torch.rand(count, n, generator=generator(seed + 1), dtype=torch.float64)
    W1, W2 = ln.gaussian_layers(count, n, m, h, (scale, scale), generator(seed))
    return ln.LeastSquares(s, normal(count, n, m, seed=seed + 2)), W1, W2


@pytest.mark.parametrize(("n", "m", "h"), SHAPES)
def test_the_gradient_is_autograd_s(n, m, h):
    problem, W1, W2 = starts(n, m, h)
    W1, W2 = W1.requires_grad_(), W2.requires_grad_()
    problem.loss(W1 @ W2.mT).sum().backward()
    A, B = ln.gradients(problem, W1.detach(), W2.detach())
    torch.testing.assert_close(A, W1.grad, rtol=1e-13, atol=1e-13)
    torch.testing.assert_close(B, W2.grad, rtol=1e-13, atol=1e-13)
    squared = (A**2).sum((1, 2)) + (B**2).sum((1, 2))
    torch.testing.assert_close(ln.gradients(problem, W1.detach(), W2.detach()).squared_norm, squared)


@pytest.mark.parametrize(("n", "m", "h"), [(3, 4, 7), *SHAPES])
def test_the_imbalance_drifts_by_the_identity_at_every_step(n, m, h):
    problem, W1, W2 = starts(n, m, h)
    run = ln.descend(problem, W1, W2, 0.03, 50)
    D = ln.imbalance(run.W1, run.W2)
    drift = ln.imbalance_drift(ln.gradients(problem, run.W1[:-1], run.W2[:-1]), run.rates)
    assert run.losses[-1].max() < run.losses[0].max()
    torch.testing.assert_close(D[1:] - D[:-1], drift, rtol=0, atol=1e-13 * D.abs().max().item())
    assert (D[-1] - D[0]).abs().max() > 1e-5  # it does drift


@pytest.mark.parametrize(("n", "m", "h"), [*SHAPES, (3, 2, 40), (5, 6, 4)])
def test_the_short_spectrum_is_the_whole_one_without_its_zeros(n, m, h):
    _, W1, W2 = starts(n, m, h)
    short = ln.imbalance_spectrum(W1, W2)
    whole = torch.linalg.eigvalsh(ln.imbalance(W1, W2)).flip(-1)
    padded = torch.cat([short, short.new_zeros(len(short), h - short.shape[1])], 1).sort(-1, descending=True).values
    assert short.shape[1] == min(h, n + m)
    torch.testing.assert_close(padded, whole, rtol=0, atol=1e-13 * whole.abs().max().item())


@pytest.mark.parametrize(("n", "m", "h"), SHAPES)
def test_the_tangent_kernel_is_that_of_the_jacobian(n, m, h):
    problem, W1, W2 = starts(n, m, h)
    for i in range(len(W1)):
        jacobians = torch.autograd.functional.jacobian(
            lambda a, b, s=problem.s[i]: (s[:, None] * (a @ b.T)).reshape(-1), (W1[i], W2[i])
        )
        J = torch.cat([j.reshape(n * m, -1) for j in jacobians], 1)
        torch.testing.assert_close(ln.tangent_kernel(problem, W1, W2)[i], J @ J.T, rtol=1e-12, atol=1e-12)


@pytest.mark.parametrize(("n", "m", "h"), SHAPES)
def test_the_range_of_t_brackets_the_tangent_kernel_and_its_smoothness_the_hessian(n, m, h):
    problem, W1, W2 = starts(n, m, h)
    lam = torch.linalg.eigvalsh(ln.tangent_kernel(problem, W1, W2))
    exact, local = ln.tangent_range(W1, W2), ln.local_constants(problem, W1, W2, 0)
    slack = 1e-12 * lam[:, -1]
    assert (problem.mu * exact.low <= lam[:, 0] + slack).all()
    assert (lam[:, -1] <= problem.K * exact.high + slack).all()
    for i in range(len(W1)):
        one = ln.LeastSquares(problem.s[i], problem.W_star[i])

        def loss(w, one=one):
            return one.loss(w[: n * h].reshape(n, h) @ w[n * h :].reshape(m, h).T)

        hessian = torch.autograd.functional.hessian(loss, torch.cat([W1[i].reshape(-1), W2[i].reshape(-1)]))
        top = torch.linalg.eigvalsh(hessian)[-1].item()
        G = torch.linalg.matrix_norm(one.gradient(W1[i] @ W2[i].T), ord=2).item()
        assert lam[i, -1].item() - G <= top * (1 + 1e-12)
        assert top <= local.smoothness[i].item() * (1 + 1e-12)


def test_the_range_of_t_is_that_of_its_matrix():
    for n, m, h in SHAPES:
        _, W1, W2 = starts(n, m, h, count=1)
        W1, W2 = W1[0], W2[0]
        basis = torch.eye(n * m, dtype=torch.float64).reshape(-1, n, m)
        T = torch.stack([torch.cat([(G @ W2).reshape(-1), (G.T @ W1).reshape(-1)]) for G in basis])
        values = torch.linalg.eigvalsh(T @ T.T)
        exact = ln.tangent_range(W1, W2)
        assert exact.low.item() == pytest.approx(values[0].item(), abs=1e-13)
        assert exact.high.item() == pytest.approx(values[-1].item(), rel=1e-13)


def test_data_are_reduced_without_loss():
    """Descent on the data, first layer and all, and descent on the reduced problem are the same run."""
    X, Y = normal(20, 6) @ torch.diag(torch.tensor([1, 1, 2, 0.5, 1, 0.0]).double()), normal(20, 3, seed=1)
    V1, W2 = 0.3 * normal(6, 8, seed=2), 0.3 * normal(3, 8, seed=3)
    reduction = ln.reduce_data(X, Y)
    assert reduction.problem.s.shape == (5,)  # one column of X is zero
    run = ln.descend(reduction.problem, reduction.Q.T @ V1, W2, 0.004, 200)
    outside = V1 - reduction.Q @ (reduction.Q.T @ V1)
    for t in range(201):
        torch.testing.assert_close(run.W1[t], reduction.Q.T @ V1, rtol=0, atol=1e-13)
        R = X @ V1 @ W2.T - Y
        full = (R.square().sum() / 2).item()
        assert (run.losses[t] + reduction.floor).item() == pytest.approx(full, rel=1e-12)
        V1, W2 = V1 - 0.004 * X.T @ R @ W2, W2 - 0.004 * R.T @ X @ V1
    torch.testing.assert_close(V1 - reduction.Q @ (reduction.Q.T @ V1), outside, rtol=0, atol=1e-13)
    assert run.losses[-1] < 0.5 * run.losses[0]


def test_a_stack_runs_as_each_start_alone():
    problem, W1, W2 = starts(3, 2, 5)
    rates = torch.linspace(0.01, 0.06, 6, dtype=torch.float64)
    together = ln.descend(problem, W1, W2, rates, 40)
    for i in range(6):
        alone = ln.descend(ln.LeastSquares(problem.s[i], problem.W_star[i]), W1[i], W2[i], rates[i].item(), 40)
        torch.testing.assert_close(together.losses[:, i], alone.losses, rtol=1e-10, atol=0)
        torch.testing.assert_close(together.W1[:, i], alone.W1, rtol=0, atol=1e-12)
        assert together.iterations(0.5)[i] == alone.iterations(0.5)
        torch.testing.assert_close(together.relative_move[:, i], alone.relative_move, rtol=1e-9, atol=1e-12)


def test_a_run_stops_when_all_have_arrived_and_holds_what_diverges():
    problem, W1, W2 = starts(3, 2, 30)
    run = ln.descend(problem, W1, W2, ln.certificate(problem, W1, W2).rate, 5000, stop=1e-8)
    assert len(run.rates) < 5000
    assert (run.losses[-1] <= 1e-8 * run.losses[0]).all()
    assert (run.losses[-2] > 1e-8 * run.losses[0]).any()
    assert not run.diverged.any()
    wild = ln.descend(problem, W1, W2, 10.0, 100)
    assert wild.diverged.all()
    assert wild.losses.isfinite().all()
    assert wild.iterations().isinf().all()
    assert ln.descend(problem, W1, W2, 0.1, 0).rates.shape == (0, 6)


@pytest.mark.parametrize(
    ("a", "b"), [(1.3, 0.1), (0.1, 1.3), (0.4, 0.4), (-1.0, 0.2), (-2.0, 0.5), (3.0, -2.9), (5, 0)]
)
def test_a_pair_of_any_imbalance_follows_its_closed_form(a, b):
    sigma, t = 1.5, torch.linspace(0, 3, 13, dtype=torch.float64)

    def flow(_, w):
        r = w[0] * w[1] - sigma
        return [-r * w[1], -r * w[0]]

    exact = solve_ivp(flow, (0, 3), [a, b], "DOP853", t, rtol=1e-12, atol=1e-14)
    for mine, theirs in zip(ln.scalar_flow(t, sigma, a, b), exact.y, strict=True):
        torch.testing.assert_close(mine, torch.as_tensor(theirs), rtol=1e-8, atol=1e-9)
    end = [w.item() for w in ln.scalar_flow(torch.tensor([1e5]).double(), sigma, a, b)]
    assert end[0] * end[1] == pytest.approx(sigma, rel=1e-12)
    assert end[0] ** 2 - end[1] ** 2 == pytest.approx(a * a - b * b, rel=1e-9, abs=1e-12)


@pytest.mark.parametrize("family", ln.FAMILIES)
def test_starts_are_of_the_family_that_was_asked_for(family):
    problem, W1, W2 = ln.draw_starts(family, 50, 4, 4, generator(0))
    W, D = W1 @ W2.mT, ln.imbalance_spectrum(W1, W2)
    h, size = W1.shape[2], D.abs().max(1).values / ln.tangent_range(W1, W2).high
    distance = torch.linalg.matrix_norm(W - problem.W_star)
    margin = torch.linalg.svdvals(problem.W_star)[:, -1] - distance
    assert (problem.s[:, -1] == 1).all()
    assert (problem.s.diff(dim=1) <= 0).all()
    assert (problem.K <= 2.5**2).all()
    assert h == {"wide": h, "barely": 9, "one big layer": 4, "small": 12}.get(family, h)
    assert (24 <= h < 64) if family == "wide" else h <= 12
    assert (size.max() < 1e-12) == (family == "balanced + margin")
    assert (margin > 0).all() == ("margin" in family)
    if family == "one big layer":
        first = torch.linalg.matrix_norm(W1) > torch.linalg.matrix_norm(W2)
        assert 10 < first.sum() < 40
    again = ln.draw_starts(family, 50, 4, 4, generator(0))
    assert torch.equal(again.W1, W1)
    assert math.isfinite(problem.loss(W).sum())

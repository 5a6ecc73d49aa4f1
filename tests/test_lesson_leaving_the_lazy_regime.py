"""Lesson 04's own computations against independent ones."""

from dataclasses import replace

import pytest
import torch
from drawn import normal

from ddlearn import compute, diagonal_networks, tangent
from ddlearn.lessons.leaving_the_lazy_regime import diagonal, exercises, finite_width, scale, shared, width
from ddlearn.networks import MLP
from ddlearn.training import Ensemble, train

PARITY, DIGITS = shared.TASKS
TWO = (1.0, 100.0)


def leaves(parameters):
    return [[p.clone().requires_grad_() if p is not None else None for p in pair] for pair in parameters]


def test_the_exercises_references_are_the_librarys_functions():
    K, L = normal(5, 5), normal(5, 5, seed=1)
    assert exercises.drift(K, L) == pytest.approx(tangent.drift(K, L))
    given = normal(6).abs(), normal(6, seed=1).abs(), normal(3, 6), normal(3), 0.02
    torch.testing.assert_close(exercises.diagonal_step(*given), diagonal_networks.gradient_step(*given))


@pytest.mark.parametrize("task", shared.TASKS)
def test_a_doubled_net_is_zero_and_keeps_the_kernel_of_its_half(task):
    model = shared.net(task)
    pairs = shared.draw(model, compute.generator(3), exercises.doubled)
    x = normal(7, model.widths[0])
    model.check(pairs)
    assert model.apply(pairs, x).abs().max() < 1e-14
    half = replace(model, widths=(model.widths[0], shared.UNITS // 2, 1))
    (W, b), (a, _) = pairs
    h = shared.UNITS // 2
    of_half = (W[:h], b[:h]), (a[:, :h], None)
    torch.testing.assert_close(
        tangent.empirical(model, x, parameters=pairs, rates=True),
        tangent.empirical(half, x, parameters=of_half, rates=True),
    )


def test_the_same_start_is_trained_once_whoever_made_it(monkeypatch):
    def again(W, b, a):
        return torch.cat([W, W]), torch.cat([b, b]), torch.cat([a, -a])

    def train_again(*arguments, **options):
        raise AssertionError("the same start was trained twice")

    scale.regimes(1.0, PARITY, True, scales=TWO)
    monkeypatch.setattr(shared, "train", train_again)
    scale.regimes(100.0, PARITY, True, scales=TWO, doubled=again)
    one, other = (shared.Start.of([shared.draw(shared.net(PARITY), compute.generator(k), again)]) for k in (0, 1))
    assert one != other


@pytest.mark.parametrize("alpha", [0.5, 4.0])
def test_an_output_scale_is_a_target_divided_by_it(alpha):
    """Plain autograd on 1/(2 alpha^2) mean (alpha f - y)^2, with the rates of muP, against targets y / alpha."""
    model = MLP((6, 8, 1), parametrization="mup", bias="hidden", W_std=1.0, b_std=0.5)
    start = model.init(compute.generator(1), readout="signs", doubled=True)
    x, y = normal(9, 6), normal(9, seed=2)
    theta = leaves(start)
    for _ in range(20):
        loss = (alpha * model.apply(theta, x)[:, 0] - y).square().mean() / (2 * alpha**2)
        loss.backward()
        with torch.no_grad():
            for part in (p for pair in theta for p in pair if p is not None):
                part -= 0.1 * 8 * part.grad
                part.grad = None
    ours = train(Ensemble((model,), (start,)), x, y / alpha, steps=20, lr=0.1).ensemble.parameters[0]
    torch.testing.assert_close(
        shared.flat(ours), torch.cat([p.detach().flatten() for q in theta for p in q if p is not None])
    )


@pytest.mark.parametrize("zero", [True, False])
def test_the_tangents_way_is_the_shortest_that_fits(zero):
    """The Jacobian by autograd, one example after the other, and least squares by torch."""
    model = shared.net(PARITY)
    drawn = shared.draw(model, compute.generator(5), exercises.doubled if zero else None)
    start = shared.Start.of([drawn])
    _, moved = shared.tangents(PARITY, 0, (2.0,), shared.cast(start.parameters[0], torch.float64))
    x, y, _, _ = shared.examples(PARITY, 0)
    theta = leaves(shared.cast(start.parameters[0], torch.float64))
    flat = [p for pair in theta for p in pair if p is not None]
    f = model.apply(theta, x)[:, 0]
    J = torch.stack([torch.cat([g.flatten() for g in torch.autograd.grad(one, flat, retain_graph=True)]) for one in f])
    shortest = torch.linalg.lstsq(J, (y / 2.0 - f.detach())[:, None], driver="gelsd").solution.norm()
    size = torch.cat([p.detach().flatten() for p in flat]).norm()
    assert float(moved[0]) == pytest.approx(float(shortest / size), rel=1e-3)  # a ridge of 1e-6 stands between them


def test_every_scale_fits_and_the_rich_end_reads_the_two_bits():
    found = scale.regimes(1.0, PARITY, True, scales=TWO)
    assert found.sweep.train.max() < 1e-3
    rich, lazy = found.sweep.reading
    assert rich[:2].min() > 2 * rich[2:].max()
    assert lazy[:2].max() < 1.5
    assert scale.crossing(found.sweep) == TWO
    assert found.here == 0
    assert scale.regimes(90.0, PARITY, True, scales=TWO).here == 1


def test_on_digits_the_scale_hardly_matters():
    """The honest counterpoint: no line to cross, and the two ends within a quarter of each other."""
    sweep = scale.regimes(1.0, DIGITS, True, scales=TWO).sweep
    assert sweep.bound is None
    assert float(sweep.test.max() / sweep.test.min()) < 1.25


@pytest.mark.parametrize("equal", [True, False])
@pytest.mark.parametrize("scaling", width.SCALINGS)
def test_the_width_nets_take_plain_steps_of_the_stated_learning_rate(scaling, equal, monkeypatch):
    """Autograd on f = s sum a relu(w x + b), s = m^(p-1), with the learning rate 0.3, times 1/(s^2 m) if equal."""
    monkeypatch.setattr(width, "STEPS", 3)
    m, power, q = 64, width.SCALINGS[scaling], width.factor(scaling, equal)
    net = width.trained.__wrapped__("relu", ((power, q),), (m,), range(1))[power, q, 0, m]
    x, y = width.points()
    model = MLP((64, m, 1), "relu", "mup", W_std=8.0, b_std=0.5, bias="hidden")
    (W, b), (a, _) = model.init(compute.generator(0), torch.float32, readout="signs", doubled=True)
    W, b, a = (p.double().requires_grad_() for p in (W, b, a[0]))
    s = m ** (power - 1)
    for _ in range(3):
        loss = (s * torch.relu(x @ W.T + b) @ a - y).square().mean() / 2
        grads = torch.autograd.grad(loss, (W, b, a))
        lr = 0.3 / (s**2 * m) if equal else 0.3
        W, b, a = (p - lr * g for p, g in zip((W, b, a), grads, strict=True))
    ours = net.after["weights"].double()
    torch.testing.assert_close(ours, torch.cat([p.detach().flatten() for p in (W, b, a)]), rtol=1e-4, atol=1e-5)
    error = (s * torch.relu(x @ W.T + b) @ a - y).square().mean().item()
    assert net.error == pytest.approx(error, rel=1e-3)


def test_without_equal_speed_a_wide_mup_net_is_not_trained():
    curve = width.against_width("weights", next(iter(width.SCALINGS)), "relu", False, seeds=range(1))
    assert curve.theory is None
    assert curve.errors[1] > 0.9
    assert float(curve.log_slope()) < -0.8


def test_a_dense_truth_is_found_better_from_the_lazy_end():
    dense, sparse = (diagonal.solved(truth, 40, 0) for truth in reversed(diagonal.TRUTHS))
    assert dense.path[0] > dense.path[-1]
    assert sparse.path[0] < 0.01 < 0.5 < sparse.path[-1]
    assert dense.missed < 0.05
    torch.testing.assert_close(sparse.path[-1], sparse.l2, rtol=1e-3, atol=0)


def test_the_mean_of_nets_is_taken_over_disjoint_groups():
    functions, infinite = normal(2, 7, 3), normal(3, seed=1)
    fits = finite_width.Fits(functions, infinite)
    by_hand = [sum(float((one[i : i + 3].mean(0) - infinite).square().mean()) for i in (0, 3)) / 2 for one in functions]
    torch.testing.assert_close(finite_width.distance(fits, 3), torch.tensor(by_hand, dtype=torch.float64).sqrt())

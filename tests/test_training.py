import math

import pytest
import torch
from drawn import normal
from hypothesis import given, settings
from hypothesis import strategies as st
from torch import nn

from ddlearn import stacking
from ddlearn.compute import generator
from ddlearn.networks import ACTIVATIONS, MLP, PARAMETRIZATIONS
from ddlearn.training import OPTIMIZERS, Ensemble, train

EXACT = {"rtol": 0, "atol": 1e-10}


def one_hot(n, k, seed=0):
    return nn.functional.one_hot(torch.randint(k, (n,), generator=generator(seed)), k).double()


def signs(n, k, seed=0):
    return 2.0 * torch.randint(2, (n, k), generator=generator(seed)).double() - 1


def targets(loss, n, k, seed=0):
    return {"mse": normal, "cross-entropy": one_hot, "logistic": signs}[loss](n, k, seed=seed)


def value(loss, f, y):
    if loss == "mse":
        return nn.functional.mse_loss(f, y) / 2
    if loss == "cross-entropy":
        return nn.functional.cross_entropy(f, y)
    return nn.functional.binary_cross_entropy_with_logits(f, (y + 1) / 2)


def one_by_one(net, parameters, x, y, rows, *, lr, optimizer, loss="mse", momentum=0.9, weight_decay=0.0):
    """Autograd through `MLP.apply`, torch's own optimizers, and rates as written in the table."""
    leaves = [[None if t is None else t.clone().requires_grad_() for t in pair] for pair in parameters]
    tensors, rates, groups = [], [], []
    for (W, b), layer in zip(leaves, net.layers, strict=True):
        for t, rate, adam in ((W, layer.weight_rate, layer.weight_rate_adam), (b, layer.bias_rate, 1.0)):
            if t is not None:
                tensors.append(t)
                rates.append(rate)
                groups.append({"params": [t], "lr": lr * (adam if optimizer == "adam" else 1)})
    if optimizer == "adam":
        descent = torch.optim.Adam(groups, weight_decay=weight_decay)
    else:
        momentum = momentum if optimizer == "momentum" else 0.0
        descent = torch.optim.SGD(groups, momentum=momentum, weight_decay=weight_decay)
    for chosen in rows:
        descent.zero_grad()
        value(loss, net.apply(leaves, x[chosen]), y[chosen]).backward()
        for t, rate in zip(tensors, rates, strict=True):
            t.grad.mul_(rate)
        descent.step()
    return tuple(tuple(None if t is None else t.detach() for t in pair) for pair in leaves)


def assert_same(parameters, expected, **tolerance):
    for pair, other in zip(parameters, expected, strict=True):
        for a, b in zip(pair, other, strict=True):
            assert (a is None) == (b is None)
            if a is not None:
                torch.testing.assert_close(a, b, **tolerance)


def nets(inputs, outputs):
    hidden = st.lists(st.integers(1, 7), max_size=3)
    return st.builds(
        MLP,
        widths=hidden.map(lambda units: (inputs, *units, outputs)),
        activation=st.sampled_from(sorted(ACTIVATIONS)),
        parametrization=st.sampled_from(PARAMETRIZATIONS),
        b_std=st.sampled_from([0.0, 0.5]),
        bias=st.sampled_from(["all", "hidden", "none"]),
    )


@settings(max_examples=60, deadline=None)
@given(data=st.data())
def test_an_ensemble_is_its_nets_trained_one_by_one(data):
    draw = data.draw
    d, k, n, steps = draw(st.integers(1, 4)), draw(st.integers(1, 3)), draw(st.integers(1, 9)), draw(st.integers(1, 6))
    members = draw(st.lists(nets(d, k), min_size=1, max_size=5))
    loss, optimizer = draw(st.sampled_from(sorted(stacking.LOSSES))), draw(st.sampled_from(OPTIMIZERS))
    batch = draw(st.none() | st.integers(1, n))
    replacement, seed = draw(st.booleans()), draw(st.integers(0, 99))
    options = {"weight_decay": draw(st.sampled_from([0.0, 0.01])), "momentum": draw(st.sampled_from([0.5, 0.9]))}
    lrs = draw(st.lists(st.floats(1e-3, 0.05), min_size=len(members), max_size=len(members)))
    E = len(members)
    x = normal(*([E] if draw(st.booleans()) else []), n, d, seed=seed)
    y = targets(loss, n, k, seed)
    if draw(st.booleans()):
        y = torch.stack([targets(loss, n, k, seed + e) for e in range(E)])
    ensemble = Ensemble.draw(members, generator(seed))
    before = [t.clone() for net in ensemble.parameters for pair in net for t in pair if t is not None]

    source = generator(7)
    rows = [slice(None)] * steps
    if batch is not None and replacement:
        rows = [torch.randint(n, (batch,), generator=source) for _ in range(steps)]
    elif batch is not None:
        rows = []
        while len(rows) < steps:
            order = torch.randperm(n, generator=source)
            rows += [order[i : i + batch] for i in range(0, n - batch + 1, batch)]
        rows = rows[:steps]

    how = {"optimizer": optimizer, "loss": loss, **options}
    drawn = generator(7)
    together = train(ensemble, x, y, steps=steps, lr=lrs, batch=batch, replacement=replacement, generator=drawn, **how)
    assert together.losses.shape == (E, 2)
    for i, net in enumerate(members):
        own_x, own_y = x if x.ndim == 2 else x[i], y if y.ndim == 2 else y[i]
        expected = one_by_one(net, ensemble.parameters[i], own_x, own_y, rows, lr=lrs[i], **how)
        assert_same(together.ensemble.parameters[i], expected, **EXACT)
        losses = [value(loss, net.apply(p, own_x), own_y).item() for p in (ensemble.parameters[i], expected)]
        # Of a loss above 1 these are its digits: parameters that agree to 1e-10 move it by as much times its slope.
        assert together.losses[i].tolist() == pytest.approx(losses, rel=1e-10, abs=1e-10)
    if batch is not None:
        assert torch.equal(drawn.get_state(), source.get_state())  # The generator moves on once, not once a stack.
    after = [t for net in ensemble.parameters for pair in net for t in pair if t is not None]
    assert all(map(torch.equal, before, after))


@pytest.mark.parametrize(("optimizer", "parametrization"), [*zip(OPTIMIZERS, PARAMETRIZATIONS, strict=True)])
def test_widths_and_seeds_stay_exact_for_hundreds_of_steps(optimizer, parametrization):
    """A smooth net has no kink at which rounding could decide: 300 steps agree to 1e-10 whatever the neighbors are."""
    x, y = normal(30, 4), normal(30, 2, seed=1)
    members = [MLP((4, m, 2), "tanh", parametrization, W_std=1.0) for m in (2, 3, 8, 40) for _ in range(2)]
    ensemble = Ensemble.draw(members, [generator(s) for s in range(len(members))])
    lr = {"gd": 0.05, "momentum": 0.01, "adam": 0.003}[optimizer]
    together = train(ensemble, x, y, steps=300, lr=lr, optimizer=optimizer)
    for i in range(len(members)):
        single = Ensemble(members[i : i + 1], ensemble.parameters[i : i + 1])
        alone = train(single, x, y, steps=300, lr=lr, optimizer=optimizer)
        assert_same(together.ensemble.parameters[i], alone.ensemble.parameters[0], **EXACT)
    assert (together.losses[:, 1] < together.losses[:, 0]).all()


@settings(max_examples=40, deadline=None)
@given(
    activation=st.sampled_from(sorted(ACTIVATIONS)),
    loss=st.sampled_from(sorted(stacking.LOSSES)),
    hidden=st.lists(st.integers(1, 6), max_size=3),
    own=st.booleans(),
    seed=st.integers(0, 99),
)
def test_the_gradient_by_hand_is_autograd_s(activation, loss, hidden, own, seed):
    members = [MLP((3, *(m + i for m in hidden), 2), activation, b_std=0.5) for i in range(3)]
    parameters = [net.init(generator(seed + i)) for i, net in enumerate(members)]
    x = normal(*([3] if own else []), 11, 3, seed=seed)
    y = targets(loss, 11, 2, seed)
    stack = stacking.Stack(members, parameters)
    gradient = stack.find_gradient(x, y.T[None], stacking.LOSSES[loss][1])
    theta = stack.theta.clone().requires_grad_()
    stack.theta.copy_(theta.detach() + gradient)  # Read the gradient through the stack's own map to (W, b).
    for i, net in enumerate(members):
        leaves = [[t.clone().requires_grad_() for t in pair] for pair in parameters[i]]
        value(loss, net.apply(leaves, x[i] if own else x), y).backward()
        moved = [[(t + t.grad).detach() for t in pair] for pair in leaves]
        assert_same(stack.parameters(i), moved, rtol=0, atol=1e-13)


def test_a_diverging_net_is_recorded_as_inf_and_disturbs_nobody():
    x, y = normal(20, 3), normal(20, 1, seed=1)
    members = [MLP((3, 6, 1), "linear") for _ in range(3)]
    ensemble = Ensemble.draw(members, generator(0))
    wild = train(ensemble, x, y, steps=400, lr=[0.01, 50.0, 0.02], record=[0, 1, 400])
    assert wild.diverged.tolist() == [False, True, False]
    assert wild.losses[1, 0].isfinite()
    assert wild.losses[1, -1] == math.inf
    calm = train(Ensemble(members[::2], ensemble.parameters[::2]), x, y, steps=400, lr=[0.01, 0.02])
    torch.testing.assert_close(wild.losses[::2, -1], calm.losses[:, -1], **EXACT)
    for i, j in ((0, 0), (2, 1)):
        assert_same(wild.ensemble.parameters[i], calm.ensemble.parameters[j], **EXACT)


def test_losses_and_measures_are_recorded_at_the_steps_asked_for():
    x, y = normal(20, 3), normal(20, 2, seed=1)
    ensemble = Ensemble.draw([MLP((3, m, 2)) for m in (9, 4, 6)], generator(0))
    seen = train(
        ensemble,
        x,
        y,
        steps=6,
        lr=0.1,
        record=[3, 1],
        measure=lambda i, p: ensemble.nets[i].features(p, x).square().sum(),
    )
    assert seen.steps.tolist() == [0, 1, 3, 6]
    assert seen.measured.shape == seen.losses.shape == (3, 4)
    for r, t in enumerate(seen.steps.tolist()):
        after = train(ensemble, x, y, steps=t, lr=0.1).ensemble if t else ensemble
        outputs = after.apply(x)
        torch.testing.assert_close(seen.losses[:, r], (outputs - y).square().mean((1, 2)) / 2, **EXACT)
        for i, net in enumerate(after.nets):
            torch.testing.assert_close(
                seen.measured[i, r], net.features(after.parameters[i], x).square().sum(), **EXACT
            )
    assert train(ensemble, x, y, steps=1, lr=0.1).measured is None


def test_progress_runs_from_0_to_1_and_can_stop_the_training(monkeypatch):
    monkeypatch.setattr("ddlearn.training.PULSE", 0.0)
    x, y = normal(20, 3), normal(20, 1, seed=1)
    ensemble = Ensemble.draw([MLP((3, 4, 1), a) for a in ("relu", "tanh")], generator(0))
    calls = []
    train(ensemble, x, y, steps=5, lr=0.1, progress=lambda fraction, words: calls.append((fraction, words)))
    fractions = [fraction for fraction, _ in calls]
    assert fractions == pytest.approx([0.1 * t for t in range(1, 11)])
    assert calls[0][1] == "0 of 2 nets trained"
    assert calls[-1][1] == "2 of 2 nets trained"

    class Canceled(Exception):
        pass

    def cancel(fraction, words):
        raise Canceled

    with pytest.raises(Canceled):
        train(ensemble, x, y, steps=10**9, lr=0.1, progress=cancel)
    assert torch.tensor(5e-324, dtype=torch.float64).mul(1).item() > 0  # Denormals are back, even so.


@settings(max_examples=50, deadline=None)
@given(
    shapes=st.lists(st.tuples(st.integers(1, 400), st.sampled_from(["relu", "tanh"]), st.integers(0, 2)), min_size=1),
    points=st.sampled_from([1, 50, 500, 5000]),
)
def test_every_net_is_in_one_stack_with_its_own_kind(shapes, points):
    members = [MLP((3, *[m] * depth, 2), activation) for m, activation, depth in shapes]
    parts = stacking.stacks(members, points, normal(1))
    assert sorted(i for part in parts for i in part) == list(range(len(members)))
    for part in parts:
        assert len({(members[i].activation, members[i].depth) for i in part}) == 1
        widest, used = max(members[i].widths[1:-1] for i in part), sum(sum(members[i].widths[1:-1]) for i in part)
        assert (len(part) * sum(widest) - used) * points <= stacking.IDLE["cpu"]
        assert len(part) == 1 or len(part) * max(widest, default=0) * points * 8 <= stacking.CACHE["cpu"]


def test_precision_is_kept():
    x, y = normal(20, 3).float(), normal(20, seed=1).float()
    ensemble = Ensemble.draw([MLP((3, 5, 1))] * 2, generator(0), torch.float32)
    for optimizer in OPTIMIZERS:
        trained = train(ensemble, x, y, steps=3, lr=0.1, optimizer=optimizer)
        assert trained.losses.dtype == trained.ensemble.parameters[0][0][0].dtype == torch.float32
    exact = train(Ensemble.draw([MLP((3, 5, 1))] * 2, generator(0)), x.double(), y.double(), steps=3, lr=0.1)
    near = train(ensemble, x, y, steps=3, lr=0.1)
    torch.testing.assert_close(near.losses.double(), exact.losses, rtol=1e-5, atol=1e-6)

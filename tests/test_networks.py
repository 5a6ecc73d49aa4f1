import math

import pytest
import torch
from drawn import normal
from hypothesis import given, settings
from hypothesis import strategies as st

from ddlearn.compute import generator
from ddlearn.networks import ACTIVATIONS, MLP, PARAMETRIZATIONS

nets = st.builds(
    MLP,
    widths=st.lists(st.integers(1, 6), min_size=2, max_size=5).map(tuple),
    activation=st.sampled_from(sorted(ACTIVATIONS)),
    parametrization=st.sampled_from(PARAMETRIZATIONS),
    W_std=st.floats(0.1, 3),
    b_std=st.sampled_from([0.0, 0.7]),
    bias=st.sampled_from(["all", "hidden", "none"]),
)


def by_hand(net, parameters, x):
    """One point and one unit at a time, scales from the published table."""
    phi = {"relu": lambda z: max(z, 0.0), "erf": math.erf, "tanh": math.tanh, "linear": lambda z: z}[net.activation]
    rows = []
    for point in x.tolist():
        h = point
        for l, (W, b) in enumerate(parameters):
            n, readout = len(h), l == len(parameters) - 1
            ntk = net.parametrization == "ntk"
            mean = net.parametrization == "mup" and readout and l > 0
            s, t = (net.W_std / n**0.5, net.b_std) if ntk else (1 / n if mean else 1, 1)
            biases = [0.0] * len(W) if b is None else b.tolist()
            pairs = zip(W.tolist(), biases, strict=True)
            h = [s * sum(w * v for w, v in zip(row, h, strict=True)) + t * c for row, c in pairs]
            h = h if readout else [phi(z) for z in h]
        rows.append(h)
    return torch.tensor(rows, dtype=torch.float64)


@settings(max_examples=80, deadline=None)
@given(net=nets, n=st.integers(1, 4), seed=st.integers(0, 99))
def test_a_net_is_the_formula(net, n, seed):
    parameters = net.init(generator(seed))
    x = normal(n, net.widths[0], seed=seed + 1)
    expected = by_hand(net, parameters, x)
    torch.testing.assert_close(net.apply(parameters, x), expected, rtol=1e-12, atol=1e-12)
    stacked = tuple((torch.stack([W, 2 * W]), None if b is None else torch.stack([b, b])) for W, b in parameters)
    assert net.apply(stacked, x).shape == (2, *expected.shape)
    torch.testing.assert_close(net.apply(stacked, x)[0], expected, rtol=1e-12, atol=1e-12)
    assert net.size == sum(W.numel() + (0 if b is None else b.numel()) for W, b in parameters)
    assert net.features(parameters, x).shape == (n, net.widths[-2])


@pytest.mark.parametrize("parametrization", PARAMETRIZATIONS)
def test_parameters_have_the_spread_that_the_table_states(parametrization):
    net = MLP((50, 400, 300, 20), parametrization=parametrization, W_std=1.3, b_std=0.4)
    sigma = {"standard": 1.3 / 400**0.5, "ntk": 1.0, "mup": 1.3 / 400**0.5}[parametrization]
    parameters = net.init(generator(0))
    W, b = parameters[1]
    assert W.std().item() == pytest.approx(sigma, rel=5 / (2 * W.numel()) ** 0.5)
    assert b.std().item() == pytest.approx({"ntk": 1.0}.get(parametrization, 0.4), rel=5 / 600**0.5)
    readout = {"standard": 1.3 / 300**0.5, "ntk": 1.0, "mup": 1.0}[parametrization]
    assert parameters[2][0].std().item() == pytest.approx(readout, rel=5 / 12000**0.5)


def test_a_seed_gives_one_net_in_any_precision():
    net = MLP((3, 4, 2), b_std=0.1)
    for (W, b), (w, c) in zip(net.init(generator(5)), net.init(generator(5), torch.float32), strict=True):
        assert torch.equal(W.float(), w)
        assert torch.equal(b.float(), c)


def test_standard_and_ntk_nets_start_as_the_same_function():
    """One draw of normals makes both: W_std and b_std only move between sigma and scale."""
    x = normal(7, 3)
    a, b = (MLP((3, 8, 5, 2), parametrization=p, W_std=1.2, b_std=0.3) for p in ("standard", "ntk"))
    f, g = (net.apply(net.init(generator(1)), x) for net in (a, b))
    torch.testing.assert_close(f, g, rtol=1e-12, atol=1e-12)


def test_the_net_of_lesson_two():
    """f = 1/m sum a_j relu(w_j.x + b_j), every rate m."""
    d, m, draw = 6, 40, generator(2)
    net = MLP((d, m, 1), parametrization="mup", W_std=1.0, b_std=0.5, bias="hidden")
    x = normal(5, d)
    parameters = net.init(draw, readout="signs")
    (w, b), (a, none) = parameters
    assert none is None
    assert set(a.unique().tolist()) == {-1.0, 1.0}
    z = x @ w.T + b
    torch.testing.assert_close(net.apply(parameters, x)[:, 0], (z.relu() @ a[0]) / m, rtol=1e-13, atol=1e-15)
    torch.testing.assert_close(net.features(parameters, x), z.relu())
    first, readout = net.layers
    assert (first.weight_rate, first.bias_rate, readout.weight_rate) == (m, m, m)


@pytest.mark.parametrize("parametrization", PARAMETRIZATIONS)
@pytest.mark.parametrize("widths", [(3, 8, 2), (3, 5, 6, 1)])
@pytest.mark.parametrize("readout", ["normal", "signs"])
def test_a_doubled_net_starts_at_zero(parametrization, widths, readout):
    net = MLP(widths, parametrization=parametrization, b_std=0.5)
    parameters = net.init(generator(3), readout=readout, doubled=True)
    x = normal(20, 3)
    assert net.apply(parameters, x).abs().max() <= 1e-14
    half = widths[-2] // 2
    features = net.features(parameters, x)
    assert torch.equal(features[:, :half], features[:, half:])
    assert features.abs().max() > 0.1


@pytest.mark.parametrize("adam", [False, True], ids=["gd", "adam"])
def test_the_speed_of_a_mup_net_does_not_depend_on_its_width(adam):
    """A first step of any one layer changes the outputs by as much at width 512 as at 64."""
    x, y = normal(10, 4), normal(10, 1, seed=1)

    def change(parametrization, width, seed):
        net = MLP((4, width, width, 1), "tanh", parametrization, W_std=1.0, b_std=0.3, bias="hidden")
        parameters = net.init(generator(seed))
        leaves = [[None if t is None else t.clone().requires_grad_() for t in pair] for pair in parameters]
        loss = (net.apply(leaves, x) - y).square().mean() / 2
        loss.backward()
        moved = []
        for l, layer in enumerate(net.layers):
            W = leaves[l][0]
            g = W.grad.sign() if adam else W.grad * layer.weight_rate
            step = 1e-3 * g * (layer.weight_rate_adam if adam else 1)
            new = [list(pair) for pair in parameters]
            new[l][0] = new[l][0] - step
            moved.append((net.apply(new, x) - net.apply(parameters, x)).square().mean().sqrt())
        return torch.stack(moved)

    narrow, wide = (torch.stack([change("mup", m, s) for s in range(3)]).mean(0) for m in (64, 512))
    assert ((wide / narrow).log2().abs() < 0.75).all(), (narrow, wide)
    if not adam:
        narrow, wide = (torch.stack([change("standard", m, s) for s in range(3)]).mean(0) for m in (64, 512))
        assert (wide / narrow).log2().max() > 2  # The control: a standard net's layers do not keep their speed.

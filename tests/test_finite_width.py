"""The structured tangent kernel against autograd, sample by sample: MLPs, sizes, and what is left behind."""

import warnings

import numpy as np
import pytest
import torch
from drawn import normal as points
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.sparse.linalg import eigsh
from torch import nn

from ddlearn import tangent
from ddlearn.compute import generator
from ddlearn.networks import ACTIVATIONS, MLP
from ddlearn.tangent import finite_width


@settings(max_examples=20, deadline=None)
@given(
    st.lists(st.integers(1, 7), min_size=0, max_size=3), st.integers(1, 4), st.integers(1, 6), st.integers(1, 6),
    st.sampled_from(list(ACTIVATIONS)), st.sampled_from(["all", "hidden", "none"]),
    st.sampled_from(["standard", "ntk", "mup"]), st.booleans(), st.integers(0, 99),
)  # fmt: skip
def test_an_mlp_s_kernel_is_autograd_s(hidden, k, n, m, activation, bias, parametrization, rates, seed):
    net = MLP((3, *hidden, k), activation, parametrization, b_std=0.3, bias=bias)
    parameters = net.init(generator(seed))
    x, x2 = points(n, 3, seed=seed), points(m, 3, seed=seed + 1)
    flat = [t.requires_grad_() for pair in parameters for t in pair if t is not None]
    factors = [
        rate
        for layer, (_, b) in zip(net.layers, parameters, strict=True)
        for rate in [layer.weight_rate, layer.bias_rate][: 1 if b is None else 2]
    ]

    def jacobian(x):
        slopes = [torch.autograd.grad(v, flat, retain_graph=True) for v in net.apply(parameters, x).flatten()]
        rows = [
            torch.cat([(f if rates else 1) ** 0.5 * g.flatten() for f, g in zip(factors, s, strict=True)])
            for s in slopes
        ]
        return torch.stack(rows).view(len(x), k, -1)

    reference = torch.einsum("iap,jbp->ijab", jacobian(x), jacobian(x2))
    scale = max(jacobian(x).square().sum(-1).max(), jacobian(x2).square().sum(-1).max())
    full = tangent.empirical(net, x, x2, "full", parameters, rates)
    assert (full - reference).abs().max() <= 1e-12 * scale
    mean = tangent.empirical(net, x, x2, "mean", parameters, rates)
    assert (mean - reference.diagonal(dim1=2, dim2=3).mean(-1)).abs().max() <= 1e-12 * scale


@pytest.mark.parametrize("dtype", [torch.float32, torch.float64])
@pytest.mark.parametrize("parametrization", ["standard", "ntk", "mup"])
def test_a_net_that_starts_as_the_zero_function_has_a_kernel(parametrization, dtype):
    """Its outputs are rounding errors, other ones in another batch: not a sign that samples see one another."""
    net = MLP((4, 512, 2), "relu", parametrization)
    x = points(50, 4).to(dtype)
    start = net.init(generator(0), dtype, doubled=True)
    assert tangent.empirical(net, x, parameters=start).diagonal().min() > 0
    right = tangent.empirical(net, x, None, "full", start).sum((1, 3))
    product = tangent.operator(net, x, start) @ np.ones(100, dtype=right.numpy().dtype)
    theta = [t.requires_grad_() for pair in start for t in pair if t is not None]
    step = iter(torch.autograd.grad(net.apply(start, x).sum(), theta))
    moved = tuple(tuple(t if t is None else t.detach() + next(step) for t in pair) for pair in start)
    line = tangent.linearize(net, start)(x, moved).detach()
    for one in (torch.as_tensor(product).view_as(right), line):  # to what the checks themselves accept
        assert (one - right).abs().max() <= torch.finfo(dtype).eps ** (2 / 3) * right.abs().max()


def test_the_more_units_cancel_the_larger_their_rounding():
    """This net was refused where the largest of the terms was taken for their size."""
    net = MLP((64, 8192, 1), "relu", "mup", W_std=8.0, b_std=0.5, bias="hidden")
    x = torch.nn.functional.normalize(points(50, 64)).float()
    start = net.init(generator(2), torch.float32, readout="signs", doubled=True)
    assert tangent.empirical(net, x, parameters=start, rates=True).diagonal().min() > 0


def test_mean_and_sum_differ_by_the_number_of_outputs():
    """The trap: both are called a trace somewhere."""
    net = nn.Sequential(nn.Linear(4, 8), nn.Tanh(), nn.Linear(8, 5)).double()
    x = points(6, 4)
    torch.testing.assert_close(tangent.empirical(net, x, outputs="sum"), 5 * tangent.empirical(net, x))


def test_many_rows_take_several_tiles():
    net = nn.Sequential(nn.Linear(4, 8), nn.LayerNorm(8), nn.Tanh(), nn.Linear(8, 4)).double()
    x = points(230, 4)
    own, two = (tangent.empirical(net, x, other, "full") for other in (None, x.clone()))
    assert (own - two).abs().max() <= 1e-13 * own.abs().max()
    mean, part = tangent.empirical(net, points(700, 4)), tangent.empirical(net, points(700, 4)[100:110], points(700, 4))
    assert (mean[100:110] - part).abs().max() <= 1e-13 * mean.abs().max()
    assert torch.equal(mean, mean.T)


def test_layers_of_other_kinds_take_the_fast_way(monkeypatch):
    monkeypatch.setattr(finite_width, "jacobian", lambda *_: pytest.fail("sample by sample"))
    net = nn.Sequential(nn.Linear(4, 8), nn.LayerNorm(8), nn.ReLU(), nn.Linear(8, 3)).double()
    tangent.empirical(net, points(5, 4))


def test_an_embedding_layer_takes_whole_numbers():
    """It is a linear layer of unit vectors."""
    words, linear = nn.Embedding(7, 3), nn.Linear(7, 3, bias=False)
    linear.weight = nn.Parameter(words.weight.detach().T)
    rest = nn.Sequential(nn.Flatten(), nn.Tanh(), nn.Linear(6, 2))
    net, other = (nn.Sequential(first, *rest).double() for first in (words, linear))
    x, x2 = (torch.randint(7, (n, 2), generator=generator(n)) for n in (5, 4))
    units, units2 = (nn.functional.one_hot(one, 7).double() for one in (x, x2))
    expected = tangent.empirical(other, units, units2, "full")
    torch.testing.assert_close(tangent.empirical(net, x, x2, "full"), expected, rtol=1e-10, atol=1e-12)
    line = tangent.linearize(net)
    torch.testing.assert_close(line(x, line.parameters), net(x).detach())


def test_nothing_is_left_behind_or_said():
    """No gradient, no hook, no change of the inputs or the mode; modules of any kind are in test_tangent_modules."""
    net, x = nn.Sequential(nn.Linear(4, 8), nn.LayerNorm(8), nn.ReLU(), nn.Linear(8, 3)).double(), points(5, 4)
    before = x.clone()
    with torch.no_grad(), warnings.catch_warnings():
        warnings.simplefilter("error")
        K = tangent.empirical(net, x)
    assert not K.requires_grad
    assert not any(layer._forward_hooks for layer in net.modules())
    assert torch.equal(x, before)


def test_the_order_in_which_parameters_are_given_does_not_matter():
    """Two of one shape: taken by position they would be exchanged without a word."""

    class Twins(torch.nn.Module):
        def __init__(self):
            super().__init__()
            self.a, self.b = (torch.nn.Parameter(torch.randn(3, dtype=torch.float64)) for _ in range(2))

        def forward(self, x):
            return (x * self.a).sum(1, keepdim=True) + (x.square() * self.b).sum(1, keepdim=True)

    torch.manual_seed(0)
    net, x = Twins(), torch.randn(4, 3, dtype=torch.float64)
    line = tangent.linearize(net)
    moved = {name: p.detach() + torch.randn(3, dtype=torch.float64) for name, p in net.named_parameters()}
    right = x @ moved["a"][:, None] + x.square() @ moved["b"][:, None]
    for order in (moved, dict(reversed(moved.items()))):
        torch.testing.assert_close(line(x, order), right)


OPERATED = {
    "mlp": lambda: nn.Sequential(nn.Linear(4, 8), nn.Tanh(), nn.Linear(8, 3)),
    "attention": lambda: nn.Sequential(
        nn.Unflatten(1, (2, 2)), nn.Linear(2, 4), nn.TransformerEncoderLayer(4, 2, 5, batch_first=True), nn.Flatten(),
        nn.Linear(8, 3),
    ).eval(),
    "weight norm": lambda: nn.Sequential(
        nn.utils.parametrizations.weight_norm(nn.Linear(4, 5)), nn.GELU(), nn.Linear(5, 2)
    ),
    "convolution": lambda: nn.Sequential(nn.Unflatten(1, (1, 4)), nn.Conv1d(1, 3, 2), nn.GroupNorm(1, 3), nn.Flatten()),
}  # fmt: skip


@pytest.mark.parametrize("name", OPERATED)
def test_the_operator_multiplies_as_the_matrix_does(name):
    torch.manual_seed(0)
    net, x, fast = OPERATED[name]().double(), points(4, 4), torch.backends.mha.get_fastpath_enabled()
    full = tangent.empirical(net, x, outputs="full").permute(0, 2, 1, 3)
    matrix = full.reshape(len(full) * full.shape[1], -1).numpy()
    product = tangent.operator(net, x, at_once=3)
    assert np.abs(product @ np.eye(len(matrix)) - matrix).max() <= 1e-12 * np.abs(matrix).max()
    assert torch.backends.mha.get_fastpath_enabled() == fast
    assert all(p.grad is None for p in net.parameters())


def test_the_operator_of_an_mlp_and_of_tokens():
    net, x = MLP((4, 6, 2), "erf", "ntk", b_std=0.3), points(5, 4)
    parameters = net.init(generator(0))
    full = tangent.empirical(net, x, None, "full", parameters).permute(0, 2, 1, 3).reshape(10, 10).numpy()
    product = tangent.operator(net, x, parameters)
    assert np.abs(product @ np.eye(10) - full).max() <= 1e-12 * full.max()
    backwards = np.arange(10.0)[::-1]  # a view of negative strides, which torch does not take
    assert product @ backwards == pytest.approx(full @ backwards, rel=1e-12)
    largest = eigsh(product, 2, return_eigenvectors=False)
    assert largest == pytest.approx(np.linalg.eigvalsh(full)[-2:], rel=1e-9)
    words = nn.Sequential(nn.Embedding(7, 3), nn.Flatten(), nn.Linear(6, 2)).double()
    tokens = torch.randint(7, (5, 2), generator=generator(0))
    full = tangent.empirical(words, tokens, None, "full").permute(0, 2, 1, 3).reshape(10, 10).numpy()
    assert np.abs(tangent.operator(words, tokens) @ np.eye(10) - full).max() <= 1e-12 * full.max()


def test_the_operator_refuses_complex_parameters():
    class Modulus(nn.Module):
        def __init__(self):
            super().__init__()
            self.w = nn.Parameter(torch.randn(4, 3, dtype=torch.complex128, generator=generator(0)))

        def forward(self, x):
            return (x.to(self.w.dtype) @ self.w).abs()

    with pytest.raises(ValueError, match="net must have real parameters"):
        tangent.operator(Modulus(), points(5, 4))


def test_single_precision_loses_no_digit_in_long_sums():
    torch.manual_seed(0)
    net = nn.Sequential(
        nn.Conv2d(3, 64, 3), nn.ReLU(), nn.Conv2d(64, 256, 3), nn.ReLU(), nn.Flatten(), nn.Linear(9216, 4)
    )
    x = torch.randn(4, 3, 10, 10, generator=generator(0))
    single, double = tangent.empirical(net, x), tangent.empirical(net.double(), x.double())
    assert (single - double).abs().max() <= 1e-6 * double.abs().max()

"""The structured tangent kernel against autograd, sample by sample, on nets that a plain version gets wrong."""

import subprocess
import sys
import warnings
from pathlib import Path

import pytest
import torch
from drawn import needs_cuda
from hypothesis import given, settings
from hypothesis import strategies as st
from torch import nn
from torch.nn import functional as F

from ddlearn import tangent
from ddlearn.compute import generator
from ddlearn.networks import ACTIVATIONS, MLP
from ddlearn.tangent import finite_width

reads_proc = pytest.mark.skipif(not Path("/proc/self/status").exists(), reason="the peak is read from /proc")


def points(n, *shape, seed=0):
    return torch.randn(n, *shape, generator=generator(seed), dtype=torch.float64)


def by_autograd(net, x, x2):
    """Theta_ab from gradients, (n, m, k, k)."""
    trained = [p for p in net.parameters() if p.requires_grad]

    def jacobian(x):
        rows = []
        for sample in x:
            f = net(sample[None]).reshape(-1)
            slopes = [torch.autograd.grad(v, trained, retain_graph=True, allow_unused=True) for v in f]
            rows.append([torch.cat([g.flatten() for g in slope if g is not None]) for slope in slopes])
        return torch.stack([torch.stack(row) for row in rows])

    return torch.einsum("iap,jbp->ijab", jacobian(x), jacobian(x2))


def assert_equal_to_autograd(net, x, x2, tolerance=1e-12):
    reference = by_autograd(net, x, x2)
    scale = by_autograd(net, x, x).abs().max()
    k = reference.shape[-1]
    full = tangent.empirical(net, x, x2, outputs="full")
    assert full.shape == reference.shape
    assert (full - reference).abs().max() <= tolerance * scale
    trace = reference.diagonal(dim1=2, dim2=3).sum(-1)
    assert (tangent.empirical(net, x, x2, outputs="sum") - trace).abs().max() <= tolerance * k * scale
    assert (tangent.empirical(net, x, x2) - trace / k).abs().max() <= tolerance * scale
    own = tangent.empirical(net, x, outputs="full")
    assert (own - by_autograd(net, x, x)).abs().max() <= tolerance * scale
    assert torch.equal(own, own.permute(1, 0, 3, 2))
    mean = tangent.empirical(net, x)
    assert torch.equal(mean, mean.T)


class Layered(nn.Module):
    """Layers by name, and a forward pass of one's own."""

    def __init__(self, run, **layers):
        super().__init__()
        self.run = run
        for name, layer in layers.items():
            setattr(self, name, layer)

    def forward(self, x):
        return self.run(self, x)


class ScaledLinear(nn.Module):
    """A layer in the NTK parametrization, written as many write it."""

    def __init__(self, n, m):
        super().__init__()
        self.W = nn.Parameter(torch.randn(m, n))
        self.b = nn.Parameter(torch.randn(m))

    def forward(self, h):
        return (2 / h.shape[-1]) ** 0.5 * F.linear(h, self.W) + 0.1 * self.b


def frozen_first():
    net = nn.Sequential(nn.Linear(4, 8), nn.ReLU(), nn.Linear(8, 8), nn.Tanh(), nn.Linear(8, 3))
    net[0].requires_grad_(False)
    return net


# The nets on which the kernel must be right. What a plain version with hooks gets wrong is said beside it.
AGREE = {
    "mlp": lambda: nn.Sequential(nn.Linear(4, 8), nn.ReLU(), nn.Linear(8, 8), nn.Tanh(), nn.Linear(8, 3)),
    "one output": lambda: nn.Sequential(nn.Linear(4, 8), nn.ReLU(), nn.Linear(8, 1)),
    "linear only": lambda: nn.Linear(4, 3),
    "no bias": lambda: nn.Sequential(nn.Linear(4, 8, bias=False), nn.Tanh(), nn.Linear(8, 3, bias=False)),
    "ntk parametrization": lambda: nn.Sequential(ScaledLinear(4, 8), nn.ReLU(), ScaledLinear(8, 3)),
    # .44: the hook's tensor has become the activation
    "in-place relu": lambda: nn.Sequential(nn.Linear(4, 8), nn.ReLU(inplace=True), nn.Linear(8, 3)),
    # .56: the last layer's output is not the net's
    "scaled output": lambda: Layered(
        lambda s, x: 2 * s.head(s.first(x).tanh()), first=nn.Linear(4, 8), head=nn.Linear(8, 3)
    ),
    # .53: pairs of different uses are missing
    "shared layer": lambda: Layered(
        lambda s, x: s.head(s.again(s.again(s.first(x).tanh()).relu()).tanh()),
        first=nn.Linear(4, 8), again=nn.Linear(8, 8), head=nn.Linear(8, 3),
    ),
    "shared with output": lambda: Layered(
        lambda s, x: s.again(s.again(s.first(x).tanh()).tanh()), first=nn.Linear(4, 3), again=nn.Linear(3, 3)
    ),
    "residual": lambda: Layered(
        lambda s, x: s.head((h := s.first(x).tanh()) + s.inner(h).relu()),
        first=nn.Linear(4, 8), inner=nn.Linear(8, 8), head=nn.Linear(8, 3),
    ),
    "unused branch": lambda: Layered(
        lambda s, x: (s.aside(x), s.head(s.first(x).relu()))[1],
        first=nn.Linear(4, 8), aside=nn.Linear(4, 8), never=nn.Linear(4, 9), head=nn.Linear(8, 3),
    ),
    # .04: its own parameters are missing
    "layer norm": lambda: nn.Sequential(nn.Linear(4, 8), nn.LayerNorm(8), nn.ReLU(), nn.Linear(8, 3)),
    "convolution": lambda: nn.Sequential(
        nn.Unflatten(1, (1, 2, 2)), nn.Conv2d(1, 5, 2, padding=1), nn.ReLU(), nn.Flatten(), nn.Linear(45, 3)
    ),
    "tokens": lambda: Layered(
        lambda s, x: s.head(s.inner(s.first(x.view(len(x), 2, 2)).tanh()).relu().mean(1)),
        first=nn.Linear(2, 8), inner=nn.Linear(8, 7), head=nn.Linear(7, 3),
    ),
    "batch norm in eval": lambda: nn.Sequential(nn.Linear(4, 8), nn.BatchNorm1d(8), nn.ReLU(), nn.Linear(8, 3)).eval(),
    "frozen first layer": frozen_first,
}  # fmt: skip

# More of the kind.
ALSO_AGREE = {
    "no second dimension": lambda: nn.Sequential(nn.Linear(4, 8), nn.ReLU(), nn.Linear(8, 1), nn.Flatten(0)),
    "weight used outside its layer": lambda: Layered(
        lambda s, x: s.head(s.first(x).tanh()) + F.linear(s.first(x).sin(), s.head.weight),
        first=nn.Linear(4, 8), head=nn.Linear(8, 3),
    ),
    "weight in a penalty of the output": lambda: Layered(
        lambda s, x: s.head(x.tanh()) * s.head.weight.square().sum(), head=nn.Linear(4, 3)
    ),
    "tied to another layer": lambda: tied(),
    "tokens first": lambda: Layered(
        lambda s, x: s.head(s.first(x.view(len(x), 2, 2).transpose(0, 1)).tanh().mean(0)),
        first=nn.Linear(2, 8), head=nn.Linear(8, 3),
    ),
    "tokens as samples": lambda: Layered(
        lambda s, x: s.head(s.first(x.view(-1, 2)).tanh().view(len(x), 16)),
        first=nn.Linear(2, 8), head=nn.Linear(16, 3),
    ),
    "shared over tokens": lambda: Layered(
        lambda s, x: s.head(s.again(s.again(x.view(len(x), 2, 2)).tanh()).sin().flatten(1)),
        again=nn.Linear(2, 2), head=nn.Linear(4, 3),
    ),
    "attention": lambda: Layered(
        lambda s, x: s.head(s.attend(*[x.view(len(x), 2, 2)] * 3, need_weights=False)[0].flatten(1)),
        attend=nn.MultiheadAttention(2, 1, batch_first=True), head=nn.Linear(4, 3),
    ),
    "weight norm": lambda: nn.Sequential(
        nn.utils.parametrizations.weight_norm(nn.Linear(4, 8)), nn.Tanh(), nn.Linear(8, 3)
    ),
    "a hook that changes a layer's output": lambda: hooked(),
    "frozen bias": lambda: frozen_bias(),
    "a layer called by name": lambda: Layered(lambda s, x: s.head(input=x).tanh(), head=nn.Linear(4, 3)),
    "input changed in place after its layer": lambda: overwritten(),
    "dropout in eval": lambda: nn.Sequential(nn.Linear(4, 8), nn.Dropout(0.5), nn.ReLU(), nn.Linear(8, 3)).eval(),
    "group norm": lambda: nn.Sequential(nn.Linear(4, 8), nn.GroupNorm(2, 8), nn.ReLU(), nn.Linear(8, 3)),
    "bilinear": lambda: Layered(lambda s, x: s.pair(x, x.tanh()), pair=nn.Bilinear(4, 4, 3)),
}  # fmt: skip


def tied():
    net = nn.Sequential(nn.Linear(4, 4), nn.Tanh(), nn.Linear(4, 4), nn.Tanh(), nn.Linear(4, 3))
    net[2].weight = net[0].weight
    return net


def hooked():
    net = nn.Sequential(nn.Linear(4, 8), nn.Tanh(), nn.Linear(8, 3))
    net[0].register_forward_hook(lambda layer, args, z: 2 * z)
    net[2].register_forward_hook(lambda layer, args, z: z.sin())
    net[2].register_forward_pre_hook(lambda layer, args: (args[0] + 1,))
    return net


def frozen_bias():
    net = nn.Sequential(nn.Linear(4, 8), nn.Tanh(), nn.Linear(8, 3))
    net[0].bias.requires_grad_(False)
    net[2].weight.requires_grad_(False)
    return net


def overwritten():
    """The first layer's input is overwritten; being frozen, autograd has no need of it and does not complain."""
    net = Layered(lambda s, x: s.head(s.inner(over(s.first, x)).tanh()), first=nn.Linear(4, 4), inner=nn.Linear(4, 8))
    net.head = nn.Linear(8, 3)
    net.first.weight.requires_grad_(False)
    return net


def over(layer, x):
    h = x.clone()
    z = layer(h)
    h.zero_()
    return z


@pytest.mark.parametrize("name", [*AGREE, *ALSO_AGREE])
def test_equals_autograd(name):
    torch.manual_seed(0)
    net = {**AGREE, **ALSO_AGREE}[name]().double()
    assert_equal_to_autograd(net, points(5, 4), points(3, 4, seed=1))


@pytest.mark.parametrize("name", AGREE)
def test_single_precision_equals_autograd_to_its_rounding(name):
    torch.manual_seed(0)
    net = AGREE[name]().float()
    assert_equal_to_autograd(net, points(5, 4).float(), points(3, 4, seed=1).float(), 1e-5)


@pytest.mark.parametrize(
    ("layer", "words"),
    [
        (nn.BatchNorm1d(8), "BatchNorm1d '1' sees a batch as a whole in training mode"),
        (nn.Dropout(0.5), "Dropout '1' draws at random in training mode"),
    ],
)
def test_what_couples_samples_or_draws_at_random_is_refused(layer, words):
    net = nn.Sequential(nn.Linear(4, 8), layer, nn.Linear(8, 3)).double()
    for call in (lambda: tangent.empirical(net, points(5, 4)), lambda: tangent.linearize(net)):
        with pytest.raises(ValueError, match=rf"^net must treat every sample alone; {words}. Call net.eval\(\).$"):
            call()
    tangent.empirical(net.eval(), points(5, 4))


@pytest.mark.parametrize(
    "run",
    [
        lambda s, x: s.head(x - x.mean(0)),
        lambda s, x: s.head(F.dropout(x, 0.5)),
        lambda s, x: s.head(x) + torch.rand(1).double(),
        lambda s, x: s.head(x.flip(0)),
        lambda s, x: s.head(x.flip(0).cumsum(0).flip(0)),  # the last sample is as it is alone
        lambda s, x: s.head(x / x.abs().max()),
        lambda s, x: s.head(x) + s.head(x).mean(0) - s.head(x).mean(0).detach(),  # in the slopes only
        lambda s, x: s.head(x).softmax(0),
    ],
)
def test_coupling_and_chance_without_a_module_are_refused_too(run):
    net = Layered(run, head=nn.Linear(4, 3)).double()
    with pytest.raises(ValueError, match=r"^net must treat every sample alone and draw nothing at random"):
        tangent.empirical(net, points(5, 4))


@settings(max_examples=40, deadline=None)
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
    K = tangent.empirical(net, x, parameters=net.init(generator(0), dtype, doubled=True))
    assert K.diagonal().min() > 0


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


def test_a_net_without_a_linear_layer_and_inputs_of_any_shape():
    torch.manual_seed(0)
    net = nn.Sequential(nn.Conv2d(2, 3, 3), nn.Tanh(), nn.AdaptiveAvgPool2d(1), nn.Flatten()).double()
    assert_equal_to_autograd(net, points(4, 2, 5, 5), points(3, 2, 5, 5, seed=1))


def test_layers_of_other_kinds_take_the_fast_way(monkeypatch):
    monkeypatch.setattr(finite_width, "jacobian", lambda *_: pytest.fail("sample by sample"))
    tangent.empirical(AGREE["layer norm"]().double(), points(5, 4))


def test_an_embedding_layer_takes_whole_numbers():
    net = nn.Sequential(nn.Embedding(7, 3), nn.Flatten(), nn.Tanh(), nn.Linear(6, 2)).double()
    x, x2 = (torch.randint(7, (n, 2), generator=generator(n)) for n in (5, 4))
    torch.testing.assert_close(tangent.empirical(net, x, x2, "full"), by_autograd(net, x, x2), rtol=1e-10, atol=1e-12)
    linear = tangent.linearize(net)
    torch.testing.assert_close(linear(x, linear.parameters), net(x).detach())


def test_one_sample_is_enough():
    net = nn.Sequential(nn.Linear(4, 8), nn.Tanh(), nn.Linear(8, 2)).double()
    assert_equal_to_autograd(net, points(1, 4), points(1, 4, seed=1))


def test_nothing_is_left_behind():
    """No gradient, no hook, no change of the net, the inputs or the mode."""
    net = AGREE["layer norm"]().double()
    x = points(5, 4)
    before, state = x.clone(), {name: t.clone() for name, t in net.state_dict().items()}
    with torch.no_grad():
        K = tangent.empirical(net, x)
    assert not K.requires_grad
    assert all(p.grad is None for p in net.parameters())
    assert not any(layer._forward_hooks for layer in net.modules())
    assert torch.equal(x, before)
    assert all(torch.equal(t, state[name]) for name, t in net.state_dict().items())
    assert net.training


def test_it_says_nothing_on_its_own():
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        tangent.empirical(AGREE["convolution"]().double(), points(5, 4))


@pytest.mark.slow
@reads_proc
def test_it_takes_little_memory():
    """The issue's net: 64-512-512-10, 200 x 200, full kernel: 32 MB of result, at most 140 MB in all."""
    code = """
import torch
from pathlib import Path
from torch import nn
from ddlearn import tangent
def high_water():
    return int(Path("/proc/self/status").read_text().split("VmHWM:")[1].split()[0]) * 1024 / 1e6
torch.set_num_threads(1)
net = nn.Sequential(nn.Linear(64, 512), nn.ReLU(), nn.Linear(512, 512), nn.ReLU(), nn.Linear(512, 10)).double()
x = torch.randn(200, 64, dtype=torch.float64)
tangent.empirical(net, x[:3], outputs="full")
before = high_water()
tangent.empirical(net, x, outputs="full")
print(high_water() - before)
"""
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert float(run.stdout) <= 140


@needs_cuda
@pytest.mark.parametrize("name", AGREE)
def test_cuda_and_cpu_agree(name):
    torch.manual_seed(0)
    net = AGREE[name]().double()
    x, x2 = points(5, 4), points(3, 4, seed=1)
    K = tangent.empirical(net, x, x2, "full")
    on_gpu = tangent.empirical(net.cuda(), x.cuda(), x2.cuda(), "full")
    assert (K - on_gpu.cpu()).abs().max() <= 1e-12 * K.abs().max()


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

"""The tangent kernel and the tangent of eighty kinds of modules, against plain autograd; and what is refused."""

import copy
import re
import warnings

import pytest
import torch
from drawn import needs_cuda
from drawn import normal as points
from torch import nn
from torch.nn import functional as F
from torch.utils.checkpoint import checkpoint

from ddlearn import tangent
from ddlearn.compute import generator
from ddlearn.networks import MLP
from ddlearn.tangent import finite_width, shares
from ddlearn.tangent.uses import Use


def slopes(net, x):
    """df_a(x_i)/dtheta as [parameter][i, a]: one sample and one output at a time."""
    trained = [p for p in net.parameters() if p.requires_grad]
    rows = []
    for i in range(len(x)):
        f = net(x[i : i + 1]).reshape(-1)
        of_outputs = []
        for a in range(len(f)):
            found = torch.autograd.grad(f[a], trained, retain_graph=True, allow_unused=True)
            found = [torch.zeros_like(p) if g is None else g for p, g in zip(trained, found, strict=True)]
            found = [g.to_dense() if g.is_sparse else g for g in found]
            of_outputs.append([(torch.view_as_real(g) if g.is_complex() else g).flatten() for g in found])
        rows.append([torch.stack(gs) for gs in zip(*of_outputs, strict=True)])
    return [torch.stack(gs) for gs in zip(*rows, strict=True)]


def jacobian(net, x):
    """The same for all parameters at once, (n, k, parameters); the net is left as it was."""
    found = copy.deepcopy(net.state_dict())
    J = torch.cat(slopes(net, x), 2)
    net.load_state_dict(found)
    return J


def product(J, J2):
    return torch.einsum("iap,jbp->ijab", J, J2)


LAYERS = {
    "first": lambda: nn.Linear(4, 6),
    "inner": lambda: nn.Linear(6, 6),
    "head": lambda: nn.Linear(6, 3),
    "words": lambda: nn.Embedding(2, 3),
    "block": lambda: nn.TransformerEncoderLayer(4, 2, 5, dropout=0.0, batch_first=True),
}


class Of(nn.Module):
    """A forward pass of one's own over layers by name; those of LAYERS need not be given."""

    def __init__(self, run, **layers):
        super().__init__()
        self.run = run
        usual = {name: LAYERS[name]() for name in run.__code__.co_names if name in LAYERS and name not in layers}
        for name, layer in {**usual, **layers}.items():
            setattr(self, name, layer)

    def forward(self, x):
        return self.run(self, x)


def between(*layers, k=3):
    """Those layers between a first and a last linear one."""
    return nn.Sequential(nn.Linear(4, 6), *layers, nn.Linear(6, k))


def convolved(*layers):
    """Those layers behind a convolution."""
    return nn.Sequential(CONV, nn.Conv1d(1, 3, 2), *layers, nn.Flatten(), nn.Linear(9, 3))


def after(change, net):
    """A net after a change made to it: hooks, parametrizations, ties."""
    change(net)
    return net


class Stateful(nn.Module):
    """Counts its calls in a number, a buffer, a list and a list in a list, and keeps its last features."""

    def __init__(self):
        super().__init__()
        self.first, self.head = nn.Linear(4, 6), nn.Linear(6, 3)
        self.calls, self.seen, self.log = 0, [], {"sizes": [[]]}
        self.register_buffer("count", torch.zeros(()))

    def forward(self, x):
        self.calls += 1
        self.count += 1
        self.features = self.first(x).tanh()
        self.seen.append(self.features.detach())
        self.log["sizes"][0].append(len(x))
        return self.head(self.features)


class Square(torch.autograd.Function):
    """Written without setup_context: torch.func refuses it."""

    @staticmethod
    def forward(context, z):
        context.save_for_backward(z)
        return z.square()

    @staticmethod
    def backward(context, slope):
        return 2 * slope * context.saved_tensors[0]


def tied():
    return after(lambda net: setattr(net[2], "weight", net[0].weight), nn.Sequential(
        nn.Linear(4, 4), nn.Tanh(), nn.Linear(4, 4), nn.Tanh(), nn.Linear(4, 3)))  # fmt: skip


def closure():
    """The head's weight is used by a function that only knows it from outside."""
    net = Of(lambda s, x: s.head(s.inner(x)), head=nn.Linear(4, 3))
    W = net.head.weight
    net.inner = Of(lambda s, x: x + F.linear(x, W).sum(-1, keepdim=True).tanh())
    return net


def by_item(s, x):
    h = s.conv(x.view(len(x), 1, 4)).relu().mean(-1)
    return s.head(h if h.abs().max().item() < 1e9 else 0 * h)


def by_rows(s, x):
    """Another layer for each sign, as mixtures of experts do: data decide what is computed."""
    return torch.stack([(s.one if row.sum().item() > 0 else s.other)(row) for row in x]).tanh() @ s.head.weight.T


def in_order(s, x):
    """Sorted by size, computed, and put back: rows inside are not the samples."""
    order = x.norm(dim=1).argsort()
    return s.head(s.first(x[order]).tanh())[order.argsort()] * (1 + x[:, :1])


def by_checkpoint(s, x):
    return s.head(checkpoint(lambda z: s.conv(z.view(len(z), 1, 4)).relu().mean(-1), x, use_reentrant=False))


def half_constant(s, x):
    with torch.no_grad():
        aside = s.first(x).sin()
    return s.head(s.first(x).tanh() + aside)


def waves(s, x):
    return s.head(torch.fft.rfft(s.first(x)).abs())


def complex_weights(s, x):
    return s.head((x.to(torch.complex128) @ s.W).abs())


def with_complex():
    net = Of(complex_weights, head=nn.Linear(5, 3))
    net.W = nn.Parameter(torch.randn(4, 5, dtype=torch.complex128))
    return net


def overwritten():
    """The first layer's input is overwritten; being frozen, autograd has no need of it and does not complain."""

    def over(layer, x):
        h = x.clone()
        z = layer(h)
        h.zero_()
        return z

    net = Of(lambda s, x: s.head(s.inner(over(s.first, x)).tanh()), first=nn.Linear(4, 4), inner=nn.Linear(4, 6))
    net.first.weight.requires_grad_(False)
    return net


CONV = nn.Unflatten(1, (1, 4))

MODULES = {
    "lstm": lambda: Of(
        lambda s, x: s.head(s.cells(x.view(len(x), 2, 2))[0][:, -1]),
        cells=nn.LSTM(2, 3, num_layers=2, bidirectional=True, batch_first=True),
    ),
    "gru cell": lambda: Of(lambda s, x: s.cell(x[:, 2:], s.cell(x[:, :2])), cell=nn.GRUCell(2, 3)),
    "batch norm": lambda: after(lambda net: net(points(9, 4)), between(nn.BatchNorm1d(6)).double()).eval(),
    "layer norm": lambda: between(nn.LayerNorm(6), nn.Tanh()),
    "group norm": lambda: between(nn.GroupNorm(3, 6), nn.Tanh()),
    "rms norm": lambda: between(nn.RMSNorm(6), nn.Tanh()),
    "instance norm": lambda: convolved(nn.InstanceNorm1d(3, affine=True), nn.Tanh()),
    "instance norm, eval": lambda: convolved(nn.InstanceNorm1d(3, affine=True, track_running_stats=True)).eval(),
    "instance norm, train": lambda: convolved(nn.InstanceNorm1d(3, affine=True, track_running_stats=True)),
    "prelu": lambda: between(nn.PReLU()),
    "rrelu": lambda: between(nn.RReLU()).eval(),
    "glu": lambda: nn.Sequential(nn.Linear(4, 6), nn.GLU(), nn.Linear(3, 3)),
    "activations": lambda: between(nn.GELU(), nn.SiLU(), nn.Mish(), nn.ELU(), nn.Softplus(), nn.Softmax(1)),
    "in place": lambda: nn.Sequential(nn.ReLU(inplace=True), nn.Linear(4, 6), nn.SELU(inplace=True), nn.Linear(6, 3)),
    "dropout in eval": lambda: between(nn.Dropout(), nn.AlphaDropout()).eval(),
    "attention": lambda: Of(
        lambda s, x: s.head(s.attend(*[s.first(x.view(len(x), 2, 2))] * 3)[0].mean(1)),
        first=nn.Linear(2, 4), attend=nn.MultiheadAttention(4, 2, batch_first=True), head=nn.Linear(4, 3),
    ),
    "transformer in eval": lambda: Of(
        lambda s, x: s.head(s.block(s.first(x.view(len(x), 2, 2)))[:, 0]), first=nn.Linear(2, 4), head=nn.Linear(4, 3),
        block=nn.TransformerEncoderLayer(4, 2, 5, batch_first=True, norm_first=True),
    ).eval(),
    "embedding": lambda: Of(lambda s, x: s.head(s.words((x > 0).long()).flatten(1)), head=nn.Linear(12, 3)),
    "embedding, sparse": lambda: Of(
        lambda s, x: s.words((x > 0).long()).mean(1), words=nn.Embedding(2, 3, sparse=True),
    ),
    "embedding, renormalized": lambda: Of(
        lambda s, x: s.words((x > 0).long()).mean(1), words=nn.Embedding(2, 3, max_norm=0.5),
    ),
    "bag of embeddings": lambda: Of(lambda s, x: s.words((x > 0).long()), words=nn.EmbeddingBag(2, 3, mode="mean")),
    "weight norm, old": lambda: after(lambda net: nn.utils.weight_norm(net[0]), between(nn.Tanh())),
    "weight norm": lambda: after(lambda net: nn.utils.parametrizations.weight_norm(net[0]), between(nn.Tanh())),
    "spectral norm, old": lambda: after(lambda net: nn.utils.spectral_norm(net[0]), between(nn.Tanh())).eval(),
    "spectral norm": lambda: after(
        lambda net: nn.utils.parametrizations.spectral_norm(net[0]), between(nn.Tanh()),
    ).eval(),
    "orthogonal": lambda: after(lambda net: nn.utils.parametrizations.orthogonal(net[0]), between(nn.Tanh())),
    "tied": tied,
    "used from outside": closure,
    "bilinear": lambda: Of(lambda s, x: s.pair(x, x.tanh()), pair=nn.Bilinear(4, 4, 3)),
    "conv 2d": lambda: nn.Sequential(
        nn.Unflatten(1, (1, 2, 2)), nn.Conv2d(1, 4, 2, padding=1, padding_mode="circular"), nn.Tanh(),
        nn.Conv2d(4, 3, 2, groups=1), nn.AvgPool2d(2), nn.Flatten(),
    ),
    "pooling": lambda: convolved(nn.LocalResponseNorm(2), nn.MaxPool1d(2, 1, 1), nn.LPPool1d(2, 2, 1)),
    "upsampled and shuffled": lambda: nn.Sequential(
        nn.Unflatten(1, (1, 2, 2)), nn.Conv2d(1, 4, 1), nn.PixelShuffle(2), nn.Upsample(scale_factor=2), nn.Flatten(),
        nn.Linear(64, 3),
    ),
    "stateful": Stateful,
    "item": lambda: Of(by_item, conv=nn.Conv1d(1, 5, 2), head=nn.Linear(5, 3)),
    "control flow by samples": lambda: Of(by_rows, one=nn.Linear(4, 5), other=nn.Linear(4, 5), head=nn.Linear(5, 3)),
    "sorted inside": lambda: Of(in_order),
    "checkpoint": lambda: Of(by_checkpoint, conv=nn.Conv1d(1, 5, 2), head=nn.Linear(5, 3)),
    "no_grad branch": lambda: Of(half_constant),
    "detached": lambda: Of(lambda s, x: s.head((h := s.first(x).tanh()) + s.first(h.detach()[:, :4]))),
    "residual": lambda: Of(lambda s, x: s.head((h := s.first(x)) + s.inner(h.tanh()))),
    "complex between": lambda: Of(waves, head=nn.Linear(4, 3)),
    "complex parameters": with_complex,
    "own autograd function": lambda: Of(
        lambda s, x: s.norm(Square.apply(s.first(x))), first=nn.Linear(4, 3), norm=nn.LayerNorm(3),
    ),
    "einsum": lambda: Of(lambda s, x: torch.einsum("nd,kd,nd->nk", x, s.head.weight, x), head=nn.Linear(4, 3)),
    "frozen first": lambda: after(lambda net: net[0].requires_grad_(False), between(nn.Tanh())),
    "frozen norm": lambda: after(lambda net: net[1].requires_grad_(False), between(nn.LayerNorm(6), nn.Tanh())),
    "never used": lambda: Of(lambda s, x: s.head(x), head=nn.Linear(4, 3), never=nn.Conv1d(2, 2, 2)),
    "module list": lambda: Of(
        lambda s, x: sum(layer(x).tanh() for layer in s.parts), parts=nn.ModuleList(nn.Linear(4, 3) for _ in range(3)),
    ),
    "parameter dict": lambda: Of(
        lambda s, x: x @ s.parts["W"] + s.parts["b"],
        parts=nn.ParameterDict({"W": torch.randn(4, 3), "b": torch.randn(3)}),
    ),
    "one number": lambda: Of(lambda s, x: s.head(x).squeeze(-1), head=nn.Linear(4, 1)),
    "squeezed entirely": lambda: nn.Sequential(between(nn.LayerNorm(6)), Of(lambda s, x: x.squeeze())),
    "hooks": lambda: after(
        lambda net: [net[0].register_forward_hook(lambda m, a, z: 2 * z),
                     net[2].register_forward_hook(lambda m, a, z: z.sin()),
                     net[2].register_forward_pre_hook(lambda m, a: (a[0] + 1,)),
                     net[2].register_full_backward_hook(lambda *a: None)],
        between(nn.Tanh()),
    ),
    "linear only": lambda: nn.Linear(4, 3),
    "no bias": lambda: nn.Sequential(nn.Linear(4, 6, bias=False), nn.Tanh(), nn.Linear(6, 3, bias=False)),
    "shared layer": lambda: Of(
        lambda s, x: s.head(s.again(s.again(s.first(x).tanh()).relu()).tanh()), again=nn.Linear(6, 6),
    ),
    "weight used outside its layer": lambda: Of(
        lambda s, x: s.head(s.first(x).tanh()) + F.linear(s.first(x).sin(), s.head.weight),
    ),
    "weight in a penalty of the output": lambda: Of(
        lambda s, x: s.head(x.tanh()) * s.head.weight.square().sum(), head=nn.Linear(4, 3),
    ),
    "tokens first": lambda: Of(
        lambda s, x: s.head(s.first(x.view(len(x), 2, 2).transpose(0, 1)).tanh().mean(0)), first=nn.Linear(2, 6),
    ),
    "tokens as samples": lambda: Of(
        lambda s, x: s.head(s.first(x.view(-1, 2)).tanh().view(len(x), 12)),
        first=nn.Linear(2, 6), head=nn.Linear(12, 3),
    ),
    "shared over tokens": lambda: Of(
        lambda s, x: s.head(s.again(s.again(x.view(len(x), 2, 2)).tanh()).sin().flatten(1)),
        again=nn.Linear(2, 2), head=nn.Linear(4, 3),
    ),
    "an input changed in place after its layer": overwritten,
    "frozen bias": lambda: after(
        lambda net: [net[0].bias.requires_grad_(False), net[2].weight.requires_grad_(False)], between(nn.Tanh()),
    ),
    "depthwise, grouped, dilated": lambda: nn.Sequential(
        CONV, nn.Conv1d(1, 4, 2, padding=2, padding_mode="reflect"), nn.Tanh(), nn.Conv1d(4, 4, 2, groups=4), nn.Tanh(),
        nn.Conv1d(4, 6, 2, groups=2, dilation=2, stride=2, bias=False), nn.Flatten(), nn.Linear(12, 3),
    ),
    "even kernels, same": lambda: nn.Sequential(
        CONV, nn.Conv1d(1, 3, 2, padding="same"), nn.Tanh(), nn.Conv1d(3, 2, 4, padding="same"), nn.Flatten(),
    ),
    "conv 3d": lambda: nn.Sequential(
        nn.Unflatten(1, (1, 1, 2, 2)), nn.Conv3d(1, 3, (1, 2, 1), padding=(0, 1, 1)), nn.ReLU(), nn.Flatten(),
        nn.Linear(36, 3),
    ),
    "transposed conv": lambda: nn.Sequential(
        CONV, nn.Conv1d(1, 4, 1), nn.Tanh(),
        nn.ConvTranspose1d(4, 6, 3, stride=2, padding=1, output_padding=1, groups=2, dilation=1), nn.Flatten(),
        nn.Linear(48, 3),
    ),
    "frames as samples": lambda: Of(
        lambda s, x: s.head(s.conv(x.view(-1, 1, 2)).relu().reshape(len(x), -1)), conv=nn.Conv1d(1, 3, 2, padding=1),
        head=nn.Linear(18, 3),
    ),
    "residual net with group norms": lambda: Of(
        lambda s, x: s.head((h := s.one(x)).flatten(1) + s.two(h).flatten(1)),
        one=nn.Sequential(CONV, nn.Conv1d(1, 4, 3, padding=1, bias=False), nn.GroupNorm(2, 4), nn.ReLU()),
        two=nn.Sequential(nn.Conv1d(4, 4, 3, padding=1, bias=False), nn.GroupNorm(4, 4)), head=nn.Linear(16, 3),
    ),
    "layer norm of channels": lambda: convolved(nn.LayerNorm((3, 3))),
    "language model": lambda: Of(
        lambda s, x: s.head(s.block(s.words((x > 0).long()) + s.places)[:, -1]), words=nn.Embedding(2, 4),
        places=nn.Parameter(torch.randn(4, 4)), head=nn.Linear(4, 3),
    ),
    "language model, tied": lambda: after(
        lambda net: setattr(net.head, "weight", net.words.weight),
        Of(
            lambda s, x: s.head(s.block(s.words((x > 0).long() + 1))[:, -1]), words=nn.Embedding(3, 4, padding_idx=1),
            head=nn.Linear(4, 3),
        ),
    ),
    "encoder and decoder": lambda: Of(
        lambda s, x: s.head(s.both((h := s.first(x.view(len(x), 2, 2))), h.flip(1)).flatten(1)), first=nn.Linear(2, 4),
        both=nn.Transformer(4, 2, 1, 1, 5, dropout=0.0, batch_first=True), head=nn.Linear(8, 3),
    ),
    "attention over two widths": lambda: Of(
        lambda s, x: s.attend(s.first(x.view(len(x), 2, 2)), x.view(len(x), 4, 1), x.view(len(x), 4, 1))[0].mean(1),
        first=nn.Linear(2, 4), attend=nn.MultiheadAttention(4, 2, kdim=1, vdim=1, batch_first=True, add_bias_kv=True),
    ),
    "vision transformer": lambda: Of(
        lambda s, x: s.head(s.block(torch.cat([
            s.token.expand(len(x), 1, 4), s.patch(x.view(len(x), 1, 2, 2)).flatten(2).mT], 1) + s.places)[:, 0]),
        patch=nn.Conv2d(1, 4, 1), token=nn.Parameter(torch.randn(1, 1, 4)), places=nn.Parameter(torch.randn(1, 5, 4)),
        block=nn.TransformerEncoderLayer(4, 2, 5, dropout=0.0, batch_first=True, norm_first=True), head=nn.Linear(4, 3),
    ),
    "low rank": lambda: Of(
        lambda s, x: s.head(F.linear(x, s.W + s.B @ s.A).tanh()), W=nn.Parameter(torch.randn(4, 4), False),
        A=nn.Parameter(torch.randn(2, 4)), B=nn.Parameter(torch.randn(4, 2)), head=nn.Linear(4, 3),
    ),
    "weights standardized, of a convolution": lambda: Of(
        lambda s, x: s.head(F.conv1d(x[:, None], (s.W - s.W.mean()) / s.W.std()).flatten(1)),
        W=nn.Parameter(torch.randn(3, 1, 2)), head=nn.Linear(9, 3),
    ),
    "gains and divisors": lambda: Of(
        lambda s, x: s.gain * s.head(x) / s.by - s.shift, head=nn.Linear(4, 3), gain=nn.Parameter(torch.randn(3)),
        by=nn.Parameter(1 + torch.rand(3)), shift=nn.Parameter(torch.randn(1)),
    ),
    "one head an output": lambda: Of(
        lambda s, x: torch.cat([head(s.first(x).tanh()) for head in s.heads], 1), first=nn.Linear(4, 5),
        heads=nn.ModuleList(nn.Linear(5, 1) for _ in range(3)),
    ),
    "a learned constant through layers": lambda: Of(
        lambda s, x: s.head(s.first(s.constant.expand(len(x), 4)).tanh() * x), first=nn.Linear(4, 4),
        constant=nn.Parameter(torch.randn(1, 4)), head=nn.Linear(4, 3),
    ),
    "prelu in a norm": lambda: between(nn.PReLU(6), nn.LayerNorm(6)),
    "more words than width": lambda: Of(
        lambda s, x: s.head(s.block(s.words((4 * x).long() % 9)).mean(1)), words=nn.Embedding(9, 4),
        head=nn.Linear(4, 9),
    ),
    "more words than width, tied": lambda: after(
        lambda net: setattr(net.head, "weight", net.words.weight),
        Of(lambda s, x: s.head(s.block(s.words((4 * x).long() % 9))[:, -1]), words=nn.Embedding(9, 4),
           head=nn.Linear(4, 9)),
    ),
    "a wider head beside": lambda: Of(
        lambda s, x: s.head(s.first(x).tanh()) + s.wider(x.sin()).cos(), first=nn.Linear(4, 2), head=nn.Linear(2, 7),
        wider=nn.Linear(4, 7),
    ),
    "probabilities of many words": lambda: Of(
        lambda s, x: s.head(s.first(x).tanh()).log_softmax(1), first=nn.Linear(4, 2), head=nn.Linear(2, 7),
    ),
    "many outputs of one direction": lambda: after(
        lambda net: net.head.weight.data.copy_(torch.ones(5, 2)),
        Of(lambda s, x: s.head(s.first(x).tanh()), first=nn.Linear(4, 2), head=nn.Linear(2, 5)),
    ),
    "a head for half of the samples": lambda: Of(
        lambda s, x: torch.where(x[:, :1] > 0, s.head(h := s.first(x).tanh()), 0.1 * s.wider(h)),
        first=nn.Linear(4, 3), head=nn.Linear(3, 5), wider=nn.Linear(3, 5),
    ),
    "small slopes beside large inputs": lambda: Of(
        lambda s, x: s.head((t := s.first(torch.stack([1e-8 * x, 1e5 * x], 1)))[:, 0]) + 1e-13 * s.wider(
            torch.cat([t[:, 1], t[:, 1]], 1)),
        first=nn.Linear(4, 3, bias=False), head=nn.Linear(3, 9, bias=False), wider=nn.Linear(6, 9, bias=False),
    ),
    "traced": lambda: torch.jit.trace(between(nn.Tanh()).double(), points(2, 4)),
}  # fmt: skip

# Calls with n and m samples, or x2 None: n = k = 3 among them, n = m, one sample, and more than are tried apart.
FEW = [(3, None, "full"), (3, 3, "sum"), (1, 2, "full"), (1, None, "sum")]
MANY = [(11, 4, "full"), (11, None, "full"), (11, 4, "sum"), (11, None, "sum")]
MANY_OFTEN = ("conv 2d", "gru cell", "batch norm", "attention", "embedding, sparse", "weight norm", "tied")
CASES = [pytest.param(name, FEW, id=name) for name in MODULES] + [
    pytest.param(name, MANY, id=f"{name}, many samples", marks=() if name in MANY_OFTEN else pytest.mark.slow)
    for name in MODULES
]


@pytest.fixture(autouse=True)
def silent():
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # torch's, on what it is about to give up
        yield


def built(name):
    torch.manual_seed(0)
    return MODULES[name]().double() if name != "complex parameters" else after(
        lambda net: net.head.double(), MODULES[name]()
    )  # fmt: skip


def state(net):
    """Everything a net holds, and its mode."""
    tensors = {name: t.clone() for name, t in (*net.named_parameters(), *net.named_buffers())}
    return tensors, [module.training for module in net.modules()]


def assert_same_state(net, before):
    tensors, modes = state(net)
    assert modes == before[1]
    assert tensors.keys() == before[0].keys()
    assert all(torch.equal(t, before[0][name]) for name, t in tensors.items())
    assert all(p.grad is None for p in net.parameters())


@pytest.mark.parametrize(("name", "calls"), CASES)
def test_the_kernel_of_any_module_is_plain_autograd_s(name, calls):
    net = built(name)
    before = state(net)
    for n, m, outputs in calls:
        x, x2 = points(n, 4, seed=n), None if m is None else points(m, 4, seed=m + 50)
        J = jacobian(net, x)
        J2 = J if m is None else jacobian(net, x2)
        close = 1e-12 * max(one.square().sum(-1).max() for one in (J, J2))
        right, K = product(J, J2), tangent.empirical(net, x, x2, outputs)
        if outputs == "sum":
            right, close = right.diagonal(dim1=2, dim2=3).sum(-1), right.shape[-1] * close
        assert (K - right).abs().max() <= close
        assert m is not None or torch.equal(K, K.transpose(0, 1).mT if outputs == "full" else K.T)
        assert_same_state(net, before)


SOME = (
    "in place", "shared layer", "layer norm", "conv 2d", "tokens first", "gru cell", "never used", "frozen bias",
    "more words than width",
)  # fmt: skip


@pytest.mark.parametrize("name", SOME)
def test_single_precision_is_right_to_its_rounding(name):
    net, x, x2 = built(name).float(), points(5, 4).float(), points(3, 4, seed=1).float()
    J, J2 = jacobian(net, x), jacobian(net, x2)
    gap = (tangent.empirical(net, x, x2, "full") - product(J, J2)).abs().max()
    assert gap <= 1e-5 * J.square().sum(-1).max()


@needs_cuda
@pytest.mark.parametrize("name", SOME)
def test_cuda_and_cpu_agree(name):
    net, x, x2 = built(name), points(5, 4), points(3, 4, seed=1)
    K = tangent.empirical(net, x, x2, "full")
    on_gpu = tangent.empirical(net.cuda(), x.cuda(), x2.cuda(), "full")
    assert (K - on_gpu.cpu()).abs().max() <= 1e-12 * K.abs().max()


REFUSED = {
    "used from outside": (ValueError, "net must keep its parameters in its modules only; one of them is not in a copy"),
    "traced": (ValueError, "net must keep its parameters in its modules only; one of them is not in a copy"),
    "complex parameters": (TypeError, "W must be float32 or float64; got torch.complex128"),
}


@pytest.mark.parametrize("name", MODULES)
def test_the_tangent_of_any_module_is_plain_autograd_s(name):
    net = built(name)
    net(points(2, 4))
    linear = tangent.linearize(net)
    x = points(3, 4)
    step = {key: points(t.numel(), seed=7).view(t.shape).to(t) for key, t in linear.parameters.items()}
    moved = {key: (t + step[key]).requires_grad_() for key, t in linear.parameters.items()}
    if name in REFUSED:
        error, sentence = REFUSED[name]
        with pytest.raises(error, match=f"^{re.escape(sentence)}"):
            linear(x, moved)
        return
    J = slopes(net, x)
    f = torch.cat([net(row[None]).reshape(1, -1) for row in x]).detach()
    expected = f + sum(j @ s.flatten() for j, s in zip(J, step.values(), strict=True))
    line = linear(x, moved)
    assert (line.reshape(expected.shape) - expected).abs().max() <= 1e-12 * (1 + expected.abs().max())
    assert (linear(x, linear.parameters).reshape(f.shape) - f).abs().max() <= 1e-14 * (1 + f.abs().max())
    # The tangent's own slopes are J: it can be trained.
    weights = points(*expected.shape, seed=9)
    found = torch.autograd.grad((weights * line.reshape(expected.shape)).sum(), list(moved.values()), allow_unused=True)
    for g, j in zip(found, J, strict=True):
        g = torch.zeros(j.shape[2:], dtype=j.dtype) if g is None else g.to_dense().flatten()
        assert (g - torch.einsum("na,nap->p", weights, j)).abs().max() <= 1e-12 * (1 + j.abs().max())


def net_of(run, **layers):
    return Of(run, **layers, head=nn.Linear(4, 3)).double()


ALONE = "net must treat every sample alone"
UNREACHED = "net must be differentiable: net(x) does not depend on its parameters"
OUTPUTS = {  # what is wrong of them alone is a TypeError
    "two outputs": (net_of(lambda s, x: (s.head(x), x)), "net(x) must be a torch tensor; got tuple"),
    "whole numbers": (net_of(lambda s, x: s.head(x).argmax(1)), "net(x) must be float32 or float64; got"),
}
CHANGED = OUTPUTS | {
    "no gradient": (net_of(torch.no_grad()(lambda s, x: s.head(x))), UNREACHED),
    "detached": (net_of(lambda s, x: s.head(x).detach()), UNREACHED),
    "raises": (net_of(lambda s, x: s.head(x[:, :2])), "net must take x of shape (5, 4); it raised"),
    "old checkpoint": (
        net_of(lambda s, x: s.head(checkpoint(s.inner, x, use_reentrant=True)), inner=nn.Linear(4, 4)),
        "net must call torch.utils.checkpoint with use_reentrant=False",
    ),
    "statistics of the batch": (
        nn.Sequential(nn.Linear(4, 3), nn.BatchNorm1d(3)).double(),
        f"{ALONE}; BatchNorm1d '1' sees a batch as a whole in training mode. Call net.eval().",
    ),
    "dropout": (
        nn.Sequential(nn.Linear(4, 3), nn.Dropout()).double(),
        f"{ALONE}; Dropout '1' draws at random in training mode. Call net.eval().",
    ),
    "the same, without a module": (
        net_of(lambda s, x: F.batch_norm(s.head(x), s.m, s.v, training=True), m=torch.zeros(3), v=torch.ones(3)),
        "net must",
    ),
    "attention over the batch": (
        net_of(lambda s, x: s.a(*[s.head(x)[None]] * 3)[0][0], a=nn.MultiheadAttention(3, 1, batch_first=True)), ALONE
    ),
    "sequence first": (net_of(lambda s, x: s.head(s.r(x.view(-1, 2, 2))[0][:, -1]), r=nn.LSTM(2, 4)), ALONE),
    "rrelu": (nn.Sequential(nn.Linear(4, 3), nn.RReLU()).double(), ALONE),
    "rare chance": (net_of(lambda s, x: F.dropout(s.head(x), 1e-9)), ALONE),
    "chance between cells": (
        net_of(lambda s, x: s.head(s.r(x.view(-1, 2, 2))[0][:, -1]), r=nn.LSTM(2, 4, 2, batch_first=True, dropout=0.5)),
        ALONE,
    ),
    "spectral norm": (nn.utils.parametrizations.spectral_norm(nn.Linear(4, 3)).double(), ALONE),
    "spectral norm, old": (nn.utils.spectral_norm(nn.Linear(4, 3)).double(), ALONE),
    "changes with every call": (
        net_of(lambda s, x: (s.seen.add_(1), s.head(x) * s.seen)[1], seen=nn.Parameter(torch.zeros(()), False)), ALONE
    ),
    "on meta": (nn.Linear(4, 3, device="meta"), "net must hold numbers; weight is on the meta device"),
    "lazy": (nn.LazyLinear(3), "net must have been run once; weight has no shape before"),
} | {
    name: (net_of(run), f"{ALONE} and draw nothing at random")
    for name, run in {
        "a mean of samples": lambda s, x: s.head(x - x.mean(0)),
        "chance before": lambda s, x: s.head(F.dropout(x, 0.5)),
        "chance behind": lambda s, x: s.head(x) + torch.rand(1).double(),
        "another order": lambda s, x: s.head(x.flip(0)),
        "the last is alone": lambda s, x: s.head(x.flip(0).cumsum(0).flip(0)),
        "in the slopes only": lambda s, x: s.head(x) + s.head(x).mean(0) - s.head(x).mean(0).detach(),
    }.items()
}  # fmt: skip


@pytest.mark.parametrize("name", CHANGED)
def test_what_has_no_tangent_is_refused_in_words_and_left_as_it_was(name):
    net, sentence = CHANGED[name]
    fixed = name not in ("on meta", "lazy")
    before = state(net) if fixed else None
    draw = torch.get_rng_state()
    for call in (
        lambda: tangent.empirical(net, points(5, 4)),
        lambda: (linear := tangent.linearize(net))(points(5, 4), linear.parameters),
    ):
        with pytest.raises(TypeError if name in OUTPUTS else ValueError, match=f"^{re.escape(sentence)}"):
            call()
    assert torch.equal(draw, torch.get_rng_state())
    if fixed:
        assert_same_state(net, before)


def test_attributes_and_lists_are_as_before():
    net = Stateful().double()
    net(points(2, 4))
    features, seen = net.features, list(net.seen)
    net.first.weight.grad = torch.ones(6, 4).double()
    tangent.empirical(net, points(5, 4))
    tangent.linearize(net)(points(5, 4), dict(net.named_parameters()))
    assert (net.calls, len(net.seen), net.features is features) == (1, 1, True)
    assert net.seen[0] is seen[0]
    assert net.log == {"sizes": [[2]]}
    assert torch.equal(net.first.weight.grad, torch.ones(6, 4).double())
    features.sum().backward()  # the caller's graph is whole


MODES = {
    "inference": lambda: torch.inference_mode(),
    "no_grad": lambda: torch.no_grad(),
    "autocast": lambda: torch.autocast("cpu"),
    "default device": lambda: torch.device("meta"),
}


@pytest.mark.parametrize("made", ["here", "in inference mode", "asking for gradients", "as a parameter"])
@pytest.mark.parametrize("mode", MODES)
def test_no_mode_of_the_caller_changes_a_number(mode, made):
    net = built("layer norm")
    mlp = MLP((4, 6, 3), bias="none")
    parameters = mlp.init(generator(0))
    x, x2 = points(5, 4), points(3, 4, seed=1)
    moved = {key: 2 * t.detach() for key, t in net.named_parameters()}

    def numbers(x, x2, parameters, moved):
        return [
            tangent.empirical(net, x, x2), tangent.empirical(mlp, x, x2, "full", parameters),
            tangent.linearize(net)(x, moved), tangent.linearize(mlp, parameters)(x, parameters),
        ]  # fmt: skip

    right = numbers(x, x2, parameters, moved)
    with torch.inference_mode(made == "in inference mode"):
        x, x2, W = (t.clone() for t in (x, x2, parameters[0][0]))
        moved = {key: t.clone() for key, t in moved.items()}
    if made == "asking for gradients":
        x, x2, W = (t.requires_grad_() for t in (x, x2, W))
    if made == "as a parameter":
        x, x2, W = (nn.Parameter(t) for t in (x, x2, W))
    with MODES[mode]():
        mine = numbers(x, x2, ((W, None), parameters[1]), moved)
    for a, b in zip(mine, right, strict=True):  # sums of rows are rounded by where in memory their copies lie
        torch.testing.assert_close(a.detach(), b.detach(), rtol=1e-14, atol=1e-14)
    assert not mine[0].requires_grad


def test_a_net_made_in_inference_mode_is_refused():
    with torch.inference_mode():
        net = nn.Linear(4, 3).double()
    for call in (lambda: tangent.empirical(net, points(5, 4)), lambda: tangent.linearize(net)):
        with pytest.raises(ValueError, match=r"^net must be made outside torch.inference_mode\(\)"):
            call()


WRONG = {
    "left": ("conv 2d", "language model", "tied", "embedding", "depthwise, grouped, dilated"),
    "right": ("conv 2d", "lstm", "shared over tokens"),
    "gradient": ("group norm", "transposed conv", "weight norm", "language model, tied", "prelu in a norm"),
    "unsummed": ("layer norm", "group norm", "batch norm", "rms norm"),
}


@pytest.mark.parametrize(("rule", "name"), [(rule, name) for rule, names in WRONG.items() for name in names])
def test_a_kernel_made_wrong_on_purpose_is_found(monkeypatch, rule, name):
    """Off by a millionth: plain autograd is asked for what is not confirmed, and the kernel is right."""
    net, x = built(name), points(9, 4)
    right, asked = tangent.empirical(net, x), []
    wrong, plain = getattr(Use, rule), finite_width.jacobian
    monkeypatch.setattr(Use, rule, lambda *args: wrong(*args) * (1 + 1e-6))
    monkeypatch.setattr(finite_width, "jacobian", lambda *args: (asked.append(1), plain(*args))[1])
    K = tangent.empirical(net, x)
    assert asked
    assert (K - right).abs().max() <= 1e-12 * right.abs().max()


def test_samples_that_are_taken_for_others_are_found(monkeypatch):
    net, x = built("layer norm"), points(20, 4)
    right, by_sample = tangent.empirical(net, x), Use.by_sample
    monkeypatch.setattr(Use, "by_sample", lambda use, t: by_sample(use, t).flip(t.ndim - len(use.size)))
    assert (tangent.empirical(net, x) - right).abs().max() <= 1e-12 * right.abs().max()


@pytest.mark.parametrize("name", ["conv 2d", "lstm", "language model", "tokens first"])
def test_pairs_of_positions_and_gradients_give_one_kernel(monkeypatch, name):
    net, x, x2 = built(name), points(6, 4), points(3, 4, seed=1)

    def kernels():
        calls = ((None, "sum"), (None, "full"), (x2, "full"))
        return [tangent.empirical(net, x, other, how) for other, how in calls]

    right = kernels()
    monkeypatch.setattr(shares, "BUDGET", 1)  # a row of W and a sample at a time
    for by_pairs in (True, False):
        monkeypatch.setattr(shares, "pairs_are_cheaper", lambda *_, by_pairs=by_pairs: by_pairs)
        for K, expected in zip(kernels(), right, strict=True):
            assert (K - expected).abs().max() <= 1e-12 * expected.abs().max()


def test_the_check_sees_outputs_that_the_last_layer_does_not_reach():
    """Two words have zero weights, and a hook keeps them there: only plain autograd knows of it."""
    net, x = nn.Sequential(nn.Linear(4, 3), nn.Tanh(), nn.Linear(3, 9, bias=False)).double(), points(6, 4)
    net[2].weight.data[7:] = 0
    net[2].weight.register_hook(lambda g: g * (torch.arange(9)[:, None] < 7))
    J = jacobian(net, x)
    right = product(J, J).diagonal(dim1=2, dim2=3).sum(-1)
    assert (tangent.empirical(net, x, outputs="sum") - right).abs().max() <= 1e-12 * right.max()


@pytest.mark.parametrize("name", ["more words than width", "more words than width, tied"])
def test_only_so_many_passes_as_the_last_layer_is_wide_go_through_the_net(monkeypatch, name):
    net, passes, slopes_at = built(name), [], finite_width.slopes_at

    def counted(f, uses, mixtures):
        passes.extend([any(use.kind == "Embedding" for use in uses)] * len(mixtures))
        return slopes_at(f, uses, mixtures)

    monkeypatch.setattr(finite_width, "slopes_at", counted)
    tangent.empirical(net, points(20, 4), outputs="sum")
    assert (sum(passes), len(passes)) == (5 + 2, 9 + 2)  # two tell which uses the others reach


def test_the_cheaper_way_is_taken():
    def pairs(T, R, C):
        return shares.pairs_are_cheaper(1, 20, 20, T, 10, R, C, same=True)

    assert pairs(T=1, R=512, C=512)  # a dense layer
    assert pairs(T=16, R=512, C=4608)  # a late, wide convolution
    assert not pairs(T=900, R=32, C=27)  # an early one
    assert not pairs(T=64, R=96, C=96)  # a layer over tokens

"""The tangent kernel of nets that people have, summed over their outputs: convolutions, norms, attention, tokens.

Ours against PyTorch's tutorial on tangent kernels: `torch.func` gives every sample's Jacobian, and each parameter's
part is contracted with itself, over the outputs as well (the tutorial's "trace").
"""

from __future__ import annotations

import functools
import itertools
from collections.abc import Callable
from dataclasses import dataclass

import torch
from torch import Tensor, nn

from bench.case import Case, Side, relative
from bench.cases import peers
from ddlearn import tangent
from ddlearn.compute import generator


@dataclass(frozen=True)
class Problem:
    net: nn.Module
    x: Tensor


def tutorial_cnn(small: bool) -> nn.Module:
    """The net of the tutorial, for images of 32 x 32 in three colors."""
    layers = [layer for c in (3, 32, 32) for layer in (nn.Conv2d(c, 4 if small else 32, 3), nn.ReLU())]
    if small:
        layers[2], layers[4] = nn.Conv2d(4, 4, 3), nn.Conv2d(4, 4, 3)
    return nn.Sequential(*layers, nn.Flatten(), nn.Linear((4 if small else 32) * 26 * 26, 10))


class Block(nn.Module):
    """Two convolutions with group norms, and the input added to them."""

    def __init__(self, before: int, after: int, stride: int):
        super().__init__()
        self.first = nn.Conv2d(before, after, 3, stride, padding=1, bias=False)
        self.second = nn.Conv2d(after, after, 3, padding=1, bias=False)
        self.norms = nn.ModuleList(nn.GroupNorm(4, after) for _ in range(2))
        self.short = nn.Sequential()
        if before != after:
            self.short = nn.Sequential(nn.Conv2d(before, after, 1, stride, bias=False), nn.GroupNorm(4, after))

    def forward(self, x: Tensor) -> Tensor:
        h = self.norms[0](self.first(x)).relu()
        return (self.norms[1](self.second(h)) + self.short(x)).relu()


def resnet(small: bool) -> nn.Module:
    """ResNet-18 for images of 32 x 32, with 16 channels at first and group norms."""
    c = 4 if small else 16
    widths = [c, c, c, 2 * c, 2 * c, 4 * c, 4 * c, 8 * c, 8 * c]
    blocks = [Block(a, b, 1 if a == b else 2) for a, b in itertools.pairwise(widths)]
    first = (nn.Conv2d(3, c, 3, padding=1, bias=False), nn.GroupNorm(4, c), nn.ReLU())
    return nn.Sequential(*first, *blocks, nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Linear(8 * c, 10))


class Transformer(nn.Module):
    """Tokens, or patches of an image, through blocks of attention; the head reads the last token."""

    def __init__(self, first: nn.Module, tokens: int, width: int, layers: int, outputs: int):
        super().__init__()
        self.first, self.head = first, nn.Linear(width, outputs)
        self.positions = nn.Parameter(0.02 * torch.randn(tokens, width))
        options = {"dropout": 0.0, "activation": "gelu", "batch_first": True, "norm_first": True}
        self.blocks = nn.ModuleList(nn.TransformerEncoderLayer(width, 4, 4 * width, **options) for _ in range(layers))
        self.norm = nn.LayerNorm(width)

    def forward(self, x: Tensor) -> Tensor:
        h = self.first(x) + self.positions
        for block in self.blocks:
            h = block(h)
        return self.head(self.norm(h[:, -1]))


def language_model(small: bool) -> nn.Module:
    """A hundred words, 32 tokens, two layers of width 64: the logits of the next word."""
    width = 8 if small else 64
    return Transformer(nn.Embedding(100, width), 32, width, 2, 100)


class Patches(nn.Module):
    """An image in 64 patches of 4 x 4 pixels, and the class token behind them."""

    def __init__(self, width: int):
        super().__init__()
        self.patch = nn.Conv2d(3, width, 4, 4)
        self.token = nn.Parameter(torch.randn(1, 1, width))

    def forward(self, x: Tensor) -> Tensor:
        return torch.cat([self.patch(x).flatten(2).mT, self.token.expand(len(x), 1, -1)], 1)


def vision_transformer(small: bool) -> nn.Module:
    """Images of 32 x 32 in patches of 4 x 4 and a class token, four layers of width 96."""
    width = 8 if small else 96
    return Transformer(Patches(width), 65, width, 4, 10)


def problem(small: bool, net: Callable[[bool], nn.Module], n: int, tokens: bool = False) -> Problem:
    n = 3 if small else n
    with torch.random.fork_rng():
        torch.manual_seed(0)
        made = net(small).double()
    draw = generator(0)
    x = torch.randint(100, (n, 32), generator=draw) if tokens else torch.randn(n, 3, 32, 32, generator=draw).double()
    return Problem(made, x)


def ours(it: Problem) -> Callable[[], Tensor]:
    return lambda: tangent.empirical(it.net, it.x, outputs="sum")


def jacobians(it: Problem) -> Callable[[], Tensor]:
    return peers.jacobians(it.net, it.x, "iap,jap->ij")


def case(name: str, title: str, net: Callable[[bool], nn.Module], n: int, tokens: bool = False) -> Case:
    return Case(
        name=name,
        title=title,
        problem=functools.partial(problem, net=net, n=n, tokens=tokens),
        ours=Side("ddlearn", ours),
        peers=(Side("torch.func, Jacobians", jacobians),),
        difference=relative,
    )


CASES = (
    case("ntk-cnn", "NTK of a CNN, 50 images of 32 x 32, 10 outputs", tutorial_cnn, 50),
    case("ntk-resnet", "NTK of ResNet-18, 16 channels, 20 images, 10 outputs", resnet, 20),
    case("ntk-language-model", "NTK of a language model, 20 texts, 100 outputs", language_model, 20, tokens=True),
    case("ntk-vision-transformer", "NTK of a vision transformer, 20 images, 10 outputs", vision_transformer, 20),
)

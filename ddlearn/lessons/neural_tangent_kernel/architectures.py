"""Three small networks for digits of 8 x 8 pixels, for Problem 5: the kernels that networks in practice have."""

import copy

import torch
from torch import Tensor, nn

from ddlearn import datasets

__all__ = ["architectures", "digits", "trained"]


class Transformer(nn.Module):
    """Each row of pixels is a token; one block of attention; the head reads the mean of the eight tokens."""

    def __init__(self, width: int = 16):
        super().__init__()
        self.first = nn.Linear(8, width)
        self.positions = nn.Parameter(torch.randn(8, width) / width**0.5)
        self.block = nn.TransformerEncoderLayer(width, 2, 2 * width, dropout=0.0, batch_first=True)
        self.head = nn.Linear(width, 10)

    def forward(self, x: Tensor) -> Tensor:
        return self.head(self.block(self.first(x.view(-1, 8, 8)) + self.positions).mean(1))


def architectures(seed: int = 0) -> dict[str, nn.Module]:
    """Return an MLP, a convolutional network and a transformer of two to three thousand weights each, in float64."""
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(seed)
        mlp = nn.Sequential(nn.Linear(64, 32), nn.ReLU(), nn.Linear(32, 10))
        convolutional = nn.Sequential(
            nn.Unflatten(1, (1, 8, 8)), nn.Conv2d(1, 12, 3), nn.ReLU(), nn.Conv2d(12, 16, 3, stride=2), nn.ReLU(),
            nn.Flatten(), nn.Linear(64, 10),
        )  # fmt: skip
        nets = {"MLP": mlp, "convolutional": convolutional, "transformer": Transformer()}
    return {name: net.double() for name, net in nets.items()}


def digits(n: int = 100, seed: int = 0) -> tuple[Tensor, Tensor]:
    """Return x (n, 64), standardized, and labels (n,), on the CPU."""
    x, y, _, _ = datasets.digit_points(n, 1, seed, "standard")
    return x.cpu(), y.cpu()


def trained(net: nn.Module, x: Tensor, y: Tensor, steps: int = 200, lr: float = 0.01) -> nn.Module:
    """Return a copy of the network after so many steps of Adam on the cross-entropy of these digits."""
    net = copy.deepcopy(net)
    adam = torch.optim.Adam(net.parameters(), lr)
    for _ in range(steps):
        adam.zero_grad()
        nn.functional.cross_entropy(net(x), y).backward()
        adam.step()
    return net

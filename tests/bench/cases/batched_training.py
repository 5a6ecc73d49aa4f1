"""Many nets trained as one against a loop over torch modules: the same starts, steps and minibatches.

A sweep has 105 nets of 21 widths up to 400; the small ones are 200 nets of up to 40 units, where a loop spends its time
in Python and not on numbers. Time is taken in float32 with Adam, as the lessons train. In that precision two ways to
sum drift apart, so whether the nets are the same is asked in float64, with momentum.
"""

from __future__ import annotations

import dataclasses
import functools
from collections.abc import Callable
from dataclasses import dataclass

import torch
from torch import Tensor, nn

from bench.case import Case, Side
from ddlearn.compute import generator
from ddlearn.networks import MLP
from ddlearn.training import Ensemble, train

N, D, K = 500, 64, 10
WIDTHS = (2, 4, 6, 8, 10, 13, 16, 20, 25, 32, 40, 50, 57, 64, 72, 80, 100, 128, 180, 256, 400)
SWEEP = tuple(width for width in WIDTHS for _ in range(5))
SMALL = tuple(width for width in range(2, 41, 2) for _ in range(10))
RATES = {"adam": 0.01, "momentum": 0.05}


@dataclass(frozen=True)
class Problem:
    widths: tuple[int, ...]
    steps: int
    batch: int | None
    optimizer: str = "adam"
    dtype: torch.dtype = torch.float32

    def data(self) -> tuple[Ensemble, Tensor, Tensor]:
        """The nets at their start, inputs and targets: the same draws in either precision."""
        draw = generator(0)
        x, y = (torch.randn(N, c, generator=draw, dtype=torch.float64).to(self.dtype) for c in (D, K))
        return Ensemble.draw([MLP((D, m, K)) for m in self.widths], draw, self.dtype), x, y

    def descent(self, parameters: object) -> torch.optim.Optimizer:
        lr = RATES[self.optimizer]
        if self.optimizer == "adam":
            return torch.optim.Adam(parameters, lr=lr)
        return torch.optim.SGD(parameters, lr=lr, momentum=0.9)


def problem(small: bool, widths: tuple[int, ...], steps: int, batch: int | None) -> Problem:
    return Problem(widths[::40], 2, batch) if small else Problem(widths, steps, batch)


def ours(it: Problem) -> Callable[[], Tensor]:
    ensemble, x, y = it.data()
    how = {"steps": it.steps, "lr": RATES[it.optimizer], "optimizer": it.optimizer, "batch": it.batch}
    return lambda: train(ensemble, x, y, generator=generator(1), **how).ensemble.apply(x)


def loop(it: Problem) -> Callable[[], Tensor]:
    """A module, an optimizer and a loss for each net."""
    ensemble, x, y = it.data()

    def one(net: MLP, parameters: object) -> Tensor:
        d, m, k = net.widths
        module = nn.Sequential(nn.Linear(d, m), nn.ReLU(), nn.Linear(m, k)).to(x.dtype)
        with torch.no_grad():
            for layer, (W, b) in zip(module[::2], parameters, strict=True):
                layer.weight.copy_(W)
                layer.bias.copy_(b)
        descent = it.descent(module.parameters())
        draw, order = generator(1), []
        for _ in range(it.steps):
            if it.batch and not order:
                order = list(torch.randperm(len(x), generator=draw).split(it.batch))
            rows = order.pop(0) if it.batch else slice(None)
            descent.zero_grad()
            loss = nn.functional.mse_loss(module(x[rows]), y[rows]) / 2
            loss.backward()
            descent.step()
        return module(x).detach()

    nets = list(zip(ensemble.nets, ensemble.parameters, strict=True))
    return lambda: torch.stack([one(net, parameters) for net, parameters in nets])


def difference(it: Problem) -> float:
    """Of all outputs of all nets, in float64 with momentum; outputs are of the order of 1."""
    same = dataclasses.replace(it, optimizer="momentum", dtype=torch.float64)
    return (ours(same)() - loop(same)()).abs().max().item()


def case(name: str, title: str, widths: tuple[int, ...], steps: int, batch: int | None = None) -> Case:
    return Case(
        name=f"training-{name}",
        title=f"{title}, {steps} steps",
        problem=functools.partial(problem, widths=widths, steps=steps, batch=batch),
        ours=Side("ddlearn", ours),
        peers=(Side("loop over torch modules", loop, rounds=3, difference=difference),),
    )


CASES = (
    case("sweep", "training 105 nets of 21 widths", SWEEP, 60),
    case("small", "training 200 small nets", SMALL, 60),
    case("minibatches", "the same in minibatches of 50", SMALL, 60, 50),
)

"""Train many nets at once: every width, seed and learning rate of an experiment in one call.

The numbers are those of training each net by itself, up to rounding: nets share the machine, nothing else. Nets may
differ in width, depth, activation, parametrization and learning rate; inputs and targets are shared or each net's own.
With g a gradient times the parametrization's rate, plus weight_decay * theta, and lr the net's learning rate, a step is

    gd         theta <- theta - lr g
    momentum   v <- momentum v + g,   theta <- theta - lr v
    adam       a <- a + .1 (g - a),   c <- .999 c + .001 g^2,
               theta <- theta - lr rate_adam (a / (1 - .9^t)) / (sqrt(c / (1 - .999^t)) + 1e-8)

for weights and biases alike. Minibatches are the same points for every net, drawn from the generator: without
replacement, each epoch in a new order and its last incomplete batch left out, or with it. A net that diverges has loss
inf from then on, and the others do not notice.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass

import torch
from torch import Tensor

from ddlearn import arguments
from ddlearn.networks import MLP, Parameters
from ddlearn.stacking import LOSSES, Stack, stacks

__all__ = ["OPTIMIZERS", "Ensemble", "Trained", "train"]

OPTIMIZERS = ("gd", "momentum", "adam")

PULSE = 0.1
"""Seconds between two calls of `progress`."""


@dataclass(frozen=True, eq=False)
class Ensemble:
    """Nets and their parameters: nets[i] has parameters[i]. All have the same precision and device."""

    nets: tuple[MLP, ...]
    parameters: tuple[Parameters, ...]

    def __post_init__(self) -> None:
        object.__setattr__(self, "nets", _nets(self.nets))
        object.__setattr__(self, "parameters", tuple(self.parameters))
        if len(self.parameters) != len(self.nets):
            raise ValueError(f"parameters must be one for each of {len(self.nets)} nets; got {len(self.parameters)}")
        for i, (net, parameters) in enumerate(zip(self.nets, self.parameters, strict=True)):
            net.check(parameters, f"parameters[{i}]")
            for W, _ in parameters:
                if W.ndim != 2:
                    raise ValueError(f"parameters[{i}] must be of one net; got W of shape {tuple(W.shape)}")
                arguments.same_kind(f"parameters[{i}]", W, "parameters[0]", self.parameters[0][0][0])

    @classmethod
    def draw(
        cls,
        nets: Sequence[MLP],
        generator: torch.Generator | Sequence[torch.Generator],
        dtype: torch.dtype = torch.float64,
        **init: object,
    ) -> Ensemble:
        """Each net with random parameters, in turn from one generator or each from its own; `init` as in `MLP.init`."""
        nets = _nets(nets)
        generators = [generator] * len(nets) if isinstance(generator, torch.Generator) else generator
        if not isinstance(generators, (list, tuple)) or len(generators) != len(nets):
            raise TypeError(f"generator must be a torch.Generator, or a list of {len(nets)}; got {generator!r}")
        return cls(nets, tuple(net.init(g, dtype, **init) for net, g in zip(nets, generators, strict=True)))

    def __len__(self) -> int:
        return len(self.nets)

    def apply(self, x: Tensor) -> Tensor:
        """Return every net's outputs.  x (n, d), or (nets, n, d) for inputs of their own -> (nets, n, k)."""
        xs = x if isinstance(x, Tensor) and x.ndim == 3 else [x] * len(self)
        return torch.stack([net.apply(p, own) for net, p, own in zip(self.nets, self.parameters, xs, strict=True)])


@dataclass(frozen=True, eq=False)
class Trained:
    """What training gave. steps (R,) are those recorded; losses (nets, R) are of all points, after so many steps.

    measured (nets, R, ...) is what `measure` gave then, or None.
    """

    ensemble: Ensemble
    steps: Tensor
    losses: Tensor
    measured: Tensor | None

    @property
    def diverged(self) -> Tensor:
        """Which nets ended with a loss that is not finite, (nets,)."""
        return self.losses[:, -1].isinf()


def train(
    ensemble: Ensemble,
    x: Tensor,
    y: Tensor,
    *,
    steps: int,
    lr: float | Tensor | Sequence[float],
    optimizer: str = "gd",
    momentum: float = 0.9,
    weight_decay: float = 0.0,
    loss: str = "mse",
    batch: int | None = None,
    replacement: bool = False,
    generator: torch.Generator | None = None,
    record: Sequence[int] = (),
    measure: Callable[[int, Parameters], Tensor] | None = None,
    progress: Callable[[float, str], object] | None = None,
) -> Trained:
    """Train every net of the ensemble for the same number of steps.

    x (n, d) or (nets, n, d); y (n,), (n, k) or (nets, n, k). loss "mse" is |f - y|^2 / (2nk); "cross-entropy" takes y
    as probabilities of the k classes, one-hot say; "logistic" is log(1 + e^(-y f)), y of -1 and +1. lr is one number or
    one for each net. batch None is all points at every step. Losses are recorded before the first step, after those in
    `record` and after the last; measure(i, parameters) is called for net i then. progress(fraction, words) is called
    about ten times a second, and may raise to stop. The ensemble stays as it was. Refuses by `TypeError`, `ValueError`.
    """
    x, y = _check_data(ensemble, x, y, loss)
    n = x.shape[-2]
    steps = arguments.whole("steps", steps, 1)
    lr = _check_rates(lr, ensemble)
    arguments.one_of("optimizer", optimizer, OPTIMIZERS)
    momentum = arguments.between("momentum", momentum, 0, 1) if optimizer == "momentum" else 0.0
    weight_decay = arguments.at_least("weight_decay", weight_decay, 0)
    if batch is not None:
        batch = arguments.whole("batch", batch, 1, n)
        if not isinstance(generator, torch.Generator):
            raise TypeError(f"generator must be a torch.Generator to draw batches from; got {type(generator).__name__}")
    if not isinstance(record, (list, tuple, range)):
        raise TypeError(f"record must be a list of steps; got {type(record).__name__}")
    recorded = sorted({0, steps, *(arguments.whole(f"record[{i}]", t, 0, steps) for i, t in enumerate(record))})
    column = {t: r for r, t in enumerate(recorded)}

    y = y.mT.contiguous()
    losses = x.new_empty(len(ensemble), len(recorded))
    measured: Tensor | None = None
    trained: list[Parameters] = [()] * len(ensemble)
    report = _Report(progress, len(ensemble), steps)
    start = generator.get_state() if batch is not None else None
    with torch.no_grad(), _no_denormals():
        for members in stacks(ensemble.nets, batch or n, x):
            stack = Stack([ensemble.nets[i] for i in members], [ensemble.parameters[i] for i in members])
            step = _optimizer(stack, optimizer, lr[members].tolist(), momentum, weight_decay)
            value, slope = LOSSES[loss]
            own_x = x[members] if x.ndim == 3 else x
            own_y = y[members] if len(y) > 1 else y
            if batch is not None:
                generator.set_state(start)  # The same batches for every stack, as if all nets were in one.
            batches = _batches(n, batch, replacement, generator)
            for t in range(steps + 1):
                if t in column:
                    losses[members, column[t]] = value(stack.outputs(own_x), own_y)
                    if measure is not None:
                        for e, i in enumerate(members):
                            seen = measure(i, stack.parameters(e))
                            if measured is None:  # in one piece: many small ones would hold the memory freed between
                                measured = seen.new_empty(*losses.shape, *seen.shape)
                            if seen.shape != measured.shape[2:]:
                                raise ValueError(f"measure must always give one shape; got {tuple(seen.shape)} as well")
                            measured[i, column[t]] = seen
                if t == steps:
                    break
                rows = next(batches)
                step(stack.find_gradient(own_x[..., rows, :], own_y[..., rows], slope))
                report(len(members), t + 1)
            for e, i in enumerate(members):
                trained[i] = stack.parameters(e)
    losses = losses.nan_to_num_(nan=torch.inf, posinf=torch.inf)
    return Trained(Ensemble(ensemble.nets, tuple(trained)), torch.tensor(recorded), losses, measured)


def _optimizer(stack: Stack, name: str, lr: list[float], momentum: float, decay: float) -> Callable[[Tensor], None]:
    """step(gradient) for a stack. It moves theta = (s W, t b): gradients gain a factor s or t, steps another."""
    theta = stack.theta
    if name == "adam":
        gain = stack.spread(lambda e, p: p.weight_rate * p.weight_scale, lambda e, p: p.bias_rate * p.bias_scale)
        rate = stack.spread(lambda e, p: lr[e] * p.weight_rate_adam * p.weight_scale, lambda e, p: lr[e] * p.bias_scale)
        pull = stack.spread(lambda e, p: decay / p.weight_scale, lambda e, p: decay / p.bias_scale)
        first, second, t = torch.zeros_like(theta), torch.zeros_like(theta), 0

        def adam(gradient: Tensor) -> None:
            nonlocal t
            t += 1
            gradient.mul_(gain)
            if decay > 0:
                gradient.addcmul_(pull, theta)
            first.lerp_(gradient, 0.1)
            second.mul_(0.999).addcmul_(gradient, gradient, value=0.001)
            size = second.sqrt().div_((1 - 0.999**t) ** 0.5).add_(1e-8)
            theta.sub_(torch.div(first, size, out=size).mul_(rate), alpha=1 / (1 - 0.9**t))

        return adam

    rate = stack.spread(
        lambda e, p: lr[e] * p.weight_rate * p.weight_scale**2, lambda e, p: lr[e] * p.bias_rate * p.bias_scale**2
    )
    pull = stack.spread(lambda e, p: lr[e] * decay, lambda e, p: lr[e] * decay)
    velocity = torch.zeros_like(theta)  # lr v

    def descend(gradient: Tensor) -> None:
        velocity.mul_(momentum).addcmul_(rate, gradient)
        if decay > 0:
            velocity.addcmul_(pull, theta)
        theta.sub_(velocity)

    return descend


def _batches(
    n: int, batch: int | None, replacement: bool, generator: torch.Generator | None
) -> Iterator[Tensor | slice]:
    """The rows of one minibatch after another."""
    while batch is None:
        yield slice(None)
    device = generator.device
    while replacement:
        yield torch.randint(n, (batch,), generator=generator, device=device)
    while True:
        order = torch.randperm(n, generator=generator, device=device)
        yield from order[: n - n % batch].split(batch)


class _Report:
    """Tells `progress`, now and then, how far training is."""

    def __init__(self, progress: Callable[[float, str], object] | None, nets: int, steps: int) -> None:
        self.progress, self.nets, self.steps = progress, nets, steps
        self.done, self.next = 0, 0.0

    def __call__(self, members: int, step: int) -> None:
        if step == self.steps:
            self.done += members
        if self.progress is None or time.monotonic() < self.next:
            return
        self.next = time.monotonic() + PULSE
        under_way = members * step / self.steps if step < self.steps else 0
        self.progress((self.done + under_way) / self.nets, f"{self.done} of {self.nets} nets trained")


@contextmanager
def _no_denormals() -> Iterator[None]:
    """Take numbers below the normal range as 0: the fading momentum of a dead unit would slow every step by far."""
    smallest = torch.tensor(torch.finfo(torch.float64).tiny, dtype=torch.float64)
    flushed_before = (smallest / 2).item() == 0
    torch.set_flush_denormal(True)
    try:
        yield
    finally:
        torch.set_flush_denormal(flushed_before)


def _nets(nets: Sequence[MLP]) -> tuple[MLP, ...]:
    if not isinstance(nets, (list, tuple)) or not nets or not all(isinstance(net, MLP) for net in nets):
        raise TypeError(f"nets must be a list of MLP, one or more; got {nets!r}")
    return tuple(nets)


def _check_data(ensemble: Ensemble, x: Tensor, y: Tensor, loss: str) -> tuple[Tensor, Tensor]:
    """x (n, d) or (nets, n, d), and y (1 or nets, n, k)."""
    if not isinstance(ensemble, Ensemble):
        raise TypeError(f"ensemble must be an Ensemble; got {type(ensemble).__name__}")
    arguments.one_of("loss", loss, tuple(LOSSES))
    arguments.tensor("x", x)
    arguments.tensor("y", y)
    E, d, k = len(ensemble), ensemble.nets[0].widths[0], ensemble.nets[0].widths[-1]
    for i, net in enumerate(ensemble.nets):
        if (net.widths[0], net.widths[-1]) != (d, k):
            raise ValueError(f"nets must have the same inputs and outputs; got widths {net.widths} for nets[{i}]")
    if x.ndim not in (2, 3) or x.shape[-1] != d or (x.ndim == 3 and len(x) != E):
        raise ValueError(f"x must be of shape (n, {d}) or ({E}, n, {d}); got shape {tuple(x.shape)}")
    n = x.shape[-2]
    y = y[:, None] if y.ndim == 1 and k == 1 else y
    if y.shape not in ((n, k), (E, n, k)):
        also = f" or ({n},)" if k == 1 else ""
        raise ValueError(f"y must be of shape ({n}, {k}) or ({E}, {n}, {k}){also}; got shape {tuple(y.shape)}")
    for name, value in (("x", x), ("y", y)):
        arguments.same_kind(name, value, "the parameters", ensemble.parameters[0][0][0])
    if loss == "cross-entropy" and ((y < 0).any() or ((y.sum(-1) - 1).abs() > 1e-5).any()):
        raise ValueError("y must be probabilities of the classes, rows of numbers from 0 that add up to 1")
    if loss == "logistic":
        arguments.signs("y", y)
    return x, y if y.ndim == 3 else y[None]


def _check_rates(lr: float | Tensor | Sequence[float], ensemble: Ensemble) -> Tensor:
    """One learning rate for each net."""
    if isinstance(lr, (list, tuple)) or (isinstance(lr, Tensor) and lr.ndim > 0):
        rates = arguments.positives("lr", lr, torch.empty((), dtype=torch.float64))
        if len(rates) != len(ensemble):
            raise ValueError(f"lr must be one number, or one for each of {len(ensemble)} nets; got {len(rates)}")
        return rates
    return torch.full((len(ensemble),), arguments.positive("lr", lr), dtype=torch.float64)

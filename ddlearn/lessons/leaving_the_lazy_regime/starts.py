"""Nets that start as the zero function, made by a doubling of the learner's own."""

import hashlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace

import torch
from torch import Tensor

from ddlearn.networks import MLP, Parameters

Doubled = Callable[[Tensor, Tensor, Tensor], tuple[Tensor, Tensor, Tensor]]


@dataclass(frozen=True)
class Start:
    """Where many nets start, told apart by its numbers: whoever makes the same start shares what was trained from it.

    So a learner's function, once it is right, is called, and does not make the page train again what it has trained.
    """

    digest: bytes
    parameters: tuple[Parameters, ...] = field(compare=False)

    @classmethod
    def of(cls, parameters: Sequence[Parameters]) -> "Start":
        """These parameters, in single precision: training needs no more, and takes half the time."""
        single = tuple(
            tuple(tuple(None if part is None else part.float() for part in pair) for pair in pairs)
            for pairs in parameters
        )
        numbers = hashlib.sha256()
        for pairs in single:
            for pair in pairs:
                for part in pair:
                    if part is not None:
                        numbers.update(part.contiguous().numpy().tobytes())
        return cls(numbers.digest(), single)


def draw(
    net: MLP, generator: torch.Generator, doubled: Doubled | None, readout: str = "signs"
) -> tuple[tuple[Tensor, Tensor], tuple[Tensor, None]]:
    """Parameters of a net with one hidden layer: half of its units drawn and then doubled, or all drawn."""
    if doubled is None:
        return net.init(generator, readout=readout)
    half = replace(net, widths=(net.widths[0], net.widths[1] // 2, 1))
    (W, b), (a, _) = half.init(generator, readout=readout)
    W, b, a = doubled(W, b, a[0])
    return (W, b), (a[None], None)


def flat(parameters: Parameters) -> Tensor:
    """All weights and biases as one vector."""
    return torch.cat([part.flatten() for pair in parameters for part in pair if part is not None])

"""Functions that the learner writes or repairs: the probability of a tube given the type, and the loss that uses it."""

import torch
from torch import Tensor

from ddlearn.classroom import Exercise, Hints, edit

HINTS = Hints.beside(__file__)


def transition(purity: Tensor, shares: Tensor) -> tuple[Tensor, Tensor]:
    joint = shares[:, None] * purity  # (S, C): P(tube and type)
    q = joint.sum(0)
    return (joint / q).T, q


def forward_loss(logits: Tensor, tubes: Tensor, T: Tensor) -> Tensor:
    types = logits.softmax(1)
    names = types @ T
    own = names.gather(1, tubes[:, None])
    return -own.log().mean()


def mixtures(rows: int, columns: int, generator: torch.Generator, sharp: float = 1.0) -> Tensor:
    return (sharp * torch.randn(rows, columns, generator=generator, dtype=torch.float64)).softmax(1)


def transition_cases(generator: torch.Generator):
    for tubes, types in ((3, 3), (4, 3), (3, 2)):
        yield mixtures(tubes, types, generator, 1.5), mixtures(1, tubes, generator)[0]


def forward_cases(generator: torch.Generator):
    for n, types, tubes in ((12, 3, 3), (7, 3, 4), (9, 2, 3)):
        logits = 2 * torch.randn(n, types, generator=generator, dtype=torch.float64)
        yield logits, torch.randint(tubes, (n,), generator=generator), mixtures(types, tubes, generator, 1.5)


TRANSITION = Exercise(
    name="transition",
    title="From purity to the probability of a tube",
    reference=transition,
    cases=transition_cases,
    **HINTS.of("transition", {"the shares for q": edit(".T, q", ".T, joint.sum(1)")}),
)

FORWARD_LOSS = Exercise(
    name="forward_loss",
    title="A loss that knows the purity",
    reference=forward_loss,
    cases=forward_cases,
    given="logarithms averaged",
    **HINTS.of("forward_loss"),
)

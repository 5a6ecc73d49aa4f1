"""The function that the learner writes for a round of a label model, with the usual wrong versions."""

import torch
from torch import Tensor

from ddlearn.classroom import Exercise, Hints, edit

HINTS = Hints.beside(__file__)


def label_round(r: Tensor, heard: Tensor, balance: Tensor, s: float) -> Tensor:
    joint = balance.log().repeat(len(r), 1)
    for j in range(heard.shape[1]):
        counts = r.T @ heard[:, j] + s
        theta = counts / counts.sum(1, keepdim=True)
        joint = joint + heard[:, j] @ theta.log().T
    return joint.softmax(1)


def all_sayings(r: Tensor, heard: Tensor, balance: Tensor, s: float) -> Tensor:
    counts = torch.einsum("nc,nml->mcl", r, heard) + s
    return counts / counts.sum(-1, keepdim=True)


def mixtures(rows: int, columns: int, generator: torch.Generator, sharp: float = 1.0) -> Tensor:
    return (sharp * torch.randn(rows, columns, generator=generator, dtype=torch.float64)).softmax(1)


def round_cases(generator: torch.Generator):
    for n, m, C, s in ((9, 4, 3, 0.25), (14, 3, 3, 0.5), (8, 5, 2, 0.3)):
        said = torch.randint(C + 1, (n, m), generator=generator)
        heard = torch.nn.functional.one_hot(said, C + 1).double()
        yield mixtures(n, C, generator), heard, mixtures(1, C, generator)[0], s


LABEL_ROUND = Exercise(
    name="label_round",
    title="One round of a label model",
    reference=label_round,
    cases=round_cases,
    **HINTS.of(
        "label_round",
        {
            "divided over the types": edit("counts / counts.sum(1, keepdim=True)", "counts"),
            "theta returned": all_sayings,
        },
    ),
)

"""Functions that the learner writes or repairs: one step of counting a patient, and one round of a label model."""

import torch
from torch import Tensor

from ddlearn.classroom import Exercise, Hints, edit

HINTS = Hints.beside(__file__)


def shares_step(P: Tensor, p_from: Tensor, shares: Tensor, alpha: Tensor) -> Tensor:
    R = P * shares / p_from
    R = R / R.sum(1, keepdim=True)
    total = R.sum(0) + alpha - 1
    return total / total.sum()


def label_round(r: Tensor, heard: Tensor, balance: Tensor, s: float) -> Tensor:
    joint = balance.log().repeat(len(r), 1)
    for j in range(heard.shape[1]):
        counts = r.T @ heard[:, j] + s
        theta = counts / counts.sum(1, keepdim=True)
        joint = joint + heard[:, j] @ theta.log().T
    return joint.softmax(1)


def mixtures(rows: int, columns: int, generator: torch.Generator, sharp: float = 1.0) -> Tensor:
    return (sharp * torch.randn(rows, columns, generator=generator, dtype=torch.float64)).softmax(1)


def step_cases(generator: torch.Generator):
    for n, C in ((12, 3), (7, 3), (9, 2)):
        P, p_from, shares = (mixtures(rows, C, generator, 1.5) for rows in (n, 1, 1))
        alpha = 1 + 3 * torch.rand(C, generator=generator, dtype=torch.float64)
        yield P, p_from[0], shares[0], alpha


def round_cases(generator: torch.Generator):
    for n, m, C, s in ((9, 4, 3, 0.25), (14, 3, 3, 0.5), (8, 5, 2, 0.3)):
        said = torch.randint(C + 1, (n, m), generator=generator)
        heard = torch.nn.functional.one_hot(said, C + 1).double()
        yield mixtures(n, C, generator), heard, mixtures(1, C, generator)[0], s


def many_steps(P: Tensor, p_from: Tensor, shares: Tensor, alpha: Tensor) -> Tensor:
    for _ in range(100):
        shares = shares_step(P, p_from, shares, alpha)
    return shares


def all_sayings(r: Tensor, heard: Tensor, balance: Tensor, s: float) -> Tensor:
    counts = torch.einsum("nc,nml->mcl", r, heard) + s
    return counts / counts.sum(-1, keepdim=True)


SHARES_STEP = Exercise(
    name="shares_step",
    title="One step of counting a patient",
    reference=shares_step,
    cases=step_cases,
    given="prior against a mean",
    **HINTS.of(
        "shares_step",
        {
            "not shifted": edit("R = P * shares / p_from\n", "R = P\n"),
            "many steps": many_steps,
        },
    ),
)

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

"""The function that the learner writes for a round of a label model, with the usual wrong versions."""

import torch
from torch import Tensor

from ddlearn.classroom import Exercise, Mistake, edit


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
    hints=(
        "Two halves. First what each rule says of each type, weighed by r; then what that says of each cell.",
        "For rule j, counts = r.T @ heard[:, j] + s has a row for each type and a column for each saying. Divide each "
        "row by its sum: this is theta.",
        "heard[:, j] @ theta.log().T picks, for each cell, the logarithm of what rule j said of it. Add it to joint, "
        "and end with joint.softmax(1).",
    ),
    mistakes=(
        Mistake(
            "balance forgotten",
            edit("balance.log().repeat(len(r), 1)", "torch.zeros_like(r)"),
            "You left out the balance: a rare type needs stronger evidence. Begin with balance.log().",
        ),
        Mistake(
            "balance without a logarithm",
            edit("balance.log()", "balance"),
            "You added the balance itself to logarithms. Begin with balance.log().",
        ),
        Mistake(
            "silence dropped",
            edit("r.T @ heard[:, j]", "r.T @ heard[:, j, :-1]").edit("heard[:, j] @ theta", "heard[:, j, :-1] @ theta"),
            "You left out the last saying, silence. That a rule is silent is evidence too: keep all C + 1.",
        ),
        Mistake(
            "divided over the types",
            edit("counts.sum(1, keepdim=True)", "counts.sum(0)"),
            "Each row of theta must add up to 1 over what the rule may say. Either you did not divide the counts, or "
            "you divided them over the types. Both give the same answer in the end.",
            also=(edit("counts / counts.sum(1, keepdim=True)", "counts"),),
        ),
        Mistake(
            "probabilities added",
            edit("balance.log().repeat(len(r), 1)", "torch.zeros_like(r)")
            .edit("theta.log().T", "theta.T")
            .edit("joint.softmax(1)", "balance * joint / (balance * joint).sum(1, keepdim=True)"),
            "You added the probabilities of the rules. Independent rules multiply: add logarithms.",
        ),
        Mistake(
            "mean of logarithms",
            edit("theta.log().T", "theta.log().T / heard.shape[1]"),
            "You took the mean over rules, as if all of them together were one witness. Each adds its own logarithm.",
        ),
        Mistake(
            "last rule only",
            edit("joint = joint +", "joint = balance.log() +"),
            "Each rule overwrites the one before, so only the last rule counts. Add to joint in every round of the "
            "loop.",
        ),
        Mistake(
            "hard labels",
            edit("r.T @", "torch.nn.functional.one_hot(r.argmax(1), r.shape[1]).to(r).T @"),
            "You counted each cell for its most probable type alone. Weigh by r: a cell in doubt counts a little for "
            "each.",
        ),
        Mistake(
            "softmax over cells",
            edit("softmax(1)", "softmax(0)"),
            "Your columns add up to 1. Each cell has a type: the softmax goes over the types, dimension 1.",
        ),
        Mistake(
            "logarithms returned",
            edit("joint.softmax(1)", "joint"),
            "These are logarithms of P(type, votes). Rows of the answer add up to 1: end with a softmax.",
        ),
        Mistake(
            "not normalized",
            edit("joint.softmax(1)", "joint.exp()"),
            "These are P(type, votes). Rows of the answer add up to 1: divide each by its sum.",
        ),
        Mistake(
            "old r for the balance",
            edit("balance.log().repeat(len(r), 1)", "r.log()"),
            "You took the old r of a cell for its prior, so its votes count again in each round. The prior is the "
            "balance, the same for all cells.",
        ),
        Mistake(
            "balance from r",
            edit("balance.log()", "r.mean(0).log()"),
            "You took the mean of r for the balance. Use the argument `balance`.",
        ),
        Mistake(
            "s forgotten",
            edit(" + s", ""),
            "Without s a saying that was not counted has probability 0, and its logarithm is infinite. Add s to the "
            "counts.",
        ),
        Mistake(
            "s added to shares",
            edit(" + s", "").edit("theta = counts /", "theta = s + counts /"),
            "You added s after the division. It counts as s cells more for each saying: add it to the counts.",
        ),
        Mistake(
            "silence not heard",
            edit("heard[:, j] @ theta.log().T", "heard[:, j, :-1] @ theta[:, :-1].log().T"),
            "theta is right, but you leave silence out of the votes. That a rule is silent is evidence too: keep all C "
            "+ 1.",
        ),
        Mistake(
            "product over all sayings",
            edit("balance.log().repeat(len(r), 1)", "balance.repeat(len(r), 1)")
            .edit("joint + heard[:, j] @ theta.log().T", "joint * (heard[:, j, None] * theta).prod(-1)")
            .edit("joint.softmax(1)", "joint / joint.sum(1, keepdim=True)"),
            "Your product goes over sayings that a rule did not say: `heard` is 0 there, and so is the product. "
            "Take theta ** heard, or add logarithms.",
        ),
        Mistake(
            "theta returned",
            edit("joint.softmax(1)", "theta"),
            "This is theta, what a rule says of a type. Return what the votes then say of each cell: the next r, (n, "
            "C).",
            also=(all_sayings,),
        ),
    ),
)

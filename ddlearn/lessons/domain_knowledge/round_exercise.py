"""The function that the learner writes for a round of a label model, with the usual wrong versions."""

import torch
from torch import Tensor

from ddlearn.classroom import Exercise, Mistake, edit


def label_round(q: Tensor, heard: Tensor, balance: Tensor, s: float) -> Tensor:
    counts = torch.einsum("nc,nml->mcl", q, heard) + s
    theta = counts / counts.sum(-1, keepdim=True)
    joint = balance.log() + torch.einsum("nml,mcl->nc", heard, theta.log())
    return joint.softmax(1)


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
        "Two halves. First what each rule says of each type, weighed by q; then what that says of each cell.",
        'counts = torch.einsum("nc,nml->mcl", q, heard) + s, and theta = counts over their sum along the last axis.',
        'joint = balance.log() + torch.einsum("nml,mcl->nc", heard, theta.log()), then a softmax over the types.',
    ),
    mistakes=(
        Mistake(
            "balance forgotten",
            edit("balance.log() + ", ""),
            "You left out the balance: a rare type needs stronger evidence. Add balance.log().",
        ),
        Mistake(
            "balance without a logarithm",
            edit("balance.log()", "balance"),
            "You added the balance itself to logarithms. Add balance.log().",
        ),
        Mistake(
            "silence dropped",
            edit("q, heard)", "q, heard[..., :-1])").edit("heard, theta", "heard[..., :-1], theta"),
            "You left out the last saying, silence. That a rule is silent tells something too: keep all C + 1.",
        ),
        Mistake(
            "divided over the types",
            edit("counts.sum(-1, keepdim=True)", "counts.sum(1, keepdim=True)"),
            "theta[j, c] must add up to 1 over what rule j may say, the last axis. Either you did not divide the "
            "counts, or you divided them over the types. Both give the same answer in the end.",
            also=(edit("counts / counts.sum(-1, keepdim=True)", "counts"),),
        ),
        Mistake(
            "probabilities added",
            edit("balance.log() +", "balance *")
            .edit("theta.log()", "theta")
            .edit("joint.softmax(1)", "joint / joint.sum(1, keepdim=True)"),
            "You added the probabilities of the rules. Independent rules multiply: add logarithms.",
        ),
        Mistake(
            "mean of logarithms",
            edit("theta.log())", "theta.log()) / heard.shape[1]"),
            "You took the mean over rules, as if all of them together were one witness. Each adds its own logarithm.",
        ),
        Mistake(
            "hard labels",
            edit("q, heard)", "torch.nn.functional.one_hot(q.argmax(1), q.shape[1]).to(q), heard)"),
            "You counted each cell for its likeliest type alone. Weigh by q: a cell in doubt counts a little for each.",
        ),
        Mistake(
            "softmax over cells",
            edit("softmax(1)", "softmax(0)"),
            "Your columns add up to 1. Each cell has a type: the softmax goes over the types, dimension 1.",
        ),
        Mistake(
            "logarithms returned",
            edit("joint.softmax(1)", "joint"),
            "These are log P(type, votes). Rows of the answer add up to 1: end with a softmax.",
        ),
        Mistake(
            "not normalized",
            edit("joint.softmax(1)", "joint.exp()"),
            "These are P(type, votes). Rows of the answer add up to 1: divide each by its sum.",
        ),
        Mistake(
            "old q for the balance",
            edit("balance.log()", "q.log()"),
            "You took the old q of a cell for its prior, so its votes count again in each round. The prior is the "
            "balance, the same for all cells.",
        ),
        Mistake(
            "balance from q",
            edit("balance.log()", "q.mean(0).log()"),
            "You took the mean of q for the balance. The balance is given: it is known before any cell is seen.",
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
            edit("heard, theta.log()", "heard[..., :-1], theta[..., :-1].log()"),
            "You leave silence out of the votes. That a rule is silent tells something too: keep all C + 1.",
        ),
        Mistake(
            "product over all sayings",
            edit(
                'balance.log() + torch.einsum("nml,mcl->nc", heard, theta.log())',
                "balance * (heard[:, :, None] * theta).prod(-1).prod(1)",
            ).edit("joint.softmax(1)", "joint / joint.sum(1, keepdim=True)"),
            "Your product goes over sayings that a rule did not say: `heard` is 0 there, and so is the product. "
            "Take theta ** heard, or add logarithms.",
        ),
        Mistake(
            "theta returned",
            edit("joint.softmax(1)", "theta"),
            "This is theta, what a rule says of a type. Return what votes then say of each cell: the next q, (n, C).",
        ),
    ),
)

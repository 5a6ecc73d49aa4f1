"""Functions that the learner writes or repairs: the probability of a tube given the type, and the loss that uses it."""

import torch
from torch import Tensor

from ddlearn.classroom import Exercise, Mistake, edit


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
    hints=(
        "Bayes: P(tube and type) = P(tube) P(type given tube). Then divide by P(type).",
        "joint = shares[:, None] * purity has a row for each tube. Its sum over tubes, dimension 0, is q.",
        "return (joint / q).T, q",
    ),
    mistakes=(
        Mistake(
            "transposed",
            edit("(joint / q).T", "joint / q"),
            "These are the right numbers, lying down: T has a row for each type and a column for each tube. Transpose.",
        ),
        Mistake(
            "rows of purity",
            edit("(joint / q).T", "purity.T"),
            "You divided tube by tube, and got the purity back: P(type given tube). T asks the other way: divide by q, "
            "type by type.",
        ),
        Mistake(
            "not divided",
            edit("(joint / q).T", "joint.T"),
            "This is P(tube and type). Each type’s row must add up to 1: divide by q.",
        ),
        Mistake(
            "shares forgotten",
            edit("shares[:, None] * purity", "purity / len(purity)"),
            "You took all tubes to be equally large. A tube with more cells counts for more: multiply by shares.",
        ),
        Mistake(
            "shares forgotten in q",
            edit(".T, q", ".T, purity.mean(0)"),
            "T is right, q is not: the mix of all tubes together weighs each tube by its share. q = shares @ purity.",
        ),
        Mistake(
            "shares forgotten in T",
            edit("joint / q", "purity / purity.sum(0)"),
            "q is right, T is not: you divided the purity’s columns by their sums, as if all tubes were equally large.",
        ),
        Mistake(
            "uniform prior",
            edit(".T, q", ".T, torch.full_like(q, 1 / len(q))"),
            "You took q to be the same for all types. Impure or unequal tubes together hold another mix: q = shares @ "
            "purity. The shift to a patient starts from it.",
        ),
        Mistake(
            "shares along the types",
            edit("shares[:, None] * purity", "purity * shares"),
            "`purity * shares` multiplies the columns, one for each type. The shares belong to tubes, the rows: "
            "shares[:, None] * purity.",
        ),
        Mistake(
            "the inverse matrix",
            edit("(joint / q).T", "torch.linalg.inv(purity)"),
            "You inverted the matrix of the purity. The other direction of a probability comes from Bayes: "
            "P(tube and type), divided by P(type).",
        ),
        Mistake(
            "divided by the shares",
            edit("joint / q", "purity / shares[:, None] / (purity / shares[:, None]).sum(0)"),
            "You divided by the shares. A tube with more cells counts for more: multiply by them.",
        ),
        Mistake(
            "the mix of T",
            edit(".T, q", ".T, (joint / q).T @ shares"),
            "T is right, q is not: q, the mix of types, is shares @ purity, the sum of the joint over tubes.",
        ),
        Mistake(
            "the shares for q",
            edit(".T, q", ".T, shares"),
            "T is right, q is not: these are the shares of the tubes. q has a number for each type: sum over tubes, "
            "dimension 0.",
            also=(edit(".T, q", ".T, joint.sum(1)"),),
        ),
        Mistake(
            "T alone",
            edit(".T, q", ".T"),
            "This is T, and right. Return q, the mix of types in all tubes together, as well: `return T, q`.",
        ),
    ),
)

FORWARD_LOSS = Exercise(
    name="forward_loss",
    title="A loss that knows the purity",
    reference=forward_loss,
    cases=forward_cases,
    given="logarithms averaged",
    hints=(
        "Take one cell on paper. Which number is the probability of its tube’s name, and what does the function "
        "compute?",
        "P(tube s) is a sum of products of probabilities, over the types. Where does the given version take "
        "logarithms?",
        "Multiply probabilities by T first: types = logits.softmax(1), names = types @ T. Take the logarithm at the "
        "end.",
    ),
    mistakes=(
        Mistake(
            "logarithms averaged",
            edit("logits.softmax(1)", "logits.log_softmax(1)").edit("own.log()", "own"),
            "You averaged logarithms with the weights of T. The probability of a name is a sum: add first, then take "
            "the logarithm. For pure tubes both are the same.",
        ),
        Mistake(
            "name taken for type",
            edit("types @ T", "types"),
            "You compared the types with the name as if tubes were pure. Multiply by T first.",
        ),
        Mistake(
            "T transposed",
            edit("types @ T", "types @ T.T"),
            "T has a row for each type and a column for each tube. `types` has a column for each type: types @ T.",
        ),
        Mistake(
            "logits for probabilities",
            edit("logits.softmax(1)", "logits"),
            "Logits are no probabilities: they may be negative. Take their softmax over the types first.",
        ),
        Mistake(
            "softmax at the end",
            edit("logits.softmax(1)", "logits").edit("types @ T", "(types @ T).softmax(1)"),
            "You mixed logits. T mixes probabilities: softmax first, then T.",
        ),
        Mistake(
            "softmax twice",
            edit("types @ T", "(types @ T).softmax(1)"),
            "`types @ T` are probabilities already. A further softmax, as in `cross_entropy`, changes them.",
        ),
        Mistake(
            "softmax over cells",
            edit("softmax(1)", "softmax(0)"),
            "Your probabilities add up to 1 over the cells. Each cell has a type: the softmax goes over dimension 1.",
        ),
        Mistake(
            "logarithm of the mean",
            edit("own.log().mean()", "own.mean().log()"),
            "You took the logarithm of the mean probability. Each cell has a loss of its own: logarithm first, then "
            "mean.",
        ),
        Mistake(
            "sum over cells",
            edit(".mean()", ".sum()"),
            "You added the losses up. The loss is their mean, so that it does not grow with the number of cells.",
        ),
        Mistake(
            "minus forgotten",
            edit("-own", "own"),
            "Your loss is largest for the best network. The logarithm of a probability is negative: put a minus.",
        ),
        Mistake(
            "all names",
            edit("own.log()", "names.log()"),
            "You averaged over all names. Each cell has one name: take the column of its own tube.",
        ),
    ),
)

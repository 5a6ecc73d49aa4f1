"""Functions that the learner writes: a loss of bags from their proportions, and the risk with labels from bags without.

The number that stands between them, kappa, is in a file of its own.
"""

import torch
from torch import Tensor

from ddlearn.classroom import Exercise, Mistake, edit
from ddlearn.lessons.weak_labels.kappa_exercise import KAPPA, kappa

__all__ = ["BAG_RISK", "KAPPA", "PROPORTION_LOSS", "bag_risk", "kappa", "proportion_loss"]


def proportion_loss(logits: Tensor, a: Tensor) -> Tensor:
    q = logits.softmax(-1).mean(1)  # (B, k, C) -> (B, C)
    return -(a * q.log()).sum(1).mean()


def bag_risk(logits: Tensor, a: Tensor, p: Tensor, kappa: float) -> Tensor:
    w = kappa * a - (kappa - 1) * p  # (B, C)
    loss = -logits.log_softmax(-1).mean(1)  # (B, k, C) -> (B, C)
    return (w * loss).sum(1).mean()


def loss_cases(generator: torch.Generator):
    for B, k, C in ((4, 5, 3), (6, 3, 4), (2, 7, 3)):
        logits = 2 * torch.randn(B, k, C, generator=generator, dtype=torch.float64)
        yield logits, torch.randn(B, C, generator=generator, dtype=torch.float64).softmax(1)


def risk_cases(generator: torch.Generator):
    for (logits, a), spread in zip(loss_cases(generator), (6.26, 3.0, 12.5), strict=True):
        yield logits, a, torch.randn(a.shape[1], generator=generator, dtype=torch.float64).softmax(0), spread


PROPORTION_LOSS = Exercise(
    name="proportion_loss",
    title="The proportion loss",
    reference=proportion_loss,
    trained=True,
    cases=loss_cases,
    hints=(
        "Three steps: probabilities for each cell, their mean over the cells of a bag, one cross-entropy for the bag.",
        "q = logits.softmax(-1).mean(1) has shape (B, C): what the net believes to be the bag's proportions.",
        "Then -(a * q.log()).sum(1) is a number for each bag. Return their mean.",
    ),
    mistakes=(
        Mistake(
            "mean of the logarithms",
            edit("softmax(-1)", "log_softmax(-1)").edit("q.log()", "q"),
            "You took the mean of the logarithms. That asks every single cell to look like the whole bag. Take the "
            "mean over cells first, then the logarithm.",
        ),
        Mistake(
            "mean of the logits",
            edit("softmax(-1).mean(1)", "mean(1).log_softmax(-1)").edit("q.log()", "q"),
            "You averaged the logits. Logits are no shares: softmax first, then the mean over cells.",
        ),
        Mistake(
            "softmax over the cells",
            edit("softmax(-1)", "softmax(1)"),
            "Your softmax runs over the cells of a bag. A cell's probabilities add up to 1 over classes: softmax(-1).",
        ),
        Mistake(
            "a and q swapped",
            edit("a * q.log()", "q * a.log()"),
            "You have a inside the logarithm and q outside. The logarithm is of what the net predicts.",
        ),
        Mistake(
            "Kullback-Leibler divergence",
            edit("q.log()", "(q / a).log()"),
            (
                "This is the Kullback-Leibler divergence: the cross-entropy less the entropy of a. Its gradient is the "
                "same, as a does not depend on the net. What is asked for is the cross-entropy itself, -sum a log q."
            ),
        ),
        Mistake(
            "sum over bags",
            edit(".sum(1).mean()", ".sum()"),
            "You added up the bags. Return their mean, so that the loss does not depend on how many there are.",
        ),
        Mistake(
            "mean over classes",
            edit(".sum(1).mean()", ".mean()"),
            "You took the mean over classes. A cross-entropy is a sum over classes.",
        ),
        Mistake(
            "no minus",
            edit("return -(", "return ("),
            "Your sign is turned: this grows as the prediction gets better. Put a minus before the sum.",
        ),
        Mistake(
            "squared difference",
            edit("-(a * q.log())", "(q - a).square()"),
            "This is a squared difference. It would do in practice, but asked for is a cross-entropy, -sum a log q.",
        ),
        Mistake(
            "a second softmax",
            edit("-(a * q.log()).sum(1).mean()", "torch.nn.functional.cross_entropy(q, a)"),
            "`cross_entropy` expects logits and takes a softmax itself, so q went through two. Write -sum a log q.",
        ),
        Mistake(
            "one number for each bag",
            edit(".sum(1).mean()", ".sum(1)"),
            "This is the loss of each bag. Return their mean, one number.",
        ),
        Mistake(
            "another logarithm",
            edit("q.log()", "q.log10()"),
            "You took the logarithm to base 10. A cross-entropy has the natural one: `.log()`.",
            also=(edit("q.log()", "q.log2()"),),
        ),
        Mistake(
            "mean over bags",
            edit("mean(1)", "mean(0)"),
            "Your mean runs over the bags. The mean of the predictions is over the cells of a bag, dimension 1.",
        ),
        Mistake(
            "no softmax",
            edit(".softmax(-1)", ""),
            "You took the mean of the logits for shares. Logits may be negative, and have no logarithm: softmax first.",
        ),
    ),
)

BAG_RISK = Exercise(
    name="bag_risk",
    title="The risk with labels, without labels",
    reference=bag_risk,
    trained=True,
    cases=risk_cases,
    given="clipped at zero",
    hints=(
        "Two parts: a weight for each bag and class, and the bag's mean loss as each class.",
        "The losses: -logits.log_softmax(-1).mean(1), of shape (B, C). The weights: kappa * a - (kappa - 1) * p.",
        "Multiply the two, sum over classes, take the mean over bags. Negative weights are as they should be.",
    ),
    mistakes=(
        Mistake(
            "the bag size for kappa",
            lambda logits, a, p, kappa: bag_risk(logits, a, p, logits.shape[1]),
            "You took the bag size for kappa. That is right for independent cells only; use the kappa you are given.",
        ),
        Mistake(
            "a and p swapped",
            edit("kappa * a - (kappa - 1) * p", "kappa * p - (kappa - 1) * a"),
            "You have a and p the other way round. kappa stretches the bag's own a; the mean p is taken off.",
        ),
        Mistake(
            "kappa times the difference",
            edit("kappa * a - (kappa - 1) * p", "kappa * (a - p)"),
            "Your weights add up to 0: you took off kappa * p. Take off (kappa - 1) * p, then they add up to 1.",
        ),
        Mistake(
            "added in place of taken off",
            edit("a - (kappa", "a + (kappa"),
            "You added the mean p. It must be taken off: only then does what all bags have in common cancel.",
        ),
        Mistake(
            "clipped at zero",
            edit("w * loss", "w.clamp(min=0) * loss"),
            "You cut the negative weights off. They are what makes the risk unbiased: leave them.",
        ),
        Mistake(
            "proportions as soft labels",
            edit("w * loss", "a * loss"),
            "Your weights are a itself, which is kappa = 1: every cell then counts as labelled with its bag's shares.",
        ),
        Mistake(
            "logarithm of the mean",
            edit("log_softmax(-1).mean(1)", "softmax(-1).mean(1).log()"),
            "You took the logarithm of the mean prediction, as in the proportion loss. Here each cell has its own "
            "loss: logarithm first, then the mean over cells.",
        ),
        Mistake(
            "sum over cells",
            edit("mean(1)", "sum(1)"),
            "You added up the cells of a bag. Take their mean, so that large and small bags count alike.",
        ),
        Mistake(
            "mean over classes",
            edit(".sum(1).mean()", ".mean()"),
            "You took the mean over classes. The weights of a bag add up to 1 over classes, so sum.",
        ),
        Mistake(
            "no minus",
            edit("-logits", "logits"),
            "Your sign is turned. The loss of a cell as class c is minus its log probability.",
        ),
        Mistake(
            "bracket lost",
            edit("(kappa - 1) * p", "kappa - 1 * p"),
            "The brackets are lost: `- kappa - 1 * p` takes off kappa, and p once. Write (kappa - 1) * p.",
        ),
        Mistake(
            "its own p",
            edit("* p", "* a.mean(0)"),
            "You took the mean of these few bags for p. Use the p that you are given: it belongs to all bags.",
        ),
        Mistake(
            "softmax over the cells",
            edit("log_softmax(-1)", "log_softmax(1)"),
            "Your softmax runs over the cells of a bag. Probabilities add up to 1 over classes: log_softmax(-1).",
        ),
        Mistake(
            "kappa and kappa - 1 exchanged",
            edit("kappa * a - (kappa - 1) * p", "(kappa - 1) * a - kappa * p"),
            "You have kappa - 1 beside a, and kappa beside p. Your weights add up to -1; they should add up to 1.",
        ),
        Mistake(
            "p taken off once",
            edit("(kappa - 1) * p", "p"),
            "You took p off once. Take it off kappa - 1 times: then the weights of a bag add up to 1.",
        ),
        Mistake(
            "sum over bags",
            edit(".sum(1).mean()", ".sum()"),
            "You added up the bags. Take their mean, so that the risk does not depend on how many there are.",
        ),
    ),
)

"""The first function that the learner writes: a loss of a bag of cells from its proportions.

It comes with the wrong versions that classes write most often, and the hint that each of them deserves.
"""

import torch
from torch import Tensor

from ddlearn.classroom import Exercise, Mistake, edited


def proportion_loss(logits: Tensor, a: Tensor) -> Tensor:
    q = logits.softmax(-1).mean(1)  # (B, k, C) -> (B, C)
    return -(a * q.log()).sum(1).mean()


def against(a: Tensor, log_q: Tensor) -> Tensor:
    """Cross-entropy of proportions and a prediction's logarithm.  (B, C) twice -> ()"""
    return -(a * log_q).sum(1).mean()


def loss_cases(generator: torch.Generator):
    for B, k, C in ((4, 5, 3), (6, 3, 4), (2, 7, 3)):
        logits = 2 * torch.randn(B, k, C, generator=generator, dtype=torch.float64)
        yield logits, torch.randn(B, C, generator=generator, dtype=torch.float64).softmax(1)


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
            lambda logits, a: against(a, logits.log_softmax(-1).mean(1)),
            "You took the mean of the logarithms. That asks every single cell to look like the whole bag. Take the "
            "mean over cells first, then the logarithm.",
        ),
        Mistake(
            "mean of the logits",
            lambda logits, a: against(a, logits.mean(1).log_softmax(-1)),
            "You averaged the logits. Logits are no shares: softmax first, then the mean over cells.",
        ),
        Mistake(
            "softmax over the cells",
            lambda logits, a: against(a, logits.softmax(1).mean(1).log()),
            "Your softmax runs over the cells of a bag. A cell's probabilities add up to 1 over classes: softmax(-1).",
        ),
        Mistake(
            "a and q swapped",
            lambda logits, a: against(logits.softmax(-1).mean(1), a.log()),
            "You have a inside the logarithm and q outside. The logarithm is of what the net predicts.",
        ),
        Mistake(
            "Kullback-Leibler divergence",
            lambda logits, a: proportion_loss(logits, a) - against(a, a.log()),
            (
                "This is the Kullback-Leibler divergence: the cross-entropy less the entropy of a. Its gradient is the "
                "same, as a does not depend on the net. What is asked for is the cross-entropy itself, -sum a log q."
            ),
        ),
        Mistake(
            "sum over bags",
            lambda logits, a: len(a) * proportion_loss(logits, a),
            "You added up the bags. Return their mean, so that the loss does not depend on how many there are.",
        ),
        Mistake(
            "mean over classes",
            lambda logits, a: proportion_loss(logits, a) / a.shape[1],
            "You took the mean over classes. A cross-entropy is a sum over classes.",
        ),
        Mistake(
            "no minus",
            lambda logits, a: -proportion_loss(logits, a),
            "Your sign is turned: this grows as the prediction gets better. Put a minus before the sum.",
        ),
        Mistake(
            "squared difference",
            lambda logits, a: (logits.softmax(-1).mean(1) - a).square().sum(1).mean(),
            "This is a squared difference. It would do in practice, but asked for is a cross-entropy, -sum a log q.",
        ),
        Mistake(
            "a second softmax",
            lambda logits, a: torch.nn.functional.cross_entropy(logits.softmax(-1).mean(1), a),
            "`cross_entropy` expects logits and takes a softmax itself, so q went through two. Write -sum a log q.",
        ),
        Mistake(
            "one number for each bag",
            lambda logits, a: -(a * logits.softmax(-1).mean(1).log()).sum(1),
            "This is the loss of each bag. Return their mean, one number.",
        ),
        Mistake(
            "another logarithm",
            edited(proportion_loss, ("q.log()", "q.log10()")),
            "You took the logarithm to base 10. A cross-entropy has the natural one: `.log()`.",
            also=(edited(proportion_loss, ("q.log()", "q.log2()")),),
        ),
        Mistake(
            "mean over bags",
            edited(proportion_loss, ("mean(1)", "mean(0)")),
            "Your mean runs over the bags. The mean of the predictions is over the cells of a bag, dimension 1.",
        ),
        Mistake(
            "no softmax",
            edited(proportion_loss, (".softmax(-1)", "")),
            "You took the mean of the logits for shares. Logits may be negative, and have no logarithm: softmax first.",
        ),
    ),
)

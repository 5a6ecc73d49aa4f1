"""The third function that the learner writes: the risk with labels, from bags without.

It comes with the wrong versions that classes write most often, and the hint that each of them deserves.
"""

from collections.abc import Callable

import torch
from torch import Tensor

from ddlearn import weak_labels
from ddlearn.classroom import Exercise, Mistake, edited
from ddlearn.lessons.weak_labels.loss_exercise import against, loss_cases


def bag_risk(logits: Tensor, a: Tensor, p: Tensor, kappa: float) -> Tensor:
    w = kappa * a - (kappa - 1) * p  # (B, C)
    loss = -logits.log_softmax(-1).mean(1)  # (B, k, C) -> (B, C)
    return (w * loss).sum(1).mean()


def risk_with(
    logits: Tensor,
    a: Tensor,
    p: Tensor,
    kappa: float,
    *,
    weigh: Callable[[Tensor, Tensor, float], Tensor] = weak_labels.bag_weights,
    scale: float = 1.0,
) -> Tensor:
    """The risk with a slip: other weights, or a factor."""
    return scale * weak_labels.weighted_bag_loss(logits, weigh(a, p, kappa).to(logits))


def risk_cases(generator: torch.Generator):
    for (logits, a), kappa in zip(loss_cases(generator), (6.26, 3.0, 12.5), strict=True):
        yield logits, a, torch.randn(a.shape[1], generator=generator, dtype=torch.float64).softmax(0), kappa


BAG_RISK = Exercise(
    name="bag_risk",
    title="The risk with labels, without labels",
    reference=bag_risk,
    trained=True,
    cases=risk_cases,
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
            lambda logits, a, p, kappa: risk_with(
                logits, a, p, kappa, weigh=lambda a, p, kappa: kappa * p - (kappa - 1) * a
            ),
            "You have a and p the other way round. kappa stretches the bag's own a; the mean p is taken off.",
        ),
        Mistake(
            "kappa times the difference",
            lambda logits, a, p, kappa: risk_with(logits, a, p, kappa, weigh=lambda a, p, kappa: kappa * (a - p)),
            "Your weights add up to 0: you took off kappa * p. Take off (kappa - 1) * p, then they add up to 1.",
        ),
        Mistake(
            "added in place of taken off",
            lambda logits, a, p, kappa: risk_with(
                logits, a, p, kappa, weigh=lambda a, p, kappa: kappa * a + (kappa - 1) * p
            ),
            "You added the mean p. It must be taken off: only then does what all bags have in common cancel.",
        ),
        Mistake(
            "clipped at zero",
            lambda logits, a, p, kappa: risk_with(
                logits, a, p, kappa, weigh=lambda a, p, kappa: (kappa * a - (kappa - 1) * p).clamp(min=0)
            ),
            "You cut the negative weights off. They are what makes the risk unbiased: leave them.",
        ),
        Mistake(
            "proportions as soft labels",
            lambda logits, a, p, kappa: bag_risk(logits, a, p, 1.0),
            "Your weights are a itself, which is kappa = 1: every cell then counts as labelled with its bag's shares.",
        ),
        Mistake(
            "logarithm of the mean",
            lambda logits, a, p, kappa: against(kappa * a - (kappa - 1) * p, logits.softmax(-1).mean(1).log()),
            "You took the logarithm of the mean prediction, as in the proportion loss. Here each cell has its own "
            "loss: logarithm first, then the mean over cells.",
        ),
        Mistake(
            "sum over cells",
            lambda logits, a, p, kappa: risk_with(logits, a, p, kappa, scale=logits.shape[1]),
            "You added up the cells of a bag. Take their mean, so that large and small bags count alike.",
        ),
        Mistake(
            "mean over classes",
            lambda logits, a, p, kappa: risk_with(logits, a, p, kappa, scale=1 / a.shape[1]),
            "You took the mean over classes. The weights of a bag add up to 1 over classes, so sum.",
        ),
        Mistake(
            "no minus",
            lambda logits, a, p, kappa: risk_with(logits, a, p, kappa, scale=-1.0),
            "Your sign is turned. The loss of a cell as class c is minus its log probability.",
        ),
        Mistake(
            "bracket lost",
            edited(bag_risk, ("(kappa - 1) * p", "kappa - 1 * p")),
            "The brackets are lost: `- kappa - 1 * p` takes off kappa, and p once. Write (kappa - 1) * p.",
        ),
        Mistake(
            "its own p",
            lambda logits, a, p, kappa: bag_risk(logits, a, a.mean(0), kappa),
            "You took the mean of these few bags for p. Use the p that you are given: it belongs to all bags.",
        ),
        Mistake(
            "softmax over the cells",
            edited(bag_risk, ("log_softmax(-1)", "log_softmax(1)")),
            "Your softmax runs over the cells of a bag. Probabilities add up to 1 over classes: log_softmax(-1).",
        ),
        Mistake(
            "kappa and kappa - 1 exchanged",
            edited(bag_risk, ("kappa * a - (kappa - 1) * p", "(kappa - 1) * a - kappa * p")),
            "You have kappa - 1 beside a, and kappa beside p. Your weights add up to -1; they should add up to 1.",
        ),
        Mistake(
            "p taken off once",
            edited(bag_risk, ("(kappa - 1) * p", "p")),
            "You took p off once. Take it off kappa - 1 times: then the weights of a bag add up to 1.",
        ),
        Mistake(
            "sum over bags",
            edited(bag_risk, (".sum(1).mean()", ".sum()")),
            "You added up the bags. Take their mean, so that the risk does not depend on how many there are.",
        ),
    ),
)

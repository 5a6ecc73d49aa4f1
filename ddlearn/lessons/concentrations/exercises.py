"""Three functions that the learner writes: the proportion loss, the spread of mixtures, the unbiased risk.

Each comes with the wrong versions that classes write most often, and the hint that each of them deserves.
"""

from collections.abc import Callable

import torch
from torch import Tensor

from ddlearn import weak_labels
from ddlearn.classroom import Exercise, Mistake


def proportion_loss(logits: Tensor, a: Tensor) -> Tensor:
    q = logits.softmax(-1).mean(1)  # (B, k, C) -> (B, C)
    return -(a * q.log()).sum(1).mean()


def kappa(a: Tensor) -> float:
    p = a.mean(0)
    spread = (a - p).square().sum(1).mean()
    return float((1 - p.square().sum()) / spread)


def bag_risk(logits: Tensor, a: Tensor, p: Tensor, kappa: float) -> Tensor:
    w = kappa * a - (kappa - 1) * p  # (B, C)
    loss = -logits.log_softmax(-1).mean(1)  # (B, k, C) -> (B, C)
    return (w * loss).sum(1).mean()


def against(a: Tensor, log_q: Tensor) -> Tensor:
    """Cross-entropy of proportions and a prediction's logarithm.  (B, C) twice -> ()"""
    return -(a * log_q).sum(1).mean()


def kappa_with(
    a: Tensor, *, centre: Callable[[Tensor], Tensor] = lambda a: a.mean(0), over: float = 1.0, one: float = 1.0
) -> float:
    """kappa with a slip: another centre, the spread divided by another number, or 1 left out of 1 - |p|^2."""
    spread = (a - centre(a)).square().sum(1).mean() / over
    return float((one - a.mean(0).square().sum()).abs() / spread)


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


def loss_cases(generator: torch.Generator):
    for B, k, C in ((4, 5, 3), (6, 3, 4), (2, 7, 3)):
        logits = 2 * torch.randn(B, k, C, generator=generator, dtype=torch.float64)
        yield logits, torch.randn(B, C, generator=generator, dtype=torch.float64).softmax(1)


def kappa_cases(generator: torch.Generator):
    """Patients, bags of counted cells, and cells with labels, which are bags of one."""
    for alpha in ((3.2, 1.5, 0.6), (20.0, 12.0, 5.0, 3.0)):
        yield (weak_labels.draw_patients(alpha, 30, generator),)
    p = torch.tensor([0.5, 0.3, 0.2], dtype=torch.float64)
    for k in (8, 1):
        drawn = torch.multinomial(p.expand(40, -1), k, replacement=True, generator=generator)
        yield (torch.nn.functional.one_hot(drawn, 3).double().mean(1),)


def risk_cases(generator: torch.Generator):
    for (logits, a), kappa in zip(loss_cases(generator), (6.26, 3.0, 12.5), strict=True):
        yield logits, a, torch.randn(a.shape[1], generator=generator, dtype=torch.float64).softmax(0), kappa


PROPORTION_LOSS = Exercise(
    name="proportion_loss",
    title="The proportion loss",
    reference=proportion_loss,
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
                "same, as a does not depend on the net. Asked for is the cross-entropy itself, -sum a log q."
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
    ),
)

KAPPA = Exercise(
    name="kappa",
    title="One number for the spread of bags",
    reference=kappa,
    cases=kappa_cases,
    hints=(
        "p is the mean of the rows. The spread is the mean over bags of |a - p|², a sum over classes.",
        "kappa = (1 - |p|²) / spread. Bags that hold one labelled cell each must give exactly 1: try it.",
        "spread = ((a - p) ** 2).sum(1).mean(); return float((1 - (p ** 2).sum()) / spread).",
    ),
    mistakes=(
        Mistake(
            "upside down",
            lambda a: 1 / kappa(a),
            "This is 1 / kappa. The more alike the bags, the smaller the spread and the larger kappa.",
        ),
        Mistake(
            "mean over classes",
            lambda a: kappa_with(a, over=a.shape[1]),
            "You took the mean over the classes too. |a - p|² is a sum over classes, then comes a mean over bags.",
        ),
        Mistake(
            "deviation for variance",
            lambda a: float((1 - a.mean(0).square().sum()) / (a - a.mean(0)).square().sum(1).mean().sqrt()),
            "You took a root. Labelled cells give 1 only with the squared distance itself.",
        ),
        Mistake(
            "alpha0 in place of kappa",
            lambda a: kappa(a) - 1,
            "You returned alpha0, which is kappa - 1 for patients. Bags of one labelled cell must give 1, not 0.",
        ),
        Mistake(
            "spread about equal shares",
            lambda a: kappa_with(a, centre=lambda a: torch.full_like(a[0], 1 / a.shape[1])),
            "You measured the distance to equal shares. What counts is the distance to the mean bag, p = a.mean(0).",
        ),
        Mistake(
            "no centre",
            lambda a: kappa_with(a, centre=lambda a: torch.zeros_like(a[0])),
            "You forgot to subtract the mean bag: |a|² is large even where all bags are alike.",
        ),
        Mistake(
            "B - 1 in place of B",
            lambda a: kappa_with(a, over=(len(a) - 1) / len(a)),
            "You divided by B - 1, as var() does. Take the plain mean over bags: labelled cells then give exactly 1.",
        ),
        Mistake(
            "1 forgotten",
            lambda a: kappa_with(a, one=0.0),
            "Above the line belongs 1 - |p|², the spread that labelled cells have. You have |p|² alone.",
        ),
    ),
)

BAG_RISK = Exercise(
    name="bag_risk",
    title="The risk with labels, without labels",
    reference=bag_risk,
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
    ),
)

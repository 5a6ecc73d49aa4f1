"""Functions that the learner writes: the proportion loss, and a risk of bags that is unbiased for the risk with labels.

The function for the effective bag size, `kappa`, is in a file of its own.
"""

import torch
from torch import Tensor

from ddlearn.classroom import Exercise, Mistake, edit
from ddlearn.lessons.weak_labels.kappa_exercise import KAPPA, kappa

__all__ = ["BAG_RISK", "KAPPA", "PROPORTION_LOSS", "bag_risk", "kappa", "proportion_loss"]


def proportion_loss(logits: Tensor, a: Tensor) -> Tensor:
    f = logits.softmax(-1).mean(1)  # (B, m, C) -> (B, C)
    return -(a * f.log()).sum(1).mean()


def bag_risk(logits: Tensor, a: Tensor, q: Tensor, m_eff: float) -> Tensor:
    w = m_eff * a - (m_eff - 1) * q  # (B, C)
    loss = -logits.log_softmax(-1).mean(1)  # (B, m, C) -> (B, C)
    return (w * loss).sum(1).mean()


def loss_cases(generator: torch.Generator):
    for B, m, C in ((4, 5, 3), (6, 3, 4), (2, 7, 3)):
        logits = 2 * torch.randn(B, m, C, generator=generator, dtype=torch.float64)
        yield logits, torch.randn(B, C, generator=generator, dtype=torch.float64).softmax(1)


def risk_cases(generator: torch.Generator):
    for (logits, a), m_eff in zip(loss_cases(generator), (6.26, 3.0, 12.5), strict=True):
        yield logits, a, torch.randn(a.shape[1], generator=generator, dtype=torch.float64).softmax(0), m_eff


PROPORTION_LOSS = Exercise(
    name="proportion_loss",
    title="The proportion loss",
    reference=proportion_loss,
    trained=True,
    cases=loss_cases,
    hints=(
        "Three steps: probabilities for each cell, their mean over the cells of a bag, one cross-entropy for the bag.",
        "f = logits.softmax(-1).mean(1) has shape (bags, types): the mean prediction for each bag.",
        "Then -(a * f.log()).sum(1) is one number per bag. Return their mean.",
    ),
    mistakes=(
        Mistake(
            "mean of the logarithms",
            edit("softmax(-1)", "log_softmax(-1)").edit("f.log()", "f"),
            "You took the mean of the logarithms. That asks every single cell to look like its whole bag. Take the "
            "mean over cells first, then the logarithm.",
        ),
        Mistake(
            "mean of the logits",
            edit("softmax(-1).mean(1)", "mean(1).log_softmax(-1)").edit("f.log()", "f"),
            "You averaged the logits. Logits are not shares: take the softmax first, then the mean over cells.",
        ),
        Mistake(
            "softmax over the cells",
            edit("softmax(-1)", "softmax(1)"),
            "Your softmax runs over the cells of a bag. A cell's probabilities add up to 1 over types: softmax(-1).",
        ),
        Mistake(
            "shares and predictions swapped",
            edit("a * f.log()", "f * a.log()"),
            "You took the logarithm of the shares a. Take the logarithm of what the network predicts.",
        ),
        Mistake(
            "Kullback-Leibler divergence",
            edit("f.log()", "(f / a).log()"),
            (
                "This is the Kullback-Leibler divergence: the cross-entropy minus the entropy of a. Its gradient is "
                "the same, because a does not depend on the network. Return the cross-entropy itself, -sum a log f."
            ),
        ),
        Mistake(
            "sum over bags",
            edit(".sum(1).mean()", ".sum()"),
            "You added up the bags. Return their mean, so that the loss does not depend on the number of bags.",
        ),
        Mistake(
            "mean over classes",
            edit(".sum(1).mean()", ".mean()"),
            "You took the mean over types. A cross-entropy is a sum over types.",
        ),
        Mistake(
            "no minus",
            edit("return -(", "return ("),
            "Your sign is wrong: this grows as the prediction gets better. Put a minus before the sum.",
        ),
        Mistake(
            "squared difference",
            edit("-(a * f.log())", "(f - a).square()"),
            "This is a squared difference. It can train a network too, but return the cross-entropy, -sum a log f.",
        ),
        Mistake(
            "a second softmax",
            edit("-(a * f.log()).sum(1).mean()", "torch.nn.functional.cross_entropy(f, a)"),
            "`cross_entropy` expects logits and takes a softmax itself. So f had two. Write -sum a log f.",
        ),
        Mistake(
            "one number for each bag",
            edit(".sum(1).mean()", ".sum(1)"),
            "This is the loss of each bag. Return their mean, one number.",
        ),
        Mistake(
            "another logarithm",
            edit("f.log()", "f.log10()"),
            "Your logarithm has another base. A cross-entropy has the natural logarithm: `.log()`.",
            also=(edit("f.log()", "f.log2()"),),
        ),
        Mistake(
            "mean over bags",
            edit("mean(1)", "mean(0)"),
            "Your mean runs over the bags. The mean of the predictions is over the cells of a bag, dimension 1.",
        ),
        Mistake(
            "no softmax",
            edit(".softmax(-1)", ""),
            "You used the logits as shares. A negative logit has no logarithm: take the softmax first.",
        ),
    ),
)

BAG_RISK = Exercise(
    name="bag_risk",
    title="The risk with labels, from bags without",
    reference=bag_risk,
    trained=True,
    cases=risk_cases,
    given="logarithm of the mean",
    hints=(
        "For a bag of one cell the function is right. Which line has a mean that matters only for more cells?",
        "The page asks for the mean loss of the cells. What is the loss of one cell, before any mean is taken?",
        "The loss of a cell is minus the logarithm of its own prediction. Take the logarithm first, then the mean.",
    ),
    mistakes=(
        Mistake(
            "the number of cells for m_eff",
            lambda logits, a, q, m_eff: bag_risk(logits, a, q, logits.shape[1]),
            "You took the number of cells for m_eff. That is right for independent cells only: use the argument.",
        ),
        Mistake(
            "a and q swapped",
            edit("m_eff * a - (m_eff - 1) * q", "m_eff * q - (m_eff - 1) * a"),
            "You exchanged a and q. Multiply the bag's own a by m_eff, and subtract m_eff - 1 times q.",
        ),
        Mistake(
            "m_eff times the difference",
            edit("m_eff * a - (m_eff - 1) * q", "m_eff * (a - q)"),
            "Your weights add up to 0: you subtracted m_eff * q. Subtract (m_eff - 1) * q, then they add up to 1.",
        ),
        Mistake(
            "added in place of subtracted",
            edit("a - (m_eff", "a + (m_eff"),
            "You added q. Subtract it: only then does what all bags have in common cancel.",
        ),
        Mistake(
            "clipped at zero",
            edit("w * loss", "w.clamp(min=0) * loss"),
            "You replaced the negative weights by 0. Without them the risk is not unbiased: keep them.",
        ),
        Mistake(
            "proportions as soft labels",
            edit("w * loss", "a * loss"),
            "Your weights are a itself, as for m_eff = 1: every cell then counts as labeled with its bag's shares.",
        ),
        Mistake(
            "logarithm of the mean",
            edit("log_softmax(-1).mean(1)", "softmax(-1).mean(1).log()"),
            "This takes the logarithm of the mean prediction, as the proportion loss does. Here each cell has a loss "
            "of its own: take the logarithm first, then the mean over cells.",
        ),
        Mistake(
            "sum over cells",
            edit("mean(1)", "sum(1)"),
            "You added up the cells of a bag. Take their mean: the formula has the mean loss of a bag.",
        ),
        Mistake(
            "mean over classes",
            edit(".sum(1).mean()", ".mean()"),
            "You took the mean over types. The weights of a bag add up to 1 over types, so take the sum.",
        ),
        Mistake(
            "no minus",
            edit("-logits", "logits"),
            "Your sign is wrong. The loss of a cell as type c is minus its log probability.",
        ),
        Mistake(
            "bracket lost",
            edit("(m_eff - 1) * q", "m_eff - 1 * q"),
            "The brackets are missing: `- m_eff - 1 * q` subtracts m_eff, and q once. Write (m_eff - 1) * q.",
        ),
        Mistake(
            "its own q",
            edit("* q", "* a.mean(0)"),
            "You took the mean of these few bags for q. Use the argument q: it belongs to the population.",
        ),
        Mistake(
            "softmax over the cells",
            edit("log_softmax(-1)", "log_softmax(1)"),
            "Your softmax runs over the cells of a bag. Probabilities add up to 1 over types: log_softmax(-1).",
        ),
        Mistake(
            "m_eff and m_eff - 1 exchanged",
            edit("m_eff * a - (m_eff - 1) * q", "(m_eff - 1) * a - m_eff * q"),
            "You multiply a by m_eff - 1, and q by m_eff. Your weights add up to -1; they should add up to 1.",
        ),
        Mistake(
            "q subtracted once",
            edit("(m_eff - 1) * q", "q"),
            "You subtracted q once. Subtract it m_eff - 1 times: then the weights of a bag add up to 1.",
        ),
        Mistake(
            "sum over bags",
            edit(".sum(1).mean()", ".sum()"),
            "You added up the bags. Take their mean, so that the risk does not depend on the number of bags.",
        ),
    ),
)

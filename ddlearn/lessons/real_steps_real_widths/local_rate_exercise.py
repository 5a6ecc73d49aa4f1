"""The function that the learner repairs: the shrink factor of one step of two layers."""

import torch
from torch import Tensor

from ddlearn.classroom import Exercise, Mistake, edit
from ddlearn.classroom.mistake import Edit


def local_rate(W1: Tensor, W2: Tensor, mu: float, curvature: float, rate: float) -> Tensor:
    wide_enough = [W for W in (W1, W2) if W.shape[0] <= W.shape[1]]  # the others add 0
    pl = mu * sum((torch.linalg.svdvals(W)[-1] ** 2 for W in wide_enough), start=W1.new_zeros(()))
    return 1 - 2 * pl * rate + pl * curvature * rate**2


ALL = "sum((torch.linalg.svdvals(W)[-1] ** 2 for W in wide_enough), start=W1.new_zeros(()))"
PRODUCT = "(len(wide_enough) == 2) * (torch.linalg.svdvals(W1)[-1] * torch.linalg.svdvals(W2)[-1]) ** 2"
MINDFUL = "W.shape[0] <= W.shape[1]"


def either_way(name: str, wrong: Edit, hint: str) -> Mistake:
    """Return a mistake in the formula as somebody makes it who minds narrow layers, and as somebody who does not."""
    return Mistake(name, wrong, hint, also=(wrong.edit(f" if {MINDFUL}", ""),))


def rate_cases(generator: torch.Generator):
    """Draw layers: in the third case the first one has fewer columns than rows, in the last the second layer."""
    for n, m, h, mu in ((2, 3, 5, 0.7), (3, 3, 8, 1.0), (4, 2, 3, 1.4), (3, 1, 4, 0.5), (2, 4, 3, 0.8)):
        W1, W2 = (torch.randn(rows, h, generator=generator, dtype=torch.float64) for rows in (n, m))
        curvature = float(5 + 5 * torch.rand((), generator=generator, dtype=torch.float64))
        yield W1, W2, mu, curvature, 0.7 / curvature


LOCAL_RATE = Exercise(
    name="local_rate",
    title="The factor by which one step shrinks the loss",
    reference=local_rate,
    cases=rate_cases,
    given="largest instead of smallest",
    hints=(
        "For two weights it is right, because each layer has one direction only. What changes with more directions?",
        "First the strength: the smallest singular value of each layer, squared, added up. That times mu is µₜ.",
        "`torch.linalg.svdvals(W)` lists min(rows, columns) values, largest first. Has W fewer columns than rows, the "
        "value that counts is missing from the list: it is 0.",
        "Return 1 − 2·µₜ·rate + µₜ·curvature·rate².",
    ),
    mistakes=(
        Mistake(
            "narrow layer counted",
            edit(f" if {MINDFUL}", ""),
            "Right, but for narrow layers. With fewer columns than rows a layer cannot reach every direction: "
            "it adds 0, not the last value that svdvals lists.",
            also=(edit(MINDFUL, f"W is W2 or {MINDFUL}"), edit(MINDFUL, f"W is W1 or {MINDFUL}")),
        ),
        Mistake(
            "all zero for a narrow layer",
            edit("W.shape[0] <=", "max(len(W1), len(W2)) <="),
            "A narrow layer adds 0, and the other layer still counts. Only the sum of the two matters.",
        ),
        Mistake(
            "largest instead of smallest",
            edit("[-1]", "[0]").edit(f" if {MINDFUL}", ""),
            "You took the strongest direction of each layer. A bound must hold for the weakest one.",
            also=(edit(ALL, "(torch.linalg.eigvalsh(W1 @ W1.T)[-1] + torch.linalg.eigvalsh(W2 @ W2.T)[-1])"),),
        ),
        either_way(
            "singular values not squared",
            edit("[-1] ** 2", "[-1]"),
            "The gradient passes a layer twice, out and back: its singular value counts squared.",
        ),
        either_way(
            "sum squared",
            edit("[-1] ** 2", "[-1]").edit("new_zeros(()))", "new_zeros(())) ** 2"),
            "You squared the sum. Square each singular value, then add.",
        ),
        either_way(
            "multiplied instead of added",
            edit(ALL, PRODUCT),
            "You multiplied the layers. Each of them moves the product on its own: their strengths add.",
        ),
        Mistake(
            "singular value of the product",
            edit(ALL, "torch.linalg.svdvals(W1 @ W2.T)[-1] ** 2"),
            "You decomposed the product W1 W2ᵀ. The rate lives on the two layers: one singular value from each.",
        ),
        Mistake(
            "eigenvalues of WᵀW",
            edit(ALL, "(torch.linalg.eigvalsh(W1.T @ W1)[0] + torch.linalg.eigvalsh(W2.T @ W2)[0])"),
            "WᵀW is (h, h), and a wide layer leaves directions of it at 0. The squared singular values are "
            "eigenvalues of WWᵀ, (n, n).",
        ),
        Mistake(
            "counted from 1",
            edit("[-1]", "[len(W)]"),
            "Python counts from 0: the n-th of n values has the index n − 1, and `[-1]` is the last.",
        ),
        either_way(
            "2 forgotten",
            edit("2 * pl", "pl"),
            "The gain is 2 µₜ rate: an inequality of Polyak and Łojasiewicz speaks of *half* the squared gradient.",
        ),
        either_way(
            "rate not squared",
            edit("rate**2", "rate"),
            "The loss to curvature grows with the square of the step: curvature times rate².",
        ),
        either_way(
            "mu_t in one term only",
            edit("pl * curvature", "curvature"),
            "Your last term lacks µₜ. Both terms carry it: the gain of a step and its loss to curvature.",
        ),
        either_way(
            "sign of the last term",
            edit("rate + pl", "rate - pl"),
            "The last term has a plus: curvature takes back some of what the step gains.",
        ),
        either_way(
            "the gain instead of the factor",
            edit("1 - 2 * pl * rate + pl", "2 * pl * rate - pl"),
            "This is the share of the loss that is lost. The factor by which the loss is multiplied is 1 minus that.",
        ),
        either_way(
            "mu forgotten",
            edit("mu * sum", "sum"),
            "mu is missing: how steep the convex problem itself is in its flattest direction.",
        ),
        Mistake(
            "layers forgotten",
            edit(ALL, "torch.ones_like(W1[0, 0])"),
            "The layers are missing. µₜ is mu times the sum of their smallest singular values, squared.",
        ),
    ),
)

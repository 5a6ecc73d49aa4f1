"""The third function that the learner writes: a step of gradient descent that multiplies.

It comes with the wrong versions that classes write most often, and the hint that each of them deserves.
"""

import torch
from torch import Tensor

from ddlearn.classroom import Exercise, Mistake, edit


def diagonal_step(u: Tensor, v: Tensor, X: Tensor, y: Tensor, lr: float) -> tuple[Tensor, Tensor]:
    residual = X @ (u**2 - v**2) - y
    g = X.T @ residual  # the gradient in w
    return u - 2 * lr * u * g, v + 2 * lr * v * g


def step_cases(generator: torch.Generator):
    for n, d, lr in ((3, 5, 0.01), (4, 4, 0.1), (2, 9, 0.003), (6, 7, 0.05)):
        u, v = (torch.rand(d, generator=generator, dtype=torch.float64) + 0.1 for _ in range(2))
        X = torch.randn(n, d, generator=generator, dtype=torch.float64)
        yield u, v, X, torch.randn(n, generator=generator, dtype=torch.float64), lr


def in_turn(u: Tensor, v: Tensor, X: Tensor, y: Tensor, lr: float) -> tuple[Tensor, Tensor]:
    u = diagonal_step(u, v, X, y, lr)[0]
    return u, diagonal_step(u, v, X, y, lr)[1]


DIAGONAL_STEP = Exercise(
    name="diagonal_step",
    title="One step of gradient descent on weights that are products",
    reference=diagonal_step,
    cases=step_cases,
    hints=(
        "First the gradient in w, as if w were free: g = X'(X w - y). Then the chain rule through w = u² - v².",
        "dw/du = 2u and dw/dv = -2v, entry by entry. So dL/du = 2 u g. What is dL/dv?",
        "residual = X @ (u**2 - v**2) - y; g = X.T @ residual; return u - lr * 2 * u * g, v + lr * 2 * v * g.",
    ),
    mistakes=(
        Mistake(
            "v moves like u",
            edit("v + 2", "v - 2"),
            "v enters w with a minus sign, so its gradient is -2 v g, and a step *against* it adds.",
        ),
        Mistake(
            "chain rule forgotten",
            edit("2 * lr * u * g", "lr * g").edit("2 * lr * v * g", "lr * g"),
            "You moved u by the gradient in w. The chain rule multiplies it by dw/du = 2u: small weights move little.",
        ),
        Mistake(
            "factor 2 forgotten",
            edit("2 * lr * u * g", "lr * u * g").edit("2 * lr * v * g", "lr * v * g"),
            "The derivative of u² is 2u. Where is your 2?",
        ),
        Mistake(
            "w = u² + v²",
            edit("u**2 - v**2", "u**2 + v**2"),
            "With w = u² + v² no weight could be negative. The model has w = u² - v².",
        ),
        Mistake(
            "uphill",
            lambda u, v, X, y, lr: diagonal_step(u, v, X, y, -lr),
            "Your step climbs: the loss grows. Subtract the gradients.",
        ),
        Mistake(
            "one after the other",
            in_turn,
            "You moved u first and used the new u in v's gradient. Both belong to the same point: compute g once.",
        ),
        Mistake(
            "mean instead of sum",
            edit("X.T @ residual", "X.T @ residual / len(y)"),
            "You divided by the number of examples. The loss here is |X w - y|² / 2, a sum.",
        ),
        Mistake(
            "the gradient, not the step",
            edit("u - 2 * lr * u * g", "2 * u * g").edit("v + 2 * lr * v * g", "-2 * v * g"),
            "These are the gradients, and right ones. Return u and v after the step: u minus lr times its gradient.",
        ),
        Mistake(
            "half of the loss forgotten",
            edit("X.T @ residual", "2 * X.T @ residual"),
            "Your step is twice as long. The loss has ½ in front, which cancels the 2 of the square: g = X'(X w - y).",
        ),
        Mistake(
            "w = (u - v)²",
            edit("(u**2 - v**2)", "(u - v) ** 2"),
            "You squared the difference u - v. The model has the difference of the squares: w = u² - v².",
        ),
        Mistake(
            "rate forgotten",
            lambda u, v, X, y, lr: diagonal_step(u, v, X, y, 1.0),
            "This does not depend on lr. A step is lr times the gradient.",
        ),
        Mistake(
            "the weights w",
            edit("u - 2 * lr * u * g, v + 2 * lr * v * g", "(u - 2 * lr * u * g) ** 2 - (v + 2 * lr * v * g) ** 2"),
            "This is w after the step. The next step needs u and v: return both.",
        ),
        Mistake(
            "X not transposed",
            edit("X.T @ residual", "X @ residual"),
            "The residual has one entry per example, and g one per weight. The gradient in w is X.T @ residual.",
        ),
    ),
)

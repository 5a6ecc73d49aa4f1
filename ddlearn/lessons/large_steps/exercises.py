"""Functions that the learner writes or repairs: steps of descent on two weights and on two layers, and an orbit."""

import torch
from torch import Tensor

from ddlearn.classroom import Exercise, Mistake, edit


def period_two_orbit(lr: Tensor) -> tuple[Tensor, Tensor]:
    total, difference = (1 + 3 / lr).sqrt(), (1 - 1 / lr).sqrt()
    return (total - difference) / 2, (total + difference) / 2


def descent_step(a: float, b: float, lr: float) -> tuple[float, float]:
    r = a * b - 1
    return a - lr * r * b, b - lr * r * a


def catapult_step(f: Tensor, kernel: Tensor, lr: Tensor, width: int) -> tuple[Tensor, Tensor]:
    moved = f * (1 - lr * kernel + lr**2 * f**2 / width)
    return moved, kernel + lr * f**2 / width * (lr * kernel - 4)


def one_after_the_other(a: float, b: float, lr: float) -> tuple[float, float]:
    """Update b with the new a, and with the old residual."""
    r = a * b - 1
    a = a - lr * r * b
    return a, b - lr * r * a


def residual_twice(a: float, b: float, lr: float) -> tuple[float, float]:
    """Update a, then compute the residual again for b."""
    a = a - lr * (a * b - 1) * b
    return a, b - lr * (a * b - 1) * a


def uniform(generator: torch.Generator, low: float, high: float) -> float:
    return low + (high - low) * float(torch.rand((), generator=generator))


def weight_cases(generator: torch.Generator):
    for low, high in ((0.2, 0.6), (1.0, 2.0), (-1.0, -0.5), (0.5, 1.5)):
        yield uniform(generator, 1.5, 2.5), uniform(generator, low, high), uniform(generator, 0.3, 0.9)


def throw_cases(generator: torch.Generator):
    for width in (2, 5, 50):
        f, kernel, lr = torch.rand(3, 4, generator=generator, dtype=torch.float64)
        yield 1 + f, 2 + 4 * kernel, 0.2 + 0.6 * lr, width


def orbit_cases(generator: torch.Generator):
    for count in (1, 4, 9):
        yield (1.01 + torch.rand(count, generator=generator, dtype=torch.float64),)


DESCENT_STEP = Exercise(
    name="descent_step",
    title="One step on two weights",
    reference=descent_step,
    cases=weight_cases,
    given="b moved with the new a",
    hints=(
        "Compute the first step of the table on paper: a = 2, b = 0.25, η = 0.5. Which of the two weights is wrong?",
        "The gradient belongs to one point, the point before the step. Which a does the last line of the code use?",
        "Keep the old a until b is computed, or return both at once: a - lr * r * b, b - lr * r * a.",
    ),
    mistakes=(
        Mistake(
            "b moved with the new a",
            one_after_the_other,
            "The second line uses the new a. Both entries of the gradient belong to the weights before the step.",
        ),
        Mistake(
            "residual computed again",
            residual_twice,
            "You computed the residual again after moving a. One gradient step needs one residual, and the old a.",
        ),
        Mistake(
            "a moved with the new b",
            lambda a, b, lr: one_after_the_other(b, a, lr)[::-1],
            "Now b is moved first, and a uses the new b. Both must use the weights before the step.",
        ),
        Mistake(
            "each weight with itself",
            edit("lr * r * b", "lr * r * a").edit("b - lr * r * a", "b - lr * r * b"),
            "The derivative of ½(ab − 1)² in a is (ab − 1)·b: the *other* weight.",
        ),
        Mistake(
            "uphill",
            edit("a - lr", "a + lr").edit("b - lr", "b + lr"),
            "Your step goes uphill. Subtract the gradient.",
        ),
        Mistake(
            "factor 2",
            edit("a - lr", "a - 2 * lr").edit("b - lr", "b - 2 * lr"),
            "Your step is twice as long. The ½ of the loss cancels the 2 of the square.",
        ),
        Mistake(
            "target forgotten",
            edit("a * b - 1", "a * b"),
            "The target is missing: the residual is ab − 1.",
        ),
        Mistake(
            "orders exchanged",
            lambda a, b, lr: descent_step(a, b, lr)[::-1],
            "Both weights are right, in the other order. Return a first, then b.",
        ),
    ),
)

CATAPULT_STEP = Exercise(
    name="catapult_step",
    title="The catapult's two lines for m units",
    reference=catapult_step,
    cases=throw_cases,
    hints=(
        "The gradient in u is f·v/√m, and that in v is f·u/√m. Insert both new vectors into f = u·v/√m.",
        "You need u·v = √m f and |u|² + |v|² = m Λ. Each is used once in f, and once in Λ.",
        "f becomes f (1 − ηΛ + η²f²/m), and Λ becomes Λ + (ηf²/m)(ηΛ − 4).",
    ),
    mistakes=(
        Mistake(
            "width forgotten",
            edit("lr**2 * f**2 / width", "lr**2 * f**2").edit("lr * f**2 / width", "lr * f**2"),
            "These are the lines for two weights, m = 1. The terms with f² are m times smaller here.",
        ),
        Mistake(
            "width once only",
            edit("lr**2 * f**2 / width", "lr**2 * f**2"),
            "The first line lacks the width: its last term is η²f²/m.",
            also=(edit("lr * f**2 / width", "lr * f**2"),),
        ),
        Mistake(
            "root of the width",
            edit("lr**2 * f**2 / width", "lr**2 * f**2 / width**0.5").edit(
                "lr * f**2 / width", "lr * f**2 / width**0.5"
            ),
            "You divided by √m. Both gradients bring a factor 1/√m, and together they make 1/m.",
        ),
        Mistake(
            "kernel after the move",
            edit("lr * f**2 / width *", "lr * moved**2 / width *"),
            "The second line uses the new output. Both lines need the f and the Λ before the step.",
        ),
        Mistake(
            "tangent only",
            edit(" + lr**2 * f**2 / width", ""),
            "The first line is the tangent's, 1 − ηΛ. The product of the two moves adds η²f²/m.",
        ),
        Mistake(
            "kernel frozen",
            lambda f, kernel, lr, width: (catapult_step(f, kernel, lr, width)[0], kernel),
            "Your kernel never changes. That is the lazy limit m → ∞.",
        ),
        Mistake(
            "2 instead of 4",
            edit("- 4", "- 2"),
            "The cross term occurs in |u|² and in |v|², with a factor 2 in each: together 4.",
        ),
        Mistake(
            "step in f once only",
            edit("lr**2 * f**2", "lr * f**2"),
            "The last term of the first line is a product of two moves, each with its own η: η².",
        ),
    ),
)


PERIOD_TWO_ORBIT = Exercise(
    name="period_two_orbit",
    title="The orbit of period two",
    reference=period_two_orbit,
    cases=orbit_cases,
    hints=(
        "You know z₁z₂ and z₁² + z₂². What are (z₁ + z₂)² and (z₂ − z₁)²?",
        "(z₁ + z₂)² = (1 + 1/η) + 2/η and (z₂ − z₁)² = (1 + 1/η) − 2/η. Take the roots.",
        "The lower value is (sum − difference) / 2, and the upper one is (sum + difference) / 2.",
    ),
    mistakes=(
        Mistake(
            "half forgotten",
            edit("(total - difference) / 2", "total - difference").edit(
                "(total + difference) / 2", "total + difference"
            ),
            "Twice too large: the sum plus the difference is *two* times z₂.",
        ),
        Mistake(
            "upper first",
            lambda lr: period_two_orbit(lr)[::-1],
            "Both values are right, in the other order. The lower value comes first.",
        ),
        Mistake(
            "roots forgotten",
            edit("(1 + 3 / lr).sqrt(), (1 - 1 / lr).sqrt()", "1 + 3 / lr, 1 - 1 / lr"),
            "1 + 3/η is the *square* of the sum, 1 − 1/η that of the difference. Take the roots first.",
        ),
        Mistake(
            "squares returned",
            lambda lr: tuple(z**2 for z in period_two_orbit(lr)),
            "These are z₁² and z₂². The exercise asks for z₁ and z₂.",
        ),
        Mistake(
            "cross term once",
            edit("(1 + 3 / lr).sqrt(), (1 - 1 / lr).sqrt()", "(1 + 2 / lr).sqrt(), 1"),
            "The square of a sum holds the product *twice*: (z₁ + z₂)² = z₁² + z₂² + 2 z₁z₂.",
        ),
        Mistake(
            "sum of squares taken for the sum",
            lambda lr: (1 / lr, torch.ones_like(lr)),
            "You solved for two numbers whose *sum* is 1 + 1/η. That is the sum of their squares.",
        ),
        Mistake(
            "the fixed point",
            lambda lr: (torch.ones_like(lr), torch.ones_like(lr)),
            "z = 1 is the minimum: a single step leaves it where it is. For η > 1 it repels. Find the two others.",
        ),
        Mistake(
            "brackets missing",
            edit("(total - difference) / 2", "total - difference / 2").edit(
                "(total + difference) / 2", "total + difference / 2"
            ),
            "Python divides before it subtracts, so only the difference is halved. Put brackets: (sum - "
            "difference) / 2.",
        ),
        Mistake(
            "sum and difference returned",
            edit("(total - difference) / 2, (total + difference) / 2", "difference, total"),
            "These are the difference z₂ − z₁ and the sum z₁ + z₂. Half of sum minus difference is z₁; half of "
            "sum plus difference, z₂.",
            also=(edit("(total - difference) / 2, (total + difference) / 2", "total, difference"),),
        ),
        Mistake(
            "negative root",
            edit("(total - difference)", "-(total + difference)"),
            "Your two values are ± the upper one. The product z₁z₂ = 1/η is positive: both values have one sign.",
        ),
        Mistake(
            "cross term forgotten in the sum",
            edit("3 / lr", "1 / lr"),
            "1 + 1/η is z₁² + z₂². The square of the sum holds twice the product as well: (z₁ + z₂)² = 1 + 3/η.",
        ),
        Mistake(
            "signs of the cross term exchanged",
            edit("3 / lr", "1 / lr").edit("1 - 1 / lr", "1 - 3 / lr"),
            "You took the root of a negative number, 1 − 3/η. Add 2/η to 1 + 1/η for the sum, and subtract 2/η "
            "for the difference.",
        ),
        Mistake(
            "math.sqrt of a tensor",
            edit("(1 + 3 / lr).sqrt(), (1 - 1 / lr).sqrt()", "float(1 + 3 / lr) ** 0.5, float(1 - 1 / lr) ** 0.5"),
            "math.sqrt takes one number, and lr is a tensor. Write torch.sqrt(...) or (...).sqrt().",
        ),
    ),
)

"""Functions that the learner writes: how far something moved, a start at zero, a step of descent that multiplies."""

import torch
from torch import Tensor

from ddlearn.classroom import Exercise, Mistake, edit


def drift(before: Tensor, after: Tensor) -> float:
    change = after - before
    return float(change.norm() / before.norm())


def doubled(W: Tensor, b: Tensor, a: Tensor) -> tuple[Tensor, Tensor, Tensor]:
    return torch.cat([W, W]), torch.cat([b, b]), torch.cat([a, -a])


def diagonal_step(u: Tensor, v: Tensor, X: Tensor, y: Tensor, lr: float) -> tuple[Tensor, Tensor]:
    residual = X @ (u**2 - v**2) - y
    g = X.T @ residual  # the gradient in w
    return u - 2 * lr * u * g, v + 2 * lr * v * g


def drift_cases(generator: torch.Generator):
    def normal(*shape: int) -> Tensor:
        return torch.randn(shape, generator=generator, dtype=torch.float64)

    for shape, moved in (((12,), 0.3), ((5, 8), 0.05), ((6, 6), 2.0), ((40,), 1e-3)):
        before = normal(*shape)
        yield before, before + moved * normal(*shape)
    phi, psi = normal(7, 20), normal(7, 20)
    yield phi @ phi.T, psi @ psi.T


def doubled_cases(generator: torch.Generator):
    for h, d in ((3, 2), (5, 4), (8, 1), (2, 6)):
        shapes = (h, d), (h,), (h,)
        yield tuple(torch.randn(shape, generator=generator, dtype=torch.float64) for shape in shapes)


def step_cases(generator: torch.Generator):
    for n, d, lr in ((3, 5, 0.01), (4, 4, 0.1), (2, 9, 0.003), (6, 7, 0.05)):
        u, v = (torch.rand(d, generator=generator, dtype=torch.float64) + 0.1 for _ in range(2))
        X = torch.randn(n, d, generator=generator, dtype=torch.float64)
        yield u, v, X, torch.randn(n, generator=generator, dtype=torch.float64), lr


DRIFT = Exercise(
    name="drift",
    title="How far did it move?",
    reference=drift,
    cases=drift_cases,
    hints=(
        "Compute three things: the change, its length, and the length of what was there before.",
        "M.norm() is the root of the sum of all squared entries, whether M is a vector or a matrix.",
        "Divide (after - before).norm() by before.norm(); float(...) makes it a plain number.",
    ),
    mistakes=(
        Mistake(
            "difference of the lengths",
            lambda before, after: float((after.norm() - before.norm()).abs() / before.norm()),
            "You compared two lengths. A vector can turn around and keep its length: subtract first.",
            also=(
                lambda before, after: float((before.norm() - after.norm()) / before.norm()),
                lambda before, after: float((after.norm() - before.norm()) / before.norm()),
            ),
        ),
        Mistake(
            "relative to the end",
            edit("/ before.norm", "/ after.norm"),
            "You divided by the length of `after`. A drift is measured against where it started.",
        ),
        Mistake(
            "not relative",
            edit(" / before.norm()", ""),
            "This is the length of the change. Divide it by the length of what was there before.",
        ),
        Mistake(
            "squared",
            lambda before, after: drift(before, after) ** 2,
            "This is the drift squared: a move by a tenth would count as a hundredth. Take the root.",
        ),
        Mistake(
            "entry by entry",
            lambda before, after: float(((after - before) / before).abs().mean()),
            "You averaged the relative changes of entries. An entry near zero dominates. Take norms, then divide.",
        ),
        Mistake(
            "mean absolute change",
            lambda before, after: float((after - before).abs().mean() / before.abs().mean()),
            "You measured with absolute values. The norm asked for is the root of the sum of *squares*.",
        ),
        Mistake(
            "largest direction only",
            edit("change.norm() / before.norm()", "torch.linalg.norm(change, 2) / torch.linalg.norm(before, 2)"),
            "For matrices you took the spectral norm, the largest stretch. Frobenius counts every entry: M.norm().",
        ),
        Mistake(
            "upside down",
            edit("change.norm() / before.norm()", "before.norm() / change.norm()"),
            "Your number is large where little moved. Exchange numerator and denominator.",
        ),
        Mistake(
            "relative to the mean length",
            edit("/ before.norm()", "/ ((before.norm() + after.norm()) / 2)"),
            "You divided by the mean of both lengths. A drift is measured against where it started: before.norm().",
        ),
        Mistake(
            "root of the mean over a norm",
            edit("change.norm()", "change.square().mean().sqrt()"),
            "Above you took the root of a *mean* of squares, below the root of a sum. Use the norm in both places.",
        ),
        Mistake(
            "brackets missing",
            lambda before, after: float((after - before / before).norm()),
            "Python divides before it subtracts: this is after minus 1. Take the norm of (after - before) "
            "first, then divide.",
        ),
        Mistake(
            "norms of the rows",
            lambda before, after: (after - before).norm(dim=-1) / before.norm(dim=-1),
            "These are norms of single rows. Use one norm of all entries: M.norm() without `dim`.",
        ),
        Mistake(
            "norm of matrices only",
            lambda before, after: torch.linalg.matrix_norm(after - before) / torch.linalg.matrix_norm(before),
            "torch.linalg.matrix_norm refuses vectors. M.norm() takes both, and is the Frobenius norm of a matrix.",
        ),
    ),
)

DOUBLED = Exercise(
    name="doubled",
    title="A network that starts as the zero function",
    reference=doubled,
    cases=doubled_cases,
    given="W flipped as well",
    hints=(
        "Take one unit with w = 1, b = 0, a = 1, and the inputs 2 and -2. What does it output, and what does its twin?",
        "A twin must cancel its unit at every input. So both must be active at the same inputs. What must they share?",
        "Unit and twin share w and b, so W and b are copied as they are. Only the output weight changes its sign.",
    ),
    mistakes=(
        Mistake(
            "no sign changed",
            edit("-a", "a"),
            "Your twins agree, so the output is twice what it was. One of the two must be subtracted.",
        ),
        Mistake(
            "W flipped as well",
            edit("[W, W]", "[W, -W]").edit("[b, b]", "[b, -b]"),
            "With -W and -b the twin is active where the unit is not: relu(-z) is not relu(z).",
        ),
        Mistake(
            "W flipped instead of a",
            edit("[W, W]", "[W, -W]").edit("[b, b]", "[b, -b]").edit("-a", "a"),
            "With -W a twin is active at other inputs, so its output does not cancel. It needs the same W and b, and "
            "the opposite a.",
            also=(edit("[W, W]", "[W, -W]").edit("-a", "a"),),
        ),
        Mistake(
            "output weights set to zero",
            edit("[a, -a]", "[0 * a, 0 * a]"),
            "With a = 0 the output is zero, and so is every gradient in W: a part of the tangent kernel is gone. "
            "Keep a, and append -a.",
        ),
        Mistake(
            "b flipped too",
            edit("[b, b]", "[b, -b]"),
            "The twin of w·x + b became w·x - b, another unit: the two no longer cancel. Copy b as it is.",
        ),
        Mistake(
            "halved as well",
            edit("[a, -a]", "[a / 2, -a / 2]"),
            "The output is zero, but you also halved every output weight. The factor in front belongs to the network.",
        ),
        Mistake(
            "output weights over √2",
            edit("[a, -a]", "[a / 2**0.5, -a / 2**0.5]"),
            "You divided the output weights by √2, to keep the size of the kernel. Here the scale in front of the "
            "net does that, with twice as many units: return a and -a as they are.",
        ),
        Mistake(
            "twins side by side",
            lambda W, b, a: (W.repeat_interleave(2, 0), b.repeat_interleave(2), torch.stack([a, -a], 1).flatten()),
            "This network is right, with its units in another order. Append all twins after all units: torch.cat.",
        ),
        Mistake(
            "orders mixed",
            lambda W, b, a: (W.repeat_interleave(2, 0), b.repeat_interleave(2), torch.cat([a, -a])),
            "Your W and b have twins side by side, and your a does not: units get the output weights of others.",
        ),
        Mistake(
            "twins above",
            edit("[a, -a]", "[-a, a]"),
            "This network is right, in another order. Return a first, then -a.",
        ),
        Mistake(
            "b not doubled",
            edit("torch.cat([b, b])", "b"),
            "b still has h entries. Each twin needs a bias of its own, the same as its unit's.",
        ),
        Mistake(
            "joined sideways",
            edit("[W, W]", "[W, W], 1"),
            "You put the second W beside the first, which doubles the inputs. Twins are more units, so more "
            "rows: dim=0.",
        ),
        Mistake(
            "doubled in size",
            lambda W, b, a: (2 * W, 2 * b, -2 * a),
            "You doubled the numbers. Return twice as many units: torch.cat([W, W]) is (2h, d).",
        ),
        Mistake(
            "cat without a list", edit("[W, W]", "W, W"), "torch.cat takes its tensors in a list: torch.cat([W, W])."
        ),
    ),
)

DIAGONAL_STEP = Exercise(
    name="diagonal_step",
    title="One step of gradient descent on weights that are products",
    reference=diagonal_step,
    cases=step_cases,
    hints=(
        "Let w = u² - v². What is the gradient of the loss in w? Then use the chain rule for u and for v.",
        "The gradient in w is g = X'(X w - y). Entry by entry, dw/du = 2u, so the gradient in u is 2 u g. And in v?",
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
            "The derivative of u² is 2u. You left out the 2.",
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
            edit("v + 2 * lr * v * g", "v + 2 * lr * v * (X.T @ (X @ ((u - 2 * lr * u * g) ** 2 - v**2) - y))"),
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
            "Your gradients are right. Return u and v after the step: u minus lr times its gradient.",
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

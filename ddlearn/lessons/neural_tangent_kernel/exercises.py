"""Functions that the learner writes: descent on a kernel, and a net's own tangent kernel; `next_layer` is beside."""

import torch
from torch import Tensor

from ddlearn.classroom import Exercise, Mistake, edit
from ddlearn.lessons.neural_tangent_kernel.next_layer_exercise import NEXT_LAYER, next_layer
from ddlearn.lessons.neural_tangent_kernel.shared import gradients

__all__ = ["DESCENT", "EMPIRICAL_NTK", "NEXT_LAYER", "descent", "empirical_ntk", "next_layer"]


def empirical_ntk(x: Tensor, x2: Tensor, W: Tensor, a: Tensor) -> Tensor:
    z, z2 = x @ W.T, x2 @ W.T  # (n, m) and (n2, m)
    readout = torch.relu(z) @ torch.relu(z2).T
    first = ((z > 0) * a) @ ((z2 > 0) * a).T * (x @ x2.T)
    return 2 / len(a) * (readout + first)


def descent(K: Tensor, y: Tensor, f0: Tensor, lr: float, steps: int) -> Tensor:
    lam, U = torch.linalg.eigh(K)
    factor = (1 - lr * lam / len(y)) ** steps
    return y + U @ (factor * (U.T @ (f0 - y)))


def gradients_piled_up(x: Tensor, x2: Tensor, W: Tensor, a: Tensor) -> Tensor:
    """The kernel of sums of gradients: each point's is added to those of all points before."""
    piled = gradients(torch.cat([x, x2]), W, a).cumsum(0)
    return piled[: len(x)] @ piled[len(x) :].T


def net_cases(generator: torch.Generator):
    for n, n2, d, m in ((5, 4, 3, 7), (6, 6, 2, 20), (3, 8, 5, 12)):
        x, x2, W, a = (
            torch.randn(*shape, generator=generator, dtype=torch.float64) for shape in ((n, d), (n2, d), (m, d), (m,))
        )
        yield x, x2, W, a


def training_cases(generator: torch.Generator):
    for n, share, steps in ((5, 0.4, 1), (6, 0.9, 8), (4, 1.7, 3), (8, 0.2, 25)):
        J = torch.randn(n, 2 * n, generator=generator, dtype=torch.float64)
        y, f0 = torch.randn(2, n, generator=generator, dtype=torch.float64)
        K = J @ J.T
        yield K, y, f0, share * n / torch.linalg.eigvalsh(K)[-1].item(), steps


EMPIRICAL_NTK = Exercise(
    name="empirical_ntk",
    title="The tangent kernel of the net that you have",
    reference=empirical_ntk,
    cases=net_cases,
    hints=(
        "There are two kinds of weights. What is ∂f/∂a_j, and what is ∂f/∂W_j? Multiply each at x and at x′, and add.",
        (
            "With z = x @ W.T, the weights a contribute the inner product of torch.relu(z) and torch.relu(z2). For the "
            "first layer, replace relu by its derivative (z > 0), times a."
        ),
        (
            "∂f/∂W_j also contains the vector x. So the first layer contributes "
            "((z > 0) * a) @ ((z2 > 0) * a).T times x @ x2.T, entry by entry. The factor of both is 2 / h."
        ),
    ),
    mistakes=(
        Mistake(
            "readout only",
            edit("readout + first", "readout"),
            "You train only a: these are the random ReLU features of lesson 01. Here W is trained too, and "
            "contributes a second term.",
        ),
        Mistake(
            "first layer only",
            edit("readout + first", "first"),
            "This is the contribution of W. The weights a are trained too: add relu(z) relu(z′).",
        ),
        Mistake(
            "2/h forgotten",
            edit("2 / len(a) * ", ""),
            "The network has the factor √(2/h), and the kernel multiplies two of its gradients. Where is your 2/h?",
        ),
        Mistake(
            "root kept",
            edit("2 / len(a)", "(2 / len(a)) ** 0.5"),
            "Each gradient has the factor √(2/h). The kernel is a product of two gradients, so its factor has no root.",
        ),
        Mistake(
            "2 forgotten",
            edit("2 / len(a)", "1 / len(a)"),
            "You divide by h. The network has the factor √(2/h), so the factor of the kernel is 2/h.",
        ),
        Mistake(
            "divided by the inputs",
            edit("len(a)", "x.shape[1]"),
            "You divide by the number of inputs. The number of hidden units is len(a), or the number of rows of W.",
        ),
        Mistake(
            "a forgotten",
            edit("((z > 0) * a) @ ((z2 > 0) * a).T", "(z > 0).to(a) @ (z2 > 0).to(a).T"),
            "∂f/∂W_j is a_j times the derivative of relu times x. Where are your a_j?",
        ),
        Mistake(
            "relu in place of its slope",
            edit("((z > 0) * a) @ ((z2 > 0) * a)", "(torch.relu(z) * a) @ (torch.relu(z2) * a)"),
            "In the first layer's term, relu is differentiated: its derivative is 1 where z > 0, and 0 elsewhere.",
        ),
        Mistake(
            "inner product forgotten",
            edit(" * (x @ x2.T)", ""),
            "∂f/∂W_j is a multiple of the vector x. Two of them have the inner product x·x′: multiply by x @ x2.T.",
        ),
        Mistake(
            "a not squared",
            edit("((z2 > 0) * a)", "(z2 > 0).to(a)"),
            "a_j is in the gradient at x and in the gradient at x′. In the first layer's term it enters squared.",
        ),
        Mistake(
            "outputs instead of gradients",
            lambda x, x2, W, a: 2 / len(a) * torch.outer(torch.relu(x @ W.T) @ a, torch.relu(x2 @ W.T) @ a),
            "You multiplied the outputs f(x) f(x′). The kernel multiplies *gradients*, and sums over all weights.",
        ),
        Mistake(
            "a in the readout's term",
            edit("torch.relu(z) @", "(torch.relu(z) * a**2) @"),
            "∂f/∂a_j is relu(W_j·x), without a_j. Only the first layer's term contains a_j².",
        ),
        Mistake(
            "gradients piled up",
            gradients_piled_up,
            "backward() *adds* to .grad, so each row holds the gradients of the points before. Set .grad to "
            "None each time, or use torch.autograd.grad.",
        ),
        Mistake(
            "x against itself",
            lambda x, x2, W, a: empirical_ntk(x, x, W, a),
            "Row i compares x[i] with every row of x2, not of x. The shape to return is (len(x), len(x2)).",
        ),
        Mistake(
            "a matrix product of two kernels",
            edit("* (x @ x2.T)", "@ (x @ x2.T)"),
            "`@` sums over the points. The two factors of one pair of points are multiplied entry by entry: `*`.",
        ),
    ),
)

DESCENT = Exercise(
    name="descent",
    title="Gradient descent, all its steps at once",
    reference=descent,
    cases=training_cases,
    no_loop=True,
    hints=(
        "Look at the residual r = f − y. A step changes it to r − (lr / n) K r. What does that do to an eigenvector "
        "of K?",
        "torch.linalg.eigh(K) returns eigenvalues and eigenvectors U. A step multiplies a mode by 1 − lr·λ/n; many "
        "steps multiply it by a power of this factor.",
        "U.T @ (f0 - y) holds how much of each mode is in the residual. Multiply each by its power, go back with U @ "
        "..., and add y.",
    ),
    mistakes=(
        Mistake(
            "gradient flow",
            edit("(1 - lr * lam / len(y)) ** steps", "torch.exp(-lr * lam / len(y) * steps)"),
            "You used e^(−lr·λ·t/n). That is gradient *flow*, the limit of tiny steps. A step of finite size "
            "multiplies a mode by 1 − lr·λ/n.",
        ),
        Mistake(
            "n forgotten",
            edit(" / len(y)", ""),
            "The loss is a mean over the n points, so its gradient has the factor 1/n. Where is your len(y)?",
        ),
        Mistake(
            "the rate doubled",
            edit("lr * lam", "2 * lr * lam"),
            "Your steps are twice as long. The loss is half a mean of squares, so its gradient has the factor 1/n, "
            "not 2/n.",
        ),
        Mistake(
            "one step only",
            edit(" ** steps", ""),
            "This is the result of one step. Each mode is multiplied by its factor `steps` times: take the power.",
        ),
        Mistake(
            "U and its transpose exchanged",
            edit("U @ (factor", "U.T @ (factor").edit("U.T @ (f0", "U @ (f0"),
            "Eigenvectors are the columns of U. So U.T @ r goes from points to modes, and U @ goes from modes to "
            "points.",
            also=(edit("U.T @ (f0", "U @ (f0"), edit("U @ (factor", "U.T @ (factor")),
        ),
        Mistake(
            "results of eigh exchanged",
            edit("lam, U", "U, lam").edit("U.T", "U"),
            "torch.linalg.eigh returns the eigenvalues first, then the eigenvectors: `lam, U = torch.linalg.eigh(K)`.",
        ),
        Mistake(
            "times steps",
            edit(" ** steps", "").edit("lr *", "lr * steps *"),
            "Each step shrinks what the step before has left. The factors multiply, so you need a power.",
        ),
        Mistake(
            "residual's sign",
            edit("y + U", "y - U"),
            "After no step at all your answer is 2y − f0, and should be f0. The residual is f0 − y.",
        ),
        Mistake(
            "residual only",
            edit("y + U", "U"),
            "This is the right residual f − y. The outputs are y plus the residual.",
        ),
        Mistake(
            "residual added to the start",
            edit("y + U", "f0 + U"),
            "You added what is left of the residual to f0. The residual is f − y: add it to y.",
        ),
        Mistake(
            "not turned back",
            edit("U @ (factor", "(factor"),
            "You added coordinates of modes to y. Multiply by U first, which goes from modes to points.",
        ),
        Mistake(
            "power of every entry",
            lambda K, y, f0, lr, steps: y + (torch.eye(len(y)).to(K) - lr * K / len(y)) ** steps @ (f0 - y),
            "`**` raises each entry of a matrix to the power, which is not the matrix multiplied by itself. Raise "
            "the eigenvalues.",
        ),
        Mistake(
            "start ignored",
            edit("f0 - y", "-y"),
            "Your steps begin at zero. They begin at f0, so the first residual is f0 − y.",
            also=(edit("f0 - y", "y"),),
        ),
        Mistake(
            "one step too few",
            edit("** steps", "** (steps - 1)"),
            "One step is missing. After `steps` steps each mode is multiplied by its factor `steps` times.",
        ),
        Mistake(
            "one step too many",
            edit("** steps", "** (steps + 1)"),
            "You took one step too many. After `steps` steps each mode is multiplied by its factor `steps` times.",
        ),
        Mistake(
            "rate forgotten",
            edit("lr * lam", "lam"),
            "Your result does not depend on lr. One step multiplies a mode by 1 − lr·λ/n.",
        ),
        Mistake(
            "negative factors lost",
            edit(") ** steps", ").clamp(min=0) ** steps"),
            "Where lr·λ/n exceeds 1, the factor is negative, and the mode changes its sign at each step. Keep the "
            "sign.",
            also=(edit(") ** steps", ").abs() ** steps"),),
        ),
    ),
)

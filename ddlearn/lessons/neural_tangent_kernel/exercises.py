"""Functions that the learner writes: a net's own tangent kernel, and descent on a kernel; `next_layer` is beside."""

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
        "Two kinds of weights, two shares: what is ∂f/∂a_j, and what ∂f/∂w_j? Multiply each at x and at x′, and sum.",
        (
            "With z = x @ W.T the readout's share is the inner product of torch.relu(z) and torch.relu(z2). In the "
            "first layer's, relu becomes its slope, (z > 0), times a."
        ),
        (
            "∂f/∂w_j also carries the vector x. So the first layer's share is "
            "((z > 0) * a) @ ((z2 > 0) * a).T times x @ x2.T, entry by entry. In front of both stands 2 / m."
        ),
    ),
    mistakes=(
        Mistake(
            "readout only",
            edit("readout + first", "readout"),
            "You let only the readout a learn: these are the random ReLU features of lesson 01. Here w_j is "
            "trained too, and has a share of its own.",
        ),
        Mistake(
            "first layer only",
            edit("readout + first", "first"),
            "This is the share of the first layer's weights. The readout a is trained too: add its relu(z) relu(z′).",
        ),
        Mistake(
            "2/m forgotten",
            edit("2 / len(a) * ", ""),
            "The net has √(2/m) in front, and the kernel multiplies two of its gradients. Where is your 2/m?",
        ),
        Mistake(
            "root kept",
            edit("2 / len(a)", "(2 / len(a)) ** 0.5"),
            "Each gradient carries √(2/m). A kernel is a product of two gradients: the root goes.",
        ),
        Mistake(
            "2 forgotten",
            edit("2 / len(a)", "1 / len(a)"),
            "You divide by m; the net has √(2/m) in front. The factor is 2/m.",
        ),
        Mistake(
            "divided by the inputs",
            edit("len(a)", "x.shape[1]"),
            "You divide by the number of inputs. m counts the hidden units: len(a), or the rows of W.",
        ),
        Mistake(
            "a forgotten",
            edit("((z > 0) * a) @ ((z2 > 0) * a).T", "(z > 0).to(a) @ (z2 > 0).to(a).T"),
            "∂f/∂w_j is a_j times the slope of relu times x. Where are your a_j?",
        ),
        Mistake(
            "relu in place of its slope",
            edit("((z > 0) * a) @ ((z2 > 0) * a)", "(torch.relu(z) * a) @ (torch.relu(z2) * a)"),
            "In the first layer's share relu is differentiated: its slope is 1 where z > 0 and 0 elsewhere.",
        ),
        Mistake(
            "inner product forgotten",
            edit(" * (x @ x2.T)", ""),
            "∂f/∂w_j is a multiple of the vector x. Two of them have the inner product x·x′: multiply by x @ x2.T.",
        ),
        Mistake(
            "a not squared",
            edit("((z2 > 0) * a)", "(z2 > 0).to(a)"),
            "a_j is in the gradient at x and in the one at x′. In the first layer's share it enters squared.",
        ),
        Mistake(
            "outputs instead of gradients",
            lambda x, x2, W, a: 2 / len(a) * torch.outer(torch.relu(x @ W.T) @ a, torch.relu(x2 @ W.T) @ a),
            "You multiplied the outputs f(x) f(x′). The kernel multiplies *gradients*, and sums over all weights.",
        ),
        Mistake(
            "a in the readout's share",
            edit("torch.relu(z) @", "(torch.relu(z) * a**2) @"),
            "∂f/∂a_j is relu(w_j·x), without a_j. Only the first layer's share carries a_j².",
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
            "Row i must compare x[i] with every row of x2, not of x. The shape to return is (len(x), len(x2)).",
        ),
        Mistake(
            "a matrix product of two kernels",
            edit("* (x @ x2.T)", "@ (x @ x2.T)"),
            "`@` sums over the points. Gates and inner products of one pair are multiplied entry by entry: `*`.",
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
        "Look at the residual r = f − y. A step sends it to r − (lr / N) K r. What becomes of an eigenvector of K?",
        "torch.linalg.eigh(K) gives lam and U. A mode is multiplied by 1 − lr·lam/N at each step, hence by its power.",
        "Turn the residual into modes, U.T @ (f0 - y); multiply each by its factor; turn back, U @ ...; add y.",
    ),
    mistakes=(
        Mistake(
            "gradient flow",
            edit("(1 - lr * lam / len(y)) ** steps", "torch.exp(-lr * lam / len(y) * steps)"),
            "You used e^(−lr·λ·t/N). That is gradient *flow*, the limit of vanishing steps. A step of finite size "
            "multiplies a mode by 1 − lr·λ/N.",
        ),
        Mistake(
            "N forgotten",
            edit(" / len(y)", ""),
            "The loss is a mean over the N points, so its gradient has 1/N in it. Where is your len(y)?",
        ),
        Mistake(
            "the rate doubled",
            edit("lr * lam", "2 * lr * lam"),
            "Your steps are twice as long. The loss is half a mean of squares, so its gradient carries 1/N, not 2/N.",
        ),
        Mistake(
            "one step only",
            edit(" ** steps", ""),
            "This is where one step ends. Each mode shrinks by its factor `steps` times: take its power.",
        ),
        Mistake(
            "U and its transpose exchanged",
            edit("U @ (factor", "U.T @ (factor").edit("U.T @ (f0", "U @ (f0"),
            "Eigenvectors are the columns of U. So U.T @ r turns points into modes, and U @ turns modes into points.",
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
            "Each step shrinks what the step before has left. The factors multiply: a power, not a product with steps.",
        ),
        Mistake(
            "residual's sign",
            edit("y + U", "y - U"),
            "After no step at all your answer is 2y − f0, and should be f0. The residual is f0 − y.",
        ),
        Mistake(
            "residual only",
            edit("y + U", "U"),
            "This is the residual f − y, and a right one. The prediction is y plus that.",
        ),
        Mistake(
            "residual added to the start",
            edit("y + U", "f0 + U"),
            "You added what is left of the residual to f0. It is the distance from y: add it to y.",
        ),
        Mistake(
            "not turned back",
            edit("U @ (factor", "(factor"),
            "You added numbers in the modes' coordinates to y. Multiply by U first: it turns modes back into points.",
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
            "This does not depend on the rate. One step multiplies a mode by 1 − lr·λ/N.",
        ),
        Mistake(
            "negative factors lost",
            edit(") ** steps", ").clamp(min=0) ** steps"),
            "Where lr·λ/N exceeds 1 a step overshoots, and the factor is negative. Keep its sign: the mode alternates.",
            also=(edit(") ** steps", ").abs() ** steps"),),
        ),
    ),
)

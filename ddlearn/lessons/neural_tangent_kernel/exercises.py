"""A function that the learner writes: a net's own tangent kernel; `next_layer` and `descent` are beside.

It comes with the wrong versions that classes write most often, and the hint that each of them deserves.
"""

import torch
from torch import Tensor

from ddlearn.classroom import Exercise, Mistake, edit
from ddlearn.lessons.neural_tangent_kernel.descent_exercise import DESCENT, descent
from ddlearn.lessons.neural_tangent_kernel.next_layer_exercise import NEXT_LAYER, next_layer

__all__ = ["DESCENT", "EMPIRICAL_NTK", "NEXT_LAYER", "descent", "empirical_ntk", "next_layer"]


def empirical_ntk(x: Tensor, x2: Tensor, W: Tensor, a: Tensor) -> Tensor:
    z, z2 = x @ W.T, x2 @ W.T  # (n, m) and (n2, m)
    readout = torch.relu(z) @ torch.relu(z2).T
    first = ((z > 0) * a) @ ((z2 > 0) * a).T * (x @ x2.T)
    return 2 / len(a) * (readout + first)


def jacobian(x: Tensor, W: Tensor, a: Tensor) -> Tensor:
    """The net's gradients in W and a at each point, (n, m d + m)."""
    z = x @ W.T
    first = ((z > 0) * a)[:, :, None] * x[:, None, :]
    return (2 / len(a)) ** 0.5 * torch.cat([first.flatten(1), torch.relu(z)], 1)


def gradients_piled_up(x: Tensor, x2: Tensor, W: Tensor, a: Tensor) -> Tensor:
    """The kernel of sums of gradients: each point's is added to those of all points before."""
    piled = torch.cat([jacobian(x, W, a), jacobian(x2, W, a)]).cumsum(0)
    return piled[: len(x)] @ piled[len(x) :].T


def net_cases(generator: torch.Generator):
    for n, n2, d, m in ((5, 4, 3, 7), (6, 6, 2, 20), (3, 8, 5, 12)):
        x, x2, W, a = (
            torch.randn(*shape, generator=generator, dtype=torch.float64) for shape in ((n, d), (n2, d), (m, d), (m,))
        )
        yield x, x2, W, a


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
            (
                "You let only the readout a learn: these are the random ReLU features of lesson 01. Here w_j is "
                "trained too, and has a share of its own."
            ),
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
            (
                "backward() *adds* to .grad, so each row holds the gradients of the points before. Set .grad to "
                "None each time, or use torch.autograd.grad."
            ),
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

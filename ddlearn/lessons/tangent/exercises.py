"""Functions that the learner writes: a net's own tangent kernel, and one layer of infinite width; `descent` is beside.

Each comes with the wrong versions that classes write most often, and the hint that each of them deserves.
"""

import torch
from torch import Tensor

from ddlearn.classroom import Exercise, Mistake, edited
from ddlearn.lessons.tangent.descent_exercise import DESCENT, descent

__all__ = ["DESCENT", "EMPIRICAL_NTK", "NEXT_LAYER", "descent", "empirical_ntk", "next_layer"]


def empirical_ntk(x: Tensor, x2: Tensor, W: Tensor, a: Tensor) -> Tensor:
    z, z2 = x @ W.T, x2 @ W.T  # (n, m) and (n2, m)
    readout = torch.relu(z) @ torch.relu(z2).T
    first = ((z > 0) * a) @ ((z2 > 0) * a).T * (x @ x2.T)
    return 2 / len(a) * (readout + first)


def next_layer(nngp: Tensor, ntk: Tensor) -> tuple[Tensor, Tensor]:
    q = nngp.diagonal()
    s = (q[:, None] * q).sqrt()
    rho = (nngp / s).clamp(-1, 1)
    theta = rho.arccos()
    nngp_next = s * (theta.sin() + (torch.pi - theta) * rho) / torch.pi
    return nngp_next, nngp_next + (torch.pi - theta) / torch.pi * ntk


def shares(x: Tensor, x2: Tensor, W: Tensor, a: Tensor) -> tuple[Tensor, Tensor]:
    """The readout's and the first layer's share of the empirical kernel."""
    z, z2 = x @ W.T, x2 @ W.T
    readout = 2 / len(a) * torch.relu(z) @ torch.relu(z2).T
    return readout, empirical_ntk(x, x2, W, a) - readout


def jacobian(x: Tensor, W: Tensor, a: Tensor) -> Tensor:
    """The net's gradients in W and a at each point, (n, m d + m)."""
    z = x @ W.T
    first = ((z > 0) * a)[:, :, None] * x[:, None, :]
    return (2 / len(a)) ** 0.5 * torch.cat([first.flatten(1), torch.relu(z)], 1)


def gradients_piled_up(x: Tensor, x2: Tensor, W: Tensor, a: Tensor) -> Tensor:
    """The kernel of sums of gradients: each point's is added to those of all points before."""
    piled = torch.cat([jacobian(x, W, a), jacobian(x2, W, a)]).cumsum(0)
    return piled[: len(x)] @ piled[len(x) :].T


def layer(nngp: Tensor) -> tuple[Tensor, Tensor, Tensor]:
    """Of one layer with the kernel nngp: s, the angle theta, and the next nngp."""
    q = nngp.diagonal()
    s = (q[:, None] * q).sqrt()
    theta = (nngp / s).clamp(-1, 1).arccos()
    return s, theta, s * (theta.sin() + (torch.pi - theta) * theta.cos()) / torch.pi


def gates(nngp: Tensor) -> Tensor:
    """(pi - theta) / pi: twice the share of units that are open at both points."""
    return (torch.pi - layer(nngp)[1]) / torch.pi


def unclamped_layer(nngp: Tensor, ntk: Tensor) -> tuple[Tensor, Tensor]:
    """`next_layer` with NaN where rounding has pushed a cosine beyond 1."""
    s, theta, following = layer(nngp)
    lost = torch.where(nngp / s > 1, torch.nan, 0.0)
    return following + lost, following + (torch.pi - theta) / torch.pi * ntk + lost


NEW_NTK = "nngp_next + (torch.pi - theta) / torch.pi * ntk"  # as next_layer has it
DEGREES, COSINE_OF_THETA = ("rho.arccos()", "rho.arccos().rad2deg()"), ("* rho", "* theta.cos()")
NO_LENGTHS = ("s * (theta", "(theta")
OPENED_WIDER = ("nngp_next + (torch.pi - theta)", "nngp_next + (torch.pi + theta)")


def net_cases(generator: torch.Generator):
    for n, n2, d, m in ((5, 4, 3, 7), (6, 6, 2, 20), (3, 8, 5, 12)):
        x, x2, W, a = (
            torch.randn(*shape, generator=generator, dtype=torch.float64) for shape in ((n, d), (n2, d), (m, d), (m,))
        )
        yield x, x2, W, a


def kernel_cases(generator: torch.Generator):
    for n, d in ((4, 6), (7, 3), (5, 5)):
        x = torch.randn(n, d, generator=generator, dtype=torch.float64)
        x[1] = 2 * x[0]
        nngp = x @ x.T
        nngp[0, 1] = nngp[1, 0] = 2 * nngp[0, 0] * (1 + 1e-12)  # two parallel points, as rounding may leave them
        other = torch.randn(n, d, generator=generator, dtype=torch.float64)
        yield nngp, nngp + other @ other.T  # as deeper layers have it, the ntk sees other angles than the nngp


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
            lambda x, x2, W, a: shares(x, x2, W, a)[0],
            (
                "You let only the readout a learn: these are the random ReLU features of lesson 01. Here w_j is "
                "trained too, and has a share of its own."
            ),
        ),
        Mistake(
            "first layer only",
            lambda x, x2, W, a: shares(x, x2, W, a)[1],
            "This is the share of the first layer's weights. The readout a is trained too: add its relu(z) relu(z′).",
        ),
        Mistake(
            "2/m forgotten",
            lambda x, x2, W, a: len(a) / 2 * empirical_ntk(x, x2, W, a),
            "The net has √(2/m) in front, and the kernel multiplies two of its gradients. Where is your 2/m?",
        ),
        Mistake(
            "root kept",
            lambda x, x2, W, a: (len(a) / 2) ** 0.5 * empirical_ntk(x, x2, W, a),
            "Each gradient carries √(2/m). A kernel is a product of two gradients: the root goes.",
        ),
        Mistake(
            "2 forgotten",
            lambda x, x2, W, a: empirical_ntk(x, x2, W, a) / 2,
            "You divide by m; the net has √(2/m) in front. The factor is 2/m.",
        ),
        Mistake(
            "divided by the inputs",
            edited(empirical_ntk, ("2 / len(a)", "2 / x.shape[1]")),
            "You divide by the number of inputs. m counts the hidden units: len(a), or the rows of W.",
        ),
        Mistake(
            "a forgotten",
            lambda x, x2, W, a: shares(x, x2, W, a)[0] + shares(x, x2, W, torch.ones_like(a))[1],
            "∂f/∂w_j is a_j times the slope of relu times x. Where are your a_j?",
        ),
        Mistake(
            "relu in place of its slope",
            lambda x, x2, W, a: (
                shares(x, x2, W, a)[0]
                + 2 / len(a) * (torch.relu(x @ W.T) * a) @ (torch.relu(x2 @ W.T) * a).T * (x @ x2.T)
            ),
            "In the first layer's share relu is differentiated: its slope is 1 where z > 0 and 0 elsewhere.",
        ),
        Mistake(
            "inner product forgotten",
            lambda x, x2, W, a: shares(x, x2, W, a)[0] + shares(x, x2, W, a)[1] / (x @ x2.T),
            "∂f/∂w_j is a multiple of the vector x. Two of them have the inner product x·x′: multiply by x @ x2.T.",
        ),
        Mistake(
            "a not squared",
            edited(empirical_ntk, ("((z2 > 0) * a).T", "(z2 > 0).to(a).T")),
            "a_j is in the gradient at x and in the one at x′. In the first layer's share it enters squared.",
        ),
        Mistake(
            "outputs instead of gradients",
            lambda x, x2, W, a: 2 / len(a) * torch.outer(torch.relu(x @ W.T) @ a, torch.relu(x2 @ W.T) @ a),
            "You multiplied the outputs f(x) f(x′). The kernel multiplies *gradients*, and sums over all weights.",
        ),
        Mistake(
            "a in the readout's share",
            lambda x, x2, W, a: (
                shares(x, x2, W, a)[1] + 2 / len(a) * (torch.relu(x @ W.T) * a**2) @ torch.relu(x2 @ W.T).T
            ),
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
            "Row i must compare x[i] with every row of x2, not of x. The shape to return is (n, k).",
        ),
        Mistake(
            "a matrix product of two kernels",
            edited(empirical_ntk, (".T * (x @ x2.T)", ".T @ (x @ x2.T)")),
            "`@` sums over the points. Gates and inner products of one pair are multiplied entry by entry: `*`.",
        ),
    ),
)

NEXT_LAYER = Exercise(
    name="next_layer",
    title="One more layer, infinitely wide",
    reference=next_layer,
    cases=kernel_cases,
    hints=(
        "First the angle: nngp.diagonal() holds the squared lengths q, and s_ij = √(q_i q_j). Then cos θ = nngp / s.",
        "Rounding may push a cosine past 1, where its angle is no number: (nngp / s).clamp(-1, 1).arccos().",
        (
            "nngp_next = s * (sin θ + (π − θ) cos θ) / π. The new ntk is nngp_next plus (π − θ)/π times the old ntk. "
            "Return both, the nngp first."
        ),
    ),
    mistakes=(
        Mistake(
            "slope's factor halved",
            lambda nngp, ntk: (layer(nngp)[2], layer(nngp)[2] + gates(nngp) / 2 * ntk),
            (
                "E[relu′ relu′] is (π − θ)/2π, but the weights' variance of 2 doubles it, as it doubled the nngp. "
                "Your ntk lost that 2."
            ),
        ),
        Mistake(
            "variance 2 forgotten",
            lambda nngp, ntk: (layer(nngp)[2] / 2, layer(nngp)[2] / 2 + gates(nngp) / 2 * ntk),
            (
                "These are the bare averages over one unit. The next layer's weights have the variance 2: divide by π, "
                "not by 2π. Then the diagonal of the nngp stays what it was."
            ),
        ),
        Mistake(
            "old nngp added",
            lambda nngp, ntk: (layer(nngp)[2], nngp + gates(nngp) * ntk),
            "To the ntk you added the nngp that came in. The new layer's weights see the *new* one.",
        ),
        Mistake(
            "slope's factor forgotten",
            lambda nngp, ntk: (layer(nngp)[2], layer(nngp)[2] + ntk),
            "The earlier layers are heard through the new units' gates: multiply the old ntk by (π − θ)/π.",
        ),
        Mistake(
            "nothing added to the ntk",
            lambda nngp, ntk: (layer(nngp)[2], gates(nngp) * ntk),
            "The new layer's own weights are trained too. Their share of the ntk is the new nngp: add it.",
        ),
        Mistake(
            "length lost",
            lambda nngp, ntk: (layer(nngp)[2] / layer(nngp)[0], layer(nngp)[2] / layer(nngp)[0] + gates(nngp) * ntk),
            "relu keeps lengths: twice as long a point gives twice as long a feature. Multiply the nngp by s again.",
        ),
        Mistake(
            "not clamped",
            unclamped_layer,
            (
                "Entries that are no number: rounding had pushed a cosine a hair beyond 1, where arccos has no answer. "
                "Clamp it to [-1, 1] first."
            ),
        ),
        Mistake(
            "s without its root",
            edited(next_layer, (".sqrt()", "")),
            "Your s_ij is q_i q_j. It is the product of two lengths, √(q_i q_j): q holds *squared* lengths.",
        ),
        Mistake(
            "a matrix product in the ntk",
            edited(next_layer, ("/ torch.pi * ntk", "/ torch.pi @ ntk")),
            "`@` sums over the points. (π − θ)/π multiplies the old ntk entry by entry: write `*`.",
        ),
        Mistake(
            "a matrix product in the nngp",
            edited(next_layer, ("s * (theta", "s @ (theta")),
            "`@` sums over the points. Each pair of points has its own s and its own angle: write `s * (...)`.",
        ),
        Mistake(
            "π + θ",
            edited(next_layer, ("(torch.pi - theta) * rho", "(torch.pi + theta) * rho"), OPENED_WIDER),
            "You wrote π + θ. The further apart two points are, the less often a unit is open at both: π − θ.",
        ),
        Mistake(
            "π + θ in the ntk only",
            edited(next_layer, OPENED_WIDER),
            "Your nngp is right. In the ntk the gates are (π − θ)/π, not (π + θ)/π: they close as the angle grows.",
        ),
        Mistake(
            "gates on the new kernel",
            edited(next_layer, (NEW_NTK, "ntk + (torch.pi - theta) / torch.pi * nngp_next")),
            "You multiplied the new nngp by the gates. It enters as it is; the *old* ntk passes through them.",
        ),
        Mistake(
            "gates on both kernels",
            edited(next_layer, (NEW_NTK, "(torch.pi - theta) / torch.pi * (nngp_next + ntk)")),
            "You multiplied the whole sum by the gates. Only what comes from earlier layers, the old ntk, passes them.",
        ),
        Mistake(
            "degrees",
            edited(next_layer, DEGREES),
            "Your angle is in degrees. torch.sin and π − θ want it in radians, as arccos returns it.",
            also=(edited(next_layer, DEGREES, COSINE_OF_THETA),),
        ),
        Mistake(
            "arccos of the kernel itself",
            edited(next_layer, ("rho.arccos()", "nngp.clamp(-1, 1).arccos()")),
            "You took arccos of the kernel. Divide both lengths out of it first: the cosine is nngp / s.",
            also=(edited(next_layer, ("(nngp / s)", "nngp")), edited(next_layer, ("(nngp / s)", "nngp"), NO_LENGTHS)),
        ),
        Mistake(
            "arccos of the kernel itself, not clamped",
            edited(next_layer, ("rho.arccos()", "nngp.arccos()")),
            "Entries that are no number: the kernel is no cosine and may exceed 1. Divide by s first, then clamp.",
        ),
        Mistake(
            "wrong order",
            lambda nngp, ntk: next_layer(nngp, ntk)[::-1],
            "Both kernels are right, in the other order: return the nngp first, then the ntk.",
        ),
        Mistake(
            "angle of the ntk",
            edited(next_layer, ("(torch.pi - theta) / torch.pi * ntk", "(torch.pi - layer(ntk)[1]) / torch.pi * ntk")),
            (
                "For the ntk you took an angle of its own. Units open by the angle of their inputs, which is the "
                "nngp's: one θ for both."
            ),
        ),
        Mistake(
            "lengths of the ntk",
            edited(next_layer, ("nngp.diagonal()", "ntk.diagonal()")),
            "You took s from the diagonal of the ntk. The lengths of the inputs stand on the diagonal of the nngp.",
        ),
        Mistake(
            "one length only",
            edited(next_layer, ("(q[:, None] * q).sqrt()", "q")),
            "Your s has one number for each column. It needs a row and a column: (q[:, None] * q).sqrt().",
        ),
        Mistake(
            "sine and cosine exchanged",
            edited(next_layer, ("theta.sin() + (torch.pi - theta) * rho", "rho + (torch.pi - theta) * theta.sin()")),
            "The sine stands alone, and the cosine is multiplied by π − θ.",
        ),
        Mistake(
            "θ in place of π − θ",
            edited(next_layer, ("(torch.pi - theta) / torch.pi * ntk", "theta / torch.pi * ntk")),
            "Your gates open as the angle grows. Points at the angle 0 share all of them: (π − θ)/π.",
            also=(
                edited(
                    next_layer,
                    ("(torch.pi - theta) * rho", "theta * rho"),
                    ("(torch.pi - theta) / torch.pi * ntk", "theta / torch.pi * ntk"),
                ),
                edited(next_layer, ("(torch.pi - theta) * rho", "theta * rho")),
            ),
        ),
        Mistake(
            "old nngp through the gates",
            edited(next_layer, ("torch.pi * ntk", "torch.pi * nngp")),
            "Through the gates you sent the nngp that came in. It is the old *ntk* that passes them.",
        ),
        Mistake(
            "new kernel times the ntk",
            edited(next_layer, (NEW_NTK, "nngp_next * ntk + (torch.pi - theta) / torch.pi")),
            "You multiplied the old ntk by the new nngp. Multiply it by the gates, (π − θ)/π, and *add* the new nngp.",
        ),
        Mistake(
            "π forgotten",
            edited(next_layer, ("* rho) / torch.pi", "* rho)")),
            "The nngp is π times too large: s/π stands in front of the brackets.",
        ),
    ),
)

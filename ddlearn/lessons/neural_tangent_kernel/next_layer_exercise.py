"""The second function that the learner writes: one layer of infinite width.

It comes with the wrong versions that classes write most often, and the hint that each of them deserves.
"""

import torch
from torch import Tensor

from ddlearn.classroom import Exercise, Mistake, edited


def next_layer(nngp: Tensor, ntk: Tensor) -> tuple[Tensor, Tensor]:
    q = nngp.diagonal()
    s = (q[:, None] * q).sqrt()
    rho = (nngp / s).clamp(-1, 1)
    theta = rho.arccos()
    nngp_next = s * (theta.sin() + (torch.pi - theta) * rho) / torch.pi
    return nngp_next, nngp_next + (torch.pi - theta) / torch.pi * ntk


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


def kernel_cases(generator: torch.Generator):
    for n, d in ((4, 6), (7, 3), (5, 5)):
        x = torch.randn(n, d, generator=generator, dtype=torch.float64)
        x[1] = 2 * x[0]
        nngp = x @ x.T
        nngp[0, 1] = nngp[1, 0] = 2 * nngp[0, 0] * (1 + 1e-12)  # two parallel points, as rounding may leave them
        other = torch.randn(n, d, generator=generator, dtype=torch.float64)
        yield nngp, nngp + other @ other.T  # as deeper layers have it, the ntk sees other angles than the nngp


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

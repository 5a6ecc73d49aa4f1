"""The second function that the learner writes: one layer of infinite width."""

import torch
from torch import Tensor

from ddlearn.classroom import Exercise, Mistake, edit


def next_layer(nngp: Tensor, ntk: Tensor) -> tuple[Tensor, Tensor]:
    q = nngp.diagonal()
    s = (q[:, None] * q).sqrt()
    rho = (nngp / s).clamp(-1, 1)
    theta = rho.arccos()
    nngp_next = s * (theta.sin() + (torch.pi - theta) * rho) / torch.pi
    return nngp_next, nngp_next + (torch.pi - theta) / torch.pi * ntk


def angle(kernel: Tensor) -> Tensor:
    q = kernel.diagonal()
    return (kernel / (q[:, None] * q).sqrt()).clamp(-1, 1).arccos()


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
            edit("/ torch.pi * ntk", "/ (2 * torch.pi) * ntk"),
            "E[relu′ relu′] is (π − θ)/2π, but the weights' variance of 2 doubles it, as it doubled the nngp. "
            "Your ntk lost that 2.",
        ),
        Mistake(
            "variance 2 forgotten",
            edit("rho) / torch.pi", "rho) / (2 * torch.pi)").edit("/ torch.pi * ntk", "/ (2 * torch.pi) * ntk"),
            "These are the bare averages over one unit. The next layer's weights have the variance 2: divide by π, "
            "not by 2π. Then the diagonal of the nngp stays what it was.",
        ),
        Mistake(
            "old nngp added",
            edit("nngp_next + (", "nngp + ("),
            "To the ntk you added the nngp that came in. The new layer's weights see the *new* one.",
        ),
        Mistake(
            "slope's factor forgotten",
            edit("(torch.pi - theta) / torch.pi * ntk", "ntk"),
            "The earlier layers are heard through the new units' gates: multiply the old ntk by (π − θ)/π.",
        ),
        Mistake(
            "nothing added to the ntk",
            edit("nngp_next + (", "("),
            "The new layer's own weights are trained too. Their share of the ntk is the new nngp: add it.",
        ),
        Mistake(
            "length lost",
            edit("s * (theta", "(theta"),
            "relu keeps lengths: twice as long a point gives twice as long a feature. Multiply the nngp by s again.",
        ),
        Mistake(
            "not clamped",
            edit(".clamp(-1, 1)", ""),
            "Entries that are no number: rounding had pushed a cosine a hair beyond 1, where arccos has no answer. "
            "Clamp it to [-1, 1] first.",
        ),
        Mistake(
            "s without its root",
            edit(".sqrt()", ""),
            "Your s_ij is q_i q_j. It is the product of two lengths, √(q_i q_j): q holds *squared* lengths.",
        ),
        Mistake(
            "a matrix product in the ntk",
            edit("/ torch.pi * ntk", "/ torch.pi @ ntk"),
            "`@` sums over the points. (π − θ)/π multiplies the old ntk entry by entry: write `*`.",
        ),
        Mistake(
            "a matrix product in the nngp",
            edit("s * (theta", "s @ (theta"),
            "`@` sums over the points. Each pair of points has its own s and its own angle: write `s * (...)`.",
        ),
        Mistake(
            "π + θ",
            edit("- theta) * rho", "+ theta) * rho").edit("- theta) / torch.pi", "+ theta) / torch.pi"),
            "You wrote π + θ. The further apart two points are, the less often a unit is open at both: π − θ.",
        ),
        Mistake(
            "π + θ in the ntk only",
            edit("- theta) / torch.pi", "+ theta) / torch.pi"),
            "Your nngp is right. In the ntk the gates are (π − θ)/π, not (π + θ)/π: they close as the angle grows.",
        ),
        Mistake(
            "gates on the new kernel",
            edit("nngp_next + (torch.pi - theta) / torch.pi * ntk", "ntk + (torch.pi - theta) / torch.pi * nngp_next"),
            "You multiplied the new nngp by the gates. It enters as it is; the *old* ntk passes through them.",
        ),
        Mistake(
            "gates on both kernels",
            edit("nngp_next + (torch", "(torch").edit("* ntk", "* (nngp_next + ntk)"),
            "You multiplied the whole sum by the gates. Only what comes from earlier layers, the old ntk, passes them.",
        ),
        Mistake(
            "degrees",
            edit("arccos()", "arccos().rad2deg()"),
            "Your angle is in degrees. torch.sin and π − θ want it in radians, as arccos returns it.",
            also=(edit("arccos()", "arccos().rad2deg()").edit("* rho", "* theta.cos()"),),
        ),
        Mistake(
            "arccos of the kernel itself",
            edit("rho.arccos()", "nngp.clamp(-1, 1).arccos()"),
            "You took arccos of the kernel. Divide both lengths out of it first: the cosine is nngp / s.",
            also=(edit("(nngp / s)", "nngp"), edit("(nngp / s)", "nngp").edit("s * (theta", "(theta")),
        ),
        Mistake(
            "arccos of the kernel itself, not clamped",
            edit("rho.arccos()", "nngp.arccos()"),
            "Entries that are no number: the kernel is no cosine and may exceed 1. Divide by s first, then clamp.",
        ),
        Mistake(
            "wrong order",
            lambda nngp, ntk: next_layer(nngp, ntk)[::-1],
            "Both kernels are right, in the other order: return the nngp first, then the ntk.",
        ),
        Mistake(
            "angle of the ntk",
            edit("theta) / torch.pi * ntk", "angle(ntk)) / torch.pi * ntk"),
            "For the ntk you took an angle of its own. Units open by the angle of their inputs, which is the "
            "nngp's: one θ for both.",
        ),
        Mistake(
            "lengths of the ntk",
            edit("nngp.diagonal()", "ntk.diagonal()"),
            "You took s from the diagonal of the ntk. The lengths of the inputs stand on the diagonal of the nngp.",
        ),
        Mistake(
            "one length only",
            edit("(q[:, None] * q).sqrt()", "q"),
            "Your s has one number for each column. It needs a row and a column: (q[:, None] * q).sqrt().",
        ),
        Mistake(
            "sine and cosine exchanged",
            edit("theta.sin() + (torch.pi - theta) * rho", "rho + (torch.pi - theta) * theta.sin()"),
            "The sine stands alone, and the cosine is multiplied by π − θ.",
        ),
        Mistake(
            "θ in place of π − θ",
            edit("(torch.pi - theta) / torch.pi", "theta / torch.pi"),
            "Your gates open as the angle grows. Points at the angle 0 share all of them: (π − θ)/π.",
            also=(
                edit("(torch.pi - theta) * rho", "theta * rho").edit(
                    "(torch.pi - theta) / torch.pi", "theta / torch.pi"
                ),
                edit("(torch.pi - theta) * rho", "theta * rho"),
            ),
        ),
        Mistake(
            "old nngp through the gates",
            edit("torch.pi * ntk", "torch.pi * nngp"),
            "Through the gates you sent the nngp that came in. It is the old *ntk* that passes them.",
        ),
        Mistake(
            "new kernel times the ntk",
            edit("nngp_next + (torch.pi - theta) / torch.pi * ntk", "nngp_next * ntk + (torch.pi - theta) / torch.pi"),
            "You multiplied the old ntk by the new nngp. Multiply it by the gates, (π − θ)/π, and *add* the new nngp.",
        ),
        Mistake(
            "π forgotten",
            edit("* rho) / torch.pi", "* rho)"),
            "The nngp is π times too large: s/π stands in front of the brackets.",
        ),
    ),
)

"""The function that the learner repairs: one layer of infinite width."""

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
    given="angle of the ntk",
    hints=(
        "Apply it twice to the two points 60° apart. Which of the two kernels differs from the page's numbers?",
        (
            "The first kernel is right. The second multiplies the old ntk by the probability that a unit is active at "
            "both points. What does a unit look at to become active?"
        ),
        (
            "Before the first layer both kernels are x · x', so both have the same angles. Later they differ, and the "
            "inputs of a unit are what the nngp describes."
        ),
    ),
    mistakes=(
        Mistake(
            "slope's factor halved",
            edit("/ torch.pi * ntk", "/ (2 * torch.pi) * ntk"),
            "(π − θ)/2π is the probability that a unit is active at both points. The factor √2 of each layer doubles "
            "it, as it doubled the nngp. Divide by π, not by 2π.",
        ),
        Mistake(
            "variance 2 forgotten",
            edit("rho) / torch.pi", "rho) / (2 * torch.pi)").edit("/ torch.pi * ntk", "/ (2 * torch.pi) * ntk"),
            "You divided both by 2π. Each layer has the factor √2 in front, which doubles its kernels: divide by π. "
            "Then the diagonal of the nngp stays as it was.",
        ),
        Mistake(
            "old nngp added",
            edit("nngp_next + (", "nngp + ("),
            "To the ntk you added the nngp that came in. The new layer's weights see the *new* one.",
        ),
        Mistake(
            "probability forgotten",
            edit("(torch.pi - theta) / torch.pi * ntk", "ntk"),
            "Earlier weights reach the output only through units that are active at both points. Multiply the old ntk "
            "by the probability (π − θ)/π.",
        ),
        Mistake(
            "nothing added to the ntk",
            edit("nngp_next + (", "("),
            "The new layer's own weights are trained too. They contribute the new nngp to the ntk: add it.",
        ),
        Mistake(
            "length lost",
            edit("s * (theta", "(theta"),
            "A point that is twice as long gives outputs of the relu that are twice as large. Multiply the nngp by s.",
        ),
        Mistake(
            "not clamped",
            edit(".clamp(-1, 1)", ""),
            "Some entries are not a number. Rounding pushed a cosine slightly above 1, where arccos has no answer. "
            "Clamp the cosine to [-1, 1] first.",
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
            "You wrote π + θ. The larger the angle between two points, the fewer units are active at both: π − θ.",
        ),
        Mistake(
            "π + θ in the ntk only",
            edit("- theta) / torch.pi", "+ theta) / torch.pi"),
            "Your nngp is right. The probability in the ntk is (π − θ)/π, not (π + θ)/π: it falls as the angle grows.",
        ),
        Mistake(
            "probability on the new kernel",
            edit("nngp_next + (torch.pi - theta) / torch.pi * ntk", "ntk + (torch.pi - theta) / torch.pi * nngp_next"),
            "You multiplied the new nngp by the probability. Only the *old* ntk is multiplied by it.",
        ),
        Mistake(
            "probability on both kernels",
            edit("nngp_next + (torch", "(torch").edit("* ntk", "* (nngp_next + ntk)"),
            "You multiplied the whole sum by the probability. Only the part of the earlier layers, the old ntk, is "
            "multiplied.",
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
            "Some entries are not a number. The kernel is not a cosine and may exceed 1. Divide it by s first, then "
            "clamp.",
        ),
        Mistake(
            "wrong order",
            lambda nngp, ntk: next_layer(nngp, ntk)[::-1],
            "Both kernels are right, in the other order: return the nngp first, then the ntk.",
        ),
        Mistake(
            "angle of the ntk",
            edit("theta) / torch.pi * ntk", "angle(ntk)) / torch.pi * ntk"),
            "For the ntk you took another angle. Whether a unit is active depends on its inputs, and their angle "
            "comes from the nngp: one θ for both.",
        ),
        Mistake(
            "lengths of the ntk",
            edit("nngp.diagonal()", "ntk.diagonal()"),
            "You took s from the diagonal of the ntk. The squared lengths of the inputs are the diagonal of the nngp.",
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
            "Your probability grows with the angle. Equal points share all active units, so it is (π − θ)/π.",
            also=(
                edit("(torch.pi - theta) * rho", "theta * rho").edit(
                    "(torch.pi - theta) / torch.pi", "theta / torch.pi"
                ),
                edit("(torch.pi - theta) * rho", "theta * rho"),
            ),
        ),
        Mistake(
            "probability on the old nngp",
            edit("torch.pi * ntk", "torch.pi * nngp"),
            "You multiplied the old nngp by the probability. It belongs to the old *ntk*.",
        ),
        Mistake(
            "new kernel times the ntk",
            edit("nngp_next + (torch.pi - theta) / torch.pi * ntk", "nngp_next * ntk + (torch.pi - theta) / torch.pi"),
            "You multiplied the old ntk by the new nngp. Multiply it by the probability (π − θ)/π, and *add* the new "
            "nngp.",
        ),
        Mistake(
            "π forgotten",
            edit("* rho) / torch.pi", "* rho)"),
            "The nngp is π times too large: s/π stands in front of the brackets.",
        ),
    ),
)

"""The neural tangent kernel Theta(x, x') = sum over parameters of df(x)/dtheta df(x')/dtheta, and what it predicts.

    infinite    the kernel of an infinitely wide net, in closed form
    empirical   the kernel of the net that you have
    operator    products with that kernel, where it is too large to be formed
    linearize   the net, replaced by its tangent
    dynamics    how training moves a net that stays on its tangent, for all times at once
    drift, alignment    has the kernel stayed, and if not, did it turn towards the targets?

A net is lazy where the last four agree with its real training, and learns features where they do not.
"""

from ddlearn.tangent.finite_width import empirical
from ddlearn.tangent.infinite_width import InfiniteKernels, infinite, infinite_plain
from ddlearn.tangent.laziness import alignment, drift
from ddlearn.tangent.linearization import Linearized, linearize, operator
from ddlearn.tangent.training import Dynamics, dynamics

__all__ = [
    "Dynamics",
    "InfiniteKernels",
    "Linearized",
    "alignment",
    "drift",
    "dynamics",
    "empirical",
    "infinite",
    "infinite_plain",
    "linearize",
    "operator",
]

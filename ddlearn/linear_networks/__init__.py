"""Two-layer linear networks: the smallest model in which depth, width, start and step all matter at once.

The network multiplies two matrices, W = W1 W2', and the loss sees the product only: L(W1, W2) = l(W1 W2'). In W the
problem is convex, in (W1, W2) it is not. What depth adds is a conserved quantity. The imbalance D = W1'W1 - W2'W2 stays
as it was under gradient flow, and gradient descent moves it by exactly rate^2 (A'A - B'B), (A, B) the gradient.

A prime is a transpose. Shapes: W1 (..., n, h), W2 (..., m, h), W (..., n, m), D (..., h, h). The dots are a stack of
starts, of times, or both: everything here works on whole stacks, and starts of one shape are run as one. The loss and
the gradient of an `Objective` can be differentiated; all else refuses tensors that require a gradient. Conservation
under flow: Arora, Cohen and Hazan (2018, arXiv 1802.06509), Du, Hu and Lee (2018, arXiv 1806.00900); convergence from
it: Min, Tarmoun, Vidal and Mallada (2021, arXiv 2105.06351), Theorem 1. Finite steps: Xu, Min, Tarmoun, Mallada and
Vidal (AISTATS 2023, Theorem 3.2; TMLR 2025, arXiv 2505.11664, Theorems 3.1 and 3.2). Each module says what is ours.
"""

from types import ModuleType as _Module

from ddlearn.linear_networks.bounds import *
from ddlearn.linear_networks.certificates import *
from ddlearn.linear_networks.dynamics import *
from ddlearn.linear_networks.envelopes import *
from ddlearn.linear_networks.objective import *
from ddlearn.linear_networks.starts import *

__all__ = [name for name, value in vars().items() if not name.startswith("_") and not isinstance(value, _Module)]
"""What the modules call public in their own `__all__`."""

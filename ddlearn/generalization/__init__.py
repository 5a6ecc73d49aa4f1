"""How many examples? What test error n examples let one predict, and what they let one promise.

A prediction says where the learning curve will be; it may be wrong. A bound says where it cannot be; it may be useless.

    eigenmodes, spectrum, learnability  how the kernel sees the target, mode by mode
    finite_pool_risk, eigenlearning_risk    the learning curve before training, from the whole pool
    kernel_fit                          the test error from the training set alone: leave one out, GCV
    measure_learning_curve              what came of it, with all of these beside it
    measure_learnability                how much of a target was learned, of an eigenmode say
    binomial_upper, kl_inverse          from a share of mistakes to a promise
    margin_bound, pac_bayes_kernel, pac_bayes_net    promises for kernel machines and nets
    arora_term, spectral_term, parameter_count_term  leading terms, which promise nothing
    bounds_table                        from how many examples on each says anything, on true and random labels

Tensors that require a gradient are refused, for none of these passes one on.
"""

from types import ModuleType as _Module

from ddlearn.generalization.bounds import *
from ddlearn.generalization.capacity import *
from ddlearn.generalization.estimates import *
from ddlearn.generalization.learning_curves import *
from ddlearn.generalization.measured import *
from ddlearn.generalization.pac_bayes import *
from ddlearn.generalization.pac_bayes_net import *
from ddlearn.generalization.pools import *
from ddlearn.generalization.table import *

__all__ = [name for name, value in vars().items() if not name.startswith("_") and not isinstance(value, _Module)]
"""What the modules call public in their own `__all__`."""

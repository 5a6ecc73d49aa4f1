"""How many examples? What test error n examples let one predict, and what they let one promise.

A prediction says where the learning curve will be; it may be wrong. A bound says where it cannot be; it may be useless.

    eigenmodes, spectrum, learnability  how the kernel sees the target, mode by mode
    finite_pool_risk, eigenlearning_risk    the learning curve before training, from the whole pool
    leave_one_out, gcv                  the test error from the training set alone
    measure_learning_curve              what came of it, with all of these beside it
    measure_learnability                how much of a target was learned, of an eigenmode say
    binomial_upper, kl_inverse          from a share of mistakes to a promise
    margin_bound, pac_bayes_kernel, pac_bayes_net    promises for kernel machines and nets
    arora_term, spectral_term, parameter_count_term  leading terms, which promise nothing
    bounds_table                        from how many examples on each says anything, on true and random labels

Tensors that require a gradient are refused, for none of these passes one on.
"""

from ddlearn.generalization.bounds import RIDGES, MarginBound, binomial_upper, kl_inverse, margin_bound, unit_direction
from ddlearn.generalization.capacity import arora_term, hidden_layer_kernel, parameter_count_term, spectral_term
from ddlearn.generalization.estimates import KernelFit, gcv, kernel_fit, leave_one_out
from ddlearn.generalization.learning_curves import (
    Eigenmodes,
    Learnability,
    Spectrum,
    eigenlearning_risk,
    eigenmodes,
    finite_pool_risk,
    learnability,
    spectrum,
)
from ddlearn.generalization.measured import LearningCurve, measure_learnability, measure_learning_curve
from ddlearn.generalization.pac_bayes import GibbsKernel, pac_bayes_kernel
from ddlearn.generalization.pac_bayes_net import GibbsNet, pac_bayes_net
from ddlearn.generalization.pools import (
    centred,
    centred_one_hot,
    haar_pool,
    ntk_with_bias,
    random_labels,
    unit_rows,
)
from ddlearn.generalization.table import Row, bounds_table

__all__ = [
    "RIDGES",
    "Eigenmodes",
    "GibbsKernel",
    "GibbsNet",
    "KernelFit",
    "Learnability",
    "LearningCurve",
    "MarginBound",
    "Row",
    "Spectrum",
    "arora_term",
    "binomial_upper",
    "bounds_table",
    "centred",
    "centred_one_hot",
    "eigenlearning_risk",
    "eigenmodes",
    "finite_pool_risk",
    "gcv",
    "haar_pool",
    "hidden_layer_kernel",
    "kernel_fit",
    "kl_inverse",
    "learnability",
    "leave_one_out",
    "margin_bound",
    "measure_learnability",
    "measure_learning_curve",
    "ntk_with_bias",
    "pac_bayes_kernel",
    "pac_bayes_net",
    "parameter_count_term",
    "random_labels",
    "spectral_term",
    "spectrum",
    "unit_direction",
    "unit_rows",
]

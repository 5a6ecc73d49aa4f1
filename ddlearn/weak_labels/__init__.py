"""Weak labels: what can be learned when nobody says what any one cell is.

    bags            cells in bags, with proportions: independent cells, or patients
    proportions     the proportion loss, and why it may teach nothing
    unbiased        the risk with labels, from proportions: one kappa for all bags, or least squares (the mean map)
    spread          what bags can teach, in one number
    finite_world    expectations without an error bar, by visiting every bag
    purity          tubes that are not quite pure, and the forward correction
    confident       how pure they are
    prior_shift     other shares of the classes, and counting them
    votes           rules that vote or are silent, and the majority
    dawid_skene     who is right, if nobody knows the truth
    calibration     does a classifier know what it does not know?
    classifier      small nets trained on any of these

Classes are numbered from 0; a mixture is a distribution over them; logits have the classes last.
"""

from types import ModuleType as _Module

from ddlearn.weak_labels.bags import *
from ddlearn.weak_labels.calibration import *
from ddlearn.weak_labels.classifier import *
from ddlearn.weak_labels.confident import *
from ddlearn.weak_labels.dawid_skene import *
from ddlearn.weak_labels.finite_world import *
from ddlearn.weak_labels.prior_shift import *
from ddlearn.weak_labels.proportions import *
from ddlearn.weak_labels.purity import *
from ddlearn.weak_labels.spread import *
from ddlearn.weak_labels.unbiased import *
from ddlearn.weak_labels.votes import *

__all__ = [name for name, value in vars().items() if not name.startswith("_") and not isinstance(value, _Module)]
"""What the modules call public in their own `__all__`."""

"""The three functions that the learner writes, each from a module of its own."""

from ddlearn.lessons.weak_labels.kappa_exercise import KAPPA, kappa
from ddlearn.lessons.weak_labels.loss_exercise import PROPORTION_LOSS, proportion_loss
from ddlearn.lessons.weak_labels.risk_exercise import BAG_RISK, bag_risk

__all__ = ["BAG_RISK", "KAPPA", "PROPORTION_LOSS", "bag_risk", "kappa", "proportion_loss"]

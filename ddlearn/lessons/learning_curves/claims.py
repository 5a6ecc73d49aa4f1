"""How the claims of `claims.md` are measured; beside each, a control that must fail."""

from ddlearn.classroom import ClaimTexts, Measured
from ddlearn.classroom.claim import about, at_most
from ddlearn.lessons.learning_curves import measures

CLAIMS = ClaimTexts.beside(__file__).of(
    Measured("conservation", about(1.0, 1e-6), measures.units_bought, cause={"ridge": 0.0}, control={"ridge": 1.0}),
    Measured("learnability", about(0.0, 0.05), measures.mode_gap, cause={"steps": False}, control={"steps": True}),
    Measured(
        "random-world",
        about(1.0, 0.06),
        measures.haar_predicted,
        cause={"form": "finite_pool"},
        control={"form": "standard"},
    ),
    Measured("infinite", at_most(1.0), measures.infinite_limit, cause={"whole": True}, control={"whole": False}),
    Measured(
        "digits", about(1.0, 0.03), measures.digits_predicted, cause={"shuffled": False}, control={"shuffled": True}
    ),
    Measured("left-out", about(1.0, 0.08), measures.digits_left_out, control=measures.digits_training_error),
    Measured(
        "gcv",
        at_most(0.85),
        measures.estimate_without_noise,
        cause={"estimate": "gcv"},
        control={"estimate": "leave_one_out"},
    ),
)

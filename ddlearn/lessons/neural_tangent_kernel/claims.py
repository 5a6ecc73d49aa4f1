"""How the claims of `claims.md` are measured; beside each, a control that must fail."""

from ddlearn.classroom import ClaimTexts, Measured
from ddlearn.classroom.claim import about, at_least, at_most
from ddlearn.lessons.neural_tangent_kernel import exercises, measures

CLAIMS = ClaimTexts.beside(__file__).of(
    Measured(
        "infinite",
        about(0.0, 1e-9),
        measures.series_gap,
        cause={"layer": exercises.next_layer},
        control={"layer": measures.halved_slope},
    ),
    Measured(
        "empirical",
        about(0.0, 1e-12),
        measures.gradient_gap,
        cause={"readout_only": False},
        control={"readout_only": True},
    ),
    Measured(
        "start",
        about(-0.5, 0.06),
        measures.slope_at_start,
        cause={"layer": exercises.next_layer},
        control={"layer": measures.halved_slope},
    ),
    Measured(
        "start-constant",
        about(1.0, 0.06),
        measures.over_theory,
        cause={"fourth_moment": 3.0},
        control={"fourth_moment": 1.0},
    ),
    Measured("descent", about(0.0, 1e-10), measures.iteration_gap, cause={"flow": False}, control={"flow": True}),
    Measured("edge", about(2.0, 0.01), measures.largest_step, cause={"mean": False}, control={"mean": True}),
    Measured("flow", at_least(20.0), measures.flow_over_descent, cause={"width": 4096}, control={"width": 8}),
    Measured("modes", about(-0.5, 0.15), measures.mode_slope, cause={"kernel": "ntk"}, control={"kernel": "nngp"}),
    Measured(
        "drift",
        at_most(-0.5),
        measures.drift_slope,
        cause={"parametrization": "ntk"},
        control={"parametrization": "mup"},
    ),
    Measured("digits", at_most(0.02), measures.more_missed, cause={"depth": 1}, control={"depth": 0}),
    Measured(
        "fluctuation", about(-0.5, 0.1), measures.fluctuation_exponent, cause={"zero": True}, control={"zero": False}
    ),
    Measured("bias", about(-1.0, 0.3), measures.bias_exponent, cause={"single": False}, control={"single": True}),
)

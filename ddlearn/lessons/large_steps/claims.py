"""How the claims of `claims.md` are measured; beside each, a control that must fail."""

from ddlearn.classroom import ClaimTexts, Measured
from ddlearn.classroom.claim import about, at_most
from ddlearn.lessons.large_steps import measures

CLAIMS = ClaimTexts.beside(__file__).of(
    Measured("burn", at_most(1.001), measures.sharpest, cause={"flow": False}, control={"flow": True}),
    Measured(
        "diverge", about(1.0), measures.diverged, cause={"low": 2.0, "high": 3.0}, control={"low": 0.0, "high": 1.0}
    ),
    Measured("orbit", at_most(1e-10), measures.orbit_gap, cause={"misfit": 1.0}, control={"misfit": 1.01}),
    Measured("critical", about(-0.5, 0.03), measures.residual_slope, cause={"c": 1.0}, control={"c": 0.99}),
    Measured("catapult", at_most(2.0), measures.landing, cause={"first": 3.9}, control={"first": 4.05}),
    Measured(
        "edge",
        about(1.0, 0.1),
        measures.late_share,
        cause={"rate": 0.4, "steps": 1000},
        control={"rate": 0.04, "steps": 300},
    ),
)

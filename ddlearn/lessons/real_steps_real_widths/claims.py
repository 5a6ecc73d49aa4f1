"""How the claims of `claims.md` are measured; beside each, a control that must fail."""

from ddlearn.classroom import ClaimTexts, Measured
from ddlearn.classroom.claim import about, at_least, at_most
from ddlearn.lessons.real_steps_real_widths import measures
from ddlearn.linear_networks import certificate, kernel_ball

CLAIMS = ClaimTexts.beside(__file__).of(
    Measured("drift", at_most(1e-10), measures.drift_gap, cause={"power": 2}, control={"power": 1}),
    Measured(
        "flow", about(1.0, 0.1), measures.change_against_rate, cause={"conserved": True}, control={"conserved": False}
    ),
    Measured("layers", about(1.0, 0.1), measures.layers_against_rate, cause={"decay": 0.0}, control={"decay": 0.1}),
    Measured("muon", at_most(1e-9), measures.muon_change, cause={"aligned": True}, control={"aligned": False}),
    Measured("steps", about(0.0), measures.broken_steps, cause={"tighter": 1.0}, control={"tighter": 1.5}),
    Measured("tight", at_most(2.5), measures.certified_over_taken, cause={"bending": True}, control={"bending": False}),
    Measured("schedule", at_least(1.1), measures.speed_gained, cause={"growing": True}, control={"growing": False}),
    Measured("coverage", about(1.0), measures.covered, cause={"width": 11}, control={"width": 10}),
    Measured(
        "ball", about(1.0), measures.covered_narrow, cause={"argument": certificate}, control={"argument": kernel_ball}
    ),
    Measured("move", about(-0.5, 0.1), measures.move_slope, cause={"power": 0.25}, control={"power": 0.5}),
)

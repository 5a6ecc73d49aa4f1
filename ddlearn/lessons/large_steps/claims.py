"""What the lesson claims, what theory expects, how each claim is measured, and a control that must fail beside each."""

from ddlearn.classroom.claim import about, asymptotic, at_most, claim, exact, ours, paper
from ddlearn.lessons.large_steps import measures

CLAIMS = (
    claim(
        "burn",
        "Where descent on two weights converges, η times the sharpness is at most 2, except from a set of starts of "
        "measure zero.",
        at_most(1.001, "the largest η × sharpness / 2 of the runs"),
        exact(
            source="linear stability: a fixed point whose slope 1 − ηλ lies below −1 repels, so only a set of starts "
            "of measure zero ends there; the tolerance is for runs that stop early"
        ),
        measures.sharpest,
        cause={"flow": False},
        control=({"flow": True}, "the minimum in which flow ends"),
    ),
    claim(
        "diverge",
        "With η = 1.5, descent on two weights diverges from unbalanced starts.",
        about(1.0, 0.0, "of 200 starts of imbalance 2 to 3"),
        ours(
            source="all of the starts: a single one that stays would refute it, as a single one that leaves the control"
        ),
        measures.diverged,
        cause={"low": 2.0, "high": 3.0},
        control=({"low": 0.0, "high": 1.0}, "starts of imbalance 0 to 1"),
    ),
    claim(
        "orbit",
        "With η from 1.05 to 1.2, descent on two weights ends on an orbit of two values, known in closed form.",
        at_most(1e-10, "distance from the closed form"),
        exact(
            "macdonald2025",
            "the closed form for two weights, our derivation; the orbit of period two is announced in the abstract "
            "of @macdonald2025",
        ),
        measures.orbit_gap,
        cause={"misfit": 1.0},
        control=({"misfit": 1.01}, "the closed form for a step one percent larger"),
    ),
    claim(
        "critical",
        "With η = 1, from balanced weights, the residual falls as one over the root of the number of steps.",
        about(-0.5, 0.03, "slope of log residual in log steps"),
        asymptotic(
            "macdonald2025",
            "a power law is announced in the abstract of @macdonald2025, and its exponent for two weights is our "
            "derivation; the tolerance is ours",
        ),
        measures.residual_slope,
        cause={"c": 1.0},
        control=({"c": 0.99}, "a step one percent smaller"),
    ),
    claim(
        "catapult",
        "A network of width 1,000 that starts at η × kernel = 3.9 ends below 2.",
        at_most(2.0, "η × kernel at the end"),
        asymptotic(
            "lewkowycz2020",
            "the phases of wide networks by @lewkowycz2020: up to 4 the loss first grows and then falls, and it "
            "stays low only below 2; the two lines are derived again in this lesson",
        ),
        measures.landing,
        cause={"first": 3.9},
        control=({"first": 4.05}, "a start beyond 4, where it diverges"),
    ),
    claim(
        "edge",
        "On digits, descent brings the sharpness of a small network to 2/η, where it hovers.",
        about(1.0, 0.1, "sharpness × η / 2, late"),
        paper(
            "cohen2021",
            "the sharpness rises to 2/η and hovers just above it, from the abstract of @cohen2021; the tolerance"
            " of a tenth is ours",
        ),
        measures.late_share,
        cause={"rate": 0.4, "steps": 1000},
        control=({"rate": 0.04, "steps": 300}, "a tenth of the step, for 300 steps"),
    ),
)

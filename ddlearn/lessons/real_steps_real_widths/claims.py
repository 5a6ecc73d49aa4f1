"""What the lesson claims, what theory expects, how each claim is measured, and a control that must fail beside each."""

from ddlearn.classroom.claim import about, asymptotic, at_least, at_most, claim, exact, ours, paper, theorem
from ddlearn.lessons.real_steps_real_widths import measures
from ddlearn.linear_networks import certificate, kernel_ball

CLAIMS = (
    claim(
        "drift",
        "One step of size η adds exactly η² (AᵀA − BᵀB) to the imbalance, (A, B) the gradient.",
        at_most(1e-10, "relative gap after 50 steps"),
        exact(
            ("arora2018", "du2018"),
            "algebra; that the imbalance does not change under flow, whose η² vanishes, is due to @arora2018 and "
            "@du2018",
        ),
        measures.drift_gap,
        cause={"power": 2},
        control=({"power": 1}, "η in place of η²"),
    ),
    claim(
        "flow",
        "Flow conserves the imbalance: up to a fixed time, its change vanishes in proportion to the step.",
        about(1.0, 0.1, "slope of log change in log step"),
        asymptotic(
            ("arora2018", "du2018"),
            "each of 1/η steps changes it by the order of η²; that flow conserves it is due to @arora2018 and "
            "@du2018. The tolerance is ours",
        ),
        measures.change_against_rate,
        cause={"conserved": True},
        control=({"conserved": False}, "the sum W1ᵀW1 + W2ᵀW2 in place of the difference"),
    ),
    claim(
        "steps",
        "Descent, local rate, drift, tube and certificate hold at every step, from six families of starts.",
        about(0.0, 0.0, "inequalities broken"),
        exact(
            ("xu2023", "xu2025"),
            "the local rate is Theorem 3.1 of @xu2025, the bounds on T are as in Theorem 3.1 of @xu2023; drift, "
            "tube and constants are our derivation, proved for every start and step",
        ),
        measures.broken_steps,
        cause={"tighter": 1.0},
        control=({"tighter": 1.5}, "the tube's lower edge one and a half times as high"),
    ),
    claim(
        "tight",
        "From wide starts the steps certified for a millionth of the loss are few times the steps taken.",
        at_most(2.5, "certified over taken, median"),
        ours(
            "xu2023",
            "a promise within a factor of two and a half, less than half a power of ten, is good enough to plan a "
            "run by; tighter rates than before are announced in the abstract of @xu2023",
        ),
        measures.certified_over_taken,
        cause={"bending": True},
        control=({"bending": False}, "a promise that never learns from the falling loss"),
    ),
    claim(
        "schedule",
        "A step that grows as the certified loss falls is certified for fewer steps than a constant one.",
        at_least(1.1, "constant over growing, median"),
        ours(
            ("xu2023", "xu2025"),
            "steps that grow as the loss falls: Algorithm 1 of @xu2023, Theorem 3.2 of @xu2025; a tenth of the steps "
            "is the smallest gain worth the trouble",
        ),
        measures.speed_gained,
        cause={"growing": True},
        control=({"growing": False}, "a step that does not grow"),
    ),
    claim(
        "coverage",
        "Six inputs and outputs: n + m − 1 = 11 units certify some rate for almost every Gaussian start.",
        about(1.0, 0.0, "of the starts covered"),
        exact(
            ("min2021", "xu2025"),
            "almost surely, our derivation; from n + m units on it is Lemma 3.3 of @xu2025. That imbalance alone gives "
            "a rate is Theorem 1 of @min2021, for flow",
        ),
        measures.covered,
        cause={"width": 11},
        control=({"width": 10}, "one unit less"),
    ),
    claim(
        "ball",
        "At width 16 the imbalance certifies every start, long before weights stop moving.",
        about(1.0, 0.0, "of the starts covered"),
        theorem("xu2025", "Lemma 3.3 of @xu2025, for almost every start: 16 units are more than n + m, which is 8"),
        measures.covered_narrow,
        cause={"argument": certificate},
        control=({"argument": kernel_ball}, "the argument of the kernel regime"),
    ),
    claim(
        "move",
        "With entries of size h^(−1/4) the weights move, relatively, as one over the root of the width.",
        about(-0.5, 0.1, "slope of log move in log width"),
        asymptotic("du2019a", "the scaling is that of @du2019a, the exponent our derivation; the tolerance is ours"),
        measures.move_slope,
        cause={"power": 0.25},
        control=({"power": 0.5}, "entries of size h^(−1/2)"),
    ),
    claim(
        "burn",
        "Where descent on two factors converges, rate times sharpness over 2 is at most 1, but for a set of starts of "
        "measure zero.",
        at_most(1.001, "the largest of the runs"),
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
        "At a step half beyond the flattest minimum's limit, descent from unbalanced starts diverges.",
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
        "Just beyond the flattest minimum's limit, descent jumps between two values known in closed form.",
        at_most(1e-10, "distance from the closed form"),
        exact(
            "macdonald2025",
            "the closed form for two factors, our derivation; the orbit of period two is announced in the abstract "
            "of @macdonald2025",
        ),
        measures.orbit_gap,
        cause={"misfit": 1.0},
        control=({"misfit": 1.01}, "the closed form for a step one percent larger"),
    ),
    claim(
        "critical",
        "Exactly at that limit, from balanced weights, the residual falls as one over the root of time.",
        about(-0.5, 0.03, "slope of log residual in log time"),
        asymptotic(
            "macdonald2025",
            "a power law is announced in the abstract of @macdonald2025, and its exponent for two factors is our "
            "derivation; the tolerance is ours",
        ),
        measures.residual_slope,
        cause={"c": 1.0},
        control=({"c": 0.99}, "a step one percent smaller"),
    ),
    claim(
        "catapult",
        "A wide net that begins at rate × kernel = 3.9 is thrown out, and lands below 2.",
        at_most(2.0, "rate × kernel at the end"),
        asymptotic(
            "lewkowycz2020",
            "the phases of wide nets by @lewkowycz2020: up to 4 it is thrown out and comes back, and only below 2 "
            "can it stay; the recursion is derived again in this lesson",
        ),
        measures.landing,
        cause={"first": 3.9},
        control=({"first": 4.05}, "a start beyond 4, where it diverges"),
    ),
    claim(
        "edge",
        "On digits, descent drives the sharpness of a small net to 2/rate, where it hovers.",
        about(1.0, 0.1, "sharpness × rate / 2, late"),
        paper(
            "cohen2021",
            "the sharpness rises to 2/rate and hovers just above it, from the abstract of @cohen2021; the tolerance"
            " of a tenth is ours",
        ),
        measures.late_share,
        cause={"rate": 0.4, "steps": 1000},
        control=({"rate": 0.04, "steps": 300}, "a tenth of the rate, for 300 steps"),
    ),
)

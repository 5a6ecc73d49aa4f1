"""What the lesson claims, what theory expects, how each claim is measured, and a control that must fail beside each."""

from ddlearn.classroom.claim import about, asymptotic, at_least, at_most, claim, exact, ours, theorem
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
)

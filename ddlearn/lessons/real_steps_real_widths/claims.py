"""What the lesson claims, what theory expects, how each claim is measured, and a control that must fail beside each."""

from ddlearn.classroom.claim import about, asymptotic, at_least, at_most, claim, exact, ours, theorem
from ddlearn.lessons.real_steps_real_widths import measures
from ddlearn.linear_networks import certificate, kernel_ball

CLAIMS = (
    claim(
        "drift",
        "One step of size η changes the imbalance by exactly η² (AᵀA − BᵀB), with the layers’ gradients A and B.",
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
        "Up to a fixed time, the change of the imbalance vanishes in proportion to the step: flow conserves it.",
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
        "layers",
        "Three layers have two imbalances, and up to a fixed time both change in proportion to the step.",
        about(1.0, 0.1, "slope of log change in log step"),
        asymptotic(
            ("arora2018", "du2018"),
            "flow conserves the imbalance of each pair of neighboring layers, as @arora2018 and @du2018 show; the "
            "tolerance is ours",
        ),
        measures.layers_against_rate,
        cause={"decay": 0.0},
        control=({"decay": 0.1}, "weight decay of 0.1, which shrinks both at any step"),
    ),
    claim(
        "muon",
        "From aligned layers, Muon keeps √(W₁ᵀW₁) − √(W₂ᵀW₂) as it was, also with finite steps.",
        at_most(1e-9, "relative change after 100 steps"),
        exact(
            "rhee2026",
            "our derivation; that Muon flow conserves it once the layers are aligned is announced in the abstract of "
            "@rhee2026",
        ),
        measures.muon_change,
        cause={"aligned": True},
        control=({"aligned": False}, "random layers"),
    ),
    claim(
        "steps",
        "The inequalities of this lesson hold at every step, from six families of starts.",
        about(0.0, 0.0, "inequalities broken"),
        exact(
            ("xu2023", "xu2025"),
            "the shrink factor is Theorem 3.1 of @xu2025, the bounds on T are as in Theorem 3.1 of @xu2023; drift, "
            "band and constants are our derivation, proved for every start and step",
        ),
        measures.broken_steps,
        cause={"tighter": 1.0},
        control=({"tighter": 1.5}, "the band's lower edge one and a half times as high"),
    ),
    claim(
        "tight",
        "From wide starts, a millionth of the loss is certified for at most 2.5 times the steps that it takes.",
        at_most(2.5, "certified over taken, median"),
        ours(
            "xu2023",
            "a bound within a factor of two and a half, less than half a power of ten, is good enough to plan a "
            "run by; tighter rates than before are announced in the abstract of @xu2023",
        ),
        measures.certified_over_taken,
        cause={"bending": True},
        control=({"bending": False}, "a certified factor that does not improve as the loss falls"),
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
        "Six inputs and outputs: d + k − 1 = 11 units certify some rate for almost every Gaussian start.",
        about(1.0, 0.0, "of the starts covered"),
        exact(
            ("min2021", "xu2025"),
            "almost surely, our derivation; from d + k units on it is Lemma 3.3 of @xu2025. That imbalance alone gives "
            "a rate is Theorem 1 of @min2021, for flow",
        ),
        measures.covered,
        cause={"width": 11},
        control=({"width": 10}, "one unit less"),
    ),
    claim(
        "ball",
        "With four inputs and outputs, the imbalance certifies every start at width 16, where the weights still move.",
        about(1.0, 0.0, "of the starts covered"),
        theorem("xu2025", "Lemma 3.3 of @xu2025, for almost every start: 16 units are more than d + k, which is 8"),
        measures.covered_narrow,
        cause={"argument": certificate},
        control=({"argument": kernel_ball}, "the argument with a fixed kernel"),
    ),
    claim(
        "move",
        "From entries of size h^(−1/4), the relative move of the weights falls as one over the root of the width.",
        about(-0.5, 0.1, "slope of log move in log width"),
        asymptotic("du2019a", "the scaling is that of @du2019a, the exponent our derivation; the tolerance is ours"),
        measures.move_slope,
        cause={"power": 0.25},
        control=({"power": 0.5}, "entries of size h^(−1/2)"),
    ),
)

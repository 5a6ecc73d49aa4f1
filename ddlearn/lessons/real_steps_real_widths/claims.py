"""What lesson 05 claims, what theory expects, and how each claim is measured; beside each, a control that must fail."""

from ddlearn.classroom import Claim
from ddlearn.lessons.real_steps_real_widths import measures
from ddlearn.linear_networks import certificate, kernel_ball

CLAIMS = (
    Claim(
        id="drift",
        statement="One step of size η adds exactly η² (AᵀA − BᵀB) to the imbalance, (A, B) the gradient.",
        basis="exact",
        papers=("arora2018", "du2018"),
        source=(
            "algebra; that the imbalance does not change under flow, whose η² vanishes, is due to @arora2018 and "
            "@du2018"
        ),
        expected=0.0,
        tolerance=1e-10,
        sense="at_most",
        unit="relative gap after 50 steps",
        measure=lambda scale, seed: measures.drift_gap(seed, 2),
        control=lambda scale, seed: measures.drift_gap(seed, 1),
        control_note="η in place of η²",
    ),
    Claim(
        id="flow",
        statement="Flow conserves the imbalance: up to a fixed time, its change vanishes in proportion to the step.",
        basis="asymptotic",
        papers=("arora2018", "du2018"),
        source=(
            "each of 1/η steps changes it by the order of η²; that flow conserves it is due to @arora2018 and "
            "@du2018. The tolerance is ours"
        ),
        expected=1.0,
        tolerance=0.1,
        unit="slope of log change in log step",
        measure=lambda scale, seed: measures.change_against_rate(seed, conserved=True),
        control=lambda scale, seed: measures.change_against_rate(seed, conserved=False),
        control_note="the sum W1ᵀW1 + W2ᵀW2 in place of the difference",
    ),
    Claim(
        id="steps",
        statement="Descent, local rate, drift, tube and certificate hold at every step, from six families of starts.",
        basis="exact",
        papers=("xu2023", "xu2025"),
        source=(
            "the local rate is Theorem 3.1 of @xu2025, the bounds on T are as in Theorem 3.1 of @xu2023; drift, "
            "tube and constants are our derivation, proved for every start and step"
        ),
        expected=0.0,
        tolerance=0.0,
        unit="inequalities broken",
        measure=lambda scale, seed: measures.broken_steps(seed, 1.0),
        control=lambda scale, seed: measures.broken_steps(seed, 1.5),
        control_note="the tube's lower edge one and a half times as high",
    ),
    Claim(
        id="tight",
        statement="From wide starts the steps certified for a millionth of the loss are few times the steps taken.",
        basis="ours",
        papers=("xu2023",),
        source=(
            "a promise within a factor of two and a half, less than half a power of ten, is good enough to plan a "
            "run by; tighter rates than before are announced in the abstract of @xu2023"
        ),
        expected=2.5,
        tolerance=0.0,
        sense="at_most",
        unit="certified over taken, median",
        measure=lambda scale, seed: measures.certified_over_taken(seed, bending=True),
        control=lambda scale, seed: measures.certified_over_taken(seed, bending=False),
        control_note="a promise that never learns from the falling loss",
    ),
    Claim(
        id="schedule",
        statement="A step that grows as the certified loss falls is certified for fewer steps than a constant one.",
        basis="ours",
        papers=("xu2023", "xu2025"),
        source=(
            "steps that grow as the loss falls: Algorithm 1 of @xu2023, Theorem 3.2 of @xu2025; a tenth of the steps "
            "is the smallest gain worth the trouble"
        ),
        expected=1.1,
        tolerance=0.0,
        sense="at_least",
        unit="constant over growing, median",
        measure=lambda scale, seed: measures.speed_gained(seed, growing=True),
        control=lambda scale, seed: measures.speed_gained(seed, growing=False),
        control_note="a step that does not grow",
    ),
    Claim(
        id="coverage",
        statement="Six inputs and outputs: n + m − 1 = 11 units certify some rate for almost every Gaussian start.",
        basis="exact",
        papers=("min2021", "xu2025"),
        source=(
            "almost surely, our derivation; from n + m units on it is Lemma 3.3 of @xu2025. That imbalance alone gives "
            "a rate is Theorem 1 of @min2021, for flow"
        ),
        expected=1.0,
        tolerance=0.0,
        unit="of the starts covered",
        measure=lambda scale, seed: measures.covered(seed, 11),
        control=lambda scale, seed: measures.covered(seed, 10),
        control_note="one unit less",
    ),
    Claim(
        id="ball",
        statement="At width 16 the imbalance certifies every start, long before weights stop moving.",
        basis="theorem",
        papers=("xu2025",),
        source="Lemma 3.3 of @xu2025, for almost every start: 16 units are more than n + m, which is 8",
        expected=1.0,
        tolerance=0.0,
        unit="of the starts covered",
        measure=lambda scale, seed: measures.covered_narrow(seed, certificate),
        control=lambda scale, seed: measures.covered_narrow(seed, kernel_ball),
        control_note="the argument of the kernel regime",
    ),
    Claim(
        id="move",
        statement="With entries of size h^(−1/4) the weights move, relatively, as one over the root of the width.",
        basis="asymptotic",
        papers=("du2019a",),
        source="the scaling is that of @du2019a, the exponent our derivation; the tolerance is ours",
        expected=-0.5,
        tolerance=0.1,
        unit="slope of log move in log width",
        measure=lambda scale, seed: measures.move_slope(seed, 0.25),
        control=lambda scale, seed: measures.move_slope(seed, 0.5),
        control_note="entries of size h^(−1/2)",
    ),
    Claim(
        id="burn",
        statement=(
            "Where descent on two factors converges, rate times sharpness over 2 is at most 1, but for a set of starts"
            " of measure zero."
        ),
        basis="exact",
        source=(
            "linear stability: a fixed point whose slope 1 − ηλ lies below −1 repels, so only a set of starts of "
            "measure zero ends there; the tolerance is for runs that stop early"
        ),
        expected=1.0,
        tolerance=1e-3,
        sense="at_most",
        unit="the largest of the runs",
        measure=lambda scale, seed: float(measures.burnt(seed)[0].max()),
        control=lambda scale, seed: float(measures.burnt(seed)[1].max()),
        control_note="the minimum in which flow ends",
    ),
    Claim(
        id="diverge",
        statement="At a step half beyond the flattest minimum's limit, descent from unbalanced starts diverges.",
        basis="ours",
        source="all of the starts: a single one that stays would refute it, as a single one that leaves the control",
        expected=1.0,
        tolerance=0.0,
        unit="of 200 starts of imbalance 2 to 3",
        measure=lambda scale, seed: measures.diverged(seed, 2.0, 3.0),
        control=lambda scale, seed: measures.diverged(seed, 0.0, 1.0),
        control_note="starts of imbalance 0 to 1",
    ),
    Claim(
        id="orbit",
        statement="Just beyond the flattest minimum's limit, descent jumps between two values known in closed form.",
        basis="exact",
        papers=("macdonald2025",),
        source=(
            "the closed form for two factors, our derivation; the orbit of period two is announced in the abstract "
            "of @macdonald2025"
        ),
        expected=0.0,
        tolerance=1e-10,
        sense="at_most",
        unit="distance from the closed form",
        measure=lambda scale, seed: measures.orbit_gap(seed, 1.0),
        control=lambda scale, seed: measures.orbit_gap(seed, 1.01),
        control_note="the closed form for a step one percent larger",
    ),
    Claim(
        id="critical",
        statement="Exactly at that limit, from balanced weights, the residual falls as one over the root of time.",
        basis="asymptotic",
        papers=("macdonald2025",),
        source=(
            "a power law is announced in the abstract of @macdonald2025, and its exponent for two factors is our "
            "derivation; the tolerance is ours"
        ),
        expected=-0.5,
        tolerance=0.03,
        unit="slope of log residual in log time",
        measure=lambda scale, seed: measures.residual_slope(seed, 1.0),
        control=lambda scale, seed: measures.residual_slope(seed, 0.99),
        control_note="a step one percent smaller",
    ),
    Claim(
        id="catapult",
        statement="A wide net that begins at rate × kernel = 3.9 is thrown out, and lands below 2.",
        basis="asymptotic",
        papers=("lewkowycz2020",),
        source=(
            "the phases of wide nets by @lewkowycz2020: up to 4 it is thrown out and comes back, and only below 2 "
            "can it stay; the recursion is derived again in this lesson"
        ),
        expected=2.0,
        tolerance=0.0,
        sense="at_most",
        unit="rate × kernel at the end",
        measure=lambda scale, seed: measures.landing(seed, 3.9),
        control=lambda scale, seed: measures.landing(seed, 4.05),
        control_note="a start beyond 4, where it diverges",
    ),
    Claim(
        id="edge",
        statement="On digits, descent drives the sharpness of a small net to 2/rate, where it hovers.",
        basis="paper",
        papers=("cohen2021",),
        source=(
            "the sharpness rises to 2/rate and hovers just above it, from the abstract of @cohen2021; the tolerance"
            " of a tenth is ours"
        ),
        expected=1.0,
        tolerance=0.1,
        unit="sharpness × rate / 2, late",
        measure=lambda scale, seed: measures.late_share(seed, 0.4, 1000),
        control=lambda scale, seed: measures.late_share(seed, 0.04, 300),
        control_note="a tenth of the rate, for 300 steps",
    ),
)

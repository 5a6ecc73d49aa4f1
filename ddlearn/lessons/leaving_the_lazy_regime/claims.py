"""What lesson 04 claims, what theory expects, and how each claim is measured; beside each, a control that must fail."""

from ddlearn.classroom import Claim
from ddlearn.lessons.leaving_the_lazy_regime import finite_width, measures
from ddlearn.lessons.leaving_the_lazy_regime.measures import LAZY, MANY, MUP, NTK, RICH
from ddlearn.lessons.leaving_the_lazy_regime.shared import BITS, EXAMPLES
from ddlearn.parities import any_kernel_bound

CLAIMS = (
    Claim(
        id="rich",
        statement="A rich net has a smaller error on a parity than any kernel has on average over parities.",
        basis="exact",
        source="the line of lesson 02, an inequality for kernels; that a net falls below it is measured",
        expected=any_kernel_bound(BITS, 2, EXAMPLES),
        tolerance=0.0,
        sense="at_most",
        unit="test error",
        measure=lambda scale, seed: measures.test_error(seed, RICH),
        control=lambda scale, seed: measures.test_error(seed, LAZY),
        control_note="the same net with output scale 100",
    ),
    Claim(
        id="lazy",
        statement="At a large output scale a net's function is the regression with its tangent kernel at the start.",
        basis="asymptotic",
        papers=("chizat2019",),
        source=(
            "Theorem 2.4 of @chizat2019, that the distance to the tangent model is of the order of one over the "
            "output scale, for smooth models, while these nets have ReLU units; the tolerance is ours, a fiftieth "
            "of what predicting zero has"
        ),
        expected=0.0,
        tolerance=0.02,
        sense="at_most",
        unit="mean squared difference",
        measure=lambda scale, seed: measures.off_regression(seed, LAZY),
        control=lambda scale, seed: measures.off_regression(seed, RICH),
        control_note="output scale 1",
    ),
    Claim(
        id="move",
        statement="Lazy weights go the shortest way that fits: √(m y'K⁻¹y) over the output scale, nothing fitted.",
        basis="asymptotic",
        papers=("chizat2019",),
        source=(
            "by Theorem 2.4 of @chizat2019 lazy weights follow those of the tangent model, which go this way by our"
            " derivation; the tolerance is ours"
        ),
        expected=1.0,
        tolerance=0.05,
        unit="measured over theory",
        measure=lambda scale, seed: measures.move_over_theory(seed, LAZY),
        control=lambda scale, seed: measures.move_over_theory(seed, RICH),
        control_note="output scale 1",
    ),
    Claim(
        id="alignment",
        statement="A rich net turns its kernel towards the labels; a lazy one does not.",
        basis="ours",
        papers=("cortes2012", "baratin2021"),
        source=(
            "twice the start is a turn, where a lazy kernel keeps the alignment that it had; the measure is that of"
            " @cortes2012, and that it grows in training the finding of @baratin2021"
        ),
        expected=2.0,
        tolerance=0.0,
        sense="at_least",
        unit="times the alignment at the start",
        measure=lambda scale, seed: measures.alignment_gained(seed, RICH),
        control=lambda scale, seed: measures.alignment_gained(seed, LAZY),
        control_note="output scale 100",
    ),
    Claim(
        id="same",
        statement="The NTK parametrization is the mean-field net with an output scale of √width, step by step.",
        basis="exact",
        source="the same function and the same gradient, with constants moved; our derivation",
        expected=0.0,
        tolerance=1e-9,
        unit="relative difference after 50 steps",
        measure=lambda scale, seed: measures.two_parametrizations(seed, rate=1.0),
        control=lambda scale, seed: measures.two_parametrizations(seed, rate=1 / 50),
        control_note="without the factor 1/(s²m) in the learning rate",
    ),
    Claim(
        id="weights",
        statement="In the NTK parametrization the weights move, relative to their size, as one over the root of width.",
        basis="asymptotic",
        papers=("lee2019", "du2019b"),
        source=(
            "an upper bound of this order is proved: Theorem 2.1 of @lee2019 for smooth activations, Corollary 4.1 of "
            "@du2019b for ReLU units of which the first layer alone is trained. The tolerance is ours, for three widths"
        ),
        expected=-0.5,
        tolerance=0.08,
        unit="slope in log width",
        measure=lambda scale, seed: measures.exponent(seed, NTK, "weights"),
        control=lambda scale, seed: measures.exponent(seed, MUP, "weights"),
        control_note="muP",
    ),
    Claim(
        id="features",
        statement="So do its features, the outputs of the hidden layer.",
        basis="asymptotic",
        papers=("yang2021",),
        source=(
            "each unit’s weights move by one over the root of the width, and so does its output; that this limit "
            "learns no features is from the abstract of @yang2021. The tolerance is ours, for three widths"
        ),
        expected=-0.5,
        tolerance=0.1,
        unit="slope in log width",
        measure=lambda scale, seed: measures.exponent(seed, NTK, "features"),
        control=lambda scale, seed: measures.exponent(seed, MUP, "features"),
        control_note="muP",
    ),
    Claim(
        id="kernel",
        statement="Its kernel moves as one over the width, says perturbation theory; proved is usually the root.",
        basis="asymptotic",
        papers=("dyer2020", "lee2019"),
        source=(
            "a count of powers of the width by @dyer2020; the root is what Theorem 2.1 of @lee2019 proves. The "
            "tolerance is ours, for three widths"
        ),
        expected=-1.0,
        tolerance=0.2,
        unit="slope in log width",
        measure=lambda scale, seed: measures.exponent(seed, NTK, "kernel"),
        control=lambda scale, seed: measures.exponent(seed, MUP, "kernel"),
        control_note="muP",
    ),
    Claim(
        id="mup",
        statement="In muP weights, features and kernel move as much at any width.",
        basis="asymptotic",
        papers=("yang2021",),
        source=(
            "a limit that learns features, in which nothing depends on the width, from the abstract of @yang2021; "
            "the tolerance is ours, for three widths"
        ),
        expected=0.0,
        tolerance=0.1,
        sense="at_most",
        unit="largest slope in log width, without its sign",
        measure=lambda scale, seed: measures.largest_exponent(seed, MUP),
        control=lambda scale, seed: measures.largest_exponent(seed, NTK),
        control_note="the NTK parametrization",
    ),
    Claim(
        id="diagonal",
        statement="Descent on a diagonal net ends at w = 2α² sinh(X'ν), the only such w that fits.",
        basis="exact",
        papers=("woodworth2020",),
        source=(
            "under flow w keeps this form at every moment, by the lesson's own derivation; the result is that of "
            "@woodworth2020, of whom we read the abstract; the tolerance of a hundredth is for steps of finite size"
        ),
        expected=0.0,
        tolerance=0.01,
        sense="at_most",
        unit="relative distance",
        measure=lambda scale, seed: measures.descent_off_closed_form(seed, 0.3),
        control=lambda scale, seed: measures.descent_off_closed_form(seed, 0.15),
        control_note="the closed form for half the scale",
    ),
    Claim(
        id="l1",
        statement="From a small start a diagonal net finds the least l1 norm.",
        basis="asymptotic",
        papers=("woodworth2020",),
        source=(
            "the limit of a vanishing start, from the abstract of @woodworth2020; the tolerance is ours, for a "
            "start of 10⁻⁴"
        ),
        expected=1.0,
        tolerance=0.02,
        unit="l1 norm over the least",
        measure=lambda scale, seed: measures.l1_over_least(seed, 1e-4),
        control=lambda scale, seed: measures.l1_over_least(seed, 1.0),
        control_note="a start of scale 1",
    ),
    Claim(
        id="l2",
        statement="From a large start it finds the least l2 norm, as a kernel would.",
        basis="asymptotic",
        papers=("woodworth2020",),
        source=(
            "the limit of a large start, from the abstract of @woodworth2020; what is left falls as α⁻⁴, 10⁻⁴ here,"
            " and the tolerance is ten times that"
        ),
        expected=0.0,
        tolerance=1e-3,
        sense="at_most",
        unit="relative distance",
        measure=lambda scale, seed: measures.off_least_l2(seed, 10.0),
        control=lambda scale, seed: measures.off_least_l2(seed, 0.1),
        control_note="a start of scale 0.1",
    ),
    Claim(
        id="fluctuation",
        statement="From zero, a net's distance to the infinitely wide one falls as one over the root of its width.",
        basis="asymptotic",
        papers=("geiger2020",),
        source=(
            "the fluctuations of deep nets fall as N to the −1/4 in their number of parameters, which is the root "
            "of the width, from the abstract of @geiger2020; the tolerance is ours"
        ),
        expected=-0.5,
        tolerance=0.1,
        unit="slope in log width",
        measure=lambda scale, seed: measures.fluctuation_exponent(seed, zero=True),
        control=lambda scale, seed: measures.fluctuation_exponent(seed, zero=False),
        control_note="nets that start as random functions",
    ),
    Claim(
        id="bias",
        statement="The mean over many nets keeps an error of the order of one over the width.",
        basis="asymptotic",
        papers=("dyer2020",),
        source=(
            "a count of powers of the width by @dyer2020; the tolerance is ours, for the noise that a mean of 256 "
            "nets leaves"
        ),
        expected=-1.0,
        tolerance=0.3,
        unit="slope in log width",
        measure=lambda scale, seed: finite_width.slope(MANY, measures.bias_and_distance(seed)[0]),
        control=lambda scale, seed: finite_width.slope(MANY, measures.bias_and_distance(seed)[1]),
        control_note="single nets",
    ),
)

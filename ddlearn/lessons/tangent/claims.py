"""What lesson 03 claims, and what theory expects; beside each claim a control that must fail. `measures` measures."""

from ddlearn.classroom import Claim
from ddlearn.lessons.tangent import exercises, measures

CLAIMS = (
    Claim(
        id="03.infinite",
        statement="A layer of infinite width is one map of two kernels, in closed form.",
        basis="exact",
        papers=("cho2009", "jacot2018"),
        expected=0.0,
        tolerance=1e-9,
        unit="relative difference from a Hermite series, three layers",
        measure=lambda scale, seed: measures.series_gap(seed, exercises.next_layer),
        control=lambda scale, seed: measures.series_gap(seed, measures.halved_slope),
        control_note="the average of the slopes without the weights’ variance of 2",
    ),
    Claim(
        id="03.empirical",
        statement="The tangent kernel of a net of one hidden layer, in closed form, is the product of its gradients.",
        basis="exact",
        source="the chain rule, written out for one hidden layer",
        expected=0.0,
        tolerance=1e-12,
        unit="relative difference from autograd",
        measure=lambda scale, seed: measures.gradient_gap(seed, readout_only=False),
        control=lambda scale, seed: measures.gradient_gap(seed, readout_only=True),
        control_note="the readout’s gradients alone, as in lesson 01",
    ),
    Claim(
        id="03.start",
        statement="At its start a net’s kernel approaches the infinite one as one over the root of its width.",
        basis="asymptotic",
        papers=("jacot2018",),
        source=(
            "the kernel is an average over independent units, whose error falls as one over the root of their number"
        ),
        expected=-0.5,
        tolerance=0.06,
        unit="slope of log distance in log width",
        measure=lambda scale, seed: float(measures.distances_at_start(seed, exercises.next_layer).log_slope()),
        control=lambda scale, seed: float(measures.distances_at_start(seed, measures.halved_slope).log_slope()),
        control_note="an infinite kernel with half of the first layer’s share",
    ),
    Claim(
        id="03.start-constant",
        statement="The constant is known too: an entry’s variance times the width is 2 K₂ + 4ρK₁ + 6ρ²K₀ − Θ².",
        basis="exact",
        papers=("cho2009",),
        source=(
            "on average over starts: our derivation from their kernels, with the fourth moment of a normal readout;"
            " the tolerance is that of the draws"
        ),
        expected=1.0,
        tolerance=0.06,
        unit="measured over theory",
        measure=lambda scale, seed: measures.over_theory(seed, fourth_moment=3.0),
        control=lambda scale, seed: measures.over_theory(seed, fourth_moment=1.0),
        control_note="theory for readout weights that are ±1, not normal",
    ),
    Claim(
        id="03.descent",
        statement="In a fixed kernel, t steps of gradient descent multiply each mode by (1 − ηλ/N)ᵗ.",
        basis="exact",
        source="descent on a quadratic, in the kernel's eigenvectors",
        expected=0.0,
        tolerance=1e-10,
        unit="largest difference over a hundred steps, relative",
        measure=lambda scale, seed: measures.iteration_gap(seed, flow=False),
        control=lambda scale, seed: measures.iteration_gap(seed, flow=True),
        control_note="e^(−ηλt/N), the formula of flow",
    ),
    Claim(
        id="03.edge",
        statement="Descent on a tangent converges up to the step 2 N / λ_max, and no further.",
        basis="exact",
        papers=("lee2019",),
        source=(
            "linear algebra: every mode shrinks where |1 − ηλ/N| < 1; the critical rate 2/(λ_min + λ_max) of "
            "@lee2019 is where the fastest and the slowest mode shrink alike"
        ),
        expected=2.0,
        tolerance=0.01,
        unit="N / λ_max",
        measure=lambda scale, seed: measures.largest_step(seed, mean=False),
        control=lambda scale, seed: measures.largest_step(seed, mean=True),
        control_note="the same step, measured with the mean eigenvalue",
    ),
    Claim(
        id="03.flow",
        statement="At the step N / λ_max a wide net follows the formula of steps, and misses that of flow.",
        basis="ours",
        papers=("lee2019",),
        source=(
            "theory says that a wide net follows the steps; that flow is twenty times further off is ours: at this "
            "rate one step ends the top mode, of which flow leaves more than a third"
        ),
        expected=20.0,
        tolerance=0.0,
        sense="at_least",
        unit="error of flow over error of steps",
        measure=lambda scale, seed: measures.flow_over_descent(seed, width=4096),
        control=lambda scale, seed: measures.flow_over_descent(seed, width=8),
        control_note="eight hidden units: neither formula holds",
    ),
    Claim(
        id="03.modes",
        statement="In training, each eigenmode of the residual decays at its own rate, the better the wider the net.",
        basis="asymptotic",
        papers=("lee2019",),
        source=(
            "the net deviates from its tangent by one over the root of the width; the tolerance is ours, for few seeds"
        ),
        expected=-0.5,
        tolerance=0.15,
        unit="slope of log deviation in log width",
        measure=lambda scale, seed: float(measures.mode_gaps(seed)[0].log_slope()),
        control=lambda scale, seed: float(measures.mode_gaps(seed)[1].log_slope()),
        control_note="rates of the nngp, as if only the readout learned",
    ),
    Claim(
        id="03.drift",
        statement="Training moves a net’s kernel by a share that falls with the width like m^(−1/2), or faster.",
        basis="theorem",
        papers=("lee2019", "du2019b"),
        source=(
            "an upper bound, Theorem 2.1 of @lee2019 for smooth activations; for ReLU units, with the first layer "
            "alone trained, in @du2019b"
        ),
        expected=-0.5,
        tolerance=0.0,
        sense="at_most",
        unit="slope of log drift in log width",
        measure=lambda scale, seed: measures.drift_slope(seed, "ntk"),
        control=lambda scale, seed: measures.drift_slope(seed, "mup"),
        control_note="the mean-field parametrization of lesson 04",
    ),
    Claim(
        id="03.digits",
        statement="On a few hundred digits the infinite kernel misses no more new ones than trained nets do.",
        basis="ours",
        papers=("arora2020",),
        source=(
            "0 is a draw, and two digits in a hundred are more than draws of a few hundred digits differ by; on "
            "other small data it is their finding"
        ),
        expected=0.0,
        tolerance=0.02,
        sense="at_most",
        unit="share missed by the kernel less that of nets",
        measure=lambda scale, seed: measures.more_missed(seed, depth=1),
        control=lambda scale, seed: measures.more_missed(seed, depth=0),
        control_note="the kernel of the pixels: no hidden layer",
    ),
)

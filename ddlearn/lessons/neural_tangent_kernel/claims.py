"""What lesson 03 claims, and what theory expects; beside each claim a control that must fail. `measures` measures."""

from ddlearn.classroom import Claim
from ddlearn.lessons.neural_tangent_kernel import exercises, measures

CLAIMS = (
    Claim(
        id="infinite",
        statement="A layer of infinite width is one map of two kernels, in closed form.",
        basis="exact",
        papers=("jacot2018", "cho2009"),
        source=(
            "the recursion of Theorem 1 of @jacot2018, with the two averages of @cho2009 for ReLU units; a Hermite "
            "series computes them anew"
        ),
        expected=0.0,
        tolerance=1e-9,
        unit="relative difference from a Hermite series, three layers",
        measure=lambda scale, seed: measures.series_gap(seed, exercises.next_layer),
        control=lambda scale, seed: measures.series_gap(seed, measures.halved_slope),
        control_note="the average of the slopes without the weights’ variance of 2",
    ),
    Claim(
        id="empirical",
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
        id="start",
        statement="At its start a net’s kernel approaches the infinite one as one over the root of its width.",
        basis="asymptotic",
        papers=("jacot2018",),
        source=(
            "Theorem 1 of @jacot2018 says that the kernel converges, and the rate is that of an average over "
            "independent units; the tolerance is ours, for a hundred draws a width"
        ),
        expected=-0.5,
        tolerance=0.06,
        unit="slope of log distance in log width",
        measure=lambda scale, seed: float(measures.distances_at_start(seed, exercises.next_layer).log_slope()),
        control=lambda scale, seed: float(measures.distances_at_start(seed, measures.halved_slope).log_slope()),
        control_note="an infinite kernel with half of the first layer’s share",
    ),
    Claim(
        id="start-constant",
        statement="The constant is known too: an entry’s variance times the width is 2 K₂ + 4ρK₁ + 6ρ²K₀ − Θ².",
        basis="exact",
        papers=("cho2009",),
        source=(
            "on average over starts, our derivation from the kernels of @cho2009; the tolerance is ours, for a "
            "hundred draws a width"
        ),
        expected=1.0,
        tolerance=0.06,
        unit="measured over theory",
        measure=lambda scale, seed: measures.over_theory(seed, fourth_moment=3.0),
        control=lambda scale, seed: measures.over_theory(seed, fourth_moment=1.0),
        control_note="theory for readout weights that are ±1, not normal",
    ),
    Claim(
        id="descent",
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
        id="edge",
        statement="Descent on a tangent converges up to the step 2 N / λ_max, and no further.",
        basis="exact",
        papers=("lee2019",),
        source=(
            "linear algebra, since each mode shrinks where |1 − ηλ/N| < 1; Theorem 2.1 of @lee2019, on nets, asks "
            "for less than 2/(λ_min + λ_max)"
        ),
        expected=2.0,
        tolerance=0.01,
        unit="N / λ_max",
        measure=lambda scale, seed: measures.largest_step(seed, mean=False),
        control=lambda scale, seed: measures.largest_step(seed, mean=True),
        control_note="the same step, measured with the mean eigenvalue",
    ),
    Claim(
        id="flow",
        statement="At the step N / λ_max a wide net follows the formula of steps, and misses that of flow.",
        basis="ours",
        papers=("lee2019",),
        source=(
            "after one such step flow leaves e⁻¹ of the top mode, where descent leaves nothing, and by Theorem 2.1 "
            "of @lee2019 a net of 4,096 units strays by about one over their root: the ratio is 24, and we ask for "
            "20"
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
        id="modes",
        statement="In training, each eigenmode of the residual decays at its own rate, the better the wider the net.",
        basis="asymptotic",
        papers=("lee2019",),
        source=(
            "Theorem 2.1 of @lee2019 bounds the distance to the tangent model by this order, for activations with a"
            " Lipschitz slope, while these nets have ReLU units; the tolerance is ours, for six nets a width"
        ),
        expected=-0.5,
        tolerance=0.15,
        unit="slope of log deviation in log width",
        measure=lambda scale, seed: float(measures.mode_gaps(seed)[0].log_slope()),
        control=lambda scale, seed: float(measures.mode_gaps(seed)[1].log_slope()),
        control_note="rates of the nngp, as if only the readout learned",
    ),
    Claim(
        id="drift",
        statement="Training moves a smooth net’s kernel by a share that falls with the width like m^(−1/2), or faster.",
        basis="theorem",
        papers=("lee2019",),
        source=(
            "an upper bound, Theorem 2.1 (here G.4) of @lee2019: Lipschitz derivative of the activation, positive "
            "infinite kernel, a step below 2N/(λ_min + λ_max)"
        ),
        expected=-0.5,
        tolerance=0.0,
        sense="at_most",
        unit="slope of log drift in log width",
        measure=lambda scale, seed: measures.drift_slope(seed, "ntk"),
        control=lambda scale, seed: measures.drift_slope(seed, "mup"),
        control_note="muP, where the kernel moves at every width",
    ),
    Claim(
        id="digits",
        statement="On a few hundred digits the infinite kernel misses no more new ones than trained nets do.",
        basis="ours",
        papers=("arora2020",),
        source=(
            "0 is a draw, and 0.02 twice the standard error of a share of one in twenty among 400 new digits; that "
            "tangent kernels win on small data is the finding of @arora2020, on other data"
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

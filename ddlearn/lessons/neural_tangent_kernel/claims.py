"""What the lesson claims, and what theory expects; beside each claim a control that must fail. `measures` measures."""

from ddlearn.classroom.claim import about, asymptotic, at_least, at_most, claim, exact, ours, theorem
from ddlearn.lessons.neural_tangent_kernel import exercises, measures

CLAIMS = (
    claim(
        "infinite",
        "One layer of infinite width changes both kernels by a closed formula.",
        about(0.0, 1e-9, "relative difference from a Hermite series, three layers"),
        exact(
            ("jacot2018", "cho2009"),
            "the recursion of Theorem 1 of @jacot2018, with the two averages of @cho2009 for ReLU units; a Hermite "
            "series computes them anew",
        ),
        measures.series_gap,
        cause={"layer": exercises.next_layer},
        control=({"layer": measures.halved_slope}, "the average of the slopes without the weights’ variance of 2"),
    ),
    claim(
        "empirical",
        "The closed form of a tangent kernel with one hidden layer equals the products of the gradients.",
        about(0.0, 1e-12, "relative difference from autograd"),
        exact(source="the chain rule, written out for one hidden layer"),
        measures.gradient_gap,
        cause={"readout_only": False},
        control=({"readout_only": True}, "the readout’s gradients alone, as in lesson 01"),
    ),
    claim(
        "start",
        "At the start, a network’s kernel approaches its limit like one over the root of the width.",
        about(-0.5, 0.06, "slope of log distance in log width"),
        asymptotic(
            "jacot2018",
            "Theorem 1 of @jacot2018 says that the kernel converges, and the rate is that of an average over "
            "independent units; the tolerance is ours, for a hundred draws per width",
        ),
        measures.slope_at_start,
        cause={"layer": exercises.next_layer},
        control=({"layer": measures.halved_slope}, "an infinite kernel with half of the first layer’s share"),
    ),
    claim(
        "start-constant",
        "The constant is known too: the variance of an entry, times the width, is 2K₂ + 4ρK₁ + 6ρ²K₀ − Θ².",
        about(1.0, 0.06, "measured over theory"),
        exact(
            "cho2009",
            "on average over starts, our derivation from the kernels of @cho2009; the tolerance is ours, for a "
            "hundred draws per width",
        ),
        measures.over_theory,
        cause={"fourth_moment": 3.0},
        control=({"fourth_moment": 1.0}, "theory for readout weights that are ±1, not normal"),
    ),
    claim(
        "descent",
        "With a fixed kernel, t steps of gradient descent multiply each mode by (1 − ηλ/n)ᵗ.",
        about(0.0, 1e-10, "largest difference over a hundred steps, relative"),
        exact(source="descent on a quadratic, in the kernel's eigenvectors"),
        measures.iteration_gap,
        cause={"flow": False},
        control=({"flow": True}, "e^(−ηλt/n), the formula of gradient flow"),
    ),
    claim(
        "edge",
        "Gradient descent on a tangent converges for steps below 2n/λ_max, and for no larger ones.",
        about(2.0, 0.01, "n / λ_max"),
        exact(
            "lee2019",
            "linear algebra, since each mode shrinks where |1 − ηλ/n| < 1; Theorem 2.1 of @lee2019, on nets, asks "
            "for less than 2/(λ_min + λ_max)",
        ),
        measures.largest_step,
        cause={"mean": False},
        control=({"mean": True}, "the same step, measured with the mean eigenvalue"),
    ),
    claim(
        "flow",
        "With the step n/λ_max, a wide network follows the formula of finite steps, not that of gradient flow.",
        at_least(20.0, "error of the flow formula over that of finite steps"),
        ours(
            "lee2019",
            "after one such step flow leaves e⁻¹ of the top mode, where descent leaves nothing, and by Theorem 2.1 "
            "of @lee2019 a network of 4,096 units is off by about one over their root: the ratio is 24, we ask for 20",
        ),
        measures.flow_over_descent,
        cause={"width": 4096},
        control=({"width": 8}, "eight hidden units: neither formula holds"),
    ),
    claim(
        "modes",
        "In training, each mode of the residual decays at its own rate, the more exactly the wider the network.",
        about(-0.5, 0.15, "slope of log deviation in log width"),
        asymptotic(
            "lee2019",
            "Theorem 2.1 of @lee2019 bounds the distance to the tangent model by this order, for activations with a "
            "Lipschitz slope, while these nets have ReLU units; the tolerance is ours, for six nets per width",
        ),
        measures.mode_slope,
        cause={"kernel": "ntk"},
        control=({"kernel": "nngp"}, "rates of the nngp, as if only the last layer were trained"),
    ),
    claim(
        "drift",
        "Training changes a smooth network’s kernel by a fraction that falls like width^(−1/2), or faster.",
        at_most(-0.5, "slope of log drift in log width"),
        theorem(
            "lee2019",
            "an upper bound, Theorem 2.1 (here G.4) of @lee2019: Lipschitz derivative of the activation, positive "
            "infinite kernel, a step below 2n/(λ_min + λ_max)",
        ),
        measures.drift_slope,
        cause={"parametrization": "ntk"},
        control=({"parametrization": "mup"}, "muP, where the kernel moves at every width"),
    ),
    claim(
        "digits",
        "On a few hundred digits, the error rate of the infinite kernel is no larger than that of trained networks.",
        at_most(0.02, "error rate of the kernel minus that of networks"),
        ours(
            "arora2020",
            "0 means equal, and 0.02 is twice the standard error of an error rate of 5 % on 400 new digits; that "
            "tangent kernels win on small data is the finding of @arora2020, on other data",
        ),
        measures.more_missed,
        cause={"depth": 1},
        control=({"depth": 0}, "the kernel of the pixels: no hidden layer"),
    ),
    claim(
        "fluctuation",
        "From zero, a network's distance from the infinitely wide one falls as one over the root of its width.",
        about(-0.5, 0.1, "slope in log width"),
        asymptotic(
            "geiger2020",
            "the fluctuations of deep nets fall as N to the −1/4 in their number of parameters, which is the root "
            "of the width, from the abstract of @geiger2020; the tolerance is ours",
        ),
        measures.fluctuation_exponent,
        cause={"zero": True},
        control=({"zero": False}, "networks that start as random functions"),
    ),
    claim(
        "bias",
        "The mean over many networks keeps an error of the order of one over the width.",
        about(-1.0, 0.3, "slope in log width"),
        asymptotic(
            "dyer2020",
            "a count of powers of the width by @dyer2020; the tolerance is ours, for the noise that a mean of 256 "
            "nets leaves",
        ),
        measures.bias_exponent,
        cause={"single": False},
        control=({"single": True}, "single networks"),
    ),
)

"""What the lesson claims, what theory expects, how each claim is measured, and a control that must fail beside each."""

from torch import Tensor

from ddlearn import compute, tangent
from ddlearn.classroom.claim import about, asymptotic, at_least, at_most, claim, exact, ours
from ddlearn.diagonal_networks import descend, flow_limit, least_l1, least_l2
from ddlearn.lessons.leaving_the_lazy_regime import diagonal, scale, transfer, width
from ddlearn.lessons.leaving_the_lazy_regime.shared import BITS, EXAMPLES, SCALES, TASKS
from ddlearn.networks import MLP
from ddlearn.parities import any_kernel_bound
from ddlearn.training import Ensemble, train

RICH, LAZY = {"end": 0}, {"end": 1}  # of two output scales, 1 and 100
MUP, *_, NTK = width.SCALINGS
THREE = (64, 256, 1024)


def ends(seed: int) -> scale.Regimes:
    """Train on the parity at output scales 1 and 100."""
    return scale.regimes(1.0, TASKS[0], True, seed=seed, scales=(SCALES[2], SCALES[-1]))


def test_error(seed: int, end: int) -> float:
    return float(ends(seed).sweep.test[end])


def off_regression(seed: int, end: int) -> float:
    return float(ends(seed).sweep.gap[end])


def move_over_theory(seed: int, end: int) -> float:
    return float(ends(seed).moved[end] / ends(seed).sweep.tangent_move[end])


def alignment_gained(seed: int, end: int) -> float:
    sweep = ends(seed).sweep
    return float(sweep.alignment[1 + end] / sweep.alignment[0])


def two_parametrizations(seed: int, rate: float) -> float:
    """Return the largest relative difference between an NTK net and sqrt(m) times a mean-field net, after 50 steps."""
    x, y = width.points()
    m, d = 50, x.shape[1]
    ntk = MLP((d, m, 1), "relu", "ntk", W_std=1.0, b_std=1.0, bias="hidden")
    mean_field = MLP((d, m, 1), "relu", "mup", W_std=d**0.5, b_std=1.0, bias="hidden")
    start = ntk.init(compute.generator(seed), doubled=True)
    wide = d**0.5 * x  # the NTK net divides its inputs by sqrt(d)
    one = train(Ensemble((ntk,), (start,)), wide, y, steps=50, lr=0.3).ensemble.apply(wide)
    other = train(Ensemble((mean_field,), (start,)), x, y / m**0.5, steps=50, lr=0.3 * rate).ensemble.apply(x)
    return float((m**0.5 * other - one).abs().max() / one.abs().max())


def exponent(seed: int, quantity: str, scaling: str) -> float:
    """Return the slope of the log relative change of a quantity in log width."""
    jobs = tuple((h, start, width.PACE) for start in range(2 * seed, 2 * seed + 2) for h in THREE)
    nets = width.trained("relu", width.SCALINGS[scaling], width.factor(scaling, True), jobs)
    return float(width.against_width(quantity, scaling, True, nets).log_slope().mean())


def largest_exponent(seed: int, scaling: str) -> float:
    return max(abs(exponent(seed, quantity, scaling)) for quantity in width.QUANTITIES)


def system(seed: int) -> tuple[Tensor, Tensor]:
    return diagonal.problem(diagonal.TRUTHS[0], 40, seed)[:2]


def descent_off_closed_form(seed: int, alpha: float) -> float:
    """Compare descent from a start of 0.3 with small steps to the closed form of a start of alpha."""
    X, y = system(seed)
    return tangent.drift(flow_limit(X, y, alpha), descend(X, y, 0.3).w)


def l1_over_least(seed: int, alpha: float) -> float:
    X, y = system(seed)
    return float(flow_limit(X, y, alpha).abs().sum() / least_l1(X, y).abs().sum())


def off_least_l2(seed: int, alpha: float) -> float:
    X, y = system(seed)
    return tangent.drift(least_l2(X, y), flow_limit(X, y, alpha))


def best_rate_exponent(seed: int, parametrization: str) -> float:
    losses = transfer.losses(transfer.PARAMETRIZATIONS[parametrization], "adam", seed)
    return float(transfer.Transfer(parametrization, "Adam", losses).best.log_slope())


CLAIMS = (
    claim(
        "rich",
        "At output scale 1, a network has a smaller error on a parity than any kernel has on average over parities.",
        at_most(any_kernel_bound(BITS, 2, EXAMPLES), "test error"),
        exact(source="the dashed line, an inequality for kernels; that a network falls below it is measured"),
        test_error,
        cause=RICH,
        control=(LAZY, "the same net with output scale 100"),
    ),
    claim(
        "lazy",
        "At output scale 100, a network computes the regression with its tangent kernel at the start.",
        at_most(0.02, "mean squared difference"),
        asymptotic(
            "chizat2019",
            "Theorem 2.4 of @chizat2019, that the distance to the tangent model is of the order of one over the "
            "output scale, for smooth models, while these nets have ReLU units; the tolerance is ours, a fiftieth "
            "of what predicting zero has",
        ),
        off_regression,
        cause=LAZY,
        control=(RICH, "output scale 1"),
    ),
    claim(
        "move",
        "Lazy weights move as far as the nearest weights that fit on the tangent.",
        about(1.0, 0.05, "measured over theory"),
        asymptotic(
            "chizat2019",
            "by Theorem 2.4 of @chizat2019 lazy weights follow those of the tangent model, which move this far by our"
            " derivation; the tolerance is ours",
        ),
        move_over_theory,
        cause=LAZY,
        control=(RICH, "output scale 1"),
    ),
    claim(
        "alignment",
        "A rich network aligns its kernel with the labels; a lazy one does not.",
        at_least(2.0, "times the alignment at the start"),
        ours(
            ("cortes2012", "baratin2021"),
            "twice the start is clearly more, and a lazy kernel keeps what it had; the measure is that of "
            "@cortes2012, and that it grows in training the finding of @baratin2021",
        ),
        alignment_gained,
        cause=RICH,
        control=(LAZY, "output scale 100"),
    ),
    claim(
        "same",
        "The NTK parametrization is mean-field scaling with the output scale √h, step by step.",
        about(0.0, 1e-9, "relative difference after 50 steps"),
        exact(source="the same function and the same gradient, with constants moved; our derivation"),
        two_parametrizations,
        cause={"rate": 1.0},
        control=({"rate": 1 / 50}, "without the factor h in the mean-field step"),
    ),
    claim(
        "weights",
        "At output scale √h, the relative change of the weights falls as one over the root of h.",
        about(-0.5, 0.08, "slope in log width"),
        asymptotic(
            ("lee2019", "du2019b"),
            "an upper bound of this order is proved: Theorem 2.1 of @lee2019 for smooth activations, Corollary 4.1 "
            "of @du2019b for ReLU units of which the first layer alone is trained. The tolerance is ours, for three "
            "widths",
        ),
        exponent,
        cause={"quantity": "weights", "scaling": NTK},
        control=({"scaling": MUP}, "muP"),
    ),
    claim(
        "features",
        "So does that of the features, the outputs of the hidden units.",
        about(-0.5, 0.1, "slope in log width"),
        asymptotic(
            "yang2021",
            "each unit’s weights move by one over the root of the width, and so does its output; that this limit "
            "learns no features is from the abstract of @yang2021. The tolerance is ours, for three widths",
        ),
        exponent,
        cause={"quantity": "features", "scaling": NTK},
        control=({"scaling": MUP}, "muP"),
    ),
    claim(
        "kernel",
        "The kernel changes as 1/h, as perturbation theory expects; usually proved is one over the root.",
        about(-1.0, 0.2, "slope in log width"),
        asymptotic(
            ("dyer2020", "lee2019"),
            "a count of powers of the width by @dyer2020; the root is what Theorem 2.1 of @lee2019 proves. The "
            "tolerance is ours, for three widths",
        ),
        exponent,
        cause={"quantity": "kernel", "scaling": NTK},
        control=({"scaling": MUP}, "muP"),
    ),
    claim(
        "mup",
        "At output scale 1, weights, features and kernel move as much at any width.",
        at_most(0.1, "largest slope in log width, without its sign"),
        asymptotic(
            "yang2021",
            "a limit that learns features, in which nothing depends on the width, from the abstract of @yang2021; "
            "the tolerance is ours, for three widths",
        ),
        largest_exponent,
        cause={"scaling": MUP},
        control=({"scaling": NTK}, "the NTK parametrization"),
    ),
    claim(
        "diagonal",
        "Descent with coefficients α(u² − v²) ends where the closed form says, at 2α sinh(X'ν).",
        at_most(0.01, "relative distance"),
        exact(
            "woodworth2020",
            "under flow ω keeps this form at every moment, by the lesson's own derivation; the result is that of "
            "@woodworth2020, of whom we read the abstract; the tolerance of a hundredth is for steps of finite size",
        ),
        descent_off_closed_form,
        cause={"alpha": 0.3},
        control=({"alpha": 0.15}, "the closed form for a quarter of the output scale"),
    ),
    claim(
        "l1",
        "At a small output scale, coefficients α(u² − v²) find the smallest l1 norm.",
        about(1.0, 0.02, "l1 norm over the smallest"),
        asymptotic(
            "woodworth2020",
            "the limit of a vanishing start, from the abstract of @woodworth2020; the tolerance is ours, for an "
            "output scale of 10⁻⁸",
        ),
        l1_over_least,
        cause={"alpha": 1e-4},
        control=({"alpha": 1.0}, "output scale 1"),
    ),
    claim(
        "l2",
        "At a large output scale, they find the smallest l2 norm, as a kernel would.",
        at_most(1e-3, "relative distance"),
        asymptotic(
            "woodworth2020",
            "the limit of a large start, from the abstract of @woodworth2020; what is left falls as α⁻², 10⁻⁴ here,"
            " and the tolerance is ten times that",
        ),
        off_least_l2,
        cause={"alpha": 10.0},
        control=({"alpha": 0.1}, "output scale 0.01"),
    ),
    claim(
        "transfer",
        "In muP, the best learning rate of Adam is the same for narrow and for wide networks.",
        about(0.0, 0.25, "slope of the log best learning rate in log width"),
        asymptotic(
            "yang2022",
            "the rate transfers between widths, from the abstract of @yang2022; the tolerance is ours, for five widths "
            "and one start of each",
        ),
        best_rate_exponent,
        cause={"parametrization": "muP"},
        control=({"parametrization": "standard"}, "the same networks in the standard parametrization"),
    ),
    claim(
        "falling_rate",
        "In the standard parametrization, the best learning rate of Adam falls about as one over the width.",
        about(-1.0, 0.3, "slope of the log best learning rate in log width"),
        ours(
            "yang2022",
            "each of a layer's h inputs adds a change of the size of Adam's step, so h times the step must stay; the "
            "tolerance is for five widths and one start of each",
        ),
        best_rate_exponent,
        cause={"parametrization": "standard"},
        control=({"parametrization": "muP"}, "the same networks in muP"),
    ),
)

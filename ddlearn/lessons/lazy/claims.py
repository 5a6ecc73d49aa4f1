"""What lesson 04 claims, what theory expects, and how each claim is measured; beside each, a control that must fail."""

from functools import lru_cache

from torch import Tensor

from ddlearn import compute
from ddlearn.classroom import Claim
from ddlearn.diagonal_networks import descend, flow_limit, least_l1, least_l2
from ddlearn.lessons.lazy import diagonal, exercises, finite_width, regimes, width
from ddlearn.lessons.lazy.scale import BITS, EXAMPLES, SCALES, TASKS
from ddlearn.networks import MLP
from ddlearn.parities import any_kernel_bound
from ddlearn.training import Ensemble, train

TWO = (SCALES[2], SCALES[-1])
RICH, LAZY = 0, 1  # of these two
MUP, *_, NTK = width.SCALINGS
THREE = (64, 256, 1024)
WIDE = (128, 256, 512, 1024)
MANY = (64, 128, 256, 512)


def ends(seed: int) -> regimes.Regimes:
    """The parity at output scales 1 and 100."""
    return regimes.regimes(1.0, TASKS[0], True, seed, scales=TWO)


def test_error(seed: int, end: int) -> float:
    return float(ends(seed).sweep.test[end])


def off_regression(seed: int, end: int) -> float:
    return float(ends(seed).sweep.gap[end])


def move_over_theory(seed: int, end: int) -> float:
    found = ends(seed)
    return float(found.moved[end] / found.sweep.tangent_move[end])


def alignment_gained(seed: int, end: int) -> float:
    sweep = ends(seed).sweep
    return float(sweep.alignment[1 + end] / sweep.alignment[0])


def two_parametrizations(seed: int, rate: float) -> float:
    """Largest relative difference between an NTK net and sqrt(m) times a mean-field net, after 50 steps."""
    x, y = width.points()
    m, d = 50, x.shape[1]
    ntk = MLP((d, m, 1), "relu", "ntk", W_std=1.0, b_std=1.0, bias="hidden")
    mean_field = MLP((d, m, 1), "relu", "mup", W_std=d**0.5, b_std=1.0, bias="hidden")
    start = ntk.init(compute.generator(seed), doubled=True)
    wide = d**0.5 * x  # the NTK net divides its inputs by sqrt(d)
    one = train(Ensemble((ntk,), (start,)), wide, y, steps=50, lr=0.3).ensemble.apply(wide)
    other = train(Ensemble((mean_field,), (start,)), x, y / m**0.5, steps=50, lr=0.3 * rate).ensemble.apply(x)
    return float((m**0.5 * other - one).abs().max() / one.abs().max())


def exponent(seed: int, scaling: str, quantity: str) -> float:
    curve = width.against_width(
        quantity, scaling, "relu", True, seeds=range(2 * seed, 2 * seed + 2), widths=THREE, scalings=(MUP, NTK)
    )
    return float(curve.log_slope().mean())


def largest_exponent(seed: int, scaling: str) -> float:
    return max(abs(exponent(seed, scaling, quantity)) for quantity in width.QUANTITIES)


def relative(one: Tensor, other: Tensor) -> float:
    return float((one - other).norm() / other.norm())


def system(seed: int) -> tuple[Tensor, Tensor, Tensor]:
    return diagonal.problem(diagonal.TRUTHS[0], 40, seed)


def descent_off_closed_form(seed: int, scale_of_theory: float) -> float:
    """Descent from scale 0.3 with small steps, against the closed form of some scale."""
    X, y, _ = system(seed)
    return relative(descend(X, y, 0.3).w, flow_limit(X, y, scale_of_theory))


def l1_over_least(seed: int, alpha: float) -> float:
    X, y, _ = system(seed)
    return float(flow_limit(X, y, alpha).abs().sum() / least_l1(X, y).abs().sum())


def off_least_l2(seed: int, alpha: float) -> float:
    X, y, _ = system(seed)
    return relative(flow_limit(X, y, alpha), least_l2(X, y))


def fluctuation_exponent(seed: int, zero: bool) -> float:
    (fits,) = finite_width.fits_of(WIDE, 64, seed, (exercises.doubled if zero else None,))
    return finite_width.slope(WIDE, finite_width.distance(fits, 1))


@lru_cache(maxsize=8)
def bias_and_distance(seed: int, nets: int = 256) -> tuple[Tensor, Tensor]:
    """Of many nets of each width: the distance of their mean from infinite width, and that of one net.

    The squared distance of a mean of N is the squared bias plus a share of the variance; the share is subtracted.
    """
    (fits,) = finite_width.fits_of(MANY, nets, seed + 100)
    variance = fits.functions.var(1).mean(1)
    squared = finite_width.distance(fits, nets).square() - variance / nets
    return squared.clamp_min(1e-12).sqrt(), finite_width.distance(fits, 1)


CLAIMS = (
    Claim(
        id="04.rich",
        statement="A rich net has a smaller error on a parity than any kernel has on average over parities.",
        basis="exact",
        source="the line of lesson 02, an inequality for kernels; that a net lies below it is what is measured",
        expected=any_kernel_bound(BITS, 2, EXAMPLES),
        tolerance=0.0,
        sense="at_most",
        unit="test error",
        measure=lambda scale, seed: test_error(seed, RICH),
        control=lambda scale, seed: test_error(seed, LAZY),
        control_note="the same net with output scale 100",
    ),
    Claim(
        id="04.lazy",
        statement="At a large output scale a net's function is the regression with its tangent kernel at the start.",
        basis="asymptotic",
        papers=("chizat2019",),
        source=(
            "the difference vanishes as the output scale grows; the tolerance is ours, a fiftieth of what "
            "predicting zero has"
        ),
        expected=0.0,
        tolerance=0.02,
        sense="at_most",
        unit="mean squared difference",
        measure=lambda scale, seed: off_regression(seed, LAZY),
        control=lambda scale, seed: off_regression(seed, RICH),
        control_note="output scale 1",
    ),
    Claim(
        id="04.move",
        statement="Lazy weights go the shortest way that fits: √(m y'K⁻¹y) over the output scale, nothing fitted.",
        basis="asymptotic",
        papers=("chizat2019",),
        source="the least change of the weights that fits the tangent model, which a lazy net follows; our derivation",
        expected=1.0,
        tolerance=0.05,
        unit="measured over theory",
        measure=lambda scale, seed: move_over_theory(seed, LAZY),
        control=lambda scale, seed: move_over_theory(seed, RICH),
        control_note="output scale 1",
    ),
    Claim(
        id="04.alignment",
        statement="A rich net turns its kernel towards the labels; a lazy one does not.",
        basis="ours",
        papers=("cortes2012",),
        source="their measure of alignment; twice that of the start is a turn, where a lazy net must stay at once",
        expected=2.0,
        tolerance=0.0,
        sense="at_least",
        unit="times the alignment at the start",
        measure=lambda scale, seed: alignment_gained(seed, RICH),
        control=lambda scale, seed: alignment_gained(seed, LAZY),
        control_note="output scale 100",
    ),
    Claim(
        id="04.same",
        statement="The NTK parametrization is the mean-field net with an output scale of √width, step by step.",
        basis="exact",
        source="our derivation: the same function and gradient, the constants moved",
        expected=0.0,
        tolerance=1e-9,
        unit="relative difference after 50 steps",
        measure=lambda scale, seed: two_parametrizations(seed, rate=1.0),
        control=lambda scale, seed: two_parametrizations(seed, rate=1 / 50),
        control_note="without the factor 1/(s²m) in the learning rate",
    ),
    Claim(
        id="04.weights",
        statement="In the NTK parametrization the weights move, relative to their size, as one over the root of width.",
        basis="asymptotic",
        papers=("jacot2018", "lee2019"),
        expected=-0.5,
        tolerance=0.08,
        unit="slope in log width",
        measure=lambda scale, seed: exponent(seed, NTK, "weights"),
        control=lambda scale, seed: exponent(seed, MUP, "weights"),
        control_note="muP",
    ),
    Claim(
        id="04.features",
        statement="So do its features, the outputs of the hidden layer.",
        basis="asymptotic",
        papers=("yang2021",),
        expected=-0.5,
        tolerance=0.1,
        unit="slope in log width",
        measure=lambda scale, seed: exponent(seed, NTK, "features"),
        control=lambda scale, seed: exponent(seed, MUP, "features"),
        control_note="muP",
    ),
    Claim(
        id="04.kernel",
        statement="Its kernel moves as one over the width, says perturbation theory; proved is usually the root.",
        basis="asymptotic",
        papers=("dyer2020",),
        source="perturbation theory, no theorem; the tolerance is ours, for three widths",
        expected=-1.0,
        tolerance=0.2,
        unit="slope in log width",
        measure=lambda scale, seed: exponent(seed, NTK, "kernel"),
        control=lambda scale, seed: exponent(seed, MUP, "kernel"),
        control_note="muP",
    ),
    Claim(
        id="04.mup",
        statement="In muP weights, features and kernel move as much at any width.",
        basis="asymptotic",
        papers=("yang2021",),
        source="nothing depends on the width in the limit; the tolerance is ours, for three widths",
        expected=0.0,
        tolerance=0.1,
        sense="at_most",
        unit="largest slope in log width, without its sign",
        measure=lambda scale, seed: largest_exponent(seed, MUP),
        control=lambda scale, seed: largest_exponent(seed, NTK),
        control_note="the NTK parametrization",
    ),
    Claim(
        id="04.diagonal",
        statement="Descent on a diagonal net ends at w = 2α² sinh(X'ν), the only such w that fits.",
        basis="theorem",
        papers=("woodworth2020",),
        source="Theorem 1 of @woodworth2020, for flow; the tolerance of a hundredth is for steps",
        expected=0.0,
        tolerance=0.01,
        sense="at_most",
        unit="relative distance",
        measure=lambda scale, seed: descent_off_closed_form(seed, 0.3),
        control=lambda scale, seed: descent_off_closed_form(seed, 0.15),
        control_note="the closed form for half the scale",
    ),
    Claim(
        id="04.l1",
        statement="From a small start a diagonal net finds the least l1 norm.",
        basis="asymptotic",
        papers=("woodworth2020",),
        source="the limit of a vanishing start",
        expected=1.0,
        tolerance=0.02,
        unit="l1 norm over the least",
        measure=lambda scale, seed: l1_over_least(seed, 1e-4),
        control=lambda scale, seed: l1_over_least(seed, 1.0),
        control_note="a start of scale 1",
    ),
    Claim(
        id="04.l2",
        statement="From a large start it finds the least l2 norm, as a kernel would.",
        basis="asymptotic",
        papers=("woodworth2020",),
        source="the limit of a large start; the tolerance is ours, where what is left falls as α⁻⁴",
        expected=0.0,
        tolerance=1e-3,
        sense="at_most",
        unit="relative distance",
        measure=lambda scale, seed: off_least_l2(seed, 10.0),
        control=lambda scale, seed: off_least_l2(seed, 0.1),
        control_note="a start of scale 0.1",
    ),
    Claim(
        id="04.fluctuation",
        statement="From zero, a net's distance to the infinitely wide one falls as one over the root of its width.",
        basis="asymptotic",
        papers=("geiger2020",),
        expected=-0.5,
        tolerance=0.1,
        unit="slope in log width",
        measure=lambda scale, seed: fluctuation_exponent(seed, zero=True),
        control=lambda scale, seed: fluctuation_exponent(seed, zero=False),
        control_note="nets that start as random functions",
    ),
    Claim(
        id="04.bias",
        statement="The mean over many nets keeps an error of the order of one over the width.",
        basis="asymptotic",
        papers=("dyer2020",),
        source="perturbation theory, no theorem; the tolerance is ours, for the noise that is left after subtraction",
        expected=-1.0,
        tolerance=0.3,
        unit="slope in log width",
        measure=lambda scale, seed: finite_width.slope(MANY, bias_and_distance(seed)[0]),
        control=lambda scale, seed: finite_width.slope(MANY, bias_and_distance(seed)[1]),
        control_note="single nets",
    ),
)

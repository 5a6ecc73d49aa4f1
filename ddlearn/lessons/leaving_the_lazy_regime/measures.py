"""How the claims of lesson 04 are measured."""

from torch import Tensor

from ddlearn import compute
from ddlearn.classroom import cached
from ddlearn.diagonal_networks import descend, flow_limit, least_l1, least_l2
from ddlearn.lessons.leaving_the_lazy_regime import diagonal, exercises, finite_width, scale, width
from ddlearn.lessons.leaving_the_lazy_regime.shared import SCALES, TASKS
from ddlearn.networks import MLP
from ddlearn.training import Ensemble, train

TWO = (SCALES[2], SCALES[-1])
RICH, LAZY = 0, 1  # of these two
MUP, *_, NTK = width.SCALINGS
THREE = (64, 256, 1024)
WIDE = (128, 256, 512, 1024)
MANY = (64, 128, 256, 512)


def ends(seed: int) -> scale.Regimes:
    """The parity at output scales 1 and 100."""
    return scale.regimes(1.0, TASKS[0], True, seed, scales=TWO)


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


@cached(8)
def bias_and_distance(seed: int, nets: int = 256) -> tuple[Tensor, Tensor]:
    """Of many nets of each width: the distance of their mean from infinite width, and that of one net.

    The squared distance of a mean of N is the squared bias plus a share of the variance; the share is subtracted.
    """
    (fits,) = finite_width.fits_of(MANY, nets, seed + 100)
    variance = fits.functions.var(1).mean(1)
    squared = finite_width.distance(fits, nets).square() - variance / nets
    return squared.clamp_min(1e-12).sqrt(), finite_width.distance(fits, 1)

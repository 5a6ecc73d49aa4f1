"""How the claims of `claims.md` are measured; beside each, a control that must fail."""

from torch import Tensor

from ddlearn import compute, tangent
from ddlearn.classroom import ClaimTexts, Measured
from ddlearn.classroom.claim import about, at_least, at_most
from ddlearn.diagonal_networks import descend, flow_limit, least_l1, least_l2
from ddlearn.lessons.leaving_the_lazy_regime import diagonal, scale, transfer, width
from ddlearn.lessons.leaving_the_lazy_regime.shared import BITS, EXAMPLES, SCALES, TASKS
from ddlearn.networks import MLP
from ddlearn.parities import any_kernel_bound
from ddlearn.training import Ensemble, train

RICH, LAZY = {"end": 0}, {"end": 1}  # of two output scales, 1 and 100
MUP, _, NTK = ({"scaling": scaling} for scaling in width.SCALINGS)
STANDARD_RATES, MUP_RATES = ({"parametrization": name} for name in transfer.PARAMETRIZATIONS)
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


CLAIMS = ClaimTexts.beside(__file__).of(
    Measured("rich", at_most(any_kernel_bound(BITS, 2, EXAMPLES)), test_error, cause=RICH, control=LAZY),
    Measured("lazy", at_most(0.02), off_regression, cause=LAZY, control=RICH),
    Measured("move", about(1.0, 0.05), move_over_theory, cause=LAZY, control=RICH),
    Measured("alignment", at_least(2.0), alignment_gained, cause=RICH, control=LAZY),
    Measured("same", about(0.0, 1e-9), two_parametrizations, cause={"rate": 1.0}, control={"rate": 1 / 50}),
    Measured("weights", about(-0.5, 0.08), exponent, cause={"quantity": "weights", **NTK}, control=MUP),
    Measured("features", about(-0.5, 0.1), exponent, cause={"quantity": "features", **NTK}, control=MUP),
    Measured("kernel", about(-1.0, 0.2), exponent, cause={"quantity": "kernel", **NTK}, control=MUP),
    Measured("mup", at_most(0.1), largest_exponent, cause=MUP, control=NTK),
    Measured("diagonal", at_most(0.01), descent_off_closed_form, cause={"alpha": 0.3}, control={"alpha": 0.15}),
    Measured("l1", about(1.0, 0.02), l1_over_least, cause={"alpha": 1e-4}, control={"alpha": 1.0}),
    Measured("l2", at_most(1e-3), off_least_l2, cause={"alpha": 10.0}, control={"alpha": 0.1}),
    Measured("transfer", about(0.0, 0.25), best_rate_exponent, cause=MUP_RATES, control=STANDARD_RATES),
    Measured("falling_rate", about(-1.0, 0.3), best_rate_exponent, cause=STANDARD_RATES, control=MUP_RATES),
)

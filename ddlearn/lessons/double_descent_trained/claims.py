"""How the claims of `claims.md` are measured; beside each, a control that must fail."""

from dataclasses import replace

import torch
from torch import Tensor

from ddlearn import compute
from ddlearn import double_descent as dd
from ddlearn.classroom import ClaimTexts, Measured
from ddlearn.classroom.claim import about, at_least, at_most
from ddlearn.lessons.double_descent_trained import clocks, cures, models, shared
from ddlearn.lessons.double_descent_trained.exercises import ensemble_step, step_cases
from ddlearn.lessons.double_descent_trained.models import FEATURES, NETS, STRENGTHS
from ddlearn.lessons.double_descent_trained.shared import Training, trained

TICKS, CLOCK_EXAMPLES = dd.geometric_steps(1, 10**6, 500), 1500


def gradient_gap(seed: int, nets_averaged: bool = False) -> float:
    """Largest difference of a batched step from autograd's, one net at a time, over that step's length.

    With `nets_averaged` the loss of the batched step is a mean over the nets too: its steps are as many times shorter.
    """
    worst = 0.0
    for W, A, x, y, lr in step_cases(compute.generator(seed)):
        step = ensemble_step(W, A, x, y, lr / len(W) if nets_averaged else lr)
        for e, (W_new, A_new) in enumerate(zip(*step, strict=True)):
            w, a = W[e].clone().requires_grad_(), A[e].clone().requires_grad_()
            loss = (torch.relu(x @ w.T) @ a - y[e]).square().sum(1).mean()
            for old, new, g in zip((w, a), (W_new, A_new), torch.autograd.grad(loss, (w, a)), strict=True):
                gap = (old.detach() - lr * g - new).abs().max() / (lr * g).abs().max()
                worst = max(worst, float(gap))
    return worst


def landmark(seed: int, name: str, wrong: float = 0.2, measure: str = "mse", times: int = 1) -> float:
    """One of the `Landmarks` of the trained nets' curve over widths, so many times."""
    sweep = trained(Training(wrong, seed))
    return times * getattr(dd.landmarks(sweep.ratio, getattr(sweep, measure)[..., -1].mean(1)), name)


def threshold_over_widest(seed: int, stopped: bool) -> float:
    """Squared error of the nets at the threshold over that of the widest, at the end or at each net's best moment."""
    mse = trained(Training(seed=seed)).mse
    values = (mse.amin(-1) if stopped else mse[..., -1]).mean(1)
    return float(values[shared.WIDTHS.index(53)] / values[-1])


def team_over_one(seed: int, members: int) -> float:
    """Squared error of so many nets of 30 units, averaged, over that of a net of 120."""
    sweep = trained(Training(0.2, seed, (30, 120), 4, shared=True, keep=True, record=()))
    small = cures.averaged(sweep, members, seed).mse[0].mean()
    return float(small / cures.averaged(sweep, 1, seed).mse[1].mean())


def clock_risk(aligned: bool) -> Tensor:
    """The closed form along TICKS."""
    return clocks.model(1.0, 1.5, CLOCK_EXAMPLES, aligned).risk(TICKS, CLOCK_EXAMPLES)


def first_rise(risk: Tensor) -> int:
    """Where the first step that goes up starts."""
    return int((risk.diff() > 0).nonzero()[0])


def rise_and_fall(seed: int, aligned: bool) -> float:
    """Peak over first minimum of the closed form, where it falls after the peak; 1 where it never does."""
    risk = clock_risk(aligned)
    turn = first_rise(risk)
    peak = turn + int(risk[turn:].argmax())
    return float(risk[peak] / risk[turn]) if float(risk[peak] - risk[peak:].min()) > 1e-6 else 1.0


def simulated_gap(seed: int, n: int) -> float:
    """How far the mean of a hundred data sets of n examples is from the closed form, at worst, as a share of it."""
    times = dd.geometric_steps(1, 10**6, 60)
    found = dd.clocks_curve(clocks.model(1.0, 1.5, n, False), n, times, 100, compute.generator(seed))
    return float((found.mean / found.theory - 1).abs().max())


def best_over_plain(seed: int, aligned: bool) -> float:
    """The least risk on the way with aligned clocks, or with all of them half as fast, over that of the plain ones."""
    plain = clocks.model(1.0, 1.5, CLOCK_EXAMPLES, False)
    other = plain.aligned if aligned else replace(plain, eta=plain.eta / 2)
    return float(other.risk(TICKS, CLOCK_EXAMPLES).min() / clock_risk(False).min())


def last_over_first_minimum(seed: int) -> float:
    """Of the widest nets on digits: squared error at the end over the least on the way."""
    mse = trained(Training(seed=seed)).mse[-1].mean(0)
    return float(mse[-1] / mse.min())


def clocks_last_over_first_minimum(seed: int) -> float:
    """The same number for the three clocks, whose second descent ends below the first."""
    risk = clock_risk(aligned=False)
    return float(risk[-1] / risk[first_rise(risk)])


def more_over_fewer(seed: int, tuned: bool, p: int = 200, few: int = 100, many: int = 250) -> float:
    """Simulated risk of linear regression with many examples over that with few, of minimum norm or best penalty."""
    draw, risks = compute.generator(seed), []
    for n in (few, many):
        penalty = float(dd.best_penalty(p / n, *STRENGTHS)) if tuned else 0.0
        inputs = (torch.randn(n, p, generator=draw, dtype=torch.float64) for _ in range(20))
        risks.append(torch.stack([dd.risk_given(X, *STRENGTHS, penalty) for X in inputs]).mean())
    return float(risks[1] / risks[0])


def twice_over_once(seed: int, model: str, cured: bool) -> float:
    """Squared error of a model, or of its cure, with 120 digits over that with 60."""
    sizes = 60, 120
    found = models.fitted(seed, sizes) if model == FEATURES else models.trained(seed, sizes, ensemble_step)
    few, many = found[int(cured)].mean(0).tolist()
    return many / few


CLAIMS = ClaimTexts.beside(__file__).of(
    Measured("step", about(0.0, 1e-10), gradient_gap, control={"nets_averaged": True}),
    Measured("threshold", about(1.0, 0.35), landmark, cause={"name": "peak_at"}, control={"times": shared.CLASSES}),
    Measured("noise", at_least(1.15), landmark, cause={"name": "rise"}, control={"wrong": 0.0}),
    Measured("wide", at_most(1.0), landmark, cause={"name": "gain", "measure": "error"}, control={"name": "rise"}),
    Measured("stopped", about(1.0, 0.2), threshold_over_widest, cause={"stopped": True}, control={"stopped": False}),
    Measured("average", at_most(0.8), team_over_one, cause={"members": 4}, control={"members": 1}),
    Measured("clocks", at_least(1.5), rise_and_fall, cause={"aligned": False}, control={"aligned": True}),
    Measured("clocks-simulated", at_most(0.1), simulated_gap, cause={"n": 1500}, control={"n": 200}),
    Measured("aligned", at_most(0.95), best_over_plain, cause={"aligned": True}, control={"aligned": False}),
    Measured("no-second-in-time", at_least(1.5), last_over_first_minimum, control=clocks_last_over_first_minimum),
    Measured(
        "more-linear",
        about(dd.exact_risk(250, 200, *STRENGTHS) / dd.exact_risk(100, 200, *STRENGTHS), 0.06),
        more_over_fewer,
        cause={"tuned": False},
        control={"tuned": True},
    ),
    Measured(
        "more-features",
        at_least(1.0),
        twice_over_once,
        cause={"model": FEATURES, "cured": False},
        control={"cured": True},
    ),
    Measured(
        "more-nets",
        at_least(1.0),
        twice_over_once,
        cause={"model": NETS, "cured": False},
        control={"cured": True},
    ),
)

"""How the claims of lesson 08 are measured, one number each, and their controls."""

from dataclasses import replace

import torch
from torch import Tensor

from ddlearn import compute
from ddlearn.double_descent import (
    Landmarks,
    NetSweep,
    best_penalty,
    clocks_curve,
    geometric_steps,
    landmarks,
    risk_given,
)
from ddlearn.lessons.double_descent_trained import clocks, cures, samples, shared, step_exercise
from ddlearn.lessons.double_descent_trained.shared import Training, trained

FEW, MANY = 60, 120  # examples
TICKS, CLOCK_EXAMPLES = geometric_steps(1, 10**6, 500), 1500


def marks(seed: int, wrong: float = 0.2, measure: str = "mse") -> Landmarks:
    """The landmarks of the trained nets' curve over widths."""
    sweep = trained(Training(wrong, seed))
    return landmarks(sweep.ratio, getattr(sweep, measure)[..., -1].mean(1))


def gradient_gap(seed: int, step: samples.Step) -> float:
    """Largest difference of a batched step from autograd's, one net at a time, over that step's length."""
    worst = 0.0
    for W, A, x, y, lr in step_exercise.step_cases(compute.generator(seed)):
        for e, (W_new, A_new) in enumerate(zip(*step(W, A, x, y, lr), strict=True)):
            w, a = W[e].clone().requires_grad_(), A[e].clone().requires_grad_()
            loss = (torch.relu(x @ w.T) @ a - y[e]).square().sum(1).mean()
            for old, new, g in zip((w, a), (W_new, A_new), torch.autograd.grad(loss, (w, a)), strict=True):
                gap = (old.detach() - lr * g - new).abs().max() / (lr * g).abs().max()
                worst = max(worst, float(gap))
    return worst


def widest_over_threshold(seed: int, stopped: bool) -> float:
    """Squared error of the nets at the threshold over that of the widest, at the end or at each net's best moment."""
    mse = trained(Training(seed=seed)).mse
    values = (mse.amin(-1) if stopped else mse[..., -1]).mean(1)
    return float(values[shared.WIDTHS.index(53)] / values[-1])


def team(seed: int) -> NetSweep:
    """Nets of 30 and of 120 units with the same wrong labels."""
    return trained(Training(0.2, seed, (30, 120), 4, shared=True, keep=True, record=()))


def team_over_one(seed: int, members: int) -> float:
    """Squared error of so many nets of 30 units, averaged, over that of a net of 120."""
    sweep = team(seed)
    small = cures.averaged(sweep, members, seed).mse[0].mean()
    return float(small / cures.averaged(sweep, 1, seed).mse[1].mean())


def clock_risk(aligned: bool) -> Tensor:
    """The closed form along TICKS."""
    return clocks.model(1.0, 1.5, CLOCK_EXAMPLES, aligned).risk(TICKS, CLOCK_EXAMPLES)


def rise_and_fall(aligned: bool) -> float:
    """Peak over first minimum of the closed form, where it falls after the peak; 1 where it never does."""
    risk = clock_risk(aligned)
    turn = int((risk.diff() > 0).nonzero()[0])  # the first step that goes up starts here
    peak = turn + int(risk[turn:].argmax())
    return float(risk[peak] / risk[turn]) if float(risk[peak] - risk[peak:].min()) > 1e-6 else 1.0


def simulated_gap(seed: int, n: int) -> float:
    """How far the mean of a hundred data sets of n examples is from the closed form, at worst, as a share of it."""
    found = clocks_curve(
        clocks.model(1.0, 1.5, n, False), n, geometric_steps(1, 10**6, 60), 100, compute.generator(seed)
    )
    return float((found.mean / found.theory - 1).abs().max())


def best_over_plain(aligned: bool) -> float:
    """The least risk on the way with aligned clocks, or with all of them half as fast, over that of the plain ones."""
    plain = clocks.model(1.0, 1.5, CLOCK_EXAMPLES, False)
    other = plain.aligned if aligned else replace(plain, eta=plain.eta / 2)
    return float(other.risk(TICKS, CLOCK_EXAMPLES).min() / clock_risk(False).min())


def last_over_first_minimum(seed: int) -> float:
    """Of the widest nets on digits: squared error at the end over the least on the way."""
    mse = trained(Training(seed=seed)).mse[-1].mean(0)
    return float(mse[-1] / mse.min())


def clocks_last_over_first_minimum() -> float:
    """The same number for the three clocks, whose second descent ends below the first."""
    risk = clock_risk(aligned=False)
    return float(risk[-1] / risk[int((risk.diff() > 0).nonzero()[0])])


def more_over_fewer(seed: int, tuned: bool, p: int = 200, few: int = 100, many: int = 250) -> float:
    """Simulated risk of linear regression with many examples over that with few, of minimum norm or best penalty."""
    draw, risks = compute.generator(seed), []
    for n in (few, many):
        penalty = float(best_penalty(p / n, samples.SIGNAL, samples.NOISE)) if tuned else 0.0
        inputs = (torch.randn(n, p, generator=draw, dtype=torch.float64) for _ in range(20))
        risks.append(torch.stack([risk_given(X, samples.SIGNAL, samples.NOISE, penalty) for X in inputs]).mean())
    return float(risks[1] / risks[0])


def many_over_few(values: Tensor) -> float:
    """(seeds, 2), with few examples and with many -> the ratio of means."""
    few, many = values.mean(0).tolist()
    return many / few


def trained_samples(seed: int) -> tuple[Tensor, Tensor]:
    """Squared errors of nets at the end, and of each at its best moment."""
    return samples.trained(seed, (FEW, MANY), step_exercise.ensemble_step)

"""What lesson 08 claims, what theory expects, and how each claim is measured; beside each, a control that must fail.

Counting is an argument and no theorem for nets, so the bands around P = nK are wide. Where a basis says "floor", a
published effect is asked to be there in size, and nothing more.
"""

from dataclasses import replace

import torch
from torch import Tensor

from ddlearn import compute
from ddlearn.classroom import Claim
from ddlearn.double_descent import (
    Landmarks,
    best_penalty,
    clocks_curve,
    exact_risk,
    geometric_steps,
    landmarks,
    risk_given,
)
from ddlearn.lessons.double_descent_trained import clocks, cures, exercises, nets, samples
from ddlearn.lessons.double_descent_trained.nets import Training, trained

FEW, MANY = 60, 120  # examples
TICKS, CLOCK_EXAMPLES = geometric_steps(1, 10**6, 500), 1500


def marks(seed: int, wrong: float = 0.2, measure: str = "mse") -> Landmarks:
    """The landmarks of the trained nets' curve over widths."""
    sweep = trained(Training(wrong, seed))
    return landmarks(sweep.ratio, getattr(sweep, measure)[..., -1].mean(1))


def gradient_gap(seed: int, step: samples.Step) -> float:
    """Largest difference of a batched step from autograd's, one net at a time, over that step's length."""
    worst = 0.0
    for W, A, x, y, lr in exercises.step_cases(compute.generator(seed)):
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
    return float(values[nets.WIDTHS.index(53)] / values[-1])


def team(seed: int) -> nets.NetSweep:
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
    return samples.trained(seed, (FEW, MANY), exercises.ensemble_step)


CLAIMS = (
    Claim(
        id="08.step",
        statement="One step of many nets at once is the step of each net by automatic differentiation.",
        paper="identity",
        basis="exact",
        expected=0.0,
        tolerance=1e-10,
        unit="relative difference of steps",
        measure=lambda scale, seed: gradient_gap(seed, exercises.ensemble_step),
        control=lambda scale, seed: gradient_gap(
            seed, lambda *given: exercises.step_with(*given, average=len(given[0]))
        ),
        control_note="the loss averaged over the nets too",
    ),
    Claim(
        id="08.threshold",
        statement="The squared error of trained nets peaks where they have as many parameters as equations, P = nK.",
        paper="Belkin, Hsu, Ma, Mandal 2019",
        basis="counting",
        expected=1.0,
        tolerance=0.35,
        unit="P / nK at the peak",
        measure=lambda scale, seed: marks(seed).peak_at,
        control=lambda scale, seed: nets.CLASSES * marks(seed).peak_at,
        control_note="n equations, as for fits with weights of their own for each class",
    ),
    Claim(
        id="08.noise",
        statement="Wrong labels make the peak: it stands well above the best of the smaller nets.",
        paper="Nakkiran, Kaplun, Bansal, Yang, Barak, Sutskever 2020",
        basis="floor",
        expected=1.15,
        tolerance=0.0,
        sense="at_least",
        unit="peak over first minimum",
        measure=lambda scale, seed: marks(seed).rise,
        control=lambda scale, seed: marks(seed, wrong=0.0).rise,
        control_note="no wrong labels",
    ),
    Claim(
        id="08.wide",
        statement="Far beyond the peak, nets miss fewer new digits than the best of the smaller ones.",
        paper="Belkin, Hsu, Ma, Mandal 2019",
        basis="floor",
        expected=1.0,
        tolerance=0.0,
        sense="at_most",
        unit="share missed, widest over first minimum",
        measure=lambda scale, seed: marks(seed, measure="error").gain,
        control=lambda scale, seed: marks(seed, measure="error").rise,
        control_note="nets at the peak in place of the widest",
    ),
    Claim(
        id="08.stopped",
        statement="Stopped at its best moment, the net at the threshold is no worse than the widest: no peak is left.",
        paper="Nakkiran, Kaplun, Bansal, Yang, Barak, Sutskever 2020",
        basis="floor",
        expected=1.0,
        tolerance=0.2,
        unit="squared error, P = nK over widest",
        measure=lambda scale, seed: widest_over_threshold(seed, stopped=True),
        control=lambda scale, seed: widest_over_threshold(seed, stopped=False),
        control_note="trained to the end",
    ),
    Claim(
        id="08.average",
        statement="Four averaged nets of 30 units do better than one net of 120, which has as many parameters.",
        paper="d'Ascoli, Refinetti, Biroli, Krzakala 2020",
        basis="floor",
        expected=0.8,
        tolerance=0.0,
        sense="at_most",
        unit="squared error, four small over one wide",
        measure=lambda scale, seed: team_over_one(seed, 4),
        control=lambda scale, seed: team_over_one(seed, 1),
        control_note="one small net alone",
    ),
    Claim(
        id="08.clocks",
        statement="With three clocks the risk over time has a second descent, in closed form.",
        paper="Heckel and Yilmaz 2021",
        basis="theorem",
        expected=1.5,
        tolerance=0.0,
        sense="at_least",
        unit="peak over first minimum",
        measure=lambda scale, seed: rise_and_fall(aligned=False),
        control=lambda scale, seed: rise_and_fall(aligned=True),
        control_note="clocks aligned",
    ),
    Claim(
        id="08.clocks-simulated",
        statement="Gradient descent on data follows that closed form where examples are many.",
        paper="Heckel and Yilmaz 2021",
        basis="asymptotic",
        expected=0.0,
        tolerance=0.1,
        sense="at_most",
        unit="largest relative difference",
        measure=lambda scale, seed: simulated_gap(seed, 1500),
        control=lambda scale, seed: simulated_gap(seed, 200),
        control_note="200 examples for 68 features",
    ),
    Claim(
        id="08.aligned",
        statement="Aligned clocks leave one descent, and it goes deeper.",
        paper="Heckel and Yilmaz 2021",
        basis="theorem",
        expected=0.95,
        tolerance=0.0,
        sense="at_most",
        unit="least risk, aligned over plain",
        measure=lambda scale, seed: best_over_plain(aligned=True),
        control=lambda scale, seed: best_over_plain(aligned=False),
        control_note="all clocks half as fast",
    ),
    Claim(
        id="08.no-second-in-time",
        statement="Nets on digits show no second descent over time: the end is worse than the first minimum.",
        paper="our measurement, against Nakkiran et al. 2020 for larger nets",
        basis="floor",
        expected=1.5,
        tolerance=0.0,
        sense="at_least",
        unit="squared error, end over first minimum",
        measure=lambda scale, seed: last_over_first_minimum(seed),
        control=lambda scale, seed: clocks_last_over_first_minimum(),
        control_note="the three clocks",
    ),
    Claim(
        id="08.more-linear",
        statement="Two and a half times the examples make linear regression worse, by as much as the formula says.",
        paper="Nakkiran 2019",
        basis="exact in expectation",
        expected=exact_risk(250, 200, samples.SIGNAL, samples.NOISE)
        / exact_risk(100, 200, samples.SIGNAL, samples.NOISE),
        tolerance=0.06,
        unit="risk with 250 examples over risk with 100, for 200 coefficients",
        measure=lambda scale, seed: more_over_fewer(seed, tuned=False),
        control=lambda scale, seed: more_over_fewer(seed, tuned=True),
        control_note="the best penalty",
    ),
    Claim(
        id="08.more-features",
        statement="Twice the digits make random features worse.",
        paper="Nakkiran, Kaplun, Bansal, Yang, Barak, Sutskever 2020",
        basis="floor",
        expected=1.0,
        tolerance=0.0,
        sense="at_least",
        unit="squared error, 120 over 60 examples",
        measure=lambda scale, seed: many_over_few(samples.fitted(seed, (FEW, MANY))[0]),
        control=lambda scale, seed: many_over_few(samples.fitted(seed, (FEW, MANY))[1]),
        control_note="the best penalty",
    ),
    Claim(
        id="08.more-nets",
        statement="Twice the digits make a trained net worse.",
        paper="Nakkiran, Kaplun, Bansal, Yang, Barak, Sutskever 2020",
        basis="floor",
        expected=1.0,
        tolerance=0.0,
        sense="at_least",
        unit="squared error, 120 over 60 examples",
        measure=lambda scale, seed: many_over_few(trained_samples(seed)[0]),
        control=lambda scale, seed: many_over_few(trained_samples(seed)[1]),
        control_note="each net stopped at its best moment",
    ),
)

"""The learning curve, predicted from the spectrum alone; then revealed, with what the examples themselves would tell.

Theory knows the whole world and has trained nothing. The measured points are kernel ridge on n random points of it,
tested on all others. Leave-one-out and GCV know the n examples and nothing else.
"""

from collections.abc import Callable
from dataclasses import dataclass

import torch
from torch import Tensor

from ddlearn import compute
from ddlearn.classroom import Choice, Explorer, Slider, Switch, cached
from ddlearn.classroom.wording import say
from ddlearn.generalization import Spectrum, eigenlearning_risk, measure_learning_curve
from ddlearn.lessons.learning_curves import exercises, shared

SIZES = (10, 20, 40, 80, 160, 320, 500)
LINE = (8, 10, 14, 20, 28, 40, 56, 80, 113, 160, 226, 320, 400, 500, 600, 700, 800)
TRIALS = 5
HALF_WAY = 0.4  # of the world: beyond it, eigenvectors of real data are too much their own for the theory
NOTHING, ESTIMATES, INFINITE = BESIDE = ("nothing", "estimates from the examples", "the form for an infinite pool")
GUESSES = (40, 500)  # the numbers of examples at which the learner is asked
START = {"world": shared.TEN, "ridge": 1e-4, "noise": 0.0}


@dataclass(frozen=True, eq=False)
class Curves:
    """Squared errors at unseen points, as shares of the error of knowing nothing; None where not asked for."""

    start: bool  # whether this is the setting about which the learner was asked
    line: Tensor  # (17,) the finite-pool form at LINE
    infinite: Tensor | None  # (17,) the form for an infinite world
    measured: Tensor | None  # (trials, 7)
    estimates: Tensor | None  # (2, trials, 7) by leave-one-out and by GCV

    @property
    def theory(self) -> Tensor:
        """Return the finite-pool form at SIZES, (7,)."""
        return self.line[[LINE.index(n) for n in SIZES]]


@cached(128)
def trained(name: str, ridge: float, noise: float) -> Tensor:
    """Measure errors, leave-one-out and GCV, (3, trials, 7). Small, so that many are kept."""
    here = shared.world(name)
    how = {"trials": TRIALS, "ridge": ridge, "noise": noise, "modes": Spectrum(here.lam, here.V2)}
    found = measure_learning_curve(here.K, here.Y, SIZES, generator=compute.generator(0), **how)
    return torch.stack([found.measured, found.leave_one_out, found.gcv]).cpu()


def curves(
    world: str,
    ridge: float,
    noise: float,
    reveal: bool,
    beside: str,
    *,
    kappa: shared.Kappa = exercises.kappa,
    predicted_error: Callable[[Tensor, Tensor, float, float], float] = exercises.predicted_error,
    progress: compute.Progress = lambda share, words: None,
) -> Curves:
    """Theory always; the fits only once they are asked for. `noise` is the label noise's size over the target's."""
    progress(0.1, "the modes of this world")
    here = shared.world(world)
    variance = noise**2 * here.power
    nothing = here.power + variance
    lam, V2 = here.lam + ridge / here.N, here.V2 + variance / here.N  # so it is interpolation, in a finite world
    errors = [float(predicted_error(lam, V2, n, kappa(lam, n))) for n in LINE]
    infinite = measured = estimates = None
    if beside == INFINITE:
        n = here.lam.new_tensor(LINE)
        infinite = (eigenlearning_risk(here.lam, here.V2, n, ridge, variance) / nothing).cpu()
    if reveal or beside == ESTIMATES:
        progress(0.5, f"training {TRIALS} times on each number of examples")
        shares = trained(world, ridge, variance) / nothing
        measured = shares[0] if reveal else None
        estimates = shares[1:] if beside == ESTIMATES else None
    return Curves(
        start={"world": world, "ridge": ridge, "noise": noise} == START,
        line=torch.tensor(errors, dtype=torch.float64) / nothing,
        infinite=infinite,
        measured=measured,
        estimates=estimates,
    )


def picture(fig, r: Curves, said) -> None:
    """Draw theory's line, then the measured points, and what the learner had said."""
    panel = fig.panel()
    examples = {"xlabel": "training examples", "xlim": (8, 900), "xticks": {n: str(n) for n in SIZES}}
    error = {"ylabel": "squared error (100 %: knowing nothing)", "ylim": (0.03, 3)}
    error["yticks"] = {share: f"{100 * share:.0f} %" for share in (0.03, 0.1, 0.3, 1, 3)}
    panel.frame(log="xy", legend={"loc": "right", "labelspacing": 0.9}, grid=True, **examples, **error)
    panel.level(1, width=1)
    panel.line(LINE, r.line, "vermilion", "--", "theory: from the spectrum,\nbefore any training", width=2.4)
    if r.infinite is not None:
        panel.line(LINE, r.infinite, "black", ":", "theory for an\ninfinite pool", width=2.4)
    if r.measured is not None:
        panel.vlines(SIZES, r.measured.amin(0), r.measured.amax(0))
        name = f"measured: mean and\nrange of {TRIALS} trials"
        panel.dots(SIZES, r.measured.mean(0), label=name, size=7)
    if r.estimates is not None:
        left_out, gcv = r.estimates.mean(1)
        panel.line(SIZES, left_out, "green", "-", "leave-one-out", marker="^")
        panel.line(SIZES, gcv, "orange", "-.", "GCV", marker="s")
    guesses = answers(r, said)
    if guesses:
        shares = [share / 100 for share in guesses.values()]
        panel.line(list(guesses), shares, "black", ":", "you said", marker="*", width=1.2, size=14)
    panel.span(HALF_WAY * shared.SIZE, 900, label="over 0.4 of the pool\nhas been seen")


def answers(r: Curves, said) -> dict[int, float]:
    """Return the errors that were predicted of this setting, in percent, by the number of examples."""
    shares = {n: said(f"at_{n}") for n in GUESSES} if r.start else {}
    return {n: share for n, share in shares.items() if share is not None}


def sentence(r: Curves, said) -> str:
    """Say what theory predicts, what was measured and estimated, and what was predicted by the learner."""
    parts = [
        f"Predicted without training: {percent(r.theory[4])} of the error is left after {SIZES[4]} examples, "
        f"{percent(r.theory[-1])} after {SIZES[-1]}."
    ]
    truth = None if r.measured is None else r.measured.mean(0)
    if truth is None:
        parts.append("What training gives is hidden until you tick Reveal.")
    else:
        off, before = r.theory / truth - 1, torch.tensor(SIZES) <= HALF_WAY * shared.SIZE
        early, late = percent(off[before].abs().max()), f"{100 * off[-1]:+.0f} %"
        parts.append(f"The prediction is right within {early} up to the gray zone, and {late} off at {SIZES[-1]}.")
    if r.estimates is not None:
        left_out, gcv = r.estimates.mean(1)[:, 4]
        if truth is None:
            parts.append(f"At {SIZES[4]} leave-one-out says {percent(left_out)}, GCV {percent(gcv)}.")
        else:
            left_off, gcv_off = (100 * float(part / truth[4] - 1) for part in (left_out, gcv))
            parts.append(f"At {SIZES[4]} leave-one-out is {left_off:+.0f} % off, GCV {gcv_off:+.0f} %.")
    if r.infinite is not None:
        ratio = float(r.infinite[LINE.index(SIZES[-1])] / r.theory[-1])
        parts.append(f"The form for an infinite pool gives {ratio:.2g} times that at {SIZES[-1]}.")
    guesses = [f"{share:g} % at {n}" for n, share in answers(r, said).items()]
    if guesses:
        parts.append(f"You said {' and '.join(guesses)}.")
    return " ".join(parts)


def percent(share: Tensor | float) -> str:
    """Say two digits of a share of the error: 0.034 is 3.4 %, 0.66 is 66 %."""
    return f"{say(100 * float(share), 2)} %"


explorer = Explorer(
    "curve",
    "The learning curve: predicted, then measured",
    controls=(
        Switch("reveal", "Reveal", False),
        Choice("world", "Pool", shared.WORLDS, shared.TEN),
        Choice("beside", "Beside it", BESIDE, NOTHING),
        Slider("ridge", "Ridge", 1e-4, 10.0, START["ridge"], log=True),
        Slider("noise", "Label noise", 0.0, 1.0, START["noise"], step=0.05),
    ),
    compute=curves,
    picture=picture,
    sentence=sentence,
    uses=("kappa", "predicted_error"),
    size=(9.4, 4.3),
    more=("ridge", "noise"),
    pairs=(("reveal", "world"),),
)

"""The learning curve, predicted from the spectrum alone; then revealed, with what the examples themselves would tell.

Theory knows the whole world and has trained nothing. The measured points are kernel ridge on n random points of it,
tested on all others. Leave-one-out and GCV know the n examples and nothing else.
"""

from collections.abc import Callable
from dataclasses import dataclass

import torch
from torch import Tensor

from ddlearn import compute
from ddlearn.classroom import PALETTE, Choice, Explorer, LiveFigure, Slider, Switch, cached
from ddlearn.classroom.wording import say
from ddlearn.generalization import eigenlearning_risk, measure_learning_curve
from ddlearn.lessons.how_many_examples import exercises, worlds

SIZES = (10, 20, 40, 80, 160, 320, 500)
LINE = (8, 10, 14, 20, 28, 40, 56, 80, 113, 160, 226, 320, 400, 500, 600, 700, 800)
TRIALS = 5
HALF_WAY = 0.4  # of the world: beyond it, eigenvectors of real data are too much their own for the theory
NOTHING, ESTIMATES, INFINITE = BESIDE = ("nothing", "estimates from the examples", "the form for an infinite world")
GUESSES = (40, 500)  # the numbers of examples at which the learner is asked
START = {"world": worlds.TEN, "ridge": 1e-4, "noise": 0.0}
LOWEST, HIGHEST = 0.03, 3.0  # the error axis

Kappa = Callable[[Tensor, float], float]
PredictedError = Callable[[Tensor, Tensor, float, float], float]


@dataclass(frozen=True, eq=False)
class Curves:
    """Squared errors at unseen points, as shares of the error of knowing nothing."""

    world: str
    size: int
    start: bool  # whether this is the setting about which the learner was asked
    line: Tensor  # (17,) the finite-pool form at LINE
    infinite: Tensor | None  # (17,) the form for an infinite world, where it is asked for
    theory: Tensor  # (7,) the finite-pool form at SIZES
    measured: Tensor | None  # (trials, 7), once revealed
    leave_one_out: Tensor | None  # (trials, 7), where asked for
    gcv: Tensor | None

    @property
    def early(self) -> Tensor:
        """Which of SIZES lie before the shaded zone."""
        return torch.tensor(SIZES) <= HALF_WAY * self.size


@cached(128)
def trained(name: str, ridge: float, noise: float, seed: int = 0) -> tuple[Tensor, Tensor, Tensor]:
    """Measured errors, leave-one-out and GCV, (trials, 7) each. Small, so that many are remembered."""
    here = worlds.world(name)
    how = {"trials": TRIALS, "ridge": ridge, "noise": noise, "modes": here.modes}
    found = measure_learning_curve(here.K, here.Y, SIZES, generator=compute.generator(seed), **how)
    return found.measured.cpu(), found.leave_one_out.cpu(), found.gcv.cpu()


def predict(
    lam: Tensor, V2: Tensor, sizes: tuple[int, ...], ridge: float, noise: float, kappa: Kappa, error: PredictedError
) -> Tensor:
    """The finite-pool form: ridge and noise go into the spectrum, then it is interpolation.  (len(sizes),)"""
    lam, V2 = lam + ridge / len(lam), V2 + noise / len(V2)
    return torch.tensor([float(error(lam, V2, n, kappa(lam, n))) for n in sizes], dtype=torch.float64)


def curves(
    world: str,
    ridge: float,
    noise: float,
    reveal: bool,
    beside: str,
    *,
    kappa: Kappa = exercises.kappa,
    predicted_error: PredictedError = exercises.predicted_error,
    progress: Callable[[float, str], object] | None = None,
) -> Curves:
    """Theory always; the fits only once they are asked for. `noise` is the label noise's size over the target's."""
    if progress:
        progress(0.1, "the modes of this world")
    here = worlds.world(world)
    variance = noise**2 * here.power
    nothing = here.power + variance
    everywhere = tuple(sorted({*LINE, *SIZES}))
    theory = predict(here.lam, here.V2, everywhere, ridge, variance, kappa, predicted_error) / nothing
    at = dict(zip(everywhere, theory.tolist(), strict=True))
    infinite = measured = left_out = gcv = None
    if beside == INFINITE:
        n = here.lam.new_tensor(LINE)
        infinite = (eigenlearning_risk(here.lam, here.V2, n, ridge, variance) / nothing).cpu()
    if progress and (reveal or beside == ESTIMATES):
        progress(0.5, f"training {TRIALS} times on each number of examples")
    if reveal:
        measured = trained(world, ridge, variance)[0] / nothing
    if beside == ESTIMATES:
        left_out, gcv = (part / nothing for part in trained(world, ridge, variance)[1:])
    return Curves(
        world=world,
        size=here.N,
        start={"world": world, "ridge": ridge, "noise": noise} == START,
        line=theory.new_tensor([at[n] for n in LINE]),
        infinite=infinite,
        theory=theory.new_tensor([at[n] for n in SIZES]),
        measured=measured,
        leave_one_out=left_out,
        gcv=gcv,
    )


class CurveFigure(LiveFigure):
    """Error against examples: theory's line, then the measured points, and what the learner had said."""

    size = (9.4, 4.3)
    guesses: Callable[[], tuple[float | None, ...]] = staticmethod(lambda: (None, None))

    def layout(self, figure):
        axes = figure.subplots()
        self.zone = axes.axvspan(HALF_WAY * worlds.SIZE, 900, color=PALETTE["grey"], alpha=0.15, linewidth=0)
        (self.infinite,) = axes.plot([], [], ":", color=PALETTE["black"], linewidth=2.4)
        (self.line,) = axes.plot([], [], "--", color=PALETTE["vermilion"], linewidth=2.4)
        (self.gcv,) = axes.plot([], [], "s-.", color=PALETTE["orange"])
        (self.left_out,) = axes.plot([], [], "^-", color=PALETTE["green"])
        self.spread = axes.vlines([], [], [], color=PALETTE["blue"], linewidth=2)
        (self.measured,) = axes.plot([], [], "o", color=PALETTE["blue"], markersize=7)
        (self.said,) = axes.plot([], [], "*", color=PALETTE["black"], markersize=14, linestyle=":", linewidth=1.2)
        axes.axhline(1, color=PALETTE["grey"], linewidth=1)
        axes.set(xscale="log", yscale="log", xlim=(8, 900), ylim=(LOWEST, HIGHEST))
        axes.set_xticks(SIZES, [str(n) for n in SIZES])
        axes.set_yticks([0.03, 0.1, 0.3, 1, 3], ["3 %", "10 %", "30 %", "100 %", "300 %"])
        axes.minorticks_off()
        axes.grid(True)
        axes.set(xlabel="training examples", ylabel="squared error (100 %: knowing nothing)")
        names = {
            self.line: "theory: from the spectrum,\nbefore any training",
            self.infinite: "theory for an\ninfinite world",
            self.measured: f"measured: mean and\nrange of {TRIALS} trials",
            self.left_out: "leave-one-out",
            self.gcv: "GCV",
            self.said: "you said",
            self.zone: "over 0.4 of the world\nhas been seen",
        }
        axes.legend(list(names), list(names.values()), loc="center left", bbox_to_anchor=(1.01, 0.5), labelspacing=0.9)

    def draw(self, result: Curves):
        nowhere = ([], [])
        self.line.set_data(LINE, result.line)
        self.infinite.set_data(*(nowhere if result.infinite is None else (LINE, result.infinite)))
        self.measured.set_data(*(nowhere if result.measured is None else (SIZES, result.measured.mean(0))))
        trials = [] if result.measured is None else result.measured.T.tolist()
        self.spread.set_segments([[(n, min(some)), (n, max(some))] for n, some in zip(SIZES, trials, strict=False)])
        for artist, trials in ((self.left_out, result.leave_one_out), (self.gcv, result.gcv)):
            artist.set_data(*(nowhere if trials is None else (SIZES, trials.mean(0))))
        guesses = zip(GUESSES, self.guesses(), strict=True)
        said = [(n, max(share / 100, LOWEST)) for n, share in guesses if share is not None]
        self.said.set_data(*(zip(*said, strict=True) if said and result.start else nowhere))

    def describe(self, result: Curves) -> str:
        parts = [
            f"From the spectrum alone: {percent(result.theory[0])} of the error is left after {SIZES[0]} examples, "
            f"{percent(result.theory[4])} after {SIZES[4]}, {percent(result.theory[-1])} after {SIZES[-1]}."
        ]
        truth = None if result.measured is None else result.measured.mean(0)
        if truth is None:
            parts.append("What training gives is still hidden.")
        else:
            off = result.theory / truth - 1
            early, late = percent(off[result.early].abs().max()), f"{100 * off[-1]:+.0f} %"
            parts.append(f"Measured: right within {early} up to the grey zone, {late} at {SIZES[-1]}.")
        if result.leave_one_out is not None:
            left_out, gcv = result.leave_one_out.mean(0), result.gcv.mean(0)
            if truth is None:
                parts.append(f"At {SIZES[4]} leave-one-out says {percent(left_out[4])}, GCV {percent(gcv[4])}.")
            else:
                loo_off, gcv_off = (float(part[4] / truth[4] - 1) for part in (left_out, gcv))
                parts.append(f"At {SIZES[4]} leave-one-out is {100 * loo_off:+.0f} % off, GCV {100 * gcv_off:+.0f} %.")
        if result.infinite is not None:
            ratio = float(result.infinite[LINE.index(SIZES[-1])] / result.theory[-1])
            parts.append(f"The form for an infinite world gives {ratio:.2g} times that at {SIZES[-1]}.")
        said = [f"{share:g} % at {n}" for n, share in zip(GUESSES, self.guesses(), strict=True) if share is not None]
        if said and result.start:
            parts.append(f"You said {' and '.join(said)}.")
        return " ".join(parts)


def percent(share: Tensor | float) -> str:
    """Two digits of a share of the error: 0.034 is 3.4 %, 0.66 is 66 %."""
    return f"{say(100 * float(share), 2)} %"


def explorer() -> Explorer:
    """The learning-curve explorer, fresh."""
    return Explorer(
        name="curve",
        title="The learning curve: predicted, then measured",
        controls=(
            Choice("world", "World", worlds.WORLDS, worlds.TEN),
            Slider("ridge", "Ridge", 1e-4, 10.0, START["ridge"], log=True),
            Slider("noise", "Label noise", 0.0, 1.0, START["noise"], step=0.05),
            Switch("reveal", "Reveal", False),
            Choice("beside", "Beside it", BESIDE, NOTHING),
        ),
        compute=curves,
        figure=CurveFigure,
        uses=("kappa", "predicted_error"),
    )

"""The edge of stability on a small net and real digits: the sharpness climbs to 2/rate, and hovers there."""

from collections.abc import Callable
from dataclasses import dataclass

import torch
from torch import Tensor

from ddlearn import compute, datasets
from ddlearn.classroom import PALETTE, Choice, Explorer, LiveFigure, Slider, cached
from ddlearn.classroom.wording import brief, say
from ddlearn.networks import MLP
from ddlearn.sharpness import Edge, edge_of_stability

NET = MLP((64, 32, 32, 10), activation="tanh", W_std=1.0, bias="none")
EXAMPLES, STEPS, EVERY = 200, 1000, 25
RATES = ("0.2", "0.4", "0.8")

Progress = Callable[[float, str], None]


@dataclass(frozen=True)
class Trained:
    """A run of gradient descent up to `until`, with the sharpness on the way."""

    run: Edge
    until: int

    @property
    def seen(self) -> Tensor:
        """Which of the measurements lie within the steps shown, (R,)."""
        return self.run.times <= self.until

    @property
    def arrived(self) -> int | None:
        """The step at which the sharpness first was above 2/rate, within what is shown."""
        above = self.run.times[self.seen & (self.run.share > 1)]
        return int(above[0]) if len(above) else None


@cached(12)
def train(rate: float, steps: int = STEPS, seed: int = 0, progress: Progress | None = None) -> Edge:
    """Full-batch descent on half the mean squared error of 200 digits, in single precision as nets are trained."""
    images = datasets.digits(compute.generator(seed), test=EXAMPLES)
    x = images.test_x.float() - images.test_x.float().mean(0)
    y = torch.nn.functional.one_hot(images.test_y, 10).float() - 0.1

    def loss(*weights: Tensor) -> Tensor:
        return (NET.apply(tuple((W, None) for W in weights), x) - y).square().sum(1).mean() / 2

    weights = [W for W, _ in NET.init(compute.generator(seed), torch.float32)]
    return edge_of_stability(loss, weights, rate, steps, EVERY, progress)


def hover(rate: str, until: int, progress: Progress = lambda share, words: None) -> Trained:
    """The run at this rate, shown up to step `until`. The first call trains at every rate, so that the menu answers."""
    runs = {}
    for k, one in enumerate(RATES):

        def report(share: float, words: str, k: int = k, one: str = one) -> None:
            progress((k + share) / len(RATES), f"rate {one}, {words}")

        runs[one] = train(float(one), progress=report)
    return Trained(runs[rate], until)


class EdgeFigure(LiveFigure):
    """Left: sharpness over time, the line 2/rate, and the learner's guess. Right: the loss."""

    size = (10.2, 4.0)
    prediction: Callable[[], float | None] = staticmethod(lambda: None)

    def layout(self, figure):
        sharp, loss = figure.subplots(1, 2)
        (self.line,) = sharp.plot([], [], "--", color=PALETTE["vermilion"], linewidth=2.4, label="2 / rate")
        (self.sharpness,) = sharp.plot([], [], "o-", color=PALETTE["blue"], markersize=3, label="sharpness")
        (self.guess,) = sharp.plot([], [], ":", color=PALETTE["purple"], linewidth=3, label="you said, for rate 0.4")
        sharp.set(
            xlim=(0, STEPS), ylim=(0, 16), xlabel="step", ylabel="largest eigenvalue of the Hessian", title="sharpness"
        )
        sharp.legend(loc="upper right")
        (self.losses,) = loss.plot([], [], color=PALETTE["blue"], linewidth=1.2)
        loss.set(xlim=(0, STEPS), yscale="log", ylim=(0.01, 2), xlabel="step", title="loss")

    def draw(self, result: Trained):
        run, seen, until = result.run, result.seen, result.until
        self.line.set_data([0, STEPS], [2 / run.rate] * 2)
        self.sharpness.set_data(run.times[seen], run.sharpness[seen])
        self.losses.set_data(torch.arange(until + 1), run.losses[: until + 1])
        guess = self.prediction()
        self.guess.set_data(*([], []) if guess is None else ([0, STEPS], [guess] * 2))

    def describe(self, result: Trained) -> str:
        run, seen, until = result.run, result.seen, result.until
        late = run.share[seen & (run.times >= until / 2)]
        rises = 100 * float((run.losses[: until + 1].diff() > 0).double().mean())
        start, edge = say(float(run.sharpness[0])), say(2 / run.rate)
        if result.arrived is None:
            found = f"climbs from {start} to {say(float(run.sharpness[seen][-1]))}, below 2/rate = {edge} so far"
        else:
            found = (
                f"starts at {start}, is above 2/rate = {edge} from step {result.arrived}, and in the second half is "
                f"{say(float(late.mean()))} times it on average"
            )
        said = "" if self.prediction() is None else f" You said {say(self.prediction())} for rate 0.4."
        return (
            f"Rate {brief(run.rate)}, {until} steps: the sharpness {found}. The loss rises in {say(rises, 2)} % of the "
            f"steps.{said}"
        )


def explorer() -> Explorer:
    """The edge of stability, fresh."""
    return Explorer(
        name="edge",
        title="The edge of stability: a small net on digits",
        controls=(
            Choice("rate", "Rate", RATES, "0.4"),
            Slider("until", "Steps shown", 100, STEPS, STEPS, whole=True, step=100),
        ),
        compute=hover,
        figure=EdgeFigure,
    )

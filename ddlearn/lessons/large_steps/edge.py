"""The edge of stability on a small net and real digits: the sharpness climbs to 2/rate, and hovers there."""

from dataclasses import dataclass

import torch
from torch import Tensor

from ddlearn import compute, datasets
from ddlearn.classroom import Choice, Explorer, Slider, cached
from ddlearn.classroom.wording import say
from ddlearn.networks import MLP
from ddlearn.sharpness import Edge, edge_of_stability

NET = MLP((64, 32, 32, 10), activation="tanh", W_std=1.0, bias="none")
EXAMPLES, STEPS, EVERY = 200, 1000, 25
RATES = ("0.2", "0.4", "0.8")


@dataclass(frozen=True)
class Trained:
    """A run of gradient descent up to `until`, with the sharpness on the way."""

    run: Edge
    until: int

    @property
    def seen(self) -> Tensor:
        """Return which of the measurements lie within the steps shown, (R,)."""
        return self.run.times <= self.until

    @property
    def arrived(self) -> int | None:
        """Return the step at which the sharpness first was above 2/rate, within what is shown."""
        above = self.run.times[self.seen & (self.run.share > 1)]
        return int(above[0]) if len(above) else None


@cached(12)
def train(rate: float, steps: int = STEPS, seed: int = 0, progress: compute.Progress | None = None) -> Edge:
    """Run full-batch descent on half the mean squared error of 200 digits, in single precision as nets are trained."""
    images = datasets.digits(compute.generator(seed), test=EXAMPLES)
    x = images.test_x.float() - images.test_x.float().mean(0)
    y = torch.nn.functional.one_hot(images.test_y, 10).float() - 0.1

    def loss(*weights: Tensor) -> Tensor:
        return (NET.apply(tuple((W, None) for W in weights), x) - y).square().sum(1).mean() / 2

    weights = [W for W, _ in NET.init(compute.generator(seed), torch.float32)]
    return edge_of_stability(loss, weights, rate, steps, EVERY, progress)


def hover(rate: str, until: int, progress: compute.Progress | None = None) -> Trained:
    """Run at this rate, and show up to step `until`. The first call trains at every rate, so that the menu answers."""
    runs, n = {}, len(RATES)
    for k, one in enumerate(RATES):
        runs[one] = train(float(one), progress=compute.part(progress, k / n, (k + 1) / n, f"rate {one}, {{}}"))
    return Trained(runs[rate], until)


def picture(fig, r: Trained, said) -> None:
    """Draw the sharpness over time with the line 2/rate and what was predicted, and the loss."""
    sharp, loss = fig.row(1, 1)
    run, seen, guess = r.run, r.seen, said("sharp")
    names = "step", "largest eigenvalue of the Hessian"
    sharp.frame("sharpness", *names, xlim=(0, STEPS), ylim=(0, 13), legend="upper right")
    sharp.level(2 / run.rate, "vermilion", "--", "2/η", width=2.4)
    sharp.line(run.times[seen], run.sharpness[seen], label="sharpness", marker="o", size=3)
    if guess is not None:
        sharp.level(guess, "purple", ":", "you said, for η = 0.4", width=3)
    loss.frame("loss", "step", xlim=(0, STEPS), ylim=(0.01, 2), log="y")
    loss.line(torch.arange(r.until + 1), run.losses[: r.until + 1], width=1.2)


def sentence(r: Trained, said) -> str:
    """Say where the sharpness begins, when it reaches 2/rate, where it stays, and what was predicted."""
    run, seen, until, guess = r.run, r.seen, r.until, said("sharp")
    late = run.share[seen & (run.times >= until / 2)]
    rises = 100 * float((run.losses[: until + 1].diff() > 0).double().mean())
    start, edge = say(float(run.sharpness[0])), say(2 / run.rate)
    if r.arrived is None:
        now = say(float(run.sharpness[seen][-1]))
        course = f"The sharpness has climbed from {start} to {now}, below 2/η = {edge} so far."
    else:
        course = (
            f"The sharpness ends near 2/η: in the second half it is {say(float(late.mean()))} times 2/η = {edge}. It "
            f"starts at {start} and is above 2/η from step {r.arrived}."
        )
    you = "" if guess is None else f" You said {say(guess)} for η = 0.4."
    return f"{course} In {say(rises, 2)} % of the {until} steps the loss rises.{you}"


explorer = Explorer(
    "edge",
    "The edge of stability: a small network on digits",
    controls=(
        Choice("rate", "Step size η", RATES, "0.4"),
        Slider("until", "Steps shown", 100, STEPS, STEPS, whole=True, step=100),
    ),
    compute=hover,
    picture=picture,
    sentence=sentence,
    size=(10.2, 4.0),
    pairs=(("rate", "until"),),
)

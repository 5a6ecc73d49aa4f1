"""The step through 2/sharpness, in the smallest network that has an imbalance: two numbers, and their product.

L = (ab - 1)^2 / 2. The minima lie on the hyperbola ab = 1; the flattest is a = b = 1, of sharpness 2. Flow keeps the
imbalance a^2 - b^2 and may end in a steep one. At a rate c below 1 some minima are flat enough to stay in. Beyond 1
none is: from nearly balanced starts descent settles on an orbit around the flattest, or never settles; from too
unbalanced ones it diverges.
"""

from collections.abc import Callable
from dataclasses import dataclass

import torch
from torch import Tensor

from ddlearn.classroom import Explorer, Slider, cached
from ddlearn.classroom.wording import say
from ddlearn.lessons.real_steps_real_widths import exercises
from ddlearn.linear_networks import scalar_flow
from ddlearn.sharpness import ORBIT_STABLE_BELOW, factor_descent, factor_sharpness

STEPS, LATE, SHOWN = 1000, 64, 120
PRODUCT = 0.5  # of a and b at the start
LARGEST = 1.5  # below 3 sqrt(3) / 2 - 1 the product stays positive once the imbalance is burnt
FLOOR = 1e-16
MINIMA = torch.linspace(0.4, 2.4, 300, dtype=torch.float64)  # a; b = 1 / a
ORBIT_CS = 1 + (LARGEST - 1) * torch.linspace(0, 1, 60, dtype=torch.float64).square()

Orbit = Callable[[Tensor], tuple[Tensor, Tensor]]


@dataclass(frozen=True)
class Run:
    """Descent from one start at rate c, and what becomes of it."""

    c: float
    imbalance: float
    a: Tensor  # (STEPS + 1,)
    b: Tensor
    flow: tuple[float, float]  # where gradient flow ends
    flow_share: float  # rate * sharpness / 2 there
    orbit: tuple[Tensor, Tensor]  # (60,) each, the learner's, at ORBIT_CS
    here: tuple[float, float] | None  # the same at this c

    @property
    def losses(self) -> Tensor:
        return (self.a * self.b - 1).square() / 2

    @property
    def kept(self) -> Tensor:
        """Return |a^2 - b^2| as a share of its start; of 1 where the start is balanced."""
        now = (self.a.square() - self.b.square()).abs()
        return now / (now[0] if now[0] > 0 else 1)

    @property
    def share(self) -> float:
        """Return rate * sharpness / 2 where the run is last."""
        return float(self.c * factor_sharpness(self.a[-1], self.b[-1], 1.0) / 2)

    @property
    def diverged(self) -> bool:
        return not bool(self.a[-1].isfinite())


@cached(1)
def diagram() -> tuple[Tensor, Tensor]:
    """Return 160 values of c, and the products ab of the last steps at each, from one start.  (160 * LATE,) twice"""
    c = torch.linspace(0.2, LARGEST, 160, dtype=torch.float64)
    run = factor_descent(torch.full_like(c, 0.9), torch.full_like(c, 0.7), 1.0, c, STEPS)
    late = (run.first * run.second)[-LATE:]
    return c.expand_as(late).flatten(), late.flatten()


def corner(imbalance: float | Tensor, product: float | Tensor = PRODUCT) -> tuple[float | Tensor, float | Tensor]:
    """Return a and b of this product and imbalance, a the larger."""
    a = ((imbalance + (imbalance**2 + 4 * product**2) ** 0.5) / 2) ** 0.5
    return a, product / a


def through(c: float, imbalance: float, *, period_two_orbit: Orbit = exercises.period_two_orbit) -> Run:
    """Descend at rate c from the start of this imbalance; beside it the flow, and the orbit in closed form."""
    a0, b0 = corner(imbalance)
    run = factor_descent(*torch.tensor([[a0], [b0]], dtype=torch.float64), 1.0, c, STEPS)
    end = tuple(float(w[0]) for w in scalar_flow(torch.tensor([1e3], dtype=torch.float64), 1.0, a0, b0))
    return Run(
        c=c,
        imbalance=imbalance,
        a=run.first[:, 0],
        b=run.second[:, 0],
        flow=end,
        flow_share=c * (end[0] ** 2 + end[1] ** 2) / 2,
        orbit=period_two_orbit(ORBIT_CS),
        here=tuple(map(float, period_two_orbit(torch.tensor([c], dtype=torch.float64)))) if c > 1 else None,
    )


def picture(fig, r: Run) -> None:
    """Draw the two weights, the loss and the imbalance over time, and the products of the last steps at every rate."""
    plane, time, late = fig.row(1, 1, 1.1)
    names = {"loc": "upper right", "handlelength": 1.4}
    plane.frame("the two weights, ± both", "a", "b", xlim=(-0.6, 2.4), ylim=(-0.6, 3.1), legend=names)
    plane.line(MINIMA, 1 / MINIMA, "grey", ":", "minima, too sharp")
    flat = MINIMA[r.c * (MINIMA.square() + 1 / MINIMA.square()) <= 2]
    plane.line(flat, 1 / flat, "green", "-", "minima, flat enough", width=3)
    there = r.a.isfinite()
    a, b = r.a[there][:SHOWN], r.b[there][:SHOWN]
    side = torch.where(a + b < 0, -1.0, 1.0)  # (a, b) and (-a, -b) are one network
    plane.line(side * a, side * b, "blue", "-", "descent", marker=".", width=0.7, size=4)
    plane.dots([r.flow[0]], [r.flow[1]], "black", "X", "flow ends", size=9)
    if r.here:
        plane.dots(r.here, r.here, "vermilion", "o", "orbit", size=11, filled=False)

    time.frame("over time", "step", xlim=(1, STEPS), ylim=(FLOOR, 1e6), log="xy", legend="upper right")
    for values, color, style, name in (
        (r.losses, "blue", "-", "loss"),
        (r.kept, "purple", "--", "imbalance over its start"),
    ):
        shown = there & (values > FLOOR)
        time.line(torch.arange(STEPS + 1)[shown], values[shown], color, style, name)

    late.frame("products ab of the last steps", "step c", xlim=(0.2, 1.55), ylim=(0, 2.15), legend="upper left")
    late.dots(*diagram(), "blue", ".", size=1)
    for z, name in zip(r.orbit, ("orbit, closed form", None), strict=True):
        late.line(ORBIT_CS, z.square(), "vermilion", label=name, width=1.8)
    late.upright(ORBIT_STABLE_BELOW, "grey", ":", "it repels from here on")
    if not r.diverged:
        late.dots([r.c] * LATE, (r.a * r.b)[-LATE:], "blue", "D", "this run, last steps")
    late.upright(r.c, "black", "--", width=1)


def sentence(r: Run) -> str:
    """Say where the flow would end, and what becomes of the descent."""
    flow = f"Step {say(r.c)}: where flow would end, rate times sharpness over 2 is {say(r.flow_share)}."
    if r.diverged:
        return f"{flow} Descent from here diverges."
    left = float(r.kept[-1])
    kept = f"{say(100 * left, 2)} % of the imbalance is left" if left > 1e-6 else "the imbalance is gone"
    if r.imbalance == 0:
        kept = "the start is balanced, and stays so"
    late = (r.a * r.b)[-LATE:]
    if float(late.max() - late.min()) < 1e-3:
        return f"{flow} Descent converges to a minimum where it is {say(r.share)}; {kept}."
    half, last = (float(r.losses[t - LATE : t].max()) for t in (STEPS // 2, STEPS))
    if last < 0.7 * half:
        return f"{flow} Descent creeps towards the flattest minimum: loss {say(last, 2)} so far; {kept}."
    visited = len({round(float(value), 6) for value in late})
    if visited > 2:
        return f"{flow} Descent never settles: it visits {visited} products in its last {LATE} steps; {kept}."
    between = " and ".join(say(float(value)) for value in late[-2:].sort().values)
    exact = " and ".join(say(z**2) for z in r.here or ())
    return f"{flow} Descent jumps between the products {between} for ever (closed form: {exact}); {kept}."


explorer = Explorer(
    "step",
    "The step through 2/sharpness",
    controls=(
        Slider("c", "Step c", 0.2, LARGEST, 0.6, step=0.02),
        Slider("imbalance", "First imbalance", 0.0, 3.0, 2.0, step=0.1),
    ),
    compute=through,
    picture=picture,
    sentence=sentence,
    uses=("period_two_orbit",),
    size=(10.2, 4.2),
)

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

from ddlearn.classroom import PALETTE, ArtistFigure, Explorer, Slider
from ddlearn.classroom.wording import say
from ddlearn.lessons.real_steps_real_widths import exercises
from ddlearn.linear_networks import scalar_flow
from ddlearn.sharpness import ORBIT_STABLE_BELOW, factor_descent, factor_sharpness

STEPS, LATE, SHOWN = 1000, 64, 120
PRODUCT = 0.5  # of a and b at the start
LARGEST = 1.5  # below 3 sqrt(3) / 2 - 1 the product stays positive once the imbalance is burnt
FLOOR = 1e-16
MINIMA = torch.linspace(0.4, 2.4, 300, dtype=torch.float64)  # a; b = 1 / a

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
    orbit: tuple[Tensor, Tensor]  # (k,) the learner's, at CS from 1 on
    here: tuple[float, float] | None  # the same at this c

    @property
    def losses(self) -> Tensor:
        return (self.a * self.b - 1).square() / 2

    @property
    def kept(self) -> Tensor:
        """|a^2 - b^2| as a share of its start; of 1 where the start is balanced."""
        now = (self.a.square() - self.b.square()).abs()
        return now / (now[0] if now[0] > 0 else 1)

    @property
    def share(self) -> float:
        """rate * sharpness / 2 where the run is last."""
        return float(self.c * factor_sharpness(self.a[-1], self.b[-1], 1.0) / 2)

    @property
    def diverged(self) -> bool:
        return not bool(self.a[-1].isfinite())


def diagram() -> tuple[Tensor, Tensor]:
    """160 values of c, and the products ab of the last steps at each, from one start.  (160 * LATE,) twice"""
    c = torch.linspace(0.2, LARGEST, 160, dtype=torch.float64)
    run = factor_descent(torch.full_like(c, 0.9), torch.full_like(c, 0.7), 1.0, c, STEPS)
    late = (run.first * run.second)[-LATE:]
    return c.expand_as(late).flatten(), late.flatten()


def corner(imbalance: float) -> tuple[float, float]:
    """a and b of product PRODUCT and this imbalance, a the larger."""
    a = ((imbalance + (imbalance**2 + 4 * PRODUCT**2) ** 0.5) / 2) ** 0.5
    return a, PRODUCT / a


def through(c: float, imbalance: float, *, period_two_orbit: Orbit = exercises.period_two_orbit) -> Run:
    """Descend at rate c from the start of this imbalance; beside it the flow, and the orbit in closed form."""
    a0, b0 = corner(imbalance)
    run = factor_descent(*torch.tensor([[a0], [b0]], dtype=torch.float64), 1.0, c, STEPS)
    end = tuple(float(w[0]) for w in scalar_flow(torch.tensor([1e3], dtype=torch.float64), 1.0, a0, b0))
    cs = torch.cat([orbit_cs(), torch.tensor([max(c, 1.0)], dtype=torch.float64)])
    low, high = (torch.as_tensor(z) for z in period_two_orbit(cs))
    return Run(
        c=c,
        imbalance=imbalance,
        a=run.first[:, 0],
        b=run.second[:, 0],
        flow=end,
        flow_share=c * (end[0] ** 2 + end[1] ** 2) / 2,
        orbit=(low[:-1], high[:-1]),
        here=(float(low[-1]), float(high[-1])) if c > 1 else None,
    )


def orbit_cs() -> Tensor:
    return 1 + (LARGEST - 1) * torch.linspace(0, 1, 60, dtype=torch.float64).square()


class StepFigure(ArtistFigure):
    size = (10.2, 4.2)

    def layout(self, figure):
        plane, time, late = figure.subplots(1, 3, width_ratios=(1, 1, 1.1))
        plane.plot(MINIMA, 1 / MINIMA, ":", color=PALETTE["grey"], linewidth=2, label="minima, too sharp")
        (self.flat,) = plane.plot([], [], color=PALETTE["green"], linewidth=3, label="minima, flat enough")
        (self.path,) = plane.plot([], [], ".-", color=PALETTE["blue"], linewidth=0.7, markersize=4, label="descent")
        (self.flow,) = plane.plot([], [], "X", color=PALETTE["black"], markersize=9, label="flow ends")
        (self.orbit,) = plane.plot(
            [], [], "o", markerfacecolor="none", markeredgecolor=PALETTE["vermilion"], markersize=11, label="orbit"
        )
        plane.set(xlim=(-0.6, 2.4), ylim=(-0.6, 3.1), xlabel="a", ylabel="b", title="the two weights, ± both")
        plane.legend(loc="upper right", handlelength=1.4)
        (self.losses,) = time.plot([], [], color=PALETTE["blue"], label="loss")
        (self.kept,) = time.plot([], [], "--", color=PALETTE["purple"], label="imbalance over its start")
        time.set(xscale="log", yscale="log", xlim=(1, STEPS), ylim=(FLOOR, 1e6), xlabel="step", title="over time")
        time.legend(loc="upper right")
        late.plot(*diagram(), ",", color=PALETTE["blue"])
        (self.low,) = late.plot([], [], color=PALETTE["vermilion"], linewidth=1.8, label="orbit, closed form")
        (self.high,) = late.plot([], [], color=PALETTE["vermilion"], linewidth=1.8)
        late.axvline(ORBIT_STABLE_BELOW, color=PALETTE["grey"], linestyle=":", label="it repels from here on")
        (self.now,) = late.plot([], [], "--", color=PALETTE["black"], linewidth=1)
        (self.marks,) = late.plot([], [], "D", color=PALETTE["blue"], markersize=6, label="this run, last steps")
        late.set(xlim=(0.2, 1.55), ylim=(0, 2.15), xlabel="step c", title="products ab of the last steps")
        late.legend(loc="upper left")

    def draw(self, result: Run):
        flat = MINIMA[result.c * (MINIMA.square() + 1 / MINIMA.square()) <= 2]
        self.flat.set_data(flat, 1 / flat)
        there = result.a.isfinite()
        a, b = (w[there][:SHOWN] for w in (result.a, result.b))
        side = torch.where(a + b < 0, -1.0, 1.0)  # (a, b) and (-a, -b) are one network
        self.path.set_data((side * a).clamp(-1, 4), (side * b).clamp(-1, 4))
        self.flow.set_data([result.flow[0]], [result.flow[1]])
        ends = [] if result.here is None else result.here
        self.orbit.set_data(ends, ends)
        steps = torch.arange(STEPS + 1)
        for line, values in ((self.losses, result.losses), (self.kept, result.kept)):
            shown = there & (values > FLOOR)
            line.set_data(steps[shown], values[shown])
        for line, z in zip((self.low, self.high), result.orbit, strict=True):
            line.set_data(orbit_cs(), z.square())
        late = [] if result.diverged else (result.a * result.b)[-LATE:].tolist()
        self.marks.set_data([result.c] * len(late), late)
        self.now.set_data([result.c] * 2, [0, 2.15])

    def describe(self, result: Run) -> str:
        flow = f"Step {say(result.c)}: where flow would end, rate times sharpness over 2 is {say(result.flow_share)}."
        if result.diverged:
            return f"{flow} Descent from here diverges."
        left = float(result.kept[-1])
        kept = f"{say(100 * left, 2)} % of the imbalance is left" if left > 1e-6 else "the imbalance is gone"
        if result.imbalance == 0:
            kept = "the start is balanced, and stays so"
        late = (result.a * result.b)[-LATE:]
        if float(late.max() - late.min()) < 1e-3:
            return f"{flow} Descent converges to a minimum where it is {say(result.share)}; {kept}."
        half, last = (float(result.losses[t - LATE : t].max()) for t in (STEPS // 2, STEPS))
        if last < 0.7 * half:
            return f"{flow} Descent creeps towards the flattest minimum: loss {say(last, 2)} so far; {kept}."
        seen = len({round(float(value), 6) for value in late})
        if seen > 2:
            return f"{flow} Descent never settles: it visits {seen} products in its last {LATE} steps; {kept}."
        found = " and ".join(say(float(value)) for value in late[-2:].sort().values)
        exact = " and ".join(say(z**2) for z in result.here or ())
        return f"{flow} Descent jumps between the products {found} for ever (closed form: {exact}); {kept}."


def explorer() -> Explorer:
    """The step explorer, fresh."""
    return Explorer(
        name="step",
        title="The step through 2/sharpness",
        controls=(
            Slider("c", "Step c", 0.2, LARGEST, 0.6, step=0.02),
            Slider("imbalance", "First imbalance", 0.0, 3.0, 2.0, step=0.1),
        ),
        compute=through,
        figure=StepFigure,
        uses=("period_two_orbit",),
    )

"""Steps beyond 2/S, in the smallest network that has an imbalance: two weights, and their product.

L = (ab - 1)^2 / 2. The minima lie on the hyperbola ab = 1; the flattest is a = b = 1, of sharpness 2. Flow keeps the
imbalance a^2 - b^2 and may end in a sharp one. At a step below 1 some minima are flat enough to stay in. Beyond 1
none is: from nearly balanced starts descent settles on an orbit around the flattest, or never settles; from too
unbalanced ones it diverges.
"""

from collections.abc import Callable
from dataclasses import dataclass

import torch
from torch import Tensor

from ddlearn.classroom import Choice, Explorer, Slider, cached
from ddlearn.classroom.wording import say
from ddlearn.lessons.large_steps import exercises
from ddlearn.linear_networks import scalar_flow
from ddlearn.sharpness import ORBIT_STABLE_BELOW, factor_descent, factor_sharpness

STEPS, LATE, SHOWN = 1000, 64, 120
PRODUCT = 0.5  # of a and b at the start
LARGEST = 1.5  # below 3 sqrt(3) / 2 - 1 the product stays positive once the imbalance is gone
FLOOR, HUGE = 1e-16, 1e100
MINIMA = torch.linspace(0.4, 2.4, 300, dtype=torch.float64)  # a; b = 1 / a
ORBIT_STEPS = 1 + (LARGEST - 1) * torch.linspace(0, 1, 60, dtype=torch.float64).square()
RIGHT = ("loss and imbalance over time", "last outputs at every step size")

Orbit = Callable[[Tensor], tuple[Tensor, Tensor]]
Step = Callable[[float, float, float], tuple[float, float]]


@dataclass(frozen=True)
class Run:
    """Descent from one start at one step size, and what becomes of it."""

    lr: float
    imbalance: float
    right: str
    a: Tensor  # (STEPS + 1,), inf once it has diverged
    b: Tensor
    flow: tuple[float, float]  # where gradient flow ends
    orbit: tuple[Tensor, Tensor]  # (60,) each, the learner's, at ORBIT_STEPS
    here: tuple[float, float] | None  # the same at this step size

    @property
    def losses(self) -> Tensor:
        return (self.a * self.b - 1).square() / 2

    @property
    def kept(self) -> Tensor:
        """Return |a^2 - b^2| as a share of its start; of 1 where the start is balanced."""
        now = (self.a.square() - self.b.square()).abs()
        return now / (now[0] if now[0] > 0 else 1)

    @property
    def diverged(self) -> bool:
        return not bool(self.a[-1].isfinite())


@cached(1)
def diagram() -> tuple[Tensor, Tensor]:
    """Return 160 step sizes, and the outputs ab of the last steps at each, from one start.  (160 * LATE,) twice"""
    lr = torch.linspace(0.2, LARGEST, 160, dtype=torch.float64)
    run = factor_descent(torch.full_like(lr, 0.9), torch.full_like(lr, 0.7), 1.0, lr, STEPS)
    late = (run.first * run.second)[-LATE:]
    return lr.expand_as(late).flatten(), late.flatten()


def corner(imbalance: float | Tensor, product: float | Tensor = PRODUCT) -> tuple[float | Tensor, float | Tensor]:
    """Return a and b of this product and imbalance, a the larger."""
    a = ((imbalance + (imbalance**2 + 4 * product**2) ** 0.5) / 2) ** 0.5
    return a, product / a


def descend(a: float, b: float, lr: float, step: Step) -> Tensor:
    """Take STEPS steps; inf from where a weight is beyond all bounds.  (2, STEPS + 1)"""
    path = [(a, b)]
    for _ in range(STEPS):
        a, b = map(float, step(a, b, lr))
        if not abs(a) + abs(b) < HUGE:
            break
        path.append((a, b))
    path += [(torch.inf, torch.inf)] * (STEPS + 1 - len(path))
    return torch.tensor(path, dtype=torch.float64).T


def through(
    lr: float,
    imbalance: float,
    right: str = RIGHT[0],
    *,
    descent_step: Step = exercises.descent_step,
    period_two_orbit: Orbit = exercises.period_two_orbit,
) -> Run:
    """Descend with this step size from the start of this imbalance; beside it the flow, and the orbit."""
    start = corner(imbalance)
    a, b = descend(*start, lr, descent_step)
    end = tuple(float(w[0]) for w in scalar_flow(torch.tensor([1e3], dtype=torch.float64), 1.0, *start))
    here = tuple(map(float, period_two_orbit(torch.tensor([lr], dtype=torch.float64)))) if lr > 1 else None
    return Run(lr, imbalance, right, a, b, end, period_two_orbit(ORBIT_STEPS), here)


def picture(fig, r: Run) -> None:
    """Draw the two weights; beside them loss and imbalance over time, or the last outputs at every step size."""
    plane, beside = fig.row(1, 1.1)
    names = {"loc": "upper right", "handlelength": 1.4}
    plane.frame("the two weights, ± both", "a", "b", xlim=(-0.6, 2.4), ylim=(-0.6, 3.1), legend=names)
    plane.line(MINIMA, 1 / MINIMA, "grey", ":", "minima, too sharp")
    flat = MINIMA[r.lr * (MINIMA.square() + 1 / MINIMA.square()) <= 2]
    plane.line(flat, 1 / flat, "green", "-", "minima, flat enough", width=3)
    there = r.a.isfinite()
    a, b = r.a[there][:SHOWN], r.b[there][:SHOWN]
    side = torch.where(a + b < 0, -1.0, 1.0)  # (a, b) and (-a, -b) are one network
    plane.line(side * a, side * b, "blue", "-", "descent", marker=".", width=0.7, size=4)
    plane.dots([r.flow[0]], [r.flow[1]], "black", "X", "flow ends", size=9)
    if r.here:
        plane.dots(r.here, r.here, "vermilion", "o", "orbit", size=11, filled=False)
    (over_time if r.right == RIGHT[0] else last_outputs)(beside, r)


def over_time(panel, r: Run) -> None:
    """Draw the loss and the imbalance of every step."""
    panel.frame("over time", "step", xlim=(1, STEPS), ylim=(FLOOR, 1e6), log="xy", legend="upper right")
    for values, color, style, name in (
        (r.losses, "blue", "-", "loss"),
        (r.kept, "purple", "--", "imbalance over its start"),
    ):
        shown = r.a.isfinite() & (values > FLOOR)
        panel.line(torch.arange(STEPS + 1)[shown], values[shown], color, style, name)


def last_outputs(panel, r: Run) -> None:
    """Draw the outputs ab of the last steps at every step size, and the orbit in closed form."""
    panel.frame("outputs ab of the last steps", "step size η", xlim=(0.2, 1.55), ylim=(0, 2.15), legend="upper left")
    panel.dots(*diagram(), "blue", ".", size=2)
    for z, name in zip(r.orbit, ("orbit, closed form", None), strict=True):
        panel.line(ORBIT_STEPS, z.square(), "vermilion", label=name, width=1.8)
    panel.upright(ORBIT_STABLE_BELOW, "grey", ":", "the orbit repels from here on")
    if not r.diverged:
        panel.dots([r.lr] * LATE, (r.a * r.b)[-LATE:], "blue", "D", "this run, last steps")
    panel.upright(r.lr, "black", "--", width=1)


def sentence(r: Run) -> str:
    """Say what becomes of the descent, and where the flow would end."""
    sharpest = say(r.flow[0] ** 2 + r.flow[1] ** 2)
    limits = f"Here 2/η is {say(2 / r.lr)}, and gradient flow would end in a minimum of sharpness {sharpest}."
    if r.diverged:
        return f"Descent diverges from here. {limits}"
    left = float(r.kept[-1])
    kept = f"{say(100 * left, 2)} % of the imbalance is left" if left > 1e-6 else "the imbalance is gone"
    if r.imbalance == 0:
        kept = "the start is balanced, and stays so"
    late = (r.a * r.b)[-LATE:]
    if float(late.max() - late.min()) < 1e-3:
        sharpness = say(factor_sharpness(r.a[-1], r.b[-1], 1.0))
        return f"Descent converges to a minimum of sharpness {sharpness}; {kept}. {limits}"
    half, last = (float(r.losses[t - LATE : t].max()) for t in (STEPS // 2, STEPS))
    if last < 0.7 * half:
        return f"Descent creeps toward the flattest minimum: its loss is {say(last, 2)} so far; {kept}. {limits}"
    visited = len({round(float(value), 6) for value in late})
    if visited > 2:
        return f"Descent never settles: its last {LATE} steps have {visited} different outputs; {kept}. {limits}"
    between = " and ".join(say(float(value)) for value in late[-2:].sort().values)
    exact = " and ".join(say(z**2) for z in r.here or ())
    return f"Descent jumps between the outputs {between}, and so does the closed form ({exact}); {kept}. {limits}"


explorer = Explorer(
    "step",
    "Two weights: the step size through 2/S",
    controls=(
        Slider("lr", "Step size η", 0.2, LARGEST, 0.6, step=0.02),
        Slider("imbalance", "First imbalance", 0.0, 3.0, 2.0, step=0.1),
        Choice("right", "Right panel", RIGHT, RIGHT[0]),
    ),
    compute=through,
    picture=picture,
    sentence=sentence,
    uses=("descent_step", "period_two_orbit"),
    size=(9.8, 4.2),
    pairs=(("lr", "right"),),
)

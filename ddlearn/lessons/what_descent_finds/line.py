"""The geometry of the step: three descents on the same separable data, and the line at which each of them ends."""

from dataclasses import dataclass

import torch
from torch import Tensor

from ddlearn.classroom import Choice, Explorer, Slider
from ddlearn.classroom.wording import brief, say
from ddlearn.lessons.what_descent_finds import exercises
from ddlearn.lessons.what_descent_finds.shared import Problem, descended, problem
from ddlearn.separable import Direction, Path

METHODS = {"gradient descent": "l2", "sign descent": "linf", "coordinate descent": "l1"}
LOOKS = {"l2": ("blue", "-"), "linf": ("vermilion", "--"), "l1": ("green", "-.")}
NAMES = {"l2": "l2", "linf": "l∞", "l1": "l1"}
DECADES = 36
SHOWN = ("share of the best margin", "angle to the best l2 line")


@dataclass(frozen=True, eq=False)
class Lines:
    """One descent at one time, and its whole path."""

    problem: Problem
    method: str
    shows: str
    path: Path
    shares: dict[str, Tensor]  # each (T,)
    here: int

    @property
    def decades(self) -> Tensor:
        return self.path.t.log10()


def line(method: str, decades: float, shows: str, *, steepest: Direction = exercises.steepest) -> Lines:
    """Run a descent, with the learner's direction, and look at it after 10^decades units of time."""
    path = descended(0, METHODS[method], steepest)
    here = int((path.t.log10() - decades).abs().argmin())
    return Lines(problem(), method, shows, path, problem().shares(path.w), here)


def angle(w: Tensor, to: Tensor) -> Tensor:
    """Return the angle from `to` to w in degrees, counter-clockwise.  w (..., 2), to (2,)"""
    across = to[0] * w[..., 1] - to[1] * w[..., 0]
    return torch.rad2deg(torch.atan2(across, w @ to))


def picture(fig, r: Lines) -> None:
    """Draw the points with the line that separates them now and the three best ones; beside it the path."""
    plane, way = fig.row(1, 1.1)
    x, w = r.problem.y[:, None] * r.problem.z, r.path.w[r.here]
    plane.frame("the points and the lines", "x₁", "x₂", xlim=(-6.3, 6.3), ylim=(-4.6, 4.6), legend="lower left")
    for label, color, marker in ((1, "blue", "^"), (-1, "orange", "o")):
        plane.dots(*x[r.problem.y == label].T, color, marker, size=5)
    for name, best in r.problem.best.items():
        plane.line(*_through(best), LOOKS[name][0], LOOKS[name][1], f"best {NAMES[name]} margin", width=1.4)
    plane.line(*_through(w), "black", "-", r.method, width=2.6)
    axis = {"xlabel": "decades of time, log₁₀ t", "xlim": (0, DECADES)}
    if r.shows == SHOWN[0]:
        way.frame("share of the best margin", ylim=(0.5, 1.02), legend="lower right", **axis)
        way.level(1, "grey", width=1)
        for name, share in r.shares.items():
            way.line(r.decades, share, *LOOKS[name], f"{NAMES[name]} margin")
            way.dots([r.decades[r.here]], [share[r.here]], LOOKS[name][0], "D", size=8, filled=False)
        return
    way.frame("angle to the best l2 line (degrees)", ylim=(-30, 30), legend="upper right", **axis)
    way.level(0, "grey", width=1)
    way.line(r.decades, angle(r.path.w, r.problem.best["l2"]), "black", "-", r.method)
    later = r.path.t > 10
    predicted = angle(r.problem.line.at(r.path.t[later]), r.problem.best["l2"])
    way.line(r.decades[later], predicted, "blue", ":", "ŵ log t + w̃", width=2.6)
    way.dots([r.decades[r.here]], [angle(r.path.w[r.here], r.problem.best["l2"])], "black", "D", size=8, filled=False)


def _through(w: Tensor) -> Tensor:
    """Return two far points of the line w . x = 0.  -> (2, 2), x then y"""
    along = torch.stack([-w[1], w[0]]) / w.norm()
    return torch.stack([-9 * along, 9 * along], 1)


def sentence(r: Lines) -> str:
    """Say which share of the best margin the line has, in the method's own norm first."""
    own, *others = sorted(r.shares, key=lambda name: name != METHODS[r.method])
    share = {name: f"{say(float(one[r.here]), 3)} of the best {NAMES[name]} margin" for name, one in r.shares.items()}
    w = r.path.w[r.here]
    off = float((w - r.problem.line.at(r.path.t[r.here : r.here + 1])[0]).norm())
    predicted = f", and ŵ log t + w̃ is {say(off, 2)} away from them" if own == "l2" else ""
    return (
        f"{r.method.capitalize()} has {share[own]}, that of its own norm. In the other norms it has "
        f"{' and '.join(share[name] for name in others)}. At time 10^{brief(float(r.decades[r.here]))} the weights "
        f"have the length {say(float(w.norm()), 3)}{predicted}."
    )


explorer = Explorer(
    "line",
    "Which line does descent find?",
    controls=(
        Choice("method", "Method", tuple(METHODS), next(iter(METHODS))),
        Slider("decades", "Decades of time", 1, DECADES, 3, step=0.5),
        Choice("shows", "Right panel", SHOWN, SHOWN[0]),
    ),
    compute=line,
    picture=picture,
    sentence=sentence,
    uses=("steepest",),
    size=(9.8, 4.2),
    pairs=(("method", "decades"), ("decades", "shows")),
)

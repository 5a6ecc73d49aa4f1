"""The look explorer: a table before any question, so that a prediction has something to stand on.

Left the rows along the two directions in which they vary most; right what leave-one-out expects of ridge regression, or
how much of the target a kernel's strong directions hold. Shuffled targets show pictures with nothing to learn.
"""

from dataclasses import dataclass

import torch
from torch import Tensor

from ddlearn import compute
from ddlearn.classroom import Choice, Explorer, Slider, Switch, cached
from ddlearn.classroom.wording import brief, say
from ddlearn.generalization import spectrum
from ddlearn.lessons.capstone import shelf
from ddlearn.ridge import ridge_path
from ddlearn.tables import Table

PENALTIES = torch.logspace(-5, 1, 37, dtype=torch.float64)
MARKS = (("o", "blue"), ("^", "orange"), ("s", "green"), ("x", "grey"))
LONGEST = 14  # name of a class in the legend


@dataclass(frozen=True, eq=False)
class Look:
    """plane (N, 2), classes (N,); what is left of the target after the first i directions (N,); both errors (L,)."""

    plane: Tensor
    classes: Tensor
    left: Tensor
    left_out: Tensor
    train: Tensor
    table: Table
    called: str
    shuffled: bool
    place: int  # of the present penalty
    modes: bool  # seen instead of the errors


@cached(2 * len(shelf.TABLES))
def seen(table: Table, shuffled: bool) -> tuple[Tensor, Tensor, Tensor, Tensor, Tensor]:
    """Plane, classes, left over, and both errors of a table: once, for every penalty."""
    world, draw = shelf.world(table), compute.generator(0)
    order = torch.randperm(len(world), generator=draw) if shuffled else torch.arange(len(world))
    Y, classes = world.Y[order], world.classes[order]
    U, s, _ = torch.linalg.svd(world.x - world.x.mean(0), full_matrices=False)
    plane = torch.nn.functional.pad(U * s, (0, 1))[:, :2]  # a single column is as good as two
    path = ridge_path(world.K, Y, PENALTIES)
    left_out, train = (Y.shape[1] * error for error in (path.leave_one_out_error, path.train_error))
    return plane, classes, (1 - spectrum(world.K, Y).V2.cumsum(0)).clamp(min=0), left_out, train


def look(table: str, penalty: float, shuffled: bool, modes: bool) -> Look:
    """A table, its kernel and its errors."""
    chosen, place = shelf.table(table), int((PENALTIES / penalty).log().abs().argmin())
    return Look(*seen(chosen, shuffled), chosen, shelf.called(table), shuffled, place, modes)


def picture(fig, r: Look) -> None:
    """Draw the rows, and beside them the errors or the kernel."""
    rows, beside = fig.row(1, 1)
    across, up = (float(reach) or 1.0 for reach in 1.08 * r.plane.abs().amax(0))
    rows.frame("the rows", "strongest direction", "second", xlim=(-across, across), ylim=(-up, up))
    for k, (name, (marker, color)) in enumerate(zip(names(r.table), MARKS, strict=False)):
        mine = r.classes.clamp(max=len(MARKS) - 1) == k  # all others share the last mark
        if mine.any():
            rows.dots(*r.plane[mine].T, color, marker, name, size=4, alpha=0.7)
    (draw_modes if r.modes else draw_errors)(beside, r)
    fig.legend("outside lower left", of=[rows], ncols=4)


def names(table: Table) -> tuple[str, ...]:
    """Return what the legend calls the classes, shortened: their names, or the halves of a target that is a number."""
    classes = table.classes or ("lower half", "upper half")
    named = tuple(name if len(name) <= LONGEST else f"{name[: LONGEST - 1]}…" for name in classes)
    return named if len(named) <= len(MARKS) else (*named[: len(MARKS) - 1], "all others")


def draw_modes(panel, r: Look) -> None:
    """Draw the kernel's eigenvalues, and what is left of the target after the first directions."""
    size = (0.9, 1.1 * shelf.POOL)
    panel.frame("the kernel", "eigenvector i", xlim=size, ylim=(1e-4, 30), log="xy", legend="upper right")
    index = range(1, len(r.left) + 1)
    panel.line(index, shelf.world(r.table).modes.lam, label="eigenvalue i")
    panel.line(index, r.left, "orange", "--", "target not in first i")


def draw_errors(panel, r: Look) -> None:
    """Draw what leave-one-out expects, and the error on the rows themselves."""
    axes = {"xlim": (8e-6, 13), "ylim": (0.01, 30), "log": "xy", "yticks": {y: f"{y:g}" for y in (0.01, 0.1, 1, 10)}}
    panel.frame("error (knowing nothing: 1)", "penalty", legend="upper left", **axes)
    best = int(r.left_out.argmin())
    panel.line(PENALTIES, r.left_out.clamp(max=30), "purple", label="leave-one-out")
    panel.line(PENALTIES, r.train.clamp(min=0.01), "black", "--", "its own rows")
    panel.dots([PENALTIES[r.place]], [r.left_out[r.place]], "purple", "D", size=7)
    panel.dots([PENALTIES[best]], [r.left_out[best]], "vermilion", "*", "smallest", size=13)
    panel.level(1, width=1)


def sentence(r: Look) -> str:
    """Say what leave-one-out expects, where the target lies, and what the table is."""
    rows, half = len(r.left), int((r.left <= 0.5).int().argmax()) + 1
    used = "" if rows == len(r.table) else f" ({rows} used)"
    shuffled, best, here = " Targets shuffled." if r.shuffled else "", int(r.left_out.argmin()), r.place
    return (
        f"Leave-one-out expects the error {say(float(r.left_out[best]), 2)} at best, at the penalty "
        f"{brief(float(PENALTIES[best]))}, and {say(float(r.left_out[here]), 2)} at {brief(float(PENALTIES[here]))}. "
        f"{r.called}: {r.table.said}{used}.{shuffled} Half of the target lies in the first {half} of {rows} "
        "directions of the kernel."
    )


explorer = Explorer(
    "look",
    "Look at a table",
    controls=(
        Choice("table", "Table", shelf.TABLES, shelf.INSTEAD),
        Slider("penalty", "Penalty", 1e-5, 10.0, 1e-2, log=True),
        Switch("shuffled", "Shuffle the targets", False),
        Switch("modes", "Show the directions of the kernel", False),
    ),
    compute=look,
    picture=picture,
    sentence=sentence,
    size=(9.4, 4.2),
    more=("modes",),
    idle=lambda values: {"penalty": "The directions of the kernel do not depend on it."} if values["modes"] else {},
    pairs=(("table", "shuffled"),),
)

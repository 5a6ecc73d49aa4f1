"""The look explorer: a table before any question, so that a prediction has something to stand on.

Left the rows along the two directions in which they vary most; in the middle what a kernel makes of them, and how much
of the target its strong directions hold; right what leave-one-out expects of ridge regression. Shuffled targets show
what the same pictures look like where there is nothing to learn.
"""

from dataclasses import dataclass

import torch
from torch import Tensor

from ddlearn import compute
from ddlearn.classroom import PALETTE, ArtistFigure, Choice, Explorer, Slider, Switch, cached
from ddlearn.classroom.wording import brief, say
from ddlearn.lessons.capstone import shelf
from ddlearn.ridge import ridge_path
from ddlearn.tables import Table

PENALTIES = torch.logspace(-5, 1, 37, dtype=torch.float64)
DRAWN = 4  # classes that the picture tells apart; the others share the last mark
MARKS = (("o", "blue"), ("^", "orange"), ("s", "green"), ("x", "grey"))
CLASSES = ("first class", "second class", "third class", "all others")
HALVES = ("lower half", "upper half", "", "")
FLOOR = 1e-4


@dataclass(frozen=True, eq=False)
class Look:
    """plane (N, 2), classes (N,); eigenvalues and what is left of the target after the first i, (N,); errors (L,)."""

    called: str
    said: str
    rows: int
    used: int
    plane: Tensor
    classes: Tensor
    numbers: bool  # whether the target is a number, and the classes its two halves
    eigenvalues: Tensor
    left: Tensor
    left_out: Tensor
    train: Tensor
    shuffled: bool
    place: int  # of the present penalty

    @property
    def half(self) -> int:
        """Eigenvectors that hold half of the target."""
        return int((self.left <= 0.5).int().argmax()) + 1


@cached(2 * len(shelf.TABLES))
def seen(table: Table, shuffled: bool) -> tuple[Tensor, Tensor, Tensor, Tensor, Tensor]:
    """Plane, classes, left over, and both errors of a table: once, for every penalty."""
    world = shelf.world(table)
    order = torch.arange(len(world))
    if shuffled:
        order = torch.randperm(len(world), generator=compute.generator(0))
    Y, classes = world.Y[order], world.classes[order]
    U, s, _ = torch.linalg.svd(world.x - world.x.mean(0), full_matrices=False)
    plane = (U * s)[:, :2]
    if plane.shape[1] < 2:
        plane = torch.cat([plane, torch.zeros_like(plane)], 1)
    modes = compute.eigh(world.K)[1]
    energy = (modes.flip(1).T @ Y).square().sum(1) / len(world)
    path = ridge_path(world.K, Y, PENALTIES)
    left_out, train = (Y.shape[1] * error for error in (path.leave_one_out_error, path.train_error))
    return plane, classes, (1 - energy.cumsum(0)).clamp(min=0), left_out, train


def look(table: str, penalty: float, shuffled: bool) -> Look:
    """A table, its kernel and its errors."""
    own = shelf.table(table)
    world = shelf.world(own)
    plane, classes, left, left_out, train = seen(own, shuffled)
    return Look(
        called=shelf.called(table),
        said=own.said,
        rows=len(own),
        used=len(world),
        plane=plane,
        classes=classes,
        numbers=not own.classes,
        eigenvalues=world.modes.lam,
        left=left,
        left_out=left_out,
        train=train,
        shuffled=shuffled,
        place=int((PENALTIES.log() - torch.tensor(penalty, dtype=torch.float32).log()).abs().argmin()),
    )


class LookFigure(ArtistFigure):
    size = (9.6, 4.2)

    def layout(self, figure):
        rows, modes, errors = figure.subplots(1, 3)
        self.rows = rows
        self.classes = [
            rows.plot([], [], mark, color=PALETTE[colour], markersize=4, alpha=0.7)[0] for mark, colour in MARKS
        ]
        rows.set(xlabel="strongest direction", ylabel="second", title="the rows")
        (self.eigenvalues,) = modes.plot([], [], color=PALETTE["blue"], label="eigenvalue i")
        (self.left,) = modes.plot([], [], "--", color=PALETTE["orange"], label="target not in first i")
        modes.set(xscale="log", yscale="log", xlim=(0.9, 1.1 * shelf.POOL), ylim=(FLOOR, 30), xlabel="eigenvector i")
        modes.set(title="the kernel")
        modes.legend(loc="upper right")
        (self.left_out,) = errors.plot([], [], "-", color=PALETTE["purple"], label="leave-one-out")
        (self.train,) = errors.plot([], [], "--", color=PALETTE["black"], label="its own rows")
        (self.here,) = errors.plot([], [], "D", color=PALETTE["purple"], markersize=7)
        (self.least,) = errors.plot([], [], "*", color=PALETTE["vermilion"], markersize=13, label="least")
        errors.axhline(1, color=PALETTE["grey"], linewidth=1)
        errors.set(xscale="log", yscale="log", xlim=(8e-6, 13), ylim=(0.01, 30), xlabel="penalty")
        errors.set_yticks([0.01, 0.1, 1, 10], ["0.01", "0.1", "1", "10"])
        errors.set(title="error (knowing nothing: 1)")
        errors.legend(loc="upper left")
        self.legend = figure.legend(self.classes, CLASSES, loc="outside lower left", ncols=4)

    def draw(self, result: Look):
        reach = 1.08 * result.plane.abs().amax(0)
        for k, artist in enumerate(self.classes):
            mine = result.classes >= k if k == DRAWN - 1 else result.classes == k
            artist.set_data(*result.plane[mine].T)
            self.legend.get_texts()[k].set_text((HALVES if result.numbers else CLASSES)[k])
            for part in (self.legend.get_texts()[k], self.legend.legend_handles[k]):
                part.set_visible(bool(mine.any()))
        self.rows.set(xlim=(-float(reach[0]), float(reach[0])), ylim=(-float(reach[1] or 1), float(reach[1] or 1)))
        index = range(1, len(result.left) + 1)
        self.eigenvalues.set_data(index, result.eigenvalues.clamp(min=FLOOR / 10))
        self.left.set_data(index, result.left.clamp(min=FLOOR / 10))
        self.left_out.set_data(PENALTIES, result.left_out.clamp(max=30))
        self.train.set_data(PENALTIES, result.train.clamp(min=0.01))
        best = int(result.left_out.argmin())
        for artist, at in ((self.here, result.place), (self.least, best)):
            artist.set_data([PENALTIES[at]], [min(float(result.left_out[at]), 30)])

    def describe(self, result: Look) -> str:
        used = "" if result.used == result.rows else f" ({result.used} used)"
        best, here = int(result.left_out.argmin()), result.place
        shuffled = " Targets shuffled." if result.shuffled else ""
        called = result.called[:1].upper() + result.called[1:]
        return (
            f"{called}: {result.said}{used}.{shuffled} Half of the target lies in the "
            f"first {result.half} of {result.used} directions of the kernel. Leave-one-out expects the error "
            f"{say(float(result.left_out[here]), 2)} at the penalty {brief(float(PENALTIES[here]))}; the least is "
            f"{say(float(result.left_out[best]), 2)}, at {brief(float(PENALTIES[best]))}."
        )


def explorer() -> Explorer:
    """The look explorer, fresh."""
    return Explorer(
        name="look",
        title="Look at a table",
        controls=(
            Choice("table", "Table", shelf.TABLES, shelf.INSTEAD),
            Slider("penalty", "Penalty", 1e-5, 10.0, 1e-2, log=True),
            Switch("shuffled", "Shuffle the targets", False),
        ),
        compute=look,
        figure=LookFigure,
    )

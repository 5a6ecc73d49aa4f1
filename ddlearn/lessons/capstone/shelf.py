"""The tables of this lesson, and each of them as a world: its rows, a kernel, and a target of one size.

At most `POOL` rows are used, a random sample where there are more. Columns are brought to one scale over all of them,
those held out later too; labels are never looked at for it. The target is centred, and scaled so that knowing nothing
but its mean has the error 1. The kernel is the Gaussian one, with the width sqrt(columns): no choice looks at a label.
"""

from dataclasses import dataclass

import torch
from torch import Tensor

from ddlearn import compute, kernels
from ddlearn.classroom import cached
from ddlearn.generalization import Spectrum, spectrum
from ddlearn.tables import BUILT_IN, Table

POOL = 400
YOURS = "yours"
TABLES = (*BUILT_IN, YOURS)
INSTEAD = "tumors"  # stands where the learner's own table would
SHARES = {"an eighth of the rows": 1 / 8, "a quarter of the rows": 1 / 4}
FEWEST = 8  # rows to learn from

_brought: dict[str, Table] = {}


@dataclass(frozen=True, eq=False)
class World:
    """x (N, d), targets Y (N, C) of mean 0 and mean squared length 1, classes (N,), kernel K (N, N), its spectrum.

    A target of numbers is one column, and its classes are below and above the median.
    """

    table: Table
    x: Tensor
    Y: Tensor
    classes: Tensor
    K: Tensor
    modes: Spectrum

    def __len__(self) -> int:
        return len(self.x)


def bring_own(table: Table) -> None:
    """Put the learner's table on the shelf, in the place of an earlier one."""
    world(table)  # refuses here, if at all
    _brought[YOURS] = table


def forget_own() -> None:
    """Take the learner's table off the shelf."""
    _brought.clear()


@cached(len(BUILT_IN))
def built_in(name: str) -> Table:
    return BUILT_IN[name]()


def table(name: str) -> Table:
    """The table of this name; one of ours in the place of the learner's own, as long as there is none."""
    if name == YOURS:
        return _brought.get(YOURS) or built_in(INSTEAD)
    return built_in(name)


def called(name: str) -> str:
    """How a sentence about it begins."""
    if name != YOURS:
        return f"The {name}"
    return "Your table" if YOURS in _brought else f"The {INSTEAD}, as you have brought no table"


@cached(len(TABLES))
def world(table: Table) -> World:
    """The world of a table, made once."""
    table = table.sample(POOL, compute.generator(0))
    x = table.points
    if table.classes:
        Y, classes = torch.nn.functional.one_hot(table.y).double(), table.y
    else:
        Y = (table.y - table.y.mean())[:, None]
        Y = Y / Y.abs().max()
        classes = (table.y > table.y.median()).long()
        if classes.max() == 0:  # the median is the largest number
            classes = (table.y == table.y.max()).long()
    Y = Y - Y.mean(0)
    Y = Y / Y.square().sum(1).mean().sqrt()
    K = kernels.rbf(x, width=x.shape[1] ** 0.5)
    return World(table, x, Y, classes, K, spectrum(K, Y))


def rows_to_learn_from(world: World, share: str) -> int:
    return max(FEWEST, round(SHARES[share] * len(world)))

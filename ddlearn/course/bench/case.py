"""What is compared: a case is one problem and several sides that solve it, ours first.

A side is prepared before the clock starts: it imports what it needs, turns the problem into arrays of its own and
compiles. What it returns is then called, and timed, again and again; every call gives the same answer, for nothing is
drawn but from a seed.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

__all__ = ["Case", "Side", "relative"]

Problem = Any
"""Whatever the sides of a case agree on: a tensor, or a dataclass of them."""


@dataclass(frozen=True)
class Side:
    """One way to solve the problem.

    prepare(problem) gives the function to time. `needs` are the modules that may be missing here, `rounds` is the most
    that this side is run, for what takes long; `warm_up` says that a first call, not timed, makes later ones faster.
    difference(problem) measures the largest difference from our answer where the timed answers do not tell it.
    """

    name: str
    prepare: Callable[[Problem], Callable[[], object]]
    needs: tuple[str, ...] = ()
    rounds: int | None = None
    warm_up: bool = True
    difference: Callable[[Problem], float] | None = None


@dataclass(frozen=True)
class Case:
    """A problem, and the sides that solve it.

    problem(small) makes it, in its full size or in one that takes no time. `count` is how many of `unit` a call makes,
    where that is worth a number a second. difference(ours, theirs) is the largest difference of two answers.
    """

    name: str
    title: str
    problem: Callable[[bool], Problem]
    ours: Side
    peers: tuple[Side, ...]
    count: int = 0
    unit: str = ""
    difference: Callable[[Any, Any], float] | None = None

    @property
    def sides(self) -> tuple[Side, ...]:
        return self.ours, *self.peers

    def side(self, name: str) -> Side:
        """The side of this name. ValueError where there is none."""
        for one in self.sides:
            if one.name == name:
                return one
        raise ValueError(f"{self.name} has no side {name!r}. There are: {', '.join(one.name for one in self.sides)}.")


def relative(ours: object, theirs: object) -> float:
    """The largest difference of two arrays over the largest number of theirs; of several pairs, the worst."""
    import numpy as np

    if isinstance(ours, tuple):
        return max(relative(one, other) for one, other in zip(ours, theirs, strict=True))
    ours, theirs = np.asarray(ours), np.asarray(theirs)
    if ours.shape != theirs.shape:
        raise ValueError(f"answers must be of one shape; got {ours.shape} and {theirs.shape}")
    return float(np.abs(ours - theirs).max() / np.abs(theirs).max())

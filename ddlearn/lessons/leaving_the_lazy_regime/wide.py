"""The sweep of widths at full size: to 8,192 units, with more starts on a GPU. For a coffee break.

No cell of the lesson runs this: `wide_sweep.show()` in a new cell does. It has a bar, and can be cancelled.
"""

from collections.abc import Callable

from torch import Tensor

from ddlearn import compute
from ddlearn.classroom import Explorer
from ddlearn.lessons.leaving_the_lazy_regime import exercises, width
from ddlearn.lessons.leaving_the_lazy_regime.width import WIDTHS, Widths


def plan() -> tuple[tuple[int, ...], int]:
    """Return the widths and the number of starts that this machine is asked for."""
    more = (2048, 4096, 8192)
    return compute.sizes(binder=((*WIDTHS, *more[:1]), 3), laptop=((*WIDTHS, *more), 3), gpu=((*WIDTHS, *more), 10))


def wide(
    scaling: str,
    equal: bool,
    activation: str,
    *,
    drift: Callable[[Tensor, Tensor], float] = exercises.drift,
    progress: compute.Progress | None = None,
) -> Widths:
    """Train nets of every width of the plan, as `width` does those of the lesson."""
    widths, seeds = plan()
    return width.width(scaling, equal, activation, drift=drift, progress=progress, widths=widths, seeds=seeds)


explorer = Explorer(
    "wide",
    "The full sweep of widths",
    controls=width.explorer.controls,
    compute=wide,
    picture=width.picture,
    sentence=width.sentence,
    uses=("drift",),
    size=(9.8, 4.1),
    more=("activation",),
    idle=width.idle,
)

"""Width times epochs: every net of a sweep at every moment of its training, and two cuts through the map.

Nets of twelve widths learn the same digits, some of whose labels are wrong.
"""

from collections.abc import Callable

from ddlearn import compute
from ddlearn.classroom import Choice, Explorer, Slider
from ddlearn.double_descent import one_hot
from ddlearn.lessons.double_descent_trained import exercises, shared
from ddlearn.lessons.double_descent_trained.shared import MEASURES, RECORD, STEPS, WIDTHS, WRONG
from ddlearn.lessons.double_descent_trained.sweep_map import ALONG, CUTS, OVER, Map, nearest, picture, sentence


def heatmap(
    wrong: str,
    measure: str,
    steps: int,
    width: int,
    cut: str = OVER,
    seed: int = 0,
    *,
    interpolation_point: Callable = exercises.interpolation_point,
    progress: compute.Progress | None = None,
) -> Map:
    """Return the map of the lesson's own nets."""
    sweep = shared.trained(shared.Training(WRONG[wrong], seed), progress=progress)
    r, w = nearest(sweep.steps, steps), nearest(sweep.width, width)
    targets = one_hot(shared.split(seed).y.cpu(), shared.CLASSES)
    fits_at = interpolation_point(sweep.width, sweep.train_mse[..., r], targets, shared.PIXELS)
    return Map(sweep, wrong, measure, r, w, float(fits_at), cut)


def idle(values: dict[str, object]) -> dict[str, str]:
    """Return why one of the two sliders has no effect."""
    if values["cut"] == OVER:
        return {"width": f"Used by the cut “{ALONG}” only."}
    return {"steps": f"Used by the cut “{OVER}” only."}


explorer = Explorer(
    "map",
    "Every width at every moment",
    controls=(
        Slider("steps", "Steps", RECORD[0], STEPS, STEPS, log=True, whole=True),
        Choice("wrong", "Wrong labels", tuple(WRONG), "20 %"),
        Choice("measure", "Measure", tuple(MEASURES), "squared error"),
        Choice("cut", "Cut", CUTS, OVER),
        Slider("width", "Hidden units", WIDTHS[0], WIDTHS[-1], WIDTHS[-1], log=True, whole=True),
    ),
    compute=heatmap,
    picture=picture,
    sentence=sentence,
    uses=("interpolation_point",),
    size=(9.8, 4.4),
    more=("measure", "cut", "width"),
    idle=idle,
    pairs=(("steps", "wrong"),),
)

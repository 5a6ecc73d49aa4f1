"""How a `Curve` is drawn and described: every seed faint, their mean, their band, and the theory dashed."""

import math

import torch

from ddlearn.classroom.panel import Panel
from ddlearn.classroom.wording import brief, say
from ddlearn.result import Curve

TURN = 0.15  # a peak or a dip is worth a word when it stands out from both ends by this share of the whole range
FLAT = 0.02  # a mean whose range is below this share of its size is called level


def draw_curve(panel: Panel, curve: Curve, log: str = "", limits: tuple[float, float] | None = None, **frame) -> None:
    """Draw a curve; what is drawn is named beside the panel, and nothing else.

    `log` names the logarithmic axes, `limits` are those of y, which otherwise follow the data. `frame` are more options
    of `Panel.frame`.
    """
    panel.frame(curve.title, curve.x_name, curve.y_name, ylim=limits, log=log, legend="right", grid=True, **frame)
    panel.band(curve.x, curve.low, curve.high, "sky", "smallest to largest seed", order=1)
    panel.segments([torch.stack([curve.x, seed], 1) for seed in curve.measured], "blue", width=0.8, alpha=0.35)
    panel.line(curve.x, curve.mean, "blue", "-", "mean over seeds", marker="o", size=5)
    if curve.theory is not None:
        panel.line(curve.x, curve.theory, "vermilion", "--", "theory", width=2.4)


def describe_curve(curve: Curve) -> str:
    """Say where the mean begins, turns and ends, and how far the theory is from it.

    The x of the curve are counted things, such as features; its mean is positive where it has a theory.
    """
    mean = curve.mean.tolist()
    said, x = [say(value, 2) for value in mean], [brief(value) for value in curve.x]
    first, last = f"{said[0]} at {x[0]} {curve.x_name}", f"{said[-1]} at {x[-1]}"
    span, top, bottom = max(mean) - min(mean), mean.index(max(mean)), mean.index(min(mean))
    if span <= FLAT * max(map(abs, mean)):
        course = f"stays near {say(sum(mean) / len(mean), 2)} from {x[0]} {curve.x_name} to {x[-1]}"
    elif mean[top] - max(mean[0], mean[-1]) > TURN * span:
        course = f"rises from {first} to a peak of {said[top]} at {x[top]}, then falls to {last}"
    elif min(mean[0], mean[-1]) - mean[bottom] > TURN * span:
        course = f"falls from {first} to its least, {said[bottom]} at {x[bottom]}, then rises to {last}"
    else:
        course = f"{'rises' if mean[-1] > mean[0] else 'falls'} from {first} to {last}"
    course = f"{curve.y_name[:1].upper() + curve.y_name[1:]} {course} over {len(curve.measured)} seeds."
    if curve.theory is None:
        return course
    share = float(((curve.theory - curve.mean).abs() / curve.mean).max())
    percent = max(1, math.ceil(100 * share))  # rounded up: "within" must be true
    return f"{course} The theory’s line lies within {percent} % of the mean everywhere."

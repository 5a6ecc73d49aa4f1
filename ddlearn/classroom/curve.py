"""How a `Curve` is drawn and described: every seed faint, their mean, their band, and the theory dashed."""

import math

import torch

from ddlearn.classroom.panel import Panel
from ddlearn.classroom.wording import brief, say
from ddlearn.result import Curve

TURN = 0.15  # a peak or a dip is worth a word when it stands out from both ends by this share of the whole range
FLAT = 0.02  # a mean whose range is below this share of its size is called level


def draw_curve(
    panel: Panel,
    curve: Curve,
    log: str = "",
    limits: tuple[float, float] | None = None,
    guess: float | None = None,
    **frame,
) -> None:
    """Draw a curve; what is drawn is named beside the panel, and nothing else.

    `log` names the logarithmic axes, `limits` are those of y, which otherwise follow the data. `guess` is the x at
    which the learner predicted that something happens; `frame` are more options of `Panel.frame`.
    """
    panel.frame(curve.title, curve.x_name, curve.y_name, ylim=limits, log=log, legend="right", grid=True, **frame)
    several = len(curve.measured) > 1
    if several:
        panel.band(curve.x, curve.low, curve.high, "sky", "least to largest seed", order=1)
    panel.segments([torch.stack([curve.x, seed], 1) for seed in curve.measured], "blue", width=0.8, alpha=0.35)
    panel.line(curve.x, curve.mean, "blue", "-", "mean over seeds" if several else "measured", marker="o", size=5)
    if curve.theory is not None:
        panel.line(curve.x, curve.theory, "vermilion", "--", "theory", width=2.4)
    if guess is not None:
        panel.upright(guess, label="you said")


def describe_curve(curve: Curve, guess: float | None = None) -> str:
    """Say where the mean begins, turns and ends, how far the theory is from it, and what was predicted."""
    parts = [_course(curve), _agreement(curve), "" if guess is None else f"You said {_place(curve, guess)}."]
    return " ".join(part for part in parts if part)


def _course(curve: Curve) -> str:
    """Where the mean begins and ends, and where it turns on the way."""
    mean = curve.mean.tolist()
    said, x = [say(value, 2) for value in mean], [brief(value) for value in curve.x]
    name, begin = curve.y_name[:1].upper() + curve.y_name[1:], _place(curve, curve.x[0])
    count = len(curve.measured)
    over = f" over {count} seeds" if count > 1 else ""
    first, last = f"{said[0]} at {begin}", f"{said[-1]} at {x[-1]}"
    span = max(mean) - min(mean)
    if len(mean) == 1:
        return f"{name} is {first}{over}."
    if span <= FLAT * max(map(abs, mean)):
        return f"{name} stays near {say(sum(mean) / len(mean), 2)} from {begin} to {x[-1]}{over}."
    top, bottom = mean.index(max(mean)), mean.index(min(mean))
    if mean[top] - max(mean[0], mean[-1]) > TURN * span:
        turn = f"rises from {first} to a peak of {said[top]} at {x[top]}, then falls to {last}"
    elif min(mean[0], mean[-1]) - mean[bottom] > TURN * span:
        turn = f"falls from {first} to its least, {said[bottom]} at {x[bottom]}, then rises to {last}"
    else:
        turn = f"{'rises' if mean[-1] > mean[0] else 'falls'} from {first} to {last}"
    return f"{name} {turn}{over}."


def _agreement(curve: Curve) -> str:
    """How far the theory lies from the mean, at worst: as a share of the mean where that has a meaning."""
    if curve.theory is None:
        return ""
    gap, shares = (curve.theory - curve.mean).abs(), bool((curve.mean > 0).all() and (curve.theory > 0).all())
    worst = int((gap / curve.mean if shares else gap).argmax())
    mean, theory, where = float(curve.mean[worst]), float(curve.theory[worst]), _place(curve, curve.x[worst])
    if not shares:
        return f"The theory’s line lies at most {say(gap[worst], 2)} from the mean, at {where}."
    if (share := abs(theory - mean) / mean) <= 0.5:
        percent = max(1, math.ceil(100 * share))  # rounded up: "within" must be true
        return f"The theory’s line lies within {percent} % of the mean everywhere."
    ratio = max(theory / mean, mean / theory)
    return f"The theory’s line misses the mean by a factor of {say(ratio, 2)} at {where}."


def _place(curve: Curve, x) -> str:
    """An x with its name: "10 features" for things that are counted, "penalty 0.1" for the rest."""
    counted = curve.x_name.split(" (")[0].endswith("s") and bool((curve.x == curve.x.round()).all())
    return f"{brief(x)} {curve.x_name}" if counted else f"{curve.x_name} {brief(x)}"

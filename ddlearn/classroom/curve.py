"""How a `Curve` is drawn and described: every seed faint, their mean, their band, and the theory dashed."""

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
        panel.line(curve.x[: len(curve.theory)], curve.theory, "vermilion", "--", "theory", width=2.4)
    if guess is not None:
        panel.upright(guess, label="you said")


def describe_curve(curve: Curve, guess: float | None = None) -> str:
    """Say where the mean begins, turns and ends, how far the theory is from it, and what was predicted."""
    parts = [_course(curve), _agreement(curve), "" if guess is None else f"You said {_place(curve, guess)}."]
    return " ".join(part for part in parts if part)


def _course(curve: Curve) -> str:
    """Where the mean begins and ends, and where it turns on the way."""
    mean = curve.mean.tolist()
    name = curve.y_name[:1].upper() + curve.y_name[1:]
    count = len(curve.measured)
    over = f" over {count} seeds" if count > 1 else ""
    first, last = f"{say(mean[0], 2)} at {_place(curve, curve.x[0])}", f"{say(mean[-1], 2)} at {_x(curve.x[-1])}"
    span = max(mean) - min(mean)
    if len(mean) == 1:
        return f"{name} is {first}{over}."
    if span <= FLAT * max(map(abs, mean)):
        where = f"from {_place(curve, curve.x[0])} to {_x(curve.x[-1])}"
        return f"{name} stays near {say(sum(mean) / len(mean), 2)} {where}{over}."
    top, bottom = mean.index(max(mean)), mean.index(min(mean))
    if mean[top] - max(mean[0], mean[-1]) > TURN * span:
        turn = f"rises from {first} to a peak of {say(mean[top], 2)} at {_x(curve.x[top])}, then falls to {last}"
    elif min(mean[0], mean[-1]) - mean[bottom] > TURN * span:
        turn = f"falls from {first} to its least, {say(mean[bottom], 2)} at {_x(curve.x[bottom])}, then rises to {last}"
    else:
        turn = f"{'rises' if mean[-1] > mean[0] else 'falls'} from {first} to {last}"
    return f"{name} {turn}{over}."


def _agreement(curve: Curve) -> str:
    """How far the theory lies from the mean, at worst: as a share of the mean where that has a meaning."""
    if curve.theory is None:
        return ""
    gap = (curve.theory - curve.mean).abs()
    if (curve.mean > 0).all() and (curve.theory > 0).all():
        share = gap / curve.mean
        worst = int(share.argmax())
        if float(share[worst]) <= 0.5:
            percent = max(1, -int(-100 * float(share[worst]) // 1))  # rounded up: "within" must be true
            return f"The theory’s line lies within {percent} % of the mean everywhere."
        ratio = float(max(curve.theory[worst] / curve.mean[worst], curve.mean[worst] / curve.theory[worst]))
        return f"The theory’s line misses the mean by a factor of {say(ratio, 2)} at {_place(curve, curve.x[worst])}."
    worst = int(gap.argmax())
    most = say(float(gap[worst]), 2)
    return f"The theory’s line lies at most {most} from the mean, at {_place(curve, curve.x[worst])}."


def _place(curve: Curve, x) -> str:
    """An x with its name: "10 features" for things that are counted, "penalty 0.1" for the rest."""
    counted = curve.x_name.split(" (")[0].endswith("s") and bool((curve.x == curve.x.round()).all())
    return f"{_x(x)} {curve.x_name}" if counted else f"{curve.x_name} {_x(x)}"


def _x(x) -> str:
    return brief(float(x))

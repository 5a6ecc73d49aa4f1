"""The experiment explorer: a question put to a table, its control first, then what was measured, and the verdict.

The control is shown from the start: it must leave the band before anybody looks at the claim. What was measured stays
hidden until it is asked for, so that a prediction can come first.
"""

from math import isfinite

import torch
from torch import Tensor

from ddlearn.classroom import Choice, Explorer, Slider, Switch
from ddlearn.classroom.frame import easy_ticks, padded
from ddlearn.classroom.wording import brief
from ddlearn.lessons.capstone import asking, shelf
from ddlearn.lessons.capstone.exercises import Pair
from ddlearn.lessons.capstone.judging import WORDS, Judged, experiment
from ddlearn.lessons.capstone.menu import QUESTIONS

SPACE = 0.06  # beyond a curve, as a share of its size
LOWEST, HIGHEST = -0.5, 3.0  # of the numbers that the right panel shows; beyond, a mark stands at its edge


def picture(fig, r: Judged, said, tall: bool = False) -> None:
    """Draw the curves behind the number, and the number; tall, for a telephone, one panel below the other."""
    curves, numbers = fig.column(1, 1) if tall else fig.row(1.35, 1)
    draw_curves(curves, r)
    draw_numbers(numbers, r, said(r.question.name))
    fig.legend("outside lower center", ncols=2 if tall else 5)


def draw_curves(panel, r: Judged) -> None:
    """Draw what was measured, once it may be seen, over the control and the error on unseen rows."""
    asked, curve, ran = r.question, r.found.curve, r.shown_at is not None
    x, control = curve.x.tolist(), r.found.control_curve.median(0).values
    y = torch.cat([curve.low, curve.high, control, curve.theory])
    low, high = float(y.min()), float(y.max())
    log_x, log_y = "x" in asked.log, "y" in asked.log
    xlim = padded(x[0], x[-1], log_x, SPACE)
    ylim = padded(max(low, 1e-3 * high) if log_y else low, high, log_y, SPACE)
    panel.frame(
        curve.y_name,
        curve.x_name,
        " ",  # room for the longer tick labels of another question
        xlim=xlim,
        ylim=ylim,
        log=asked.log,
        xticks={at: brief(at) for at in (x if len(x) <= 5 else easy_ticks(*xlim, log_x))},
        # Beside the y axis there is room for four figures: what is smaller goes without a label.
        yticks={at: brief(at) if len(brief(at)) <= 4 else "" for at in easy_ticks(*ylim, log_y)},
        grid=True,
    )
    if ran:
        panel.band(x, curve.low, curve.high, alpha=0.35)
        panel.line(x, curve.measured.median(0).values, "blue", "-", "measured: median and range", marker="o", size=5)
    panel.line(x, control, "grey", "-.", "control", marker="s", size=5, width=1.6)
    if ran or not asked.anchored:
        panel.line(x, curve.theory, "vermilion", "--", asked.line, width=2.4)


def draw_numbers(panel, r: Judged, guess: float | None) -> None:
    """Draw the band, and beside it each seed with the interval: left what was measured, right the control."""
    ran = r.shown_at is not None
    edges = [edge for edge in r.band if isfinite(edge)]
    shown = [*edges, 1.15 * edges[0], *r.found.controls.tolist(), *r.control, *([] if guess is None else [guess])]
    shown += [*r.found.values.tolist(), *r.interval] if ran else []
    shown = [min(max(one, LOWEST), HIGHEST) for one in shown]
    low, high = padded(min(shown), max(shown), False, 0.08)
    panel.frame(r.question.short, xlim=(-0.6, 1.6), ylim=(low, high), xticks={0: "measured", 1: "control"})
    bottom, top = max(r.band[0], low), min(r.band[1], high)
    panel.bars([0.5], [top - bottom], "green", "band", width=2.2, base=bottom, alpha=0.2, order=0.5)
    if ran:
        draw_seeds(panel, 0, "blue", "o", r.found.values, r.interval)
    else:
        panel.text(0, (bottom + top) / 2, "hidden until\nyou run it", "#444444", ha="center", va="center")
    draw_seeds(panel, 1, "grey", "s", r.found.controls, r.control)
    if guess is not None:
        panel.line([-0.6, 0.5], [guess, guess], "black", ":", "you said", width=1.8)


def draw_seeds(panel, place: int, color: str, marker: str, seeds: Tensor, interval: Pair) -> None:
    """Draw seeds, and beside them their interval."""
    panel.dots([place - 0.22] * len(seeds), seeds, color, marker, size=5, alpha=0.6)
    ends = panel.within("y", interval, at_edge=True)
    panel.line([place + 0.12] * 2, ends, color, marker="_", size=14, width=3)


def sentence(r: Judged, said) -> str:
    """Say the verdict, or that it is hidden; then the question, its band, its control and the numbers."""
    guess = said(r.question.name)
    where = "outside, as it must be" if r.control_outside else "not outside for certain"
    parts = [
        f"{r.called}, {r.rows} rows, {len(r.seeds)} seeds. {r.question.hypothesis}",
        f"Band: {asking.said_band(r.band)}. Control: {_said(r.found.controls, r.control)}, {where}.",
    ]
    if r.shown_at is None:
        return " ".join(["What was measured is hidden until you run it.", *parts])
    you = [] if guess is None else [f"You said {brief(guess)}."]
    measured = f"Measured: {_said(r.found.values, r.interval)}."
    return " ".join([f"Verdict: {WORDS[r.verdict]}.", measured, *you, *parts])


def _said(seeds: Tensor, interval: Pair) -> str:
    mean, low, high = (f"{one:.2f}".replace("-", "−") for one in (float(seeds.mean()), *interval))
    return f"{mean} ({low} to {high})"


explorer = Explorer(
    "experiment",
    "Ask a table",
    controls=(
        Choice("question", "Question", tuple(QUESTIONS), "leave-one-out"),
        Choice("table", "Table", shelf.TABLES, shelf.INSTEAD),
        Switch("run", "Run it: show what was measured", False),
        Slider("seeds", "Seeds", 2, asking.SEEDS, asking.SEEDS, whole=True),
        Choice("share", "Learn from", tuple(shelf.SHARES), "an eighth of the rows"),
    ),
    compute=experiment,
    picture=picture,
    sentence=sentence,
    uses=("interval", "verdict"),
    size=(9.4, 4.4),
    more=("seeds", "share"),
    pairs=(("question", "run"), ("question", "table")),
)

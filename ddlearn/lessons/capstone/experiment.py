"""The experiment explorer: a question put to a table, its control first, then what was measured, and the verdict.

The control is shown from the start: it must leave the band before anybody looks at the claim. What was measured stays
hidden until it is asked for, so that a prediction can come first.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from math import isfinite

import torch
from torch import Tensor

from ddlearn.classroom import PALETTE, ArtistFigure, Choice, Explorer, Slider, Switch
from ddlearn.classroom.wording import brief
from ddlearn.lessons.capstone import exercises, shelf
from ddlearn.lessons.capstone.asking import SEEDS, Band, Measurement, Question, first_shown, measured, said_band
from ddlearn.lessons.capstone.exercises import FAILS, HOLDS, UNDECIDED
from ddlearn.lessons.capstone.menu import QUESTIONS

WORDS = {HOLDS: "holds", FAILS: "does not hold", UNDECIDED: "cannot tell"}
LOWEST, HIGHEST = -0.5, 3.0  # of the numbers that the right panel shows; beyond, a mark stands at its edge

Interval = Callable[[Tensor], tuple[float, float]]
Verdict = Callable[[tuple[float, float], tuple[float, float], Band], int]


@dataclass(frozen=True, eq=False)
class Judged:
    """A question, what was measured for it, and what the learner's rule says of it."""

    question: Question
    called: str  # the table, as a sentence speaks of it
    rows: int  # to learn from
    seeds: int
    measurement: Measurement
    band: Band
    interval: tuple[float, float]
    control: tuple[float, float]
    control_outside: bool
    verdict: int
    shown_at: datetime | None  # when what was measured was first seen; None while it is hidden

    @property
    def values(self) -> Tensor:
        return self.measurement.values[: self.seeds]

    @property
    def controls(self) -> Tensor:
        return self.measurement.controls[: self.seeds]


def experiment(
    question: str,
    table: str,
    share: str,
    seeds: int,
    run: bool,
    *,
    interval: Interval = exercises.interval,
    verdict: Verdict = exercises.verdict,
    progress: Callable[[float, str], object] | None = None,
) -> Judged:
    """Ask the table, and judge the answer by the rule."""
    asked, world = QUESTIONS[question], shelf.world(shelf.table(table))
    n = shelf.rows_to_learn_from(world, share)
    found = measured(asked, world, n, progress=progress)
    band = asked.band or found.band
    here, control = (tuple(map(float, interval(part[:seeds]))) for part in (found.values, found.controls))
    return Judged(
        question=asked,
        called=shelf.called(table),
        rows=n,
        seeds=seeds,
        measurement=found,
        band=band,
        interval=here,
        control=control,
        # A claim that was refuted by its own measurement: so the rule speaks of what lies outside.
        control_outside=int(verdict(control, control, band)) == FAILS,
        verdict=int(verdict(here, control, band)),
        shown_at=first_shown(question, world.table, n) if run else None,
    )


class ExperimentFigure(ArtistFigure):
    """Left the curves behind the number; right the number: band, seeds, intervals, and what the learner had said."""

    size = (9.4, 4.4)
    prediction: Callable[[str], float | None] = staticmethod(lambda question: None)

    def layout(self, figure):
        from matplotlib.collections import PolyCollection

        figure.get_layout_engine().set(rect=(0.015, 0, 0.985, 1))  # tick labels of another question may be longer
        self.curves, self.numbers = figure.subplots(1, 2, width_ratios=(1.35, 1))
        curves, numbers = self.curves, self.numbers
        self.spread = curves.add_collection(PolyCollection([], color=PALETTE["sky"], alpha=0.35, linewidth=0))
        (self.mean,) = curves.plot([], [], "o-", color=PALETTE["blue"], markersize=5)
        (self.theory,) = curves.plot([], [], "--", color=PALETTE["vermilion"], linewidth=2.4)
        (self.control,) = curves.plot([], [], "s-.", color=PALETTE["grey"], markersize=5, linewidth=1.6)
        curves.grid(True)
        self.band = numbers.axhspan(0, 1, color=PALETTE["green"], alpha=0.2, linewidth=0)
        marks = (("o", "blue"), ("s", "grey"))
        self.seeds = [numbers.plot([], [], m, color=PALETTE[c], markersize=5, alpha=0.6)[0] for m, c in marks]
        self.intervals = [numbers.plot([], [], "_-", color=PALETTE[c], markersize=14, linewidth=3)[0] for _, c in marks]
        (self.said,) = numbers.plot([], [], ":", color=PALETTE["black"], linewidth=1.8)
        numbers.set(xlim=(-0.6, 1.6))
        numbers.set_xticks([0, 1], ["measured", "control"])
        self.hidden = numbers.text(0, 0, "hidden until\nyou run it", ha="center", va="center", color="#444444")
        handles = [self.mean, self.control, self.band, self.theory, self.said]
        names = ["measured: median and range", "control", "band", "error on unseen rows", "you said"]
        self.legend = figure.legend(handles, names, loc="outside lower center", ncols=5)

    def draw(self, result: Judged):
        asked, curve, ran = result.question, result.measurement.curve, result.shown_at is not None
        x, some = curve.x.tolist(), curve.measured[: result.seeds]
        low, high = some.amin(0), some.amax(0)
        self.spread.set_verts([[*zip(x, low.tolist(), strict=True), *zip(x[::-1], high.flip(0).tolist(), strict=True)]])
        self.spread.set_visible(ran)
        self.mean.set_data(*((x, some.median(0).values) if ran else ([], [])))
        self.theory.set_data(x, curve.theory)
        self.theory.set_visible(ran or not asked.anchored)
        control = result.measurement.control_curve[: result.seeds].median(0).values
        self.control.set_data(x, control)
        self._scale(asked, x, torch.cat([low, high, control, curve.theory]))
        self.curves.set(xlabel=curve.x_name, title=curve.y_name)
        self._place_numbers(result, ran)
        shown = {3: self.theory.get_visible(), 4: self.prediction(asked.name) is not None}
        self.legend.get_texts()[3].set_text(asked.line)
        for place, visible in shown.items():
            for artist in (self.legend.get_texts()[place], self.legend.legend_handles[place]):
                artist.set_visible(visible)

    def _scale(self, asked: Question, x: list[float], y: Tensor) -> None:
        from matplotlib.ticker import NullFormatter, NullLocator

        axes, span = self.curves, (float(y.min()), float(y.max()))
        if asked.log_y:
            span = max(span[0], 1e-3 * span[1]), span[1]
        for axis, log, (low, high) in ((axes.xaxis, asked.log_x, (x[0], x[-1])), (axes.yaxis, asked.log_y, span)):
            name = axis.axis_name
            getattr(axes, f"set_{name}scale")("log" if log else "linear")
            if log:
                pad = max((high / low) ** 0.06, 1.06)
                low, high = low / pad, high * pad
            else:
                pad = 0.06 * (high - low) or 0.1
                low, high = low - pad, high + pad
            getattr(axes, f"set_{name}lim")(low, high)
            at = x if name == "x" and len(x) <= 5 else round_numbers(low, high, log)
            words = [brief(one) for one in at]
            # Beside the y axis there is room for four figures: what is smaller goes without a label.
            axis.set_ticks(at, words if name == "x" else [one if len(one) <= 4 else "" for one in words])
            axis.set_minor_locator(NullLocator())
            axis.set_minor_formatter(NullFormatter())

    def _place_numbers(self, result: Judged, ran: bool) -> None:
        said = self.prediction(result.question.name)
        edges = [edge for edge in result.band if isfinite(edge)]
        shown = [*edges, *result.controls.tolist(), *result.control, *([] if said is None else [said])]
        shown += [*result.values.tolist(), *result.interval] if ran else []
        shown = [min(max(one, LOWEST), HIGHEST) for one in (*shown, 1.15 * edges[0])]
        pad = 0.08 * (max(shown) - min(shown))
        low, high = min(shown) - pad, max(shown) + pad
        self.numbers.set(ylim=(low, high), title=result.question.short)
        bottom, top = result.band[0], min(result.band[1], high)
        self.band.set_y(bottom)
        self.band.set_height(top - bottom)
        rows = ((result.values, result.interval, ran), (result.controls, result.control, True))
        for place, (seeds, (least, most), visible) in enumerate(rows):
            count = len(seeds)
            self.seeds[place].set_data([place - 0.22] * count, seeds.clamp(low, high))
            self.intervals[place].set_data([place + 0.12] * 2, [max(least, low), min(most, high)])
            for artist in (self.seeds[place], self.intervals[place]):
                artist.set_visible(visible)
        self.hidden.set_visible(not ran)
        self.hidden.set_position((0, (max(bottom, low) + min(top, high)) / 2))
        self.said.set_data(*(([], []) if said is None else ([-0.6, 0.5], [said, said])))

    def describe(self, result: Judged) -> str:
        called = result.called[:1].upper() + result.called[1:]
        head = f"{result.question.hypothesis} {called}, {result.rows} rows, {result.seeds} seeds."
        band = f"Band: {said_band(result.band)}."
        where = "outside, as it must be" if result.control_outside else "not outside for certain"
        control = f"Control: {_said(result.controls, result.control)}, {where}."
        if result.shown_at is None:
            return f"{head} {band} {control} The measured numbers are hidden until you run it."
        said = self.prediction(result.question.name)
        yours = "" if said is None else f" You said {brief(said)}."
        measured = f"Measured: {_said(result.values, result.interval)}.{yours}"
        return f"{head} {band} {control} {measured} Verdict: {WORDS[result.verdict]}."


def round_numbers(low: float, high: float, log: bool) -> list[float]:
    """Three to seven numbers between, that are easily read."""
    if not log:
        from matplotlib.ticker import MaxNLocator

        return [one for one in MaxNLocator(5).tick_values(low, high).tolist() if low <= one <= high]
    for digits in ((1,), (1, 3), (1, 2, 5), (1, 1.5, 2, 3, 4, 5, 6, 7, 8, 9)):
        found = [d * 10.0**k for k in range(-12, 13) for d in digits if low <= d * 10.0**k <= high]
        if len(found) >= 3:
            return found if len(found) <= 7 else found[:: len(found) // 7 + 1]
    return [low, high]


def _said(seeds: Tensor, interval: tuple[float, float]) -> str:
    mean, low, high = (f"{one:.2f}".replace("-", "−") for one in (float(seeds.mean()), *interval))
    return f"{mean} ({low} to {high})"


def explorer() -> Explorer:
    """The experiment explorer, fresh."""
    return Explorer(
        name="experiment",
        title="Ask a table",
        controls=(
            Choice("question", "Question", tuple(QUESTIONS), "leave-one-out"),
            Choice("table", "Table", shelf.TABLES, shelf.INSTEAD),
            Choice("share", "Learn from", tuple(shelf.SHARES), "an eighth of the rows"),
            Slider("seeds", "Seeds", 2, SEEDS, SEEDS, whole=True),
            Switch("run", "Run it: show what was measured", False),
        ),
        compute=experiment,
        figure=ExperimentFigure,
        uses=("interval", "verdict"),
    )

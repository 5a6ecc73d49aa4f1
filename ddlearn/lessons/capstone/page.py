"""The learner's page: one claim, its prediction, what was measured seed by seed, its band, its control and its limits.

It is one file that asks nothing of a network. No page without a prediction, none that overwrites another, and whether
the prediction came before the numbers stands on it.
"""

import base64
import platform
from contextlib import suppress
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path

from ddlearn import papers
from ddlearn.classroom import Lesson
from ddlearn.classroom.document import render, said_when
from ddlearn.classroom.progress import PASSED
from ddlearn.classroom.store import write_whole
from ddlearn.classroom.wording import brief
from ddlearn.lessons.capstone import shelf
from ddlearn.lessons.capstone.asking import said_band
from ddlearn.lessons.capstone.experiment import WORDS, Judged, explorer
from ddlearn.tables import Table

GENERATOR = "ddlearn claim"
NAMED = 12  # columns that the page names
RULE = ("interval", "verdict")


class NoPrediction(ValueError):
    """There is no page without one; the message says what to do."""


def write_page(lesson: Lesson, in_my_words: str = "", folder: str | Path = ".") -> Path:
    """Run the experiment as its controls stand, and write its page as claim-1.html, or the next number that is free.

    Raises:
        NoPrediction: if the learner has not said what to expect.
        OSError: where the disk refuses.
    """
    experiment = lesson.experiment
    question = experiment.state["question"]
    said = lesson.progress.lesson(lesson.room)["predictions"].get(question, {})
    if lesson.prediction(question) is None:
        raise NoPrediction(
            f"There is no prediction for “{question}” yet. Record yours in the cell above, then run this one again."
        )
    experiment.set(run=True)
    result = experiment.compute(**experiment.state, **experiment.engine)
    text = page_html(
        result,
        shelf.table(experiment.state["table"]),
        lesson.prediction(question),
        said["recorded_at"],
        in_my_words,
        code={
            name: entry["source"]
            for name, entry in lesson.progress.lesson(lesson.room)["exercises"].items()
            if name in RULE and entry["status"] == PASSED and name in experiment.engine
        },
    )
    path = _reserve(Path(folder).resolve())
    try:
        write_whole(path, text)
    except OSError:
        with suppress(OSError):
            path.unlink()  # nothing but the name had been written
        raise
    return path


def page_html(
    result: Judged, table: Table, said: float, said_at: str, in_my_words: str = "", code: dict[str, str] | None = None
) -> str:
    """The page as text. `code` are the learner's own functions that judged, by name."""
    asked, curve = result.question, result.measurement.curve
    experiment = explorer.fresh()
    experiment.said, figure = (lambda question: said), experiment.figure
    width, height = (round(100 * side) for side in figure.size)
    before = datetime.fromisoformat(said_at) <= result.shown_at
    more = len(table.columns) - NAMED
    columns = ", ".join(table.columns[:NAMED]) + (f" and {more} more." if more > 0 else ".")
    outside = "outside the band, as it must be" if result.control_outside else "not outside the band for certain"
    return render(
        __package__,
        "claim.html",
        generator=GENERATOR,
        asked=asked,
        papers=[papers.paper(key) for key in asked.basis.papers],
        in_my_words=in_my_words.strip(),
        said=brief(said),
        said_at=said_when(said_at),
        before=before,
        shown_at=said_when(result.shown_at.isoformat(timespec="seconds")),
        table=table,
        used=min(len(table), shelf.POOL),
        columns=columns,
        result=result,
        verdict=WORDS[result.verdict],
        image=base64.b64encode(figure.png(result)).decode("ascii"),
        alt=figure.describe(result),
        width=width,
        height=height,
        band=said_band(result.band),
        control_said=outside,
        seeds=[
            (str(seed), f"{value:.4g}", f"{control:.4g}")
            for seed, (value, control) in enumerate(zip(result.values, result.controls, strict=True), start=1)
        ],
        summary=[
            (name, f"{float(part.mean()):.4g}", f"{low:.4g}", f"{high:.4g}")
            for name, part, (low, high) in (
                ("measured", result.values, result.interval),
                ("control", result.controls, result.control),
            )
        ],
        points=[
            (brief(float(x)), *(f"{float(one):.3g}" for one in row))
            for x, *row in zip(
                curve.x,
                result.measurement.curve.measured[: result.seeds].median(0).values,
                result.measurement.control_curve[: result.seeds].median(0).values,
                curve.theory,
                strict=True,
            )
        ],
        curve=curve,
        code=code or {},
        written=said_when(datetime.now(UTC).isoformat(timespec="seconds")),
        versions=f"Python {platform.python_version()}, torch {version('torch')}",
    )


def _reserve(folder: Path) -> Path:
    """An empty file under the first free name: whoever else looks for one takes the next."""
    number = 1
    while True:
        path = folder / f"claim-{number}.html"
        try:
            path.open("x").close()
        except FileExistsError:
            number += 1
        else:
            return path

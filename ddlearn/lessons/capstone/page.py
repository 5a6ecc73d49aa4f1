"""The learner's page: one claim, its verdict and picture first, then what was expected, what is next, and every number.

It is one file that asks nothing of a network. No page without a prediction, none that overwrites another, and whether
the prediction came before the numbers stands on it.
"""

import base64
import platform
from contextlib import suppress
from dataclasses import replace
from datetime import UTC, datetime
from functools import partial
from importlib.metadata import version
from itertools import count
from pathlib import Path

from ddlearn import arguments, papers
from ddlearn.classroom import PALETTE, Lesson
from ddlearn.classroom.document import render, said_when
from ddlearn.classroom.progress import PASSED
from ddlearn.classroom.store import write_whole
from ddlearn.classroom.wording import brief
from ddlearn.lessons import load
from ddlearn.lessons.capstone import shelf
from ddlearn.lessons.capstone.asking import MOST_NEW, said_band
from ddlearn.lessons.capstone.decisions import MOST_SEEDS, seeds_needed
from ddlearn.lessons.capstone.exercises import FAILS, HOLDS, UNDECIDED
from ddlearn.lessons.capstone.experiment import explorer, picture
from ddlearn.lessons.capstone.judging import WORDS, Judged
from ddlearn.tables import Table

GENERATOR = "ddlearn claim"
NAMED = 12  # columns that the page names
TALL = (4.6, 7.6)  # inches of the picture on a telephone
COLORS = {HOLDS: PALETTE["green"], FAILS: PALETTE["vermilion"], UNDECIDED: PALETTE["grey"]}


class NoPrediction(ValueError):
    """There is no page without one; the message says what to do."""


def write_page(
    lesson: Lesson, in_my_words: str = "", folder: str | Path = ".", author: str = "", new_seeds: int = 0
) -> tuple[Path, Judged]:
    """Run the experiment as its controls stand, and write its page as claim-1.html, or the next number that is free.

    With new_seeds, 2 to 200, it is judged on so many that nobody has seen.

    Raises:
        NoPrediction: if the learner has not said what to expect.
        OSError: where the disk refuses.
        TypeError, ValueError: if new_seeds is no such number.
    """
    if new_seeds != 0:
        new_seeds = arguments.whole("new_seeds", new_seeds, 2, MOST_NEW)
    experiment, record = lesson.experiment, lesson.progress.lesson(lesson.room)
    question = experiment.state["question"]
    said = lesson.prediction(question)
    if said is None:
        raise NoPrediction(
            f"There is no prediction for “{question}” yet. Record yours in the cell above, then run this one again."
        )
    experiment.set(run=True)
    result = experiment.compute(**experiment.state, **experiment.engine, new_seeds=new_seeds)
    table, said_at = shelf.table(experiment.state["table"]), record["predictions"][question]["recorded_at"]
    code = {
        name: entry["source"]
        for name, entry in record["exercises"].items()
        if entry["status"] == PASSED and name in experiment.engine
    }
    text = page_html(result, table, said, said_at, in_my_words, code, author)
    path = _reserve(Path(folder).resolve())
    try:
        write_whole(path, text)
    except OSError:
        with suppress(OSError):
            path.unlink()  # nothing but the name had been written
        raise
    return path, result


def page_html(
    result: Judged,
    table: Table,
    said: float,
    said_at: str,
    in_my_words: str = "",
    code: dict[str, str] | None = None,
    author: str = "",
) -> str:
    """The page as text. `code` are the learner's own functions that judged, by name."""
    asked, found, curve = result.question, result.found, result.found.curve
    experiment = explorer.fresh()
    tall = replace(explorer, picture=partial(picture, tall=True), size=TALL)
    experiment.said = tall.said = lambda question: said
    figure = experiment.figure
    width, height = (round(100 * side) for side in figure.size)
    before = datetime.fromisoformat(said_at) <= result.shown_at
    named, more = ", ".join(table.columns[:NAMED]), len(table.columns) - NAMED
    outside = "outside the band, as it must be" if result.control_outside else "not outside the band for certain"
    medians = curve.measured.median(0).values, found.control_curve.median(0).values
    both = ("measured", found.values, result.interval), ("control", found.controls, result.control)
    return render(
        __package__,
        "claim.html",
        generator=GENERATOR,
        asked=asked,
        papers=[papers.paper(key) for key in asked.basis.papers],
        in_my_words=in_my_words.strip(),
        said=said,
        said_at=said_when(said_at),
        before=before,
        shown_at=said_when(result.shown_at.isoformat(timespec="seconds")),
        table=table,
        used=min(len(table), shelf.POOL),
        columns=f"{named} and {more} more." if more > 0 else f"{named}.",
        result=result,
        verdict=WORDS[result.verdict],
        color=COLORS[result.verdict],
        author=author.strip(),
        brief=brief,
        what_next=what_next(result),
        lesson_title=load(asked.lesson).title,
        image=base64.b64encode(figure.png(result)).decode("ascii"),
        tall_image=base64.b64encode(tall.figure.png(result)).decode("ascii"),
        alt=figure.describe(result),
        width=width,
        height=height,
        band=said_band(result.band),
        control_said=outside,
        seeds=[
            (str(seed), f"{value:.4g}", f"{control:.4g}")
            for seed, value, control in zip(result.seeds, found.values, found.controls, strict=True)
        ],
        summary=[(name, f"{float(part.mean()):.4g}", f"{low:.4g}", f"{high:.4g}") for name, part, (low, high) in both],
        points=[
            (brief(float(x)), *(f"{float(one):.3g}" for one in row))
            for x, *row in zip(curve.x, *medians, curve.theory, strict=True)
        ],
        curve=curve,
        code=code or {},
        written=said_when(datetime.now(UTC).isoformat(timespec="seconds")),
        versions=f"Python {platform.python_version()}, torch {version('torch')}",
    )


def what_next(r: Judged) -> str:
    """Say what to do after a verdict."""
    if r.verdict == HOLDS:
        return "Ask the same question of another table, or of rows from another source, before you rely on it."
    if r.verdict == FAILS:
        return "Report it: a clean refutation is a result. Then ask which assumption of the theory this table violates."
    needed = more_seeds(r)
    if needed is not None:
        why = "" if r.control_outside else "The control does not leave the band for certain. "
        return (
            f"{why}Take more seeds. If means and spreads stay as they are, {needed} seeds will just decide. New seeds "
            f"have another mean, so take {2 * needed}. Fix their number before the run, and judge once: who adds seeds "
            "until the claim holds will see it hold too often."
        )
    if not r.control_outside:
        return (
            f"Look at the control first. It would not leave the band with {MOST_SEEDS:,} seeds either, so this "
            "measurement cannot tell the claim from its opposite. Learn from more rows, or find a control that takes "
            "away more."
        )
    return (
        f"The mean is so close to an edge of the band that {MOST_SEEDS:,} seeds would not decide. Do not widen the "
        "band now. Report “cannot tell”, or learn from more rows and predict anew."
    )


def more_seeds(r: Judged) -> int | None:
    """Return how many seeds would decide where these cannot tell, if means and spreads stay as they are."""
    if r.verdict != UNDECIDED:
        return None
    return seeds_needed(r.found.values, r.band, r.found.controls, fewest=len(r.seeds) + 1)


def _reserve(folder: Path) -> Path:
    """An empty file under the first free name: whoever else looks for one takes the next."""
    for number in count(1):
        path = folder / f"claim-{number}.html"
        with suppress(FileExistsError):
            path.open("x").close()
            break
    return path

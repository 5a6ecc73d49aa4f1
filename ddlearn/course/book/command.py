"""`ddlearn book`: run the solved lessons, record their explorers, and put the finished book into its place."""

import importlib.util
import tempfile
from collections.abc import Callable, Iterable, Sequence
from itertools import groupby
from pathlib import Path

from rich.console import Console

from ddlearn import cluster
from ddlearn.classroom import claims_table
from ddlearn.course import claims as course_claims
from ddlearn.course import notebooks, results
from ddlearn.course.book import folder, pages, site, workshop
from ddlearn.course.book.chapter import PARTS, Chapter
from ddlearn.course.book.recorder import Recorded
from ddlearn.double_descent import run_cells

PER_EXPLORER, PER_LESSON = 2_000_000, 6_000_000  # bytes of recordings, at most
NEEDED = ("sphinx", "myst_nb", "pydata_sphinx_theme")


def main(
    names: list[str],
    out: Path,
    instructor: bool = False,
    claims: Path | None = None,
    handout: bool = False,
    slides: bool = False,
) -> int:
    """The command. 1 if a lesson fails (then no book is written) or a claim does not hold (then the book says so).

    `claims` is a file of `ddlearn claims --json`, whose measurements then stand on the page of claims.
    """
    place = Path(out).expanduser().absolute()
    folder.refuse(place)
    if any(importlib.util.find_spec(name) is None for name in NEEDED):
        raise ValueError('The book is made by Sphinx, which is not here: pip install -c constraints.txt -e ".[book]".')
    elsewhere = course_claims.read(claims) if claims else {}
    paths, console = notebooks.choose(names, notebooks.shipped(solved=True)), Console()
    book = [Chapter(path, [one.stem for one in paths], instructor) for path in paths]
    shown = [(one.lesson.number, explorer.name) for one in book for explorer in one.explorers]
    with cluster.workers("loky"):
        foreseen = _all(console, "explorers, a sample of each", workshop.estimate, shown)
        _weigh(console, "Recordings, estimated from a sample", foreseen)
        runs = _all(console, "lessons, run", workshop.run_lesson, [(path,) for path in paths])
        if faults := [f"{done.lesson}, {words}" for done, _ in runs for words in done.messages]:
            return _gave_up(console, faults)
        try:
            recorded = _all(console, "explorers, recorded", workshop.record, shown)
        except RuntimeError as error:
            return _gave_up(console, [f"book, {error}"])
    workshop.memory().reduce_size("1G")
    _weigh(console, "Recordings, as made", recorded)
    figures = {one.file: (one.file, one.sentence) for one in recorded}
    for one, (done, notebook) in zip(book, runs, strict=True):
        for explorer in one.explorers:
            one.figures[explorer.name] = PARTS.explorer(explorer, *figures[f"{one.lesson.number}_{explorer.name}"])
        one.fill(notebook)
        one.held, one.measured = done.claims_held, done.claims
    seeds = _with(elsewhere, book)
    facts = [{"file": one.file, "states": one.states, "bytes": one.size, "seconds": one.seconds} for one in recorded]
    with folder.in_the_making(place, explorers=facts) as draft, tempfile.TemporaryDirectory() as source:
        pages.write(Path(source), book, seeds, handout, slides)
        warned = site.build(Path(source), draft)
        _put(draft, recorded)
    _say(console, *warned)
    held, there = sum(one.held for one in book), sum(one.measured for one in book)
    _say(console, f"The book is in {place}: open {place / 'index.html'}.", f"{held} of {there} claims hold in it.")
    return int(held < there)


def _all(console: Console, words: str, work: Callable, settings: Sequence[tuple]) -> list:
    """Return what `work` gives at each setting, computed on every core."""
    with results.bar(console) as bar:
        task = bar.add_task(words, total=len(settings))
        return run_cells(work, settings, lambda share, _: bar.update(task, completed=round(share * len(settings))))


def _weigh(console: Console, title: str, recorded: Sequence[Recorded]) -> None:
    """Print what recordings take. Raises ValueError that names explorers, or else lessons, that are over the budget."""
    table = results.table(title, "lesson", ("explorers", "states", "MB", "seconds"))
    of_explorers = {f"{one.file} {one.size / 1e6:.1f} MB, {one.states} states": one.size for one in recorded}
    of_lessons = {}
    for number, there in groupby(recorded, lambda one: one.file[:2]):
        states, sizes, seconds = zip(*((one.states, one.size, one.seconds) for one in there), strict=True)
        size, count = sum(sizes), len(sizes)
        table.add_row(number, str(count), str(sum(states)), f"{size / 1e6:.2f}", f"{sum(seconds):.0f}")
        of_lessons[f"{number} {size / 1e6:.1f} MB"] = size
    console.print(table)
    for what, found, most in (("an explorer", of_explorers, PER_EXPLORER), ("a lesson", of_lessons, PER_LESSON)):
        if over := [words for words, size in found.items() if size > most]:
            told = f"Recordings are over the {most / 1e6:g} MB that {what} may take: {'; '.join(over)}."
            raise ValueError(f"{told} Declare fewer pairs, or controls with fewer options.")


def _put(draft: Path, recorded: Sequence[Recorded]) -> None:
    """Put the recordings, and the player that an instructor may take with them, into the book."""
    (draft / "explorers").mkdir()
    for one in recorded:
        (draft / "explorers" / f"{one.file}.js").write_text(one.text, "utf-8")
        (draft / "explorers" / f"{one.file}.webp").write_bytes(one.still)
    (draft / "player.js").write_bytes((site.STATIC / "player.js").read_bytes())


def _with(elsewhere: dict, book: Sequence[Chapter]) -> str:
    """Put what was measured elsewhere in place of what a run measured; say over how many seeds, and where."""
    counts = set()
    for one in book:
        if found := elsewhere.get(one.lesson.number, []):
            table = claims_table.bundle(found, range(max(len(result.measured) for result in found)))
            one.claims = PARTS.claims(table["text/html"], one.lesson.number)
            one.held, one.measured = sum(result.holds for result in found), len(found)
        counts |= {len(result.measured) for result in found} or {1}
    few, many = min(counts), max(counts)
    said = "one seed" if many == 1 else f"{many} seeds" if few == many else f"{few} to {many} seeds"
    return f"{said}, by `ddlearn claims` before this build" if elsewhere else f"{said}, in this build"


def _gave_up(console: Console, faults: Iterable[str]) -> int:
    _say(console, *faults, "A lesson fails, so no book was written; an earlier one stays as it is.")
    return 1


def _say(console: Console, *lines: str) -> None:
    for line in lines:
        console.print(line, markup=False, highlight=False, soft_wrap=True)

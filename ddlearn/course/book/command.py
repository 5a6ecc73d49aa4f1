"""`ddlearn book`: run the solved lessons, record their explorers, and put the finished book into its place."""

import importlib.util
import tempfile
from collections.abc import Callable, Sequence
from pathlib import Path

import nbformat
from rich.console import Console

from ddlearn import cluster, lessons
from ddlearn.classroom import claims_table
from ddlearn.course import claims as course_claims
from ddlearn.course import notebooks, results
from ddlearn.course.book import chapter, folder, pages, site, workshop
from ddlearn.course.book.parts import PARTS
from ddlearn.course.book.workshop import Recorded
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
    shown = [(notebooks.number(path.name), one) for path in paths for one in _explorers(path)]
    with cluster.workers("loky"):
        foreseen = _all(console, "explorers, a sample of each", workshop.estimate, shown)
        _table(console, foreseen)
        _refuse(foreseen)
        runs = _all(console, "lessons, run", workshop.run_lesson, [(path,) for path in paths])
        if faults := [(done.lesson, words) for done, _ in runs for words in done.messages]:
            return _gave_up(console, faults)
        try:
            recorded = _all(console, "explorers, recorded", workshop.record, shown)
        except RuntimeError as error:
            return _gave_up(console, [("book", str(error))])
    _refuse(recorded)
    here = [path.stem for path in paths]
    made = [_made(path, ran, recorded, here, instructor) for path, ran in zip(paths, runs, strict=True)]
    seeds = _with(elsewhere, made)
    facts = [{"file": one.file, "states": one.states, "bytes": one.size, "seconds": one.seconds} for one in recorded]
    with folder.in_the_making(place, explorers=facts) as draft, tempfile.TemporaryDirectory() as source:
        pages.write(Path(source), made, seeds, handout, slides)
        warned = site.build(Path(source), draft)
        _put(draft, recorded)
    _say(console, *warned)
    held, there = sum(one.held for one in made), sum(one.measured for one in made)
    _say(console, f"The book is in {place}: open {place / 'index.html'}.")
    console.print(f"{held} of {there} claims hold in it.", highlight=False)
    return int(held < there)


def _explorers(path: Path) -> list[str]:
    lesson = lessons.load(notebooks.number(path.name))
    return [one.name for one in chapter.shown_explorers(lesson, nbformat.read(path, as_version=4))]


def _all(console: Console, words: str, work: Callable, settings: Sequence[tuple]) -> list:
    """Return what `work` gives at each setting, computed on every core."""
    with results.bar(console) as bar:
        task = bar.add_task(words, total=len(settings))
        return run_cells(work, settings, lambda share, _: bar.update(task, completed=round(share * len(settings))))


def _by_lesson(recorded: Sequence[Recorded]) -> dict[str, list[Recorded]]:
    """Return the explorers of each lesson, by its number."""
    numbers = sorted({one.file[:2] for one in recorded})
    return {number: [one for one in recorded if one.file[:2] == number] for number in numbers}


def _table(console: Console, foreseen: Sequence[Recorded]) -> None:
    """Say what the recordings of each lesson will take, before they are made."""
    table = results.table("Recordings, estimated from a sample", "lesson", ("explorers", "states", "MB", "seconds"))
    for number, of in _by_lesson(foreseen).items():
        states, size, seconds = (sum(getattr(one, what) for one in of) for what in ("states", "size", "seconds"))
        table.add_row(number, str(len(of)), str(states), f"{size / 1e6:.2f}", f"{seconds:.0f}")
    console.print(table)


def _refuse(recorded: Sequence[Recorded]) -> None:
    """Raise ValueError that names every explorer, or else every lesson, whose recordings are over the budget."""
    sizes = {number: sum(one.size for one in of) for number, of in _by_lesson(recorded).items()}
    of_lessons = {f"{number} {size / 1e6:.1f} MB": size for number, size in sizes.items()}
    of_explorers = {f"{one.file} {one.size / 1e6:.1f} MB, {one.states} states": one.size for one in recorded}
    for what, found, most in (("an explorer", of_explorers, PER_EXPLORER), ("a lesson", of_lessons, PER_LESSON)):
        if over := [words for words, size in found.items() if size > most]:
            told = f"Recordings are over the {most / 1e6:g} MB that {what} may take: {'; '.join(over)}."
            raise ValueError(f"{told} Declare fewer pairs, or controls with fewer options.")


def _made(path: Path, ran: tuple, recorded: Sequence[Recorded], here: list[str], instructor: bool) -> pages.Made:
    """Return a lesson's page of its run."""
    done, notebook = ran
    lesson = lessons.load(notebooks.number(path.name))
    there = {one.file[3:]: one for one in recorded if one.file[:2] == lesson.number}
    explorers = {one.name: one for one in lesson.parts.explorers}
    figures = {name: PARTS.explorer(explorers[name], one.file, one.sentence) for name, one in there.items()}
    unsolved = next(one for one in notebooks.shipped() if one.name == path.name)
    stubs = {cell.id: cell.source for cell in nbformat.read(unsolved, as_version=4).cells}
    writer = chapter.Chapter(lesson, stubs, here, figures, instructor)
    page = writer.page(notebook)
    return pages.Made(path.stem, writer, page, writer.claims, done.claims_held, done.claims)


def _put(draft: Path, recorded: Sequence[Recorded]) -> None:
    """Put the recordings, and the player that an instructor may take with them, into the book."""
    (draft / "explorers").mkdir()
    for one in recorded:
        (draft / "explorers" / f"{one.file}.js").write_text(one.text, "utf-8")
        (draft / "explorers" / f"{one.file}.webp").write_bytes(one.still)
    (draft / "player.js").write_bytes((site.STATIC / "player.js").read_bytes())


def _with(elsewhere: dict, made: Sequence[pages.Made]) -> str:
    """Put what was measured elsewhere in place of what a run measured; say over how many seeds, and where."""
    counts = set()
    for one in made:
        found = elsewhere.get(one.lesson.number, [])
        if found:
            table = claims_table.as_html(found, range(max(len(result.measured) for result in found)))
            one.claims = PARTS.claims(table, one.lesson.number)
            one.held, one.measured = sum(result.holds for result in found), len(found)
        counts |= {len(result.measured) for result in found} or {1}
    few, many = min(counts), max(counts)
    said = "one seed" if many == 1 else f"{many} seeds" if few == many else f"{few} to {many} seeds"
    return f"{said}, by `ddlearn claims` before this build" if elsewhere else f"{said}, in this build"


def _gave_up(console: Console, faults: Sequence[tuple[str, str]]) -> int:
    _say(console, *(f"{lesson}, {words}" for lesson, words in faults))
    _say(console, "A lesson fails, so no book was written; an earlier one stays as it is.")
    return 1


def _say(console: Console, *lines: str) -> None:
    for line in lines:
        console.print(line, markup=False, highlight=False, soft_wrap=True)

"""`ddlearn book`: run the solved lessons one after the other, and put the finished book into its place."""

from collections.abc import Callable
from functools import partial
from pathlib import Path

import nbformat
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

from ddlearn import lessons
from ddlearn.course import notebooks, run
from ddlearn.course.book import folder, measured, site, stills
from ddlearn.course.book.chapter import Chapter, chapter, page_of


def main(names: list[str], out: Path, instructor: bool = False, claims: Path | None = None) -> int:
    """The command. 1 if a lesson fails (then no book is written) or a claim does not hold (then the book says so).

    `claims` is a file of `ddlearn claims --json`, whose measurements then stand on the page of claims.
    """
    place = Path(out).expanduser().absolute()
    folder.refuse(place)
    elsewhere = measured.read(claims) if claims else {}
    paths = notebooks.choose(names, notebooks.shipped(solved=True))
    console, chapters = Console(), []
    pages = {notebooks.number(path.name): page_of(lessons.load(notebooks.number(path.name))) for path in paths}
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
    with Progress(*columns, console=console, transient=True) as bar:
        for path in paths:
            task = bar.add_task(path.stem)
            made, faults = _made(path, pages.get, instructor, partial(bar.update, task))
            if faults:
                break
            chapters.append(made)
    if faults:
        return _gave_up(console, path.stem, faults)
    seeds = _with(elsewhere, chapters)
    with folder.in_the_making(place) as draft:
        site.write(draft, chapters, instructor, seeds)
    held, there = sum(one.claims_held for one in chapters), sum(one.claims_measured for one in chapters)
    console.print(f"The book is in {place}: open {place / site.MAP}.", markup=False, highlight=False, soft_wrap=True)
    console.print(f"{held} of {there} claims hold in it.", highlight=False)
    return int(held < there)


def _made(
    path: Path, address: Callable[[str], str | None], instructor: bool, tell: Callable[..., None]
) -> tuple[Chapter, list[str]]:
    """Run one lesson with the stills of its explorers, and make its chapter; the faults of the run."""
    lesson = lessons.load(notebooks.number(path.name))
    notebook = nbformat.read(path, as_version=4)
    notebook.cells += stills.cells(lesson)
    tell(total=sum(cell.cell_type == "code" for cell in notebook.cells))
    done = run.fill(notebook, path.stem, solved=True, tick=lambda: tell(advance=1))
    unsolved = next(one for one in notebooks.shipped() if one.name == path.name)
    made = chapter(lesson, notebook, nbformat.read(unsolved, as_version=4), address, instructor)
    made.claims_held, made.claims_measured = done.claims_held, done.claims
    return made, done.messages


def _with(elsewhere: dict, chapters: list[Chapter]) -> str:
    """Put what was measured elsewhere in place of what a run measured; say over how many seeds, and where."""
    counts = set()
    for one in chapters:
        results = elsewhere.get(one.number, [])
        if results:
            one.claims = measured.table(one.number, results)
            one.claims_held, one.claims_measured = sum(result.holds for result in results), len(results)
        counts |= {len(result.measured) for result in results} or {1}
    few, many = min(counts), max(counts)
    said = "one seed" if many == 1 else f"{many} seeds" if few == many else f"{few} to {many} seeds"
    return f"{said}, by `ddlearn claims` before this build" if elsewhere else f"{said}, in this build"


def _gave_up(console: Console, lesson: str, faults: list[str]) -> int:
    for fault in faults:
        console.print(f"{lesson}, {fault}", markup=False, highlight=False, soft_wrap=True)
    console.print("A lesson fails, so no book was written; an earlier one stays as it is.")
    return 1

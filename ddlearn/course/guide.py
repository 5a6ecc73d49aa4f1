"""The parts of the instructor's guide and of the README that a program can write, so that they never go stale.

`solutions/INSTRUCTOR_GUIDE.md` is written by hand, but for what stands between `<!-- BEGIN name -->` and `<!-- END name
-->`: the table of lessons, and the notes on each, which come from the instructor's cells of its source. The README's
table of lessons is such a part too.

    python -m ddlearn.course.guide RUN.json "two cores of a laptop, nothing else running"

puts measured seconds and memory into the table: RUN.json is what `ddlearn run --json RUN.json` has written.
"""

import json
import re
from pathlib import Path

import typer
from nbformat import NotebookNode

from ddlearn import lessons
from ddlearn.classroom.store import write_whole
from ddlearn.course import notebooks, rules

LEADS = {
    "plan": ("**Instructor: ",),
    "board": ("**Board.**",),
    "question": ("**The one question to ask:**",),
    "wrong": ("**Usual wrong answers.**", "**What to expect.**"),
    "discussion": ("**Discussion.**",),
    "ticket": ("**Exit ticket.**",),
    "slow": ("**If a machine is slow:**",),
}
LATER = ("board", "discussion", "ticket")  # a lesson may lack these


def path_in(root: Path) -> Path:
    """Return where the guide lies."""
    return root / "solutions" / "INSTRUCTOR_GUIDE.md"


def texts(root: Path, sources: dict[str, NotebookNode]) -> dict[Path, str]:
    """Return the guide and the README with their generated parts as the lessons have them; {} if there is no guide."""
    guide, readme = path_in(root), root / "README.md"
    if not guide.is_file():
        return {}
    sections = (_section(stem[:2], notes(source)) for stem, source in sources.items())
    rows = ["| | lesson | its question |", "|---|---|---|"]
    for number in lessons.LESSONS:
        rows.append(f"| {number} | {lessons.load(number).title} | {lessons.load(number).question} |")
    return {
        guide: _put(measured(guide.read_text("utf-8")), "notes", "\n\n".join(sections)),
        readme: _put(readme.read_text("utf-8"), "lessons", "\n".join(rows)),
    }


def faults(root: Path, sources: dict[str, NotebookNode]) -> list[str]:
    """Return a sentence for each paragraph that the guide needs and an instructor's cell lacks."""
    found = []
    for stem, source in sources.items() if path_in(root).is_file() else ():
        said = notes(source)
        # Lesson 00 takes no machine long.
        wanted = [lead for lead in LEADS if lead not in LATER and (stem[:2], lead) != ("00", "slow")]
        found += [f"solutions/{stem}.py: no instructor's cell has {LEADS[one][0]}" for one in wanted if one not in said]
    return found


def notes(source: NotebookNode) -> dict[str, str]:
    """Return the paragraphs of a source's instructor cells that begin as LEADS says, each in one line."""
    cells = filter(rules.for_instructors, source.cells)
    paragraphs = [" ".join(part.split()) for cell in cells for part in re.split(r"\n\s*\n", cell.source)]
    found = {name: [one for one in paragraphs if one.startswith(leads)] for name, leads in LEADS.items()}
    return {name: said[0] for name, said in found.items() if said}


def measured(text: str, runs: list[dict] = (), machine: str = "") -> str:
    """Return the guide with its table of lessons written anew; what was measured is kept where `runs` says nothing."""
    old = re.findall(r"^\| (\d\d) \|.*\| (\d+) \| (\d+) \|$", text, flags=re.M)
    numbers = {number: f"{seconds} | {peak}" for number, seconds, peak in old}
    numbers |= {run["lesson"][:2]: f"{run['seconds']:.0f} | {run['peak_mb']:.0f}" for run in runs}
    rows = ["| | lesson | minutes | difficulty | they build | run, s | peak, MB |", "|---|---|--:|--:|---|--:|--:|"]
    for number in lessons.LESSONS:
        one = lessons.load(number)
        names = ", ".join(f"`{name}`" for name in lessons.exercises(number))
        took = numbers.get(number, "not measured | not measured")
        rows.append(f"| {number} | {one.title} | {one.minutes} | {one.difficulty} of 5 | {names} | {took} |")
    kept = re.search(r"^Measured by .*$", text, flags=re.M)
    line = f"Measured by `ddlearn run --json` on {machine}." if machine else kept[0] if kept else ""
    return _put(text, "lessons", "\n".join([*rows, "", line]).strip())


def _section(number: str, said: dict[str, str]) -> str:
    parts = (re.sub(r"^\*\*Instructor: [^*]*\*\*", "**The plan, in minutes.**", part) for part in said.values())
    return "\n\n".join([f"### {number} · {lessons.load(number).title}", *parts])


def _put(text: str, name: str, content: str) -> str:
    begin, end = f"<!-- BEGIN {name} -->", f"<!-- END {name} -->"
    new, found = re.subn(f"{begin}\n.*?{end}", lambda _: f"{begin}\n{content}\n{end}", text, count=1, flags=re.S)
    if not found:
        raise ValueError(f"there is no part between {begin} and {end}.")
    return new


def main(run: Path, machine: str) -> None:
    """Put what `ddlearn run --json RUN` measured on a machine into the guide of this checkout."""
    path = path_in(notebooks.checkout() or Path.cwd())
    write_whole(path, measured(path.read_text("utf-8"), json.loads(run.read_text("utf-8")), machine))


if __name__ == "__main__":
    typer.run(main)

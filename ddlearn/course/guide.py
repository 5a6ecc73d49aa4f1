"""The parts of the instructor's guide and of the README that a program can write, so that they never go stale.

`solutions/INSTRUCTOR_GUIDE.md` is written by hand, but for what stands between `<!-- BEGIN name -->` and `<!-- END name
-->`: the table of lessons comes from the lessons themselves, and the plan, the question and the wrong answers of each
come from the instructor's cells of its source. The README's table of lessons is such a part too. `ddlearn build` writes
them, `ddlearn build --check` compares them.

    python -m ddlearn.course.guide RUN.json "two cores of a laptop, nothing else running"

puts measured seconds and memory into the table: RUN.json is what `ddlearn run --json RUN.json` has written.
"""

import json
import re
import sys
from pathlib import Path

from ddlearn import lessons
from ddlearn.classroom.store import write_whole
from ddlearn.course import build, notebooks, rules

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


def write(root: Path, runs: list[dict] = (), machine: str = "") -> list[Path]:
    """Write the generated parts anew; return the files that changed, none if there is no guide under `root`."""
    stale = _stale(root, runs, machine)
    for path, text in stale.items():
        write_whole(path, text)
    return list(stale)


def faults(root: Path) -> list[str]:
    """Return what is missing in an instructor's cell, or else stale in the guide and the README, as sentences."""
    found = []
    for number in lessons.LESSONS if path_in(root).is_file() else ():
        said = notes(root, number)
        # Lesson 00 takes no machine long.
        wanted = [lead for lead in LEADS if lead not in LATER and (number, lead) != ("00", "slow")]
        found += [f"solutions/{number}: no instructor's cell has {LEADS[one][0]}" for one in wanted if one not in said]
    stale = [] if found else [path.relative_to(root).as_posix() for path in _stale(root)]
    return found + [f"{name}: differs from the lessons. `ddlearn build` writes it." for name in stale]


def _stale(root: Path, runs: list[dict] = (), machine: str = "") -> dict[Path, str]:
    """The files whose generated parts are not as the lessons have them, each with the text that it should have."""
    guide, readme = path_in(root), root / "README.md"
    texts = {guide: lambda text: renewed(text, root, runs, machine), readme: listed} if guide.is_file() else {}
    now = {path: path.read_text("utf-8") for path in texts if path.is_file()}
    return {path: new for path, old in now.items() if (new := texts[path](old)) != old}


def listed(text: str) -> str:
    """Return the README with its table of lessons written anew."""
    rows = ["| | lesson | its question |", "|---|---|---|"]
    for number in lessons.LESSONS:
        lesson = lessons.load(number)
        rows.append(f"| {number} | {lesson.title} | {lesson.question} |")
    return _put(text, "lessons", "\n".join(rows))


def renewed(text: str, root: Path, runs: list[dict] = (), machine: str = "") -> str:
    """Return the guide with its generated parts written anew; what was measured is kept where `runs` says nothing."""
    rows = re.findall(r"^\| (\d\d) \|.*\| (\d+) \| (\d+) \|$", text, flags=re.M)
    measured = {number: (seconds, peak) for number, seconds, peak in rows}
    measured |= {run["lesson"][:2]: (f"{run['seconds']:.0f}", f"{run['peak_mb']:.0f}") for run in runs}
    kept = re.search(r"^Measured by .*$", text, flags=re.M)
    line = f"Measured by `ddlearn run --json` on {machine}." if machine else kept[0] if kept else ""
    text = _put(text, "lessons", f"{_table(measured)}\n\n{line}".strip())
    return _put(text, "notes", "\n\n".join(_section(root, number) for number in lessons.LESSONS))


def notes(root: Path, number: str) -> dict[str, str]:
    """Return the paragraphs of a lesson's instructor cells that begin as LEADS says, each in one line."""
    (source,) = (root / "solutions").glob(f"{number}_*.py")
    cells = filter(rules.for_instructors, build.read(source).cells)
    paragraphs = [" ".join(part.split()) for cell in cells for part in re.split(r"\n\s*\n", cell.source)]
    found = {name: [one for one in paragraphs if one.startswith(leads)] for name, leads in LEADS.items()}
    return {name: said[0] for name, said in found.items() if said}


def _section(root: Path, number: str) -> str:
    said = notes(root, number)
    plan = re.sub(
        r"^\*\*Instructor: (the plan|\d+ minutes[^*]*)\.\*\*", "**The plan, in minutes.**", said.get("plan", "")
    )
    parts = [plan, *(said.get(name, "") for name in LEADS if name != "plan")]
    return "\n\n".join([f"### {number} · {lessons.load(number).title}", *filter(None, parts)])


def _table(measured: dict[str, tuple[str, str]]) -> str:
    rows = ["| | lesson | minutes | difficulty | they build | run, s | peak, MB |", "|---|---|--:|--:|---|--:|--:|"]
    for number in lessons.LESSONS:
        lesson = lessons.load(number)
        names = ", ".join(f"`{name}`" for name in lessons.exercises(number))
        numbers = " | ".join(measured.get(number, ["not measured"] * 2))
        rows.append(
            f"| {number} | {lesson.title} | {lesson.minutes} | {lesson.difficulty} of 5 | {names} | {numbers} |"
        )
    return "\n".join(rows)


def _put(text: str, name: str, content: str) -> str:
    begin, end = f"<!-- BEGIN {name} -->", f"<!-- END {name} -->"
    new, found = re.subn(f"{begin}\n.*?{end}", lambda _: f"{begin}\n{content}\n{end}", text, count=1, flags=re.S)
    if not found:
        raise ValueError(f"there is no part between {begin} and {end}.")
    return new


def main(arguments: list[str]) -> int:
    """Put the measurements of a run into the guide of this checkout."""
    root = notebooks.checkout()
    if root is None or len(arguments) != 2:
        print(__doc__, file=sys.stderr)
        return 2
    runs = json.loads(Path(arguments[0]).read_text("utf-8"))
    print("The guide is written." if write(root, runs, arguments[1]) else "The guide says so already.")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))

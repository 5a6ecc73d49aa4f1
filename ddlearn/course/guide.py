"""The parts of the instructor's guide that a program can write, so that they never go stale.

`solutions/INSTRUCTOR_GUIDE.md` is written by hand, but for what stands between `<!-- BEGIN name -->` and `<!-- END name
-->`: the table of lessons comes from the lessons themselves, and the plan, the question and the wrong answers of each
come from the instructor's cells of its source. `ddlearn build` writes them, `ddlearn build --check` compares them.

    python -m ddlearn.course.guide RUN.json "two cores of a laptop, nothing else running"

puts measured seconds and memory into the table: RUN.json is what `ddlearn run --json RUN.json` has written.
"""

import json
import re
import sys
from pathlib import Path

from ddlearn import lessons
from ddlearn.course import build, notebooks, rules

LEADS = {
    "plan": ("**Instructor: ",),
    "question": ("**The one question to ask:**",),
    "wrong": ("**Usual wrong answers.**", "**What to expect.**"),
    "slow": ("**If a machine is slow:**",),
}
UNMEASURED = "not measured"


def path_in(root: Path) -> Path:
    """Where the guide lies."""
    return root / "solutions" / "INSTRUCTOR_GUIDE.md"


def write(root: Path, runs: list[dict] = (), machine: str = "") -> bool:
    """Write the generated parts anew; False if nothing changed, or if there is no guide under `root`."""
    path = path_in(root)
    if not path.is_file():
        return False
    before = path.read_text("utf-8")
    after = renewed(before, root, runs, machine)
    path.write_text(after, "utf-8")
    return after != before


def faults(root: Path) -> list[str]:
    """What is stale in the guide, or missing in an instructor's cell, as sentences."""
    path = path_in(root)
    if not path.is_file():
        return []
    found = []
    for number in lessons.LESSONS:
        said = notes(root, number)
        wanted = [lead for lead in LEADS if (number, lead) != ("00", "slow")]  # lesson 00 takes no machine long
        found += [f"solutions/{number}: no instructor's cell has {LEADS[one][0]}" for one in wanted if one not in said]
    text = path.read_text("utf-8")
    if not found and renewed(text, root) != text:
        found.append(f"solutions/{path.name}: differs from the lessons. `ddlearn build` writes it.")
    return found


def renewed(text: str, root: Path, runs: list[dict] = (), machine: str = "") -> str:
    """The guide with its generated parts written anew; what was measured before is kept where `runs` says nothing."""
    measured = {**_measured(text), **{run["lesson"][:2]: (run["seconds"], run["peak_mb"]) for run in runs}}
    kept = re.search(r"^Measured .*$", _part(text, "lessons"), flags=re.M)
    line = f"Measured by `ddlearn run --json` on {machine}." if machine else kept[0] if kept else ""
    text = _put(text, "lessons", f"{_table(measured)}\n\n{line}".strip())
    return _put(text, "notes", "\n\n".join(_notes_said(root, number) for number in lessons.LESSONS))


def notes(root: Path, number: str) -> dict[str, str]:
    """The paragraphs of a lesson's instructor cells that begin as LEADS says, each in one line."""
    (source,) = (root / "solutions").glob(f"{number}_*.py")
    cells = [cell.text(solved=True) for cell in build.read(source).cells if rules.INSTRUCTOR in cell.tags]
    paragraphs = [" ".join(part.split()) for cell in cells for part in re.split(r"\n\s*\n", cell)]
    found = {}
    for name, leads in LEADS.items():
        first = next((one for one in paragraphs if one.startswith(leads)), None)
        if first is not None:
            found[name] = first
    return found


def _notes_said(root: Path, number: str) -> str:
    said, lesson = notes(root, number), lessons.load(number)
    plan = re.sub(r"^\*\*Instructor: (the plan|\d+ minutes)\.\*\*", "**The plan, in minutes.**", said.get("plan", ""))
    parts = [plan, *(said.get(name, "") for name in ("question", "wrong", "slow"))]
    return "\n\n".join([f"### {number} · {lesson.title}", *(part for part in parts if part)])


def _table(measured: dict[str, tuple]) -> str:
    rows = ["| | lesson | minutes | difficulty | they build | run, s | peak, MB |", "|---|---|--:|--:|---|--:|--:|"]
    for number in lessons.LESSONS:
        lesson = lessons.load(number)
        names = ", ".join(f"`{exercise.name}`" for exercise in lesson.parts.exercises)
        seconds, peak = measured.get(number, (None, None))
        numbers = (UNMEASURED, UNMEASURED) if seconds is None else (f"{seconds:.0f}", f"{peak:.0f}")
        rows.append(
            f"| {number} | {lesson.title} | {lesson.minutes} | {lesson.difficulty} of 5 | {names} | "
            f"{numbers[0]} | {numbers[1]} |"
        )
    return "\n".join(rows)


def _measured(text: str) -> dict[str, tuple[float, float]]:
    rows = re.findall(r"^\| (\d\d) \|.*\| (\d+) \| (\d+) \|$", _part(text, "lessons"), flags=re.M)
    return {number: (float(seconds), float(peak)) for number, seconds, peak in rows}


def _part(text: str, name: str) -> str:
    found = re.search(rf"<!-- BEGIN {name} -->\n(.*?)<!-- END {name} -->", text, flags=re.S)
    if found is None:
        raise ValueError(f"the guide has no part between <!-- BEGIN {name} --> and <!-- END {name} -->.")
    return found[1]


def _put(text: str, name: str, content: str) -> str:
    before = f"<!-- BEGIN {name} -->\n"
    return text.replace(before + _part(text, name), f"{before}{content}\n", 1)


def main(arguments: list[str]) -> int:
    """The command: put the measurements of a run into the guide of this checkout."""
    root = notebooks.checkout()
    if root is None or len(arguments) != 2:
        print(__doc__, file=sys.stderr)
        return 2
    runs = json.loads(Path(arguments[0]).read_text("utf-8"))
    print("The guide is written." if write(root, runs, arguments[1]) else "The guide says so already.")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))

"""How long a lesson takes: counted from its source, so that what it says of itself stays true."""

import re
from pathlib import Path

import jupytext

from ddlearn import lessons
from ddlearn.course.notebooks import sources

LONGEST = 50
"""A lesson may take this many minutes. What takes longer is two lessons."""

WORDS_A_MINUTE, WORDS_A_FORMULA = 180, 40
EXPLORER, EXERCISE, QUESTION = 3, 7, 2  # minutes each
RECAP_AND_QUIZ = 5  # questions


def of(source: Path) -> int:
    """Return the minutes that a lesson's source takes: what is read, moved, built and answered, without what is folded.

    180 words are read in a minute, and a formula on a line of its own takes as long as 40 words. An explorer takes 3
    minutes, an exercise 7, a question 2.
    """
    lesson = jupytext.read(source, fmt="py:percent")
    cells = {kind: [cell.source for cell in lesson.cells if cell.cell_type == kind] for kind in ("markdown", "code")}
    prose = re.sub(r"<details>.*?</details>", "", "\n".join(cells["markdown"]), flags=re.S)
    formulas = prose.count("$$") // 2
    words = len(re.sub(r"\$[^$]*\$", "", prose).split())
    explorers, exercises, predictions = (
        sum(len(re.findall(pattern, code, flags=re.M)) for code in cells["code"])
        for pattern in (r"^lesson\.\w+\.show\(\)", r"^@lesson\.exercise", r"^lesson\.predict\(")
    )
    reading = (words + WORDS_A_FORMULA * formulas) / WORDS_A_MINUTE
    return round(reading + EXPLORER * explorers + EXERCISE * exercises + QUESTION * (RECAP_AND_QUIZ + predictions))


def stated(source: Path) -> int:
    """Return the minutes that a lesson states: those of its source, rounded up to a multiple of five."""
    return -(-of(source) // 5) * 5


def faults(root: Path) -> list[str]:
    """Return a sentence for each lesson under `root` that is too long, or that states other minutes than it takes."""
    found = []
    for path in sources(root):
        takes, lesson = of(path), lessons.load(path.stem[:2])
        if takes > LONGEST:
            found.append(f"solutions/{path.name}: takes {takes} minutes; at most {LONGEST}. Cut, or make two lessons.")
        elif lesson.minutes != stated(path):
            found.append(f"solutions/{path.name}: takes {takes} minutes. Write `minutes={stated(path)}` in its room.")
    return found

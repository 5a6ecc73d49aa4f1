"""Terms and refreshers link back to the lessons that point there."""

import re
from pathlib import Path

import pytest
from nbformat.v4 import new_markdown_cell, new_notebook

from ddlearn.course import index

ROOT = Path(__file__).parents[1]


GLOSSARY = """# Glossary

## Bag (of cells)
Cells.

## Kernel matrix
Numbers.

## Seed
A number.

## Tube
Glass.
"""
FIRST = "[kernel](GLOSSARY.md#kernel-matrix), [x](refreshers/least_squares.md). Each Bag has a seed, no Tubeless one."
SECOND = "Here a *seed* is what the random numbers begin with."


@pytest.fixture
def course(tmp_path):
    """A glossary, a refresher, and two lessons that link to one of each, say a term, and introduce another."""
    (tmp_path / "solutions" / "refreshers").mkdir(parents=True)
    (tmp_path / "solutions" / "refreshers" / "least_squares.md").write_text("# Least squares\n\nTwo lines.\n", "utf-8")
    (tmp_path / "solutions" / "GLOSSARY.md").write_text(GLOSSARY, "utf-8")
    return tmp_path


def texts(course, first=FIRST):
    """The text of the glossary and of the refresher, written where they lie."""
    pages = {"01_fixed_embeddings": first, "02_learned_embeddings": SECOND}
    made = index.texts(course, {stem: new_notebook(cells=[new_markdown_cell(text)]) for stem, text in pages.items()})
    for path, text in made.items():
        path.write_text(text, "utf-8")
    return [made[course / "solutions" / name] for name in ("GLOSSARY.md", "refreshers/least_squares.md")]


def test_a_term_and_a_refresher_name_the_lessons_that_point_there_or_introduce_it_or_say_it(course):
    glossary, refresher = texts(course)
    fixed = "*In:* [Fixed embeddings](01_fixed_embeddings.ipynb)"
    learned = "*In:* [Learned embeddings](02_learned_embeddings.ipynb)"
    said = GLOSSARY.replace("Cells.", f"Cells.\n\n{fixed}").replace("Numbers.", f"Numbers.\n\n{fixed}")
    said = said.replace("A number.", f"A number.\n\n{learned}")
    assert glossary == said
    assert refresher.endswith("Two lines.\n\n*In:* [Fixed embeddings](../01_fixed_embeddings.ipynb)\n")
    assert texts(course) == [glossary, refresher], "a second time changes nothing"


def test_a_link_that_a_lesson_no_longer_has_goes(course):
    texts(course)
    glossary, refresher = texts(course, first="nothing")
    assert glossary.count(index.BACK) == 1
    assert refresher == "# Least squares\n\nTwo lines.\n"


def test_every_term_and_refresher_of_the_course_is_in_a_lesson():
    glossary = (ROOT / "solutions" / "GLOSSARY.md").read_text("utf-8")
    entries = re.split(r"^(?=## )", glossary, flags=re.M)[1:]
    pages = [path.read_text("utf-8") for path in (ROOT / "solutions" / "refreshers").glob("*.md")]
    assert [text.splitlines()[0] for text in [*entries, *pages] if index.BACK not in text] == []


def test_every_link_to_a_term_finds_it():
    headings = re.findall(r"^## (.+)$", (ROOT / "solutions" / "GLOSSARY.md").read_text("utf-8"), flags=re.M)
    there = {index.anchor(heading) for heading in headings}
    for path in (ROOT / "solutions").glob("[0-9][0-9]_*.py"):
        linked = set(re.findall(r"GLOSSARY\.md#([^)]+)\)", path.read_text("utf-8")))
        assert linked <= there, path.name

"""Terms and refreshers link back to the lessons that point there."""

import re
from pathlib import Path

import pytest

from ddlearn.course import index

ROOT = Path(__file__).parents[1]


@pytest.fixture
def course(tmp_path):
    """A glossary of three terms, a refresher, and a lesson that links to one of each and says another term."""
    refreshers = tmp_path / "solutions" / "refreshers"
    refreshers.mkdir(parents=True)
    (refreshers / "least_squares.md").write_text("# Least squares\n\nTwo lines.\n", "utf-8")
    page = (
        "# [kernel](GLOSSARY.md#kernel-matrix), [x](refreshers/least_squares.md). Each Bag counts, no Tubeless one.\n"
    )
    (tmp_path / "solutions" / "01_fixed_embeddings.py").write_text(page, "utf-8")
    terms = "# Glossary\n\n## Bag (of cells)\nCells.\n\n## Kernel matrix\nNumbers.\n\n## Tube\nGlass.\n"
    (tmp_path / "solutions" / "GLOSSARY.md").write_text(terms, "utf-8")
    return tmp_path


def test_a_term_and_a_refresher_name_the_lessons_that_point_there(course):
    assert len(index.faults(course)) == 2
    assert len(index.write(course)) == 2
    assert index.faults(course) == []
    assert not index.write(course)
    said = (course / "solutions" / "GLOSSARY.md").read_text("utf-8")
    link = "*In:* [Fixed embeddings](01_fixed_embeddings.ipynb)"
    bag, kernel = (f"{entry}\n\n{link}" for entry in ("## Bag (of cells)\nCells.", "## Kernel matrix\nNumbers."))
    assert said == f"# Glossary\n\n{bag}\n\n{kernel}\n\n## Tube\nGlass.\n"
    refresher = (course / "solutions" / "refreshers" / "least_squares.md").read_text("utf-8")
    assert refresher.endswith("Two lines.\n\n*In:* [Fixed embeddings](../01_fixed_embeddings.ipynb)\n")


def test_a_link_that_a_lesson_no_longer_has_goes(course):
    before = (course / "solutions" / "GLOSSARY.md").read_text("utf-8")
    index.write(course)
    (course / "solutions" / "01_fixed_embeddings.py").write_text("# nothing\n", "utf-8")
    index.write(course)
    assert (course / "solutions" / "GLOSSARY.md").read_text("utf-8") == before


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

"""The book: whole, readable by all, silent on the network, honest about its claims, and never in another's way."""

import json
import os
import re
import shutil
from itertools import pairwise
from pathlib import Path

import nbformat
import pytest
import yaml
from pages import Page

from ddlearn import lessons
from ddlearn.course import notebooks, run
from ddlearn.course.book import command, folder, measured, stills
from ddlearn.course.book.chapter import chapter
from ddlearn.course.book.prose import Prose

ROOT = Path(__file__).resolve().parents[1]


@pytest.fixture(scope="module")
def book(tmp_path_factory):
    """Lesson 00, run for real and written."""
    place = tmp_path_factory.mktemp("book") / "course"
    assert command.main(["00"], place) == 0
    return place


@pytest.fixture(scope="module")
def pages(book):
    return {path.name: Page(path.read_text("utf-8")) for path in book.glob("*.html")}


@pytest.fixture
def unrun(monkeypatch):
    """Lessons that are not run: their cells stay empty, and they say that they went well."""

    def fill(notebook, lesson, **settings):
        return run.Run(lesson, claims=2, claims_held=2)

    monkeypatch.setattr(command.run, "fill", fill)


# What is written


def test_the_pages_and_what_they_stand_on(book):
    names = {path.name for path in book.iterdir()}
    wanted = {"index.html", "claims.html", "search.html", "00_start_here.html", "book.css", "book.js", "search.js"}
    beside = {f"{path.stem}.html" for path in notebooks.companions(ROOT / "solutions") if path.suffix == ".md"}
    assert names == {*wanted, *beside, "search-index.js", "figures", "pictures", "book.json"}
    assert {"NOTATION.html", "GLOSSARY.html", "least_squares.html"} < beside
    assert not list(book.parent.glob(".*"))


def test_every_link_leads_somewhere(book, pages):
    for name, page in pages.items():
        for link in page.all("a"):
            address = link.attributes["href"]
            if address.startswith("https://"):
                continue
            file, _, anchor = address.partition("#")
            assert (file or name) in pages, (name, address)
            assert not anchor or anchor in pages[file or name].ids(), (name, address)
            assert link.text.strip()


def test_nothing_is_fetched_from_elsewhere(book, pages):
    for name, page in pages.items():
        for element in page.elements:
            asked = [element.attributes.get(one) for one in ("src", "srcset", "action", "data", "poster")]
            asked += [element.attributes.get("href")] if element.tag != "a" else []
            for address in filter(None, asked):
                assert address == "data:," or (book / address).is_file(), (name, element.tag, address)
        (policy,) = [one for one in page.all("meta") if one.attributes.get("http-equiv") == "Content-Security-Policy"]
        assert policy.attributes["content"].startswith("default-src 'none'")
    for file in ("book.css", "book.js", "search.js"):
        text = (book / file).read_text("utf-8")
        assert not re.search(r"https?:|@import|url\(|fetch\(|XMLHttpRequest", text), file


def test_every_picture_has_words_to_hear_and_the_same_to_see(book, pages):
    page = pages["00_start_here.html"]
    opening, *pictures = page.all("img")
    captions = page.all("figcaption")
    assert opening.attributes["src"] == "pictures/start_here.svg"
    assert len(opening.attributes["alt"]) > 20
    assert len(pictures) == len(captions) > 1
    for picture, caption in zip(pictures, captions, strict=True):
        assert len(picture.attributes["alt"]) > 20
        assert picture.attributes["alt"] == caption.text
        assert {"width", "height"} <= set(picture.attributes)
        assert (book / picture.attributes["src"]).read_bytes().startswith(b"\x89PNG")


def test_headings_are_in_order_and_ids_are_unique(pages):
    for name, page in pages.items():
        levels = [int(element.tag[1]) for element in page.all("h1", "h2", "h3", "h4", "h5", "h6")]
        assert levels[0] == 1, name
        assert levels.count(1) == 1
        assert all(after <= before + 1 for before, after in pairwise(levels)), name
        assert len(set(page.ids())) == len(page.ids())
        assert page.all("html")[0].attributes["lang"] == "en"
        assert len(page.all("main")) == len(page.all("title")) == 1


def test_explorers_are_walked_to_the_ends_of_their_controls(pages):
    explorer = lessons.load("00").black_box
    said = " ".join(element.text for element in pages["00_start_here.html"].all("details"))
    moves = list(stills.moves(explorer))
    assert len(pages["00_start_here.html"].all("img")) == 2 + len(moves), "the opening picture, one still, each move"
    assert all(words in said for words, _ in moves)


def test_solutions_hints_mistakes_and_answers_are_folded(pages):
    page = pages["00_start_here.html"]
    (exercise,) = lessons.load("00").parts.exercises
    folds = {element.text.split("\n")[0]: element for element in page.all("summary")}
    assert {f"{word} {exercise.name}" for word in ("Hints for", "Classic mistakes in", "A solution of")} <= set(folds)
    stub, solution, *_ = [one for one in page.all("pre") if f"def {exercise.name}" in one.text]
    assert "return TODO" in stub.text
    assert "return TODO" not in solution.text
    assert "details" in [parent.tag for parent in solution.parents]
    assert "details" not in [parent.tag for parent in stub.parents]
    for item in lessons.load("00").parts.quiz.items:
        right = next(option.answer for option in item.options if option.right).replace("`", "")
        (reply,) = [one for one in page.all("li") if right in one.text and not one.text.startswith(item.question[:10])]
        assert "details" in [parent.tag for parent in reply.parents]


def test_nothing_of_the_machine_s_progress_is_in_it(book):
    text = (book / "00_start_here.html").read_text("utf-8")
    assert "of memory are in use" not in text
    assert "exercises passed" not in text
    assert str(Path.home()) not in text


def test_claims_stand_with_paper_band_measure_and_control(pages):
    text = " ".join(pages["claims.html"].all("main")[0].text.split())
    for claim in lessons.load("00").parts.claims:
        for words in (claim.statement.replace("`", ""), str(claim.basis), str(claim.band)):
            assert words in text
    rows = pages["claims.html"].all("tr")
    assert len(rows) == 1 + len(lessons.load("00").parts.claims)
    assert all("as it must be" in row.text and "✓ holds" in row.text for row in rows[1:])
    assert "2 of 2 claims hold, measured over one seed, in this build." in text


def test_the_map_tells_every_lesson_and_links_those_that_are_here(pages):
    page = pages["index.html"]
    stops = [element for element in page.all("li") if element.attributes.get("class", "").startswith("stop")]
    assert [stop.attributes["id"] for stop in stops] == [f"lesson-{number}" for number in lessons.LESSONS]
    assert [stop.text.count("Not in this edition.") for stop in stops] == [0] + [1] * (len(stops) - 1)


def test_the_search_index_knows_every_section(book, pages):
    script = (book / "search-index.js").read_text("utf-8")
    entries = json.loads(script.removeprefix("window.bookIndex = ").removesuffix(";\n"))
    found = [entry for entry in entries if "memorised" in entry["text"] or "features" in entry["text"].lower()]
    assert found
    headed = {entry["at"] for entry in entries if entry["page"] == "00_start_here.html"} - {""}
    assert headed == {one.attributes["id"] for one in pages["00_start_here.html"].all("h2", "h3")}


# Every lesson, without running it


@pytest.fixture(scope="module", params=list(lessons.LESSONS))
def unrun_chapter(request):
    solved, unsolved = (
        next(path for path in notebooks.shipped(solved=which) if path.name.startswith(request.param))
        for which in (True, False)
    )
    notebook = nbformat.read(solved, as_version=4)
    notebook.cells += stills.cells(lessons.load(request.param))
    address = {number: f"{number}.html" for number in lessons.LESSONS}.get
    stubs = nbformat.read(unsolved, as_version=4)
    make = lambda instructor: chapter(lessons.load(request.param), notebook, stubs, address, instructor)  # noqa: E731
    return make(False), make(True)


def test_every_formula_is_mathml_and_none_is_left_as_tex(unrun_chapter):
    page = Page("\n".join(unrun_chapter[1].blocks))
    for formula in page.all("math"):
        assert formula.attributes["alttext"]
        assert not re.search(r"\\[a-z]+", formula.text), formula.attributes["alttext"]
    prose = " ".join(
        element.text for element in page.all("p", "li") if "pre" not in {one.tag for one in element.parents}
    )
    assert not re.search(r"\$|\\(?:frac|sqrt|sum|theta|lambda)\b", prose)


def test_every_lesson_tells_the_map_its_question(unrun_chapter):
    made = unrun_chapter[0]
    assert len(made.question) > 40
    assert made.needs
    assert set(made.builds_on) < set(lessons.LESSONS)
    assert made.number == "00" or made.builds_on, "a lesson says which lesson it needs"
    assert [level for level, _, _ in made.headings].count(1) == 0


def test_every_part_of_a_lesson_is_on_its_page(unrun_chapter):
    made = unrun_chapter[0]
    text, parts = Page("\n".join(made.blocks)), made.lesson.parts
    said = " ".join(" ".join(element.text.split()) for element in text.elements)
    for words in [
        *(item.question for quiz in (parts.recap, parts.quiz) for item in quiz.items),
        *(prediction.question for prediction in parts.predictions),
        # One that costs a wait may be left to a reader who asks for it, by a line in a problem.
        *(one.title for one in parts.explorers if f"lesson.{one.name}.show()" not in said),
        *(exercise.title for exercise in parts.exercises),
    ]:
        assert " ".join(words.replace("`", "").split()) in said


def test_notes_for_instructors_are_in_their_own_edition_only(unrun_chapter):
    learners, instructors = ("\n".join(one.blocks) for one in unrun_chapter)
    assert "Instructor" not in learners
    assert 'role="note" aria-label="For the instructor"' in instructors


def test_big_brackets_grow_and_capital_greek_stands_upright():
    page = Page(Prose().html(r"$$\Theta = \Big(\frac{a}{b}\Big)^2 \cos\theta$$"))
    brackets = [one for one in page.all("mo") if one.text in "()"]
    assert len(brackets) == 2
    assert all(one.attributes["stretchy"] == "true" for one in brackets)
    names = {one.text: one.attributes for one in page.all("mi")}
    assert names["Θ"] == {"mathvariant": "normal"}
    assert names["θ"] == {}
    (formula,) = page.all("math")
    assert formula.attributes["alttext"] == r"\Theta = \Big(\frac{a}{b}\Big)^2 \cos\theta"


def test_a_lesson_that_is_named_is_a_link_but_not_twice_and_not_in_code():
    prose = Prose({"03": "three.html"}.get)
    page = Page(prose.html("In lesson 03, not `lesson 03`, and [lesson 03](https://example.org); lesson 04 < 5."))
    assert [link.attributes["href"] for link in page.all("a")] == ["three.html", "https://example.org"]
    assert page.all("p")[0].text.endswith("lesson 04 < 5.")


# Where it is written


def test_an_earlier_book_is_replaced_in_one_step(unrun, tmp_path):
    place = tmp_path / "book"
    assert command.main(["00", "01"], place) == 0
    assert command.main(["00"], place) == 0
    assert not (place / "01_fixed_embeddings.html").exists()
    assert [path.name for path in tmp_path.iterdir()] == ["book"]


def test_an_empty_folder_is_taken(unrun, tmp_path):
    (tmp_path / "book").mkdir()
    assert command.main(["00"], tmp_path / "book") == 0


def no_book(place):
    place.mkdir()
    (place / "thesis.txt").write_text("mine")


def another_s_record(place):
    no_book(place)
    (place / folder.RECORD).write_text('{"generator": "another tool", "files": ["thesis.txt", "book.json"]}')


def a_file(place):
    place.write_text("mine")


def a_link(place):
    place.with_name("elsewhere").mkdir()
    place.symlink_to(place.with_name("elsewhere"))


@pytest.mark.parametrize("make", [no_book, another_s_record, a_file, a_link])
def test_what_is_no_book_of_ours_is_left_as_it_is(tmp_path, monkeypatch, make):
    place = tmp_path / "book"
    make(place)
    before = sorted((path.name, path.read_bytes()) for path in tmp_path.rglob("*") if path.is_file())
    monkeypatch.setattr(command.run, "fill", lambda *a, **k: pytest.fail("a lesson ran for a book that cannot be"))
    with pytest.raises(FileExistsError, match=r"it is left as it is\. Choose another: --out FOLDER\."):
        command.main(["00"], place)
    assert before == sorted((path.name, path.read_bytes()) for path in tmp_path.rglob("*") if path.is_file())


def test_a_book_in_which_somebody_keeps_something_is_left(book, unrun, tmp_path):
    place = tmp_path / "book"
    shutil.copytree(book, place)
    (place / "figures" / "my notes.txt").write_text("mine")
    with pytest.raises(FileExistsError, match=r"figures/my notes\.txt"):
        command.main(["00"], place)
    assert (place / "figures" / "my notes.txt").read_text() == "mine"


def test_a_lesson_that_fails_gives_no_book_and_spares_the_earlier_one(book, tmp_path, monkeypatch, capsys):
    place = tmp_path / "book"
    shutil.copytree(book, place)
    failed = run.Run("00_start_here", errors=1, messages=["cell 3: ValueError: no"])
    monkeypatch.setattr(command.run, "fill", lambda *a, **k: failed)
    before = sorted(path.name for path in place.rglob("*"))
    assert command.main(["00"], place) == 1
    assert "00_start_here, cell 3: ValueError: no" in capsys.readouterr().out
    assert sorted(path.name for path in place.rglob("*")) == before
    assert [path.name for path in tmp_path.iterdir()] == ["book"]


def test_a_full_disk_leaves_the_earlier_book_whole(book, unrun, tmp_path, monkeypatch):
    place = tmp_path / "book"
    shutil.copytree(book, place)
    rename, calls = os.rename, []

    def second_fails(source, target):
        calls.append(source)
        if len(calls) == 2:
            raise OSError(28, "No space left on device")
        rename(source, target)

    monkeypatch.setattr(os, "rename", second_fails)
    with pytest.raises(OSError, match="No space left"):
        command.main(["00"], place)
    assert (place / "00_start_here.html").read_bytes() == (book / "00_start_here.html").read_bytes()
    assert [path.name for path in tmp_path.iterdir()] == ["book"]


def test_a_lesson_that_is_not_there_is_refused(tmp_path):
    with pytest.raises(ValueError, match="There is no lesson 77"):
        command.main(["77"], tmp_path / "book")
    assert list(tmp_path.iterdir()) == []


# Claims measured elsewhere


@pytest.fixture
def claims_file(tmp_path):
    def write(**changes):
        claims = lessons.load("00").parts.claims
        records = [
            {
                "lesson": "00",
                "id": claim.id,
                "measured": [claim.band.expected] * 3,
                "control_measured": [1e9] * 3,
                "seconds": 1.0,
                "error": "",
            }
            for claim in claims
        ]
        records[0] |= changes
        path = tmp_path / "claims.json"
        path.write_text(json.dumps(records))
        return path

    return write


def test_claims_of_more_seeds_take_the_place_of_the_run_s_own(unrun, tmp_path, claims_file):
    assert command.main(["00"], tmp_path / "book", claims=claims_file()) == 0
    page = (tmp_path / "book" / "claims.html").read_text("utf-8")
    assert "measured over 3 seeds, by `ddlearn claims` before this build." in page
    assert "over 3 seeds)" in page


def test_a_claim_that_does_not_hold_is_said_and_is_exit_code_1(unrun, tmp_path, claims_file, capsys):
    assert command.main(["00"], tmp_path / "book", claims=claims_file(measured=[1e9, None, 1e9])) == 1
    assert "✗ does not hold here" in (tmp_path / "book" / "claims.html").read_text("utf-8")
    count = len(lessons.load("00").parts.claims)
    assert f"{count - 1} of {count} claims hold in it." in capsys.readouterr().out


@pytest.mark.parametrize(
    "text", ["", "{}x", '[{"lesson": "00"}]', '[{"lesson": "00", "id": "no-such"}]', '{"lesson": "00"}', "[3]"]
)
def test_a_file_that_holds_no_claims_is_refused_in_a_sentence(tmp_path, text):
    path = tmp_path / "claims.json"
    path.write_text(text)
    with pytest.raises(ValueError, match=r"claims\.json is no file that `ddlearn claims --json` writes"):
        measured.read(path)


# How it is published


def test_the_workflow_pins_its_actions_and_asks_for_the_least():
    """Beyond what `test_tree` asks of every workflow."""
    text = (ROOT / ".github" / "workflows" / "book.yml").read_text("utf-8")
    workflow = yaml.safe_load(text)
    assert workflow[True]["push"] == {"tags": ["v*"]}  # YAML reads the word "on" as a truth
    jobs = workflow["jobs"]
    assert jobs["build"]["permissions"] == {"contents": "read"}
    assert jobs["publish"]["permissions"] == {"pages": "write", "id-token": "write"}
    steps = [step for job in jobs.values() for step in job["steps"]]
    assert len(re.findall(r"actions/.*@[0-9a-f]{40} # v\d+\.\d+\.\d+$", text, re.M)) == text.count("uses:")
    assert steps[0]["with"] == {"persist-credentials": False}
    assert [step["run"] for step in steps if "run" in step][-1] == ".venv/bin/python -m ddlearn book --out site"
    assert "secrets." not in text

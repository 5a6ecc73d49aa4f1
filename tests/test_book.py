"""The book: whole, moving, silent on the network, honest about its claims, and never in another's way."""

import base64
import gzip
import io
import json
import os
import re
from contextlib import nullcontext
from dataclasses import replace
from html import unescape
from pathlib import Path
from urllib.parse import unquote
from xml.etree import ElementTree

import nbformat
import numpy as np
import pytest
import yaml
from markdown_it import MarkdownIt
from markupsafe import Markup
from mdit_py_plugins.dollarmath import dollarmath_plugin
from pages import Page
from PIL import Image
from rich.console import Console

from ddlearn import lessons
from ddlearn.classroom import Choice, Explorer, Slider, Switch
from ddlearn.course import claims, notebooks, run
from ddlearn.course.book import chapter, command, folder, pages, recorder, workshop
from ddlearn.course.book.recorder import Recorded

ROOT = Path(__file__).resolve().parents[1]
LESSON = "00_start_here"


@pytest.fixture
def waves():
    """An explorer with every kind of control: a wave, which may be shifted, or another one."""

    def compute(shape, height, count, shifted, shift):
        x = np.linspace(0, 1, 50)
        phase = shift if shifted else 0.0
        return x, height * (np.sin if shape == "sine" else np.cos)(count * (x + phase))

    def picture(fig, r):
        left, right = fig.row(1, 1)
        left.frame("wave", "x", "y", xlim=(0, 1), ylim=(-2, 2))
        left.line(*r, label="wave")
        right.frame("its square", "x", "y", xlim=(0, 1), ylim=(0, 4))
        right.dots(r[0], r[1] ** 2)

    return Explorer(
        "waves",
        "Waves",
        (
            Choice("shape", "Shape", ("sine", "cosine"), "sine"),
            Slider("height", "Height", 0.1, 2.0, 1.0),
            Slider("count", "Waves", 1, 5, 3, whole=True),
            Switch("shifted", "Shifted", False),
            Slider("shift", "Shift", 0.0, 1.0, 0.25, step=0.25),
        ),
        compute,
        picture,
        lambda r: f"The wave reaches {r[1].max():.3f}.",
        size=(6, 3),
        more=("shift",),
        idle=lambda values: {} if values["shifted"] else {"shift": "the wave is not shifted."},
        pairs=(("shape", "count"),),
    )


@pytest.fixture
def cache(monkeypatch, tmp_path):
    """A cache that nobody has filled."""
    monkeypatch.setenv("DDLEARN_DATA", str(tmp_path / "cache"))
    return tmp_path / "cache" / "book"


# What is recorded


@pytest.mark.parametrize("slider", [Slider("a", "A", 0, 1, 0.37), Slider("a", "A", 1e-4, 10, 0.01, log=True)])
def test_a_slider_has_nine_to_thirteen_positions_and_its_start_is_one(slider):
    there = recorder.positions(slider)
    assert 9 <= len(there) <= 13
    assert there == sorted(set(there))
    assert {slider.low, slider.start, slider.high} <= set(there)


def test_a_control_with_few_places_has_all_of_them(waves):
    shape, _, count, shifted, shift = waves.controls
    assert recorder.positions(shape) == ["sine", "cosine"]
    assert recorder.positions(count) == [1, 2, 3, 4, 5]
    assert recorder.positions(shifted) == [False, True]
    assert recorder.positions(shift) == [0.0, 0.25, 0.5, 0.75, 1.0]


def test_each_control_moves_alone_a_pair_together_and_an_idle_one_where_it_is_not_idle(waves):
    start, *others = recorder.states(waves)
    assert start == {control.name: control.start for control in waves.controls}
    assert len({tuple(one.values()) for one in others}) == len(others)
    for control in waves.controls:
        alone = {**start, "shifted": True} if control.name == "shift" else start
        for value in recorder.positions(control):
            assert {**alone, control.name: value} in [start, *others]
    assert {**start, "shape": "cosine", "count": 5} in others
    assert not [one for one in others if one["shift"] != 0.25 and not one["shifted"]]


def test_a_pair_names_controls():
    with pytest.raises(ValueError, match=r"pairs must be one of .*; got .b."):
        Explorer(
            "x", "X", (Slider("a", "A", 0, 1, 0),), lambda a: a, lambda fig, r: None, lambda r: "", pairs=(("a", "b"),)
        )


def read(text):
    """The recording in a file, as the player finds it."""
    found = re.fullmatch(r"\(globalThis\.ddlearnStates \?\?= \{\}\)\[\"waves\"\] = (.*);\n", text)
    return json.loads(found[1])


def decoded(state):
    return Image.open(io.BytesIO(base64.b64decode(state["picture"]))).convert("RGBA")


def test_every_state_has_the_sentence_and_the_picture_of_the_live_explorer(waves, monkeypatch):
    monkeypatch.setattr(recorder, "POSITIONS", 2)
    monkeypatch.setattr(recorder, "IN_A_GRID", 2)
    wanted = recorder.states(waves)
    told, live = read(recorder.record(waves, wanted, "waves").text), waves.fresh()
    start = decoded(told["states"][0])
    assert start.size == (1200, 600)
    for values, state in zip(wanted, told["states"], strict=True):
        assert state["at"] == [recorder.positions(one).index(values[one.name]) for one in waves.controls]
        bundle = live.still(**values)
        assert state["sentence"] == bundle["text/plain"]
        assert state.get("idle", {}) == waves.idle(values)
        shown = Image.alpha_composite(start, decoded(state)).convert("RGB")
        right = Image.open(io.BytesIO(base64.b64decode(bundle["image/png"]))).convert("RGB")
        away = np.abs(np.asarray(shown, int) - np.asarray(right, int)).max(-1)
        assert (away > 48).mean() < 1e-3, values  # 256 colors are chosen for a part here, for the whole there


def test_the_numbers_of_a_state_are_those_behind_its_picture(waves):
    wanted = recorder.states(waves)[:3]
    told = read(recorder.record(waves, wanted, "waves").text)
    sheets = gzip.decompress(base64.b64decode(told["numbers"])).decode().split("\f")
    assert len(sheets) == 3
    for values, sheet in zip(wanted, sheets, strict=True):
        columns = waves.fresh().data(**values)
        head, *rows = (line.split(",") for line in sheet.splitlines())
        assert head == list(columns) == ["panel", "mark", "x", "y", "value"]
        assert {row[0] for row in rows} == {"wave", "its square"}
        x, y = waves.compute(**values)
        curve = np.array([row[2:4] for row in rows if row[1] == "wave"], float)
        assert np.allclose(curve, np.stack([x, y], 1), atol=1e-5)


def test_a_cell_with_a_comma_is_quoted():
    assert recorder.sheet({"a": ['one, "two"', "b"], "b": [0.1234567, ""]}) == 'a,b\n"one, ""two""",0.123457\nb,\n'


def test_a_state_that_fails_is_named(waves):
    silent = replace(waves, sentence=lambda r: "")
    with pytest.raises(RuntimeError, match=r"explorer 'waves' fails at shape='sine', height=1\.0.*: .*empty"):
        recorder.record(silent, recorder.states(waves)[:1], "waves")


@pytest.mark.parametrize(
    ("boxes", "parts"),
    [
        ([(10, 10, 290, 190), (310, 10, 590, 190)], [[0, 0, 300, 200], [300, 0, 300, 200]]),
        ([(10, 10, 290, 190), (280, 10, 590, 190)], [[0, 0, 285, 200], [285, 0, 315, 200]]),  # labels that touch
        ([(10, 10, 290, 190), (250, 10, 590, 190)], [[0, 0, 600, 200]]),
        ([(10, 10, 540, 190), (550, 10, 590, 190)], [[0, 0, 600, 200]]),  # a color bar
        (
            [(100, 0, 500, 20), (10, 30, 290, 190), (310, 30, 590, 190)],
            [[0, 0, 600, 25], [0, 25, 300, 175], [300, 25, 300, 175]],
        ),
    ],
)
def test_a_narrow_page_cuts_a_picture_where_nothing_is_cut_through(boxes, parts):
    assert recorder.panes(boxes, 600, 200) == parts


def test_a_recording_is_kept_and_a_second_one_takes_no_computation(monkeypatch, cache):
    lesson, states = lessons.load("00"), recorder.states
    monkeypatch.setattr(recorder, "states", lambda explorer: states(explorer)[:2])
    first = workshop.record("00", "black_box")
    assert (first.states, first.size) == (2, len(first.text.encode()))
    monkeypatch.setattr(recorder, "record", lambda *_: pytest.fail("recorded again"))
    assert workshop.record("00", "black_box") == first == workshop.estimate("00", "black_box")
    assert first.still[8:12] == b"WEBP"
    assert first.sentence == lesson.black_box.fresh().still()["text/plain"]


def test_a_run_is_kept_and_one_that_failed_is_run_again(monkeypatch, cache):
    path, runs = notebooks.shipped(solved=True)[0], []

    def fill(notebook, stem, solved):
        runs.append(stem)
        return run.Run(stem, errors=int(len(runs) == 1))

    monkeypatch.setattr(run, "fill", fill)
    errors = [workshop.run_lesson(path)[0].errors for _ in range(3)]
    assert (errors, runs) == ([1, 0, 0], [LESSON, LESSON])


@pytest.mark.parametrize("trouble", ["a file in its place", "another owner", "a full disk"])
def test_a_cache_that_takes_nothing_costs_no_book(monkeypatch, tmp_path, trouble):
    def refused(*_, **__):
        raise OSError(trouble)

    (tmp_path / "file").write_text("no folder")
    monkeypatch.setenv("DDLEARN_DATA", str(tmp_path / ("file" if trouble == "a file in its place" else "cache")))
    if trouble == "another owner":  # only the owner may change who can write in a folder
        monkeypatch.setattr(workshop.Path, "chmod", refused)
    if trouble == "a full disk":
        monkeypatch.setattr(workshop, "TemporaryFile", refused)
    monkeypatch.setattr(recorder, "record", lambda _, wanted, file: Recorded(file, len(wanted), 10, 1.0))
    assert workshop.record("00", "black_box").states == workshop.estimate("00", "black_box").states > 5
    assert not [*tmp_path.glob("cache/book/*/*")]


@pytest.mark.skipif(os.name == "nt", reason="Windows has other rights")
def test_nobody_else_can_write_what_a_build_unpickles(monkeypatch, tmp_path):
    monkeypatch.setenv("DDLEARN_DATA", str(tmp_path))
    (tmp_path / "book").mkdir(mode=0o777)
    assert Path(workshop.memory().location).stat().st_mode & 0o777 == 0o700


COURSE = ("course/run.py", "course/doctor.py")  # that decides what a run gives, and that does not


def test_what_changes_is_recorded_again_and_nothing_else(monkeypatch, tmp_path):
    one, two = "lessons/one/__init__.py", "lessons/two/__init__.py"
    for name in ("science.py", "lessons/__init__.py", one, two, "lessons/three/questions.md", *COURSE):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text("from ddlearn.lessons.two import x" if name == one else "")
    monkeypatch.setattr(notebooks, "PACKAGE", tmp_path)

    def keys():
        return {room: workshop._code.__wrapped__(room) for room in ("one", "two", "three")}

    for name, changed in [
        (two, {"one", "two"}),
        ("lessons/three/questions.md", {"three"}),
        ("science.py", {"one", "two", "three"}),
        (COURSE[0], {"one", "two", "three"}),
        (COURSE[1], set()),
    ]:
        before = keys()
        (tmp_path / name).write_text("changed")
        assert {room for room, key in keys().items() if key != before[room]} == changed


def test_what_a_recording_takes_is_foreseen(monkeypatch, cache, waves):
    states = recorder.states
    monkeypatch.setattr(recorder, "states", lambda explorer: states(explorer)[:8])
    monkeypatch.setattr(lessons.load("00"), "waves", waves, raising=False)
    foreseen, there = workshop.estimate("00", "waves"), workshop.record("00", "waves")
    assert foreseen.states == there.states
    assert there.size == len(there.text.encode())
    assert 0.5 < foreseen.size / there.size < 2


@pytest.mark.parametrize(
    ("sizes", "sentence"),
    [
        ([2_100_000], r"are over the 2 MB that an explorer may take: 00_0 2\.1 MB, 7 states\. Declare fewer"),
        ([1_900_000] * 4, r"are over the 6 MB that a lesson may take: 00 7\.6 MB\. Declare fewer"),
    ],
)
def test_what_is_over_the_budget_is_refused_in_a_sentence(sizes, sentence):
    recorded = [Recorded(f"00_{place}", 7, size, 1.0) for place, size in enumerate(sizes)]
    with pytest.raises(ValueError, match=sentence):
        command._weigh(Console(), "", recorded)
    command._weigh(Console(), "", [Recorded("00_a", 7, 1_900_000, 1.0), Recorded("01_a", 7, 1_900_000, 1.0)])


# Every lesson, without running it


def written(number, instructor=False, here=None):
    """A lesson's page, its cells not run."""
    solved = next(path for path in notebooks.shipped(solved=True) if path.name.startswith(number))
    stems = [f"{number}_{slug}" for number, slug in lessons.LESSONS.items()] if here is None else here
    made = chapter.Chapter(solved, stems, instructor)
    made.figures = {one.name: Markup(f"<p>{one.title}</p>") for one in made.explorers}
    made.fill(nbformat.read(solved, as_version=4))
    return made


@pytest.fixture(scope="module", params=list(lessons.LESSONS))
def unrun_lesson(request):
    return written(request.param), written(request.param, instructor=True)


def text_of(notebook):
    return "\n".join(cell.source for cell in notebook.cells)


def parsed(mathml):
    """An element of MathML, whose names of signs are HTML's."""
    return ElementTree.fromstring(re.sub("&[A-Z][A-Za-z]+;", lambda found: unescape(found[0]), mathml))


def test_every_formula_is_mathml_and_none_is_left_as_tex(unrun_lesson):
    from ddlearn.course.book.formulas import mathml

    markdown = MarkdownIt("commonmark").enable("table").use(dollarmath_plugin)
    tokens = [token for cell in unrun_lesson[1].page.cells for token in markdown.parse(cell.source)]
    tokens += [child for token in tokens for child in token.children or ()]
    formulas = [token.content for token in tokens if token.type in ("math_inline", "math_block")]
    assert formulas
    for formula in formulas:
        element = parsed(mathml(formula))
        assert element.tag.endswith("math")
        assert element.attrib["alttext"] == " ".join(formula.split())
        assert not re.search(r"\\[a-z]+", "".join(element.itertext())), formula


def test_every_part_of_a_lesson_is_on_its_page(unrun_lesson):
    made = unrun_lesson[0]
    said, told = " ".join(Page(Markup(text_of(made.page)).striptags()).words.split()), made.lesson.parts
    for words in [
        *(item.question for quiz in (told.recap, told.quiz) for item in quiz.items),
        *(prediction.question for prediction in told.predictions),
        *(exercise.title for exercise in (*told.exercises, *told.decisions)),
        *(one.title for one in told.explorers if one.name in made.figures),
    ]:
        assert " ".join(words.replace("`", "").split()) in said


def test_what_a_learner_has_to_find_is_folded(unrun_lesson):
    made = unrun_lesson[0]
    for one in (*made.lesson.parts.exercises, *made.lesson.parts.decisions):
        folded = [cell for cell in made.page.cells if 'class="solution"' in cell.source]
        (cell,) = [cell for cell in folded if f'"{one.name}"' in Markup(cell.source).striptags()]
        page = Page(cell.source.removeprefix("``````````{raw} html\n").removesuffix("``````````"))
        (solution,) = [fold for fold in page.all("details") if fold.attributes["class"] == "solution"]
        (stub,) = [code for code in page.all("pre") if "details" not in [parent.tag for parent in code.parents]]
        assert "TODO" in stub.text or one.given
        assert stub.text not in solution.text
        assert "TODO" not in solution.text


def test_notes_for_instructors_are_in_their_own_edition_only(unrun_lesson):
    learners, instructors = map(text_of, (one.page for one in unrun_lesson))
    assert "**Instructor" not in learners
    assert ":::::{admonition} For the instructor" in instructors


def test_sheets_have_the_exercises_and_solutions_on_a_sheet_of_their_own(unrun_lesson):
    asked, solved = (pages.sheet(unrun_lesson[0], solved) for solved in (False, True))
    for name in lessons.exercises(unrun_lesson[0].lesson.number):
        assert f'"{name}"' in asked
    assert "return TODO" not in solved
    assert len(solved) > len(asked)
    assert "**Instructor" not in asked + solved


def test_slides_have_pictures_statements_questions_and_notes(unrun_lesson):
    made = unrun_lesson[0]
    slides, told = pages.deck(made), made.lesson.parts
    assert slides.count("\n## Predict\n") == len(told.predictions)
    assert slides.count("\n## Quiz\n") == len(told.quiz.items)
    assert slides.count("\n## Claimed, and measured\n") == len(told.claims)
    assert made.lesson.question in slides
    for one in told.explorers:
        assert (f"\n## {one.title}\n" in slides) == (one.name in made.figures)
    assert "**Instructor" in slides.partition("## Notes for the speaker")[2]


def test_a_link_to_a_lesson_that_is_not_in_this_edition_is_its_words_alone():
    text = text_of(written("01", here=["01_fixed_embeddings"]).page)
    assert "From lesson 00." in text
    assert ".ipynb" not in text
    assert "[lesson 00](00_start_here.ipynb)" in text_of(written("01").page)


def test_a_link_to_a_heading_of_another_lesson_names_it_as_sphinx_does():
    text = "[one](12_weak_labels.ipynb#Explain:-the-effective-bag-size), [two](../00_start_here.ipynb)"
    said = chapter.linked(text, ["12_weak_labels", "00_start_here"])
    assert said == text.replace("Explain:-the", "explain-the")
    assert chapter.linked(text, ["00_start_here"]) == "one, [two](../00_start_here.ipynb)"


def test_big_brackets_grow_and_capital_greek_stands_upright():
    from ddlearn.course.book.formulas import mathml

    formula = parsed(mathml(r"\Theta = \Big(\frac12\Big)^2 \cos\theta", block=True))
    told = [(one.tag.rpartition("}")[2], one.text, one.attrib) for one in formula.iter()]
    brackets = [given for tag, text, given in told if tag == "mo" and text in ("(", ")")]
    assert len(brackets) == 2
    assert all(given.get("stretchy") != "false" for given in brackets)
    assert [given for _, text, given in told if text == "Θ"] == [{"mathvariant": "normal"}]
    assert [given for _, text, given in told if text == "θ"] == [{}]
    assert [text for tag, text, _ in told if tag == "mn"] == ["1", "2", "2"]


# What is written


@pytest.fixture(scope="module")
def sheets(book):
    # The theme ships a template among its files, which is no page.
    found = (path for path in book.rglob("*.html") if "_static" not in path.parts)
    return {path.relative_to(book).as_posix(): Page(path.read_text("utf-8")) for path in found}


def test_the_pages_and_what_they_stand_on(book, sheets):
    names = {"index", LESSON, "claims", "GLOSSARY", "NOTATION", "bibliography", "refreshers/least_squares", "search"}
    names |= {"science/kernels", "science/linear_networks"}
    names |= {f"handouts/{LESSON}", f"handouts/{LESSON}_solved", f"slides/{LESSON}"}
    assert {f"{name}.html" for name in names} <= set(sheets)
    files = {"explorers/00_black_box.js", "explorers/00_black_box.webp", "player.js", "_static/book.css", "book.json"}
    assert all((book / name).is_file() for name in files)
    assert {path.name for path in book.parent.iterdir()} == {"course", "cache", "lock", "warnings"}


def test_every_link_leads_somewhere(book, sheets):
    anchors = {name: set(page.ids()) for name, page in sheets.items()}
    for name, page in sheets.items():
        links = {link.attributes["href"] for link in page.all("a") if link.attributes.get("href")}
        for address in (link for link in links if not link.startswith(("https://", "http://"))):
            file, _, anchor = address.partition("#")
            target = os.path.normpath(f"{Path(name).parent}/{unquote(file)}") if file else name
            assert (book / target).is_file(), (name, address)
            assert not anchor or unquote(anchor) in anchors.get(target, unquote(anchor)), (name, address)


def test_nothing_is_fetched_from_elsewhere(book, sheets):
    for name, page in sheets.items():
        given = [(one.tag, *item) for one in page.elements for item in one.attributes.items()]
        sources = [value for _, key, value in given if key in ("src", "srcset", "data", "poster") and value]
        for address in [*sources, *(value for tag, key, value in given if (tag, key) == ("link", "href"))]:
            file = address.partition("?")[0]
            assert file.startswith(("data:", "#")) or (book / Path(name).parent / file).is_file(), (name, address)


def test_the_start_of_an_explorer_is_there_without_a_script(book):
    text = (book / f"{LESSON}.html").read_text("utf-8")
    explorer = lessons.load("00").black_box
    inside = re.search(r"<ddlearn-explorer(.*?)</ddlearn-explorer>", text, flags=re.S)[1]
    sentence = explorer.fresh().still()["text/plain"]
    assert f'alt="{sentence}"' in inside
    assert f"<figcaption>{sentence}" in inside
    assert "Shown at: Features 8, Noise in the points 0.2." in inside


def test_the_record_has_the_recordings(book):
    record = json.loads((book / "book.json").read_text("utf-8"))
    (one,) = record["explorers"]
    assert one["file"] == "00_black_box"
    assert one["states"] == len(recorder.states(lessons.load("00").black_box))
    assert one["bytes"] == (book / "explorers" / "00_black_box.js").stat().st_size
    assert set(record["files"]) == {path.relative_to(book).as_posix() for path in book.rglob("*") if path.is_file()}


def test_nothing_of_the_machine_s_progress_is_in_it(book):
    text = (book / f"{LESSON}.html").read_text("utf-8")
    assert "of memory are in use" not in text
    assert "exercises passed" not in text
    assert str(Path.home()) not in text


def test_claims_stand_with_paper_band_measure_and_control(book):
    text = " ".join(Markup((book / "claims.html").read_text("utf-8")).striptags().split())
    for claim in lessons.load("00").parts.claims:
        for words in (claim.statement.replace("`", ""), str(claim.basis), str(claim.band)):
            assert words in text
    assert text.count("as it must be") == text.count("✓ holds") == len(lessons.load("00").parts.claims)
    assert "2 of 2 claims hold, measured over one seed, in this build." in text


def test_the_map_tells_every_lesson_and_links_those_that_are_here(book):
    text = (book / "index.html").read_text("utf-8")
    assert all(lessons.load(number).question in Markup(text).unescape() for number in lessons.LESSONS)
    assert text.count("Not in this edition.") == len(lessons.LESSONS) - 1


def test_the_science_is_told_from_its_docstrings(book):
    text = " ".join(Markup((book / "science" / "separable.html").read_text("utf-8")).striptags().split())
    assert "d = -|g|_1 sign(g) sign descent" in text
    assert "max_margin(" in text


# Where it is written


@pytest.fixture
def unrun(monkeypatch):
    """Lessons that are not run, explorers that are not recorded, pages that Sphinx does not see; all say: well done."""

    def fill(path):
        return run.Run(path.stem, claims=2, claims_held=2), nbformat.read(path, as_version=4)

    def build(source, place):
        for path in source.glob("*.*"):
            (place / path.name).with_suffix(".html").write_text(path.read_text("utf-8"))
        return []

    def recorded(number, name):
        return Recorded(f"{number}_{name}", 1, 10, 0.1, "x", b"x", "A sentence.")

    monkeypatch.setattr(command, "NEEDED", ())
    monkeypatch.setattr(command.cluster, "workers", lambda backend: nullcontext())
    monkeypatch.setattr(command.site, "build", build)
    monkeypatch.setattr(command.workshop, "run_lesson", fill)
    monkeypatch.setattr(command.workshop, "record", recorded)
    monkeypatch.setattr(command.workshop, "estimate", recorded)


def test_an_earlier_book_is_replaced_in_one_step(unrun, tmp_path):
    place = tmp_path / "book"
    place.mkdir()  # an empty folder is taken
    assert command.main(["00", "01"], place) == 0
    assert (place / "explorers" / "01_lift.js").exists()
    assert command.main(["00"], place) == 0
    assert not (place / "explorers" / "01_lift.js").exists()
    assert [path.name for path in tmp_path.iterdir()] == ["book"]


def test_a_machine_without_sphinx_is_told_what_to_install(unrun, monkeypatch, tmp_path):
    monkeypatch.setattr(command, "NEEDED", ("sphinx_that_nobody_has",))
    with pytest.raises(ValueError, match=r'made by Sphinx, which is not here: pip install .*"\.\[book\]"'):
        command.main(["00"], tmp_path / "book")


def test_what_is_over_the_budget_or_is_no_lesson_costs_no_run(unrun, monkeypatch, tmp_path):
    monkeypatch.setattr(command.workshop, "estimate", lambda *_: Recorded("00_black_box", 900, 3_000_000, 1.0))
    monkeypatch.setattr(command.workshop, "run_lesson", lambda *_: pytest.fail("a lesson ran"))
    with pytest.raises(ValueError, match=r"00_black_box 3\.0 MB, 900 states"):
        command.main(["00"], tmp_path / "book")
    with pytest.raises(ValueError, match="There is no lesson 77"):
        command.main(["77"], tmp_path / "book")
    assert list(tmp_path.iterdir()) == []


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
def test_what_is_no_book_of_ours_is_left_as_it_is(unrun, tmp_path, monkeypatch, make):
    place = tmp_path / "book"
    make(place)
    before = sorted((path.name, path.read_bytes()) for path in tmp_path.rglob("*") if path.is_file())
    monkeypatch.setattr(command.workshop, "estimate", lambda *_: pytest.fail("work for a book that cannot be"))
    with pytest.raises(FileExistsError, match=r"it is left as it is\. Choose another: --out FOLDER\."):
        command.main(["00"], place)
    assert before == sorted((path.name, path.read_bytes()) for path in tmp_path.rglob("*") if path.is_file())


@pytest.fixture
def earlier(unrun, tmp_path):
    """A book of lessons 00 and 01 that stands already."""
    assert command.main(["00", "01"], tmp_path / "book") == 0
    return tmp_path / "book"


def test_a_book_in_which_somebody_keeps_something_is_left(earlier):
    (earlier / "explorers" / "my notes.txt").write_text("mine")
    with pytest.raises(FileExistsError, match=r"explorers/my notes\.txt"):
        command.main(["00"], earlier)
    assert (earlier / "explorers" / "my notes.txt").read_text() == "mine"


def fails(path):
    return run.Run(path.stem, errors=1, messages=["cell 3: ValueError: no"]), None


def stops(*_):
    raise RuntimeError("explorer 'black_box' fails at size=8: no")


@pytest.mark.parametrize(
    ("part", "failing", "said"), [("run_lesson", fails, "cell 3: ValueError: no"), ("record", stops, "fails at size=8")]
)
def test_a_lesson_that_fails_gives_no_book_and_spares_the_earlier_one(
    earlier, monkeypatch, capsys, part, failing, said
):
    monkeypatch.setattr(command.workshop, part, failing)
    before = sorted(path.name for path in earlier.rglob("*"))
    assert command.main(["00"], earlier) == 1
    assert said in capsys.readouterr().out
    assert sorted(path.name for path in earlier.rglob("*")) == before
    assert [path.name for path in earlier.parent.iterdir()] == ["book"]


def test_a_full_disk_leaves_the_earlier_book_whole(earlier, monkeypatch):
    rename, calls = os.rename, []

    def second_fails(source, target):
        calls.append(source)
        if len(calls) == 2:
            raise OSError(28, "No space left on device")
        rename(source, target)

    before = (earlier / f"{LESSON}.html").read_bytes()
    monkeypatch.setattr(os, "rename", second_fails)
    with pytest.raises(OSError, match="No space left"):
        command.main(["00"], earlier)
    assert (earlier / f"{LESSON}.html").read_bytes() == before
    assert [path.name for path in earlier.parent.iterdir()] == ["book"]


# Claims measured elsewhere


@pytest.fixture
def claims_file(tmp_path):
    def write(**changes):
        every = {"lesson": "00", "control_measured": [1e9] * 3, "seconds": 1.0, "error": ""}
        claims = lessons.load("00").parts.claims
        records = [{**every, "id": claim.id, "measured": [claim.band.expected] * 3} for claim in claims]
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
        claims.read(path)


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
    *_, last = (step["run"] for step in steps if "run" in step)
    assert last == ".venv/bin/python -m ddlearn book --handout --slides --out site"
    assert "secrets." not in text

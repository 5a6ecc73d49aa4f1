"""A newer lesson, and the learner's own functions in it: what passes moves, and nothing that was written is lost."""

import json

import nbformat
import pytest
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook
from typer.testing import CliRunner

from ddlearn.classroom.progress import Progress
from ddlearn.course import cli, grade, notebooks, workcopy
from ddlearn.course.update import update

NAME = "00_start_here.ipynb"
RIGHT = "return ((prediction - target) ** 2).mean()"
HEAD = '@lesson.exercise("mean_squared_error")\ndef mean_squared_error(prediction, target):'


def cell(body: str) -> str:
    return f"{HEAD}\n    {body}"


def lesson(*, exercise: str = "return TODO", prose: str = "Look.", own: str = "") -> bytes:
    cells = [
        new_markdown_cell("# Start here", id="markdown-title"),
        new_code_cell("from ddlearn.lessons.start_here import TODO, lesson", id="code-import"),
        new_markdown_cell(f"## See\n\n{prose}", id="markdown-see"),
        new_code_cell(cell(exercise), id="exercise-mean"),
        new_code_cell('model, error = TODO, TODO\nlesson.decide("model", model, error)', id="exercise-model"),
    ]
    cells += [new_code_cell(own, id="mine")] if own else []
    return nbformat.writes(new_notebook(cells=cells)).encode()


@pytest.fixture
def copy(tmp_path, monkeypatch):
    """A working copy with the learner's notebook, a newer lesson, and how the update went."""
    monkeypatch.setenv("DDLEARN_HOME", str(tmp_path / "home"))
    (tmp_path / "shop").mkdir()
    (tmp_path / "mine").mkdir()

    def make(mine: bytes, new: bytes, passes: tuple[str, ...] | None = ("mean_squared_error",)):
        def mark(file, seed):
            if passes is None:
                return grade.Mark(file, reason="It could not be run.")
            names = ("mean_squared_error", "model")
            return grade.Mark(file, exercises={n: ("passed" if n in passes else "raised", None) for n in names})

        monkeypatch.setattr(grade, "mark", mark)
        (tmp_path / "mine" / NAME).write_bytes(mine)
        (tmp_path / "shop" / NAME).write_bytes(new)
        said = update(tmp_path / "mine", tmp_path / "shop" / NAME)
        files = {path.name: path.read_bytes() for path in (tmp_path / "mine").glob("*.ipynb")}
        sources = [one.source for one in nbformat.reads(files[NAME].decode(), 4).cells]
        return said, files, sources

    return make


def kept(files: dict[str, bytes]) -> bytes:
    (beside,) = (data for name, data in files.items() if "(yours, " in name)
    return beside


def test_the_learner_s_function_is_in_the_new_lesson_and_the_old_notebook_beside_it(copy):
    mine = lesson(exercise=RIGHT, own="my_notes = 1")
    said, files, sources = copy(mine, lesson(prose="Look twice."))
    assert kept(files) == mine
    assert sources[2:4] == ["## See\n\nLook twice.", cell(RIGHT)]
    assert "my_notes = 1" not in sources
    assert "New or changed: “See”." in said
    assert "Your own, in its place: `mean_squared_error`." in said
    assert nbformat.reads(files[NAME].decode(), 4).cells[3].id == "exercise-mean"


def test_what_passed_last_moves_where_the_cell_was_changed_since(copy):
    Progress().record_exercise("start_here", "mean_squared_error", "passed", f"{cell(RIGHT)}\n")
    _, files, sources = copy(lesson(exercise="return 'a draft'"), lesson(prose="Look twice."))
    assert sources[3].strip() == cell(RIGHT)
    assert b"a draft" in kept(files)


def test_a_helper_in_the_cell_comes_along(copy):
    Progress().record_exercise("start_here", "mean_squared_error", "passed", cell("return half(1)"))
    own = f"half = abs\n\n{cell('return half(1)')}"
    mine = nbformat.reads(lesson().decode(), 4)
    mine.cells[3].source = own
    _, _, sources = copy(nbformat.writes(mine).encode(), lesson(prose="Look twice."))
    assert sources[3] == own


def test_what_does_not_pass_in_the_new_lesson_is_said_and_stays_in_the_old_one(copy):
    Progress().record_exercise("start_here", "mean_squared_error", "passed", cell(RIGHT))
    Progress().record_exercise("start_here", "gone", "passed", '@lesson.exercise("gone")\ndef gone(): ...')
    said, files, sources = copy(lesson(exercise=RIGHT), lesson(prose="Look twice."), passes=())
    assert sources[3] == cell("return TODO")
    assert "Your `mean_squared_error` does not pass in it (raised); it is in the old notebook only." in said
    assert "Your `gone` is not asked for in it; it is in the old notebook only." in said
    assert RIGHT.encode() in kept(files)


def test_the_newest_version_stays_as_it_is_and_an_older_one_is_known_without_a_record(copy):
    new = lesson(prose="Look twice.")
    copy(lesson(exercise=RIGHT), new)
    mine = lesson(prose="Look twice.", exercise="return 'more work'", own="my_notes = 1")
    for work, unchanged in ((mine, True), (lesson(own="my_notes = 1"), False)):
        said, files, _ = copy(work, new)
        assert ("nothing was changed" in said) is (files[NAME] == work) is unchanged


def test_an_exercise_that_asks_otherwise_is_a_change_and_an_answer_is_none(copy):
    docs = ('"""Of the mean."""\n    return TODO', '"""Of the *squared* mean."""\n    return TODO')
    assert "New or changed: “See”." in copy(lesson(exercise=docs[0]), lesson(exercise=docs[1]), passes=())[0]
    answered = docs[1].replace("return TODO", "half = 2\n    return half")
    assert "nothing was changed" in copy(lesson(exercise=answered), lesson(exercise=docs[1]))[0]


def test_a_damaged_notebook_is_kept_and_a_second_update_takes_another_name(copy):
    Progress().record_exercise("start_here", "mean_squared_error", "passed", cell(RIGHT))
    _, files, sources = copy(b"torn", lesson())
    assert kept(files) == b"torn"
    assert sources[3] == cell(RIGHT)
    _, files, _ = copy(b"torn again", lesson(prose="Look twice."))
    assert sorted(data for name, data in files.items() if name != NAME) == [b"torn", b"torn again"]


def test_the_command_moves_a_function_into_the_shipped_lesson(tmp_path, monkeypatch):
    monkeypatch.setenv("DDLEARN_HOME", str(tmp_path / "home"))
    mine = tmp_path / "mine"
    mine.mkdir()
    (mine / NAME).write_bytes(lesson(exercise=RIGHT))
    (mine / ".ddlearn.json").write_text(json.dumps({"lessons": {NAME: {"shipped": "an older one"}}}))
    assert workcopy.prepare(mine).newer == [NAME]
    answer = CliRunner().invoke(cli.app, ["lab", str(mine), "--prepare-only", "--update", "0"])
    assert answer.exit_code == 0, answer.output
    assert "Your own, in its place: `mean_squared_error`." in answer.output
    shipped = nbformat.read(notebooks.choose(["00"], notebooks.shipped())[0], 4)
    updated = nbformat.read(mine / NAME, 4)
    differing = [(a.source, b.source) for a, b in zip(shipped.cells, updated.cells, strict=True) if a != b]
    assert [b for _, b in differing] == [cell(RIGHT)]
    assert json.loads(kept({path.name: path.read_bytes() for path in mine.glob("*.ipynb")}))["cells"]
    assert workcopy.prepare(mine).newer == []


def test_a_lesson_that_cannot_be_tried_changes_nothing(copy):
    mine = lesson(exercise=RIGHT)
    said, files, _ = copy(mine, lesson(prose="Look twice."), passes=None)
    assert "It could not be run. Nothing was changed." in said
    assert files == {NAME: mine}

"""Grading: fresh cases, mistakes by name, limits, and a broken notebook as a row with a reason."""

import csv
import io
import json
import re
import time
import zipfile
from datetime import UTC, datetime
from pathlib import Path
from types import SimpleNamespace

import nbformat
import pytest
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook
from typer.testing import CliRunner

from ddlearn import lessons
from ddlearn.course import cli, grade, notebooks, run, submissions

START = "import torch\nfrom ddlearn.lessons.start_here import TODO, lesson\nlesson.start()"
HEAD = '@lesson.exercise("mean_squared_error")\ndef mean_squared_error(prediction, target):\n    '
RIGHT = f"{HEAD}return ((prediction - target) ** 2).mean()"
DECIDED = 'lesson.decide("model", "A", 0.0)'


def notebook(*cells: str) -> bytes:
    return nbformat.writes(new_notebook(cells=[*map(new_code_cell, cells)])).encode()


def handed(data: bytes, path: str = "ada/00_start_here.ipynb", learner: str = "ada", **known) -> submissions.File:
    return submissions.File(learner, path, datetime.now(UTC), data, **known)


def marked(*cells: str) -> grade.Mark:
    return grade.mark(handed(notebook(*cells)), seed=1)


def test_cases_are_those_of_the_seed_and_one_that_knows_the_learner_s_cases_fails_on_fresh_ones():
    (exercise,) = lessons.load("00").parts.exercises
    known = {len(p): float(p.sum()) for p, _ in exercise._arguments(0)}
    cheat = f"{HEAD}right = ((prediction - target) ** 2).mean()\n    "
    cheat += f"return right if abs({known}[len(prediction)] - float(prediction.sum())) < 1e-9 else right + 1"
    exec(cheat.partition("\n")[2], made := {})
    assert exercise.check(made["mean_squared_error"], seed=0).passed
    assert marked(START, cheat).exercises["mean_squared_error"][0] == "not yet"


ONE_PASSED = dict.fromkeys(lessons.exercises("00"), ("missing", None)) | {"mean_squared_error": ("passed", None)}


def test_a_right_answer_passes_a_mistake_has_its_name_and_what_breaks_in_a_cell_costs_that_cell_alone():
    title = new_markdown_cell("# Start here")
    cells = (
        START,
        "lesson.black_box.show()\n# and look",
        "lesson.quiz()",
        "for prints in range(20_000):\n    print('x' * 1000)",
        "this is no Python",
        "import urllib.request; urllib.request.urlopen('http://192.0.2.1/', timeout=1)",
        RIGHT,
        RIGHT.replace("mean()", "sum()"),
        DECIDED,
    )
    book = new_notebook(cells=[title, *map(new_code_cell, cells)])
    mark = grade.mark(handed(nbformat.writes(book).encode()), 1)
    assert mark.lesson == "00_start_here"
    assert mark.exercises == ONE_PASSED | {"model": ("classic mistake", "the better fit")}
    assert (mark.words("model"), mark.percent) == ("classic mistake: the better fit", 33.3)
    first, second = mark.reason.split("; ")
    assert first == "cell 6: SyntaxError: invalid syntax (line 1)"
    assert second.startswith("cell 7: ")
    assert "This run is offline" in second


@pytest.mark.parametrize(
    ("cell", "said"),
    [
        ("open({late!r}, 'x')\nwhile True:\n    pass", "it took more than 120 seconds"),
        ("x = b'1' * 2**30\nimport time; time.sleep(60)", "it took more than 900 MB"),
    ],
)
def test_a_notebook_that_takes_too_much_is_ended_and_what_it_had_passed_counts(monkeypatch, tmp_path, cell, said):
    """Its two minutes are over as soon as its endless loop begins."""
    late, clock = tmp_path / "late", time.monotonic
    watch = SimpleNamespace(perf_counter=time.perf_counter, monotonic=lambda: clock() + 120 * late.exists())
    monkeypatch.setattr(run, "time", watch)
    monkeypatch.setattr(grade, "LIMITS", (grade.LIMITS[0], 900.0))
    mark = marked(START, RIGHT, cell.format(late=str(late)), DECIDED)
    assert mark.exercises == ONE_PASSED
    assert mark.reason.startswith(said)


@pytest.mark.parametrize(
    ("data", "said"),
    [
        (b"", "It is no notebook"),
        (b"\xff\xfe", "It is no notebook"),
        (b"[1, 2]", "It is no notebook"),
        (b'{"cells": 3, "nbformat": 4, "nbformat_minor": 5, "metadata": {}}', "It is no notebook"),
        (notebook("1 + 1"), "No cell of it imports a lesson."),
        (notebook("import ddlearn.lessons.no_such_room"), "No cell of it imports a lesson."),
    ],
)
def test_what_is_no_lesson_is_a_reason(data, said):
    mark = grade.mark(handed(data), 1)
    assert mark.reason.startswith(said)
    assert (mark.passed, mark.percent, mark.exercises) == (0, 0, {})
    assert grade.mark(handed(data, fault="gone"), 1).reason == "gone"


def rows(text: str) -> list[dict]:
    return list(csv.DictReader(io.StringIO(text)))


def test_the_table_has_a_row_for_each_notebook_and_the_gradebook_one_for_each_learner():
    def mark(learner, slug, *statuses, account=""):
        names = lessons.exercises(slug[:2]) if slug else []
        found = dict(zip(names, [(status, "n forgotten") for status in statuses], strict=False))
        file = handed(b"", f"{learner}/{slug}.ipynb", learner, account=account)
        return grade.Mark(file, slug if statuses else "", found, "" if statuses else "It is no notebook.")

    marks = [
        mark("ada", "00_start_here", "passed", "passed"),
        mark("=1+1", "00_start_here", "classic mistake", "missing", account="77"),
        mark("=1+1", "00_start_here", "passed", "missing", account="77"),
        mark("Bo Berg", ""),
        mark("ada", "01_fixed_embeddings", "passed", "raised", "raised", "passed"),
        mark("Zoë Å", "01_fixed_embeddings", "raised", "raised", "raised", "raised"),
        mark("ADA", "01_fixed_embeddings", "passed", "passed", "passed", "raised"),
    ]
    table = rows(grade.table(marks))
    assert [row["learner"] for row in table] == ["ada", "'=1+1", "'=1+1", "Bo Berg", "ada", "Zoë Å", "ADA"]
    assert [row["percent"] for row in table] == ["100.0", "0.0", "50.0", "0.0", "50.0", "0.0", "75.0"]
    assert table[1]["00 mean_squared_error: found"] == "classic mistake: n forgotten"
    assert (table[0]["00 mean_squared_error"], table[0]["01 ridge"]) == ("1", "")
    assert (table[4]["00 mean_squared_error"], table[4]["01 ridge"], table[4]["01 gram"]) == ("", "1", "0")
    assert table[3]["reason"] == "It is no notebook."
    book = grade.gradebook(marks)
    assert book.startswith("Student,ID,SIS User ID,SIS Login ID,Section,00 Start here,01 Fixed embeddings\n")
    by_name = {row["Student"]: row for row in rows(book)}
    assert set(by_name) == {"ada", "'=1+1", "Zoë Å"}  # not Bo Berg, whose only notebook could not be read
    assert (by_name["'=1+1"]["ID"], by_name["'=1+1"]["00 Start here"]) == ("77", "50.0")
    assert (by_name["Zoë Å"]["SIS Login ID"], by_name["Zoë Å"]["00 Start here"]) == ("", "")
    assert (by_name["ada"]["SIS Login ID"], by_name["ada"]["01 Fixed embeddings"]) == ("ada", "75.0")  # as "ADA"


def test_the_command_grades_folders_zips_and_broken_files_and_replaces_its_own_tables_only(tmp_path, monkeypatch):
    """The notebooks do not run here; that they do is tested above."""
    folder = tmp_path / "class"
    for place in ("ada", "bo/evening 2", ".hidden", "bo/.ipynb_checkpoints"):
        (folder / place).mkdir(parents=True)
        (folder / place / "00_start_here.ipynb").write_bytes(b"broken")
    (folder / "lovelace_LATE_77_1234_00_start_here.ipynb").write_bytes(b"broken")
    with zipfile.ZipFile(folder / "x.zip", "w") as archive:
        archive.writestr("hand-in.json", json.dumps({"name": "Cy", "handed_in": "2026-01-31T09:00:00+00:00"}))
        archive.writestr("notebooks/00_start_here.ipynb", "broken")
    (folder / "di.zip").write_bytes(submissions.pack("Di", datetime.now(UTC), {"version": 3, "lessons": {}}, []))
    (folder / "torn.zip").write_bytes(b"PK")
    (folder / "roster.json").write_text('["Ada", "Bo"]')  # no record: of nobody
    out = tmp_path / "new" / "grades.csv"
    out.parent.mkdir()
    for _ in range(2):
        answer = CliRunner().invoke(cli.app, ["grade", str(folder), "--csv", str(out)])
        assert answer.exit_code == 0, answer.output
    assert re.findall(r"(.+) handed in no notebook\.", answer.output) == ["Di"]
    assert [row["learner"] for row in rows(out.read_text())] == ["ada", "bo", "Cy", "lovelace", "torn"]
    found = {(row["learner"], row["reason"][:14]) for row in rows(out.read_text())}
    assert found == {
        *((one, "It is no noteb") for one in ("ada", "bo", "lovelace", "Cy")),
        ("torn", "It cannot be r"),
    }
    assert (tmp_path / "new" / "grades-gradebook.csv").is_file()
    out.write_text("my own table")
    answer = CliRunner().invoke(cli.app, ["grade", str(folder), "--csv", str(out)])
    assert isinstance(answer.exception, FileExistsError)
    assert out.read_text() == "my own table"
    with pytest.raises(ValueError, match="There is no notebook in"):
        grade.main(tmp_path / "new", tmp_path / "g.csv", 1)
    with pytest.raises(NotADirectoryError, match="There is no folder"):
        grade.main(tmp_path / "nowhere", tmp_path / "g.csv", 1)


def test_cells_that_only_show_are_left_out_and_no_others():
    shown = ("lesson.start()", "lesson.ridge.show()\n\n# look at it\nlesson.quiz()", "")
    needed = (START, RIGHT, DECIDED, 'lesson.problem("gram")(gram)', "x = lesson.ridge.state", "if 1:\n    lesson.a()")
    assert not any(grade._counts(new_code_cell(cell)) for cell in shown)
    assert all(grade._counts(new_code_cell(cell)) for cell in needed)


@pytest.mark.slow
@pytest.mark.parametrize("path", notebooks.shipped(solved=True), ids=lambda path: path.stem)
def test_every_solved_lesson_passes_whole_on_fresh_cases(path: Path):
    mark = grade.mark(handed(path.read_bytes(), path.name), 1)
    assert (mark.percent, mark.reason) == (100, ""), mark.exercises
    assert re.fullmatch(r"\d\d_\w+", mark.lesson)

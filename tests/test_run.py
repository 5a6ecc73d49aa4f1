"""Lessons run headlessly: what they take, what fails, and that they reach no network and no learner's record."""

import json
import os
import socket
import subprocess
import sys
from pathlib import Path

import nbformat
import pytest
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook

from ddlearn.classroom.progress import Progress
from ddlearn.course import notebooks, offline, run


@pytest.fixture
def lesson(tmp_path: Path):
    """Writes a notebook of the given code cells as lesson 01."""

    def write(*cells: str) -> Path:
        path = tmp_path / "01_small.ipynb"
        notebook = new_notebook(cells=[new_markdown_cell("# Small"), *map(new_code_cell, cells)])
        nbformat.write(notebook, path)
        return path

    return write


RECORD = """
from types import SimpleNamespace
from ddlearn.classroom.progress import Progress
progress = Progress()
progress.record_exercise("small", "gram", "passed", "")
progress.record_exercise("small", "ridge", "not yet", "")
held, broken = SimpleNamespace(measured=[1.0], holds=True), SimpleNamespace(measured=[2.0], holds=False)
progress.record_claims("small", {"a": held, "b": broken})
"""


def test_a_run_fills_a_notebook_counts_errors_and_its_own_record_and_changes_nothing(lesson, tmp_path, monkeypatch):
    monkeypatch.setenv("DDLEARN_HOME", str(tmp_path / "learner"))
    Progress().record_exercise("01", "lift", "passed", "mine")
    path = lesson(
        "class lesson:\n    exercise = lambda name: lambda function: function",
        '@lesson.exercise("gram")\ndef gram():\n    return TODO',
        "1 / 0",
        '@lesson.exercise("ridge")\ndef r():\n    pass',
        RECORD,
        "print('here')",
        "undefined",
        "6 * 7",
    )
    files = (path, tmp_path / "learner" / "progress.json")
    notebook, before, ticks = nbformat.read(path, as_version=4), [file.read_bytes() for file in files], []
    environment = dict(os.environ)
    result = run.fill(notebook, path.stem, tick=lambda: ticks.append(1))
    assert dict(os.environ) == environment
    assert [file.read_bytes() for file in files] == before
    assert (result.lesson, result.cells, result.errors, len(ticks)) == ("01_small", 8, 2, 8)
    assert result.messages == [
        "cell 4: ZeroDivisionError: division by zero",
        "cell 8: NameError: name 'undefined' is not defined",
    ]
    assert (result.exercises_passed, result.exercises) == (1, 2)
    assert (result.claims_held, result.claims) == (1, 2)
    *_, printed, _, value = [cell.outputs for cell in notebook.cells if cell.cell_type == "code"]
    assert printed[0].text == "here\n"
    assert value[0].data["text/plain"] == "42"


def test_time_and_peak_memory_are_measured(lesson):
    small = run.execute(lesson("1"))
    large = run.execute(lesson("import time; x = b'1' * 200 * 2**20; time.sleep(0.3); del x", "time.sleep(0.7)"))
    assert 20 < small.peak_mb < 300
    assert 180 < large.peak_mb - small.peak_mb < 260
    assert large.seconds >= 1


@pytest.mark.parametrize("cell", ["import os; os._exit(3)", "while True:\n    pass"])
def test_a_dead_kernel_or_a_cell_without_end_is_an_error_and_ends_the_lesson(lesson, monkeypatch, cell):
    monkeypatch.setattr(run, "CELL_TIMEOUT", 2)
    result = run.execute(lesson("1", cell, "2"))
    assert (result.cells, result.errors) == (1, 1)
    assert result.messages[0].startswith("cell 3: ")


def test_solved_lessons_run_strictly_and_lessons_to_solve_do_not(lesson, monkeypatch):
    monkeypatch.setenv("DDLEARN_STRICT", "1")
    path = lesson("import os\nassert os.environ['DDLEARN_STRICT'] == '0'")
    assert run.execute(path).errors == 0
    assert run.execute(path, solved=True).errors == 1


OUTSIDE = (
    "import socket; socket.create_connection(('192.0.2.1', 80), timeout=1)",
    "import socket; socket.socket(socket.AF_INET, socket.SOCK_DGRAM).sendto(b'x', ('192.0.2.1', 80))",
    "import socket; socket.getaddrinfo('example.org', 80)",
    "import urllib.request; urllib.request.urlopen('http://192.0.2.1/', timeout=1)",
    "import asyncio; await asyncio.open_connection('192.0.2.1', 80)",
)
INSIDE = (
    "import socket; server = socket.create_server(('127.0.0.1', 0))\n"
    "socket.create_connection(server.getsockname()).close()\n"
    "socket.create_connection(('localhost', server.getsockname()[1])).close()"
)


def test_a_lesson_reaches_its_own_machine_and_no_network(lesson):
    result = run.execute(lesson(INSIDE, *OUTSIDE))
    assert [message.partition(": ")[0] for message in result.messages] == [f"cell {n}" for n in range(3, 8)]
    assert all("This run is offline" in message for message in result.messages)


def test_online_refuses_nothing(lesson):
    result = run.execute(
        lesson(
            "import socket; s = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)\n"
            "try:\n    s.sendto(b'x', ('192.0.2.1', 9))\n"
            "except OSError as error:\n    assert 'offline' not in str(error)"
        ),
        offline=False,
    )
    assert result.messages == []


@pytest.mark.parametrize(
    ("hosts", "here"),
    [
        (["127.0.0.1", "127.8.9.1", "::1", "::1%lo", "localhost", "", None, b"localhost"], True),
        (["192.0.2.1", "8.8.8.8", "::", "fe80::1", "example.org", b"example.org", "0.0.0.0"], False),
    ],
)
def test_what_is_here(hosts, here):
    assert [host for host in hosts if offline._here(host) is not here] == []


@pytest.mark.skipif(not hasattr(socket, "AF_UNIX"), reason="no local sockets on this system")
def test_local_sockets_are_no_network(tmp_path):
    code = (
        "import socket; from ddlearn.course import offline; offline.refuse()\n"
        "a, b = socket.socketpair(); a.sendmsg([b'x'])\n"
        "s = socket.socket(socket.AF_UNIX)\ntry: s.connect('nowhere')\nexcept FileNotFoundError: print('fine')"
    )
    answer = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, cwd=tmp_path)
    assert answer.stdout == "fine\n", answer.stderr


def test_the_command_writes_the_table_and_the_file(lesson, tmp_path, monkeypatch, capsys):
    path = lesson("1", "1 / 0")
    monkeypatch.setattr(notebooks, "shipped", lambda solved=False: [path])
    assert run.main([], json=tmp_path / "out.json") == 1
    (record,) = json.loads((tmp_path / "out.json").read_text("utf-8"))
    assert {"lesson", "seconds", "peak_mb", "cells", "errors", "exercises", "claims_held", "claims"} <= set(record)
    assert (record["lesson"], record["cells"], record["errors"]) == ("01_small", 2, 1)
    said = capsys.readouterr().out
    assert "01_small" in said
    assert "cell 3: ZeroDivisionError: division by zero" in said
    with pytest.raises(ValueError, match=r"There is no lesson 07. There are: 01."):
        run.main(["7"])
    monkeypatch.setattr(run, "execute", lambda path, *_: run.Run(path.stem))
    assert run.main(["1"]) == 0


@pytest.mark.parametrize("name", ["", "x", "100", "-1", "٣", "1.5"])
def test_a_lesson_is_known_by_many_names_and_what_is_none_is_refused(name):
    assert {notebooks.number(one) for one in ("1", "01", "01_small", "lessons/01_small.ipynb", "1.ipynb")} == {"01"}
    with pytest.raises(ValueError, match="lesson must be a number or a notebook's name"):
        notebooks.number(name)


@pytest.mark.parametrize(
    ("files", "solved", "shelf"),
    [([], False, "ddlearn/notebooks/lessons"), (["pyproject.toml", "solutions/00_start.py"], True, "solutions")],
    ids=["wheel", "checkout"],
)
def test_where_the_notebooks_lie(tmp_path, monkeypatch, files, solved, shelf):
    monkeypatch.setattr(notebooks, "PACKAGE", tmp_path / "ddlearn")
    for name in (*files, f"{shelf}/notes.ipynb"):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).touch()
    with pytest.raises(FileNotFoundError, match=r"There is no lesson in .*: install ddlearn again"):
        notebooks.shipped(solved)
    (tmp_path / shelf / "00_start.ipynb").touch()
    assert notebooks.shipped(solved) == [tmp_path / shelf / "00_start.ipynb"]

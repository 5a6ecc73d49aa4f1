"""The command `ddlearn`: every word has help, exit codes mean something, and a refusal is one sentence."""

import os
import subprocess
import sys
from pathlib import Path
from types import SimpleNamespace

import pytest
from typer.testing import CliRunner

import ddlearn
from ddlearn.course import claims, cli, doctor, launch, notebooks, run, workcopy
from ddlearn.course.book import command as book

WORDS = ("lab", "run", "claims", "doctor", "report", "book", "links", "build")


def command(*arguments: str, **settings) -> subprocess.CompletedProcess:
    return subprocess.run([sys.executable, "-m", "ddlearn", *arguments], capture_output=True, text=True, **settings)


@pytest.fixture
def invoke():
    runner = CliRunner()
    return lambda *arguments: runner.invoke(cli.app, list(arguments))


def test_help_names_every_word_and_imports_neither_torch_nor_jupyter():
    code = (
        "import sys; from typer.testing import CliRunner; from ddlearn.course import cli\n"
        "for words in (['--help'], ['run', '--help']):\n    print(CliRunner().invoke(cli.app, words).output)\n"
        "print(sorted({'torch', 'numpy', 'matplotlib', 'jupytext', 'nbclient', 'IPython'} & set(sys.modules)))"
    )
    answer = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)
    assert answer.stdout.splitlines()[-1] == "[]", answer.stderr
    for word in WORDS:
        assert word in answer.stdout


@pytest.mark.parametrize("word", WORDS)
def test_each_word_has_help(invoke, word):
    answer = invoke(word, "--help")
    assert answer.exit_code == 0
    assert len(answer.output.splitlines()) > 5


def test_the_version(invoke):
    assert invoke("--version").output == f"ddlearn {ddlearn.__version__}\n"


@pytest.mark.parametrize(
    "arguments",
    [("fly",), ("run", "--fast"), ("claims", "--seeds", "0"), ("lab", "--port", "0")],
)
def test_a_misspelt_command_is_exit_code_2(invoke, arguments):
    assert invoke(*arguments).exit_code == 2


def test_a_refusal_is_one_sentence_and_exit_code_1(tmp_path):
    answer = command("build", "--root", str(tmp_path))
    assert answer.returncode == 1
    assert answer.stderr == f"ddlearn: There is no source of a lesson in {tmp_path / 'solutions'}.\n"


@pytest.mark.parametrize("words", [("report", "~nobody9/r.html"), ("run", "--json", "~nobody9/r.json")])
def test_a_home_that_nobody_has_is_said(words):
    answer = command(*words)
    assert answer.returncode == 1
    assert answer.stderr.startswith("ddlearn: a path begins with ~")
    assert len(answer.stderr.splitlines()) == 1


def test_run_and_claims_pass_their_options_on(invoke, monkeypatch):
    said = []
    monkeypatch.setattr(run, "main", lambda *a, **k: said.append((a, k)) or 0)
    monkeypatch.setattr(claims, "main", lambda *a, **k: said.append((a, k)) or 1)
    assert invoke("run").exit_code == 0
    assert invoke("run", "00", "1", "--json", "f.json", "--solved", "--online").exit_code == 0
    assert invoke("claims", "01", "--json", "f.json", "--seeds", "2").exit_code == 1
    assert invoke("claims", "--backend", "dask", "--scheduler", "tcp://10.0.0.1:8786").exit_code == 1
    file = Path("f.json").absolute()
    here, there = (
        {"backend": "sequential", "scheduler": None},
        {"backend": "dask", "scheduler": "tcp://10.0.0.1:8786"},
    )
    assert said == [
        (([],), {"json": None, "solved": False, "offline": True}),
        ((["00", "1"],), {"json": file, "solved": True, "offline": False}),
        ((["01"],), {"json": file, "seeds": 2, **here}),
        (([],), {"json": None, "seeds": 5, **there}),
    ]


def test_the_folder_of_results_is_made_before_anything_is_measured(invoke, monkeypatch, tmp_path):
    there = []
    monkeypatch.setattr("ddlearn.course.claims.main", lambda *_, json, **__: there.append(json.parent.is_dir()) or 0)
    assert invoke("claims", "--json", str(tmp_path / "new" / "today" / "claims.json")).exit_code == 0
    assert there == [True]


@pytest.mark.parametrize("word", ["run", "claims"])
def test_results_that_cannot_be_kept_are_refused_before_anything_is_measured(invoke, word, tmp_path):
    (tmp_path / "file").touch()
    for place, said in ((tmp_path, "is a folder; name a file"), (tmp_path / "file" / "x.json", "file")):
        answer = invoke(word, "--json", str(place))
        assert isinstance(answer.exception, OSError)
        assert said in str(answer.exception)
    with pytest.raises(ValueError, match="must name a file on a disk"):
        cli._ready(Path(os.devnull))


def test_no_code_page_is_an_obstacle(tmp_path):
    place = tmp_path / "Łukasz 山"
    place.mkdir()
    for words in (["doctor"], ["lab", "--prepare-only", "my"], ["report", "r.html"]):
        here = {**os.environ, "PYTHONIOENCODING": "ascii", "DDLEARN_HOME": str(tmp_path / "home")}
        answer = command(*words, cwd=place, env=here, errors="replace")
        assert "Traceback" not in answer.stderr
        assert answer.stdout
    assert (place / "my" / "00_start_here.ipynb").is_file()
    assert "<html" in (place / "r.html").read_text("utf-8")


def test_the_book_passes_its_options_on(invoke, monkeypatch):
    said = []
    monkeypatch.setattr(book, "main", lambda *a, **k: said.append((a, k)) or len(said) - 1)
    assert invoke("book").exit_code == 0
    assert invoke("book", "00", "1", "--out", "site", "--claims", "f.json", "--instructor").exit_code == 1
    assert said == [
        (([], Path("ddlearn-book")), {"instructor": False, "claims": None}),
        ((["00", "1"], Path("site")), {"instructor": True, "claims": Path("f.json")}),
    ]


@pytest.mark.parametrize(("ok", "code"), [(True, 0), (False, 1)])
def test_the_doctor_s_exit_code_is_the_machine_s_health(invoke, monkeypatch, ok, code):
    monkeypatch.setattr(doctor, "examine", lambda: [SimpleNamespace(ok=True), SimpleNamespace(ok=ok)])
    monkeypatch.setattr(doctor, "text", lambda findings: f"{len(findings)} findings")
    answer = invoke("doctor")
    assert (answer.exit_code, answer.output) == (code, "2 findings\n")


def test_lab_opens_the_lesson_asked_for_and_passes_the_exit_code_on(invoke, monkeypatch, tmp_path):
    started = []
    copy = SimpleNamespace(folder=tmp_path, text=lambda: "ready")
    monkeypatch.setattr(notebooks, "shipped", lambda: [Path("00_start.ipynb"), Path("01_one.ipynb")])
    monkeypatch.setattr(workcopy, "prepare", lambda folder, fresh: copy)
    monkeypatch.setattr(launch, "start", lambda *a, **k: started.append((a, k)) or 5)
    answer = invoke("lab", "--lesson", "01", "--no-browser", "--port", "9000")
    assert (answer.exit_code, answer.output) == (5, "ready\n")
    assert started == [((tmp_path, "01_one.ipynb"), {"port": 9000, "browser": False})]


def test_prepare_only_starts_nothing(invoke, monkeypatch, tmp_path):
    monkeypatch.setattr(launch, "start", lambda *a, **k: pytest.fail("it started JupyterLab"))
    assert invoke("lab", str(tmp_path / "mine"), "--prepare-only").exit_code == 0
    assert (tmp_path / "mine" / "00_start_here.ipynb").is_file()


def test_a_lesson_that_does_not_exist_is_said_before_anything_is_made(tmp_path):
    answer = command("lab", "mine", "--lesson", "77", "--prepare-only", cwd=tmp_path)
    assert answer.returncode == 1
    assert answer.stderr.startswith("ddlearn: There is no lesson 77. There are: 00")
    assert not (tmp_path / "mine").exists()

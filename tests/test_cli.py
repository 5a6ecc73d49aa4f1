"""The command `ddlearn`: every word has help, exit codes mean something, and a refusal is one sentence."""

import os
import subprocess
import sys
from pathlib import Path

import pytest
from typer.testing import CliRunner

import ddlearn
from ddlearn.course import claims, cli, doctor, launch, run
from ddlearn.course.book import command as book

EXTRAS = ("instructor", "handout", "slides")
WORDS = ("lab", "run", "claims", "doctor", "report", "hand-in", "class", "grade", "book", "links", "build")
DASK = {"backend": "dask", "scheduler": "tcp://10.0.0.1:8786"}


def command(*arguments: str, **settings) -> subprocess.CompletedProcess:
    return subprocess.run([sys.executable, "-m", "ddlearn", *arguments], capture_output=True, text=True, **settings)


def invoke(*arguments: object):
    return CliRunner().invoke(cli.app, [str(one) for one in arguments])


def test_help_names_every_word_and_imports_neither_torch_nor_jupyter():
    code = (
        "import sys; from typer.testing import CliRunner; from ddlearn.course import cli\n"
        "for words in (['--help'], ['run', '--help']):\n    print(CliRunner().invoke(cli.app, words).output)\n"
        "print(sorted({'torch', 'numpy', 'matplotlib', 'jupytext', 'nbclient', 'IPython'} & set(sys.modules)))"
    )
    answer = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)
    assert answer.stdout.splitlines()[-1] == "[]", answer.stderr
    assert [word for word in WORDS if word not in answer.stdout] == []
    for word in WORDS:
        answer = invoke(word, "--help")
        assert answer.exit_code == 0
        assert len(answer.output.splitlines()) > 5


def test_the_version():
    assert invoke("--version").output == f"ddlearn {ddlearn.__version__}\n"


@pytest.mark.parametrize("words", ["fly", "run --fast", "claims --seeds 0", "lab --port 0"])
def test_a_misspelt_command_is_exit_code_2(words):
    assert invoke(*words.split()).exit_code == 2


@pytest.mark.parametrize(
    ("words", "said"),
    [
        ("build --root .", "ddlearn: There is no source of a lesson in "),
        ("report ~nobody9/r.html", "ddlearn: a path begins with ~"),
        ("lab mine --lesson 77 --prepare-only", "ddlearn: There is no lesson 77. There are: 00"),
    ],
)
def test_a_refusal_is_one_sentence_and_exit_code_1_and_nothing_is_made(tmp_path, monkeypatch, words, said):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(sys, "argv", ["ddlearn", *words.split()])
    with pytest.raises(SystemExit) as refused:
        cli.main()
    assert refused.value.code.startswith(said)  # a text: Python prints it to stderr and ends with exit code 1
    assert len(refused.value.code.splitlines()) == 1
    assert not list(tmp_path.iterdir())


FILE = Path("f.json")
HERE = {"json": None, "seeds": 5, "backend": "sequential", "scheduler": None}


@pytest.mark.parametrize(
    ("module", "words", "arguments", "options"),
    [
        (run, "run", [[]], {"json": None, "solved": False, "offline": True}),
        (
            run,
            "run 00 1 --json f.json --solved --online",
            [["00", "1"]],
            {"json": FILE.absolute(), "solved": True, "offline": False},
        ),
        (claims, "claims 01 --json f.json --seeds 2", [["01"]], HERE | {"json": FILE.absolute(), "seeds": 2}),
        (claims, "claims --backend dask --scheduler tcp://10.0.0.1:8786", [[]], HERE | DASK),
        (book, "book", [[], Path("ddlearn-book")], {"claims": None, **dict.fromkeys(EXTRAS, False)}),
        (
            book,
            "book 00 1 --out site --claims f.json --instructor --handout --slides",
            [["00", "1"], Path("site")],
            {"claims": FILE, **dict.fromkeys(EXTRAS, True)},
        ),
    ],
)
@pytest.mark.parametrize("code", [0, 1])
def test_options_and_the_exit_code_are_passed_on(monkeypatch, module, words, arguments, options, code):
    said = []
    monkeypatch.setattr(module, "main", lambda *a, **k: said.append((list(a), k)) or code)
    assert invoke(*words.split()).exit_code == code
    assert said == [(arguments, options)]


@pytest.mark.parametrize("module", [run, claims])
def test_results_that_cannot_be_kept_are_refused_before_anything_is_measured(monkeypatch, module, tmp_path):
    word, there = module.__name__.rpartition(".")[2], []
    monkeypatch.setattr(module, "main", lambda *_, json, **__: there.append(json.parent.is_dir()) or 0)
    (tmp_path / "file").touch()
    for place in (tmp_path, tmp_path / "file" / "x.json", os.devnull):
        assert isinstance(invoke(word, "--json", place).exception, OSError | ValueError)
    assert there == []
    assert invoke(word, "--json", tmp_path / "new" / "today" / "x.json").exit_code == 0
    assert there == [True]


@pytest.mark.slow
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


@pytest.mark.parametrize(("ok", "code"), [(True, 0), (False, 1)])
def test_the_doctor_s_exit_code_is_the_machine_s_health(monkeypatch, ok, code):
    states = ("warn", "ok" if ok else "fail")
    monkeypatch.setattr(doctor, "examine", lambda: [doctor.Finding("A", state, "found") for state in states])
    monkeypatch.setattr(doctor, "text", lambda findings: f"{len(findings)} findings")
    answer = invoke("doctor")
    assert (answer.exit_code, answer.output) == (code, "2 findings\n")


def test_lab_opens_the_lesson_asked_for_unless_it_is_to_prepare_only(monkeypatch, tmp_path):
    started, mine = [], tmp_path / "mine"
    monkeypatch.setattr(launch, "start", lambda *a, **k: started.append((a, k)))
    words = ("lab", mine, "--lesson", "01", "--no-browser", "--port", "9000")
    assert [invoke(*words, "--prepare-only").exit_code, started] == [0, []]
    answer = invoke(*words)
    assert (answer.exit_code, answer.output) == (0, f"Your working copy is {mine}.\n")
    assert started == [((mine, "01_fixed_embeddings.ipynb"), {"port": 9000, "open_browser": False, "ip": None})]

"""Set-up on a bare machine: the right torch, a second call at once, a broken environment repaired, words for all."""

import ast
import os
import subprocess
import sys
from pathlib import Path
from types import SimpleNamespace

import pytest

from ddlearn.course import install

SCRIPT = Path(install.__file__)


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """A checkout: what is pinned."""
    place = tmp_path / "check out"
    place.mkdir()
    (place / "pyproject.toml").write_text("[project]\n")
    (place / "constraints.txt").write_text("torch==2.13.0\n")
    return place


@pytest.fixture
def machine(monkeypatch, root):
    """A machine with Linux, a GPU and an environment that works, into which the course arrives."""
    here = SimpleNamespace(system="Linux", gpu=True, pip_works=lambda *_: True, arrives=True, works=True, pips=[])

    def pip(venv, *arguments):
        here.pips.append(arguments)
        return here.pip_works(*arguments)

    monkeypatch.setattr(install, "pip", pip)
    monkeypatch.setattr(install, "make_venv", lambda venv: venv.mkdir(parents=True, exist_ok=True))
    monkeypatch.setattr(install, "works", lambda venv: here.works)
    monkeypatch.setattr(install, "holds_course", lambda venv: here.arrives)
    monkeypatch.setattr(install, "has_gpu", lambda: here.gpu)
    monkeypatch.setattr(install.platform, "system", lambda: here.system)
    return here


COURSE = ("-e", ".[test]")
CPU = ("--no-deps", "--index-url", install.CPU_INDEX, "--timeout", "10", "--retries", "1", "torch")


@pytest.mark.parametrize(
    ("system", "gpu", "there", "first"),
    [("Linux", False, True, [CPU]), ("Linux", False, False, [CPU]), ("Linux", True, True, []), ("Darwin", 0, True, [])],
)
def test_the_cpu_build_only_where_it_helps_and_the_usual_one_where_it_is_not(
    machine, root, tmp_path, capsys, system, gpu, there, first
):
    machine.system, machine.gpu = system, gpu
    machine.pip_works = lambda *arguments: there or "--index-url" not in arguments
    install.install(tmp_path / "venv", root, "test")
    assert machine.pips == [*first, COURSE]
    assert ("torch comes from where the rest does" in capsys.readouterr().out) == (not there)


@pytest.mark.parametrize(
    ("first", "second", "again"),
    [(one, two, False) for one, two in (("test", "test"), ("test", ""), ("", ""), ("hub", "hub"))]
    + [("", "test", True), ("test", "hub", True)],
)
def test_a_second_call_does_nothing_unless_it_needs_more(machine, root, tmp_path, first, second, again):
    install.install(tmp_path / "venv", root, first)
    machine.pips.clear()
    install.install(tmp_path / "venv", root, second)
    assert machine.pips == ([("-e", f".[{second}]")] if again else [])
    if not second:
        (root / "constraints.txt").write_text("torch==2.14.0\n")
        install.install(tmp_path / "venv", root, second)
        assert machine.pips == [("-e", ".")]


def test_a_stamp_is_not_believed_where_python_is_gone_or_the_checkout_was_moved(machine, root, tmp_path):
    install.install(tmp_path / "venv", root, "test")
    machine.works = False
    install.install(tmp_path / "venv", root, "test")
    machine.works = True
    install.install(tmp_path / "venv", root.rename(tmp_path / "moved"), "test")
    assert machine.pips == [COURSE] * 3


@pytest.mark.parametrize(
    ("trouble", "said"),
    [
        ({"pip_works": lambda *_: False}, "If they speak of a connection, run the same line again"),
        ({"arrives": False}, r"pip did not put the course into .*`pip config list`"),
    ],
)
def test_no_stamp_after_a_failure_and_a_sentence_that_says_what_to_do(machine, root, tmp_path, trouble, said):
    vars(machine).update(trouble)
    for _ in range(2):
        with pytest.raises(install.Refusal, match=said):
            install.install(tmp_path / "venv", root, "test")
    assert machine.pips == [COURSE, COURSE]
    assert list((tmp_path / "venv").iterdir()) == []


@pytest.mark.parametrize("version", [(3, 10, 14), (3, 9), (2, 7, 18)])
def test_an_old_python_is_told_so_and_a_new_one_is_not(version):
    with pytest.raises(install.Refusal, match=rf"needs Python 3.11 or newer; this is Python {version[0]}.{version[1]}"):
        install.require(version)
    for enough in ((3, 11, 0), (3, 14, 2), (4, 0, 0)):
        install.require(enough)


def test_an_old_python_can_read_the_script():
    """It must get as far as the sentence: no syntax newer than 3.7, and nothing imported but the standard library."""
    nodes = list(ast.walk(ast.parse(SCRIPT.read_text("utf-8"), feature_version=(3, 7))))
    imported = {alias.name for node in nodes if isinstance(node, ast.Import) for alias in node.names}
    imported |= {node.module for node in nodes if isinstance(node, ast.ImportFrom)}
    assert imported <= sys.stdlib_module_names


@pytest.mark.slow
def test_a_broken_environment_of_ours_is_made_anew_and_a_good_one_is_left(tmp_path):
    venv = tmp_path / "Łukasz 山"
    install.make_venv(venv)
    (venv / "mine.txt").touch()
    install.make_venv(venv)
    assert (venv / "mine.txt").exists()
    install.python_of(venv).unlink()
    assert not install.works(venv)
    install.make_venv(venv)
    assert install.works(venv)
    assert not (venv / "mine.txt").exists()


@pytest.fixture
def theirs(tmp_path):
    """An environment that somebody else made, with work in it; its Python is gone."""
    venv = tmp_path / "project"
    (venv / "bin").mkdir(parents=True)
    (venv / "pyvenv.cfg").write_text("home = /usr/lib/python3.9\n")
    (venv / "thesis.tex").write_text("ten years")
    return venv


@pytest.mark.parametrize("stamped", [False, True])  # the course may once have been installed into it
def test_somebody_else_s_environment_is_neither_emptied_nor_removed(theirs, stamped):
    if stamped:
        (theirs / install.STAMP).write_text("a hash")
    for act in (install.make_venv, install.remove):
        for place in (theirs, theirs / "thesis.tex"):
            with pytest.raises((install.Refusal, FileExistsError)):
                act(place)
    assert (theirs / "thesis.tex").read_text() == "ten years"


def test_an_environment_of_ours_is_removed_and_what_it_links_to_is_not(tmp_path, theirs):
    install.remove(tmp_path / "never made")
    venv = tmp_path / "venv"
    venv.mkdir()
    (venv / install.MARK).touch()
    (venv / "lib").symlink_to(theirs)
    install.main(["--remove", "--venv", str(venv)])
    assert not venv.exists()
    assert (theirs / "thesis.tex").exists()


@pytest.mark.skipif(os.name == "nt", reason="a shell script stands for the interpreter")
def test_pip_keeps_the_user_s_index_and_installs_nowhere_else(tmp_path, monkeypatch):
    python = install.python_of(tmp_path / "venv")
    python.parent.mkdir(parents=True)
    python.write_text(f"#!/bin/sh\nenv > {tmp_path / 'told'}; echo $@ >> {tmp_path / 'told'}\n")
    python.chmod(0o755)
    elsewhere = ("PIP_TARGET", "PIP_PREFIX", "PIP_DRY_RUN", "PIP_NO_DEPS", "PYTHONPATH")
    for name in ("PIP_USER", *elsewhere):
        monkeypatch.setenv(name, "1")
    monkeypatch.setenv("PIP_INDEX_URL", "https://mirror.example.org/simple")
    assert install.pip(tmp_path / "venv", "numpy")
    *variables, arguments = (tmp_path / "told").read_text().splitlines()
    told = dict(line.partition("=")[::2] for line in variables)
    assert arguments == "-I -m pip install -c constraints.txt numpy"
    assert told["PIP_INDEX_URL"] == "https://mirror.example.org/simple"
    assert told["PIP_USER"] == "0"
    assert not set(elsewhere) & set(told)


@pytest.mark.skipif(os.name == "nt", reason="a shell script stands for the driver's command")
@pytest.mark.parametrize(
    ("script", "found"),
    [("echo 'GPU 0: NVIDIA H100'", True), ("echo 'No devices'", False), ("echo GPU; exit 9", False), ("", False)],
)
def test_a_gpu_is_what_the_driver_lists(tmp_path, monkeypatch, script, found):
    if script:
        (tmp_path / "nvidia-smi").write_text(f"#!/bin/sh\n{script}\n")
        (tmp_path / "nvidia-smi").chmod(0o755)
    monkeypatch.setenv("PATH", str(tmp_path))
    assert install.has_gpu() is found


def test_the_script_ends_with_a_sentence_not_a_traceback(tmp_path):
    (tmp_path / "file").write_text("in the way")
    answer = subprocess.run([sys.executable, str(SCRIPT), "--venv", str(tmp_path)], capture_output=True, text=True)
    assert answer.returncode == 1
    assert "Traceback" not in answer.stderr
    assert "nothing in it was touched" in answer.stderr


@pytest.mark.parametrize(
    ("error", "code", "said"),
    [
        (KeyboardInterrupt(), 130, "\nStopped. The same line goes on where this stopped.\n"),
        (OSError(28, "No space left on device"), "\nSet-up stopped: [Errno 28] No space left on device.", ""),
    ],
)
def test_what_can_happen_on_the_way(monkeypatch, capsys, error, code, said):
    def stop(*_):
        raise error

    monkeypatch.setattr(install, "install", stop)
    with pytest.raises(SystemExit) as ended:
        install.main([])
    assert (ended.value.code, capsys.readouterr().err) == (code, said)

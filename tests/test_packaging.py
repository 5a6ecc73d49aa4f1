"""The wheel carries the notebooks and works far from the repository."""

import json
import os
import shutil
import subprocess
import sys
import tarfile
import venv
import zipfile
from pathlib import Path

import pytest

from ddlearn.course.install import python_of
from ddlearn.course.notebooks import companions

ROOT = Path(__file__).resolve().parents[1]
LESSONS = sorted(path.name for path in (ROOT / "lessons").glob("*.ipynb"))


@pytest.fixture(scope="module")
def dist(tmp_path_factory) -> Path:
    """The source distribution, and the wheel that is built from it."""
    folder, tree = tmp_path_factory.mktemp("dist"), tmp_path_factory.mktemp("source") / "tree"
    shutil.copytree(ROOT, tree, ignore=shutil.ignore_patterns(".git", ".venv", "__pycache__", "my-ddlearn", "dist"))
    (tree / "lessons" / ".ipynb_checkpoints").mkdir(exist_ok=True)
    (tree / "lessons" / ".ipynb_checkpoints" / "00_start_here-checkpoint.ipynb").touch()
    command = [sys.executable, "-m", "build", "--no-isolation", "--outdir", str(folder), str(tree)]
    built = subprocess.run(command, capture_output=True, text=True)
    assert built.returncode == 0, built.stdout + built.stderr
    return folder


@pytest.fixture(scope="module")
def names(dist) -> set[str]:
    (wheel,) = dist.glob("*.whl")
    with zipfile.ZipFile(wheel) as archive:
        return set(archive.namelist())


@pytest.fixture(scope="module")
def python(dist, tmp_path_factory) -> Path:
    """A fresh environment with the wheel in it, which sees the packages of this one, but not this checkout."""
    place = tmp_path_factory.mktemp("fresh") / "venv"
    venv.create(place, with_pip=False)
    interpreter = python_of(place)
    (wheel,) = dist.glob("*.whl")
    ask = "import sysconfig; print(sysconfig.get_path('purelib'))"
    site = Path(subprocess.run([interpreter, "-c", ask], capture_output=True, text=True, check=True).stdout.strip())
    command = [sys.executable, "-m", "pip", "--python", interpreter, "install", "--no-deps", "--no-index", wheel]
    subprocess.run(command, check=True, capture_output=True)
    # A line in a .pth file adds a folder without reading the .pth files in it, so the editable install stays unseen.
    (site / "packages.pth").write_text("\n".join(path for path in sys.path if path.endswith("site-packages")) + "\n")
    return interpreter


def run(python: Path, *arguments: str, cwd: Path) -> subprocess.CompletedProcess:
    environment = {key: value for key, value in os.environ.items() if key != "PYTHONPATH"}
    environment["DDLEARN_HOME"] = str(cwd / "home")
    return subprocess.run([str(python), *arguments], cwd=cwd, capture_output=True, text=True, env=environment)


def test_the_wheel_carries_lessons_and_solutions(names):
    assert LESSONS
    for folder in ("lessons", "solutions"):
        place = f"ddlearn/notebooks/{folder}/"
        found = {name.removeprefix(place) for name in names if name.startswith(place)}
        beside = {path.relative_to(ROOT / folder).as_posix() for path in companions(ROOT / folder)}
        assert found == {*LESSONS, *beside, *({"INSTRUCTOR_GUIDE.md", "HUB.md"} if folder == "solutions" else ())}


def test_the_wheel_carries_the_package_s_data_and_no_clutter(names):
    assert any(name.endswith("/licenses/LICENSE") for name in names)
    data = {
        path.relative_to(ROOT).as_posix()
        for kind in ("js", "css", "bib", "html", "md")
        for path in (ROOT / "ddlearn").rglob(f"*.{kind}")
    }
    assert data <= names
    assert not [name for name in names if "checkpoint" in name or name.endswith(".pyc") or name.startswith("tests")]


def test_the_source_distribution_carries_all_that_builds_and_tests(dist):
    (sdist,) = dist.glob("*.tar.gz")
    with tarfile.open(sdist) as archive:
        names = {name.partition("/")[2] for name in archive.getnames()}
    for name in ("README.md", "LICENSE", "CITATION.cff", "Makefile", "constraints.txt", "pyproject.toml"):
        assert name in names
    for name in ("tests/test_packaging.py", ".ci/run", "binder/postBuild", "solutions/00_start_here.py"):
        assert name in names
    assert {f"lessons/{name}" for name in LESSONS} <= names


def test_the_command_is_installed_and_makes_a_working_copy_from_the_wheel(python, tmp_path):
    answer = run(python, "-c", "import ddlearn; print(ddlearn.__file__)", cwd=tmp_path)
    assert str(python.parents[1]) in answer.stdout, answer.stderr
    answer = run(python.with_name("ddlearn"), "lab", "--no-browser", "--prepare-only", cwd=tmp_path)
    assert answer.returncode == 0, answer.stderr
    assert sorted(path.name for path in (tmp_path / "my-ddlearn").glob("*.ipynb")) == LESSONS


@pytest.mark.slow
def test_build_says_that_a_wheel_has_no_sources(python, tmp_path):
    answer = run(python, "-m", "ddlearn", "build", cwd=tmp_path)
    assert answer.returncode == 1
    assert answer.stderr.startswith("ddlearn: ddlearn build works in a checkout of the course")


@pytest.mark.slow
def test_a_lesson_runs_from_the_wheel(python, tmp_path):
    answer = run(python, "-m", "ddlearn", "run", "00", "--json", "run.json", cwd=tmp_path)
    assert answer.returncode == 0, answer.stdout + answer.stderr
    (record,) = json.loads((tmp_path / "run.json").read_text("utf-8"))
    assert (record["lesson"], record["errors"]) == ("00_start_here", 0)

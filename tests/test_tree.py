"""The house itself: its floors, its style, its pins and what it says of the places where it runs."""

import ast
import importlib
import json
import re
import stat
import subprocess
import sys
import tomllib
from importlib.metadata import distributions, requires
from itertools import chain
from pathlib import Path
from urllib.parse import urlsplit

import floors
import nbformat
import pytest
import yaml
from packaging.requirements import Requirement
from packaging.specifiers import SpecifierSet
from packaging.utils import canonicalize_name
from packaging.version import Version
from PIL import Image
from typer.testing import CliRunner

import ddlearn
from ddlearn import lessons
from ddlearn.course import build, cli, rules

ROOT = Path(__file__).resolve().parents[1]
SETTINGS = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))
PROJECT = SETTINGS["project"]


def short(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


SOURCES = sorted((ROOT / "solutions").glob("[0-9][0-9]_*.py"))
NOTEBOOKS = sorted([*(ROOT / "lessons").glob("*.ipynb"), *(ROOT / "solutions").glob("*.ipynb")])
CODE = sorted(path for folder in ("ddlearn", "tests", "solutions") for path in (ROOT / folder).rglob("*.py"))
PROSE = [short(path) for path in [*ROOT.glob("*.md"), *(ROOT / "solutions").glob("*.md"), *SOURCES]]
NOT_MODULES = ("utils", "helpers", "common", "manager", "misc")


def run(*command: str) -> str:
    """What a command prints, in the tree; it must succeed."""
    answer = subprocess.run(command, cwd=ROOT, capture_output=True, text=True)
    assert answer.returncode == 0, answer.stdout + answer.stderr
    return answer.stdout


def pins(text: str) -> dict[str, str]:
    lines = (line.strip() for line in text.splitlines())
    return dict(line.split("==") for line in lines if line and not line.startswith(("#", "-")))


CONSTRAINTS = pins((ROOT / "constraints.txt").read_text("utf-8"))
BINDER = (ROOT / "binder" / "requirements.txt").read_text("utf-8")


def test_the_floors_hold():
    code = "import sys; from importlinter.cli import lint_imports; sys.exit(lint_imports(no_cache=True))"
    run(sys.executable, "-c", code)


@pytest.mark.parametrize("arguments", [["check", "."], ["format", "--check", "."]], ids=["check", "format"])
def test_ruff_is_content(arguments):
    run(sys.executable, "-m", "ruff", *arguments)


def test_the_spelling_is_english():
    run(sys.executable, "-m", "codespell_lib", *PROSE, "ddlearn", "tests")


@pytest.mark.parametrize("name", PROSE)
def test_every_link_leads_somewhere(name):
    """Inside the tree to what is there, with its heading; outside by a secure address that is one. None is followed."""
    text = (ROOT / name).read_text("utf-8")
    for link in re.findall(r"\]\(([^()\s]*(?:\([^()\s]*\)[^()\s]*)*)\)", text):
        address = urlsplit(link)
        if address.scheme:
            assert address.scheme == "https", link
            assert re.fullmatch(r"[a-z0-9-]+(\.[a-z0-9-]+)+", address.netloc), link
            if address.netloc == "arxiv.org":
                assert re.fullmatch(r"/abs/(\d{4}\.\d{4,5}|[a-z-]+/\d{7})", address.path), link  # or of before 2007
        elif not re.search(r"[{}\\]", link):
            assert ((ROOT / name).parent / address.path).exists(), link


@pytest.mark.parametrize("path", sorted((ROOT / "ddlearn").rglob("*.py")), ids=short)
def test_a_module_is_one_idea_with_a_docstring(path):
    text = path.read_text("utf-8")
    assert len(text.splitlines()) <= 300
    assert path.stem not in NOT_MODULES
    assert (path.name == "__init__.py" and not text) or ast.get_docstring(ast.parse(text))


def test_no_path_of_this_machine_or_of_somebody_else_s():
    # Written in two parts, so that this line does not find itself.
    private = "|".join(("/ho" + r"me/\w", "/Us" + r"ers/\w", r"[A-Z]:\\Us" + "ers", "/ro" + r"ot/\w", "/wo" + r"rk/\w"))
    for path in [*CODE, *NOTEBOOKS, ROOT / "README.md", ROOT / "Makefile"]:
        text = path.read_text("utf-8")
        assert str(ROOT) not in text, path
        assert "tests" in path.parts or not re.findall(private, text), path


@pytest.mark.parametrize("path", SOURCES, ids=short)
def test_cells_are_short(path):
    code = [cell for cell in build.notebook(build.read(path), solved=False).cells if cell.cell_type == "code"]
    lengths = sorted(len(cell.source.splitlines()) for cell in code)
    assert lengths[-1] <= rules.LONGEST_CELL
    assert lengths[len(lengths) // 2] <= 6
    assert sum(length <= 15 for length in lengths) >= 0.9 * len(lengths)


@pytest.mark.parametrize("path", NOTEBOOKS, ids=short)
def test_the_names_that_a_lesson_imports_exist(path):
    for cell in nbformat.read(path, as_version=4).cells:
        for node in ast.walk(ast.parse(cell.source if cell.cell_type == "code" else "")):
            if isinstance(node, ast.ImportFrom) and node.module.partition(".")[0] == "ddlearn":
                module = importlib.import_module(node.module)
                for alias in node.names:
                    assert hasattr(module, alias.name) or importlib.import_module(f"{node.module}.{alias.name}")


def test_every_lesson_has_a_room_a_source_and_two_notebooks():
    stems = [path.stem for path in SOURCES]
    assert [stem[:2] for stem in stems] == sorted(lessons.LESSONS)
    assert sorted(path.stem for path in NOTEBOOKS) == sorted(stems * 2)


def test_every_dependency_is_pinned_within_its_range():
    extras = dict(PROJECT["optional-dependencies"])
    # The bench's peers are no part of the tested set: their versions are exact in the extra itself.
    extras["bench"] = [one for one in extras["bench"] if "==" not in one]
    for requirement in map(Requirement, chain(PROJECT["dependencies"], *extras.values())):
        assert requirement.specifier.contains(CONSTRAINTS[canonicalize_name(requirement.name)]), requirement


def test_what_the_dependencies_need_is_pinned_too():
    """Whatever is installed here and reachable from the course has a line, so that two set-ups are the same."""
    todo = [Requirement(one) for one in (*PROJECT["dependencies"], *PROJECT["optional-dependencies"]["test"])]
    seen = set()
    while todo:
        requirement = todo.pop()
        key = (canonicalize_name(requirement.name), frozenset(requirement.extras))
        if key in seen:
            continue
        seen.add(key)
        if key[0].startswith(("nvidia", "cuda", "triton")):
            continue  # what torch's CUDA build brings; torch pins it itself
        assert key[0] in CONSTRAINTS, requirement
        for line in requires(requirement.name) or []:
            child = Requirement(line)
            if child.marker is None or any(child.marker.evaluate({"extra": one}) for one in ("", *requirement.extras)):
                todo.append(child)


def test_what_is_pinned_runs_on_the_oldest_python_that_the_course_promises():
    """A Python 3.11 from before 3.11.5, which a stable Linux still ships, must find every version that we name."""
    promised = next(iter(SpecifierSet(PROJECT["requires-python"]))).version
    for one in distributions():
        if CONSTRAINTS.get(canonicalize_name(one.name)) == one.version:
            assert SpecifierSet(one.metadata.get("Requires-Python", "")).contains(f"{promised}.0"), one.name


def test_binder_builds_a_python_that_the_course_runs_on_and_stops_at_an_error():
    assert not (ROOT / ".binder").exists()  # both together are an error
    assert {path.name for path in (ROOT / "binder").iterdir()} == {"runtime.txt", "requirements.txt", "postBuild"}
    assert re.fullmatch(r"python-3\.(1[1-4])\n", (ROOT / "binder" / "runtime.txt").read_text("utf-8"))
    path = ROOT / "binder" / "postBuild"
    lines = path.read_text("utf-8").splitlines()
    assert lines[:1] + lines[-1:] == ["#!/bin/bash", "pip install --no-deps --no-cache-dir ."]
    assert "set -euo pipefail" in lines
    assert path.stat().st_mode & stat.S_IXUSR


def test_binder_installs_the_tested_versions_and_the_cpu_build_of_torch():
    """And nothing from a local path: with one among the requirements every commit would install torch again."""
    found = pins(BINDER)
    index, *lines = [line for line in BINDER.splitlines() if not line.startswith("#")]
    assert index == "--extra-index-url https://download.pytorch.org/whl/cpu"
    assert all(re.fullmatch(r"[a-z0-9-]+==[\w.+]+", line) for line in lines), lines
    assert "+" not in CONSTRAINTS["torch"], "pinned for every machine"
    assert found.pop("torch") == f"{CONSTRAINTS['torch']}+cpu"
    assert found.pop("nbgitpuller")
    assert found == {name: CONSTRAINTS[name] for name in found}
    assert {canonicalize_name(Requirement(one).name) for one in PROJECT["dependencies"]} - {"torch"} <= set(found)


@pytest.mark.parametrize("path", sorted((ROOT / ".github" / "workflows").glob("*.yml")), ids=lambda path: path.name)
def test_a_workflow_may_read_and_makes_the_environment_that_it_uses(path):
    """`.ci/run` throws its environment away at its end."""
    flow = yaml.safe_load(path.read_text("utf-8"))
    assert flow["permissions"] in ({}, {"contents": "read"})
    for job in flow["jobs"].values():
        assert job.get("timeout-minutes", 0) <= 90
        actions = [step["uses"] for step in job["steps"] if "uses" in step]
        assert all(re.fullmatch(r"[\w.-]+/[\w.-]+@[0-9a-f]{40}", one) for one in actions)
        commands = [step["run"] for step in job["steps"] if "run" in step]
        used = next((place for place, command in enumerate(commands) if ".venv/bin/" in command), 0)
        makes = [command for command in commands[:used] if re.match(r"make (lab|test)|.*--venv \.venv", command)]
        assert makes or not used, path.name


def test_the_image_installs_the_pins_first_and_opens_the_lab_to_the_outside():
    """Docker is not at hand where the tests run, so what the file says is held against the files that it names."""
    steps = re.findall(r"^([A-Z]+) (.+)$", (ROOT / "Dockerfile").read_text("utf-8"), flags=re.M)
    copied = [said.split()[:-1] for word, said in steps if word == "COPY"]
    assert copied[-1] == ["."], "a lesson that changes must not install torch again"
    assert all((ROOT / path).is_file() for paths in copied[:-1] for path in paths)
    assert {"constraints.txt", "binder/requirements.txt"} == set(copied[0])
    assert "jupyterhub" in CONSTRAINTS
    assert dict(steps)["USER"] == "learner"
    command = json.loads(dict(steps)["CMD"])
    assert command[:2] == ["ddlearn", "lab"]
    result = CliRunner().invoke(cli.app, [*command[1:], "--prepare-only", "--help"])
    assert result.exit_code == 0
    (base,) = re.findall(r"^FROM python:3\.(\d+)-slim", (ROOT / "Dockerfile").read_text("utf-8"), flags=re.M)
    assert f"python-3.{base}\n" == (ROOT / "binder" / "runtime.txt").read_text("utf-8"), "one Python for every image"
    space = re.sub(r"^\s*//.*$", "", (ROOT / ".devcontainer" / "devcontainer.json").read_text("utf-8"), flags=re.M)
    assert (ROOT / ".devcontainer" / json.loads(space)["build"]["dockerfile"]).resolve() == ROOT / "Dockerfile"


def test_the_gate_is_a_script_that_can_run():
    path = ROOT / ".ci" / "run"
    assert path.stat().st_mode & stat.S_IXUSR
    assert "set -euo pipefail" in path.read_text("utf-8")
    run("bash", "-n", str(path))


def test_the_citation_is_of_this_version_and_both_licences_are_said():
    citation = yaml.safe_load((ROOT / "CITATION.cff").read_text("utf-8"))
    assert citation["version"] == ddlearn.__version__
    assert set(citation["license"]) == {"MIT", "CC-BY-4.0"}
    text = (ROOT / "LICENSE").read_text("utf-8")
    assert "MIT License" in text
    assert "Creative Commons Attribution 4.0" in text
    assert PROJECT["license"] == "MIT AND CC-BY-4.0"


def test_make_knows_its_words():
    words, told = ("lab", "test", "test-all", "mutants", "bench", "hub-test", "clean"), run("make", "help")
    assert [word for word in words if f"make {word}" not in told] == []
    run("make", "-n", *words)


def test_make_test_runs_nbval_as_it_must():
    plan = run("make", "-n", "test")
    (notebooks,) = re.findall(r"-n \$\(.*--nbval-lax.*", plan)
    for option in ("-p measured", "--nbval-current-env", "--nbval-cell-timeout=120", "--dist loadfile"):
        assert option in notebooks
    assert re.search(r"--nbval-lax .* lessons solutions;", notebooks)
    assert plan.count("DDLEARN_HOME=") == plan.count("-m pytest") == 2


def test_the_slow_tests_are_left_to_make_test_all_which_each_week_runs():
    assert "-m 'not slow'" in SETTINGS["tool"]["pytest"]["ini_options"]["addopts"]
    assert ['-m ""' in run("make", "-n", word) for word in ("test", "test-all")] == [False, True]
    flow = yaml.safe_load((ROOT / ".github" / "workflows" / "tests.yml").read_text("utf-8"))
    weekly = flow["jobs"]["all"]
    assert weekly["if"] == "github.event_name == 'schedule'"
    assert [step["run"] for step in weekly["steps"] if "run" in step][-1] == "make test-all"


def test_no_two_test_files_share_a_name():
    """pytest imports them by name alone: of two namesakes one would not be collected."""
    names = [path.name for path in (ROOT / "tests").rglob("test_*.py")]
    assert len(set(names)) == len(names)


def test_the_readme_moves_and_stands_still_for_those_who_ask():
    readme = (ROOT / "README.md").read_text("utf-8")
    pictures = re.findall(r'src(?:set)?="(.github/(?:moving|still)\.webp)"', readme)
    assert pictures == [".github/still.webp", ".github/moving.webp"]
    assert sum((ROOT / picture).stat().st_size for picture in pictures) < 600_000
    frames = [Image.open(ROOT / picture).n_frames for picture in pictures]
    assert frames[0] == 1 < frames[1]


def test_the_readme_tells_which_lessons_are_here():
    rows = re.findall(r"^\| (\d\d) \| (.+?) \|", (ROOT / "README.md").read_text("utf-8"), flags=re.M)
    assert [number for number, _ in rows] == list(lessons.LESSONS)
    picture = (ROOT / ".github" / "course.svg").read_text("utf-8")
    for number, title in rows:
        assert title == lessons.load(number).title
        assert f">{number}</text>" in picture
        assert f">{title.removeprefix('The ').capitalize()}</text>".lower() in picture.lower()


def test_every_dependency_has_a_floor_that_the_pin_is_not_below():
    oldest = pins("\n".join(floors.floors({"project": PROJECT})))
    assert {"torch", "ipywidgets", "pytest"} <= set(oldest)
    for name, version in oldest.items():
        assert Version(version) <= Version(CONSTRAINTS[name]), name


@pytest.mark.parametrize("requirement", ["numpy", "numpy<3", "numpy==2.0"])
def test_a_dependency_without_a_floor_is_refused(requirement):
    with pytest.raises(ValueError, match=rf"^{requirement} has no floor"):
        floors.floors({"project": {"dependencies": [requirement], "optional-dependencies": {"test": []}}})

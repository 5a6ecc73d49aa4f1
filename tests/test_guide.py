"""The instructor's guide: what a program wrote is fresh, what a hand wrote adds up, and its commands exist."""

import re
import shutil
from pathlib import Path

import pytest

from ddlearn import compute
from ddlearn.course import guide
from ddlearn.lessons import LESSONS, load

ROOT = Path(__file__).resolve().parents[1]
GUIDE = guide.path_in(ROOT).read_text("utf-8")
HUB = (ROOT / "solutions" / "HUB.md").read_text("utf-8")
ROW = re.compile(r"^\| (\d):(\d\d) \| (\d+) \| (.+?) \|$", flags=re.M)
COURSE = list(LESSONS)
IN_CLASS = {number: 20 if number == "00" else 40 for number in COURSE}


def plans():
    """Each plan's rows: (minutes from the start, minutes, what)."""
    tables = re.findall(r"\| from \| minutes \| what \|\n\|[-:|]+\|\n((?:\|.*\n)+)", GUIDE)
    return [[(60 * int(h) + int(m), int(long), what) for h, m, long, what in ROW.findall(table)] for table in tables]


def taught(plan):
    """The lessons of a plan with their minutes."""
    return [(found[1], long) for _, long, what in plan if (found := re.match(r"Lesson (\d\d)\b", what))]


def test_the_generated_parts_are_fresh():
    assert guide.faults(ROOT) == []


def test_each_lesson_is_there_with_its_minutes_question_and_wrong_answers():
    for number in LESSONS:
        lesson = load(number)
        assert f"| {number} | {lesson.title} | {lesson.minutes} | {lesson.difficulty} of 5 |" in GUIDE
        section = GUIDE.split(f"### {number} · {lesson.title}\n")[1].split("\n### ")[0]
        assert "The plan, in minutes" in section
        assert "The one question to ask" in section
        assert "Usual wrong answers" in section or "What to expect" in section


def test_every_plan_adds_up():
    assert len(plans()) == 6
    for plan, total in zip(plans(), (240, 480, 240, 240, 240, 240), strict=True):
        assert len(plan) >= 5
        clock = 0
        for start, long, what in plan:
            assert start == clock, what
            clock += long
        assert clock == total


def test_half_a_day_and_a_day_give_each_lesson_its_time_in_class():
    for plan in plans()[:2]:
        lessons = taught(plan)
        assert [number for number, _ in lessons] == sorted(number for number, _ in lessons)
        assert all(long == IN_CLASS[number] for number, long in lessons)
        assert any("reak" in what for _, _, what in plan)


def test_four_evenings_give_every_lesson_the_minutes_that_it_declares():
    lessons = [lesson for plan in plans()[2:] for lesson in taught(plan)]
    assert [number for number, _ in lessons] == COURSE
    for number, long in lessons:
        if number in LESSONS:
            assert long == load(number).minutes, number
    assert all(any("Break" in what for _, _, what in plan) for plan in plans()[2:])


@pytest.fixture
def copy(tmp_path):
    shutil.copytree(ROOT / "solutions", tmp_path / "solutions", ignore=shutil.ignore_patterns("*.ipynb"))
    return tmp_path


def test_a_stale_guide_is_a_fault_and_building_mends_it(copy):
    path = guide.path_in(copy)
    path.write_text(path.read_text("utf-8").replace("| 50 | 2 of 5 |", "| 44 | 2 of 5 |", 1), "utf-8")
    assert guide.faults(copy) == ["solutions/INSTRUCTOR_GUIDE.md: differs from the lessons. `ddlearn build` writes it."]
    assert guide.write(copy)
    assert guide.faults(copy) == []
    assert not guide.write(copy)
    assert path.read_text("utf-8") == GUIDE


def test_an_instructors_cell_without_a_question_is_a_fault(copy):
    source = copy / "solutions" / "03_neural_tangent_kernel.py"
    source.write_text(source.read_text("utf-8").replace("**The one question to ask:**", "**Ask:**"), "utf-8")
    assert guide.faults(copy) == ["solutions/03: no instructor's cell has **The one question to ask:**"]


def test_a_measurement_goes_into_the_table_and_stays(copy):
    runs = [{"lesson": "01_fixed_embeddings", "seconds": 12.4, "peak_mb": 431.6}]
    assert guide.write(copy, runs, "a machine of a test")
    text = guide.path_in(copy).read_text("utf-8")
    assert "| `ridge`, `leave_one_out`, `gram`, `width` | 12 | 432 |" in text
    assert "Measured by `ddlearn run --json` on a machine of a test." in text
    assert not guide.write(copy)  # building again keeps what was measured
    assert text.count("<!-- END lessons -->") == 1


def test_the_memory_of_a_lesson_is_that_of_the_library():
    assert f"less than {compute.LESSON_MEMORY / 1e6:.0f} MB left" in GUIDE


def test_without_a_guide_nothing_is_said(tmp_path):
    assert guide.faults(tmp_path) == []
    assert not guide.write(tmp_path)


def test_the_command_wants_a_run_and_a_machine(capsys):
    assert guide.main([]) == 2
    assert "RUN.json" in capsys.readouterr().err


@pytest.mark.parametrize("text", [GUIDE, HUB], ids=["guide", "hub"])
def test_what_the_pages_tell_to_run_exists(text):
    from typer.main import get_command

    from ddlearn.course.cli import app

    words = set(re.findall(r"`ddlearn ([a-z-]+)", text))
    assert words <= set(get_command(app).commands)
    for module in re.findall(r"python -m (ddlearn[\w.]+)", text):
        assert (ROOT / f"{module.replace('.', '/')}.py").is_file()
    for target in re.findall(r"make ([a-z-]+)", text):
        assert re.search(rf"^{target}:", (ROOT / "Makefile").read_text("utf-8"), flags=re.M)
    for method in re.findall(r"`lesson\.(\w+)\(", text):
        assert callable(getattr(load("00"), method))


def test_the_numbers_of_the_hub_are_of_one_kind():
    """What the recipe plans with is what the program refuses by."""
    from hub import load as hub

    measured = dict(re.findall(r"^\| (.+?) \| ([\d.]+) (?:MB|GB|s) \|$", HUB, flags=re.M))
    server = float(measured["a server without a kernel"])
    assert server <= hub.SERVER_MB
    assert float(measured["server and running lesson together, the most"]) - server <= hub.LESSON_MB

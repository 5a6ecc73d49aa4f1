"""The instructor's guide: what a program wrote is fresh, what a hand wrote adds up, and its commands exist."""

import re
from copy import deepcopy
from itertools import accumulate
from pathlib import Path

import pytest

from ddlearn import compute
from ddlearn.course import build, guide
from ddlearn.lessons import LESSONS, load

ROOT = Path(__file__).resolve().parents[1]
GUIDE = guide.path_in(ROOT).read_text("utf-8")
HUB = (ROOT / "solutions" / "HUB.md").read_text("utf-8")
GENERATED = ("README.md", "solutions/INSTRUCTOR_GUIDE.md")
ROW = re.compile(r"^\| (\d):(\d\d) \| (\d+) \| (.+?) \|$", flags=re.M)


def plans():
    """Each plan's rows: (minutes from the start, minutes, what)."""
    tables = re.findall(r"\| from \| minutes \| what \|\n\|[-:|]+\|\n((?:\|.*\n)+)", GUIDE)
    return [[(60 * int(h) + int(m), int(long), what) for h, m, long, what in ROW.findall(table)] for table in tables]


def taught(plan):
    """The lessons of a plan with their minutes."""
    return [(found[1], long) for _, long, what in plan if (found := re.match(r"Lesson (\d\d)\b", what))]


def test_every_plan_adds_up_and_has_a_break():
    for plan, total in zip(plans(), (240, 480, 240, 240, 240, 240), strict=True):
        assert len(plan) >= 5
        starts, minutes, said = zip(*plan, strict=True)
        assert [*starts, total] == [*accumulate(minutes, initial=0)]
        assert any("reak" in what for what in said)


def test_lessons_have_their_time_in_class_on_a_day_and_all_their_minutes_on_four_evenings():
    for plan in plans()[:2]:
        lessons = taught(plan)
        assert lessons == sorted(lessons)
        assert all(long == (20 if number == "00" else 40) for number, long in lessons)
    evenings = [lesson for plan in plans()[2:] for lesson in taught(plan)]
    assert evenings == [(number, load(number).minutes) for number in LESSONS]


@pytest.fixture(scope="module")
def sources():
    return build.sources(ROOT)


def test_what_is_generated_is_fresh_and_a_stale_guide_is_mended(sources, tmp_path):
    assert guide.texts(ROOT, sources) == {ROOT / name: (ROOT / name).read_text("utf-8") for name in GENERATED}
    (tmp_path / "solutions").mkdir()
    right = {tmp_path / name: (ROOT / name).read_text("utf-8") for name in GENERATED}
    for path, text in right.items():
        path.write_text(text.replace("| 50 | 2 of 5 |", "| 44 | 2 of 5 |", 1).replace("deep nets black", "nets black"))
    assert guide.texts(tmp_path, sources) == right
    (tmp_path / GENERATED[1]).unlink()
    assert guide.texts(tmp_path, sources) == {}, "without a guide nothing is said"
    assert guide.faults(tmp_path, sources) == []


def test_an_instructors_cell_without_a_question_is_a_fault(sources):
    assert guide.faults(ROOT, sources) == []
    stem = "03_neural_tangent_kernel"
    changed = deepcopy(sources[stem])
    for cell in changed.cells:
        cell.source = cell.source.replace("**The one question to ask:**", "**Ask:**")
    fault = f"solutions/{stem}.py: no instructor's cell has **The one question to ask:**"
    assert guide.faults(ROOT, sources | {stem: changed}) == [fault]


def test_a_measurement_goes_into_the_table_and_stays():
    runs = [{"lesson": "01_fixed_embeddings", "seconds": 12.4, "peak_mb": 431.6}]
    text = guide.measured(GUIDE, runs, "a machine of a test")
    assert "| `ridge`, `leave_one_out`, `gram`, `width` | 12 | 432 |" in text
    assert "Measured by `ddlearn run --json` on a machine of a test." in text
    assert guide.measured(text) == text, "building again keeps what was measured"


def test_the_command_measures_the_guide_of_a_checkout(monkeypatch, tmp_path):
    (tmp_path / "solutions").mkdir()
    guide.path_in(tmp_path).write_text(GUIDE, "utf-8")
    (tmp_path / "run.json").write_text('[{"lesson": "00_start_here", "seconds": 98.6, "peak_mb": 5}]')
    monkeypatch.setattr(guide.notebooks, "checkout", lambda: tmp_path)
    guide.main(tmp_path / "run.json", "mine")
    assert "`twice` | 99 | 5 |" in guide.path_in(tmp_path).read_text("utf-8")


def test_the_memory_of_a_lesson_is_that_of_the_library():
    assert f"less than {compute.LESSON_MEMORY / 1e6:.0f} MB left" in GUIDE


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

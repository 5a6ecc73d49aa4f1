"""The report: complete, escaped, readable by all, asking nothing of a network, and never in the way of another file."""

import errno
import os
import re
from itertools import pairwise
from types import SimpleNamespace

import pytest
from pages import Page

from ddlearn import __version__, lessons
from ddlearn.classroom.claim import about, claim, exact, ours
from ddlearn.classroom.exercise import Exercise
from ddlearn.classroom.lesson import Lesson
from ddlearn.classroom.prediction import Prediction
from ddlearn.classroom.progress import Progress
from ddlearn.classroom.quiz import Option, QuizItem
from ddlearn.course.report import report_html, write_report

EVIL = "<script>alert('x')</script> & \"quoted\" </code></pre></details>"


def lesson_of(number, title):
    quiz = (QuizItem("Is `K` symmetric?", (Option("yes", True, "It is."), Option("no", False, "It is."))),)
    return Lesson(
        f"{number}_slug",
        title,
        minutes=10,
        difficulty=1,
        exercises=(Exercise("gram", "the Gram matrix", abs, list), Exercise("ridge", "ridge regression", abs, list)),
        predictions=(
            Prediction("peak", "Where does `K` peak?", low=0, high=200, unit="features", truth=137.0),
            Prediction("planes", "How many planes?", options=("one", "two"), truth="one"),
        ),
        recap=quiz,
        quiz=quiz,
        claims=(
            claim("slope", "As 1/sqrt(D).", about(-0.5, 0.05), ours("boser1992", "<R> & D"), abs),
            claim("exact", "The shortcut is exact.", about(0, 1e-8), exact(), abs),
        ),
    )


@pytest.fixture(autouse=True)
def course(monkeypatch):
    """A course of three lessons: a begun one, an untouched one, and one that does not load."""
    shelf = {"fixed": lesson_of("01", "Fixed <embeddings>"), "learned": lesson_of("02", "Learned embeddings")}

    def load(room):
        if room == "broken":
            raise ImportError("broken")
        return shelf[room]

    monkeypatch.setattr(lessons, "LESSONS", {"01": "fixed", "02": "learned", "03": "broken"})
    monkeypatch.setattr(lessons, "load", load)


@pytest.fixture
def progress(tmp_path):
    progress = Progress(tmp_path / "home" / "progress.json")
    progress.record_exercise("fixed", "gram", "not yet", "first try")
    progress.record_hint("fixed", "gram")
    progress.record_exercise("fixed", "gram", "passed", f"def gram(x):\n    return '{EVIL}'")
    progress.record_exercise("fixed", "ridge", "classic mistake", "SECRET DRAFT")
    progress.record_prediction("fixed", "peak", 60)
    progress.record_quiz("fixed", "recap-1", "no", False)
    progress.record_quiz("fixed", "quiz-1", "yes", True)
    progress.record_claims("fixed", {"slope": SimpleNamespace(measured=[-0.5012, -0.4987], holds=True)})
    return progress


def test_the_page_has_a_language_a_title_headings_in_order_and_tables_with_names(progress):
    page = Page(report_html(progress))
    assert page.all("html")[0].attributes["lang"] == "en"
    assert page.texts("title") == page.texts("h1") == ["My progress in ddlearn"]
    levels = [int(element.tag[1]) for element in page.all("h1", "h2", "h3", "h4")]
    assert all(next_one <= level + 1 for level, next_one in pairwise(levels))
    assert page.texts("h2") == ["01 · Fixed <embeddings>", "02 · Learned embeddings", "Lesson 03"]
    assert len(page.all("main")) == 1
    names = [table.attributes["aria-label"] for table in page.all("table")]
    assert len(names) == len(set(names)) == 4
    assert {heading.attributes["scope"] for heading in page.all("th")} == {"row", "col"}
    assert all(page.texts("th"))


def test_exercises_are_said_in_symbol_and_words_with_attempts_hints_and_time(progress):
    page = report_html(progress)
    gram, ridge = Page(page).row("gram: the Gram matrix"), Page(page).row("ridge: ridge regression")
    assert gram[1:4] == ["✓ passed", "2", "1"]
    assert re.fullmatch(r"\d{1,2} [A-Z][a-z]+ \d{4}, \d\d:\d\d UTC", gram[4])
    assert ridge[1:4] == ["◐ classic mistake", "1", "0"]
    assert "◐ 1 of 2 exercises passed" in page
    assert "1 lesson begun, 1 exercise passed." in page


def test_the_state_of_a_lesson_counts_the_exercises_that_it_has(progress, tmp_path):
    assert report_html(progress).count("<p>○ 0 of ") == 2
    progress.record_exercise("fixed", "ridge", "passed", "def ridge(): ...")
    progress.record_exercise("fixed", "long gone", "not yet", "")
    assert "✓ 2 of 2 exercises passed" in report_html(progress)
    page = report_html(Progress(tmp_path / "nothing.json"))
    assert "Nothing is recorded yet." in page
    assert page.count("<p>○ 0 of ") == 3
    assert Page(page).all("table") == []


def test_predictions_stand_beside_their_answers_and_nothing_ahead_is_spoiled(progress):
    page = report_html(progress)
    assert Page(page).row("Where does K peak?")[1:3] == ["60 features", "137 features"]
    assert Page(page).row("How many planes?")[1:3] == ["○ not answered", ""]


def test_questions_and_claims_are_said(progress):
    page = report_html(progress)
    answered = [cells[1:] for cells in Page(page).rows() if cells[0] == "Is K symmetric?"]
    assert answered == [["no", "✗ not yet right", "1"], ["yes", "✓ right", "1"]]
    slope = Page(page).row("As 1/sqrt(D). (Our threshold: <R> & D; idea of Boser, Guyon and Vapnik 1992)")
    assert slope[1:4] == ["−0.5 ± 0.05", "−0.501, −0.499", "✓ holds"]
    assert Page(page).row("The shortcut is exact.")[2:4] == ["", "○ not measured"]


def test_passed_code_is_there_and_drafts_are_not(progress):
    page = Page(report_html(progress))
    assert page.texts("summary") == ["gram: my code"]
    (code,) = page.all("pre")
    assert code.text == f"def gram(x):\n    return '{EVIL}'"
    assert "SECRET DRAFT" not in report_html(progress)


def test_everything_a_learner_or_a_file_can_say_is_escaped(progress):
    progress.record_prediction("fixed", "planes", EVIL)
    progress.record_quiz("fixed", "quiz-1", EVIL, False)
    progress.record_exercise("fixed", EVIL, EVIL, EVIL)
    progress.record_hint(EVIL, EVIL)
    progress.change(lambda document: document["lessons"]["fixed"].update(started_at="last <week>"))
    progress.record_claims("fixed", {EVIL: SimpleNamespace(measured=[float("nan")], holds=False)})
    progress.notices.append(EVIL)
    page = report_html(progress)
    assert "<script" not in page
    assert Page(page).all("script") == []
    assert EVIL in " ".join(Page(page).texts("h2"))
    assert "since last &lt;week&gt;" in page


def test_the_page_asks_nothing_of_a_network(progress):
    page = Page(report_html(progress))
    for element in page.elements:
        assert not {"src", "srcset", "action"} & set(element.attributes)
        assert element.attributes.get("href", "data:,") == "data:,"
    assert "url(" not in report_html(progress)
    assert "@import" not in report_html(progress)
    (policy,) = [one for one in page.all("meta") if one.attributes.get("http-equiv") == "Content-Security-Policy"]
    assert policy.attributes["content"].startswith("default-src 'none'")


def test_records_of_what_no_longer_exists_are_kept_and_marked(progress):
    progress.record_exercise("fixed", "old", "passed", "def old(): ...")
    progress.record_prediction("fixed", "older", 1.0)
    progress.record_quiz("fixed", "quiz-9", "a", True)
    progress.record_claims("fixed", {"oldest": SimpleNamespace(measured=[1.0], holds=True)})
    progress.record_exercise("gone", "far", "passed", "def far(): ...")
    progress.record_exercise("broken", "lost", "passed", "def lost(): ...")
    page = report_html(progress)
    for name in ("old", "older", "quiz-9", "oldest", "far", "lost"):
        assert Page(page).row(f"{name} (no longer in this lesson)")
    assert Page(page).texts("h2")[-1] == "Lesson gone"
    assert {"far: my code", "lost: my code", "old: my code"} <= set(Page(page).texts("summary"))


def test_version_date_and_machine_are_said_without_a_personal_path_and_notices_are_passed_on(progress, tmp_path):
    page = report_html(progress)
    assert f"with ddlearn {__version__}, on " in page
    assert re.search(r"Python 3\.\d+\.\d+, torch [\d.]+.*thread.*GB of memory", page)
    assert str(tmp_path) not in page
    progress.path.write_text("{")
    assert "progress.json was damaged" in report_html(progress)


# Where it is written


def test_the_path_comes_back_folders_are_made_and_an_earlier_report_is_replaced(tmp_path, monkeypatch):
    monkeypatch.setenv("DDLEARN_HOME", str(tmp_path / "mine"))
    path = write_report(tmp_path / "new" / "report.html")
    assert path == tmp_path / "new" / "report.html"
    assert path.read_text(encoding="utf-8").startswith("<!doctype html>")
    Progress().record_exercise("fixed", "gram", "passed", "def mine(): ...")
    assert "def mine" in write_report(path).read_text(encoding="utf-8"), "the learner's own progress is the default"
    assert [file.name for file in path.parent.iterdir()] == ["report.html"]


@pytest.mark.parametrize("content", ["my thesis", "", '<meta name="generator" content="another tool 1">'])
def test_another_file_is_left_as_it_is_and_a_folder_refused(progress, tmp_path, content):
    path = tmp_path / "thesis.html"
    path.write_text(content)
    with pytest.raises(FileExistsError, match=r"thesis\.html is there already and is no report of ddlearn"):
        write_report(path, progress)
    assert path.read_text() == content
    with pytest.raises(IsADirectoryError, match="is a folder; name a file"):
        write_report(tmp_path, progress)


def test_a_full_disk_leaves_the_earlier_report_whole(progress, tmp_path, monkeypatch):
    path = write_report(tmp_path / "report.html", progress)
    before = path.read_bytes()

    def full(descriptor):
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(OSError, match="No space left"):
        write_report(path, progress)
    assert path.read_bytes() == before
    assert [file.name for file in tmp_path.glob("report*")] == ["report.html"]


# In a real browser


@pytest.mark.browser
@pytest.mark.slow
def test_axe_finds_nothing_and_the_page_is_silent(sound, progress, tmp_path):
    sound(write_report(tmp_path / "report.html", progress))


@pytest.mark.browser
@pytest.mark.slow
def test_the_code_folds_on_the_screen_and_is_open_in_print(browser, progress, tmp_path):
    page = browser.new_page()
    page.goto(write_report(tmp_path / "report.html", progress).as_uri())
    code = page.locator("pre")
    assert not code.is_visible()
    page.locator("summary").press("Enter")
    assert code.is_visible()
    page.locator("summary").press("Enter")
    page.emulate_media(media="print")
    assert code.is_visible()
    page.close()

"""Handing in, and the page of a class: shown before it is sent, counted rightly, readable by all, silent on names."""

import json
import os
import zipfile
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from pages import Page
from typer.testing import CliRunner

from ddlearn.classroom.progress import Progress
from ddlearn.course import class_page, cli, hand_in, notebooks, submissions, workcopy

EVIL = "<script>alert('x')</script> & \"quoted\""
MORNING = datetime(2026, 1, 31, 9, tzinfo=UTC)


def record(status: str = "passed", mistake: str | None = None, **more) -> dict:
    """A record of lesson 01 with one try at `ridge`."""
    tried = {"attempts": 3, "first_tried": MORNING.isoformat(), "source": "SECRET"}
    ridge = {"status": status, "mistake": mistake, **tried}
    lesson = {"started_at": MORNING.isoformat(), "exercises": {"ridge": ridge}, **more}
    return {"version": 3, "lessons": {"fixed_embeddings": lesson}}


def drop(folder: Path, name: str, content: dict, minutes: int = 10) -> Path:
    path = folder / f"{name}-{minutes}.zip"
    path.write_bytes(submissions.pack(name, MORNING + timedelta(minutes=minutes), content, []))
    return path


@pytest.fixture
def room(tmp_path: Path) -> Path:
    """Five learners: two with one mistake, one with another, one who passed, one who has only begun."""
    folder = tmp_path / "handed in"
    folder.mkdir()
    drop(folder, "Ada", record("classic mistake", "n forgotten", predictions={"lift": {"value": "One"}}), 50)
    drop(folder, "Bo", record("classic mistake", "n forgotten"), 40)
    drop(folder, "Cy", record("classic mistake", "no penalty"), 30)
    drop(folder, "Di", record(quiz={"quiz-1": {"chosen": "x", "right": True, "attempts": 1}}), 20)
    drop(folder, "Eve", record("not started") | {"lessons": {"start_here": {}}}, 10)
    return folder


def made(folder: Path, names: bool = False, follow: bool = False) -> Page:
    return Page(class_page.page(*class_page.read(folder, names), names, follow))


def command(*words, **options):
    return CliRunner().invoke(cli.app, list(map(str, words)), **options)


# -- the page


def test_each_exercise_says_who_is_how_far_and_the_commonest_mistake_with_its_hint(room):
    page = made(room)
    _, begun, tried, passed, common = page.row("ridge")
    assert (begun, tried, passed) == ("1", "3", "1")
    assert common.startswith("n forgotten, 2 of 3 The penalty stands beside")
    assert page.row("gram")[1:] == ["5", "0", "0", ""]


def test_a_mistake_that_was_mended_or_that_nobody_knows_is_not_counted(room):
    for name in ("Ada", "Bo"):
        drop(room, name, record("passed", "n forgotten"), 60)
    drop(room, "Cy", record("classic mistake", EVIL), 60)
    assert made(room).row("ridge")[1:] == ["1", "1", "3", "none that is known"]


def test_who_is_stuck_longest_comes_first_with_tries_and_mistake(room):
    stuck = [cells for cells in made(room, names=True).rows() if len(cells) == 5 and cells[1] == "01 ridge"]
    assert [cells[0] for cells in stuck] == ["Ada", "Bo", "Cy"]
    assert stuck[0][2:] == ["50 minutes", "3", "n forgotten"]
    hours = {0: "under 2 minutes", 1.99: "119 minutes", 2: "2 hours", 47.9: "47 hours", 240: "10 days"}
    assert [class_page._said_for(timedelta(hours=span)) for span in hours] == [*hours.values()]


def test_predictions_and_answers_are_counted_beside_what_is_right(room):
    from ddlearn import lessons

    parts = lessons.load("01").parts
    (lift,), (item, *_) = parts.predictions, parts.quiz.items
    right = next(option for option in item.options if option.right)
    for number, minutes in enumerate((70, 80, 90)):
        answer = {"predictions": {"lift": {"value": lift.truth if number else lift.options[-1]}}}
        answer["quiz"] = {"quiz-1": {"chosen": right.text, "right": True, "attempts": 1}}
        drop(room, f"new {number}", record(**answer), minutes)
    page = made(room)
    assert page.row(f"{lift.truth} ✓ so it is".replace("`", ""))[1] == "2"
    assert page.row(f"{right.text} ✓ so it is".replace("`", ""))[1] == "3"


def test_predicted_numbers_are_counted_in_ranges_and_the_truth_is_in_one():
    from ddlearn.classroom.prediction import Prediction

    asked = Prediction("peak", "Where?", low=0, high=80, unit="features", truth=20)
    bars = class_page._bars(asked, [0, 9.9, 10, 80, -1, 81, True, None, "20", float("nan"), 10**400])
    assert [count for _, count, _ in bars] == [2, 1, 0, 0, 0, 0, 0, 1]
    assert [label for label, _, right in bars if right] == ["20 to 30 features"]


def test_names_are_shown_only_on_request_and_numbers_follow_the_first_hand_in(room):
    (room / "Zoë's file.json").write_text("no record")
    page = class_page.page(*class_page.read(room))
    for name in ("Ada", "Bo", "Eve", "Zoë"):
        assert name not in page
    first = [learner.name for learner in class_page.read(room)[0]]
    drop(room, "Eve", record(), 99)
    assert [learner.name for learner in class_page.read(room)[0]] == first
    shown = class_page.page(*class_page.read(room, names=True), names=True)
    assert "Zoë&#39;s file.json" in shown
    assert [learner.name for learner in class_page.read(room, names=True)[0]] == ["Eve", "Di", "Cy", "Bo", "Ada"]


BROKEN = {
    "torn.zip": b"PK\x03\x04 torn",
    "empty.json": b"",
    "list.json": b"[1, 2]",
    "newer.json": b'{"version": 99, "lessons": {}}',
    "wrong.json": b'{"version": 3, "lessons": {"start_here": {"exercises": {"a": {"attempts": "two"}}}}}',
    "deep.json": b"[" * 100_000,
    "large.json": b" " * (submissions.LIMIT + 1),
}


def test_a_broken_file_is_a_row_with_a_reason_and_nothing_in_the_folder_changes(room):
    for name, data in BROKEN.items():
        (room / name).write_bytes(data)
    before = {path.name: path.read_bytes() for path in room.iterdir()}
    learners, bad = class_page.read(room, names=True)
    assert (len(learners), {file.path for file in bad}) == (5, {*BROKEN})
    page = made(room, names=True)
    assert all(page.row(name)[1].startswith("✗ It ") for name in BROKEN)
    assert {path.name: path.read_bytes() for path in room.iterdir()} == before


def test_files_that_came_another_way_count_by_their_folder_or_name(tmp_path):
    text = json.dumps(record())
    for path in (
        "ada/progress.json",
        "ada/progress.version-2.json",
        "ada/data.json",
        "Bo Berg_4711_assignsubmission_file/progress (1).json",
        "cy.json",
        "lovelace_77_1234_progress.json",
        ".hidden/progress.json",
    ):
        (tmp_path / path).parent.mkdir(exist_ok=True)
        (tmp_path / path).write_text(text)
    found = {file.learner: file.account for file in submissions.records(tmp_path)}
    assert found == {"ada": "", "Bo Berg": "", "cy": "", "lovelace": "77"}
    with pytest.raises(NotADirectoryError, match="There is no folder"):
        list(submissions.records(tmp_path / "nowhere"))


def test_all_that_a_file_says_is_escaped_and_what_it_says_wrongly_is_passed_over(tmp_path):
    content = record("classic mistake", EVIL, predictions={"lift": {"value": [EVIL]}}, quiz={"quiz-1": {"chosen": {}}})
    content["lessons"][EVIL] = {"exercises": {EVIL: {"status": EVIL, "attempts": 1, "first_tried": EVIL}}}
    content["lessons"]["fixed_embeddings"]["exercises"]["ridge"]["first_tried"] = "0001-01-01T00:00:00+23:59"
    drop(tmp_path, EVIL.replace("/", ""), content)
    page = class_page.page(*class_page.read(tmp_path, names=True), names=True)
    assert "<script" not in page
    assert Page(page).row("ridge")[2] == "1"
    assert "SECRET" not in page


def test_the_page_is_replaced_and_no_other_file(room, tmp_path):
    assert "Nobody has handed in yet." in class_page.page([], [])
    out = tmp_path / "class.html"
    (room / "gone.zip").symlink_to("/nowhere/at/all.zip")
    for _ in range(2):
        answer = command("class", room, "--out", out)
        assert (answer.exit_code, answer.output) == (0, f"The class is in {out}.\n")
    out.write_text("my thesis")
    assert isinstance(command("class", room, "--out", out).exception, FileExistsError)
    assert out.read_text() == "my thesis"


def test_watched_the_page_is_written_when_somebody_hands_in_and_only_then(room, tmp_path, monkeypatch):
    out, said, sleeps = tmp_path / "class.html", [], []

    def sleep(seconds):
        sleeps.append(out.stat().st_ino)
        if len(sleeps) == 2:
            drop(room, "Late", record(), 99)
            (room / "torn.zip").write_bytes(b"PK")
        if len(sleeps) == 4:
            drop(room, "Later", record(), 199)
        if len(sleeps) == 5:
            raise KeyboardInterrupt

    monkeypatch.setattr(class_page.time, "sleep", sleep)
    with pytest.raises(KeyboardInterrupt):
        class_page.main(room, out, True, True, said.append)
    assert sleeps[0] == sleeps[1] != sleeps[2] == sleeps[3] != sleeps[4]
    assert "Late" in out.read_text()
    assert [words.partition(": ")[0] for words in said[1:]] == ["torn.zip"]


# -- handing in


@pytest.fixture
def progress(tmp_path, monkeypatch) -> Progress:
    monkeypatch.setenv("DDLEARN_HOME", str(tmp_path / "home"))
    progress = Progress()
    progress.record_exercise("start_here", "mean_squared_error", "classic mistake", "code", "halved")
    progress.record_quiz("start_here", "quiz-1", "a", True)
    return progress


def test_the_mistake_is_kept_until_the_next_try(progress):
    def kept():
        return progress.lesson("start_here")["exercises"]["mean_squared_error"]["mistake"]

    assert kept() == "halved"
    progress.record_exercise("start_here", "mean_squared_error", "not yet", "code")
    assert kept() is None
    progress.record_exercise("start_here", "mean_squared_error", "classic mistake", "code", "not squared")
    progress.record_exercise("start_here", "mean_squared_error", "passed", "code")
    progress.record_exercise("start_here", "mean_squared_error", "classic mistake", "code", "not squared")
    assert kept() is None


def test_it_is_shown_in_words_and_written_only_when_agreed(progress, tmp_path):
    asked, folder = [], tmp_path / "class"
    folder.mkdir()
    for agreed in (False, True):
        path = hand_in.hand_in(folder, "Ada Lovelace", [], lambda words: asked.append(words) or agreed)  # noqa: B023
        assert (path is None) is not agreed
        assert len(list(folder.iterdir())) == agreed
    for words in ("your name: Ada Lovelace", "1 lesson", "1 exercise, 0 of them passed", "1 answer", str(folder)):
        assert words in asked[0]
    assert "no notebook: `--notebooks FOLDER` adds those" in asked[0]
    (learner,), bad = class_page.read(folder, names=True)
    assert (learner.name, learner.lessons, bad) == ("Ada Lovelace", progress.read()["lessons"], [])


def test_notebooks_come_along_on_request_those_that_the_learner_touched(progress, tmp_path):
    mine = workcopy.prepare(tmp_path / "mine").folder
    assert workcopy.touched(mine) == []
    (mine / "01_fixed_embeddings.ipynb").write_text("touched")
    answer = command("hand-in", "--to", tmp_path / "a.zip", "--name", "Ada", "--notebooks", mine, input="y\n")
    assert answer.exit_code == 0, answer.output
    assert "all that is written in 1 notebook: “01_fixed_embeddings.ipynb”" in answer.output
    with zipfile.ZipFile(tmp_path / "a.zip") as archive:
        assert archive.read("notebooks/01_fixed_embeddings.ipynb") == b"touched"


def test_a_clone_without_a_record_hands_in_what_differs_from_the_course_and_the_course_itself_all(tmp_path):
    shipped = notebooks.shipped()
    for source in shipped:
        (tmp_path / source.name).write_bytes(source.read_bytes())
    mine = tmp_path / shipped[1].name
    mine.write_text("touched")
    assert workcopy.touched(tmp_path) == [mine]
    assert workcopy.touched(shipped[0].parent) == shipped  # who works there may have changed any


def test_who_has_begun_nothing_is_told_so_and_a_file_for_no_folder_is_still_to_be_sent(tmp_path, monkeypatch):
    monkeypatch.setenv("DDLEARN_HOME", str(tmp_path / "home"))
    monkeypatch.delenv("DDLEARN_HAND_IN", raising=False)
    monkeypatch.chdir(tmp_path)
    words = command("hand-in", "--name", "Ada", "--yes").output
    assert "- no record: no lesson has been begun here\n- no notebook" in words
    (packed,) = tmp_path.glob("Ada-*.zip")
    assert words.splitlines()[-1] == f"Packed: {packed}. Now send this file to whoever teaches."
    words = command("hand-in", "--name", "Ada", "--yes", "--to", tmp_path.parent / tmp_path.name).output
    assert words.splitlines()[-1].startswith("Handed in: ")


def test_no_is_an_answer_and_two_hand_ins_are_two_files(progress, tmp_path):
    words = ("hand-in", "--to", tmp_path, "--name", "../Ada/ Lovelace")
    refused = command(*words, input="n\n")
    assert (refused.exit_code, refused.output.splitlines()[-1]) == (1, "Nothing was handed in.")
    assert not list(tmp_path.glob("*.zip"))
    for _ in range(2):
        assert command(*words, "--yes").exit_code == 0
    assert len({path.name for path in tmp_path.glob("Ada-Lovelace-*.zip")}) == 2
    assert command("hand-in", "--name", "Ada", input="n\n", env={"DDLEARN_HAND_IN": "/no"}).exception


def test_a_folder_that_learners_cannot_read_takes_what_they_hand_in(progress, tmp_path, monkeypatch):
    access = os.access
    monkeypatch.setattr(os, "access", lambda path, mode, **more: mode != os.R_OK and access(path, mode, **more))
    answer = command("hand-in", "--name", "Ada", "--yes", env={"DDLEARN_HAND_IN": str(tmp_path)})
    assert answer.exit_code == 0, answer.output
    assert len(list(tmp_path.glob("Ada-*.zip"))) == 1


@pytest.mark.parametrize(
    ("place", "name"), [("there.zip", "Ada"), ("new.txt", "Ada"), ("nowhere/new.zip", "Ada"), ("", " ")]
)
def test_what_cannot_be_is_refused_before_anything_is_asked(progress, tmp_path, place, name):
    (tmp_path / "there.zip").write_text("mine")
    with pytest.raises(ValueError, match=r"--to must be a folder|say who you are"):
        hand_in.hand_in(tmp_path / place, name, [], lambda words: pytest.fail("asked"))
    assert (tmp_path / "there.zip").read_text() == "mine"


@pytest.mark.parametrize(
    ("hub", "system", "name"), [("ada", "jovyan", "ada"), ("", "bo", "bo"), ("", "jovyan", ""), ("", None, "")]
)
def test_a_container_s_user_is_no_name(monkeypatch, hub, system, name):
    def getuser():
        if system is None:
            raise OSError
        return system

    monkeypatch.setenv("JUPYTERHUB_USER", hub)
    monkeypatch.setattr(hand_in.getpass, "getuser", getuser)
    assert hand_in.own_name() == name


# -- in a real browser


@pytest.mark.browser
@pytest.mark.slow
@pytest.mark.parametrize("names", [False, True])
def test_axe_finds_nothing_and_the_page_is_silent(sound, room, tmp_path, names):
    (room / "torn.zip").write_bytes(b"PK")
    class_page.main(room, tmp_path / "class.html", names, False, lambda words: None)
    sound(tmp_path / "class.html")


@pytest.mark.browser
@pytest.mark.slow
def test_a_watched_page_loads_itself_anew_until_it_is_told_not_to(browser, room, tmp_path):
    out = tmp_path / "class.html"
    page = browser.new_page()
    said = []
    page.on("console", lambda message: said.append(message.text))
    page.clock.install()
    out.write_text(class_page.page(*class_page.read(room), follow=True))
    page.goto(out.as_uri())
    drop(room, "Late", record(), 99)
    out.write_text(class_page.page(*class_page.read(room), follow=True))
    page.clock.fast_forward(11_000)
    page.wait_for_function("document.body.innerText.includes('6 learners')")
    page.get_by_label("Load this page anew").uncheck()
    drop(room, "Later", record(), 199)
    out.write_text(class_page.page(*class_page.read(room), follow=True))
    page.clock.fast_forward(60_000)
    page.wait_for_timeout(500)
    assert "6 learners" in page.inner_text("body")
    assert said == []
    page.close()

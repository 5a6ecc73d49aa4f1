"""The working copy never loses a learner's work, and JupyterLab opens at the right lesson."""

import json
import os
import socket
import subprocess
import sys
import time
import urllib.request
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ddlearn.classroom import store
from ddlearn.course import launch, workcopy

NAMES = ("00_start.ipynb", "01_one.ipynb")
FIRST = [f"{name}, first edition" for name in NAMES]


@pytest.fixture
def shop(tmp_path: Path) -> list[Path]:
    """What the course ships: two lessons, whose content stands for a notebook."""
    (tmp_path / "shop").mkdir()
    paths = [tmp_path / "shop" / name for name in NAMES]
    publish(paths, "first")
    return paths


@pytest.fixture
def mine(tmp_path: Path, shop: list[Path]) -> Path:
    """A working copy of them, with work in lesson 01."""
    folder = workcopy.prepare(tmp_path / "mine", sources=shop).folder
    (folder / NAMES[1]).write_text("my work")
    return folder


def publish(paths: list[Path], edition: str) -> None:
    for path in paths:
        path.write_text(f"{path.name}, {edition} edition", "utf-8")


def texts(folder: Path) -> list[str]:
    return [(folder / name).read_text() for name in NAMES]


def test_the_first_call_brings_every_lesson_and_a_second_has_nothing_to_do(tmp_path, shop):
    copy = workcopy.prepare(tmp_path / "mine", sources=shop)
    assert copy.added == list(NAMES)
    assert texts(copy.folder) == FIRST
    assert "Added: 00_start.ipynb, 01_one.ipynb." in copy.text()
    copy = workcopy.prepare(tmp_path / "mine", sources=shop)
    assert (copy.added, copy.updated, copy.kept, copy.newer) == ([], [], [], [])


def test_what_lessons_link_to_comes_along_and_is_kept_where_it_was_written_in(tmp_path, shop):
    (shop[0].parent / "refreshers").mkdir()
    pages = [shop[0].parent / name for name in ("NOTATION.md", "refreshers/eigenvalues.md")]
    publish(pages, "first")
    copy = workcopy.prepare(tmp_path / "mine", sources=shop)
    assert (copy.folder / "refreshers" / "eigenvalues.md").read_text() == "eigenvalues.md, first edition"
    assert copy.added == list(NAMES)
    (copy.folder / "NOTATION.md").write_text("my notes")
    publish(pages, "second")
    copy = workcopy.prepare(copy.folder, sources=shop)
    assert (copy.kept, copy.newer) == (["NOTATION.md"], [])
    assert (copy.folder / "NOTATION.md").read_text() == "my notes"
    assert (copy.folder / "refreshers" / "eigenvalues.md").read_text() == "eigenvalues.md, second edition"


def test_an_untouched_lesson_is_brought_up_to_date_and_a_touched_one_is_kept(mine, shop):
    copy = workcopy.prepare(mine, sources=shop)
    assert (copy.kept, copy.newer) == ([NAMES[1]], [])
    publish(shop, "second")
    copy = workcopy.prepare(mine, sources=shop)
    assert copy.updated == [NAMES[0]]
    assert copy.kept == copy.newer == [NAMES[1]]
    assert texts(mine) == ["00_start.ipynb, second edition", "my work"]
    assert "There is a newer 01_one.ipynb. `ddlearn lab --update 01` takes it" in copy.text()


def test_a_lesson_that_was_deleted_or_renamed_comes_back(mine, shop):
    (mine / NAMES[1]).rename(mine / "01_mine.ipynb")
    assert workcopy.prepare(mine, sources=shop).added == [NAMES[1]]
    assert texts(mine) == FIRST
    assert (mine / "01_mine.ipynb").read_text() == "my work"


@pytest.mark.parametrize(
    "damage", ["", "{", "[]", "null", '{"lessons": 3}', '{"lessons": {"01_one.ipynb": 3}}', "\udcff"]
)
def test_with_a_damaged_record_everything_counts_as_touched(mine, shop, damage):
    (mine / workcopy.RECORD).write_bytes(damage.encode("utf-8", "surrogateescape"))
    publish(shop, "second")
    copy = workcopy.prepare(mine, sources=shop)
    assert (copy.kept, copy.updated) == (list(NAMES), [])
    assert texts(mine) == [FIRST[0], "my work"]
    publish(shop, "third")
    assert workcopy.prepare(mine, sources=shop).newer == list(NAMES)


STEPS = st.lists(st.sampled_from(["edit", "delete", "publish", "open", "damage"]), max_size=12)


@given(steps=STEPS)
@settings(deadline=None, max_examples=60)
def test_no_sequence_of_events_loses_a_byte_that_the_learner_wrote(steps, tmp_path_factory):
    folder = tmp_path_factory.mktemp("copy")
    shipped, mine = folder / "01_one.ipynb", folder / "mine"
    shipped.write_text("edition 0")
    target, work = mine / shipped.name, None
    for turn, step in enumerate(["open", *steps, "open"]):
        if step == "edit":
            work = f"work {turn}"
            target.write_text(work)
        elif step == "delete":
            target.unlink(missing_ok=True)
            work = None
        elif step == "publish":
            shipped.write_text(f"edition {turn}")
        elif step == "damage":
            (mine / workcopy.RECORD).write_text("{")
        else:
            workcopy.prepare(mine, sources=[shipped])
            assert target.exists()
        if work is not None:
            assert target.read_text() == work


def refuse(error: OSError):
    def refusal(*_, **__):
        raise error

    return refusal


def test_a_crash_half_way_loses_nothing(mine, shop, monkeypatch):
    publish(shop, "second")
    with monkeypatch.context() as patch:
        patch.setattr(store.os, "replace", refuse(OSError(28, "No space left on device")))
        with pytest.raises(OSError, match=r"cannot be written .No space left on device"):
            workcopy.prepare(mine, sources=shop)
    assert texts(mine) == [FIRST[0], "my work"]
    assert sorted(path.name for path in mine.iterdir()) == [workcopy.RECORD, *NAMES]


def test_a_folder_that_cannot_be_made_is_refused_in_words(tmp_path, shop, monkeypatch):
    (tmp_path / "mine").write_text("a file")
    with pytest.raises(OSError, match=r"cannot be written .File exists.*ddlearn lab FOLDER"):
        workcopy.prepare(tmp_path / "mine", sources=shop)
    monkeypatch.setattr(Path, "mkdir", refuse(PermissionError(13, "Permission denied")))
    with pytest.raises(OSError, match=r"cannot be written .Permission denied.*ddlearn lab FOLDER"):
        workcopy.prepare(tmp_path / "other", sources=shop)


def test_jupyter_is_told_the_folder_and_the_lesson():
    said = launch.options(Path("/some where/mine"), "01_one (version 2).ipynb", port=9001, open_browser=False)
    assert "--ServerApp.root_dir=/some where/mine" in said
    assert "--LabApp.default_url=/lab/tree/01_one%20%28version%202%29.ipynb" in said
    assert "--ServerApp.open_browser=False" in said
    assert "--ServerApp.port=9001" in said
    assert not [one for one in said if one.startswith("--ServerApp.ip")], "Jupyter's own: this machine alone"
    assert "--ServerApp.ip=0.0.0.0" in launch.options(Path("mine"), "01_one.ipynb", ip="0.0.0.0")
    (settings,) = (one.partition("=")[2] for one in said if one.startswith("--LabApp.app_settings_dir="))
    overrides = json.loads((Path(settings) / "overrides.json").read_text("utf-8"))
    viewers = overrides["@jupyterlab/docmanager-extension:plugin"]["defaultViewers"]
    assert viewers == {"markdown": "Markdown Preview"}, "a refresher opens as a page, not in an editor"
    assert ("--ServerApp.allow_root=True" in said) == (hasattr(os, "geteuid") and os.geteuid() == 0)


@pytest.mark.slow
@pytest.mark.skipif(os.name == "nt", reason="signals of a terminal")
def test_lab_serves_the_lesson_and_stops_when_it_is_told(tmp_path, shop):
    """The real JupyterLab: it answers, redirects to the lesson, and leaves no server behind at SIGTERM."""
    mine = workcopy.prepare(tmp_path / "my lessons", sources=shop).folder
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    script = (
        "import sys; from pathlib import Path; from ddlearn.course import launch; "
        f"sys.exit(launch.start(Path({str(mine)!r}), '00_start.ipynb', port={port}, open_browser=False))"
    )
    places = dict.fromkeys(("JUPYTER_CONFIG_DIR", "JUPYTER_DATA_DIR"), str(tmp_path))
    environment = {**os.environ, **places, "JUPYTER_TOKEN": "abc"}
    server = subprocess.Popen([sys.executable, "-c", script], env=environment, stderr=subprocess.DEVNULL)
    try:
        listing = ask(f"http://127.0.0.1:{port}/api/contents?token=abc", server)
        assert {item["name"] for item in json.loads(listing)["content"]} == set(NAMES)
        with urllib.request.urlopen(f"http://127.0.0.1:{port}/?token=abc", timeout=10) as page:
            assert page.url.split("?")[0].endswith("/lab/tree/00_start.ipynb")
    finally:
        server.terminate()
        server.wait(30)
    with socket.socket() as probe:
        assert probe.connect_ex(("127.0.0.1", port)) != 0


def ask(url: str, server: subprocess.Popen) -> bytes:
    """The answer of a server that is starting; fails if it ends instead."""
    for _ in range(300):
        assert server.poll() is None, "the server ended"
        try:
            with urllib.request.urlopen(url, timeout=10) as answer:
                return answer.read()
        except OSError:
            time.sleep(0.2)
    raise AssertionError("the server never answered")

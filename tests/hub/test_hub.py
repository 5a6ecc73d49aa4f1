"""A class on a hub: what a learner may not do, what one failure does to the others, and what is left behind."""

import asyncio
import importlib.util
import os
from importlib.metadata import requires
from pathlib import Path
from types import SimpleNamespace
from unittest.mock import AsyncMock

import nbformat
import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from ddlearn.classroom.claim import about, claim, exact
from ddlearn.classroom.progress import Progress
from hub import load as hub
from hub import server
from hub.learner import Door, Learner, Refused, attend

MISSING = [one for one in ("jupyterhub", "configurable_http_proxy") if importlib.util.find_spec(one) is None]
with_hub = pytest.mark.skipif(bool(MISSING), reason=f"not installed: {', '.join(MISSING)} (`make hub-test` brings it)")
ROOT = Path(__file__).resolve().parents[2]


def test_a_class_too_large_for_the_machine_is_refused_in_words():
    assert hub.refusal(users=30, at_once=2, available_mb=16_000) is None
    words = hub.refusal(users=300, at_once=2, available_mb=16_000)
    assert "300 learners, 2 at a time, need about 45" in words
    assert "15.6 GB are free" in words
    assert hub.refusal(users=30, at_once=30, available_mb=16_000)  # all at once is another matter


def test_without_a_hub_the_command_says_what_brings_it(monkeypatch, capsys):
    monkeypatch.setattr(hub.importlib.util, "find_spec", lambda name: None)
    assert hub.main(["--users", "2"]) == 2
    assert "jupyterhub is not installed. `make hub-test` sets everything up." in capsys.readouterr().err


def process(megabytes: float, user: str | None):
    environment = {"JUPYTERHUB_USER": user} if user else {}
    memory = SimpleNamespace(rss=megabytes * 2**20)
    return SimpleNamespace(memory_info=lambda: memory, environ=lambda: environment)


def test_memory_goes_to_whom_it_belongs_and_the_peak_stays():
    one, other = Learner("one"), Learner("other")
    by_name = {"one": one, "other": other}
    running = [process(100, None), process(150, "one"), process(400, "one"), process(150, "other")]
    assert hub.weigh(running, by_name) == 800
    assert (one.peak_mb, one.resting_mb, other.peak_mb) == (550, 550, 150)
    hub.weigh(running[:2], by_name)
    assert (one.peak_mb, one.resting_mb) == (550, 150)


def test_claims_count_only_where_each_learner_has_a_record_of_their_own(tmp_path):
    assert hub.claims_held(tmp_path, "fixed_embeddings") == 0
    claims = [claim(name, "So it is.", about(1), exact(), lambda seed: 1) for name in ("a", "b")]
    held = {one.id: one.run() for one in claims}
    Progress(tmp_path / "data" / "progress.json").record_claims("fixed_embeddings", held)
    assert hub.claims_held(tmp_path, "fixed_embeddings") == 2
    (tmp_path / "progress.json").write_text("{}")
    assert hub.claims_held(tmp_path, "fixed_embeddings") == 0


def test_one_failure_is_exit_code_one_and_is_told(monkeypatch, capsys, tmp_path):
    class Nowhere:
        def __init__(self, users, notebook):
            assert users == ["learner001", "learner002"]

        __enter__ = __exit__ = lambda self, *exception: self

    async def attend_badly(hub, learners, notebook, cells, at_once, tell):
        for learner in learners:
            learner.claims_held = expected
        learners[1].fault = "code cell 3: ValueError: no"
        return 321.0

    from ddlearn.lessons import load

    expected = len(load("01").parts.claims)
    monkeypatch.setattr(hub.importlib.util, "find_spec", lambda name: True)
    monkeypatch.setattr(hub, "Hub", Nowhere)
    monkeypatch.setattr(hub, "hold", attend_badly)
    monkeypatch.setattr(hub, "refusal", lambda *asked: None)
    assert hub.main(["--users", "2", "--json", str(tmp_path / "hub.json")]) == 1
    said = capsys.readouterr().out
    assert "learner002: code cell 3: ValueError: no" in said
    assert "1 failures." in said
    assert '"failures": 1' in (tmp_path / "hub.json").read_text()
    monkeypatch.setattr(hub, "hold", AsyncMock(return_value=321.0))
    assert hub.main(["--users", "2"]) == 1  # nobody failed, and nobody's claims are there


@with_hub
def test_what_the_hub_needs_is_pinned():
    lines = (line for line in (ROOT / "constraints.txt").read_text("utf-8").splitlines() if not line.startswith("#"))
    pins = dict(line.split("==") for line in lines)
    todo, seen = [Requirement("jupyterhub"), Requirement("configurable-http-proxy")], set()
    while todo:
        requirement = todo.pop()
        if (name := canonicalize_name(requirement.name)) not in seen:
            seen.add(name)
            assert name in pins, requirement
            children = map(Requirement, requires(requirement.name) or [])
            todo += [one for one in children if one.marker is None or one.marker.evaluate({"extra": ""})]


@pytest.fixture
def small_class(tmp_path):
    """A hub of two, with a notebook of one cell."""
    notebook = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell("1 + 1")])
    nbformat.write(notebook, tmp_path / "01_small.ipynb")
    with server.Hub(["ada", "grace"], tmp_path / "01_small.ipynb") as running:
        yield running
        mark, folder = running.mark, running.folder
    assert not folder.exists()
    assert running.left_over() == [], f"processes marked {mark} outlive the hub"


@with_hub
@pytest.mark.slow
def test_two_learners_on_a_hub_of_their_own(small_class):
    """One gets through, one has a cell that fails, a stranger stays outside; the homes are apart."""
    ada, grace, stranger = Learner("ada"), Learner("grace"), Learner("mallory")
    at_home = "import os, pathlib; pathlib.Path('mine').write_text(os.environ['HOME'])"
    one_core = "assert os.environ['CPU_LIMIT'] == '1.0'"

    async def all_three():
        await asyncio.gather(
            attend(small_class.url, ada, "01_small.ipynb", [at_home, one_core]),
            attend(small_class.url, grace, "01_small.ipynb", ["1 + 1", "1 / 0", "3 + 3"]),
            attend(small_class.url, stranger, "01_small.ipynb", ["1 + 1"]),
        )
        intruder = Door(small_class.url, "ada")
        intruder.token = "made-up"
        with pytest.raises(Refused, match="403"):
            await intruder.ask("GET", "/user/ada/api/contents")
        return hub.weigh(small_class.processes(), {"ada": ada, "grace": grace})

    total = asyncio.run(all_three())
    assert (ada.fault, ada.cells) == ("", 2)
    assert "code cell 2: ZeroDivisionError: division by zero" in grace.fault
    assert "403" in stranger.fault
    assert stranger.cells == 0
    assert (small_class.home("ada") / "mine").read_text() == str(small_class.home("ada"))
    assert not (small_class.home("grace") / "mine").exists()
    assert 50 < ada.resting_mb < total
    assert os.getpid() not in [process.pid for process in small_class.processes()]

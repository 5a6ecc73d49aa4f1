"""Lessons that are open beside this one: who makes room, in which order, and who never does."""

import json
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread

import pytest

from ddlearn.classroom import open_lessons

SHIPPED = sorted((Path(__file__).parents[1] / "lessons").glob("*.ipynb"))
MINE = "kernel-mine"


class Server:
    """What open_lessons asks of a Jupyter server: sessions, and their end, for who has the token."""

    def __init__(self, folder: Path):
        self.folder, self.sessions, self.token = folder, [], "secret"
        served = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self):
                self._answer(200, served.sessions)

            def do_DELETE(self):
                served.sessions = [one for one in served.sessions if one["id"] != self.path.rpartition("/")[2]]
                self._answer(204)

            def _answer(self, code, content=None):
                known = self.path.startswith("/user/ada/api/sessions")
                allowed = self.headers["Authorization"] == f"token {served.token}"
                self.send_response(code if known and allowed else 404 if allowed else 403)
                self.end_headers()
                if content is not None:
                    self.wfile.write(json.dumps(content).encode())

            def log_message(self, *words):
                pass

        self.http = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.port = str(self.http.server_port)
        Thread(target=self.http.serve_forever, args=(0.01,), daemon=True).start()

    def open(self, name: str, rested: int = 60, state: str = "idle", kernel: str = "", text: str | None = None):
        (self.folder / name).write_text(open_lessons.OPENS_A_LESSON if text is None else text, "utf-8")
        since = f"{datetime.now(UTC) - timedelta(seconds=rested):%Y-%m-%dT%H:%M:%S.%fZ}"  # as the server says
        kernel = {"id": kernel or f"kernel-{name}", "execution_state": state, "last_activity": since}
        self.sessions.append({"id": name.removesuffix(".ipynb"), "path": name, "kernel": kernel})

    def named(self) -> list[str]:
        return [session["id"] for session in self.sessions]


@pytest.fixture
def server(tmp_path, monkeypatch):
    """A server that started this process, as a kernel."""
    (tmp_path / "work").mkdir()
    (tmp_path / "runtime").mkdir()
    running = Server(tmp_path / "work")
    facts = {"url": f"http://127.0.0.1:{running.port}/user/ada/", "root_dir": str(running.folder)}
    (tmp_path / "runtime" / "jpserver-7.json").write_text(json.dumps({**facts, "token": "secret"}))
    monkeypatch.setenv("JUPYTER_RUNTIME_DIR", str(tmp_path / "runtime"))
    monkeypatch.setenv("JPY_PARENT_PID", "7")
    monkeypatch.setenv("http_proxy", "http://127.0.0.1:9")
    monkeypatch.setattr("ipykernel.connect.get_connection_file", lambda: f"/somewhere/{MINE}.json")
    yield running
    running.http.shutdown()
    running.http.server_close()


def test_the_longest_idle_go_first_and_no_more_than_needed(server):
    server.open("02.ipynb", rested=50)
    server.open("00.ipynb", rested=10)
    server.open("01.ipynb", rested=3000)
    assert open_lessons.close_idle(lambda: len(server.sessions) < 2) == ["01", "02"]
    assert server.named() == ["00"]


def test_nothing_is_closed_where_there_is_enough(server):
    server.open("00.ipynb")
    assert open_lessons.close_idle(lambda: True) == []
    assert server.named() == ["00"]


def test_work_other_notebooks_and_this_one_stay(server):
    server.open("busy.ipynb", state="busy")
    server.open("training.ipynb", rested=1)
    server.open("thesis.ipynb", text="import torch")
    server.open("this.ipynb", kernel=MINE)
    server.open("rested.ipynb")
    server.open("gone.ipynb")
    (server.folder / "gone.ipynb").unlink()
    assert open_lessons.close_idle(lambda: False) == ["rested"]
    assert server.named() == ["busy", "training", "thesis", "this", "gone"]


def no_kernel():
    raise RuntimeError("no kernel")


# name: what goes wrong with the server, the facts that it wrote down, or this process
TROUBLES = {
    "no server": lambda server, facts, patch: patch.delenv("JPY_PARENT_PID"),
    "no file": lambda server, facts, patch: facts.unlink(),
    "no JSON": lambda server, facts, patch: facts.write_text("{"),
    "no answer": lambda server, facts, patch: facts.write_text(facts.read_text().replace(server.port, "9")),
    "no token": lambda server, facts, patch: facts.write_text(facts.read_text().replace("secret", "")),
    "no kernel": lambda server, facts, patch: patch.setattr("ipykernel.connect.get_connection_file", no_kernel),
    "no kernel there": lambda server, facts, patch: server.sessions[0].update(kernel=None),
}


@pytest.mark.parametrize("trouble", TROUBLES.values(), ids=TROUBLES)
def test_without_a_server_that_answers_nothing_is_done(server, tmp_path, monkeypatch, trouble):
    server.open("00.ipynb")
    trouble(server, tmp_path / "runtime" / "jpserver-7.json", monkeypatch)
    assert open_lessons.close_idle(lambda: False) == []
    assert server.named() == ["00"]


@pytest.mark.parametrize("path", SHIPPED, ids=lambda path: path.stem)
def test_every_notebook_of_the_course_is_known_as_one(path):
    assert open_lessons.OPENS_A_LESSON in path.read_text("utf-8")

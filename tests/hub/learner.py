"""One learner on a hub: logs in, starts the server, opens the lesson's page, runs each cell, and says how it went."""

import asyncio
import contextlib
import json
import time
import uuid
from dataclasses import dataclass
from urllib.parse import quote

from tornado.httpclient import AsyncHTTPClient, HTTPRequest
from tornado.websocket import websocket_connect

START_SECONDS = 240  # for a server to come up while others compute
CELL_SECONDS = 300


class Refused(Exception):
    """The hub, a server or a kernel did not do what it was asked; the sentence says what."""


@dataclass
class Learner:
    """What happened to one learner.

    Seconds are wall time. `peak_mb` is the most that server and kernel held together, `resting_mb` what the server
    held at the end, when its kernel had been stopped.
    """

    name: str
    start_seconds: float = 0.0
    lesson_seconds: float = 0.0
    peak_mb: float = 0.0
    resting_mb: float = 0.0
    cells: int = 0
    claims_held: int = 0
    fault: str = ""


class Door:
    """The hub, as one learner reaches it: every request goes through the proxy and carries the learner's own token."""

    def __init__(self, url: str, name: str):
        self.url, self.name, self.token = url, name, ""

    async def ask(self, method: str, path: str, body: dict | None = None) -> bytes:
        """Send a request and return the answer; Refused, with its words, for anything but success."""
        headers = {"Authorization": f"token {self.token}"} if self.token else {}
        text = json.dumps(body or {}) if method == "POST" else None
        request = HTTPRequest(
            self.url + path, method, headers, text, request_timeout=120, allow_nonstandard_methods=True
        )
        answer = await AsyncHTTPClient().fetch(request, raise_error=False)
        if answer.code >= 400:
            words = " ".join(answer.body.decode(errors="replace").split())[:300]
            raise Refused(f"{method} {path}: {answer.code} {answer.reason}. {words}")
        answer.rethrow()
        return answer.body

    async def log_in(self) -> None:
        """Trade name and password for a token, which the hub's authenticator has to agree to."""
        who = {"auth": {"username": self.name, "password": "any will do"}}
        self.token = json.loads(await self.ask("POST", f"/hub/api/users/{self.name}/tokens", who))["token"]

    async def start_server(self) -> None:
        """Ask for the learner's server and follow its progress until it is ready."""
        await self.ask("POST", f"/hub/api/users/{self.name}/server")
        events = (await self.ask("GET", f"/hub/api/users/{self.name}/server/progress")).decode()
        last = json.loads(events.strip().rsplit("data: ", 1)[-1])
        if not last.get("ready"):
            raise Refused(f"the server did not start: {last.get('message', 'no reason was given')}")

    async def open_lesson(self, notebook: str) -> str:
        """Open JupyterLab's page and the notebook, start its kernel and return the kernel's id."""
        page = (await self.ask("GET", f"/user/{self.name}/lab/tree/{quote(notebook)}")).decode()
        if "jupyter-config-data" not in page:
            raise Refused("JupyterLab's page did not come")
        await self.ask("GET", f"/user/{self.name}/api/contents/{quote(notebook)}")
        wish = {"path": notebook, "name": notebook, "type": "notebook", "kernel": {"name": "python3"}}
        return json.loads(await self.ask("POST", f"/user/{self.name}/api/sessions", wish))["kernel"]["id"]

    async def connect(self, kernel: str):
        """The channel to a kernel, as the page has it: a websocket through the proxy."""
        address = f"ws{self.url.removeprefix('http')}/user/{self.name}/api/kernels/{kernel}/channels"
        headers = {"Authorization": f"token {self.token}"}
        return await websocket_connect(HTTPRequest(address, headers=headers, connect_timeout=60))


async def attend(url: str, learner: Learner, notebook: str, cells: list[str]) -> None:
    """Go through the lesson on the hub at `url`, and write into `learner` how it went. Raises nothing."""
    door, kernel = Door(url, learner.name), None
    try:
        start = time.perf_counter()
        async with asyncio.timeout(START_SECONDS):
            await door.log_in()
            await door.start_server()
            kernel = await door.open_lesson(notebook)
            channel = await door.connect(kernel)
        learner.start_seconds = round(time.perf_counter() - start, 1)
        start = time.perf_counter()
        for number, source in enumerate(cells, start=1):
            async with asyncio.timeout(CELL_SECONDS):
                said = await _run_cell(channel, source)
            learner.cells += 1
            if said:
                raise Refused(f"code cell {number}: {said}")
        learner.lesson_seconds = round(time.perf_counter() - start, 1)
    except TimeoutError:
        learner.fault = f"nothing more came after code cell {learner.cells}"
    except Exception as error:  # whatever it was, the others go on
        learner.fault = f"{type(error).__name__}: {error}"
    finally:
        if kernel is not None:
            with contextlib.suppress(Exception):  # the hub stops it at the end in any case
                await door.ask("DELETE", f"/user/{learner.name}/api/kernels/{kernel}")


async def _run_cell(channel, source: str) -> str:
    """Run one cell and return its error, or an empty text; it ends when the kernel is idle again after its reply."""
    head = {"msg_id": uuid.uuid4().hex, "msg_type": "execute_request", "version": "5.4", "username": "", "session": ""}
    wish = {
        "channel": "shell",
        "header": head,
        "parent_header": {},
        "metadata": {},
        "content": {"code": source, "silent": False, "allow_stdin": False},
        "buffers": [],
    }
    await channel.write_message(json.dumps(wish))
    replied = idle = False
    fault = ""
    while not (replied and idle):
        text = await channel.read_message()
        if text is None:
            raise Refused("the kernel hung up")
        if isinstance(text, bytes):  # a widget's buffers
            continue
        message = json.loads(text)
        kind, content = message["header"]["msg_type"], message["content"]
        if message["parent_header"].get("msg_id") != head["msg_id"]:
            continue
        replied = replied or kind == "execute_reply"
        idle = idle or (kind == "status" and content["execution_state"] == "idle")
        if kind == "error":
            fault = f"{content['ename']}: {content['evalue']}"
    return fault

"""The other lessons that are open on the same Jupyter server: where memory is limited, idle ones make room.

A lesson's kernel holds some 300 MB that no other shares. A hosted machine of 2 GB is full after five, and then the
system ends any of them, in the middle of what it does.
"""

import json
import os
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from http.client import HTTPException
from operator import itemgetter
from pathlib import Path
from urllib.parse import urljoin
from urllib.request import ProxyHandler, Request, build_opener

OPENS_A_LESSON = "from ddlearn.lessons"
"""What stands in every notebook of the course, and in a learner's copy of it."""
RESTS = timedelta(seconds=5)
"""An explorer computes in a thread of its own, while its kernel counts as idle: but it says how far it is."""
SECONDS = 20
"""The server answers at once, unless it is swamped; a kernel that is asked to end takes a second or two."""


def close_idle(enough: Callable[[], bool]) -> list[str]:
    """Shut down the kernels of other lessons, the longest idle first, until `enough()`; the names of their notebooks.

    Never a kernel that is at work, never one of a notebook that opens no lesson, never this one. Answers and progress
    are in files; what else a learner computed there is gone. Where no Jupyter server answers, nothing is done.
    """
    closed = []
    if enough():
        return closed
    try:
        server = _server()
        for session in _idle_lessons(server):
            _ask(server, f"api/sessions/{session['id']}", "DELETE")
            closed.append(Path(session["path"]).stem)
            if enough():
                break
    # No kernel, no server, or one that speaks otherwise: a lesson starts all the same, and what was closed is said.
    except (OSError, RuntimeError, HTTPException, ValueError, KeyError, TypeError):
        pass
    return closed


def _server() -> dict:
    """What the Jupyter server that started this kernel wrote down about itself: its address, its token, its folder."""
    from jupyter_core.paths import jupyter_runtime_dir

    file = Path(jupyter_runtime_dir(), f"jpserver-{os.environ['JPY_PARENT_PID']}.json")
    return json.loads(file.read_text("utf-8"))


def _idle_lessons(server: dict) -> list[dict]:
    """Sessions of this server whose notebook opens a lesson and whose kernel rests, the longest idle first."""
    from ipykernel.connect import get_connection_file

    mine, now, found = Path(get_connection_file()).name, datetime.now(UTC), []
    for session in _ask(server, "api/sessions"):
        kernel, notebook = session["kernel"], Path(server["root_dir"], session["path"])
        last_active = datetime.fromisoformat(kernel["last_activity"])
        rests = kernel["execution_state"] == "idle" and now - last_active >= RESTS and kernel["id"] not in mine
        if rests and notebook.is_file() and OPENS_A_LESSON in notebook.read_text("utf-8"):
            found.append((last_active, session))
    return [session for _, session in sorted(found, key=itemgetter(0))]


def _ask(server: dict, path: str, method: str = "GET") -> list | None:
    request = Request(urljoin(server["url"], path), method=method)
    request.add_header("Authorization", f"token {server['token']}")
    # A proxy of the network would look for the address of this machine at its own.
    with build_opener(ProxyHandler({})).open(request, timeout=SECONDS) as answer:
        content = answer.read()
    return json.loads(content) if content else None

"""A JupyterHub of its own, on loopback: it comes up, serves a class, and is gone without a trace.

Its settings are those of a class in miniature: each learner has a server and a home with the lesson in it, and the
server is told of one core and 2 GB, as a real hub tells it.
"""

import contextlib
import os
import secrets
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import psutil

PATIENCE = 60  # seconds for the hub to come up
MARK = "DDLEARN_HUB"  # an environment variable by which this hub knows its own processes


class Hub:
    """A JupyterHub in a temporary folder, from `with` to its end; `url` is where its proxy listens."""

    def __init__(self, users: list[str], notebook: Path):
        self.users, self.notebook = users, notebook

    def __enter__(self) -> "Hub":
        self.folder = Path(tempfile.mkdtemp(prefix="ddlearn-hub-"))
        for user in self.users:
            self.home(user).mkdir(parents=True)
            shutil.copy(self.notebook, self.home(user))
        self.url = f"http://127.0.0.1:{_free_port()}"
        self.mark = secrets.token_hex(8)
        self._log = (self.folder / "hub.log").open("w+")
        self.process = subprocess.Popen(
            self._command(), cwd=self.folder, env=self._environment(), stdout=self._log, stderr=subprocess.STDOUT
        )
        try:
            self._wait()
        except BaseException:
            self.__exit__()
            raise
        return self

    def __exit__(self, *exception) -> None:
        with contextlib.suppress(ProcessLookupError):
            self.process.send_signal(signal.SIGTERM)  # the hub stops the learners' servers and its proxy
        with contextlib.suppress(subprocess.TimeoutExpired):
            self.process.wait(30)
        for process in self.left_over():  # whatever did not hear it
            with contextlib.suppress(psutil.Error):
                process.kill()
        self.process.wait(10)
        self._log.close()
        shutil.rmtree(self.folder, ignore_errors=True)

    def home(self, user: str) -> Path:
        return self.folder / "homes" / user

    def processes(self) -> list[psutil.Process]:
        """What the hub has started: itself, its proxy, the learners' servers and kernels. Empty when it is gone."""
        with contextlib.suppress(psutil.Error):
            hub = psutil.Process(self.process.pid)
            return [hub, *hub.children(recursive=True)]
        return []

    def left_over(self) -> list[psutil.Process]:
        """Every process of this hub on the machine, whoever its parent is by now."""
        mine = []
        for process in psutil.process_iter():
            with contextlib.suppress(psutil.Error):
                if process.environ().get(MARK) == self.mark:
                    mine.append(process)
        return mine

    def log(self) -> str:
        """The end of what the hub said."""
        self._log.seek(0)
        return self._log.read()[-3000:]

    def _command(self) -> list[str]:
        """The hub of a class, in miniature. On loopback; who is in the class may log in, with any password."""
        root = ["--allow-root"] if hasattr(os, "geteuid") and os.geteuid() == 0 else []
        settings = {
            "JupyterHub.bind_url": self.url,
            "JupyterHub.hub_bind_url": f"http://127.0.0.1:{_free_port()}",
            "ConfigurableHTTPProxy.api_url": f"http://127.0.0.1:{_free_port()}",
            "ConfigurableHTTPProxy.auth_token": secrets.token_hex(16),
            "JupyterHub.authenticator_class": "dummy",
            "Authenticator.allowed_users": self.users,
            "JupyterHub.spawner_class": "simple",
            "JupyterHub.db_url": f"sqlite:///{self.folder / 'hub.sqlite'}",
            "JupyterHub.cookie_secret_file": self.folder / "cookie_secret",
            "SimpleLocalProcessSpawner.home_dir_template": self.home("{username}"),
            "Spawner.cmd": [sys.executable, "-m", "jupyterhub.singleuser"],
            "Spawner.args": root,
            "Spawner.env_keep": ["PATH", "PYTHONPATH", "LANG", "OMP_NUM_THREADS", MARK],
            "Spawner.environment": {"DDLEARN_SCALE": "binder"},
            "Spawner.cpu_limit": 1,
            "Spawner.mem_limit": "2G",
            "Spawner.start_timeout": 180,
            "Spawner.http_timeout": 180,
        }
        file = self.folder / "jupyterhub_config.py"
        plain = {
            name: value if isinstance(value, (int, list, dict)) else str(value) for name, value in settings.items()
        }
        lines = [f"c.{name} = {value!r}" for name, value in plain.items()]
        file.write_text("\n".join(lines) + "\n", "utf-8")
        return [sys.executable, "-m", "jupyterhub", "-f", str(file)]

    def _environment(self) -> dict[str, str]:
        ours = ("JUPYTER", "JPY_", "DDLEARN")
        kept = {name: value for name, value in os.environ.items() if not name.startswith(ours)}
        beside = str(Path(sys.executable).parent)  # where the proxy's command was installed
        return kept | {"PATH": os.pathsep.join((beside, os.environ.get("PATH", ""))), MARK: self.mark}

    def _wait(self) -> None:
        host, port = self.url.removeprefix("http://").split(":")
        end = time.monotonic() + PATIENCE
        while time.monotonic() < end and self.process.poll() is None:
            if "JupyterHub is now running" in self.log():
                with contextlib.suppress(OSError), socket.create_connection((host, int(port)), timeout=3):
                    return
            time.sleep(0.2)
        raise RuntimeError(f"JupyterHub did not come up. It said:\n{self.log()}")


def _free_port() -> int:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return free.getsockname()[1]

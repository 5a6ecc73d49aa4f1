"""Open a working copy of the lessons in JupyterLab."""

import os
import signal
import subprocess
import sys
from pathlib import Path
from urllib.parse import quote

from ddlearn import thread_pools


def command(folder: Path, notebook: str, port: int | None = None, browser: bool = True) -> list[str]:
    """Return the line that starts JupyterLab in `folder`, with `notebook` open."""
    settings = {"root_dir": folder, "open_browser": browser}
    if port is not None:
        settings["port"] = port
    if hasattr(os, "geteuid") and os.geteuid() == 0:
        settings["allow_root"] = True  # in a container everybody is root, and Jupyter would refuse to start
    options = [f"--ServerApp.{name}={value}" for name, value in settings.items()]
    return [sys.executable, "-m", "jupyterlab", f"--LabApp.default_url=/lab/tree/{quote(notebook)}", *options]


def start(folder: Path, notebook: str, port: int | None = None, browser: bool = True) -> int:
    """Run JupyterLab until it ends; its exit code. Its kernels get the threads that this machine grants, no more."""
    environment = {**os.environ, **thread_pools.thread_environment()}
    server = subprocess.Popen(command(folder, notebook, port, browser), env=environment)
    signal.signal(signal.SIGTERM, lambda *_: server.terminate())
    while True:
        try:
            return server.wait()
        except KeyboardInterrupt:
            # The terminal has told the server as well; it asks whether to stop, and the answer is its to act on.
            continue

"""Open a working copy of the lessons in JupyterLab."""

import os
from pathlib import Path
from urllib.parse import quote

from ddlearn import thread_pools


def options(folder: Path, notebook: str, **settings: object) -> list[str]:
    """Return what JupyterLab is told to start in `folder`, with `notebook` open; `settings` are its server's."""
    if hasattr(os, "geteuid") and os.geteuid() == 0:
        settings["allow_root"] = True  # in a container everybody is root, and Jupyter would refuse to start
    said = [f"--ServerApp.{name}={value}" for name, value in settings.items() if value is not None]
    # A refresher that is opened by its link is read, not edited; and nobody is asked about news of Jupyter.
    ours = f"--LabApp.app_settings_dir={Path(__file__).parent / 'lab_settings'}"
    return [f"--LabApp.default_url=/lab/tree/{quote(notebook)}", ours, f"--ServerApp.root_dir={folder}", *said]


def start(folder: Path, notebook: str, **settings: object) -> None:
    """Be JupyterLab until it ends. Its kernels get the threads that this machine grants, no more."""
    from jupyterlab.labapp import LabApp

    os.environ.update(thread_pools.thread_environment())
    LabApp.launch_instance(options(folder, notebook, **settings))

"""The browser that tests drive: the machine's own Chromium or Chrome, through Playwright, without a window."""

import importlib.util
import os
import shutil

NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
FLAGS = ("--no-sandbox", "--disable-gpu", "--disable-background-timer-throttling", "--disable-renderer-backgrounding")


def path() -> str | None:
    """$CHROMIUM, or the first that stands on PATH."""
    return os.environ.get("CHROMIUM") or next(filter(None, map(shutil.which, NAMES)), None)


def missing() -> str | None:
    """Why there is no browser here, or None."""
    if importlib.util.find_spec("playwright") is None:
        return "playwright is not installed"
    return None if path() else "no Chromium on PATH and none named by $CHROMIUM"


def launch(playwright):
    """A browser, to be closed by whoever asks."""
    return playwright.chromium.launch(executable_path=path(), args=list(FLAGS))

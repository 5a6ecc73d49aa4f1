"""Fixtures of the tests in JupyterLab: one server a session, a fresh page a notebook."""

import contextlib
import importlib.util
import shutil
from pathlib import Path

import pytest
from chromium import missing
from lab import Lab, Notebook, write

from ddlearn.course.notebooks import companions


def pytest_collection_modifyitems(items):
    reason = missing() or (None if importlib.util.find_spec("jupyterlab") else "jupyterlab is not installed")
    for item in items:
        if Path(__file__).parent in item.path.parents:
            item.add_marker(pytest.mark.browser)
            if reason:
                item.add_marker(pytest.mark.skip(reason=reason))


@pytest.fixture(scope="session")
def lab(tmp_path_factory):
    """A private JupyterLab on an empty folder."""
    with Lab(tmp_path_factory.mktemp("lab")) as running:
        yield running


@contextlib.contextmanager
def opening(lab, browser):
    """Gives a function that opens a copy of a notebook file and returns a `Notebook`; all are closed in the end."""
    pages = []

    def open_copy(path: Path, width: int = 1280, height: int = 1000) -> Notebook:
        name = f"{len(list(lab.folder.iterdir())):02d}_{Path(path).name}"
        shutil.copy(path, lab.folder / name)
        for companion in companions(Path(path).parent):
            place = lab.folder / companion.relative_to(Path(path).parent)
            place.parent.mkdir(exist_ok=True)
            shutil.copy(companion, place)
        page = browser.new_page(viewport={"width": width, "height": height})
        pages.append(page)
        return Notebook(page, lab, name)

    yield open_copy
    for page in pages:
        # JupyterLab would ask about unsaved changes; and a kernel that nobody looks at holds memory.
        page.evaluate("() => window.probe?.panel()?.sessionContext.shutdown()")
        page.close(run_before_unload=False)


@pytest.fixture
def open_notebook(lab, browser):
    """`open_notebook(path)`, for one test."""
    with opening(lab, browser) as open_copy:
        yield open_copy


@pytest.fixture(scope="module")
def open_for_all(lab, browser):
    """`open_for_all(path)`, for every test of a file: opening a notebook takes longer than most of what is tested."""
    with opening(lab, browser) as open_copy:
        yield open_copy


@pytest.fixture(scope="module")
def write_notebook(tmp_path_factory):
    """`write_notebook(cell, cell, ...)` writes a notebook of code cells under one heading and returns its path."""

    def written(*sources: str, name: str = "notebook.ipynb") -> Path:
        return write(tmp_path_factory.mktemp("written") / name, *sources)

    return written

"""Every test run keeps its progress in a folder of its own: a test never touches a learner's."""

import os
import shutil
import tempfile
from contextlib import nullcontext

import chromium
import filelock
import pytest


def pytest_configure(config: pytest.Config) -> None:
    config.ddlearn_home = os.environ["DDLEARN_HOME"] = tempfile.mkdtemp(prefix="ddlearn-test-")


def pytest_unconfigure(config: pytest.Config) -> None:
    shutil.rmtree(config.ddlearn_home, ignore_errors=True)


@pytest.fixture
def one_thread():
    """Sums over several threads round otherwise, and seconds of several threads add up."""
    import torch
    from threadpoolctl import threadpool_limits

    count = torch.get_num_threads()
    torch.set_num_threads(1)
    with threadpool_limits(1):
        yield
    torch.set_num_threads(count)


@pytest.fixture
def shown(monkeypatch):
    """What is displayed, in order, where no display can be changed later; and no run is strict."""
    from ddlearn.classroom import page

    bundles = []
    monkeypatch.setattr(page, "show", bundles.append)
    monkeypatch.delenv("DDLEARN_STRICT", raising=False)
    return bundles


class Displayed(list):
    """Bundles, in the order in which they were shown or put in the place of earlier ones: their handle as well."""

    def show(self, bundle):
        self.append(bundle)
        return self

    def update(self, bundle, raw):
        assert raw
        self.append(bundle)

    display = update


@pytest.fixture
def displayed(monkeypatch):
    """What a notebook displays, and puts in its place, in the order of the messages."""
    from ddlearn.classroom import page

    bundles = Displayed()
    monkeypatch.setattr(page, "show", bundles.show)
    return bundles


@pytest.fixture(scope="session")
def book(tmp_path_factory):
    """The book of lesson 00, run for real and written: once for all processes of a test run."""
    pytest.importorskip("pydata_sphinx_theme", reason="the book needs ddlearn[book]")
    from ddlearn.course.book import command, site

    own = tmp_path_factory.getbasetemp()
    place = (own.parent if "PYTEST_XDIST_WORKER" in os.environ else own) / "book"
    place.mkdir(exist_ok=True)
    with filelock.FileLock(place / "lock"), pytest.MonkeyPatch.context() as patch:
        if not (place / "warnings").exists():
            patch.setenv("DDLEARN_DATA", str(place / "cache"))
            patch.setattr(command.cluster, "workers", lambda backend: nullcontext())  # for one lesson none is needed
            said = []
            build = site.build
            patch.setattr(site, "build", lambda *paths: said.extend(warned := build(*paths)) or warned)
            assert command.main(["00"], place / "course", handout=True, slides=True) == 0
            (place / "warnings").write_text("\n".join(said), "utf-8")
    assert (place / "warnings").read_text("utf-8") == "", "Sphinx warns of nothing"
    return place / "course"


@pytest.fixture(scope="module")
def browser():
    """A Chromium for one file: while Playwright is open its event loop runs, and no other test could start one."""
    if reason := chromium.missing():
        pytest.skip(reason)
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        opened = chromium.launch(playwright)
        yield opened
        opened.close()


@pytest.fixture(params=[{"color_scheme": "light"}, {"color_scheme": "dark"}, {"media": "print"}], ids=str)
def sound(request, browser):
    """`sound(path)` opens a page of ours as wide as a telephone: axe finds nothing, it fits, says and asks nothing."""
    axe = pytest.importorskip("axe_playwright_python.sync_playwright", reason="axe is not installed").Axe()
    page = browser.new_page(viewport={"width": 380, "height": 800})

    def visit(path):
        said, asked = [], []
        page.on("console", lambda message: said.append(message.text))
        page.on("request", lambda request: asked.append(request.url))
        page.emulate_media(**request.param)
        page.goto(path.as_uri())
        found = axe.run(page)
        assert found.violations_count == 0, found.generate_report()
        assert said == []
        assert [url for url in asked if not url.startswith("data:")] == [path.as_uri()]
        assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth"), "fits a telephone"
        return page

    yield visit
    page.close()

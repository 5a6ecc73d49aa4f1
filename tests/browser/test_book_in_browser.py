"""The book in a real browser: axe finds nothing, nothing is asked of a network, and the keyboard is enough."""

import importlib.util
from pathlib import Path

import pytest

from ddlearn.course.book import command

pytestmark = pytest.mark.slow
PAGES = ("index.html", "00_start_here.html", "claims.html", "search.html?q=features")
FITS = "document.documentElement.scrollWidth <= window.innerWidth"


@pytest.fixture(scope="module")
def book(tmp_path_factory):
    place = tmp_path_factory.mktemp("book") / "course"
    assert command.main(["00"], place) == 0
    return place


@pytest.fixture
def page(browser):
    """A page that keeps what it said on the console and what it asked for."""
    page = browser.new_page(viewport={"width": 1280, "height": 900})
    page.said, page.asked = [], []
    page.on("console", lambda message: page.said.append(message.text))
    page.on("pageerror", lambda error: page.said.append(str(error)))
    page.on("request", lambda request: page.asked.append(request.url))
    yield page
    page.close()


def visit(page, book, name):
    file, _, query = name.partition("?")
    page.goto((book / file).as_uri() + (f"?{query}" if query else ""))


def violations(page) -> list[str]:
    """What axe-core finds, every rule on; it may not fetch style sheets again, which the page's policy refuses."""
    package = importlib.util.find_spec("axe_playwright_python")
    page.evaluate((Path(package.submodule_search_locations[0]) / "axe.min.js").read_text("utf-8"))
    found = page.evaluate("axe.run(document, {preload: false})")
    return [f"{one['id']}: {node['html']}" for one in found["violations"] for node in one["nodes"]]


@pytest.mark.parametrize("name", PAGES)
@pytest.mark.parametrize("view", [{"color_scheme": "light"}, {"color_scheme": "dark"}, {"media": "print"}], ids=str)
@pytest.mark.parametrize("width", [400, 1280])
def test_axe_finds_nothing_and_nothing_leaves(page, book, name, view, width):
    page.set_viewport_size({"width": width, "height": 900})
    page.emulate_media(**view)
    visit(page, book, name)
    page.evaluate("document.querySelectorAll('details').forEach((one) => { one.open = true; })")
    page.wait_for_timeout(50)
    assert page.evaluate(FITS)
    assert page.said == []
    assert all(url.startswith((book.as_uri(), "data:")) for url in page.asked)
    assert violations(page) == []


@pytest.mark.parametrize("colours", ["light", "dark", "contrast"])
def test_chosen_colours_stay_from_page_to_page_and_are_axe_clean(page, book, colours):
    visit(page, book, "index.html")
    page.get_by_label("Colours").select_option(colours)
    visit(page, book, "00_start_here.html")
    assert page.get_by_label("Colours").input_value() == colours
    assert page.evaluate("document.documentElement.dataset.colours") == colours
    assert violations(page) == []


def test_a_search_by_keyboard_ends_in_the_section_that_was_sought(page, book):
    visit(page, book, "index.html")
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.className") == "skip"
    for _ in range(20):
        page.keyboard.press("Tab")
        if page.evaluate("document.activeElement.id") == "q":
            break
    page.keyboard.type("squared errors")
    page.keyboard.press("Enter")
    page.wait_for_url("**/search.html?q=*")
    assert page.get_by_role("status").inner_text().endswith("found.")
    first = page.locator("#found a").first
    first.focus()
    page.keyboard.press("Enter")
    page.wait_for_url("**/00_start_here.html*")
    assert "squared" in page.locator("main").inner_text().lower()


def test_a_search_answers_while_one_types_and_says_when_there_is_nothing(page, book):
    visit(page, book, "search.html")
    assert page.evaluate("document.activeElement.id") == "q"
    page.keyboard.type("feature")
    assert page.locator("#found > li").count() > 0
    assert page.locator("#found mark").first.inner_text().lower() == "feature"
    page.keyboard.type(" zebra")
    assert page.get_by_role("status").inner_text() == "No sections found."
    assert page.said == []


def test_a_search_takes_words_as_they_are(page, book):
    visit(page, book, "search.html?q=%3Cimg%20src%3Dx%3E(%5B*")
    assert page.locator("#found img").count() == 0
    assert page.said == []


def test_what_is_folded_opens_by_keyboard_and_in_print(page, book):
    visit(page, book, "00_start_here.html")
    fold = page.locator("details.solution")
    assert not fold.locator("pre").is_visible()
    fold.locator("summary").press("Enter")
    assert fold.locator("pre").is_visible()
    fold.locator("summary").press("Enter")
    page.emulate_media(media="print")
    assert fold.locator("pre").is_visible()

"""Cards and the shim: words for everybody, colours that can be read, scripts that are whole."""

import re

import pytest
from pages import contrast, luminance

from ddlearn.classroom import page
from ddlearn.classroom.prose import inline


def test_the_contrast_formula_knows_black_on_white():
    assert contrast("#000000", "#ffffff") == pytest.approx(21)


@pytest.mark.parametrize("kind", page.KINDS)
def test_a_card_brings_its_own_colors_and_they_can_be_read(kind):
    ink, ground, _ = page.KINDS[kind]
    assert contrast(ink, ground) >= 7
    assert contrast("#00518a", ground) >= 4.5  # links, as page.css colours them
    html = page.card("✓", "Passed", "<p>Well done</p>", kind)["text/html"]
    assert f"color:var(--ddlearn-ink, {ink})" in html
    assert f"background:var(--ddlearn-ground, {ground})" in html


@pytest.mark.parametrize("kind", page.KINDS)
def test_in_the_dark_theme_a_card_is_dark_and_can_be_read(kind):
    sheet = page.style(page.LIVE)
    (ink, ground) = re.search(
        rf"\.ddlearn-{kind} {{ --ddlearn-ink: (#\w{{6}}); --ddlearn-ground: (#\w{{6}});", sheet
    ).groups()
    link = re.search(r"--ddlearn-link: (#\w{6}); }", sheet).group(1)
    assert luminance(ground) < 0.03
    assert contrast(ink, ground) >= 7
    assert contrast(link, ground) >= 4.5


@pytest.mark.parametrize(
    ("text", "html"),
    [
        ("the *mean* error, *at most* one", "the <em>mean</em> error, <em>at most</em> one"),
        ("`K * n * I` is (*not*) <b>", "<code>K * n * I</code> is (<em>not</em>) &lt;b&gt;"),
        ("`a *b* c`, K + n * penalty * I", "<code>a *b* c</code>, K + n * penalty * I"),
        ("n*penalty*I, 2 *x + y* 3, f(*a, **b)", "n*penalty*I, 2 *x + y* 3, f(*a, **b)"),
    ],
)
def test_code_and_stress_are_marked_and_a_product_is_neither(text, html):
    assert inline(text) == html


def test_a_card_says_the_same_in_words():
    card = page.card("▲", "Looks <odd>", "<p>First &amp; last.</p><ul><li>one</li><li>two</li></ul>", "hint")
    assert card["text/plain"] == "▲ Looks <odd>\nFirst & last.\none\ntwo"
    assert "Looks &lt;odd&gt;" in card["text/html"]
    assert '<span aria-hidden="true">▲</span>' in card["text/html"]


def test_a_card_without_a_body_is_its_headline():
    assert page.card("○", "Not started")["text/plain"] == "○ Not started"
    assert "ddlearn-card-body" not in page.card("○", "Not started")["text/html"]


def test_an_unknown_kind_is_refused_in_words():
    with pytest.raises(ValueError, match="kind must be one of 'plain', 'good', 'hint', 'bad', 'note'; got 'ugly'"):
        page.card("✓", "Passed", kind="ugly")


def test_words_of_html_leave_script_and_style_out():
    assert page.plain("<style>p {}</style><p>a<br>b</p><script>alert(1)</script>") == "a\nb"


def test_without_a_notebook_words_are_printed_and_the_shim_is_not(capsys):
    page.install()
    assert page.show(page.card("✓", "Passed")) is None
    assert capsys.readouterr().out == "✓ Passed\n"


def test_in_a_notebook_the_shim_travels_whole(monkeypatch):
    shown = []
    monkeypatch.setattr(page, "in_notebook", lambda: True)
    monkeypatch.setattr(page, "_sent", [])
    monkeypatch.setattr(page, "show", shown.append)
    page.install()
    (bundle,) = shown
    html = bundle["text/html"]
    script = re.search(r"<script>(.*)</script>", html, re.DOTALL).group(1)
    assert script.count("(") == script.count(")")
    assert script.count("{") == script.count("}")
    assert "data-lm-suppress-shortcuts" in script
    assert "window.ddlearnKeyboard" in script  # a second one does nothing
    assert "</script" not in script
    assert "focus-visible" in html
    assert "http" not in html  # nothing is fetched
    assert len(bundle["text/plain"].split()) > 5


def test_a_shell_gets_the_bundle_raw_and_a_handle_comes_back(monkeypatch):
    import IPython.display

    calls = []
    monkeypatch.setattr(page, "in_notebook", lambda: True)
    monkeypatch.setattr(IPython.display, "display", lambda bundle, **how: calls.append((bundle, how)) or "handle")
    assert page.show({"text/plain": "words"}) == "handle"
    assert calls == [({"text/plain": "words"}, {"raw": True, "display_id": True})]

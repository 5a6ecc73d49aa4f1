"""Live figures: laid out once, redrawn in place, described from the data."""

import asyncio
import base64
import io
import re
import subprocess
import sys

from PIL import Image

from ddlearn.classroom import figure as figure_module
from ddlearn.classroom.figure import LiveFigure


def draw(fig, result):
    panel = fig.panel()
    panel.frame("", "x", "y", xlim=(0, 1), ylim=(0, 1))
    panel.dots([result], [result])


def Dot():
    return LiveFigure(draw, lambda result: f"The dot stands at {result:.2f}, <between> 0 & 1.", size=(4.0, 2.5))


def picture(bundle):
    return Image.open(io.BytesIO(base64.b64decode(bundle["image/png"])))


def test_a_bundle_carries_picture_alt_text_caption_and_words():
    bundle = Dot().bundle(0.25)
    assert set(bundle) == {"text/html", "image/png", "text/plain"}
    assert bundle["text/plain"] == "The dot stands at 0.25, <between> 0 & 1."
    escaped = "The dot stands at 0.25, &lt;between&gt; 0 &amp; 1."
    assert f'alt="{escaped}"' in bundle["text/html"]
    assert f">{escaped}</figcaption>" in bundle["text/html"]
    assert 'width="400" height="250"' in bundle["text/html"]
    assert bundle["image/png"] in bundle["text/html"]


def test_nothing_heavy_before_the_first_picture():
    code = (
        "import sys; from ddlearn.classroom import page; "
        "assert not {'ipywidgets', 'matplotlib', 'torch'} & set(sys.modules), 'for a page'; "
        "from ddlearn.classroom import figure, explorer; "
        "figure.LiveFigure(print, print); "
        "assert not {'matplotlib', 'torch'} & set(sys.modules), 'for a figure'"
    )
    subprocess.run([sys.executable, "-c", code], check=True)


def test_no_picture_needs_pyplot(monkeypatch):
    monkeypatch.setitem(sys.modules, "matplotlib.pyplot", None)  # whoever imports it fails
    assert picture(Dot().bundle(0.25)).size == (800, 500)  # two dots a pixel


def test_in_a_plain_script_the_sentence_is_printed_once(capsys):
    figure = Dot()
    figure.show(0.25)
    figure.update(0.5)
    assert capsys.readouterr().out == "The dot stands at 0.25, <between> 0 & 1.\n"
    assert figure.sentence.startswith("The dot stands at 0.50")


def words(displayed):
    return [bundle["text/plain"][:22] for bundle in displayed]


def test_update_replaces_under_the_display_id_and_keeps_the_height(displayed):
    figure = Dot()
    figure.show_words("Nothing yet.")
    for value in (0.1, 0.9):
        figure.update(value)
    figure.show(0.5)  # a second view under the same id
    assert words(displayed) == [
        "Nothing yet.",
        "The dot stands at 0.10",
        "The dot stands at 0.90",
        "The dot stands at 0.50",
    ]
    styles = {re.search(r"<figcaption style=\"([^\"]*)\"", bundle["text/html"]).group(1) for bundle in displayed}
    assert len(styles) == 1
    assert "min-height" in styles.pop()


def test_the_view_says_what_the_still_says_and_hides_that_still_alone(displayed):
    figure, other = Dot(), Dot()
    for one in (figure, other):
        assert one.view.value == ""
        one.show(0.25)
    hidden = {
        re.match(r"<style>\.([\w-]+) { display: none }</style>", one.view.value).group(1) for one in (figure, other)
    }
    marks = {re.match(r'<div class="([\w-]+)">', bundle["text/html"]).group(1) for bundle in displayed}
    assert hidden == marks
    assert len(marks) == 2
    assert figure.bundle(0.25)["text/html"] in figure.view.value
    assert figure.bundle(0.25)["text/html"] in displayed[0]["text/html"]
    figure.show_words("No picture.")
    assert "No picture.</figcaption>" in figure.view.value


def test_the_view_follows_every_move_and_the_still_when_they_rest(displayed, monkeypatch):
    monkeypatch.setattr(figure_module, "RESTED", 0.02)
    figure = Dot()
    seen = []
    figure.view.observe(lambda change: seen.append(re.search('alt="(.{22})', change.new).group(1)), "value")

    async def drag():
        figure.show(0.1)
        for value in (0.2, 0.3, 0.4):
            figure.update(value)
        assert words(displayed) == ["The dot stands at 0.10"]
        await asyncio.sleep(0.1)
        figure.update(0.5)
        figure.show(0.6)  # no older still may come after it
        await asyncio.sleep(0.1)

    asyncio.run(drag())
    assert seen == [f"The dot stands at 0.{k}0" for k in range(1, 7)]
    assert words(displayed) == [f"The dot stands at 0.{k}0" for k in (1, 4, 6)]

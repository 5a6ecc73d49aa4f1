"""Live figures: laid out once, redrawn in place, described from the data."""

import asyncio
import base64
import io
import re
import subprocess
import sys

import pytest
import torch
from PIL import Image

from ddlearn.classroom import figure as figure_module
from ddlearn.classroom import page
from ddlearn.classroom.curve_figure import CurveFigure
from ddlearn.classroom.figure import PALETTE, LiveFigure
from ddlearn.result import Curve


class Dot(LiveFigure):
    size = (4.0, 2.5)
    laid_out = 0

    def layout(self, figure):
        self.laid_out += 1
        self.axes = figure.subplots()
        (self.dot,) = self.axes.plot([], [], "o", color=PALETTE["blue"])
        self.axes.set(xlim=(0, 1), ylim=(0, 1), xlabel="x", ylabel="y")

    def draw(self, result):
        self.dot.set_data([result], [result])

    def describe(self, result):
        return f"The dot stands at {result:.2f}, <between> 0 & 1."


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
    assert picture(bundle).size == (400, 250)


def test_the_figure_is_laid_out_once_then_frozen_and_the_artists_move():
    figure = Dot()
    first = figure.png(0.2)
    place = figure.axes.get_position().bounds
    assert (
        figure.axes.figure.get_layout_engine() is None or not figure.axes.figure.get_layout_engine().adjust_compatible
    )
    second = figure.png(0.8)
    assert first != second
    assert figure.png(0.2) == first  # nothing of the second is left behind
    assert figure.laid_out == 1
    assert figure.axes.get_position().bounds == place


def test_a_redraw_costs_less_than_a_new_figure():
    # The count of artists made, not the clock: a busy machine must not fail this.
    figure = Dot()
    figure.png(0.1)
    artists = set(map(id, figure.axes.get_children()))
    figure.png(0.9)
    assert set(map(id, figure.axes.get_children())) == artists


def test_text_is_large_enough_to_read():
    figure = Dot()
    figure.png(0.5)
    axes = figure.axes
    texts = [axes.xaxis.label, axes.yaxis.label, *axes.get_xticklabels(), *axes.get_yticklabels()]
    assert min(text.get_fontsize() for text in texts) >= 10


def test_no_pyplot_and_nothing_heavy_before_the_first_picture():
    code = (
        "import sys; from ddlearn.classroom import figure, explorer; "
        "assert 'matplotlib' not in sys.modules, 'matplotlib'; "
        "class_ = type('F', (figure.LiveFigure,), dict(layout=lambda s, f: f.subplots(), draw=lambda s, r: None, "
        "describe=lambda s, r: 'words')); class_().png(0); "
        "assert 'matplotlib.pyplot' not in sys.modules, 'pyplot'"
    )
    subprocess.run([sys.executable, "-c", code], check=True)


def test_a_figure_that_forgot_a_part_says_which():
    for part in ("layout", "draw", "describe"):
        methods = {"layout": lambda s, f: None, "draw": lambda s, r: None, "describe": lambda s, r: "words"}
        del methods[part]
        with pytest.raises(NotImplementedError, match=f"Half must .*def {part}\\(self"):
            type("Half", (LiveFigure,), methods)().bundle(0)


def test_in_a_plain_script_the_sentence_is_printed_once(capsys):
    figure = Dot()
    figure.show(0.25)
    figure.update(0.5)
    assert capsys.readouterr().out == "The dot stands at 0.25, <between> 0 & 1.\n"
    assert figure.sentence.startswith("The dot stands at 0.50")


class Handle:
    def __init__(self):
        self.bundles = []

    def update(self, bundle, raw):
        assert raw
        self.bundles.append(bundle)

    display = update


@pytest.fixture
def handle(monkeypatch):
    """What a figure displays, and puts in its place, in the order of the messages."""
    handle = Handle()
    monkeypatch.setattr(page, "show", lambda bundle: handle.bundles.append(bundle) or handle)
    return handle


def words(handle):
    return [bundle["text/plain"][:22] for bundle in handle.bundles]


def test_update_replaces_under_the_display_id_and_keeps_the_height(handle):
    figure = Dot()
    figure.show_words("Nothing yet.")
    for value in (0.1, 0.9):
        figure.update(value)
    figure.show(0.5)  # a second view under the same id
    assert words(handle) == [
        "Nothing yet.",
        "The dot stands at 0.10",
        "The dot stands at 0.90",
        "The dot stands at 0.50",
    ]
    styles = {re.search(r"<figcaption style=\"([^\"]*)\"", bundle["text/html"]).group(1) for bundle in handle.bundles}
    assert len(styles) == 1
    assert "min-height" in styles.pop()


def test_the_view_says_what_the_still_says_and_hides_that_still_alone(handle):
    figure, other = Dot(), Dot()
    for one in (figure, other):
        assert one.view.value == ""
        one.show(0.25)
    hidden = {
        re.match(r"<style>\.([\w-]+) { display: none }</style>", one.view.value).group(1) for one in (figure, other)
    }
    marks = {re.match(r'<div class="([\w-]+)">', bundle["text/html"]).group(1) for bundle in handle.bundles}
    assert hidden == marks
    assert len(marks) == 2
    assert figure.bundle(0.25)["text/html"] in figure.view.value
    assert figure.bundle(0.25)["text/html"] in handle.bundles[0]["text/html"]
    figure.show_words("No picture.")
    assert "No picture.</figcaption>" in figure.view.value


def test_the_view_follows_every_move_and_the_still_when_they_rest(handle, monkeypatch):
    monkeypatch.setattr(figure_module, "RESTED", 0.02)
    figure = Dot()
    seen = []
    figure.view.observe(lambda change: seen.append(re.search('alt="(.{22})', change.new).group(1)), "value")

    async def drag():
        figure.show(0.1)
        for value in (0.2, 0.3, 0.4):
            figure.update(value)
        assert words(handle) == ["The dot stands at 0.10"]
        await asyncio.sleep(0.1)
        figure.update(0.5)
        figure.show(0.6)  # no older still may come after it
        await asyncio.sleep(0.1)

    asyncio.run(drag())
    assert seen == [f"The dot stands at 0.{k}0" for k in range(1, 7)]
    assert words(handle) == [f"The dot stands at 0.{k}0" for k in (1, 4, 6)]


# -- curves

X = torch.tensor([10.0, 100.0, 1000.0, 10_000.0], dtype=torch.float64)


def curve(mean, theory=None, spread=0.0, x=X, x_name="features", y_name="error"):
    mean = torch.as_tensor(mean, dtype=torch.float64)
    offsets = torch.linspace(-spread, spread, 5, dtype=torch.float64)[:, None]
    theory = None if theory is None else torch.as_tensor(theory, dtype=torch.float64)
    return Curve(x, mean * (1 + offsets), theory, x_name, y_name)


@pytest.mark.parametrize(
    ("result", "sentence"),
    [
        (
            curve([0.31, 0.1, 0.03, 0.01], [0.31, 0.1, 0.03, 0.0106]),
            "Error falls from 0.31 at 10 features to 0.010 at 10,000 over 5 seeds. "
            "The theory’s line lies within 6 % of the mean everywhere.",
        ),
        (
            curve([0.1, 4.1, 0.2, 0.05]),
            "Error rises from 0.10 at 10 features to a peak of 4.1 at 100, then falls to 0.050 at 10,000 over 5 seeds.",
        ),
        (
            curve([0.5, 0.1, 0.2, 0.6]),
            "Error falls from 0.50 at 10 features to its least, 0.10 at 100, "
            "then rises to 0.60 at 10,000 over 5 seeds.",
        ),
        (
            curve([0.5, 0.501, 0.5, 0.499]),
            "Error stays near 0.50 from 10 features to 10,000 over 5 seeds.",
        ),
        (
            curve([0.4, 0.2, 0.1, 0.1], [0.4, 0.2, 0.1, 0.01]),
            "Error falls from 0.40 at 10 features to 0.10 at 10,000 over 5 seeds. "
            "The theory’s line misses the mean by a factor of 10 at 10,000 features.",
        ),
        (
            curve([-1.0, -0.5, 0.0, 1.0], [-1.0, -0.5, 0.25, 1.0], y_name="gain", x_name="penalty λ", x=X / 1e4),
            "Gain rises from −1 at penalty λ 0.001 to 1 at 1 over 5 seeds. "
            "The theory’s line lies at most 0.25 from the mean, at penalty λ 0.1.",
        ),
        (curve([0.0, 0.0, 0.0, 0.0]), "Error stays near 0 from 10 features to 10,000 over 5 seeds."),
    ],
)
def test_a_curve_is_described_from_its_data(result, sentence):
    assert CurveFigure().describe(result) == sentence


def test_a_curve_of_one_point_and_one_seed_has_a_sentence_too():
    single = Curve(X[:1], torch.tensor([[0.5]], dtype=torch.float64), None, "features", "error")
    assert CurveFigure().describe(single) == "Error is 0.50 at 10 features."


def test_within_is_never_rounded_down():
    said = CurveFigure().describe(curve([1.0, 1.0, 1.0, 2.0], [1.0, 1.0, 1.0, 2.121]))
    assert "within 7 %" in said  # 6.05 %


def legend(figure):
    return [text.get_text() for text in figure.axes.get_legend().get_texts()]


def test_what_stands_in_the_legend_stands_in_the_picture():
    figure = CurveFigure(log_x=True, log_y=True, guess=lambda: None)
    figure.png(curve([0.3, 0.1, 0.03, 0.01], [0.3, 0.1, 0.03, 0.01], spread=0.1))
    assert legend(figure) == ["mean over seeds", "least to largest seed", "theory"]
    figure.guess = lambda: 60.0
    result = Curve(X, torch.tensor([[0.3, 0.1, 0.03, 0.01]], dtype=torch.float64), None, "features", "error")
    figure.png(result)
    assert legend(figure) == ["measured", "you said"]
    assert figure.describe(result).endswith("You said 60 features.")
    assert figure.axes.get_xlim()[0] < 10 < 10_000 < figure.axes.get_xlim()[1]


def test_every_seed_is_drawn_and_theory_is_told_apart_without_colour():
    figure = CurveFigure(log_x=True)
    figure.png(curve([0.3, 0.1, 0.03, 0.01], [0.3, 0.1, 0.03, 0.01], spread=0.1))
    assert len(figure.seeds.get_segments()) == 5
    assert figure.theory.get_linestyle() != figure.mean.get_linestyle()
    assert list(figure.theory.get_ydata()) == [0.3, 0.1, 0.03, 0.01]


def test_a_log_axis_survives_values_that_have_no_logarithm():
    figure = CurveFigure(log_x=True, log_y=True)
    assert figure.png(curve([0.3, 0.0, -0.1, 0.01]))
    low, high = figure.axes.get_ylim()
    assert 0 < low < 0.01 < 0.3 < high
    assert figure.png(curve([0.0, 0.0, 0.0, 0.0]))


def test_an_unknown_option_is_refused():
    with pytest.raises(TypeError, match="log_x, log_y, limits and guess; got 'logx'"):
        CurveFigure(logx=True)

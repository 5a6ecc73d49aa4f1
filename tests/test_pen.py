"""A pen: what was drawn before is moved, what is not drawn is hidden, and nothing is set that stands already."""

import io

import numpy as np
import pytest
import torch
from PIL import Image

from ddlearn.classroom import style
from ddlearn.classroom.pen import Pen

X = torch.linspace(0, 1, 5, dtype=torch.float64)


def picture(fig, height, mark=True):
    left, right = fig.row(2, 1)
    left.frame("left", "x", "y", xlim=(0, 1), ylim=(0, 2), legend="upper right")
    left.line(X, height * X, label="line")
    left.dots(X, X, "orange", "s", "dots")
    left.band(X, X, X + 1)
    left.segments([[(0, 0), (1, 1)], [(0, 1), (1, 0)]], "green")
    left.vlines([0.1, 0.9], 0, [height, 1], "sky", width=1)
    left.bars([0.2, 0.8], [height, 1], "purple", width=0.1, hatch="//", edgecolor="white")
    if mark:
        left.upright(height / 2, label="mark")
        left.text(0.5, 0.5, f"{height:g}")
    right.frame(xlim=(0, 2), ylim=(0, 2), xticks=(), yticks={0: "low", 2: "high"})
    right.image(height * torch.eye(2), "gray", 0, 3, extent=(0, 2, 0, 2))


def pixels(png):
    return np.asarray(Image.open(io.BytesIO(png)).convert("RGB"))


def test_a_second_picture_is_that_of_a_new_pen():
    pen = Pen((4, 2))
    for arguments in ((1.0,), (1.7,), (0.2, False), (1.0,)):
        again, fresh = pen.png(picture, *arguments), Pen((4, 2)).png(picture, *arguments)
        # The layout is that of the first picture, whose words are as wide here.
        np.testing.assert_array_equal(pixels(again), pixels(fresh))
    assert pixels(again).shape == (400, 800, 3)


def test_artists_are_made_once_and_hidden_when_they_are_not_drawn():
    pen = Pen((4, 2))
    pen.png(picture, 1.0)
    axes = pen.figure.axes[0]
    artists = {*axes.get_children()} - {axes.get_legend()}
    pen.png(picture, 2.0, False)
    assert {*axes.get_children()} - {axes.get_legend()} == artists
    assert [text.get_text() for text in axes.get_legend().get_texts()] == ["line", "dots"]
    assert not next(text for text in axes.texts if text.get_text() == "1").get_visible()
    pen.png(picture, 2.0)
    assert [text.get_text() for text in axes.get_legend().get_texts()] == ["line", "dots", "mark"]


def test_what_stands_is_not_set_again():
    pen = Pen((4, 2))
    for _ in range(3):  # the first lays out, the second finds out what moves
        pen.png(picture, 1.0)
    drawn = []
    axes = pen.figure.axes[0]
    axes.xaxis.draw = lambda renderer: drawn.append("axis")
    axes.lines[0].draw = lambda renderer: drawn.append("line")
    pen.png(picture, 1.0)
    assert drawn == []


def test_marks_keep_to_the_frame():
    pen = Pen((3, 2))

    def wild(fig):
        panel = fig.panel()
        panel.frame(xlim=(1, 100), ylim=(1e-3, 1), log="xy")
        panel.dots([10, 20, 30], [1e9, 0.0, torch.nan])
        panel.line([10, 20, 30, 40], [1e9, -1.0, 0.1, float("inf")])

    pen.png(wild)
    dots, line = pen.panel().axes.lines
    np.testing.assert_array_equal(dots.get_ydata(), [1, 1e-3, np.nan])
    np.testing.assert_allclose(line.get_ydata(), [1e3, 1e-6, 0.1, 1e3])


def test_limits_that_are_left_open_follow_the_data():
    pen = Pen((3, 2))

    def open_frame(fig, top):
        panel = fig.panel()
        panel.frame(xlim=(0, 1))
        panel.line([0, 1], [0, top])

    for top in (1.0, 10.0):
        pen.png(open_frame, top)
        assert pen.panel().axes.get_ylim() == pytest.approx((-0.05 * top, 1.05 * top))
    assert pen.panel().axes.get_xlim() == (0, 1)


def test_another_scale_brings_its_ticks_and_back():
    pen = Pen((3, 2))

    def frame(fig, log, ticks):
        fig.panel().frame(xlim=(1, 1000), log=log, xticks=ticks)

    def ticks():
        return [tick for tick in pen.panel().axes.get_xticks() if 1 <= tick <= 1000]

    pen.png(frame, "", None)
    usual = ticks()
    pen.png(frame, "x", (1, 5, 700))
    assert ticks() == [1, 5, 700]
    assert pen.panel().axes.get_xscale() == "log"
    pen.png(frame, "", None)
    assert ticks() == usual
    assert pen.panel().axes.get_xlim() == (1, 1000)


def test_another_arrangement_begins_anew():
    pen = Pen((3, 2))
    pen.png(lambda fig: [panel.frame() for panel in fig.row(1, 1)])
    pen.png(lambda fig: [panel.frame() for panel in fig.column(1, 2, 1)])
    assert len(pen.figure.axes) == 3
    panels = {}
    pen.png(lambda fig: panels.update(fig.mosaic([["a", "b"], ["a", "."]])))
    assert list(panels) == ["a", "b"]


def test_one_legend_for_all_panels_lists_what_is_drawn():
    pen = Pen((5, 2))

    def named(fig, *names):
        for panel in fig.row(1, 1):
            panel.frame(xlim=(0, 1), ylim=(0, 1))
            for name in names:
                panel.line([0, 1], [0, 1], label=name)
        fig.legend(ncols=2)

    for names in (("one", "two"), ("two",), ("two",)):
        pen.png(named, *names)
        (legend,) = pen.figure.legends
        assert [text.get_text() for text in legend.get_texts()] == list(names)


@pytest.mark.parametrize("name", style.PALETTE)
def test_words_are_dark_enough_in_their_own_hue(name):
    from matplotlib.colors import rgb_to_hsv, to_rgb

    written = style.ink(name)
    pale = style.luminance(to_rgb(style.PALETTE[name])) >= 0.5  # it stands on something dark
    assert (written == to_rgb(style.PALETTE[name])) if pale else style.contrast(written) >= 7
    if name not in ("black", "grey"):
        assert rgb_to_hsv(written)[0] == pytest.approx(rgb_to_hsv(to_rgb(style.PALETTE[name]))[0], abs=0.01)

"""A background is drawn once; what moved is drawn on it, and the result is what a full draw would give."""

import numpy as np
import pytest
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure

from ddlearn.classroom.background import Background


def pixels(figure):
    return np.array(figure.canvas.buffer_rgba())


def make(rows=1, **options):
    figure = Figure(figsize=(4, 3), dpi=60)
    FigureCanvasAgg(figure)
    return figure, figure.subplots(1, rows, squeeze=False, **options)[0]


def frozen(figure):
    """A background is for a figure that was laid out: one draw gives titles and pictures their places."""
    figure.draw_without_rendering()
    return Background(figure)


def same_as_a_full_draw(figure, background):
    background.draw()
    ours = pixels(figure)
    figure.canvas.draw()
    np.testing.assert_array_equal(ours, pixels(figure))
    return ours


def test_whatever_moves_the_picture_is_that_of_a_full_draw():
    figure, (left, right) = make(2)
    (line,) = left.plot([0, 1], [0, 1], label="a line")
    left.legend(loc="upper center")  # above the line, and drawn with it
    image = right.imshow(np.zeros((4, 4)), vmin=0, vmax=1)
    title = right.set_title("before")
    background = frozen(figure)
    shown = [same_as_a_full_draw(figure, background)]
    moves = (
        lambda: line.set_data([0, 1], [1, 0]),
        lambda: line.set_data([0, 1], [0.5, 0.5]),
        lambda: image.set_data(np.eye(4)),
        lambda: title.set_text("after"),
        lambda: left.set_xlim(-1, 3),
        lambda: left.plot([0, 2], [0.2, 0.9]),
        lambda: line.set_visible(False),
        lambda: line.set_visible(True),
        lambda: line.remove(),
        lambda: figure.suptitle("over all"),
        lambda: right.axis("off"),
    )
    for move in moves:
        move()
        shown.append(same_as_a_full_draw(figure, background))
        assert not np.array_equal(shown[-1], shown[-2]), "the move was not drawn"


@pytest.mark.parametrize("overlay", ["twin", "inset"])
def test_axes_that_share_a_place_are_drawn_in_their_order(overlay):
    figure, (axes,) = make()
    (line,) = axes.plot([0, 1], [0, 1], linewidth=8)
    other = axes.twinx() if overlay == "twin" else figure.add_axes((0.3, 0.3, 0.4, 0.4))
    other.plot([0, 1], [1, 0], linewidth=8)
    background = frozen(figure)
    same_as_a_full_draw(figure, background)
    line.set_ydata([1, 0.2])
    same_as_a_full_draw(figure, background)

"""The numbers behind a picture are those that were drawn, and of a hidden mark there are none."""

import numpy as np
import pytest

from ddlearn.classroom.numbers import numbers
from ddlearn.classroom.pen import Pen


def drawn(picture, *arguments):
    pen = Pen((4, 3))
    for one in arguments or ((),):
        pen.png(picture, *one)
    return pen.figure


def rows(figure, **options):
    return list(zip(*numbers(figure, **options).values(), strict=True))


def test_every_point_has_its_panel_and_its_mark():
    def picture(fig):
        left, right = fig.row(1, 1)
        left.frame("fit", "x", "y", xlim=(0, 3), ylim=(0, 9))
        left.line([0, 1, 2], [0, 1, 4], label="square")
        right.frame("", "x", "share", xlim=(0, 2), ylim=(0, 1))
        right.dots([1], [0.5])

    points = [("fit", "square", 0, 0, ""), ("fit", "square", 1, 1, ""), ("fit", "square", 2, 4, "")]
    assert rows(drawn(picture)) == [*points, ("share", "Line2D", 1, 0.5, "")]


def test_a_mark_that_is_not_drawn_any_more_has_no_numbers():
    def picture(fig, both):
        panel = fig.panel()
        panel.frame("p", xlim=(0, 1), ylim=(0, 1))
        panel.line([0, 1], [0, 1], label="always")
        if both:
            panel.line([0, 1], [1, 0], label="at first")

    assert {mark for _, mark, *_ in rows(drawn(picture, (True,), (False,)))} == {"always"}


@pytest.mark.parametrize(("origin", "first"), [("lower", 0.5), ("upper", 1.5)])
def test_an_image_has_the_value_of_each_cell_at_its_middle(origin, first):
    def picture(fig):
        panel = fig.panel()
        panel.frame("p", xlim=(0, 3), ylim=(0, 2))
        panel.image(np.arange(6.0).reshape(2, 3), "gray", 0, 5, extent=(0, 3, 0, 2), origin=origin)

    found = [one[2:] for one in rows(drawn(picture))]
    assert found[:3] == [(0.5, first, 0), (1.5, first, 1), (2.5, first, 2)]
    assert found[3:] == [(0.5, 2 - first, 3), (1.5, 2 - first, 4), (2.5, 2 - first, 5)]


def test_of_what_is_large_every_second_or_third_is_taken():
    def picture(fig):
        line, image = fig.row(1, 1)
        line.frame("line", xlim=(0, 1000), ylim=(0, 1000))
        line.line(range(1000), range(1000))
        image.frame("image", xlim=(0, 30), ylim=(0, 20))
        image.image(np.zeros((20, 30)), "gray", 0, 1, extent=(0, 30, 0, 20), origin="lower")

    found = rows(drawn(picture), most=10)
    assert [x for panel, _, x, _, _ in found if panel == "line"] == list(range(0, 1000, 10))
    assert {(x, y) for panel, _, x, y, _ in found if panel == "image"} == {
        (column + 0.5, row + 0.5) for row in range(0, 20, 3) for column in range(0, 30, 3)
    }
    assert len(rows(drawn(picture))) == 1000 + 600


def test_bars_have_their_corners():
    def picture(fig):
        panel = fig.panel()
        panel.frame("p", xlim=(0, 3), ylim=(0, 5))
        panel.bars([1, 2], [3, 4], label="counts", width=1.0)

    corners = {(x, y) for _, mark, x, y, _ in rows(drawn(picture)) if mark == "counts"}
    assert corners == {(0.5, 0), (0.5, 3), (1.5, 0), (1.5, 3), (1.5, 4), (2.5, 0), (2.5, 4)}

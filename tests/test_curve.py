"""A curve is drawn with all its seeds, and described from its data."""

import pytest
import torch
from matplotlib.collections import LineCollection

from ddlearn.classroom.curve import describe_curve, draw_curve
from ddlearn.classroom.pen import Pen
from ddlearn.result import Curve

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
    assert describe_curve(result) == sentence


def test_a_curve_of_one_point_and_one_seed_has_a_sentence_too():
    single = Curve(X[:1], torch.tensor([[0.5]], dtype=torch.float64), None, "features", "error")
    assert describe_curve(single) == "Error is 0.50 at 10 features."


def test_within_is_never_rounded_down():
    said = describe_curve(curve([1.0, 1.0, 1.0, 2.0], [1.0, 1.0, 1.0, 2.121]))
    assert "within 7 %" in said  # 6.05 %


def drawn(result, pen=None, **options):
    """The panel that a curve was drawn on."""
    pen = pen or Pen()
    pen.png(lambda fig: draw_curve(fig.panel(), result, **options))
    return pen.panel()


def legend(panel):
    return [text.get_text() for text in panel.axes.get_legend().get_texts()]


def test_what_stands_in_the_legend_stands_in_the_picture():
    pen = Pen()
    panel = drawn(curve([0.3, 0.1, 0.03, 0.01], [0.3, 0.1, 0.03, 0.01], spread=0.1), pen, log="xy")
    assert legend(panel) == ["least to largest seed", "mean over seeds", "theory"]
    result = Curve(X, torch.tensor([[0.3, 0.1, 0.03, 0.01]], dtype=torch.float64), None, "features", "error")
    assert drawn(result, pen, log="xy", guess=60.0) is panel
    assert legend(panel) == ["measured", "you said"]
    assert describe_curve(result, 60.0).endswith("You said 60 features.")
    assert panel.axes.get_xlim()[0] < 10 < 10_000 < panel.axes.get_xlim()[1]


def test_every_seed_is_drawn_and_theory_is_told_apart_without_color():
    panel = drawn(curve([0.3, 0.1, 0.03, 0.01], [0.3, 0.1, 0.03, 0.01], spread=0.1), log="x")
    seeds = next(part for part in panel.axes.collections if isinstance(part, LineCollection))
    assert len(seeds.get_segments()) == 5
    mean, theory = panel.axes.lines
    assert theory.get_linestyle() != mean.get_linestyle()
    assert list(theory.get_ydata()) == [0.3, 0.1, 0.03, 0.01]


def test_a_log_axis_survives_values_that_have_no_logarithm():
    low, high = drawn(curve([0.3, 0.0, -0.1, 0.01]), log="xy").axes.get_ylim()
    assert 0 < low < 0.01 < 0.3 < high
    assert drawn(curve([0.0, 0.0, 0.0, 0.0]), log="xy")

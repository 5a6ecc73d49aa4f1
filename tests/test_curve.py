"""A curve is drawn with all its seeds, and described from its data."""

import pytest
import torch
from matplotlib.collections import LineCollection

from ddlearn.classroom.curve import describe_curve, draw_curve
from ddlearn.classroom.pen import Pen
from ddlearn.result import Curve

X = torch.tensor([10.0, 100.0, 1000.0, 10_000.0], dtype=torch.float64)


def curve(mean, theory=None, spread=0.0):
    mean = torch.as_tensor(mean, dtype=torch.float64)
    offsets = torch.linspace(-spread, spread, 5, dtype=torch.float64)[:, None]
    theory = None if theory is None else torch.as_tensor(theory, dtype=torch.float64)
    return Curve(X, mean * (1 + offsets), theory, "features", "error")


@pytest.mark.parametrize(
    ("mean", "theory", "sentence"),
    [
        (
            [0.31, 0.1, 0.03, 0.01],
            [0.31, 0.1, 0.03, 0.010605],  # 6.05 %: "within" is never rounded down
            "falls from 0.31 at 10 features to 0.010 at 10,000 over 5 seeds. "
            "The theory’s line lies within 7 % of the mean everywhere.",
        ),
        (
            [0.1, 4.1, 0.2, 0.05],
            None,
            "rises from 0.10 at 10 features to a peak of 4.1 at 100, then falls to 0.050 at 10,000 over 5 seeds.",
        ),
        (
            [0.5, 0.1, 0.2, 0.6],
            None,
            "falls from 0.50 at 10 features to its least, 0.10 at 100, then rises to 0.60 at 10,000 over 5 seeds.",
        ),
        ([0.5, 0.6, 0.7, 0.8], None, "rises from 0.50 at 10 features to 0.80 at 10,000 over 5 seeds."),
        ([0.5, 0.501, 0.5, 0.499], None, "stays near 0.50 from 10 features to 10,000 over 5 seeds."),
        ([0.0, 0.0, 0.0, 0.0], None, "stays near 0 from 10 features to 10,000 over 5 seeds."),
    ],
)
def test_a_curve_is_described_from_its_data(mean, theory, sentence):
    assert describe_curve(curve(mean, theory)) == f"Error {sentence}"


def drawn(result):
    """The panel that a curve was drawn on."""
    pen = Pen()
    pen.png(lambda fig: draw_curve(fig.panel(), result, log="xy"))
    return pen.panel()


def test_every_seed_is_drawn_and_theory_is_told_apart_without_color():
    panel = drawn(curve([0.3, 0.1, 0.03, 0.01], [0.3, 0.1, 0.03, 0.01], spread=0.1))
    named = [text.get_text() for text in panel.axes.get_legend().get_texts()]
    assert named == ["smallest to largest seed", "mean over seeds", "theory"]
    seeds = next(part for part in panel.axes.collections if isinstance(part, LineCollection))
    assert len(seeds.get_segments()) == 5
    mean, theory = panel.axes.lines
    assert theory.get_linestyle() != mean.get_linestyle()
    assert list(theory.get_ydata()) == [0.3, 0.1, 0.03, 0.01]
    assert panel.axes.get_xlim()[0] < 10 < 10_000 < panel.axes.get_xlim()[1]


def test_a_log_axis_survives_values_that_have_no_logarithm():
    low, high = drawn(curve([0.3, 0.0, -0.1, 0.01])).axes.get_ylim()
    assert 0 < low < 0.01 < 0.3 < high
    assert drawn(curve([0.0, 0.0, 0.0, 0.0]))

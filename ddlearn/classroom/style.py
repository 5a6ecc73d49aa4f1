"""How pictures look: matplotlib's defaults, a few settings of ours, and eight colors that everybody can tell apart."""

from collections.abc import Iterator
from contextlib import contextmanager

from ddlearn.classroom.modes import first_modes

# Okabe and Ito (2008): eight colors that people with any common color vision can tell apart. Use them together with a
# line style or a marker, so that a grey print tells the same story.
PALETTE = {
    "black": "#000000",
    "grey": "#767676",
    "orange": "#E69F00",
    "sky": "#56B4E9",
    "green": "#009E73",
    "yellow": "#F0E442",
    "blue": "#0072B2",
    "vermilion": "#D55E00",
    "purple": "#CC79A7",
}
LINES = ("-", "--", "-.", ":", (0, (5, 1, 1, 1, 1, 1)), (0, (8, 3)))
CONTRAST = 7.0
"""Of words on white, at least: WCAG 2.2, level AAA, so that a projector in a bright room shows them too."""

STYLE = {
    "font.size": 11,
    "axes.titlesize": 12,
    "axes.titlelocation": "left",
    "axes.titlepad": 8,
    "axes.titley": 1.0,  # a title that looks for its own place measures every tick label on every draw
    "xtick.labelsize": 10,
    "ytick.labelsize": 10,
    "legend.fontsize": 10,
    "legend.framealpha": 0.85,
    "legend.edgecolor": "white",
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.edgecolor": "#444444",
    "axes.linewidth": 0.9,
    "grid.color": "#dddddd",
    "grid.linewidth": 0.7,
    "lines.linewidth": 2.0,
}


@contextmanager
def style() -> Iterator[None]:
    """Inside, matplotlib's settings are its defaults and `STYLE`, whatever the process has set; the backend stays."""
    from matplotlib import rc_context, rcParams, rcParamsDefault

    ours = {**rcParamsDefault, **STYLE}
    ours.pop("backend")
    # Each setting that is written is validated, which takes longer than to see that it stands there already.
    with rc_context({name: value for name, value in ours.items() if rcParams[name] != value}), first_modes():
        yield


def color(name: object) -> object:
    """Return a color of the palette by its name; anything else is matplotlib's to understand."""
    return PALETTE.get(name, name) if isinstance(name, str) else name


def ink(name: object) -> tuple[float, float, float]:
    """Return a color dark enough for words: of the same hue, with a contrast of at least `CONTRAST` on white.

    Pale colors are left as they are: words in them stand on something dark.
    """
    from matplotlib.colors import to_rgb

    found = to_rgb(color(name))
    while luminance(found) < 0.5 and contrast(found) < CONTRAST:
        found = tuple(0.99 * channel for channel in found)
    return found


def contrast(rgb: tuple[float, float, float]) -> float:
    """Return the contrast of a color on white, from 1 to 21 (WCAG 2.2)."""
    return 1.05 / (luminance(rgb) + 0.05)


def luminance(rgb: tuple[float, float, float]) -> float:
    """Return the relative luminance of an sRGB color with channels from 0 to 1 (WCAG 2.2)."""
    linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in rgb]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]

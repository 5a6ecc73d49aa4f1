"""The projector view: large type and high contrast, for the last row, for tired eyes, and for paper.

A figure keeps its layout and is drawn with more dots an inch: type, lines and markers grow together, so nothing that
fitted can overlap. Words in it that are too pale are darkened. The page's part stands in projector.css.
`DDLEARN_PROJECTOR=1` turns the view on before a lesson starts; `turn` turns it on and off while it runs.
"""

import os

ZOOM = 1.5  # type of 11 points becomes as tall as type of 16 points
CONTRAST = 7.0  # of words on their ground: WCAG 2.2, level AAA

_turned: bool | None = None  # None: nobody has said anything, the environment decides


def on() -> bool:
    """Whether the projector view is on."""
    return _turned if _turned is not None else os.environ.get("DDLEARN_PROJECTOR", "") not in ("", "0")


def turn(state: bool | None) -> None:
    """Turn the view on or off; None hands the choice back to the environment."""
    global _turned
    _turned = None if state is None else bool(state)


def dots_per_inch(usual: int) -> int:
    """How many dots an inch of a figure gets now."""
    return round(usual * ZOOM) if on() else usual


def darken(figure) -> None:
    """Give every word in a matplotlib figure a contrast of at least `CONTRAST` on white, in its own hue.

    Pale words are left as they are: they stand on something dark.
    """
    from matplotlib.colors import to_rgb
    from matplotlib.text import Text

    for words in figure.findobj(Text):
        colour = to_rgb(words.get_color())
        if luminance(colour) < 0.5 and contrast(colour) < CONTRAST:
            words.set_color(darker(colour))


def darker(colour: tuple[float, float, float]) -> tuple[float, float, float]:
    """The same hue, just dark enough on white."""
    low, high = 0.0, 1.0  # shares of the colour; black is always dark enough
    for _ in range(12):
        middle = (low + high) / 2
        dark_enough = contrast(tuple(middle * channel for channel in colour)) >= CONTRAST
        low, high = (middle, high) if dark_enough else (low, middle)
    return tuple(low * channel for channel in colour)


def contrast(colour: tuple[float, float, float]) -> float:
    """The contrast of a colour on white, from 1 to 21 (WCAG 2.2)."""
    return 1.05 / (luminance(colour) + 0.05)


def luminance(colour: tuple[float, float, float]) -> float:
    """Relative luminance of an sRGB colour with channels from 0 to 1 (WCAG 2.2)."""
    linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in colour]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]

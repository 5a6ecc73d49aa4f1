"""What stands on the page for a control, as ipywidgets: it tells of every move, and can be told where to stand.

A slider has a number box beside it: the box follows the slider, and what is typed moves it. A slider that is being
dragged is never written to: its handle would jump under the hand. The box holds text, since a browser's own number box
throws a decimal comma away and clamps in silence; keyboard.js reads its range and step in the placeholder.
"""

import math
import re
from collections.abc import Callable

import ipywidgets as widgets

from ddlearn.classroom.controls import Choice, Control, Slider, Switch
from ddlearn.classroom.wording import brief

LONGEST = 20  # characters of what was typed that a remark repeats

GAPS = re.compile(r"[\s'’_]")
PLAIN = re.compile(r"[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?")
POWER = re.compile(r"^(?:(.+)[*·×])?10\^")
GROUPS = re.compile(r"[+-]?[1-9]\d{0,2}((,\d{3})+|(\.\d{3}){2,})")

# Called as moved(name, value, remark): the remark says what became of a number that could not be taken as it was typed.
Moved = Callable[[str, object, str], None]


class SliderView:
    def __init__(self, control: Slider, value: float, moved: Moved, label_width: str):
        self.control, self.value, self._moved = control, value, moved
        low, high = ((math.log10(end) if control.log else end) for end in (control.low, control.high))
        plain = widgets.IntSlider if control.whole else widgets.FloatSlider
        self.slider = (widgets.FloatLogSlider if control.log else plain)(
            value=value,
            min=low,
            max=high,
            step=control.stride,
            description=control.label,
            readout=False,
            style={"description_width": label_width},
            layout={"width": "auto", "flex": "1 1 auto", "min_width": "0"},
        )
        for kind in ("log", "whole"):
            if getattr(control, kind):
                self.slider.add_class(f"ddlearn-{kind}")
        self.number = widgets.Text(
            value=written(value),
            placeholder=self._range(value),
            continuous_update=False,
            description=f"{control.label}, number",
            layout={"width": "88px", "flex": "0 0 auto"},
        )
        self.number.add_class("ddlearn-number")
        self.slider.observe(self._slid, "value")
        self.number.observe(self._typed, "value")
        self.parts = (self.slider, self.number)
        self.widget = widgets.HBox(self.parts, layout={"align_items": "center", "overflow": "visible"})

    def write(self, value: float, slider: bool = True) -> None:
        """Stand at `value` without telling anybody; the slider too, unless it is that which was moved."""
        self.value = value  # first of all: slider and box tell of what is written below, and it is known by this
        with self.number.hold_sync():  # one message, not two
            self.number.placeholder = self._range(value)
            self.number.value = written(value)
        if slider:
            self.slider.value = value

    def _range(self, value: float) -> str:
        ends, step = (self.control.low, self.control.high), self.control.number_step(value)
        return f"{' to '.join(map(written, ends))} by {written(step)}"

    def _slid(self, change) -> None:
        # The page's slider knows whole strides only. Shown a value between two of them, it stands at the nearer one and
        # reports that as if it had been moved there: nobody moved it, and a typed value must not be rounded away.
        shown = self.value, self.control.notch(self.value)
        if not any(math.isclose(change.new, value, rel_tol=1e-6, abs_tol=1e-12) for value in shown):
            self._move(change.new, slider=False)

    def _typed(self, change) -> None:
        if change.new != written(self.value):
            number = read_number(change.new, self.control.low, self.control.high)
            self._move(self.value if number is None else number, slider=True, remark=self._remark(change.new, number))

    def _remark(self, text: str, number: float | None) -> str:
        """Return what became of a number that cannot be taken as it was typed."""
        control, typed = self.control, text.strip()[:LONGEST]
        if number is None:
            return f"“{typed}” is no number: {control.label} stays at {brief(self.value)}." if typed else ""
        if control.low <= number <= control.high and (number.is_integer() or not control.whole):
            return ""
        numbers = f"{'whole ' if control.whole else ''}numbers from {brief(control.low)} to {brief(control.high)}"
        return f"{control.label} takes {numbers}: {brief(control.snap(number))} is taken for {typed}."

    def _move(self, raw: float, slider: bool, remark: str = "") -> None:
        before, value = self.value, self.control.snap(raw)
        self.write(value, slider)
        if value != before or remark:
            self._moved(self.control.name, value, remark)


class PlainView:
    """A dropdown or a checkbox: one widget, whose value is the control's."""

    def __init__(self, control: Choice | Switch, value, moved: Moved, label_width: str):
        self.control, self.value, self._moved = control, value, moved
        shared = {"value": value, "description": control.label, "layout": {"width": "auto"}}
        if isinstance(control, Choice):
            style = {"description_width": label_width}
            self.widget = widgets.Dropdown(options=control.options, style=style, **shared)
        else:
            self.widget = widgets.Checkbox(indent=False, **shared)
        self.widget.observe(self._changed, "value")
        self.parts = (self.widget,)

    def write(self, value) -> None:
        """Stand at `value` without telling anybody."""
        self.value = self.widget.value = value

    def _changed(self, change) -> None:
        if change.new != self.value:
            self.value = change.new
            self._moved(self.control.name, change.new, "")


def written(value: float) -> str:
    """The number as the box shows it: all its digits, and no zeros before those of an exponent."""
    mantissa, mark, exponent = f"{value:.12g}".partition("e")
    return f"{mantissa}e{int(exponent)}" if mark else mantissa


def read_number(text: str, low: float, high: float) -> float | None:
    """Return the number that `text` means as people type it, or None: 0,5, 1e-3 and 10^-3, 1 000 and 1,000 and 1'000.

    "1,500" may be 1500 or 1.5. It is 1500, as the page writes it, unless only 1.5 lies between `low` and `high`.
    """
    text = GAPS.sub("", text).replace("−", "-").lower()
    text = POWER.sub(lambda found: f"{found[1] or 1}e", text)
    spellings = [re.sub("[.,]", "", text)] if GROUPS.fullmatch(text) else []
    mark, other = sorted(".,", key=text.rfind, reverse=True)  # the last of the two stands before the decimals
    spellings.append(text.replace(other, "").replace(mark, "."))
    readings = [float(spelling) for spelling in spellings if PLAIN.fullmatch(spelling)]
    readings = [value for value in readings if math.isfinite(value)]
    return next((value for value in readings if low <= value <= high), readings[0] if readings else None)


def view(control: Control, value, moved: Moved, label_width: str = "initial") -> SliderView | PlainView:
    """The view of a control, standing at `value`; it calls `moved` for each move and for what cannot be taken."""
    return (SliderView if isinstance(control, Slider) else PlainView)(control, value, moved, label_width)

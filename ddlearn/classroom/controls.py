"""What a learner can move: a slider with its number box, a choice, a switch.

A control is data: a name (the argument it feeds), a label, a range and a start. It knows which values it accepts,
which ones a sweep should try, how to draw a random one, and how a sentence says its setting. `control_views` makes what
stands on the page for it.
"""

import math
import random
from dataclasses import dataclass

from ddlearn.classroom.wording import brief

STEPS = 50  # a held arrow key crosses a slider in about this many presses


@dataclass(frozen=True)
class Control:
    """What every control has: the name of the argument that it feeds, a label that a learner can read, its options."""

    name: str
    label: str

    def __post_init__(self):
        if not self.name.isidentifier():
            raise ValueError(f"a control's name is an argument of compute and must be an identifier; got {self.name!r}")
        if not self.label.strip():
            raise ValueError(f"control {self.name!r} needs a label that a learner can read")

    def values(self, k: int) -> list:
        return list(self.options)

    def random(self, source: random.Random) -> object:
        return source.choice(self.options)

    def say(self, value: object) -> str:
        return f"{self.label} {value}"


@dataclass(frozen=True)
class Slider(Control):
    """A number between `low` and `high`, linear or logarithmic, kept to three significant digits.

    `whole=True` keeps it an integer. `step` is one press of an arrow key, in units of the value (linear) or in decades
    (log); by default about fifty presses cross the range. Raises ValueError for an empty range, a start outside it, or
    a log slider that does not begin above zero.
    """

    low: float
    high: float
    start: float
    log: bool = False
    whole: bool = False
    step: float | None = None

    def __post_init__(self):
        super().__post_init__()
        wanted = {
            "finite low < high": -math.inf < self.low < self.high < math.inf,
            "low > 0, for it is logarithmic": not self.log or self.low > 0,
            "whole bounds, for it is whole": not self.whole or self.low % 1 == self.high % 1 == 0,
            "a positive step": self.step is None or self.step > 0,
        }
        for words, given in wanted.items():
            if not given:
                got = f"low={self.low}, high={self.high}, step={self.step}"
                raise ValueError(f"slider {self.name!r} needs {words}; got {got}")
        object.__setattr__(self, "start", self.accept(self.start))

    def accept(self, value: float) -> float:
        """`value` as the slider keeps it. Raises TypeError for what is no number, ValueError outside the range."""
        if isinstance(value, bool) or not isinstance(value, (int, float)):
            raise TypeError(f"{self.name} must be a number; got {type(value).__name__}")
        if not self.low <= value <= self.high:
            raise ValueError(f"{self.name} must lie between {self.low:g} and {self.high:g}; got {value:g}")
        return self.snap(value)

    def snap(self, value: float) -> float:
        """The nearest value that the slider keeps, whatever number comes in."""
        value = min(max(value, self.low), self.high)
        if not self.whole or self.log:
            value = float(f"{value:.3g}")
        if abs(value) < 1e-9 * (self.high - self.low):
            value = 0.0  # the rounding noise of a step across zero
        value = min(max(value, self.low), self.high)
        return round(value) if self.whole else float(value)

    def at(self, share: float) -> float:
        """The value at a share of the way from `low` (0) to `high` (1), along the slider's own scale."""
        if self.log:
            return self.snap(self.low * (self.high / self.low) ** share)
        return self.snap(self.low + share * (self.high - self.low))

    def values(self, k: int) -> list[float]:
        """`k` values spread evenly along the slider, its ends the first and the last; fewer where there are fewer."""
        return list(dict.fromkeys(self.at(i / (k - 1)) for i in range(k)))

    def random(self, source: random.Random) -> float:
        return self.at(source.random())

    def say(self, value: float) -> str:
        return super().say(brief(value))

    @property
    def range_said(self) -> str:
        return f"slider from {brief(self.low)} to {brief(self.high)}"

    @property
    def stride(self) -> float:
        """One press of an arrow key: in units of the value, or in decades on a log slider."""
        if self.step is not None:
            return self.step
        if self.log:
            even = math.log10(self.high / self.low) / STEPS
            # Nobody should press a key and see the same whole number again.
            return max(even, math.log10(1 + 1 / self.low)) if self.whole else even
        even = (self.high - self.low) / STEPS
        decade = 10 ** math.floor(math.log10(even))
        nice = min((decade * m for m in (1, 2, 2.5, 5, 10)), key=lambda step: abs(math.log(step / even)))
        return max(1, round(nice)) if self.whole else nice

    def notch(self, value: float) -> float:
        """Where the page's slider can stand nearest to `value`: whole strides from `low`, or `high`."""
        scale, back = (math.log10, lambda x: 10.0**x) if self.log else (float, float)
        low, high, at = scale(self.low), scale(self.high), scale(value)
        near = min(low + math.floor((at - low) / self.stride + 0.5) * self.stride, high)
        return back(high if abs(high - at) < abs(near - at) else near)

    def number_step(self, value: float) -> float:
        """One press of an arrow key in the number box: on a log slider one unit of the value's first digit."""
        if not self.log:
            return self.stride
        digit, exponent = f"{value:.2e}".split("e")
        # From a power of ten a whole unit down would be zero, so there the step is a tenth.
        step = 10.0 ** (int(exponent) - (float(digit) == 1.0))
        return max(1, round(step)) if self.whole else step


@dataclass(frozen=True)
class Choice(Control):
    """One of a few words. Raises ValueError for fewer than two options, a repeated one, or a start not among them."""

    options: tuple[str, ...]
    start: str

    def __post_init__(self):
        super().__post_init__()
        object.__setattr__(self, "options", tuple(self.options))
        if len(self.options) < 2 or len(set(self.options)) < len(self.options):
            raise ValueError(f"choice {self.name!r} needs at least two different options; got {self.options}")
        self.accept(self.start)

    def accept(self, value: str) -> str:
        """`value`, if it is an option; ValueError otherwise."""
        if value not in self.options:
            raise ValueError(f"{self.name} must be one of {', '.join(self.options)}; got {value!r}")
        return value

    @property
    def range_said(self) -> str:
        return f"menu of {', '.join(self.options)}"


@dataclass(frozen=True)
class Switch(Control):
    """On or off. Raises TypeError if `start` is not a bool."""

    start: bool
    options = (False, True)
    range_said = "box to tick"

    def __post_init__(self):
        super().__post_init__()
        self.accept(self.start)

    def accept(self, value: bool) -> bool:
        """`value`, if it is True or False; TypeError otherwise."""
        if not isinstance(value, bool):
            raise TypeError(f"{self.name} must be True or False; got {value!r}")
        return value

    def say(self, value: bool) -> str:
        return super().say("on" if value else "off")

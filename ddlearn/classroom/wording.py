"""Numbers and lists as a sentence says them: few digits, no exponent where none is needed."""

import math


def say(value: float, digits: int = 3) -> str:
    """`value` with `digits` significant digits, as prose wants it: 0.31, 0.010, 10,000, −2.5, 1.2e-07.

    A whole number below a million is written out in full, whatever `digits` is.
    """
    value = float(value)
    if not math.isfinite(value):
        return str(value)
    sign = "−" if value < 0 else ""
    size = abs(value)
    if size == 0 or (size < 1e6 and size == int(size)):
        return f"{sign}{int(size):,}"
    size = float(f"{size:.{digits - 1}e}")
    exponent = math.floor(math.log10(size))
    if not -4 <= exponent < 6:
        return f"{sign}{size:.{digits - 1}e}"
    return f"{sign}{size:,.{max(0, digits - 1 - exponent)}f}"


def brief(value: float) -> str:
    """`value` to three significant digits without trailing zeros: how a control's setting is said."""
    text = say(value)
    mantissa, mark, exponent = text.partition("e")
    return (mantissa.rstrip("0").rstrip(".") if "." in mantissa else mantissa) + mark + exponent


def counted(count: int, noun: str) -> str:
    """A number of things: "1 lesson", "2 lessons"."""
    return f"{count} {noun}{'' if count == 1 else 's'}"


def listed(parts: list[str]) -> str:
    """One, two or more parts as English lists them: "a", "a and b", "a, b and c"."""
    return parts[0] if len(parts) == 1 else f"{', '.join(parts[:-1])} and {parts[-1]}"

"""Numbers as people type them: 0.5 and 0,5, 1e-3 and 10^-3, 1 000 and 1,000 and 1'000, with either minus sign."""

import math
import re

GAPS = re.compile(r"[\s'’_]")
PLAIN = re.compile(r"[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?")
POWER = re.compile(r"^(?:(.+)[*·×])?10\^")
GROUPS = re.compile(r"[+-]?[1-9]\d{0,2}(,\d{3})+")


def read_number(text: str, low: float, high: float) -> float | None:
    """Return the number that `text` means, or None if it means none.

    "1,500" may be 1500 or 1.5. It is 1500, as the page writes it, unless only 1.5 lies between `low` and `high`.
    """
    text = GAPS.sub("", text).replace("−", "-").lower()
    text = POWER.sub(lambda found: f"{found[1] or 1}e", text)
    readings = [value for value in map(_plain, _spellings(text)) if value is not None]
    return next((value for value in readings if low <= value <= high), readings[0] if readings else None)


def _spellings(text: str) -> list[str]:
    """The text with a point before its decimals, the likeliest reading first."""
    if "," in text and "." in text:  # the last of the two stands before the decimals
        decimal, other = (",", ".") if text.rindex(",") > text.rindex(".") else (".", ",")
        return [text.replace(other, "").replace(decimal, ".")]
    if text.count(".") > 1:
        return [text.replace(".", "")]
    grouped = [text.replace(",", "")] if GROUPS.fullmatch(text) else []
    return [*grouped, text.replace(",", ".")]


def _plain(text: str) -> float | None:
    if not PLAIN.fullmatch(text):
        return None
    value = float(text)
    return value if math.isfinite(value) else None

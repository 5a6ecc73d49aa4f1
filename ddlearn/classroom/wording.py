"""Numbers, lists and counts as a sentence says them: few digits, no exponent where none is needed."""

import math
import re
from collections.abc import Mapping

SHORT = 4  # numbers of a tuple that are shown
DTYPES_MET = re.compile(r"same dtype|dtypes? .*match|scalar type \w+ but found")  # in a message of torch's


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


def listed(parts: list[str]) -> str:
    """One, two or more parts as English lists them: "a", "a and b", "a, b and c"."""
    return parts[0] if len(parts) == 1 else f"{', '.join(parts[:-1])} and {parts[-1]}"


def right_before(count: int) -> str:
    """Say that the cases before were right."""
    return f"The {count} cases before were right." if count > 1 else "The case before was right."


def right_on_some(right: int, cases: int) -> str:
    """Say on how many of the cases an answer is right."""
    return f"{right} of {cases} cases {'are' if right > 1 else 'is'} right; this is one that is not."


def described(value: object) -> str:
    """Return an argument in words: its shape, or its value where that is short."""
    shape = getattr(value, "shape", None)
    if shape is not None:
        return f"of shape {tuple(shape)}" if len(shape) else f"= {value.item():.6g}"
    if isinstance(value, float):
        return f"= {value:.6g}"
    if isinstance(value, tuple) and len(value) <= SHORT and all(isinstance(item, (int, float)) for item in value):
        return f"= ({', '.join(f'{item:.6g}' for item in value)}{',' if len(value) == 1 else ''})"
    return f"= {value!r}" if isinstance(value, (int, str)) else f"(a {type(value).__name__})"


def mixed_dtypes(message: str, arguments: Mapping[str, object]) -> str:
    """Return what to do about an error whose message says that two dtypes met; nothing for any other error."""
    floats = [name for name, value in arguments.items() if str(getattr(value, "dtype", "")).startswith("torch.float")]
    if not floats or not DTYPES_MET.search(message):
        return ""
    name, dtype = floats[0], arguments[floats[0]].dtype
    return (
        f"Two dtypes met. The arguments are `{dtype}`, and torch makes `torch.float32` unless told otherwise. Make new "
        f"tensors with the dtype of the arguments, for example `torch.eye(n, dtype={name}.dtype)`; `.to({name}.dtype)` "
        "turns any other tensor into that dtype."
    )

"""One case that is put to a learner's function: how it was asked, and what is said where no value comes back."""

import inspect
import re
import textwrap
import traceback
from collections.abc import Callable
from dataclasses import dataclass

from ddlearn.classroom.code import calls_itself, hands_back
from ddlearn.classroom.sandbox import Outcome, where
from ddlearn.classroom.verdict import TODO, Verdict
from ddlearn.classroom.wording import listed

MESSAGE_LIMIT = 600  # characters of an error's own words; some print whole tensors
SHORT = 4  # numbers of a tuple that are shown
DTYPES_MET = re.compile(r"same dtype|dtypes? .*match|scalar type \w+ but found")  # in a message of torch's


@dataclass(frozen=True)
class Case:
    """The function `answer`, called `name`, asked with `arguments`, which stand by the names of the reference's."""

    name: str
    answer: Callable
    arguments: dict[str, object]

    @property
    def asked(self) -> str:
        """The call in words: "`ridge(K, y)` with `K` of shape (5, 5) and `y` of shape (5,)"."""
        given = [f"`{name}` {_described(value)}" for name, value in self.arguments.items()]
        return f"`{self.name}({', '.join(self.arguments)})`" + (f" with {listed(given)}" if given else "")

    def stopped(self, outcome: Outcome, seconds: float, answered: bool) -> Verdict | None:
        """Return why the call gave no value to compare, or None if it did; `answered`: an earlier case got one."""
        if outcome.timed_out:
            loop = "Is there a loop that never ends?"
            return Verdict("timed out", f"{self.asked} was still running after {seconds:g} seconds. {loop}")
        if outcome.error is not None:
            return Verdict("raised", self._raised(outcome.error))
        values = outcome.value if isinstance(outcome.value, (tuple, list)) else (outcome.value,)
        if any(value is TODO for value in values):
            return Verdict("not started", f"`{self.name}` still returns `TODO`. Write its body and run the cell again.")
        if outcome.value is not None:
            return None
        if outcome.printed.strip():
            mend = "Printing shows a result and hands nothing on: write `return` where you wrote `print`."
            return Verdict("wrong type", f"`{self.name}` prints something and returns nothing. {mend}")
        if answered or hands_back(self.answer):
            branch = "Is there a branch, or a loop that ends, without a `return`?"
            said = f"`{self.name}` returns nothing in this case. {branch}\n\nThat was {self.asked}."
            return Verdict("wrong type", said)
        said = f"`{self.name}` returns nothing yet. If you wrote its body, end it with `return`."
        return Verdict("not started", said)

    def _raised(self, error: BaseException) -> str:
        words = "".join(traceback.format_exception_only(error)).strip()
        said = f"`{textwrap.shorten(words, MESSAGE_LIMIT, placeholder=' ...')}`"
        if isinstance(error, RecursionError) and calls_itself(self.answer, error):
            said += (
                f"\n\nYour function calls itself, and never comes to an end. Inside its own body `{self.name}` is the "
                "function that you are writing."
            )
        line, code = where(error, self.answer)
        if line:
            place = f"In line {line} of your cell, `{code}`, when asked {self.asked}."
            return f"{said}\n\n{place} {self._dtypes_met(words)}".rstrip()
        try:
            inspect.signature(self.answer).bind(*self.arguments.values())
        except (TypeError, ValueError):
            return f"It is called as {self.asked}. Your function does not take these arguments.\n\n{said}"
        return f"{said}\n\nWhen asked {self.asked}."

    def _dtypes_met(self, message: str) -> str:
        """Return what to do about an error whose message says that two dtypes met; nothing for any other error."""
        dtypes = {name: str(getattr(value, "dtype", "")) for name, value in self.arguments.items()}
        floats = [name for name, dtype in dtypes.items() if dtype.startswith("torch.float")]
        if not floats or not DTYPES_MET.search(message):
            return ""
        name = floats[0]
        return (
            f"Two dtypes met. The arguments are `{dtypes[name]}`, and torch makes `torch.float32` unless told "
            f"otherwise. Make new tensors with the dtype of the arguments, for example `torch.eye(n, "
            f"dtype={name}.dtype)`; `.to({name}.dtype)` turns any other tensor into that dtype."
        )


def _described(value: object) -> str:
    """Return an argument in words: its shape, or its value where that is short."""
    shape = getattr(value, "shape", None)
    if shape is not None:
        return f"of shape {tuple(shape)}" if len(shape) else f"= {value.item():.6g}"
    if isinstance(value, float):
        return f"= {value:.6g}"
    if isinstance(value, tuple) and len(value) <= SHORT and all(isinstance(item, (int, float)) for item in value):
        return f"= ({', '.join(f'{item:.6g}' for item in value)}{',' if len(value) == 1 else ''})"
    return f"= {value!r}" if isinstance(value, (int, str)) else f"(a {type(value).__name__})"

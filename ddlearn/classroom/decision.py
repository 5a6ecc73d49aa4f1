"""A decision is an exercise without a function: a choice that the learner defends with numbers.

The card never tells the right numbers. It says which of the given ones are right, what a classic wrong choice misses,
and with each further try it gives the next hint.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from numbers import Real

from ddlearn.classroom import page
from ddlearn.classroom.mistake import Mistake
from ddlearn.classroom.prose import to_html
from ddlearn.classroom.verdict import TODO, Verdict
from ddlearn.classroom.wording import listed

PRECISION = 0.02  # relative difference that counts as none: two digits are asked for


@dataclass(frozen=True)
class Decision:
    """One choice to make.

    Args:
        name: the name that `lesson.decide` takes.
        title: a few words for the card.
        asked: what each value is, in words: ("the width", "its error").
        reference: returns the right values, numbers or texts, as a tuple.
        because: what is said of a right choice.
        hints: one for each wrong try, the gentlest first.
        mistakes: classic wrong choices, each a function without arguments that returns its values.
    """

    name: str
    title: str
    asked: tuple[str, ...]
    reference: Callable[[], tuple]
    because: str
    hints: tuple[str, ...] = ()
    mistakes: tuple[Mistake, ...] = ()

    def check(self, values: Sequence[object]) -> Verdict:
        """Return the verdict on a choice. Raises nothing."""
        count = len(self.asked)
        if any(value is TODO for value in values):
            return Verdict("not started", f"Put your choice in place of `TODO`: {listed(self.asked)}.")
        if len(values) != count:
            return Verdict(
                "wrong shape",
                f"Wanted {'is' if count == 1 else 'are'} {listed(self.asked)}; you gave {len(values)} values.",
            )
        known = next((one for one in self.mistakes if any(all(map(agrees, values, way())) for way in one.ways)), None)
        if known:
            return Verdict("classic mistake", known.hint, known.name)
        wrong = [
            words
            for words, value, right in zip(self.asked, values, self.reference(), strict=True)
            if not agrees(value, right)
        ]
        if not wrong:
            return Verdict("passed", self.because)
        right = [words for words in self.asked if words not in wrong]
        praise = f" {listed(right).capitalize()} {'is' if len(right) == 1 else 'are'} right." if right else ""
        return Verdict(
            "not yet", f"{listed(wrong).capitalize()} {'is' if len(wrong) == 1 else 'are'} not right yet.{praise}"
        )

    def self_check(self) -> list[str]:
        """Return what is unfair about this decision, in sentences; nothing if it is sound."""
        found = [] if self.check(self.reference()).passed else ["the reference does not pass"]
        stub = self.check([TODO] * len(self.asked)).status
        found += [] if stub == "not started" else ["a stub is not recognized as not started"]
        found += [] if self.hints else ["there are no hints"]
        found += [
            f"the mistake {mistake.name!r} gets another verdict"
            for mistake in self.mistakes
            for way in mistake.ways
            if self.check(way()).mistake != mistake.name
        ]
        return found

    def show(self, verdict: Verdict, misses: int) -> None:
        """Display the verdict's card; after a wrong choice, with the hint for so many `misses`."""
        hint = self.hints[min(misses, len(self.hints)) - 1] if misses and self.hints and not verdict.passed else ""
        body = to_html("\n\n".join(filter(None, (verdict.detail, hint and f"Hint: {hint}"))))
        page.show(verdict.card(self.title, body))


def agrees(value: object, right: object) -> bool:
    """Return whether a value is the right text, or the right number to two digits; a tensor counts as its number."""
    if isinstance(right, str):
        return isinstance(value, str) and value.strip().lower() == right.lower()
    try:
        number = float(value)
    except (TypeError, ValueError, RuntimeError):
        return False
    return isinstance(right, Real) and abs(number - right) <= PRECISION * abs(right)

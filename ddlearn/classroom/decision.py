"""A decision is an exercise without a function: a choice that the learner defends with numbers."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from numbers import Real

from ddlearn.classroom import page
from ddlearn.classroom.mistake import Mistake
from ddlearn.classroom.prose import to_html
from ddlearn.classroom.verdict import TODO, Verdict
from ddlearn.classroom.wording import counted, listed

PRECISION = 0.02  # relative difference that counts as none: two digits are asked for


@dataclass(frozen=True)
class Decision:
    """One choice to make. Its card never tells the right numbers: it says which of the given ones are right.

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
        if any(value is TODO for value in values):
            return Verdict("not started", f"Put your choice in place of `TODO`: {listed(self.asked)}.")
        if len(values) != len(self.asked):
            said = f"What is asked for: {listed(self.asked)}. You gave {counted(len(values), 'value')}."
            return Verdict("wrong shape", said)
        known = next((one for one in self.mistakes if any(all(map(agrees, values, way())) for way in one.ways)), None)
        if known:
            return Verdict("classic mistake", known.hint, known.name)
        right = [words for words, *pair in zip(self.asked, values, self.reference(), strict=True) if agrees(*pair)]
        wrong = [words for words in self.asked if words not in right]
        if not wrong:
            return Verdict("passed", self.because)
        said = [
            f"{listed(words).capitalize()} {'is' if len(words) == 1 else 'are'} {verdict}."
            for words, verdict in ((wrong, "not right yet"), (right, "right"))
            if words
        ]
        return Verdict("not yet", " ".join(said))

    def self_check(self) -> list[str]:
        """Return what is unfair about this decision, in sentences; nothing if it is sound."""
        complaints = {
            "the reference does not pass": not self.check(self.reference()).passed,
            "there are no hints": not self.hints,
        }
        for mistake in self.mistakes:
            other = any(self.check(way()).mistake != mistake.name for way in mistake.ways)
            complaints[f"the mistake {mistake.name!r} gets another verdict"] = other
        return [words for words, unfair in complaints.items() if unfair]

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

"""An exercise is data: what is right, on which cases, which errors are classic, and what to say then.

`Exercise.check` asks a learner's function the questions of the ladder in `verdict`, on copies of the arguments and
within a time limit, and always ends with a `Verdict`. `Exercise.self_check` asks the exercise itself whether it is
fair: the tests of every lesson call it.
"""

import inspect
import textwrap
from collections.abc import Callable, Iterable
from copy import deepcopy
from dataclasses import dataclass
from itertools import combinations
from typing import TYPE_CHECKING

from ddlearn.classroom import own_name
from ddlearn.classroom.code import hands_back, has_loop
from ddlearn.classroom.mistake import Mistake, Remark, answer_or_error
from ddlearn.classroom.modes import first_modes
from ddlearn.classroom.sandbox import Outcome, call, where
from ddlearn.classroom.todo import TODO
from ddlearn.classroom.verdict import Verdict, rank
from ddlearn.classroom.wording import described, listed, mixed_dtypes, right_before, right_on_some

if TYPE_CHECKING:
    from torch import Generator

MESSAGE_LIMIT = 600  # characters of an error's own words; some print whole tensors


@dataclass(frozen=True)
class Exercise:
    """One function to write.

    Args:
        name: what the learner's function is called; explorers name it in `uses`.
        title: a few words for the card.
        reference: the course's own implementation; returns a tensor, a number or a tuple of these.
        cases: from a `torch.Generator`, the argument tuples to try; drawn from shapes and the generator, never typed.
        hints: the ladder of hints, the gentlest first.
        mistakes: classic errors. A wrong answer that equals a mistake's on every case gets that mistake's hint.
            One that is an `edit` becomes the edited reference here.
        rtol, atol: entries agree where `|got - want| <= atol + rtol * |want|`.
        timeout: seconds that one case may take; under a debugger there is no limit.
        no_loop: whether the exercise asks for none. A right answer with a loop passes, with a note.
        trained: whether the lesson trains with the answer. Then a number must be a tensor, which carries a gradient;
            elsewhere a Python number will do where the reference returns a tensor without dimensions.
        remarks: notes on right answers that miss what the exercise is about.

    Raises:
        ValueError: if an edit's text does not stand in the reference exactly once.
    """

    name: str
    title: str
    reference: Callable
    cases: Callable[["Generator"], Iterable[tuple]]
    hints: tuple[str, ...] = ()
    mistakes: tuple[Mistake, ...] = ()
    rtol: float = 1e-6
    atol: float = 1e-9
    timeout: float = 5.0
    no_loop: bool = False
    trained: bool = False
    remarks: tuple[Remark, ...] = ()

    def __post_init__(self):
        for name in ("mistakes", "remarks"):
            object.__setattr__(self, name, tuple(known.of(self.reference) for known in getattr(self, name)))

    @first_modes()
    def check(self, answer: Callable, seed: int = 0) -> Verdict:
        """Ask `answer` every case and return the verdict. Displays nothing, raises nothing."""
        if not callable(answer):
            return Verdict("wrong type", f"`{self.name}` should be a function; it is a `{type(answer).__name__}`.")
        from ddlearn.classroom.compare import changed  # here, so that a card without a check needs no torch

        values, wanted, faults, printed = [], [], [], ""
        for arguments in self._arguments(seed):
            given = deepcopy(arguments)
            with own_name.bound(answer, self.name, self.reference):
                outcome = call(answer, given, self.timeout)
            printed = printed or outcome.printed
            stopped = self._stopped(answer, outcome, arguments, bool(values))
            if stopped:
                status, words = stopped
                before = f" {right_before(len(values))}" if values and not faults else ""
                mistake = self._recognise([*values, outcome.error], seed) if outcome.error else None
                if mistake:
                    return Verdict("classic mistake", f"{mistake.hint}\n\n{words}", mistake.name, printed)
                return Verdict(status, words + before, printed=printed)
            if inspect.iscoroutine(outcome.value):
                outcome.value.close()
            values.append(outcome.value)
            wanted.append(self._plain(self.reference(*deepcopy(arguments))))
            altered = [changed(was, now) for was, now in zip(arguments, given, strict=True)]
            found = self._faults(outcome.value, wanted[-1], altered, arguments)
            faults.extend((len(values) - 1, status, words, right) for status, words, right in found)
        if faults:
            return self._missed(values, wanted, faults, seed, printed)
        count = f"{len(values)} cases" if len(values) > 1 else "the case"
        right = f"`{self.name}` agrees with the course's own on {count}."
        return Verdict("passed", right, printed=printed, note=self._note(answer, values))

    def _missed(self, values: list, wanted: list, faults: list, seed: int, printed: str) -> Verdict:
        """Return the verdict on a wrong answer: a classic mistake, or the fault on the first rung of the ladder."""
        from ddlearn.classroom.compare import Tolerance, other_dtype
        from ddlearn.classroom.pattern import pattern

        mistake = self._recognise(values, seed)
        if mistake:
            said = "\n\n".join(filter(None, (mistake.hint, other_dtype(values, wanted))))
            return Verdict("classic mistake", said, mistake.name, printed)
        # Of two faults on one rung that comes first whose numbers are not right either.
        _, status, words, _ = min(faults, key=lambda fault: (rank(fault[1]), fault[3]))
        wrong = sorted({case for case, *_ in faults})
        paragraphs = [words]
        if status == "not yet":
            similar = pattern([values[i] for i in wrong], [wanted[i] for i in wrong], Tolerance(self.rtol, self.atol))
            if similar and len(wrong) < len(values):
                similar = f"Where it differs: {similar[0].lower()}{similar[1:]}"
            paragraphs = [similar, words] if similar else paragraphs
        if len(wrong) < len(values):
            paragraphs.append(right_on_some(len(values) - len(wrong), len(values)))
        return Verdict(status, "\n\n".join(paragraphs), printed=printed)

    def _note(self, answer: Callable, values: list) -> str:
        """Return what is worth saying about an answer that passed."""
        from ddlearn.classroom.compare import numbers_in

        notes = [remark.words for remark in self.remarks if remark.fits(answer)]
        if self.no_loop and has_loop(answer):
            notes.append("It has a loop, and the exercise asks for none: whole tensors can do it at once.")
        if any(getattr(number, "requires_grad", False) for number in numbers_in(values)):
            notes.append("Your answer carries a gradient. `.detach()` leaves the numbers alone.")
        return " ".join(notes)

    @first_modes()
    def self_check(self) -> list[str]:
        """Return what is unfair about this exercise, in sentences; nothing if it is sound.

        The reference passes, a stub is "not started", each mistake is recognised as itself and told from the others,
        and the cases come from the generator: the same seed gives the same ones, another seed gives others.
        """
        from torch import as_tensor

        from ddlearn.classroom.compare import changed, numbers_in

        found = []
        verdict = self.check(self.reference)
        if not verdict.passed:
            found.append(f"the reference does not pass: {verdict.sentence}")
        if verdict.note:
            found.append(f"the reference passes with a note: {verdict.note}")
        if any(as_tensor(value).isnan().any() for value in numbers_in(self._answers(self.reference, seed=0))):
            found.append("the reference answers NaN, with which nothing can be compared")
        if self.check(lambda *arguments: TODO).status != "not started":
            found.append("a stub is not recognised as not started")
        ways = [(mistake.name, wrong) for mistake in self.mistakes for wrong in mistake.ways]
        for name, wrong in ways:
            verdict = self.check(wrong)
            if verdict.mistake != name:
                found.append(f"the mistake {name!r} gets another verdict: {verdict.sentence}")
        for remark in self.remarks:
            if self.check(remark.example).note != remark.words:
                found.append(f"the example of the remark {remark.name!r} does not pass with its words alone")
        answers = [(name, self._answers(wrong, seed=0)) for name, wrong in ways]
        for (one, ones), (other, others) in combinations(answers, 2):
            if one != other and self._same(ones, others):
                found.append(f"the mistakes {one!r} and {other!r} cannot be told apart on these cases")
        first, again, elsewhere = (self._arguments(seed) for seed in (0, 0, 1))
        if not first:
            found.append("there are no cases")
        if changed(first, again):
            found.append("the same seed gives other cases")
        if first and not changed(first, elsewhere):
            found.append("another seed gives the same cases: draw them from the generator")
        if not self.hints:
            found.append("there are no hints")
        return found

    def _arguments(self, seed: int) -> list[tuple]:
        from torch import Generator

        return [tuple(case) for case in self.cases(Generator().manual_seed(seed))]

    @first_modes()
    def _answers(self, function: Callable, seed: int, count: int | None = None) -> list:
        """Return what `function` answers in the first `count` cases; an error stands for what it stopped."""
        return [self._plain(answer_or_error(function, arguments)) for arguments in self._arguments(seed)[:count]]

    def _plain(self, value: object) -> object:
        """Return the number for a tensor without dimensions, unless its gradient is needed; all else as it is."""
        from torch import Tensor

        if self.trained or not isinstance(value, Tensor) or value.dim() or not value.is_floating_point():
            return value
        return value.item()

    def _same(self, answers: list, others: list) -> bool:
        from ddlearn.classroom.compare import Tolerance, same

        tolerance = Tolerance(self.rtol, self.atol)
        return all(same(one, other, tolerance) for one, other in zip(answers, others, strict=True))

    def _recognise(self, values: list, seed: int) -> Mistake | None:
        """Return the mistake whose answers, or errors, these are on every case; else one that knows them by sight.

        Who made one with numbers in float32 on the way is recognised too, unless the right answer is as near.
        """
        from ddlearn.classroom.compare import roughly_same

        ways = [
            (mistake, self._answers(wrong, seed, len(values))) for mistake in self.mistakes for wrong in mistake.ways
        ]
        found = next((mistake for mistake, answers in ways if self._same(values, answers)), None)
        if not found and not roughly_same(values, self._answers(self.reference, seed, len(values))):
            found = next((mistake for mistake, answers in ways if roughly_same(values, answers)), None)
        if found:
            return found
        seen = list(zip(self._arguments(seed), values, strict=False))
        return next((mistake for mistake in self.mistakes if mistake.knows(seen)), None)

    def _stopped(self, answer: Callable, outcome: Outcome, arguments: tuple, answered: bool) -> tuple[str, str] | None:
        """Return the rung and the words where a call gave no value to compare; `answered`: an earlier one did."""
        if outcome.timed_out:
            asked, loop = self._asked(arguments), "Is there a loop that never ends?"
            return "timed out", f"{asked} was still running after {self.timeout:g} seconds. {loop}"
        if outcome.error is not None:
            return "raised", self._error(answer, outcome.error, arguments)
        values = outcome.value if isinstance(outcome.value, (tuple, list)) else (outcome.value,)
        if any(value is TODO for value in values):
            return "not started", f"`{self.name}` still returns `TODO`. Write its body and run the cell again."
        if outcome.value is None and outcome.printed.strip():
            mend = "Printing shows a result and hands nothing on: write `return` where you wrote `print`."
            return "wrong type", f"`{self.name}` prints something and returns nothing. {mend}"
        if outcome.value is None and (answered or hands_back(answer)):
            branch = "Is there a branch, or a loop that ends, without a `return`?"
            words = f"`{self.name}` returns nothing in this case. {branch}\n\nThat was {self._asked(arguments)}."
            return "wrong type", words
        if outcome.value is None:
            return "not started", f"`{self.name}` returns nothing yet. If you wrote its body, end it with `return`."
        return None

    def _error(self, answer: Callable, error: BaseException, arguments: tuple) -> str:
        try:
            message = str(error)
        except Exception:  # a learner's own exception may fail even at this
            message = ""
        message = textwrap.shorten(message, MESSAGE_LIMIT, placeholder=" ...") if error.args else ""
        said = f"`{type(error).__name__}: {message}`" if message else f"`{type(error).__name__}`"
        if isinstance(error, RecursionError) and own_name.calls_itself(answer, error):
            said += (
                f"\n\nYour function calls itself, and never comes to an end. Inside its own body `{self.name}` is the "
                "function that you are writing."
            )
        place = where(error, answer)
        if place:
            line = f"In line {place[0]} of your cell" + (f", `{place[1]}`" if place[1] else "")
            mend = mixed_dtypes(message, dict(zip(self._names(len(arguments)), arguments, strict=True)))
            return f"{said}\n\n{line}, when asked {self._asked(arguments)}.{mend and ' '}{mend}"
        try:
            inspect.signature(answer).bind(*arguments)
        except (TypeError, ValueError):
            return f"It is called as {self._asked(arguments)}. Your function does not take these arguments.\n\n{said}"
        return f"{said}\n\nWhen asked {self._asked(arguments)}."

    def _faults(
        self, value: object, wanted: object, altered: list[bool], arguments: tuple
    ) -> Iterable[tuple[str, str, bool]]:
        from ddlearn.classroom.compare import Tolerance, fault

        found = fault(value, wanted, Tolerance(self.rtol, self.atol))
        if found:
            yield found.status, f"{found.words}\n\nThat was {self._asked(arguments)}.", found.right
        names = [f"`{name}`" for name, was in zip(self._names(len(altered)), altered, strict=True) if was]
        if names:
            mend = "Work on a copy (`.clone()`), or write `a = a + b` instead of `a += b`."
            were = "were no longer what they" if len(names) > 1 else "was no longer what it"
            yield "changed its input", f"After the call {listed(names)} {were} had been. {mend}", True

    def _names(self, count: int) -> list[str]:
        names = list(inspect.signature(self.reference).parameters)[:count]
        return names + [f"argument {number}" for number in range(len(names) + 1, count + 1)]

    def _asked(self, arguments: tuple) -> str:
        """Return the call in words: "`ridge(K, y)` with `K` of shape (5, 5) and `y` of shape (5,)"."""
        names = self._names(len(arguments))
        given = [f"`{name}` {described(value)}" for name, value in zip(names, arguments, strict=True)]
        return f"`{self.name}({', '.join(names)})`" + (f" with {listed(given)}" if given else "")

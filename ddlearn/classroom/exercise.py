"""An exercise is data: what is right, on which cases, which errors are classic, and what to say then.

`Exercise.check` asks a learner's function the questions of the ladder in `verdict`, on copies of the arguments and
within a time limit, and always ends with a `Verdict`. `Exercise.self_check` asks the exercise itself whether it is
fair: the tests of every lesson call it.
"""

import inspect
from collections.abc import Callable, Iterable
from copy import deepcopy
from dataclasses import dataclass
from itertools import combinations

import torch
from torch import Generator, Tensor

from ddlearn.classroom import own_name
from ddlearn.classroom.case import Case
from ddlearn.classroom.code import has_loop
from ddlearn.classroom.compare import changed, numbers_in, roughly_same, same
from ddlearn.classroom.fault import fault, other_dtype
from ddlearn.classroom.mistake import Mistake, Remark, answer_or_error
from ddlearn.classroom.modes import first_modes
from ddlearn.classroom.pattern import pattern
from ddlearn.classroom.sandbox import call
from ddlearn.classroom.verdict import TODO, Fault, Verdict
from ddlearn.classroom.wording import listed


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
    cases: Callable[[Generator], Iterable[tuple]]
    hints: tuple[str, ...] = ()
    mistakes: tuple[Mistake, ...] = ()
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
        values, wanted, faults, printed = [], [], [], ""
        for arguments in self._arguments(seed):
            given = deepcopy(arguments)
            with own_name.bound(answer, self.name, self.reference):
                outcome = call(answer, given, self.timeout)
            printed = printed or outcome.printed
            case = Case(self.name, answer, inspect.signature(self.reference).bind(*arguments).arguments)
            stopped = case.stopped(outcome, self.timeout, answered=bool(values))
            if stopped:
                mistake = self._recognize([*values, outcome.error], seed) if outcome.error else None
                if mistake:
                    return Verdict("classic mistake", f"{mistake.hint}\n\n{stopped.words}", mistake.name, printed)
                before = f" {_right_before(len(values))}" if values and not faults else ""
                return Verdict(stopped.status, stopped.words + before, printed=printed)
            if inspect.iscoroutine(outcome.value):
                outcome.value.close()
            values.append(outcome.value)
            wanted.append(self._plain(self.reference(*deepcopy(arguments))))
            found = self._faults(case, values[-1], wanted[-1], given)
            faults.extend((len(values) - 1, one) for one in found)
        if faults:
            return self._missed(values, wanted, faults, seed, printed)
        count = f"{len(values)} cases" if len(values) > 1 else "the case"
        right = f"`{self.name}` agrees with the course's own on {count}."
        return Verdict("passed", right, printed=printed, note=self._note(answer, values))

    def _faults(self, case: Case, value: object, wanted: object, given: tuple) -> Iterable[Fault]:
        """Yield what is wrong in one case: with the value, and with what was done to the arguments `given`."""
        found = fault(value, wanted)
        if found:
            yield Fault(found.status, f"{found.words}\n\nThat was {case.asked}.", found.right)
        before = zip(case.arguments.items(), given, strict=True)
        names = [f"`{name}`" for (name, was), now in before if changed(was, now)]
        if names:
            mend = "Work on a copy (`.clone()`), or write `a = a + b` instead of `a += b`."
            were = "were no longer what they" if len(names) > 1 else "was no longer what it"
            yield Fault("changed its input", f"After the call {listed(names)} {were} had been. {mend}", True)

    def _missed(self, values: list, wanted: list, faults: list[tuple[int, Fault]], seed: int, printed: str) -> Verdict:
        """Return the verdict on a wrong answer: a classic mistake, or the fault on the first rung of the ladder."""
        mistake = self._recognize(values, seed)
        if mistake:
            said = "\n\n".join(filter(None, (mistake.hint, other_dtype(values, wanted))))
            return Verdict("classic mistake", said, mistake.name, printed)
        _, first = min(faults, key=lambda found: found[1].rank)
        wrong = sorted({case for case, _ in faults})
        right, paragraphs = len(values) - len(wrong), [first.words]
        if first.status == "not yet":
            similar = pattern([values[i] for i in wrong], [wanted[i] for i in wrong])
            if similar and right:
                similar = f"Where it differs: {similar[0].lower()}{similar[1:]}"
            paragraphs = [similar, *paragraphs] if similar else paragraphs
        if right:
            are = "are" if right > 1 else "is"
            paragraphs.append(f"{right} of {len(values)} cases {are} right; this is one that is not.")
        return Verdict(first.status, "\n\n".join(paragraphs), printed=printed)

    def _note(self, answer: Callable, values: list) -> str:
        """Return what is worth saying about an answer that passed."""
        notes = [remark.words for remark in self.remarks if remark.fits(answer)]
        if self.no_loop and has_loop(answer):
            notes.append("It has a loop, and the exercise asks for none: whole tensors can do it at once.")
        if any(getattr(number, "requires_grad", False) for number in numbers_in(values)):
            notes.append("Your answer carries a gradient. `.detach()` leaves the numbers alone.")
        return " ".join(notes)

    @first_modes()
    def self_check(self) -> list[str]:
        """Return what is unfair about this exercise, in sentences; nothing if it is sound.

        The reference passes, a stub is "not started", each mistake is recognized as itself and told from the others,
        and the cases come from the generator: the same seed gives the same ones, another seed gives others.
        """
        found = []
        verdict = self.check(self.reference)
        if not verdict.passed:
            found.append(f"the reference does not pass: {verdict.sentence}")
        if verdict.note:
            found.append(f"the reference passes with a note: {verdict.note}")
        if any(torch.as_tensor(value).isnan().any() for value in numbers_in(self._answers(self.reference, seed=0))):
            found.append("the reference answers NaN, with which nothing can be compared")
        if self.check(lambda *arguments: TODO).status != "not started":
            found.append("a stub is not recognized as not started")
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
            if one != other and _same(ones, others):
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
        return [tuple(case) for case in self.cases(Generator().manual_seed(seed))]

    @first_modes()
    def _answers(self, function: Callable, seed: int, count: int | None = None) -> list:
        """Return what `function` answers in the first `count` cases; an error stands for what it stopped."""
        return [self._plain(answer_or_error(function, arguments)) for arguments in self._arguments(seed)[:count]]

    def _plain(self, value: object) -> object:
        """Return the number for a tensor without dimensions, unless its gradient is needed; all else as it is."""
        if self.trained or not isinstance(value, Tensor) or value.dim() or not value.is_floating_point():
            return value
        return value.item()

    def _recognize(self, values: list, seed: int) -> Mistake | None:
        """Return the mistake whose answers, or errors, these are on every case; else one that knows them by sight.

        Who made one with numbers in float32 on the way is recognized too, unless the right answer is as near.
        """
        ways = [
            (mistake, self._answers(wrong, seed, len(values))) for mistake in self.mistakes for wrong in mistake.ways
        ]
        found = next((mistake for mistake, answers in ways if _same(values, answers)), None)
        if not found and not roughly_same(values, self._answers(self.reference, seed, len(values))):
            found = next((mistake for mistake, answers in ways if roughly_same(values, answers)), None)
        if found:
            return found
        seen = list(zip(self._arguments(seed), values, strict=False))
        return next((mistake for mistake in self.mistakes if mistake.knows(seen)), None)


def _same(answers: list, others: list) -> bool:
    return all(same(one, other) for one, other in zip(answers, others, strict=True))


def _right_before(count: int) -> str:
    return f"The {count} cases before were right." if count > 1 else "The case before was right."

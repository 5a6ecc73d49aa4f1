"""An exercise is data: what is right, on which cases, which errors are classic, and what to say then."""

import functools
import inspect
from collections.abc import Callable, Iterable
from copy import deepcopy
from dataclasses import dataclass, replace
from itertools import combinations

import torch
from torch import Generator, Tensor

from ddlearn.arguments import one_of
from ddlearn.classroom.case import Case
from ddlearn.classroom.code import bound, has_loop
from ddlearn.classroom.compare import ROUGHLY, USUAL, changed, numbers_in, same
from ddlearn.classroom.fault import fault, other_dtype
from ddlearn.classroom.mistake import Mistake, Remark
from ddlearn.classroom.modes import first_modes
from ddlearn.classroom.pattern import pattern
from ddlearn.classroom.sandbox import call
from ddlearn.classroom.verdict import LADDER, Verdict
from ddlearn.classroom.wording import counted, listed


@dataclass(frozen=True, eq=False)
class Exercise:
    """One function to write.

    Args:
        name: what the learner's function is called; explorers name it in `uses`.
        title: a few words for the card.
        reference: the course's own implementation, a pure function; returns a tensor, a number or a tuple of these.
        cases: from a `torch.Generator`, the argument tuples to try; drawn from shapes and the generator, never typed.
        hints: the ladder of hints, the gentlest first.
        mistakes: classic errors. A wrong answer that equals a mistake's on every case gets that mistake's hint.
            One that is an `edit` becomes the edited reference here.
        timeout: seconds that one case may take; under a debugger there is no limit.
        no_loop: whether the exercise asks for none. A right answer with a loop passes, with a note.
        trained: whether the lesson trains with the answer. Then a number must be a tensor, which carries a gradient;
            elsewhere a Python number will do where the reference returns a tensor without dimensions.
        given: the name of the mistake that a learner begins with and has to repair; None where the body is `TODO`.
        remarks: notes on right answers that miss what the exercise is about.

    Raises:
        ValueError: if an edit's text does not stand in the reference exactly once, or `given` names no mistake.
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
    given: str | None = None

    def __post_init__(self):
        for name in ("mistakes", "remarks"):
            object.__setattr__(self, name, tuple(known.of(self.reference) for known in getattr(self, name)))
        if self.given is not None:
            one_of("given", self.given, tuple(mistake.name for mistake in self.mistakes))

    @first_modes()
    def check(self, answer: Callable, seed: int = 0) -> Verdict:
        """Ask `answer` every case, on copies and within the time limit, and return the verdict.

        Raises nothing but what the reference raises.
        """
        if not callable(answer):
            return Verdict("wrong type", f"`{self.name}` should be a function; it is a `{type(answer).__name__}`.")
        values, faults, printed = [], {}, ""
        wanted = answered(self, self.reference, seed)
        for arguments, right in zip(self._arguments(seed), wanted, strict=False):
            if isinstance(right, Exception):
                raise right
            given = deepcopy(arguments)
            with bound(answer, self.name, self.reference):
                outcome = call(answer, given, self.timeout)
            printed = printed or outcome.printed
            case = Case(self.name, answer, inspect.signature(self.reference).bind(*arguments).arguments)
            stopped = case.stopped(outcome, self.timeout, answered=bool(values))
            if stopped:
                mistake = self._recognize([*values, outcome.error], seed) if outcome.error else None
                if mistake:
                    return Verdict("classic mistake", f"{mistake.hint}\n\n{stopped.detail}", mistake.name, printed)
                before = f" Before it, {counted(len(values), 'case')} came out right." if values and not faults else ""
                return replace(stopped, detail=stopped.detail + before, printed=printed)
            if inspect.iscoroutine(outcome.value):
                outcome.value.close()
            values.append(outcome.value)
            if found := sorted(self._faults(case, outcome.value, right, given), key=_rank):
                faults[len(values) - 1] = found[0]
        if faults:
            return replace(self._missed(values, wanted, faults, seed), printed=printed)
        said = f"`{self.name}` agrees with the course's own on {counted(len(values), 'case')}."
        return Verdict("passed", said, printed=printed, note=self._note(answer, values))

    def _faults(self, case: Case, value: object, wanted: object, given: tuple) -> Iterable[Verdict]:
        """Yield what is wrong in one case: with the value, and with what was done to the arguments `given`."""
        found = fault(value, wanted)
        if found:
            yield replace(found, detail=f"{found.detail}\n\nThat was {case.asked}.")
        before = zip(case.arguments.items(), given, strict=True)
        names = [f"`{name}`" for (name, was), now in before if changed(was, now)]
        if names:
            mend = "Work on a copy (`.clone()`), or write `a = a + b` instead of `a += b`."
            said = f"The call changed {listed(names)}, which it was given. {mend}"
            yield Verdict("changed its input", said, right=True)

    def _missed(self, values: list, wanted: list, faults: dict[int, Verdict], seed: int) -> Verdict:
        """Return the verdict on a wrong answer: a classic mistake, or the fault on the first rung of the ladder.

        `faults` has that of each case that is wrong, by its number.
        """
        mistake = self._recognize(values, seed)
        if mistake and mistake.name == self.given:
            said = f"`{self.name}` still answers as the version that was given. Find the mistake in it, and repair it."
            return Verdict("not started", said, mistake.name)
        if mistake:
            said = "\n\n".join(filter(None, (mistake.hint, other_dtype(values, wanted))))
            return Verdict("classic mistake", said, mistake.name)
        first, right = min(faults.values(), key=_rank), len(values) - len(faults)
        similar = rest = ""
        if first.status == "not yet":
            similar = pattern([values[i] for i in faults], [wanted[i] for i in faults])
        if right:
            similar = similar and f"Where it differs: {similar[0].lower()}{similar[1:]}"
            rest = f"Right are {right} of {len(values)} cases; this is one that is not."
        return Verdict(first.status, "\n\n".join(filter(None, (similar, first.detail, rest))))

    def _note(self, answer: Callable, values: list) -> str:
        """Return what is worth saying about an answer that passed."""
        notes = [remark.words for remark in self.remarks if remark.noticed(answer)]
        if self.no_loop and has_loop(answer):
            notes.append("It has a loop, and the exercise asks for none: whole tensors can do it at once.")
        if any(getattr(number, "requires_grad", False) for number in numbers_in(values)):
            notes.append("Your answer carries a gradient. `.detach()` leaves the numbers alone.")
        return " ".join(notes)

    @first_modes()
    def self_check(self) -> list[str]:
        """Return what is unfair about this exercise, in sentences; nothing if it is sound.

        The reference passes, each mistake is recognized as itself and told from the others, and the cases come from the
        generator: the same seed gives the same ones, another seed gives others.
        """
        right = self.check(self.reference)
        nan = any(torch.as_tensor(one).isnan().any() for one in numbers_in(answered(self, self.reference, seed=0)))
        first, again, elsewhere = (self._arguments(seed) for seed in (0, 0, 1))
        complaints = {
            f"the reference does not pass: {right.sentence}": not right.passed,
            f"the reference passes with a note: {right.note}": right.note,
            "the reference answers NaN, with which nothing can be compared": nan,
            "there are no cases": not first,
            "the same seed gives other cases": changed(first, again),
            "another seed gives the same cases: draw them from the generator": first and not changed(first, elsewhere),
            "there are no hints": not self.hints,
        }
        found = [words for words, unfair in complaints.items() if unfair]
        answers = []
        for name, wrong in ((mistake.name, wrong) for mistake in self.mistakes for wrong in mistake.ways):
            answers.append((name, answered(self, wrong, seed=0)))
            verdict = self.check(wrong)
            if verdict.mistake != name:
                found.append(f"the mistake {name!r} gets another verdict: {verdict.sentence}")
        for remark in self.remarks:
            if self.check(remark.example).note != remark.words:
                found.append(f"the example of the remark {remark.name!r} does not pass with its words alone")
        for (one, ones), (other, others) in combinations(answers, 2):
            if one != other and same(ones, others):
                found.append(f"the mistakes {one!r} and {other!r} cannot be told apart on these cases")
        return found

    def _arguments(self, seed: int) -> list[tuple]:
        return list(map(tuple, self.cases(Generator().manual_seed(seed))))

    def _plain(self, value: object) -> object:
        """Return the number for a tensor without dimensions, unless its gradient is needed; all else as it is."""
        if self.trained or not isinstance(value, Tensor) or value.dim() or not value.is_floating_point():
            return value
        return value.item()

    def _recognize(self, values: list, seed: int) -> Mistake | None:
        """Return the mistake whose answers, or errors, these are on every case; else one that knows them by sight.

        Who made one with numbers in float32 on the way is recognized too, unless the right answer is as near.
        """
        count = len(values)
        ways = [(one, answered(self, wrong, seed)[:count]) for one in self.mistakes for wrong in one.ways]
        nearly_right = same(values, answered(self, self.reference, seed)[:count], ROUGHLY)
        for tolerance in (USUAL,) if nearly_right else (USUAL, ROUGHLY):
            for mistake, answers in ways:
                if same(values, answers, tolerance):
                    return mistake
        seen = list(zip(self._arguments(seed), values, strict=False))
        return next((mistake for mistake in self.mistakes if mistake.knows(seen)), None)


def answered(exercise: Exercise, function: Callable, seed: int) -> list:
    """Return what a reference or a mistake answers in each case, kept; an error stands for what it stopped."""
    return _answered(exercise, function, seed, torch.get_default_dtype())  # in which cases may be drawn


@functools.lru_cache(1000)
@first_modes()
def _answered(exercise: Exercise, function: Callable, seed: int, dtype: torch.dtype) -> list:
    answers = []
    for arguments in exercise._arguments(seed):
        try:
            answers.append(exercise._plain(function(*deepcopy(arguments))))
        except Exception as error:  # any: it is compared with a learner's
            answers.append(error.with_traceback(None))
    return answers


def _rank(fault: Verdict) -> tuple[int, bool]:
    """The place on the ladder; of two faults on one rung that comes first whose numbers are not right either."""
    return list(LADDER).index(fault.status), fault.right

"""A lesson: its exercises, explorers, predictions, questions and claims, and the wires between them."""

from collections.abc import Callable, Iterable, Mapping, MutableMapping
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import Any

from ddlearn import thread_pools
from ddlearn.arguments import one_of
from ddlearn.classroom import claims_table, expected, live, page, start_card
from ddlearn.classroom import projector as projector_view
from ddlearn.classroom.answer import Answer, ExerciseNotPassed, Tries, seed, source_of, stand_in, strict
from ddlearn.classroom.claim import Claim
from ddlearn.classroom.decision import Decision
from ddlearn.classroom.exercise import Exercise
from ddlearn.classroom.prediction import Prediction
from ddlearn.classroom.progress import Progress
from ddlearn.classroom.prose import inline, to_html
from ddlearn.classroom.questions import Questions, read
from ddlearn.classroom.quiz import Quiz, QuizItem
from ddlearn.classroom.verdict import Verdict
from ddlearn.classroom.wording import listed


@dataclass(frozen=True)
class Parts:
    """What a lesson is made of, as it was declared."""

    exercises: tuple[Exercise, ...]
    decisions: tuple[Decision, ...]
    explorers: tuple
    predictions: tuple[Prediction, ...]
    recap: Quiz
    quiz: Quiz
    claims: tuple[Claim, ...]


class Lesson:
    """One lesson of the course, declared by its room in `ddlearn.lessons` and used by its notebook.

    When an exercise passes, every explorer that uses it runs on the learner's own function; when a later version
    breaks, the explorer goes back to the reference, and the card says so.

    `slug` is its place and its room, "01_fixed_embeddings"; `number`, "01", stands before its claims' ids, and `room`,
    "fixed_embeddings", is the key of what a learner has done in it. `question` is the one that the lesson answers, in a
    line. `questions` is a file for `questions.read`; `predictions` come behind those in it. `difficulty` runs from 1 to
    5. `revealed_by` maps predictions, by name, to the explorer below which each is compared with its truth. `seconds`
    maps explorers, by name, and "claims" to what they take on the reference machine of `expected`, where that is a
    wait.

    `parts` holds what was declared; explorers are attributes by their name (`lesson.lift`); `engine` maps the names of
    the exercises that are passed to the learner's functions.
    """

    def __init__(
        self,
        slug: str,
        title: str,
        minutes: int,
        difficulty: int,
        question: str = "",
        questions: Path | None = None,
        exercises: Iterable[Exercise] = (),
        decisions: Iterable[Decision] = (),
        explorers: Iterable = (),
        predictions: Iterable[Prediction] = (),
        recap: Iterable[QuizItem] = (),
        quiz: Iterable[QuizItem] = (),
        claims: Iterable[Claim] = (),
        revealed_by: Mapping[str, str] | None = None,
        progress: Progress | None = None,
        seconds: Mapping[str, float] | None = None,
    ):
        self.number, _, self.room = slug.partition("_")
        self.slug, self.title, self.question = slug, title, question
        self.minutes, self.difficulty = minutes, difficulty
        asked = read(questions) if questions else Questions()
        self.parts = Parts(
            exercises=tuple(exercises),
            decisions=tuple(decisions),
            explorers=tuple(explorers),
            predictions=(*asked.predictions, *predictions),
            recap=Quiz(tuple(recap) or asked.recap),
            quiz=Quiz(tuple(quiz) or asked.quiz),
            claims=tuple(replace(claim, id=f"{self.number}.{claim.id}") for claim in claims),
        )
        self.engine: dict[str, Callable] = {}
        for explorer in self.parts.explorers:
            explorer.said, explorer.functions = self.prediction, self.engine
        self.seconds, self.revealed_by = dict(seconds or {}), dict(revealed_by or {})
        for name in self.seconds.keys() - {"claims"}:
            self._declared("seconds", "explorer", name).seconds = self.seconds[name]
        for name, explorer in self.revealed_by.items():
            prediction = self._declared("revealed_by", "prediction", name)
            if prediction.truth is None:
                raise ValueError(f"lesson {slug}: a prediction in revealed_by must have a truth; {name!r} has none")
            show = partial(self._with_record, prediction.compare)
            self._declared("revealed_by", "explorer", explorer).below.append(show)
        self._given_progress, self._progress = progress, None
        names = [one.name for one in (*self.parts.exercises, *self.parts.decisions)]
        self._tries = {name: Tries(lambda name=name: self.progress.record_hint(self.room, name)) for name in names}

    @property
    def progress(self) -> Progress:
        """The learner's record. It is opened at its first use: declaring a lesson touches no file."""
        return self._open()

    def __getattr__(self, name: str) -> Any:
        # Called only for names that are not found otherwise; a copy under construction has no `parts` yet.
        parts = self.__dict__.get("parts")
        explorers = {explorer.name: explorer for explorer in parts.explorers} if parts else {}
        if name in explorers:
            return explorers[name]
        there = f"its explorers are {listed(list(explorers))}" if explorers else "it has no explorers"
        raise AttributeError(f"this lesson has nothing called {name!r}; {there}")

    def __dir__(self) -> list[str]:
        return [*super().__dir__(), *(explorer.name for explorer in self.parts.explorers)]

    def __repr__(self) -> str:
        return f"<lesson {self.number}: {self.title}>"

    def start(self, projector: bool | None = None) -> None:
        """Install the keyboard shim and show one card: the lesson, the machine, the progress so far.

        `projector` turns the projector view on or off, as the button under the card does. Calling it again shows the
        card again and changes nothing else.
        """
        # The kernel is the course's own; on a host that grants one core of many, more threads only wait for each other.
        thread_pools.limit_threads()
        if projector is not None:
            projector_view.turn(projector)
        page.install()
        functions = [one.name for one in self.parts.exercises]
        kept = self.progress.lesson(self.room)["exercises"] if self._tries else {}
        done = start_card.so_far(list(self._tries), functions, kept, self.engine)
        page.show(start_card.card(self.number, self.title, self.minutes, self.difficulty, done))
        projector_view.show()
        start_card.make_room()
        self._show_notices()

    def exercise(self, name: str) -> Callable[[Callable], Answer]:
        """Return the decorator that checks the function below it and shows the verdict.

        Raises:
            ExerciseNotPassed: under `DDLEARN_STRICT=1`, if the function does not pass.
        """
        if callable(name):
            raise TypeError(f'write the name of the exercise in brackets: @lesson.exercise("{name.__name__}")')
        exercise = _named("exercise", name, self.parts.exercises)

        def check(function: Callable) -> Answer:
            function = function.written if isinstance(function, Answer) else function
            verdict, tries = exercise.check(function, seed()), self._tries[name]
            tries.misses += verdict.missed
            answer = Answer(exercise, function, verdict, tries)
            answer.show(self._wire(name, answer.runs if verdict.passed else None))
            self._keep(name, verdict, source_of(function))
            return answer

        return check

    problem = exercise  # of the problem set at the end: checked in the same way

    def decide(self, name: str, *values: object) -> None:
        """Check a choice that the learner defends with numbers, and show the verdict.

        Raises:
            ExerciseNotPassed: under `DDLEARN_STRICT=1`, if it is not right.
        """
        decision, tries = _named("decision", name, self.parts.decisions), self._tries[name]
        verdict = decision.check(values)
        tries.misses += verdict.missed
        decision.show(verdict, tries.misses)
        self._keep(name, verdict, repr(values))

    def catch_up(self, *names: str, up_to: str | None = None, namespace: MutableMapping | None = None) -> None:
        """Let the course's own functions stand in for those of the learner's that have not passed, and say so loudly.

        `catch_up("ridge")` for one, `catch_up(up_to="ridge")` for all to there, `catch_up()` for the whole lesson.
        Nothing is marked as passed and the record is not touched. ValueError for a name that no exercise has, and where
        there is no notebook whose `namespace` could be meant.
        """
        known = [exercise.name for exercise in self.parts.exercises]
        if names and up_to is not None:
            raise ValueError("give either the names of exercises or up_to, not both")
        if up_to is not None:
            names = known[: known.index(one_of("up_to", up_to, known)) + 1]
        meant = [_named("exercise", name, self.parts.exercises) for name in names or known]
        stand_in(meant, self.engine, namespace)

    def predict(self, name: str) -> None:
        """Show a prediction's question, with the answer of an earlier session if there was one."""
        self._with_record(_named("prediction", name, self.parts.predictions).show)

    def prediction(self, name: str) -> str | float | None:
        """Return what the learner predicted; None if nothing was recorded."""
        self._open()
        return _named("prediction", name, self.parts.predictions).answer

    def recap(self) -> None:
        """Show the retrieval questions on the lessons before."""
        self._with_record(self.parts.recap.show)

    def quiz(self) -> None:
        """Show the questions on this lesson."""
        self._with_record(self.parts.quiz.show)

    def claims(self, seeds: Iterable[int] = (0,)) -> None:
        """Measure the claims one after the other, saying which is under way, and show the table in its place."""
        seeds = list(seeds)
        claims, results = self.parts.claims, []
        wait = expected.words(self.seconds.get("claims", 0.0) * len(seeds))
        line = live.Line(_line(f"Measuring {len(claims)} claims ... {wait}".rstrip()))
        for number, claim in enumerate(claims, start=1):
            line.say(_line(f"Measuring claim {number} of {len(claims)}: {claim.statement}"))
            results.append(claim.run(seeds))
        line.end(claims_table.bundle(results, seeds))
        self.progress.record_claims(self.room, {result.claim.name: result for result in results})
        self._show_notices()

    def _declared(self, argument: str, what: str, name: str) -> Any:
        """Return a part that an argument names; a wrong name is said with the lesson, for whoever declares it."""
        return _named(f"lesson {self.slug}: the {what} in {argument}", name, getattr(self.parts, f"{what}s"))

    def _wire(self, name: str, function: Callable | None) -> str:
        """Hand the learner's function to the explorers that use it, or take it back; return what changed, in words."""
        earlier = self.engine.pop(name, None)
        if function is not None:
            self.engine[name] = function
        elif earlier is None:
            return ""
        using = [explorer for explorer in self.parts.explorers if name in explorer.uses]
        for explorer in using:
            explorer.refresh()
        said = "Your earlier version had passed. Back on the course's" if function is None else "On yours as well"
        return f"{said}: {listed([f'“{explorer.title}”' for explorer in using])}." if using else ""

    def _keep(self, name: str, verdict: Verdict, source: str) -> None:
        """Record a try; where all must pass, raise unless it did."""
        self.progress.record_exercise(self.room, name, verdict.status, source, verdict.made)
        self._show_notices()
        if strict() and not verdict.passed:
            raise ExerciseNotPassed(f"{name}: {verdict.sentence}")

    def _open(self) -> Progress:
        """Return the record; the first time, wire it: earlier answers come back, new ones are kept."""
        if self._progress is not None:
            return self._progress
        progress = self._progress = self._given_progress or Progress()
        room, kept = self.room, progress.lesson(self.room)
        for prediction in self.parts.predictions:
            prediction.restore(kept["predictions"].get(prediction.name, {}).get("value"))
            prediction.on_record = partial(progress.record_prediction, room, prediction.name)
        for part in ("recap", "quiz"):
            for number, item in enumerate(getattr(self.parts, part).items, start=1):
                name = f"{part}-{number}"
                item.restore(kept["quiz"].get(name, {}).get("chosen"))
                item.on_check = partial(progress.record_quiz, room, name)
        return progress

    def _with_record(self, show: Callable[[], None]) -> None:
        """Show a part with the learner's earlier answers, and what there is to say of the record."""
        self._open()
        show()
        self._show_notices()

    def _show_notices(self) -> None:
        for notice in self.progress.notices:
            page.show(page.card("!", "Your progress", to_html(notice), "bad"))
        self.progress.notices.clear()


def _named(what: str, name: str, parts: tuple) -> Any:
    one_of(what, name, [part.name for part in parts])
    return next(part for part in parts if part.name == name)


def _line(text: str) -> dict[str, str]:
    return {"text/html": f'<p role="status">{inline(text)}</p>', "text/plain": text}

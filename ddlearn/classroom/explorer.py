"""An explorer: controls, one pure function, one picture, one sentence.

    Explorer("ridge", "Kernel ridge", (Slider("width", "Width", 0.01, 10, 1, log=True),), fit, picture, sentence)

`show()` puts it into a notebook, `sweep()` walks it through every control without one, `set(...)` and `state` drive
it from a script. When an exercise passes, the lesson puts the learner's function into `functions`.
"""

import functools
import inspect
import random
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

from ddlearn.arguments import one_of
from ddlearn.classroom import expected
from ddlearn.classroom.board import CANCEL, RESET, SURPRISE, Board
from ddlearn.classroom.cache import cached
from ddlearn.classroom.controls import Control
from ddlearn.classroom.figure import LiveFigure
from ddlearn.classroom.latest import Job, Latest
from ddlearn.classroom.sweep import check_sentence, settings
from ddlearn.classroom.wording import listed

REMEMBERED = 64  # results kept: enough to step back and forth, small enough to forget about

Values = dict[str, object]


@dataclass(frozen=True)
class Wish:
    """One picture asked for: at which values, with whose functions, and what to say when it is there."""

    values: Values
    engine: dict[str, Callable]
    note: str = ""
    displayed: bool = False  # as a new output, not in the place of an earlier one


@dataclass(eq=False, repr=False)
class Explorer:
    """What `show` puts on the page.

    `compute(**values, **engine) -> result` gets one argument for each control, and one for each name in `uses` that
    the learner has built; its default is the course's own. If it has a parameter `progress`, it gets a function to call
    as `progress(fraction, words)`, which draws the bar and raises `Cancelled` once the learner has pressed Cancel or
    moved on.

    `picture(fig, result)` draws with a `Pen`, and `sentence(result)` says what is to be seen. If one of them has a
    parameter `said`, it gets a function that returns what the learner predicted, by the prediction's name, or None.
    `size` is that of the picture in inches. The controls named in `more` are hidden until the learner asks for them.
    `idle(values)` returns those that change nothing at these values, each with the reason: they are disabled, and the
    reason is shown. `pairs` names those of which the lesson speaks together: the book lets both of a pair move at once,
    every other control alone.

    Raises ValueError when two controls share a name, when `more` or `pairs` names none of them, or when `compute` has
    no argument for a control or a name in `uses`.
    """

    name: str
    title: str
    controls: Sequence[Control]
    compute: Callable
    picture: Callable
    sentence: Callable[..., str]
    uses: Sequence[str] = ()
    size: tuple[float, float] = (9.0, 4.0)
    more: Sequence[str] = ()
    idle: Callable[[Values], dict[str, str]] = lambda values: {}
    pairs: Sequence[tuple[str, str]] = ()

    def __post_init__(self):
        self.controls, self.uses = tuple(self.controls), tuple(self.uses)
        self.said: Callable[[str], object] = lambda name: None  # what was predicted; a lesson puts its own here
        self.figure = LiveFigure(self._told(self.picture), self._told(self.sentence), self.size)
        self.functions: dict[str, Callable] = {}  # the learner's, by name; a lesson puts its own here
        self.below: list[Callable[[], None]] = []  # what else `show` shows, under the figure
        self.seconds = 0.0  # that the first picture takes on the reference machine of `expected`
        self.error: Exception | None = None  # the last one, whole: the card has room for its sentence only
        self._control = {control.name: control for control in self.controls}
        self._require_arguments()
        self._reports = "progress" in inspect.signature(self.compute).parameters
        self._start = {control.name: control.start for control in self.controls}
        self._values, self._painted = self._start, None
        self._latest = Latest(self._result, self._paint, self._fail, self._wait)
        self.board: Board | None = None  # what stands on the page, once it is shown
        self.forget()

    def fresh(self) -> "Explorer":
        """Return another explorer that is declared alike, and knows nothing of this one."""
        return replace(self)

    # -- what a notebook calls

    def show(self) -> None:
        """Display controls and figure. Shown again it is the same explorer seen twice, and both views move together."""
        if self.board is None:
            presses = {RESET: self.reset, SURPRISE: self.surprise, CANCEL: self.cancel}
            self.board = Board(
                self.title, self.controls, self._values, self._moved, presses, self.figure.view, self.more
            )
            self.board.say(expected.words(self.seconds))
        self.board.explain(self.idle(self._values), self._engine_said())
        self.board.show()
        self._latest.grant(replace(self._wish(), displayed=True))
        for show in self.below:
            show()

    @property
    def engine(self) -> dict[str, Callable]:
        """The learner's functions that `compute` runs on, by name."""
        return {name: self.functions[name] for name in self.uses if name in self.functions}

    @property
    def state(self) -> Values:
        """Where each control stands, by name."""
        return dict(self._values)

    def set(self, **values) -> None:
        """Move controls from Python. Raises ValueError or TypeError for a name or a value that no control has."""
        self._move({**self._values, **self._accepted(values)})

    def reset(self) -> None:
        """Every control back to its start."""
        there = self._values == self._start
        self._move(self._start, "Everything stands at its start." if there else "Back at the start: {}.")

    def surprise(self) -> None:
        """Every control somewhere else, at random."""
        values, dice = self._values, random.Random()
        while values == self._values:
            values = {control.name: control.random(dice) for control in self.controls}
        self._move(values, "A surprise: {}.")

    def cancel(self) -> None:
        """Give up the computation under way. One that reports its progress stops; another ends unseen in its thread."""
        job = self._latest.cancel()
        if self.board is not None:
            still = f" The picture still shows {self._said(self._painted)}." if self._painted else ""
            self.board.say(f"Cancelled.{still}" if job else "Nothing is being computed.")

    def refresh(self) -> None:
        """Paint again, if it was shown, with the functions that are there now, and say whose they are."""
        mine = list(self.engine)
        self._submit(f"Now runs on your {listed(mine)}." if mine else "Painted again.")

    def forget(self) -> None:
        """Drop the results kept, and paint again: what `compute` reads beside its arguments has changed."""
        self._results = cached(REMEMBERED)(lambda **asked: self.compute(**asked))
        self._submit("Painted again.")

    async def settled(self) -> None:
        """Wait until the picture is that of the controls."""
        await self._latest.idle()

    # -- what a test or a printed page calls

    def still(self, **values) -> dict:
        """The figure as a mime bundle, these controls moved and the others at their start; nothing is displayed.

        Raises ValueError or TypeError for a name or a value that no control has.
        """
        wish = Wish({**self._start, **self._accepted(values)}, self.engine)
        return self.figure.bundle(self._result(Job(wish)))

    def data(self, **values) -> dict[str, list]:
        """Return the numbers behind the picture as columns, these controls moved and the others at their start.

        Raises ValueError or TypeError for a name or a value that no control has.
        """
        self.still(**values)
        return self.figure.numbers()

    def sweep(self, interiors: int = 3, pairs: bool = False) -> list[tuple[Values, str]]:
        """Compute, draw and describe at the places of `sweep.settings`, and return each of them with its sentence.

        Needs no notebook. Raises RuntimeError that names the setting where computing, drawing or describing fails, or
        where the sentence is empty, longer than three lines, or says "nan".
        """
        return [(values, self.checked(values)) for values in settings(self.controls, interiors, pairs)]

    def checked(self, values: Values) -> str:
        """Compute, draw and describe at the values of all controls; return the sentence. Raises as `sweep` does."""
        try:
            sentence = self.still(**values)["text/plain"]
            check_sentence(sentence)
        except Exception as error:
            where = ", ".join(f"{name}={value!r}" for name, value in values.items())
            raise RuntimeError(f"explorer {self.name!r} fails at {where}: {_sentence(error)}") from error
        return sentence

    # -- what was declared

    def _require_arguments(self) -> None:
        if len(self._control) < len(self.controls):
            names = ", ".join(control.name for control in self.controls)
            raise ValueError(f"explorer {self.name!r} has two controls of one name among {names}")
        for what, names in (("more", self.more), *(("pairs", pair) for pair in self.pairs)):
            for name in names:
                one_of(what, name, self._control)
        parameters = inspect.signature(self.compute).parameters
        missing = [name for name in (*self._control, *self.uses) if name not in parameters]
        if missing and all(parameter.kind is not parameter.VAR_KEYWORD for parameter in parameters.values()):
            has = ", ".join(parameters)
            raise ValueError(f"explorer {self.name!r}: compute has no argument {missing[0]!r}; it has {has}")

    def _told(self, function: Callable) -> Callable:
        asks = "said" in inspect.signature(function).parameters
        return functools.partial(function, said=lambda name: self.said(name)) if asks else function

    # -- moves

    def _accepted(self, values: Values) -> Values:
        for name in values:
            if name not in self._control:
                raise ValueError(f"explorer {self.name!r} has no control {name!r}; it has {', '.join(self._control)}")
        return {name: self._control[name].accept(value) for name, value in values.items()}

    def _move(self, values: Values, note: str = "") -> None:
        self._values = values
        for name, view in self.board.views.items() if self.board else ():
            view.write(values[name])
        self._submit(note.format(self._said(values)))

    def _moved(self, name: str, value, remark: str = "") -> None:
        """Take a move that the learner made on the page; `remark` says what became of a number that was typed."""
        self._values = {**self._values, name: value}
        self._submit(remark and f"{remark} Shows {self._said(self._values)}.")

    # -- from a wish to a picture

    def _submit(self, note: str) -> None:
        """Ask for a picture; an explorer that was never shown needs none."""
        if self.board is not None:
            self.board.explain(self.idle(self._values), self._engine_said())
            self._latest.submit(self._wish(note))

    def _wish(self, note: str = "") -> Wish:
        return Wish(self._values, self.engine, note)

    def _result(self, job: Job):
        progress = {"progress": job.progress} if self._reports else {}
        return self._results(**job.wish.values, **job.wish.engine, **progress)

    def _paint(self, job: Job, result) -> None:
        (self.figure.show if job.wish.displayed else self.figure.update)(result)
        self._painted = job.wish.values
        # Said on every move: where a control changes nothing in the picture, the learner still sees that it was heard.
        self.board.say(job.wish.note or f"Shows {self._said(job.wish.values)}.", self.figure.sentence)

    def _wait(self, job: Job) -> None:
        self.board.progress(job.words or "Computing …", job.fraction)

    def _fail(self, job: Job, error: Exception) -> None:
        self.error = error
        self.board.alarm(f"{_sentence(error)} The picture keeps its last state.")
        if job.wish.displayed:
            self.figure.show_words(f"No picture yet. {_sentence(error)}")

    def _said(self, values: Values) -> str:
        return listed([self._control[name].say(value) for name, value in values.items()])

    def _engine_said(self) -> str:
        parts = [f"{'your' if name in self.engine else 'the course’s'} <code>{name}</code>" for name in self.uses]
        return f"Runs on {listed(parts)}." if parts else ""


def _sentence(error: Exception) -> str:
    words = f"{type(error).__name__}: {error}" if str(error) else type(error).__name__
    return words if words.endswith((".", "!", "?")) else f"{words}."

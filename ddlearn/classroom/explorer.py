"""An explorer: controls, one pure function, one picture, one sentence.

    Explorer("ridge", "Kernel ridge", (Slider("width", "Width", 0.01, 10, 1, log=True),), fit, picture, sentence)

`show()` puts it into a notebook, `sweep()` walks it through every control without one, `set(...)` and `state` drive
it from a script. The function is the learner's to replace: it takes the exercises' functions as keyword arguments
(`uses`), with the course's own as defaults, and when an exercise passes the lesson puts the learner's into `engine`.
"""

import functools
import html
import inspect
import random
from collections.abc import Callable, Sequence

from ddlearn.classroom import expected
from ddlearn.classroom.board import Board
from ddlearn.classroom.cache import cached
from ddlearn.classroom.controls import Control
from ddlearn.classroom.figure import LiveFigure
from ddlearn.classroom.latest import Job, Latest, Wish
from ddlearn.classroom.sweep import check_sentence, settings
from ddlearn.classroom.wording import listed

REMEMBERED = 64  # results kept: enough to step back and forth, small enough to forget about
RESET, SURPRISE, CANCEL = "Reset", "Surprise me", "Cancel"

Values = dict[str, object]


class Explorer:
    """Controls, one pure function, one picture, one sentence.

    `compute(**values, **engine) -> result` gets one argument for each control, and one for each name in `uses` that
    the learner has built. If it has a parameter `progress`, it gets a function to call as `progress(fraction, words)`,
    which draws the bar and raises `Cancelled` once the learner has pressed Cancel or moved on.

    `picture(fig, result)` draws with a `Pen`, and `sentence(result)` says what is to be seen. If one of them has a
    parameter `said`, it gets a function that returns what the learner predicted, by the prediction's name, or None.
    `size` is that of the picture in inches.

    Raises ValueError when two controls share a name, or when `compute` has no argument for a control or a name in
    `uses`.
    """

    def __init__(
        self,
        name: str,
        title: str,
        controls: Sequence[Control],
        compute: Callable,
        picture: Callable,
        sentence: Callable[..., str],
        uses: Sequence[str] = (),
        size: tuple[float, float] = (9.0, 4.0),
    ):
        self._declared = {k: v for k, v in locals().items() if k not in ("self", "__class__")}
        self.name, self.title = name, title
        self.controls, self.compute, self.uses = tuple(controls), compute, tuple(uses)
        self.said: Callable[[str], object] = lambda name: None  # what was predicted; a lesson puts its own here
        self.figure = LiveFigure(self._told(picture), self._told(sentence), size)
        self.engine: dict[str, Callable] = {}
        self.below: list[Callable[[], None]] = []  # what else `show` shows, under the figure
        self.seconds = 0.0  # that the first picture takes on the reference machine of `expected`
        self.error: Exception | None = None  # the last one, whole: the card has room for its sentence only
        self._control = {control.name: control for control in self.controls}
        _require_arguments(self)
        self._reports = "progress" in inspect.signature(compute).parameters
        self._values, self._painted = self._start, None
        self._latest = Latest(self._result, self._paint, self._fail, self._wait)
        self._board: Board | None = None
        self._appearing = False  # between show() and the first picture
        self._dice = random.Random()
        self._results = self._new_results()

    def fresh(self) -> "Explorer":
        """Return another explorer that is declared alike, and knows nothing of this one."""
        return Explorer(**self._declared)

    # -- what a notebook calls

    def show(self) -> None:
        """Display controls and figure. Shown again it is the same explorer seen twice, and both views move together."""
        first = self._board is None
        if first:
            self._board = self._new_board()
        self._board.engine(self._engine_said())
        self._board.show(self._values)
        if first:
            self._board.say(expected.words(self.seconds))
        self._appearing = True
        try:
            self._latest.grant(self._wish())
            if self._appearing:
                self.figure.show_words(f"No picture yet. {_sentence(self.error)}")
        finally:
            self._appearing = False
        for show in self.below:
            show()

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
        values = self._values
        while values == self._values:
            values = {control.name: control.random(self._dice) for control in self.controls}
        self._move(values, "A surprise: {}.")

    def cancel(self) -> None:
        """Give up the computation under way. One that reports its progress stops; another ends unseen in its thread."""
        job = self._latest.cancel()
        if self._board is None:
            return
        self._board.enable(CANCEL, False)
        if job is None:
            self._board.say("Nothing is being computed.")
            return
        how = "Cancelled." if self._reports else "Cancelled: its thread ends by itself, and the result is thrown away."
        still = f" The picture still shows {self._said(self._painted)}." if self._painted else ""
        self._board.say(how + still)

    def refresh(self) -> None:
        """Paint again with the functions that `engine` holds now, and say whose they are.

        An explorer that was never shown stays as it is.
        """
        if self._board is not None:
            self._board.engine(self._engine_said())
            mine = [name for name in self.uses if name in self.engine]
            said = f"Now runs on your {listed(mine)}." if mine else "Painted again."
            self._latest.submit(self._wish(said))

    def forget(self) -> None:
        """Drop the results kept, and paint again: what `compute` reads beside its arguments has changed."""
        self._results = self._new_results()
        if self._board is not None:
            self._latest.submit(self._wish("Painted again."))

    async def settled(self) -> None:
        """Wait until the picture is that of the controls."""
        await self._latest.idle()

    @property
    def widgets(self) -> dict[str, tuple]:
        """The ipywidgets of each control, by the control's name; a slider has two. Empty before `show()`."""
        return {name: view.parts for name, view in self._board.views.items()} if self._board else {}

    @property
    def buttons(self) -> dict:
        """The buttons by their words. Empty before `show()`."""
        return self._board.buttons if self._board else {}

    @property
    def status(self) -> str:
        """What the status line says, in plain words."""
        return self._board.status if self._board else ""

    # -- what a test or a printed page calls

    def still(self, **values) -> dict:
        """The figure as a mime bundle, these controls moved and the others at their start; nothing is displayed.

        Raises ValueError or TypeError for a name or a value that no control has.
        """
        job = Job(Wish({**self._start, **self._accepted(values)}, self._engine_now()))
        return self.figure.bundle(self._result(job))

    def sweep(self, interiors: int = 3, pairs: bool = False) -> list[tuple[Values, str]]:
        """Compute, draw and describe at every corner, at every control's low, start and high, and at random interiors.

        With `pairs`, at as many corners as let any two controls meet at each pair of their ends, and at interiors.

        Needs no notebook. Returns each setting with its sentence. Raises RuntimeError that names the setting where
        computing, drawing or describing fails, or where the sentence is empty, longer than three lines, or says "nan".
        """
        swept = []
        for values in settings(self.controls, interiors, pairs):
            try:
                sentence = self.still(**values)["text/plain"]
                check_sentence(sentence)
            except Exception as error:
                where = ", ".join(f"{name}={value!r}" for name, value in values.items())
                raise RuntimeError(f"explorer {self.name!r} fails at {where}: {_sentence(error)}") from error
            swept.append((values, sentence))
        return swept

    def _told(self, function: Callable) -> Callable:
        """Return the function with `said`, if it asks for that."""
        if "said" not in inspect.signature(function).parameters:
            return function
        return functools.partial(function, said=lambda name: self.said(name))

    # -- moves

    @property
    def _start(self) -> Values:
        return {control.name: control.start for control in self.controls}

    def _accepted(self, values: Values) -> Values:
        accepted = {}
        for name, value in values.items():
            if name not in self._control:
                raise ValueError(f"explorer {self.name!r} has no control {name!r}; it has {', '.join(self._control)}")
            accepted[name] = self._control[name].accept(value)
        return accepted

    def _move(self, values: Values, note: str = "") -> None:
        self._values = values
        if self._board is not None:
            for name, view in self._board.views.items():
                view.write(values[name])
            self._latest.submit(self._wish(note.format(self._said(values))))

    def _moved(self, name: str, value, remark: str = "") -> None:
        self._values = {**self._values, name: value}
        self._latest.submit(self._wish(remark and f"{remark} Shows {self._said(self._values)}."))

    # -- from a wish to a picture

    def _wish(self, note: str = "") -> Wish:
        return Wish(self._values, self._engine_now(), note)

    def _engine_now(self) -> dict[str, Callable]:
        return {name: self.engine[name] for name in self.uses if name in self.engine}

    def _result(self, job: Job):
        progress = {"progress": job.progress} if self._reports else {}
        return self._results(**job.wish.values, **job.wish.engine, **progress)

    def _new_results(self) -> Callable:
        return cached(REMEMBERED)(lambda **asked: self.compute(**asked))

    def _paint(self, job: Job, result) -> None:
        if self._appearing:
            self.figure.show(result)
            self._appearing = False
        else:
            self.figure.update(result)
        self._painted = job.wish.values
        self._board.enable(CANCEL, False)
        # Said on every move: where a control changes nothing in the picture, the learner still sees that it was heard.
        self._board.say(job.wish.note or f"Shows {self._said(job.wish.values)}.", self.figure.sentence)

    def _wait(self, job: Job) -> None:
        self._board.enable(CANCEL, True)
        self._board.progress(job.words or "Computing …", job.fraction)

    def _fail(self, job: Job, error: Exception) -> None:
        self.error = error
        self._board.enable(CANCEL, False)
        self._board.alarm(f"{_sentence(error)} The picture keeps its last state.")

    def _said(self, values: Values) -> str:
        return listed([self._control[name].say(value) for name, value in values.items()])

    def _engine_said(self) -> str:
        if not self.uses:
            return ""
        whose = ["your" if name in self.engine else "the course’s" for name in self.uses]
        parts = [f"{owner} <code>{html.escape(name)}</code>" for owner, name in zip(whose, self.uses, strict=True)]
        return f"Runs on {listed(parts)}."

    def _new_board(self) -> Board:
        buttons = {RESET: self.reset, SURPRISE: self.surprise, CANCEL: self.cancel}
        board = Board(self.title, self.controls, self._values, self._moved, buttons, self.figure.view)
        board.enable(CANCEL, False)
        return board


def _sentence(error: Exception | None) -> str:
    words = f"{type(error).__name__}: {error}" if str(error) else type(error).__name__
    return words if words.endswith((".", "!", "?")) else f"{words}."


def _require_arguments(explorer: Explorer) -> None:
    names = [control.name for control in explorer.controls]
    if len(set(names)) < len(names):
        raise ValueError(f"explorer {explorer.name!r} has two controls of one name among {', '.join(names)}")
    parameters = inspect.signature(explorer.compute).parameters
    if any(parameter.kind is parameter.VAR_KEYWORD for parameter in parameters.values()):
        return
    for name in (*names, *explorer.uses):
        if name not in parameters:
            has = ", ".join(parameters)
            raise ValueError(f"explorer {explorer.name!r}: compute has no argument {name!r}; it has {has}")

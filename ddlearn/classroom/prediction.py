"""A prediction, recorded before the reveal: having said it, one remembers what came instead."""

from collections.abc import Callable
from dataclasses import dataclass

import ipywidgets

from ddlearn.arguments import between, one_of
from ddlearn.classroom import page
from ddlearn.classroom.control_views import SliderView, view
from ddlearn.classroom.controls import Slider
from ddlearn.classroom.live import button, column, radio, reply, say, show_question, words
from ddlearn.classroom.prose import to_html
from ddlearn.classroom.wording import brief

Value = str | float


@dataclass(eq=False)
class Prediction:
    """One question to answer before the figure does: a choice among `options`, or a number from `low` to `high`.

    Args:
        name: the key under which the answer is kept.
        question: a sentence or two; `backticks` mark code.
        options: the texts to choose from; None if the answer is a number.
        low, high: the range of the number; it is a whole one if both are.
        unit: what the number counts ("features"); stands behind it.
        truth: what turns out to be the case, where it is known beforehand. Never shown before the learner has answered.

    Raises:
        ValueError: if there is neither or both of options and a range, if the range is empty, or the truth outside.

    `answer` is the recorded value, or None. `on_record(value)` is called on each new one.
    """

    name: str
    question: str
    options: tuple[str, ...] | None = None
    low: float | None = None
    high: float | None = None
    unit: str = ""
    truth: Value | None = None

    def __post_init__(self):
        if (self.options is None) == (self.low is None or self.high is None):
            raise ValueError(f"prediction {self.name!r} must have either options, or low and high")
        if self.options is None and not self.low < self.high:
            raise ValueError(f"low must be below high; got low={self.low} and high={self.high}")
        if self.truth is not None:
            self._checked("truth", self.truth)
        self.answer: Value | None = None
        self.on_record: Callable[[Value], object] = lambda value: None
        self._comparison = None  # the handle of the card that compares

    def record(self, value: Value) -> str:
        """Keep `value` as the answer and return the sentence that says so.

        Raises:
            ValueError: if it is none of the options, or outside [low, high].
        """
        self.answer = self._checked("value", value)
        self.on_record(self.answer)
        if self._comparison is not None:
            self._comparison.update(self._compared_card(), raw=True)
        return self.recorded()

    def restore(self, value: object) -> None:
        """Take an answer from an earlier session; one that this version no longer offers is passed over."""
        try:
            self.answer = self._checked("value", value)
        except (TypeError, ValueError):
            self.answer = None

    def recorded(self) -> str:
        if self.answer is None:
            return "Nothing recorded yet. You may also go on without."
        shown = "whether it is so" if self.options else "how close you were"
        return f"Recorded: {self._said(self.answer)}. The figure will show {shown}."

    def compared(self) -> str:
        """Return "You said 60; it is 100." for a prediction whose truth is known beforehand."""
        quote = "“{}”" if self.options else "{}"
        is_so = quote.format(self._said(self.truth))
        if self.answer is None:
            return f"You made no prediction; it is {is_so}."
        said = quote.format(self._said(self.answer))
        return f"You said {said}, and so it is." if self.answer == self.truth else f"You said {said}; it is {is_so}."

    def compare(self) -> None:
        """Display a folded card that says how the answer compares with the truth. It follows a later answer."""
        self._comparison = page.show(self._compared_card())

    def _compared_card(self) -> dict:
        answered = self.answer is not None
        said = self.compared() if answered else "Nothing is recorded yet. Answer the question, and it will stand here."
        words = f"{to_html(self.question)}{to_html(said)}"
        folded = f"<details><summary>Open this once you have looked.</summary>{words}</details>"
        return page.card("?", "Your prediction, and what it turned out to be", folded, "note")

    def show(self) -> None:
        page.show(page.card("?", "Your prediction", to_html(self.question), "note"))
        show_question(self.widget(), self.choices())

    def choices(self) -> str:
        """Return what can be answered, for where no widget lives."""
        if self.options:
            return "\n".join(f"( ) {option}" for option in self.options)
        return f"A number from {brief(self.low)} to {self._said(self.high)}."

    def widget(self) -> ipywidgets.VBox:
        status = reply(self.recorded())
        if self.options:
            control = group = radio(self.question, self.options, self.answer)
        else:
            control = self._number_control(status)
            layout = {"max_width": "46em", "overflow": "visible"}
            group = ipywidgets.HBox([control.widget, words(self.unit)], layout=layout)

        def keep():
            chosen = control.value
            say(status, self.record(chosen) if chosen is not None else "Choose an answer first, then record it.")

        return column(group, button("Record my prediction", keep), status)

    def _number_control(self, status: ipywidgets.HTML) -> SliderView:
        start = self.answer if self.answer is not None else (self.low + self.high) / 2
        whole = isinstance(self.low, int) and isinstance(self.high, int)
        slider = Slider("value", self.question.replace("`", ""), self.low, self.high, start, whole=whole)
        control = view(slider, slider.start, lambda name, value, remark: remark and say(status, remark))
        control.widget.layout.flex = "1 1 auto"
        for part in control.parts:
            part.add_class("ddlearn-question")
        return control

    def _checked(self, name: str, value: Value) -> Value:
        return one_of(name, value, self.options) if self.options else between(name, value, self.low, self.high)

    def _said(self, value: Value) -> str:
        return value.rstrip(".") if self.options else f"{brief(value)} {self.unit}".rstrip()

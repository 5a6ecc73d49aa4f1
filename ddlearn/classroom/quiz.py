"""A quiz in which every wrong answer is answered: it speaks to the misconception that made it tempting."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass

import ipywidgets

from ddlearn.arguments import one_of
from ddlearn.classroom.live import button, column, radio, reply, say, show_question, words


@dataclass(frozen=True)
class Option:
    """One answer to choose, whether it is right, and what is said to whoever chooses it."""

    text: str
    right: bool
    answer: str


@dataclass
class QuizItem:
    """A question with its options; exactly one of them is right and each has something to say.

    `right` is the text of the right option, `answer` the one that was checked last, or None. `on_check(text, right)` is
    called on each check. An item belongs to one quiz.

    Raises:
        ValueError: if not exactly one option is right, if two have the same text, or if one has no answer.
    """

    question: str
    options: tuple[Option, ...]

    def __post_init__(self):
        if len(set(self.texts)) < max(2, len(self.texts)):
            raise ValueError(f"options must be two or more different texts; got {self.texts}")
        right = [option.text for option in self.options if option.right]
        if len(right) != 1:
            raise ValueError(f"exactly one option must be right, in a file `- [x]`; got {right}")
        if silent := [option.text for option in self.options if not option.answer.strip()]:
            raise ValueError(f"each option must have a reply, in a file behind ` | `; got none for {silent[0]!r}")
        self.right, self.answer = right[0], None
        self.on_check: Callable[[str, bool], object] = lambda text, right: None

    @property
    def texts(self) -> list[str]:
        return [option.text for option in self.options]

    def check(self, text: str | None) -> str:
        """Record the answer `text` and return what is said to it; None means that none was chosen."""
        if text is None:
            return "Nothing is chosen yet. Choose an answer, then check it: a wrong one is answered too."
        self.answer = one_of("text", text, self.texts)
        self.on_check(text, text == self.right)
        return self.said()

    def said(self) -> str:
        """Return what is said to the recorded answer; an empty text if there is none."""
        mark = "✓ Right." if self.answer == self.right else "✗ Not quite."
        return next((f"{mark} {option.answer}" for option in self.options if option.text == self.answer), "")

    def restore(self, answer: object) -> None:
        """Take the answer of an earlier session; one that this version no longer offers is passed over."""
        self.answer = answer if answer in self.texts else None

    def widget(self, number: int) -> ipywidgets.VBox:
        group, answer = radio(self.question, self.texts, self.answer), reply(self.said())
        check = button("Check", lambda: say(answer, self.check(group.value)))
        check.tooltip = f"Check question {number}"
        return column(words(f"{number}. {self.question}"), group, check, answer)


class Quiz:
    """A few questions, each with its own Check button; they are numbered from 1."""

    def __init__(self, items: Iterable[QuizItem]):
        self.items = tuple(items)

    def show(self) -> None:
        show_question(self.widget(), self.text())

    def text(self) -> str:
        """Return the questions and their options, for where no widget lives; it does not tell which are right."""
        lines = ["Quiz"]
        for number, item in enumerate(self.items, start=1):
            lines += [f"{number}. {item.question}", *(f"( ) {text}" for text in item.texts)]
        return "\n".join(lines)

    def widget(self) -> ipywidgets.VBox:
        return column(*(item.widget(number) for number, item in enumerate(self.items, start=1)))

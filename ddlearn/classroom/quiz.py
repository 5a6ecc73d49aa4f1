"""A quiz in which every wrong answer is answered: it speaks to the misconception that made it tempting."""

from collections.abc import Callable, Iterable, Mapping
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


@dataclass(frozen=True)
class QuizItem:
    """A question with its options; exactly one of them is right and each has something to say.

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

    @property
    def texts(self) -> list[str]:
        return [option.text for option in self.options]

    def choose(self, text: str) -> Option:
        return self.options[self.texts.index(one_of("text", text, self.texts))]


class Quiz:
    """A few questions, each with its own Check button.

    `answers` maps the item's number, from 1, to the text that was checked last. `on_check(number, text, right)` is
    called on each check.
    """

    def __init__(self, items: Iterable[QuizItem]):
        self.items = tuple(items)
        self.answers: dict[int, str] = {}
        self.on_check: Callable[[int, str, bool], object] = lambda number, text, right: None

    def check(self, number: int, text: str | None) -> str:
        """Record the answer `text` to item `number` and return what is said to it; None means that none was chosen."""
        item = self.items[one_of("number", number, range(1, len(self.items) + 1)) - 1]
        if text is None:
            return "Nothing is chosen yet. Choose an answer, then check it: a wrong one is answered too."
        option = item.choose(text)
        self.answers[number] = text
        self.on_check(number, text, option.right)
        return self.said(number)

    def said(self, number: int) -> str:
        """Return what is said to the recorded answer of item `number`; an empty text if there is none."""
        if number not in self.answers:
            return ""
        option = self.items[number - 1].choose(self.answers[number])
        return f"{'✓ Right.' if option.right else '✗ Not quite.'} {option.answer}"

    def restore(self, answers: Mapping[int, object]) -> None:
        """Take the answers of an earlier session; one that this version no longer offers is passed over."""
        for number, item in enumerate(self.items, start=1):
            if answers.get(number) in item.texts:
                self.answers[number] = answers[number]

    def show(self) -> None:
        show_question(self.widget(), self.text())

    def text(self) -> str:
        """Return the questions and their options, for where no widget lives; it does not tell which are right."""
        lines = ["Quiz"]
        for number, item in enumerate(self.items, start=1):
            lines += [f"{number}. {item.question}", *(f"( ) {text}" for text in item.texts)]
        return "\n".join(lines)

    def widget(self) -> ipywidgets.VBox:
        return column(*(self._item(number, item) for number, item in enumerate(self.items, start=1)))

    def _item(self, number: int, item: QuizItem) -> ipywidgets.VBox:
        group = radio(item.question, item.texts, self.answers.get(number))
        answer = reply(self.said(number))
        check = button("Check", lambda: say(answer, self.check(number, group.value)))
        check.tooltip = f"Check question {number}"
        return column(words(f"{number}. {item.question}"), group, check, answer)

"""The parts of a lesson as a page shows them: where a notebook has a button, a page has something to unfold.

Questions stand with their options, and every option's answer is folded away; an exercise stands as the learner meets
it, with its hints, its classic mistakes and its solution folded one by one.
"""

from collections.abc import Iterable

from markupsafe import Markup
from pygments import highlight
from pygments.formatters import HtmlFormatter
from pygments.lexers import PythonLexer

from ddlearn.classroom.exercise import Exercise
from ddlearn.classroom.explorer import Explorer
from ddlearn.classroom.prediction import Prediction
from ddlearn.classroom.prose import inline, to_html
from ddlearn.classroom.quiz import Quiz
from ddlearn.classroom.wording import listed

RIGHT, WRONG = "✓ Right.", "✗ Not quite."


def code(source: str) -> Markup:
    """Python with its words told apart, in black and white too."""
    inner = highlight(source.strip("\n"), PythonLexer(), HtmlFormatter(nowrap=True))
    return Markup("<pre><code>{}</code></pre>").format(Markup(inner))


def folded(summary: str, inside: str, kind: str = "") -> Markup:
    """Something to unfold."""
    opening = Markup('<details class="{}"><summary>{}</summary>').format(kind, summary)
    return Markup("{}{}</details>").format(opening, Markup(inside))


def questions(quiz: Quiz) -> Markup:
    """Every question with its options; what is said to each of them is folded."""
    items = []
    for number, item in enumerate(quiz.items, start=1):
        options = Markup("").join(Markup("<li>{}</li>").format(_words(option.text)) for option in item.options)
        replies = Markup("").join(
            Markup("<li><em>{}</em> <strong>{}</strong> {}</li>").format(
                _words(option.text), RIGHT if option.right else WRONG, _words(option.answer)
            )
            for option in item.options
        )
        answer = folded(f"Answers to question {number}", Markup("<ul>{}</ul>").format(replies))
        question = Markup('<p class="asked">{}</p>').format(_words(item.question))
        items.append(Markup('<li>{}<ul class="options">{}</ul>{}</li>').format(question, options, answer))
    return Markup('<ol class="questions">{}</ol>').format(Markup("").join(items))


def prediction(asked: Prediction) -> Markup:
    """The question and what can be answered; what turns out to be the case is folded, where it is known beforehand."""
    if asked.options:
        options = Markup("").join(Markup("<li>{}</li>").format(_words(option)) for option in asked.options)
        choices = Markup('<ul class="options">{}</ul>').format(options)
    else:
        choices = Markup(to_html(asked.choices()))
    told = Markup("")
    if asked.truth is not None:
        told = folded("What turns out", to_html(asked.compared().replace("You made no prediction; it is", "It is")))
    question = Markup(to_html(asked.question))
    return Markup('<div class="predict"><p><strong>Your prediction</strong></p>{}{}{}</div>').format(
        question, choices, told
    )


def exercise(asked: Exercise, stub: str, solution: str) -> Markup:
    """The stub; then, each folded: the hints, the classic mistakes with the hint that each gets, a solution."""
    hints = Markup("<ol>{}</ol>").format(_list(_words(hint) for hint in asked.hints))
    mistakes = Markup("<ul>{}</ul>").format(
        _list(
            Markup("<strong>{}</strong>: {}").format(_words(mistake.name), _words(mistake.hint))
            for mistake in asked.mistakes
        )
    )
    blocks = [Markup("<p><strong>Exercise: {}</strong></p>").format(_words(asked.title)), code(stub)]
    if asked.hints:
        blocks.append(folded(f"Hints for {asked.name}", hints))
    if asked.mistakes:
        blocks.append(folded(f"Classic mistakes in {asked.name}", mistakes))
    blocks.append(folded(f"A solution of {asked.name}", code(solution), "solution"))
    return Markup('<div class="exercise">{}</div>').format(Markup("").join(blocks))


def explorer(shown: Explorer, figure: str, stills: list[tuple[str, str]]) -> Markup:
    """The picture at the start of every control, and, folded, what it becomes at the ends of each."""
    start = listed([control.say(control.start) for control in shown.controls])
    said = Markup('<p class="soft">Shown at: {}. In the notebook each of these moves.</p>').format(start)
    title = Markup('<p class="title"><strong>{}</strong></p>').format(shown.title)
    moved = Markup("").join(
        Markup('<div class="still"><p><strong>{}</strong></p>{}</div>').format(setting, Markup(picture))
        for setting, picture in stills
    )
    more = folded(f"{shown.title}: one control moved at a time, {len(stills)} pictures", moved) if stills else ""
    return Markup('<div class="explorer">{}{}{}{}</div>').format(title, Markup(figure), said, more)


def _list(items: Iterable[Markup]) -> Markup:
    return Markup("").join(Markup("<li>{}</li>").format(item) for item in items)


def _words(text: str) -> Markup:
    return Markup(inline(text))

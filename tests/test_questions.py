"""Questions in Markdown: what a teacher writes is what a learner is asked, and a slip is named with its line."""

import re

import pytest

from ddlearn import lessons
from ddlearn.classroom.questions import read
from ddlearn.classroom.quiz import Option, QuizItem

GOOD = """\
# Predictions

## shape

What does the `test` error do, |x| < 2?

- [x] It falls.
- [ ] It rises,
  then falls.

## peak
Where does it peak?
A long question goes on.

And has a second paragraph.

An integer from 10 to 3,000 hidden units; it is 1,200.

## factor
By what factor?

A number from -1.5 to 10, times smaller.

# Quiz

## 1

What is linear?

- [ ] The curve. | Neither *is* a | b.
- [X] The weights: λ_max |w|. | That is
  why.
"""


@pytest.fixture
def parsed(tmp_path):
    def parse(text):
        path = tmp_path / "room" / "questions.md"
        path.parent.mkdir(exist_ok=True)
        path.write_text(text, "utf-8")
        return read(path)

    return parse


def test_a_file_is_read_as_it_is_written(parsed):
    found = parsed(GOOD)
    shape, peak, factor = found.predictions
    assert (shape.name, shape.question) == ("shape", "What does the `test` error do, |x| < 2?")
    assert (shape.options, shape.truth) == (("It falls.", "It rises, then falls."), "It falls.")
    assert peak.question == "Where does it peak? A long question goes on.\n\nAnd has a second paragraph."
    assert (peak.low, peak.high, peak.unit, peak.truth) == (10, 3000, "hidden units", 1200)
    assert all(isinstance(number, int) for number in (peak.low, peak.high, peak.truth))
    assert (factor.low, factor.high, factor.unit, factor.truth) == (-1.5, 10.0, "times smaller", None)
    assert isinstance(factor.high, float)
    assert found.recap == ()
    options = (
        Option("The curve.", False, "Neither *is* a | b."),
        Option("The weights: λ_max |w|.", True, "That is why."),
    )
    assert found.quiz == (QuizItem("What is linear?", options),)


def test_a_number_may_have_no_unit(parsed):
    (number,) = parsed("# Predictions\n## b\nHow much?\n\nA number from 0 to 1; it is 0.5.").predictions
    assert (number.low, number.high, number.unit, number.truth) == (0.0, 1.0, "", 0.5)


LAYOUT = "wanted are parts (# Predictions, # Recap, # Quiz), each once"

# what is changed in the good file -> the line that is named, and what is said
SLIPS = {
    "unknown part": ("# Quiz", "# Questions", 24, LAYOUT),
    "part twice": ("# Quiz", "# Predictions", 24, LAYOUT),
    "no part": ("# Predictions\n", "\n", 3, LAYOUT),
    "no heading": ("## shape\n", "\n", 5, LAYOUT),
    "no brackets": ("- [x] It falls.", "- It falls.", 7, LAYOUT),
    "empty brackets": ("- [x] It falls.", "- [] It falls.", 7, LAYOUT),
    "no answer": ("- [x] It falls.", "- [x]", 7, LAYOUT),
    "text below answers": ("  then falls.", "then falls.", 9, LAYOUT),
    "two truths": ("- [ ] It rises,", "- [x] It rises,", 3, 'exactly one answer must be "- [x]"'),
    "no truth": ("- [x] It falls.", "- [ ] It falls.", 3, "what turns out to be the case; got 0"),
    "one answer twice": ("It rises,\n  then falls.", "It falls.", 3, "two or more different ones"),
    "one answer only": ("- [ ] It rises,\n  then falls.\n", "", 3, "two or more different ones"),
    "reply to a prediction": (
        "- [x] It falls.",
        "- [x] It falls. | Yes.",
        3,
        "must have no reply; got 'It falls. | Yes.'",
    ),
    "two of a name": ("## factor", "## peak", 19, "a name of its own; got 'peak' twice"),
    "neither": ("A number from -1.5", "From -1.5", 19, "either answers or a line"),
    "both": ("- [ ] It rises,", "- [ ] A\n## z\n?\n\nA number from 1 to 2.\n- [ ] B\n", 9, "either answers or a line"),
    "number in other words": ("1.5 to 10", "1.5 till 10", 19, 'must be asked for as "A number from 1 to 10'),
    "not whole": ("from 10 to 3,000", "from 10.5 to 3,000", 11, "an integer must have no decimals; got 10.5"),
    "empty range": ("from 10 to 3,000", "from 5000 to 3,000", 11, "low must be below high"),
    "truth outside": ("it is 1,200", "it is 5", 11, "truth must be"),
    "no question": ("By what factor?\n", "", 19, 'the question must stand below its heading "factor"'),
    "no reply": ("The curve. | Neither *is* a | b.", "The curve.", 26, "each option must have a reply"),
    "empty reply": ("The curve. | Neither *is* a | b.", "The curve. | ", 26, "each option must have a reply"),
    "none right": ("- [X]", "- [ ]", 26, "exactly one option must be right"),
    "two right": ("- [ ] The curve.", "- [x] The curve.", 26, "exactly one option must be right"),
    "the same answer": ("The weights: λ_max |w|.", "The curve.", 26, "two or more different texts"),
}


@pytest.mark.parametrize(("old", "new", "line", "said"), SLIPS.values(), ids=SLIPS)
def test_a_slip_is_named_with_its_file_its_line_and_what_is_wanted(parsed, old, new, line, said):
    assert GOOD.count(old) >= 1
    with pytest.raises(ValueError, match=rf"^room/questions\.md, line {line}: .*{re.escape(said)}"):
        parsed(GOOD.replace(old, new, 1))


def test_a_file_that_is_not_there_is_said(tmp_path):
    with pytest.raises(FileNotFoundError, match=r"questions\.md"):
        read(tmp_path / "questions.md")


@pytest.mark.parametrize("slug", lessons.SLUGS)
def test_every_lesson_asks_what_its_file_says(slug):
    asked, parts = read(lessons.room(slug)["questions"]), lessons.load(slug).parts
    assert (parts.recap.items, parts.quiz.items) == (asked.recap, asked.quiz)
    assert [one.name for one in parts.predictions][: len(asked.predictions)] == [one.name for one in asked.predictions]

"""Hints and classic mistakes in Markdown: what is read, how it becomes an exercise's, and what is refused."""

from pathlib import Path

import pytest
import torch

from ddlearn import lessons
from ddlearn.classroom import Exercise, Hints, edit

FILE = """# mean_square

1. What is the mean of a square?
2. Divide by the number of entries.

- **n forgotten** `.sum() / len(x)` → `.sum()`
  Where is n?
  It is the number of entries.
- **root** ` / len(x)` → ` / len(x) ** 0.5`, `x.square()` → `x.abs()`
  That is no mean of squares.
- **not squared** `.square()` → nothing
  You took the mean itself.

- **the largest**
  `max` gives one entry. Use all of them.

# width

- **the smallest**
  Not the smallest.

# bare

- **n** `x` → `y`
"""


def mean_square(x):
    return x.square().sum() / len(x)


def cases(generator):
    for n in (3, 5):
        yield (torch.rand(n, generator=generator, dtype=torch.float64) + 1,)


def hints(folder, text=FILE):
    path = folder / "hints.md"
    path.write_text(text, "utf-8")
    return Hints(path)


WAYS = {"the largest": lambda x: x.max(), "n forgotten": lambda x: len(x) * mean_square(x)}


def test_an_exercise_is_made_of_a_file_and_the_ways_that_python_adds(tmp_path):
    found = hints(tmp_path)
    assert found.names == ["mean_square", "width", "bare"]
    exercise = Exercise("mean_square", "The mean square", mean_square, cases, **found.of("mean_square", WAYS))
    assert exercise.hints == ("What is the mean of a square?", "Divide by the number of entries.")
    assert [mistake.name for mistake in exercise.mistakes] == ["n forgotten", "root", "not squared", "the largest"]
    assert exercise.mistakes[0].hint == "Where is n? It is the number of entries."
    x = torch.tensor([1.0, 2.0, 4.0], dtype=torch.float64)
    assert [[float(way(x)) for way in mistake.ways] for mistake in exercise.mistakes] == [
        [21.0, 21.0],
        [pytest.approx(7 / 3**0.5)],
        [pytest.approx(7 / 3)],
        [4.0],
    ]
    assert exercise.self_check() == []
    assert exercise.check(lambda x: x.max()).mistake == "the largest"


def test_several_ways_and_a_sight_come_behind_the_edit(tmp_path):
    ways, sights = {**WAYS, "root": (edit("len(x)", "2"), lambda x: x)}, {"root": lambda x, answer: answer < 0}
    mistakes = hints(tmp_path).of("mean_square", ways, sights)["mistakes"]
    assert [len(mistake.ways) for mistake in mistakes] == [2, 3, 1, 1]
    assert [mistake.name for mistake in mistakes if mistake.sight] == ["root"]


@pytest.mark.parametrize(
    ("name", "ways", "words"),
    [
        ("bare", {}, "the mistake 'n' of 'bare' must have an edit or a way, and a hint"),
        ("square", {}, r'must have a heading "# square"; it has \[\'mean_square\', \'width\', \'bare\'\]'),
        ("mean_square", {"halved": mean_square}, "must have a hint for the mistake 'halved' of 'mean_square'"),
        ("mean_square", {}, "the mistake 'the largest' of 'mean_square' must have an edit or a way, and a hint"),
    ],
)
def test_what_nobody_implements_or_explains_is_refused(tmp_path, name, ways, words):
    with pytest.raises(ValueError, match=words):
        hints(tmp_path).of(name, ways)


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ("1. First.\n", 1),
        ("# a\n\n# a\n", 3),
        ("# a\n- n forgotten\n", 2),
        ("# a\n- **n** `x` -> `y`\n", 2),
        ("# a\n- **n** `x` → `y` or `z`\n", 2),
        ("# a\n- **n**\n  One.\n- **n**\n", 4),
        ("# a\n- **n**\nWhere is n?\n", 3),
        ("# a\nSome words.\n", 2),
    ],
)
def test_a_line_that_cannot_be_read_is_named(tmp_path, text, line):
    with pytest.raises(ValueError, match=rf'hints.md, line {line}: wanted is a heading "# name".*; got ') as refusal:
        hints(tmp_path, text)
    assert str(refusal.value).endswith(repr(text.splitlines()[line - 1]))


@pytest.mark.parametrize("slug", lessons.SLUGS)
def test_a_room_uses_all_that_its_file_says(slug):
    """A heading that no exercise asks for would be read by nobody."""
    parts = lessons.load(slug).parts
    asked = {one.name for one in (*parts.exercises, *parts.decisions)}
    assert set(Hints(Path(lessons.__file__).parent / slug / "hints.md").names) <= asked

"""The words of claims in Markdown: what is read, how it becomes a claim, and what is refused."""

import re
from pathlib import Path

import pytest

from ddlearn import lessons
from ddlearn.classroom import ClaimTexts, Measured
from ddlearn.classroom.claim import about, asymptotic, at_most, exact, theorem

FILE = """# Claims

Two of them. - **unit** is no item here.

## square
The square of a number that is wrapped
over two lines.

- **unit** times the number,
  squared
- **theorem** Theorem 1 of @cho2009, as tightened by @lee2019
- **control** the number itself

## limit
In the limit nothing is left.

- **unit** of it
- **asymptotic** @allen1974, @luntz1969: a law of @cho2009
"""


def power(seed, base, exponent=2):
    return float(base**exponent + seed)


SQUARE = Measured("square", about(9.0, 1.0), power, {"base": 3}, {"exponent": 1})
LIMIT = Measured("limit", at_most(0.5), abs)


def texts(folder, text=FILE):
    path = folder / "claims.md"
    path.write_text(text, "utf-8")
    return ClaimTexts(path)


def test_claims_are_made_of_a_file_and_of_what_python_measures(tmp_path):
    limit, square = texts(tmp_path).of(LIMIT, SQUARE)
    assert (square.id, square.statement) == ("square", "The square of a number that is wrapped over two lines.")
    assert square.band == about(9.0, 1.0, "times the number, squared")
    assert square.basis == theorem(("cho2009", "lee2019"), "Theorem 1 of @cho2009, as tightened by @lee2019")
    assert (square.control_note, limit.control, limit.control_note) == ("the number itself", None, "")
    assert limit.basis == asymptotic(("allen1974", "luntz1969", "cho2009"), "a law of @cho2009")
    result = square.run((0, 1))
    assert (result.measured, result.control_measured) == ([9.0, 10.0], [3.0, 4.0])


@pytest.mark.parametrize(
    ("words", "basis"),
    [
        ("**exact**", exact()),
        ("**exact** the chain rule", exact(source="the chain rule")),
        ("**exact** @allen1974: by hand: 3", exact("allen1974", "by hand: 3")),
        ("**asymptotic** @allen1974", asymptotic("allen1974")),
        ("**asymptotic** @allen1974, @cho2009", asymptotic(("allen1974", "cho2009"))),
        ("**exact** @allen1974 says: it holds", exact("allen1974", "@allen1974 says: it holds")),
        ("**exact** as in @allen1974", exact("allen1974", "as in @allen1974")),
    ],
)
def test_papers_stand_before_the_source_or_in_it(tmp_path, words, basis):
    (made,) = texts(tmp_path, f"## limit\nSo it is.\n\n- **unit** of it\n- {words}\n").of(LIMIT)
    assert made.basis == basis


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("## a\nIt is.\n## a\n", "claims.md, line 3: each claim must have one heading; got 'a' again"),
        ("## a\nIt is.\n- **units** m\n", "line 3: below the statement of 'a' a line must .* got '- \\*\\*units"),
        ("## a\nIt is.\n- unit m\n", "line 3: below the statement of 'a' a line must be indented, or begin as"),
        ("## a\nIt is.\n- **unit** m\n- **unit** s\n", "line 4: .* each once; got '- \\*\\*unit\\*\\* s'"),
        ("## a\nIt is.\n- **unit** m\nper second\n", "line 4: .* got 'per second'"),
    ],
)
def test_a_line_that_cannot_be_read_is_named(tmp_path, text, words):
    with pytest.raises(ValueError, match=words):
        texts(tmp_path, text)


@pytest.mark.parametrize(
    ("old", "new", "words"),
    [
        ("In the limit nothing is left.", "", "a statement, a unit and one basis"),
        ("- **unit** of it\n", "", "a statement, a unit and one basis"),
        ("- **unit** of it", "- **unit**", "a statement, a unit and one basis"),
        ("- **asymptotic** @allen1974, @luntz1969: a law of @cho2009", "", "a statement, a unit and one basis"),
        ("- **unit** of it", "- **unit** of it\n- **exact**", "a statement, a unit and one basis"),
        ("@allen1974, @luntz1969: a law of @cho2009", "a law", "papers must name one key"),
        ("a law of @cho2009", "a law of @cho", "must begin the key of a paper, such as @chizat2019; got"),
        ("a law of @cho2009", "a law of @cho2009\n- **control** it too", "a note where there is a control, and only"),
    ],
)
def test_what_a_text_lacks_is_said_with_its_claim(tmp_path, old, new, words):
    assert FILE.count(old) == 1
    with pytest.raises(ValueError, match=f"{tmp_path.name}/claims.md, claim 'limit': .*({words})"):
        texts(tmp_path, FILE.replace(old, new)).of(SQUARE, LIMIT)


@pytest.mark.parametrize(
    ("measured", "words"),
    [
        ([SQUARE], r"must speak of claims that are measured, \['square'\]; got 'limit'"),
        (
            [SQUARE, LIMIT, Measured("cube", about(1.0), abs)],
            r'must have a heading "## cube"; it has \[\'square\', \'li',
        ),
        ([Measured("square", about(1.0), abs), LIMIT], "claim 'square': there must be a note where there is a control"),
        ([SQUARE, Measured("limit", at_most(0.5, "m"), abs)], "claim 'limit': the unit must stand in the text alone"),
    ],
)
def test_words_and_measures_that_do_not_belong_together_are_refused(tmp_path, measured, words):
    with pytest.raises(ValueError, match=words):
        texts(tmp_path).of(*measured)


@pytest.mark.parametrize("slug", lessons.SLUGS)
def test_a_room_says_its_claims_in_the_order_of_the_page(slug):
    text = (Path(lessons.__file__).parent / slug / "claims.md").read_text("utf-8")
    assert re.findall(r"^## (.+)$", text, re.M) == [one.name for one in lessons.load(slug).parts.claims]

"""The refreshers: short, each with a number that the code under it gives."""

import doctest
import re
from pathlib import Path

import pytest

PAGES = sorted((Path(__file__).resolve().parents[1] / "solutions" / "refreshers").glob("*.md"))


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.stem)
def test_the_number_of_a_refresher_is_right(page):
    text = page.read_text("utf-8")
    assert "**A number.**" in text or "**Count.**" in text
    blocks = re.findall(r"^```python\n(.*?)^```", text, flags=re.M | re.S)
    test = doctest.DocTestParser().get_doctest("\n".join(blocks), {}, page.stem, str(page), 0)
    assert test.examples
    assert doctest.DocTestRunner().run(test).failed == 0


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.stem)
def test_a_refresher_takes_two_minutes(page):
    assert 60 <= len(page.read_text("utf-8").split()) <= 240

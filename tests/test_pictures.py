"""The opening pictures: as their scripts compute them, with words for who cannot see them, and inside the paper."""

import re
import sys
import xml.etree.ElementTree as ElementTree
from pathlib import Path

import pytest

FOLDER = Path(__file__).resolve().parents[1] / "solutions" / "pictures"
SVG = "{http://www.w3.org/2000/svg}"


@pytest.fixture(scope="module")
def drawings():
    sys.path.insert(0, str(FOLDER))
    import sheet

    yield sheet.drawings()
    sys.path.remove(str(FOLDER))


def numbers(text: str) -> list[float]:
    return [float(number) for number in re.findall(r"-?\d+\.?\d*", text)]


def test_each_file_is_what_its_script_computes(drawings):
    assert {path.stem for path in FOLDER.glob("*.svg")} == set(drawings)
    for name, drawing in drawings.items():
        kept, now = (FOLDER / f"{name}.svg").read_text("utf-8"), drawing.svg()
        # Another processor rounds otherwise: by a pixel at most, and never a word.
        assert re.sub(r"-?\d+\.?\d*", "#", kept) == re.sub(r"-?\d+\.?\d*", "#", now), name
        assert numbers(now) == pytest.approx(numbers(kept), abs=1), name


@pytest.mark.parametrize("path", sorted(FOLDER.glob("*.svg")), ids=lambda path: path.stem)
def test_a_picture_has_a_title_a_description_and_all_its_words_on_the_paper(path):
    root = ElementTree.parse(path).getroot()
    assert root.find(f"{SVG}title").text
    assert len(root.find(f"{SVG}desc").text.split()) >= 20
    width, height = float(root.get("width")), float(root.get("height"))
    for text in root.iter(f"{SVG}text"):
        words, size = "".join(text.itertext()), float(text.get("font-size"))
        long = 0.56 * size * len(words)  # wider than Helvetica is on average
        left = float(text.get("x")) - {"start": 0, "middle": long / 2, "end": long}[text.get("text-anchor")]
        assert left >= 0, words
        assert left + long <= width, words
        assert size <= float(text.get("y")) <= height, words

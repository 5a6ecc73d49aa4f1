"""The opening pictures: as their scripts compute them, with words for who cannot see them, and inside the paper."""

import re
import xml.etree.ElementTree as ElementTree
from importlib import import_module
from pathlib import Path

import pytest

FOLDER = Path(__file__).resolve().parents[1] / "solutions" / "pictures"
SVG = "{http://www.w3.org/2000/svg}"
NUMBER = re.compile(r"-?\d+\.?\d*")
NAMES = sorted({path.stem for path in FOLDER.glob("*.*")} - {"sheet"})
TRAINED = ("learned_embeddings", "leaving_the_lazy_regime")  # for seconds


def numbers(text: str) -> list[float]:
    return [float(number) for number in NUMBER.findall(text)]


@pytest.mark.parametrize(
    "name", [pytest.param(name, marks=pytest.mark.slow) if name in TRAINED else name for name in NAMES]
)
def test_each_file_is_what_its_script_computes(name, monkeypatch):
    monkeypatch.syspath_prepend(FOLDER)
    kept, now = (FOLDER / f"{name}.svg").read_text("utf-8"), import_module(name).draw().svg()
    # Another processor rounds otherwise: by a pixel at most, and never a word.
    assert NUMBER.sub("#", kept) == NUMBER.sub("#", now)
    assert numbers(now) == pytest.approx(numbers(kept), abs=1)


@pytest.mark.parametrize("name", NAMES)
def test_a_picture_has_a_title_a_description_and_all_its_words_on_the_paper(name):
    root = ElementTree.parse(FOLDER / f"{name}.svg").getroot()
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

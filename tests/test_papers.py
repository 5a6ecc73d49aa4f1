"""The bibliography: every entry whole and used, every claim's keys in it, and names as a sentence has them."""

import re
import subprocess
import sys
import unicodedata
from pathlib import Path

import pytest

from ddlearn import lessons, papers
from ddlearn.lessons.capstone import menu

ROOT = Path(__file__).resolve().parents[1]
RESTING = {claim.id: claim.basis for number in lessons.LESSONS for claim in lessons.load(number).parts.claims}
RESTING |= {one.name: one.basis for one in menu.QUESTIONS.values()}


@pytest.mark.parametrize(
    ("keys", "words"),
    [
        (("allen1974",), "Allen 1974"),
        (("cho2009",), "Cho and Saul 2009"),
        (("chizat2019",), "Chizat, Oyallon and Bach 2019"),
        (("lee2019", "du2019a"), "Lee et al. 2019; Du and Hu 2019a"),
        (("dascoli2020",), "d'Ascoli et al. 2020"),
        (("curth2023",), "Curth, Jeffares and van der Schaar 2023"),
    ],
)
def test_a_paper_is_named_by_its_authors_and_year(keys, words):
    assert papers.cite(*keys) == words


def test_an_entry_tells_all_that_a_list_of_references_needs():
    entry = papers.paper("breiman1983")
    assert entry.authors == ("Leo Breiman", "David Freedman")
    assert (entry.venue, entry.year) == ("Journal of the American Statistical Association", 1983)
    assert entry.full.startswith("Leo Breiman and David Freedman (1983). How Many Variables Should Be Entered in a")
    assert papers.paper("langford2003").title == "PAC-Bayes & Margins"
    assert papers.paper("maurer2004").url == "https://arxiv.org/abs/cs/0411099"
    assert papers.paper("luntz1969").url == ""


def test_a_key_that_is_not_there_is_refused_with_near_ones():
    with pytest.raises(ValueError, match=r"such as .*chizat2019.*got 'chizat2018'"):
        papers.cite("chizat2018")


def test_only_mentions_in_a_text_are_replaced():
    assert papers.named("As @cho2009, not a@b.org.") == "As Cho and Saul 2009, not a@b.org."


def test_the_file_is_in_order_and_each_key_is_surname_and_year():
    keys = papers.keys()
    assert keys == sorted(keys)
    for key in keys:
        entry = papers.paper(key)
        surname = re.sub(r"[^a-z]", "", unicodedata.normalize("NFKD", entry.surnames[0].lower()))
        assert re.fullmatch(rf"{surname}{entry.year}[a-z]?", key), key
        assert entry.title


def test_claims_rest_on_papers_of_the_bibliography_and_every_entry_is_cited_somewhere():
    cited = {key for basis in RESTING.values() for key in basis.papers}
    assert cited <= set(papers.keys())
    assert [name for name, basis in RESTING.items() if "@" in str(basis)] == []
    pages = "".join(path.read_text("utf-8") for path in (ROOT / "solutions").glob("*.py"))
    assert set(papers.keys()) - cited - set(papers.mentioned(pages)) == set()


@pytest.mark.parametrize("page", ["README.md", "CONTRIBUTING.md", "ddlearn/course/book/pages.py"])
def test_no_page_promises_that_each_band_is_a_theorem_s_or_a_paper_s(page):
    text = " ".join((ROOT / page).read_text("utf-8").split())
    assert not re.search(r"\b(theorem|theory) or (from )?(the|a) paper", text)
    assert re.search(r"threshold of our own", text)


def test_the_library_opens_without_reading_the_bibliography():
    check = "import sys, ddlearn, ddlearn.lessons as lessons; lessons.load('00'); assert 'pybtex' not in sys.modules"
    subprocess.run([sys.executable, "-c", check], check=True, cwd=ROOT)

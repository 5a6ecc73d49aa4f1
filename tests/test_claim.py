"""Claims: a band that knows its edges, errors that stay in their line, a table that can be read without eyes."""

import math
import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ddlearn.classroom import claim as claims
from ddlearn.classroom import claims_table
from ddlearn.classroom.claim import Claim


def claim(**changes):
    given = {
        "id": "00.test",
        "statement": "Two and two & two < seven.",
        "basis": "theorem",
        "papers": ("chizat2019",),
        "source": "Theorem <1>",
        "expected": 6.0,
        "tolerance": 0.5,
        "measure": lambda scale, seed: 6.0 + 0.1 * seed,
        "control": lambda scale, seed: 9.0,
        "control_note": "one two left out",
    }
    return Claim(**(given | changes))


def broken(scale, seed):
    if seed == 1:
        raise ZeroDivisionError("of <course>")
    return 6.0


@given(
    expected=st.floats(-1e6, 1e6),
    tolerance=st.floats(0, 1e6),
    value=st.floats(),
    sense=st.sampled_from(["about", "at_least", "at_most"]),
)
def test_a_value_lies_in_the_band_or_it_does_not(expected, tolerance, value, sense):
    inside = claim(expected=expected, tolerance=tolerance, sense=sense).holds_for(value)
    low = -math.inf if sense == "at_most" else expected - tolerance
    high = math.inf if sense == "at_least" else expected + tolerance
    assert inside is (math.isfinite(value) and low <= value <= high)


@pytest.mark.parametrize(
    ("sense", "tolerance", "unit", "band"),
    [
        ("about", 0.5, "", "6 ± 0.5"),
        ("about", 0.0, "ms", "6 ms"),
        ("at_least", 0.5, "", "at least 5.5"),
        ("at_most", 0.5, "times", "at most 6.5 times"),
    ],
)
def test_the_band_is_said_in_words(sense, tolerance, unit, band):
    assert claim(sense=sense, tolerance=tolerance, unit=unit).band == band


def test_a_claim_holds_if_every_seed_does_and_its_control_must_fail_on_every_seed():
    assert claim().run("laptop", (0, 1, 5)).holds
    assert not claim().run("laptop", (0, 1, 6)).holds
    assert not claim().run("laptop", ()).holds
    assert claim().run("laptop", (0, 1)).control_fails
    assert not claim(control=lambda scale, seed: 9.0 - 3.0 * seed).run("laptop", (0, 1)).control_fails
    assert claim(control=None).run("laptop", (0,)).control_fails is None


def test_scale_and_seed_reach_the_measure():
    told = []

    def measure(scale, seed):
        told.append((scale, seed))
        return 6

    result = claim(measure=measure, control=None).run("gpu", iter((3, 4)))
    assert told == [("gpu", 3), ("gpu", 4)]
    assert result.measured == [6.0, 6.0]
    assert result.seconds >= 0


def test_what_a_measure_raises_stays_in_its_result():
    result = claim(measure=broken).run("laptop", (0, 1, 2))
    assert result.measured == [6.0]
    assert result.error == "ZeroDivisionError: of <course>"
    assert not result.holds
    assert result.control_fails
    result = claim(control=broken).run("laptop", (0, 1))
    assert result.holds
    assert not result.control_fails
    assert result.control_error == "ZeroDivisionError: of <course>"


@pytest.mark.parametrize("changes", [{"sense": "roughly"}, {"tolerance": -1.0}, {"tolerance": math.nan}])
def test_a_band_that_makes_no_sense_is_refused(changes):
    with pytest.raises(ValueError, match="must be"):
        claim(**changes)


@pytest.mark.parametrize(
    ("basis", "keys", "source", "words"),
    [
        ("theorem", ("chizat2019",), "Theorem 2.3", "Theorem 2.3 of Chizat, Oyallon and Bach 2019"),
        ("theorem", ("lee2019",), "Theorem 1 of @lee2019, from the abstract", "Theorem 1 of Lee et al. 2019, from the"),
        ("exact", (), "", "Exact identity"),
        ("exact", ("allen1974",), "with nλ held fixed", "Exact: with nλ held fixed; Allen 1974"),
        ("asymptotic", ("allen1974", "lee2019"), "", "Asymptotic law; Allen 1974 and Lee et al. 2019"),
        (
            "ours",
            ("cho2009", "allen1974", "lee2019"),
            "a",
            "Our threshold: a; idea of Cho and Saul 2009, Allen 1974 and",
        ),
        ("paper", ("allen1974",), "Table 2", "Number reported by Allen 1974: Table 2"),
        ("ours", (), "half of the best", "Our threshold: half of the best"),
        ("ours", ("allen1974",), "half of the best", "Our threshold: half of the best; idea of Allen 1974"),
    ],
)
def test_the_basis_is_said_in_words(basis, keys, source, words):
    assert claim(basis=basis, papers=keys, source=source).basis_words.startswith(words)


@pytest.mark.parametrize(
    ("changes", "named"),
    [
        ({"basis": "floor"}, "basis must be"),
        ({"papers": ()}, "papers must name one key"),
        ({"basis": "asymptotic", "papers": ()}, "papers must name one key"),
        ({"basis": "paper", "papers": ()}, "papers must name one key"),
        ({"source": ""}, "source must say"),
        ({"basis": "paper", "source": ""}, "source must say"),
        ({"basis": "ours", "source": ""}, "source must say"),
        ({"source": "Theorem 1 of @lee2019"}, "lee2019 missing"),
    ],
)
def test_a_basis_that_lacks_something_is_refused(changes, named):
    with pytest.raises(ValueError, match=named):
        claim(**changes)


def test_papers_are_a_tuple_of_keys():
    with pytest.raises(TypeError, match="papers must be a tuple"):
        claim(papers="chizat2019")


def power(seed, base, exponent=1):
    return float(base**exponent + seed)


def declared(**changes):
    """A claim about `power`, short of nothing but its cause and its control."""
    given = {
        "id": "power",
        "statement": "Eight is two to the third.",
        "band": claims.about(8.0, 1.0, "of something"),
        "basis": claims.exact(),
        "measure": power,
    }
    return claims.claim(**(given | changes))


def test_a_claim_is_a_function_its_cause_and_its_counter_cause():
    made = declared(cause={"base": 2, "exponent": 3}, control=({"exponent": 1}, "the first power"))
    result = made.run("laptop", (0, 1))
    assert (result.measured, result.control_measured) == ([8.0, 9.0], [2.0, 3.0])
    assert (result.holds, result.control_fails, made.control_note) == (True, True, "the first power")
    assert (made.expected, made.tolerance, made.sense, made.unit) == (8.0, 1.0, "about", "of something")


def test_a_control_may_be_another_function_or_none():
    another = declared(cause={"base": 8}, control=(lambda seed: 100.0 + seed, "another number"))
    assert another.run("laptop", (1,)).control_measured == [101.0]
    assert another.control_note == "another number"
    assert declared(cause={"base": 8}).run("laptop", (0,)).control_fails is None
    assert declared(measure=lambda seed: 8.0).run("laptop", (0,)).holds


@pytest.mark.parametrize(
    ("band", "words", "inside", "outside"),
    [
        (claims.about(2.0), "2", 2.0, 2.1),
        (claims.about(2.0, 0.5, "ms"), "2 ± 0.5 ms", 2.5, 2.6),
        (claims.at_least(2.0, "ms"), "at least 2 ms", 2.0, 1.9),
        (claims.at_most(2.0), "at most 2", 2.0, 2.1),
    ],
)
def test_a_band_is_said_and_kept(band, words, inside, outside):
    made = declared(band=band)
    assert made.band == words
    assert made.holds_for(inside)
    assert not made.holds_for(outside)


@pytest.mark.parametrize(
    ("basis", "words"),
    [
        (claims.theorem("chizat2019", "Theorem 2.3"), "Theorem 2.3 of Chizat, Oyallon and Bach 2019"),
        (claims.theorem(("allen1974", "cho2009"), "Theorem 1"), "Theorem 1 of Allen 1974 and Cho and Saul 2009"),
        (claims.exact(), "Exact identity"),
        (claims.exact("allen1974", "with nλ held fixed"), "Exact: with nλ held fixed; Allen 1974"),
        (claims.asymptotic("allen1974"), "Asymptotic law; Allen 1974"),
        (claims.paper("allen1974", "Table 2"), "Number reported by Allen 1974: Table 2"),
        (claims.ours(source="half of the best"), "Our threshold: half of the best"),
    ],
)
def test_a_basis_is_said_with_its_papers(basis, words):
    assert declared(basis=basis).basis_words == words


def test_a_basis_that_needs_a_source_or_a_paper_says_so():
    with pytest.raises(ValueError, match="source must say"):
        declared(basis=claims.ours())
    with pytest.raises(ValueError, match="papers must name one key"):
        declared(basis=claims.asymptotic(()))


def test_the_number_of_a_lesson_is_no_part_of_a_claims_name():
    assert claim(id="01.loo-test").name == claim(id="loo-test").name == "loo-test"


def table(*claims, seeds=(0,)):
    return claims_table.bundle([one.run("laptop", seeds) for one in claims], seeds)


def test_the_table_has_a_caption_headed_columns_and_no_raw_text():
    text = table(claim(), claim(measure=broken), seeds=(0, 1))["text/html"]
    assert text.count("<caption") == 1
    assert re.findall(r'<th scope="col"[^>]*>([^<]*)</th>', text) == list(claims_table.COLUMNS)
    assert text.count('<th scope="row"') == 2
    assert "Two and two &amp; two &lt; seven." in text
    assert "Theorem &lt;1&gt; of <a href=" in text
    assert ">Chizat, Oyallon and Bach 2019</a>" in text
    assert "of &lt;course&gt;" in text
    assert "of <course>" not in text
    for row in re.findall(r"<tr>.*?</tr>", text)[1:]:
        assert row.count("<td") == len(claims_table.COLUMNS) - 1


def test_a_claim_that_fails_is_said_with_what_to_do_and_the_others_stand():
    bundle = table(claim(), claim(measure=lambda scale, seed: 60.0))
    for text in bundle.values():
        assert claims_table.HOLDS in text
        assert claims_table.FAILS in text
        assert "1 of 2 claims hold on this machine (1 seed" in text
        assert "lesson.claims(seeds=range(5))" in text
    assert "news, not an accident" not in table(claim())["text/plain"]


def test_the_words_carry_what_the_table_carries():
    words = table(claim(), seeds=(0, 1))["text/plain"]
    for piece in (
        "(Theorem <1> of Chizat, Oyallon and Bach 2019)",
        "6 ± 0.5",
        "6.05 (6 to 6.1 over 2 seeds)",
        "9 (9 to 9 over 2 seeds)",
        "one two left out",
    ):
        assert piece in words
    assert "outside the band, as it must be" in words
    assert "control: none" in table(claim(control=None))["text/plain"]
    assert "it shows nothing" in table(claim(control=lambda scale, seed: 6.0))["text/plain"]


def test_a_measure_that_is_not_a_number_is_shown_as_such():
    assert "measured nan" in table(claim(measure=lambda scale, seed: math.nan))["text/plain"]

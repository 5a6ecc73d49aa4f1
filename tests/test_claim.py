"""Claims: a band that knows its edges, errors that stay in their line, a table that can be read without eyes."""

import math
import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ddlearn.classroom import claims_table
from ddlearn.classroom.claim import (
    Band,
    Basis,
    about,
    asymptotic,
    at_least,
    at_most,
    claim,
    exact,
    ours,
    paper,
    theorem,
)


def declared(**changes):
    given = {
        "id": "00.test",
        "statement": "Two and two & two < seven.",
        "band": about(6.0, 0.5),
        "basis": theorem("chizat2019", "Theorem <1>"),
        "measure": lambda seed: 6.0 + 0.1 * seed,
        "control": (lambda seed: 9.0, "one two left out"),
    }
    return claim(**(given | changes))


def broken(seed):
    if seed == 1:
        raise ZeroDivisionError("of <course>")
    return 6.0


@given(expected=st.floats(-1e6, 1e6), tolerance=st.floats(0, 1e6), value=st.floats())
def test_a_value_lies_in_the_band_or_it_does_not(expected, tolerance, value):
    finite = math.isfinite(value)
    near = finite and expected - tolerance <= value <= expected + tolerance
    assert (value in about(expected, tolerance)) is near
    assert (value in at_least(expected)) is (finite and value >= expected)
    assert (value in at_most(expected)) is (finite and value <= expected)


@pytest.mark.parametrize(
    ("band", "words", "inside", "outside"),
    [
        (about(6.0, 0.5), "6 ± 0.5", 6.5, 6.6),
        (about(6.0, unit="ms"), "6 ms", 6.0, 6.1),
        (at_least(5.5), "at least 5.5", 5.5, 5.4),
        (at_most(6.5, "times"), "at most 6.5 times", 6.5, 6.6),
    ],
)
def test_a_band_is_said_and_kept(band, words, inside, outside):
    assert str(band) == words
    assert inside in band
    assert outside not in band


@pytest.mark.parametrize("wrong", [("roughly", 1.0), ("about", 1.0, -1.0), ("about", 1.0, math.nan)])
def test_a_band_that_makes_no_sense_is_refused(wrong):
    with pytest.raises(ValueError, match="must be"):
        Band(*wrong)


def test_a_claim_holds_if_every_seed_does_and_its_control_must_fail_on_every_seed():
    assert declared().run((0, 1, 5)).holds
    assert not declared().run((0, 1, 6)).holds
    assert not declared().run(()).holds
    assert declared().run((0, 1)).control_fails
    assert not declared(control=(lambda seed: 9.0 - 3.0 * seed, "")).run((0, 1)).control_fails
    assert declared(control=None).run().control_fails is None


def test_what_a_measure_raises_stays_in_its_result():
    result = declared(measure=broken).run((0, 1, 2))
    assert result.measured == [6.0]
    assert result.error == "ZeroDivisionError: of <course>"
    assert not result.holds
    assert result.control_fails
    result = declared(control=(broken, "")).run((0, 1))
    assert result.holds
    assert not result.control_fails
    assert result.control_error == "ZeroDivisionError: of <course>"


@pytest.mark.parametrize(
    ("basis", "words"),
    [
        (theorem("chizat2019", "Theorem 2.3"), "Theorem 2.3 of Chizat, Oyallon and Bach 2019"),
        (theorem(("allen1974", "cho2009"), "Theorem 1"), "Theorem 1 of Allen 1974 and Cho and Saul 2009"),
        (theorem("lee2019", "Theorem 1 of @lee2019, in short"), "Theorem 1 of Lee et al. 2019, in short"),
        (exact(), "Exact identity"),
        (exact("allen1974", "with nλ held fixed"), "Exact: with nλ held fixed; Allen 1974"),
        (asymptotic("allen1974"), "Asymptotic law; Allen 1974"),
        (asymptotic(("allen1974", "lee2019")), "Asymptotic law; Allen 1974 and Lee et al. 2019"),
        (paper("allen1974", "Table 2"), "Number reported by Allen 1974: Table 2"),
        (ours(source="half of the best"), "Our threshold: half of the best"),
        (ours("allen1974", "half of the best"), "Our threshold: half of the best; idea of Allen 1974"),
    ],
)
def test_a_basis_is_said_with_its_papers(basis, words):
    assert str(basis) == words


@pytest.mark.parametrize(
    ("kind", "keys", "source", "named"),
    [
        ("floor", ("chizat2019",), "Theorem 1", "basis must be"),
        ("theorem", (), "Theorem 1", "papers must name one key"),
        ("asymptotic", (), "", "papers must name one key"),
        ("paper", (), "Table 2", "papers must name one key"),
        ("theorem", ("chizat2019",), "", "source must say"),
        ("paper", ("chizat2019",), "", "source must say"),
        ("ours", (), "", "source must say"),
        ("theorem", ("chizat2019",), "Theorem 1 of @lee2019", "lee2019 missing"),
    ],
)
def test_a_basis_that_lacks_something_is_refused(kind, keys, source, named):
    with pytest.raises(ValueError, match=named):
        Basis(kind, keys, source)


def test_papers_are_a_tuple_of_keys():
    with pytest.raises(TypeError, match="papers must be a tuple"):
        theorem(["chizat2019"], "Theorem 1")


def power(seed, base, exponent=1):
    return float(base**exponent + seed)


def test_a_claim_is_a_function_its_cause_and_its_counter_cause():
    cause, control = {"base": 2, "exponent": 3}, ({"exponent": 1}, "the first power")
    made = declared(band=about(8.0, 1.0), measure=power, cause=cause, control=control)
    result = made.run(iter((0, 1)))
    assert (result.measured, result.control_measured) == ([8.0, 9.0], [2.0, 3.0])
    assert (result.holds, result.control_fails, made.control_note) == (True, True, "the first power")
    assert result.seconds >= 0


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"cause": {"base": 2, "exponnet": 3}}, r"cause .* power\(seed, base, exponent\): .* argument 'exponnet'"),
        ({"cause": {}}, "cause .*: missing a required argument: 'base'"),
        ({"cause": {"base": 2}, "control": ({"bass": 1}, "")}, "control .*argument 'bass'"),
        ({"cause": {"base": 2}, "control": (power, "")}, "control .*: missing a required argument: 'base'"),
        ({"measure": lambda: 1.0}, r"cause .* <lambda>\(\): too many positional arguments"),
    ],
)
def test_arguments_that_do_not_fit_the_measure_are_refused_when_the_claim_is_made(changes, words):
    with pytest.raises(TypeError, match=f"the {words}") as refused:
        declared(**{"measure": power} | changes)
    assert "of the claim '00.test' must fit" in str(refused.value)


def test_a_function_that_does_not_tell_its_arguments_is_taken_as_it_is():
    assert declared(measure=max, cause={"default": 0}, control=None).measure.keywords == {"default": 0}


def test_the_number_of_a_lesson_is_no_part_of_a_claims_name():
    assert declared(id="01.loo-test").name == declared(id="loo-test").name == "loo-test"


def table(*claims, seeds=(0,)):
    return claims_table.bundle([one.run(seeds) for one in claims], seeds)


def test_the_table_has_a_caption_headed_columns_and_no_raw_text():
    text = table(declared(), declared(measure=broken), seeds=(0, 1))["text/html"]
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
    bundle = table(declared(), declared(measure=lambda seed: 60.0))
    for text in bundle.values():
        assert claims_table.HOLDS in text
        assert claims_table.FAILS in text
        assert "1 of 2 claims hold on this machine (1 seed" in text
        assert "lesson.claims(seeds=range(5))" in text
    assert "news, not an accident" not in table(declared())["text/plain"]


def test_the_words_carry_what_the_table_carries():
    words = table(declared(), seeds=(0, 1))["text/plain"]
    for piece in (
        "(Theorem <1> of Chizat, Oyallon and Bach 2019)",
        "6 ± 0.5",
        "6.05 (6 to 6.1 over 2 seeds)",
        "9 (9 to 9 over 2 seeds)",
        "one two left out",
    ):
        assert piece in words
    assert "outside the band, as it must be" in words
    assert "control: none" in table(declared(control=None))["text/plain"]
    assert "it shows nothing" in table(declared(control=(lambda seed: 6.0, "")))["text/plain"]


def test_a_measure_that_is_not_a_number_is_shown_as_such():
    assert "measured nan" in table(declared(measure=lambda seed: math.nan))["text/plain"]

"""`ddlearn claims`: every claim over seeds, its control beside it, and an exit code that tells the truth."""

import json
from types import SimpleNamespace

import pytest

from ddlearn import lessons
from ddlearn.classroom.claim import Claim, about, exact
from ddlearn.course import claims


def claim(name: str, measure, control=None) -> Claim:
    return Claim(f"01.{name}", "It is one.", about(1.0, 0.1), exact(), measure, control)


def one(seed: int) -> float:
    return 1.0 + 0.01 * seed


def far(seed: int) -> float:
    return 9.0


def broken(seed: int) -> float:
    raise RuntimeError("no such thing")


@pytest.fixture
def course(monkeypatch):
    """A course of one lesson with the claims that are given."""

    def declare(*declared: Claim) -> None:
        monkeypatch.setattr(lessons, "LESSONS", {"01": "small"})
        small = SimpleNamespace(parts=SimpleNamespace(claims=declared))
        monkeypatch.setattr(lessons, "load", lambda number: small)

    return declare


def test_every_seed_is_measured_and_written(course, tmp_path, capsys):
    course(claim("is-one", one, far))
    assert claims.main([], json=tmp_path / "claims.json", seeds=3) == 0
    (record,) = json.loads((tmp_path / "claims.json").read_text("utf-8"))
    assert record["measured"] == [1.0, 1.01, 1.02]
    assert record["control_measured"] == [9.0, 9.0, 9.0]
    expected = {"id": "01.is-one", "lesson": "01", "statement": "It is one.", "basis": "exact", "expected": 1.0}
    assert expected.items() <= record.items()
    assert (record["papers"], record["source"], record["basis_words"]) == ([], "", "Exact identity")
    assert (record["tolerance"], record["holds"], record["control_fails"]) == (0.1, True, True)
    assert "1 of 1 claims hold" in capsys.readouterr().out


def test_who_stops_the_command_keeps_what_it_measured(course, tmp_path):
    def stopped(seed: int) -> float:
        if seed == 1:
            raise KeyboardInterrupt
        return 1.0

    course(claim("is-one", one), claim("is-stopped", stopped), claim("never", one))
    with pytest.raises(KeyboardInterrupt):
        claims.main([], json=tmp_path / "claims.json", seeds=2)
    first, second = json.loads((tmp_path / "claims.json").read_text("utf-8"))
    assert (first["id"], first["measured"]) == ("01.is-one", [1.0, 1.01])
    assert (second["id"], second["measured"]) == ("01.is-stopped", [1.0])


@pytest.mark.parametrize(
    ("declared", "measured", "holds", "control_fails"),
    [
        (claim("false", far), [9.0, 9.0], False, None),
        (claim("control-holds", one, one), [1.0, 1.01], True, False),
        (claim("raises", broken), [], False, None),
        (claim("not-a-number", lambda seed: float("nan")), [None, None], False, None),
        (claim("infinite", lambda seed: float("inf")), [None, None], False, None),
    ],
)
def test_one_that_does_not_hold_or_whose_control_does_is_exit_code_1(
    course, tmp_path, capsys, declared, measured, holds, control_fails
):
    course(claim("is-one", one), declared)
    assert claims.main(["1"], json=tmp_path / "claims.json", seeds=2) == 1
    first, second = json.loads((tmp_path / "claims.json").read_text("utf-8"))
    assert first["holds"]
    assert (second["measured"], second["holds"], second["control_fails"]) == (measured, holds, control_fails)
    assert ("01.raises: RuntimeError: no such thing" in capsys.readouterr().out) == (declared.id == "01.raises")


def test_a_lesson_that_is_not_there_is_refused(course):
    course()
    with pytest.raises(ValueError, match=r"There is no lesson 07. There are: 01."):
        claims.main(["7"])

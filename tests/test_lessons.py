"""Every lesson, as data: its exercises are fair, its explorers survive every control, its claims hold over seeds."""

import inspect
import math
import re
from pathlib import Path

import numpy
import pytest

from ddlearn import lessons
from ddlearn.classroom.claim import Claim
from ddlearn.classroom.style import style
from ddlearn.classroom.sweep import settings
from ddlearn.course import build
from ddlearn.lessons import LESSONS, SLUGS, load

ROOT = Path(__file__).resolve().parents[1]
ROOMS = {number: load(number) for number in LESSONS}
DEAR = {
    "fixed_embeddings": ("loo-test",),
    "neural_tangent_kernel": ("widths",),
    "leaving_the_lazy_regime": ("diagonal",),
    "real_steps_real_widths": ("steps",),
    "learning_curves": ("left-out",),
    "double_descent_solved": ("exact",),
    "double_descent_trained": ("clocks",),
    "capstone": ("experiment", "leave-one-out"),
}
"""Explorers of seconds though they are none for which one is told to wait; claims that are exact on average, over many
draws."""


def marked(room, part, *more, said="", slow=False):
    """A part of a lesson for a test. What takes long `make test` sees in its notebook alone, as shipped and solved."""
    slow = slow or part.name in room.seconds or part.name in DEAR.get(room.room, ())
    name = part.id if isinstance(part, Claim) else f"{room.number}-{part.name}"
    return pytest.param(
        room, part, *more, id=f"{name}-{said}" if said else name, marks=pytest.mark.slow if slow else ()
    )


def each(kind):
    return [marked(room, part) for room in ROOMS.values() for part in getattr(room.parts, kind)]


EXPLORERS = [(room, explorer) for room in ROOMS.values() for explorer in room.parts.explorers]
CLAIMS = [(room, claim) for room in ROOMS.values() for claim in room.parts.claims]
PAIRS, CORNERS = {"interiors": 0, "pairs": True}, {"interiors": 3}
SWEEPS = [marked(*one, PAIRS, 3, said="pairs of ends") for one in EXPLORERS]
SWEEPS += [marked(*one, CORNERS, 12, said="all corners", slow=True) for one in EXPLORERS]
# Notebooks measure at seed 0 as they are shipped and at seed 1 where they are solved.
AT_SEEDS = [marked(*one, [2], said="one seed", slow=one[1].basis.kind != "exact") for one in CLAIMS]
AT_SEEDS += [marked(*one, range(5), said="five seeds", slow=True) for one in CLAIMS]


def test_every_exercise_with_a_version_to_repair_names_its_mistake():
    """Its source has one, behind `# BEGIN GIVEN`; else the book and the card would take it for a learner's own try."""
    for room in ROOMS.values():
        source = build.read(ROOT / "solutions" / f"{room.slug}.py")
        begun = {exercise.name for exercise in room.parts.exercises} & set(build.given(source))
        assert begun == {exercise.name for exercise in room.parts.exercises if exercise.given}, room.slug


@pytest.mark.parametrize(("room", "exercise"), each("exercises"))
def test_an_exercise_is_fair_and_each_classic_mistake_has_its_own_hint(room, exercise):
    assert exercise.self_check() == []
    hints = {mistake.hint for mistake in exercise.mistakes}
    assert len(hints) == len(exercise.mistakes) >= 4, "hints.md: four mistakes or more, each with a hint of its own"


@pytest.mark.parametrize(("room", "decision"), each("decisions"))
def test_a_decision_is_fair_and_each_wrong_choice_has_its_own_hint(room, decision):
    assert decision.self_check() == []
    hints = {mistake.hint for mistake in decision.mistakes}
    assert len(hints) == len(decision.mistakes) >= 1, "hints.md: one mistake or more, each with a hint of its own"


@pytest.mark.parametrize(("room", "explorer", "walk", "last"), SWEEPS)
def test_an_explorer_survives_every_control_and_its_pictures_are_whole(room, explorer, walk, last, monkeypatch):
    """Only what moved is drawn anew (`classroom.background`); a full draw of the same figure must give the same pixels.

    It is compared at the last settings: corners and random places, far from each other.
    """
    live, drawn, different = explorer.figure, 0, []
    first = len([*settings(explorer.controls, **walk)]) - last
    png = live.png

    def checked(result):
        nonlocal drawn
        picture = png(result)
        drawn += 1
        if drawn > first:
            ours = numpy.array(live.figure.canvas.buffer_rgba())
            with style():
                live.figure.canvas.draw()
            if not numpy.array_equal(ours, numpy.array(live.figure.canvas.buffer_rgba())):
                different.append(drawn)
        return picture

    monkeypatch.setattr(live, "png", checked)
    swept = explorer.sweep(**walk)
    assert drawn == len(swept)
    assert different == [], [swept[number - 1] for number in different]
    assert len({sentence for _, sentence in swept}) > len(swept) / 2, "the sentence hardly changes with the controls"


class Called(Exception):
    """A learner's function was: nothing is computed to its end here, as it is where a notebook is solved."""


@pytest.mark.parametrize(("room", "explorer"), each("explorers"))
def test_an_explorer_runs_on_the_learners_functions(room, explorer):
    parameters = inspect.signature(explorer.compute).parameters
    assert {*explorer.uses} <= {exercise.name for exercise in room.parts.exercises}
    for name in explorer.uses:

        def learners(*arguments):
            raise Called

        values = {control.name: control.start for control in explorer.controls}
        values |= {"kernel": "rbf"} if "kernel" in values else {}
        with pytest.raises(Called):
            explorer.compute(**values, **{name: learners})
        assert parameters[name].default is not inspect.Parameter.empty


@pytest.mark.parametrize(("room", "claim", "seeds"), AT_SEEDS)
def test_a_claim_holds_on_every_seed_and_its_control_on_none(room, claim, seeds):
    result = claim.run(seeds)
    assert result.holds, (result.measured, result.error)
    assert result.control_fails, (result.control_measured, result.control_error)


@pytest.mark.parametrize("room", ROOMS.values(), ids=ROOMS)
def test_a_lesson_is_complete(room):
    """Each part as often as CONTRIBUTING asks for; the first lesson, which shows how a lesson works, has fewer."""
    parts, where = room.parts, f"ddlearn/lessons/{room.room}"
    first = room.number == "00"
    tasks = len(parts.exercises) + len(parts.decisions)
    counts = {
        "questions in # Quiz of questions.md": (len(parts.quiz.items), 3, 3),
        "questions in # Recap of questions.md": (len(parts.recap.items), 0 if first else 2, 2),
        "predictions in questions.md": (len(parts.predictions), 1, math.inf),
        "exercises in exercises.py": (len(parts.exercises), 1, math.inf),
        "exercises and decisions together": (tasks, 1 if first else 2, 5),
        "explorers, each a file and a word in __init__.py": (len(parts.explorers), 1 if first else 2, math.inf),
        "claims in claims.py": (len(parts.claims), 0 if first else 5, math.inf),
    }
    for what, (count, low, high) in counts.items():
        wanted = low if low == high else f"at least {low}" if high == math.inf else f"{low} to {high}"
        assert low <= count <= high, f"{where} has {count} {what}; a lesson has {wanted}"


@pytest.mark.parametrize("room", ROOMS.values(), ids=ROOMS)
def test_every_prediction_is_answered(room):
    """A choice has a truth and an explorer below which it is judged. A number has a truth, or a picture asks for it."""
    texts = [path.read_text("utf-8") for path in (Path(lessons.__file__).parent / room.room).glob("*.py")]
    # said("peak"), said(f"at_{n}"), or said(...) of a name that is not written there, as in the capstone
    asked = [re.sub(r"{.*?}", ".*", name) or ".*" for name in re.findall(r'\bsaid\((?:f?"(.*?)")?', "".join(texts))]
    for prediction in room.parts.predictions:
        where = f"prediction {prediction.name!r} in {room.room}/questions.md"
        if prediction.options:
            assert prediction.truth is not None, f'{where}: mark the right answer with "- [x]"'
            assert prediction.name in room.revealed_by, f"{where}: name its explorer in revealed_by in __init__.py"
        elif prediction.truth is None:
            known = any(re.fullmatch(pattern, prediction.name) for pattern in asked)
            assert known, (
                f'{where}: end its line with "; it is 20.", or let a picture ask for said("{prediction.name}")'
            )


def test_claims_have_ids_of_their_own():
    ids = [claim.id for _, claim in CLAIMS]
    assert len(set(ids)) == len(ids)
    assert all(claim.id == f"{room.number}.{claim.name}" for room, claim in CLAIMS)


def test_a_lesson_is_loaded_by_its_number_or_its_slug():
    assert [room.number for room in ROOMS.values()] == list(LESSONS)
    assert [load(slug).slug for slug in SLUGS] == [f"{number}_{slug}" for number, slug in LESSONS.items()]
    with pytest.raises(ValueError, match="lesson must be one of '00'"):
        load("99")


def test_a_room_without_a_place_is_told_where_to_put_it():
    with pytest.raises(ValueError, match="large_numbers has no place in the course: put it into SLUGS"):
        lessons.room("ddlearn.lessons.large_numbers")

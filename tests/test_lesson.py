"""A lesson: checks at the cell, wires to the explorers, memory over sessions. In a real kernel: test_faults."""

import copy
import dataclasses
import re

import ipywidgets
import pytest
import torch

from ddlearn.classroom import expected, page
from ddlearn.classroom.answer import MISSES_BEFORE_A_POINTER, ExerciseNotPassed
from ddlearn.classroom.board import Board
from ddlearn.classroom.claim import about, claim, exact
from ddlearn.classroom.controls import Slider
from ddlearn.classroom.decision import Decision
from ddlearn.classroom.exercise import Exercise, Mistake
from ddlearn.classroom.explorer import Explorer
from ddlearn.classroom.lesson import Lesson
from ddlearn.classroom.prediction import Prediction
from ddlearn.classroom.progress import Progress
from ddlearn.classroom.quiz import Option, QuizItem
from ddlearn.classroom.verdict import TODO


def double(x):
    """Twice x."""
    return 2 * x


def cases(generator):
    for n in (3, 4):
        yield (torch.randn(n, generator=generator, dtype=torch.float64),)


DOUBLE = Exercise(
    name="double",
    title="Twice",
    reference=double,
    cases=cases,
    hints=("Think of `x + x`.", "Or of a factor."),
    mistakes=(Mistake("square", lambda x: x**2, "You squared."),),
)


TRIPLE = Exercise("triple", "Three times", lambda x: 3 * x, cases, ("Think.",))
FOUR = Exercise("four", "Four times", lambda x: 4 * x, cases, ("Think.",))
LOUD = "<strong>The cells below run on the course&#x27;s <code>double</code>, not on yours.</strong>"


def draw(fig, result):
    fig.panel().frame(str(result))


def words(result):
    return f"The number is {result}."


def compute(k, double=double):
    return double(k)


def question():
    return QuizItem("Is it so?", (Option("Yes", True, "It is."), Option("No", False, "It is, look again.")))


def lesson(path, **changes):
    given = {
        "slug": "77_twice",
        "title": "Twice <as> much",
        "minutes": 5,
        "difficulty": 1,
        "exercises": [DOUBLE, TRIPLE, FOUR],
        "explorers": [
            Explorer("line", "A line", (Slider("k", "Slope", 0, 4, 1),), compute, draw, words, uses=("double",))
        ],
        "predictions": [
            Prediction("p", "How many?", low=0, high=10),
            Prediction("q", "Which?", options=("a", "b"), truth="a"),
        ],
        "recap": (question(),),
        "quiz": (question(),),
        "claims": [
            claim("a", "Two is two.", about(2), exact(), lambda seed: 2, control=(lambda seed: 3, "three")),
            claim("b", "Two is three.", about(3), exact(), lambda seed: 2),
            claim("c", "One over none.", about(3), exact(), lambda seed: 1 / 0),
        ],
        "progress": Progress(path / "progress.json"),
    }
    return Lesson(**(given | changes))


@pytest.fixture
def room(tmp_path, shown):
    return lesson(tmp_path)


def text(bundles):
    return "\n".join(bundle["text/plain"] for bundle in bundles)


def test_a_pass_hands_the_learners_function_to_the_rest_of_the_notebook(room, shown):
    calls = []

    @room.exercise("double")
    def double(x):
        """My own."""
        calls.append(x)
        return x + x

    assert double.passed
    assert (double.__name__, double.__doc__) == ("double", "My own.")
    calls.clear()
    assert double(3) == 6
    assert calls == [3]
    assert room.engine["double"](4) == 8
    assert room.line.engine["double"](5) == 10
    assert "✓ Passed · Twice" in text(shown)
    assert "The cells below run on your double. On yours as well: “A line”." in text(shown)


def test_anything_else_runs_the_course_and_says_so_loudly(room, shown):
    @room.exercise("double")
    def double(x):
        return x**2

    assert not double.passed
    assert double(3) == 6
    assert LOUD in shown[0]["text/html"]
    assert "▲ Looks like a classic mistake · Twice\nYou squared." in text(shown)
    assert room.engine == room.line.engine == {}


def test_a_version_that_breaks_takes_the_explorer_back_to_the_course(room, shown):
    room.exercise("double")(lambda x: x + x)
    assert "double" in room.line.engine
    shown.clear()
    room.exercise("double")(lambda x: TODO)
    assert room.engine == room.line.engine == {}
    assert "Your earlier version had passed. Back on the course's: “A line”." in text(shown)
    shown.clear()
    room.exercise("double")(lambda x: TODO)
    assert "earlier version" not in text(shown)


def test_hints_climb_and_are_offered_after_several_misses(room, shown):
    for miss in range(MISSES_BEFORE_A_POINTER):
        room.exercise("double")(lambda x: TODO)  # which is no miss
        assert "A hint helps" not in text(shown), miss
        answer = room.exercise("double")(lambda x: x * 3)
    assert "A hint helps: run double.hint() in a new cell." in text(shown)
    shown.clear()
    answer.hint()
    room.exercise("double")(lambda x: x * 3).hint()
    answer.hint()
    answer.hint()
    said = [bundle["text/plain"] for bundle in shown if bundle["text/plain"].startswith("?")]
    assert [one.splitlines()[0] for one in said] == [
        "? Hint 1 of 2",
        "? Hint 2 of 2",
        "? No more hints",
        "? Hint 1 of 2",
    ]
    assert "double.solution()" in said[1]
    assert room.progress.lesson("twice")["exercises"]["double"]["hints"] == 3


def test_the_solution_is_the_source_of_the_reference(room, shown):
    room.exercise("double")(lambda x: TODO).solution()
    assert "<pre" in shown[-1]["text/html"]
    assert "return 2 * x" in shown[-1]["text/plain"]


def test_nothing_that_a_learner_writes_reaches_the_page_as_html(room, shown):
    def hostile(x):
        print("<script>print</script>")
        raise ValueError("<script>raise</script> `<b>")

    room.exercise("double")(hostile)
    assert "<script" not in shown[0]["text/html"]
    assert "<b>" not in shown[0]["text/html"]
    assert "<script>print</script>" in shown[0]["text/plain"]


def test_strict_raises_the_verdicts_sentence(room, shown, monkeypatch):
    monkeypatch.setenv("DDLEARN_STRICT", "1")
    with pytest.raises(ExerciseNotPassed, match=r"double: Looks like a classic mistake\. You squared\."):
        room.exercise("double")(lambda x: x**2)
    assert len(shown) == 1
    assert room.exercise("double")(lambda x: x + x).passed
    monkeypatch.setenv("DDLEARN_STRICT", "0")
    room.exercise("double")(lambda x: x**2)


def test_the_decorator_without_a_name_says_how_to_write_it(room):
    with pytest.raises(TypeError, match=r'@lesson.exercise\("double"\)'):
        room.exercise(double)
    with pytest.raises(ValueError, match="exercise must be one of 'double', 'triple', 'four'; got 'twice'"):
        room.exercise("twice")


def test_start_says_machine_and_progress_and_may_be_called_twice(room, shown):
    room.start()
    assert re.search(r"runs on \w+ with \d+ threads?; [\d.]+ of [\d.]+ GB of memory are in use", text(shown))
    assert "0 of 3 exercises passed." in text(shown)
    assert "Twice &lt;as&gt; much" in shown[-1]["text/html"]
    room.exercise("double")(lambda x: x + x)
    shown.clear()
    room.start()
    room.start()
    assert text(shown).count("1 of 3 exercises passed.") == 2


@pytest.mark.parametrize(("left", "limited"), [(900e6, False), (300e6, False), (300e6, True)])
def test_start_warns_of_little_memory_and_makes_room_only_where_it_is_limited(room, shown, monkeypatch, left, limited):
    asked = []
    monkeypatch.setattr("ddlearn.compute.memory_left", lambda: left)
    monkeypatch.setattr("ddlearn.compute.memory_is_limited", lambda: limited)
    monkeypatch.setattr(
        "ddlearn.classroom.open_lessons.close_idle", lambda enough: asked.append(enough()) or ["00_a", "01_b"]
    )
    room.start()
    assert asked == [False] * limited
    assert ("the kernel of 00_a and 01_b was shut down" in text(shown)) == limited
    assert ("300 MB are left here, and a lesson takes up to 700." in text(shown)) == (left < 700e6)


def test_notices_of_the_record_are_shown_once(room, tmp_path, shown):
    (tmp_path / "progress.json").write_text("{ no json")
    room.start()
    assert text(shown).count("was damaged") == 1
    shown.clear()
    room.start()
    assert "was damaged" not in text(shown)


def test_a_version_to_repair_is_not_started_until_it_is_changed(tmp_path, shown):
    given = dataclasses.replace(DOUBLE, given="square")
    assert given.self_check() == []
    room = lesson(tmp_path, exercises=[given])
    room.problem("double")(lambda x: x**2)
    assert "still answers as the version that was given" in text(shown)
    assert "You squared" not in text(shown)
    assert room.progress.lesson("twice")["exercises"]["double"]["attempts"] == 0
    assert room.exercise("double")(lambda x: x + x).passed


def test_a_decision_is_checked_kept_and_counted(tmp_path, shown, monkeypatch):
    choice = Decision("size", "Which size?", ("the size",), lambda: (20,), "There it peaks.", ("Look.", "Look right."))
    room = lesson(tmp_path, decisions=[choice])
    for value, words in ((TODO, "in place of `TODO`"), (3, "Hint: Look."), (4, "Hint: Look right."), (20, "peaks")):
        room.decide("size", value)
        assert words.replace("`", "") in shown[-1]["text/plain"]
    assert room.progress.lesson("twice")["exercises"]["size"]["attempts"] == 3
    room.start()
    assert "1 of 4 exercises passed" in text(shown)
    monkeypatch.setenv("DDLEARN_STRICT", "1")
    with pytest.raises(ExerciseNotPassed, match="size: "):
        room.decide("size", 5)


def test_declaring_a_lesson_touches_no_file(tmp_path):
    lesson(tmp_path / "not there")
    assert not (tmp_path / "not there").exists()


def test_predictions_and_quiz_answers_come_back_in_the_next_session(room, tmp_path):
    room.predict("p")
    room.predict("q")
    assert (room.prediction("p"), room.prediction("q")) == (None, None)
    room.parts.predictions[0].record(7)
    room.parts.predictions[1].record("b")
    room.quiz()
    room.recap()
    room.parts.quiz.items[0].check("No")
    room.parts.recap.items[0].check("Yes")

    again = lesson(tmp_path)
    assert (again.prediction("p"), again.prediction("q")) == (7, "b")
    again.quiz()
    assert (again.parts.quiz.items[0].answer, again.parts.recap.items[0].answer) == ("No", "Yes")
    with pytest.raises(ValueError, match="prediction must be one of 'p', 'q'; got 'r'"):
        again.prediction("r")


def test_below_its_explorer_a_prediction_is_compared_with_its_truth(tmp_path, shown):
    room = lesson(tmp_path, revealed_by={"q": "line"})
    room.predict("q")
    room.parts.predictions[1].record("b")
    for session in (room, lesson(tmp_path, revealed_by={"q": "line"})):
        shown.clear()
        session.line.show()
        assert "You said “b”; it is “a”." in shown[-1]["text/plain"]


@pytest.mark.parametrize(
    ("wrong", "words"),
    [
        ({"seconds": {"lime": 9.0}}, "the explorer in seconds must be one of 'line'; got 'lime'"),
        ({"revealed_by": {"q": "lime"}}, "the explorer in revealed_by must be one of 'line'; got 'lime'"),
        ({"revealed_by": {"r": "line"}}, "the prediction in revealed_by must be one of 'p', 'q'; got 'r'"),
        ({"revealed_by": {"p": "line"}}, "a prediction in revealed_by must have a truth; 'p' has none"),
    ],
)
def test_a_wrong_name_in_a_declaration_is_said_with_the_lesson(tmp_path, wrong, words):
    with pytest.raises(ValueError, match=f"lesson 77_twice: {words}"):
        lesson(tmp_path, **wrong)


def test_claims_are_shown_and_kept_and_one_error_hides_no_other(room, shown):
    room.claims()
    words = shown[-1]["text/plain"]
    assert "✓ holds: Two is two." in words
    assert "✗ does not hold here: Two is three." in words
    assert "nothing: it stopped with ZeroDivisionError" in words
    kept = room.progress.lesson("twice")["claims"]
    assert {name: entry["holds"] for name, entry in kept.items()} == {"a": True, "b": False, "c": False}
    assert [claim.id for claim in room.parts.claims] == ["77.a", "77.b", "77.c"]
    assert [claim.run((0, 1)).measured for claim in room.parts.claims] == [[2, 2], [2, 2], []]


def test_what_takes_long_says_so_first(tmp_path, monkeypatch, shown):
    monkeypatch.setattr(expected, "slowness", lambda: 3.0)
    monkeypatch.setattr(page, "in_notebook", lambda: True)
    room = lesson(tmp_path, seconds={"claims": 4.0, "line": 2.0})
    room.claims(seeds=(0, 1))
    first = next(bundle["text/plain"] for bundle in shown if bundle["text/plain"])
    assert first.startswith("Measuring 3 claims ... This takes about 24 seconds on this machine.")
    said = []
    monkeypatch.setattr(Board, "say", lambda panel, words, sentence="": said.append(words))
    room.line.show()
    room.line.show()  # what was computed is at hand
    assert said[0] == "This takes about 6 seconds on this machine."
    assert said.count(said[0]) == 1


@pytest.mark.parametrize(("slowness", "said"), [(1.0, ""), (2.0, "about 8 seconds"), (10.0, "about 40 seconds")])
def test_a_wait_is_said_in_seconds_of_this_machine(monkeypatch, slowness, said):
    monkeypatch.setattr(expected, "slowness", lambda: slowness)
    assert said in expected.words(4.0)
    assert bool(expected.words(4.0)) == bool(said)
    assert expected.words(0.0) == ""


def test_the_trial_of_speed_is_a_number_measured_once():
    assert 0 < expected.slowness() == expected.slowness()


def test_claims_update_one_output_in_place_on_every_page(tmp_path, monkeypatch):
    said, opened, ended = [], [], []

    class Handle:
        def update(self, bundle, raw):
            ended.append(bundle)

    def show(bundle):
        opened.append(bundle)
        box = ipywidgets.widget_serialization["from_json"](
            f"IPY_MODEL_{bundle['application/vnd.jupyter.widget-view+json']['model_id']}", None
        )
        box.children[-1].observe(lambda change: said.append(page.plain(change.new)), "value")
        return Handle()

    monkeypatch.setattr(page, "show", show)
    lesson(tmp_path).claims()
    (first,) = opened
    assert first["text/plain"] == "Measuring 3 claims ..."
    assert said[:2] == ["Measuring claim 1 of 3: Two is two.", "Measuring claim 2 of 3: Two is three."]
    (table,) = ended  # plain HTML: a saved notebook needs no kernel for it
    assert set(table) == {"text/html", "text/plain"}
    assert "1 of 3 claims hold on this machine" in table["text/plain"]
    assert said[-1] == page.plain(table["text/html"])  # a page that does not know the output says it too


def test_explorers_are_attributes_and_a_typo_is_told_which_there_are(room):
    assert room.line.title == "A line"
    assert "line" in dir(room)
    with pytest.raises(AttributeError, match=r"nothing called 'lime'; its explorers are line"):
        room.lime  # noqa: B018
    assert not hasattr(copy.copy(room), "lime")


CALLS_ITSELF = {
    "its name": "@room.exercise('double')\ndef double(x):\n    return double(x)",
    "an alias": "earlier = double\n@room.exercise('double')\ndef double(x):\n    return earlier(x)",
    "another name": "@room.exercise('double')\ndef mine(x):\n    return double(x)",
    "a lambda": "double = room.exercise('double')(lambda x: double(x))",
}


@pytest.mark.parametrize("before", ["missed", "caught up"])
@pytest.mark.parametrize("way", CALLS_ITSELF)
def test_neither_an_earlier_answer_nor_a_stand_in_answers_for_the_new_function(room, shown, way, before):
    space = {"room": room}
    if before == "missed":
        space["double"] = room.exercise("double")(lambda x: x**2)
    else:
        room.catch_up(namespace=space)
    exec(CALLS_ITSELF[way], space)
    assert room.engine == {}
    assert "Your function calls itself, and never comes to an end." in shown[-1]["text/plain"]
    assert room.progress.lesson("twice")["exercises"]["double"]["status"] == "raised"


def test_an_answer_handed_in_again_is_the_learners_own_function(room):
    space = {}
    mine = room.exercise("double")(lambda x: x + x)
    assert room.exercise("double")(mine).passed
    wrong = room.exercise("double")(lambda x: x**2)
    assert room.exercise("double")(wrong).verdict.mistake == "square"
    room.catch_up(namespace=space)
    assert room.exercise("double")(space["double"]).verdict.status == "not started"


def test_the_functions_of_another_exercise_may_be_called_while_one_is_checked(room):
    for double in (room.exercise("double")(lambda x: TODO), room.exercise("double")(lambda x: x + x)):
        assert room.exercise("four")(lambda x, double=double: double(double(x))).passed


def test_after_a_restart_the_start_card_says_what_to_run_again(room, tmp_path, shown):
    for name, factor in (("double", 2), ("four", 4)):
        room.exercise(name)(lambda x, factor=factor: factor * x)
    room.start()
    assert "does not know" not in text(shown)
    shown.clear()
    again = lesson(tmp_path)
    again.start()
    assert "2 of 3 exercises passed. This kernel does not know your double and four yet: run their cells" in text(shown)
    again.exercise("double")(lambda x: 2 * x)
    shown.clear()
    again.start()
    assert "This kernel does not know your four yet: run its cell again." in text(shown)


def test_a_note_on_a_right_answer_stands_on_its_card(tmp_path, shown):
    strict_one = dataclasses.replace(DOUBLE, no_loop=True)
    assert lesson(tmp_path, exercises=[strict_one]).exercise("double")(lambda x: sum(x for _ in range(2))).passed
    assert "It has a loop, and the exercise asks for none" in text(shown)


def test_what_runs_on_an_answer_gets_no_gradient_that_the_caller_did_not_bring(room):
    def differentiated(x):
        x = x.clone().requires_grad_() if x.is_leaf else pytest.fail("not a leaf")
        return x + x

    mine = room.exercise("double")(differentiated)
    assert mine.passed
    once = mine(torch.ones(2, dtype=torch.float64))
    assert not once.requires_grad
    assert mine(once).tolist() == [4.0, 4.0]
    assert not room.line.engine["double"](once).requires_grad
    pair = room.exercise("double")(lambda x: 2 * x)
    assert pair(torch.ones(2, requires_grad=True)).requires_grad  # to train with


# Catching up


@pytest.mark.parametrize(
    ("names", "up_to", "there"),
    [
        (("triple",), None, {"triple": 3}),
        (("four", "double"), None, {"double": 2, "four": 4}),
        ((), "triple", {"double": 2, "triple": 3}),
        ((), None, {"double": 2, "triple": 3, "four": 4}),
    ],
)
def test_the_course_stands_in_for_one_or_some_or_all(room, names, up_to, there):
    cells = {}
    room.catch_up(*names, up_to=up_to, namespace=cells)
    assert {name: function(1) for name, function in cells.items()} == there


def test_a_stand_in_is_said_loudly_and_passes_nothing(room, shown, tmp_path):
    cells = {}
    room.catch_up("double", namespace=cells)
    assert LOUD in shown[0]["text/html"]
    assert "Nothing is marked as passed, and your record is as it was." in shown[0]["text/plain"]
    assert repr(cells["double"]) == "<double: not started; runs the course's>"
    assert not cells["double"].passed
    assert room.engine == room.line.engine == {}  # the explorer goes on saying that it runs on the course's
    assert not (tmp_path / "progress.json").exists()
    room.exercise("double")(lambda x: x)
    before = (tmp_path / "progress.json").read_bytes()
    room.catch_up(namespace={})
    assert (tmp_path / "progress.json").read_bytes() == before
    assert room.exercise("double")(lambda x: 2 * x).passed


def test_what_has_passed_stays_the_learners(room, shown):
    mine = room.exercise("double")(lambda x: x + x)
    cells = {"double": mine}
    shown.clear()
    room.catch_up(namespace=cells)
    assert cells["double"] is mine
    assert room.line.engine["double"] is room.engine["double"]
    assert "course's triple and four, not on yours" in shown[0]["text/plain"]
    assert "On yours, which passed: double." in shown[0]["text/plain"]
    room.catch_up("double", namespace=cells)
    assert cells["double"] is mine
    assert "Nothing to catch up with" in shown[-1]["text/plain"]


@pytest.mark.parametrize(
    ("names", "up_to", "namespace", "words"),
    [
        (("quadruple",), None, {}, "exercise must be one of 'double', 'triple', 'four'; got 'quadruple'"),
        ((), "five", {}, "up_to must be one of"),
        (("double",), "triple", {}, "not both"),
        (("double",), None, None, r"namespace=globals\(\)"),  # a plain script has no notebook
    ],
)
def test_a_wrong_word_is_answered_with_the_right_ones(room, names, up_to, namespace, words):
    with pytest.raises(ValueError, match=words):
        room.catch_up(*names, up_to=up_to, namespace=namespace)

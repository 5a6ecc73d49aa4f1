"""The check of an exercise: every rung of the ladder, and that no learner's function can break it."""

import contextlib
import copy
import pickle
import random
import signal
import sys
import threading
import time

import numpy
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from ddlearn.classroom.exercise import TODO, Exercise, Mistake
from ddlearn.classroom.sandbox import PRINT_LIMIT, call
from ddlearn.classroom.verdict import LADDER


def gram(x, width):
    return torch.exp(-(torch.cdist(x, x) ** 2) / (2 * width**2))


def cases(generator):
    for n, d in ((5, 2), (1, 3), (7, 1)):
        x = torch.randn(n, d, generator=generator, dtype=torch.float64)
        yield x, 0.5 + torch.rand(1, generator=generator).item()


NO_SQUARE = Mistake(
    "no square", lambda x, width: torch.exp(-torch.cdist(x, x) / (2 * width**2)), "Square the distance."
)
NO_TWO = Mistake("no two", lambda x, width: torch.exp(-(torch.cdist(x, x) ** 2) / width**2), "Where is the 2?")
TOO_FLAT = Mistake("too flat", lambda x, width: gram(x, width).sum(1), "You summed over the points.")


def exercise(**changes):
    given = {
        "name": "gram",
        "title": "The Gram matrix",
        "reference": gram,
        "cases": cases,
        "hints": ("Think of all pairs.", "`torch.cdist` knows them."),
        "mistakes": (NO_SQUARE, NO_TWO, TOO_FLAT),
        "timeout": 1.0,
    }
    return Exercise(**(given | changes))


def raises(x, width):
    return x @ torch.ones(99, dtype=x.dtype)


def loops(x, width):
    while True:
        pass


def swallows(x, width):
    while True:
        with contextlib.suppress(Exception):
            time.sleep(0.01)


def mutates(x, width):
    answer = gram(x, width)
    x += 1.0
    return answer


def prints_and_leaves(x, width):
    for _ in range(1000):
        print("x" * 1000)
    sys.exit(3)


def half_todo(x, width):
    return (gram(x, width), TODO)


def recurses(x, width):
    return recurses(x, width)


async def waits(x, width):
    return gram(x, width)


def generates(x, width):
    yield gram(x, width)


class Unspeakable(Exception):
    def __str__(self):
        raise RuntimeError("not even this")


def unspeakable(x, width):
    raise Unspeakable("hush")


ENDLESS: list = []
ENDLESS.append(ENDLESS)

# name: (function, status, a piece of the sentence)
ZOO = {
    "right": (lambda x, width: gram(x, width), "passed", "agrees with the course's own on 3 cases"),
    "right another way": (
        lambda x, width: torch.exp(-(x[:, None] - x).square().sum(-1) / (2 * width**2)),
        "passed",
        "agrees",
    ),
    "keeps a gradient": (lambda x, width: gram(x, width).requires_grad_(), "passed", "agrees"),
    "stub": (lambda x, width: TODO, "not started", "still returns `TODO`"),
    "half a stub": (half_todo, "not started", "still returns `TODO`"),
    "nothing": (lambda x, width: None, "not started", "end it with `return`"),
    "raises": (raises, "raised", "return x @ torch.ones(99, dtype=x.dtype)"),
    "recurses": (recurses, "raised", "RecursionError"),
    "cannot be said": (unspeakable, "raised", "`Unspeakable`"),
    "leaves": (prints_and_leaves, "raised", "SystemExit"),
    "wrong arguments": (lambda x: x, "raised", "does not take these arguments"),
    "loops": (loops, "timed out", "a loop that never ends"),
    "swallows": (swallows, "timed out", "after 1 seconds"),
    "numpy": (
        lambda x, width: gram(x, width).numpy(),
        "wrong type",
        "The numbers are right, but this is `numpy.ndarray`",
    ),
    "list": (lambda x, width: gram(x, width).tolist(), "wrong type", "The numbers are right, but this is `list`"),
    "wrong numpy": (lambda x, width: numpy.zeros((5, 5)), "wrong type", "torch.as_tensor"),
    "ragged list": (lambda x, width: [[1.0], [1.0, 2.0]], "wrong type", "this is `list`"),
    "rows": (lambda x, width: list(gram(x, width)), "wrong type", "`torch.stack(...)` makes one tensor"),
    "list inside itself": (lambda x, width: ENDLESS, "wrong type", "this is `list`"),
    "view larger than memory": (
        lambda x, width: numpy.broadcast_to(1.0, (10**7, 10**7)),
        "wrong type",
        "is not a tensor",
    ),
    "float": (lambda x, width: 1.0, "wrong type", "this is `float`"),
    "string": (lambda x, width: "gram", "wrong type", "this is `str`"),
    "function": (lambda x, width: gram, "wrong type", "without calling it"),
    "generator": (generates, "wrong type", "Write `return` where you wrote `yield`"),
    "coroutine": (waits, "wrong type", "Write `def` where you wrote `async def`"),
    "tuple": (lambda x, width: (gram(x, width),), "wrong type", "this is `tuple`"),
    "float32": (lambda x, width: gram(x.float(), width), "wrong type", "`torch.float32`; wanted is `torch.float64`"),
    "integers": (lambda x, width: gram(x, width).round().long(), "wrong type", "Whole numbers cannot hold a fraction"),
    "complex": (lambda x, width: gram(x, width).to(torch.complex128), "wrong type", "complex number"),
    "sparse": (lambda x, width: gram(x, width).to_sparse(), "wrong type", "dense tensor"),
    "meta": (lambda x, width: gram(x, width).to("meta"), "wrong type", "on `meta`"),
    "shape": (lambda x, width: gram(x, width)[:, :1], "wrong shape", "has shape (5, 1); wanted is (5, 5)"),
    "huge": (lambda x, width: torch.zeros(1).expand(10**12), "wrong shape", "(1000000000000,)"),
    "nan": (
        lambda x, width: gram(x, width) * torch.nan,
        "not finite",
        "25 of 25 entries not finite, the first nan at [0, 0]",
    ),
    "infinite": (lambda x, width: gram(x, width) / 0, "not finite", "inf at [0, 0]"),
    "mutates": (mutates, "changed its input", "`x` was no longer what it had been"),
    "no square": (NO_SQUARE.wrong, "classic mistake", "Square the distance."),
    "no two": (NO_TWO.wrong, "classic mistake", "Where is the 2?"),
    "classic and of another shape": (TOO_FLAT.wrong, "classic mistake", "You summed over the points."),
    "wrong": (lambda x, width: gram(x, width) + torch.eye(len(x)), "not yet", "entry [0, 0] is 2; expected is 1"),
    "nearly": (lambda x, width: gram(x, width) * (1 + 1e-5), "not yet", "expected is 1."),
    "within rounding": (lambda x, width: gram(x, width) * (1 + 1e-9), "passed", "agrees"),
    "no function": (3, "wrong type", "should be a function; it is a `int`"),
}


@pytest.mark.parametrize("name", ZOO)
def test_each_answer_gets_its_own_verdict(name):
    function, status, words = ZOO[name]
    verdict = exercise().check(function)
    assert (verdict.status, words in verdict.detail) == (status, True), verdict
    assert verdict.sentence.startswith(verdict.headline)
    assert verdict.passed is (status == "passed")


def test_every_rung_of_the_ladder_was_climbed_and_is_told_apart_by_words():
    assert {status for _, status, _ in ZOO.values()} == set(LADDER)
    headlines = [headline for _, headline, _ in LADDER.values()]
    assert len(set(headlines)) == len(headlines)


values = st.sampled_from(
    [
        None,
        TODO,
        True,
        -1,
        1e400,
        "",
        b"",
        {},
        [],
        (),
        object(),
        torch.tensor([]),
        torch.tensor(1.0),
        torch.tensor(True),
        torch.tensor([[1, 2], [3, 4]]),
        torch.zeros(5, 5),
        torch.zeros(5, 5, dtype=torch.float64),
        torch.full((5, 5), torch.nan, dtype=torch.float64),
        torch.zeros(5, 5, dtype=torch.complex64),
        torch.zeros(5, 5, dtype=torch.bool),
        torch.zeros(5, 5, dtype=torch.float16),
        torch.zeros(5, 5, device="meta"),
        torch.zeros(1).expand(10**12),
        numpy.zeros((5, 5), dtype=object),
        numpy.array(["a"]),
        numpy.float32(1.0),
        gram,
        Exception,
    ]
)
answers = st.one_of(values, st.lists(values, max_size=3), st.tuples(values, values))
references = st.sampled_from([gram, lambda x, width: (gram(x, width), width), lambda x, width: width])


@given(
    answer=answers,
    reference=references,
    raised=st.sampled_from([None, ValueError, SystemExit, GeneratorExit, Unspeakable]),
)
@settings(deadline=None, max_examples=300)
def test_any_answer_gets_a_verdict_with_a_sentence(answer, reference, raised):
    def function(x, width):
        if raised:
            raise raised("`code` <b>and</b> all")
        return answer

    verdict = exercise(reference=reference, mistakes=(NO_SQUARE,)).check(function)
    assert verdict.status in LADDER
    assert verdict.status != "passed"
    assert len(verdict.detail) > 20


@given(seed=st.integers(0, 2**31))
@settings(deadline=None, max_examples=25)
def test_the_reference_passes_on_the_cases_of_any_seed(seed):
    assert exercise().check(gram, seed).passed


def test_a_line_of_the_learners_own_code_is_named_not_the_library_below():
    verdict = exercise().check(raises)
    line = raises.__code__.co_firstlineno + 1
    assert f"line {line} of your cell" in verdict.detail
    assert "`gram(x, width)` with `x` of shape (5, 2)" in verdict.detail


def test_an_error_that_prints_a_whole_tensor_is_cut_short():
    def function(x, width):
        raise ValueError("long " * 10_000)

    assert len(exercise().check(function).detail) < 1000


def test_a_mistake_that_equals_the_reference_on_some_case_does_not_blame_a_right_answer():
    # On a single point every formula of the distance gives 1: there this mistake is no mistake.
    def single_points(generator):
        for n in (1, 4):
            yield torch.randn(n, 2, generator=generator, dtype=torch.float64), 1.0

    lenient = exercise(cases=single_points)
    assert lenient.check(gram).passed
    assert lenient.check(NO_SQUARE.wrong).mistake == "no square"

    def blind(generator):
        yield torch.randn(1, 2, generator=generator, dtype=torch.float64), 1.0

    assert exercise(cases=blind).check(NO_SQUARE.wrong).passed


def test_an_answer_that_makes_a_mistake_on_some_cases_only_is_not_blamed_for_it():
    def function(x, width):
        return NO_SQUARE.wrong(x, width) if len(x) == 5 else gram(x, width)

    assert exercise().check(function).status == "not yet"


def test_the_first_rung_counts_whatever_case_it_comes_from():
    def function(x, width):
        return gram(x, width) + 1 if len(x) == 5 else gram(x, width)[:, :0]

    assert exercise().check(function).status == "wrong shape"


def test_the_learner_works_on_copies():
    kept = []

    def remembering(generator):
        for case in cases(generator):
            kept.append((case[0], case[0].clone()))
            yield case

    exercise(cases=remembering).check(mutates)
    assert kept
    assert all(torch.equal(given, was) for given, was in kept)


def test_what_the_learner_prints_is_kept_from_the_first_case_and_bounded(capsys):
    def chatty(x, width):
        print("x has", tuple(x.shape))
        return gram(x, width)

    assert exercise().check(chatty).printed == "x has (5, 2)\n"
    assert len(exercise().check(prints_and_leaves).printed) == PRINT_LIMIT
    assert capsys.readouterr().out == ""


def test_tuples_and_numbers_are_asked_value_by_value():
    def both(x, width):
        return gram(x, width), float(x.sum())

    pair = exercise(reference=both, mistakes=())
    assert pair.check(both).passed
    assert pair.check(lambda x, width: (gram(x, width), x.sum())).passed
    assert "a tuple of 2 values" in pair.check(gram).detail
    assert "has 1 values; wanted are 2" in pair.check(lambda x, width: (x,)).detail
    wrong = pair.check(lambda x, width: (gram(x, width), 0.0))
    assert wrong.status == "not yet"
    assert "Value 2 of your answer: the value is 0; expected is" in wrong.detail


def test_a_transpose_is_called_one():
    tall = exercise(reference=lambda x, width: x, mistakes=())
    assert "It is the transpose." in tall.check(lambda x, width: x.T).detail


def test_whole_numbers_are_compared_exactly_and_need_no_exact_width():
    labels = exercise(reference=lambda x, width: (x[:, 0] > 0).long(), mistakes=())
    assert labels.check(lambda x, width: (x[:, 0] > 0).int()).passed
    assert labels.check(lambda x, width: (x[:, 0] > 0).long() * 2).status == "not yet"
    assert labels.check(lambda x, width: x[:, 0] > 0).status == "wrong type"


def test_a_generator_among_the_arguments_gives_both_the_same_numbers():
    def draws(generator):
        for n in (3, 4):
            yield n, torch.Generator().manual_seed(random.Random(n).randrange(9))

    def draw(n, generator):
        return torch.randn(n, generator=generator)

    assert exercise(reference=draw, cases=draws, mistakes=()).check(lambda n, g: torch.randn(n, generator=g)).passed


def test_self_check_finds_nothing_in_a_sound_exercise():
    assert exercise().self_check() == []


@pytest.mark.parametrize(
    ("changes", "complaint"),
    [
        ({"reference": mutates}, "the reference does not pass"),
        ({"reference": lambda x, width: x * torch.nan}, "the reference answers NaN"),
        ({"mistakes": (Mistake("none", gram, "?"),)}, "the mistake 'none' gets another verdict"),
        ({"mistakes": (NO_TWO, Mistake("twin", NO_TWO.wrong, "?"))}, "'no two' and 'twin' cannot be told apart"),
        ({"cases": lambda generator: [(torch.eye(3, dtype=torch.float64), 1.0)]}, "another seed gives the same cases"),
        (
            {"cases": lambda generator: [(torch.randn(3, 2, dtype=torch.float64), 1.0)]},
            "the same seed gives other cases",
        ),
        ({"cases": lambda generator: []}, "there are no cases"),
        ({"hints": ()}, "there are no hints"),
    ],
)
def test_self_check_says_what_is_unfair(changes, complaint):
    found = exercise(**changes).self_check()
    assert any(complaint in sentence for sentence in found), found


@pytest.mark.skipif(not hasattr(signal, "setitimer"), reason="no interval timer on this system")
def test_the_timer_of_the_test_runner_is_put_back():
    rings = []
    theirs = signal.signal(signal.SIGALRM, lambda *_: rings.append(1))
    before = signal.setitimer(signal.ITIMER_REAL, 0.5)
    try:
        assert call(loops, (None, None), 0.1).timed_out
        left, _ = signal.getitimer(signal.ITIMER_REAL)
        assert 0 < left < 0.45
        time.sleep(0.6)
        assert rings == [1]
    finally:
        signal.signal(signal.SIGALRM, theirs)
        signal.setitimer(signal.ITIMER_REAL, *before)


@pytest.mark.parametrize("name", ["right", "raises", "leaves", "loops", "stub"])
def test_a_check_outside_the_main_thread_says_the_same(name):
    function, status, words = ZOO[name]
    found = []
    worker = threading.Thread(target=lambda: found.append(exercise().check(function)))
    worker.start()
    worker.join(20)
    assert found[0].status == status
    assert words in found[0].detail


def test_a_loop_in_a_worker_is_interrupted_not_left_to_burn_a_core():
    before = threading.active_count()
    worker = threading.Thread(target=lambda: exercise().check(loops))
    worker.start()
    worker.join(20)
    deadline = time.monotonic() + 5
    while threading.active_count() > before and time.monotonic() < deadline:
        time.sleep(0.05)
    assert threading.active_count() == before


def test_the_stop_button_stops_the_check():
    def stopped(x, width):
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        exercise().check(stopped)


def test_todo_is_one_thing_and_never_a_truth_value():
    assert repr(TODO) == "TODO"
    assert copy.deepcopy(TODO) is TODO
    assert pickle.loads(pickle.dumps(TODO)) is TODO
    with pytest.raises(TypeError, match="neither true nor false"):
        bool(TODO)


def test_an_answer_is_checked_on_the_cpu_whatever_the_default_device():
    with torch.device("meta"):
        assert exercise().check(gram).passed

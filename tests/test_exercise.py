"""The check of an exercise: every rung of the ladder, and that no learner's function can break it."""

import contextlib
import copy
import dataclasses
import functools
import pickle
import random
import sys
import time

import numpy
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from ddlearn.classroom.code import uses
from ddlearn.classroom.exercise import Exercise, Mistake
from ddlearn.classroom.mistake import Remark, edit
from ddlearn.classroom.sandbox import PRINT_LIMIT
from ddlearn.classroom.verdict import LADDER, TODO


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
    }
    return Exercise(**(given | changes))


def lines(generator):
    for n in (3, 4, 5):
        yield (0.1 + torch.rand(n, generator=generator, dtype=torch.float64),)


def of_lines(reference, **changes):
    return exercise(**{"reference": reference, "cases": lines, "mistakes": (), **changes})


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


def recurses(x, width):
    return recurses(x, width)


def endless():
    return endless()


async def waits(x, width):
    return gram(x, width)


def generates(x, width):
    yield gram(x, width)


class Unspeakable(Exception):
    def __str__(self):
        raise RuntimeError("not even this")


def unspeakable(x, width):
    raise Unspeakable("hush")


def long_winded(x, width):
    raise ValueError("long " * 10_000)


ENDLESS: list = []
ENDLESS.append(ENDLESS)

# name: (function, status, a piece of the sentence)
ZOO = {
    "right": (lambda x, width: gram(x, width), "passed", "agrees with the course's own on 3 cases"),
    "keeps a gradient": (lambda x, width: gram(x, width).requires_grad_(), "passed", "agrees"),
    "stub": (lambda x, width: TODO, "not started", "still returns `TODO`"),
    "half a stub": (lambda x, width: (gram(x, width), TODO), "not started", "still returns `TODO`"),
    "nothing": (lambda x, width: None, "not started", "end it with `return`"),
    "raises": (raises, "raised", "return x @ torch.ones(99, dtype=x.dtype)"),
    "recurses": (recurses, "raised", "RecursionError"),
    "cannot be said": (unspeakable, "raised", "Unspeakable: <exception str() failed>"),
    "says a whole tensor": (long_winded, "raised", "long long ...`"),
    "leaves": (prints_and_leaves, "raised", "SystemExit"),
    "wrong arguments": (lambda x: x, "raised", "does not take these arguments"),
    "loops": (loops, "timed out", "a loop that never ends"),
    "swallows": (swallows, "timed out", "after 0.2 seconds"),
    "prints": (lambda x, width: print(gram(x, width)), "wrong type", "write `return` where you wrote `print`"),
    "prints a stub": (lambda x, width: print("x") or TODO, "not started", "still returns `TODO`"),
    "wrong numpy": (lambda x, width: numpy.zeros((5, 5)), "wrong type", "torch.as_tensor"),
    "ragged list": (lambda x, width: [[1.0], [1.0, 2.0]], "wrong type", "this is `list`"),
    "list inside itself": (lambda x, width: ENDLESS, "wrong type", "this is `list`"),
    "too large": (lambda x, width: numpy.broadcast_to(1.0, (10**7, 10**7)), "wrong type", "is not a tensor"),
    "string": (lambda x, width: "gram", "wrong type", "this is `str`"),
    "function": (lambda x, width: gram, "wrong type", "without calling it"),
    "generator": (generates, "wrong type", "Write `return` where you wrote `yield`"),
    "coroutine": (waits, "wrong type", "Write `def` where you wrote `async def`"),
    "tuple": (lambda x, width: (gram(x, width),), "wrong type", "this is `tuple`"),
    "integers": (lambda x, width: gram(x, width).round().long(), "wrong type", "Whole numbers cannot hold a fraction"),
    "sparse": (lambda x, width: gram(x, width).to_sparse(), "wrong type", "dense tensor"),
    "meta": (lambda x, width: gram(x, width).to("meta"), "wrong type", "on `meta`"),
    "shape": (lambda x, width: gram(x, width)[:, :1], "wrong shape", "has shape (5, 1); wanted is (5, 5)"),
    "huge": (lambda x, width: torch.zeros(1).expand(10**12), "wrong shape", "(1000000000000,)"),
    "nan": (lambda x, width: gram(x, width) * torch.nan, "not finite", "25 of 25 entries not finite, the first nan at"),
    "infinite": (lambda x, width: gram(x, width) / 0, "not finite", "inf at [0, 0]"),
    "mutates": (mutates, "changed its input", "The call changed `x`, which it was given."),
    "no square": (NO_SQUARE.wrong, "classic mistake", "Square the distance."),
    "no two": (NO_TWO.wrong, "classic mistake", "Where is the 2?"),
    "classic and of another shape": (TOO_FLAT.wrong, "classic mistake", "You summed over the points."),
    "wrong": (lambda x, width: gram(x, width) + torch.eye(len(x)), "not yet", "entry [0, 0] is 2; expected is 1"),
    "nearly": (lambda x, width: gram(x, width) * (1 + 1e-5), "not yet", "expected is 1."),
    "within rounding": (lambda x, width: gram(x, width) * (1 + 1e-9), "passed", "agrees"),
    "mistaken once": (lambda x, w: (NO_TWO.wrong if len(x) == 5 else gram)(x, w), "not yet", "Right are 2 of 3 cases"),
    "no function": (3, "wrong type", "should be a function; it is a `int`"),
}


@pytest.mark.parametrize("name", ZOO)
def test_each_answer_gets_its_own_verdict(name):
    function, status, words = ZOO[name]
    verdict = exercise(timeout=0.2 if status == "timed out" else 5.0).check(function)
    assert (verdict.status, words in verdict.detail) == (status, True), verdict
    assert verdict.sentence.startswith(verdict.headline)
    assert verdict.passed is (status == "passed")


def test_every_rung_of_the_ladder_was_climbed_and_is_told_apart_by_words():
    assert {status for _, status, _ in ZOO.values()} == set(LADDER)
    headlines = [headline for _, headline, _ in LADDER.values()]
    assert len(set(headlines)) == len(headlines)


odd = [None, True, -1, 1e400, 10**400, 3 + 0j, b"", {}, [], (), object(), Exception, numpy.array(["a"])]
odd += [torch.tensor([]), torch.tensor(True), torch.tensor([[1, 2], [3, 4]]), numpy.zeros((5, 5), dtype=object)]
odd += [torch.zeros(5, 5, dtype=getattr(torch, name)) for name in ("float64", "complex64", "bool", "float16")]
values = st.sampled_from([*odd, TODO, torch.zeros(5, 5, device="meta"), torch.zeros(1).expand(10**12)])
answers = st.one_of(values, st.lists(values, max_size=3), st.tuples(values, values))
references = st.sampled_from([gram, lambda x, width: (gram(x, width), width), lambda x, width: width])


@given(
    answer=answers,
    reference=references,
    raised=st.sampled_from([None, ValueError, SystemExit, GeneratorExit, Unspeakable]),
)
@settings(deadline=None, max_examples=100)
def test_any_answer_gets_a_verdict_with_a_sentence(answer, reference, raised):
    def function(x, width):
        if raised:
            raise raised("`code` <b>and</b> all")
        return answer

    verdict = exercise(reference=reference, mistakes=(NO_SQUARE,)).check(function)
    assert verdict.status in LADDER
    assert verdict.status != "passed"
    assert len(verdict.detail) > 20


def test_a_line_of_the_learners_own_code_is_named_not_the_library_below():
    verdict = exercise().check(raises)
    line = raises.__code__.co_firstlineno + 1
    assert f"line {line} of your cell" in verdict.detail
    assert "`gram(x, width)` with `x` of shape (5, 2)" in verdict.detail


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
    chatty = exercise().check(lambda x, width: print("x has", tuple(x.shape)) or gram(x, width))
    assert chatty.printed == "x has (5, 2)\n"
    assert len(exercise().check(prints_and_leaves).printed) == PRINT_LIMIT
    assert capsys.readouterr().out == ""


def test_a_generator_among_the_arguments_gives_both_the_same_numbers():
    def draws(generator):
        for n in (3, 4):
            yield n, torch.Generator().manual_seed(random.Random(n).randrange(9))

    def draw(n, generator):
        return torch.randn(n, generator=generator)

    assert exercise(reference=draw, cases=draws, mistakes=()).check(lambda n, g: torch.randn(n, generator=g)).passed


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


SELVES = {
    "plain": "def gram(x, width):\n    return gram(x, width)",
    "by another": "def other(*given):\n    return gram(*given)\ndef gram(x, width):\n    return other(x, width)",
    "decorated": "@decorate\ndef gram(x, width):\n    return gram(x, width)",
    "cached": "@functools.cache\ndef gram(x, width):\n    return gram(x, width)",
    "in a closure": "def make():\n  def gram(x, width):\n    return gram(x, width)\n  return gram\ngram = make()",
}


@pytest.mark.parametrize("name", SELVES)
def test_inside_its_own_body_the_name_means_the_function_that_is_checked(name):
    def decorate(function):
        return functools.wraps(function)(lambda *given: function(*given))

    left = "what an earlier run left"
    space = {"functools": functools, "decorate": decorate}
    exec(SELVES[name], space)
    checked, space["gram"] = space["gram"], left
    assert "Your function calls itself, and never comes to an end." in exercise().check(checked).detail
    assert space["gram"] is left
    assert "calls itself" not in exercise().check(lambda x, width: gram(x, endless())).detail


def test_honest_recursion_passes_before_its_name_is_known():
    space = {"torch": torch}
    exec("def total(x):\n    return x[0] + (total(x[1:]) if len(x) > 1 else 0)", space)
    total = space.pop("total")
    assert of_lines(lambda x: x.sum(), name="total").check(total).passed
    assert "total" not in space


RIGHT, ENTRY, FACTOR = "The numbers are right. ", "Your answer: entry [", "All entries are off by one factor: "


def itself(x):
    return x


def half_in_one_case(x):
    return x / 2 if len(x) == 4 else x


# name: (reference's values, what is answered, a piece of the sentence). Each with three cases of its own numbers.
SIMILAR = {
    "twice": (itself, lambda x: 2 * x, "exactly 2 times what is expected"),
    "a third": (itself, lambda x: x / 3, "exactly 1/3 times"),
    "π times": (itself, lambda x: -torch.pi * x, "exactly −π times"),
    "n times": (itself, lambda x: len(x) * x, f"{FACTOR}3 times what is expected here, 4 times"),
    "numbers, n times": (lambda x: x.mean(), lambda x: x.sum(), f"{FACTOR}3 times what is expected here, 4"),
    "half, in one case": (itself, half_in_one_case, "Where it differs: every entry is exactly 1/2 times"),
    "a number, twice": (lambda x: x.sum().item(), lambda x: 2 * x.sum().item(), "exactly 2 times"),
    "shifted": (itself, lambda x: x + 1, "Every entry is 1 too large."),
    "sign": (itself, lambda x: -x, "Every sign is turned"),
    "some signs": (lambda x: x - 0.5, lambda x: (x - 0.5).abs(), "some signs are wrong"),
    "one entry": (itself, lambda x: torch.cat([x[:-1], x[-1:] + 1]), "All entries but one are right."),
    "reversed": (itself, lambda x: x.flip(0), "from the last to the first"),
    "permuted": (itself, lambda x: x.roll(1), "The numbers are right, in another order."),
    "rows": (lambda x: x[:, None] * x, lambda x: (x[:, None] * x).roll(1, 0), "The rows are right, in another order."),
    "transposed": (lambda x: x[:, None] * x**2, lambda x: x[:, None] ** 2 * x, "It is the transpose"),
    "diagonal": (lambda x: x[:, None] * x, lambda x: x[:, None] * x + torch.eye(len(x)), "Only the diagonal is wrong."),
    "squared": (itself, lambda x: x**2, "the square of what is expected"),
    "root": (itself, torch.sqrt, "the square root of what is expected"),
    "inverse": (itself, lambda x: 1 / x, "one over what is expected"),
    "logarithm": (itself, torch.log, "the logarithm of what is expected"),
    "power": (itself, torch.exp, "e to the power of what is expected"),
    "rounded": (itself, lambda x: x.float().double() * (1 + 1e-5), "agrees to about four digits"),
    "zero": (itself, torch.zeros_like, "Every entry is zero."),
    "value of a tuple": (lambda x: (x, x.sum()), lambda x: (x, 2 * x.sum()), "exactly 2 times"),
    "tuple turned": (lambda x: (x, x**2), lambda x: (x**2, x), "They stand in the other order"),
    "some cases": (itself, lambda x: x if len(x) < 5 else x**3, "Right are 2 of 3 cases; this is one that"),
    "another case": (itself, lambda x: x if len(x) == 5 else x**3, "Right are 1 of 3 cases"),
}

# name: (what is answered, the rung, a piece of the sentence). Wanted is x, of shape (n,), in float64.
WRAPPED = {
    "list of numbers": (torch.Tensor.tolist, "wrong type", "`torch.tensor(..., dtype=torch.float64)`"),
    "list of tensors": (list, "wrong type", "`torch.stack(...)` makes one tensor"),
    "tuple of tensors": (tuple, "wrong type", "`torch.stack(...)` makes one tensor"),
    "pieces": (lambda x: [x[:1], *x[1:].split(1)], "wrong type", "`torch.cat(...)` makes one tensor"),
    "array": (torch.Tensor.numpy, "wrong type", "`torch.as_tensor(...)` turns it"),
    "array in float32": (lambda x: x.float().numpy(), "wrong type", "`torch.as_tensor(...)` turns it"),
    "list of arrays": (lambda x: list(x.numpy()), "wrong type", "this is `list`"),
    "comma behind it": (lambda x: (x,), "wrong type", "Take it out of its brackets"),
    "in a list": (lambda x: [x], "wrong type", "Take it out of its brackets"),
    "column": (lambda x: x[:, None], "wrong shape", ".reshape("),
    "row": (lambda x: x[None], "wrong shape", ".reshape("),
    "float32": (torch.Tensor.float, "wrong type", "is `torch.float32`; wanted is `torch.float64`"),
    "complex": (lambda x: x + 0j, "wrong type", "`.real` keeps its real part"),
}


@pytest.mark.parametrize("name", WRAPPED)
def test_right_numbers_in_another_wrapping_are_called_right(name):
    answer, status, words = WRAPPED[name]
    asked = of_lines(itself)
    verdict = asked.check(answer)
    assert (verdict.status, words in verdict.detail) == (status, True)
    assert verdict.detail.startswith(RIGHT)
    wrong = asked.check(lambda x: answer(x**2 + 1))
    # Of a wrong number the dtype is the lesser fault.
    assert wrong.status == ("not yet" if name == "float32" else status)
    assert "numbers are right" not in wrong.detail


@pytest.mark.parametrize(
    ("reference", "answer"),
    [
        (lambda x: x.sum(), lambda x: x.sum().item()),
        (lambda x: x.sum().item(), lambda x: x.sum()),
        (lambda x: (x, x**2), lambda x: [x, x**2]),
        (lambda x: (x[0].item(), x[1].item()), lambda x: [x[0], x[1].item()]),
    ],
)
def test_a_number_may_be_a_tensor_and_a_pair_a_list(reference, answer):
    asked = of_lines(reference, mistakes=(Mistake("twice", lambda x: reference(2 * x), "Half."),))
    assert asked.check(answer).passed
    assert asked.check(lambda x: answer(2 * x)).mistake == "twice"


def test_what_is_trained_has_to_be_a_tensor():
    asked = of_lines(lambda x: x.sum(), trained=True)
    verdict = asked.check(lambda x: x.sum().item())
    assert verdict.status == "wrong type"
    assert "training needs its gradient" in verdict.detail
    assert asked.check(lambda x: x.sum()).passed


def only_below_five(x):  # noqa: RET503
    if len(x) < 5:
        return x


def only_above_three(x):  # noqa: RET503
    for _ in range(len(x) - 3):
        return x


def ones_or_zeros(x):
    return torch.ones_like(x) * (len(x) % 2)


# name: (reference, answer, the rung, how the words begin, a piece of them). Each answer is wrong in its own way.
WRONG = {
    "number in brackets": (lambda x: x.sum().item(), lambda x: x.sum()[None], "wrong shape", RIGHT, ".reshape(())"),
    "no brackets": (lambda x: x.sum()[None], lambda x: x.sum(), "wrong shape", RIGHT, ".reshape((1,))"),
    "flat": (lambda x: x[:, None] * x, lambda x: (x[:, None] * x).flatten(), "wrong shape", RIGHT, "into place"),
    "a pair stacked": (lambda x: (x, x**2), lambda x: torch.stack([x, x**2]), "wrong type", RIGHT, "`return a, b`"),
    "shape, or numbers": (itself, lambda x: x + 1 if len(x) == 3 else x[:0], "wrong shape", "", "has shape (0,)"),
    "half an array": (lambda x: (x, x), lambda x: (x, x.numpy()), "wrong type", RIGHT, "Value 2 of your answer is not"),
    "floats for labels": (lambda x: (x > 0).long(), lambda x: (x > 0).double(), "wrong type", RIGHT, "torch.int64)`"),
    "labels for floats": (lambda x: (x > 0).double(), lambda x: (x > 0).long(), "wrong type", RIGHT, "a fraction"),
    "complex number": (lambda x: x.sum().item(), lambda x: complex(x.sum()), "wrong type", RIGHT, "`.real` leaves"),
    "number in a list": (lambda x: x.sum().item(), lambda x: [x.sum()], "wrong type", RIGHT, "out of its brackets"),
    "NumPy's number": (lambda x: x.sum().item(), lambda x: numpy.float32(x.sum()), "wrong type", RIGHT, "`float(...)`"),
    "narrower integers": (lambda x: (x > 0).long(), lambda x: (x > 0).int(), "passed", "", "agrees"),
    "value 2": (lambda x: (x, x.sum().item()), lambda x: (x, 0.0), "not yet", "Every entry is zero.", "Value 2 of"),
    "transpose": (lambda x: x[:, None], lambda x: x[None], "wrong shape", RIGHT, "It is the transpose."),
    "sum of these": (lambda x: x.sum(), lambda x: x, "wrong shape", "", "Their sum is the number that is wanted"),
    "mean of these": (lambda x: x.sum(), lambda x: x * len(x), "wrong shape", "", "Their mean is the number"),
    "column minus row": (lambda x: x - x.mean(), lambda x: x[:, None] - x, "wrong shape", "", "(n, 1) met a row"),
    "below five only": (itself, only_below_five, "wrong type", "", "returns nothing in this case"),
    "above three only": (itself, only_above_three, "wrong type", "", "returns nothing in this case"),
    "truth for labels": (lambda x: (x > 0.5).long(), lambda x: x > 0.5, "wrong type", RIGHT, "`torch.int64`"),
    "labels twice": (lambda x: (x > 0).long(), lambda x: 2 * (x > 0).long(), "not yet", "", "is 2; expected is 1"),
    "one of a pair": (lambda x: (x, x**2), lambda x: x**2, "wrong type", "Your answer", "the right value 2"),
    "none of a pair": (lambda x: (x, x**2), lambda x: x**3, "wrong type", "Your answer", "a tuple of 2 values."),
    "too few values": (lambda x: (x, x**2), lambda x: (x,), "wrong shape", "", "has 1 values; wanted are 2"),
    "infinity": (lambda x: x.sum(), lambda x: torch.inf, "not finite", "", "is expected. Infinity comes from"),
    "not a number": (lambda x: x.sum(), lambda x: torch.nan, "not finite", "", "is expected. NaN comes from 0 / 0"),
    "float32 and wrong": (itself, lambda x: (2 * x + 1).float(), "not yet", ENTRY, "dtype=x.dtype"),
    "no pattern": (itself, lambda x: x**3 + 1, "not yet", ENTRY, "expected is"),
    "a factor an entry": (itself, lambda x: x * torch.arange(1, len(x) + 1), "not yet", ENTRY, "expected is"),
    "whole numbers": (lambda x: len(x) % 2, lambda x: 0, "not yet", "Your answer: the value is 0", "expected is 1"),
    "two numbers only": (ones_or_zeros, lambda x: torch.ones_like(x), "not yet", "Your answer: entry [0]", "is 1"),
    **{name: (reference, answer, "not yet", "", words) for name, (reference, answer, words) in SIMILAR.items()},
    "right once": (itself, lambda x: (x if len(x) == 3 else x**2).tolist(), "wrong type", "Your answer", "`list`"),
}


@pytest.mark.parametrize("name", WRONG)
def test_each_wrong_answer_hears_what_is_wrong_with_it(name):
    reference, answer, status, beginning, words = WRONG[name]
    verdict = of_lines(reference).check(answer)
    assert (verdict.status, words in verdict.detail) == (status, True), verdict.detail
    assert verdict.detail.startswith(beginning)


def steps(generator):
    for n in (3, 4, 5):
        yield torch.rand(n, generator=generator, dtype=torch.float64), (0.25, n)


def test_a_mistake_that_raises_is_known_by_its_error():
    turned = Mistake("turned", lambda x, pair: x @ torch.ones(4, dtype=x.dtype), "Turn it.")
    asked = exercise(reference=lambda x, pair: x.sum(), cases=steps, mistakes=(turned,))
    verdict = asked.check(lambda x, pair: x.reshape(-1) @ torch.ones(4, dtype=x.dtype))
    assert (verdict.status, verdict.mistake) == ("classic mistake", "turned")
    assert verdict.detail.startswith("Turn it.")
    assert "`pair` = (0.25, 3)" in verdict.detail
    other = asked.check(lambda x, pair: x @ torch.ones(5, dtype=x.dtype))
    assert (other.status, other.mistake) == ("raised", None)
    assert asked.self_check() == []


def test_a_mistake_with_many_versions_is_known_at_sight():
    short = Mistake("short", lambda x: x - 0.5, "Go on.", sight=lambda x, answer: bool((answer < x).all()))
    asked = of_lines(itself, mistakes=(short,))
    assert asked.check(lambda x: x - 0.1).mistake == "short"
    assert asked.check(lambda x: x + 0.1).mistake is None
    assert asked.check(lambda x: "short").status == "wrong type"  # which the test cannot read


def test_a_factor_that_is_no_size_is_not_called_one():
    asked = of_lines(itself)
    detail = asked.check(lambda x: x * (1 + x[0])).detail
    assert "off by one factor" in detail
    assert "Which of the sizes" not in detail
    assert "1/30 times" in asked.check(lambda x: x / 30).detail


def test_an_error_on_a_later_case_says_that_those_before_were_right():
    later = of_lines(itself).check(lambda x: x if len(x) < 5 else x @ torch.ones(99))
    assert "Before it, 2 cases came out right." in later.detail
    assert "came out right" not in exercise().check(raises).detail


def with_while(x):
    answer, i = x.clone(), 0
    while i < len(x):
        answer[i] *= 2
        i += 1
    return answer


@pytest.mark.parametrize(
    ("function", "loops"),
    [
        (lambda x: torch.stack([2 * one for one in x]), True),
        (with_while, True),
        (lambda x: with_while(x), True),
        (lambda x: sum(x for _ in range(2)), True),
        (lambda x: x + x, False),
    ],
)
def test_a_loop_passes_with_a_note_where_the_page_asks_for_none(function, loops):
    for no_loop in (True, False):
        verdict = of_lines(lambda x: 2 * x, no_loop=no_loop).check(function)
        assert verdict.passed
        assert ("It has a loop" in verdict.note) == (loops and no_loop)


def test_a_right_answer_that_misses_the_point_passes_with_the_words_of_its_remark():
    remark = Remark("by expm", lambda x: x.exp(), uses("exp"), "You used exp.")
    series = of_lines(lambda x: torch.e**x, remarks=(remark,))
    assert series.self_check() == []
    assert series.check(lambda x: torch.exp(x)).note == "You used exp."
    assert series.check(lambda x: torch.e**x).note == ""
    blind = dataclasses.replace(remark, example=lambda x: torch.e**x)
    assert "does not pass with its words alone" in dataclasses.replace(series, remarks=(blind,)).self_check()[0]


def test_an_answer_that_carries_a_gradient_passes_with_a_note():
    asked = of_lines(lambda x: 2 * x)
    assert "`.detach()`" in asked.check(lambda x: (2 * x).requires_grad_()).note
    assert asked.check(lambda x: 2 * x).note == ""


def test_an_edit_is_made_in_the_reference_of_its_exercise():
    without = Mistake("no two", edit("(2 * width**2)", "width**2"), "The 2.", also=(NO_SQUARE.wrong,))
    asked = exercise(mistakes=(without,))
    assert asked.self_check() == []
    for wrong in (NO_TWO.wrong, *asked.mistakes[0].ways):
        assert asked.check(wrong).detail == "The 2."
    twice = edit("(2 * width**2)", "width").edit("torch.exp(-", "torch.exp(")
    assert exercise(mistakes=(Mistake("two changes", twice, "Both."),)).self_check() == []
    note = Remark("squared", edit("** 2", ".square()"), uses("square"), "Fine.")
    assert callable(exercise(remarks=(note,)).remarks[0].example)


@pytest.mark.parametrize("old", ["no such words", "x"])
def test_an_edit_of_what_does_not_stand_once_is_refused_when_the_exercise_is_made(old):
    for mistake in (Mistake("m", edit(old, ""), "?"), Mistake("m", NO_TWO.wrong, "?", also=(edit(old, ""),))):
        with pytest.raises(ValueError, match=rf"must stand once in gram; '{old}' stands \d+ times"):
            exercise(mistakes=(mistake,))


def test_what_a_learner_begins_with_is_one_of_the_mistakes():
    assert exercise(mistakes=(NO_TWO,), given=NO_TWO.name).given == NO_TWO.name
    with pytest.raises(ValueError, match="given must be one of 'no two'; got 'no three'"):
        exercise(mistakes=(NO_TWO,), given="no three")


def test_a_mistake_is_recognized_through_float32():
    through = exercise().check(lambda x, width: NO_TWO.wrong(x.float(), width))
    assert (through.status, through.mistake) == ("classic mistake", "no two")
    assert through.detail.startswith("Where is the 2?")
    assert "`torch.float32`; wanted is `torch.float64`" in through.detail
    assert exercise().check(lambda x, width: NO_TWO.wrong(x.float(), width).double()).detail == "Where is the 2?"
    nearly = Mistake("nearly right", lambda x, width: gram(x, width) + 1e-5, "A little too large.")
    assert exercise(mistakes=(nearly,)).check(lambda x, width: gram(x.float(), width)).mistake is None


@pytest.mark.parametrize(
    "answer",
    [
        lambda x, width: gram(x, width) @ torch.eye(len(x)),
        lambda x, width: gram(x, width) @ (gram(x, width) > 0),
        lambda x, width: gram(x, width) @ torch.ones(len(x)),
        lambda x, width: torch.linalg.solve(gram(x, width), torch.eye(len(x))),
        lambda x, width: torch.zeros(len(x)).index_put_((torch.arange(len(x)),), x[:, 0]),
        lambda x, width: x[:, 0].dot(torch.ones(len(x))),
        lambda x, width: torch.einsum("ij,jk->ik", gram(x, width), torch.eye(len(x))),
    ],
)
def test_where_two_dtypes_meet_the_words_say_how_to_make_one(answer):
    verdict = exercise().check(answer)
    assert verdict.status == "raised"
    assert "`torch.eye(n, dtype=x.dtype)`" in verdict.detail
    assert "Two dtypes" not in exercise().check(raises).detail


def test_an_answer_is_checked_on_the_cpu_whatever_the_default_device():
    with torch.device("meta"):
        assert exercise().check(gram).passed


def test_the_courses_answers_are_those_of_the_default_dtype_and_of_whole_arguments():
    shared = torch.zeros(3, dtype=torch.float64)

    def added(x, k):
        x += k
        return x

    def twice(generator):
        yield torch.randn(3, generator=generator).double(), 1.0  # drawn in the default dtype
        yield shared, 1.0
        yield shared, 2.0

    one = exercise(reference=added, cases=twice, mistakes=())
    assert one.check(lambda x, k: x + k).passed
    torch.set_default_dtype(torch.float64)
    try:
        assert one.check(lambda x, k: x + k).passed
    finally:
        torch.set_default_dtype(torch.float32)


def test_what_the_reference_raises_is_no_fault_of_the_learner():
    def raising(x, width):
        raise ZeroDivisionError("of the course")

    with pytest.raises(ZeroDivisionError, match="of the course"):
        exercise(reference=raising, mistakes=()).check(gram)

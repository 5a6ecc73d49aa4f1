"""What was computed once is looked up, whoever watches; what was given up is not."""

import gc
import threading
import weakref
from dataclasses import dataclass, field

import pytest
import torch

from ddlearn.classroom import cached


def test_a_cancelled_training_is_not_kept():
    calls = []

    @cached(2)
    def slow(n, progress=None):
        calls.append(n)
        if progress:
            progress(0.5, "half")
        return [n]

    def cancel(fraction, words):
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        slow(1, progress=cancel)
    first = slow(1)
    assert slow(1, progress=cancel) is first
    slow(2), slow(1), slow(3)  # what was used last stays
    assert slow(1) is first
    slow(2), slow(3)
    assert slow(1) is not first
    assert calls == [1, 1, 2, 3, 2, 3, 1]


def test_whoever_watched_is_forgotten_and_functions_are_kept():
    @cached(4)
    def applied(function, progress=None):
        return function(3)

    function, watcher = Times(1), Times(2)
    applied(function, progress=watcher)
    kept, gone = weakref.ref(function), weakref.ref(watcher)
    del function, watcher
    gc.collect()
    assert gone() is None
    assert kept() is not None  # or its id would be given to another function


@dataclass(frozen=True)
class Times:
    """A function that equals any other of its kind."""

    factor: int = field(compare=False)

    def __call__(self, n):
        return self.factor * n


def test_a_function_is_an_argument_and_known_by_itself():
    @cached(4)
    def applied(function, progress=None):
        return function(3)

    assert [applied(Times(1)), applied(Times(-1))] == [3, -3]


def test_an_argument_is_the_same_by_place_by_name_and_by_default_until_all_is_forgotten():
    calls = []

    @cached(4)
    def slow(n, m=2):
        calls.append((n, m))
        return n * m

    assert slow(1) == slow(1, 2) == slow(n=1, m=2) == 2
    slow.cache_clear()
    slow(1)
    assert calls == [(1, 2), (1, 2)]
    with pytest.raises(TypeError, match="progress"):
        slow(1, progress=print)


def test_progress_by_place_is_told_and_is_no_part_of_the_question():
    told = []

    @cached(2)
    def slow(n, progress=None):
        progress(1.0, f"{n} done")
        return [n]

    first = slow(1, lambda share, words: told.append(words))
    assert slow(1, lambda share, words: told.append("again")) is first
    assert told == ["1 done"]


def test_what_is_kept_is_computed_in_the_first_modes():
    @cached(1)
    def weight(n):
        return torch.ones(n, requires_grad=True) * 2

    with torch.no_grad():
        assert weight(3).requires_grad


def test_many_threads_may_ask_at_once():
    @cached(1)
    def double(n, progress=None):
        return 2 * n

    wrong = []

    def ask(start):
        wrong.extend(n for n in range(start, start + 300) if double(n % 3) != 2 * (n % 3))

    threads = [threading.Thread(target=ask, args=(start,)) for start in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert wrong == []

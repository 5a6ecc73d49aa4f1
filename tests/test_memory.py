"""What was computed once is looked up, whoever watches; what was given up is not."""

import threading

import pytest

from ddlearn.classroom import remembered


def test_a_cancelled_training_is_not_kept():
    calls = []

    @remembered(2)
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
    slow(2), slow(3)
    assert slow(1) is not first
    assert calls == [1, 1, 2, 3, 1]


def test_an_argument_is_the_same_by_place_by_name_and_by_default():
    calls = []

    @remembered(4)
    def slow(n, m=2, progress=None):
        calls.append((n, m))
        return n * m

    assert slow(1) == slow(1, 2) == slow(n=1, m=2) == 2
    assert calls == [(1, 2)]


def test_a_function_is_an_argument_like_any_other():
    @remembered(4)
    def applied(function, progress=None):
        return function(3)

    assert applied(lambda n: n) == 3
    assert applied(lambda n: -n) == -3


def test_many_threads_may_ask_at_once():
    @remembered(1)
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

"""What holds of every public function of the science: arguments stay as they were, seeds repeat, progress is told."""

import re

import pytest
import torch
from calls import CALLS, asked, setting, with_one
from hostile import digest

from ddlearn.classroom.compare import numbers_in


def tensors(bound):
    return [one for one in numbers_in(bound.arguments) if isinstance(one, torch.Tensor)]


@pytest.mark.parametrize("call", CALLS)
def test_arguments_stay_as_they_were(call):
    function, bound = asked(call)
    before = [one.clone() for one in tensors(bound)]
    function(*bound.args, **bound.kwargs)
    assert all(map(torch.equal, before, tensors(bound)))


@pytest.mark.parametrize("call", [call for call in CALLS if re.search(r"\bG\b", call)])
def test_a_seed_is_a_result(call):
    function, bound = asked(call)
    found = []
    for seed in (0, 0, *range(1, 5)):
        setting()["G"].manual_seed(seed)
        found.append(digest(function(*bound.args, **bound.kwargs)))
    assert found[0] == found[1]
    assert len(set(found)) > 1


@pytest.mark.parametrize("mode", [torch.no_grad, torch.inference_mode])
def test_what_trains_or_differentiates_does_so_in_every_mode_of_the_caller(mode):
    differ = []
    for call in CALLS.keys() - {'compute.generator(0, "cpu")'}:  # two generators are never equal
        function, bound = asked(call)
        found = []
        for switch in (torch.enable_grad, mode):
            setting()["G"].manual_seed(0)
            with switch():
                found.append(digest(function(*bound.args, **bound.kwargs)))
        differ += [call] if found[0] != found[1] else []
    assert not differ


class Stopped(Exception):
    pass


def stop(fraction, words):
    raise Stopped


def test_progress_is_told_up_to_one_and_may_stop_the_work(monkeypatch):
    monkeypatch.setattr("ddlearn.training.PULSE", 0.0)
    reporting = [call for call in CALLS if "progress" in asked(call)[1].signature.parameters]
    assert len(reporting) > 10
    for call in reporting:
        function, bound = asked(call)
        told = []
        heard = with_one(bound, "progress", lambda fraction, words, told=told: told.append((fraction, words)))
        function(*heard.args, **heard.kwargs)
        assert told, call
        fractions = [fraction for fraction, _ in told]
        assert fractions == sorted(fractions), call
        assert 0 <= fractions[0] <= fractions[-1] <= 1, call
        assert all(isinstance(words, str) and words for _, words in told), call
        heard = with_one(bound, "progress", stop)
        with pytest.raises(Stopped):
            function(*heard.args, **heard.kwargs)

"""What each public function of the science refuses, and the sentence it gets: the table is refused.txt."""

import math
import re

import pytest
import torch
from calls import CALLS, SENTENCES, asked, setting, with_one

import ddlearn.diagonal_networks as diagonal
import ddlearn.generalization as gz
from ddlearn import blood, datasets, kernels, networks, parities, result, ridge, sharpness, tangent, training
from ddlearn import double_descent as dd
from ddlearn import linear_networks as ln
from ddlearn import weak_labels as wl

SCIENCE = (kernels, ridge, datasets, result, networks, training, ln, diagonal, parities, sharpness, tangent, gz, dd, wl)

# What comes out and never goes in, takes nothing that could be wrong, or is refused elsewhere: test_datasets,
# test_blood_real.
UNASKED = """
datasets: DatasetUnavailable fashion_mnist images mnist
networks: Layer
training: Trained
linear_networks: Gradients LocalConstants Objective Range Reduction Starts imbalance_drift
diagonal_networks: Descent gradient_step
sharpness: Edge
tangent: InfiniteKernels
generalization: Eigenmodes KernelFit Learnability LearningCurve MarginBound Row Spectrum
double_descent: FitPath Landmarks NetSweep Predicted
weak_labels: Bags LabelModel Reliability VoteSummary
blood: BloodImages CellType Cells Sample WBCAtt blood_images bloodmnist load_wbcatt wbcatt
"""


def wrong_kinds(value):
    """What is of another kind than a value, and the error that this is."""
    if isinstance(value, torch.Tensor) and value.ndim:
        wrong = [(value.tolist(), TypeError), (value[:0], ValueError)]
        if value.dtype == torch.float64:
            spoiled = value.contiguous().clone()
            spoiled.view(-1)[-1] = math.nan
            unreadable = [(value.to("meta"), ValueError), (value.to_sparse(), TypeError), (value + 0j, TypeError)]
            return [*wrong, *unreadable, (value.long(), TypeError), (spoiled, ValueError)]
        return [*wrong, (value.double(), TypeError)] if value.dtype == torch.int64 else []
    return {
        int: [(1.5, TypeError), ("1", TypeError), (True, TypeError)],
        float: [("1", TypeError), (True, TypeError), (math.nan, ValueError)],
        str: [("nothing like it", ValueError)],
        torch.Generator: [(0, TypeError)],
    }.get(type(value), [])


def fault(function, bound, argument, value, error=(TypeError, ValueError)):
    """What is wrong with the refusal of a bad value, or nothing."""
    bad = with_one(bound, argument, value)
    try:
        function(*bad.args, **bad.kwargs)
    except Exception as refusal:
        said = str(refusal)
        shown = f"got ({re.escape(repr(value))}|{re.escape(str(value))}|{type(value).__name__})"
        wanted = f"; {shown}" if isinstance(value, (int, float, str)) else ""
        right = isinstance(refusal, error) and re.match(rf"{argument}(\[[^]]*\])* must .*{wanted}", said, re.DOTALL)
        return None if right else f"{argument}={value!r}: {refusal!r}"
    return f"{argument}={value!r} is taken"


@pytest.mark.parametrize("call", CALLS)
def test_each_bad_argument_is_named_with_what_it_got_and_what_is_wanted(call):
    function, bound = asked(call)
    function(*bound.args, **bound.kwargs)
    bad = [one.partition("=") for one in CALLS[call] if not one.startswith("~")]
    spared = {one[1:] for one in CALLS[call] if one.startswith("~")}
    assert spared <= {*bound.arguments}
    found = [fault(function, bound, argument, eval(value, setting())) for argument, _, value in bad]
    for argument, value in bound.arguments.items():
        if argument not in spared:
            found += [fault(function, bound, argument, wrong, error) for wrong, error in wrong_kinds(value)]
    assert not [one for one in found if one]


@pytest.mark.parametrize(("call", "sentence"), SENTENCES)
def test_a_refusal_in_words_of_its_own(call, sentence):
    with pytest.raises((TypeError, ValueError)) as refusal:
        eval(call, setting())
    said = str(refusal.value)
    assert sentence[3:] in said if sentence.startswith("...") else said.startswith(sentence), said


def test_every_public_function_is_in_the_table():
    known = [asked(call)[0] for call in CALLS]
    known += [one for function in known for one in (type(function), getattr(function, "__self__", None))]
    known += [type(one) for one in known]
    for module in (*SCIENCE, blood):
        name = module.__name__.removeprefix("ddlearn.")
        listed = re.search(rf"^{name}: (.*)$", UNASKED, re.MULTILINE)
        public = {one for one in module.__all__ if callable(getattr(module, one))}
        missing = {one for one in public if not any(getattr(module, one) is thing for thing in known)}
        assert missing == {*(listed[1].split() if listed else ())}, name

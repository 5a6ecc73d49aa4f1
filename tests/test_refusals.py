"""What each public function of the science refuses, and the sentence it gets: the table is refused.txt."""

import math
import re
from importlib import import_module

import pytest
import torch
from calls import CALLS, SENTENCES, asked, setting, with_one

SCIENCE = """
adversarial blood datasets diagonal_networks double_descent early_alignment generalization kernels linear_networks
networks parities result ridge separable sharpness tangent training weak_labels
"""

# What comes out and never goes in, takes nothing that could be wrong, or is refused elsewhere: test_datasets,
# test_blood_real.
UNASKED = """
datasets: DatasetUnavailable fashion_mnist images mnist
networks: Layer Parameters
training: Trained
linear_networks: Gradients LocalConstants Objective Range Reduction Starts imbalance_drift
diagonal_networks: Descent gradient_step
sharpness: Edge
separable: Asymptote Path
early_alignment: Run
tangent: InfiniteKernels
generalization: Eigenmodes KernelFit Learnability LearningCurve MarginBound Row Spectrum
double_descent: FitPath Landmarks NetSweep Predicted
weak_labels: Bags Draw Reliability VoteSummary
blood: BloodImages CellType Cells Sample WBCAtt blood_images bloodmnist load_wbcatt wbcatt
"""


def wrong_kinds(value):
    """What is of another kind than a value, and the error that this is."""
    if isinstance(value, torch.Tensor) and value.dtype == torch.float64 and value.ndim:
        spoiled = value.contiguous().clone()
        spoiled.view(-1)[-1] = math.nan
        kinds = (value.tolist(), value.long(), value.to_sparse(), value + 0j)
        values = (value[:0], spoiled, value.to("meta"))
        return [(one, TypeError) for one in kinds] + [(one, ValueError) for one in values]
    if isinstance(value, torch.Tensor) and value.dtype == torch.int64:
        return [(other, (TypeError, ValueError)) for other in (value.tolist(), value.double(), value[:0])]
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
    missing = {}
    for name in SCIENCE.split():
        module = import_module(f"ddlearn.{name}")
        public = {one for one in module.__all__ if callable(getattr(module, one))}
        left = {one for one in public if not any(getattr(module, one) is thing for thing in known)}
        missing |= {name: left} if left else {}
    listed = (line.split(": ") for line in UNASKED.strip().splitlines())
    assert missing == {name: {*names.split()} for name, names in listed}

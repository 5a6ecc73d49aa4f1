import subprocess
import sys

import numpy as np
import pytest
import torch

from ddlearn import arguments


def test_numbers_of_every_library_are_taken_and_come_back_as_python_floats():
    for value in (2, 2.0, np.float32(2), np.int64(2), torch.tensor(2.0), torch.tensor(2)):
        assert arguments.positive("width", value) == 2.0
        assert type(arguments.positive("width", value)) is float
        assert arguments.at_least("width", value, 2) == 2.0
        assert arguments.between("width", value, 0, 2) == 2.0
    assert arguments.whole("n", np.int64(3), 1) == 3
    assert type(arguments.whole("n", np.int64(3), 1)) is int


@pytest.mark.parametrize("value", [True, "2", None, [2.0], 2j, np.ones(2), torch.ones(2)])
def test_what_is_no_number_is_a_type_error(value):
    for check, *limits in (
        (arguments.positive,),
        (arguments.at_least, 0),
        (arguments.between, 0, 3),
        (arguments.whole,),
    ):
        with pytest.raises(TypeError, match=r"^width must be .*; got "):
            check("width", value, *limits)


WRONG_KINDS = {
    'whole("n", 6.5)': "n must be a whole number; got 6.5",
    'matrix("x", np.ones((2, 2)))': "x must be a torch tensor; got numpy.ndarray. torch.as_tensor(x) converts it.",
    'positives("l", 0.1, torch.ones(1))': "l must be a torch tensor or a list of positive numbers; got 0.1",
    'numbers("ratio", "2")': "ratio must be a positive number; got '2'",
    'numbers("ratio", None)': "ratio must be a positive number; got None",
    'numbers("ratio", [1, "2"], zero=True)': "ratio[1] must be a number of at least 0; got '2'",
    'numbers("r", torch.ones(2).bool())': "r must be float32 or float64; got torch.bool. r.double() converts it.",
    'numbers("r", np.ones(2))': "r must be a torch tensor; got numpy.ndarray. torch.as_tensor(r) converts it.",
    'wholes("widths", 3, 1)': "widths must be a list of whole numbers; got 3",
    'wholes("widths", "12", 1)': "widths must be a list of whole numbers; got '12'",
    'wholes("widths", [1.5], 1)': "widths[0] must be a whole number of at least 1; got 1.5",
    'generator("generator", 0)': "generator must be a torch.Generator; got int",
}
WRONG_VALUES = {
    'whole("n", 6, 1, 5)': "n must be a whole number from 1 to 5; got 6",
    'whole("n", 6, high=5)': "n must be a whole number of at most 5; got 6",
    'between("p", float("nan"), 0, 1)': "p must be a number from 0 to 1; got nan",
    'positive("width", 10**400)': "width must be a positive number; got a number beyond the range of floats",
    'one_of("order", True, (0, 1))': "order must be one of 0, 1; got True",
    'matrix("x", torch.ones(3, 2), rows=4, columns=2)': "x must be a matrix of shape (4, 2); got shape (3, 2)",
    'positives("l", torch.ones(1, 1), torch.ones(1))': "l must be of shape (L,); got shape (1, 1)",
    'symmetric("K", torch.tensor([[1, 1e-6], [0, 1]]).double())': (
        "K must be symmetric; got entries that differ from their mirror image by 1e-06"
    ),
    'numbers("ratio", 0)': "ratio must be a positive number; got 0",
    'numbers("ratio", -1, zero=True)': "ratio must be a number of at least 0; got -1",
    'numbers("ratio", [1, 0.0])': "ratio[1] must be a positive number; got 0.0",
    'numbers("ratio", [])': "ratio must not be empty; got shape (0,)",
    'numbers("ratio", torch.tensor([1.0, 0.0]))': "ratio must be positive numbers; got 0.0 among them",
    'numbers("ratio", torch.tensor([1.0, -1.0]), zero=True)': "ratio must be at least 0; got -1.0 among them",
    'numbers("ratio", torch.tensor([1.0, torch.inf]))': "ratio must be finite; got inf at [1]",
    'numbers("ratio", torch.ones(2, 2))': "ratio must be one number or of shape (L,); got shape (2, 2)",
    'wholes("widths", [], 1)': "widths must not be empty",
    'wholes("widths", [1, 0], 1)': "widths[1] must be a whole number of at least 1; got 0",
    'tensor("x", torch.tensor([1.0, torch.inf, -torch.inf]))': "x must be finite; got inf at [1]",
}
REFUSALS = [(call, TypeError, said) for call, said in WRONG_KINDS.items()]
REFUSALS += [(call, ValueError, said) for call, said in WRONG_VALUES.items()]


@pytest.mark.parametrize(("call", "error", "sentence"), REFUSALS)
def test_a_refusal_says_what_it_got_and_what_it_wants(call, error, sentence):
    with pytest.raises(error) as refusal:
        eval(call, vars(arguments) | {"np": np, "torch": torch})
    assert str(refusal.value) == sentence


def test_what_is_right_comes_back():
    assert arguments.one_of("order", 1, (0, 1)) == 1
    assert arguments.wholes("widths", (1, np.int64(3)), 1) == [1, 3]
    assert arguments.wholes("widths", range(2)) == [0, 1]
    for value in ([0.5, 2], (0.5, torch.tensor(2.0)), torch.tensor([0.5, 2.0], dtype=torch.float64)):
        assert torch.equal(arguments.positives("penalties", value, torch.ones(1)), torch.tensor([0.5, 2.0]))
    rounded = torch.eye(3, dtype=torch.float64)
    rounded[0, 1] = 1e-15
    huge = torch.full((3,), torch.finfo(torch.float64).max, dtype=torch.float64)  # finite, but not in sum
    for check, value in (("symmetric", rounded), ("tensor", huge), ("generator", torch.Generator())):
        assert getattr(arguments, check)("it", value) is value


def test_arguments_are_checked_without_torch():
    code = "import sys; from ddlearn import arguments as a; a.positive('w', 1); print('torch' in sys.modules)"
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert run.stdout.strip() == "False"


def test_numbers_are_one_or_several_and_always_float64():
    for value in (2, 2.0, np.float32(2), torch.tensor(2)):
        one = arguments.numbers("ratio", value)
        assert (one.shape, one.dtype, one.item()) == ((), torch.float64, 2.0)
    for value in ([1, 2.5], (1.0, 2.5), torch.tensor([1, 2.5])):
        several = arguments.numbers("ratio", value)
        assert (several.dtype, several.tolist()) == (torch.float64, [1.0, 2.5])
    assert arguments.numbers("ratio", torch.arange(1, 3)).tolist() == [1.0, 2.0]
    assert arguments.numbers("ratio", [0.0, 1.0], zero=True).tolist() == [0.0, 1.0]

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
    for check in (
        lambda: arguments.positive("width", value),
        lambda: arguments.at_least("width", value, 0),
        lambda: arguments.between("width", value, 0, 3),
        lambda: arguments.whole("width", value),
    ):
        with pytest.raises(TypeError, match=r"^width must be .*; got "):
            check()


def test_a_whole_number_says_the_side_that_was_passed():
    with pytest.raises(ValueError, match=r"^n must be a whole number from 1 to 5; got 6$"):
        arguments.whole("n", 6, 1, 5)
    with pytest.raises(ValueError, match=r"^n must be a whole number of at most 5; got 6$"):
        arguments.whole("n", 6, high=5)
    with pytest.raises(TypeError, match=r"^n must be a whole number; got 6\.5$"):
        arguments.whole("n", 6.5)
    with pytest.raises(ValueError, match=r"^p must be a number from 0 to 1; got nan$"):
        arguments.between("p", float("nan"), 0, 1)


def test_a_number_beyond_floats_is_refused_in_words():
    with pytest.raises(ValueError, match=r"^width must be a positive number; got a number beyond the range of floats$"):
        arguments.positive("width", 10**400)


def test_options_are_told_apart_by_kind():
    assert arguments.one_of("order", 1, (0, 1)) == 1
    with pytest.raises(ValueError, match=r"^order must be one of 0, 1; got True$"):
        arguments.one_of("order", True, (0, 1))


def test_a_numpy_array_is_refused_with_the_way_out():
    with pytest.raises(TypeError) as refusal:
        arguments.matrix("x", np.ones((2, 2)))
    assert str(refusal.value) == "x must be a torch tensor; got numpy.ndarray. torch.as_tensor(x) converts it."


def test_the_shape_asked_for_stands_in_the_sentence():
    with pytest.raises(ValueError, match=r"^x must be a matrix of shape \(4, 2\); got shape \(3, 2\)$"):
        arguments.matrix("x", torch.ones(3, 2), rows=4, columns=2)


def test_a_list_of_positive_numbers_takes_the_precision_of_its_neighbor():
    like = torch.ones(1, dtype=torch.float32)
    for value in ([0.5, 2], (0.5, torch.tensor(2.0)), torch.tensor([0.5, 2.0], dtype=torch.float64)):
        assert torch.equal(arguments.positives("penalties", value, like), torch.tensor([0.5, 2.0]))
    with pytest.raises(TypeError, match=r"^penalties must be a torch tensor or a list of positive numbers; got 0\.1$"):
        arguments.positives("penalties", 0.1, like)
    with pytest.raises(ValueError, match=r"^penalties must be of shape \(L,\); got shape \(1, 1\)$"):
        arguments.positives("penalties", torch.ones(1, 1), like)


def test_rounding_passes_for_symmetric_and_a_real_difference_does_not():
    K = torch.eye(3, dtype=torch.float64)
    K[0, 1] = 1e-15
    assert arguments.symmetric("K", K) is K
    K[0, 1] = 1e-6
    with pytest.raises(ValueError, match=r"^K must be symmetric; got entries that differ .* by 1e-06$"):
        arguments.symmetric("K", K)


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


@pytest.mark.parametrize(
    ("value", "zero", "error", "sentence"),
    [
        (0, False, ValueError, "ratio must be a positive number; got 0"),
        (-1, True, ValueError, "ratio must be a number of at least 0; got -1"),
        ("2", False, TypeError, "ratio must be a positive number; got '2'"),
        (None, False, TypeError, "ratio must be a positive number; got None"),
        ([1, 0.0], False, ValueError, "ratio[1] must be a positive number; got 0.0"),
        ([1, "2"], True, TypeError, "ratio[1] must be a number of at least 0; got '2'"),
        ([], False, ValueError, "ratio must not be empty; got shape (0,)"),
        (torch.tensor([1.0, 0.0]), False, ValueError, "ratio must be positive numbers; got 0.0 among them"),
        (torch.tensor([1.0, -1.0]), True, ValueError, "ratio must be at least 0; got -1.0 among them"),
        (torch.tensor([1.0, torch.inf]), False, ValueError, "ratio must be finite; got inf at [1]"),
        (torch.ones(2, 2), False, ValueError, "ratio must be one number or of shape (L,); got shape (2, 2)"),
        (torch.ones(2, dtype=torch.bool), False, TypeError, "ratio must be float32 or float64; got torch.bool. "),
        (np.ones(2), False, TypeError, "ratio must be a torch tensor; got numpy.ndarray. "),
    ],
)
def test_what_are_no_numbers_is_refused(value, zero, error, sentence):
    with pytest.raises(error) as refusal:
        arguments.numbers("ratio", value, zero=zero)
    assert str(refusal.value).startswith(sentence)


def test_whole_numbers_come_as_a_list_and_each_is_checked():
    assert arguments.wholes("widths", (1, np.int64(3)), 1) == [1, 3]
    assert arguments.wholes("widths", range(2)) == [0, 1]
    for value, error, sentence in (
        (3, TypeError, "widths must be a list of whole numbers; got 3"),
        ("12", TypeError, "widths must be a list of whole numbers; got '12'"),
        ([], ValueError, "widths must not be empty"),
        ([1, 0], ValueError, "widths[1] must be a whole number of at least 1; got 0"),
        ([1.5], TypeError, "widths[0] must be a whole number of at least 1; got 1.5"),
    ):
        with pytest.raises(error) as refusal:
            arguments.wholes("widths", value, 1)
        assert str(refusal.value) == sentence


def test_a_generator_is_torch_s():
    source = torch.Generator()
    assert arguments.generator("generator", source) is source
    with pytest.raises(TypeError, match=r"^generator must be a torch.Generator; got int$"):
        arguments.generator("generator", 0)


def test_finite_entries_may_have_a_sum_that_is_not():
    huge = torch.full((3,), torch.finfo(torch.float64).max, dtype=torch.float64)
    assert arguments.tensor("x", huge) is huge
    with pytest.raises(ValueError, match=r"^x must be finite; got inf at \[1\]$"):
        arguments.tensor("x", torch.tensor([1.0, torch.inf, -torch.inf]))

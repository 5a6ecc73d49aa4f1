"""What each public function of blood refuses, and the sentence it gets."""

import math

import pytest
import torch

from ddlearn import blood
from ddlearn.compute import generator

G = generator(0)
LABELS = torch.tensor([0, 1, 2])
CELLS = blood.draw_cells(LABELS, G)
ONE, TWO = blood.specimen_effects(1, 1.0, G), blood.specimen_effects(2, 1.0, G)
MIX = torch.full((2, 3), 1 / 3, dtype=torch.float64)
WHICH = torch.zeros(3, dtype=torch.int64)
WAVE = torch.ones(4, 4, dtype=torch.complex128)
PICTURES = torch.ones(2, 32, 32)
POOL = blood.cell_pool(2, 1, G)
ATTRIBUTES = blood.AttributeSet(torch.zeros(2, 11, dtype=torch.int64), torch.tensor([0, 1]))
IMAGES = blood.BloodImages(*[torch.zeros(1)] * 6, licence="", citation="")
NO_GENERATOR = "generator must be a torch.Generator; got int"


def effects(**changed):
    parts = {"focus": ONE.focus, "tilt": ONE.tilt, "noise": ONE.noise, "contrast": ONE.contrast, **changed}
    return lambda: blood.Effects(**parts)


TABLE = {
    "draw_cells": [
        (lambda: blood.draw_cells([0], G), TypeError, "labels must be a tensor of int64 labels; got list"),
        (lambda: blood.draw_cells(LABELS.float(), G), TypeError, "labels must be a tensor of int64 labels; got"),
        (lambda: blood.draw_cells(LABELS + 1, G), ValueError, "labels must be labels from 0 to 2; got labels from 1"),
        (lambda: blood.draw_cells(LABELS[:0], G), ValueError, "labels must be of shape (n,) and not empty; got shape"),
        (lambda: blood.draw_cells(LABELS, 0), TypeError, NO_GENERATOR),
    ],
    "transmission": [
        (lambda: blood.transmission(LABELS), TypeError, "cells must be Cells; got Tensor"),
        (lambda: blood.transmission(CELLS, -1), ValueError, "contrast must be a number of at least 0; got -1"),
        (
            lambda: blood.transmission(CELLS, [0.1, 0.2]),
            ValueError,
            "contrast must be one number or of shape (3,); got shape (2,)",
        ),
        (
            lambda: blood.transmission(CELLS, dtype=torch.float16),
            ValueError,
            "dtype must be one of torch.float32, torch.float64; got",
        ),
    ],
    "propagate": [
        (lambda: blood.propagate(WAVE.real, 1, 1), TypeError, "field must be a complex torch tensor; got torch"),
        (lambda: blood.propagate(1j, 1, 1), TypeError, "field must be a complex torch tensor; got complex"),
        (lambda: blood.propagate(WAVE[0], 1, 1), ValueError, "field must be of shape (..., h, w) and not empty; got"),
        (lambda: blood.propagate(WAVE, math.inf, 1), ValueError, "distance must be a number from"),
        (lambda: blood.propagate(WAVE, 1, 0), ValueError, "pixel must be a positive number; got 0"),
        (lambda: blood.propagate(WAVE, 1, 1, -1), ValueError, "wavelength must be a positive number; got -1"),
    ],
    "transfer_function": [
        (lambda: blood.transfer_function((0, 1), 1, 1), ValueError, "shape[0] must be a whole number of at least 1"),
        (
            lambda: blood.transfer_function((2, 2), torch.tensor([math.nan]), 1),
            ValueError,
            "distance must be finite; got nan at [0]",
        ),
    ],
    "Effects": [
        (effects(focus=torch.ones(1, 1)), ValueError, "focus must be of shape (S,); got shape (1, 1)"),
        (effects(tilt=torch.ones(1)), ValueError, "tilt must be of shape (1, 2); got shape (1,)"),
        (effects(noise=-ONE.noise), ValueError, "noise must be at least 0; got -"),
        (effects(contrast=0.02), TypeError, "contrast must be a torch tensor; got float"),
    ],
    "specimen_effects": [
        (lambda: blood.specimen_effects(0, 1, G), ValueError, "n must be a whole number of at least 1; got 0"),
        (lambda: blood.specimen_effects(1, -1, G), ValueError, "strength must be a number from 0 to 5; got -1"),
        (lambda: blood.specimen_effects(1, 1, 0), TypeError, NO_GENERATOR),
    ],
    "record": [
        (lambda: blood.record(LABELS, ONE, WHICH), TypeError, "cells must be Cells; got Tensor"),
        (lambda: blood.record(CELLS, 1, WHICH), TypeError, "effects must be Effects; got int"),
        (lambda: blood.record(CELLS, ONE, WHICH[:2]), ValueError, "which must be of shape (3,); got shape (2,)"),
        (lambda: blood.record(CELLS, ONE, None), TypeError, "which must be a tensor of int64 indices of specimens"),
    ],
    "simulate_cells": [
        (lambda: blood.simulate_cells(LABELS - 1, ONE, G), ValueError, "labels must be labels from 0 to 2; got labels"),
        (
            lambda: blood.simulate_cells(LABELS, TWO, G),
            ValueError,
            "which must say the specimen of each cell, for there are 2; got None",
        ),
        (
            lambda: blood.simulate_cells(LABELS, TWO, G, WHICH + 2),
            ValueError,
            "which must be indices from 0 to 1; got indices from 2 to 2",
        ),
        (lambda: blood.simulate_cells(LABELS, ONE, 0), TypeError, NO_GENERATOR),
    ],
    "simulate_rings": [
        (lambda: blood.simulate_rings(LABELS, None, G), TypeError, "effects must be Effects; got NoneType"),
        (lambda: blood.simulate_rings(LABELS, ONE, 0), TypeError, NO_GENERATOR),
    ],
    "standardise": [
        (lambda: blood.standardise(PICTURES[0]), ValueError, "pictures must be of shape (n, h, w); got shape (32, 32)"),
        (lambda: blood.standardise(-PICTURES), ValueError, "pictures must have medians above 0, as intensities have"),
        (lambda: blood.standardise(PICTURES * math.nan), ValueError, "pictures must be finite; got nan at [0, 0, 0]"),
    ],
    "ring_features": [
        (lambda: blood.ring_features(PICTURES.numpy()), TypeError, "pictures must be a torch tensor; got numpy"),
        (
            lambda: blood.ring_features(PICTURES[:, :20]),
            ValueError,
            "pictures must be 24 pixels or more on each side; got shape (2, 20, 32)",
        ),
    ],
    "mean_blood": [
        (lambda: blood.mean_blood((1, 2)), ValueError, "alpha must be three positive numbers; got shape (2,)"),
        (lambda: blood.mean_blood((1, 2, 0)), ValueError, "alpha[2] must be a positive number; got 0"),
    ],
    "draw_patients": [
        (lambda: blood.draw_patients(0, G), ValueError, "n must be a whole number of at least 1; got 0"),
        (lambda: blood.draw_patients(1, G, (1, -1, 1)), ValueError, "alpha[1] must be a positive number; got -1"),
        (lambda: blood.draw_patients(1, 0), TypeError, NO_GENERATOR),
    ],
    "blood_report": [
        (lambda: blood.blood_report(MIX[0], G), ValueError, "mixes must be a matrix of shape (n, 3); got shape (3,)"),
        (lambda: blood.blood_report(MIX / 2, G), ValueError, "mixes must have rows that sum to 1; got one that is"),
        (lambda: blood.blood_report(MIX, 0), TypeError, NO_GENERATOR),
    ],
    "differential_count": [
        (
            lambda: blood.differential_count(torch.tensor([[1.5, -0.5, 0]]), 1, G),
            ValueError,
            "mixes must be shares of at least 0; got -0.5",
        ),
        (lambda: blood.differential_count(MIX, 0, G), ValueError, "cells must be a whole number from 1 to 1000000000"),
        (lambda: blood.differential_count(MIX, 1, G, "all"), ValueError, "total must be one of 'fixed', 'poisson'"),
        (lambda: blood.differential_count(MIX, 1, 0), TypeError, NO_GENERATOR),
    ],
    "counting_deviation": [
        (lambda: blood.counting_deviation(2 * MIX + 1, 5), ValueError, "shares must be from 0 to 1; got 1.667 to"),
        (lambda: blood.counting_deviation(MIX, 0), ValueError, "cells must be a whole number of at least 1; got 0"),
        (lambda: blood.counting_deviation(MIX, 1, 1), ValueError, "total must be one of 'fixed', 'poisson'; got 1"),
    ],
    "purity": [
        (lambda: blood.purity(1.1), ValueError, "impurity must be a number from 0 to 1; got 1.1"),
    ],
    "draw_specimens": [
        (lambda: blood.draw_specimens(MIX, 0, G), ValueError, "cells must be a whole number of at least 1; got 0"),
        (lambda: blood.draw_specimens(MIX[:, :2], 1, G), ValueError, "mixes must be a matrix of shape (n, 3); got"),
        (lambda: blood.draw_specimens(MIX, 1, 0), TypeError, NO_GENERATOR),
        (lambda: blood.draw_specimens(MIX, 1, G, strength=9), ValueError, "strength must be a number from 0 to 5"),
    ],
    "cell_pool": [
        (lambda: blood.cell_pool(1, 1, G), ValueError, "train must be a whole number of at least 2; got 1"),
        (lambda: blood.cell_pool(2, 0, G), ValueError, "test must be a whole number of at least 1; got 0"),
        (lambda: blood.cell_pool(2, 1, G, strength=-1), ValueError, "strength must be a number from 0 to 5; got -1"),
        (lambda: blood.cell_pool(2, 1, 0), TypeError, NO_GENERATOR),
    ],
    "CellPool": [
        (lambda: POOL.take(LABELS + 1, G), ValueError, "labels must be labels from 0 to 2; got labels from 1 to 3"),
        (lambda: POOL.take(LABELS, 0), TypeError, NO_GENERATOR),
        (lambda: POOL.draw(MIX, 0, G), ValueError, "cells must be a whole number of at least 1; got 0"),
    ],
    "AttributeSet": [
        (lambda: ATTRIBUTES.has("colour", "red"), ValueError, "attribute must be one of 'cell_size', 'cell_shape'"),
        (lambda: ATTRIBUTES.has("cell_size", "huge"), ValueError, "values[0] must be one of 'big', 'small'; got"),
        (lambda: ATTRIBUTES.one_hot(("size",)), ValueError, "attributes[0] must be one of 'cell_size'"),
    ],
    "load_wbcatt": [
        (lambda: blood.load_wbcatt(None), TypeError, "folder must be a path; got NoneType"),
    ],
    "white_cell_rules": [
        (lambda: blood.white_cell_rules(LABELS), TypeError, "cells must be an AttributeSet; got Tensor"),
    ],
    "BloodImages": [
        (
            lambda: IMAGES.points(torch.zeros(1, 28, 28)),
            TypeError,
            "images must be a uint8 tensor of shape (n, 28, 28, 3); got (1, 28, 28)",
        ),
    ],
}  # fmt: skip

ROWS = [pytest.param(*row, id=f"{name}-{i}") for name, rows in TABLE.items() for i, row in enumerate(rows)]


@pytest.mark.parametrize(("call", "error", "sentence"), ROWS)
def test_a_bad_argument_gets_its_sentence(call, error, sentence):
    with pytest.raises(error) as refusal:
        call()
    assert type(refusal.value) is error
    assert str(refusal.value).startswith(sentence)


def test_every_public_name_is_in_the_table():
    results = {"CellType", "Cells", "Sample", "WBCAtt"}  # they come out, never in unchecked
    constants = {name for name in blood.__all__ if name.isupper()}
    fetched = {"blood_images", "bloodmnist", "wbcatt"}  # what they refuse is in test_blood_real
    assert set(TABLE) == set(blood.__all__) - results - constants - fetched

"""BloodMNIST: 17,092 real blood cells under a microscope, in color, 28 x 28, of eight kinds. Fetched when asked for.

Yang et al., MedMNIST v2, Scientific Data 10:41, 2023, from pictures by Acevedo et al., Mendeley Data snkd93bnjr, 2020;
CC BY 4.0. The file is compared with the publisher's MD5 and read without pickle. No claim of the course rests on it.
"""

import zipfile
from dataclasses import dataclass, replace

import numpy as np
import torch
from torch import Tensor

from ddlearn.compute import require_memory
from ddlearn.fetch import DatasetUnavailable, Source

__all__ = ["BLOODMNIST", "BLOOD_CLASSES", "BloodImages", "blood_images", "bloodmnist"]

BLOOD_CLASSES = (
    "basophil",
    "eosinophil",
    "erythroblast",
    "immature granulocyte",
    "lymphocyte",
    "monocyte",
    "neutrophil",
    "platelet",
)
"""Class 0 to 7. Erythroblasts and platelets are no white blood cells."""

PARTS = {"train": "train", "validation": "val", "test": "test"}  # as the archive calls them

BLOODMNIST = Source(
    name="bloodmnist",
    base_url="https://zenodo.org/records/10519652/files/",
    files={"archive": ("bloodmnist.npz", "7053d0359d879ad8a5505303e11de1dc")},
    license="CC BY 4.0",
    citation=(
        "J. Yang et al., MedMNIST v2, Scientific Data 10:41, 2023; A. Acevedo et al., Mendeley Data snkd93bnjr, 2020"
    ),
    instead="the simulated cells of ddlearn.blood",
)


@dataclass(frozen=True, eq=False)
class BloodImages:
    """The official split.

    Images (n, 28, 28, 3) are uint8, red, green and blue; y (n,) are int64, an index into `BLOOD_CLASSES`.
    """

    train_images: Tensor
    train_y: Tensor
    validation_images: Tensor
    validation_y: Tensor
    test_images: Tensor
    test_y: Tensor
    license: str
    citation: str

    def points(self, images: Tensor) -> Tensor:
        """Return the images of this set as points.  (n, 28, 28, 3) -> (n, 2352), float64 in [0, 1]"""
        if not isinstance(images, Tensor) or images.ndim != 4 or images.dtype != torch.uint8:
            shape = tuple(images.shape) if isinstance(images, Tensor) else type(images).__name__
            raise TypeError(f"images must be a uint8 tensor of shape (n, 28, 28, 3); got {shape}")
        require_memory(8 * images.numel(), "BloodMNIST as float64 points")
        return images.flatten(1).double().div_(255)


def bloodmnist(base_url: str = BLOODMNIST.base_url) -> BloodImages:
    """Return BloodMNIST: 11,959 + 1,712 + 3,421 cells; fetched once. Raises `DatasetUnavailable`."""
    return blood_images(replace(BLOODMNIST, base_url=base_url))


def blood_images(source: Source) -> BloodImages:
    """Return images in BloodMNIST's archive, from wherever it is published. Raises `DatasetUnavailable`."""
    path = source.fetch()["archive"]
    try:
        with np.load(path, allow_pickle=False) as archive:
            sides = {name: (archive[f"{part}_images"], archive[f"{part}_labels"]) for name, part in PARTS.items()}
    except (OSError, ValueError, KeyError, EOFError, AttributeError, TypeError, zipfile.BadZipFile) as error:
        raise DatasetUnavailable(f"{path} is not BloodMNIST's archive ({error}). Remove it and try again.") from None
    tensors = []
    for side, (images, labels) in sides.items():
        y = labels.reshape(-1)
        if images.dtype != np.uint8 or images.shape != (len(y), 28, 28, 3) or y.dtype.kind not in "iu":
            raise DatasetUnavailable(
                f"{source.name} is not what it should be: {side} images of shape {images.shape}, {images.dtype}, "
                f"with {len(y)} classes, {y.dtype}."
            )
        if len(y) == 0 or y.min() < 0 or y.max() >= len(BLOOD_CLASSES):
            raise DatasetUnavailable(f"{source.name} is not what it should be: {side} classes are not 0 to 7.")
        tensors += [torch.from_numpy(images), torch.from_numpy(y.astype(np.int64))]
    return BloodImages(*tensors, source.license, source.citation)

"""WBCAtt: 10,298 real white blood cells, described by pathologists in eleven attributes each. No pictures.

Tsutsui, Pang, Wen, NeurIPS 2023, arXiv 2306.13531; annotations under the MIT license. The three files are not part of
the course: `wbcatt()` fetches them once, 2 MB, from the repository apple2373/wbcatt on GitHub, folder `submission`,
commit `COMMIT`. Whoever has them already says where, to `load_wbcatt`. Each is read as plain text and checked cell by
cell.
"""

import csv
import hashlib
import logging
from dataclasses import dataclass, replace
from pathlib import Path

import torch
from torch import Tensor

from ddlearn import arguments
from ddlearn.blood.cells import GRANULOCYTE, LYMPHOCYTE, MONOCYTE
from ddlearn.fetch import DatasetUnavailable, Source

__all__ = ["ATTRIBUTES", "LENS_FREE", "WBCATT", "AttributeSet", "WBCAtt", "load_wbcatt", "wbcatt"]

log = logging.getLogger(__name__)

COMMIT = "ad255b80f6d56b9f72508b04466c3c4a2c95c97b"

ATTRIBUTES: dict[str, tuple[str, ...]] = {
    "cell_size": ("big", "small"),
    "cell_shape": ("irregular", "round"),
    "nucleus_shape": (
        "irregular",
        "segmented-bilobed",
        "segmented-multilobed",
        "unsegmented-band",
        "unsegmented-indented",
        "unsegmented-round",
    ),
    "nuclear_cytoplasmic_ratio": ("high", "low"),
    "chromatin_density": ("densely", "loosely"),
    "cytoplasm_vacuole": ("no", "yes"),
    "cytoplasm_texture": ("clear", "frosted"),
    "cytoplasm_colour": ("blue", "light blue", "purple blue"),
    "granule_type": ("coarse", "nil", "round", "small"),
    "granule_colour": ("nil", "pink", "purple", "red"),
    "granularity": ("no", "yes"),
}
"""The attributes and their values, in the order of the codes."""
LENS_FREE = tuple(ATTRIBUTES)[:7]
"""Attributes that a lens-free picture might show: no color, and no granules, which alone tell a granulocyte."""

KINDS = {
    "Basophil": GRANULOCYTE,
    "Eosinophil": GRANULOCYTE,
    "Lymphocyte": LYMPHOCYTE,
    "Monocyte": MONOCYTE,
    "Neutrophil": GRANULOCYTE,
}
COLUMNS = ("img_name", "label", *ATTRIBUTES, "path")
SHA256 = {
    "train": "0ae43bc4e38740dd2d93859e3894af96cb570ebc709620fa41b5042c628ff9ec",
    "val": "28a7c116c111e15652e995974770ceb91a1e123a9804d6a9c5e4a53d046be9a0",
    "test": "f97100edd420a68d44fa15df11ef1f98a328813b9f5e9d49d67dbc20e89a73c5",
}

WBCATT = Source(
    name="wbcatt",
    base_url=f"https://raw.githubusercontent.com/apple2373/wbcatt/{COMMIT}/submission",
    files={
        "train": ("pbc_attr_v1_train.csv", "227b14c0537b1ec947fab2474c32885b"),
        "val": ("pbc_attr_v1_val.csv", "75a480e8f646f8fbc7ea8a1037752bd3"),
        "test": ("pbc_attr_v1_test.csv", "2964bce6777f53062a7326a5b8f2e1e2"),
    },
    license="MIT (the annotations)",
    citation=(
        "S. Tsutsui, W. Pang, B. Wen, WBCAtt: a white blood cell dataset annotated with detailed morphological "
        "attributes, NeurIPS 2023, arXiv 2306.13531"
    ),
    instead="the votes that the lesson draws",
)


@dataclass(frozen=True, eq=False)
class AttributeSet:
    """n cells: codes (n, 11), the index of each attribute's value in `ATTRIBUTES`; labels (n,), types 0 to 2.

    Neutrophils, eosinophils and basophils are granulocytes.
    """

    codes: Tensor
    labels: Tensor

    def __len__(self) -> int:
        return len(self.labels)

    def has(self, attribute: str, *values: str) -> Tensor:
        """Return which cells have one of these values of an attribute.  (n,), bool"""
        arguments.one_of("attribute", attribute, tuple(ATTRIBUTES))
        known = ATTRIBUTES[attribute]
        wanted = [known.index(arguments.one_of(f"values[{i}]", value, known)) for i, value in enumerate(values)]
        return torch.isin(self.codes[:, tuple(ATTRIBUTES).index(attribute)], torch.tensor(wanted, dtype=torch.int64))

    def one_hot(self, attributes: tuple[str, ...] = LENS_FREE) -> Tensor:
        """Return a column of 0 and 1 for each value of these attributes.  (n, d), float64; d = 18 for `LENS_FREE`"""
        for i, name in enumerate(attributes):
            arguments.one_of(f"attributes[{i}]", name, tuple(ATTRIBUTES))
        return torch.stack([self.has(name, value) for name in attributes for value in ATTRIBUTES[name]], 1).double()


@dataclass(frozen=True, eq=False)
class WBCAtt:
    """The official split. `as_published` says whether all three files are, byte for byte, those of `COMMIT`."""

    train: AttributeSet
    validation: AttributeSet
    test: AttributeSet
    as_published: bool
    license: str = WBCATT.license
    citation: str = WBCATT.citation


def wbcatt(base_url: str = WBCATT.base_url) -> WBCAtt:
    """Return WBCAtt: 6,169 + 1,030 + 3,099 cells; fetched once. Raises `DatasetUnavailable`."""
    return load_wbcatt(replace(WBCATT, base_url=base_url).fetch()["train"].parent)


def load_wbcatt(folder: str | Path) -> WBCAtt:
    """Return WBCAtt from a folder that holds pbc_attr_v1_train.csv, pbc_attr_v1_val.csv and pbc_attr_v1_test.csv.

    `DatasetUnavailable` if a file is missing, has other columns, or has a value that its column cannot have.
    """
    if not isinstance(folder, (str, Path)):
        raise TypeError(f"folder must be a path; got {type(folder).__name__}")
    files = {split: Path(folder).expanduser() / f"pbc_attr_v1_{split}.csv" for split in SHA256}
    content = {split: _read(path) for split, path in files.items()}
    sets = [_parse(files[split], content[split]) for split in SHA256]
    same = all(hashlib.sha256(content[split]).hexdigest() == SHA256[split] for split in SHA256)
    log.info("WBCAtt: license %s. Please cite: %s", WBCATT.license, WBCATT.citation)
    return WBCAtt(*sets, as_published=same)


def _read(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        raise DatasetUnavailable(
            f"WBCAtt cannot be read: {path} ({error.strerror or error}). Get its three files from "
            f"https://github.com/apple2373/wbcatt/tree/{COMMIT}/submission, under the {WBCATT.license} license."
        ) from None


def _parse(path: Path, content: bytes) -> AttributeSet:
    try:
        lines = list(csv.reader(content.decode("utf-8-sig").splitlines(), strict=True))
    except (UnicodeDecodeError, csv.Error) as error:
        raise DatasetUnavailable(f"{path} is not a table of comma-separated values ({error}).") from None
    if not lines or tuple(lines[0]) != COLUMNS:
        got = ", ".join(lines[0][:20]) if lines else "none"
        raise DatasetUnavailable(f"{path} must have the columns {', '.join(COLUMNS)}; got {got}")
    if len(lines) == 1:
        raise DatasetUnavailable(f"{path} has no cells.")
    codes, labels = [], []
    for number, line in enumerate(lines[1:], 2):
        if len(line) != len(COLUMNS):
            raise DatasetUnavailable(f"{path}, line {number}: {len(COLUMNS)} values are wanted; got {len(line)}")
        labels.append(KINDS[_known(path, number, "label", line[1], tuple(KINDS))])
        row = zip(ATTRIBUTES.items(), line[2:-1], strict=True)
        codes.append([known.index(_known(path, number, name, value, known)) for (name, known), value in row])
    return AttributeSet(torch.tensor(codes), torch.tensor(labels))


def _known(path: Path, number: int, column: str, value: str, known: tuple[str, ...]) -> str:
    if value not in known:
        shown = value if len(value) <= 40 else value[:40] + "..."
        raise DatasetUnavailable(
            f"{path}, line {number}: {column} must be one of {', '.join(map(repr, known))}; got {shown!r}"
        )
    return value

"""Loaders of real cells: what is published comes through whole, and anything else gets its sentence."""

import hashlib
import io
import logging
import shutil
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch

from ddlearn import blood
from ddlearn.blood import BLOODMNIST, GRANULOCYTE, LYMPHOCYTE, MONOCYTE, blood_images
from ddlearn.fetch import DatasetUnavailable

REAL = Path(__file__).resolve().parents[2] / "shared" / "data" / "wbcatt"
needs_wbcatt = pytest.mark.skipif(not REAL.is_dir(), reason="the shared data folder is not here")

HEAD = "img_name,label," + ",".join(blood.ATTRIBUTES) + ",path"
CELLS = [
    "a.jpg,Eosinophil,small,round,unsegmented-band,low,densely,no,clear,light blue,round,red,yes,x/a.jpg",
    "b.jpg,Lymphocyte,small,irregular,unsegmented-round,high,densely,no,frosted,blue,nil,nil,no,x/b.jpg",
    "c.jpg,Monocyte,big,irregular,unsegmented-indented,low,loosely,yes,frosted,blue,nil,nil,no,x/c.jpg",
    "d.jpg,Basophil,big,round,irregular,low,densely,no,clear,light blue,coarse,purple,yes,x/d.jpg",
]


@pytest.fixture
def folder(tmp_path):
    for split in ("train", "val", "test"):
        (tmp_path / f"pbc_attr_v1_{split}.csv").write_text("\n".join([HEAD, *CELLS]) + "\n")
    return tmp_path


# WBCAtt ---------------------------------------------------------------------------------------------------------------


def test_a_table_becomes_codes_and_types(folder, caplog):
    with caplog.at_level(logging.INFO, "ddlearn"):
        data = blood.load_wbcatt(folder)
    assert "license MIT (the annotations). Please cite: S. Tsutsui" in caplog.text
    assert not data.as_published
    cells = blood.load_wbcatt(str(folder)).validation  # a path may be a string
    assert len(cells) == 4
    assert cells.labels.tolist() == [GRANULOCYTE, LYMPHOCYTE, MONOCYTE, GRANULOCYTE]
    assert cells.has("cell_size", "big").tolist() == [False, False, True, True]
    assert cells.has("nucleus_shape", "irregular", "unsegmented-band").tolist() == [True, False, False, True]
    for i, (name, values) in enumerate(blood.ATTRIBUTES.items()):
        assert [values[code] for code in cells.codes[:, i].tolist()] == [row.split(",")[2 + i] for row in CELLS], name


def test_one_hot_columns_hold_one_value_of_each_attribute(folder):
    cells = blood.load_wbcatt(folder).train
    x = cells.one_hot()
    assert x.shape == (4, 18)
    assert x.dtype == torch.float64
    assert (x.sum(1) == 7).all()
    assert cells.one_hot(("granularity",)).tolist() == [[0, 1], [1, 0], [1, 0], [0, 1]]
    assert not {"granularity", "granule_type", "granule_colour", "cytoplasm_colour"} & set(blood.LENS_FREE)


def test_rules_vote_or_say_nothing(folder):
    votes = blood.white_cell_rules(blood.load_wbcatt(folder).train)
    G, L, M, no = GRANULOCYTE, LYMPHOCYTE, MONOCYTE, -1
    assert votes.tolist() == [
        [G, no, no, no, no, no, no, G, no, L],
        [no, L, no, L, no, no, L, no, no, L],
        [no, no, M, no, M, M, M, no, M, no],
        [no, no, no, no, no, no, no, G, no, no],
    ]


BROKEN = {
    "columns": (lambda t: t.replace("cell_size", "size", 1), r"must have the columns img_name, label, cell_size"),
    "value": (lambda t: t.replace("small", "tiny", 1), r"line 2: cell_size must be one of 'big', 'small'; got 'tiny'"),
    "label": (lambda t: t.replace("Monocyte", "Platelet"), r"line 4: label must be one of 'Basophil'.*got 'Platelet'"),
    "short line": (lambda t: t.replace(",x/d.jpg", ""), r"line 5: 14 values are wanted; got 13"),
    "no cells": (lambda t: HEAD, r"has no cells"),
    "empty": (lambda t: "", r"must have the columns .*; got none"),
    "a web page": (lambda t: "<!DOCTYPE html>", r"must have the columns .*; got <!DOCTYPE html>"),
}


@pytest.mark.parametrize("fault", BROKEN)
def test_what_is_no_table_of_cells_is_refused(folder, fault):
    change, sentence = BROKEN[fault]
    path = folder / "pbc_attr_v1_val.csv"
    path.write_text(change(path.read_text()))
    with pytest.raises(DatasetUnavailable, match=f"pbc_attr_v1_val.csv.*{sentence}"):
        blood.load_wbcatt(folder)


def test_bytes_that_are_no_text_and_files_that_are_missing(folder):
    (folder / "pbc_attr_v1_test.csv").write_bytes(b"\xff\xfe\x00\x80")
    with pytest.raises(DatasetUnavailable, match=r"test.csv is not a table of comma-separated values"):
        blood.load_wbcatt(folder)
    (folder / "pbc_attr_v1_test.csv").unlink()
    with pytest.raises(
        DatasetUnavailable, match=r"WBCAtt cannot be read: .*test.csv \(No such file.*github.com/apple2373/wbcatt.*MIT"
    ):
        blood.load_wbcatt(folder)


@needs_wbcatt
def test_the_published_table_comes_through_the_download(publisher, tmp_path, caplog):
    for path in REAL.glob("*.csv"):
        shutil.copyfile(path, tmp_path / path.name)
    with caplog.at_level(logging.INFO, "ddlearn"):
        data = blood.wbcatt(publisher)
    assert "wbcatt: license MIT (the annotations). Please cite: S. Tsutsui" in caplog.text
    assert data.as_published
    counts = [part.labels.bincount().tolist() for part in (data.train, data.validation, data.test)]
    assert counts == [[4604, 736, 829], [773, 111, 146], [2287, 367, 445]]
    with open(tmp_path / "pbc_attr_v1_val.csv", "a") as file:
        file.write(CELLS[0] + "\n")
    assert not blood.load_wbcatt(tmp_path).as_published


def test_another_table_is_refused_and_the_lesson_goes_on(publisher, folder):
    with pytest.raises(
        DatasetUnavailable, match=r"its checksum differs .* or go on with the votes that the lesson draws, which needs?"
    ):
        blood.wbcatt(publisher)


# BloodMNIST -----------------------------------------------------------------------------------------------------------


def archive(**changed):
    """A small archive like the published one; a part given as None is left out."""
    rng = np.random.default_rng(0)
    parts = {}
    for split, n in (("train", 9), ("val", 3), ("test", 4)):
        parts[f"{split}_images"] = rng.integers(0, 256, (n, 28, 28, 3), dtype=np.uint8)
        parts[f"{split}_labels"] = rng.integers(0, 8, (n, 1), dtype=np.uint8)
    parts = {name: part for name, part in {**parts, **changed}.items() if part is not None}
    file = io.BytesIO()
    np.savez(file, **parts)
    return file.getvalue(), parts


@pytest.fixture
def publisher(tmp_path, monkeypatch):
    """An address where everybody downloads what lies in the temporary folder."""
    monkeypatch.setenv("DDLEARN_DATA", str(tmp_path / "cache"))
    monkeypatch.setattr("ddlearn.fetch._download", lambda url, to, _: shutil.copyfile(tmp_path / Path(url).name, to))
    return "https://example.org/cells"


@pytest.fixture
def publish(tmp_path, publisher):
    """Serve one file, and say where, with its checksum."""

    def serve(content):
        (tmp_path / "bloodmnist.npz").write_bytes(content)
        files = {"archive": ("bloodmnist.npz", hashlib.md5(content).hexdigest())}
        return replace(BLOODMNIST, base_url=publisher, files=files)

    return serve


def test_an_archive_comes_through_the_download(publish, caplog):
    content, parts = archive()
    with caplog.at_level(logging.INFO, "ddlearn"):
        data = blood_images(publish(content))
    assert "license CC BY 4.0. Please cite: J. Yang" in caplog.text
    assert np.array_equal(data.train_images.numpy(), parts["train_images"])
    assert data.validation_y.tolist() == parts["val_labels"][:, 0].tolist()
    assert data.test_y.dtype == torch.int64
    x = data.points(data.test_images)
    assert x.shape == (4, 2352)
    assert np.array_equal(x.numpy(), parts["test_images"].reshape(4, -1) / 255)


class Trap:
    """Were it unpickled, it would speak."""

    def __reduce__(self):
        return print, ("a pickle was read",)


FAULTS = {
    "a part is missing": ({"val_labels": None}, r"is not BloodMNIST's archive \(.*val_labels"),
    "a pickle": ({"test_labels": np.array([Trap()] * 4)}, r"is not BloodMNIST's archive \(Object arrays cannot"),
    "gray images": ({"train_images": np.zeros((9, 28, 28), np.uint8)}, r"train images of shape \(9, 28, 28\), uint8"),
    "floats": ({"test_images": np.zeros((4, 28, 28, 3))}, r"test images of shape \(4, 28, 28, 3\), float64"),
    "classes do not fit": ({"val_labels": np.zeros((2, 1), np.uint8)}, r"validation images .* with 2 classes, uint8"),
    "a ninth class": ({"val_labels": np.full((3, 1), 8, np.uint8)}, r"validation classes are not 0 to 7"),
}


@pytest.mark.parametrize("fault", FAULTS)
def test_an_archive_that_is_not_what_it_should_be_is_refused(publish, capsys, fault):
    changed, sentence = FAULTS[fault]
    with pytest.raises(DatasetUnavailable, match=sentence):
        blood_images(publish(archive(**changed)[0]))
    assert capsys.readouterr().out == ""


@pytest.mark.parametrize("content", [b"", b"no archive", archive()[0][:2000], np.arange(3).tobytes()])
def test_what_is_no_archive_is_refused(publish, content):
    with pytest.raises(DatasetUnavailable, match=r"is not BloodMNIST's archive .* Remove it and try again\.$"):
        blood_images(publish(content))


def test_the_published_checksum_refuses_anything_else_and_says_what_to_do_instead(publish):
    source = publish(archive()[0])
    with pytest.raises(
        DatasetUnavailable,
        match=r"its checksum differs .* or go on with the simulated cells of ddlearn.blood, which needs? no network\.$",
    ):
        blood.bloodmnist(base_url=source.base_url)

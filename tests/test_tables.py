"""Tables: what is written is read, what cannot be learned from is refused in words, and nothing else ever happens."""

import csv
import io
import math

import pytest
import torch
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from ddlearn import compute
from ddlearn.tables import BUILT_IN, Table, TableRefused, read_table

ROWS = 24


def body(rows=ROWS, extra=()):
    """Rows of two numbers and a target, as lists of cells."""
    return [[f"{0.5 * i}", f"{(7 * i) % 11}", f"{1.5 * i + 0.25}"] for i in range(rows)]


def text(rows=None, header=("a", "b", "price"), between=","):
    lines = [header, *(body() if rows is None else rows)]
    return "\n".join(between.join(line) for line in lines) + "\n"


def changed(row, column, cell):
    rows = body()
    rows[row][column] = cell
    return text(rows)


@pytest.fixture
def write(tmp_path):
    def write(content, name="mine.csv"):
        path = tmp_path / name
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
        return path

    return write


def test_a_plain_table_is_read(write):
    table = read_table(write(text()))
    assert (table.name, table.columns, table.target, table.classes) == ("mine", ("a", "b"), "price", ())
    torch.testing.assert_close(table.x[:, 0], 0.5 * torch.arange(ROWS, dtype=torch.float64))
    torch.testing.assert_close(table.y, 1.5 * torch.arange(ROWS, dtype=torch.float64) + 0.25)
    assert table.said == "24 rows, 2 columns, and a number to predict"


@pytest.mark.parametrize("between", [",", ";", "\t"])
@pytest.mark.parametrize("start", ["", "\ufeff"], ids=["plain", "byte order mark"])
@pytest.mark.parametrize("end", ["\n", "\r\n"], ids=["unix", "windows"])
def test_other_ways_to_write_it_are_read_too(write, between, start, end):
    table = read_table(write((start + text(between=between)).replace("\n", end) + end))
    assert table.columns == ("a", "b")
    assert len(table) == ROWS


def test_target_and_columns_are_chosen_by_name(write):
    table = read_table(write(text()), "a", leave_out=("price",))
    assert (table.columns, table.target) == (("b",), "a")


def test_words_are_classes_and_so_are_a_few_whole_numbers(write):
    words = [[*row[:2], ("red", "blue, deep", "green")[i % 3]] for i, row in enumerate(body())]
    quoted = [[*row[:2], f'"{row[2]}"'] for row in words]
    table = read_table(write(text(quoted)))
    assert table.classes == ("blue, deep", "green", "red")
    assert table.y.dtype == torch.int64
    assert table.y[:3].tolist() == [2, 0, 1]
    tens = [[*row[:2], str((i * 5) % 3 * 5)] for i, row in enumerate(body())]
    assert read_table(write(text(tens))).classes == ("0", "5", "10")
    assert read_table(write(text(tens)), kind="numbers").classes == ()


REFUSALS = {
    "missing": (None, "no file nowhere.csv"),
    "empty": ("", "is empty"),
    "blank lines only": ("\n \n", "is empty"),
    "nothing between commas": (",,\n,,\n", "no cell with anything in it"),
    "header only": ("a,b,c\n", "0 rows"),
    "too few rows": (text(body(19)), "at least 20"),
    "too many rows": (text(body(5001)), "at most 5,000"),
    "not UTF-8": (text().encode() + b"caf\xe9,1,2\n", "not UTF-8"),
    "a spreadsheet": (b"PK\x03\x04" + bytes(40), "save it as CSV"),
    "null bytes": (b"a,b\n1,\x00\n", "is no text"),
    "ragged": (text([*body(), ["1", "2"]]), "Line 26 has 2 cells and the header has 3"),
    "no header": (text(header=("1", "2", "3")), "numbers in its first row"),
    "a name missing": (text(header=("a", "", "price")), "Column 2 has no name"),
    "two of a name": (text(header=("a", "a", "price")), "Two columns are called 'a'"),
    "text in a number": (changed(3, 1, "n/a"), "Line 5, column 'b': 'n/a' is no number"),
    "decimal comma": (text([[f'"{0.5 * i:.1f}"'.replace(".", ","), *r[1:]] for i, r in enumerate(body())]), "a point"),
    "a cell missing": (changed(3, 1, ""), "Line 5, column 'b', is empty"),
    "NaN": (changed(3, 1, "nan"), "is not finite"),
    "infinity": (changed(3, 1, "-inf"), "is not finite"),
    "too large": (changed(3, 1, "1e200"), "is too large"),
    "an underscore": (changed(3, 1, "1_000"), "is no number"),
    "a constant column": (text([[r[0], "7", r[2]] for r in body()]), "same number in every row"),
    "a constant target": (text([[*r[:2], "7.5"] for r in body()]), "same in every row"),
    "one class": (text([[*r[:2], "x"] for r in body()]), "one class only"),
    "a class of one row": (text([[*r[:2], "x" if i else "y"] for i, r in enumerate(body())]), "'y' has one row only"),
    "too many classes": (text([[*r[:2], f"name {i}"] for i, r in enumerate(body())]), "24 different classes"),
    "a slip in the target": (changed(3, 2, "1.5 EUR"), "Line 5, column 'price': '1.5 EUR' is no number"),
    "a target missing": (changed(3, 2, ""), "Line 5, column 'price', is empty"),
    "one column": (text([[r[0]] for r in body()], header=("a",)), "needs two columns"),
    "an open quotation mark": (text() + '"1,2,3\n', "cannot be read as CSV"),
    "too many columns": (
        text([[str(i * j % 17) for j in range(202)] for i in range(ROWS)], header=[f"c{j}" for j in range(202)]),
        "at most 200",
    ),
}


@pytest.mark.parametrize("case", REFUSALS)
def test_what_cannot_be_learned_from_is_refused_in_a_sentence(case, write):
    content, words = REFUSALS[case]
    path = write(content) if content is not None else write("", "other.csv").with_name("nowhere.csv")
    with pytest.raises(TableRefused) as refusal:
        read_table(path)
    said = str(refusal.value)
    assert words in said
    assert said.endswith((".", "!"))
    assert len(said) < 300


def test_other_refusals(write, tmp_path):
    path = write(text())
    for call, words in (
        (lambda: read_table(path, "weight"), "no column 'weight' to predict. The columns are 'a', 'b', 'price'"),
        (lambda: read_table(path, leave_out=("weight",)), "no column 'weight' to leave out"),
        (lambda: read_table(path, leave_out=("a", "b")), "needs two columns"),
        (lambda: read_table(path, kind="classes"), "24 different classes"),
        (lambda: read_table(tmp_path), "is a folder"),
        (lambda: read_table("bad\0name.csv"), "cannot be read"),
        (lambda: read_table(write(bytes(21 * 2**20), "big.csv")), "larger than 20 MB"),
        (lambda: read_table(write(changed(3, 2, "x")), kind="numbers"), "kind='classes'"),
    ):
        with pytest.raises(TableRefused, match=words.replace("(", r"\(")):
            call()
    with pytest.raises(ValueError, match="kind must be one of"):
        read_table(path, kind="words")


def test_nothing_in_a_file_is_run(write, tmp_path):
    trap = tmp_path / "sprung"
    cell = f"__import__('pathlib').Path({str(trap)!r}).touch()"
    for place in (0, 2):
        with pytest.raises(TableRefused):
            read_table(write(changed(3, place, f'"{cell}"')))
    with pytest.raises(TableRefused):
        read_table(write(changed(3, 0, "=1+1")))
    assert not trap.exists()


names = st.text(st.characters(codec="utf-8", exclude_characters="\0"), min_size=1, max_size=12).map(str.strip)
finite = st.floats(-1e90, 1e90, allow_subnormal=True)


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_whatever_a_writer_of_csv_writes_is_read_back(data, write):
    header = data.draw(st.lists(names.filter(lambda n: len(n.splitlines()) == 1), min_size=2, max_size=4, unique=True))
    if all(_is_number(name) for name in header):
        header[0] = "x" + header[0]
    columns = [data.draw(st.lists(finite, min_size=20, max_size=25).filter(lambda c: len(set(c)) > 1)) for _ in header]
    count = min(map(len, columns))
    columns = [column[:count] for column in columns]
    if any(len(set(column)) < 2 for column in columns):
        return
    file = io.StringIO()
    writer = csv.writer(file, quoting=csv.QUOTE_ALL)
    writer.writerows([header, *zip(*([repr(cell) for cell in column] for column in columns), strict=True)])
    if "," not in file.getvalue().splitlines()[0]:
        return
    most = max(file.getvalue().splitlines()[0].count(one) for one in ";\t")
    if most >= file.getvalue().splitlines()[0].count(","):
        return  # a header with more semicolons than commas is read as parted by semicolons
    table = read_table(write(file.getvalue()), kind="numbers")
    assert table.columns == tuple(header[:-1])
    assert table.x.T.tolist() == [list(column) for column in columns[:-1]]
    assert table.y.tolist() == columns[-1]
    points = table.points
    assert points.isfinite().all()
    torch.testing.assert_close(points.square().mean(0), torch.ones(len(header) - 1, dtype=torch.float64))


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.one_of(st.binary(max_size=400), st.text(alphabet='0123456789,;\t"\n.-ae ', max_size=400).map(str.encode)))
def test_any_bytes_are_a_table_or_a_refusal(write, content):
    try:
        table = read_table(write(content))
    except TableRefused:
        return
    assert isinstance(table, Table)


def _is_number(cell):
    try:
        return math.isfinite(float(cell)) or True
    except ValueError:
        return False


def test_a_sample_keeps_rows_together_and_drops_what_no_longer_varies():
    x = torch.arange(60, dtype=torch.float64).reshape(30, 2)
    x[:, 1] = 0.0
    x[0, 1] = 1.0
    table = Table("t", x, torch.arange(30) % 3, ("a", "b"), "c", ("p", "q", "r"))
    small = table.sample(8, compute.generator(1))
    assert len(small) == 8
    assert small.columns == ("a",)
    assert [small.classes[i] for i in small.y.tolist()] == [table.classes[int(v / 2) % 3] for v in small.x[:, 0]]
    assert table.sample(30, compute.generator(1)) is table
    same = Table("t", x, torch.zeros(30, dtype=torch.float64), ("a", "b"), "c")
    with pytest.raises(TableRefused, match="nothing varies"):
        same.sample(5, compute.generator(1))


@pytest.mark.parametrize(("name", "rows", "columns", "classes"), [
    ("tumours", 569, 30, 2), ("wines", 178, 13, 3), ("diabetes", 442, 10, 0),
])  # fmt: skip
def test_the_tables_that_are_here(name, rows, columns, classes):
    table = BUILT_IN[name]()
    assert (len(table), len(table.columns), len(table.classes)) == (rows, columns, classes)
    assert table.points.mean(0).abs().max() < 1e-12
    assert table.source

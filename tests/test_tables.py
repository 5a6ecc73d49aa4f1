"""Tables: what is written is read, what cannot be learned from is refused in words, and nothing else ever happens."""

import csv
import io
import re
import unicodedata

import pytest
import torch
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from ddlearn import compute
from ddlearn.tables import BUILT_IN, Table, TableRefused, read_table
from ddlearn.tables.cells import signs
from ddlearn.tables.files import tidy

ROWS = 24


def body(rows=ROWS, extra=()):
    """Rows of two numbers and a target, as lists of cells."""
    return [[f"{0.5 * i}", f"{(7 * i) % 11}", f"{1.5 * i + 0.25}"] for i in range(rows)]


def text(rows=None, header=("a", "b", "price"), between=","):
    lines = [header, *(body() if rows is None else rows)]
    return "\n".join(between.join(line) for line in lines) + "\n"


def cycled(column, *cells):
    """A file whose cells of one column are these, over and over."""
    return text([[*row[:column], cells[i % len(cells)], *row[column + 1 :]] for i, row in enumerate(body())])


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


def refused(*arguments, **options):
    """The sentence of a refusal, and the options with which reading goes on."""
    with pytest.raises(TableRefused) as refusal:
        read_table(*arguments, **options)
    return str(refusal.value), refusal.value.options


def test_a_plain_table_is_read(write):
    table = read_table(write(text()))
    assert (table.name, table.columns, table.target, table.classes) == ("mine", ("a", "b"), "price", ())
    torch.testing.assert_close(table.x[:, 0], 0.5 * torch.arange(ROWS, dtype=torch.float64))
    torch.testing.assert_close(table.y, 1.5 * torch.arange(ROWS, dtype=torch.float64) + 0.25)
    assert table.said == "24 rows, 2 columns, and a number to predict"


def test_target_and_columns_are_chosen_by_name(write):
    table = read_table(write(text()), "a", leave_out=("price",))
    assert (table.columns, table.target) == (("b",), "a")


def test_words_are_classes_and_so_are_a_few_whole_numbers(write):
    table = read_table(write(cycled(2, "red", '"blue, deep"', "green")))
    assert table.classes == ("blue, deep", "green", "red")
    assert table.y.dtype == torch.int64
    assert table.y[:3].tolist() == [2, 0, 1]
    assert read_table(write(cycled(2, "0", "10", "5"))).classes == ("0", "5", "10")
    assert read_table(write(cycled(2, "0", "10", "5")), kind="numbers").classes == ()


REFUSALS = {
    "missing": (None, "no file nowhere.csv"),
    "empty": ("", "is empty"),
    "blank lines only": ("\n \n", "is empty"),
    "line ends of other kinds only": ("\x0b\u2028\n", "needs two columns"),
    "nothing between commas": (",,\n,,\n", "is empty"),
    "header only": ("a,b,c\n", "0 rows"),
    "too few rows": (text(body(19)), "at least 20"),
    "too many rows": (text(body(5001)), "at most 5,000"),
    "not UTF-8": (text().encode() + b"caf\xe9,1,2\n", "is no UTF-8 text"),
    "a spreadsheet": (b"PK\x03\x04" + bytes(40), "is a spreadsheet"),
    "an old spreadsheet": (b"\xd0\xcf\x11\xe0" + bytes(40), "is a spreadsheet"),
    "null bytes": (b"a,b\n1,\x00\n", "is no text"),
    "ragged": (text([*body(), ["1", "2"]]), "Line 26 has 2 cells and the header has 3"),
    "no header": (text(header=("1", "2", "3")), "numbers in its first row"),
    "a row longer than the header": (text([*body(), ["1", "2", "3", "4"]]), "Line 26 has 4 cells and the header has 3"),
    "a title above the names": (
        "Report\n\n" + text(),
        "Line 1 is a title: it has 1 cell, and the names seem to stand in line 3",
    ),
    "spaces between the cells": (text(between=" "), "needs two columns"),
    "a name missing": (text(header=("a", "", "price")), "'column 2' has no name in the first row"),
    "two of a name": (text(header=("a", "a", "price")), "Two columns are called 'a'"),
    "text in a number": (changed(3, 1, "4 EUR"), "'b' is wrong in line 5: '4 EUR' is no number"),
    "both decimal signs": (text([[r[0].replace(".", ","), *r[1:]] for r in body()], between=";"), "behind “.”"),
    "a cell missing": (changed(3, 1, ""), "1 row with gaps: 1 in 'b' (first in line 5)"),
    "NaN": (changed(3, 1, "nan"), "1 row with gaps: 1 in 'b' (first in line 5)"),
    "dates": (text([[f"{i + 1}.05.2024", *r[1:]] for i, r in enumerate(body())]), "'a' holds dates"),
    "a word": (cycled(0, "same"), "'a' holds one word only"),
    "three words": (cycled(0, *"lmh"), "holds words, 3 different ones"),
    "one word two ways": (cycled(0, "Yes", "yes"), "'Yes' and 'yes', which differ in capitals only"),
    "one class two ways": (cycled(2, "Yes", "yes", "no"), "The classes 'Yes' and 'yes' differ in capitals only."),
    "infinity": (changed(3, 1, "-inf"), "is not finite"),
    "too large": (changed(3, 1, "1e200"), "is too large"),
    "a number in brackets": (changed(3, 1, "(12.5)"), "as accountants write -12.5: write the sign"),
    "an underscore": (changed(3, 1, "1_000"), "is no number"),
    "a constant column": (cycled(1, "7"), "same number in every row"),
    "a constant target": (cycled(2, "7.5"), "same in every row"),
    "one class": (cycled(2, "x"), "one class only"),
    "a class of one row": (cycled(2, "y", *"x" * (ROWS - 1)), "'y' has one row only"),
    "too many classes": (cycled(2, *(f"name {i}" for i in range(ROWS))), "24 different classes"),
    "a slip in the target": (changed(3, 2, "1.5 EUR"), "'price' is wrong in line 5: '1.5 EUR' is no number"),
    "a target missing": (changed(3, 2, ""), "1 row with gaps: 1 in 'price' (first in line 5)"),
    "one column": (text([[r[0]] for r in body()], header=("a",)), "needs two columns"),
    "an open quotation mark": (text() + '"1,2,3\n', "cannot be read as CSV"),
    "a total": (text() + "Total,30,100\n", "Line 26, the last, holds 'Total'"),
    "a total alone": (text() + ",,Gesamt:\n", "Line 26 holds words, such as 'Gesamt:'"),
    "units under the names": (text([["(cm)", "", "EUR"], *body()]), "Line 2 holds words, such as '(cm)'"),
    "the names once more": (text([*body(), ["a", "b", "price"]]), "Line 26 holds words, such as 'a'"),
    "a comment with commas above the names": ("# made, at, noon\n" + text(), "delete the lines above it"),
    "rows alone, with numbers and words": (
        cycled(2, "M", "B").replace("a,b,price", "17.9,3,M"),
        "numbers in its first row",
    ),
    "rows with names of their own, as R writes them": (
        text([[str(i), *row] for i, row in enumerate(body())], between="\t").replace("a\t", "a\t", 1),
        "Every row has 4 cells and the header has 3",
    ),
    "pandas' column without a name": (
        text([[str(i), *row] for i, row in enumerate(body())], ("Unnamed: 0", "a", "b", "price")),
        "'Unnamed: 0' has no name",
    ),
    "text behind a quotation mark": (changed(3, 1, '"5" kg'), "in line 5, something stands behind the quotation mark"),
    "a quotation mark for inches": (changed(3, 1, '"5'), "opens a cell in line 5 is not closed"),
    "quotation marks and spaces": ('"a" "b" "y"\n' + '"1" 2 3\n' * 30, "needs two columns"),
    "a web page": ("<!DOCTYPE html>\n<p>a, b</p>\n" * 30, "is a web page"),
    "JSON": ('[{"a": 1, "b": 2}]', "is JSON"),
    "a packed file": (b"\x1f\x8b" + bytes(40), "is packed"),
    "percentages to predict": (cycled(2, "0%", "5%", "10%", "15%"), "'0%' in line 2"),
    "prices to predict": (cycled(2, "$0.50", "$5.50", "$10.50"), "'$0.50' in line 2"),
    "days to predict": (cycled(2, "2024-01-01", "2024-01-02"), "holds dates"),
    "TRUE and 1": (cycled(2, "TRUE", "FALSE", "1"), "The classes 'TRUE' and '1' mean the same."),
    "too many columns": (
        text([[str(i * j % 17) for j in range(202)] for i in range(ROWS)], header=[f"c{j}" for j in range(202)]),
        "at most 200",
    ),
}


@pytest.mark.parametrize("case", REFUSALS)
def test_what_cannot_be_learned_from_is_refused_in_a_sentence(case, write):
    content, words = REFUSALS[case]
    path = write(content) if content is not None else write("", "other.csv").with_name("nowhere.csv")
    said, _ = refused(path)
    assert words in said
    assert said.endswith((".", "!"))
    assert len(said) < 300


def test_other_refusals(write, tmp_path):
    path, there = write(text()), "The columns are 'a', 'b', 'price'."
    assert refused(path, 2)[0] == f"A column is called by its name; got 2. {there}"
    assert refused(path, leave_out=[0])[0] == f"A column is called by its name; got 0. {there}"
    assert refused(path, "weight")[0] == f"There is no column 'weight' to predict. {there}"
    assert refused(path, leave_out=("weight",))[0] == f"There is no column 'weight' to leave out. {there}"
    assert "needs two columns" in refused(path, leave_out=("a", "b"))[0]
    assert "24 different classes" in refused(path, kind="classes")[0]
    assert "is a folder" in refused(tmp_path)[0]
    assert "cannot be read" in refused("bad\0name.csv")[0]
    assert "no home folder is known" in refused("~nobody9/mine.csv")[0]
    assert "larger than 20 MB" in refused(write(bytes(21 * 2**20), "big.csv"))[0]
    assert "kind='classes'" in refused(write(changed(3, 2, "x"), "slip.csv"), kind="numbers")[0]
    assert read_table(path, leave_out=None).columns == ("a", "b")
    assert read_table(write(text(header=("PK", "b", "price")))).columns == ("PK", "b")
    with pytest.raises(ValueError, match="kind must be one of"):
        read_table(path, kind="words")


def test_nothing_in_a_file_is_run(write, tmp_path):
    trap = tmp_path / "sprung"
    cell = f"__import__('pathlib').Path({str(trap)!r}).touch()"
    for place, code in ((0, f'"{cell}"'), (2, f'"{cell}"'), (0, "=1+1")):
        refused(write(changed(3, place, code)))
    assert not trap.exists()


def shape(cells, header=("a", "b", "y"), between=";"):
    """A file of thirty rows; `cells(i)` are those of row i."""
    return "\n".join(between.join(row) for row in [header, *([*cells(i), str(i % 2)] for i in range(30))]) + "\n"


def grouped(i, sign, decimals=""):
    return f"{700 + 137 * i:,}".replace(",", sign) + decimals


PLAIN = shape(lambda i: (str(i), str(i * i)), between=",")
NFD = unicodedata.normalize("NFD", "Größe")
SQUARES = [i * i for i in range(30)]
GROUPED = [700 + 137 * i for i in range(30)]
SHAPES = {  # what a program wrote, and the second column as it was meant
    "commas": (PLAIN, SQUARES),
    "semicolons": (PLAIN.replace(",", ";"), SQUARES),
    "tabs": (PLAIN.replace(",", "\t"), SQUARES),
    "pipes": (PLAIN.replace(",", "|"), SQUARES),
    "spaces after commas": (PLAIN.replace(",", ", "), SQUARES),
    "everything quoted": ("\n".join(",".join(f'"{c}"' for c in x.split(",")) for x in PLAIN.split()), SQUARES),
    "Windows line ends": (PLAIN.replace("\n", "\r\n"), SQUARES),
    "old Macintosh line ends": (PLAIN.replace("\n", "\r"), SQUARES),
    "blank lines between": ("\n" + PLAIN.replace("\n", "\n\n"), SQUARES),
    "a byte order mark": ("\ufeff" + PLAIN, SQUARES),
    "UTF-16": (PLAIN.encode("utf-16"), SQUARES),
    "UTF-16, big end first": (b"\xfe\xff" + PLAIN.encode("utf-16-be"), SQUARES),
    "UTF-16 without a mark": (PLAIN.encode("utf-16-le"), SQUARES),
    "UTF-32": (PLAIN.encode("utf-32"), SQUARES),
    "a line sep=;": ("sep=;\n" + PLAIN.replace(",", ";"), SQUARES),
    'a line "sep=,"': ('"sep=,"\r\n' + PLAIN, SQUARES),
    "a separator at the end": (PLAIN.replace(",", ";").replace("\n", ";\n"), SQUARES),
    "separators at the end of rows alone": (PLAIN.replace("\n", ",\n").replace("y,", "y,", 1), SQUARES),
    "commas in names": (PLAIN.replace(",", ";").replace("a;b;y", '"a, old";"b, new";y'), SQUARES),
    "semicolons in names": (PLAIN.replace("a,b,y", '"a; b; c; d",b,y'), SQUARES),
    "tabs in names": (PLAIN.replace("a,b,y", '"x\ty\tz",b,y'), SQUARES),
    "line breaks in names": (PLAIN.replace(",", ";").replace("a;b;y", '"size, w\n(mm)";"kg";y'), SQUARES),
    "quotation marks in names": (PLAIN.replace("a,b,y", '"a ""raw""",b,y'), SQUARES),
    "decimal commas": (shape(lambda i: (f"{i},5", f"{i * i},25")), [i * i + 0.25 for i in range(30)]),
    "decimal commas in quotes": (
        shape(lambda i: (f'"{i},5"', f'"{i * i},25"'), between=","),
        [i * i + 0.25 for i in range(30)],
    ),
    "English thousands": (shape(lambda i: (str(i), f'"{grouped(i, ",")}"'), between=","), GROUPED),
    "English thousands and decimals": (shape(lambda i: (str(i), grouped(i, ",", ".50"))), [v + 0.5 for v in GROUPED]),
    "German thousands, commas elsewhere": (shape(lambda i: (f"{i},5", grouped(i, "."))), GROUPED),
    "German thousands and decimals": (shape(lambda i: (str(i), grouped(i, ".", ",50"))), [v + 0.5 for v in GROUPED]),
    "French thousands": (shape(lambda i: (f"{i},5", grouped(i, "\u202f"))), GROUPED),
    "thousands with a hard space": (
        shape(lambda i: (f"{i},5", grouped(i, "\u00a0", ",5"))),
        [v + 0.5 for v in GROUPED],
    ),
    "Swiss thousands": (shape(lambda i: (str(i), grouped(i, "’", ".5"))), [v + 0.5 for v in GROUPED]),
    "millions": (shape(lambda i: (str(i), f"{10**6 + i:,}".replace(",", "."))), [10**6 + i for i in range(30)]),
    "exponents": (shape(lambda i: (str(i), f"{i},5E+03")), [1000 * i + 500 for i in range(30)]),
    "a typeset minus": (shape(lambda i: (str(i), f"\u2212{i}.5")), [-i - 0.5 for i in range(30)]),
    "Indian thousands": (
        shape(lambda i: (str(i), f'"{i + 1},23,456"'), between=","),
        [i * 10**5 + 123456 for i in range(30)],
    ),
    "an apostrophe that marks text": (shape(lambda i: (str(i), f"'{i * i}")), SQUARES),
    "marks for the direction of writing": (shape(lambda i: (str(i), f"\u202a{i * i}\u202c")), SQUARES),
    "names with empty cells behind them": (PLAIN.replace("a,b,y", "a,b,y,,"), SQUARES),
    "one row with empty cells behind it": (PLAIN.replace("3,9,1", "3,9,1,,,"), SQUARES),
    "the sign that ends a file in DOS": (PLAIN + "\x1a", SQUARES),
    "lists with more semicolons than there are commas": (
        "\n".join(["a,b,p;q;r;s", *(f"{i},{i * i},{('0', '1')[i % 2]}" for i in range(30))]).replace("p;q;r;s", '"y;"'),
        SQUARES,
    ),
    "yes and no": (shape(lambda i: (str(i), ("no", "yes")[i % 2])), [i % 2 for i in range(30)]),
    "true and false": (shape(lambda i: (str(i), ("TRUE", "FALSE")[i % 2])), [1 - i % 2 for i in range(30)]),
    "two words": (shape(lambda i: (str(i), ("left", "right")[i % 2])), [i % 2 for i in range(30)]),
}


@pytest.mark.parametrize("case", SHAPES)
def test_what_programs_and_countries_write_is_read_as_it_was_meant(case, write):
    content, meant = SHAPES[case]
    table = read_table(write(content))
    assert table.x[:, 1].tolist() == meant
    assert table.classes == ("0", "1")


TITLES = {
    "a title": ("Prices of 2023\n", 1),
    "a title as a spreadsheet pads it": ("Prices of 2023,,\n,,\n", 2),
    "a title and a blank line": ('"Prices, all"\n\n', 2),
    "a line sep=, above the title": ("sep=,\nPrices,,\n", 2),
    "a title and a date": ("Prices,,\n2023-12-31,,\n", 2),
}


@pytest.mark.parametrize("case", TITLES)
def test_lines_above_the_names_are_passed_over_when_that_is_said(case, write):
    above, lines = TITLES[case]
    said, options = refused(write(above + PLAIN))
    assert re.search(f"is a title.* skip_lines={lines}", said)
    assert options == {"skip_lines": lines}
    table = read_table(write(above + PLAIN), **options)
    assert table.columns == ("a", "b")
    assert table.x[:, 1].tolist() == SQUARES
    said, _ = refused(write(above + PLAIN.replace("1,1,1", "1,,1", 1)), skip_lines=lines)
    assert f"first in line {lines + 3})" in said


MISSING = ["", *r"\N (null) NaT -nan #NV #WERT! #SPILL! NA n/a #N/A NaN null None - ? #DIV/0! .".split()]  # noqa: SIM905


@pytest.mark.parametrize("gap", MISSING)
def test_rows_with_gaps_are_counted_and_dropped_when_that_is_said(gap, write):
    rows = body()
    rows[3][1], rows[7][2] = gap, gap
    said, options = refused(write(text(rows)))
    assert "2 rows with gaps: 1 in 'b' (first in line 5), 1 in 'price'" in said
    assert options == {"gaps": "drop"}
    table = read_table(write(text(rows)), **options)
    assert len(table) == ROWS - 2
    assert table.notes == ("2 rows with gaps left out.",)
    assert 1.5 not in table.x[:, 0]


def test_a_word_that_means_a_gap_among_numbers_may_name_a_class(write):
    assert read_table(write(cycled(2, "None", "mild", "severe"))).classes == ("None", "mild", "severe")


def test_a_minus_beside_a_plus_and_none_beside_one_word_are_words(write):
    rows = [[row[0], ("none", "some")[i % 2], "?" if i == 4 else "+-"[i % 3 > 0]] for i, row in enumerate(body())]
    said, options = refused(write(text(rows)))
    assert "1 row with gaps: 1 in 'price'" in said
    table = read_table(write(text(rows)), **options)
    assert table.classes == ("+", "-")
    assert len(table) == ROWS - 1
    assert table.x[:3, 1].tolist() == [0, 1, 0]


def test_what_leaves_too_few_rows_is_left_out_before_rows_are(write):
    rows = [[*row[:2], "" if i % 4 else "1.5", "" if i == 7 else str(i % 5), row[2]] for i, row in enumerate(body())]
    path = write(text(rows, ("a", "b", "seldom", "often", "price")))
    _, options = refused(path)
    assert options == {"leave_out": ["seldom"], "gaps": "drop"}
    assert read_table(path, **options).columns == ("a", "b", "often")


def test_a_last_column_that_is_mostly_empty_is_not_taken_for_the_target(write):
    path = write(text([[*row, "see below" if i == 2 else ""] for i, row in enumerate(body())], ("a", "b", "y", "note")))
    said, options = refused(path)
    assert "mostly empty. Name another: target='y'" in said
    assert read_table(path, **options).target == "y"


def test_columns_that_are_all_at_fault_are_not_all_to_be_left_out(write):
    path = write(text([[*"pqr"[i % 3 :][:1], *"uvwuv"[i % 3 :][:1], row[2]] for i, row in enumerate(body())]))
    said, options = refused(path)
    assert "2 of 2 columns cannot be learned from" in said
    assert options == {}


def test_a_class_called_as_a_total_is_none(write):
    said, _ = refused(write(cycled(2, *("mean", "kind", "kind") * 7, "mean", "kind", "Sum")))
    assert said.startswith("The class 'Sum' has one row only")


def test_a_code_that_may_mean_a_gap_is_said_where_nothing_else_is_below_zero(write):
    rows = body()
    rows[3][0], rows[5][0] = "-999", "-999.0"
    said = "Column 'a' holds -999 in 2 rows, read as a number: empty these cells if it means a gap."
    assert read_table(write(text(rows))).notes == (said,)
    rows[7][0] = "-3"
    assert read_table(write(text(rows))).notes == ()


def test_names_that_are_numbers_are_said(write):
    table = read_table(write(text(header=("2019", "2020", "price"))))
    assert table.notes == ("The first row was read as names, although it holds numbers: '2019', '2020'.",)


def test_classes_are_neither_joined_nor_split_by_how_numbers_are_written(write):
    assert read_table(write(cycled(2, "0", "-0", "-0.0", "1"))).classes == ("0", "1")
    assert len(read_table(write(cycled(2, str(10**17), str(10**17 + 1))), kind="classes").classes) == 2
    assert read_table(write(cycled(2, "1", "1.0", "0", "0.0"))).classes == ("0", "1")
    assert read_table(write(cycled(2, "1", "1.0", "high")), kind="classes").classes == ("1", "high")


def test_all_columns_at_fault_are_named_at_once_and_the_options_go_on_without_them(write):
    rows = [["7", f"2024-01-{i + 1:02}", f"Anna {'b' * i}", *row] for i, row in enumerate(body())]
    rows[5][3] = "NA"
    path = write(text(rows, ("id", "date", "name", "a", "b", "price")))
    said, options = refused(path)
    assert said.startswith("3 of 5 columns cannot be learned from: 'id' holds the same number in every row; 'date' ho")
    assert "leave_out=['id', 'date', 'name']" in said
    assert "1 row with gaps: 1 in 'a' (first in line 7)" in said
    assert options == {"leave_out": ["id", "date", "name"], "gaps": "drop"}
    assert read_table(path, **options).columns == ("a", "b")


@pytest.mark.parametrize(("decimal", "meant"), [(",", 1111.0), (".", 1.111)])
def test_a_number_that_can_be_read_two_ways_is_asked_about(decimal, meant, write):
    path = write(shape(lambda i: (str(i), grouped(i, "."))))
    assert "'1.111' may be 1.111 or 1111, and no other cell says which" in refused(path)[0]
    assert read_table(path, decimal=decimal).x[3, 1] == meant


def test_letters_are_compared_as_one_reads_them(write):
    path = write(text(header=("a", "b", NFD)))
    assert read_table(path, "Größe").target == "Größe"
    assert read_table(path, "a", leave_out=NFD).columns == ("b",)
    words = [unicodedata.normalize(form, "Café") for form in ("NFC", "NFD")] + ["tea", " tea\u200b"]
    assert read_table(write(cycled(2, *words))).classes == ("Café", "tea")


def test_an_older_code_page_is_read_when_it_is_named(write):
    path = write(text(header=("Größe", "b", "price")).encode("cp1252"))
    said, options = refused(path)
    assert "is no UTF-8 text" in said
    assert read_table(path, **options).columns == ("Größe", "b")
    assert "no encoding 'klingon'" in refused(path, encoding="klingon")[0]
    unknown = write(text(header=("\x81", "b", "price")).encode("latin-1"), "unknown.csv")
    for (said, options), words in (
        (refused(path, encoding="ascii"), "is no ASCII text"),
        (refused(unknown), "name the code page"),
    ):
        assert words in said
        assert options == {}


# Letters of several scripts, a mark that joins the one before it, spaces of many kinds, what separates, what quotes.
SIGNS = "aZßéǆ漢ع𝛼🎈\u0308 \u00a0\u3000\u2028.,;:|\"'#%()=_/-−12"
names = st.text(SIGNS, min_size=1, max_size=12).map(tidy).filter(lambda name: name and not signs(name))
finite = st.floats(-1e90, 1e90, allow_subnormal=True)


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_a_table_written_in_any_dialect_is_read_back(data, write):
    """Separator, decimal sign, quotes, line ends and code page at random; the first cell tells the decimal sign."""
    header = data.draw(st.lists(names, min_size=2, max_size=4, unique=True))
    few = st.lists(finite, min_size=4, max_size=4).filter(lambda column: len(set(column)) > 1)
    columns = [6 * data.draw(few) for _ in header]
    columns[0][0] = 0.5
    decimal = data.draw(st.sampled_from(".,"))
    file = io.StringIO(newline="")
    writer = csv.writer(
        file,
        delimiter=data.draw(st.sampled_from(",;\t|")),
        quoting=csv.QUOTE_ALL if decimal == "," else data.draw(st.sampled_from([csv.QUOTE_ALL, csv.QUOTE_MINIMAL])),
        lineterminator=data.draw(st.sampled_from(["\n", "\r\n", "\n\n"])),
    )
    cells = ([repr(number).replace(".", decimal) for number in column] for column in columns)
    writer.writerows([header, *zip(*cells, strict=True)])
    encoding = data.draw(st.sampled_from(["utf-8", "utf-8-sig", "utf-16"]))
    table = read_table(write(file.getvalue().encode(encoding)), kind="numbers")
    assert table.columns == tuple(header[:-1])
    assert table.x.T.tolist() == columns[:-1]
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


@pytest.mark.parametrize(
    ("name", "rows", "columns", "classes"), [("tumors", 569, 30, 2), ("wines", 178, 13, 3), ("diabetes", 442, 10, 0)]
)
def test_the_tables_that_are_here(name, rows, columns, classes):
    table = BUILT_IN[name]()
    assert (len(table), len(table.columns), len(table.classes)) == (rows, columns, classes)
    assert table.points.mean(0).abs().max() < 1e-12
    assert table.source

"""What the notebook calls in this lesson beside its explorers: bring a table of your own, and write your page."""

from ddlearn.classroom import page
from ddlearn.classroom.prose import code_block, to_html
from ddlearn.lessons import load
from ddlearn.lessons.capstone import shelf
from ddlearn.lessons.capstone.asking import MOST_NEW
from ddlearn.lessons.capstone.page import NoPrediction, more_seeds
from ddlearn.lessons.capstone.page import write_page as written
from ddlearn.tables import TableRefused, read_table

NONE_YET = (
    "You have brought no table, and need none: three real ones are here. For your own, name the file and the column to "
    'predict: `bring("my_table.csv", target="price")`. It needs names in its first row, numbers or two words in every '
    "other column, and 20 to 5,000 rows. The file stays where it is, and nothing in it is ever run. On a hosted "
    "machine, drag it into the list of files first."
)


def bring(path: str = "", target: str | None = None, **options) -> None:
    """Bring a CSV file as the table “yours”, or say why not and what to type. No path, no table.

    `ddlearn.tables.read_table` says what the file may hold, and the options.
    """
    if not path:
        shelf.forget_own()
        _look_again()
        page.show(page.card("?", "No table of your own", to_html(NONE_YET), "note"))
        return
    try:
        table = read_table(path, target, **options)
        shelf.bring_own(table)
    except TableRefused as refusal:
        body = to_html(str(refusal))
        if refusal.options:
            given = {} if target is None else {"target": target}
            line = _call("bring", str(path), **given, **{**options, **refusal.options})
            body += to_html("This line goes on:") + code_block(line)
        body += to_html("Until then the lesson goes on without it.")
        page.show(page.card("✗", "This table cannot be used yet", body, "bad"))
        return
    _look_again()
    used = f" A random {shelf.POOL} of the rows are used." if len(table) > shelf.POOL else ""
    classes = f" Its classes: {', '.join(table.classes)}." if table.classes else ""
    notes = "".join(f"\n\n{note}" for note in table.notes)
    said = f"{table.said.capitalize()}: the column “{table.target}”.{classes}{used}"
    body = to_html(f"{said}{notes}\n\nChoose the table “yours” below.")
    page.show(page.card("✓", f"Your table {table.name}", body, "good"))


def _call(name: str, *values, **named) -> str:
    """Return a line of Python that calls a function so."""
    given = [*map(repr, values), *(f"{key}={value!r}" for key, value in named.items())]
    return f"{name}({', '.join(given)})"


def write_page(in_my_words: str = "", folder: str = ".", author: str = "", new_seeds: int = 0) -> None:
    """Write the experiment as it stands as a page, claim-1.html or the next free number; on new seeds if asked.

    A card says where it is; after "cannot tell", what to type next.
    """
    try:
        path, result = written(load("capstone"), in_my_words, folder, author, new_seeds)
    except NoPrediction as missing:
        page.show(page.card("?", "No page without a prediction", to_html(str(missing)), "hint"))
    except OSError as error:
        body = to_html(f"{error}\n\nGive another folder: `write_page(folder=...)`.")
        page.show(page.card("✗", "The page could not be written", body, "bad"))
    else:
        body = to_html(f"{path}\n\nOpen it from the list of files, print it or mail it: it needs no network.")
        needed = more_seeds(result)
        if needed is not None and 2 * needed <= MOST_NEW:
            body += to_html(f"These seeds cannot tell. This line asks {2 * needed} new ones, and judges once:")
            body += code_block(_call("write_page", in_my_words=in_my_words, author=author, new_seeds=2 * needed))
        page.show(page.card("✓", f"Your page {path.name} is written", body, "good"))


def _look_again() -> None:
    lesson = load("capstone")
    for explorer in (lesson.look, lesson.experiment):
        explorer.forget()

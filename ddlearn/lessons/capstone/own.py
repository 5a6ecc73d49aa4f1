"""What the notebook calls in this lesson beside its explorers: bring a table of your own, and write your page."""

from collections.abc import Sequence

from ddlearn.classroom import Lesson, page
from ddlearn.classroom.prose import to_html
from ddlearn.lessons.capstone import shelf
from ddlearn.lessons.capstone.page import NoPrediction, write_page
from ddlearn.tables import TableRefused, read_table

NONE_YET = (
    "You have brought no table, and need none: three real ones are here. For your own, name the file and the column to "
    'predict: `bring("my_table.csv", target="price")`. It needs names in its first row, numbers in every other column, '
    "and 20 to 5,000 rows. The file stays where it is, and nothing in it is ever run. On a hosted machine, drag it "
    "into the list of files first."
)


def bring(
    lesson: Lesson, path: str, target: str | None = None, kind: str = "auto", leave_out: Sequence[str] = ()
) -> None:
    """Put the table of a CSV file on the shelf as “yours”, or say in a sentence why not. No path, no table."""
    if not path:
        shelf.forget_own()
        _look_again(lesson)
        page.show(page.card("?", "No table of your own", to_html(NONE_YET), "note"))
        return
    try:
        table = read_table(path, target, kind=kind, leave_out=tuple(leave_out))
        shelf.bring_own(table)
    except TableRefused as refusal:
        body = to_html(f"{refusal}\n\nThe lesson goes on without it.")
        page.show(page.card("✗", "This table cannot be used yet", body, "bad"))
        return
    _look_again(lesson)
    used = f" A random {shelf.POOL} of the rows are used." if len(table) > shelf.POOL else ""
    classes = f" Its classes: {', '.join(table.classes)}." if table.classes else ""
    body = f"{table.said.capitalize()}: the column “{table.target}”.{classes}{used}\n\nChoose the table “yours” below."
    page.show(page.card("✓", f"Your table {table.name}", to_html(body), "good"))


def hand_in(lesson: Lesson, in_my_words: str = "", folder: str = ".") -> None:
    """Write the page of the experiment as it stands, and say where it is."""
    try:
        path = write_page(lesson, in_my_words, folder)
    except NoPrediction as missing:
        page.show(page.card("?", "No page without a prediction", to_html(str(missing)), "hint"))
    except OSError as error:
        body = to_html(f"{error}\n\nGive another folder: `write_page(folder=...)`.")
        page.show(page.card("✗", "The page could not be written", body, "bad"))
    else:
        body = f"{path}\n\nOpen it from the list of files, print it or mail it: it needs no network."
        page.show(page.card("✓", f"Your page {path.name} is written", to_html(body), "good"))


def _look_again(lesson: Lesson) -> None:
    for explorer in (lesson.look, lesson.experiment):
        explorer.forget()

"""What a test sees of a page: its elements, its colors, its widgets."""

from dataclasses import dataclass, field
from html.parser import HTMLParser
from pathlib import Path

from matplotlib.colors import to_rgb

from ddlearn.classroom import style

VOID = {"meta", "link", "br", "img", "input", "hr", "mspace"}


@dataclass
class Element:
    """One element of a page; `said` are the pieces of the text inside."""

    tag: str
    attributes: dict[str, str | None]
    parents: list["Element"]
    said: list[str] = field(default_factory=list)

    @property
    def text(self):
        return "".join(self.said)


class Page(HTMLParser):
    """A page as a list of its elements, with a check that every one is closed."""

    def __init__(self, text):
        super().__init__()
        self.elements, self.open, self.said = [], [], []
        self.feed(text)
        self.close()
        assert self.open == []

    def handle_starttag(self, tag, attributes):
        element = Element(tag, dict(attributes), list(self.open))
        self.elements.append(element)
        if tag not in VOID:
            self.open.append(element)

    def handle_startendtag(self, tag, attributes):
        self.handle_starttag(tag, attributes)
        if tag not in VOID:
            self.handle_endtag(tag)

    def handle_endtag(self, tag):
        assert tag in VOID or self.open.pop().tag == tag

    def handle_data(self, data):
        for one in (self, *self.open):
            one.said.append(data)

    @property
    def words(self):
        return "".join(self.said)

    def all(self, *tags):
        return [element for element in self.elements if element.tag in tags]

    def texts(self, *tags):
        """The text in each element of these kinds, in one line."""
        return [" ".join(element.text.split()) for element in self.all(*tags)]

    def rows(self):
        """Each table row as its cells' texts."""
        found = []
        for element in self.all("tr", "td", "th"):
            if element.tag == "tr":
                found.append([])
            else:
                found[-1].append(" ".join(element.text.split()))
        return found

    def row(self, beginning):
        """The one row that begins so."""
        (one,) = [cells for cells in self.rows() if cells[0].startswith(beginning)]
        return one

    def ids(self):
        return [element.attributes["id"] for element in self.elements if "id" in element.attributes]


def luminance(color):
    return style.luminance(to_rgb(color))


def contrast(one, other):
    """WCAG 2.2: how far apart two colors are, from 1 to 21."""
    light, dark = sorted((luminance(one), luminance(other)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


def inside(widget, kind):
    """Every widget of a kind inside a widget."""
    found = [widget] if isinstance(widget, kind) else []
    return found + [one for child in getattr(widget, "children", ()) for one in inside(child, kind)]


def words_of(slug):
    """The source of a lesson in one line, so that a sentence of its page can be looked for."""
    (path,) = (Path(__file__).resolve().parents[1] / "solutions").glob(f"[0-9][0-9]_{slug}.py")
    return " ".join(path.read_text("utf-8").replace("\n#", "").split())

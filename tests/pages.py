"""What a test sees of a page: its elements, its colors, its widgets."""

from html.parser import HTMLParser
from pathlib import Path
from types import SimpleNamespace

from matplotlib.colors import to_rgb

from ddlearn.classroom import style

VOID = {"meta", "link", "br", "img", "input", "hr", "mspace"}


class Page(HTMLParser):
    """A page as a list of (tag, attributes, text inside, parents), with a check that every element is closed."""

    def __init__(self, text):
        super().__init__()
        self.elements, self.open, self.words = [], [], ""
        self.feed(text)
        self.close()
        assert self.open == []

    def handle_starttag(self, tag, attributes):
        element = SimpleNamespace(tag=tag, attributes=dict(attributes), text="", parents=list(self.open))
        self.elements.append(element)
        if tag not in VOID:
            self.open.append(element)

    def handle_startendtag(self, tag, attributes):
        self.handle_starttag(tag, attributes)
        if tag not in VOID:
            self.handle_endtag(tag)

    def handle_endtag(self, tag):
        assert self.open.pop().tag == tag

    def handle_data(self, data):
        self.words += data
        for element in self.open:
            element.text += data

    def all(self, *tags):
        return [element for element in self.elements if element.tag in tags]

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

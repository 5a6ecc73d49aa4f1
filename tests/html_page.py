"""A page of HTML taken apart, for tests that ask what is in it."""

from html.parser import HTMLParser
from types import SimpleNamespace

VOID = {"meta", "link", "br"}


class Page(HTMLParser):
    """A page as a list of (tag, attributes, text inside), with a check that every element is closed in turn."""

    def __init__(self, page):
        super().__init__()
        self.elements, self.open = [], []
        self.feed(page)
        self.close()
        assert self.open == []

    def handle_starttag(self, tag, attributes):
        element = SimpleNamespace(tag=tag, attributes=dict(attributes), text="")
        self.elements.append(element)
        if tag not in VOID:
            self.open.append(element)

    def handle_endtag(self, tag):
        assert self.open.pop().tag == tag

    def handle_data(self, data):
        for element in self.open:
            element.text += data

    def all(self, *tags):
        return [element for element in self.elements if element.tag in tags]

    def texts(self, *tags):
        return [" ".join(element.text.split()) for element in self.all(*tags)]

    def rows(self):
        """Each table row as its cells' texts."""
        found = []
        for element in self.elements:
            if element.tag == "tr":
                found.append([])
            elif element.tag in ("td", "th"):
                found[-1].append(" ".join(element.text.split()))
        return found

"""The parts of a lesson as HTML: the macros of `parts.html`, as attributes of `PARTS`."""

import re

from jinja2 import Environment, PackageLoader
from markupsafe import Markup
from pygments import highlight
from pygments.formatters import HtmlFormatter
from pygments.lexers import PythonLexer

from ddlearn.classroom.prose import inline, to_html


def code(source: str) -> Markup:
    """Return Python with its words told apart."""
    return Markup(highlight(source.strip("\n"), PythonLexer(), HtmlFormatter()))


def unstyled(fragment: str) -> Markup:
    """Return a notebook's table without its own widths and margins: the page's style sheet sees to those."""
    return Markup(re.sub(r'(<(?:table|caption|t[hd])\b[^>]*?) style="[^"]*"', r"\1", fragment))


_pages = Environment(loader=PackageLoader(__package__, ""), autoescape=True, trim_blocks=True, lstrip_blocks=True)
_pages.filters |= {"code": code, "unstyled": unstyled}
_pages.filters |= {"words": lambda text: Markup(inline(text)), "prose": lambda text: Markup(to_html(text))}
PARTS = _pages.get_template("parts.html").module

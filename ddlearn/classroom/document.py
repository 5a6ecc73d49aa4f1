"""One page of HTML to keep, to mail or to hand in: it asks nothing of a network and runs no script.

A page's own template begins with `{% extends "document.html" %}` and fills its blocks `title` and `main`; the macro
`grid` there draws a table whose rows begin with their heading. Every text is escaped: some of it is the learner's own.
A script runs only if the block `policy` allows it, by hash or nonce.
"""

from datetime import datetime
from importlib import resources

from jinja2 import Environment, FunctionLoader
from markupsafe import Markup

import ddlearn

BASE = "document.html"


def render(package: str, template: str, *, generator: str, **context) -> str:
    """The page as text: `template` from the package's own files, filled with `context`."""

    def source(name: str) -> str:
        home = __package__ if name == BASE else package
        return resources.files(home).joinpath(name).read_text(encoding="utf-8")

    environment = Environment(loader=FunctionLoader(source), autoescape=True, trim_blocks=True, lstrip_blocks=True)
    page = environment.get_template(template)
    return page.render(generator=generator, version=ddlearn.__version__, **context)


def said_when(moment: str | None) -> str:
    """An ISO time in words, with its exact value for machines; what is no time is shown as it is."""
    try:
        parsed = datetime.fromisoformat(moment or "")
    except ValueError:
        return moment or ""
    words = f"{parsed.day} {parsed:%B %Y, %H:%M} UTC"
    return Markup('<time datetime="{}">{}</time>').format(moment, words)

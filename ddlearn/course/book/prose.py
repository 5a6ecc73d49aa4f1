"""Markdown as the notebooks write it, as HTML that a page can show without a script: formulas become MathML.

Browsers lay MathML out themselves and screen readers read it, so a formula needs neither a font nor a script from
elsewhere. The source of each formula stands in its `alttext`.
"""

import html
import re
from collections.abc import Callable, Collection, Iterator
from dataclasses import dataclass, field

from latex2mathml.converter import convert
from markdown_it import MarkdownIt
from markdown_it.token import Token
from mdit_py_plugins.dollarmath import dollarmath_plugin

from ddlearn.classroom.page import plain

BIG_OPEN = re.compile(r"\\[bB]igg?\s*([(\[])")
BIG_CLOSE = re.compile(r"\\[bB]igg?\s*([)\]])")
BAR = '<mo stretchy="false">&#x0007C;</mo>'
TIGHT_BAR = '<mo stretchy="false" lspace="0" rspace="0">&#x0007C;</mo>'
AIR = '<mspace width="0.167em"/>'
UPRIGHT = re.compile(r"<mi>(&#x0039[1-9A-F];|&#x003A[0-9];|[Α-Ω])</mi>")
NAME_THEN = re.compile(r"(<mi>[a-z]{2,}</mi>)(?=<m[infrsu])")
THEN_NAME = re.compile(r"(</m[ins]>|&#x00029;</mo>)(?=<mi>[a-z]{2,}</mi>)")
LESSON = re.compile(r"\b[Ll]essons?\s(\d\d)\b")
NOTEBOOK = re.compile(r"(\d\d)_\w+\.ipynb(#.*)?")
COMPANION = re.compile(r"(?:refreshers/)?(\w+)\.md(#.*)?")


@dataclass
class Prose:
    """Renders the Markdown of one page, and keeps what its headings are called and where they stand.

    `address(number)` is where the page of another lesson lies, None where it is not in this edition. `headings` grow
    with each call: (level, id, HTML of the heading); ids are unique on the page.
    """

    address: Callable[[str], str | None] = lambda number: None
    headings: list[tuple[int, str, str]] = field(default_factory=list)

    def __post_init__(self):
        self._markdown = MarkdownIt("commonmark").enable("table").use(dollarmath_plugin, renderer=_formula)
        self._markdown.add_render_rule("math_block", lambda renderer, tokens, i, options, env: _shown(tokens[i]))

    def html(self, text: str) -> str:
        """The HTML of one cell."""
        tokens = self._markdown.parse(text)
        for position, token in enumerate(tokens):
            if token.type == "inline":
                token.children = list(self._linked(token.children))
            elif token.type == "heading_open":
                self._name(token, tokens[position + 1])
        return self._markdown.renderer.render(tokens, self._markdown.options, {})

    def line(self, text: str) -> str:
        """The HTML of a run of words, without a paragraph around it."""
        return self._markdown.renderInline(text)

    def _name(self, heading: Token, words: Token) -> None:
        rendered = self._markdown.renderer.renderInline(words.children, self._markdown.options, {})
        identity = unique(slug(plain(rendered)), {one for _, one, _ in self.headings})
        heading.attrSet("id", identity)
        self.headings.append((int(heading.tag[1]), identity, rendered))

    def _linked(self, children: list[Token]) -> Iterator[Token]:
        """The same tokens; links to notebooks lead to pages, and "lesson 03" in words that are no link becomes one."""
        inside, dead = 0, False
        for token in children:
            if token.type == "link_open":
                dead = not self._redirect(token)
            if dead and token.type in ("link_open", "link_close"):
                continue
            inside += token.nesting if token.type in ("link_open", "link_close") else 0
            if token.type != "text" or inside:
                yield token
                continue
            text = LESSON.sub(self._link, html.escape(token.content))
            yield Token("html_inline", "", 0, content=text)

    def _redirect(self, link: Token) -> bool:
        """Lead a link to a lesson or a companion to its page; False where this edition has no such page."""
        notebook, companion = (pattern.fullmatch(link.attrGet("href")) for pattern in (NOTEBOOK, COMPANION))
        if notebook:
            link.attrSet("href", self.address(notebook[1]) or "")
        elif companion:
            link.attrSet("href", f"{companion[1]}.html{companion[2] or ''}")
        return bool(link.attrGet("href"))

    def _link(self, mention: re.Match) -> str:
        address = self.address(mention[1])
        return f'<a href="{address}">{mention[0]}</a>' if address else mention[0]


def slug(words: str) -> str:
    """`words` as an id: lower case, hyphens."""
    return re.sub(r"[^a-z0-9]+", "-", words.lower()).strip("-") or "section"


def unique(name: str, taken: Collection[str]) -> str:
    """`name`, or `name-2`, `name-3`, ... where it is taken."""
    turn, found = 1, name
    while found in taken:
        turn += 1
        found = f"{name}-{turn}"
    return found


def _formula(latex: str, options: dict) -> str:
    block = bool(options.get("display_mode"))
    # Brackets that are big by command lose their size under an exponent; those that grow with what they hold do not.
    grown = BIG_CLOSE.sub(r"\\right\1", BIG_OPEN.sub(r"\\left\1", latex.strip()))
    mathml = convert(grown, display="block" if block else "inline").replace(BAR, TIGHT_BAR)
    # As TeX sets them: capital Greek stands upright, and a function's name has air around it.
    mathml = UPRIGHT.sub(r'<mi mathvariant="normal">\1</mi>', mathml)
    mathml = NAME_THEN.sub(rf"\1{AIR}", THEN_NAME.sub(rf"\1{AIR}", mathml))
    return mathml.replace("<math ", f'<math alttext="{html.escape(latex.strip())}" ', 1)


def _shown(token: Token) -> str:
    # Formulas do not wrap; on a telephone a long one scrolls by itself and not the page with it.
    formula = _formula(token.content, {"display_mode": True})
    return f'<div class="formula scrolls" role="group" aria-label="Formula">{formula}</div>\n'

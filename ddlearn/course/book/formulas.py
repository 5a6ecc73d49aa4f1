"""Formulas as MathML, which browsers lay out themselves and screen readers read, without a script.

A Sphinx extension on the converter of docutils. The source of each formula stands in its `alttext`.
"""

import html
import re

from docutils.nodes import SkipNode, math_block
from docutils.utils.math.latex2mathml import tex2mathml

NAME = r"\\(log|ln|exp|sinh?|cosh?|tanh?)(?![a-zA-Z])"
SPELLINGS = (  # what TeX reads and the converter does not, as it reads it
    (r"\\[bB]igg?\s*([(\[])", r"\\left\1"),
    (r"\\[bB]igg?\s*([)\]])", r"\\right\1"),
    (r"\\dots\b", r"\\ldots"),
    (r"\\([dt]?frac)(\d)(\d)", r"\\\1{\2}{\3}"),
    (rf"(?<=[a-zA-Z0-9)}}])(\s?){NAME}", r"\1\\,\\\2"),
    (rf"{NAME}\s*(?=[a-zA-Z0-9\\])", r"\\\1\\,"),
)


def mathml(latex: str, block: bool = False) -> str:
    """Return a formula as a MathML element, on a line of its own with `block`."""
    spelled = latex.strip()
    for ours, theirs in SPELLINGS:
        spelled = re.sub(ours, theirs, spelled)
    made = tex2mathml(spelled, as_block=block).replace('<mi class="capital-greek">', '<mi mathvariant="normal">')
    return made.replace("<math ", f'<math alttext="{html.escape(" ".join(latex.split()))}" ', 1)


def _write(writer, node) -> None:
    block = isinstance(node, math_block)
    made = mathml(node.astext(), block)
    if block:  # a formula does not wrap: on a telephone a long one scrolls by itself and not the page with it
        made = f'<div class="formula" role="group" tabindex="0" aria-label="Formula">{made}</div>\n'
    writer.body.append(made)
    raise SkipNode


def setup(app) -> dict[str, bool]:
    """Register with Sphinx, which then writes formulas through this module."""
    app.add_html_math_renderer("mathml", inline_renderers=(_write, None), block_renderers=(_write, None))
    return {"parallel_read_safe": True, "parallel_write_safe": True}

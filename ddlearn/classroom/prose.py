"""Plain sentences, and the HTML made of them.

Hints, verdicts and questions are written as plain text: blank lines part paragraphs, `backticks` mark code, and
*asterisks* mark stress. Text that comes from a learner takes the same way, so nothing reaches the page unescaped.
"""

import html
import re
import textwrap

# A product such as a * b or a*b*c is no stress: that begins after a space, and holds words alone.
_MARKS = re.compile(r"`(?P<code>[^`]+)`|(?<![^\s(])\*(?P<em>\w(?:[\w ]*\w)?)\*(?!\w)")


def to_html(text: str) -> str:
    """Return `text` as HTML paragraphs, each as `inline` has it."""
    return "".join(f"<p>{inline(part)}</p>" for part in re.split(r"\n\s*\n", text.strip()) if part.strip())


def inline(text: str) -> str:
    """Return `text` as one run of HTML: all of it escaped, its `code` and *stressed* words marked."""
    return _MARKS.sub(lambda m: f"<{m.lastgroup}>{m[m.lastgroup]}</{m.lastgroup}>", html.escape(text))


def code_block(source: str) -> str:
    """Return `source` as an escaped block that keeps its lines and wraps the long ones."""
    style = "white-space: pre-wrap; overflow-wrap: anywhere;"
    return f'<pre style="{style}"><code>{html.escape(textwrap.dedent(source).strip())}</code></pre>'

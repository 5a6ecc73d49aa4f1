"""Plain sentences, and the HTML made of them.

Hints, verdicts and questions are written as plain text: blank lines part paragraphs, and `backticks` mark code. Text
that comes from a learner takes the same way, so nothing reaches the page unescaped.
"""

import html
import re
import textwrap


def to_html(text: str) -> str:
    """Return `text` as HTML paragraphs: everything escaped, `backticks` turned into code."""
    return "".join(f"<p>{inline(part)}</p>" for part in re.split(r"\n\s*\n", text.strip()) if part.strip())


def inline(text: str) -> str:
    """Return `text` as one run of HTML, without a paragraph around it."""
    return re.sub(r"`([^`]+)`", r"<code>\1</code>", html.escape(text))


def code_block(source: str) -> str:
    """Return `source` as an escaped block that keeps its lines and wraps the long ones."""
    style = "white-space: pre-wrap; overflow-wrap: anywhere;"
    return f'<pre style="{style}"><code>{html.escape(textwrap.dedent(source).strip())}</code></pre>'

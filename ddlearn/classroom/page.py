"""How the classroom speaks to the page: bundles of HTML, picture and plain words, cards, and the keyboard shim.

Everything is shown as a *bundle*, a dictionary from media type to content. The notebook takes the HTML, a host that
drops HTML takes the picture, a terminal takes the words; a saved notebook keeps all of them.
"""

import html
import os
import re
from importlib import resources

from ddlearn.arguments import one_of

# Text, ground and edge of a card in a light theme; page.css has those of the dark. Text has a contrast of at least 7.
KINDS = {
    "plain": ("#1d1d1f", "#f4f5f7", "#6b7280"),
    "good": ("#0b3b2e", "#e8f5ef", "#009e73"),
    "hint": ("#3d2c00", "#fff6e0", "#b07a00"),
    "bad": ("#5c1a00", "#fdeee8", "#d55e00"),
    "note": ("#0a2f4d", "#e8f2fa", "#0072b2"),
}

LIVE, SAVED = "ddlearn-live-sheet", "ddlearn-saved-sheet"

_sent: list = []  # the handles of the style sheets on the page
turned: bool | None = None  # whether the projector view is on; None: nobody has said, the environment decides


def in_notebook() -> bool:
    """Whether an IPython shell is there to take a bundle; a plain script has none."""
    from IPython import get_ipython

    return get_ipython() is not None


def show(bundle: dict):
    """Display a bundle and return the handle that can replace it; in a plain script print its words and return None."""
    if not in_notebook():
        if bundle.get("text/plain"):
            print(bundle["text/plain"])
        return None
    from IPython.display import display

    return display(bundle, raw=True, display_id=True)


def projected() -> bool:
    """Whether the projector view is on. `DDLEARN_PROJECTOR=1` turns it on before a lesson starts."""
    return os.environ.get("DDLEARN_PROJECTOR", "") not in ("", "0") if turned is None else turned


def install() -> None:
    """Send the keyboard-and-name shim and the style sheets to the page. Sending them again does no harm.

    Live parts bring their own (`live.py`): these are for what is read without a kernel.
    """
    if in_notebook():
        _sent.append(show(sheets()))


def restyle() -> None:
    """Exchange the style sheets that were sent, after the projector view came or went."""
    for handle in _sent:
        handle.update(sheets(), raw=True)


def sheets() -> dict:
    words = "Every control of this lesson can be worked from the keyboard: Tab to reach it, arrows to move it."
    return {"text/html": f"{style(SAVED)}{script()}", "text/plain": words}


def style(role: str) -> str:
    """The style sheets as an element of class `role`, LIVE or SAVED; the projector view's comes last and wins.

    A saved one may be out of date, so the shim turns it off where a live one is.
    """
    names = ("page.css", "projector.css") if projected() else ("page.css",)
    rules = "\n".join(_resource(name) for name in names)
    return f'<style class="{role}">{rules}</style>'


def script() -> str:
    """The keyboard-and-name shim as an element. A page that has it already takes no notice of another."""
    return f"<script>{_resource('keyboard.js')}</script>"


def _resource(name: str) -> str:
    return resources.files(__package__).joinpath(name).read_text("utf-8")


def card(symbol: str, headline: str, body_html: str = "", kind: str = "plain") -> dict:
    """A card: a symbol and a headline in words, then a body; never colour alone.

    `symbol` and `headline` are plain text and are escaped; `body_html` is the caller's HTML and is not. `kind` is one
    of KINDS and chooses the colours.
    """
    head = f'<strong><span aria-hidden="true">{html.escape(symbol)}</span> {html.escape(headline)}</strong>'
    body = f'<div class="ddlearn-card-body" style="margin-top:4px">{body_html}</div>' if body_html else ""
    one_of("kind", kind, KINDS)
    style = f"{colors(kind)};border-left-width:6px;border-radius:4px;padding:10px 14px;margin:4px 0;max-width:900px"
    words = "\n".join(part for part in (f"{symbol} {headline}".strip(), plain(body_html)) if part)
    return {
        "text/html": f'<div class="ddlearn-card ddlearn-{kind}" style="{style}"><div>{head}</div>{body}</div>',
        "text/plain": words,
    }


def colors(kind: str) -> str:
    """Return the colors of a card as a style: those of the page's style sheet, or where there is none, of KINDS."""
    ink, ground, edge = KINDS[kind]
    return (
        f"color:var(--ddlearn-ink, {ink});background:var(--ddlearn-ground, {ground});line-height:1.5;"
        f"border-left:4px solid var(--ddlearn-edge, {edge})"
    )


def plain(fragment: str) -> str:
    """The words of an HTML fragment, one line a block."""
    text = re.sub(r"(?is)<(script|style)\b.*?</\1\s*>", "", fragment)
    text = re.sub(r"(?i)<br\s*/?>|</?(?:p|div|li|ul|ol|tr|table|pre|summary|details|h[1-6])\b[^>]*>", "\n", text)
    text = re.sub(r"(?i)</t[dh]>", "  ", text)
    text = html.unescape(re.sub(r"<[^>]+>", "", text))
    return "\n".join(line.rstrip() for line in text.splitlines() if line.strip())

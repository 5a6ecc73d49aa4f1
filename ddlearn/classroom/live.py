"""What lives on a page: widgets, whose state the kernel holds, with all that they need to be read and worked.

An output that is replaced under its display id is known only to the page that ran the cell, and not after a reload; the
kernel's widgets are known to all. So what changes is a widget; what is displayed beside it is for the saved notebook.

The output of another cell may be cleared. So each part brings the style sheet, a widget that all of them share, and
displays the keyboard shim beside itself.
"""

import functools
from collections.abc import Callable, Sequence

import ipywidgets

from ddlearn.classroom import page
from ddlearn.classroom.prose import to_html


@functools.cache
def sheet() -> ipywidgets.HTML:
    """Return the style sheets as a widget that takes no room. A page may show it many times."""
    return ipywidgets.HTML(page.style(page.LIVE), layout={"display": "none"})


def column(*parts: ipywidgets.Widget) -> ipywidgets.VBox:
    return ipywidgets.VBox(parts, layout={"overflow": "visible", "width": "auto"})


def show(widget: ipywidgets.Widget, bundle: dict):
    """Display a widget that has the style sheet in it; where none can live (a terminal, an export) `bundle` stands.

    Returns the handle that can replace it for good, or None in a plain script.
    """
    if page.in_notebook():
        page.show({"text/html": page.script(), "text/plain": ""})
    return page.show({**widget._repr_mimebundle_(), **bundle})


def show_question(widget: ipywidgets.Widget, text: str) -> None:
    """Display `widget`; where none can live its words stand instead."""
    show(column(sheet(), widget), {"text/html": to_html(text.replace("\n", "\n\n")), "text/plain": text})


def words(text: str) -> ipywidgets.HTML:
    """Return `text` as a widget: what would be cut off as the label of a control, which says the same off screen."""
    widget = ipywidgets.HTML(f"<div>{to_html(text)}</div>", layout={"width": "auto"})
    widget.add_class("ddlearn-words")
    return widget


def reply(text: str) -> ipywidgets.HTML:
    """Return `text` as a widget that a screen reader reads out when `say` changes it."""
    widget = words(text)
    widget.add_class("ddlearn-status")  # keyboard.js makes these live
    return widget


def say(widget: ipywidgets.HTML, text: str) -> None:
    """Put a text into a reply. The same text again is marked: a press that changes nothing looks and sounds dead."""
    said = f"<div>{to_html(text)}</div>"
    widget.value = said if said != widget.value else f"<div>{to_html(f'Once more: {text}')}</div>"


def radio(question: str, options: Sequence[str], chosen: str | None = None) -> ipywidgets.RadioButtons:
    """Return a group of radio buttons, one option chosen or none, whose accessible name is `question`."""
    name = question.replace("`", "")
    group = ipywidgets.RadioButtons(options=list(options), value=chosen, description=name, layout={"width": "auto"})
    group.add_class("ddlearn-question")
    return group


def button(text: str, on_click: Callable[[], object]) -> ipywidgets.Button:
    widget = ipywidgets.Button(description=text, layout={"width": "max-content"})
    widget.on_click(lambda _: on_click())
    return widget


class Line:
    """Words that are replaced while their cell runs, and give way to a result that needs no kernel.

    Replaced for good, the output is plain HTML for the saved notebook; a page that does not know it by its display id
    still has the widget, which says the same.
    """

    def __init__(self, bundle: dict):
        self._widget = ipywidgets.HTML(bundle["text/html"])
        self._widget.add_class("jp-RenderedHTMLCommon")
        self._handle = show(column(sheet(), self._widget), bundle)

    def say(self, bundle: dict) -> None:
        """Put other words in their place. A plain script has been told once, and waits for the result."""
        self._widget.value = bundle["text/html"]

    def end(self, bundle: dict) -> None:
        """Put the result in their place."""
        self.say(bundle)
        if self._handle is None:
            page.show(bundle)
        else:
            self._handle.update(bundle, raw=True)

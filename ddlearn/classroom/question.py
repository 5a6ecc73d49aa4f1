"""A question on the page: all its words visible and wrapping, and tied to its answers as their accessible name.

The label of an ipywidgets control is cut off where it is long. So the question stands in full above the control, and
the control's own label says the same words off screen, where the keyboard shim finds the name of the group.
"""

from collections.abc import Sequence

import ipywidgets

from ddlearn.classroom import live
from ddlearn.classroom.prose import to_html


def words(text: str) -> ipywidgets.HTML:
    """Return `text` as a widget."""
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


def button(text: str, on_click) -> ipywidgets.Button:
    """Return a button that calls `on_click()`."""
    widget = ipywidgets.Button(description=text, layout={"width": "max-content"})
    widget.on_click(lambda _: on_click())
    return widget


def column(*parts: ipywidgets.Widget) -> ipywidgets.VBox:
    """Return the parts one below the other."""
    return ipywidgets.VBox(parts, layout={"overflow": "visible", "width": "auto"})


def show(widget: ipywidgets.Widget, text: str) -> None:
    """Display `widget`; where no widget can live (a terminal, an export, a test) its words stand instead."""
    live.show(live.part(widget), {"text/html": to_html(text.replace("\n", "\n\n")), "text/plain": text})

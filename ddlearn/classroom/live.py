"""What lives on a page: widgets, whose state the kernel holds, with all that they need to be read and worked.

An output that is replaced under its display id is known to the page that ran the cell, and to no other: not to the same
page after a reload, not to a second tab, not for certain after a sleep. The kernel's widgets are known to all of them.
So whatever changes is a widget; what is displayed beside it is for the saved notebook.

Nor can a part rely on the output of another cell, which may be cleared, or was never saved. So each part brings the
style sheet, a widget that all of them share, and displays the keyboard shim beside itself: a page runs the scripts of
saved outputs under the same condition under which it shows their widgets, that it trusts the notebook.
"""

import functools

import ipywidgets

from ddlearn.classroom import page


@functools.cache
def sheet() -> ipywidgets.HTML:
    """Return the style sheets as a widget that takes no room. A page may show it many times."""
    return ipywidgets.HTML(page.style(page.LIVE), layout={"display": "none"})


def part(*widgets: ipywidgets.Widget) -> ipywidgets.VBox:
    """Return the widgets one below the other, together with the style sheet."""
    return ipywidgets.VBox([sheet(), *widgets], layout={"overflow": "visible", "width": "auto"})


def show(widget: ipywidgets.Widget, bundle: dict):
    """Display a widget; where none can live (a terminal, an export, a test) `bundle` stands instead.

    Returns the handle that can replace it for good, or None in a plain script.
    """
    if page.in_notebook():
        page.show({"text/html": page.script(), "text/plain": ""})
    return page.show({**widget._repr_mimebundle_(), **bundle})


class Line:
    """Words that are replaced while their cell runs, and give way to a result that needs no kernel.

    Replaced for good, the output is plain HTML for the saved notebook; a page that does not know it by its display id
    still has the widget, which says the same.
    """

    def __init__(self, bundle: dict):
        self._widget = ipywidgets.HTML(bundle["text/html"])
        self._widget.add_class("jp-RenderedHTMLCommon")
        self._handle = show(part(self._widget), bundle)

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

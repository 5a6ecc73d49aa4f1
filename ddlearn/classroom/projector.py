"""The projector view: large type and high contrast, for the last row, for tired eyes, and for paper.

It is a style sheet, projector.css, sent after the page's own: type, controls and pictures grow together, so nothing
that fitted can overlap. `page.projected` says whether it is on.
"""

import ipywidgets

from ddlearn.classroom import live, page

NAME = "Projector view"
GIVES = "large type and high contrast"


def turn(state: bool | None) -> None:
    """Turn the view on or off, on every page and in the saved notebook; None leaves it to the environment."""
    page.turned = state
    live.sheet().value = page.style(page.LIVE)
    page.restyle()


def show() -> None:
    """Display the button; in a plain script there is nothing to press."""
    if page.in_notebook():
        is_on, other = (" is on", False) if page.projected() else ("", True)
        turns = f"`lesson.start(projector={other})` turns it {'on' if other else 'off'}."
        live.show_question(button(), f"{NAME}{is_on}: {GIVES}, also for print. {turns}")


def button() -> ipywidgets.HBox:
    """Return the button, and beside it in words what it does: the eye sees a large page, an ear must be told."""
    toggle = ipywidgets.ToggleButton(value=page.projected(), description=NAME, layout={"width": "max-content"})
    toggle.tooltip = f"{GIVES.capitalize()}, for a projector or for print"
    toggle.add_class("ddlearn-projector-button")
    said = live.reply(_does(toggle.value))

    def turned(change) -> None:
        turn(change.new)
        live.say(said, _does(change.new))

    toggle.observe(turned, "value")
    return ipywidgets.HBox([toggle, said], layout={"align_items": "center", "overflow": "visible"})


def _does(state: bool) -> str:
    return f"On: {GIVES}." if state else f"Off. It gives {GIVES}, also for print."

"""The button under a lesson's first card that turns the projector view on and off."""

import ipywidgets

from ddlearn.classroom import live, page, projector
from ddlearn.classroom.question import reply
from ddlearn.classroom.question import show as show_widget

NAME = "Projector view"
OFF = f"{NAME}: large type and high contrast, also for print. `lesson.start(projector=True)` turns it on."
ON = f"{NAME} is on: large type and high contrast. `lesson.start(projector=False)` turns it off."


def show() -> None:
    """Display the button; in a plain script there is nothing to press."""
    if page.in_notebook():
        show_widget(button(), ON if projector.on() else OFF)


def button() -> ipywidgets.HBox:
    """Return the button, and beside it in words what it does: the eye sees a large page, an ear must be told."""
    toggle = ipywidgets.ToggleButton(value=projector.on(), description=NAME, layout={"width": "max-content"})
    toggle.tooltip = "Large type and high contrast, for a projector or for print"
    toggle.add_class("ddlearn-projector-button")
    said = reply(_does(toggle.value))

    def turned(change) -> None:
        turn(change.new)
        said.value = f"<div>{_does(change.new)}</div>"

    toggle.observe(turned, "value")
    return ipywidgets.HBox([toggle, said], layout={"align_items": "center", "overflow": "visible"})


def _does(state: bool) -> str:
    return (
        "On: large type and high contrast." if state else "Off. It gives large type and high contrast, also for print."
    )


def turn(state: bool) -> None:
    """Turn the view on or off: exchange the style sheets, on every page and in the saved notebook."""
    projector.turn(state)
    live.sheet().value = page.style(page.LIVE)
    page.restyle()

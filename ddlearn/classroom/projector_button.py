"""The button under a lesson's first card that turns the projector view on and off."""

import ipywidgets

from ddlearn.classroom import live, page, projector
from ddlearn.classroom.question import show as show_widget

NAME = "Projector view"
OFF = f"{NAME}: large type and high contrast, also for print. `lesson.start(projector=True)` turns it on."
ON = f"{NAME} is on: large type and high contrast. `lesson.start(projector=False)` turns it off."


def show() -> None:
    """Display the button; in a plain script there is nothing to press."""
    if page.in_notebook():
        show_widget(button(), ON if projector.on() else OFF)


def button() -> ipywidgets.ToggleButton:
    """Return the button."""
    toggle = ipywidgets.ToggleButton(value=projector.on(), description=NAME, layout={"width": "max-content"})
    toggle.tooltip = "Large type and high contrast, for a projector or for print"
    toggle.add_class("ddlearn-projector-button")
    toggle.observe(lambda change: turn(change.new), "value")
    return toggle


def turn(state: bool) -> None:
    """Turn the view on or off: exchange the style sheets, on every page and in the saved notebook."""
    projector.turn(state)
    live.sheet().value = page.style(page.LIVE)
    page.restyle()

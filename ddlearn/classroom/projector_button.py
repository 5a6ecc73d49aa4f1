"""The button under a lesson's first card that turns the projector view on and off, for page and pictures at once."""

import asyncio
from collections.abc import Iterable

import ipywidgets

from ddlearn.classroom import live, page, projector
from ddlearn.classroom.question import show as show_widget

NAME = "Projector view"
OFF = f"{NAME}: large type and high contrast, also for print. `lesson.start(projector=True)` turns it on."
ON = f"{NAME} is on: large type and high contrast. `lesson.start(projector=False)` turns it off."
APART = 0.15  # seconds between two pictures that are painted anew: the page's own type answers the press before them


def show(explorers: Iterable) -> None:
    """Display the button for a lesson with these explorers; in a plain script there is nothing to press."""
    if page.in_notebook():
        show_widget(button(tuple(explorers)), ON if projector.on() else OFF)


def button(explorers: tuple) -> ipywidgets.ToggleButton:
    """Return the button."""
    toggle = ipywidgets.ToggleButton(value=projector.on(), description=NAME, layout={"width": "max-content"})
    toggle.tooltip = "Large type and high contrast, for a projector or for print"
    toggle.add_class("ddlearn-projector-button")
    toggle.observe(lambda change: turn_here(change.new, explorers), "value")
    return toggle


def turn_here(state: bool, explorers: Iterable) -> None:
    """Turn the view on or off for the page and for every explorer that is on it."""
    projector.turn(state)
    live.restyle()
    note = "Painted for the projector." if state else "Painted for this screen."
    try:
        loop = asyncio.get_running_loop()
    except RuntimeError:  # a script, where nobody waits for the page
        for explorer in explorers:
            explorer.refresh(note)
        return
    for place, explorer in enumerate(explorers, start=1):
        loop.call_later(place * APART, explorer.refresh, note)

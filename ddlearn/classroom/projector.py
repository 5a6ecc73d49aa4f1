"""The projector view: large type and high contrast, for the last row, for tired eyes, and for paper.

It is a style sheet, projector.css, sent after the page's own: type, controls and pictures grow together, so nothing
that fitted can overlap. `DDLEARN_PROJECTOR=1` turns the view on before a lesson starts; `turn` turns it on and off.
"""

import os

_turned: bool | None = None  # None: nobody has said anything, the environment decides


def on() -> bool:
    """Whether the projector view is on."""
    return os.environ.get("DDLEARN_PROJECTOR", "") not in ("", "0") if _turned is None else _turned


def turn(state: bool | None) -> None:
    """Turn the view on or off; None hands the choice back to the environment."""
    global _turned
    _turned = None if state is None else bool(state)

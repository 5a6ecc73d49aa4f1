"""The board of an explorer: title, controls, buttons, status line, whose functions it runs on, and the picture below.

It shows and it listens; it decides nothing. Names and roles that ipywidgets leaves out are added by keyboard.js, which
knows the classes given here.
"""

import html
from collections.abc import Callable, Mapping, Sequence

import ipywidgets as widgets

from ddlearn.classroom import live, page
from ddlearn.classroom.control_views import Moved, view
from ddlearn.classroom.controls import Control, Switch
from ddlearn.classroom.wording import listed

RESET, SURPRISE, CANCEL = "Reset", "Surprise me", "Cancel"
MORE, FEWER = "More controls", "Fewer controls"
LONGEST = 220  # characters of a message: what two lines of the status hold
FLAT = {"width": "auto", "flex": "0 0 auto"}
COLUMNS = "repeat(auto-fill, minmax(min(100%, 370px), 1fr))"
GRID = {"grid_template_columns": COLUMNS, "grid_gap": "2px 32px", "overflow": "visible"}


class Board:
    """Takes what it shows, and whom it calls: `moved` at a control, the one of `presses` at a button of its name.

    `views` are those of the controls and `buttons` the buttons, by name; `status` is what the status line says.
    """

    def __init__(
        self,
        title: str,
        controls: Sequence[Control],
        values: Mapping[str, object],
        moved: Moved,
        presses: Mapping[str, Callable[[], None]],
        picture: widgets.Widget,
        more: Sequence[str],
    ):
        self._title, self.status = title, ""
        # In `ch`, the width of a zero, and a little more: labels stand in one column and none is ever cut off.
        longest = max((len(c.label) for c in controls if not isinstance(c, Switch)), default=0)
        self.views = {c.name: view(c, values[c.name], moved, f"{longest + 2}ch") for c in controls}
        first, rest = (
            widgets.GridBox([v.widget for name, v in self.views.items() if (name in more) is is_more], layout=GRID)
            for is_more in (False, True)
        )
        self.buttons = {words: widgets.Button(description=words, layout=FLAT) for words in presses}
        for words, press in presses.items():
            self.buttons[words].on_click(lambda _, press=press: press())
        self._status = _line("ddlearn-status", layout={"flex": "1 1 320px", "min_width": "0", "height": "44px"})
        bar = widgets.HBox(
            [*self.buttons.values(), self._status],
            layout={"flex_flow": "row wrap", "align_items": "center", "overflow": "visible"},
        )
        self._idle, self._engine = _line("ddlearn-idle"), _line("ddlearn-engine")
        head = _line("ddlearn-title", f"<strong>{html.escape(title)}</strong>")
        board = widgets.VBox(
            [head, first, *_folded(rest), self._idle, bar, self._engine],
            layout={"max_width": "900px", "overflow": "visible"},
        )
        board.add_class("ddlearn-explorer")
        self.box = live.column(live.sheet(), board, picture)

    def show(self) -> None:
        """Display board and picture. A saved notebook, which has no live controls, keeps a sentence in their place."""
        settings = listed([f"{v.control.say(v.value)} ({v.control.range_said})" for v in self.views.values()])
        words = f"{self._title}. Live while the notebook runs: {settings}."
        live.show(self.box, {"text/plain": words})

    def say(self, words: str, sentence: str = "") -> None:
        """Put words in the status line. A screen reader also hears `sentence`, which the eye finds under the figure."""
        heard = f'<span class="ddlearn-unseen"> {html.escape(sentence)}</span>' if sentence else ""
        self._set(words, f"<div>{html.escape(_short(words))}{heard}</div>")

    def alarm(self, words: str) -> None:
        """Say that something went wrong, in words and at once."""
        alert = f'<div role="alert" class="ddlearn-bad" style="{page.colors("bad")};padding:0 6px">'
        self._set(words, f"{alert}✗ {html.escape(_short(words))}</div>")

    def progress(self, words: str, fraction: float | None) -> None:
        """Say what is being computed and how far it is, until it ends; None draws a bar that does not know."""
        share, said = ("", "") if fraction is None else (f' value="{fraction:.3f}"', f" {100 * fraction:.0f} %")
        bar = f'<progress max="1"{share} aria-label="Progress" style="width:120px;vertical-align:middle"></progress>'
        self._set(words, f"<div>{bar}{said} {html.escape(_short(words))}</div>", busy=True)

    def explain(self, idle: Mapping[str, str], engine: str) -> None:
        """Disable the controls that change nothing now, and say why; enable all others. Say whose functions run."""
        for name, shown in self.views.items():
            for part in shown.parts:
                part.disabled = name in idle
        label = {name: shown.control.label for name, shown in self.views.items()}
        words = " ".join(f"{label[name]} changes nothing here: {reason}" for name, reason in idle.items())
        _fill(self._idle, html.escape(words))
        _fill(self._engine, engine)

    def _set(self, words: str, body: str, busy: bool = False) -> None:
        self.buttons[CANCEL].disabled = not busy
        self.status, self._status.value = words, body


def _line(css_class: str, value: str = "", **traits) -> widgets.HTML:
    line = widgets.HTML(value, **traits)
    line.add_class(css_class)
    return line


def _fill(line: widgets.HTML, sentence: str) -> None:
    """Put a sentence into a line, which takes no room without one."""
    line.value = sentence and f"<div>{sentence}</div>"
    line.layout.display = None if sentence else "none"


def _folded(grid: widgets.GridBox) -> tuple[widgets.Widget, ...]:
    """Return a button that shows and hides further controls, and these; nothing where there are none."""
    if not grid.children:
        return ()
    toggle = widgets.ToggleButton(description=MORE, layout={**FLAT, "align_self": "flex-start"})

    def turn(change) -> None:
        toggle.description = FEWER if change.new else MORE
        grid.layout.display = None if change.new else "none"

    grid.layout.display = "none"
    toggle.observe(turn, "value")
    return toggle, grid


def _short(words: str) -> str:
    words = " ".join(words.split())
    return words if len(words) <= LONGEST else words[: LONGEST - 1] + "…"

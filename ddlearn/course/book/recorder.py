"""A recording: an explorer's states, so that it moves on a page without a kernel.

A recording has each control alone at each of its positions, and a grid for each of the explorer's `pairs`. Of the
start it keeps the picture, of every other state only the pixels that differ from it, with the sentence, the controls
that change nothing there, and the numbers behind the picture. `player.js` draws it.
"""

import base64
import csv
import gzip
import io
import json
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import product

import numpy as np
from PIL import Image

from ddlearn.classroom.controls import Choice, Control, Slider, Switch
from ddlearn.classroom.explorer import Explorer, Values

POSITIONS, IN_A_GRID = 11, 6  # of a slider, its start not counted
NARROW = 120  # pixels of the page: what is narrower, such as a color bar, belongs to the panel on its left
LOW = 16  # pixels: a row of panels, or a legend, is higher
COLORS = 254  # with white and the clear one 256, of which WebP makes a palette
CELLS = 24  # rows and columns of an image whose numbers are kept, at most; of a line, their product
TOUCH = 12  # pixels by which what belongs to two panels may overlap

Box = tuple[float, float, float, float]  # left, top, right, bottom


def positions(control: Control) -> list:
    """Return where a page can put a control: every option of a menu, 9 to 13 places of a slider, its start among them.

    A slider that has fewer places has them all, and one with a step of its own stands on whole steps.
    """
    if not isinstance(control, Slider):
        return list(control.options)
    whole = range(round(control.low), round(control.high) + 1) if control.whole else ()
    values = whole if 0 < len(whole) <= POSITIONS + 2 else control.values(POSITIONS)
    if control.step is not None:
        values = [control.snap(control.notch(value)) for value in values]
    return sorted({*values, control.start})


def states(explorer: Explorer) -> list[Values]:
    """Return the states that a page shows, the start first. A control that is idle there moves where it is not."""
    start = {control.name: control.start for control in explorer.controls}
    kinds = {control.name: control for control in explorer.controls}
    places = {name: positions(control) for name, control in kinds.items()}
    found = [start]
    for name, values in places.items():
        ways = [start, *({**start, other: value} for other in places if other != name for value in places[other])]
        moved = next((way for way in ways if name not in explorer.idle(way)), start)
        found += [moved, *({**moved, name: value} for value in values)]
    for one, other in explorer.pairs:
        grid = product(*(_thinned(places[name], kinds[name]) for name in (one, other)))
        found += [{**start, one: a, other: b} for a, b in grid]
    return list({tuple(values.values()): values for values in found}.values())


def _thinned(values: list, control: Control) -> list:
    """Return the positions of a control in a grid: of a slider six, its ends among them."""
    last, count = len(values) - 1, IN_A_GRID if isinstance(control, Slider) else len(values)
    places = {round(last * place / (count - 1)) for place in range(count)}
    return [values[place] for place in sorted(places)]


@dataclass(frozen=True)
class Recorded:
    """One explorer: its file's stem, its states, the bytes of its recording, the seconds that these took.

    `text` is the file that a page loads. `still` is the picture of the start as WebP, `sentence` what is said of it.
    """

    file: str
    states: int
    size: int
    seconds: float
    text: str = ""
    still: bytes = b""
    sentence: str = ""


def record(explorer: Explorer, wanted: Sequence[Values], file: str) -> Recorded:
    """Return a recording of these states, the start first. RuntimeError names one that fails."""
    explorer, began = explorer.fresh(), time.perf_counter()
    start, shown, numbers, found = None, [], [], []
    for values in wanted:
        sentence, figure = explorer.checked(values), explorer.figure.figure
        pixels = np.asarray(figure.canvas.buffer_rgba())[..., :3].copy()
        picture = encoded(pixels, start)
        start = pixels if start is None else start
        found += boxes(figure)
        numbers.append(sheet(explorer.figure.numbers(CELLS)))
        at = [positions(control).index(values[control.name]) for control in explorer.controls]
        state = {"at": at, "sentence": sentence, "picture": base64.b64encode(picture).decode()}
        if idle := explorer.idle(values):
            state["idle"] = idle
        shown.append(state)
    width, height = (round(100 * side) for side in explorer.size)
    recording = {
        "title": explorer.title,
        "size": [width, height],
        "panes": panes(found, width, height),
        "controls": [_described(control, control.name in explorer.more) for control in explorer.controls],
        "states": shown,
        "numbers": base64.b64encode(gzip.compress("\f".join(numbers).encode(), mtime=0)).decode(),
    }
    said = json.dumps(recording, ensure_ascii=False, separators=(",", ":"))
    # A script: a page that is opened from a disk may load one, and may fetch nothing.
    text = f"(globalThis.ddlearnStates ??= {{}})[{json.dumps(file)}] = {said};\n"
    still, seconds = base64.b64decode(shown[0]["picture"]), time.perf_counter() - began
    return Recorded(file, len(shown), len(text.encode()), seconds, text, still, shown[0]["sentence"])


def encoded(pixels: np.ndarray, start: np.ndarray | None = None) -> bytes:
    """Return an image in few colors as lossless WebP; with `start` only what differs from it, the rest clear.

    White stays white, so that the picture has no ground of its own on a page.  pixels, start (height, width, 3)
    """
    few = Image.fromarray(pixels).quantize(COLORS, method=Image.Quantize.FASTOCTREE, dither=Image.Dither.NONE)
    shown = np.where((pixels == 255).all(-1, keepdims=True), pixels, np.asarray(few.convert("RGB")))
    if start is not None:
        differs = (pixels != start).any(-1, keepdims=True)
        shown = np.concatenate([shown, np.full_like(shown[..., :1], 255)], -1) * differs
    file = io.BytesIO()
    Image.fromarray(shown).save(file, "WEBP", lossless=True, method=4)
    return file.getvalue()


def sheet(columns: dict[str, list]) -> str:
    """Return columns of equal length as comma-separated lines, under their names."""
    file = io.StringIO()
    rows = zip(*columns.values(), strict=True)
    said = ([f"{value:.6g}" if isinstance(value, float) else value for value in row] for row in rows)
    csv.writer(file, lineterminator="\n").writerows([columns, *said])
    return file.getvalue()


def boxes(figure) -> Iterator[Box]:
    """Yield what each panel of a figure takes, its labels and legend as well, in pixels of the page."""
    height, scale = figure.bbox.height, 100 / figure.dpi
    for axes in (*figure.axes, *figure.legends):
        box = axes.get_tightbbox()
        if box is not None and box.width * box.height > 0:
            yield scale * box.x0, scale * (height - box.y1), scale * box.x1, scale * (height - box.y0)


def panes(found: Sequence[Box], width: int, height: int) -> list[list[int]]:
    """Return the parts of a picture that a narrow page puts below each other: left, top, width and height of each.

    A picture is cut between rows of panels, then each row between panels, where nothing is cut through.
    """
    parts = []
    for top, bottom in _spans([(box[1], box[3]) for box in found], height, LOW):
        row = [(left, right) for left, high, right, low in found if top <= (high + low) / 2 <= bottom]
        parts += [[left, top, right - left, bottom - top] for left, right in _spans(row, width, NARROW)]
    return parts


def _spans(intervals: Sequence[tuple[float, float]], end: int, least: float) -> list[tuple[int, int]]:
    """Return 0 to `end`, cut in the middle of each gap between intervals that leaves at least `least` on its left."""
    cuts, reach = [0], None
    for low, high in sorted(intervals):
        if reach is not None and low > reach - TOUCH and (low + reach) / 2 - cuts[-1] >= least:
            cuts.append(round((low + reach) / 2))
        reach = max(high, reach or high)
    if len(cuts) > 1 and end - cuts[-1] < least:
        cuts.pop()
    return list(zip(cuts, [*cuts[1:], end], strict=True))


def _described(control: Control, more: bool) -> dict:
    """Return a control as the player needs it: its positions as values and in words."""
    kind = {Slider: "range", Switch: "checkbox", Choice: "select"}[type(control)]
    told = {"name": control.name, "label": control.label, "more": more, "log": getattr(control, "log", False)}
    values = positions(control)
    said = [control.say(value).removeprefix(f"{control.label} ") for value in values]
    return {**told, "kind": kind, "values": values, "said": said}

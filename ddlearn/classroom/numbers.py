"""The numbers behind a picture, read off what is drawn: one row per point, as columns that make a dataframe.

Words, frames and color bars hold none. A bar, or a filled area, has its corners; an image its brightness in each cell.
"""

from collections.abc import Iterator
from itertools import product

import numpy as np

COLUMNS = ("panel", "mark", "x", "y", "value")

Row = tuple[str, str, float, float, float | str]


def numbers(figure, most: int | None = None) -> dict[str, list]:
    """Return panel, mark, x, y and, for an image, value of every point that a figure shows.

    Of an image with more than `most` rows or columns only every second, third, ... of them is taken, and so of a line
    with more than `most` times `most` points.
    """
    rows = [row for place, axes in enumerate(figure.axes, start=1) for row in _rows(axes, place, most)]
    return {name: [row[place] for row in rows] for place, name in enumerate(COLUMNS)}


def _rows(axes, place: int, most: int | None) -> Iterator[Row]:
    panel = axes.get_title(loc="left") or axes.get_title() or axes.get_ylabel() or f"panel {place}"
    for artist in (*axes.lines, *axes.patches, *axes.collections, *axes.images):
        if not artist.get_visible():
            continue
        label = str(artist.get_label())
        mark = type(artist).__name__ if label.startswith("_") else label
        for x, y, value in _points(artist, most):
            yield panel, mark, x, y, value


def _points(artist, most: int | None) -> Iterator[tuple[float, float, float | str]]:
    if hasattr(artist, "get_xydata"):
        parts = [artist.get_xydata()]
    elif hasattr(artist, "get_extent"):  # an image
        yield from _cells(artist, most)
        return
    elif hasattr(artist, "get_paths"):
        offsets = np.ma.filled(np.ma.asarray(artist.get_offsets(), dtype=float), np.nan)
        parts = [offsets] if np.any(offsets) else [path.vertices for path in artist.get_paths()]
    else:
        parts = [artist.get_path().transformed(artist.get_patch_transform()).vertices]
    for points in parts:
        stride = -(-len(points) // (most**2 if most else max(1, len(points))))
        points = points[:: max(1, stride)]
        yield from ((float(x), float(y), "") for x, y in np.asarray(points, dtype=float).reshape(-1, 2))


def _cells(image, most: int | None) -> Iterator[tuple[float, float, float]]:
    values = np.asarray(np.ma.filled(image.get_array(), np.nan), dtype=float)
    values = values[..., :3].mean(-1) if values.ndim == 3 else values
    left, right, bottom, top = image.get_extent()
    rows, columns = values.shape
    if image.origin == "upper":
        bottom, top = top, bottom
    stride = -(-max(rows, columns) // (most or max(rows, columns)))
    for row, column in product(range(0, rows, stride), range(0, columns, stride)):
        x, y = left + (column + 0.5) * (right - left) / columns, bottom + (row + 0.5) * (top - bottom) / rows
        yield float(x), float(y), float(values[row, column])

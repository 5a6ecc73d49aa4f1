"""The artists of some axes, kept from picture to picture: made once, moved when they are drawn, hidden when not."""

from collections import Counter
from collections.abc import Callable

import numpy as np


class Artists:
    """Keeps what each mark of a panel was drawn with, by kind and label, or by kind and look where it has no label."""

    def __init__(self):
        self._known: dict[tuple, object] = {}
        self._stands: dict[object, dict] = {}  # what each artist was last given
        self._drawn: list = []  # those of this picture, in order
        self._times: Counter = Counter()

    def begin(self) -> None:
        """Begin a picture: nothing is drawn in it yet."""
        self._drawn, self._times = [], Counter()

    def mark(self, kind: str, label: str | None, look: tuple, make: Callable[[], object]):
        """Return the artist of this mark, made if there is none. Marks alike are told apart by their order."""
        key = (kind, label) if label else (kind, *look)
        self._times[key] += 1
        key = key, self._times[key]
        if key not in self._known:
            self._known[key] = make()
            self._known[key].set_label(label or "_")
        self._drawn.append(self._known[key])
        return self._known[key]

    def give(self, artist, data: tuple | None = None, **wanted) -> None:
        """Set the properties, and the `data`, that differ from what the artist was given last."""
        stands = self._stands.setdefault(artist, {})
        if data is not None and not same(stands.get("data"), data):
            artist.set_data(*data)
            stands["data"] = data
        changed = {name: value for name, value in wanted.items() if name not in stands or not same(stands[name], value)}
        if changed:
            artist.set(**changed)
            stands.update(changed)

    def hide_others(self) -> None:
        """Hide the marks that were not drawn in this picture, and show the others."""
        drawn = set(self._drawn)
        for artist in self._known.values():
            if artist.get_visible() != (artist in drawn):
                artist.set_visible(artist in drawn)

    def labeled(self) -> list[tuple[str, object]]:
        """Return the label and the artist of each mark of this picture that has a label, the first of each label."""
        found: dict[str, object] = {}
        for artist in self._drawn:
            if not artist.get_label().startswith("_"):
                found.setdefault(artist.get_label(), artist)
        return list(found.items())


def same(one: object, other: object) -> bool:
    """Return whether two values are equal: numbers, words, arrays, and sequences of them."""
    if type(one) is not type(other):
        return False
    if isinstance(one, np.ndarray):
        return np.array_equal(one, other, equal_nan=one.dtype.kind == "f")
    if isinstance(one, (tuple, list)):
        return len(one) == len(other) and all(map(same, one, other))
    return bool(one == other)

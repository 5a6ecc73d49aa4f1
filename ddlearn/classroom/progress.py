"""What a learner has done, in a file that never leaves the machine: exercises, predictions, answers, measured claims.

    {"version": 3, "lessons": {"fixed_embeddings": {
        "started_at": "2026-01-31T09:00:00+00:00",
        "exercises": {"gram": {"status", "mistake", "attempts", "hints", "first_tried", "passed_at", "source"}},
        "predictions": {"peak": {"value", "recorded_at"}},
        "quiz": {"1": {"chosen", "right", "attempts"}},
        "claims": {"loo": {"measured", "holds", "measured_at"}}}}}

Times are ISO 8601 in UTC. Keys that this version does not know are kept as they are. A lesson's key is its room's name,
and a claim's its id without a number: lessons may change their places. Version 1 had numbers, version 2 had three
lessons that are two each now.
"""

import os
import tempfile
from collections.abc import Mapping
from copy import deepcopy
from datetime import UTC, datetime
from operator import methodcaller
from pathlib import Path

import platformdirs

from ddlearn.classroom.store import Change, Document, Store

VERSION = 3
PASSED = "passed"
NOT_STARTED = "not started"

ROOMS_OF_VERSION_1 = (
    "start_here",
    "fixed_embeddings",
    "learned_embeddings",
    "neural_tangent_kernel",
    "leaving_the_lazy_regime",
    "real_steps_real_widths",
    "how_many_examples",
    "double_descent_solved",
    "double_descent_trained",
    "weak_labels",
    "domain_knowledge",
    "capstone",
)
"""The rooms in the order of the numbers that version 1 of the file had for keys, whatever their order is today."""

SPLIT_IN_VERSION_3 = {
    "real_steps_real_widths": ("large_steps", "real_steps_real_widths"),
    "how_many_examples": ("learning_curves", "guarantees"),
    "domain_knowledge": ("purified_specimens", "counting_and_rules"),
}
"""Lessons that became two: each takes over the whole record but the answers to a quiz that neither of them asks."""

Plain = str | int | float | bool | None

_OR_NONE = ("mistake", "first_tried", "passed_at")  # texts that an exercise has later, or never
_NEW_EXERCISE = {"status": NOT_STARTED, "attempts": 0, "hints": 0, "source": ""} | dict.fromkeys(_OR_NONE)
_NEW = {"exercises": _NEW_EXERCISE, "quiz": {"attempts": 0}}  # what an entry of a section begins as
# The types that a field may have, of those that this version relies on.
_FIELDS = {
    "exercises": {"status": (str,), "attempts": (int,), "hints": (int,)} | dict.fromkeys(_OR_NONE, (str, type(None))),
    "predictions": {"recorded_at": (str,)},
    "quiz": {"right": (bool,), "attempts": (int,)},
    "claims": {"measured": (list,), "holds": (bool,), "measured_at": (str,)},
}


def home() -> Path:
    """Return the folder of all that ddlearn keeps for this learner: `$DDLEARN_HOME`, else the user's data folder.

    Raises `FileNotFoundError` where the system knows no home folder for this user and `$DDLEARN_HOME` is not set.
    """
    chosen = os.environ.get("DDLEARN_HOME")
    try:
        return Path(chosen).expanduser() if chosen else platformdirs.user_data_path("ddlearn").expanduser()
    except (RuntimeError, KeyError) as error:  # no HOME, and a user whom the system does not know
        raise FileNotFoundError(
            "this user has no home folder here; set DDLEARN_HOME to a folder of your own, where progress is kept"
        ) from error


class Progress(Store):
    """The learner's record. Each `record_...` is on the disk when it returns True, or waits in memory and says so.

    `path` defaults to `progress.json` in `home()`; see `Store` for the rest.
    """

    def __init__(self, path: str | os.PathLike | None = None, patience: float = 5.0):
        homeless = []
        if path is None:
            try:
                path = home() / "progress.json"
            except FileNotFoundError as error:
                path = Path(tempfile.mkdtemp(prefix="ddlearn-")) / "progress.json"
                homeless = [f"Your progress lasts for this session only: {error}."]
        super().__init__(Path(path), VERSION, _sound, _upgraded, patience)
        self.notices += homeless

    def read(self) -> Document:
        """A copy of the whole record, waiting ones included: `{"version": 3, "lessons": {...}}`. Never raises."""
        return {"lessons": {}} | super().read()

    def lesson(self, room: str) -> Document:
        """A copy of one lesson's record, with every section there even if it is empty."""
        return {section: {} for section in _FIELDS} | self.read()["lessons"].get(room, {})

    def record_exercise(self, room: str, name: str, status: str, source: str = "", mistake: str | None = None) -> bool:
        """One check of an exercise. Once passed it stays passed, with the code that passed last.

        Attempts are counted up to the first pass; an untouched stub is none. `mistake` names the classic mistake that
        this try was recognized as.
        """
        now = _now()

        def edit(entry: Document) -> None:
            passed = entry["status"] == PASSED
            if status != NOT_STARTED:
                entry["first_tried"] = entry["first_tried"] or now
                entry["attempts"] += not passed
            if status == PASSED:
                entry["passed_at"] = entry["passed_at"] or now
            if status == PASSED or not passed:
                entry["status"], entry["mistake"], entry["source"] = status, mistake, source

        return self._edit(room, "exercises", {name: edit})

    def record_hint(self, room: str, name: str) -> bool:
        """One more hint of an exercise was read."""

        def edit(entry: Document) -> None:
            entry["hints"] += 1

        return self._edit(room, "exercises", {name: edit})

    def record_prediction(self, room: str, name: str, value: Plain) -> bool:
        """What the learner predicts; a later answer replaces it. `value` is a number or a text."""
        answer = {"value": _plain("value", value), "recorded_at": _now()}
        return self._edit(room, "predictions", {name: methodcaller("update", answer)})

    def record_quiz(self, room: str, item: str, chosen: Plain, right: bool) -> bool:
        """One answer to a quiz item; a later one replaces it, and both count as attempts."""
        answer = {"chosen": _plain("chosen", chosen), "right": bool(right)}

        def edit(entry: Document) -> None:
            entry.update(answer, attempts=entry["attempts"] + 1)

        return self._edit(room, "quiz", {item: edit})

    def record_claims(self, room: str, results: Mapping[str, object]) -> bool:
        """What claims measured on this machine: claim id -> a result with `.measured` (one a seed) and `.holds`."""
        now = _now()
        found = {
            name: {"measured": list(map(float, result.measured)), "holds": bool(result.holds), "measured_at": now}
            for name, result in results.items()
        }
        return self._edit(room, "claims", {name: methodcaller("update", entry) for name, entry in found.items()})

    def _edit(self, room: str, section: str, edits: Mapping[str, Change]) -> bool:
        """Change entries of a section, by name; one that is not there yet is made."""
        now = _now()

        def change(document: Document) -> None:
            record = document.setdefault("lessons", {}).setdefault(room, {})
            record.setdefault("started_at", now)
            entries = record.setdefault(section, {})
            for name, edit in edits.items():
                entries[name] = _NEW.get(section, {}) | entries.get(name, {})
                edit(entries[name])

        return self.change(change)


def _sound(document: Document) -> bool:
    """Whether every entry that this version knows has the type that it relies on."""
    try:
        return all(
            _fits(record, {"started_at": (str,)})
            and all(_fits(entry, _FIELDS[section]) for section in _FIELDS for entry in record.get(section, {}).values())
            for record in document.get("lessons", {}).values()
        )
    except (AttributeError, TypeError):  # a list or a text where a dictionary should be
        return False


def _fits(entry: Document, fields: Mapping[str, tuple[type, ...]]) -> bool:
    return all(type(entry[field]) in fields[field] for field in entry.keys() & fields.keys())


def _upgraded(document: Document) -> Document:
    """Return a document of an older version as this version writes it."""
    rooms = {f"{place:02d}": room for place, room in enumerate(ROOMS_OF_VERSION_1)} if document["version"] == 1 else {}
    lessons = {}
    for key, record in document.get("lessons", {}).items():
        halves = SPLIT_IN_VERSION_3.get(rooms.get(key, key), ())
        kept = {section: entries for section, entries in record.items() if not halves or section != "quiz"}
        if rooms and "claims" in kept:  # a claim's id had its lesson's number
            kept["claims"] = {name.removeprefix(f"{key}."): entry for name, entry in record["claims"].items()}
        lessons |= {new: deepcopy(kept) for new in halves or (rooms.get(key, key),)}
    return document | {"version": VERSION, "lessons": lessons}


def _now() -> str:
    return datetime.now(UTC).isoformat(timespec="seconds")


def _plain(name: str, value: object) -> Plain:
    """A number of NumPy or torch as Python's own; refuses what JSON cannot hold."""
    value = value.item() if hasattr(value, "item") else value
    if not isinstance(value, Plain):
        raise TypeError(f"{name} must be a number or a text; got {type(value).__name__}")
    return value

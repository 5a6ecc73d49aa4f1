"""One JSON file that loses nothing: not to a kill, a full disk, a read-only folder or a second notebook.

A change edits the document in place. It waits in memory until a write has carried it to the disk: under a lock, from
what the file says by then, to a sibling file that replaces it whole. What fails is said in `notices`, never raised. A
file that is damaged or deleted under a running notebook comes back with all that the notebook has seen in it.
"""

import atexit
import copy
import json
import os
import threading
from collections.abc import Callable
from contextlib import suppress
from datetime import UTC, datetime
from itertools import chain, count
from pathlib import Path

from filelock import FileLock, Timeout

Document = dict
Change = Callable[[Document], None]


class Damaged(ValueError):
    """The file is not a document of ours."""


class Newer(ValueError):
    """The file was written by a newer version of the course."""


class Store:
    """A versioned JSON document at `path`, shared by every process that opens it.

    A file that is not `sound(document)` is set aside under a dated name. `upgraded(document)` returns one of an older
    version as this version has it; the older file is kept beside, as `progress.version-1.json`. A write waits up to
    `patience` seconds for the lock. `notices` are sentences to show the learner; who shows them clears the list.
    """

    def __init__(self, path: Path, version: int, sound: Callable, upgraded: Callable, patience: float):
        # A linked file stays linked: the rename must replace the target, not the link.
        self.path = Path(os.path.realpath(path))
        self.notices: list[str] = []
        self._version, self._patience, self._sound, self._upgraded = version, patience, sound, upgraded
        self._waiting: list[Change] = []
        self._seen: Document = {}
        self._trouble: set[type | str] = set()
        self._turn = threading.RLock()
        atexit.register(self.flush)  # the last chance of all: a kernel that shuts down in good order

    def change(self, edit: Change) -> bool:
        """Apply `edit` to the document; True once it is on the disk, False while it waits in memory."""
        with self._turn:
            self._waiting.append(edit)
            return self.flush()

    def flush(self) -> bool:
        """Carry every waiting change to the disk; True if none is left waiting. Raises nothing that a disk causes."""
        with self._turn:
            return not self._waiting or self._write()

    def read(self) -> Document:
        """A copy of the document with the changes that are still waiting. Sets a damaged file aside; never raises."""
        with self._turn:
            try:
                self._seen = _fill(self._current(self._load()), self._seen)
            except Damaged:
                self._write()
            except (Newer, OSError) as error:
                self._say(error, f"read from {self.path}")
            return self._with_waiting(copy.deepcopy(self._seen))

    def _write(self) -> bool:
        try:
            self._write_under_lock()
        except (Newer, OSError, NotImplementedError) as error:  # the last where a system has no locks
            self._say(error, f"saved in {self.path.parent}")
            return False
        return True

    def _write_under_lock(self) -> None:
        self.path.parent.mkdir(parents=True, exist_ok=True)
        # Waiting once is polite; waiting again at each click would freeze the notebook.
        patience = 0.0 if Timeout in self._trouble else self._patience
        with FileLock(f"{self.path}.lock", timeout=patience):
            try:
                on_disk = self._load()
            except Damaged as damage:
                on_disk = {}
                self._set_aside(damage)
            current = self._current(on_disk)
            document = self._with_waiting(_fill(copy.deepcopy(current), self._seen))
            if document != on_disk:
                if current is not on_disk:
                    self._keep_beside(on_disk)
                write_whole(self.path, json.dumps(document, indent=1))
        if self._trouble:
            self.notices.append("What was waiting in memory is now saved.")
        self._trouble.clear()
        self._waiting.clear()
        self._seen = document

    def decoded(self, data: bytes) -> Document:
        """Return what a file of these bytes says, as this version has it. Raises `Damaged` or `Newer`."""
        return self._current(self._parsed(data))

    def _load(self) -> Document:
        with suppress(FileNotFoundError):
            return self._parsed(self.path.read_bytes())
        return {}

    def _parsed(self, data: bytes) -> Document:
        try:
            document = json.loads(data)
        except (ValueError, RecursionError) as error:
            raise Damaged(f"it is not valid JSON ({type(error).__name__})") from error
        version = document.get("version") if isinstance(document, dict) else None
        if type(version) is not int or version < 1:
            raise Damaged("it has no version number")
        if version > self._version:
            raise Newer(
                f"{self.path.name} was written by a newer ddlearn (version {version} of the file; this one knows "
                f"{self._version}). It is left untouched; update ddlearn to go on with it."
            )
        if not self._sound(document):
            raise Damaged("its entries are not of the kind expected")
        return document

    def _current(self, document: Document) -> Document:
        """Return a document of an older version as this version has it, any other as it is."""
        older = document.get("version", self._version) < self._version
        return self._upgraded(document) if older else document

    def _keep_beside(self, older: Document) -> None:
        """Keep a document of an older version in a file of its own, unless an earlier try has."""
        stem, text = f"{self.path.stem}.version-{older['version']}", json.dumps(older, indent=1)
        copies = self.path.parent.glob(f"{stem}*{self.path.suffix}")
        if not any(one.read_bytes() == text.encode() for one in copies):
            write_whole(self._free(stem), text)

    def _with_waiting(self, document: Document) -> Document:
        document.setdefault("version", self._version)
        for edit in self._waiting:
            edit(document)
        return document

    def _set_aside(self, damage: Damaged) -> None:
        aside = self._free(f"{self.path.stem}.damaged-{datetime.now(UTC):%Y%m%dT%H%M%SZ}")
        os.rename(self.path, aside)
        kept = f"It is kept as {aside.name}, and a new file begins with what this notebook remembers."
        self.notices.append(f"{self.path.name} was damaged: {damage}. {kept}")

    def _free(self, stem: str) -> Path:
        """Return a path beside the file, named `stem`, where nothing is yet."""
        paths = (self.path.with_name(f"{stem}{-k if k else ''}{self.path.suffix}") for k in chain([0], count(2)))
        return next(path for path in paths if not path.exists())

    def _say(self, error: Exception, what: str) -> None:
        """Put a trouble into words, once until it is over; `what` could not be done."""
        reason = (getattr(error, "strerror", "") or str(error)).lower()
        known = {Newer: str(error), Timeout: f"Another program is holding {self.path.name}."}
        trouble = type(error) if type(error) in known else what
        sentence = known.get(trouble, f"Progress cannot be {what}: {reason}.")
        if trouble not in self._trouble:
            self._trouble.add(trouble)
            self.notices.append(f"{sentence} Your work is kept in memory and saved as soon as that is possible.")


def _fill(document: Document, remembered: Document) -> Document:
    """Put back into `document` what it lacks of `remembered`; what it has stays as it is."""
    for key, value in remembered.items():
        if key not in document:
            document[key] = copy.deepcopy(value)
        elif isinstance(value, dict) and isinstance(document[key], dict):
            _fill(document[key], value)
    return document


def write_whole(path: Path, content: str | bytes) -> None:
    """Replace the file at `path` by `content`, or leave it as it was: a reader, or a kill, never meets half of it.

    A missing folder is made. Raises `OSError` where the disk refuses.
    """
    data = content.encode() if isinstance(content, str) else content
    path.parent.mkdir(parents=True, exist_ok=True)
    # One fixed name: a killed writer leaves at most one such file, and the next one overwrites it.
    draft = path.with_name(f"{path.name}.draft")
    try:
        with open(draft, "wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        os.replace(draft, path)
    except OSError:
        with suppress(OSError):  # half a draft on a full disk only makes it fuller
            draft.unlink()
        raise
    # The rename itself must survive a power cut. Some systems cannot open or flush a folder; the file is safe anyway.
    with suppress(OSError):
        folder = os.open(path.parent, os.O_RDONLY)
        try:
            os.fsync(folder)
        finally:
            os.close(folder)

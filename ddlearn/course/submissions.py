"""What learners handed in, as it lies in a folder. Nothing is unpacked, and nothing in the folder changes.

A hand-in is a zip of `hand-in.json` (the name and the time), `progress.json` and, if the learner wishes, notebooks. A
file that came another way counts as well: its learner is the folder that it lies in, or else its own name. The names
that Moodle and Canvas give to downloaded files are understood.
"""

import io
import json
import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path, PurePosixPath
from zipfile import ZIP_DEFLATED, ZipFile

SLIP, RECORD = "hand-in.json", "progress.json"
LIMIT = 20 * 2**20  # bytes that are read of one file; a long evening's notebook with its pictures has a tenth of that
MOODLE = re.compile(r"(?P<learner>.+?)_\d+_assignsubmission_file.*")
CANVAS = re.compile(r"(?P<learner>[^_]+)_(?:LATE_)?(?P<account>\d+)_\d+_.+")

Wanted = Callable[[PurePosixPath], object]


@dataclass(frozen=True)
class File:
    """One file: whose it is, where it lies, when it was handed in, and what is in it, or why that cannot be read.

    `account` is the learner's number on Canvas, where the file's name has it.
    """

    learner: str
    path: str
    when: datetime
    data: bytes = b""
    fault: str = ""
    account: str = ""


def pack(name: str, when: datetime, record: dict, notebooks: Iterable[Path]) -> bytes:
    """Return a hand-in."""
    slip = {"version": 1, "name": name, "handed_in": when.isoformat()}
    packed = io.BytesIO()
    with ZipFile(packed, "w", ZIP_DEFLATED) as archive:
        archive.writestr(SLIP, json.dumps(slip, indent=1))
        archive.writestr(RECORD, json.dumps(record, indent=1))
        for notebook in notebooks:
            archive.writestr(f"notebooks/{notebook.name}", notebook.read_bytes())
    return packed.getvalue()


def records(folder: Path) -> Iterator[File]:
    """Yield every record of progress below a folder. NotADirectoryError if there is no such folder."""

    def wanted(path: PurePosixPath) -> bool:
        # Beside a record may lie its older versions, and damaged ones, with a second dot in the name.
        name = r"[^.]+\.json" if len(path.parts) == 1 else r"progress[^.]*\.json"
        return re.fullmatch(name, path.name) is not None and path.name != SLIP

    return _files(folder, wanted)


def notebooks(folder: Path) -> Iterator[File]:
    """Yield every notebook below a folder. NotADirectoryError if there is no such folder."""
    return _files(folder, lambda path: path.suffix == ".ipynb")


def _files(folder: Path, wanted: Wanted) -> Iterator[File]:
    if not folder.is_dir():
        raise NotADirectoryError(f"There is no folder {folder}.")
    for path in sorted(folder.rglob("*")):
        inside, zipped = PurePosixPath(path.relative_to(folder).as_posix()), path.suffix.lower() == ".zip"
        if _hidden(inside) or path.is_symlink() or not path.is_file() or not (zipped or wanted(inside)):
            continue
        learner, account = _whose(inside)
        file = File(learner.strip(), str(inside), datetime.now(UTC), account=account)
        try:
            file = replace(file, when=datetime.fromtimestamp(path.stat().st_mtime, UTC))
            with open(path, "rb") as data:
                yield from _packed(ZipFile(data), file, wanted) if zipped else [replace(file, data=_read(data))]
        except Exception as error:  # whatever a strange file raises, the others are still to come
            reason = getattr(error, "strerror", None) or error  # without the path, which may be somebody's name
            yield replace(file, fault=f"It cannot be read: {reason}.")


def _packed(archive: ZipFile, file: File, wanted: Wanted) -> Iterator[File]:
    names = archive.namelist()
    if SLIP in names:
        slip = json.loads(_read(archive.open(SLIP)))
        when = datetime.fromisoformat(slip["handed_in"]).astimezone(UTC)
        file = replace(file, learner=str(slip["name"]), when=when)
    for name in sorted(names):
        if wanted(PurePosixPath(name)) and not _hidden(PurePosixPath(name)):
            yield replace(file, path=f"{file.path}/{name}", data=_read(archive.open(name)))


def _read(file: io.IOBase) -> bytes:
    data = file.read(LIMIT + 1)
    if len(data) > LIMIT:
        raise ValueError(f"it is larger than {LIMIT // 2**20} MB")
    return data


def _hidden(path: PurePosixPath) -> bool:
    return any(part.startswith((".", "__MACOSX")) for part in path.parts)


def _whose(path: PurePosixPath) -> tuple[str, str]:
    """Return the learner, and the account on Canvas, that a path tells of."""
    first = path.parts[0]
    if found := MOODLE.fullmatch(first):
        return found["learner"], ""
    if len(path.parts) > 1:
        return first, ""
    if found := CANVAS.fullmatch(first):
        return found["learner"], found["account"]
    return re.sub(r"[ _-]*\d\d_[a-z].*$", "", path.stem) or path.stem, ""  # "ada_01_fixed_embeddings" is of "ada"

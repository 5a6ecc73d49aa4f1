"""Progress loses nothing: killed writers, full disks, read-only folders, two notebooks, damaged and newer files."""

import errno
import json
import os
import random
import re
import signal
import subprocess
import sys
import textwrap
import time
from datetime import datetime
from types import SimpleNamespace

import numpy
import pytest

from ddlearn.classroom import store
from ddlearn.classroom.progress import Progress, home

posix_only = pytest.mark.skipif(os.name != "posix", reason="SIGKILL, mounts and resource limits are POSIX")

WRITER = """
import sys
from ddlearn.classroom.progress import Progress
progress = Progress(sys.argv[1], patience=30)
"""


@pytest.fixture
def path(tmp_path):
    return tmp_path / "home" / "progress.json"


@pytest.fixture
def progress(path):
    return Progress(path, patience=0.2)


def child(body, *arguments, **options):
    """A Python process that has a `progress` on its first argument and then runs `body`."""
    code = WRITER + textwrap.dedent(body)
    return subprocess.Popen(
        [sys.executable, "-c", code, *map(str, arguments)], stdout=subprocess.PIPE, text=True, **options
    )


def on_disk(path):
    return json.loads(path.read_text(encoding="utf-8"))


def kept(path, section, room="01"):
    """The entries of a section of one lesson, as the file has them."""
    return on_disk(path)["lessons"][room][section]


def refusing(number, *targets):
    """A call of the disk that fails, if it is to a file of these names, with an error of this number."""

    def refuse(*arguments):
        if not targets or os.path.basename(arguments[-1]) in targets:
            raise OSError(number, os.strerror(number))
        return RENAME(*arguments)

    return refuse


RENAME = os.replace


# What is recorded


def test_an_exercise_counts_attempts_up_to_the_first_pass_and_stays_passed(progress, path):
    progress.record_exercise("01", "gram", "not started", "TODO")
    entry = progress.lesson("01")["exercises"]["gram"]
    assert (entry["status"], entry["attempts"], entry["first_tried"]) == ("not started", 0, None)
    before = path.stat().st_mtime_ns
    progress.record_exercise("01", "gram", "not started", "TODO")
    assert path.stat().st_mtime_ns == before, "what changes nothing is not written"
    for status, source in (("not yet", "a"), ("raised", "b"), ("passed", "c"), ("raised", "d")):
        assert progress.record_exercise("01", "gram", status, source)
    entry = kept(path, "exercises")["gram"]
    assert (entry["status"], entry["attempts"], entry["source"]) == ("passed", 3, "c")
    first_pass = entry["passed_at"]
    progress.record_exercise("01", "gram", "passed", "shorter")
    entry = kept(path, "exercises")["gram"]
    assert (entry["source"], entry["passed_at"], entry["attempts"]) == ("shorter", first_pass, 3)


def test_hints_predictions_quiz_and_claims_follow_the_schema(progress, path):
    progress.record_hint("01", "gram")
    progress.record_hint("01", "gram")
    progress.record_prediction("01", "peak", 60)
    progress.record_prediction("01", "peak", 100.0)
    progress.record_quiz("01", "kernel", "b", False)
    progress.record_quiz("01", "kernel", "a", True)
    progress.record_claims("01", {"slope": SimpleNamespace(measured=(-0.5, -0.49), holds=True)})
    lesson = on_disk(path)["lessons"]["01"]
    assert lesson["exercises"]["gram"]["hints"] == 2
    assert lesson["predictions"]["peak"]["value"] == 100.0
    assert lesson["quiz"] == {"kernel": {"chosen": "a", "right": True, "attempts": 2}}
    slope = lesson["claims"]["slope"]
    assert (slope["measured"], slope["holds"]) == ([-0.5, -0.49], True)
    for moment in (lesson["started_at"], lesson["predictions"]["peak"]["recorded_at"]):
        assert datetime.fromisoformat(moment).utcoffset().total_seconds() == 0


def test_numbers_of_numpy_become_plain_and_other_objects_are_refused(progress):
    progress.record_prediction("01", "peak", numpy.float32(2.0))
    with pytest.raises(TypeError, match="value must be a number or a text; got list"):
        progress.record_prediction("01", "peak", [1, 2])
    assert progress.lesson("01")["predictions"]["peak"]["value"] == 2.0


def test_reading_gives_a_copy_with_every_section_and_writes_nothing(progress, path):
    assert progress.lesson("07") == {"exercises": {}, "predictions": {}, "quiz": {}, "claims": {}}
    assert progress.read() == {"version": 3, "lessons": {}}
    assert not path.exists()
    progress.record_prediction("01", "peak", 3)
    progress.read()["lessons"].clear()
    progress.lesson("01")["predictions"].clear()
    assert progress.lesson("01")["predictions"]["peak"]["value"] == 3


def test_home_is_the_variable_or_the_users_data_folder(monkeypatch, tmp_path):
    monkeypatch.setenv("DDLEARN_HOME", str(tmp_path))
    assert home() == tmp_path
    assert Progress().path == tmp_path / "progress.json"
    monkeypatch.delenv("DDLEARN_HOME")
    assert home().name == "ddlearn"


def test_unknown_keys_are_preserved_at_every_level(progress, path):
    path.parent.mkdir()
    entry = {"status": "not yet", "note": "mine"}
    lesson = {"mood": "curious", "exercises": {"gram": entry}}
    path.write_text(json.dumps({"version": 3, "theme": "dark", "lessons": {"01": lesson}}))
    progress.record_exercise("01", "gram", "passed", "code")
    assert (on_disk(path)["theme"], kept(path, "mood")) == ("dark", "curious")
    assert kept(path, "exercises")["gram"]["note"] == "mine"
    assert kept(path, "exercises")["gram"]["status"] == "passed"


# Writing


def test_the_draft_is_flushed_to_the_device_before_it_replaces_the_file(progress, monkeypatch):
    order = []
    fsync, replace = os.fsync, os.replace
    monkeypatch.setattr(os, "fsync", lambda fd: (order.append("fsync"), fsync(fd)))
    monkeypatch.setattr(os, "replace", lambda *names: (order.append("replace"), replace(*names)))
    progress.record_hint("01", "gram")
    # The last one is the folder's: it makes the rename itself durable.
    assert order == ["fsync", "replace", "fsync"]


def test_a_linked_file_stays_linked(tmp_path):
    target, link = tmp_path / "kept" / "progress.json", tmp_path / "progress.json"
    target.parent.mkdir()
    target.write_text('{"version": 3}')
    link.symlink_to(target)
    Progress(link).record_hint("01", "gram")
    assert link.is_symlink()
    assert on_disk(target)["lessons"]["01"]["exercises"]["gram"]["hints"] == 1


@posix_only
def test_a_writer_killed_at_random_moments_loses_no_record_that_it_acknowledged(path):
    """Writers, each killed with SIGKILL in its tight loop: the file reads each time, with all that was acknowledged.

    The page cache outlives the process, so this shows that the rename is atomic; the order of fsync is tested above.
    """
    moments = random.Random(0)
    acknowledged = 0
    for _ in range(5):
        writer = child(
            """
            index = int(sys.argv[2])
            while True:
                if not progress.record_prediction("01", str(index), "x" * 200):
                    sys.exit(3)
                print(index, flush=True)
                index += 1
            """,
            path,
            acknowledged,
        )
        first = writer.stdout.readline()  # the imports are over: it is writing now
        time.sleep(moments.uniform(0.0, 0.08))
        os.kill(writer.pid, signal.SIGKILL)
        rest = writer.communicate()[0]
        assert writer.returncode == -signal.SIGKILL
        lines = [line for line in (first + rest).splitlines(keepends=True) if line.endswith("\n")]
        acknowledged = int(lines[-1]) + 1
        recorded = kept(path, "predictions")
        assert set(map(str, range(acknowledged))) <= set(recorded)
    progress = Progress(path, patience=0.2)
    assert progress.record_hint("01", "gram"), "a killed writer must leave no lock behind"
    assert progress.notices == []
    assert sorted(file.name for file in path.parent.iterdir()) == ["progress.json", "progress.json.lock"]


def test_processes_that_write_at_once_lose_nothing_to_each_other(path):
    body = """
    for index in range(10):
        assert progress.record_prediction(sys.argv[2], str(index), index)
        assert progress.record_hint("shared", "gram")
    """
    writers = [child(body, path, f"{lesson:02d}") for lesson in range(3)]
    for writer in writers:
        writer.communicate()
        assert writer.returncode == 0
    lessons = on_disk(path)["lessons"]
    for lesson in range(3):
        assert set(lessons[f"{lesson:02d}"]["predictions"]) == set(map(str, range(10)))
    assert lessons["shared"]["exercises"]["gram"]["hints"] == 3 * 10


def test_two_notebooks_see_each_others_records_and_lose_none_if_the_file_is_damaged(path):
    one, two = Progress(path), Progress(path)
    one.record_exercise("01", "gram", "passed", "code")
    two.record_exercise("01", "gram", "not yet", "older")
    assert one.lesson("01")["exercises"]["gram"]["status"] == "passed"
    assert two.lesson("01")["exercises"]["gram"]["source"] == "code"
    one.record_prediction("01", "one", 1)
    two.record_prediction("01", "two", 2)
    path.write_bytes(b"{")
    one.record_prediction("01", "three", 3)
    two.record_prediction("01", "four", 4)
    assert set(kept(path, "predictions")) == {"one", "two", "three", "four"}, "nor does damage lose anything"


# The lock


@pytest.fixture
def holder(path):
    """A process that holds the lock of the file until it is told to go on."""
    body = """
    from filelock import FileLock
    progress.path.parent.mkdir()
    with FileLock(f"{progress.path}.lock"):
        print("held", flush=True)
        sys.stdin.readline()
    """
    with child(body, path, stdin=subprocess.PIPE) as process:
        assert process.stdout.readline() == "held\n"
        yield process


@posix_only
def test_the_lock_of_a_killed_process_is_gone_with_it(path, progress, holder):
    assert not progress.record_hint("01", "gram")
    os.kill(holder.pid, signal.SIGKILL)
    holder.wait()
    assert path.with_name("progress.json.lock").exists(), "the file stays; only the system's lock goes"
    assert progress.record_hint("01", "gram")
    assert kept(path, "exercises")["gram"]["hints"] == 2


def test_a_lock_held_for_long_is_waited_for_once_then_the_record_waits_in_memory(path, progress, holder):
    start = time.monotonic()
    assert not progress.record_prediction("01", "a", 1)
    assert time.monotonic() - start >= 0.2
    start = time.monotonic()
    for index in range(10):
        assert not progress.record_prediction("01", f"later {index}", 1)
    assert time.monotonic() - start < 10 * 0.2, "only the first record waits"
    assert len(progress.notices) == 1
    assert "Another program is holding progress.json" in progress.notices[0]
    assert set(progress.lesson("01")["predictions"]) == {"a", *(f"later {index}" for index in range(10))}

    holder.communicate("go on\n")
    assert progress.record_prediction("01", "b", 2)
    assert set(kept(path, "predictions")) == set(progress.lesson("01")["predictions"])
    assert progress.notices[1:] == ["What was waiting in memory is now saved."]


# Disks that refuse


def assert_waits_and_is_merged_later(progress, path, mend, reason):
    """Records are refused by the disk with `reason`, kept, said once; after `mend()` all of them are on the disk."""
    assert not progress.record_exercise("02", "ridge", "passed", "kept")
    assert not progress.record_hint("02", "ridge")
    assert len(progress.notices) == 1
    assert re.search(reason, progress.notices[0])
    assert "kept in memory" in progress.notices[0]
    assert progress.lesson("02")["exercises"]["ridge"]["source"] == "kept"
    mend()
    assert progress.record_prediction("02", "peak", 5)
    lesson = on_disk(path)["lessons"]["02"]
    assert (lesson["exercises"]["ridge"]["status"], lesson["exercises"]["ridge"]["hints"]) == ("passed", 1)
    assert lesson["predictions"]["peak"]["value"] == 5


@pytest.mark.parametrize(
    ("call", "number"),
    [("open", errno.EROFS), ("fsync", errno.ENOSPC), ("replace", errno.EROFS)],  # `open` is the lock's
)
def test_an_error_of_the_disk_at_any_step_leaves_the_old_file_whole(progress, path, monkeypatch, call, number):
    progress.record_prediction("01", "before", 1)
    before = path.read_bytes()

    def mend():
        assert path.read_bytes() == before
        assert not path.with_name("progress.json.draft").exists()
        monkeypatch.undo()

    monkeypatch.setattr(os, call, refusing(number))
    assert_waits_and_is_merged_later(progress, path, mend, os.strerror(number).lower())
    assert kept(path, "predictions")["before"]["value"] == 1


@posix_only
def test_a_limit_on_the_size_of_files_in_a_real_process(path):
    """The kernel refuses in the middle of a write; the half-written draft must not become the file."""
    writer = child(
        """
        import resource
        assert progress.record_prediction("01", "small", "x")
        before = progress.path.read_bytes()
        soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
        resource.setrlimit(resource.RLIMIT_FSIZE, (1000, hard))
        assert not progress.record_prediction("01", "large", "x" * 5000)
        assert progress.path.read_bytes() == before
        assert "file too large" in progress.notices[0], progress.notices
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
        """,
        path,
    )
    writer.communicate()
    assert writer.returncode == 0
    # Nothing was recorded after the limit was lifted: the process saved what was waiting as it ended.
    assert set(kept(path, "predictions")) == {"small", "large"}


@pytest.mark.parametrize("wrong", ["a file for the folder", "a folder for the file"])
def test_something_else_stands_in_the_place(path, progress, wrong):
    """It is refused to everyone, root included."""
    if wrong == "a file for the folder":
        path.parent.write_text("I am a file")
        assert_waits_and_is_merged_later(progress, path, path.parent.unlink, "(not a directory|file exists)")
    else:
        path.mkdir(parents=True)
        assert_waits_and_is_merged_later(progress, path, path.rmdir, "directory")


# Damaged and newer files

DAMAGED = {
    "truncated": b'{"version": 1, "lessons": {"01": {"exerc',
    "binary": bytes(range(256)),
    "empty": b"",
    "zeros": b"\0" * 512,
    "a list": b"[1, 2, 3]",
    "a text": b'"progress"',
    "too deep": b"[" * 100_000,
    "no version": b'{"lessons": {}}',
    "version true": b'{"version": true, "lessons": {}}',
    "version zero": b'{"version": 0, "lessons": {}}',
    "lessons a list": b'{"version": 1, "lessons": []}',
    "a lesson a number": b'{"version": 1, "lessons": {"01": 3}}',
    "exercises a list": b'{"version": 1, "lessons": {"01": {"exercises": ["gram"]}}}',
    "attempts a text": b'{"version": 1, "lessons": {"01": {"exercises": {"gram": {"attempts": "two"}}}}}',
    "hints true": b'{"version": 1, "lessons": {"01": {"exercises": {"gram": {"hints": true}}}}}',
    "quiz entry null": b'{"version": 1, "lessons": {"01": {"quiz": {"a": null}}}}',
    "measured a number": b'{"version": 1, "lessons": {"01": {"claims": {"a": {"measured": 1}}}}}',
}


@pytest.mark.parametrize("first", ["read", "record"])
@pytest.mark.parametrize("data", DAMAGED.values(), ids=DAMAGED)
def test_a_damaged_file_is_set_aside_and_said(progress, path, data, first):
    path.parent.mkdir()
    path.write_bytes(data)
    if first == "read":
        assert progress.read() == {"version": 3, "lessons": {}}
    assert progress.record_prediction("01", "peak", 4)
    (aside,) = path.parent.glob("progress.damaged-*.json")
    assert re.fullmatch(r"progress\.damaged-\d{8}T\d{6}Z\.json", aside.name)
    assert aside.read_bytes() == data
    (notice,) = progress.notices
    assert notice.startswith("progress.json was damaged: ")
    assert aside.name in notice
    assert kept(path, "predictions")["peak"]["value"] == 4


def test_files_set_aside_in_the_same_second_do_not_overwrite_each_other(progress, path, monkeypatch):
    monkeypatch.setattr(store, "datetime", SimpleNamespace(now=lambda zone: datetime(2026, 1, 2, 3, 4, 5, tzinfo=zone)))
    path.parent.mkdir()
    for data in (b"first", b"second", b"third"):
        path.write_bytes(data)
        progress.record_hint("01", "gram")
    kept = {file.name: file.read_bytes() for file in path.parent.glob("progress.damaged-*")}
    assert kept == {
        "progress.damaged-20260102T030405Z.json": b"first",
        "progress.damaged-20260102T030405Z-2.json": b"second",
        "progress.damaged-20260102T030405Z-3.json": b"third",
    }


@pytest.mark.parametrize("seen_by", ["writing", "reading"])
def test_what_a_notebook_has_seen_survives_damage_and_deletion(path, seen_by):
    Progress(path).record_exercise("01", "gram", "passed", "code")
    progress = Progress(path)
    if seen_by == "reading":
        progress.read()
    else:
        progress.record_hint("01", "ridge")
    path.write_bytes(b"\0\0\0")
    assert progress.lesson("01")["exercises"]["gram"]["source"] == "code"
    assert kept(path, "exercises")["gram"]["source"] == "code"
    path.unlink()
    progress.record_prediction("01", "peak", 1)
    assert kept(path, "exercises")["gram"]["source"] == "code"


def test_damage_in_a_folder_that_cannot_be_written_keeps_everything_where_it_is(path, progress, monkeypatch):
    progress.record_prediction("01", "before", 1)
    path.write_bytes(b"{")

    with monkeypatch.context() as broken:
        broken.setattr(os, "rename", refusing(errno.EACCES))
        assert not progress.record_prediction("01", "during", 2)
        assert set(progress.lesson("01")["predictions"]) == {"before", "during"}
        assert path.read_bytes() == b"{"
    assert progress.flush()
    assert set(kept(path, "predictions")) == {"before", "during"}


def test_a_newer_file_is_left_untouched_byte_for_byte_and_said(progress, path):
    newer = b'{ "version": 4,\n  "lessons": ["quite", "another", "shape"] }\n'
    path.parent.mkdir()
    path.write_bytes(newer)
    assert not progress.record_prediction("01", "peak", 4)
    assert not progress.flush()
    assert progress.lesson("01")["predictions"]["peak"]["value"] == 4
    assert path.read_bytes() == newer
    assert not list(path.parent.glob("*damaged*"))
    (notice,) = progress.notices
    assert "newer ddlearn" in notice
    assert "update ddlearn" in notice


# Files of version 1, whose lessons had numbers

OLD = {
    "version": 1,
    "theme": "dark",
    "lessons": {
        "01": {
            "mood": "curious",
            "exercises": {"gram": {"status": "passed", "source": "code"}},
            "claims": {"01.loo": {"measured": [0.0], "holds": True}, "mine": {"holds": False}},
        },
        "10": {"predictions": {"tube": {"value": "badly"}}},
        "77": {"quiz": {"quiz-1": {"chosen": "a", "right": True, "attempts": 1}}},
    },
}


@pytest.fixture
def old(path):
    path.parent.mkdir()
    path.write_text(json.dumps(OLD, indent=1), encoding="utf-8")
    return path.read_bytes()


def test_a_file_of_version_1_is_read_by_room_and_left_alone_by_reading(progress, path, old):
    document = progress.read()
    assert (document["version"], document["theme"]) == (3, "dark")
    assert list(document["lessons"]) == ["fixed_embeddings", "purified_specimens", "counting_and_rules", "77"]
    lesson = document["lessons"]["fixed_embeddings"]
    assert lesson["exercises"] == OLD["lessons"]["01"]["exercises"]
    assert lesson["mood"] == "curious"
    assert set(lesson["claims"]) == {"loo", "mine"}
    assert (
        document["lessons"]["purified_specimens"] == OLD["lessons"]["10"] == document["lessons"]["counting_and_rules"]
    )
    assert path.read_bytes() == old
    assert progress.notices == []


def test_each_half_of_a_lesson_of_version_2_takes_over_its_record_without_its_quiz(progress, path):
    exercises = {"kappa": {"status": "passed", "source": "code"}}
    record = {"exercises": exercises, "quiz": {"quiz-1": {"chosen": "a", "right": True, "attempts": 1}}}
    path.parent.mkdir()
    path.write_text(json.dumps({"version": 2, "lessons": {"how_many_examples": record, "capstone": record}}))
    assert progress.record_hint("guarantees", "kappa")
    after = on_disk(path)["lessons"]
    assert after["learning_curves"] == {"exercises": exercises}
    assert (after["guarantees"]["exercises"]["kappa"]["hints"], after["capstone"]) == (1, record)
    assert "how_many_examples" not in after
    assert path.with_name("progress.version-2.json").exists()


def test_each_file_of_version_1_is_kept_beside_the_new_one_once(progress, path, old):
    for hints in (1, 2):
        assert progress.record_hint("fixed_embeddings", "gram")
        assert on_disk(path)["version"] == 3
        gram = kept(path, "exercises", "fixed_embeddings")["gram"]
        assert (gram["source"], gram["hints"]) == ("code", hints)
        assert [one.read_bytes() for one in path.parent.glob("progress.version-1*")] == [old]
    other = json.dumps({"version": 1, "lessons": {"02": {}}}, indent=1)
    path.write_text(other, encoding="utf-8")
    Progress(path).record_hint("capstone", "verdict")
    assert path.with_name("progress.version-1.json").read_bytes() == old
    assert path.with_name("progress.version-1-2.json").read_text("utf-8") == other


@pytest.mark.parametrize("failing", ["progress.version-1.json", "progress.json"])
def test_an_old_file_stays_whole_where_the_disk_refuses_its_copy_or_the_new_one(
    progress, path, old, monkeypatch, failing
):
    with monkeypatch.context() as broken:
        broken.setattr(os, "replace", refusing(errno.ENOSPC, failing))
        for name in ("gram", "ridge"):
            assert not progress.record_hint("fixed_embeddings", name)
        assert path.read_bytes() == old
        assert progress.lesson("fixed_embeddings")["exercises"]["ridge"]["hints"] == 1
    assert progress.flush()
    assert path.with_name("progress.version-1.json").read_bytes() == old
    assert len(list(path.parent.glob("progress.version-1*"))) == 1
    assert set(kept(path, "exercises", "fixed_embeddings")) == {"gram", "ridge"}


def test_a_source_of_any_characters_survives(progress, path):
    source = "def gram(x):\n    return 'é 日本 \\u2028 \ud800 </script>'\x00"
    progress.record_exercise("01", "gram", "passed", source)
    assert Progress(path).lesson("01")["exercises"]["gram"]["source"] == source

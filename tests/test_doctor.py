"""The doctor's judgement on this machine with one fact replaced, and one real examination."""

import shutil
import sys
from importlib.metadata import PackageNotFoundError
from types import SimpleNamespace

import pytest
from pages import Page

from ddlearn.classroom.progress import Progress
from ddlearn.course import doctor
from ddlearn.course.doctor import Finding, as_html, examine, look, summary, text

VERSIONS = {"torch": "2.13.0+cpu", "numpy": "2.4.6"}
INSTALLED, FIT = "importlib.metadata.version", "ddlearn.course.doctor._reference"
KERNEL = "jupyter_client.kernelspec.KernelSpecManager.get_kernel_spec"
LEFT, LIMIT, GRANTED = "ddlearn.compute.memory_left", "ddlearn.compute.memory_limit", "ddlearn.compute.threads"
DISK, POOLS, THREADS = "shutil.disk_usage", "threadpoolctl.threadpool_info", "torch.get_num_threads"


@pytest.fixture
def replace(monkeypatch, tmp_path):
    """replace({"module.fact": value}): what a probe says from now on; a value that is an exception is raised."""
    monkeypatch.setenv("DDLEARN_HOME", str(tmp_path / "home"))
    monkeypatch.setattr(doctor.metadata, "requires", lambda name: ["torch>=2.6", "numpy>=2.0", 'x; extra == "y"'])
    monkeypatch.setattr(doctor.metadata, "version", VERSIONS.get)

    def install(facts):
        for target, value in facts.items():

            def say(*_, value=value, **__):
                if isinstance(value, Exception):
                    raise value
                return value

            monkeypatch.setattr(target, value if callable(value) or isinstance(value, str) else say)

    return install


def kernel(path):
    return SimpleNamespace(argv=[str(path)])


def disk(free):
    return shutil._ntuple_diskusage(1, 1, free)


POOL = {"filepath": "/a/libgomp.so", "num_threads": 8}
BAD = [
    ("Packages", {INSTALLED: PackageNotFoundError("numpy")}, "fail", "numpy>=2.0 is needed; nothing", "make lab"),
    ("Packages", {INSTALLED: (VERSIONS | {"torch": "2.1.0"}).get}, "fail", "needed; 2.1.0 is here", "pip install"),
    ("Jupyter", {"jupyter_core.paths.jupyter_path": ["/nowhere"]}, "fail", "no extension", "jupyterlab-widgets"),
    ("Jupyter", {KERNEL: kernel("/usr/bin/other")}, "fail", "/usr/bin/other, which is not", "ipykernel install"),
    ("Threads", {GRANTED: 2, THREADS: 8, POOLS: []}, "warn", "torch uses 8; 2 granted of ", "OMP_NUM_THREADS=2"),
    ("Threads", {GRANTED: 2, THREADS: 2, POOLS: [POOL]}, "warn", "libgomp uses 8; 2", "OMP_NUM_THREADS=2"),
    ("Memory", {LIMIT: 8e9, LEFT: 3e8}, "warn", "300 MB free of 8.0 GB", "Shut down"),
    ("Speed", {FIT: 40.0}, "warn", "40000 ms", "OMP_NUM_THREADS=1"),
    ("Progress", {"pathlib.Path.mkdir": PermissionError(13, "Read-only")}, "fail", "Read-only", "DDLEARN_HOME"),
    ("Progress", {DISK: disk(1e6)}, "fail", "1 MB free", "Delete"),
]
GOOD = [
    ("Packages", {}, "2 packages, all in range"),
    ("Jupyter", {KERNEL: kernel("python")}, "kernel python3 starts this Python"),
    ("Jupyter", {KERNEL: kernel(sys.executable)}, "kernel python3 starts this Python"),
    ("Threads", {GRANTED: 2, THREADS: 2, POOLS: []}, "torch uses 2; 2 granted of "),
    ("Memory", {LIMIT: 8e9, LEFT: 4e9}, "4.0 GB free of 8.0 GB"),
    ("Machine", {}, "Python 3."),
    ("Speed", {FIT: 0.15}, "150 ms"),
    ("Progress", {DISK: disk(50e9)}, "can be written, 50.0 GB free; 0 lessons begun"),
]


@pytest.mark.parametrize(("name", "facts", "state", "found", "mend"), BAD)
def test_each_illness_is_said_with_its_cure(replace, name, facts, state, found, mend):
    replace(facts)
    one = look(name)
    assert one.state == state
    assert found in one.found
    assert mend in one.mend


@pytest.mark.parametrize(("name", "facts", "found"), GOOD)
def test_what_is_well_has_nothing_to_mend(replace, name, facts, found):
    replace(facts)
    one = look(name)
    assert (one.state, one.mend) == ("ok", "")
    assert found in one.found


def test_notices_of_the_progress_file_are_passed_on(replace, tmp_path):
    Progress().record_hint("01", "gram")
    (tmp_path / "home" / "progress.json").write_text("{")
    found = look("Progress")
    assert found.state == "warn"
    assert "damaged" in found.found
    assert "Nothing in it was deleted" in found.mend


def test_links_of_one_virtual_environment_are_one_interpreter_but_two_environments_are_two(replace, tmp_path):
    (tmp_path / "base").touch()
    for name in ("a", "b"):
        (tmp_path / name).mkdir()
        for link in ("python", "python3"):
            (tmp_path / name / link).symlink_to(tmp_path / "base")
    for name, state in (("a", "ok"), ("b", "fail")):
        replace({KERNEL: kernel(tmp_path / name / "python3"), "sys.executable": str(tmp_path / "a" / "python")})
        assert look("Jupyter").state == state


def test_a_fact_that_cannot_be_measured_is_a_warning_and_never_an_exception(replace):
    replace({GRANTED: RuntimeError("no such thing")})
    for name in ("Machine", "Threads"):
        found = "could not be examined (RuntimeError: no such thing)"
        assert look(name) == Finding(name, "warn", found, "Show this line to your instructor.")


def test_the_summary_names_what_matters_most():
    good, warn, fail = Finding("A", "ok", ""), Finding("B", "warn", ""), Finding("C", "fail", "")
    assert summary([good]) == "ready for the lessons."
    assert summary([good, warn]) == "ready for the lessons; could be better: B."
    assert summary([good, warn, fail]) == "must be mended: C; could be better: B."


def test_the_text_can_be_pasted_without_personal_paths(monkeypatch):
    monkeypatch.setenv("HOME", "/home/ann")
    said = ("fail", "/home/ann/data cannot be written", "Look at /home/ann/data.")
    monkeypatch.setattr(doctor, "CHECKS", {"Home": lambda: said, "Kernel": lambda: ("ok", "/home/anna", "")})
    lines = text(examine()).splitlines()[2:]
    assert lines == ["✗ Home: ~/data cannot be written", "    Look at ~/data.", "✓ Kernel: /home/anna"]


def test_the_table_is_escaped_and_says_each_state_in_words():
    page = Page(as_html([Finding("A <b>", "warn", "1 < 2 & 3", "use <this>"), Finding("B", "ok", "fine")]))
    tags = {"table", "caption", "thead", "tbody", "tr", "th", "td", "span", "br"}
    assert {element.tag for element in page.elements} == tags
    assert [heading.attributes["scope"] for heading in page.all("th")] == ["col"] * 3 + ["row"] * 2
    assert page.rows()[1:] == [["A <b>", "! could be better", "1 < 2 & 3use <this>"], ["B", "✓ good", "fine"]]


def test_this_machine_is_examined(monkeypatch, tmp_path):
    """Every probe runs for real; what it finds is this machine's business, but no probe may fail."""
    monkeypatch.setenv("DDLEARN_HOME", str(tmp_path / "home"))
    findings = examine()
    assert [one.name for one in findings] == list(doctor.CHECKS)
    assert [one.found for one in findings if "could not be examined" in one.found] == []
    states = {one.name: one.state for one in findings}
    assert states["Progress"] == "ok"
    assert list((tmp_path / "home").iterdir()) == []


def test_it_shows_a_card(monkeypatch):
    shown = []
    monkeypatch.setattr(doctor.page, "show", shown.append)
    monkeypatch.setattr(doctor, "examine", lambda: [Finding("Disk", "fail", "0 MB free", "Delete something.")])
    doctor.show()
    assert "✗" in shown[0]["text/plain"]
    assert "Delete something." in shown[0]["text/html"]

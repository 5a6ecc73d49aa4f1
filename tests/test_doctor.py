"""The doctor's judgement on this machine with one fact replaced, and one real examination."""

import shutil
import sys
from importlib.metadata import PackageNotFoundError
from types import SimpleNamespace

import pytest
from html_page import Page
from jupyter_client.kernelspec import NoSuchKernel

from ddlearn.classroom.progress import Progress
from ddlearn.course import doctor
from ddlearn.course.doctor import Finding, as_html, examine, look, summary, text

VERSIONS = {"torch": "2.13.0+cpu", "numpy": "2.4.6"}


@pytest.fixture
def replace(monkeypatch, tmp_path):
    """replace(**{"module.fact": value}): what a probe says from now on; a value that is an exception is raised."""
    monkeypatch.setenv("DDLEARN_HOME", str(tmp_path / "home"))
    monkeypatch.setattr(doctor.metadata, "requires", lambda name: ["torch>=2.6", "numpy>=2.0", 'x; extra == "y"'])
    monkeypatch.setattr(doctor.metadata, "version", VERSIONS.get)
    monkeypatch.setattr(doctor, "checkout", lambda: tmp_path)
    (tmp_path / "constraints.txt").write_text("torch==2.13.0\n")

    def install(facts):
        for target, value in facts.items():

            def say(*_, value=value, **__):
                if isinstance(value, Exception):
                    raise value
                return value

            monkeypatch.setattr(target, value if callable(value) or isinstance(value, str) else say)

    return install


INSTALLED, FIT = "importlib.metadata.version", "ddlearn.course.doctor._reference_fit"
KERNEL = "jupyter_client.kernelspec.KernelSpecManager.get_kernel_spec"
LEFT, LIMIT, GRANTED = "ddlearn.compute.memory_left", "ddlearn.compute.memory_limit", "ddlearn.compute.threads"
DISK, CUDA, POOLS = "shutil.disk_usage", "torch.version.cuda", "threadpoolctl.threadpool_info"
THREADS = "torch.get_num_threads"


def fits(several, one):
    """Facts of the speed: seconds of the reference fit on four threads, and on one."""
    return {FIT: iter([several, one]).__next__}


def kernel(path):
    return SimpleNamespace(argv=[str(path)])


def disk(free):
    return shutil._ntuple_diskusage(1, 1, free)


BAD = [
    ("Packages", {INSTALLED: PackageNotFoundError("numpy")}, "fail", "numpy is missing", "make lab"),
    ("Packages", {INSTALLED: (VERSIONS | {"torch": "2.1.0"}).get}, "fail", "torch 2.1.0 (needs >=2.6)", "pip install"),
    (
        "Packages",
        {INSTALLED: (VERSIONS | {"torch": "2.15.0"}).get},
        "warn",
        "torch 2.15.0 (tested: 2.13.0)",
        "make lab",
    ),
    ("Widgets", {"jupyter_core.paths.jupyter_path": ["/nowhere"]}, "fail", "no extension", "jupyterlab-widgets"),
    ("Kernel", {KERNEL: NoSuchKernel("python3")}, "fail", "no kernel named python3", "ipykernel install"),
    ("Kernel", {KERNEL: kernel("/usr/bin/other")}, "fail", "/usr/bin/other, which is not", "ipykernel install"),
    ("Threads", {GRANTED: 2, THREADS: 8, POOLS: []}, "warn", "torch uses 8; 2 granted of ", "OMP_NUM_THREADS=2"),
    (
        "Threads",
        {GRANTED: 2, THREADS: 2, POOLS: [{"filepath": "/a/libgomp.so", "num_threads": 8}]},
        "warn",
        "libgomp uses 8; 2",
        "OMP_NUM_THREADS=2",
    ),
    ("Memory", {LIMIT: 8 * 10**9, LEFT: 300 * 10**6}, "warn", "300 MB free of 8.0 GB", "Shut down"),
    ("Memory", {LIMIT: 400 * 10**6, LEFT: 300 * 10**6}, "fail", "300 MB free of 400 MB", "larger machine"),
    ("Machine", {CUDA: "12.8", "torch.cuda.is_available": False}, "warn", "no NVIDIA GPU", "gigabytes"),
    ("Speed", fits(40.0, 30.0), "warn", "40000 ms", "very slow"),
    ("Speed", fits(6.0, 0.1), "warn", "hold the cores", "OMP_NUM_THREADS=1"),
    ("Progress", {"pathlib.Path.mkdir": PermissionError(13, "Read-only")}, "fail", "read-only", "DDLEARN_HOME"),
    ("Progress", {DISK: disk(10**6)}, "fail", "1 MB free", "Delete"),
    ("Progress", {DISK: disk(5 * 10**8)}, "warn", "500 MB free", "optional"),
]
GOOD = [
    ("Packages", {}, "2 packages, all in range and as tested"),
    ("Kernel", {KERNEL: kernel("python")}, "python3 starts this Python"),
    ("Kernel", {KERNEL: kernel(sys.executable)}, "python3 starts this Python"),
    ("Threads", {GRANTED: 2, THREADS: 2, POOLS: []}, "torch uses 2; 2 granted of "),
    ("Memory", {LIMIT: 8 * 10**9, LEFT: 4 * 10**9}, "4.0 GB free of 8.0 GB"),
    ("Machine", {CUDA: ""}, "Python 3."),
    ("Speed", fits(0.15, 0.02), "150 ms, on one thread 20 ms"),
    ("Speed", fits(1.5, 2.5), "1500 ms, on one thread 2500 ms"),
    ("Progress", {DISK: disk(50 * 10**9)}, "can be written, 50.0 GB free; 0 lessons begun"),
]


@pytest.mark.parametrize(("name", "facts", "state", "found", "mend"), BAD)
def test_each_illness_is_said_with_its_cure(replace, name, facts, state, found, mend):
    replace(facts)
    one = look(name)
    assert one.state == state
    assert one.ok == (state != "fail")
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
        assert look("Kernel").state == state


def test_a_fact_that_cannot_be_measured_is_a_warning_and_never_an_exception(replace):
    replace({GRANTED: RuntimeError("no such thing")})
    for name in ("Machine", "Threads"):
        assert look(name) == Finding(
            name,
            "warn",
            "could not be examined (RuntimeError: no such thing)",
            "Show this line to your instructor.",
        )


def test_the_summary_names_what_matters_most():
    good, warn, fail = Finding("A", "ok", ""), Finding("B", "warn", ""), Finding("C", "fail", "")
    assert summary([good]) == "ready for the lessons."
    assert summary([good, warn]) == "ready for the lessons; could be better: B."
    assert summary([good, warn, fail]) == "must be mended: C."


def test_the_text_can_be_pasted_without_personal_paths(monkeypatch):
    monkeypatch.setenv("HOME", "/home/ann")
    found = {
        "Home": ("fail", "/home/ann/data cannot be written", "Look at /home/ann."),
        "Kernel": ("ok", "/home/anna", ""),
    }
    monkeypatch.setattr(doctor, "CHECKS", {name: lambda said=said: said for name, said in found.items()})
    lines = text(examine()).splitlines()[2:]
    assert lines == ["✗ Home: ~/data cannot be written", "    Look at ~.", "✓ Kernel: /home/anna"]


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

"""The doctor's judgement on machines with one fact replaced, and one real examination."""

from html.parser import HTMLParser
from pathlib import Path
from types import SimpleNamespace

import pytest
from packaging.requirements import Requirement

from ddlearn.course import doctor
from ddlearn.course.doctor import Finding, as_html, examine, summary, text
from ddlearn.course.machine import Machine

GOOD = {
    "python": (3, 12, 1),
    "system": "Linux x86_64",
    "requirements": [Requirement("torch>=2.6"), Requirement("numpy>=2.0")],
    "tested_versions": {"torch": "2.13.0"},
    "widgets_folder": Path("/opt/labextensions"),
    "kernel": "/opt/bin/python",
    "interpreter": "/opt/bin/python",
    "cores": 8,
    "cores_granted": 2,
    "torch_threads": 2,
    "pools": {"libgomp": 2, "libopenblas": 1},
    "memory_limit": 8 * 10**9,
    "memory_free": 4 * 10**9,
    "device": "cpu",
    "cuda_build": None,
    "has_gpu": False,
    "reference_fit": 0.05,
    "single_threaded_fit": 0.06,
    "home": Path("/opt/home"),
    "cache": Path("/opt/cache"),
    "disk_free": 50 * 10**9,
    "progress": SimpleNamespace(read=lambda: {"lessons": {"01": {}}}, notices=[], path=Path("/opt/home/progress.json")),
}
VERSIONS = {"torch": "2.13.0+cpu", "numpy": "2.4.6", "jupyterlab": "4.6.6", "ipywidgets": "8.1.9"}


def machine(versions=VERSIONS, refused=None, **facts):
    """A machine where all is well, except for `facts`; a fact that is an exception is raised."""

    def fact(value):
        def measure():
            if isinstance(value, Exception):
                raise value
            return value

        return measure

    assert facts.keys() <= GOOD.keys()
    probes = {name: fact(value) for name, value in (GOOD | facts).items()}
    return SimpleNamespace(**probes, version=versions.get, refusal=(refused or {}).get)


def finding(name, **replaced):
    """The finding `name`; every other one must be good, whatever was replaced."""
    findings = {one.name: one for one in examine(machine(**replaced))}
    assert {other.state for other in findings.values() if other.name != name} == {"ok"}
    return findings[name]


def test_the_stand_in_has_every_probe_of_a_machine():
    probes = {name for name in vars(Machine) if not name.startswith("_")}
    assert probes == set(GOOD) | {"version", "refusal", "sentence"}


def test_a_good_machine_has_nothing_to_mend():
    findings = examine(machine())
    assert [one.name for one in findings if one.state != "ok"] == []
    assert {one.mend for one in findings} == {""}
    assert summary(findings) == "ready for the lessons."


BAD = [
    ("Python", {"python": (3, 10, 9)}, "fail", "3.10.9", "3.11"),
    ("Packages", {"versions": VERSIONS | {"numpy": None}}, "fail", "numpy is missing", "make lab"),
    ("Packages", {"versions": VERSIONS | {"torch": "2.1.0"}}, "fail", "torch 2.1.0 (needs >=2.6)", "pip install"),
    ("Packages", {"versions": VERSIONS | {"torch": "2.15.0"}}, "warn", "torch 2.15.0 (tested: 2.13.0)", "make lab"),
    ("JupyterLab", {"versions": VERSIONS | {"jupyterlab": None}}, "fail", "not installed", "make lab"),
    ("Widgets", {"widgets_folder": None}, "fail", "finds no extension", "jupyterlab-widgets"),
    ("Widgets", {"versions": VERSIONS | {"ipywidgets": None}}, "fail", "ipywidgets is missing", "Install"),
    ("Kernel", {"kernel": None}, "fail", "no kernel named python3", "ipykernel install"),
    ("Kernel", {"kernel": "/usr/bin/python"}, "fail", "/usr/bin/python, which is not", "ipykernel install"),
    ("Threads", {"torch_threads": 8}, "warn", "torch uses 8; 2 granted of 8 cores", "OMP_NUM_THREADS=2"),
    ("Thread pools", {"pools": {"libgomp": 8, "libblas": 1}}, "warn", "libgomp uses 8; 2", "OMP_NUM_THREADS=2"),
    ("Memory", {"memory_free": 300 * 10**6}, "warn", "300 MB free of 8.0 GB", "Shut down"),
    ("Torch build", {"cuda_build": "12.8"}, "warn", "no NVIDIA GPU", "gigabytes"),
    ("Speed", {"reference_fit": 40.0, "single_threaded_fit": 30.0}, "warn", "40000 ms", "very slow"),
    ("Speed", {"reference_fit": 6.0}, "warn", "hold the cores", "OMP_NUM_THREADS=1"),
    ("Home", {"refused": {GOOD["home"]: "read-only"}}, "fail", "read-only", "DDLEARN_HOME"),
    ("Cache", {"refused": {GOOD["cache"]: "read-only"}}, "warn", "read-only", "optional"),
    ("Disk", {"disk_free": 10**6}, "fail", "1 MB free", "Delete"),
    ("Disk", {"disk_free": 5 * 10**8}, "warn", "500 MB free", "optional"),
]


@pytest.mark.parametrize(("name", "replaced", "state", "found", "mend"), BAD)
def test_each_illness_is_said_with_its_cure_and_touches_no_other_line(name, replaced, state, found, mend):
    one = finding(name, **replaced)
    assert one.state == state
    assert one.ok == (state != "fail")
    assert found in one.found
    assert mend in one.mend


def test_a_machine_too_small_fails_on_memory():
    assert finding("Memory", memory_limit=400 * 10**6, memory_free=300 * 10**6).state == "fail"


def test_a_gpu_that_answers_is_no_waste():
    found = finding("Torch build", cuda_build="12.8", has_gpu=True)
    assert found.state == "ok"
    assert "12.8" in found.found


def test_notices_of_the_progress_file_are_passed_on():
    ill = SimpleNamespace(
        read=lambda: {"lessons": {}}, notices=["progress.json was damaged: ..."], path=Path("/opt/progress.json")
    )
    found = finding("Progress", progress=ill)
    assert found.state == "warn"
    assert "damaged" in found.found


def test_a_short_fit_may_differ_between_threads_without_alarm():
    assert finding("Speed", reference_fit=0.15, single_threaded_fit=0.02).state == "ok"
    assert finding("Speed", reference_fit=1.5, single_threaded_fit=2.5).state == "ok"


def test_the_single_threaded_fit_puts_the_threads_back(monkeypatch):
    import torch

    before, during = torch.get_num_threads(), []
    here = Machine()
    monkeypatch.setattr(here, "reference_fit", lambda: during.append(torch.get_num_threads()) or 0.5)
    assert here.single_threaded_fit() == 0.5
    assert during == [1]
    assert torch.get_num_threads() == before


def test_links_of_one_virtual_environment_are_one_interpreter_but_two_environments_are_two(tmp_path):
    base = tmp_path / "base"
    base.write_text("")
    for name in ("a", "b"):
        (tmp_path / name).mkdir()
        for link in ("python", "python3"):
            (tmp_path / name / link).symlink_to(base)
    here = str(tmp_path / "a" / "python")
    assert finding("Kernel", kernel=str(tmp_path / "a" / "python3"), interpreter=here).state == "ok"
    assert finding("Kernel", kernel=str(tmp_path / "b" / "python3"), interpreter=here).state == "fail"


@pytest.mark.parametrize("fact", GOOD)
def test_a_fact_that_cannot_be_measured_is_a_warning_and_never_an_exception(fact):
    findings = examine(machine(**{fact: RuntimeError("no such thing")}))
    unmeasured = [one for one in findings if one.state != "ok"]
    assert {one.state for one in unmeasured} <= {"warn"}
    assert len(findings) == len(doctor.CHECKS)
    if fact != "has_gpu":  # asked only of a CUDA build
        assert "could not be examined (RuntimeError: no such thing)" in {one.found for one in unmeasured}


def test_the_summary_names_what_matters_most():
    good, warn, fail = Finding("A", "ok", ""), Finding("B", "warn", ""), Finding("C", "fail", "")
    assert summary([good, warn]) == "ready for the lessons; could be better: B."
    assert summary([good, warn, fail]) == "must be mended: C."


def test_the_text_can_be_pasted_without_personal_paths(monkeypatch):
    monkeypatch.setattr(Path, "home", lambda: Path("/home/ann"))
    paste = text(
        [
            Finding("Home", "fail", "/home/ann/data cannot be written", "Look at /home/ann."),
            Finding("Kernel", "ok", "/home/anna"),
        ]
    )
    assert paste.splitlines()[2:] == [
        "✗ Home: ~/data cannot be written",
        "    Look at ~.",
        "✓ Kernel: /home/anna",
    ]


def test_the_table_is_escaped_and_says_each_state_in_words():
    page = as_html([Finding("A <b>", "warn", "1 < 2 & 3", "use <this>"), Finding("B", "ok", "fine")])

    class Reader(HTMLParser):
        tags, words = [], []

        def handle_starttag(self, tag, attributes):
            self.tags.append((tag, dict(attributes).get("scope")))

        def handle_data(self, data):
            self.words.append(data.strip())

    reader = Reader()
    reader.feed(page)
    assert {tag for tag, _ in reader.tags} == {"table", "caption", "thead", "tbody", "tr", "th", "td", "span", "br"}
    assert reader.tags.count(("th", "col")) == 3
    assert reader.tags.count(("th", "row")) == 2
    assert {"A <b>", "1 < 2 & 3", "use <this>", "could be better", "good"} <= set(reader.words)


def test_this_machine_is_examined(monkeypatch, tmp_path):
    """Every probe runs for real; what it finds is this machine's business, but no probe may fail."""
    monkeypatch.setenv("DDLEARN_HOME", str(tmp_path / "home"))
    monkeypatch.setenv("DDLEARN_DATA", str(tmp_path / "data"))
    findings = examine()
    assert [one.name for one in findings] == list(doctor.CHECKS)
    assert [one.found for one in findings if "could not be examined" in one.found] == []
    states = {one.name: one.state for one in findings}
    assert states["Python"] == states["Home"] == states["Progress"] == "ok"
    assert list((tmp_path / "home").iterdir()) == []


def test_a_folder_that_cannot_be_made_is_refused(tmp_path):
    blocker = tmp_path / "file"
    blocker.write_text("")
    assert Machine().refusal(blocker / "home")
    assert Machine().refusal(tmp_path / "new") is None


def test_it_shows_a_card(monkeypatch):
    shown = []
    monkeypatch.setattr(doctor.page, "show", shown.append)
    monkeypatch.setattr(doctor, "examine", lambda: [doctor.Finding("Disk", "fail", "0 MB free", "Delete something.")])
    doctor.show()
    assert "✗" in shown[0]["text/plain"]
    assert "Delete something." in shown[0]["text/html"]

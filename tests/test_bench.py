"""`ddlearn bench`: sides take turns, medians are medians, and what cannot be measured is said."""

import json
import re
import statistics
import sys
from pathlib import Path

import pytest
import torch

from ddlearn.course import bench
from ddlearn.course.bench import child, engine, setting, table
from ddlearn.course.bench.case import Case, Side, relative


class Clock:
    """Time that passes only when it is told to."""

    def __init__(self):
        self.now = 0.0

    def __call__(self):
        return self.now


def case(*peers, ours=lambda it: lambda: 1.0, **options):
    return Case("one", "A case", lambda small: "small" if small else "full", Side("ours", ours), peers, **options)


def costing(clock, seconds, order, name):
    """A side that writes its name and takes these seconds, one after the other."""
    left = list(seconds)

    def prepare(it):
        def run():
            order.append(name)
            clock.now += left.pop(0)
            return 2.0

        return run

    return prepare


def failing(error, after=0):
    def prepare(it):
        calls = []

        def run():
            calls.append(1)
            if len(calls) > after:
                raise error
            return 1.0

        return run

    return prepare


def test_sides_take_turns_forwards_and_backwards():
    clock, order = Clock(), []
    sides = [Side(name, costing(clock, [1] * 5, order, name)) for name in "ab"]
    contest = Case("one", "", lambda small: None, sides[0], (sides[1],))
    engine.measure(contest, 3, cpu=clock, wall=clock)
    assert "".join(order) == "ab" + "ab" + "ba" + "ab"  # warming up, then three rounds


def test_medians_and_quartiles_are_of_the_rounds_and_not_of_the_warm_up():
    clock, order = Clock(), []
    ours = Side("ours", costing(clock, [90, 1, 2, 3, 4, 10], order, "ours"))
    theirs = Side("theirs", costing(clock, [90, 30, 6, 6, 6, 1], order, "theirs"))
    contest = Case("one", "", lambda small: None, ours, (theirs,), count=12, unit="things")
    mine, other = engine.record(contest, engine.measure(contest, 5, cpu=clock, wall=lambda: 2 * clock.now))["sides"]
    assert mine["cpu"] == {"median": 3, "low": 2, "high": 4}
    assert mine["wall"] == {"median": 6, "low": 4, "high": 8}
    assert (mine["ratio"], mine["per_second"]) == (None, 4)
    assert other["ratio"] == {"cpu": 2, "wall": 2}
    assert other["rounds"] == 5


def test_a_long_side_runs_fewer_rounds_and_is_not_warmed_up():
    clock, order = Clock(), []
    long = Side("long", costing(clock, [7], order, "long"), rounds=1, warm_up=False)
    ours, theirs = engine.measure(case(long), 4, cpu=clock, wall=clock)
    assert (len(ours.cpu), theirs.cpu) == (4, [7])


def test_a_peer_that_is_not_installed_is_said_and_the_others_go_on():
    absent = Side("absent", lambda it: pytest.fail("it was prepared"), ("json", "no_such_module_here"))
    ours, missing, there = engine.measure(case(absent, Side("there", lambda it: lambda: 1.0)), 2)
    assert (missing.status, missing.note, missing.cpu) == ("missing", "no_such_module_here not installed", [])
    assert (ours.status, there.status, len(there.cpu)) == ("measured", "measured", 2)


@pytest.mark.parametrize("after", [0, 2])
def test_a_peer_that_fails_is_said_and_the_others_go_on(after):
    error = RuntimeError("out of luck\nand a long story")
    contest = case(Side("broken", failing(error, after)), Side("there", lambda it: lambda: 1.0))
    ours, broken, there = engine.measure(contest, 4)
    assert (broken.status, broken.note) == ("failed", "RuntimeError: out of luck")
    assert len(ours.cpu) == len(there.cpu) == 4
    assert engine.record(contest, [ours, broken, there])["sides"][1]["ratio"] is None


def test_a_peer_that_cannot_be_prepared_is_said():
    def prepare(it):
        raise MemoryError("it needs 6 GB")

    assert engine.measure(case(Side("large", prepare)), 1)[1].note == "MemoryError: it needs 6 GB"


def test_where_ours_fails_there_is_no_ratio():
    contest = case(Side("there", lambda it: lambda: 1.0), ours=failing(ValueError("no")), difference=relative)
    ours, there = engine.record(contest, engine.measure(contest, 2))["sides"]
    assert (ours["status"], there["status"], there["ratio"], there["difference"]) == ("failed", "measured", None, None)


@pytest.mark.parametrize("warm_up", [True, False])
def test_answers_are_compared(warm_up):
    other = Side("other", lambda it: lambda: torch.tensor([1.0, 4.0]), warm_up=warm_up)
    contest = case(other, ours=lambda it: lambda: torch.tensor([1.0, 3.0]), difference=relative)
    assert engine.measure(contest, 1)[1].difference == 0.25


def test_a_side_may_compare_in_its_own_way():
    special = Side("special", lambda it: lambda: "no number", difference=lambda it: {"small": 1.0, "full": 2.0}[it])
    assert [engine.measure(case(special), 1, small)[1].difference for small in (True, False)] == [1.0, 2.0]


def test_a_difference_that_is_no_number_is_null_in_the_report():
    contest = case(Side("nan", lambda it: lambda: 1.0, difference=lambda it: float("nan")))
    assert engine.record(contest, engine.measure(contest, 1))["sides"][1]["difference"] is None


def test_relative_takes_the_worst_of_several_and_refuses_other_shapes():
    one, other = torch.tensor([1.0, 2.0]), torch.tensor([1.0, 2.5])
    assert relative((one, one), (one, other)) == pytest.approx(0.2)
    with pytest.raises(ValueError, match=r"one shape; got \(2,\) and \(1,\)"):
        relative(one, other[:1])


def test_the_peak_is_what_a_call_adds():
    def prepare(size):
        return lambda: torch.ones(size, dtype=torch.float64)

    contest = Case("one", "", lambda small: 10 if small else 5_000_000, Side("ours", prepare), ())
    kept = [bytearray(100_000) for _ in range(1000)]  # what lies ready when a process has lived
    last = bytearray(100_000)  # on top, or glibc would give the rest back by itself
    del kept
    added = child.peak(contest, contest.ours)
    if added is None:
        pytest.skip("the peak is read from /proc")
    assert 39 <= added <= 60
    del last


def test_every_case_is_where_its_name_says():
    for name in bench.CASES:
        one = bench.load(name)
        assert one.name == name
        assert len({side.name for side in one.sides}) == len(one.sides) >= 2


def test_the_table_of_the_readme_has_every_case_and_every_peer():
    text = (Path(__file__).parents[1] / "README.md").read_text("utf-8")
    rows = [re.split(r"\s*\|\s*", line)[1:3] for line in text.partition("| computation ")[2].splitlines()[2:]]
    cases = [bench.load(name) for name in bench.CASES]
    expected = [[case.title if peer is case.peers[0] else "", peer.name] for case in cases for peer in case.peers]
    assert rows[: len(expected)] == expected


@pytest.mark.parametrize("name", [name for name in bench.CASES if name != "live-figure"])  # it starts a kernel here
def test_the_sides_of_a_case_agree(name):
    found = engine.measure(bench.load(name), 1, small=True)
    assert found[0].status == "measured", found[0].note
    for one in found[1:]:
        assert one.status == "measured" or one.status == "missing" or "neural-tangents" in one.name, one.note
        assert one.difference is None or one.difference < 1e-4
    compared = [one for one in found[1:] if one.difference is not None]
    assert compared or name == "dynamics"  # its only peer may be missing


def test_an_unknown_case_is_refused_with_those_there_are():
    with pytest.raises(ValueError, match=r"There is no case flying\. There are: infinite-ntk, "):
        bench.main(["ridge-path", "flying"])
    assert bench.chosen(["ridge-path", "dynamics"]) == ["dynamics", "ridge-path"]
    assert bench.chosen([]) == list(bench.CASES)


@pytest.fixture
def measured(monkeypatch):
    """The command with a case in place of each real one, measured here."""

    def install(contest):
        def ask(python, threads, what, name, detail):
            if what == "peak":
                return {"peak_mb": 1500.0}
            return {**engine.record(contest, engine.measure(contest, int(detail))), "versions": {"python": "3"}}

        monkeypatch.setattr(bench, "load", lambda name: contest)
        monkeypatch.setattr(child, "ask", ask)

    return install


def test_the_report_has_every_field(measured, tmp_path, capsys):
    measured(
        case(Side("there", lambda it: lambda: 1.5), Side("absent", None, ("no_such_module",)), difference=relative)
    )
    assert bench.main(["holograms"], json=tmp_path / "bench.json", rounds=3) == 0
    report = json.loads((tmp_path / "bench.json").read_text("utf-8"))
    assert set(report) == {"schema", "machine", "versions", "threads", "rounds", "load", "cases"}
    assert set(report["machine"]) == {"date", "processor", "cores", "memory_gb", "system"}
    assert (report["threads"], report["rounds"], report["versions"]) == (1, 3, {"python": "3"})
    (one,) = report["cases"]
    fields = {"name", "status", "note", "rounds", "cpu", "wall", "ratio", "difference", "peak_mb", "per_second"}
    assert all(set(side) == fields for side in one["sides"])
    assert [side["status"] for side in one["sides"]] == ["measured", "measured", "missing"]
    assert [side["peak_mb"] for side in one["sides"]] == [1500.0, 1500.0, None]
    assert one["sides"][1]["difference"] == pytest.approx(1 / 3)
    said, told = capsys.readouterr()
    assert "absent not installed" in told
    assert "not installed" in said
    assert "- one, absent: no_such_module not installed" in said
    assert "1,500 / 1,500" in said


def test_the_table_is_one_in_markdown(measured, capsys):
    measured(case(Side("there", lambda it: lambda: 1.0)))
    bench.main(["holograms"], rounds=1)
    head, rule, row, *_ = capsys.readouterr().out.splitlines()
    assert head.count("|") == rule.count("|") == row.count("|") == len(table.HEAD) + 1
    assert len(head) == len(rule) == len(row)
    assert set(rule) == set("|-:")


def test_exit_code_1_is_for_a_failure_of_ours_alone(measured):
    measured(case(Side("broken", failing(RuntimeError("no")))))
    assert bench.main(["holograms"], rounds=1, memory=False) == 0
    measured(case(Side("there", lambda it: lambda: 1.0), ours=failing(RuntimeError("no"))))
    assert bench.main(["holograms"], rounds=1, memory=False) == 1


def test_a_process_that_dies_is_said(measured, monkeypatch, capsys):
    measured(case(Side("there", lambda it: lambda: 1.0)))

    def dies(*words):
        raise RuntimeError("the process was ended by signal 9")

    monkeypatch.setattr(child, "ask", dies)
    assert bench.main(["holograms"], rounds=1) == 1
    assert "- one, there: RuntimeError" not in (said := capsys.readouterr().out)
    assert "- one, there: the process was ended by signal 9" in said


def test_who_stops_the_run_keeps_what_it_found(measured, monkeypatch, tmp_path, capsys):
    measured(case(Side("there", lambda it: lambda: 1.0)))
    real = child.ask

    def stopped(*words):
        if "holograms" in words:
            raise KeyboardInterrupt
        return real(*words)

    monkeypatch.setattr(child, "ask", stopped)
    with pytest.raises(KeyboardInterrupt):
        bench.main(["dynamics", "holograms"], json=tmp_path / "bench.json", rounds=1)
    assert re.search(r"^one: ours .*\(once\); there \S+x$", capsys.readouterr().err, re.MULTILINE)
    assert len(json.loads((tmp_path / "bench.json").read_text("utf-8"))["cases"]) == 1


def test_a_child_holds_itself_to_its_threads_and_measures():
    found = child.ask(sys.executable, 1, "measure", "live-figure", 2)
    assert found["versions"]["torch"] == setting.versions()["torch"]
    ours, theirs = found["sides"]
    assert (ours["status"], theirs["status"], ours["rounds"]) == ("measured", "measured", 2), found
    assert theirs["ratio"]["cpu"] > 1
    with pytest.raises(RuntimeError, match="There is no case flying"):
        child.ask(sys.executable, 1, "measure", "flying", 1)


def test_the_processor_is_named_with_its_family(tmp_path):
    file = tmp_path / "cpuinfo"
    file.write_text("processor : 0\nmodel name : Fast One\ncpu family : 25\nmodel : 17\n\nprocessor : 1\nmodel : 9\n")
    assert setting.processor(file) == "Fast One (family 25, model 17)"
    assert setting.processor(tmp_path / "none")


def test_the_setting_says_threads_rounds_and_load():
    place = {"processor": "P", "cores": 2, "memory_gb": 8.0, "system": "S", "date": "2026-01-02T03:04:05"}
    report = {"machine": place, "threads": 1, "rounds": 5, "load": {"before": 0.1, "after": 0.2}}
    line = setting.setting_line({**report, "versions": {"torch": "2.13.0"}})
    assert line == "P, 2 cores, 8.0 GB, S; 1 thread, 5 rounds; load 0.1 before and 0.2 after; torch 2.13.0; 2026-01-02"


def test_medians_are_those_of_the_statistics_module():
    seconds = [0.3, 0.1, 0.4, 0.2]
    assert engine.spread(seconds)["median"] == statistics.median(seconds)
    assert engine.spread([0.3]) == {"median": 0.3, "low": 0.3, "high": 0.3}
    assert engine.spread([]) is None

"""The comparisons themselves: every peer gives our answer, and the README's table has them all."""

import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest
import torch

from bench import table
from bench.case import Case, Side, lead, peak, relative
from bench.cases import CASES

ROOT = Path(__file__).resolve().parents[2]
PEERS = [
    pytest.param(case, peer, id=f"{name}, {peer.name}")
    for name, case in CASES.items()
    if name != "live-figure"  # it starts a kernel here
    for peer in case.peers
]


@pytest.mark.parametrize(("case", "peer"), PEERS)
def test_a_peer_gives_our_answer(case, peer):
    for module in peer.needs:
        pytest.importorskip(module)
    problem = case.problem(True)
    differs = case.compare(peer, problem, peer.prepare(problem)())
    assert differs is None or differs < 1e-4


@pytest.mark.slow
def test_a_live_figure_is_faster_than_interact():
    code = """
from bench.case import lead
from bench.cases import CASES
case = CASES["live-figure"]
print(lead(case, case.peers[0])[0])
"""
    run = subprocess.run([sys.executable, "-c", code], cwd=ROOT / "tests", capture_output=True, text=True)
    assert float(run.stdout.splitlines()[-1]) > 1, run.stderr


def case(prepare, peer=None, **options):
    return Case("one", "", lambda small: small, Side("ours", prepare), (peer,) if peer else (), **options)


def test_an_answer_that_differs_is_told_and_another_shape_refused():
    other = Side("other", lambda it: lambda: torch.tensor([1.0, 4.0]))
    contest = case(lambda it: lambda: torch.tensor([1.0, 3.0]), other, difference=relative)
    assert lead(contest, other, 1)[1] == 0.25
    special = replace(other, difference=lambda small: {True: 1.0, False: 2.0}[small])
    assert lead(contest, special, 1)[1] == 2.0
    one = torch.tensor([1.0, 2.0])
    assert relative((one, one), (one, torch.tensor([1.0, 2.5]))) == pytest.approx(0.2)
    with pytest.raises(ValueError, match=r"one shape; got \(2,\) and \(1,\)"):
        relative(one, one[:1])


def test_the_peak_is_what_a_call_adds():
    def prepare(small):
        return lambda: torch.ones(10 if small else 5_000_000, dtype=torch.float64)

    contest = case(prepare)
    kept = [bytearray(100_000) for _ in range(1000)]  # what lies ready when a process has lived
    last = bytearray(100_000)  # on top, or glibc would give the rest back by itself
    del kept
    added, answer = peak(contest, contest.ours)
    assert len(answer) == 5_000_000
    if added is None:
        pytest.skip("the peak is read from /proc")
    assert 39 <= added <= 60
    del last


def test_the_readme_has_every_case_and_every_peer_as_the_table_has_them():
    text = (ROOT / "README.md").read_text("utf-8")
    lines = ("| computation " + text.partition("| computation ")[2]).partition("\n\n")[0].splitlines()
    rows = [[cell.strip() for cell in line.strip("|").split("|")] for line in lines]
    expected = [
        [case.title if peer is case.peers[0] else "", peer.name] for case in CASES.values() for peer in case.peers
    ]
    assert rows[0] == list(table.HEAD)
    assert [row[:2] for row in rows[2:]] == expected
    assert table.aligned([rows[0], *rows[2:]]) == lines


def test_a_table_has_the_ratio_of_medians_and_says_what_was_not_measured():
    def measured(side, seconds, peak):
        stats = {"median": seconds, "q1": seconds / 2, "q3": seconds * 2, "rounds": 5}
        return {"stats": stats, "extra_info": {"case": "holograms", "side": side, "peak_mb": peak, "difference": 1e-5}}

    machine = {"cpu": {"brand_raw": "P", "count": 2}, "system": "S", "python_version": "3.11.7"}
    report = {"machine_info": machine, "datetime": "2026-01-02T03:04:05"}
    times = [measured("ddlearn", 0.5, 13.2), measured("NumPy, a cell at a time", 4.0, 1800.0)]
    text = table.markdown({**report, "benchmarks": times})
    row = next(line for line in text.splitlines() if "holograms" in line)
    cells = [cell.strip() for cell in row.split("|")[2:-1]]
    assert cells == ["NumPy, a cell at a time", "0.5 (0.25-1)", "4 (2-8)", "8.0x", "13 / 1,800", "1e-05"]
    assert "infinite NTK" not in text
    assert "| not measured " in table.markdown({**report, "benchmarks": times[:1]})
    assert text.splitlines()[-1].startswith("P, 2 cores, S; Python 3.11.7; ")

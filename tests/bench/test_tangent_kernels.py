"""The speed and the memory that lesson 03 promises of its kernels."""

from dataclasses import replace

import pytest

from bench.case import STATUS, lead, peak
from bench.cases import CASES

SOME = 60
"""Points for the ten outputs: all 200 take the Jacobians a minute and 5 GB, and our lead grows with their number."""


@pytest.mark.slow
@pytest.mark.parametrize(
    ("name", "peer", "least", "differ"),
    [
        ("infinite-ntk", "ten lines of torch", 2.5, 1e-6),
        ("empirical-ntk-1", "torch.func, Jacobians", 40, 1e-12),
        ("empirical-ntk-10", "torch.func, Jacobians", 120, 1e-12),
        ("ntk-cnn", "torch.func, Jacobians", 1, 1e-12),
        ("ntk-resnet", "torch.func, Jacobians", 1, 1e-12),
        ("ntk-language-model", "torch.func, Jacobians", 1.5, 1e-12),
        ("ntk-vision-transformer", "torch.func, Jacobians", 1, 1e-12),
    ],
)
def test_the_kernels_beat_ten_lines_of_torch_and_jacobians(one_thread, name, peer, least, differ):
    case = CASES[name]
    if name == "empirical-ntk-10":
        whole = case.problem(False)
        case = replace(case, problem=lambda small: replace(whole, x=whole.x[:SOME]))
    assert case.peers[0].name == peer
    ratio, difference = lead(case, case.peers[0])
    assert ratio >= least
    assert difference <= differ


@pytest.mark.slow
@pytest.mark.skipif(not STATUS.exists(), reason="the peak is read from /proc")
def test_the_kernels_take_little_memory(one_thread):
    infinite, empirical = CASES["infinite-ntk"], CASES["empirical-ntk-10"]
    ours, plain = (peak(infinite, side)[0] for side in infinite.sides[:2])
    assert ours <= plain / 2
    assert peak(empirical, empirical.ours)[0] <= 140


@pytest.mark.slow
@pytest.mark.skipif(not STATUS.exists(), reason="the peak is read from /proc")
@pytest.mark.parametrize(
    ("name", "share"), [("cnn", 1 / 2), ("resnet", 1 / 2), ("language-model", 1 / 5), ("vision-transformer", 1 / 2)]
)
def test_the_kernels_of_real_nets_take_a_part_of_the_jacobians_memory(one_thread, name, share):
    case = CASES[f"ntk-{name}"]
    ours, theirs = (peak(case, side)[0] for side in case.sides)
    assert ours <= share * theirs

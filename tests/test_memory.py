"""How much memory the heavy computations take at their peak, each in a process of its own."""

import subprocess
import sys
from pathlib import Path

import pytest

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(not Path("/proc/self/status").is_file(), reason="the peak of a process is read from /proc"),
]


def grown(setup, small, large):
    """By how many MB the peak rises over `large`, after `small`, which loads what is loaded once.

    `ru_maxrss` would begin at what the parent held and show nothing; VmHWM is the process's own peak.
    """
    code = f"""
import pathlib, torch
from torch import nn
from ddlearn import kernels, tangent
from ddlearn.compute import generator
from ddlearn.networks import MLP
from ddlearn.training import Ensemble, train
def peak(): return int(pathlib.Path("/proc/self/status").read_text().split("VmHWM:")[1].split()[0]) * 1024 / 1e6
torch.set_num_threads(1)
{setup}
{small}
before = peak()
{large}
print(peak() - before)
"""
    return float(subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout)


def test_a_gram_takes_little_memory_beside_itself():
    setup = "x = torch.randn(3000, 20, dtype=torch.float64)"
    every = "for name in kernels.KERNELS: kernels.gram(name, x{})"
    assert 0.9 * 72 <= grown(setup, every.format("[:200]"), every.format("")) <= 1.5 * 72


def test_an_infinite_tangent_kernel_takes_half_of_the_plain_one_s_and_16_mb_beside_its_results():
    setup = "x = torch.randn(2000, 64, dtype=torch.float64)"
    fast, plain = (
        grown(setup, f"tangent.{name}(x[:50], depth=3)", f"tangent.{name}(x, depth=3)")
        for name in ("infinite", "infinite_plain")
    )
    assert fast <= 64 + 16
    assert fast <= plain / 2


def test_an_empirical_tangent_kernel_of_32_mb_takes_140():
    """64-512-512-10, 200 x 200, full kernel."""
    setup = """
net = nn.Sequential(nn.Linear(64, 512), nn.ReLU(), nn.Linear(512, 512), nn.ReLU(), nn.Linear(512, 10)).double()
x = torch.randn(200, 64, dtype=torch.float64)"""
    assert (
        grown(setup, "tangent.empirical(net, x[:3], outputs='full')", "tangent.empirical(net, x, outputs='full')")
        <= 140
    )


def test_measuring_a_training_often_costs_no_more_memory_than_what_is_kept():
    """Hundreds of megabytes, once: each small tensor that was kept held the freed memory below it."""
    setup = """
net, x = MLP((3, 2048, 1)), torch.ones(90, 3, dtype=torch.float64)
def run(steps):
    train(Ensemble.draw([net], generator(0)), x[:4], x[:4, :1], steps=steps, lr=1e-3, record=range(steps + 1),
          measure=lambda i, p: torch.relu(x @ p[0][0].T).sum(1))"""
    assert grown(setup, "run(3)", "run(300)") < 40

"""How much faster the tangent kernels are than what one would write down: the ten lines, and torch.func's Jacobians.

Run it plainly: `python tests/bench/tangent_kernels.py`. One thread, one process, interleaved rounds; seconds are the
processor's, which a busy machine disturbs least; the ratios are of medians. Peaks of memory are above what the process
held before the call, each in a process of its own.
"""

import argparse
import functools
import json
import statistics
import subprocess
import sys
import time
from pathlib import Path

import torch
from torch import nn
from torch.func import functional_call, jacrev, vmap

from ddlearn import tangent
from ddlearn.compute import generator


def points(n, d=64):
    return torch.randn(n, d, generator=generator(0), dtype=torch.float64)


@functools.cache
def net(k):
    torch.manual_seed(0)
    layers = nn.Linear(64, 512), nn.ReLU(), nn.Linear(512, 512), nn.ReLU(), nn.Linear(512, k)
    return nn.Sequential(*layers).double()


def contraction(net, x):
    """PyTorch's tutorial on tangent kernels, with the Jacobian taken once: (n, n, k, k)."""
    parameters = {name: p.detach() for name, p in net.named_parameters()}
    J = vmap(jacrev(lambda p, sample: functional_call(net, p, (sample[None],))[0]), (None, 0))(parameters, x)
    return sum(torch.einsum("iap,jbp->ijab", j.flatten(2), j.flatten(2)) for j in J.values())


SIDES = {
    "infinite": lambda x: tangent.infinite(x, depth=3).ntk,
    "ten lines": lambda x: tangent.infinite_plain(x, depth=3).ntk,
    "empirical, 1 output": lambda x: tangent.empirical(net(1), x, outputs="full"),
    "Jacobians, 1 output": lambda x: contraction(net(1), x),
    "empirical, 10 outputs": lambda x: tangent.empirical(net(10), x, outputs="full"),
    "Jacobians, 10 outputs": lambda x: contraction(net(10), x),
}
MATCHES = {
    "infinite": ("ten lines", 2000, 5),
    "empirical, 1 output": ("Jacobians, 1 output", 200, 9),
    "empirical, 10 outputs": ("Jacobians, 10 outputs", 200, 1),
}
"""Side -> its opponent, points, and rounds of the opponent: the last takes seconds and 5 GB."""


def duel(name):
    """Medians in seconds, their ratio, and the largest difference between the two kernels, relative."""
    opponent, n, rounds = MATCHES[name]
    x = points(n)
    seconds = {name: [], opponent: []}
    SIDES[name](x)
    for number in range(max(5, rounds)):
        for side in (name, opponent)[: 2 if number < rounds else 1]:
            start = time.process_time()
            K = SIDES[side](x)
            seconds[side].append(time.process_time() - start)
            if side == opponent:
                mine = SIDES[name](x)
                difference = ((mine - K).abs().max() / K.abs().max()).item()
            del K
    median = {side: statistics.median(times) for side, times in seconds.items()}
    return {"seconds": median, "ratio": median[opponent] / median[name], "difference": difference}


def peak(side):
    """Megabytes beyond what the process holds before the call, its results included."""
    x = points(next(n for name, (opponent, n, _) in MATCHES.items() if side in (name, opponent)))
    SIDES[side](x[:2])
    before = high_water()
    SIDES[side](x)
    return high_water() - before


def high_water():
    """Megabytes that this process held at most so far. (`ru_maxrss` begins at what its parent held.)"""
    status = dict(line.split(":", 1) for line in Path("/proc/self/status").read_text().splitlines())
    return int(status["VmHWM"].split()[0]) * 1024 / 1e6


def measure():
    report = {}
    for name, (opponent, _, _) in MATCHES.items():
        report[name] = duel(name)
        for side in (name, opponent) if name == "infinite" else (name,):
            run = subprocess.run([sys.executable, __file__, "--peak", side], capture_output=True, text=True, check=True)
            report[name].setdefault("peak MB", {})[side] = float(run.stdout)
    return report


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--peak", choices=SIDES)
    torch.set_num_threads(1)
    side = parser.parse_args().peak
    print(peak(side) if side else json.dumps(measure(), indent=2))

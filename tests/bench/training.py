"""How much faster an ensemble trains than a loop over torch modules, on one thread, in one process.

Run it plainly: `python tests/bench/training.py`. Both sides start from the same parameters, take the same steps and
draw the same minibatches. Rounds are interleaved, so that a busy machine slows both alike; ratios are of medians of
processor time.
"""

import argparse
import json
import statistics
import time

import torch
from torch import nn

from ddlearn.compute import generator
from ddlearn.networks import MLP
from ddlearn.training import Ensemble, train

N, D, K = 500, 64, 10
WIDTHS = (2, 4, 6, 8, 10, 13, 16, 20, 25, 32, 40, 50, 57, 64, 72, 80, 100, 128, 180, 256, 400)
SWEEP = [width for width in WIDTHS for _ in range(5)]
SMALL = [width for width in range(2, 41, 2) for _ in range(10)]

CASES = {  # name -> widths of the nets, minibatch, steps
    "sweep": (SWEEP, None, 60),
    "small": (SMALL, None, 100),
    "small_batches": (SMALL, 50, 100),
    "sweep_batches": (SWEEP, 50, 100),
}
OPTIMIZERS = {
    "momentum": lambda parameters: torch.optim.SGD(parameters, lr=0.05, momentum=0.9),
    "adam": lambda parameters: torch.optim.Adam(parameters, lr=0.01),
}
LR = {"momentum": 0.05, "adam": 0.01}


def one_by_one(ensemble, x, y, steps, optimizer, batch):
    """A module, an optimizer and a loop for each net."""
    outputs = []
    for net, parameters in zip(ensemble.nets, ensemble.parameters, strict=True):
        d, m, k = net.widths
        module = nn.Sequential(nn.Linear(d, m), nn.ReLU(), nn.Linear(m, k)).to(x.dtype)
        with torch.no_grad():
            for layer, (W, b) in zip((module[0], module[2]), parameters, strict=True):
                layer.weight.copy_(W)
                layer.bias.copy_(b)
        descent = OPTIMIZERS[optimizer](module.parameters())
        draw, order = generator(1), []
        for _ in range(steps):
            if batch and not order:
                order = list(torch.randperm(len(x), generator=draw).split(batch))
            rows = order.pop(0) if batch else slice(None)
            descent.zero_grad()
            loss = nn.functional.mse_loss(module(x[rows]), y[rows]) / 2
            loss.backward()
            descent.step()
        outputs.append(module(x).detach())
    return torch.stack(outputs)


def measure(case, dtype=torch.float32, optimizer="momentum", rounds=3):
    """Medians in seconds, their ratio, and the largest difference between the outputs of the two sides."""
    torch.set_num_threads(1)
    widths, batch, steps = CASES[case]
    draw = generator(0)
    x, y = (torch.randn(N, c, generator=draw, dtype=torch.float64).to(dtype) for c in (D, K))
    ensemble = Ensemble.draw([MLP((D, m, K)) for m in widths], draw, dtype)

    def ours():
        options = {"steps": steps, "lr": LR[optimizer], "optimizer": optimizer, "batch": batch}
        return train(ensemble, x, y, generator=generator(1), **options).ensemble.apply(x)

    sides = {"ours": ours, "one_by_one": lambda: one_by_one(ensemble, x, y, steps, optimizer, batch)}
    seconds, outputs = {name: [] for name in sides}, {}
    ours()
    for _ in range(rounds):
        for name, side in sides.items():
            start = time.process_time()
            outputs[name] = side()
            seconds[name].append(time.process_time() - start)
    median = {name: statistics.median(times) for name, times in seconds.items()}
    return {
        "case": case,
        "nets": len(widths),
        "dtype": str(dtype),
        "optimizer": optimizer,
        "seconds": median,
        "ratio": median["one_by_one"] / median["ours"],
        "difference": (outputs["ours"] - outputs["one_by_one"]).abs().max().item(),
    }


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--cases", nargs="+", choices=CASES, default=list(CASES))
    parser.add_argument("--dtypes", nargs="+", choices=("float32", "float64"), default=["float32", "float64"])
    parser.add_argument("--optimizers", nargs="+", choices=OPTIMIZERS, default=["momentum"])
    chosen = parser.parse_args()
    for case in chosen.cases:
        for dtype in chosen.dtypes:
            for optimizer in chosen.optimizers:
                print(json.dumps(measure(case, getattr(torch, dtype), optimizer, chosen.rounds)), flush=True)

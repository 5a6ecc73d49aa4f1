"""The model-wise curve of trained nets in full: 105 nets a split, their landmarks, and the processor time they took.

Run it plainly: `python tests/bench/trained_nets.py [--optimizer momentum] [--splits 4]`. Digits, n = 500, a fifth of
the labels wrong. The peak is expected at P = n K.
"""

import argparse
import time

from ddlearn.compute import generator
from ddlearn.datasets import digits
from ddlearn.double_descent import flip_labels, interpolation_point, landmarks, net_widths, null_mse, one_hot

WIDTHS = (2, 4, 6, 8, 10, 13, 16, 20, 25, 32, 40, 50, 57, 64, 72, 80, 100, 128, 180, 256, 400)
HOW = {"adam": {"lr": 0.01, "steps": 2000}, "momentum": {"lr": 1.0, "steps": 4000}}


def measure(split: int, optimizer: str, seeds: int) -> None:
    draw = generator(split)
    data = digits(draw, test=1297)
    y = flip_labels(data.train_y, 0.2, 10, draw, seeds)
    started = time.process_time()
    sweep = net_widths(data.train_x, y, data.test_x, data.test_y, WIDTHS, draw, optimizer=optimizer, **HOW[optimizer])
    seconds = time.process_time() - started
    at = interpolation_point(sweep.ratio, sweep.train_mse[..., -1].mean(1), null_mse(one_hot(y[0], 10)))
    print(f"split {split}, {optimizer}: {len(WIDTHS) * seeds} nets in {seconds:.0f} CPU-s; interpolation at {at:.2f}")
    for name in ("error", "mse"):
        found = landmarks(sweep.ratio, getattr(sweep, name)[..., -1].mean(1))
        print(
            f"  {name:5}  first {found.first:.3f} at {found.first_at:.2f}, peak {found.peak:.3f} at "
            f"{found.peak_at:.2f} ({found.rise:.2f}x), widest {found.last:.3f} ({found.gain:.2f}x)"
        )


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--optimizer", choices=sorted(HOW), default="adam")
    parser.add_argument("--splits", type=int, default=4)
    parser.add_argument("--seeds", type=int, default=5)
    asked = parser.parse_args()
    for split in range(asked.splits):
        measure(split, asked.optimizer, asked.seeds)

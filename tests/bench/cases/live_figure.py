"""What one move of a slider costs the kernel: a fit, its picture, and the message with both.

Ours moves the data of one figure; `interact` calls a function that makes a figure anew, which the inline backend then
draws. Both run in an IPython kernel within this process, headless, and draw the same picture, 9 x 4 inches at 200 dpi.
The way from the kernel to the screen is measured in a real browser by tests/browser/test_latency.py.
"""

from __future__ import annotations

import functools
import itertools
from collections.abc import Callable

import torch
from torch import Tensor

from bench.case import Case, Side
from ddlearn.compute import generator

NEEDS = ("IPython", "ipykernel", "ipywidgets", "matplotlib_inline")
LOW, HIGH, STEP = 0.12, 3.06, 0.06
X = torch.linspace(-3, 3, 60, dtype=torch.float64)
GRID = torch.linspace(-3.2, 3.2, 400, dtype=torch.float64)


def problem(small: bool) -> int:
    """Moves of the slider a call."""
    return 2 if small else 10


def data() -> Tensor:
    return torch.sin(2 * X) + 0.2 * torch.randn(60, dtype=torch.float64, generator=generator(0))


def fit(y: Tensor, width: float) -> Tensor:
    def rbf(a: Tensor) -> Tensor:
        return torch.exp(-((a[:, None] - X) ** 2) / (2 * width**2))

    return rbf(GRID) @ torch.linalg.solve(rbf(X) + 1e-3 * torch.eye(60, dtype=torch.float64), y)


@functools.cache
def pictures() -> list[str]:
    """Start a kernel in this process; every picture that it sends is noted here, and goes nowhere."""
    from ipykernel.inprocess import InProcessKernelManager

    manager = InProcessKernelManager()
    manager.start_kernel()
    shell, sent = manager.kernel.shell, []
    shell.run_line_magic("matplotlib", "inline")

    def note(message: dict) -> None:
        picture = message["content"].get("data", {}).get("image/png")
        if picture is not None:
            sent.append(picture)

    shell.display_pub.register_hook(note)
    return sent


def moving(moves: int, move: Callable[[float], None]) -> Callable[[], int]:
    """Move so many times, each time to another width; returns how many pictures were sent."""
    sent, count = pictures(), round((HIGH - LOW) / STEP)
    widths = itertools.cycle([LOW + STEP * i for i in (*range(count), *range(count, 0, -1))])

    def call() -> int:
        sent.clear()
        for _ in range(moves):
            move(next(widths))
        if len(sent) != moves:
            raise RuntimeError(f"{moves} moves sent {len(sent)} pictures")
        return len(sent)

    return call


def ours(moves: int) -> Callable[[], int]:
    from ddlearn.classroom import LiveFigure

    y = data()

    def picture(fig, fitted: Tensor) -> None:
        panel = fig.panel()
        panel.frame("Kernel ridge", "x", "f(x)", xlim=(-3.5, 3.5), ylim=(-2, 2), legend="upper right")
        panel.dots(X, y, "black", ".", "data")
        panel.line(GRID, fitted, label="fit")

    def sentence(fitted: Tensor) -> str:
        return f"The fit reaches {float(fitted.max()):.4f}."

    pictures()
    figure = LiveFigure(picture, sentence, (9.0, 4.0))
    figure.show(fit(y, 0.6))
    return moving(moves, lambda width: figure.update(fit(y, width)))


def interact(moves: int) -> Callable[[], int]:
    pictures()
    import ipywidgets
    import matplotlib.pyplot as plt

    y = data()

    def draw(width: float) -> None:
        _, axes = plt.subplots(figsize=(9, 4), dpi=200)
        axes.plot(X, y, "k.", label="data")
        axes.plot(GRID, fit(y, width), label="fit")
        axes.set(ylim=(-2, 2), xlabel="x", ylabel="f(x)", title="Kernel ridge")
        axes.legend(loc="upper right")
        plt.show()

    slider = ipywidgets.FloatSlider(0.6, min=0.06, max=3.12, step=STEP)
    ipywidgets.interactive(draw, width=slider)
    return moving(moves, lambda width: setattr(slider, "value", width))


CASES = (
    Case(
        name="live-figure",
        title="live figure, 10 moves, in the kernel",
        problem=problem,
        ours=Side("ddlearn", ours, NEEDS),
        peers=(Side("ipywidgets, interact", interact, NEEDS),),
    ),
)

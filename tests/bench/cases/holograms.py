"""The simulator of blood cells against the plain one: the formulas of `ddlearn.blood`, one cell at a time, in NumPy.

Both draw the same cells and the same noise, so they record the same pictures, up to the rounding of float32. The plain
one works in coordinates that turn with the cell and shares no line with ours: the tests hold ours against it too.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor

from bench.case import Case, Side
from ddlearn import blood
from ddlearn.compute import generator

CELLS, SPECIMENS, BLOCK = 1000, 20, 64
STEP, SAMPLES, WAVELENGTH = 0.40, 64, 0.532


@dataclass(frozen=True)
class Problem:
    labels: Tensor
    effects: blood.Effects
    which: Tensor


def problem(small: bool) -> Problem:
    n = 6 if small else CELLS
    rows = torch.arange(n)
    return Problem(rows % 3, blood.specimen_effects(SPECIMENS, 1.0, generator(0)), rows * SPECIMENS // n)


def ours(it: Problem) -> Callable[[], Tensor]:
    return lambda: blood.simulate_cells(it.labels, it.effects, generator(1), it.which)


def one_by_one(it: Problem) -> Callable[[], Tensor]:
    patterns = plain_patterns()

    def pictures() -> Tensor:
        draw, found = generator(1), []
        for start in range(0, len(it.labels), BLOCK):  # as ours draws them, so that they are the same cells
            cells, which = blood.draw_cells(it.labels[start : start + BLOCK], draw), it.which[start : start + BLOCK]
            noise = torch.randn(len(cells), SAMPLES // 2, SAMPLES // 2, generator=draw, dtype=torch.float32)
            for i, s in enumerate(which.tolist()):
                t = plain_transmission(cells, i, it.effects.contrast[s].item(), patterns)
                seen = plain_picture(t, it.effects.focus[s].item(), it.effects.tilt[s].tolist())
                found.append(torch.from_numpy(seen) + it.effects.noise[s] * noise[i])
        return torch.stack(found)

    return pictures


def plain_patterns() -> np.ndarray:
    """The granules: white noise of which frequencies about .55 cycles per um are kept.  (128, 64, 64)"""
    noise = torch.randn(128, SAMPLES, SAMPLES, generator=generator(123), dtype=torch.float64).numpy()
    f = np.fft.fftfreq(SAMPLES, STEP)
    band = np.exp(-0.5 * ((np.hypot(*np.meshgrid(f, f)) - 0.55) / 0.25) ** 2)
    kept = np.fft.ifft2(np.fft.fft2(noise) * band).real
    return kept / kept.std(axis=(1, 2), ddof=1, keepdims=True)


def plain_transmission(cells: blood.Cells, i: int, contrast: float, patterns: np.ndarray) -> np.ndarray:
    """The transmission of cell i, from the formulas, in coordinates that turn with the cell.  (64, 64) complex"""
    c = {name: getattr(cells, name)[i].item() for name in vars(cells) if name != "roll"}
    axis = (np.arange(SAMPLES) - (SAMPLES - 1) / 2) * STEP
    X, Y = np.meshgrid(axis, axis)
    dx, dy = X - c["x"], Y - c["y"]
    u = math.cos(c["angle"]) * dx + math.sin(c["angle"]) * dy
    v = -math.sin(c["angle"]) * dx + math.cos(c["angle"]) * dy
    R, e = c["radius"], c["axis"]
    r = np.sqrt((u / math.sqrt(e)) ** 2 + (v * math.sqrt(e)) ** 2)

    def ramp(d: np.ndarray) -> np.ndarray:
        return np.clip(d / 0.5 + 0.5, 0, 1)

    body, thickness = ramp(R - r), 2 * np.sqrt(np.maximum(R**2 - r**2, 0))
    L, nucleus = c["lobes"], np.zeros_like(u)
    for l in range(L):
        angle, out = (l - (L - 1) / 2) * c["arc"], (0.52 if L > 1 else 0.12) * R
        away = np.hypot(u - out * math.cos(angle), v - out * math.sin(angle))
        nucleus = np.maximum(nucleus, ramp(R * math.sqrt(c["nucleus"] / L) - away))
    if c["kidney"]:
        nucleus = nucleus * (1 - ramp(0.42 * R - np.hypot(u - 0.75 * R, v)))
    grain = np.roll(patterns[c["texture"]], (-cells.roll[i]).tolist(), (0, 1))
    phase = 2 * math.pi / WAVELENGTH * (contrast * thickness + 0.008 * nucleus * np.minimum(thickness, 6))
    phase += c["granules"] * grain * body * (1 - 0.7 * nucleus)
    return np.exp(-0.06 * body - 0.10 * nucleus + 1j * phase)


def plain_picture(t: np.ndarray, focus: float, tilt: list[float]) -> np.ndarray:
    """Its hologram without noise: plane waves, squares, means of 2 x 2.  (32, 32)"""
    f = np.fft.fftfreq(SAMPLES, STEP)
    kz = 2 * math.pi * np.sqrt(np.maximum(0, 1 / WAVELENGTH**2 - f[:, None] ** 2 - f**2))
    intensity = np.abs(np.fft.ifft2(np.fft.fft2(t) * np.exp(1j * kz * focus))) ** 2
    binned = (intensity[::2, ::2] + intensity[1::2, ::2] + intensity[::2, 1::2] + intensity[1::2, 1::2]) / 4
    X, Y = np.meshgrid(np.linspace(-1, 1, SAMPLES // 2), np.linspace(-1, 1, SAMPLES // 2))
    return binned * (1 + tilt[0] * X + tilt[1] * Y)


def difference(ours: Tensor, theirs: Tensor) -> float:
    """Of any pixel; the light is 1 and the camera's noise about .06."""
    return (ours - theirs).abs().max().item()


CASES = (
    Case(
        name="holograms",
        title=f"holograms of {CELLS} cells",
        problem=problem,
        ours=Side("ddlearn", ours),
        peers=(Side("NumPy, a cell at a time", one_by_one),),
        difference=difference,
    ),
)

"""The variance explorer: which part of the error makes the peak, and which part averaging takes away.

Random ReLU features of points on a sphere, a linear truth, noise in the labels. A fit's error comes from what the
features cannot express, from which examples were drawn, from which features were drawn, and from the noise, as far as
all features let it through and as far as each draw of them does so in its own way (d'Ascoli et al., arXiv 2003.01054;
Adlam and Pennington, arXiv 2011.03321). The noise scales its parts, and a mean of fits divides two of them.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from functools import lru_cache

import torch
from torch import Tensor

from ddlearn import compute
from ddlearn import double_descent as dd
from ddlearn.classroom import PALETTE, Choice, Explorer, LiveFigure, Slider
from ddlearn.classroom.wording import brief, say

D, N_TRAIN, DATA_SETS, INITS, POINTS = 30, 90, 4, 6, 200
RATIOS = (0.1, 0.2, 0.35, 0.5, 0.65, 0.8, 0.9, 1.1, 1.25, 1.5, 2.0, 3.0, 5.0, 8.0)
SIZES = tuple(round(N_TRAIN * ratio) for ratio in RATIOS)
LINE = tuple(N for N in range(9, 721) if abs(N - N_TRAIN) > 1 and (N < 130 or N % 10 == 0))
PENALTIES = {"none": 0.0, "0.1": 0.1}
NAMES = ("bias²", "which examples", "which features", "noise, shared by all features", "noise × features")
LOWEST, HIGHEST = 1e-3, 2.0

Report = Callable[[float, str], object]


@dataclass(frozen=True)
class Asked:
    """Decompositions that are wanted: equal if their seeds are, whoever watches."""

    seed: int
    progress: Report | None = field(default=None, compare=False)


@dataclass(frozen=True, eq=False)
class Variance:
    """The parts of the error, in the order of NAMES, of the mean of `members` fits; one fit by theory."""

    noise: float
    members: int
    penalty: float
    sizes: Tensor  # (W,)
    parts: Tensor  # (5, W)
    line: Tensor  # (L,)
    theory: Tensor  # (L,) one fit

    @property
    def total(self) -> Tensor:
        return self.parts.sum(0)


@lru_cache(maxsize=8)
def decomposed(asked: Asked) -> dict[float, Tensor]:
    """For every penalty the parts for a signal and a noise of variance 1, (5, W)."""
    found = {}
    for i, penalty in enumerate(PENALTIES.values()):

        def report(share: float, words: str, done: int = i) -> None:
            asked.progress((done + share) / len(PENALTIES), f"Fitting: {words}")

        parts = dd.decompose_features(
            D,
            N_TRAIN,
            SIZES,
            compute.generator(asked.seed),
            data_sets=DATA_SETS,
            inits=INITS,
            noise=1.0,
            penalty=penalty,
            points=POINTS,
            progress=asked.progress and report,
        )
        found[penalty] = torch.stack([parts.bias2, parts.sample, parts.init, parts.noise, parts.noise_init])
    return found


@lru_cache(maxsize=8)
def predicted(penalty: float) -> tuple[Tensor, Tensor]:
    """By theory, for one fit: the risk of a signal of strength 1, and what noise of variance 1 adds.  (LINE,) each"""
    spectrum = dd.relu_sphere_spectrum(D)
    quiet, noisy = (
        dd.predict_features(spectrum, N_TRAIN, LINE, N_TRAIN * penalty / D, noise).excess for noise in (0.0, 1.0)
    )
    return quiet, noisy - quiet


def variance(noise: float, members: int, penalty: str, seed: int = 0, *, progress: Report | None = None) -> Variance:
    """The parts of the error of the mean of `members` fits to the same labels, each with features of its own."""
    l = PENALTIES[penalty]
    bias, sample, init, common, own = decomposed(Asked(seed, progress))[l]
    signal, disturbance = predicted(l)
    return Variance(
        noise=noise,
        members=members,
        penalty=l,
        sizes=torch.tensor(SIZES, dtype=torch.float64),
        parts=torch.stack([bias, sample, init / members, noise * common, noise * own / members]),
        line=torch.tensor(LINE, dtype=torch.float64),
        theory=signal + noise * disturbance,
    )


class VarianceFigure(LiveFigure):
    """Left: the parts on top of one another. Right: each by itself, on a log axis."""

    size = (9.4, 4.6)
    LOOKS = (("green", "--", "s"), ("black", "-.", "v"), ("blue", "-", "o"), ("purple", ":", "D"), ("orange", "-", "^"))

    def layout(self, figure):
        from matplotlib.collections import PolyCollection

        stack, alone = figure.subplots(1, 2)
        self.areas, self.lines = [], []
        for name, (colour, style, marker) in zip(NAMES, self.LOOKS, strict=True):
            area = stack.add_collection(PolyCollection([], color=PALETTE[colour], alpha=0.8, linewidth=0))
            look = {"marker": marker, "color": PALETTE[colour], "markersize": 4, "linewidth": 1.6}
            (line,) = alone.plot([], [], style, label=name, **look)
            self.areas.append(area)
            self.lines.append(line)
        self.theory = [stack.plot([], [], "--", color=PALETTE["vermilion"])[0] for _ in range(2)]
        stack.set(ylim=(0, HIGHEST), title="error on new points, part on part")
        alone.set(yscale="log", ylim=(LOWEST, 30), title="each part by itself")
        for axes in (stack, alone):
            axes.axvline(1, color=PALETTE["black"], linewidth=1, linestyle=":")
            axes.set(xscale="log", xlim=(RATIOS[0], RATIOS[-1]), xlabel="features per example, N / n")
            axes.set(xticks=[0.1, 0.3, 1, 3], xticklabels=["0.1", "0.3", "1", "3"])
            axes.minorticks_off()
        stack.legend(self.theory[:1], ["one fit, by theory"], loc="upper right")
        figure.legend(handles=self.lines, loc="outside lower center", ncols=3)

    def draw(self, result: Variance):
        ratio = result.sizes / N_TRAIN
        upper = result.parts.clamp(min=0).cumsum(0).clamp(max=1.5 * HIGHEST)
        lower = torch.cat([torch.zeros_like(upper[:1]), upper[:-1]])
        for area, line, low, high, part in zip(self.areas, self.lines, lower, upper, result.parts, strict=True):
            corners = [torch.stack([ratio, low], 1), torch.stack([ratio, high], 1).flip(0)]
            area.set_verts([torch.cat(corners).numpy()])
            line.set_data(ratio[part > LOWEST], part[part > LOWEST])
        for piece, side in zip(self.theory, (result.line < N_TRAIN, result.line > N_TRAIN), strict=True):
            piece.set_data(result.line[side] / N_TRAIN, result.theory[side].clamp(max=1.5 * HIGHEST))

    def describe(self, result: Variance) -> str:
        at = RATIOS.index(1.1)
        share = 100 * float((result.parts[2, at] + result.parts[4, at]) / result.total[at])
        whose = "One fit" if result.members == 1 else f"The mean of {result.members} fits"
        penalty = f"penalty {brief(result.penalty)}" if result.penalty else "no penalty"
        least = int(result.total.argmin())
        return (
            f"{whose}, {penalty}, noise {brief(result.noise)}. Just above the threshold, at 1.1 features per example, "
            f"the error is {say(float(result.total[at]), 2)}, and {share:.0f} % of it comes from the draw of the "
            f"features. The bias² falls from {say(float(result.parts[0, 0]), 2)} to "
            f"{say(float(result.parts[0, -1]), 2)}; the error is least, {say(float(result.total[least]), 2)}, at "
            f"{RATIOS[least]:g}."
        )


def explorer() -> Explorer:
    """The variance explorer, fresh."""
    return Explorer(
        name="variance",
        title="Variance: whose fault is the peak?",
        controls=(
            Slider("noise", "Noise variance", 0.0, 1.0, 0.25),
            Slider("members", "Fits averaged", 1, 50, 1, log=True, whole=True),
            Choice("penalty", "Penalty", tuple(PENALTIES), "none"),
        ),
        compute=variance,
        figure=VarianceFigure,
    )

"""The variance explorer: which part of the error makes the peak, and which part averaging takes away.

Random ReLU features of points on a sphere, a linear truth, noise in the labels. A fit's error comes from what every fit
misses, from which data were drawn, noise included, from which features were drawn, and from the interaction of the two
draws (Adlam and Pennington, arXiv 2011.03321). A mean over draws of the features, or over data sets, divides two parts.
"""

from collections.abc import Callable
from dataclasses import dataclass, fields

import torch
from torch import Tensor

from ddlearn import compute
from ddlearn import double_descent as dd
from ddlearn.classroom import PALETTE, ArtistFigure, Choice, Explorer, Slider, cached
from ddlearn.classroom.wording import brief, say

D, N_TRAIN, DATA_SETS, INITS, POINTS = 30, 90, 4, 6, 200
RATIOS = (0.1, 0.2, 0.35, 0.5, 0.65, 0.8, 0.9, 1.1, 1.25, 1.5, 2.0, 3.0, 5.0, 8.0)
SIZES = tuple(round(N_TRAIN * ratio) for ratio in RATIOS)
LINE = tuple(N for N in range(9, 721) if abs(N - N_TRAIN) > 1 and (N < 130 or N % 10 == 0))
PENALTIES = {"none": 0.0, "0.1": 0.1}
NAMES = ("bias²", "data alone", "features alone", "interaction: data × features")
MEANS = {"one fit": (1, 1), "10 draws of the features": (10, 1), "10 data sets": (1, 10)}  # members, data sets
LOWEST, HIGHEST = 1e-3, 2.0

Report = Callable[[float, str], object]


@dataclass(frozen=True, eq=False)
class Variance:
    """The parts of the error, in the order of NAMES, of a fit or of a mean of fits; one fit by theory."""

    noise: float
    mean: str
    penalty: float
    sizes: Tensor  # (W,)
    parts: Tensor  # (4, W)
    line: Tensor  # (L,)
    theory: Tensor  # (L,) one fit

    @property
    def total(self) -> Tensor:
        return self.parts.sum(0)


@cached(8)
def decomposed(seed: int, progress: Report | None = None) -> dict[float, Tensor]:
    """For every penalty the parts of `Decomposition`, for a signal and a noise of variance 1, (6, W)."""
    found = {}
    for i, penalty in enumerate(PENALTIES.values()):

        def report(share: float, words: str, done: int = i) -> None:
            progress((done + share) / len(PENALTIES), f"Fitting: {words}")

        parts = dd.decompose_features(
            D,
            N_TRAIN,
            SIZES,
            compute.generator(seed),
            data_sets=DATA_SETS,
            inits=INITS,
            noise=1.0,
            penalty=penalty,
            points=POINTS,
            progress=progress and report,
        )
        found[penalty] = torch.stack([getattr(parts, one.name) for one in fields(parts)])
    return found


@cached(8)
def predicted(penalty: float) -> tuple[Tensor, Tensor]:
    """By theory, for one fit: the risk of a signal of strength 1, and what noise of variance 1 adds.  (LINE,) each"""
    spectrum = dd.relu_sphere_spectrum(D)
    quiet, noisy = (
        dd.predict_features(spectrum, N_TRAIN, LINE, N_TRAIN * penalty / D, noise).excess for noise in (0.0, 1.0)
    )
    return quiet, noisy - quiet


def variance(noise: float, mean: str, penalty: str, seed: int = 0, *, progress: Report | None = None) -> Variance:
    """The parts of the error of one fit, or of a mean of fits over draws of the features or over data sets."""
    l, (members, data_sets) = PENALTIES[penalty], MEANS[mean]
    bias, data, features, both, noise_data, noise_both = decomposed(seed, progress)[l]
    signal, disturbance = predicted(l)
    data, both = data + noise * noise_data, both + noise * noise_both
    return Variance(
        noise=noise,
        mean=mean,
        penalty=l,
        sizes=torch.tensor(SIZES, dtype=torch.float64),
        parts=torch.stack([bias, data / data_sets, features / members, both / (members * data_sets)]),
        line=torch.tensor(LINE, dtype=torch.float64),
        theory=signal + noise * disturbance,
    )


class VarianceFigure(ArtistFigure):
    """Left: the parts on top of one another. Right: each by itself, on a log axis."""

    size = (9.4, 4.6)
    LOOKS = (("green", "--", "s"), ("purple", ":", "D"), ("blue", "-.", "v"), ("orange", "-", "^"))

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
        figure.legend(handles=self.lines, loc="outside lower center", ncols=4)

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
        _, data, features, both = (100 * result.parts[:, at] / result.total[at]).tolist()
        whose = "One fit" if result.mean == "one fit" else f"The mean over {result.mean}"
        penalty = f"penalty {brief(result.penalty)}" if result.penalty else "no penalty"
        least = int(result.total.argmin())
        return (
            f"{whose}, {penalty}, noise {brief(result.noise)}. Just above the threshold, at 1.1 features per example, "
            f"the error is {say(float(result.total[at]), 2)}. The interaction makes {both:.0f} % of it, the features "
            f"alone {features:.0f} %, the data alone {data:.0f} %. The bias² falls from "
            f"{say(float(result.parts[0, 0]), 2)} to {say(float(result.parts[0, -1]), 2)}; the error is smallest, "
            f"{say(float(result.total[least]), 2)}, at {RATIOS[least]:g}."
        )


def explorer() -> Explorer:
    """The variance explorer, fresh."""
    return Explorer(
        name="variance",
        title="Variance: whose fault is the peak?",
        controls=(
            Slider("noise", "Noise variance", 0.0, 1.0, 0.25),
            Choice("mean", "Averaged", tuple(MEANS), "one fit"),
            Choice("penalty", "Penalty", tuple(PENALTIES), "none"),
        ),
        compute=variance,
        figure=VarianceFigure,
    )

"""Which part of the error makes the peak, and which part averaging takes away.

Random ReLU features of points on a sphere, a linear truth, noise in the labels. A fit's error comes from what every fit
misses, from which data were drawn, noise included, from which features were drawn, and from the interaction of the two
draws (Adlam and Pennington, arXiv 2011.03321). A mean over draws of the features, or over data sets, divides two parts.
"""

from dataclasses import dataclass

import torch
from torch import Tensor

from ddlearn import compute
from ddlearn import double_descent as dd
from ddlearn.classroom import Choice, Explorer, Slider, cached
from ddlearn.classroom.wording import brief, say

D, N_TRAIN = 30, 90
DRAWN = {"data_sets": 4, "inits": 6, "points": 200}
RATIOS = (0.1, 0.2, 0.35, 0.5, 0.65, 0.8, 0.9, 1.1, 1.25, 1.5, 2.0, 3.0, 5.0, 8.0)
SIZES = tuple(round(N_TRAIN * ratio) for ratio in RATIOS)
LINE = tuple(N for N in range(9, 721) if abs(N - N_TRAIN) > 1 and (N < 130 or N % 10 == 0))
PENALTIES = {"none": 0.0, "0.1": 0.1}
PARTS = {
    "bias²": ("green", "--", "s"),
    "data alone": ("purple", ":", "D"),
    "features alone": ("blue", "-.", "v"),
    "interaction: data × features": ("orange", "-", "^"),
}
MEANS = {"one fit": (1, 1), "10 draws of the features": (10, 1), "10 data sets": (1, 10)}  # members, data sets
SMALLEST = 1e-3  # parts are estimated without bias: one near 0 may come out below it, where a log axis has no place


@dataclass(frozen=True, eq=False)
class Variance:
    """The parts of the error, in the order of PARTS, of a fit or of a mean of fits; one fit by theory."""

    noise: float
    mean: str
    penalty: float
    parts: Tensor  # (4, SIZES)
    theory: Tensor  # (LINE,) one fit

    @property
    def total(self) -> Tensor:
        """The error, (SIZES,)."""
        return self.parts.sum(0)


@cached(8)
def decomposed(seed: int, progress: compute.Progress | None = None) -> dict[float, dd.Decomposition]:
    """Return for every penalty the parts of the error at SIZES, for a signal and a noise of variance 1."""
    found, n = {}, len(PENALTIES)
    for i, penalty in enumerate(PENALTIES.values()):
        told = compute.part(progress, i / n, (i + 1) / n, "Fitting: {}")
        how = {**DRAWN, "noise": 1.0, "penalty": penalty, "progress": told}
        found[penalty] = dd.decompose_features(D, N_TRAIN, SIZES, compute.generator(seed), **how)
    return found


def predicted(penalty: float, noise: float) -> Tensor:
    """Return the risk of one fit by theory, (LINE,)."""
    return dd.predict_features(dd.relu_sphere_spectrum(D), N_TRAIN, LINE, N_TRAIN * penalty / D, noise).excess


def variance(
    noise: float, mean: str, penalty: str, seed: int = 0, *, progress: compute.Progress | None = None
) -> Variance:
    """Return the parts of the error of one fit, or of a mean of fits over draws of the features or over data sets."""
    l, (members, data_sets) = PENALTIES[penalty], MEANS[mean]
    one = decomposed(seed, progress=progress)[l]
    data, both = one.data + noise * one.noise_data, one.interaction + noise * one.noise_interaction
    parts = torch.stack([one.bias2, data / data_sets, one.features / members, both / (members * data_sets)])
    return Variance(noise=noise, mean=mean, penalty=l, parts=parts, theory=predicted(l, noise))


def picture(fig, r: Variance) -> None:
    """Draw the parts on top of one another, and each by itself on a log axis."""
    stack, alone = fig.row(1, 1)
    look = {"xlim": (RATIOS[0], RATIOS[-1]), "xticks": {0.1: "0.1", 0.3: "0.3", 1: "1", 3: "3"}}
    axis = "features per example, N / n"
    stack.frame("error on new points, part on part", axis, ylim=(0, 2), log="x", **look)
    alone.frame("each part by itself", axis, ylim=(SMALLEST, 30), log="xy", **look)
    ratio, line = (torch.tensor(sizes, dtype=torch.float64) / N_TRAIN for sizes in (SIZES, LINE))
    low = torch.zeros(len(SIZES), dtype=r.parts.dtype)
    for (name, (color, style, marker)), part in zip(PARTS.items(), r.parts, strict=True):
        high = low + part.clamp(min=0)
        stack.band(ratio, low, high, color, alpha=0.8)
        seen = part > SMALLEST
        alone.line(ratio[seen], part[seen], color, style, name, marker=marker, size=4, width=1.6)
        low = high
    for side in (line < 1, line > 1):
        stack.line(line[side], r.theory[side], "vermilion", "--", "one fit, by theory")
    for panel in (stack, alone):
        panel.upright(1, width=1)
    fig.legend("outside lower center", ncols=5, columnspacing=1.2)


def sentence(r: Variance) -> str:
    """Say what the peak is made of, and where the error is smallest."""
    at, least = RATIOS.index(1.1), int(r.total.argmin())
    _, data, features, both = (100 * r.parts[:, at] / r.total[at]).tolist()
    whose = "One fit" if r.mean == "one fit" else f"The mean over {r.mean}"
    penalty = f"penalty {brief(r.penalty)}" if r.penalty else "no penalty"
    return (
        f"At 1.1 features per example the interaction is {both:.0f} % of the error, features alone {features:.0f} %, "
        f"data alone {data:.0f} %. {whose}, {penalty}, noise {brief(r.noise)}: the error there is "
        f"{say(float(r.total[at]), 2)}, and smallest, {say(float(r.total[least]), 2)}, at {RATIOS[least]:g}. The "
        f"bias² falls from {say(float(r.parts[0, 0]), 2)} to {say(float(r.parts[0, -1]), 2)}."
    )


explorer = Explorer(
    "variance",
    "Variance: which draw is at fault?",
    controls=(
        Slider("noise", "Noise variance", 0.0, 1.0, 0.25),
        Choice("mean", "Averaged", tuple(MEANS), "one fit"),
        Choice("penalty", "Penalty", tuple(PENALTIES), "none"),
    ),
    compute=variance,
    picture=picture,
    sentence=sentence,
    size=(9.4, 4.6),
    pairs=(("mean", "penalty"),),
)

"""Which kappa is right? The bias of the risk is a straight line through zero, and accuracy says the same.

Let R be the risk with labels, and I the risk of the same classifier where a cell's label has nothing to do with the
cell. Bags of spread kappa0, weighed with any kappa, have the mean risk

    kappa/kappa0 R + (1 - kappa/kappa0) I,        so the bias is (kappa/kappa0 - 1) (R - I).

Below kappa0 the best classifier is the true posterior drawn towards p. Above it, confidence itself is paid for, without
a limit. Our derivation, for bags whose second moment is that of one number.
"""

import math
from collections.abc import Callable
from dataclasses import dataclass

import torch
from torch import Tensor

from ddlearn import compute
from ddlearn.blood import CELL_TYPES
from ddlearn.classroom import PALETTE, ArtistFigure, Choice, Explorer, Slider, cached
from ddlearn.classroom.wording import listed, say
from ddlearn.lessons.weak_labels import exercises, trainings
from ddlearn.lessons.weak_labels.trainings import BLOOD, NET, PATIENTS, POURED, Progress

BAGS = {"patients, 64 cells each": (PATIENTS, 64), "poured together, 8 cells a bag": (POURED, 8)}
GRID = (1.0, 2.0, 4.0, 6.0, 8.0, 12.0, 24.0, 64.0)
NETS = 2  # for each kappa
FRESH = 8  # times that new bags are drawn
UNSAFE = "bag_risk is not finite where a net is very sure: take log_softmax, not the logarithm of softmax"

Risk = Callable[[Tensor, Tensor, Tensor, float], Tensor]


@dataclass(frozen=True, eq=False)
class Sweep:
    """For each kappa of GRID: found (K, NETS, 3) and the measured bias (K, FRESH).

    One classifier has the risk `labelled`, R, and `blind`, I. right is the kappa of theory, told what the learner's
    function finds in the tests.
    """

    bags: str
    found: Tensor
    bias: Tensor
    labelled: float
    blind: float
    right: float
    told: float
    at: float  # the kappa looked at

    @property
    def accuracy(self) -> Tensor:
        """(K, NETS)"""
        return trainings.accuracy(self.found)

    @property
    def nearest(self) -> int:
        """The place in GRID of the kappa that is nearest to `at`, by their ratio."""
        return min(range(len(GRID)), key=lambda i: abs(math.log(GRID[i] / self.at)))

    @property
    def bias_at(self) -> float:
        """Mean over draws of the measured bias at `at`: the risk is affine in kappa, so two of them give all others."""
        first, last = self.bias.mean(1)[[0, -1]].tolist()
        return first + (last - first) * (self.at - GRID[0]) / (GRID[-1] - GRID[0])

    def line(self, kappa: float | Tensor) -> float | Tensor:
        """The bias by theory."""
        return (kappa / self.right - 1) * (self.labelled - self.blind)


@cached(8)
def swept(
    bags: str, seed: int, bag_risk: Risk, progress: Progress | None = None
) -> tuple[Tensor, Tensor, float, float]:
    """Train nets with every kappa side by side, then look at the risk of one of them on bags that it has not seen."""
    kind, k = BAGS[bags]
    trainings.pool(progress=progress and (lambda share, words: progress(0.4 * share, f"Making {words}")))
    given = trainings.specimens(kind, k, seed)
    device = compute.device()
    told, p = (part.to(device, torch.float32) for part in (given.told, given.p))
    every = [kappa for kappa in GRID for _ in range(NETS)]

    def loss(logits: Tensor, chosen: Tensor) -> Tensor:
        risks = torch.stack([bag_risk(net, told[chosen], p, kappa) for net, kappa in zip(logits, every, strict=True)])
        if not risks.isfinite().all():
            raise ValueError(UNSAFE)
        return risks

    report = progress and (lambda share, words: progress(0.4 + 0.6 * share, f"{len(every)} nets: {words}"))
    parameters = trainings.fit(given, loss, len(every), seed, report)
    found = trainings.found(parameters).unflatten(0, (len(GRID), NETS))

    near = min(range(len(GRID)), key=lambda i: abs(GRID[i] - given.kappa))
    cells = trainings.pool()
    logits = NET.apply(parameters, cells.train_x.to(device, torch.float32))[near * NETS].double().cpu()
    losses = -torch.stack([logits[cells.train_y == c].log_softmax(-1).mean(0) for c in range(3)])  # of c' as c
    labelled, blind = float(BLOOD @ losses.diagonal()), float(BLOOD @ losses @ BLOOD)
    bias = []
    for draw in range(FRESH):
        new = trainings.specimens(kind, k, 10_000 + FRESH * seed + draw)
        bias.append([float(bag_risk(logits[new.rows], new.told, new.p, kappa)) - labelled for kappa in GRID])
    return found, torch.tensor(bias, dtype=torch.float64).T, labelled, blind


def kappas(
    at: float,
    bags: str,
    seed: int = 0,
    *,
    bag_risk: Risk = exercises.bag_risk,
    kappa: Callable[[Tensor], float] = exercises.kappa,
    progress: Progress | None = None,
) -> Sweep:
    """All kappas on one kind of bags, and one of them to look at."""
    kind, k = BAGS[bags]
    parts = swept(bags, seed, bag_risk, progress=progress)
    given = trainings.specimens(kind, k, seed)
    return Sweep(bags, *parts, right=given.kappa, told=float(kappa(given.told)), at=at)


class SweepFigure(ArtistFigure):
    """Left the bias, measured and as the line says; right what nets learn."""

    size = (9.6, 4.3)
    prediction: Callable[[], float | None] = staticmethod(lambda: None)

    def layout(self, figure):
        self.axes = left, right = figure.subplots(1, 2)
        (self.theory,) = left.plot([], [], "--", color=PALETTE["vermilion"], linewidth=2.4)
        (self.measured,) = left.plot([], [], "o", color=PALETTE["blue"], markersize=4, alpha=0.7)
        left.axhline(0, color=PALETTE["black"], linewidth=1)
        left.set(title="bias of the risk, nats", ylim=(-300, 30))
        left.set_yscale("symlog", linthresh=1.0)
        left.set_yticks((-100, -10, -1, 0, 1, 10), ("−100", "−10", "−1", "0", "1", "10"))
        looks = (("sky", "^", ":", "granulocytes found"), ("green", "s", "-.", "lymphocytes found"))
        looks += (("purple", "D", "--", "monocytes found"), ("black", "o", "-", "named rightly"))
        self.curves = [
            right.plot([], [], marker=m, linestyle=s, color=PALETTE[c], markersize=5, label=name)[0]
            for c, m, s, name in looks
        ]
        right.set(title="share of new cells, mean of the nets", ylim=(0, 1.02))
        self.right = [
            axes.axvline(1.0, color=PALETTE["vermilion"], linestyle="-.", linewidth=1.6) for axes in self.axes
        ]
        self.chosen = [axes.axvline(1.0, color=PALETTE["grey"], linewidth=6, alpha=0.3) for axes in self.axes]
        self.guess = right.axvline(1.0, color=PALETTE["black"], linestyle=":", visible=False)
        self.said = right.text(1.0, 0.02, " you said", visible=False)
        for axes in self.axes:
            axes.set(xscale="log", xlim=(0.9, 72), xlabel="kappa")
            axes.set_xticks(GRID, [f"{kappa:g}" for kappa in GRID])
            axes.minorticks_off()
            axes.grid(True)
        artists = (self.theory, self.measured, self.right[0], self.chosen[0], *self.curves)
        names = ("bias by theory", f"{FRESH} draws of new bags", "right by theory", "chosen")
        names += tuple(curve.get_label() for curve in self.curves)
        figure.legend(artists, names, loc="outside upper center", ncols=4)

    def draw(self, result: Sweep):
        fine = torch.logspace(0, 1.81, 60, dtype=torch.float64)
        self.theory.set_data(fine, result.line(fine))
        self.measured.set_data([kappa for kappa in GRID for _ in range(FRESH)], result.bias.flatten())
        for curve, values in zip(self.curves, (*result.found.mean(1).T, result.accuracy.mean(1)), strict=True):
            curve.set_data(GRID, values)
        for line in self.right:
            line.set_xdata([result.right] * 2)
        for line in self.chosen:
            line.set_xdata([result.at] * 2)
        guess = self.prediction()
        for artist in (self.guess, self.said):
            artist.set_visible(guess is not None)
        if guess is not None:
            self.guess.set_xdata([guess] * 2)
            self.said.set_x(guess)

    def describe(self, result: Sweep) -> str:
        i, guess = result.nearest, self.prediction()
        shares = [
            f"{100 * float(one):.0f} % of the {cell_type.name}s"
            for one, cell_type in zip(result.found[i].mean(0), CELL_TYPES, strict=True)
        ]
        said = "" if guess is None else f" You said {guess:g}."
        return (
            f"{result.bags.capitalize()}. Kappa {say(result.at)}: the risk is off by {say(result.bias_at, 2)}, by "
            f"theory {say(result.line(result.at), 2)}. Nets trained with {GRID[i]:g} find {listed(shares)}, and name "
            f"{100 * float(result.accuracy[i].mean()):.0f} % rightly. Right by theory: {say(result.right)}; in the "
            f"tests: {say(result.told)}.{said}"
        )


def explorer() -> Explorer:
    """The kappas, fresh."""
    return Explorer(
        name="kappas",
        title="Which kappa is right?",
        controls=(
            Slider("at", "Kappa", GRID[0], GRID[-1], GRID[-1], log=True),
            Choice("bags", "Bags", tuple(BAGS), next(iter(BAGS))),
        ),
        compute=kappas,
        figure=SweepFigure,
        uses=("bag_risk", "kappa"),
    )

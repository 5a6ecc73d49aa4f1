"""Three learners on the same number of cells, in bags of three kinds, beside the number that was told in advance.

The number is the worth of all cells in labelled monocytes, N p_c e_c, of the rarest type. It is computed from the tests
alone. It is about least squares for a class mean, so it can tell the order in which bags will do, and no score.
"""

from collections.abc import Callable
from dataclasses import dataclass

import torch
from torch import Tensor

from ddlearn import compute, weak_labels
from ddlearn.blood import CELL_TYPES, MONOCYTE
from ddlearn.classroom import PALETTE, ArtistFigure, Choice, Explorer, cached
from ddlearn.classroom.wording import listed, say
from ddlearn.lessons.weak_labels import exercises, trainings
from ddlearn.lessons.weak_labels.trainings import BLOOD, CELLS, KINDS, NETS, POURED, Progress, Specimens

PROPORTIONS, MEAN_MAP, EASY = LEARNERS = ("proportion loss", "mean map", "EasyLLP")
SIZES = ("8", "64", "512")
STEEP = 30.0  # logits beyond it are cut off: a learner's logarithm of a share must not meet 0 in float32

Loss = Callable[[Tensor, Tensor], Tensor]
Kappa = Callable[[Tensor], float]


@dataclass(frozen=True, eq=False)
class Comparison:
    """What nets found, and what had been told. found (kinds, nets, 3); worth, kappa (kinds,)."""

    learner: str
    k: int
    found: Tensor
    worth: Tensor
    kappa: Tensor

    @property
    def accuracy(self) -> Tensor:
        """(kinds, nets)"""
        return trainings.accuracy(self.found)


def loss_of(learner: str, given: Specimens, proportion_loss: Loss, kappa: float | None = None) -> trainings.BagLoss:
    """The loss of a minibatch of bags. EasyLLP weighs by `kappa`, or by the bag size as published."""
    told = given.told.to(compute.device(), torch.float32)
    if learner == PROPORTIONS:
        return lambda logits, bags: torch.stack(
            [proportion_loss(net, told[bags]) for net in logits.clamp(-STEEP, STEEP)]
        )
    if learner == MEAN_MAP:
        weights = weak_labels.mean_map_weights(given.told, given.p)
    else:
        weights = weak_labels.bag_weights(given.told, given.p, given.k if kappa is None else kappa)
    weights = weights.to(told)
    return lambda logits, bags: weak_labels.weighted_bag_loss(logits, weights[bags])


@cached(96)
def trained(
    learner: str,
    kind: str,
    k: int,
    seed: int,
    proportion_loss: Loss = exercises.proportion_loss,
    nets: int = NETS,
    progress: Progress | None = None,
) -> Tensor:
    """Shares of each type that nets of one learner find after training on bags of one kind.  -> (nets, 3)"""
    given = trainings.specimens(kind, k, seed)
    return trainings.found(trainings.fit(given, loss_of(learner, given, proportion_loss), nets, seed, progress))


def learners(
    learner: str,
    k: str,
    seed: int = 0,
    *,
    proportion_loss: Loss = exercises.proportion_loss,
    kappa: Kappa = exercises.kappa,
    progress: Progress | None = None,
) -> Comparison:
    """One learner on bags of k cells of each kind."""
    trainings.pool(progress=progress and (lambda share, words: progress(0.4 * share, f"Making {words}")))
    found, spread = [], []
    for j, kind in enumerate(KINDS):

        def report(share: float, words: str, j: int = j, kind: str = kind) -> None:
            progress(0.4 + 0.6 * (j + share) / len(KINDS), f"{NETS} nets on blood, {kind}: {words}")

        spread.append(max(1.0, float(kappa(trainings.specimens(kind, int(k), seed).told))))
        found.append(trained(learner, kind, int(k), seed, proportion_loss, progress=progress and report))
    worth = [CELLS * BLOOD[MONOCYTE] * weak_labels.efficiency(BLOOD, one)[MONOCYTE] for one in spread]
    return Comparison(
        learner, int(k), torch.stack(found), torch.stack(worth), torch.tensor(spread, dtype=torch.float32)
    )


class LearnersFigure(ArtistFigure):
    """Left what is found of each type, right how the whole goes with the number told in advance."""

    size = (9.6, 4.3)
    prediction: Callable[[], float | None] = staticmethod(lambda: None)
    LOOKS = (("vermilion", "s", "//"), ("orange", "^", ".."), ("blue", "o", ""))

    def layout(self, figure):
        bars, plane = figure.subplots(1, 2, width_ratios=(1.15, 1))
        width = 0.26
        self.bars, self.dots, self.points = [], [], []
        for j, (kind, (colour, marker, hatch)) in enumerate(zip(KINDS, self.LOOKS, strict=True)):
            places = [c + (j - 1) * width for c in range(3)]
            self.bars.append(
                bars.bar(
                    places,
                    [1.0] * 3,
                    width,
                    color=PALETTE[colour],
                    alpha=0.55,
                    hatch=hatch,
                    edgecolor="black",
                    label=kind,
                )
            )
            x = [place + (net - 1) * 0.05 for place in places for net in range(NETS)]
            self.dots.append((x, bars.plot([], [], "o", color=PALETTE["black"], markersize=3.5)[0]))
            style = {"color": PALETTE[colour], "markeredgecolor": "black", "markersize": 9, "linestyle": ""}
            self.points.append(plane.plot([], [], marker=marker, label=kind, **style)[0])
        bars.set(ylim=(0, 1.0), title="share of each type that is found", xticks=range(3), ylabel="of new cells")
        bars.set_xticklabels([f"{cell_type.name}s" for cell_type in CELL_TYPES])
        bars.grid(True, axis="y")
        bars.set_axisbelow(True)
        majority = plane.axhline(float(BLOOD.max()), color=PALETTE["grey"], linestyle=":", linewidth=1.6)
        self.guess = plane.axhline(0.5, color=PALETTE["black"], linestyle="-.", linewidth=1.6, visible=False)
        self.said = plane.text(2300, 0.5, "", ha="right", va="bottom")
        plane.set(xscale="log", xlim=(2, 2500), ylim=(0.0, 1.0), ylabel="named rightly, average blood")
        plane.set(title="against the number told in advance", xlabel="worth in labelled monocytes")
        plane.set_xticks((3, 10, 30, 100, 300, 1000), ("3", "10", "30", "100", "300", "1000"))
        plane.minorticks_off()
        plane.grid(True)
        names = (*KINDS, "all called granulocytes")
        figure.legend((*self.points, majority), names, loc="outside upper center", ncols=4)

    def draw(self, result: Comparison):
        for j in range(len(KINDS)):
            mean = result.found[j].mean(0).tolist()
            for bar, height in zip(self.bars[j], mean, strict=True):
                bar.set_height(height)
            x, dots = self.dots[j]
            dots.set_data(x, result.found[j].T.flatten())
            self.points[j].set_data([float(result.worth[j])] * result.found.shape[1], result.accuracy[j])
        guess = self.prediction()
        self.guess.set_visible(guess is not None)
        self.said.set_text("" if guess is None else "you said, of poured together")
        if guess is not None:
            self.guess.set_ydata([guess / 100] * 2)
            self.said.set_y(min(guess / 100 + 0.01, 0.94))

    def describe(self, result: Comparison) -> str:
        right = result.accuracy.mean(1)
        parts = [f"{kind} {100 * float(one):.0f} %" for kind, one in zip(KINDS, right, strict=True)]
        worth = listed([say(float(one), 2) for one in result.worth])
        rare = float(result.found[KINDS.index(POURED), :, MONOCYTE].mean())
        guess = self.prediction()
        said = "" if guess is None else f" You said {guess:.0f} %."
        name = result.learner[0].upper() + result.learner[1:]
        return (
            f"{name}, bags of {result.k}. Named rightly: {listed(parts)}. Told in advance, in this order: worth "
            f"{worth} labelled monocytes. From blood poured together nets find {100 * rare:.0f} % of the "
            f"monocytes.{said}"
        )


def explorer() -> Explorer:
    """The learners, fresh."""
    return Explorer(
        name="learners",
        title="Three learners, three kinds of bags",
        controls=(Choice("learner", "Learner", LEARNERS, PROPORTIONS), Choice("k", "Cells a bag", SIZES, "512")),
        compute=learners,
        figure=LearnersFigure,
        uses=("proportion_loss", "kappa"),
    )

"""Three learners on the same number of cells, in bags of three kinds, beside the worth that is known before training.

The worth of N cells, in labeled monocytes, the rarest type, is N q_c e_c. It is computed from the reports alone. It
belongs to least squares for a class mean, so it predicts the order of the bags, and no accuracy.
"""

from collections.abc import Callable
from dataclasses import dataclass

import torch
from torch import Tensor

from ddlearn import compute
from ddlearn.blood import MONOCYTE
from ddlearn.classroom import Choice, Explorer
from ddlearn.classroom.wording import listed, say
from ddlearn.lessons.cells import BLOOD, TYPES
from ddlearn.lessons.weak_labels import exercises, trainings
from ddlearn.lessons.weak_labels.trainings import KINDS, LEARNERS, NETS, POURED, PROPORTIONS

SIZES = ("8", "64", "512")
LOOKS = (("vermilion", "s", "//"), ("orange", "^", ".."), ("blue", "o", ""))  # of KINDS
BAR = 0.26


@dataclass(frozen=True, eq=False)
class Comparison:
    """What networks recognized, and the worth known before. found (kinds, NETS, 3); worth (kinds,)."""

    learner: str
    m: int
    found: Tensor
    worth: Tensor

    @property
    def accuracy(self) -> Tensor:
        """The share of new cells that each network names correctly, (kinds, NETS)."""
        return trainings.accuracy(self.found)


def learners(
    learner: str,
    m: str,
    seed: int = 0,
    *,
    proportion_loss: Callable = exercises.proportion_loss,
    kappa: Callable = exercises.kappa,
    progress: compute.Progress | None = None,
) -> Comparison:
    """Train one learner on bags of m cells, for each kind of bags."""
    trainings.pool(progress=compute.part(progress, 0, 0.4, "Making {}"))
    found, worth = [], []
    for j, kind in enumerate(KINDS):
        report = compute.part(progress, 0.4 + 0.2 * j, 0.6 + 0.2 * j, f"{NETS} networks on {kind}: {{}}")
        m_eff = max(1.0, float(kappa(trainings.specimens(kind, int(m), seed).reports)))
        worth.append(trainings.worth(m_eff)[MONOCYTE])
        found.append(trainings.trained(learner, kind, int(m), seed, proportion_loss, progress=report))
    return Comparison(learner, int(m), torch.stack(found), torch.stack(worth))


def picture(fig, r: Comparison, said) -> None:
    """Draw what is recognized of each type, and the share of all cells named correctly against the worth."""
    bars, plane = fig.row(1.15, 1)
    bars.frame(
        "recognized, of each type", "", "share of new cells", ylim=(0, 1), xticks=dict(enumerate(TYPES)), grid="y"
    )
    plane.frame(
        "named correctly, of all cells",
        "worth in labeled monocytes",
        "share of new cells",
        xlim=(2, 2500),
        ylim=(0, 1),
        log="x",
        xticks={n: str(n) for n in (3, 10, 30, 100, 300, 1000)},
        grid=True,
    )
    for j, (kind, (color, marker, hatch)) in enumerate(zip(KINDS, LOOKS, strict=True)):
        places = torch.arange(3).double()[:, None] + BAR * (j - 1)
        look = {"hatch": hatch, "edgecolor": "black", "linewidth": 1, "order": 1.6}  # above the grid, which is at 1.5
        bars.bars(places[:, 0], r.found[j].mean(0), color, width=BAR, alpha=0.55, **look)
        x = places + 0.05 * (torch.arange(NETS) - 1)
        bars.dots(x.flatten(), r.found[j].T.flatten(), "black", size=3.5)
        plane.dots(r.worth[j].expand(NETS), r.accuracy[j], color, marker, kind, size=9, edge="black")
    plane.level(BLOOD.max(), "grey", ":", "all called granulocytes", width=1.6)
    guess = said("poured")
    if guess is not None:
        plane.level(guess / 100, "black", "-.", width=1.6)
        plane.text(2300, min(guess / 100 + 0.01, 0.94), "you said, for poured together", ha="right", va="bottom")
    fig.legend(ncols=4)


def sentence(r: Comparison, said) -> str:
    """Say how many cells are named correctly after training on each kind of bags, and what the bags are worth."""
    parts = [f"{kind} {100 * float(one):.0f} %" for kind, one in zip(KINDS, r.accuracy.mean(1), strict=True)]
    worth = listed([say(float(one), 2) for one in r.worth])
    rare = float(r.found[KINDS.index(POURED), :, MONOCYTE].mean())
    guess = said("poured")
    you = "" if guess is None else f" You said {guess:.0f} %."
    name = r.learner[0].upper() + r.learner[1:]
    return (
        f"{name}, {r.m} cells per bag: named correctly are {listed(parts)} of all cells. In the same order, the bags "
        f"are worth {worth} labeled monocytes. With poured blood, {100 * rare:.0f} % of the monocytes are "
        f"recognized.{you}"
    )


explorer = Explorer(
    "learners",
    "Three learners, three kinds of bags",
    controls=(Choice("learner", "Learner", LEARNERS, PROPORTIONS), Choice("m", "Cells per bag", SIZES, "512")),
    compute=learners,
    picture=picture,
    sentence=sentence,
    uses=("proportion_loss", "kappa"),
    size=(9.6, 4.3),
    pairs=(("learner", "m"),),
)

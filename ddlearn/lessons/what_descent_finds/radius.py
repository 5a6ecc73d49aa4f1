"""How small a change of the input fools what descent found: ReLU units against powers of them."""

from dataclasses import dataclass

import torch
from torch import Tensor

from ddlearn import adversarial, compute
from ddlearn.adversarial import Attack
from ddlearn.classroom import Choice, Explorer, cached
from ddlearn.classroom.wording import brief, say
from ddlearn.lessons.what_descent_finds import exercises
from ddlearn.lessons.what_descent_finds.shared import Attacked, on_clusters

CLUSTERS = (2, 4, 8, 16)
POWERS = ("2", "3", "4")
SPREADS = ("0.1", "0.3")
STARTS = ("0.001", "3")
ALONG = torch.linspace(0, 1, 51, dtype=torch.float64)


@dataclass(frozen=True, eq=False)
class Radii:
    """Median radii against K, of ReLU and of the power; and how y f falls along one attack, at one K."""

    clusters: int
    power: int
    relu: Tensor  # (4,)
    mean: Tensor  # (4,) of the learner's attack alone on the ReLU networks
    powers: Tensor  # (4,)
    falling: tuple[Tensor, Tensor]  # y f over its start, along ALONG
    right: float  # share of test points on their own side, the smallest of all networks


@cached(12)
def medians(
    p: int, spread: float, start: float, attack: Attack, every: bool = True, progress: compute.Progress | None = None
) -> Tensor:
    """Return the median radius for every K.  -> (4,)"""
    radii = []
    for k, K in enumerate(CLUSTERS):
        if progress:
            progress(k / len(CLUSTERS), f"{K} clusters, p = {p}")
        radii.append(on_clusters(K, p, spread, start).radii(attack, every).median())
    return torch.stack(radii)


def radius(
    clusters: str,
    power: str,
    start: str,
    spread: str,
    *,
    attack: Attack = exercises.attack,
    progress: compute.Progress | None = None,
) -> Radii:
    """Train ReLU networks from a small start and networks of this power from `start`, and attack them all."""
    K, p, s = int(clusters), int(power), float(spread)
    relu, mean = (medians(1, s, 1e-3, attack, every, progress=progress) for every in (True, False))
    powers = medians(p, s, float(start), attack, progress=progress)
    nets = on_clusters(K, 1, s, 1e-3), on_clusters(K, p, s, float(start))
    every = [on_clusters(k, *rest) for k in CLUSTERS for rest in ((1, s, 1e-3), (p, s, float(start)))]
    right = min(float((one.y * one.net(one.x) > 0).double().mean()) for one in every)
    return Radii(K, p, relu, mean, powers, tuple(_falling(one, attack) for one in nets), right)


def _falling(one: Attacked, attack: Attack) -> Tensor:
    """Return y f along the attack that is shortest for the first test point, over its value at the point."""
    attacks = torch.cat([adversarial.directed(one.x, one.y, one.centers, one.labels, attack=attack), one.found])[:, 0]
    x, y = one.x[:1].expand(len(attacks), -1), one.y[:1].expand(len(attacks))
    lengths = adversarial.radius(one.net, x, y, attacks[None])
    along = one.net(one.x[0] + ALONG[:, None] * attacks[lengths.argmin()])
    return along / along[0]


def picture(fig, r: Radii) -> None:
    """Draw the radius against the number of clusters, and f along one attack."""
    sizes, way = fig.row(1, 1)
    K, name = torch.tensor(CLUSTERS, dtype=torch.float64), f"power {r.power}"
    ticks = {k: str(k) for k in CLUSTERS}
    height = {0.2: "0.2", 0.3: "0.3", 0.5: "0.5", 0.7: "0.7", 1.0: "1"}
    limits = {"xlim": (1.7, 19), "ylim": (0.15, 1.1), "log": "xy", "xticks": ticks, "yticks": height}
    sizes.frame("median radius of an attack", "clusters K", legend="lower left", **limits)
    sizes.line(K, K**-0.5, "vermilion", "--", "1/√K")
    sizes.level(0.5**0.5, "blue", "--", "√2/2")
    sizes.dots(K, r.relu, "vermilion", "o", "ReLU", size=8)
    sizes.dots(K, r.mean, "black", "x", "ReLU, your attack alone", size=7)
    sizes.dots(K, r.powers, "blue", "s", name, size=7)
    way.frame(
        f"y f along an attack, K = {r.clusters}",
        "length of the change",
        xlim=(0, 1),
        ylim=(-0.6, 1.05),
        legend="upper right",
    )
    way.level(0, "grey", width=1)
    for along, color, style, label in zip(r.falling, ("vermilion", "blue"), "--", ("ReLU", name), strict=True):
        way.line(ALONG, along, color, style, label)
    for place, color in ((r.clusters**-0.5, "vermilion"), (0.5**0.5, "blue")):
        way.upright(place, color, ":")


def sentence(r: Radii) -> str:
    """Say how far the two kinds of networks are from being fooled."""
    k = CLUSTERS.index(r.clusters)
    return (
        f"With {r.clusters} clusters, a change of length {say(float(r.relu[k]), 2)} fools the ReLU network; 1/√K "
        f"is {say(r.clusters**-0.5, 2)}. With power {r.power}, the shortest attack that we found has the length "
        f"{say(float(r.powers[k]), 2)}; √2/2 is {say(0.5**0.5, 2)}. Without an attack, at least "
        f"{brief(100 * r.right)} % of the test points are on their own side."
    )


explorer = Explorer(
    "radius",
    "How small a change fools the network?",
    controls=(
        Choice("clusters", "Clusters K", tuple(map(str, CLUSTERS)), "8"),
        Choice("power", "Power of the other network", POWERS, "3"),
        Choice("start", "Its start", STARTS, STARTS[0]),
        Choice("spread", "Spread of a cluster", SPREADS, SPREADS[0]),
    ),
    compute=radius,
    picture=picture,
    sentence=sentence,
    uses=("attack",),
    size=(9.8, 4.2),
    more=("spread",),
    pairs=(("clusters", "power"),),
)

"""A bound for a trained net, three times: by what its prior had seen when the bound was computed.

A net of 6,601 weights is made random, as `pac_bayes_net` says. Its prior may be the random start, or weights trained on
other examples. From weights trained on the same ones comes a bound that is false.
"""

from dataclasses import dataclass

import torch
from torch import Tensor

from ddlearn import compute
from ddlearn.classroom import Choice, Explorer, cached
from ddlearn.generalization import pac_bayes_net, random_labels
from ddlearn.lessons.guarantees import machines
from ddlearn.networks import MLP, Parameters
from ddlearn.training import Ensemble, train

PRIORS = ("the random start", "half of the examples", "all of the examples")
LABELS = TRUE, COINS = ("true", "coin flips")
EXAMPLES = ("250", "500", "1000")
HIDDEN, LENGTH = 100, 8.0
PRETRAINING = {"steps": 600, "lr": 3e-3, "optimizer": "adam", "loss": "logistic", "batch": 100}
POSTERIOR, TEST_DRAWS = {"steps": 300, "draws": 2000}, 500
BARS = (  # their names, what of a `Guarantee` they show, and how they look
    ("on its judges", "train", "sky", ""),
    ("on unseen digits", "test", "blue", "//"),
    ("bound", "bound", "orange", ".."),
)


@dataclass(frozen=True)
class Guarantee:
    """One prior's bound, and what came true: shares of mistakes of the randomized net."""

    train: float
    test: float
    bound: float
    kl: float

    @property
    def kept(self) -> bool:
        return self.test <= self.bound


@dataclass(frozen=True)
class Guarantees:
    """The guarantees by their prior, for one kind of labels and number of examples."""

    labels: str
    n: int
    guarantees: dict[str, Guarantee]


@cached(12)
def guarantees(labels: str, examples: str, *, progress: compute.Progress | None = None) -> Guarantees:
    """Train the net, on all examples and on half of them, then a posterior for each prior."""
    x, y = (part.float().cpu() for part in machines.pool())  # so small a net trains faster here than on a GPU
    generator, N, n = compute.generator(0), len(x), int(examples)
    x, y = LENGTH * x, y if labels == TRUE else random_labels(N, generator).float()
    order = torch.randperm(N, generator=generator)
    first, second, unseen = order.tensor_split((n // 2, n))
    seen = order[:n]
    net = MLP((x.shape[1], HIDDEN, 1), W_std=1.0)
    fresh = Ensemble.draw([net], generator, x.dtype)

    def pretrained(rows: Tensor) -> Parameters:
        return train(fresh, x[rows], y[rows], generator=generator, **PRETRAINING).ensemble.parameters[0]

    start, plain, informed = fresh.parameters[0], pretrained(seen), pretrained(first)
    # The prior's mean, the weights from which the posterior starts, how wide, and the examples that judge.
    recipes = ((start, plain, 0.05, seen), (informed, informed, 0.03, second), (plain, plain, 0.03, seen))
    made = {}
    for k, (prior, (W0, mean, sigma, judges)) in enumerate(zip(PRIORS, recipes, strict=True)):
        report = compute.part(progress, k / len(PRIORS), (k + 1) / len(PRIORS), f"prior from {prior}: {{}}")
        found = pac_bayes_net(net, W0, mean, x[judges], y[judges], generator, sigma=sigma, progress=report, **POSTERIOR)
        test = found.gibbs_error(x[unseen], y[unseen], TEST_DRAWS, generator)
        made[prior] = Guarantee(found.train_error, test, found.bound, found.kl)
    return Guarantees(labels, n, made)


def picture(fig, r: Guarantees) -> None:
    """Draw for each prior the mistakes in training, those on unseen digits, and what was guaranteed."""
    panel, groups = fig.panel(), range(len(PRIORS))
    panel.frame(
        xlabel=" ",  # room for the divergences
        ylabel="error rate",
        xlim=(-0.5, 2.5),
        ylim=(0, 1.3),
        xticks={k: f"prior from\n{prior}" for k, prior in enumerate(PRIORS)},
        yticks={0: "0", 0.25: "25 %", 0.5: "50 %", 0.75: "75 %", 1: "100 %"},
        legend="right",
    )
    panel.band((-0.5, 2.5), (0.5, 0.5), (1.3, 1.3), "grey", alpha=0.15)
    panel.text(-0.46, 1.24, "above 1/2 a bound says nothing", va="center")
    for place, (name, what, color, hatch) in enumerate(BARS):
        shares = [getattr(one, what) for one in r.guarantees.values()]
        x = [k + 0.26 * (place - 1) for k in groups]
        panel.bars(x, shares, color, name, width=0.24, hatch=hatch, edgecolor="white")
        for k in groups:
            panel.text(x[k], shares[k] + 0.01, f"{100 * shares[k]:.0f} %", ha="center", va="bottom")
    for k, one in enumerate(r.guarantees.values()):
        words, color = ("✓ held", "black") if one.kept else ("✗ failed", "vermilion")
        panel.text(k, 1.14, words, color, weight="bold", ha="center", va="center")
        panel.text(k, -0.25, f"divergence: {one.kl:.0f}", ha="center", va="center")


def sentence(r: Guarantees) -> str:
    """Say what was guaranteed, what was measured, and which guarantee was broken."""
    made = r.guarantees.items()
    parts = [f"from {prior}: at most {100 * one.bound:.0f} %, measured {100 * one.test:.0f} %" for prior, one in made]
    broken = [prior for prior, one in made if not one.kept]
    verdict = f"One bound failed: with the prior from {broken[0]}." if broken else "All three bounds held."
    kind = "true labels" if r.labels == TRUE else "coin flips for labels"
    return f"{verdict} {r.n:,} examples, {kind}. Prior {'; '.join(parts)}."


explorer = Explorer(
    "net",
    "A guarantee for a network: what may its prior have seen?",
    controls=(
        Choice("labels", "Labels", LABELS, TRUE),
        Choice("examples", "Examples", EXAMPLES, "1000"),
    ),
    compute=guarantees,
    picture=picture,
    sentence=sentence,
    size=(9.4, 4.2),
    pairs=(("labels", "examples"),),
)

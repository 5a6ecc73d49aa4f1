"""What the learner decides: how strong the weight decay should be, on paper and by examples that were held out."""

from collections.abc import Callable
from functools import cache

from torch import Tensor

from ddlearn import compute, parities
from ddlearn.classroom import Decision, Hints
from ddlearn.lessons.learned_embeddings import shared
from ddlearn.lessons.learned_embeddings.exercises import alignment, features

HINTS = Hints.beside(__file__)

D, FITTED, HELD_OUT, STEPS = 40, 150, 50, 2000
DECAYS = (0.0, 0.001, 0.003, 0.01, 0.1)
LEFT = 0.01  # of a weight on noise, at most

Function = Callable[[Tensor], Tensor]


def examples() -> tuple[Tensor, Tensor]:
    """Return 200 examples of the parity of the first two of 40 coordinates.  -> x (200, 40), y (200,)"""
    return parities.sparse_parity(FITTED + HELD_OUT, D, 2, compute.generator(0))


@cache
def trained(decay: float) -> tuple[Function, Function]:
    """Train the lesson's network with this weight decay on the first 150 of these examples.

    Returns its function, x (n, 40) -> (n,), and the features of its hidden layer, x (n, 40) -> (n, 64).
    """
    x, y = (part[:FITTED] for part in examples())
    net = shared.learn([shared.Sample(x, y, x, y)], STEPS, (), [0], decay=decay)[0]
    return lambda points: net.outputs(-1, points), lambda points: features(points, net.W[-1], net.b[-1])


def aligned(decay: float, rows: slice = slice(FITTED, None)) -> float:
    """Return the alignment of the network's features with the labels of these of the examples."""
    _, phi = trained(decay)
    x, y = examples()
    return float(alignment(phi(x[rows]) @ phi(x[rows]).T, y[rows]))


def on_paper() -> float:
    """Return the smallest decay that leaves at most LEFT of a weight that the gradient does not renew."""
    per_step = shared.RATE / (1 - shared.MOMENTUM)
    return min(decay for decay in DECAYS if (1 - per_step * decay) ** STEPS <= LEFT)


def answer(decay: float | None = None, rows: slice = slice(FITTED, None)) -> tuple[float, float, float]:
    """Return a decay, the one on paper by default, its alignment on these rows, and the alignment without decay."""
    decay = on_paper() if decay is None else decay
    return decay, aligned(decay, rows), aligned(0.0, rows)


DECAY = Decision(
    name="weight_decay",
    title="How much weight decay?",
    asked=("the decay", "its alignment on the held-out examples", "the alignment without decay"),
    reference=answer,
    because=(
        "Paper and held-out examples agree. Less decay leaves noise, and much more decay shrinks what is needed: with "
        "0.1 the network does not fit its own examples. Your network’s error on the held-out examples is 0.003, and "
        "without decay it is 0.54."
    ),
    **HINTS.of(
        "weight_decay",
        {
            "the decay of the page": lambda: answer(0.001),
            "ten times too much": lambda: answer(0.01),
            "the largest decay": lambda: answer(max(DECAYS)),
            "the fitted examples": lambda: answer(rows=slice(0, FITTED)),
            "all examples": lambda: answer(rows=slice(0, None)),
        },
    ),
)

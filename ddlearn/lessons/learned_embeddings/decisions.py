"""What the learner decides: how strong the weight decay should be, by an error on examples that were held out."""

from collections.abc import Callable
from functools import cache

from torch import Tensor

from ddlearn import compute, parities
from ddlearn.classroom import Decision, Mistake
from ddlearn.lessons.learned_embeddings import shared

D, FITTED, HELD_OUT, STEPS = 40, 150, 50, 2000
DECAYS = (0.0, 0.001, 0.003, 0.01, 0.1)


def examples() -> tuple[Tensor, Tensor]:
    """Return 200 examples of the parity of the first two of 40 coordinates.  -> x (200, 40), y (200,)"""
    return parities.sparse_parity(FITTED + HELD_OUT, D, 2, compute.generator(0))


@cache
def trained(decay: float) -> tuple[Callable[[Tensor], Tensor], Tensor]:
    """Train the lesson's network with this weight decay on the first 150 of these examples.

    Returns its function, x (n, 40) -> (n,), and the weights of its hidden layer (64, 40).
    """
    x, y = (part[:FITTED] for part in examples())
    net = shared.learn([shared.Sample(x, y, x, y)], STEPS, (), [0], decay=decay)[0]
    return lambda points: net.outputs(-1, points), net.W[-1]


def mean_squared_error(decay: float, rows: slice) -> float:
    """Return the error on these of the examples."""
    f, _ = trained(decay)
    x, y = examples()
    return float((f(x[rows]) - y[rows]).square().mean())


def share(decay: float, power: int = 2) -> float:
    """Return the share of the squared weights (or of another power) on the two coordinates of the parity."""
    _, W = trained(decay)
    mass = W.abs().pow(power)
    return float(mass[:, :2].sum() / mass.sum())


def choice(rows: slice = slice(FITTED, None), power: int = 2, factor: float = 1.0) -> tuple[float, float, float]:
    """Return the decay with the smallest error on these examples, that error times a factor, and the share."""
    decay = min(DECAYS, key=lambda one: mean_squared_error(one, rows))
    return decay, factor * mean_squared_error(decay, rows), share(decay, power)


def concentrated() -> tuple[float, float, float]:
    """Return the decay that leaves the largest share on the two coordinates, with its error on held-out examples."""
    decay = max(DECAYS, key=share)
    return decay, mean_squared_error(decay, slice(FITTED, None)), share(decay)


DECAY = Decision(
    name="weight_decay",
    title="How much weight decay?",
    asked=("the decay", "its error on the held-out examples", "the share of squared weight"),
    reference=choice,
    because=(
        "Without decay, weights on the other 38 coordinates stay. With too much, the weights that are needed shrink as "
        "well, and the network cannot even fit its examples."
    ),
    hints=(
        "`f, W = trained(0.01)` gives one network. Its error is the mean of (f(x) - y)² over rows 150 to 199.",
        "The share is the sum of `W[:, :2] ** 2` divided by the sum of `W ** 2`.",
    ),
    mistakes=(
        Mistake(
            "the error on the fitted examples",
            lambda: choice(slice(0, FITTED)),
            "You chose by the examples that the network has fitted. It fits them best without decay.",
        ),
        Mistake(
            "the error on all examples",
            lambda: choice(slice(0, None)),
            "Your error is the mean over all 200 examples. The network has fitted 150 of them: use rows 150 to 199.",
        ),
        Mistake(
            "the largest share",
            concentrated,
            "You chose the decay with the largest share on the two coordinates. In practice nobody knows these two. "
            "Choose by the held-out examples.",
        ),
        Mistake(
            "a sum instead of a mean",
            lambda: choice(factor=HELD_OUT),
            "Your error is the sum over the 50 held-out examples. Divide it by 50.",
        ),
        Mistake(
            "weights not squared",
            lambda: choice(power=1),
            "Your share is that of the absolute weights. Square the weights first.",
        ),
    ),
)

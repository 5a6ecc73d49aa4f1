"""What the learner decides: how many examples halve an error, and what a kernel without large modes learns."""

from bisect import bisect_left

from ddlearn.classroom import Decision, Hints
from ddlearn.lessons.learning_curves import shared
from ddlearn.lessons.learning_curves.exercises import kappa, predicted_error

HINTS = Hints.beside(__file__)

FIRST = 100  # examples that there are already


def left(n: int, whole: bool = True) -> float:
    """Return the share of the squared error that n digits leave; without the pool's factor if not `whole`."""
    here = shared.world(shared.TEN)
    error = float(predicted_error(here.lam, here.V2, n, kappa(here.lam, n))) / here.power
    return error if whole else error * (here.N - n) / here.N


def enough(whole: bool = True) -> int:
    """Return the smallest number of examples that leaves at most half of the error of FIRST, by bisection."""
    half = left(FIRST, whole) / 2
    return bisect_left(range(shared.SIZE), True, FIRST, key=lambda n: left(n, whole) <= half)


def flat(N: int = 100, n: int = 20, lam: float = 3.0) -> tuple[float, float, float]:
    """Return the water level, each mode's share and the error over the target's power if all eigenvalues are equal."""
    return lam * (N - n) / n, n / N, 1.0


HALF = Decision(
    name="half",
    title="How many for half the error?",
    asked=("the error at 100", "the number of examples"),
    reference=lambda: (left(FIRST), enough()),
    because="The error falls more slowly than 1/n: what is left of the target lies in modes with small eigenvalues.",
    **HINTS.of(
        "half",
        {
            "one over n": lambda: (left(FIRST), 2 * FIRST),
            "one over the root of n": lambda: (left(FIRST), 4 * FIRST),
            "not a share": lambda: (left(FIRST) * shared.world(shared.TEN).power, enough()),
            "the error over the pool": lambda: (left(FIRST, whole=False), enough(whole=False)),
        },
    ),
)

FLAT = Decision(
    name="flat",
    title="All eigenvalues equal",
    asked=("the water level", "the share of each mode", "the error"),
    reference=flat,
    because="Every mode is learned by a fifth, and nothing is gained: the error is that of predicting zero.",
    **HINTS.of(
        "flat",
        {
            "only what is missed": lambda: (*flat()[:2], 0.64),
            "the pool forgotten": lambda: (*flat()[:2], 0.8),
        },
    ),
)

"""What the learner decides: a step size for a wide network, and three exponents of an output scale in between."""

from ddlearn.classroom import Decision, Hints
from ddlearn.lessons.leaving_the_lazy_regime.width import SCALINGS, factor, theory, trained_error

HINTS = Hints.beside(__file__)

NARROW, WIDE = 64, 1024
STEP_MUP, STEP_NTK = 51.2, 3.2  # that work well with 64 units
BETWEEN = list(SCALINGS)[1]


def steps(times: float = WIDE / NARROW, ntk: float = 1.0) -> tuple[float, float, float]:
    """Return both steps at 64 units, multiplied by these numbers, and the error that the first leaves at 1,024."""
    return STEP_MUP * times, STEP_NTK * ntk, trained_error(WIDE, 1, STEP_MUP * times)


def exponents(sign: int = 1, kernel: str = "kernel", scaling: str = BETWEEN) -> tuple[float, float, float]:
    """Return the exponents of the weights' change, of the kernel's and of the step's factor."""
    power = SCALINGS[scaling]
    return sign * theory("weights", power), sign * theory(kernel, power), factor(scaling, True)


STEP = Decision(
    name="step",
    title="Which step at 1,024 units?",
    asked=("the step for α = 1", "the step for α = √h", "the training error with the first"),
    reference=steps,
    because=(
        "The factor h/α² is h at α = 1, so the step grows 16 times. At α = √h the factor is 1 at every width. The "
        "error is close to that of 64 units with their own step."
    ),
    **HINTS.of(
        "step",
        {
            "the same step": lambda: steps(times=1),
            "both steps larger": lambda: steps(ntk=WIDE / NARROW),
            "divided by the width": lambda: steps(times=NARROW / WIDE),
            "the root of the width": lambda: steps(times=(WIDE / NARROW) ** 0.5),
        },
    ),
)

EXPONENTS = Decision(
    name="between",
    title="An output scale in between",
    asked=("the exponent of the weights", "that of the kernel", "that of the factor"),
    reference=exponents,
    because=(
        "Weights change as 1/α, the kernel as 1/α², and the factor is h/α². Compare the slopes in the width explorer."
    ),
    **HINTS.of(
        "between",
        {
            "growing": lambda: exponents(sign=-1),
            "the kernel as the weights": lambda: exponents(kernel="weights"),
            "the other parametrization": lambda: exponents(scaling=list(SCALINGS)[2]),
        },
    ),
)

"""What the learner decides: a step size for a wide network, and three exponents of an output scale in between."""

from ddlearn.classroom import Decision, Mistake
from ddlearn.lessons.leaving_the_lazy_regime.width import SCALINGS, factor, theory, trained_error

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
    hints=(
        "A plain step is η h/α². Find η at 64 units first, for each of the two output scales.",
        "At α = 1 the factor h/α² is h. At α = √h it is 1. `trained_error(1024, 1, step)` gives the third number.",
    ),
    mistakes=(
        Mistake(
            "the same step",
            lambda: steps(times=1),
            "With the same plain step at α = 1, the wide network is hardly trained: look at its error.",
        ),
        Mistake(
            "both steps larger",
            lambda: steps(ntk=WIDE / NARROW),
            "You multiplied both steps. At α = √h the factor h/α² does not depend on the width.",
        ),
        Mistake(
            "divided by the width",
            lambda: steps(times=NARROW / WIDE),
            "You divided by 16. At α = 1 each unit has the factor 1/h in front, so its weights need a larger step.",
        ),
        Mistake(
            "the root of the width",
            lambda: steps(times=(WIDE / NARROW) ** 0.5),
            "You multiplied by the root of 16. The factor h/α² is h itself at α = 1.",
        ),
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
    hints=(
        "Weights change in proportion to 1/α. Insert α = h^(1/4).",
        "The kernel changes in proportion to 1/α², as by hand. And h/α² is h divided by h^(1/2).",
    ),
    mistakes=(
        Mistake(
            "growing", lambda: exponents(sign=-1), "Your exponents have the wrong sign: wider networks move less here."
        ),
        Mistake(
            "the kernel as the weights",
            lambda: exponents(kernel="weights"),
            "First-order changes of the kernel cancel. It changes as the square of what the weights do.",
        ),
        Mistake(
            "the other parametrization",
            lambda: exponents(scaling=list(SCALINGS)[2]),
            "These are the exponents for α = √h. Here α is the fourth root of h.",
        ),
    ),
)

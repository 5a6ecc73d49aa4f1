"""What the learner decides: the width of a kernel, by an error that the training points give honestly."""

from ddlearn import compute, datasets, kernels
from ddlearn.classroom import Decision, Mistake
from ddlearn.lessons.fixed_embeddings.exercises import leave_one_out, ridge

WIDTHS, PENALTY = (0.06, 0.12, 0.25, 0.5), 1e-3


def errors(left_out: bool) -> dict[float, float]:
    """Return the mean squared error of each width on the page's 40 points, of leave-one-out or of the fit itself."""
    x, y, _ = datasets.wave(40, 0.6, compute.generator(3))
    found = {}
    for width in WIDTHS:
        K = kernels.rbf(x, x, width)
        predicted = leave_one_out(K, y, PENALTY) if left_out else K @ ridge(K, y, PENALTY)
        found[width] = float((predicted - y).square().mean())
    return found


def choice(factor: float = 1.0, power: float = 1.0) -> tuple[float, float, float]:
    """Return the best width, its leave-one-out error (times a factor, to a power), and what training would choose."""
    honest, training = errors(left_out=True), errors(left_out=False)
    width = min(honest, key=honest.get)
    return width, (factor * honest[width]) ** power, min(training, key=training.get)


def tempted(left_out: bool) -> tuple[float, float, float]:
    """Return the width that the training error chooses, with its error of either kind, as if it were the best."""
    width = choice()[2]
    return width, errors(left_out)[width], width


WIDTH = Decision(
    name="width",
    title="Which width?",
    asked=("the width", "its leave-one-out error", "the training error’s choice"),
    reference=choice,
    because=(
        "With so much noise the widest kernel predicts best. The training error is smallest for the narrowest kernel, "
        "where each point predicts itself."
    ),
    hints=(
        "`leave_one_out(K, y, 1e-3)` returns predictions. Their error is the mean of (prediction - y)².",
        "Compute that error for each of the four kernel matrices. The fit itself is `K @ ridge(K, y, 1e-3)`.",
    ),
    mistakes=(
        Mistake(
            "the training error",
            lambda: tempted(left_out=False),
            "Your width has the smallest *training* error. It falls as the kernel gets narrower, for any data.",
            also=(lambda: tempted(left_out=True),),
        ),
        Mistake(
            "a sum instead of a mean",
            lambda: choice(factor=40),
            "The widths are right. Your error is the sum over the 40 points; divide it by 40.",
        ),
        Mistake(
            "the root of the mean",
            lambda: choice(power=0.5),
            "The widths are right. Your error is the root of the mean of squares; the mean itself is asked for.",
        ),
    ),
)

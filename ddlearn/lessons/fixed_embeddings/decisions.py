"""What the learner decides: the width of a kernel, by an error that the training points give honestly."""

from ddlearn import compute, datasets, kernels
from ddlearn.classroom import Decision, Mistake
from ddlearn.lessons.fixed_embeddings.exercises import leave_one_out, ridge

WIDTHS, PENALTY = (0.05, 0.2, 0.8), 1e-3


def errors(left_out: bool) -> dict[float, float]:
    """Return the mean squared error of each width on the page's 40 points, of leave-one-out or of the fit itself."""
    x, y, _ = datasets.wave(40, 0.3, compute.generator(0))
    found = {}
    for width in WIDTHS:
        K = kernels.rbf(x, x, width)
        predicted = leave_one_out(K, y, PENALTY) if left_out else K @ ridge(K, y, PENALTY)
        found[width] = float((predicted - y).square().mean())
    return found


def best(left_out: bool = True) -> tuple[float, float]:
    """Return the width with the smallest error, and this error."""
    return min(errors(left_out).items(), key=lambda item: item[1])


def training_width() -> tuple[float, float]:
    """Return the width that the training error chooses, with the leave-one-out error there."""
    width, _ = best(left_out=False)
    return width, errors(left_out=True)[width]


WIDTH = Decision(
    name="width",
    title="Which width?",
    asked=("the width", "its leave-one-out error"),
    reference=best,
    because=(
        "Leave-one-out is smallest at this width. The training error would have chosen the width 0.05, where the "
        "leave-one-out error is twice as large."
    ),
    hints=(
        "`leave_one_out(K, y, 1e-3)` returns predictions. Their error is the mean of (prediction - y)².",
        "Compute that error for each of the three kernel matrices, and choose the width with the smallest one.",
    ),
    mistakes=(
        Mistake(
            "the training error",
            lambda: best(left_out=False),
            "This is the smallest *training* error. It falls as the kernel gets narrower, whatever the data are.",
            also=(training_width,),
        ),
        Mistake(
            "a sum instead of a mean",
            lambda: (best()[0], 40 * best()[1]),
            "The width is right. Your error is the sum over the 40 points; divide it by 40.",
        ),
        Mistake(
            "the root of the mean",
            lambda: (best()[0], best()[1] ** 0.5),
            "The width is right. Your error is the root of the mean of squares; the mean itself is asked for.",
        ),
    ),
)

"""Where nets begin to fit all that they are trained on, which the learner writes, and the usual mistakes."""

import torch
from torch import Tensor

from ddlearn.classroom import Exercise, Mistake, edit

MIXED = 90  # examples of the case whose widths are not in order
SHARE = 0.02  # of the null error: below it a net counts as one that fits


def interpolation_point(widths: Tensor, train_mse: Tensor, y: Tensor, d: int) -> float:
    n, k = y.shape
    null = (y - y.mean(0)).square().sum(1).mean()
    fits = train_mse.mean(1) < SHARE * null
    P = (d + 1 + k) * widths + k
    return float(P[fits].min()) / (n * k) if fits.any() else float("inf")


def point_cases(generator: torch.Generator):
    """Training errors that fall with the width and pass through the level; the last ones never get there.

    The width before the first that fits misses the level by less than n - 1 in place of n makes in the variance. Means
    of outputs differ, so do seeds, and in the second case widths come in any order.
    """
    widths = torch.tensor([2, 4, 6, 8, 9, 10, 11, 12, 13, 14, 16, 18, 20, 24, 28, 34, 40, 50, 60, 80, 120, 200])
    for n, d, k, S, reach in ((60, 6, 4, 3, 1.0), (90, 9, 5, 2, 0.5), (50, 4, 3, 2, 300.0)):
        y = torch.randn(k, generator=generator, dtype=torch.float64) + 1
        y = y + 1.5 * torch.randn(n, k, generator=generator, dtype=torch.float64)
        level = SHARE * (y - y.mean(0)).square().sum(1).mean()
        wobble = torch.rand(len(widths), S, generator=generator, dtype=torch.float64)
        slope = (widths.double() / (n * k / (d + 1 + k))) ** -1.5
        errors = reach * level * slope[:, None] * (0.6 + 0.8 * wobble)
        first = int((errors.mean(1) < level).int().argmax())
        if first:
            errors[first - 1] *= (1 + 0.4 / n) * level / errors[first - 1].mean()
        order = torch.randperm(len(widths), generator=generator) if n == MIXED else torch.arange(len(widths))
        yield widths[order], errors[order], y, d


INTERPOLATION_POINT = Exercise(
    name="interpolation_point",
    title="Where nets begin to fit everything",
    reference=interpolation_point,
    cases=point_cases,
    hints=(
        "Three numbers: the null error from y, the widths whose mean training error is below 2 % of it, and P / (n k).",
        "A net with biases has P = (d + 1 + k) * widths + k. train_mse.mean(1) is the mean over seeds.",
        'float(P[fits].min()) / (n * k) if fits.any() else float("inf")',
    ),
    mistakes=(
        Mistake(
            "n instead of nK",
            edit("(n * k)", "n"),
            "You divided by n. With the squared loss every example asks for k numbers: nk equations.",
        ),
        Mistake(
            "biases forgotten",
            edit("(d + 1 + k) * widths + k", "(d + k) * widths"),
            "You counted weights only. Each of the h units has a bias, and each of the k outputs too.",
        ),
        Mistake(
            "the widest instead of the first",
            edit("P[fits].min()", "P[fits].max()"),
            "You took the widest net that fits. The point is where fitting *begins*: the narrowest.",
        ),
        Mistake(
            "width instead of parameters",
            edit("P[fits]", "widths[fits]"),
            "You put the width over n k. Count its parameters, P = (d + 1 + k) h + k.",
        ),
        Mistake(
            "null error of predicting zero",
            edit("(y - y.mean(0))", "y"),
            "Your null model predicts zero. The best constant predicts the mean of y: y - y.mean(0).",
        ),
        Mistake(
            "null error per class",
            edit(".sum(1).mean()", ".mean()"),
            "Your null error is a mean over classes. train_mse sums over classes, so sum here too.",
        ),
        Mistake(
            "2 % of one",
            edit("SHARE * null", "SHARE"),
            "You compared with 0.02. The level is 2 % of the null error, which is not 1.",
        ),
        Mistake(
            "one mean for all outputs",
            edit("y.mean(0)", "y.mean()"),
            "Your constant is one number, y.mean(), for all outputs. The best constant has a number for each output: "
            "y.mean(0).",
        ),
        Mistake(
            "variance with n - 1",
            edit("(y - y.mean(0)).square().sum(1).mean()", "y.var(0).sum()"),
            "`var` divides by n - 1. The null error is a mean over the n examples, as train_mse is.",
        ),
        Mistake(
            "the best seed",
            edit("train_mse.mean(1)", "train_mse.amin(1)"),
            "You let a width count as soon as its best seed fits. Take the mean over seeds: train_mse.mean(1).",
        ),
        Mistake(
            "every seed",
            edit("train_mse.mean(1)", "train_mse.amax(1)"),
            "You ask every seed to fit. Take the mean over seeds: train_mse.mean(1).",
        ),
        Mistake(
            "mean over widths",
            edit("train_mse.mean(1)", "train_mse.mean(0)"),
            "You took the mean over widths. Rows of train_mse are widths and columns are seeds: train_mse.mean(1).",
        ),
        Mistake(
            "the first in the list",
            edit("P[fits].min()", "P[fits][0]"),
            "You took the first that fits in the list. The widths may come in any order: take the smallest.",
        ),
        Mistake(
            "argmax where none fits",
            edit(
                'float(P[fits].min()) / (n * k) if fits.any() else float("inf")',
                "float(P[fits.int().argmax()] / (n * k))",
            ),
            "`argmax` of a mask without a True is 0, so you return the first net where no net fits. Ask `fits.any()` "
            'first, and return float("inf") if there is none.',
        ),
        Mistake(
            "the width itself",
            edit("P[fits].min()) / (n * k)", "widths[fits].min())"),
            "This is the width of the narrowest net that fits. Return its parameters over n k, P / (n k).",
        ),
        Mistake(
            "parameters alone",
            edit(" / (n * k)", ""),
            "This is the number of parameters P. Divide it by the number of equations, n k.",
        ),
        Mistake(
            "upside down",
            edit("float(P[fits].min()) / (n * k)", "float((n * k) / P[fits].min())"),
            "Yours is n k / P. The point is P / (n k), parameters per equation.",
        ),
        Mistake(
            "biases of the outputs forgotten",
            edit("* widths + k", "* widths"),
            "Each of the k outputs has a bias too: P = (d + 1 + k) h + k.",
        ),
        Mistake(
            "rounded down",
            edit("float(P[fits].min()) / (n * k)", "float(P[fits].min() // (n * k))"),
            "`//` rounds down to a whole number. Divide with `/`.",
        ),
        Mistake(
            "98 %",
            edit("SHARE * null", "(1 - SHARE) * null"),
            "You ask for an error that is 2 % *below* that of the constant. It should be below 2 % *of* it.",
        ),
        Mistake(
            "20 %",
            edit("SHARE * null", "10 * SHARE * null"),
            "Your level is 20 % of the null error. 2 % is 0.02.",
        ),
    ),
)

"""Three functions that the learner writes: a gram matrix, ridge regression on it, and leave-one-out by the shortcut.

Each comes with the wrong versions that classes write most often, and the hint that each of them deserves.
"""

import math

import torch
from torch import Tensor

from ddlearn.classroom import Exercise, Mistake, edited


def gram(x: Tensor, x2: Tensor, width: float) -> Tensor:
    squared_distance = ((x[:, None, :] - x2[None, :, :]) ** 2).sum(-1)  # (n, m)
    return torch.exp(-squared_distance / (2 * width**2))


def ridge(K: Tensor, y: Tensor, penalty: float) -> Tensor:
    n = len(K)
    return torch.linalg.solve(K + n * penalty * torch.eye(n).to(K), y)


def leave_one_out(K: Tensor, y: Tensor, penalty: float) -> Tensor:
    n = len(K)
    A_inverse = torch.linalg.inv(K + n * penalty * torch.eye(n).to(K))
    return y - (A_inverse @ y) / A_inverse.diagonal()


def squared_distances(x: Tensor, x2: Tensor) -> Tensor:
    return ((x[:, None, :] - x2[None, :, :]) ** 2).sum(-1)


def hat(K: Tensor, penalty: float) -> Tensor:
    n = len(K)
    return K @ torch.linalg.inv(K + n * penalty * torch.eye(n).to(K))


def refitted(K: Tensor, y: Tensor, penalty: float) -> Tensor:
    """Leave-one-out by n fits to n - 1 points each, every one of them with the same penalty."""
    others = [[j for j in range(len(y)) if j != i] for i in range(len(y))]
    return torch.stack([K[i, rest] @ ridge(K[rest][:, rest], y[rest], penalty) for i, rest in enumerate(others)])


def gram_cases(generator: torch.Generator):
    for n, m, d, width in ((5, 5, 2, 0.7), (7, 4, 3, 1.3), (1, 6, 1, 0.4), (6, 3, 10, 2.5)):
        x, x2 = (torch.randn(rows, d, generator=generator, dtype=torch.float64) for rows in (n, m))
        yield x, x2, width


def system_cases(generator: torch.Generator):
    for n, penalty in ((6, 1e-2), (9, 0.3), (15, 1e-3), (4, 2.0)):
        x = torch.randn(n, 2, generator=generator, dtype=torch.float64)
        y = torch.randn(n, generator=generator, dtype=torch.float64)
        yield gram(x, x, 1.0), y, penalty


def ridge_cases(generator: torch.Generator):
    """Systems with one right-hand side, and one with three."""
    yield from system_cases(generator)
    x, y = (torch.randn(7, columns, generator=generator, dtype=torch.float64) for columns in (2, 3))
    yield gram(x, x, 1.0), y, 0.1


GRAM = Exercise(
    name="gram",
    title="The gram matrix of the Gaussian (rbf) kernel",
    reference=gram,
    cases=gram_cases,
    hints=(
        "Three steps: differences, squared distances, exponential. Which shape has each?",
        "Broadcasting makes all pairs at once: x[:, None, :] has shape (n, 1, d) and x2[None, :, :] has (1, m, d).",
        "Sum the squared differences over the last axis, divide by 2 * width**2, change the sign, take torch.exp.",
    ),
    mistakes=(
        Mistake(
            "distance not squared",
            lambda x, x2, width: torch.exp(-squared_distances(x, x2).sqrt() / (2 * width**2)),
            "You put the distance into the exponential; the Gaussian kernel wants the distance squared.",
        ),
        Mistake(
            "no 2 under the fraction",
            lambda x, x2, width: torch.exp(-squared_distances(x, x2) / width**2),
            "The width enters as 2 * width**2, as in the density of a Gaussian. Where is your 2?",
        ),
        Mistake(
            "width not squared",
            lambda x, x2, width: torch.exp(-squared_distances(x, x2) / (2 * width)),
            "A squared distance is measured in squared units: divide it by the width squared.",
        ),
        Mistake(
            "minus sign lost",
            lambda x, x2, width: torch.exp(squared_distances(x, x2) / (2 * width**2)),
            "Your kernel grows with distance. Near points should be the similar ones: mind the sign.",
        ),
        Mistake(
            "inner product instead of distance",
            lambda x, x2, width: torch.exp(x @ x2.T / (2 * width**2)),
            "x @ x2.T holds inner products. This kernel looks at the distance between the points.",
            also=(lambda x, x2, width: x @ x2.T,),
        ),
        Mistake(
            "x against itself",
            lambda x, x2, width: gram(x, x, width),
            "Row i must compare x[i] with every row of x2, not of x. The shape to return is (n, m).",
        ),
        Mistake(
            "no exponential",
            lambda x, x2, width: squared_distances(x, x2) / (2 * width**2),
            "The exponential is missing: the kernel is torch.exp of minus the squared distance over 2 * width**2.",
            also=(lambda x, x2, width: -squared_distances(x, x2) / (2 * width**2),),
        ),
        Mistake(
            "brackets missing under the fraction",
            lambda x, x2, width: torch.exp(-squared_distances(x, x2) / 2 * width**2),
            (
                "Python divides by 2 and then *multiplies* by width². Put brackets around the denominator: / (2 * "
                "width**2)."
            ),
        ),
        Mistake(
            "mean over the coordinates",
            lambda x, x2, width: torch.exp(-((x[:, None] - x2) ** 2).mean(-1) / (2 * width**2)),
            "You averaged over the coordinates. The squared distance is their sum: .sum(-1).",
        ),
        Mistake(
            "constant of a density",
            lambda x, x2, width: gram(x, x2, width) / (width * math.sqrt(2 * math.pi)),
            "You divided by the constant of a Gaussian density. A kernel has none: a point and itself give 1.",
            also=(lambda x, x2, width: gram(x, x2, width) / (width * math.sqrt(2 * math.pi)) ** x.shape[1],),
        ),
        Mistake(
            "summed over the points",
            lambda x, x2, width: torch.exp(-((x[:, None] - x2) ** 2).sum(1) / (2 * width**2)),
            (
                "The differences have shape (n, m, d), and you summed over points. The coordinates are the last "
                "axis: .sum(-1)."
            ),
            also=(lambda x, x2, width: torch.exp(-((x[:, None] - x2) ** 2).sum(0) / (2 * width**2)),),
        ),
        Mistake(
            "both norms in a row",
            lambda x, x2, width: torch.exp(-((x**2).sum(1) + (x2**2).sum(1) - 2 * x @ x2.T) / (2 * width**2)),
            "|x_i|² belongs to row i and |x2_j|² to column j. Make the first a column: (x ** 2).sum(1)[:, None].",
        ),
        Mistake(
            "row by row",
            lambda x, x2, width: torch.exp(-((x - x2) ** 2).sum(1) / (2 * width**2)),
            "x - x2 pairs row i with row i only. All pairs need a new axis: x[:, None, :] - x2[None, :, :].",
        ),
    ),
)

RIDGE = Exercise(
    name="ridge",
    title="Ridge regression in the embedding",
    reference=ridge,
    cases=ridge_cases,
    hints=(
        "It is one linear system: A alpha = y. What is A?",
        "A = K + n * penalty * I. torch.eye(n).to(K) is I in K's precision and on its device, and n is len(K).",
        "torch.linalg.solve(A, y) solves A alpha = y, faster and more exactly than the inverse.",
    ),
    mistakes=(
        Mistake(
            "n forgotten",
            lambda K, y, penalty: torch.linalg.solve(K + penalty * torch.eye(len(K)).to(K), y),
            (
                "The penalty stands beside a *mean* squared error; multiplied through by n it becomes n * penalty. "
                "Where is your n?"
            ),
        ),
        Mistake(
            "penalty on every entry",
            lambda K, y, penalty: torch.linalg.solve(K + len(K) * penalty, y),
            "K + number adds to every entry of the matrix. Only the diagonal takes the penalty: number * torch.eye(n).",
        ),
        Mistake(
            "no penalty",
            lambda K, y, penalty: torch.linalg.solve(K, y),
            "You solved K alpha = y: that is interpolation. The penalty is missing.",
        ),
        Mistake(
            "penalty subtracted",
            lambda K, y, penalty: torch.linalg.solve(K - len(K) * penalty * torch.eye(len(K)).to(K), y),
            "The penalty is added to the diagonal: it makes the system safer to solve, never less safe.",
        ),
        Mistake(
            "multiplied instead of solved",
            lambda K, y, penalty: (K + len(K) * penalty * torch.eye(len(K)).to(K)) @ y,
            "You multiplied y by the matrix A; alpha is the solution of A alpha = y.",
        ),
        Mistake(
            "the fit instead of alpha",
            lambda K, y, penalty: K @ ridge(K, y, penalty),
            "These are the fitted values K @ alpha. Return alpha itself.",
        ),
        Mistake(
            "entry by entry",
            lambda K, y, penalty: torch.linalg.inv(K + len(K) * penalty * torch.eye(len(K)).to(K)) * y,
            "`*` multiplies entry by entry. The inverse times y is a matrix product: write `@`, or solve.",
        ),
        Mistake(
            "n from the entries of y",
            edited(ridge, ("n = len(K)", "n = y.numel()")),
            "y may have several columns, shape (n, k), and then y.numel() is n * k. n is the number of points: len(K).",
        ),
        Mistake(
            "one column only",
            lambda K, y, penalty: torch.cholesky_solve(
                y[:, None], torch.linalg.cholesky(K + len(K) * penalty * torch.eye(len(K)).to(K))
            )[:, 0],
            "Right for one column. But y may also have shape (n, k): torch.linalg.solve takes either.",
        ),
        Mistake(
            "divided by n",
            edited(ridge, ("n * penalty", "penalty / n")),
            "You divided the penalty by n. The mean squared error is multiplied through by n, and so is the penalty.",
        ),
        Mistake(
            "penalty squared",
            edited(ridge, ("penalty * torch", "penalty**2 * torch")),
            "You squared the penalty. It enters as it is: n * penalty * I.",
        ),
        Mistake(
            "K as a table of features",
            lambda K, y, penalty: torch.linalg.solve(K.T @ K + len(K) * penalty * torch.eye(len(K)).to(K), K.T @ y),
            (
                "These are the normal equations of features. K holds inner products of features already: solve A "
                "alpha = y, A = K + n * penalty * I."
            ),
        ),
        Mistake(
            "arguments of solve exchanged",
            lambda K, y, penalty: torch.linalg.solve(y, K + len(K) * penalty * torch.eye(len(K)).to(K)),
            "torch.linalg.solve takes the matrix first: torch.linalg.solve(A, y).",
        ),
    ),
)

LEAVE_ONE_OUT = Exercise(
    name="leave_one_out",
    title="Leave-one-out without a single refit",
    reference=leave_one_out,
    cases=system_cases,
    no_loop=True,
    hints=(
        "With A = K + n * penalty * I and alpha = A⁻¹ y, the point's own part in the fit hides in the diagonal of A⁻¹.",
        "The left-out residual is alpha_i / (A⁻¹)_ii: a large diagonal entry means that the point hardly counted.",
        "Return the *prediction*, y minus that residual. M.diagonal() reads the diagonal of a matrix M.",
    ),
    mistakes=(
        Mistake(
            "the fit itself",
            lambda K, y, penalty: hat(K, penalty) @ y,
            "These are the ordinary fitted values: every point still helps to predict itself.",
        ),
        Mistake(
            "residual instead of prediction",
            lambda K, y, penalty: y - leave_one_out(K, y, penalty),
            "These are the left-out residuals, and right ones. The prediction is y minus the residual.",
        ),
        Mistake(
            "diagonal forgotten",
            lambda K, y, penalty: y - ridge(K, y, penalty),
            "You subtracted alpha itself. Each alpha_i has to be divided by its own (A⁻¹)_ii first.",
        ),
        Mistake(
            "divided by h instead of 1 - h",
            lambda K, y, penalty: y - (y - hat(K, penalty) @ y) / hat(K, penalty).diagonal(),
            "You divided the residual by the leverage h_ii. It is inflated by what is *left*: divide by 1 - h_ii.",
        ),
        Mistake(
            "own part subtracted, not rescaled",
            lambda K, y, penalty: hat(K, penalty) @ y - hat(K, penalty).diagonal() * y,
            (
                "You took the point's own part out of the sum, but the other weights must grow to fill its place: "
                "divide by 1 - h_ii."
            ),
        ),
        Mistake(
            "refitted with the penalty of fewer points",
            refitted,
            (
                "You refitted n times, and each fit to n - 1 points has (n - 1) * penalty on its diagonal. The "
                "shortcut keeps n * penalty: then all n answers come from one inverse. Both are honest; the second is "
                "asked for here."
            ),
        ),
        Mistake(
            "mean leverage for all",
            lambda K, y, penalty: y - (y - hat(K, penalty) @ y) / (1 - hat(K, penalty).diagonal().mean()),
            (
                "You used the mean leverage for every point. That is generalized cross-validation, a fine shortcut "
                "but another one."
            ),
        ),
        Mistake(
            "diagonal of A, not of its inverse",
            lambda K, y, penalty: y - ridge(K, y, penalty) / (K.diagonal() + len(K) * penalty),
            "You read the diagonal of A. The formula asks for the diagonal of its inverse.",
        ),
        Mistake(
            "n forgotten",
            lambda K, y, penalty: leave_one_out(K, y, penalty / len(K)),
            "The matrix is A = K + n * penalty * I, as in ridge. Where is your n?",
        ),
        Mistake(
            "residual added",
            edited(leave_one_out, ("y - (A", "y + (A")),
            "The left-out residual is y minus the prediction. So the prediction is y *minus* that residual.",
        ),
        Mistake(
            "multiplied by the diagonal",
            edited(leave_one_out, ("/ A_inverse.diagonal()", "* A_inverse.diagonal()")),
            "You multiplied by the diagonal of the inverse. The formula divides by it.",
        ),
        Mistake(
            "sign turned",
            edited(
                leave_one_out,
                ("y - (A_inverse @ y) / A_inverse.diagonal()", "(A_inverse @ y) / A_inverse.diagonal() - y"),
            ),
            "The sign is turned: the prediction is y minus the left-out residual, not the residual minus y.",
        ),
        Mistake(
            "the whole inverse",
            edited(leave_one_out, ("/ A_inverse.diagonal()", "/ A_inverse")),
            (
                "You divided by every entry of the inverse. Each alpha_i needs one of them, on the diagonal: "
                "A_inverse.diagonal()."
            ),
        ),
        Mistake(
            "one error for all points",
            lambda K, y, penalty: (y - leave_one_out(K, y, penalty)).square().mean(),
            "This is the mean of the squared residuals. Return the n predictions themselves.",
        ),
        Mistake(
            "the fit divided by 1 - h",
            lambda K, y, penalty: hat(K, penalty) @ y / (1 - hat(K, penalty).diagonal()),
            "You divided the fit by 1 - h_ii. It is the residual, y minus the fit, that is divided by it.",
        ),
        Mistake(
            "no penalty",
            lambda K, y, penalty: leave_one_out(K, y, 0.0),
            "The penalty is missing: A is K + n * penalty * I, as in ridge.",
        ),
        Mistake(
            "alpha of another penalty",
            lambda K, y, penalty: (
                y
                - ridge(K, y, penalty / len(K))
                / torch.linalg.inv(K + len(K) * penalty * torch.eye(len(K)).to(K)).diagonal()
            ),
            "Your alpha lacks the n that your inverse has. Both belong to one matrix, A = K + n * penalty * I.",
        ),
        Mistake(
            "diagonal without brackets",
            edited(leave_one_out, ("/ A_inverse.diagonal()", "/ A_inverse.diagonal")),
            "Without brackets this is the method itself, not its result: write `.diagonal()`.",
            also=(edited(leave_one_out, ("/ A_inverse.diagonal()", "/ A_inverse.diag")),),
        ),
    ),
)

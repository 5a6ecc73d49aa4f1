"""Three functions that the learner writes: a gram matrix, ridge regression on it, and leave-one-out by the shortcut.

Each comes with the wrong versions that classes write most often, and the hint that each of them deserves.
"""

import torch
from torch import Tensor

from ddlearn.classroom import Exercise, Mistake


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
        ),
        Mistake(
            "x against itself",
            lambda x, x2, width: gram(x, x, width),
            "Row i must compare x[i] with every row of x2, not of x. The shape to return is (n, m).",
        ),
        Mistake(
            "no exponential",
            lambda x, x2, width: squared_distances(x, x2) / (2 * width**2),
            "This is the exponent, without its sign. The kernel is torch.exp of minus that.",
        ),
    ),
)

RIDGE = Exercise(
    name="ridge",
    title="Ridge regression in the embedding",
    reference=ridge,
    cases=system_cases,
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
    ),
)

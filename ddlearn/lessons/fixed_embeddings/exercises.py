"""Functions that the learner writes: ridge regression, and leave-one-out by the shortcut; `gram` is beside."""

import torch
from torch import Tensor

from ddlearn.classroom import Exercise, Mistake, edit
from ddlearn.lessons.fixed_embeddings.gram_exercise import GRAM, gram

__all__ = ["GRAM", "LEAVE_ONE_OUT", "RIDGE", "gram", "leave_one_out", "ridge"]


def ridge(K: Tensor, y: Tensor, penalty: float) -> Tensor:
    n = len(K)
    return torch.linalg.solve(K + n * penalty * torch.eye(n).to(K), y)


def leave_one_out(K: Tensor, y: Tensor, penalty: float) -> Tensor:
    n = len(K)
    A_inverse = torch.linalg.inv(K + n * penalty * torch.eye(n).to(K))
    return y - (A_inverse @ y) / A_inverse.diagonal()


def system(K: Tensor, penalty: float) -> Tensor:
    return K + len(K) * penalty * torch.eye(len(K)).to(K)


def hat(K: Tensor, penalty: float) -> Tensor:
    return K @ torch.linalg.inv(system(K, penalty))


def refitted(K: Tensor, y: Tensor, penalty: float) -> Tensor:
    """Leave-one-out by n fits to n - 1 points each, every one of them with the same penalty."""
    others = [[j for j in range(len(y)) if j != i] for i in range(len(y))]
    return torch.stack([K[i, rest] @ ridge(K[rest][:, rest], y[rest], penalty) for i, rest in enumerate(others)])


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


RIDGE = Exercise(
    name="ridge",
    title="Ridge regression in the embedding",
    reference=ridge,
    cases=ridge_cases,
    given="penalty on every entry",
    hints=(
        "It is one linear system: A alpha = y. What is A?",
        "A = K + n * penalty * I. torch.eye(n).to(K) is I in K's precision and on its device, and n is len(K).",
        "torch.linalg.solve(A, y) solves A alpha = y, faster and more exactly than the inverse.",
    ),
    mistakes=(
        Mistake(
            "n forgotten",
            edit("n * penalty", "penalty"),
            "The penalty stands beside a *mean* squared error; multiplied through by n it becomes n * penalty. "
            "Where is your n?",
        ),
        Mistake(
            "penalty on every entry",
            edit(" * torch.eye(n).to(K)", ""),
            "K + number adds to every entry of the matrix. Only the diagonal takes the penalty: number * torch.eye(n).",
        ),
        Mistake(
            "no penalty",
            edit(" + n * penalty * torch.eye(n).to(K)", ""),
            "You solved K alpha = y: that is interpolation. The penalty is missing.",
            also=(
                lambda K, y, penalty: torch.linalg.lstsq(K, y).solution,
                lambda K, y, penalty: torch.linalg.lstsq(K, y.unsqueeze(1)).solution.squeeze(1),
            ),
        ),
        Mistake(
            "penalty subtracted",
            edit("K + n", "K - n"),
            "The penalty is added to the diagonal: it makes the system safer to solve, never less safe.",
        ),
        Mistake(
            "multiplied instead of solved",
            lambda K, y, penalty: system(K, penalty) @ y,
            "You multiplied y by the matrix A; alpha is the solution of A alpha = y.",
        ),
        Mistake(
            "the fit instead of alpha",
            edit("torch.linalg", "K @ torch.linalg"),
            "These are the fitted values K @ alpha. Return alpha itself.",
        ),
        Mistake(
            "entry by entry",
            lambda K, y, penalty: torch.linalg.inv(system(K, penalty)) * y,
            "`*` multiplies entry by entry. The inverse times y is a matrix product: write `@`, or solve.",
        ),
        Mistake(
            "n from the entries of y",
            edit("n * penalty", "y.numel() * penalty"),
            "y may have several columns, shape (n, k), and then y.numel() is n * k. n is the number of points: len(K).",
        ),
        Mistake(
            "one column only",
            lambda K, y, penalty: torch.cholesky_solve(y[:, None], torch.linalg.cholesky(system(K, penalty)))[:, 0],
            "Right for one column. But y may also have shape (n, k): torch.linalg.solve takes either.",
        ),
        Mistake(
            "divided by n",
            edit("n * penalty", "penalty / n"),
            "You divided the penalty by n. The mean squared error is multiplied through by n, and so is the penalty.",
        ),
        Mistake(
            "penalty squared",
            edit("penalty *", "penalty**2 *"),
            "You squared the penalty. It enters as it is: n * penalty * I.",
        ),
        Mistake(
            "K as a table of features",
            edit("(K + n", "(K.T @ K + n").edit(", y)", ", K.T @ y)"),
            "These are the normal equations of features. K holds inner products of features already: solve A "
            "alpha = y, A = K + n * penalty * I.",
        ),
        Mistake(
            "arguments of solve exchanged",
            lambda K, y, penalty: torch.linalg.solve(y, system(K, penalty)),
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
            edit("y - (A", "(A"),
            "These are the left-out residuals, and right ones. The prediction is y minus the residual.",
        ),
        Mistake(
            "diagonal forgotten",
            edit(" / A_inverse.diagonal()", ""),
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
            "You took the point's own part out of the sum, but the other weights must grow to fill its place: "
            "divide by 1 - h_ii.",
        ),
        Mistake(
            "refitted with the penalty of fewer points",
            refitted,
            "You refitted n times, and each fit to n - 1 points has (n - 1) * penalty on its diagonal. The "
            "shortcut keeps n * penalty: then all n answers come from one inverse. Both are honest; the second is "
            "asked for here.",
        ),
        Mistake(
            "mean leverage for all",
            lambda K, y, penalty: y - (y - hat(K, penalty) @ y) / (1 - hat(K, penalty).diagonal().mean()),
            "You used the mean leverage for every point. That is generalized cross-validation, a fine shortcut "
            "but another one.",
        ),
        Mistake(
            "diagonal of A, not of its inverse",
            lambda K, y, penalty: y - ridge(K, y, penalty) / system(K, penalty).diagonal(),
            "You read the diagonal of A. The formula asks for the diagonal of its inverse.",
        ),
        Mistake(
            "n forgotten",
            edit("n * penalty", "penalty"),
            "The matrix is A = K + n * penalty * I, as in ridge. Where is your n?",
        ),
        Mistake(
            "residual added",
            edit("y - (A", "y + (A"),
            "The left-out residual is y minus the prediction. So the prediction is y *minus* that residual.",
        ),
        Mistake(
            "multiplied by the diagonal",
            edit("/ A", "* A"),
            "You multiplied by the diagonal of the inverse. The formula divides by it.",
        ),
        Mistake(
            "sign turned",
            edit("y - (A", "-y + (A"),
            "The sign is turned: the prediction is y minus the left-out residual, not the residual minus y.",
        ),
        Mistake(
            "the whole inverse",
            edit(".diagonal()", ""),
            "You divided by every entry of the inverse. Each alpha_i needs one of them, on the diagonal: "
            "A_inverse.diagonal().",
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
            edit(" + n * penalty * torch.eye(n).to(K)", ""),
            "The penalty is missing: A is K + n * penalty * I, as in ridge.",
        ),
        Mistake(
            "alpha of another penalty",
            lambda K, y, penalty: y - ridge(K, y, penalty / len(K)) / torch.linalg.inv(system(K, penalty)).diagonal(),
            "Your alpha lacks the n that your inverse has. Both belong to one matrix, A = K + n * penalty * I.",
        ),
        Mistake(
            "diagonal without brackets",
            edit(".diagonal()", ".diagonal"),
            "Without brackets this is the method itself, not its result: write `.diagonal()`.",
            also=(edit(".diagonal()", ".diag"),),
        ),
    ),
)

"""Functions that the learner writes: a kernel's gram matrix, ridge regression, and leave-one-out by the shortcut."""

import math

import torch
from torch import Tensor

from ddlearn.classroom import Exercise, Hints, edit

HINTS = Hints.beside(__file__)


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


def system(K: Tensor, penalty: float) -> Tensor:
    return K + len(K) * penalty * torch.eye(len(K)).to(K)


def hat(K: Tensor, penalty: float) -> Tensor:
    return K @ torch.linalg.inv(system(K, penalty))


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
    **HINTS.of(
        "gram",
        {
            "inner product instead of distance": (
                lambda x, x2, width: torch.exp(x @ x2.T / (2 * width**2)),
                lambda x, x2, width: x @ x2.T,
            ),
            "no exponential": edit("torch.exp", ""),
            "constant of a density": (
                lambda x, x2, width: gram(x, x2, width) / (width * math.sqrt(2 * math.pi)),
                lambda x, x2, width: gram(x, x2, width) / (width * math.sqrt(2 * math.pi)) ** x.shape[1],
            ),
            "summed over the points": edit(".sum(-1)", ".sum(0)"),
            "both norms in a row": lambda x, x2, width: torch.exp(
                -((x**2).sum(1) + (x2**2).sum(1) - 2 * x @ x2.T) / (2 * width**2)
            ),
        },
    ),
)

RIDGE = Exercise(
    name="ridge",
    title="Ridge regression in the embedding",
    reference=ridge,
    cases=ridge_cases,
    given="penalty on every entry",
    **HINTS.of(
        "ridge",
        {
            "no penalty": (
                lambda K, y, penalty: torch.linalg.lstsq(K, y).solution,
                lambda K, y, penalty: torch.linalg.lstsq(K, y.unsqueeze(1)).solution.squeeze(1),
            ),
            "multiplied instead of solved": lambda K, y, penalty: system(K, penalty) @ y,
            "entry by entry": lambda K, y, penalty: torch.linalg.inv(system(K, penalty)) * y,
            "one column only": lambda K, y, penalty: torch.cholesky_solve(
                y[:, None], torch.linalg.cholesky(system(K, penalty))
            )[:, 0],
            "arguments of solve exchanged": lambda K, y, penalty: torch.linalg.solve(y, system(K, penalty)),
        },
    ),
)

LEAVE_ONE_OUT = Exercise(
    name="leave_one_out",
    title="Leave-one-out without a single refit",
    reference=leave_one_out,
    cases=system_cases,
    no_loop=True,
    **HINTS.of(
        "leave_one_out",
        {
            "the fit itself": lambda K, y, penalty: hat(K, penalty) @ y,
            "divided by h instead of 1 - h": lambda K, y, penalty: (
                y - (y - hat(K, penalty) @ y) / hat(K, penalty).diagonal()
            ),
            "own part subtracted, not rescaled": lambda K, y, penalty: (
                hat(K, penalty) @ y - hat(K, penalty).diagonal() * y
            ),
            "refitted with the penalty of fewer points": refitted,
            "mean leverage for all": lambda K, y, penalty: (
                y - (y - hat(K, penalty) @ y) / (1 - hat(K, penalty).diagonal().mean())
            ),
            "diagonal of A, not of its inverse": lambda K, y, penalty: (
                y - ridge(K, y, penalty) / system(K, penalty).diagonal()
            ),
            "one error for all points": lambda K, y, penalty: (y - leave_one_out(K, y, penalty)).square().mean(),
            "the fit divided by 1 - h": lambda K, y, penalty: hat(K, penalty) @ y / (1 - hat(K, penalty).diagonal()),
            "alpha of another penalty": lambda K, y, penalty: (
                y - ridge(K, y, penalty / len(K)) / torch.linalg.inv(system(K, penalty)).diagonal()
            ),
            "diagonal without brackets": edit(".diagonal()", ".diag"),
        },
    ),
)

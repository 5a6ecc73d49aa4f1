"""The second function that the learner writes: the alignment of a kernel with labels."""

import torch
from torch import Tensor

from ddlearn.classroom import Exercise, Mistake, edit


def alignment(K: Tensor, y: Tensor) -> float:
    H = torch.eye(len(y), dtype=torch.float32).to(K) - 1 / len(y)
    K, y = H @ K @ H, H @ y
    return float(y @ K @ y / (K.norm() * (y @ y)))


def alignment_cases(generator: torch.Generator):
    for n, p in ((6, 3), (9, 20), (12, 2), (5, 5)):
        phi = torch.randn(n, p, generator=generator, dtype=torch.float64) + 0.5
        y = torch.where(torch.rand(n, generator=generator, dtype=torch.float32) < 0.3, -1.0, 1.0).double()
        y[0], y[1] = -1.0, 1.0  # both classes are there
        yield phi @ phi.T, y


ALIGNMENT = Exercise(
    name="alignment",
    title="How well does an embedding suit the labels?",
    reference=alignment,
    cases=alignment_cases,
    hints=(
        "Center first: H @ K @ H and H @ y, with H = torch.eye(n).to(K) - 1 / n.",
        "The sum over all i, j of K_ij y_i y_j needs no loop. It is a vector times a matrix times a vector.",
        "With both centered: y @ K @ y, divided by K.norm() times (y @ y). K.norm() is the root of the sum of squares.",
    ),
    mistakes=(
        Mistake(
            "nothing centered",
            edit("    K, y = H @ K @ H, H @ y\n", ""),
            "A constant feature and more points of one class already give a large value here. Center K and y first.",
        ),
        Mistake(
            "K not centered",
            edit("K, y = H @ K @ H, H @ y", "y = H @ y"),
            "Your y is centered and your K is not, so its norm still counts what all points share. Use H @ K @ H.",
        ),
        Mistake(
            "centered on one side",
            edit("H @ K @ H", "H @ K"),
            "You centered K along one axis only. Multiply by H from the left and from the right.",
        ),
        Mistake(
            "entries shifted by one mean",
            lambda K, y: float(torch.corrcoef(torch.stack([K.flatten(), torch.outer(y, y).flatten()]))[0, 1]),
            "You shifted all entries by one mean. Centering subtracts the mean of each row and of each column: H K H.",
            also=(edit("H @ K @ H", "K - K.mean()"), edit("H @ K @ H, H @ y", "K - K.mean(), y")),
        ),
        Mistake(
            "y not centered",
            edit(", H @ y", ", y"),
            "K is centered and y is not, so the norm of y still contains the mean of the labels. Use H @ y.",
        ),
        Mistake(
            "norm of y not squared",
            edit("(y @ y)", "y.norm()"),
            "The labels' kernel is y y', and its norm is y @ y: the norm of y *squared*.",
        ),
        Mistake(
            "not divided",
            edit(" / (K.norm() * (y @ y))", ""),
            "This is the inner product of the two matrices. A cosine divides by both norms.",
        ),
        Mistake(
            "spectral norm",
            edit("K.norm()", "torch.linalg.matrix_norm(K, 2)"),
            "You divided by the largest eigenvalue. The cosine uses the Frobenius norm, K.norm().",
        ),
        Mistake(
            "trace for a norm",
            edit("K.norm()", "K.trace()"),
            "You divided by the trace. That is no cosine: use the Frobenius norm, K.norm().",
        ),
        Mistake(
            "1/n forgotten",
            edit("- 1 / len(y)", "- 1"),
            "Your H subtracts sums, not means. It is the identity minus 1/n in every entry.",
        ),
        Mistake(
            "root of the norm forgotten",
            edit("K.norm()", "K.square().sum()"),
            "You divided by the *square* of the Frobenius norm of K. The norm is the root of the sum of "
            "squares: K.norm().",
        ),
        Mistake(
            "H entry by entry",
            edit("H @ K @ H", "H * K * H"),
            "H * K * H multiplies entry by entry. Centering is a product of matrices: H @ K @ H.",
        ),
        Mistake(
            "overall mean not added back",
            edit("H @ K @ H", "H @ K @ H - K.mean()"),
            "You subtracted the overall mean twice, with the rows and with the columns. Add it once: + K.mean().",
        ),
        Mistake(
            "y entry by entry",
            edit("y @ K @ y", "(y * K * y).sum()"),
            "y * K * y multiplies each column by y_j twice, and its sum cancels. Use y @ K @ y.",
        ),
    ),
)

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
    title="Does an embedding look at what the labels look at?",
    reference=alignment,
    cases=alignment_cases,
    hints=(
        "It is a cosine between two matrices: the kernel, and the labels' own kernel y y'. Centre both first.",
        "Centring is H K H with H = torch.eye(n).to(K) - 1 / n, and H @ y for the labels.",
        "With both centred: y @ K @ y, divided by K.norm() times (y @ y). K.norm() is the Frobenius norm.",
    ),
    mistakes=(
        Mistake(
            "nothing centred",
            edit("    K, y = H @ K @ H, H @ y\n", ""),
            "A constant feature and more points of one class already give a large value here. Centre K and y first.",
        ),
        Mistake(
            "K not centred",
            edit("K, y = H @ K @ H, H @ y", "y = H @ y"),
            "Your y is centred and your K is not: its norm still counts what all points share. H stands on both sides.",
        ),
        Mistake(
            "centred on one side",
            edit("H @ K @ H", "H @ K"),
            "You centred K along one axis. A kernel has two arguments: H stands left and right of it.",
        ),
        Mistake(
            "entries shifted by one mean",
            lambda K, y: float(torch.corrcoef(torch.stack([K.flatten(), torch.outer(y, y).flatten()]))[0, 1]),
            "You shifted all entries by one mean. Centring takes the mean of each row and of each column away: H K H.",
            also=(edit("H @ K @ H", "K - K.mean()"), edit("H @ K @ H, H @ y", "K - K.mean(), y")),
        ),
        Mistake(
            "y not centred",
            edit(", H @ y", ", y"),
            "K is centred, y is not: the norm of y still holds the mean of the labels. Use H @ y.",
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
            "H * K * H multiplies entry by entry. Centring is a product of matrices: H @ K @ H.",
        ),
        Mistake(
            "overall mean not added back",
            edit("H @ K @ H", "H @ K @ H - K.mean()"),
            "You took the overall mean away twice, with the rows and with the columns. Add it once: + K.mean().",
        ),
        Mistake(
            "y entry by entry",
            edit("y @ K @ y", "(y * K * y).sum()"),
            "y * K * y multiplies each column by y_j twice, and its sum cancels. The form wanted is y @ K @ y.",
        ),
    ),
)

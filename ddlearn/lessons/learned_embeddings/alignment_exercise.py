"""The second function that the learner writes: the alignment of a kernel with labels.

It comes with the wrong versions that classes write most often, and the hint that each of them deserves.
"""

import torch
from torch import Tensor

from ddlearn.classroom import Exercise, Mistake


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


def centred(K: Tensor) -> Tensor:
    return K - K.mean(0) - K.mean(1, keepdim=True) + K.mean()


def cosine(K: Tensor, y: Tensor) -> float:
    """y' K y / (|K| |y|^2), with nothing centred here."""
    return float(y @ K @ y / (K.norm() * (y @ y)))


def centring(y: Tensor) -> Tensor:
    """H, a matrix (n, n)."""
    return torch.eye(len(y)).to(y) - 1 / len(y)


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
            lambda K, y: float(y @ K @ y / (K.norm() * (y @ y))),
            "A constant feature and more points of one class already give a large value here. Centre K and y first.",
        ),
        Mistake(
            "K not centred",
            lambda K, y: float((y - y.mean()) @ K @ (y - y.mean()) / (K.norm() * (y - y.mean()).square().sum())),
            "Your y is centred and your K is not: its norm still counts what all points share. H stands on both sides.",
        ),
        Mistake(
            "centred on one side",
            lambda K, y: float(
                (y - y.mean()) @ K @ (y - y.mean()) / ((K - K.mean(0)).norm() * (y - y.mean()).square().sum())
            ),
            "You centred K along one axis. A kernel has two arguments: H stands left and right of it.",
        ),
        Mistake(
            "entries shifted by one mean",
            lambda K, y: float(torch.corrcoef(torch.stack([K.flatten(), torch.outer(y, y).flatten()]))[0, 1]),
            "You shifted all entries by one mean. Centring takes the mean of each row and of each column away: H K H.",
            also=(lambda K, y: cosine(K - K.mean(), y - y.mean()), lambda K, y: cosine(K - K.mean(), y)),
        ),
        Mistake(
            "y not centred",
            lambda K, y: float(y @ centred(K) @ y / (centred(K).norm() * (y @ y))),
            "K is centred, y is not: the norm of y still holds the mean of the labels. Use H @ y.",
        ),
        Mistake(
            "norm of y not squared",
            lambda K, y: alignment(K, y) * float((y - y.mean()).norm()),
            "The labels' kernel is y y', and its norm is y @ y: the norm of y *squared*.",
        ),
        Mistake(
            "not divided",
            lambda K, y: float((y - y.mean()) @ K @ (y - y.mean())),
            "This is the inner product of the two matrices. A cosine divides by both norms.",
        ),
        Mistake(
            "spectral norm",
            lambda K, y: float(
                (y - y.mean())
                @ K
                @ (y - y.mean())
                / (torch.linalg.matrix_norm(centred(K), 2) * (y - y.mean()).square().sum())
            ),
            "You divided by the largest eigenvalue. The cosine uses the Frobenius norm, K.norm().",
        ),
        Mistake(
            "trace for a norm",
            lambda K, y: float(
                (y - y.mean()) @ K @ (y - y.mean()) / (centred(K).trace() * (y - y.mean()).square().sum())
            ),
            "You divided by the trace. That is no cosine: use the Frobenius norm, K.norm().",
        ),
        Mistake(
            "1/n forgotten",
            lambda K, y: cosine(
                (centring(y) - 1 + 1 / len(y)) @ K @ (centring(y) - 1 + 1 / len(y)), (centring(y) - 1 + 1 / len(y)) @ y
            ),
            "Your H subtracts sums, not means. It is the identity minus 1/n in every entry.",
        ),
        Mistake(
            "root of the norm forgotten",
            lambda K, y: float(
                (y - y.mean()) @ K @ (y - y.mean()) / (centred(K).square().sum() * (y - y.mean()).square().sum())
            ),
            (
                "You divided by the *square* of the Frobenius norm of K. The norm is the root of the sum of "
                "squares: K.norm()."
            ),
        ),
        Mistake(
            "H entry by entry",
            lambda K, y: cosine(centring(y) * K * centring(y), (y - y.mean())),
            "H * K * H multiplies entry by entry. Centring is a product of matrices: H @ K @ H.",
        ),
        Mistake(
            "overall mean not added back",
            lambda K, y: cosine(centred(K) - K.mean(), (y - y.mean())),
            "You took the overall mean away twice, with the rows and with the columns. Add it once: + K.mean().",
        ),
        Mistake(
            "y entry by entry",
            lambda K, y: float(
                ((y - y.mean()) * centred(K) * (y - y.mean())).sum()
                / (centred(K).norm() * (y - y.mean()).square().sum())
            ),
            "y * K * y multiplies each column by y_j twice, and its sum cancels. The form wanted is y @ K @ y.",
        ),
    ),
)

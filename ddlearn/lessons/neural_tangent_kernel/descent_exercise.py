"""The third function that the learner writes: gradient descent on a kernel, all its steps at once.

It comes with the wrong versions that classes write most often, and the hint that each of them deserves.
"""

import torch
from torch import Tensor

from ddlearn.classroom import Exercise, Mistake, edit


def descent(K: Tensor, y: Tensor, f0: Tensor, lr: float, steps: int) -> Tensor:
    lam, U = torch.linalg.eigh(K)
    factor = (1 - lr * lam / len(y)) ** steps
    return y + U @ (factor * (U.T @ (f0 - y)))


def training_cases(generator: torch.Generator):
    for n, share, steps in ((5, 0.4, 1), (6, 0.9, 8), (4, 1.7, 3), (8, 0.2, 25)):
        J = torch.randn(n, 2 * n, generator=generator, dtype=torch.float64)
        y, f0 = torch.randn(2, n, generator=generator, dtype=torch.float64)
        K = J @ J.T
        yield K, y, f0, share * n / torch.linalg.eigvalsh(K)[-1].item(), steps


DESCENT = Exercise(
    name="descent",
    title="Gradient descent, all its steps at once",
    reference=descent,
    cases=training_cases,
    no_loop=True,
    hints=(
        "Look at the residual r = f − y. A step sends it to r − (lr / N) K r. What becomes of an eigenvector of K?",
        "torch.linalg.eigh(K) gives lam and U. A mode is multiplied by 1 − lr·lam/N at each step, hence by its power.",
        "Turn the residual into modes, U.T @ (f0 - y); multiply each by its factor; turn back, U @ ...; add y.",
    ),
    mistakes=(
        Mistake(
            "gradient flow",
            edit("(1 - lr * lam / len(y)) ** steps", "torch.exp(-lr * lam / len(y) * steps)"),
            (
                "You used e^(−lr·λ·t/N). That is gradient *flow*, the limit of vanishing steps. A step of finite size "
                "multiplies a mode by 1 − lr·λ/N."
            ),
        ),
        Mistake(
            "N forgotten",
            edit(" / len(y)", ""),
            "The loss is a mean over the N points, so its gradient has 1/N in it. Where is your len(y)?",
        ),
        Mistake(
            "the rate doubled",
            edit("lr * lam", "2 * lr * lam"),
            "Your steps are twice as long. The loss is half a mean of squares, so its gradient carries 1/N, not 2/N.",
        ),
        Mistake(
            "one step only",
            edit(" ** steps", ""),
            "This is where one step ends. Each mode shrinks by its factor `steps` times: take its power.",
        ),
        Mistake(
            "U and its transpose exchanged",
            edit("U @ (factor", "U.T @ (factor").edit("U.T @ (f0", "U @ (f0"),
            "Eigenvectors are the columns of U. So U.T @ r turns points into modes, and U @ turns modes into points.",
            also=(
                edit("U.T @ (f0", "U @ (f0"),
                edit("U @ (factor", "U.T @ (factor"),
            ),
        ),
        Mistake(
            "results of eigh exchanged",
            edit("lam, U", "U, lam").edit("U.T", "U"),
            "torch.linalg.eigh returns the eigenvalues first, then the eigenvectors: `lam, U = torch.linalg.eigh(K)`.",
        ),
        Mistake(
            "times steps",
            edit(" ** steps", "").edit("lr *", "lr * steps *"),
            "Each step shrinks what the step before has left. The factors multiply: a power, not a product with steps.",
        ),
        Mistake(
            "residual's sign",
            edit("y + U", "y - U"),
            "After no step at all your answer is 2y − f0, and should be f0. The residual is f0 − y.",
        ),
        Mistake(
            "residual only",
            edit("y + U", "U"),
            "This is the residual f − y, and a right one. The prediction is y plus that.",
        ),
        Mistake(
            "residual added to the start",
            edit("y + U", "f0 + U"),
            "You added what is left of the residual to f0. It is the distance from y: add it to y.",
        ),
        Mistake(
            "not turned back",
            edit("U @ (factor", "(factor"),
            "You added numbers in the modes' coordinates to y. Multiply by U first: it turns modes back into points.",
        ),
        Mistake(
            "power of every entry",
            lambda K, y, f0, lr, steps: y + (torch.eye(len(y)).to(K) - lr * K / len(y)) ** steps @ (f0 - y),
            (
                "`**` raises each entry of a matrix to the power, which is not the matrix multiplied by itself. Raise "
                "the eigenvalues."
            ),
        ),
        Mistake(
            "start ignored",
            edit("f0 - y", "-y"),
            "Your steps begin at zero. They begin at f0, so the first residual is f0 − y.",
            also=(edit("f0 - y", "y"),),
        ),
        Mistake(
            "one step too few",
            edit("** steps", "** (steps - 1)"),
            "One step is missing. After `steps` steps each mode is multiplied by its factor `steps` times.",
        ),
        Mistake(
            "one step too many",
            edit("** steps", "** (steps + 1)"),
            "You took one step too many. After `steps` steps each mode is multiplied by its factor `steps` times.",
        ),
        Mistake(
            "rate forgotten",
            edit("lr * lam", "lam"),
            "This does not depend on the rate. One step multiplies a mode by 1 − lr·λ/N.",
        ),
        Mistake(
            "negative factors lost",
            edit(") ** steps", ").clamp(min=0) ** steps"),
            "Where lr·λ/N exceeds 1 a step overshoots, and the factor is negative. Keep its sign: the mode alternates.",
            also=(edit(") ** steps", ").abs() ** steps"),),
        ),
    ),
)

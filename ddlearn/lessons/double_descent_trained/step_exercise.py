"""The third function that the learner writes: one step of gradient descent of many nets at once.

It comes with the wrong versions that classes write most often, and the hint that each of them deserves.
"""

import torch
from torch import Tensor

from ddlearn.classroom import Exercise, Mistake, edited


def ensemble_step(W: Tensor, A: Tensor, x: Tensor, y: Tensor, lr: float) -> tuple[Tensor, Tensor]:
    z = x @ W.mT  # (n, d) @ (E, d, H) -> (E, n, H)
    h = torch.relu(z)
    D = 2 * (h @ A - y) / len(x)  # (E, n, K)
    grad_A = h.mT @ D
    grad_W = (D @ A.mT * (z > 0)).mT @ x
    return W - lr * grad_W, A - lr * grad_A


def step_with(
    W: Tensor,
    A: Tensor,
    x: Tensor,
    y: Tensor,
    lr: float,
    *,
    factor: float = 2.0,
    average: int = 1,
    mask: str = "z",
    moved: bool = False,
    sign: float = 1.0,
) -> tuple[Tensor, Tensor]:
    """The step with a slip: another factor, an average over nets, another mask, or A moved before W looks at it."""
    z = x @ W.mT
    h = torch.relu(z)
    D = factor * (h @ A - y) / (len(x) * average)
    new_A = A - sign * lr * h.mT @ D
    back = D @ (new_A if moved else A).mT
    back = back * {"z": z > 0, "none": 1.0, "back": back > 0}[mask]
    return W - sign * lr * back.mT @ x, new_A


def step_cases(generator: torch.Generator):
    for E, n, d, H, K, lr in ((3, 7, 4, 5, 2, 0.1), (2, 9, 3, 6, 3, 0.5), (4, 6, 5, 3, 2, 0.2)):
        W, A, x, y = (
            torch.randn(shape, generator=generator, dtype=torch.float64)
            for shape in ((E, H, d), (E, H, K), (n, d), (E, n, K))
        )
        x[:, -1] = 1
        yield W, A, x, y, lr


ENSEMBLE_STEP = Exercise(
    name="ensemble_step",
    title="One step of many nets at once",
    reference=ensemble_step,
    no_loop=True,
    cases=step_cases,
    hints=(
        "Forward first: z = x @ W.mT has shape (E, n, H), for @ carries the E nets along. Keep z for the way back.",
        "D = dL/df = 2 (f - y) / n. Then grad_A = h.mT @ D. And what reaches the units is D @ A.mT, where z > 0.",
        "grad_W = ((D @ A.mT) * (z > 0)).mT @ x. Both gradients are taken at the old W and A; then both move.",
    ),
    mistakes=(
        Mistake(
            "mean over classes too",
            lambda W, A, x, y, lr: step_with(W, A, x, y, lr, factor=2 / y.shape[-1]),
            "Your step is K times too short: the loss sums over the K classes and takes the mean over examples only.",
        ),
        Mistake(
            "no 2 from the square",
            lambda W, A, x, y, lr: step_with(W, A, x, y, lr, factor=1.0),
            "The slope of (f - y)² is 2 (f - y). Where is your 2?",
        ),
        Mistake(
            "sum over examples",
            lambda W, A, x, y, lr: step_with(W, A, x, y, lr, factor=2 * len(x)),
            "The loss is a mean over the n examples. Divide by len(x).",
        ),
        Mistake(
            "mean over nets",
            lambda W, A, x, y, lr: step_with(W, A, x, y, lr, average=len(W)),
            "You took the mean over the nets as well, so each learns E times too slowly. Every net has its own loss.",
        ),
        Mistake(
            "mean over nets and classes",
            lambda W, A, x, y, lr: step_with(W, A, x, y, lr, factor=2 / y.shape[-1], average=len(W)),
            "Your loss is a mean over all entries, as `mse_loss` takes it. Sum over the K outputs, take the mean over "
            "the n examples, and give each net a loss of its own: your step is E K times too short.",
        ),
        Mistake(
            "divided by the number of nets",
            edited(ensemble_step, ("len(x)", "len(y)")),
            "len(y) is E, the number of nets. The loss is a mean over the n examples: len(x).",
        ),
        Mistake(
            "no relu",
            edited(ensemble_step, ("torch.relu(z)", "z"), ("(D @ A.mT * (z > 0)).mT", "(D @ A.mT).mT")),
            "Your net has no ReLU. Its hidden layer is torch.relu(x @ W.mT), and what comes back passes where z > 0.",
        ),
        Mistake(
            "all axes turned",
            edited(ensemble_step, ("x @ W.mT", "x @ W.permute(2, 1, 0)")),
            "`.T` turns all three axes, the nets too. `.mT` turns the last two and leaves the nets in their place.",
        ),
        Mistake(
            "A moved too early",
            lambda W, A, x, y, lr: step_with(W, A, x, y, lr, moved=True),
            "W's gradient was taken with the A that had moved already. Find both gradients first, then move both.",
        ),
        Mistake(
            "no mask",
            lambda W, A, x, y, lr: step_with(W, A, x, y, lr, mask="none"),
            "A ReLU that is off passes nothing back. Multiply by z > 0 on the way to W.",
        ),
        Mistake(
            "mask from what comes back",
            lambda W, A, x, y, lr: step_with(W, A, x, y, lr, mask="back"),
            "You applied the ReLU to what comes back. The mask asks whether the unit was on, forwards: z > 0.",
        ),
        Mistake(
            "uphill",
            lambda W, A, x, y, lr: step_with(W, A, x, y, lr, sign=-1.0),
            "You went uphill: a step of descent subtracts the gradient.",
        ),
        Mistake(
            "gradients instead of the new parameters",
            lambda W, A, x, y, lr: tuple(
                old - new for old, new in zip((W, A), step_with(W, A, x, y, 1.0), strict=True)
            ),
            "These are the gradients, and right ones. Return where W and A stand after the step.",
        ),
    ),
)

"""Three functions that the learner writes: a step of many nets at once, where nets begin to fit all, and when to stop.

Each comes with the wrong versions that classes write most often, and the hint that each of them deserves.
"""

import torch
from torch import Tensor

from ddlearn.classroom import Exercise, Mistake

SHARE = 0.02  # of the null error: below it a net counts as one that fits


def ensemble_step(W: Tensor, A: Tensor, x: Tensor, y: Tensor, lr: float) -> tuple[Tensor, Tensor]:
    z = x @ W.mT  # (n, d) @ (E, d, H) -> (E, n, H)
    h = torch.relu(z)
    D = 2 * (h @ A - y) / len(x)  # (E, n, K)
    grad_A = h.mT @ D
    grad_W = (D @ A.mT * (z > 0)).mT @ x
    return W - lr * grad_W, A - lr * grad_A


def interpolation_point(widths: Tensor, train_mse: Tensor, y: Tensor, d: int) -> float:
    n, K = y.shape
    null = (y - y.mean(0)).square().sum(1).mean()
    fits = train_mse.mean(1) < SHARE * null
    P = (d + 1 + K) * widths + K
    return float(P[fits].min() / (n * K)) if fits.any() else float("inf")


def early_stop(held_out: Tensor, test: Tensor) -> Tensor:
    best = held_out.argmin(-1, keepdim=True)
    return test.gather(-1, best)[..., 0]


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


def point_with(
    widths: Tensor,
    train_mse: Tensor,
    y: Tensor,
    d: int,
    *,
    biases: bool = True,
    equations: str = "nK",
    pick: str = "first",
    null: str = "mean",
) -> float:
    """The interpolation point with a slip: in the parameters, in the equations, in which width, or in the level."""
    n, K = y.shape
    level = {
        "mean": (y - y.mean(0)).square().sum(1).mean(),
        "zero": y.square().sum(1).mean(),
        "per class": (y - y.mean(0)).square().mean(),
        "one": torch.ones((), dtype=torch.float32).to(y),
    }[null]
    fits = train_mse.mean(1) < SHARE * level
    P = ((d + 1 + K) * widths + K) if biases else (d + K) * widths
    if not fits.any():
        return float("inf")
    chosen = {"first": P[fits].min(), "widest": P[fits].max(), "index": widths[fits].min()}[pick]
    return float(chosen / {"nK": n * K, "n": n}[equations])


def step_cases(generator: torch.Generator):
    for E, n, d, H, K, lr in ((3, 7, 4, 5, 2, 0.1), (2, 9, 3, 6, 3, 0.5), (4, 6, 5, 3, 2, 0.2)):
        W, A, x, y = (
            torch.randn(shape, generator=generator, dtype=torch.float64)
            for shape in ((E, H, d), (E, H, K), (n, d), (E, n, K))
        )
        x[:, -1] = 1
        yield W, A, x, y, lr


def point_cases(generator: torch.Generator):
    """Training errors that fall with the width and pass through the level; the last ones never get there."""
    widths = torch.tensor([2, 4, 6, 8, 9, 10, 11, 12, 13, 14, 16, 18, 20, 24, 28, 34, 40, 50, 60, 80, 120, 200])
    for n, d, K, S, reach in ((60, 6, 4, 3, 1.0), (90, 9, 5, 2, 0.5), (50, 4, 3, 2, 300.0)):
        y = 1 + 1.5 * torch.randn(n, K, generator=generator, dtype=torch.float64)
        level = SHARE * (y - y.mean(0)).square().sum(1).mean()
        wobble = torch.rand(len(widths), S, generator=generator, dtype=torch.float64)
        slope = (widths.double() / (n * K / (d + 1 + K))) ** -1.5
        yield widths, reach * level * slope[:, None] * (0.9 + 0.2 * wobble), y, d


def stop_cases(generator: torch.Generator):
    for W, S, R in ((3, 2, 6), (4, 3, 5), (2, 4, 9)):
        held_out, test = (torch.rand(W, S, R, generator=generator, dtype=torch.float64) for _ in range(2))
        yield held_out, test


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

INTERPOLATION_POINT = Exercise(
    name="interpolation_point",
    title="Where nets begin to fit everything",
    reference=interpolation_point,
    cases=point_cases,
    hints=(
        "Three numbers: the null error from y, the widths whose mean training error is below 2 % of it, and P / (n K).",
        "A net with biases has P = (d + 1 + K) * widths + K. train_mse.mean(1) is the mean over seeds.",
        'float(P[fits].min() / (n * K)) if fits.any() else float("inf")',
    ),
    mistakes=(
        Mistake(
            "n instead of nK",
            lambda *given: point_with(*given, equations="n"),
            "You divided by n. With the squared loss every example asks for K numbers: n K equations.",
        ),
        Mistake(
            "biases forgotten",
            lambda *given: point_with(*given, biases=False),
            "You counted weights only. Each of the H units has a bias, and each of the K outputs too.",
        ),
        Mistake(
            "the widest instead of the first",
            lambda *given: point_with(*given, pick="widest"),
            "You took the widest net that fits. The point is where fitting *begins*: the narrowest.",
        ),
        Mistake(
            "width instead of parameters",
            lambda *given: point_with(*given, pick="index"),
            "You put the width over n K. Count its parameters, P = (d + 1 + K) H + K.",
        ),
        Mistake(
            "null error of predicting zero",
            lambda *given: point_with(*given, null="zero"),
            "Your null model predicts zero. The best constant predicts the mean of y: y - y.mean(0).",
        ),
        Mistake(
            "null error per class",
            lambda *given: point_with(*given, null="per class"),
            "Your null error is a mean over classes. train_mse sums over classes, so sum here too.",
        ),
        Mistake(
            "2 % of one",
            lambda *given: point_with(*given, null="one"),
            "You compared with 0.02. The level is 2 % of the null error, which is not 1.",
        ),
    ),
)

EARLY_STOP = Exercise(
    name="early_stop",
    title="Stop in time, without looking at the test",
    reference=early_stop,
    cases=stop_cases,
    hints=(
        "Two questions, in this order: at which record is held_out least? What does test say at that record?",
        "held_out.argmin(-1, keepdim=True) has shape (W, S, 1): one record for each net.",
        "test.gather(-1, best) picks along the last axis; [..., 0] drops the axis that is left.",
    ),
    mistakes=(
        Mistake(
            "an oracle",
            lambda held_out, test: test.amin(-1),
            "You took the least *test* error. That peeks: choose the moment by the held-out images only.",
        ),
        Mistake(
            "the held-out error itself",
            lambda held_out, test: held_out.amin(-1),
            "This is the least held-out error, which flatters: it was chosen for being small. Report the test's.",
        ),
        Mistake(
            "never stopped",
            lambda held_out, test: test[..., -1],
            "This is the test error at the end of training. Stop where the held-out error is least.",
        ),
        Mistake(
            "stopped at the worst",
            lambda held_out, test: test.gather(-1, held_out.argmax(-1, keepdim=True))[..., 0],
            "You stopped where the held-out error is largest. argmin, not argmax.",
        ),
        Mistake(
            "one moment for all",
            lambda held_out, test: test[..., held_out.mean((0, 1)).argmin()],
            "You stopped all nets at one record. Each net has its own best moment: argmin along the last axis.",
        ),
        Mistake(
            "one moment for a width",
            lambda held_out, test: torch.stack(
                [one[:, k] for one, k in zip(test, held_out.mean(1).argmin(-1), strict=True)]
            ),
            "You averaged over seeds before looking. Each seed of a width stops at its own record.",
        ),
    ),
)

"""When to stop, a function that the learner writes. The other two stand in modules of their own.

It comes with the wrong versions that classes write most often, and the hint that each of them deserves.
"""

import torch
from torch import Tensor

from ddlearn.classroom import Exercise, Mistake
from ddlearn.lessons.double_descent_trained.point_exercise import INTERPOLATION_POINT, SHARE, interpolation_point
from ddlearn.lessons.double_descent_trained.step_exercise import ENSEMBLE_STEP, ensemble_step

<<<<<<< HEAD
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
    return float(P[fits].min()) / (n * K) if fits.any() else float("inf")
=======
__all__ = [
    "EARLY_STOP",
    "ENSEMBLE_STEP",
    "INTERPOLATION_POINT",
    "SHARE",
    "early_stop",
    "ensemble_step",
    "interpolation_point",
]
>>>>>>> wt-hints2


def early_stop(held_out: Tensor, test: Tensor) -> Tensor:
    best = held_out.argmin(-1, keepdim=True)
    return test.gather(-1, best)[..., 0]


<<<<<<< HEAD
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
    return float(chosen) / {"nK": n * K, "n": n}[equations]


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


=======
>>>>>>> wt-hints2
def stop_cases(generator: torch.Generator):
    for W, S, R in ((3, 2, 6), (4, 3, 5), (2, 4, 9)):
        held_out, test = (torch.rand(W, S, R, generator=generator, dtype=torch.float64) for _ in range(2))
        yield held_out, test


def at_the_first_rise(held_out: Tensor, test: Tensor) -> Tensor:
    rises = torch.cat(
        [held_out[..., 1:] >= held_out[..., :-1], torch.ones_like(held_out[..., :1], dtype=torch.bool)], -1
    )
    return test.gather(-1, rises.int().argmax(-1, keepdim=True))[..., 0]

<<<<<<< HEAD
INTERPOLATION_POINT = Exercise(
    name="interpolation_point",
    title="Where nets begin to fit everything",
    reference=interpolation_point,
    cases=point_cases,
    hints=(
        "Three numbers: the null error from y, the widths whose mean training error is below 2 % of it, and P / (n K).",
        "A net with biases has P = (d + 1 + K) * widths + K. train_mse.mean(1) is the mean over seeds.",
        'float(P[fits].min()) / (n * K) if fits.any() else float("inf")',
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
=======
>>>>>>> wt-hints2

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
            "argmin without a dimension",
            lambda held_out, test: test[..., held_out.argmin() % held_out.shape[-1]],
            "Without a dimension `argmin` returns one place, counted through the whole tensor. Each net has its own "
            "best record: held_out.argmin(-1).",
            also=(lambda held_out, test: test[held_out.argmin()],),
        ),
        Mistake(
            "records taken for widths",
            lambda held_out, test: test[held_out.argmin(-1)],
            "test[best] looks up widths, the first axis, and `best` holds records, places on the last axis. "
            "`gather(-1, ...)` picks along the last axis.",
        ),
        Mistake(
            "every net at every moment",
            lambda held_out, test: test[:, :, held_out.argmin(-1)],
            "test[:, :, best] reads every net at every net's moment. Each net is read at its own: "
            "`test.gather(-1, ...)`.",
        ),
        Mistake(
            "counted through all nets",
            lambda held_out, test: test.flatten()[held_out.argmin(-1)],
            "In the flattened tensor the places of all nets are counted through. Look each record up in its own net: "
            "`test.gather(-1, ...)`.",
        ),
        Mistake(
            "the moment itself",
            lambda held_out, test: held_out.argmin(-1),
            "This is the number of the record, and the right one. Return the test error at that record.",
        ),
        Mistake(
            "arguments exchanged",
            lambda held_out, test: early_stop(test, held_out),
            "You chose the moment by the test and report the held-out error. It is the other way round: choose by the "
            "held-out images, report the test.",
        ),
        Mistake(
            "stopped at the first rise",
            at_the_first_rise,
            "You stopped at the first rise of the held-out error. It may fall again: take the record where it is "
            "smallest.",
        ),
        Mistake(
            "argmin over the seeds",
            lambda held_out, test: test.gather(1, held_out.argmin(1, keepdim=True))[:, 0],
            "Your argmin runs over the seeds. The records are the last axis: argmin(-1).",
        ),
        Mistake(
            "mean over seeds",
            lambda held_out, test: early_stop(held_out, test).mean(1),
            "You took the mean over seeds at the end. Return the error of each net, of shape (W, S).",
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

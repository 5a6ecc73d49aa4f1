"""When to stop, which the learner repairs, and one step of many nets to write, with the usual wrong versions."""

import torch
from torch import Tensor

from ddlearn.classroom import Exercise, Mistake, edit
from ddlearn.lessons.double_descent_trained.interpolation_point import INTERPOLATION_POINT, interpolation_point

__all__ = [
    "EARLY_STOP",
    "ENSEMBLE_STEP",
    "INTERPOLATION_POINT",
    "early_stop",
    "ensemble_step",
    "interpolation_point",
]


def early_stop(held_out: Tensor, test: Tensor) -> Tensor:
    best = held_out.argmin(-1, keepdim=True)
    return test.gather(-1, best)[..., 0]


def stop_cases(generator: torch.Generator):
    for W, S, R in ((3, 2, 6), (4, 3, 5), (2, 4, 9)):
        held_out, test = (torch.rand(W, S, R, generator=generator, dtype=torch.float64) for _ in range(2))
        yield held_out, test


EARLY_STOP = Exercise(
    name="early_stop",
    title="Stop in time, honestly",
    reference=early_stop,
    cases=stop_cases,
    given="an oracle",
    hints=(
        "Which of the two errors would you know in practice, when you decide to stop?",
        "Two questions, in this order: at which moment is held_out smallest? What is the test error at that moment?",
        "held_out.argmin(-1, keepdim=True) has one moment per net; test.gather(-1, best) picks along the last axis.",
    ),
    mistakes=(
        Mistake(
            "an oracle",
            lambda held_out, test: test.amin(-1),
            "This takes the smallest *test* error, which nobody knows in time. Choose the moment by held-out digits.",
        ),
        Mistake(
            "the held-out error itself",
            lambda held_out, test: held_out.amin(-1),
            "This is the smallest held-out error. It is biased, because it was chosen for being small, and its labels "
            "are noisy. Return the test error.",
        ),
        Mistake(
            "never stopped",
            lambda held_out, test: test[..., -1],
            "This is the test error at the end of training. Stop where the held-out error is smallest.",
        ),
        Mistake(
            "stopped at the worst",
            lambda held_out, test: test.gather(-1, held_out.argmax(-1, keepdim=True))[..., 0],
            "You stopped where the held-out error is largest. Use argmin, not argmax.",
        ),
        Mistake(
            "one moment for all",
            lambda held_out, test: test[..., held_out.mean((0, 1)).argmin()],
            "You stopped all nets at one moment. Each net has its own best moment: argmin along the last axis.",
        ),
        Mistake(
            "argmin without a dimension",
            lambda held_out, test: test[..., held_out.argmin() % held_out.shape[-1]],
            "Without a dimension `argmin` returns one place, counted through the whole tensor. Each net has its own "
            "best moment: held_out.argmin(-1).",
            also=(lambda held_out, test: test[held_out.argmin()],),
        ),
        Mistake(
            "records taken for widths",
            lambda held_out, test: test[held_out.argmin(-1)],
            "test[best] looks up widths, the first axis, but `best` holds moments, places on the last axis. "
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
            "In the flattened tensor the moments of all nets form one list. Look up each moment in its own net: "
            "`test.gather(-1, ...)`.",
        ),
        Mistake(
            "the moment itself",
            lambda held_out, test: held_out.argmin(-1),
            "This is the number of the right moment. Return the test error at that moment.",
        ),
        Mistake(
            "arguments exchanged",
            lambda held_out, test: early_stop(test, held_out),
            "You chose the moment by the test and returned the held-out error. Exchange them: choose by the held-out "
            "digits, and return the test error.",
        ),
        Mistake(
            "stopped at the first rise",
            edit("held_out.argmin(", "torch.nn.functional.pad(held_out.diff(), (0, 1)).ge(0).int().argmax("),
            "You stopped at the first rise of the held-out error. It may fall again: take the moment at which it is "
            "smallest.",
        ),
        Mistake(
            "argmin over the seeds",
            lambda held_out, test: test.gather(1, held_out.argmin(1, keepdim=True))[:, 0],
            "Your argmin runs over the seeds. The moments are the last axis: argmin(-1).",
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
            "You averaged over seeds before the choice. Each seed of a width stops at its own moment.",
        ),
    ),
)


def ensemble_step(W: Tensor, A: Tensor, x: Tensor, y: Tensor, lr: float) -> tuple[Tensor, Tensor]:
    z = x @ W.mT  # (n, d) @ (E, d, h) -> (E, n, h)
    active = torch.relu(z)
    D = 2 * (active @ A - y) / len(x)  # (E, n, k)
    grad_A = active.mT @ D
    grad_W = (D @ A.mT * (z > 0)).mT @ x
    return W - lr * grad_W, A - lr * grad_A


def step_cases(generator: torch.Generator):
    for E, n, d, h, k, lr in ((3, 7, 4, 5, 2, 0.1), (2, 9, 3, 6, 3, 0.5), (4, 6, 5, 3, 2, 0.2)):
        W, A, x, y = (
            torch.randn(shape, generator=generator, dtype=torch.float64)
            for shape in ((E, h, d), (E, h, k), (n, d), (E, n, k))
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
        "Forward first: z = x @ W.mT has shape (E, n, h), because @ carries the E nets along. Keep z for the way back.",
        "D = dL/df = 2 (f - y) / n. Then grad_A = active.mT @ D. And what reaches the units is D @ A.mT, where z > 0.",
        "grad_W = ((D @ A.mT) * (z > 0)).mT @ x. Both gradients are taken at the old W and A; then both move.",
    ),
    mistakes=(
        Mistake(
            "mean over classes too",
            edit("len(x)", "(len(x) * y.shape[-1])"),
            "Your step is k times too short: the loss sums over the k classes and takes the mean over examples only.",
        ),
        Mistake(
            "no 2 from the square",
            edit("2 * (active", "(active"),
            "The slope of (f - y)² is 2 (f - y). Where is your 2?",
        ),
        Mistake(
            "sum over examples",
            edit(" / len(x)", ""),
            "The loss is a mean over the n examples. Divide by len(x).",
        ),
        Mistake(
            "mean over nets",
            edit("len(x)", "(len(x) * len(W))"),
            "You took the mean over the nets as well, so each learns E times too slowly. Every net has its own loss.",
        ),
        Mistake(
            "mean over nets and classes",
            edit("len(x)", "y.numel()"),
            "Your loss is a mean over all entries, as `mse_loss` takes it. Sum over the k outputs, take the mean over "
            "the n examples, and give each net a loss of its own: your step is E k times too short.",
        ),
        Mistake(
            "divided by the number of nets",
            edit("len(x)", "len(y)"),
            "len(y) is E, the number of nets. The loss is a mean over the n examples: len(x).",
        ),
        Mistake(
            "no relu",
            edit("torch.relu(z)", "z").edit("(D @ A.mT * (z > 0)).mT", "(D @ A.mT).mT"),
            "Your net has no ReLU. Its hidden layer is torch.relu(x @ W.mT), and what comes back passes where z > 0.",
        ),
        Mistake(
            "all axes turned",
            edit("x @ W.mT", "x @ W.permute(2, 1, 0)"),
            "`.T` turns all three axes, the nets too. `.mT` turns the last two and leaves the nets in their place.",
        ),
        Mistake(
            "A moved too early",
            edit("D @ A.mT", "D @ (A - lr * grad_A).mT"),
            "W's gradient was taken with the A that had moved already. Find both gradients first, then move both.",
        ),
        Mistake(
            "no mask",
            edit(" * (z > 0)", ""),
            "A ReLU that is off passes nothing back. Multiply by z > 0 on the way to W.",
        ),
        Mistake(
            "mask from what comes back",
            edit("D @ A.mT * (z > 0)", "torch.relu(D @ A.mT)"),
            "You applied the ReLU to what comes back. The mask asks whether the unit was on, forwards: z > 0.",
        ),
        Mistake(
            "uphill",
            edit("W - lr * grad_W, A - lr * grad_A", "W + lr * grad_W, A + lr * grad_A"),
            "You went uphill: a step of descent subtracts the gradient.",
        ),
        Mistake(
            "gradients instead of the new parameters",
            edit("W - lr * grad_W, A - lr * grad_A", "grad_W, grad_A"),
            "These are the gradients, and right ones. Return where W and A stand after the step.",
        ),
    ),
)

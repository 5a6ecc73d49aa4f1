"""When to stop, which the learner repairs, and one step of many nets to write, with the usual wrong versions."""

import torch
from torch import Tensor

from ddlearn.classroom import Exercise, Hints
from ddlearn.lessons.double_descent_trained.interpolation_point import INTERPOLATION_POINT, interpolation_point

__all__ = [
    "EARLY_STOP",
    "ENSEMBLE_STEP",
    "INTERPOLATION_POINT",
    "early_stop",
    "ensemble_step",
    "interpolation_point",
]

HINTS = Hints.beside(__file__)


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
    **HINTS.of(
        "early_stop",
        {
            "an oracle": lambda held_out, test: test.amin(-1),
            "the held-out error itself": lambda held_out, test: held_out.amin(-1),
            "never stopped": lambda held_out, test: test[..., -1],
            "stopped at the worst": lambda held_out, test: test.gather(-1, held_out.argmax(-1, keepdim=True))[..., 0],
            "one moment for all": lambda held_out, test: test[..., held_out.mean((0, 1)).argmin()],
            "argmin without a dimension": (
                lambda held_out, test: test[..., held_out.argmin() % held_out.shape[-1]],
                lambda held_out, test: test[held_out.argmin()],
            ),
            "records taken for widths": lambda held_out, test: test[held_out.argmin(-1)],
            "every net at every moment": lambda held_out, test: test[:, :, held_out.argmin(-1)],
            "counted through all nets": lambda held_out, test: test.flatten()[held_out.argmin(-1)],
            "the moment itself": lambda held_out, test: held_out.argmin(-1),
            "arguments exchanged": lambda held_out, test: early_stop(test, held_out),
            "argmin over the seeds": lambda held_out, test: test.gather(1, held_out.argmin(1, keepdim=True))[:, 0],
            "mean over seeds": lambda held_out, test: early_stop(held_out, test).mean(1),
            "one moment for a width": lambda held_out, test: torch.stack(
                [one[:, k] for one, k in zip(test, held_out.mean(1).argmin(-1), strict=True)]
            ),
        },
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
    **HINTS.of("ensemble_step"),
)

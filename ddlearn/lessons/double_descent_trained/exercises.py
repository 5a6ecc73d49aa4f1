"""When to stop, a function that the learner writes. The other two stand in modules of their own.

It comes with the wrong versions that classes write most often, and the hint that each of them deserves.
"""

import torch
from torch import Tensor

from ddlearn.classroom import Exercise, Mistake
from ddlearn.lessons.double_descent_trained.point_exercise import INTERPOLATION_POINT, SHARE, interpolation_point
from ddlearn.lessons.double_descent_trained.step_exercise import ENSEMBLE_STEP, ensemble_step

__all__ = [
    "EARLY_STOP",
    "ENSEMBLE_STEP",
    "INTERPOLATION_POINT",
    "SHARE",
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


def at_the_first_rise(held_out: Tensor, test: Tensor) -> Tensor:
    rises = torch.cat(
        [held_out[..., 1:] >= held_out[..., :-1], torch.ones_like(held_out[..., :1], dtype=torch.bool)], -1
    )
    return test.gather(-1, rises.int().argmax(-1, keepdim=True))[..., 0]


EARLY_STOP = Exercise(
    name="early_stop",
    title="Stop in time, without looking at the test",
    reference=early_stop,
    cases=stop_cases,
    hints=(
        "Two questions, in this order: at which record is held_out smallest? What does test say at that record?",
        "held_out.argmin(-1, keepdim=True) has shape (W, S, 1): one record for each net.",
        "test.gather(-1, best) picks along the last axis; [..., 0] drops the axis that is left.",
    ),
    mistakes=(
        Mistake(
            "an oracle",
            lambda held_out, test: test.amin(-1),
            "You took the smallest *test* error. That peeks: choose the moment by the held-out images only.",
        ),
        Mistake(
            "the held-out error itself",
            lambda held_out, test: held_out.amin(-1),
            "This is the smallest held-out error, which flatters: it was chosen for being small. Report the test's.",
        ),
        Mistake(
            "never stopped",
            lambda held_out, test: test[..., -1],
            "This is the test error at the end of training. Stop where the held-out error is smallest.",
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

"""One peak of real digits, three accounts of it, and what removes it."""

from dataclasses import dataclass

import torch

from ddlearn import compute
from ddlearn.classroom import Choice, Explorer
from ddlearn.classroom.wording import say
from ddlearn.lessons.double_descent_solved.one_change import CHANGES, DRAWS, N_TRAIN, NOTHING, SIZES, Curves, fits

CONDITION, PARTS, FOLDED = ACCOUNTS = ("weakest direction", "bias² and variance", "effective parameters")
ERRORS = (1e-2, 1e3)  # what the error axes show; what is less stands at their lower end
ROUNDING = 1e-12


@dataclass(frozen=True, eq=False)
class Why:
    """The curves with one change, and without any; and which account of them is asked for."""

    change: str
    shows: str
    here: Curves
    plain: Curves


def why(change: str, shows: str = CONDITION, seed: int = 0, *, progress: compute.Progress | None = None) -> Why:
    """Return the peak with one of CHANGES, beside the plain one."""
    found = fits(seed, progress=progress)
    return Why(change=change, shows=shows, here=found[change], plain=found[NOTHING])


def picture(fig, r: Why) -> None:
    """Draw the error, and one account of it: the weakest direction, bias and variance, or another x-axis."""
    error, account = fig.row(1, 1)
    N, here, plain = torch.tensor(SIZES), r.here, r.plain
    look = {"xlim": (7, 450), "xticks": {10: "10", 30: "30", 100: "100", 300: "300"}, "log": "xy"}
    height = here.error.clamp(min=ERRORS[0])
    error.frame("squared error on new digits", "features N", ylim=ERRORS, legend="upper right", **look)
    error.line(N, plain.error, "grey", "--", "nothing changed", width=1.4)
    error.line(N, height, label="this change", marker="o", size=4)
    error.upright(N_TRAIN, width=1)
    if r.shows == FOLDED:
        axis = "effective parameters at new digits"
        account.frame("the same error, another axis", axis, xlim=(4, 1e6), ylim=ERRORS, log="xy", legend="upper left")
        account.line(plain.p_test, plain.error, "grey", "--", width=1.4)
        few = N < N_TRAIN
        account.line(here.p_test[few], height[few], "sky", label="N < n", marker="o", size=4)
        account.line(here.p_test[~few], height[~few], "vermilion", label="N ≥ n", marker="^", size=5)
        return
    account.upright(N_TRAIN, width=1)
    if r.shows == CONDITION:
        account.frame("weakest singular value, over the largest", "features N", ylim=(1e-6, 1), **look)
        account.line(N, plain.weakest, "grey", "--", width=1.4)
        account.line(N, here.weakest, "purple", marker="D", size=4)
        return
    account.frame("parts of the error", "features N", ylim=ERRORS, legend="upper right", **look)
    known = here.variance < DRAWS * here.bias  # nearer the peak a few sets do not tell the bias
    account.line(N[known], here.bias[known].clamp(min=ERRORS[0]), "green", "--", "bias²", marker="s", size=4)
    account.line(N, here.variance.clamp(min=ERRORS[0]), "orange", ":", "variance", marker="^", size=5)


def sentence(r: Why) -> str:
    """Say how high the peak is with this change, and the account of it that is shown."""
    i, top = SIZES.index(N_TRAIN), int(r.here.error.argmax())
    error, plain = float(r.here.error[i]), float(r.plain.error[i])
    if error < ROUNDING:
        height = "the error is zero up to rounding"
    else:
        clipped = f", {say(plain / error, 2)} times smaller than without a change" if plain > 1.5 * error else ""
        height = f"the error is {say(error, 2)}{clipped}"
    curves = (r.here.weakest, r.here.variance, r.here.p_test)
    there, last = ([say(float(curve[k]), 2) for curve in curves] for k in (i, -1))
    account = {
        CONDITION: f"The weakest singular value in use there is {there[0]} of the largest.",
        PARTS: f"The variance there is {there[1]}, and {last[1]} at {SIZES[-1]} features.",
        FOLDED: f"There are {there[2]} effective parameters there, and {last[2]} at {SIZES[-1]} features.",
    }[r.shows]
    return (
        f"At {N_TRAIN} features, as many as digits, {height}; it is largest at {SIZES[top]} (changed: {r.change}). "
        f"{account}"
    )


explorer = Explorer(
    "why",
    "Why: one peak, and what removes it",
    controls=(Choice("change", "Change", CHANGES, NOTHING), Choice("shows", "Right panel", ACCOUNTS, CONDITION)),
    compute=why,
    picture=picture,
    sentence=sentence,
    size=(9.4, 4.2),
    pairs=(("change", "shows"),),
)

"""Functions that the learner writes: the water level, the error predicted from it, and the modes of a target."""

import math

import torch
from torch import Tensor

from ddlearn.classroom import Exercise, Mistake, edit

__all__ = ["KAPPA", "MODE_POWERS", "PREDICTED_ERROR", "kappa", "mode_powers", "predicted_error"]

SHORT_OF = 2e-3
"""A search that stopped too early ends within this share of the interval from κ, or of 1 if the interval is shorter."""


def kappa(lam: Tensor, n: float) -> float:
    low, high = 1e-18, float(lam.sum() / n)
    for _ in range(100):
        middle = math.sqrt(low * high)
        if float((lam / (lam + middle)).sum()) > n:
            low = middle
        else:
            high = middle
    return high


def predicted_error(lam: Tensor, V: Tensor, n: int, level: float) -> Tensor:
    N, L = len(lam), lam / (lam + level)
    missed = ((1 - L) ** 2 * V).sum()
    return N / (N - n) * n / (n - (L**2).sum()) * missed


def mode_powers(K: Tensor, Y: Tensor) -> Tensor:
    N = len(K)
    U = torch.linalg.eigh(K / N).eigenvectors
    powers = (U.T @ Y) ** 2 / N
    return powers.sum(1).flip(0)


def spectrum_cases(generator: torch.Generator):
    """Draw power laws, one of them so large that κ is well above 1."""
    for N, n, exponent, size in (
        (12, 4, 1.0, 1),
        (40, 15, 1.5, 1),
        (200, 60, 2.0, 1),
        (30, 29, 0.7, 1),
        (25, 5, 0.5, 20),
    ):
        spread = size * (torch.rand(N, generator=generator, dtype=torch.float64) + 0.5)
        lam = spread * torch.arange(1, N + 1, dtype=torch.float64) ** -exponent
        yield lam.sort(descending=True).values, n


def risk_cases(generator: torch.Generator):
    for lam, n in spectrum_cases(generator):
        V = torch.rand(len(lam), generator=generator, dtype=torch.float64) * lam
        # A little beside the true kappa: at it n - sum L is 0, and a formula with that in it would be all rounding.
        yield lam, V, n, 1.2 * kappa(lam, n)


KAPPA = Exercise(
    name="kappa",
    title="What n examples buy",
    reference=kappa,
    cases=spectrum_cases,
    hints=(
        "At κ = 0 every mode is learned, which is too much; at κ = Σλ / n too little. In between is the one you want.",
        "Halve: take κ in the middle, add up lam / (lam + κ). More than n? Then κ is too small: move the lower end up.",
        "κ may be tiny, so halve its logarithm: middle = (low * high) ** 0.5, with low = 1e-18. A hundred times.",
    ),
    mistakes=(
        Mistake(
            "the lower end",
            edit(".sum()) > n", ".sum()) <= n"),
            "Your κ is 0, the lower end of the search, so the upper end moved down each time. There are two common "
            "causes. The comparison may be the wrong way round: where the shares add up to more than n, raise the "
            "*lower* end. Or you compared their mean with n, and a mean of shares is below 1: take the sum.",
            also=(edit("(lam / (lam + middle)).sum()", "(lam / (lam + middle)).mean()"),),
        ),
        Mistake(
            "what is missed, not what is learned",
            edit("(lam / (lam + middle)).sum()) > n", "(middle / (lam + middle)).sum()) <= n"),
            "You made the unlearned shares κ / (λ + κ) add up to n. It is the learned ones, λ / (λ + κ), that n buys.",
        ),
        Mistake(
            "squares",
            edit("(lam / (lam + middle))", "((lam / (lam + middle)) ** 2)"),
            "You added up squares of L. They come in the error's formula; the conservation law adds up L itself.",
        ),
        Mistake(
            "all modes alike",
            lambda lam, n: float(lam.mean()) * (len(lam) - n) / n,
            "This would be right if all eigenvalues were equal. Take the share of each mode first, then add up.",
        ),
        Mistake(
            "the upper end",
            lambda lam, n: float(lam.sum() / n),
            "This is Σλ / n, the upper end of the search. Perhaps you returned the end itself. Perhaps the lower end "
            "moved up each time: then the comparison is the wrong way round, or the two ends are exchanged. Where the "
            "shares add up to more than n, κ is too small, and the *lower* end moves up.",
        ),
        Mistake(
            "the n-th eigenvalue",
            lambda lam, n: float(lam[n - 1]),
            "This is the n-th eigenvalue: κ would lie there if modes were learned one after the other. They overlap.",
        ),
        Mistake(
            "the shares instead of kappa",
            edit("return high", "return lam / (lam + high)"),
            "These are the learnabilities L, and right ones. Return κ, one number.",
        ),
        Mistake(
            "wrong way",
            edit("1e-18", "0.0").edit("math.sqrt(low * high)", "(low + high) / 2").edit("> n", "<= n"),
            "Your interval closes in on one of its ends, Σλ / n or 0. The comparison is the wrong way round, or both "
            "ends are exchanged. Where the shares add up to more than n, κ is too small: raise the *lower* end.",
        ),
        Mistake(
            "κ at most 1",
            lambda lam, n: min(1.0, kappa(lam, n)),
            "Your search ends at 1, and κ may be larger. At κ = Σλ / n too little is learned: start with this end.",
        ),
        Mistake(
            "stopped too early",
            edit("range(100)", "range(20)"),
            "Your κ is near, and the search ended too early: there are too few halvings, or a step that is too coarse. "
            "κ may be smaller than 0.001, so halve a hundred times.",
            sight=lambda lam, n, answer: abs(float(answer) - kappa(lam, n)) < SHORT_OF * max(1, float(lam.sum() / n)),
        ),
    ),
)

PREDICTED_ERROR = Exercise(
    name="predicted_error",
    title="The error at unseen points, predicted",
    reference=predicted_error,
    cases=risk_cases,
    given="L not squared",
    hints=(
        "Begin with L = lam / (lam + level). What part of mode i is missed, and what does it cost, squared?",
        "Missed is the sum of (1 - L) ** 2 * V. Two factors stand before it, and N is len(lam).",
        "The first factor is N / (N - n), the second n / (n - (L ** 2).sum()). Return the product of all three.",
    ),
    mistakes=(
        Mistake(
            "an infinite world",
            edit("N / (N - n) * n", "n"),
            "Your prediction is for an infinite world. Here n of N points are seen, so all of the pool's error is on "
            "the other N - n.",
        ),
        Mistake(
            "no price of overfitting",
            edit(" * n / (n - (L**2).sum())", ""),
            "The factor n / (n - Σ L²) is missing: what is not learned acts as noise on what is, and is fitted too.",
        ),
        Mistake(
            "L not squared",
            edit("L**2", "L"),
            "You divide by n - Σ L, which the conservation law makes zero. The squares belong there: n - Σ L².",
        ),
        Mistake(
            "learned instead of missed",
            edit("(1 - L) ** 2", "L**2"),
            "You summed what is learned. The error comes from the rest: (1 - L)² of each mode.",
        ),
        Mistake(
            "1 - L squared",
            edit("(1 - L) ** 2", "(1 - L**2)"),
            "You took 1 - L². The share 1 - L is missed, and the squared error is its square: (1 - L)².",
        ),
        Mistake(
            "not squared",
            edit("(1 - L) ** 2", "(1 - L)"),
            "A mode of which the share 1 - L is missing leaves the *squared* error (1 - L)² V.",
        ),
        Mistake(
            "the pool upside down",
            edit("N / (N - n)", "(N - n) / N"),
            "Your factor for the pool is upside down: the same error on fewer points is *more* a point, N / (N - n).",
        ),
        Mistake(
            "mean instead of sum",
            edit("* V).sum()", "* V).mean()"),
            "You averaged over the modes. V is divided by N already: add up.",
        ),
        Mistake(
            "the sum squared",
            edit("(L**2).sum()", "L.sum() ** 2"),
            "You squared the sum of the shares. Square each share first, then add up: Σ L².",
        ),
        Mistake(
            "V squared again",
            edit("* V)", "* V**2)"),
            "You squared V. It holds the powers V of the modes already: take it as it is.",
        ),
        Mistake(
            "missed for learned",
            edit("lam / (lam + level)", "level / (lam + level)"),
            "You have κ / (λ + κ) for L, the share that is missed. L is the share that is learned, λ / (λ + κ).",
        ),
        Mistake(
            "brackets lost",
            edit("N / (N - n) * n / (n - (L**2).sum())", "N / N - n * n / n - (L**2).sum()"),
            "The denominators have lost their brackets: `N / N - n` is 1 - n. Write N / (N - n) and n / (n - ...).",
        ),
        Mistake(
            "product of sums",
            edit("((1 - L) ** 2 * V).sum()", "((1 - L) ** 2).sum() * V.sum()"),
            "You multiplied two sums. Multiply mode by mode, (1 - L)² V, and add up afterwards.",
        ),
    ),
)


def kernel_cases(generator: torch.Generator):
    for N, outputs in ((5, 1), (9, 3), (20, 2)):
        x = torch.randn(N, 2 * N, generator=generator, dtype=torch.float64)
        yield x @ x.T, torch.randn(N, outputs, generator=generator, dtype=torch.float64)


MODE_POWERS = Exercise(
    name="mode_powers",
    title="How much of the target lies in each mode",
    reference=mode_powers,
    cases=kernel_cases,
    no_loop=True,
    hints=(
        "torch.linalg.eigh returns the eigenvalues, the smallest first, and the eigenvectors as columns.",
        "U.T @ Y has one row per mode and one column per output. Square it, divide by N, and sum over the outputs.",
        "The largest eigenvalue comes first: turn the result around with .flip(0).",
    ),
    mistakes=(
        Mistake(
            "smallest first",
            edit(".flip(0)", ""),
            "Your values are right, in the wrong order: `eigh` sorts eigenvalues upward. The largest is wanted first.",
        ),
        Mistake(
            "not divided by N",
            edit(" / N\n    return", "\n    return"),
            "Your values are N times too large: V is divided by N.",
        ),
        Mistake(
            "not squared",
            edit("(U.T @ Y) ** 2", "(U.T @ Y)"),
            "These are the coefficients themselves. V holds their squares.",
        ),
        Mistake(
            "eigenvectors as rows",
            edit("U.T @ Y", "U @ Y"),
            "`eigh` returns the eigenvectors as *columns* of U, so the coefficients are U.T @ Y.",
        ),
        Mistake(
            "one row per output",
            edit("powers.sum(1).flip(0)", "powers.sum(0)"),
            "You summed over the modes. Sum over the outputs, the columns, and keep one value per mode.",
        ),
        Mistake(
            "not summed over the outputs",
            edit("powers.sum(1).flip(0)", "powers.flip(0)"),
            "There is still one column per output. The error adds up over the outputs, and so does V.",
        ),
    ),
)

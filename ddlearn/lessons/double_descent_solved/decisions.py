"""What the learner decides: whether to buy examples, and how many effective parameters a fit has."""

from ddlearn.classroom import Decision, Hints
from ddlearn.double_descent import best_ridge_risk
from ddlearn.lessons.double_descent_solved.exercises import risk

HINTS = Hints.beside(__file__)

HAVE, P, SIGNAL, NOISE = 150, 200, 1.0, 0.2
N, NARROW, WIDE = 60, 30, 240


def offers() -> tuple[float, int, float]:
    """Return the risk now, the smallest larger number of examples that is as good, and the best penalty's risk."""
    now = risk(HAVE, P, SIGNAL, NOISE)
    enough = next(n for n in range(HAVE + 1, 10 * P) if risk(n, P, SIGNAL, NOISE) <= now)
    return now, enough, float(best_ridge_risk(P / HAVE, SIGNAL, NOISE))


def effective(p: int) -> float:
    """Return the mean number of effective parameters at new points."""
    return N * min(N, p) / (abs(p - N) - 1)


def same() -> int:
    """Return the size above N with as many effective parameters as NARROW."""
    return min(range(N + 2, 10 * N), key=lambda p: abs(effective(p) - effective(NARROW)))


BUY = Decision(
    name="buy",
    title="Buy more examples?",
    asked=("the risk now", "the number of examples", "the risk with the best penalty"),
    reference=offers,
    because=(
        "With 210 examples the risk is five times as large as now: close to 200 features, the noise is amplified. The "
        "purchase is no loss only from 248 examples on. The penalty costs nothing, and nearly halves the risk."
    ),
    **HINTS.of(
        "buy",
        {
            "examples and features exchanged": lambda: (risk(P, HAVE, SIGNAL, NOISE), *offers()[1:]),
            "the threshold itself": lambda: (offers()[0], P, offers()[2]),
            "the ratio turned around": lambda: (*offers()[:2], float(best_ridge_risk(HAVE / P, SIGNAL, NOISE))),
        },
    ),
)

EFFECTIVE = Decision(
    name="effective",
    title="Effective parameters",
    asked=("the number at p = 30", "the number at p = 240", "the size with as many as p = 30"),
    reference=lambda: (effective(NARROW), effective(WIDE), same()),
    because=(
        "A fit with 240 features uses a third of the effective parameters of one with 30, and 119 features use as many."
    ),
    **HINTS.of(
        "effective",
        {
            "at the training points": lambda: (NARROW, N, NARROW),
            "n forgotten": lambda: (effective(NARROW) / N, effective(WIDE) / N, same()),
            "the limit of many examples": lambda: (N * NARROW / (N - NARROW), N * N / (WIDE - N), 2 * N),
        },
    ),
)

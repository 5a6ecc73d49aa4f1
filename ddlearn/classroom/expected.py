"""How long a cell will take, said before it begins: seconds on a reference machine, scaled by a short trial here.

The reference is one core of a two-core server (AMD EPYC) without other work; lessons declare their seconds on it.
"""

import functools
import time

TRIAL = 0.0025  # seconds that the trial takes on the reference machine
WORTH_SAYING = 5.0  # seconds: who waits longer looks for what is wrong


@functools.cache
def slowness() -> float:
    """Return how many times as long as on the reference machine numerical work takes here: the best of ten trials."""
    import torch

    x = torch.eye(200, dtype=torch.float64).cumsum(0)  # any symmetric matrix does: x x'
    seconds = []
    for _ in range(10):
        start = time.perf_counter()
        torch.linalg.eigvalsh(x @ x.T)
        seconds.append(time.perf_counter() - start)
    return min(seconds) / TRIAL


def words(seconds: float) -> str:
    """Return the sentence on what takes `seconds` on the reference machine, "" where that is hardly a wait here."""
    if seconds <= 0 or (here := seconds * slowness()) < WORTH_SAYING:
        return ""
    return f"This takes about {here:.0f} seconds on this machine."

"""Our computations against what one would use instead: `make bench` times them and prints the README's table.

Before a side is timed, its answer is compared with ours, and what its call holds in memory is measured. Seconds are the
processor's, of one thread. A peer that is not installed is skipped, and one that fails takes no other with it.
"""

import importlib.util

import pytest

from bench.case import peak
from bench.cases import CASES

ROUNDS = 5
BROKEN = pytest.mark.xfail(raises=AttributeError, strict=False, reason="needs an older jax")
SIDES = [
    pytest.param(case, side, id=f"{case.name}, {side.name}", marks=BROKEN if "structured" in side.name else ())
    for case in CASES.values()
    for side in case.sides
]
AGREE = 1e-4
"""The largest difference is of holograms in float32, 1e-5; an error of a formula is far above."""


@pytest.mark.parametrize(("case", "side"), SIDES)
def test_how_long_it_takes(benchmark, one_thread, case, side):
    if missing := [name for name in side.needs if importlib.util.find_spec(name) is None]:
        pytest.skip(f"{', '.join(missing)} not installed")
    megabytes, answer = peak(case, side)
    differs = None if side is case.ours else case.compare(side, case.problem(False), answer)
    assert differs is None or differs < AGREE
    benchmark.extra_info.update(case=case.name, side=side.name, peak_mb=megabytes, difference=differs)
    run = side.prepare(case.problem(False))
    benchmark.pedantic(run, rounds=side.rounds or ROUNDS, warmup_rounds=0 if side.rounds else 1)

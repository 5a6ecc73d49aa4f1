"""Nets that learn from tubes which are not quite pure, in three ways.

One takes the name of the tube for the type. One knows what the manual says of the purity, and corrects for it. One is
told nothing and estimates the purity first, from cells that surely look like another tube's.
"""

from collections.abc import Callable

import torch
from torch import Tensor

from ddlearn import blood, compute, weak_labels
from ddlearn.classroom import cached
from ddlearn.compute import Progress
from ddlearn.lessons import cells as lab
from ddlearn.lessons.cells import PURE, THIRDS

LEVELS = (0, 10, 20, 30, 40, 50)  # percent of a tube that is of other types, half of it each
SEEDS = 3
WAYS = 3


def halves(rows: Tensor) -> Tensor:
    """Return every other one, and the rest, each twice so that all nets have as many.  (E, n) -> (2, E, n)"""
    n = rows.shape[1] // 2 * 2
    return torch.stack([rows[:, part:n:2].repeat(1, 2) for part in range(2)])


def estimate(rows: Tensor, tubes: Tensor, draw: torch.Generator, progress: Progress | None = None) -> Tensor:
    """Estimate the purity of sets of tubes, by nets that judge the half they have not seen.  (E, n) -> (E, 3, 3)"""
    E, own, names = len(rows), halves(rows), halves(tubes)
    nets = lab.train_on_tubes(own.flatten(0, 1), names.flatten(0, 1), draw, progress=progress)
    unseen, labels = (part.flip(0)[..., : part.shape[2] // 2] for part in (own, names))
    P = lab.posteriors(*nets, lab.pool().train_x[unseen.flatten(0, 1)]).unflatten(0, (2, E))
    return torch.stack([weak_labels.estimate_purity(P[:, e].flatten(0, 1), labels[:, e].flatten()) for e in range(E)])


@cached(8)
def trained(
    size: int, seed: int, transition: Callable, progress: Progress | None = None
) -> tuple[Tensor, Tensor, Tensor]:
    """Train on tubes of all levels in all ways; last, as theory, what the first way must come to by nets of pure tubes.

    -> what each says of the test cells (4, levels, SEEDS, n, 3), the mix that it learned in (4, levels, SEEDS, 3), and
    the estimated purities (levels, SEEDS, 3, 3)
    """
    draw = compute.generator(seed + 1)
    reports = [compute.part(progress, *ends) for ends in ((0, 0.4), (0.4, 0.65), (0.65, 1))]
    pool = lab.pool(progress=reports[0])
    levels = torch.stack([blood.purity(level / 100) for level in LEVELS])
    purities = levels.repeat_interleave(SEEDS, 0)
    drawn = [lab.draw_tubes(purity, size, draw) for purity in purities]
    rows, tubes = (torch.stack(part) for part in zip(*drawn, strict=True))
    found = estimate(rows, tubes, draw, reports[1])
    known = [(PURE, THIRDS)] * len(purities)
    known += [transition(purity, THIRDS) for purity in torch.cat([purities, found])]
    T, q = (torch.stack(part).double() for part in zip(*known, strict=True))
    nets = lab.train_on_tubes(rows.repeat(WAYS, 1), tubes.repeat(WAYS, 1), draw, T, progress=reports[2])
    P = lab.posteriors(*nets, pool.test_x).unflatten(0, (WAYS, len(LEVELS), SEEDS))
    theory = P[0, 0] @ torch.stack([weak_labels.purity_to_transition(purity)[0] for purity in levels])[:, None]
    mix = torch.cat([q, THIRDS.expand(len(purities), 3)]).unflatten(0, (WAYS + 1, len(LEVELS), SEEDS))
    return torch.cat([P, theory[None]]), mix, found.unflatten(0, (len(LEVELS), SEEDS))


def posteriors(P: Tensor, mix: Tensor, shifted: bool) -> list[Tensor]:
    """Return what nets say of the test cells, or would say in the average blood.  P (nets, n, 3), mix (nets, 3)"""
    return [lab.at_the_patients(one, q) if shifted else one for one, q in zip(P, mix, strict=True)]


@cached(24)
def judged(size: int, seed: int, shifted: bool, transition: Callable, progress: Progress | None = None) -> Tensor:
    """Judge what `trained` returns.  -> (4, levels, SEEDS, measures)"""
    P, mix, _ = trained(size, seed, transition, progress=progress)
    scores = [lab.scores(one, lab.pool().test_y) for one in posteriors(P.flatten(0, 2), mix.flatten(0, 2), shifted)]
    return torch.stack(scores).unflatten(0, P.shape[:3])

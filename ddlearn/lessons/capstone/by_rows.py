"""Three questions about rows: what leave-one-out promises, what the spectrum promises, and a net beside a kernel."""

import torch
from torch import Tensor

from ddlearn import compute
from ddlearn.generalization import finite_pool_risk, measure_learning_curve, spectrum
from ddlearn.lessons.capstone.asking import Measurement, Report, by_seed
from ddlearn.lessons.capstone.shelf import World
from ddlearn.networks import MLP
from ddlearn.result import Curve
from ddlearn.ridge import ridge_path
from ddlearn.training import Ensemble, train

PENALTIES = torch.logspace(-4, 0.5, 7, dtype=torch.float64)
SPLITS = 6  # averaged for one seed
RIDGE = 0.1  # of the learning curve; the kernel has 1 on its diagonal
STEPS = (0, 5, 10, 20, 40, 80, 160)
UNITS = 64


def split(world: World, n: int, generator: torch.Generator) -> tuple[Tensor, Tensor]:
    """n rows to learn from, and all others."""
    order = torch.randperm(len(world), generator=generator)
    return order[:n], order[n:]


def errors(world: World, K: Tensor, n: int, seed: int) -> Tensor:
    """Errors of ridge regression: left out, on unseen rows, on its own rows.  -> (3, penalties), mean over splits"""
    generator, found = compute.generator(seed), []
    for _ in range(SPLITS):
        seen, unseen = split(world, n, generator)
        path = ridge_path(K[seen][:, seen], world.Y[seen], PENALTIES)
        missed = path.predict(K[unseen][:, seen]) - world.Y[unseen]
        found.append(torch.stack([path.leave_one_out_error, missed.square().sum(-1).mean(-1), path.train_error]))
        # Errors of a row are summed over outputs, as those of the world are.
        found[-1][[0, 2]] *= world.Y.shape[1]
    return torch.stack(found).mean(0)


def left_out(world: World, n: int, seeds: range, progress: Report | None = None) -> Measurement:
    """Leave-one-out over the error on unseen rows, at the penalty in the middle of the path."""
    out, new, own = torch.stack([errors(world, world.K, n, seed) for seed in seeds]).unbind(1)  # (S, L) each
    title = "leave-one-out; dashed: unseen rows"
    curve = Curve(PENALTIES, out, new.mean(0), "penalty", "squared error", title)
    values, controls = ((one / new)[:, len(PENALTIES) // 2] for one in (out, own))
    return Measurement(values, controls, curve, own)


def learning_curve(world: World, n: int, seeds: range, progress: Report | None = None) -> Measurement:
    """Measured error over the finite-pool formula's, at n rows; the control's formula is told shuffled targets."""
    sizes = sorted({max(4, round(share * n)) for share in (1 / 4, 1 / 2, 1, 3 / 2)})
    shuffled = world.Y[torch.randperm(len(world), generator=compute.generator(0))]
    x, at = torch.tensor(sizes, dtype=torch.float64), sizes.index(n)
    theory, wrong = (finite_pool_risk(*modes, x, RIDGE) for modes in (world.modes, spectrum(world.K, shuffled)))
    how = {"modes": world.modes, "ridge": RIDGE, "trials": 3}

    def one(seed: int) -> tuple:
        draw = compute.generator(seed)
        found = measure_learning_curve(world.K, world.Y, sizes, generator=draw, **how).measured.mean(0)
        return found[at] / theory[at], found[at] / wrong[at], found, wrong

    values, controls, curves, control_curves = by_seed(one, seeds, progress)
    curve = Curve(x, curves, theory, "rows to learn from", "squared error", "the learning curve")
    return Measurement(values, controls, curve, control_curves)


def fixed_or_learned(world: World, n: int, seeds: range, progress: Report | None = None) -> Measurement:
    """A trained net's error at its best step over that of a fixed kernel, penalty by leave-one-out; the control peeks.

    The band is a baseline and no theory: kernels of half and of twice the width against this one, on other splits.
    """
    net = MLP((world.x.shape[1], UNITS, world.Y.shape[1]))
    splits = [split(world, n, compute.generator(seed)) for seed in seeds]
    start = Ensemble.draw([net] * len(seeds), [compute.generator(100 + seed) for seed in seeds], doubled=True)
    seen, new = ([torch.stack([part[one[k]] for one in splits]) for part in (world.x, world.Y)] for k in range(2))

    def look(i: int, parameters) -> Tensor:
        missed = [net.apply(parameters, x[i]) - Y[i] for x, Y in (seen, new)]
        return torch.stack([one.square().sum(-1).mean() for one in missed])

    how = {"steps": STEPS[-1], "lr": 0.01, "optimizer": "adam", "record": STEPS}
    trained = train(start, *seen, **how, measure=look, progress=progress)
    own, unseen = trained.measured.unbind(-1)  # (S, R) each
    kernel = torch.tensor([chosen(world.K, world, *one) for one in splits], dtype=torch.float64)
    x, dashed = torch.tensor(STEPS, dtype=torch.float64), kernel.mean().expand(len(STEPS))
    curve = Curve(x, unseen, dashed, "steps", "squared error", "the net as it trains; dashed: the fixed kernel")
    return Measurement(unseen.amin(1) / kernel, own[:, -1] / kernel, curve, own, baseline(world, n))


def chosen(K: Tensor, world: World, seen: Tensor, unseen: Tensor) -> float:
    """Error on unseen rows of the penalty that leave-one-out chooses."""
    path = ridge_path(K[seen][:, seen], world.Y[seen], PENALTIES)
    missed = path.predict(K[unseen][:, seen])[path.best] - world.Y[unseen]
    return float(missed.square().sum(-1).mean())


def baseline(world: World, n: int, splits: int = 12) -> tuple[float, float]:
    """From the least ratio of other fixed kernels to this one, on splits that no seed uses; at least so much."""
    distances = -world.K.clamp(min=1e-300).log()
    ratios = []
    for seed in range(1001, 1001 + splits):
        one = split(world, n, compute.generator(seed))
        here = chosen(world.K, world, *one)
        ratios += [chosen((-distances * power).exp(), world, *one) / here for power in (4.0, 0.25)]
    return min(1.0, *ratios), float("inf")

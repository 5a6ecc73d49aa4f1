"""Two questions: where random features are worst, and whether proportions of classes tell a risk."""

import torch
from torch import Tensor

from ddlearn import compute
from ddlearn import double_descent as dd
from ddlearn.lessons.capstone.asking import Measurement, Report, stacked
from ddlearn.lessons.capstone.by_rows import split
from ddlearn.lessons.capstone.shelf import World
from ddlearn.result import Curve
from ddlearn.ridge import ridge
from ddlearn.weak_labels import bag_weights, weighted_bag_loss

ASPECTS = (0.1, 0.25, 0.5, 0.7, 0.85, 0.95, 1.0, 1.05, 1.15, 1.4, 2.0, 4.0)  # features over rows
CURE = 1.0  # the control's ridge; the kernel has 1 on its diagonal
TESTED = 200
WORST = 100.0  # no curve is drawn beyond

BAG_SIZES = (2, 3, 5, 8)
JUDGED = 5
BAGS = 6000
SHARPNESS = 2.0  # turns the outputs of a ridge fit into logits


def peak(world: World, n: int, seeds: range, progress: Report | None = None) -> Measurement:
    """The number of random features with the largest error, over n; the control has a ridge."""
    widths = sorted({max(2, round(n * aspect)) for aspect in ASPECTS})
    rows = []
    for seed in seeds:
        draw = compute.generator(seed)
        seen, unseen = split(world, n, draw)
        unseen = unseen[:TESTED]
        features = dd.CosineFeatures.draw(world.x.shape[1], widths[-1], world.x.shape[1] ** 0.5, draw)
        parts = (world.x[seen], world.Y[seen], world.x[unseen], world.Y[unseen])
        errors = dd.width_path(features, *parts, widths, ridges=(0.0, CURE)).mse.T.double()  # (2, W)
        at = [widths[int(one.argmax())] / n for one in errors]
        rows.append((*at, *errors.clamp(max=WORST)))
        if progress:
            progress(len(rows) / len(seeds), f"seed {len(rows)} of {len(seeds)}")
    values, controls, curves, control_curves = stacked(rows)
    known = dd.Spectrum(world.modes.lam.clamp(min=1e-15), torch.ones(len(world)), world.modes.V2)
    x = torch.tensor(widths, dtype=torch.float64)
    theory = torch.full_like(x, WORST)  # infinite at N = n
    away = x != n
    some = [width for width in widths if width != n]
    told = dd.held_out(dd.predict_features(known, n, some).excess, n, some, len(world), 0.0)
    theory[away] = told.clamp(max=WORST)
    curve = Curve(x, curves, theory, "random features", "squared error", f"{n} rows, more and more features")
    return Measurement(values, controls, curve, control_curves)


def bags(world: World, n: int, seeds: range, progress: Report | None = None) -> Measurement:
    """A classifier's risk from bags of which only the proportions are known, over its risk with labels.

    The control gives each row its bag's proportions as if they were its own label.
    """
    x = torch.tensor(BAG_SIZES, dtype=torch.float64)
    at, rows = BAG_SIZES.index(JUDGED), []
    for seed in seeds:
        draw = compute.generator(seed)
        seen, unseen = split(world, n, draw)
        K = world.K[:, seen]
        logits = (SHARPNESS * K @ ridge(K[seen], targets(world)[seen], 1e-2))[unseen]  # (m, C)
        classes = world.classes[unseen]
        p = torch.bincount(classes, minlength=logits.shape[1]).double() / len(classes)
        with_labels = torch.nn.functional.cross_entropy(logits, classes)
        found = []
        for k in BAG_SIZES:
            taken = torch.randint(len(classes), (BAGS, k), generator=draw)
            told = torch.nn.functional.one_hot(classes[taken], len(p)).double().mean(1)
            found.append([weighted_bag_loss(logits[taken], w) for w in (bag_weights(told, p, k), told)])
        unbiased, naive = (torch.stack(part) / with_labels for part in zip(*found, strict=True))
        rows.append((float(unbiased[at]), float(naive[at]), unbiased, naive))
        if progress:
            progress(len(rows) / len(seeds), f"seed {len(rows)} of {len(seeds)}")
    values, controls, curves, control_curves = stacked(rows)
    name = "risk from bags, over the risk with labels"
    curve = Curve(x, curves, torch.ones(len(x), dtype=x.dtype), "rows in a bag", name, "labels, and proportions only")
    return Measurement(values, controls, curve, control_curves)


def targets(world: World) -> Tensor:
    """1 at a row's class and 0 elsewhere, less the shares of the classes.  (N, C)"""
    hot = torch.nn.functional.one_hot(world.classes).double()
    return hot - hot.mean(0)

"""Three questions: where random features are worst, whether the widest win, and whether proportions tell a risk."""

import torch
from torch import Tensor

from ddlearn import compute
from ddlearn import double_descent as dd
from ddlearn.lessons.capstone.asking import Measurement, Report, by_seed
from ddlearn.lessons.capstone.by_rows import split
from ddlearn.lessons.capstone.shelf import World
from ddlearn.result import Curve
from ddlearn.ridge import ridge
from ddlearn.weak_labels import bag_weights, weighted_bag_loss

ASPECTS = (0.1, 0.25, 0.5, 0.7, 0.85, 0.95, 1.0, 1.05, 1.15, 1.4, 2.0, 4.0)  # features over rows
WIDE_ASPECTS = (0.25, 0.5, 0.8, 1.0, 1.25, 2.0, 4.0, 16.0)
CURE = 1.0  # the control's ridge; the kernel has 1 on its diagonal
MOST = 3.0  # a larger ratio counts as this one: near the peak ratios have no mean to speak of
TESTED = 200
WORST = 100.0  # no curve is drawn beyond

BAG_SIZES = (2, 3, 5, 8)
JUDGED = 5
BAGS = 6000
SHARPNESS = 2.0  # turns the outputs of a ridge fit into logits


def peak(world: World, n: int, seeds: range, progress: Report | None = None) -> Measurement:
    """The number of random features with the largest error, over n; the control has a ridge."""
    widths = sizes(n, ASPECTS)

    def one(seed: int) -> tuple:
        errors = feature_errors(world, n, widths, seed)
        return *(widths[i] / n for i in errors.argmax(1).tolist()), *errors.clamp(max=WORST)

    values, controls, curves, control_curves = by_seed(one, seeds, progress)
    return Measurement(values, controls, feature_curve(world, n, widths, curves), control_curves)


def widest(world: World, n: int, seeds: range, progress: Report | None = None) -> Measurement:
    """The error of sixteen features a row over that of one for four rows; the control stands at the peak instead."""
    widths = sizes(n, WIDE_ASPECTS)

    def one(seed: int) -> tuple:
        error = feature_errors(world, n, widths, seed)[0]
        drawn = error.clamp(max=WORST)
        at_peak = widths.index(n)
        ratios = (error[[-1, at_peak]] / error[0]).clamp(max=MOST)
        return *ratios, drawn, drawn[at_peak].expand(len(widths))

    values, controls, curves, control_curves = by_seed(one, seeds, progress)
    return Measurement(values, controls, feature_curve(world, n, widths, curves), control_curves)


def sizes(n: int, aspects: tuple[float, ...]) -> list[int]:
    return sorted({max(2, round(n * aspect)) for aspect in aspects})


def feature_errors(world: World, n: int, widths: list[int], seed: int) -> Tensor:
    """Errors on unseen rows of the shortest fit, and of one with the ridge CURE.  (2, widths)"""
    draw, d = compute.generator(seed), world.x.shape[1]
    seen, unseen = split(world, n, draw)
    unseen = unseen[:TESTED]
    features = dd.CosineFeatures.draw(d, widths[-1], d**0.5, draw)
    parts = (world.x[seen], world.Y[seen], world.x[unseen], world.Y[unseen])
    return dd.width_path(features, *parts, widths, ridges=(0.0, CURE)).mse.T.double()


def feature_curve(world: World, n: int, widths: list[int], measured: Tensor) -> Curve:
    """Measured errors without a ridge, and what theory expects of them: the exact formula, infinite at n features."""
    x = torch.tensor(widths, dtype=torch.float64)
    theory, away = torch.full_like(x, WORST), x != n
    some = x[away].int().tolist()
    known = dd.Spectrum(world.modes.lam.clamp(min=1e-15), torch.ones(len(world), dtype=torch.float32), world.modes.V2)
    told = dd.held_out(dd.predict_features(known, n, some).excess, n, some, len(world), 0.0)
    theory[away] = told.clamp(max=WORST)
    return Curve(x, measured, theory, "random features", "squared error", f"{n} rows, more and more features")


def bags(world: World, n: int, seeds: range, progress: Report | None = None) -> Measurement:
    """A classifier's risk from bags of which only the proportions are known, over its risk with labels.

    The control gives each row its bag's proportions as if they were its own label.
    """
    x, at = torch.tensor(BAG_SIZES, dtype=torch.float64), BAG_SIZES.index(JUDGED)
    hot = torch.nn.functional.one_hot(world.classes).double()
    targets = hot - hot.mean(0)

    def one(seed: int) -> tuple:
        draw = compute.generator(seed)
        seen, unseen = split(world, n, draw)
        K = world.K[:, seen]
        logits = (SHARPNESS * K @ ridge(K[seen], targets[seen], 1e-2))[unseen]  # (m, C)
        classes, p = world.classes[unseen], hot[unseen].mean(0)
        with_labels = torch.nn.functional.cross_entropy(logits, classes)
        found = []
        for k in BAG_SIZES:
            taken = torch.randint(len(classes), (BAGS, k), generator=draw)
            told = hot[unseen][taken].mean(1)
            found.append([weighted_bag_loss(logits[taken], w) for w in (bag_weights(told, p, k), told)])
        unbiased, naive = (torch.stack(part) / with_labels for part in zip(*found, strict=True))
        return unbiased[at], naive[at], unbiased, naive

    values, controls, curves, control_curves = by_seed(one, seeds, progress)
    name = "risk from bags, over the risk with labels"
    curve = Curve(x, curves, torch.ones_like(x), "rows in a bag", name, "labels, and proportions only")
    return Measurement(values, controls, curve, control_curves)

"""The cells of the lesson, simulated once, and how a classifier of them is judged.

A pool holds as many cells of each type, seen in many specimens, so that a specimen is no clue to the type. Nets are
small and many are trained as one, each on cells of its own. They are judged on cells that none has seen, counted as
often as the average blood has them.
"""

import torch
from torch import Tensor

from ddlearn import compute, weak_labels
from ddlearn.blood import CellPool, cell_pool, mean_blood
from ddlearn.classroom import cached
from ddlearn.compute import Progress
from ddlearn.networks import MLP, Parameters

TYPES = ("granulocytes", "lymphocytes", "monocytes")
TRAIN, TEST = 3000, 700  # cells of each type
FEATURES, UNITS = 32, 32
STEPS, RATE, BATCH = 200, 1e-2, 128
DECAY, STRONG_DECAY = 1e-4, 1e-2  # the stronger one where a tube has fewer cells than FEW
FEW = 300

PURE = torch.eye(3, dtype=torch.float64)
"""The transition of pure tubes; in place of another one it takes tubes for types."""
THIRDS = torch.full((3,), 1 / 3, dtype=torch.float64)
BLOOD = mean_blood()
"""The average blood test: what a laboratory knows of the mix before it has looked at any cell."""

MEASURES = ("balanced accuracy", "accuracy", "calibration error")
"""How good a classifier is, from 0 to 1: right of the three types in the mean, and of cells in the average blood; there
too, its expected calibration error."""
BALANCED, ACCURACY, CALIBRATION = range(3)
LOOKS = (("orange", "-", "s"), ("blue", "-", "o"), ("green", ":", "^"))
"""Color, line style and marker of three ways that a picture compares."""


@cached(1)
def pool(progress: Progress | None = None) -> CellPool:
    """Simulate the lesson's cells; some seconds the first time."""
    return cell_pool(TRAIN, TEST, compute.generator(0), progress=progress)


def net(units: int = UNITS) -> MLP:
    """Return a net with two hidden layers of so many units."""
    return MLP((FEATURES, units, units, len(TYPES)))


def draw_tubes(purity: Tensor, cells: int, draw: torch.Generator) -> tuple[Tensor, Tensor]:
    """Draw so many cells of each tube: places in the pool, and the tubes' names.  purity (S, C) -> (S cells,) twice"""
    types = torch.multinomial(purity, cells, replacement=True, generator=draw).flatten()
    return pool().take(types, draw), torch.arange(len(purity)).repeat_interleave(cells)


def train_on_tubes(
    rows: Tensor,
    tubes: Tensor,
    draw: torch.Generator,
    transitions: Tensor = PURE,
    *,
    units: int = UNITS,
    few: bool | None = None,
    x: Tensor | None = None,
    progress: Progress | None = None,
) -> tuple[MLP, Parameters]:
    """Train a net for each row of rows and tubes (nets, n), with a transition (C, S) or one each, all as one.

    `few` says that a tube has few cells, where n does not: the weight decay is the stronger one then. Rows are of x,
    or of the pool.
    """
    single = transitions.float()
    batches = weak_labels.draw_own_batches(
        rows, BATCH, lambda logits, picked: weak_labels.forward_loss(logits, tubes.gather(1, picked), single)
    )
    few = rows.shape[1] < 3 * FEW if few is None else few
    how = {"steps": STEPS, "lr": RATE, "weight_decay": STRONG_DECAY if few else DECAY, "progress": progress}
    shape, x = net(units), pool().train_x.float() if x is None else x
    return shape, weak_labels.train_classifiers(shape, x, batches, generator=draw, nets=len(rows), **how)


def posteriors(shape: MLP, parameters: Parameters, x: Tensor) -> Tensor:
    """Return what each net says of cells.  x (n, 32), or (nets, n, 32) -> (nets, n, 3), float64"""
    with torch.no_grad():
        return shape.apply(parameters, x.float()).double().softmax(-1)


def weights(y: Tensor) -> Tensor:
    """Return how often each test cell counts, so that the types have the shares of the average blood."""
    return BLOOD[y] / y.bincount(minlength=3).double()[y]


def scores(P: Tensor, y: Tensor) -> Tensor:
    """Return the MEASURES of posteriors P (n, 3) of cells of types y (n,).  -> (3,)"""
    right, weight = (P.argmax(1) == y).double(), weights(y)
    each = right.new_zeros(3).index_add(0, y, right) / y.bincount(minlength=3)
    error = weak_labels.expected_calibration_error(P, y, weights=weight)
    return torch.stack([each.mean(), right @ weight / weight.sum(), error])


def at_the_patients(P: Tensor, p_from: Tensor) -> Tensor:
    """Take posteriors, learned where types have the shares p_from, to the average blood.  P (n, 3) -> (n, 3)"""
    return weak_labels.prior_shift(P, p_from, BLOOD)


def judge(shape: MLP, parameters: Parameters, p_from: Tensor = THIRDS) -> Tensor:
    """Judge nets, learned at p_from, on the test cells, as they name them in the average blood.  -> (nets, 3)"""
    P = posteriors(shape, parameters, pool().test_x)
    return torch.stack([scores(at_the_patients(one, p_from), pool().test_y) for one in P])

"""A call of each public function of the science that works, as refused.txt lists them."""

import functools
import inspect
import math  # noqa: F401
from pathlib import Path

import torch
from torch import nn

import ddlearn.adversarial as adversarial
import ddlearn.diagonal_networks as diagonal  # noqa: F401
import ddlearn.early_alignment as neurons  # noqa: F401
import ddlearn.generalization as gz
import ddlearn.result as result  # noqa: F401
import ddlearn.separable as separable  # noqa: F401
import ddlearn.sharpness as sharpness  # noqa: F401
from ddlearn import blood, compute, datasets, kernels, networks, parities, ridge, tangent, training
from ddlearn import double_descent as dd
from ddlearn import linear_networks as ln
from ddlearn import weak_labels as wl

# What is imported and not used here the table speaks of.


class Root(nn.Module):
    """Of negative numbers: not a number."""

    def forward(self, z):
        return (-1 - z.square()).sqrt()


@functools.cache
def setting():
    """Everything that the calls of the table speak of, by name."""
    G = compute.generator(0)

    def normal(*shape):
        return torch.randn(shape, generator=G, dtype=torch.float64)

    X, X2, Y, Y2, ONES = normal(6, 3), normal(4, 3), normal(6), normal(6, 2), torch.ones(3).double()
    K, EYE, LABELS = X @ X.T + torch.eye(6).double(), torch.eye(3).double(), torch.tensor([0, 1, 2, 0, 1, 2])
    SIGNS, LAM = torch.tensor([1.0, -1, 1, 1, -1, -1]).double(), torch.tensor([3.0, 1.0, 0.5]).double()
    ZERO = 0 * ONES[:1]
    NET, NET3, ONE, CLASSIFIER = (networks.MLP(widths) for widths in ((3, 4, 2), (5, 3, 1), (3, 4, 1), (3, 2, 3)))
    THETA, START = NET.init(G), ONE.init(G)
    STACKED = tuple((W[None], b[None]) for W, b in THETA)
    PAIR = training.Ensemble([NET, NET], [THETA, THETA])
    MIXED = training.Ensemble([NET, ONE], [THETA, START])
    MODULE = nn.Sequential(nn.Linear(3, 4), nn.Tanh(), nn.Linear(4, 2)).double()
    for weights in MODULE.parameters():
        weights.data = torch.randn(weights.shape, generator=compute.generator(2), dtype=torch.float64)
    ROOT = nn.Sequential(nn.Linear(3, 2).double(), Root())
    LINEAR, OF_MODULE, TRAINING = tangent.linearize(NET, THETA), tangent.linearize(MODULE), tangent.dynamics(K, Y)
    FOURIER, RELU = kernels.FourierFeatures.draw(3, 4, 1.0, G), kernels.ReluFeatures.draw(3, 4, G)
    PATH, UNIT = ridge.ridge_path(K, Y, [0.1]), gz.unit_rows(X)
    IMAGES = torch.zeros(2, 4, 4, dtype=torch.uint8)
    SET = datasets.ImageSet("tiny", IMAGES, LABELS[:2], IMAGES, LABELS[:2], 255, "none", "none")
    PROBLEM, W1, W2 = ln.draw_starts("barely", 2, 3, 2, G)
    RUN, CERTIFIED = ln.descend(PROBLEM, W1, W2, 0.01, 2), ln.certificate(PROBLEM, W1, W2)
    ENVELOPE = ln.envelope(PROBLEM, W1, W2, 1)
    AHEAD, BOTH, FOOLED = X.abs() + 0.1, SIGNS[:, None] * (X.abs() + 0.1), adversarial.Net(normal(4, 3), SIGNS[:4])
    BITS, _ = parities.sparse_parity(5, 4, 2, G)
    GRAM = parities.oracle_kernel(BITS)
    GIBBS = gz.pac_bayes_kernel(K, SIGNS)
    RANDOMIZED = gz.pac_bayes_net(ONE, START, START, X, SIGNS, G, steps=1, draws=10)
    SEEDS, OUTPUTS = LABELS.expand(2, 6), normal(2, 2, 4, 6)
    PICTURES = torch.rand(4, 8, 8, generator=compute.generator(1))
    FEATURES, SPECTRUM = dd.CosineFeatures.draw(3, 8, 1.0, G), dd.Spectrum([1.0, 0.5], [1, 2], [1.0, 0.0])
    FIT, PARTS = dd.smoother(X, X), dd.decompose_features(3, 4, [2], G, data_sets=2, inits=2, points=3)
    CLOCKS, SLOW = dd.three_clocks(10), dd.Clocks([1.0], torch.ones(1), [0.9], 1)
    CONVOLUTIONS = dd.draw_conv_nets(1, 3, 1, G)
    A, Q, P = wl.draw_patients([1.0] * 3, 4, G), wl.draw_patients([1.0] * 3, 6, G), [0.5, 0.3, 0.2]
    BAGS, CELLS, VOTES = normal(4, 5, 3), normal(6, 3), torch.tensor([[0, 1], [-1, 2], [2, 2]])
    LOPSIDED, BELOW = torch.tensor([[0.5, 0.6, 0.2]]).double(), torch.tensor([[1.5, -0.5, 0.0]]).double()
    WORLD, EVERY, ROWS = wl.FiniteWorld(A[:3], EYE), wl.every_bag(3, 2), torch.arange(20).reshape(4, 5)
    ODDS, MODEL = wl.mixture_probabilities(EVERY, A), wl.dawid_skene(VOTES, 3)
    BLOOD, EFFECTS, TWO = blood.draw_cells(LABELS, G), *(blood.specimen_effects(n, 1.0, G) for n in (1, 2))
    WAVE, PHOTOS, POOL = torch.ones(4, 4, dtype=torch.complex128), torch.ones(2, 32, 32), blood.cell_pool(2, 1, G)
    ATTRIBUTES = blood.AttributeSet(torch.zeros(2, 11, dtype=torch.int64), LABELS[:2])
    SMEARS = blood.BloodImages(*[torch.zeros(1)] * 6, license="", citation="")

    def SQUARE(w):
        return w.square().sum()

    def DRAW(g):
        return LABELS, lambda z: z.mean((1, 2))

    return {**globals(), **locals()}


def table():
    """Of each call of the table: itself, and the (argument, bad value) that it is asked; and (bad call, sentence)."""
    calls, sentences = {}, []
    for line in Path(__file__).with_name("refused.txt").read_text("utf-8").splitlines():
        call, _, bad = line.partition("| ")
        if line.startswith("#") or not line:
            continue
        if " -> " in line:
            sentences.append(line.strip().split(" -> "))
        elif call.strip():
            latest = calls[call.strip()] = bad.split("; ") if bad else []
        else:
            latest += bad.split("; ")
    return calls, sentences


CALLS, SENTENCES = table()


def asked(call):
    """The function of a call, and its arguments."""
    name, _, arguments = call.partition("(")
    function = eval(name, setting())
    positional, named = eval(f"both({arguments}", {**setting(), "both": lambda *args, **named: (args, named)})
    return function, inspect.signature(function).bind(*positional, **named)


def with_one(bound, argument, value):
    """The same arguments but one."""
    assert argument in bound.signature.parameters, argument
    changed = inspect.BoundArguments(bound.signature, {**bound.arguments, argument: value})
    changed.arguments = {
        name: changed.arguments[name] for name in bound.signature.parameters if name in changed.arguments
    }
    return changed

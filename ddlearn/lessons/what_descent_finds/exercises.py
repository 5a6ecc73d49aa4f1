"""Functions that the learner writes or repairs: a step in a geometry, how a neuron turns, an attack on averages."""

import torch
from torch import Tensor

from ddlearn.classroom import Exercise, Mistake, edit


def steepest(g: Tensor, geometry: str) -> Tensor:
    if geometry == "l2":
        return -g
    if geometry == "linf":
        return -g.abs().sum() * g.sign()
    k = g.abs().argmax()
    d = torch.zeros_like(g)
    d[k] = -g[k]
    return d


def turn(w: Tensor, X: Tensor, y: Tensor, sign: float) -> Tensor:
    u = w / w.norm()
    active = X @ w > 0
    x_a = (y[active, None] * X[active]).sum(0)
    return sign * (x_a - (x_a @ u) * u)


def attack(centers: Tensor, labels: Tensor, y: float) -> Tensor:
    return -y * (labels @ centers) / len(centers) ** 0.5


def steepest_cases(generator: torch.Generator):
    for d, geometry in ((2, "linf"), (5, "linf"), (2, "l1"), (5, "l1"), (9, "l1"), (3, "l2")):
        g = torch.randn(d, generator=generator, dtype=torch.float64)
        g[0] = -2 - g[0].abs()  # the largest entry is negative
        yield g, geometry


def turn_cases(generator: torch.Generator):
    for n, D, sign in ((6, 2, 1.0), (8, 3, -1.0), (12, 5, 1.0), (10, 4, -1.0)):
        X = torch.randn(n, D, generator=generator, dtype=torch.float64)
        w = (X[0] - X[1]) * 0.3  # active on some points and not on others
        y = torch.where(torch.arange(n) % 3 == 0, 1.0, -1.0).double()
        yield w, X, y, sign


def attack_cases(generator: torch.Generator):
    for K, positive, y in ((9, 5, 1.0), (9, 5, -1.0), (4, 1, 1.0), (5, 2, -1.0)):
        basis = torch.linalg.qr(torch.randn(12, 12, generator=generator, dtype=torch.float64)).Q
        yield basis[:K], torch.where(torch.arange(K) < positive, 1.0, -1.0).double(), y


def own_class(centers: Tensor, labels: Tensor, y: float) -> Tensor:
    own = centers[labels == y]
    return -own.sum(0) / len(own) ** 0.5


def other_class(centers: Tensor, labels: Tensor, y: float) -> Tensor:
    other = centers[labels != y]
    return other.sum(0) / len(other) ** 0.5


STEEPEST = Exercise(
    name="steepest",
    title="The direction of steepest descent in a norm",
    reference=steepest,
    cases=steepest_cases,
    hints=(
        "In the example by hand, g is (−4.5, −2). Which entries move in each geometry, and by how much?",
        "In l∞ all entries move by the same amount, the sum of all |g_k|. In l1 only one entry moves.",
        'For "linf": -g.abs().sum() * g.sign(). For "l1": a vector of zeros whose entry k = g.abs().argmax() is -g[k].',
    ),
    mistakes=(
        Mistake(
            "sign without the dual norm",
            edit("-g.abs().sum() * g.sign()", "-g.sign()"),
            "In l∞ your direction has the right signs, but always the size 1. Multiply it by the sum of all |g_k|. "
            "(Normalized sign descent, with steps that become smaller, finds the same margin.)",
        ),
        Mistake(
            "largest entry for the dual norm",
            edit("g.abs().sum()", "g.abs().max()"),
            "In l∞ you multiplied by the largest |g_k|. The size is the dual norm of l∞, which is the l1 norm.",
        ),
        Mistake(
            "l2 norm for the dual norm",
            edit("g.abs().sum()", "g.norm()"),
            "In l∞ you multiplied by the l2 norm of g. The norm that belongs to l∞ is the sum of all |g_k|.",
        ),
        Mistake(
            "ascent",
            lambda g, geometry: -steepest(g, geometry),
            "Your directions go uphill: d must have a negative product with g.",
        ),
        Mistake(
            "argmax of g, not of its size",
            edit("k = g.abs().argmax()", "k = g.argmax()"),
            "In l1 you took the largest entry of g. A large negative entry counts as well: take the largest |g_k|.",
        ),
        Mistake(
            "the whole gradient for l1",
            lambda g, geometry: -g if geometry == "l1" else steepest(g, geometry),
            "In l1 you moved every entry. A step in l1 moves one entry only, that of the largest |g_k|.",
        ),
        Mistake(
            "length forgotten in l1",
            edit("d[k] = -g[k]", "d[k] = -g[k].sign()"),
            "In l1 the right entry moves in the right direction, but always by 1. It moves by |g_k|.",
        ),
        Mistake(
            "geometries exchanged",
            lambda g, geometry: steepest(g, {"l2": "l2", "l1": "linf", "linf": "l1"}[geometry]),
            "You exchanged l1 and l∞: steps in l∞ move all entries equally, steps in l1 move a single one.",
        ),
        Mistake(
            "unit direction in l2",
            edit("return -g\n", "return -g / g.norm()\n"),
            "In l2 you divided by the length of g. The steepest direction is -g itself: its length is the slope.",
        ),
    ),
)

TURN = Exercise(
    name="turn",
    title="How fast does a neuron turn?",
    reference=turn,
    cases=turn_cases,
    given="projection with w",
    hints=(
        "Take the neuron by hand, and make it ten times as long. Its direction turns as before. And in the code?",
        "A direction has length 1, so its velocity has no part along it. Along which vector do you have to project?",
        "u = w / w.norm(), then subtract (x_a @ u) * u. Which points are active does not depend on the length of w.",
    ),
    mistakes=(
        Mistake(
            "projection with w",
            edit("(x_a @ u) * u", "(x_a @ w) * w"),
            "You subtract (x_a · w) w, which is the part along w only if w has length 1.",
        ),
        Mistake(
            "half normalized",
            edit("(x_a @ u) * u", "(x_a @ u) * w"),
            "You project with u and with w. Both factors need the unit vector.",
            also=(edit("(x_a @ u) * u", "(x_a @ w) * u"),),
        ),
        Mistake(
            "all points",
            edit("active = X @ w > 0", "active = X @ w == X @ w"),
            "You summed over all points. A ReLU that is off passes no gradient: only active points count.",
        ),
        Mistake(
            "labels forgotten",
            edit("(y[active, None] * X[active])", "X[active]"),
            "You forgot the labels: a positive neuron is moved towards positive points and away from negative ones.",
        ),
        Mistake(
            "active points chosen by the label",
            edit("active = X @ w > 0", "active = y > 0"),
            "You took the points of label +1. Active are the points with w · x > 0, whatever their label is.",
        ),
        Mistake(
            "no projection",
            edit(" - (x_a @ u) * u", ""),
            "This is how the neuron itself moves. Its direction moves only across itself: subtract the part along u.",
        ),
        Mistake(
            "mean for the sum",
            edit(".sum(0)", ".mean(0)"),
            "You averaged the active points. The loss is a sum, so x_a is a sum.",
            also=(edit(".sum(0)", ".sum(0) / len(y)"),),
        ),
        Mistake(
            "sign of v left out",
            edit("sign * (x_a", "(x_a"),
            "You left out the sign of v: a neuron with a negative output weight turns the other way.",
        ),
    ),
)

ATTACK = Exercise(
    name="attack",
    title="An attack on class averages",
    reference=attack,
    cases=attack_cases,
    hints=(
        "The function compares w · m₊ with w · m₋. Which change of x lowers the one and raises the other?",
        "For a positive point, go along m₋ − m₊: minus the sum of labels times centers. How long is this vector?",
        "labels @ centers is the sum. The K centers are orthonormal, so its length is √K. Multiply by −y.",
    ),
    mistakes=(
        Mistake(
            "the sum, not made unit",
            edit(" / len(centers) ** 0.5", ""),
            "Your vector has the length √K, so radii look √K times too small. An attack is a unit direction.",
        ),
        Mistake(
            "the mean, not made unit",
            edit("len(centers) ** 0.5", "len(centers)"),
            "You divided by K. The sum of K orthonormal vectors has the length √K.",
        ),
        Mistake(
            "wrong sign",
            edit("-y * ", "y * "),
            "This direction makes the network more certain. Go against the label.",
        ),
        Mistake(
            "own class only",
            own_class,
            "You go away from the centers of the own class. That works, but it is shorter to go towards the others "
            "at the same time.",
        ),
        Mistake(
            "other class only",
            other_class,
            "You go towards the centers of the other class. It is shorter to leave the own class at the same time.",
        ),
        Mistake(
            "y forgotten",
            edit("-y * ", "-"),
            "Your direction does not depend on y. Negative points must be attacked in the opposite direction.",
        ),
    ),
)

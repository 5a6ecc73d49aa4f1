"""How small a change of the input fools a network: a ReLU network against one with powers of ReLUs.

Points lie around K orthonormal centers, each of label +-1: m_k + N(0, spread^2 I / D). The network is

    f(x) = sum_j v_j relu(w_j . x)^p / |w_j|^(p - 1),

p = 1 a ReLU network, p = 3 a pReLU network. With m+ and m- the sums of the centers of a class, look at

    F(x) = relu(m+ . x) - relu(m- . x),    which the unit direction (m- - m+) / sqrt(K) fools at about 1 / sqrt(K),
    F_p(x) = sum_+ relu(m_k . x)^p - sum_- relu(m_k . x)^p,    which for p > 2 nothing below about sqrt(2) / 2 fools.

No classifier does better than sqrt(2) / 2, half of the way between two centers. Both functions: Min and Vidal, "Can
implicit bias imply adversarial robustness?", 2024, arXiv 2405.15942. For p > 2, and a start that satisfies a condition
which random ones do not, descent finds F_p: Min and Vidal, "Gradient flow provably learns robust classifiers for
orthonormal GMMs", 2025. A radius here is that of an attack that was found: it bounds the robustness from above, and
certifies nothing.
"""

import math
from collections.abc import Callable
from dataclasses import dataclass

import torch
from torch import Tensor

from ddlearn import arguments

__all__ = ["Net", "clusters", "directed", "gradient_attack", "mean_attack", "radius", "train"]

Attack = Callable[[Tensor, Tensor, float], Tensor]

REACH, RADII = 1.3, 52  # how far an attack is followed, and at how many lengths it is first looked at


@dataclass(frozen=True, eq=False)
class Net:
    """The network of the module, of W (h, D), v (h,) and the power p; `steps` of descent led there, to this loss."""

    W: Tensor
    v: Tensor
    p: int = 1
    steps: int = 0
    loss: float = math.nan

    def __post_init__(self):
        arguments.matrix("W", self.W)
        if arguments.tensor("v", self.v).shape != self.W.shape[:1]:
            raise ValueError(f"v must be of shape ({len(self.W)},); got shape {tuple(self.v.shape)}")
        arguments.whole("p", self.p, 1, 10)

    def __call__(self, x: Tensor) -> Tensor:
        """Return f at each point.  x (..., D) -> (...)"""
        size = self.W.norm(dim=1)
        return (x @ (self.W / size[:, None]).T).relu() ** self.p @ (self.v * size)

    def slope(self, x: Tensor) -> Tensor:
        """Return the gradient of f in the input.  x (..., D) -> (..., D)"""
        size = self.W.norm(dim=1)
        unit = self.W / size[:, None]
        return self.p * ((x @ unit.T).relu() ** (self.p - 1) * (x @ unit.T > 0) * (self.v * size)) @ unit


def clusters(
    centers: Tensor, labels: Tensor, each: int, spread: float, generator: torch.Generator
) -> tuple[Tensor, Tensor]:
    """Draw `each` points around every center.  centers (K, D), labels (K,) of +-1 -> x (K each, D), y (K each,)"""
    _labeled(centers, labels)
    arguments.whole("each", each, 1), arguments.generator("generator", generator)
    noise = torch.randn(each * len(centers), centers.shape[1], generator=generator, dtype=centers.dtype)
    scale = arguments.at_least("spread", spread, 0) / math.sqrt(centers.shape[1])
    return centers.repeat_interleave(each, 0) + scale * noise.to(centers), labels.repeat_interleave(each)


def train(x: Tensor, y: Tensor, start: Net, *, pace: float, target: float = 0.02, max_steps: int = 20_000) -> Net:
    """Descend on the mean of exp(-y f) until it is at most `target`.  x (n, D), y (n,) -> Net

    The step is pace / (max(1, L) max(1, mean |w_j|^2)). Raises `ArithmeticError` if the loss does not come down.
    """
    arguments.signs("y", y, len(arguments.matrix("x", x, columns=start.W.shape[1])))
    pace, target = arguments.positive("pace", pace), arguments.positive("target", target)
    W, v, p = start.W, start.v, start.p
    for step in range(arguments.whole("max_steps", max_steps, 1) + 1):
        size = W.norm(dim=1)
        unit = W / size[:, None]
        on = (x @ unit.T).relu()  # (n, h)
        push = (-y * (on**p @ (v * size))).exp() / len(y)
        loss = float(push.sum())
        if loss <= target:
            return Net(W, v, p, step, loss)
        push = y * push * pace / max(1, loss) / max(1, float(size.square().mean()))
        # |w| relu(u.x)^p has the gradient p relu(u.x)^(p-1) x - (p-1) relu(u.x)^p u in w.
        toward = p * (on ** (p - 1) * (on > 0) * push[:, None]).T @ x - (p - 1) * (push @ on**p)[:, None] * unit
        W, v = W + v[:, None] * toward, v + size * (push @ on**p)
    raise ArithmeticError(f"after {max_steps} steps the loss is still {loss:.2g}")


def mean_attack(centers: Tensor, labels: Tensor, y: float) -> Tensor:
    """Return the unit direction against a net of class averages, -y sum_k labels_k m_k / sqrt(K).  -> (D,)"""
    _labeled(centers, labels)
    if arguments.between("y", y, -1, 1) ** 2 != 1:
        raise ValueError(f"y must be -1 or 1; got {y}")
    return -y * (labels @ centers) / math.sqrt(len(centers))


def directed(x: Tensor, y: Tensor, centers: Tensor, labels: Tensor, *, attack: Attack = mean_attack) -> Tensor:
    """Return all attacks of one who knows the centers: `attack`, then towards each center of the other class.

    x (n, D), y (n,) -> (1 + K, n, D). Where a center is of the point's own class, its row is `attack`'s again.
    """
    _labeled(centers, labels)
    arguments.signs("y", y, len(arguments.matrix("x", x, columns=centers.shape[1])))
    against = {sign: attack(centers, labels, sign) for sign in (-1.0, 1.0)}
    mean = torch.where(y[:, None] > 0, against[1.0], against[-1.0])
    toward = torch.nn.functional.normalize(centers[:, None] - x, dim=2)
    return torch.cat([mean[None], torch.where((labels[:, None] != y)[..., None], toward, mean)])


def gradient_attack(
    net: Net, x: Tensor, y: Tensor, generator: torch.Generator, *, starts: int = 3, steps: int = 40, far: float = 0.05
) -> Tensor:
    """Return unit directions found by going against y f, from `starts` random places near each point.  -> (s, n, D)

    Each step goes towards the zero of f's tangent (DeepFool: Moosavi-Dezfooli, Fawzi and Frossard 2016, arXiv
    1511.04599), at most `far`; a path ends where the sign has changed.
    """
    arguments.signs("y", y, len(arguments.matrix("x", x, columns=net.W.shape[1])))
    arguments.whole("starts", starts, 1), arguments.whole("steps", steps, 1), arguments.positive("far", far)
    noise = torch.randn(starts, *x.shape, generator=arguments.generator("generator", generator), dtype=x.dtype)
    here = x + far * torch.nn.functional.normalize(noise.to(x), dim=2)
    for _ in range(steps):
        left, slope = y * net(here), y[:, None] * net.slope(here)
        steep = slope.norm(dim=2).clamp_min(1e-12)
        length = (1.02 * left / steep + 1e-4).clamp(max=far) * (left > 0)
        here = here - (length / steep)[..., None] * slope
    return torch.nn.functional.normalize(here - x, dim=2)


def radius(net: Callable[[Tensor], Tensor], x: Tensor, y: Tensor, attacks: Tensor) -> Tensor:
    """Return the smallest length at which an attack turns the sign of y f, by bisection.  attacks (a, n, D) -> (n,)

    Infinite where none does within 1.3; 0 where the point is on the wrong side as it is.
    """
    arguments.signs("y", y, len(arguments.matrix("x", x)))
    if arguments.tensor("attacks", attacks).ndim != 3 or attacks.shape[1:] != x.shape:
        raise ValueError(f"attacks must be of shape (a, {len(x)}, {x.shape[1]}); got shape {tuple(attacks.shape)}")

    def fooled(lengths: Tensor) -> Tensor:
        return y * net(x + lengths[..., None] * attacks) <= 0

    lengths = torch.linspace(0, REACH, RADII + 1, dtype=x.dtype)
    high = x.new_full(attacks.shape[:2], math.inf)
    for length in lengths.flip(0):
        high = torch.where(fooled(length.expand(high.shape)), length, high)
    found = high.isfinite()
    low = (high - REACH / RADII).clamp_min(0)
    for _ in range(12):
        middle = torch.where(found, (low + high) / 2, 0.0)
        turned = fooled(middle)
        high, low = torch.where(found & turned, middle, high), torch.where(turned, low, middle)
    return high.amin(0)


def _labeled(centers: Tensor, labels: Tensor) -> None:
    arguments.matrix("centers", centers)
    arguments.same_kind("labels", arguments.signs("labels", labels, len(centers)), "centers", centers)

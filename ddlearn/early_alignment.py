"""A ReLU network from a small start: its neurons turn, then grow, and a class's features become one direction.

The network is f(x) = sum_j v_j relu(w_j . x) with h neurons and no bias, the loss sum_i 2 log(1 + exp(-y_i f(x_i)))
over labels of +-1; the 2 gives it the slope -1 at f = 0. The start is balanced: |v_j| = |w_j|. While f is close to 0,
the direction u = w / |w| of a neuron follows an equation of its own, in which the size of the start does not occur:

    du/dt = sign(v) (x_a - (x_a . u) u),    x_a = the sum of y_i x_i over the points on which the neuron is active.

If points of one class are positively and of two classes negatively correlated, every neuron of positive v ends in S+,
active on exactly the positive points, or is dead, active on none; likewise for S-. Later the stable rank of W is at
most 2: Min, Mallada and Vidal, "Early neuron alignment in two-layer ReLU networks with small initialization", 2024,
arXiv 2307.12851, Theorem 1. The features of a class tend to one direction: Min, Zhu and Vidal, "Neural collapse under
gradient flow on shallow ReLU networks for orthogonally separable data", 2025, arXiv 2510.21078, Theorem 1. Both assume
gradient flow. In S+, with x+ the sum of the positive points and p the angle of w to it, tan(p / 2) falls as
exp(-|x+| t) and |w| grows as exp(|x+| t): a start ten times smaller delays the fall of the loss by log(10) / |x+|.
"""

import math
from collections.abc import Callable
from dataclasses import dataclass

import torch
from torch import Tensor

from ddlearn import arguments
from ddlearn.separable import max_margin

__all__ = [
    "Run",
    "balanced_start",
    "class_sums",
    "correlation",
    "delay_per_decade",
    "directions",
    "nc1",
    "placed",
    "readout_ratio",
    "stable_rank",
    "train",
    "turn",
    "two_classes",
]

Turn = Callable[[Tensor, Tensor, Tensor, float], Tensor]


@dataclass(frozen=True, eq=False)
class Run:
    """E networks after training, and what was seen before each of T steps.

    W (E, h, D), v (E, h) at the end; t (T, E), loss of the positive and the negative points (T, E, 2), the share of
    neurons in their place (T, E), what `watch` returned, stacked (T, ...); `fallen` (E,), whose loss fell far enough.
    """

    W: Tensor
    v: Tensor
    t: Tensor
    loss: Tensor
    placed: Tensor
    watched: Tensor | None
    fallen: Tensor

    def half_times(self) -> Tensor:
        """Return when the loss of each class had halved, nan where it never did.  -> (E, 2)"""
        half = self.loss[0] / 2
        below = self.loss <= half
        k = below.int().argmax(0)[None]  # the first step below
        before = (k - 1).clamp_min(0)
        t = self.t[..., None].expand_as(self.loss)
        early, late = t.gather(0, before)[0], t.gather(0, k)[0]
        high, low = self.loss.gather(0, before)[0], self.loss.gather(0, k)[0]
        part = (high - half) / (high - low).clamp_min(1e-300)
        return torch.where(below.any(0), early + part * (late - early), math.nan)


def two_classes(
    n: int, D: int, cosine: float, noise: float, generator: torch.Generator, *, floor: float | None = None
) -> tuple[Tensor, Tensor]:
    """Draw n points around two centers of length 1 at this cosine, the first half of label 1, the others of -1.

    The noise is N(0, noise^2 I / D). With a `floor`, a point is drawn anew until y_i y_j cos(x_i, x_j) exceeds it for
    all pairs so far.  -> X (n, D), y (n,). Raises `ArithmeticError` if no such point is found in a thousand draws.
    """
    arguments.whole("n", n, 2), arguments.whole("D", D, 2), arguments.generator("generator", generator)
    cosine, noise = arguments.between("cosine", cosine, -1, 1), arguments.at_least("noise", noise, 0)
    centers = torch.zeros(2, D, dtype=torch.float64)
    centers[0, 0], centers[1, 0], centers[1, 1] = 1.0, cosine, math.sqrt(1 - cosine**2)
    y = torch.cat([torch.ones(n - n // 2), -torch.ones(n // 2)]).double()
    X = y.new_zeros(0, D)
    for label in y:
        center = centers[0] if label > 0 else centers[1]
        for _ in range(1000):
            point = center + noise / math.sqrt(D) * torch.randn(D, generator=generator, dtype=torch.float64)
            more = torch.cat([X, point[None]])
            if floor is None or correlation(more, y[: len(more)]) > floor:
                break
        else:
            raise ArithmeticError(f"no point found that keeps all correlations above {floor}")
        X = more
    return X, y


def correlation(X: Tensor, y: Tensor) -> float:
    """Return mu, the smallest y_i y_j cos(x_i, x_j) over all pairs: above 0 the theorems apply.  X (n, D), y (n,)"""
    _points(X, y)
    signed = torch.nn.functional.normalize(y[:, None] * X, dim=1)
    return float((signed @ signed.T).min())


def class_sums(X: Tensor, y: Tensor) -> Tensor:
    """Return x+ and x-, the sums of the points of each class, as rows.  X (n, D), y (n,) -> (2, D)"""
    _both_classes(X, y)
    return torch.stack([X[y > 0].sum(0), X[y < 0].sum(0)])


def delay_per_decade(X: Tensor, y: Tensor) -> Tensor:
    """Return how much later each class's loss falls from a start ten times smaller: log(10) / |x+-|.  -> (2,)"""
    return math.log(10) / class_sums(X, y).norm(dim=1)


def readout_ratio(X: Tensor, y: Tensor) -> float:
    """Return the limit of |V+| / |V-|, sqrt(gamma_- / gamma_+), gamma of a class the best l2 margin of its points."""
    _both_classes(X, y)
    return float((max_margin(X[y > 0], "l2").norm() / max_margin(X[y < 0], "l2").norm()).sqrt())


def balanced_start(h: int, D: int, sizes: Tensor, generator: torch.Generator) -> tuple[Tensor, Tensor]:
    """Draw w_j ~ N(0, I / D) and signs once, times each of E sizes, with |v_j| = |w_j|.  -> W (E, h, D), v (E, h)"""
    arguments.whole("h", h, 1), arguments.whole("D", D, 1), arguments.generator("generator", generator)
    sizes = arguments.positives("sizes", sizes, torch.zeros((), dtype=torch.float64))
    W = torch.randn(h, D, generator=generator, dtype=torch.float64) / math.sqrt(D)
    signs = torch.where(torch.rand(h, generator=generator, dtype=torch.float64) < 0.5, -1.0, 1.0)
    return sizes[:, None, None] * W, sizes[:, None] * signs * W.norm(dim=1)


def turn(w: Tensor, X: Tensor, y: Tensor, sign: float) -> Tensor:
    """Return the velocity of a neuron's direction while f is 0.  w (D,), X (n, D), y (n,), sign of v -> (D,)"""
    _points(X, y)
    if arguments.tensor("w", w).shape != X.shape[1:]:
        raise ValueError(f"w must be of shape ({X.shape[1]},); got shape {tuple(w.shape)}")
    if arguments.between("sign", sign, -1, 1) ** 2 != 1:
        raise ValueError(f"sign must be -1 or 1; got {sign}")
    active = X @ w > 0
    pull = (y[active, None] * X[active]).sum(0)
    u = torch.nn.functional.normalize(w, dim=0)
    return sign * (pull - (pull @ u) * u)


def directions(W: Tensor, X: Tensor, y: Tensor, signs: Tensor, times: Tensor, *, turn: Turn = turn) -> Tensor:
    """Integrate the equation of `turn`, each neuron by itself, by Heun's method.  W (h, D), signs (h,) -> (T, h, D)

    times (T,) ascending, the first of them the start. `turn` is the velocity itself, to be replaced by one's own.
    """
    _points(X, y)
    arguments.matrix("W", W, columns=X.shape[1])
    arguments.signs("signs", signs, len(W))
    gaps = arguments.numbers("times", times, zero=True).diff()

    def velocity(U: Tensor) -> Tensor:
        return torch.stack([turn(u, X, y, float(sign)) for u, sign in zip(U, signs, strict=True)])

    path = [torch.nn.functional.normalize(W, dim=1)]
    for gap in gaps:
        here = velocity(path[-1])
        ahead = torch.nn.functional.normalize(path[-1] + gap * here, dim=1)
        path.append(torch.nn.functional.normalize(path[-1] + gap / 2 * (here + velocity(ahead)), dim=1))
    return torch.stack(path)


def placed(W: Tensor, v: Tensor, X: Tensor, y: Tensor) -> Tensor:
    """Return the share of neurons in S+ if v > 0, in S- if v < 0, or dead.  W (..., h, D), v (..., h) -> (...)"""
    _points(X, y)
    _network(W, v, X.shape[1])
    return _placed(W @ X.T > 0, v, y)


def stable_rank(W: Tensor) -> Tensor:
    """Return |W|_F^2 / |W|_2^2, at least 1 and at most the rank.  W (..., h, D) -> (...)"""
    squared = _stack("W", W).square()
    return squared.sum(-1) / squared.amax(-1)


def nc1(features: Tensor) -> Tensor:
    """Return 1 - s_1^2 / sum of s^2: 0 if a class's features are one direction.  features (..., n, h) -> (...)"""
    squared = _stack("features", features).square()
    return squared[..., 1:].sum(-1) / squared.sum(-1)  # the largest is not subtracted: 1 - 1 has no digits left


def train(
    X: Tensor,
    y: Tensor,
    W: Tensor,
    v: Tensor,
    *,
    fraction: float = 0.01,
    pace: float = 0.02,
    readout: bool = True,
    max_steps: int = 10_000,
    watch: Callable[[Tensor, Tensor], Tensor] | None = None,
    progress: Callable[[float, str], object] | None = None,
) -> Run:
    """Train E networks side by side, each until its loss is `fraction` of what f = 0 has.  W (E, h, D), v (E, h) -> Run

    Plain descent with the step pace / (L max(1, mean |w_j|^2)), L at most that of f = 0: small at first, and growing as
    the loss falls, so that late times are reached. Without `readout`, v keeps its start. watch(W, v) is called before
    each step; progress(fraction, words) every hundred steps, and may raise to stop.
    """
    _points(X, y)
    if arguments.tensor("W", W).ndim != 3:
        raise ValueError(f"W must be of shape (E, h, {X.shape[1]}); got shape {tuple(W.shape)}")
    _network(W, v, X.shape[1])
    fraction, pace = arguments.between("fraction", fraction, 1e-12, 1), arguments.positive("pace", pace)
    first, positive = 2 * len(y) * math.log(2), y > 0
    t, seen, done = W.new_zeros(len(W)), [], 0.0
    for step in range(arguments.whole("max_steps", max_steps, 1)):
        before = W @ X.T  # (E, h, n)
        active, features = before > 0, before.clamp_min(0)
        margins = y * (v[:, None] @ features)[:, 0]
        losses = 2 * torch.nn.functional.softplus(-margins)
        loss = torch.stack([losses[:, positive].sum(1), losses[:, ~positive].sum(1)], 1)
        total = loss.sum(1)
        going = total > fraction * first
        seen.append((t, loss, _placed(active, v, y), None if watch is None else watch(W, v)))
        if not going.any():
            break
        if progress is not None and step % 100 == 0:
            fallen = float((total.log() - math.log(first)).mean() / min(math.log(fraction), -1e-12))
            done = max(done, min(1.0, fallen))  # a loss that rises at first takes nothing back
            progress(done, f"step {step}")
        rate = going * pace / (total.clamp(max=first) * W.square().sum((1, 2)).div(W.shape[1]).clamp_min(1))
        push = 2 * y * torch.sigmoid(-margins)  # (E, n)
        grown = (active * push[:, None]) @ X * v[..., None]
        if readout:
            v = v + rate[:, None] * (features @ push[..., None])[..., 0]
        W, t = W + rate[:, None, None] * grown, t + rate
    times, by_class, shares, watched = zip(*seen, strict=True)
    watched = None if watch is None else torch.stack(watched)
    return Run(W, v, torch.stack(times), torch.stack(by_class), torch.stack(shares), watched, ~going)


def _placed(active: Tensor, v: Tensor, y: Tensor) -> Tensor:
    own = active == (y * v.sign()[..., None] > 0)
    return (own.all(-1) | ~active.any(-1)).double().mean(-1)


def _points(X: Tensor, y: Tensor) -> None:
    arguments.matrix("X", X)
    arguments.same_kind("y", arguments.signs("y", y, len(X)), "X", X)


def _network(W: Tensor, v: Tensor, D: int) -> None:
    if arguments.tensor("W", W).ndim < 2 or W.shape[-1] != D:
        raise ValueError(f"W must be of shape (..., h, {D}); got shape {tuple(W.shape)}")
    if arguments.tensor("v", v).shape != W.shape[:-1]:
        raise ValueError(f"v must be of shape {tuple(W.shape[:-1])}; got shape {tuple(v.shape)}")


def _stack(name: str, value: Tensor) -> Tensor:
    """Return the singular values of each matrix."""
    if arguments.tensor(name, value).ndim < 2:
        raise ValueError(f"{name} must be a matrix or a stack of such; got shape {tuple(value.shape)}")
    return torch.linalg.svdvals(value)


def _both_classes(X: Tensor, y: Tensor) -> None:
    _points(X, y)
    if y.min() == y.max():
        raise ValueError(f"y must have both labels; got {y[0].item():g} only")

"""From how many examples on does each bound say anything? All of them on one task, and on labels that mean nothing.

A row is a claim about one predictor: the share of its mistakes that is promised, or the term that a theorem makes
depend on it, and beside it the share that the very same predictor was measured to have at points it never saw. Random
labels are the control: what certifies them is broken, and what is the same for both has not looked at the labels.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple

import torch
from torch import Tensor

from ddlearn import arguments
from ddlearn.generalization.bounds import binomial_upper, margin_bound, open_share, unit_direction
from ddlearn.generalization.capacity import arora_term, hidden_layer_kernel, parameter_count_term, spectral_term
from ddlearn.generalization.pac_bayes import pac_bayes_kernel
from ddlearn.generalization.pac_bayes_net import pac_bayes_net
from ddlearn.generalization.pools import ntk_with_bias, unit_rows
from ddlearn.networks import MLP, Parameters
from ddlearn.training import Ensemble, train

__all__ = ["Row", "bounds_table"]

RIDGE = 0.01
"""Of the kernel machine whose mistakes stand beside the hold-out and Arora's term; the kernel has 1 on its diagonal."""

LENGTH = 8.0
"""Of the net's inputs, so that its first layer has something to tell apart."""

HIDDEN = 100

TEST_DRAWS = 1000
"""Draws of the weights for the measured test error of a randomized net."""


@dataclass(frozen=True)
class Row:
    """One bound at one number of examples. `value` is promised, or a term of the promise; `measured` is what came true.

    promise is False for a leading term, which leaves out constants and promises nothing at any value.
    """

    name: str
    labels: str
    n: int
    value: float
    measured: float
    promise: bool

    @property
    def holds(self) -> bool:
        """Whether what was measured is within the promise."""
        return not self.promise or self.measured <= self.value


class Task(NamedTuple):
    """The pool's points and kernels, one kind of labels, and which points are examples and which are unseen."""

    x: Tensor
    K: Tensor
    H: Tensor
    y: Tensor
    seen: Tensor
    unseen: Tensor


def bounds_table(
    x: Tensor,
    labels: Mapping[str, Tensor],
    sizes: Sequence[int],
    generator: torch.Generator,
    *,
    nets: bool = False,
    steps: int = 400,
    delta: float = 0.05,
    progress: Callable[[float, str], object] | None = None,
) -> tuple[Row, ...]:
    """Every bound for every kind of labels and number of examples.  x (N, d), each of `labels` (N,) of -1 and +1.

    Of the N points, centered and brought to length 1, n are drawn as examples, the same for all labels, and the others
    are unseen. With `nets` the rows of a net with 100 hidden units follow, at the largest n, its posteriors trained for
    so many `steps`. Each bound holds by itself with probability 1 - delta, a net's with 1 - delta - .01.
    progress(fraction, words) is called now and then, and may raise to stop.

    Raises `TypeError` or `ValueError` if labels are not signs of N points, sizes not whole numbers from 4 to N - 1, or
    two examples are one point.
    """
    x, N = unit_rows(x), len(x)
    if not isinstance(labels, Mapping) or not labels:
        raise TypeError(f"labels must be a dict of labels by name; got {type(labels).__name__}")
    for kind, y in labels.items():
        arguments.signs(f"labels[{kind!r}]", y, N)
    sizes = arguments.wholes("sizes", sizes, 4, N - 1)
    arguments.generator("generator", generator)
    steps, delta = arguments.whole("steps", steps, 1), open_share("delta", delta)

    K = ntk_with_bias(x, 1.0)
    K /= K.diagonal().mean()
    H = hidden_layer_kernel(torch.cat([x, x.new_ones(N, 1)], 1) / 2**0.5)
    order = torch.randperm(N, generator=generator, device=generator.device).to(x.device)
    work = [(kind, n, False) for kind in labels for n in sizes]
    work += [(kind, max(sizes), True) for kind in labels if nets]
    rows: list[Row] = []
    for done, (kind, n, net) in enumerate(work):

        def report(share: float, words: str, done: int = done, kind: str = kind) -> None:
            if progress is not None:
                progress((done + share) / len(work), f"{kind} labels: {words}")

        report(0.0, f"{n} examples")
        task = Task(x, K, H, labels[kind], order[:n], order[n:])
        found = _net_rows(task, delta, generator, steps, report) if net else _kernel_rows(task, delta)
        rows += [Row(name, kind, n, *entries) for name, *entries in found]
    return tuple(rows)


def _kernel_rows(task: Task, delta: float) -> list[tuple[str, float, float, bool]]:
    """Name, value, measured and promise of what is said of kernel machines."""
    _, K, H, y, seen, unseen = task
    n = len(seen)
    K_seen, K_unseen = K[seen][:, seen], K[unseen][:, seen]
    y_seen, y_unseen = y[seen], y[unseen]

    def mistakes(K: Tensor, alpha: Tensor, y: Tensor) -> Tensor:
        return y * (K @ alpha) <= 0

    # The hold-out pays for its promise: of its n examples it trains on half only.
    half = n // 2
    kept = unit_direction(K_seen[:half, :half], y_seen[:half], RIDGE)
    wrong = int(mistakes(K_seen[half:, :half], kept, y_seen[half:]).sum())
    machine = unit_direction(K_seen, y_seen, RIDGE)
    margin, gibbs = margin_bound(K_seen, y_seen, delta), pac_bayes_kernel(K_seen, y_seen, delta)
    measured = [
        mistakes(K_unseen[:, : len(alpha)], alpha, y_unseen).double().mean().item()
        for alpha in (kept, margin.alpha, machine)
    ]
    return [
        ("hold-out", binomial_upper(wrong, n - half, delta), measured[0], True),
        ("PAC-Bayes, kernel", gibbs.bound, gibbs.gibbs_error(K_unseen, K.diagonal()[unseen], y_unseen), True),
        ("margin", margin.value, measured[1], True),
        ("Arora et al.", arora_term(H[seen][:, seen], y_seen), measured[2], False),
    ]


def _net_rows(
    task: Task, delta: float, generator: torch.Generator, steps: int, report: Callable[[float, str], None]
) -> list[tuple[str, float, float, bool]]:
    """The same of a net: trained on all n, and on the first half to be the prior of the second."""
    x, y, seen, unseen = LENGTH * task.x, task.y, task.seen, task.unseen
    n, half = len(seen), len(seen) // 2
    net = MLP((x.shape[1], HIDDEN, 1), W_std=1.0)
    fresh = Ensemble.draw([net], generator, x.dtype)
    start = fresh.parameters[0]

    def trained(rows: Tensor) -> Parameters:
        how = {"steps": 600, "lr": 3e-3, "optimizer": "adam", "loss": "logistic", "batch": min(128, len(rows))}
        return train(fresh, x[rows], y[rows], generator=generator, **how).ensemble.parameters[0]

    def randomized(name: str, prior: Parameters, mean: Parameters, rows: Tensor, sigma: float, share: float):
        found = pac_bayes_net(
            net, prior, mean, x[rows], y[rows], generator, sigma=sigma, steps=steps, delta=delta,
            progress=lambda f, words: report(share + f / 2, f"{name}, {words}"),
        )  # fmt: skip
        return name, found.bound, found.gibbs_error(x[unseen], y[unseen], TEST_DRAWS, generator), True

    plain, informed = trained(seen), trained(seen[:half])
    error = (y[unseen] * net.apply(plain, x[unseen])[:, 0] <= 0).double().mean().item()
    return [
        randomized("PAC-Bayes, net, half-data prior", informed, informed, seen[half:], 0.03, 0.0),
        randomized("PAC-Bayes, net, random prior", start, plain, seen, 0.05, 0.5),
        ("parameter count", parameter_count_term(net.size, n), error, False),
        ("spectral norms", spectral_term(net, plain, start, x[seen], y[seen]), error, False),
    ]

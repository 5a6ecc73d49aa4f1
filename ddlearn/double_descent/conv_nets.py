"""Small convolutional nets trained on images with wrong labels, over their width: the same question, asked of a net
that sees an image as one (Nakkiran et al., arXiv 1912.02292, for deeper ones).

Three 3 x 3 convolutions of k, 2k and 4k channels, ReLU after each and a pooling by two after the first and the second,
the mean over places, and a linear readout: P = 90 k^2 + 16 k + (4k + 1) K parameters. All seeds of a width train as one
net whose convolutions have a group for each. A width is a cell of its own, so that a sweep runs wherever joblib's does.
"""

from collections.abc import Iterator, Sequence

import torch
import torch.nn.functional as F
from torch import Tensor

from ddlearn import arguments, compute
from ddlearn.datasets import one_hot
from ddlearn.double_descent.cells import draw_seeds, run_cells
from ddlearn.double_descent.trained_nets import NetSweep, Scores, check_labels, recorded, score_outputs

__all__ = ["conv_parameters", "conv_widths", "draw_conv_nets", "run_conv_nets"]

SMALLEST = 4
"""Pixels that an image must have each way: two poolings halve them."""

CHUNK = 1000
"""Images looked at in one go where nothing is learned."""


def conv_parameters(k: int, K: int) -> int:
    """Return P of a net of width k with K outputs: weights and biases."""
    k, K = arguments.whole("k", k, 1), arguments.whole("K", K, 1)
    return 90 * k**2 + 16 * k + (4 * k + 1) * K


def draw_conv_nets(k: int, K: int, seeds: int, generator: torch.Generator) -> list[Tensor]:
    """Parameters of `seeds` nets, float32, on the generator's device: W and b of each convolution, then the readout's.

    W (seeds * out, in, 3, 3) and b (seeds * out,), the nets one after the other; readout (seeds, 4k, K) and (seeds, K).
    Weights are of variance 2 / inputs, biases start at 0.
    """
    k, K, seeds = (arguments.whole(name, value, 1) for name, value in (("k", k), ("K", K), ("seeds", seeds)))
    arguments.generator("generator", generator)
    kind = {"generator": generator, "device": generator.device, "dtype": torch.float32}
    drawn = []
    for n, m in ((1, k), (k, 2 * k), (2 * k, 4 * k)):
        W = torch.randn(seeds * m, n, 3, 3, **kind) * (2 / (9 * n)) ** 0.5
        drawn += [W, W.new_zeros(seeds * m)]
    readout = torch.randn(seeds, 4 * k, K, **kind) * (2 / (4 * k)) ** 0.5
    return [*drawn, readout, W.new_zeros(seeds, K)]


def run_conv_nets(parameters: Sequence[Tensor], images: Tensor) -> Tensor:
    """Return what each net says of each image.  images (n, h, w) -> (seeds, n, K)"""
    _check_shape("images", images)
    *convolutions, A, c = parameters
    seeds, z = len(A), images[:, None]
    for l in range(3):
        W, b = convolutions[2 * l : 2 * l + 2]
        # The first layer's groups all look at the one image; from then on each looks at its own channels.
        z = F.relu(F.conv2d(z, W, b, padding=1, groups=1 if l == 0 else seeds))
        z = F.max_pool2d(z, 2) if l < 2 else z
    features = z.mean((2, 3)).unflatten(1, (seeds, -1))  # (n, seeds, 4k)
    return torch.einsum("nsc,sck->snk", features, A) + c[:, None]


@torch.inference_mode(False)  # gradients on, whatever mode the caller is in
def conv_widths(
    images: Tensor,
    y: Tensor,
    images_new: Tensor,
    y_new: Tensor,
    widths: Sequence[int],
    generator: torch.Generator,
    *,
    classes: int = 10,
    steps: int = 1000,
    lr: float = 3e-3,
    batch: int = 100,
    loss: str = "mse",
    record: Sequence[int] | None = None,
    progress: compute.Progress | None = None,
) -> NetSweep:
    """Train a net for every width and seed with Adam, on the device of the images.

    images (n, h, w), labels y (S, n), a row a seed; images_new (m, h, w), clean y_new (m,). loss "mse" is |f - y|^2 / n
    to one-hot labels, or "cross-entropy". Batches are the same for all seeds, without replacement within an epoch.
    Steps are recorded as in `net_widths`. progress(fraction, words) is called after each width, and may raise to stop.
    """
    arguments.whole("classes", classes, 2)
    for name, value in (("images", images), ("images_new", images_new)):
        _check_shape(name, arguments.tensor(name, value))
    check_labels(y, y_new, classes, len(images), len(images_new))
    widths, steps = arguments.wholes("widths", widths, 1), arguments.whole("steps", steps, 1)
    batch, lr = arguments.whole("batch", batch, 1, len(images)), arguments.positive("lr", lr)
    arguments.one_of("loss", loss, ("mse", "cross-entropy"))
    record = sorted({steps, *(arguments.whole("record", t, 1, steps) for t in recorded(record, steps))})
    mean, scale = images.mean(), images.std()
    points = [((one - mean) / scale).float() for one in (images, images_new)]
    how = (classes, steps, lr, batch, loss, record)
    seeds = draw_seeds(len(widths), generator)
    settings = [(*points, y, y_new, k, seed, how) for k, seed in zip(widths, seeds, strict=True)]
    measured = torch.stack(run_cells(_cell, settings, progress))  # (W, S, R, 4)
    sizes = [conv_parameters(k, classes) for k in widths]
    return NetSweep.of(widths, sizes, len(images), classes, torch.tensor(record), measured)


def _check_shape(name: str, images: Tensor) -> None:
    if images.ndim != 3 or min(images.shape[1:]) < SMALLEST:
        raise ValueError(
            f"{name} must be of shape (n, h, w), {SMALLEST} pixels or more each way; got {tuple(images.shape)}"
        )


def _cell(x: Tensor, x_new: Tensor, y: Tensor, y_new: Tensor, k: int, seed: int, how: tuple) -> Tensor:
    """One cell: one width, every seed.  -> (S, R, 4)"""
    classes, steps, lr, batch, loss, record = how
    draw = compute.generator(seed, x.device)
    nets = [one.requires_grad_() for one in draw_conv_nets(k, classes, len(y), draw)]
    target = one_hot(y, classes).to(x)
    optimizer = torch.optim.Adam(nets, lr=lr)
    batches, rows = _batches(len(x), batch, draw), []
    for t in range(1, steps + 1):
        chosen = next(batches)
        f, wanted = run_conv_nets(nets, x[chosen]), target[:, chosen]
        each = (f - wanted).square() if loss == "mse" else -wanted * f.log_softmax(2)
        optimizer.zero_grad()
        (each.sum() / len(chosen)).backward()  # summed over nets: the gradient of each is that of its own loss
        optimizer.step()
        if t in record:
            rows.append(torch.stack([*_measure(nets, x_new, y_new), *_measure(nets, x, y)], 1))
    return torch.stack(rows, 1).cpu()


@torch.no_grad()
def _measure(nets: list[Tensor], x: Tensor, y: Tensor) -> Scores:
    """The scores of each net.  -> (S,) each"""
    return score_outputs(torch.cat([run_conv_nets(nets, part) for part in x.split(CHUNK)], 1), y)


def _batches(n: int, batch: int, generator: torch.Generator) -> Iterator[Tensor]:
    while True:
        order = torch.randperm(n, generator=generator, device=generator.device)
        yield from order[: n - n % batch].split(batch)

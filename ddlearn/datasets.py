"""Data to learn from: shapes in the plane, one wave, and real images.

Toy sets are drawn from a generator and labeled -1 or +1. `digits()` is real, small, and comes with scikit-learn, so
every lesson runs without a network; `mnist()` and `fashion_mnist()` are fetched once and kept.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass, replace

import torch
from torch import Tensor

from ddlearn import arguments, compute
from ddlearn.fetch import DatasetUnavailable, Source, read_idx

__all__ = [
    "FASHION_MNIST",
    "MNIST",
    "TOYS",
    "DatasetUnavailable",
    "ImageSet",
    "digit_points",
    "digits",
    "fashion_mnist",
    "images",
    "mnist",
    "moons",
    "one_hot",
    "rings",
    "shift_images",
    "standardize",
    "wave",
    "wave_truth",
    "xor",
]


def moons(n: int, noise: float, generator: torch.Generator) -> tuple[Tensor, Tensor]:
    """Draw two half circles that reach into each other -> x (n, 2), y (n,) in {-1, +1}; noise is each coordinate's."""
    y = _labels(n, generator)
    angle = math.pi * _uniform(n, generator)
    upper = torch.stack([angle.cos(), angle.sin()], 1) - torch.tensor([0.5, 0.25], dtype=torch.float32, device=y.device)
    return _blur(upper * y[:, None], noise, generator), y


def rings(n: int, noise: float, generator: torch.Generator) -> tuple[Tensor, Tensor]:
    """Draw a disc of radius 1, y = -1, inside a ring of radius 2, y = +1 -> x (n, 2), y (n,). No line parts them."""
    y = _labels(n, generator)
    angle = 2 * math.pi * _uniform(n, generator)
    radius = torch.where(y > 0, 2, _uniform(n, generator).sqrt())
    return _blur(radius[:, None] * torch.stack([angle.cos(), angle.sin()], 1), noise, generator), y


def xor(n: int, noise: float, generator: torch.Generator) -> tuple[Tensor, Tensor]:
    """Four corners (+-1, +-1), y the product of their signs -> x (n, 2), y (n,) in {-1, +1}. No line parts them."""
    y = _labels(n, generator)
    side = torch.where(_uniform(n, generator) < 0.5, -1.0, 1.0).double()
    return _blur(torch.stack([side, side * y], 1), noise, generator), y


TOYS: dict[str, Callable[[int, float, torch.Generator], tuple[Tensor, Tensor]]] = {
    "rings": rings,
    "moons": moons,
    "xor": xor,
}


def wave_truth(x: Tensor) -> Tensor:
    """Return sin(pi x) + sin(3 pi x) / 2: a slow and a quicker wave.  x (n, 1) -> (n,)."""
    x = arguments.matrix("x", x, columns=1)[:, 0]
    return (math.pi * x).sin() + (3 * math.pi * x).sin() / 2


def wave(n: int, noise: float, generator: torch.Generator) -> tuple[Tensor, Tensor, Callable[[Tensor], Tensor]]:
    """Draw points of a wave seen through noise -> x (n, 1), uniform in [-1, 1] and sorted; y (n,); and `wave_truth`."""
    arguments.whole("n", n, 1)
    x = 2 * _uniform(n, generator).sort().values[:, None] - 1
    return x, _blur(wave_truth(x), noise, generator), wave_truth


@dataclass(frozen=True, eq=False)
class ImageSet:
    """Gray images with their classes, kept as small whole numbers; as points for learning they are made when asked for.

    train_images (n, h, w) and test_images (m, h, w) are uint8 from 0 (background) to `white`; train_y (n,) and
    test_y (m,) are int64 classes.
    """

    name: str
    train_images: Tensor
    train_y: Tensor
    test_images: Tensor
    test_y: Tensor
    white: int
    license: str
    citation: str

    @property
    def train_x(self) -> Tensor:
        """Training images as points, (n, h * w), float64 in [0, 1]."""
        return self.points(self.train_images)

    @property
    def test_x(self) -> Tensor:
        """Test images as points, (m, h * w), float64 in [0, 1]."""
        return self.points(self.test_images)

    def points(self, images: Tensor) -> Tensor:
        """Return the images of this set, shifted ones say, as points.  (n, h, w) -> (n, h * w), float64 in [0, 1]."""
        _check_images(images)
        compute.require_memory(8 * images.numel(), f"{self.name} as float64 points")
        return images.flatten(1).double().div_(self.white)

    def sample(self, train: int, test: int, generator: torch.Generator) -> ImageSet:
        """Draw a set of so many training and test images, without replacement."""
        arguments.generator("generator", generator)
        arguments.whole("train", train, 1, len(self.train_y))
        arguments.whole("test", test, 1, len(self.test_y))
        a = torch.randperm(len(self.train_y), generator=generator, device=generator.device)[:train].cpu()
        b = torch.randperm(len(self.test_y), generator=generator, device=generator.device)[:test].cpu()
        return replace(
            self,
            train_images=self.train_images[a],
            train_y=self.train_y[a],
            test_images=self.test_images[b],
            test_y=self.test_y[b],
        )


def shift_images(images: Tensor, right: int = 0, down: int = 0) -> Tensor:
    """Return images (n, h, w) moved by whole pixels, left and up if negative: what leaves is lost, what enters is 0."""
    h, w = _check_images(images).shape[1:]
    right = arguments.whole("right", right, -w, w)
    down = arguments.whole("down", down, -h, h)
    moved = torch.zeros_like(images)
    kept = images[:, max(0, -down) : h - max(0, down), max(0, -right) : w - max(0, right)]
    moved[:, max(0, down) : h + min(0, down), max(0, right) : w + min(0, right)] = kept
    return moved


def digits(generator: torch.Generator, test: int = 500) -> ImageSet:
    """1797 real handwritten digits of 8 x 8 pixels, shipped with scikit-learn; `test` of them are drawn for testing."""
    import sklearn.datasets

    arguments.generator("generator", generator)
    arguments.whole("test", test, 1, 1796)
    bunch = sklearn.datasets.load_digits()
    pixels = torch.as_tensor(bunch.images).to(torch.uint8)
    y = torch.as_tensor(bunch.target).long()
    order = torch.randperm(len(y), generator=generator, device=generator.device).cpu()
    return ImageSet(
        name="digits",
        train_images=pixels[order[test:]],
        train_y=y[order[test:]],
        test_images=pixels[order[:test]],
        test_y=y[order[:test]],
        white=16,
        license="CC BY 4.0",
        citation="E. Alpaydin, C. Kaynak, Optical recognition of handwritten digits, UCI repository, 1998",
    )


def digit_points(train: int, test: int, seed: int, scaling: str = "pixels") -> tuple[Tensor, Tensor, Tensor, Tensor]:
    """Draw digits to learn from and to test on, as points on this machine's device.

    They are the first `train` images of `digits` from this seed, and its test images. Scaling "pixels" leaves them in
    [0, 1], "unit" brings each to length 1, and "standard" is `standardize` by those to learn from.
    -> x (train, 64), y (train,), x_new (test, 64), y_new (test,): points float64, classes int64
    """
    test = arguments.whole("test", test, 1, 1796)
    train = arguments.whole("train", train, 1, 1797 - test)
    arguments.one_of("scaling", scaling, ("pixels", "unit", "standard"))
    images = digits(compute.generator(seed), test)
    x, x_new = images.train_x[:train], images.test_x
    if scaling == "unit":
        x, x_new = (points / points.norm(dim=1, keepdim=True) for points in (x, x_new))
    elif scaling == "standard":
        x, x_new = standardize(x, x_new)
    return tuple(part.to(compute.device()) for part in (x, images.train_y[:train], x_new, images.test_y))


def standardize(x: Tensor, *others: Tensor) -> tuple[Tensor, ...]:
    """x (n, d) less its mean in each coordinate, over one number, the root of its mean square; others by the same."""
    arguments.matrix("x", x)
    for i, one in enumerate(others):
        arguments.matrix(f"others[{i}]", one, columns=x.shape[1])
        arguments.same_kind(f"others[{i}]", one, "x", x)
    mean = x.mean(0)
    scale = (x - mean).square().mean().sqrt()
    if scale == 0:
        raise ValueError("x must not be the same point throughout")
    return tuple((one - mean) / scale for one in (x, *others))


def one_hot(y: Tensor, classes: int, *, centered: bool = False) -> Tensor:
    """Return labels as targets: 1 for the class and 0 for the others, less 1/classes each if `centered`.

    y (..., n), int64 from 0 to classes - 1 -> (..., n, classes), float64
    """
    classes = arguments.whole("classes", classes, 2)
    arguments.class_labels("y", y, classes, flat=False)
    return torch.nn.functional.one_hot(y, classes).double() - (1 / classes if centered else 0)


def _idx_files(**md5: str) -> dict[str, tuple[str, str]]:
    names = {
        "train_images": "train-images-idx3-ubyte.gz",
        "train_y": "train-labels-idx1-ubyte.gz",
        "test_images": "t10k-images-idx3-ubyte.gz",
        "test_y": "t10k-labels-idx1-ubyte.gz",
    }
    return {part: (name, md5[part]) for part, name in names.items()}


MNIST = Source(
    name="mnist",
    base_url="https://ossci-datasets.s3.amazonaws.com/mnist/",
    files=_idx_files(
        train_images="f68b3c2dcbeaaa9fbdd348bbdeb94873",
        train_y="d53e105ee54ea40749a09fcbcd1e9432",
        test_images="9fb629c4189551a2d022fa330f9573f3",
        test_y="ec29112dd5afa0611ce80d1b7f02629c",
    ),
    license="CC BY-SA 3.0",
    citation="Y. LeCun et al., Gradient-based learning applied to document recognition, Proceedings of the IEEE, 1998",
)

FASHION_MNIST = Source(
    name="fashion-mnist",
    base_url="https://github.com/zalandoresearch/fashion-mnist/raw/master/data/fashion/",
    files=_idx_files(
        train_images="8d4fb7e6c68d591d4c3dfef9ec88bf0d",
        train_y="25c81989df183df01b3e8a0aad5dffbe",
        test_images="bef4ecab320f06d8554ea6380940ec79",
        test_y="bb300cfdad3c16e7a12a480ee83cd310",
    ),
    license="MIT",
    citation="H. Xiao, K. Rasul, R. Vollgraf, Fashion-MNIST: a novel image dataset, arXiv 1708.07747, 2017",
)


def mnist(base_url: str = MNIST.base_url) -> ImageSet:
    """Return MNIST: 60,000 + 10,000 handwritten digits, 28 x 28; fetched once (12 MB). Raises `DatasetUnavailable`."""
    return images(replace(MNIST, base_url=base_url))


def fashion_mnist(base_url: str = FASHION_MNIST.base_url) -> ImageSet:
    """Fashion-MNIST: 60,000 + 10,000 pieces of clothing, 28 x 28; fetched once (31 MB). Raises `DatasetUnavailable`."""
    return images(replace(FASHION_MNIST, base_url=base_url))


def images(source: Source) -> ImageSet:
    """Return an image set in MNIST's four idx files, from wherever it is published. Raises `DatasetUnavailable`."""
    parts = {part: read_idx(path) for part, path in source.fetch().items()}
    for side in ("train", "test"):
        pictures, classes = parts[f"{side}_images"], parts[f"{side}_y"]
        if pictures.ndim != 3 or classes.shape != pictures.shape[:1]:
            raise DatasetUnavailable(
                f"{source.name} is not what it should be: {side} images of shape {tuple(pictures.shape)} "
                f"with classes of shape {tuple(classes.shape)}."
            )
        parts[f"{side}_y"] = classes.long()
    return ImageSet(name=source.name, white=255, license=source.license, citation=source.citation, **parts)


def _check_images(images: Tensor) -> Tensor:
    if not isinstance(images, Tensor):
        raise TypeError(f"images must be a torch tensor; got {type(images).__name__}")
    if images.ndim != 3 or images.numel() == 0:
        raise ValueError(f"images must be of shape (n, h, w) and not empty; got shape {tuple(images.shape)}")
    return images


def _labels(n: int, generator: torch.Generator) -> Tensor:
    """-1 for the first half, +1 for the rest, shuffled.  (n,)"""
    arguments.whole("n", n, 1)
    arguments.generator("generator", generator)
    y = torch.ones(n, dtype=torch.float64, device=generator.device)
    y[: n // 2] = -1
    return y[torch.randperm(n, generator=generator, device=generator.device)]


def _uniform(n: int, generator: torch.Generator) -> Tensor:
    arguments.generator("generator", generator)
    return torch.rand(n, generator=generator, dtype=torch.float64, device=generator.device)


def _blur(x: Tensor, noise: float, generator: torch.Generator) -> Tensor:
    noise = arguments.at_least("noise", noise, 0)
    return x + noise * torch.randn(x.shape, generator=generator, dtype=x.dtype, device=x.device)

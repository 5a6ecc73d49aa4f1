"""Functions that the learner writes or repairs: a layer's features, a kernel for parities; `alignment` is beside."""

import math
from itertools import combinations, combinations_with_replacement

import torch
from torch import Tensor

from ddlearn.classroom import Exercise, Mistake, edit
from ddlearn.lessons.learned_embeddings.alignment_exercise import ALIGNMENT, alignment

__all__ = ["ALIGNMENT", "FEATURES", "ORACLE_KERNEL", "alignment", "features", "oracle_kernel", "products"]


def features(x: Tensor, W: Tensor, b: Tensor) -> Tensor:
    return torch.relu(x @ W.T + b) / len(W) ** 0.5


def oracle_kernel(x: Tensor, x2: Tensor, size: int) -> Tensor:
    subsets = list(combinations(range(x.shape[1]), size))
    parities = torch.stack([x[:, S].prod(1) for S in subsets], 1)  # (n, N)
    parities2 = torch.stack([x2[:, S].prod(1) for S in subsets], 1)
    return parities @ parities2.T / len(subsets)


def feature_cases(generator: torch.Generator):
    for n, d, m in ((5, 2, 3), (4, 6, 10), (7, 3, 1), (3, 12, 8)):
        x, W, b = (torch.randn(shape, generator=generator, dtype=torch.float64) for shape in ((n, d), (m, d), (m,)))
        yield x, W, b


def parity_cases(generator: torch.Generator):
    for n, m, d, size in ((6, 4, 5, 2), (5, 7, 6, 3), (4, 3, 7, 2), (3, 5, 5, 3)):
        x, x2 = (2.0 * torch.randint(0, 2, (rows, d), generator=generator) - 1 for rows in (n, m))
        yield x.double(), x2.double(), size


def products(x: Tensor, subsets: list[tuple[int, ...]]) -> Tensor:
    return torch.stack([x[:, S].prod(1) for S in subsets], 1)


def with_repeats(x: Tensor, x2: Tensor, size: int) -> Tensor:
    subsets = list(combinations_with_replacement(range(x.shape[1]), size))
    return products(x, subsets) @ products(x2, subsets).T / len(subsets)


SUBSETS = "list(combinations(range(x.shape[1]), size))"  # as oracle_kernel has it


FEATURES = Exercise(
    name="features",
    title="The features of one layer",
    reference=features,
    cases=feature_cases,
    hints=(
        "Three steps: a linear map of every row of x, the ReLU, a scale. Which shape has each?",
        "x @ W.T has one column for each unit; adding b shifts each column by its own number.",
        "torch.relu(z) sets negative entries to 0. Divide by the root of the number of units, len(W) ** 0.5.",
    ),
    mistakes=(
        Mistake(
            "no bias",
            edit(" + b", ""),
            "Every unit now switches on at the origin. Its bias b moves that edge: add it before the ReLU.",
        ),
        Mistake(
            "bias after the ReLU",
            edit("torch.relu(x @ W.T + b)", "(torch.relu(x @ W.T) + b)"),
            "You added the bias after the ReLU, where it only shifts the output. It decides where a unit switches on.",
        ),
        Mistake(
            "bias subtracted",
            edit("+ b", "- b"),
            "Your bias enters with a minus. The unit is relu(w . x + b).",
        ),
        Mistake(
            "no ReLU",
            edit("torch.relu", ""),
            "Without the ReLU the features are linear in x, so no plane in them can separate XOR. Apply torch.relu.",
        ),
        Mistake(
            "no scale",
            edit(" / len(W) ** 0.5", ""),
            "Inner products of these features are sums over the units. Averages are wanted: divide by a root.",
        ),
        Mistake(
            "divided by m, not its root",
            edit(" ** 0.5", ""),
            "A kernel multiplies two features, so each of them takes the *root* of the number of units.",
        ),
        Mistake(
            "root of the wrong size",
            edit("len(W)", "x.shape[1]"),
            "You divided by the root of the number of inputs. The average runs over units: there are len(W) of them.",
        ),
        Mistake(
            "absolute value",
            edit("torch.relu", "torch.abs"),
            "abs makes negative values positive. The ReLU sets them to 0.",
        ),
        Mistake(
            "step instead of ReLU",
            edit("torch.relu(x @ W.T + b)", "(x @ W.T + b > 0).to(x)"),
            "You return whether a unit is on. A ReLU unit that is on returns its value.",
        ),
        Mistake(
            "root of the number of points",
            edit("len(W)", "len(x)"),
            "You divided by the root of the number of points. The average runs over units: there are len(W) of them.",
        ),
        Mistake(
            "scaled before the bias",
            lambda x, W, b: torch.relu(x @ W.T / len(W) ** 0.5 + b),
            "You scaled x @ W.T and not b. Divide last, after the ReLU.",
        ),
        Mistake(
            "sigmoid",
            edit("relu", "sigmoid"),
            "This is the logistic function. The ReLU keeps positive values as they are: torch.relu.",
        ),
        Mistake(
            "summed over the units",
            edit("+ b) /", "+ b).sum(1) /"),
            "You summed over the units. Each of them is a feature of its own: the shape to return is (n, m).",
        ),
        Mistake(
            "weights times points",
            lambda x, W, b: torch.relu(W @ x + b),
            "x has one point in each row, and W one unit: (n, d) and (m, d). All pairs are x @ W.T.",
            also=(lambda x, W, b: x @ W, lambda x, W, b: W.T @ x),
        ),
        Mistake(
            "maximum along an axis",
            edit("torch.relu(x @ W.T + b)", "torch.max(x @ W.T + b, 0)"),
            "torch.max(z, 0) looks for the largest entry along axis 0. Each entry against zero is torch.relu(z).",
        ),
        Mistake(
            "a class called with the data",
            edit("torch.relu", "torch.nn.ReLU"),
            "torch.nn.ReLU is a class, and its brackets take settings. The function is torch.relu.",
        ),
        Mistake(
            "root of a plain number",
            edit("len(W) ** 0.5", "torch.sqrt(len(W))"),
            "torch.sqrt takes tensors, and the number of units is an int. Write len(W) ** 0.5.",
        ),
    ),
)


ORACLE_KERNEL = Exercise(
    name="oracle_kernel",
    title="A kernel for parities of one size",
    reference=oracle_kernel,
    cases=parity_cases,
    given="power of the inner product",
    hints=(
        "Multiply out the square for three coordinates. Which of its nine products are no parities of size 2?",
        "Write down the parities themselves: one column per subset, at all points of x and of x2.",
        "Each feature is a product of exactly `size` coordinates. combinations(range(d), size) lists their subsets.",
    ),
    mistakes=(
        Mistake(
            "sum instead of mean",
            edit(" / len(subsets)", ""),
            "You summed over the subsets. Divide by their number, so that K(x, x) is 1.",
        ),
        Mistake(
            "every order of a subset",
            lambda x, x2, size: oracle_kernel(x, x2, size) * math.factorial(size),
            "Each subset counts once for every order of its members. Use combinations, not permutations.",
        ),
        Mistake(
            "all sizes up to the size",
            edit(SUBSETS, "[S for count in range(size + 1) for S in combinations(range(x.shape[1]), count)]"),
            "Smaller subsets are features too. They take up dimensions, and no target is one of them.",
        ),
        Mistake(
            "all sizes from one on",
            edit(SUBSETS, "[S for count in range(1, size + 1) for S in combinations(range(x.shape[1]), count)]"),
            "The empty subset is gone, but other smaller subsets are still features. Which sizes do the targets have?",
        ),
        Mistake(
            "a coordinate twice",
            with_repeats,
            "Some of your products use one coordinate twice, and x² is 1. A subset names each coordinate once.",
        ),
        Mistake(
            "power of the inner product",
            lambda x, x2, size: (x @ x2.T / x.shape[1]) ** size,
            "This is the polynomial kernel. Its products may repeat a coordinate; parities do not.",
        ),
        Mistake(
            "sums instead of products",
            edit("x[:, S].prod(1)", "x[:, S].sum(1)").edit("x2[:, S].prod(1)", "x2[:, S].sum(1)"),
            "You added the coordinates of a subset. A parity multiplies them.",
        ),
        Mistake(
            "x against itself",
            edit("[x2[", "[x["),
            "Row i must compare x[i] with every row of x2, not of x. The shape to return is (n, m).",
        ),
        Mistake(
            "only the first subset",
            lambda x, x2, size: x[:, :size].prod(1, keepdim=True) * x2[:, :size].prod(1),
            "This kernel knows which coordinates count. The oracle knows only how many: average over all subsets.",
        ),
        Mistake(
            "return inside the loop",
            lambda x, x2, size: x[:, :size].prod(1, keepdim=True) * x2[:, :size].prod(1) / math.comb(x.shape[1], size),
            "Only the first subset is in it, divided by the number of all. In a loop, the `return` must stand "
            "below the loop, not inside.",
        ),
        Mistake(
            "divided by the inputs",
            edit("len(subsets)", "x.shape[1]"),
            "You divided by the number of coordinates. The mean runs over subsets: there are len(subsets) of them.",
        ),
        Mistake(
            "divided by all subsets",
            edit("len(subsets)", "2 ** x.shape[1]"),
            "2^d counts the subsets of every size. Divide by the number of the given size, len(subsets).",
        ),
        Mistake(
            "pairs only",
            edit(", size))", ", 2))"),
            "Your subsets have two members whatever `size` is. Take combinations(range(d), size).",
        ),
        Mistake(
            "product over the points",
            edit("x[:, S].prod(1)", "x[:, S].prod(0)").edit("x2[:, S].prod(1)", "x2[:, S].prod(0)"),
            "x[:, S].prod(0) multiplies over the points. A parity multiplies coordinates of one point: .prod(1).",
        ),
        Mistake(
            "subsets walked through twice",
            edit(SUBSETS, "combinations(range(x.shape[1]), size)"),
            "combinations(...) can be walked through only once; the second time nothing is left. Keep a list: "
            "list(combinations(...)).",
        ),
    ),
)

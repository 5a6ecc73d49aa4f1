"""What the lesson claims: a perfect fit is cheap, and the worst size is the one that is just large enough for it."""

from ddlearn.classroom.claim import about, asymptotic, claim, exact
from ddlearn.lessons.start_here.black_box import POINTS, grow


def train_error(seed: int, features: int) -> float:
    return grow(features, 0.2, seed).train_here


def worst_size(seed: int, penalty: float) -> float:
    """Return the worst size over the number of points."""
    return grow(1, 0.2, seed, penalty).worst_size / POINTS


CLAIMS = (
    claim(
        "interpolation",
        "With many more features than points, least squares passes through every point.",
        about(0.0, 1e-12, "training error"),
        exact(source="n equations whose rows are independent have a solution in n unknowns or more"),
        train_error,
        cause={"features": 400},
        control=({"features": POINTS // 2}, "half as many features as points"),
    ),
    claim(
        "peak",
        "The error on new points is worst where the features are as many as the points.",
        about(1.0, 0.25, "times the number of points"),
        asymptotic(
            ("belkin2019", "mei2022"),
            "without a penalty the risk of random features diverges where they are as many as the examples, as seen "
            "by @belkin2019 and proved by @mei2022 for inputs of many dimensions; the tolerance of a quarter is "
            "ours, for twenty points on a line",
        ),
        worst_size,
        cause={"penalty": 0.0},
        control=({"penalty": 1e-3}, "the same models with a penalty on their weights"),
    ),
)

"""What lesson 00 claims: a perfect fit is cheap, and the worst size is the one that is just large enough for it."""

from ddlearn.classroom import Claim
from ddlearn.lessons.start_here.black_box import grow

POINTS = 20


def worst_size_over_points(seed: int, penalty: float = 0.0) -> float:
    return grow(1, 0.2, POINTS, seed, penalty).worst_size / POINTS


CLAIMS = (
    Claim(
        id="interpolation",
        statement="With many more features than points, least squares passes through every point.",
        basis="exact",
        source="n equations whose rows are independent have a solution in n unknowns or more",
        expected=0.0,
        tolerance=1e-12,
        unit="training error",
        measure=lambda scale, seed: grow(400, 0.2, POINTS, seed).train_here,
        control=lambda scale, seed: grow(POINTS // 2, 0.2, POINTS, seed).train_here,
        control_note="half as many features as points",
    ),
    Claim(
        id="peak",
        statement="The error on new points is worst where the features are as many as the points.",
        basis="asymptotic",
        papers=("belkin2019", "mei2022"),
        source=(
            "without a penalty the risk of random features diverges where they are as many as the examples, as seen"
            " by @belkin2019 and proved by @mei2022 for inputs of many dimensions; the tolerance of a quarter is "
            "ours, for twenty points on a line"
        ),
        expected=1.0,
        tolerance=0.25,
        unit="times the number of points",
        measure=lambda scale, seed: worst_size_over_points(seed),
        control=lambda scale, seed: worst_size_over_points(seed, penalty=1e-3),
        control_note="the same models with a penalty on their weights",
    ),
)

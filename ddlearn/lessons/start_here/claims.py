"""How the claims of `claims.md` are measured; beside each, a control that must fail."""

from ddlearn.classroom import ClaimTexts, Measured
from ddlearn.classroom.claim import about
from ddlearn.lessons.start_here.black_box import POINTS, grow


def train_error(seed: int, features: int) -> float:
    return grow(features, 0.2, seed).train_here


def worst_size(seed: int, penalty: float) -> float:
    """Return the worst size over the number of points."""
    return grow(1, 0.2, seed, penalty).worst_size / POINTS


CLAIMS = ClaimTexts.beside(__file__).of(
    Measured(
        "interpolation", about(0.0, 1e-12), train_error, cause={"features": 400}, control={"features": POINTS // 2}
    ),
    Measured("peak", about(1.0, 0.25), worst_size, cause={"penalty": 0.0}, control={"penalty": 1e-3}),
)

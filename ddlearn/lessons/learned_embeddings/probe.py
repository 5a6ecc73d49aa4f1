"""The probe: random features against learned ones, where two coordinates matter and the others are noise."""

from ddlearn import compute
from ddlearn.classroom import Choice, Explorer, Slider
from ddlearn.lessons.learned_embeddings import exercises
from ddlearn.lessons.learned_embeddings.film import SHAPES, hidden_shape
from ddlearn.lessons.learned_embeddings.race import Race, RaceFigure, race
from ddlearn.lessons.learned_embeddings.recipe import UNITS, Features, Progress, Sample

SIZES = (50, 100, 200, 400, 800)
NEW = 600
OTHERS = ("20", "40")


def shapes(task: str, seed: int, sizes: tuple[int, ...]) -> list[Sample]:
    """One sample of each size, "rings, 20" for rings among 20 noise coordinates; smaller ones are parts of larger."""
    shape, others = task.split(", ")
    most = hidden_shape(shape, int(others), max(sizes), NEW, compute.generator(seed))
    return [Sample(most.x[:n], most.y[:n], most.new_x, most.new_y) for n in sizes]


def probe(
    shape: str,
    others: str,
    units: int,
    *,
    features: Features = exercises.features,
    progress: Progress | None = None,
) -> Race:
    """The race on a shape hidden among other coordinates."""
    return race(shapes, f"{shape}, {others}", SIZES, units, features, progress)


class ProbeFigure(RaceFigure):
    """The race, on an axis up to guessing."""

    sizes = SIZES


def explorer() -> Explorer:
    """The probe, fresh."""
    return Explorer(
        name="probe",
        title="The probe: random units against learned ones",
        controls=(
            Choice("shape", "Data", SHAPES, "xor"),
            Choice("others", "Noise coordinates", OTHERS, "20"),
            Slider("units", "Random units", 4, 256, UNITS, log=True, whole=True),
        ),
        compute=probe,
        figure=ProbeFigure,
        uses=("features",),
    )

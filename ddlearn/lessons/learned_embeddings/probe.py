"""The probe: random features against learned ones, where two coordinates matter and the others are noise."""

from ddlearn import compute
from ddlearn.classroom import Choice, Explorer, Slider
from ddlearn.lessons.learned_embeddings import exercises
from ddlearn.lessons.learned_embeddings.race import Race, describe_race, draw_race, race
from ddlearn.lessons.learned_embeddings.shared import SHAPES, UNITS, Features, Progress, Sample, hidden_shape

SIZES = (50, 100, 200, 400, 800)
NEW = 600
OTHERS = ("20", "40")


def shapes(task: str, seed: int, sizes: tuple[int, ...]) -> list[Sample]:
    """Draw one sample of each size, of "rings, 20" for rings among 20 noise coordinates; smaller in larger ones."""
    shape, others = task.split(", ")
    return hidden_shape(shape, int(others), max(sizes), NEW, compute.generator(seed)).beginnings(sizes)


def probe(
    shape: str, others: str, units: int, *, features: Features = exercises.features, progress: Progress | None = None
) -> Race:
    """Race on a shape hidden among other coordinates."""
    return race(shapes, f"{shape}, {others}", SIZES, units, features, progress)


def picture(fig, r: Race) -> None:
    """Draw the race, up to guessing."""
    panel = fig.panel()
    draw_race(panel, r, top=0.56)
    panel.level(0.5, "black", width=1)
    panel.text(1.02 * r.sizes[-1], 0.507, "guessing", ha="right")


explorer = Explorer(
    "probe",
    "The probe: random units against learned ones",
    controls=(
        Choice("shape", "Data", SHAPES, "xor"),
        Choice("others", "Noise coordinates", OTHERS, "20"),
        Slider("units", "Random units", 4, 256, UNITS, log=True, whole=True),
    ),
    compute=probe,
    picture=picture,
    sentence=describe_race,
    uses=("features",),
    size=(9.4, 4.0),
)

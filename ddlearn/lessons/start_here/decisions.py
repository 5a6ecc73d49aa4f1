"""What the learner decides: which of two models to trust with new points."""

import torch

from ddlearn.classroom import Decision, Mistake
from ddlearn.lessons.start_here.exercises import mean_squared_error

TARGETS, NEW_TARGETS = torch.tensor([0.0, 1.0, 0.0, -1.0]), torch.tensor([0.7, 0.7, -0.7, -0.7])
PREDICTIONS = {"A": torch.tensor([0.0, 1.0, 0.0, -1.0]), "B": torch.tensor([0.2, 0.8, -0.1, -0.9])}
NEW_PREDICTIONS = {"A": torch.tensor([1.9, -0.4, 0.3, -1.5]), "B": torch.tensor([0.6, 0.5, -0.6, -0.8])}


def new_error(model: str) -> float:
    """Return a model's mean squared error on the new points."""
    return float(mean_squared_error(NEW_PREDICTIONS[model], NEW_TARGETS))


def best() -> tuple[str, float]:
    """Return the model with the smaller error on new points, and this error."""
    model = min(NEW_PREDICTIONS, key=new_error)
    return model, new_error(model)


MODEL = Decision(
    name="model",
    title="Which model?",
    asked=("the model", "its error on new points"),
    reference=best,
    because="Model A fits the four points that it has seen exactly. On new points, its error is sixty times larger.",
    hints=(
        "Only the new points count: compare `new_predictions` with `new_targets`.",
        '`mean_squared_error(new_predictions["A"], new_targets)` is the error of model A on the new points.',
    ),
    mistakes=(
        Mistake(
            "the better fit",
            lambda: ("A", float(mean_squared_error(PREDICTIONS["A"], TARGETS))),
            "Model A has the smaller error on the points that it has seen. Compute both errors on the new points.",
            also=(lambda: ("A", new_error("A")),),
        ),
        Mistake(
            "the error on the points seen",
            lambda: ("B", float(mean_squared_error(PREDICTIONS["B"], TARGETS))),
            "The model is right. Your error is the one on the points that it has seen; take the new points.",
        ),
        Mistake(
            "a sum instead of a mean",
            lambda: ("B", 4 * new_error("B")),
            "The model is right. Your error is the sum of four squares; divide it by four.",
        ),
    ),
)

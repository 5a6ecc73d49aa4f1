"""One output of a narrow and of a wide network, as the weights move to where the network's tangent fits the targets."""

import torch
from sheet import Sheet

from ddlearn.lessons.neural_tangent_kernel import exercises, shared, walk

NETWORKS = {"narrow": (128, 0), "wide": (8192, 2)}  # hidden units, and the seed of the start
POINT = 0  # of the sixteen, whose output is drawn
WAYS = torch.linspace(0, 1.3, 79, dtype=torch.float64)
FARTHEST = 0.34  # of the horizontal axis: the move of the weights in units of their own size


def draw() -> Sheet:
    """Return the picture of lesson 03."""
    sheet = Sheet(
        "A wide network follows its tangent",
        "Two plots of one output of a network against the move of its weights. Each network is a curve, and its tangent at the "
        "start a dashed line that reaches the target. On the left, a narrow network must move its weights far, and its curve "
        "bends away from the tangent. On the right, a wide network reaches the target after a tiny move, along its tangent.",
    )
    x, target = shared.X[POINT : POINT + 1], float(shared.Y[POINT])
    for left, (name, (width, seed)) in zip((70, 500), NETWORKS.items(), strict=True):
        ray = walk.ray(width, walk.DIRECTIONS[0], seed, exercises.empirical_ntk)
        outputs = [float(shared.outputs(x, ray.W + way * ray.dW, ray.a + way * ray.da)) for way in WAYS]
        moves, start = (WAYS * ray.moved).tolist(), outputs[0]
        plot = sheet.panel((left, 80, 330, 200), (-0.015, FARTHEST), (-0.35, 1.5))
        sheet.text(left + 165, 46, f"A {name} network", "ink", 17, "middle")
        plot.axes("move of the weights", "output")
        plot.line([(0, target), (FARTHEST, target)], "green", 2, ":")
        plot.text(FARTHEST, target + 0.08, "target", "green", 15, "end")
        plot.line(zip(moves, outputs, strict=True), "blue", 3.5)
        plot.line([(0, start), (moves[-1], start + float(WAYS[-1]) * (target - start))], "vermilion", 2.5, "--")
        plot.dots([(0, start)], "ink", 6)
        plot.dots([(ray.moved, target)], "vermilion", 7, hollow=True)
    sheet.text(230, 124, "tangent", "vermilion", 15, "end")
    sheet.text(330, 200, "network", "blue", 15)
    sheet.text(556, 220, "network and tangent", "blue", 15)
    sheet.caption("A wide network reaches its targets with a small move of its weights.")
    return sheet

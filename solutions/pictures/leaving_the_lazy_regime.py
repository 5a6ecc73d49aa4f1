"""Hidden units before and after training: with a large output scale they stay, with a small one they turn and grow."""

import math

import torch
from sheet import Sheet

UNITS, POINTS, STEPS = 24, 60, 4000
TEACHER = math.radians(55)  # the direction that the target depends on


def units(scale: float) -> list[list[tuple[float, float]]]:
    """Train `scale` times a network of ReLU units by gradient descent, from the same weights at every scale.

    Returns each unit's weights times its output weight, before and after. Each unit has a twin of opposite sign, so that
    the outputs start at zero.
    """
    generator = torch.Generator().manual_seed(3)
    x = torch.randn(POINTS, 2, generator=generator, dtype=torch.float64)
    y = (x @ torch.tensor([math.cos(TEACHER), math.sin(TEACHER)], dtype=torch.float64)).relu()
    half = torch.randn(UNITS // 2, 2, generator=generator, dtype=torch.float64)
    W = torch.cat([half, half]).requires_grad_()
    a = torch.cat([torch.ones(UNITS // 2), -torch.ones(UNITS // 2)]).double().requires_grad_()
    seen = [W.detach() * a.detach().abs()[:, None]]
    for _ in range(STEPS):
        loss = ((scale * (x @ W.T).relu() @ a / UNITS - y) ** 2).mean() / 2
        for weights, gradient in zip((W, a), torch.autograd.grad(loss, (W, a)), strict=True):
            weights.data -= 6 / max(scale, scale**2) * gradient
    seen.append(W.detach() * a.detach().abs()[:, None])
    return [(rows / seen[-1].norm(dim=1).max()).tolist() for rows in seen]


def draw() -> Sheet:
    """Return the picture of lesson 04."""
    sheet = Sheet(
        "Lazy units stay, active units turn and grow",
        "Two bundles of arrows from the same start. Each arrow is a hidden unit: dotted before training, blue after. On "
        "the left the output scale is 50, and both coincide. On the right it is 0.1, and each bundle is drawn to its own "
        "size: the dotted arrows are tiny, and a few blue arrows have grown along the direction on which the target "
        "depends.",
    )
    for center, scale, words in (
        (225, 50.0, "Output scale 50: the units stay"),
        (675, 0.1, "Output scale 0.1: the units turn and grow"),
    ):
        wheel = sheet.panel((center - 125, 66, 250, 250), (-1.25, 1.25), (-1.25, 1.25))
        sheet.text(center, 46, words, "ink", 17, "middle")
        wheel.line([(0, 0), (1.25 * math.cos(TEACHER), 1.25 * math.sin(TEACHER))], "vermilion", 2, "--")
        before, after = units(scale)
        for end in after:
            wheel.line([(0, 0), end], "blue", 2, arrow=math.hypot(*end) > 0.2)
        for end in before:
            wheel.line([(0, 0), end], "faint", 2, ":")
        wheel.text(1.3 * math.cos(TEACHER), 1.12 * math.sin(TEACHER), "the target’s\ndirection", "vermilion", 15)
    sheet.caption("Dotted: each hidden unit before training. Blue: the same units after it.", 356)
    return sheet

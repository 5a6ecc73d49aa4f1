"""Two balls and a line of fits: the round one touches where both weights work, the diamond where one works alone."""

import math

import torch
from sheet import Sheet

from ddlearn.diagonal_networks import flow_limit

GROWTHS = (2, 4)  # of u_2 in the table of the lesson


def draw() -> Sheet:
    """Return the picture of the fits of one example, x = (2, 1) with the target 2."""
    sheet = Sheet(
        "The round ball touches inside, the diamond at a corner",
        "The plane of two weights. A falling line holds all fits. A circle around the origin touches it where the weights "
        "are 0.8 and 0.4, a diamond with its corner where they are 1 and 0. Dots on the line between these two points are "
        "the fits that training finds at output scales from 1 down to 0.0001.",
        height=400,
    )
    plane = sheet.panel((60, 30, 480, 340), (-1.15, 1.674), (-1.0, 1.0))
    plane.line([(-1.15, 0), (1.6, 0)], "rule", 1.5)
    plane.line([(0, -1), (0, 1.08)], "rule", 1.5)
    plane.text(1.5, -0.1, "*ω*_{1}", "faint", 16)
    plane.text(0.05, 1.04, "*ω*_{2}", "faint", 16)
    radius = math.sqrt(0.8)
    turns = [2 * math.pi * k / 120 for k in range(121)]
    plane.line([(radius * math.cos(t), radius * math.sin(t)) for t in turns], "purple", 2.5)
    plane.line([(1, 0), (0, 1), (-1, 0), (0, -1), (1, 0)], "green", 2.5, "--")
    plane.line([(0.5, 1), (1.45, -0.9)], "vermilion", 3)
    plane.text(0.6, 0.93, "all fits: 2*ω*_{1} + *ω*_{2} = 2", "vermilion", 16)
    X, y = torch.tensor([[2.0, 1.0]], dtype=torch.float64), torch.tensor([2.0], dtype=torch.float64)
    scales = [1.0, *(2 / (2 * (g**2 + g**-2) + 1) / (g**2 - g**-2) for g in GROWTHS), 1e-4]
    found = [flow_limit(X, y, scale**0.5).tolist() for scale in scales]
    plane.dots(found, "blue", 6)
    for row, (scale, (first, second)) in enumerate(zip(scales, found, strict=True)):
        x, up = plane.place(first, second)
        words = f"*α* = {scale:.2g}:  ({first:.3f}, {second:.3f})"
        height = 62 + 45 * row
        sheet.line([(x + 9, up), (600, height - 5)], "rule", 1.2)
        sheet.text(606, height, words, "blue", 16)
    sheet.text(606, 300, "circle (l2 ball): (0.8, 0.4)", "purple", 16)
    sheet.text(606, 328, "dashes (l1 ball): (1, 0)", "green", 16)
    return sheet

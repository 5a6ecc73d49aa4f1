"""The parity of two coordinates among many, and the weight that units give to each before and after training."""

import torch
from sheet import Sheet

D, UNITS, POINTS, STEPS = 12, 64, 400, 6000
SHOWN = (3, 8)  # the two coordinates that decide


def weight_per_coordinate() -> tuple[list[float], list[float]]:
    """Return the share of squared weight on each coordinate, before and after training a small ReLU network on the parity."""
    generator = torch.Generator().manual_seed(0)
    x = torch.randint(0, 2, (POINTS, D), generator=generator).double() * 2 - 1
    y = x[:, SHOWN[0]] * x[:, SHOWN[1]]
    W = (torch.randn(UNITS, D, generator=generator, dtype=torch.float64) / D**0.5).requires_grad_()
    a = (torch.randn(UNITS, generator=generator, dtype=torch.float64) / UNITS**0.5).requires_grad_()
    optimizer = torch.optim.SGD([W, a], lr=0.05, momentum=0.9, weight_decay=2e-3)
    shares = [W.detach().square().sum(0)]
    for _ in range(STEPS):
        optimizer.zero_grad()
        (((x @ W.T).relu() @ a - y) ** 2).mean().backward()
        optimizer.step()
    shares.append(W.detach().square().sum(0))
    return [(share / share.sum()).tolist() for share in shares]


def draw() -> Sheet:
    """Return the picture of lesson 02."""
    sheet = Sheet(
        "A trained network looks where the answer is",
        "Left: the product of two coordinates. The classes sit in opposite corners of a square, so no straight line separates them. Right: two "
        "bar charts with one bar per coordinate. Before training, all twelve coordinates have about the same weight. After "
        "training, two of them have almost all of it.",
    )
    square = sheet.panel((60, 90, 190, 190), (-1.6, 1.6), (-1.6, 1.6))
    sheet.text(155, 46, "Two of twelve coordinates decide", "ink", 16, "middle")
    square.line([(-1.6, 0), (1.6, 0)], "rule", 1.5)
    square.line([(0, -1.6), (0, 1.6)], "rule", 1.5)
    square.dots([(1, 1), (-1, -1)], "blue", 10)
    square.squares([(1, -1), (-1, 1)], "vermilion", 9)
    square.text(1.6, 0.1, f"*x*_{{{SHOWN[0] + 1}}}", "faint", 15, "end")
    square.text(0.1, 1.45, f"*x*_{{{SHOWN[1] + 1}}}", "faint", 15)
    before, after = weight_per_coordinate()
    for left, shares, words in ((330, before, "Weight per coordinate, before"), (620, after, "… and after training")):
        bars = sheet.panel((left, 90, 230, 190), (0, D), (0, 1.15 * max(after)))
        sheet.text(left + 115, 46, words, "ink", 16, "middle")
        for k, share in enumerate(shares):
            corners = [(k + 0.12, 0), (k + 0.12, share), (k + 0.88, share), (k + 0.88, 0)]
            bars.area(corners, "purple" if k in SHOWN else "faint", 1 if k in SHOWN else 0.55)
        bars.line([(0, 0), (D, 0)], "rule", 1.5)
        bars.text(D / 2, -0.13 * max(after), "coordinates 1 to 12", "faint", 15, "middle")
    sheet.caption("Only the labels say which two coordinates matter.", size=18)
    return sheet

"""EM counts ten cells: each guess of the shares changes what a cell counts for, until the guess stands still."""

from sheet import Sheet

LOOKS = ((0.9, 0.1),) * 7 + ((0.1, 0.9),) * 3
"""The probabilities of a granulocyte and of a monocyte, at equal shares: seven cells look like one type, three like the other."""
ROUNDS = 7


def weights(share: float) -> list[float]:
    """Return the probability of a granulocyte for each cell, if granulocytes have this share."""
    return [g * share / (g * share + m * (1 - share)) for g, m in LOOKS]


def guesses() -> list[float]:
    """Return the share of granulocytes in each round, from one half on."""
    shares = [0.5]
    for _ in range(ROUNDS):
        shares.append(sum(weights(shares[-1])) / len(LOOKS))
    return shares


def cells(sheet: Sheet, top: float, words: str, counted: list[float]) -> None:
    """Draw the ten cells in a row; the dark part of each is the probability of a granulocyte."""
    sheet.text(60, top - 22, words, "ink", 16)
    for k, part in enumerate(counted):
        left = 60 + 36 * k
        sheet.add(f'<rect x="{left}" y="{top}" width="30" height="60" fill="#D55E00" fill-opacity="0.35"/>')
        height = 60 * part
        sheet.add(f'<rect x="{left}" y="{top + 60 - height:.1f}" width="30" height="{height:.1f}" fill="#0072B2"/>')
        sheet.text(left + 15, top + 80, f"{part:.2f}".removeprefix("0"), "faint", 13, "middle")


def draw() -> Sheet:
    """Return the picture of the lesson on counting and rules."""
    path = guesses()
    sheet = Sheet(
        "EM counts ten cells",
        "Left: ten cells as bars, each divided into the probabilities of two types, for two guesses of the shares. "
        "With the first guess, one half, seven bars are dark to nine tenths and three to one tenth. With the last "
        "guess, three quarters, more of each bar is dark. Right: the guess in each round rises from 0.5 and levels off "
        "at 0.75, above a dashed line at 0.7, the share of cells that look like granulocytes.",
    )
    sheet.text(240, 44, "Ten cells, none with a label", "ink", 17, "middle")
    cells(sheet, 92, "guess 0.50: what each cell counts for", weights(path[0]))
    cells(sheet, 226, f"guess {path[-1]:.2f}: what each cell counts for", weights(path[-1]))
    sheet.text(60, 346, "blue: granulocyte", "blue", 15)
    sheet.text(240, 346, "vermilion: monocyte", "vermilion", 15)
    panel = sheet.panel((520, 80, 320, 210), (0, ROUNDS), (0.45, 0.8))
    panel.axes("round", "share of granulocytes: the guess")
    panel.line([(0, 0.7), (ROUNDS, 0.7)], "vermilion", 2, "--")
    panel.text(ROUNDS, 0.67, "cells that look like one: 7 of 10", "vermilion", 15, "end")
    panel.line(list(enumerate(path)))
    panel.dots(list(enumerate(path)))
    panel.text(0.25, 0.487, f"{path[0]:.2f}", "ink", 15)
    panel.text(ROUNDS, 0.765, f"{path[-1]:.2f}", "ink", 15, "end")
    return sheet

"""The report as a table that reads alike in a terminal and in a README: Markdown, its columns aligned."""

from __future__ import annotations

from ddlearn.course.bench.engine import FAILED, MEASURED, MISSING
from ddlearn.course.bench.setting import setting_line

__all__ = ["line", "markdown"]

HEAD = ("computation", "against", "our CPU s", "their CPU s", "ratio", "wall", "peak MB, ours / theirs", "differ by")
LEFT = 2
"""So many columns of words; the rest are numbers, to the right."""
EXPLAINED = (
    "Median seconds of processor time and their quartiles; `ratio` is theirs over ours, `wall` the same of wall time. "
    "Peak memory is what one call adds. `differ by` is the largest difference of the two answers, in units of the "
    "largest number or of 1. The peers of JAX come with `pip install 'ddlearn[bench]'`."
)


def markdown(report: dict[str, object]) -> str:
    """The table, then what its columns mean, what could not be measured, and where it was."""
    rows, notes = [], []
    for case in report["cases"]:
        rows += case_rows(case)
        notes += [
            f"- {case['name']}, {side['name']}: {side['note']}"
            for side in case["sides"]
            if side["status"] != MEASURED or side["note"]
        ]
    parts = ["\n".join(aligned([HEAD, *rows])), EXPLAINED, "\n".join(notes), setting_line(report)]
    return "\n\n".join(filter(None, parts))


def case_rows(case: dict[str, object]) -> list[tuple[str, ...]]:
    """A row for each peer, or one for us where we failed."""
    ours, *peers = case["sides"]
    rate = f" ({ours['per_second']:,.0f} {case['unit']}/s)" if ours["per_second"] else ""
    mine = seconds(ours) + rate
    rows = []
    for position, peer in enumerate(peers):
        cells = [case["title"] if position == 0 else "", peer["name"], mine if position == 0 else "", seconds(peer)]
        ratio = peer["ratio"] or {"cpu": None, "wall": None}
        cells += [times(ratio["cpu"]), times(ratio["wall"])]
        peaks = [megabytes(side["peak_mb"]) for side in (ours, peer)]
        cells += ["" if set(peaks) == {"?"} else " / ".join(peaks), power(peer["difference"])]
        rows.append(tuple(cells))
    return rows


def line(case: dict[str, object]) -> str:
    """A case in one line, for who waits for the table: our CPU seconds, and each peer's ratio or what became of it."""
    ours, *peers = case["sides"]
    told = [f"{peer['name']} {times(peer['ratio']['cpu']) if peer['ratio'] else seconds(peer)}" for peer in peers]
    return f"{case['name']}: ours {seconds(ours)}; {', '.join(told)}"


def aligned(rows: list[tuple[str, ...]]) -> list[str]:
    """Rows of equal cells as lines of a Markdown table; the first row is its head."""
    widths = [max(len(row[column]) for row in rows) for column in range(len(HEAD))]
    lines = []
    for row in rows:
        cells = [
            cell.ljust(width) if column < LEFT else cell.rjust(width)
            for column, (cell, width) in enumerate(zip(row, widths, strict=True))
        ]
        lines.append(f"| {' | '.join(cells)} |")
    rule = ["-" * (width + 2) if column < LEFT else "-" * (width + 1) + ":" for column, width in enumerate(widths)]
    return [lines[0], f"|{'|'.join(rule)}|", *lines[1:]]


def seconds(side: dict[str, object]) -> str:
    if side["status"] != MEASURED:
        return {MISSING: "not installed", FAILED: "failed"}[side["status"]]
    middle, low, high = (side["cpu"][name] for name in ("median", "low", "high"))
    return f"{middle:.3g} ({low:.3g}-{high:.3g})" if side["rounds"] > 1 else f"{middle:.3g} (once)"


def times(number: float | None) -> str:
    if number is None:
        return ""
    return f"{number:.0f}x" if number >= 20 else f"{number:.1f}x" if number >= 1.95 else f"{number:.2f}x"


def megabytes(number: float | None) -> str:
    return "?" if number is None else f"{number:,.0f}"


def power(number: float | None) -> str:
    return "" if number is None else "0" if number == 0 else f"{number:.0e}"

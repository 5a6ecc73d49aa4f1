"""The table of times in the README, from what pytest-benchmark wrote: `python tests/bench/table.py bench.json`."""

import json
import sys
from importlib import metadata
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1]))
from bench.cases import CASES

HEAD = ("computation", "against", "our CPU s", "their CPU s", "ratio", "peak MB, ours / theirs", "differ by")
LEFT = 2
"""So many columns of words; the rest are numbers, to the right."""
PACKAGES = ("ddlearn", "torch", "numpy", "scipy", "scikit-learn", "jax", "neural-tangents", "matplotlib", "ipywidgets")


def markdown(report: dict) -> str:
    """Return the table of what was measured, its columns aligned, and a line that says where it was measured."""
    found = {(one["extra_info"]["case"], one["extra_info"]["side"]): one for one in report["benchmarks"]}
    rows = [HEAD]
    for case in CASES.values():
        if not any((case.name, side.name) in found for side in case.sides):
            continue  # it was not asked for
        ours = found.get((case.name, case.ours.name))
        for peer in case.peers:
            first = peer is case.peers[0]
            theirs = found.get((case.name, peer.name))
            ratio = times(median(theirs) / median(ours)) if ours and theirs else ""
            differs = theirs["extra_info"]["difference"] if theirs else None
            cells = [case.title if first else "", peer.name, seconds(ours) if first else "", seconds(theirs), ratio]
            cells += [f"{megabytes(ours)} / {megabytes(theirs)}", "" if differs is None else f"{differs:.0e}"]
            rows.append(cells)
    return "\n".join(aligned(rows)) + "\n\n" + setting(report)


def median(measured: dict) -> float:
    return measured["stats"]["median"]


def seconds(measured: dict | None) -> str:
    """Median and quartiles, or how a side without times is called; pytest has said why there are none."""
    if measured is None:
        return "not measured"
    stats = measured["stats"]
    spread = f"{stats['q1']:.3g}-{stats['q3']:.3g}" if stats["rounds"] > 1 else "once"
    return f"{stats['median']:.3g} ({spread})"


def times(number: float) -> str:
    return f"{number:.0f}x" if number >= 20 else f"{number:.1f}x" if number >= 1.95 else f"{number:.2f}x"


def megabytes(measured: dict | None) -> str:
    peak = measured and measured["extra_info"]["peak_mb"]
    return "?" if peak is None else f"{peak:,.0f}"


def aligned(rows: list) -> list[str]:
    """Rows of equal cells as lines of a Markdown table; the first row is its head."""
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    lines = []
    for row in rows:
        cells = [cell.ljust(width) for cell, width in zip(row[:LEFT], widths, strict=False)]
        cells += [cell.rjust(width) for cell, width in zip(row[LEFT:], widths[LEFT:], strict=True)]
        lines.append(f"| {' | '.join(cells)} |")
    rule = ["-" * (width + 2) if column < LEFT else "-" * (width + 1) + ":" for column, width in enumerate(widths)]
    return [lines[0], f"|{'|'.join(rule)}|", *lines[1:]]


def setting(report: dict) -> str:
    """The processor, what was installed and the day, in one line."""
    machine = report["machine_info"]
    cpu = machine["cpu"]
    installed = {distribution.name.lower(): distribution.version for distribution in metadata.distributions()}
    versions = [f"{name} {installed[name]}" for name in PACKAGES if name in installed]
    place = f"{cpu.get('brand_raw') or machine['machine']}, {cpu.get('count', '?')} cores, {machine['system']}"
    return "; ".join([place, f"Python {machine['python_version']}", ", ".join(versions), report["datetime"][:10]])


if __name__ == "__main__":
    print(markdown(json.loads(Path(sys.argv[1]).read_text("utf-8"))))

"""From the key press to the new picture, in the browser: our explorer against `interact` and `plt.show`, in one run.

    python tests/browser/latency.py [MOVES]

The same ridge fit is drawn by both, 9 x 4 inches, by `plt.show` at 100 dpi and by us at 200, on a kernel pinned to one
core where `taskset` is there. They take turns, one key press each, so that a busy machine is busy for both. Prints one
line of JSON.
"""

import json
import statistics
import sys
import tempfile

from chromium import launch
from lab import Lab, Notebook, write

SETUP = """
import ipywidgets, matplotlib.pyplot as plt, torch
from ddlearn.classroom import Explorer, Slider, page
page.install()
x = torch.linspace(-3, 3, 60, dtype=torch.float64)
y = torch.sin(2 * x) + 0.2 * torch.randn(60, dtype=torch.float64, generator=torch.Generator().manual_seed(0))
grid = torch.linspace(-3.2, 3.2, 400, dtype=torch.float64)

def rbf(a, b, width):
    return torch.exp(-((a[:, None] - b) ** 2) / (2 * width**2))

def fit(width):
    return rbf(grid, x, width) @ torch.linalg.solve(rbf(x, x, width) + 1e-3 * torch.eye(60), y)
"""
OURS = """
def picture(fig, fitted):
    panel = fig.panel()
    panel.frame("Kernel ridge", "x", "f(x)", xlim=(-3.5, 3.5), ylim=(-2, 2), legend="upper right")
    panel.dots(x, y, "black", ".", "data")
    panel.line(grid, fitted, label="fit")

def sentence(fitted):
    return f"The fit reaches {float(fitted.max()):.4f}."

slider = Slider("width", "Width", 0.1, 3.1, 0.6, step=0.06)
Explorer("fit", "Kernel ridge", (slider,), fit, picture, sentence).show()
"""
THEIRS = """
def draw(width):
    figure, axes = plt.subplots(figsize=(9, 4), dpi=100)
    axes.plot(x, y, "k.", label="data")
    axes.plot(grid, fit(width), label="fit")
    axes.set(ylim=(-2, 2), xlabel="x", ylabel="f(x)", title="Kernel ridge")
    axes.legend(loc="upper right")
    plt.show()

ipywidgets.interact(draw, width=ipywidgets.FloatSlider(0.6, min=0.1, max=3.1, step=0.06));
"""
CELLS = {"explorer": 2, "interact": 3}


def measure(browser, moves: int = 15) -> dict[str, dict]:
    """For each rival: median milliseconds to the first frame with a new picture, blank frames, heights seen."""
    with tempfile.TemporaryDirectory() as folder, Lab(folder, core=0) as lab:
        write(lab.folder / "latency.ipynb", SETUP, OURS, THEIRS)
        page = browser.new_page(viewport={"width": 1280, "height": 1400}, device_scale_factor=2)
        notebook = Notebook(page, lab, "latency.ipynb")
        notebook.run_all()
        runs = {rival: [] for rival in CELLS}
        for move in range(moves + 1):
            for rival, cell in CELLS.items():
                seen = one_move(notebook, cell, "ArrowRight" if move % 30 < 15 else "ArrowLeft")
                if move:  # the first is for warming up
                    runs[rival].append(seen)
        assert notebook.errors == []
        page.close()
    return {rival: summary(seen) for rival, seen in runs.items()}


def one_move(notebook: Notebook, cell: int, key: str) -> list[dict]:
    """Press a key on a cell's slider; return the frames until the page rests, t = 0 at the press."""
    notebook.page.evaluate(
        "cell => window.probe.area(cell).querySelector('[role=slider]').focus({preventScroll: true})", cell
    )
    notebook.watch(cell)
    notebook.page.keyboard.press(key)
    notebook.page.wait_for_function("() => window.probe.changed()", timeout=20_000)
    notebook.page.wait_for_timeout(300)
    seen = notebook.seen()
    pressed = seen["keys"][0]
    return [{**frame, "t": frame["t"] - pressed} for frame in seen["frames"]]


def summary(runs: list[list[dict]]) -> dict:
    latencies = []
    for frames in runs:
        first = frames[0]["picture"]
        latencies.append(next(f["t"] for f in frames if f["there"] and f["picture"] != first))
    return {
        "median_ms": round(statistics.median(latencies)),
        "worst_ms": round(max(latencies)),
        "blank_frames": sum(not frame["there"] for frames in runs for frame in frames),
        "heights": sorted({frame["height"] for frames in runs for frame in frames}),
        "moves": len(runs),
    }


if __name__ == "__main__":
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        chromium = launch(playwright)
        found = measure(chromium, int(sys.argv[1]) if len(sys.argv) > 1 else 15)
        chromium.close()
    found["ratio"] = round(found["explorer"]["median_ms"] / found["interact"]["median_ms"], 2)
    print(json.dumps(found))

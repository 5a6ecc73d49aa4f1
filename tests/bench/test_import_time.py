"""`import ddlearn` must cost nothing that a lesson notices: at most 0.3 s beside `import torch`.

Seconds are the processor's, which a busy machine disturbs least.
"""

import statistics
import subprocess
import sys

import pytest

CLOCK = "import os; print(sum(os.times()[:2]))"


def seconds(code):
    run = subprocess.run([sys.executable, "-c", f"{code}; {CLOCK}"], capture_output=True, text=True, check=True)
    return float(run.stdout)


@pytest.mark.slow
def test_import_ddlearn_adds_little_to_import_torch():
    with_ddlearn, torch_alone = [], []
    seconds("import torch, ddlearn")
    for _ in range(3):
        torch_alone.append(seconds("import torch"))
        with_ddlearn.append(seconds("import torch, ddlearn"))
    added = statistics.median(a - b for a, b in zip(with_ddlearn, torch_alone, strict=True))
    assert added <= 0.3, f"import ddlearn adds {added:.2f} s to import torch"


def test_import_ddlearn_alone_brings_no_heavy_module():
    heavy = ["torch", "numpy", "scipy", "sklearn", "matplotlib", "IPython", "pooch", "psutil", "threadpoolctl"]
    code = f"import sys, ddlearn; print([name for name in {heavy} if name in sys.modules])"
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert run.stdout.strip() == "[]"

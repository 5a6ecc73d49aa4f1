"""How much faster one ridge path is than refitting scikit-learn, on one thread, in one process.

Run it plainly: `python tests/bench/ridge_path.py`. Rounds are interleaved and seconds are the processor's, which a busy
machine disturbs least; the ratios are of medians. Each side computes its own Gram matrices from the points.
"""

import argparse
import json
import statistics
import time

import numpy as np
import torch
from sklearn.kernel_ridge import KernelRidge
from sklearn.model_selection import GridSearchCV, KFold
from threadpoolctl import threadpool_limits

from ddlearn.compute import generator
from ddlearn.kernels import rbf
from ddlearn.ridge import ridge_path

N, D, WIDTH = 1000, 10, 10**0.5
PENALTIES = torch.logspace(-6, 1, 100, dtype=torch.float64)


def problem():
    draw = generator(0)
    x = torch.randn(N, D, generator=draw, dtype=torch.float64)
    y = x[:, 0].sin() + x[:, 1] * x[:, 2] + 0.3 * torch.randn(N, generator=draw, dtype=torch.float64)
    return x, y


def ours(x, y):
    """100 fits, each with all 1000 leave-one-out predictions."""
    return ridge_path(rbf(x, width=WIDTH), y, PENALTIES)


def refits(x, y):
    """scikit-learn's fit for each penalty: coefficients and fitted values, no leave-one-out."""
    gamma = 1 / (2 * WIDTH**2)
    models = [KernelRidge(alpha=len(x) * p, kernel="rbf", gamma=gamma).fit(x, y) for p in PENALTIES.tolist()]
    return np.stack([model.dual_coef_ for model in models])


def grid_search(x, y):
    """scikit-learn's 5-fold grid search over the same penalties: the usual way to choose one."""
    model = KernelRidge(kernel="rbf", gamma=1 / (2 * WIDTH**2))
    grid = {"alpha": (len(x) * PENALTIES).tolist()}
    return GridSearchCV(model, grid, cv=KFold(5), scoring="neg_mean_squared_error", n_jobs=1).fit(x, y)


def measure(rounds=3):
    """Medians in seconds, the two ratios, and the largest difference from scikit-learn's coefficients, relative."""
    torch.set_num_threads(1)
    threadpool_limits(1)
    x, y = problem()
    seconds = {"ours": [], "refits": [], "grid_search": []}
    sides = {"ours": lambda: ours(x, y), "refits": lambda: refits(x.numpy(), y.numpy())}
    sides["grid_search"] = lambda: grid_search(x.numpy(), y.numpy())
    results = {}
    ours(x, y)
    for _ in range(rounds):
        for name, side in sides.items():
            start = time.process_time()
            results[name] = side()
            seconds[name].append(time.process_time() - start)
    median = {name: statistics.median(times) for name, times in seconds.items()}
    path, theirs = results["ours"], torch.as_tensor(results["refits"])
    return {
        "seconds": median,
        "refits_ratio": median["refits"] / median["ours"],
        "grid_search_ratio": median["grid_search"] / median["ours"],
        "difference": ((path.alpha - theirs).abs().amax(1) / theirs.abs().amax(1)).max().item(),
    }


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--rounds", type=int, default=3)
    print(json.dumps(measure(parser.parse_args().rounds), indent=2))

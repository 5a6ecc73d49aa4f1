"""The comparisons: each module has one computation, or a few of a kind, with what it is compared with."""

from importlib import import_module

MODULES = (
    "infinite_ntk",
    "empirical_ntk",
    "real_nets",
    "dynamics",
    "ridge_path",
    "batched_training",
    "live_figure",
    "holograms",
    "min_norm_curve",
)
CASES = {case.name: case for name in MODULES for case in import_module(f"{__name__}.{name}").CASES}

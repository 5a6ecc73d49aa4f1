"""The comparisons: each module has one computation, or a few of a kind, with what it is compared with."""

from bench.cases import (
    batched_training,
    dynamics,
    empirical_ntk,
    holograms,
    infinite_ntk,
    live_figure,
    min_norm_curve,
    real_nets,
    ridge_path,
)

MODULES = (
    infinite_ntk,
    empirical_ntk,
    real_nets,
    dynamics,
    ridge_path,
    batched_training,
    live_figure,
    holograms,
    min_norm_curve,
)
CASES = {case.name: case for module in MODULES for case in module.CASES}

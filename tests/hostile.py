"""What the course computes and draws in a process whose global state is not the usual one.

Run as a program, `hostile.py STATE,... NAME...`, it puts the process into the states, does the parts named, and prints
a digest of each as JSON; with them, under "process", whatever of the process was changed meanwhile. `test_global_state`
compares.
"""

import base64
import dataclasses
import hashlib
import json
import locale
import logging
import os
import random
import signal
import sys
import threading
import warnings
from collections.abc import Callable

from threadpoolctl import threadpool_info  # first, for it writes into the environment as it loads

ENVIRONMENT = {
    "another hash seed": {"PYTHONHASHSEED": "77"},
    "a backend that is not there": {"MPLBACKEND": "module://no.such.backend"},
}
"""States that only the environment can set, before the process starts."""


def commas() -> None:
    """A locale that writes 1,5, where the machine has one."""
    for name in ("de_DE.UTF-8", "fr_FR.UTF-8", "pl_PL.UTF-8"):
        try:
            locale.setlocale(locale.LC_ALL, name)
            return
        except locale.Error:
            continue


def house_style() -> None:
    """A style that reaches everything: black ground, LaTeX, other type, lines, colours and layout."""
    import matplotlib.style
    from matplotlib import cycler

    matplotlib.style.use("dark_background")
    matplotlib.rcParams.update(
        {
            "text.usetex": True,
            "text.parse_math": False,
            "axes.formatter.use_locale": True,
            "axes.prop_cycle": cycler(color=["red"]),
            "axes.titlesize": 30,
            "axes.xmargin": 0.4,
            "figure.autolayout": True,
            "figure.dpi": 31,
            "savefig.dpi": 17,
            "savefig.bbox": "tight",
            "savefig.facecolor": "red",
            "lines.linewidth": 9,
            "lines.marker": "s",
            "image.cmap": "hot",
            "image.interpolation": "bicubic",
            "image.origin": "lower",
            "legend.loc": "center",
            "scatter.marker": "x",
            "xtick.direction": "in",
            "ytick.labelleft": False,
        }
    )


def sketches() -> None:
    """Hand-drawn lines, in type that is not there."""
    import matplotlib

    matplotlib.rcParams.update({"path.sketch": (1, 100, 2), "font.family": "no such type", "axes.linewidth": 5})


def figures() -> None:
    """Figures of the user's own, the first of them current."""
    import matplotlib.pyplot as plt

    plt.switch_backend("agg")
    plt.figure(1)
    plt.figure(7)
    plt.figure(1)


def torch_state(name: str, *arguments) -> Callable[[], None]:
    def put() -> None:
        import torch

        found = getattr(torch, name)(*(getattr(torch, one, one) if isinstance(one, str) else one for one in arguments))
        if hasattr(found, "__enter__"):
            entered(found)

    return put


def entered(state) -> None:
    """Enter a state for good: one that nobody holds is left as it is collected."""
    _HELD.append(state)
    state.__enter__()


_HELD: list = []


def numpy_raises() -> None:
    import numpy

    numpy.seterr(all="raise")


STATES: dict[str, Callable[[], None]] = {
    "float64": torch_state("set_default_dtype", "float64"),
    "float16": torch_state("set_default_dtype", "float16"),
    "inference mode": torch_state("inference_mode"),
    "no gradients": torch_state("set_grad_enabled", False),
    "autocast": lambda: entered(sys.modules["torch"].autocast("cpu")),
    "deterministic": torch_state("use_deterministic_algorithms", True),
    "denormals flushed": torch_state("set_flush_denormal", True),
    "torch's seed": torch_state("manual_seed", 5),
    "numpy raises": numpy_raises,
    "warnings are errors": lambda: warnings.simplefilter("error"),
    "commas": commas,
    "house style": house_style,
    "sketches": sketches,
    "figures": figures,
    **dict.fromkeys(ENVIRONMENT, lambda: None),
}


def digest(value: object) -> str:
    """A hash of the numbers in a result, and of their types."""
    import torch

    if isinstance(value, torch.Tensor):
        raw = value.detach().clone(memory_format=torch.contiguous_format).view(-1).view(torch.uint8)
        return hashlib.sha256(f"{value.dtype}{tuple(value.shape)}".encode() + raw.numpy().tobytes()).hexdigest()
    if dataclasses.is_dataclass(value):
        value = [getattr(value, field.name) for field in dataclasses.fields(value)]
    if isinstance(value, (list, tuple)):
        return hashlib.sha256("".join(map(digest, value)).encode()).hexdigest()
    return repr(value)


def parts() -> dict[str, Callable[[], object]]:
    """Each explorer's first picture and its sentence, each exercise's reference and verdict, each family of science."""
    from ddlearn import lessons
    from ddlearn.classroom.exercise import answered

    found = {}
    for slug in lessons.SLUGS:
        room = lessons.load(slug).parts
        for one in room.explorers:
            found[f"explorer {slug} {one.name}"] = lambda one=one: drawn(one.still())
        for one in room.exercises:
            found[f"exercise {slug} {one.name}"] = lambda one=one: [answered(one, one.reference, 0), one.self_check()]
    return found | families()


def drawn(bundle: dict) -> tuple[str, str]:
    return bundle["text/plain"], hashlib.sha256(base64.b64decode(bundle["image/png"])).hexdigest()


def families() -> dict[str, Callable[[], object]]:
    """A call of each family of public functions, on tensors as a script would have them."""
    import torch

    import ddlearn.generalization as gen
    from ddlearn import blood, datasets, diagonal_networks, kernels, networks, parities, ridge, sharpness, tangent
    from ddlearn import double_descent as dd
    from ddlearn import linear_networks as ln
    from ddlearn import weak_labels as wl
    from ddlearn.compute import generator
    from ddlearn.training import Ensemble, train

    f64 = {"dtype": torch.float64, "device": "cpu"}
    with torch.inference_mode(False):
        x = torch.randn(12, 3, generator=generator(0), **f64)
        y = torch.where(x[:, 0] > 0, 1, -1).to(x)
        net = torch.nn.Sequential(torch.nn.Linear(3, 4, **f64), torch.nn.Tanh(), torch.nn.Linear(4, 2, **f64))
        for number, weights in enumerate(net.parameters()):
            weights.data = torch.randn(weights.shape, generator=generator(number), **f64)
        classes = torch.arange(12, device="cpu") % 3
        odds = torch.rand(12, 3, generator=generator(1), **f64)
    odds, K = odds / odds.sum(1, keepdim=True), kernels.rbf(x)
    mlp = networks.MLP((3, 5, 1), "tanh")
    types = torch.arange(len(blood.CELL_TYPES), device="cpu")

    def trained():
        ensemble = Ensemble.draw([mlp, mlp], generator(3), dtype=torch.float64)
        return train(ensemble, x, y[:, None], steps=5, lr=0.1).losses

    def layers():
        starts = ln.draw_starts("wide", 2, 3, 4, generator(2))
        return ln.certificate(starts.problem, starts.W1, starts.W2).rate

    return {
        "kernels": lambda: [kernels.gram(name, x) for name in kernels.KERNELS],
        "random features": lambda: dd.image_curve(x, classes, 9, [4, 8], 2, generator(0), width=1.0, classes=3).mse,
        "ridge": lambda: ridge.ridge_path(K, y, [0.1, 1.0]).leave_one_out_error,
        "data sets": lambda: [getattr(datasets, name)(9, 0.1, generator(0)) for name in ("moons", "rings", "xor")],
        "digits": lambda: datasets.digits(generator(0)).train_x,
        "training": trained,
        "empirical tangent kernel": lambda: tangent.empirical(net, x),
        "infinite tangent kernel": lambda: tangent.infinite(x, depth=2).ntk,
        "dynamics": lambda: tangent.dynamics(K, y).flow([1.0, 5.0]),
        "linear networks": layers,
        "diagonal networks": lambda: diagonal_networks.flow_limit(x.T, y[:3], 0.1),
        "parities": lambda: [parities.sparse_parity(9, 5, 2, generator(0)), parities.krawtchouk(6, 2)],
        "sharpness": lambda: sharpness.factor_descent(x[0], x[1], 1.0, 0.1, 5),
        "linear regression": lambda: dd.linear_curve(9, [0.5, 2.0], 2, generator(0)).measured,
        "clocks": lambda: dd.clocks_curve(dd.three_clocks(20), 20, [1, 10], 2, generator(0)).measured,
        "convolutions": lambda: dd.draw_conv_nets(2, 3, 2, generator(0)),
        "feature theory": lambda: dd.predict_features(dd.relu_sphere_spectrum(5), 9, [4, 20], 0.1),
        "learning curves": lambda: (
            gen.measure_learning_curve(K, y[:, None], [3, 6], trials=2, generator=generator(0)).mistakes
        ),
        "capacity": lambda: [gen.hidden_layer_kernel(gen.unit_rows(x)), gen.arora_term(K, y)],
        "PAC-Bayes": lambda: gen.kl_inverse(0.1, 0.05),
        "weak labels": lambda: [
            wl.prior_shift(odds, [1 / 3] * 3, [0.5, 0.3, 0.2]),
            wl.forward_loss(odds, classes, torch.eye(3, **f64)),
            wl.expected_calibration_error(odds, classes),
            wl.dawid_skene(torch.stack([classes] * 3, 1), 3),
        ],
        "bags": lambda: wl.draw_bags(classes, odds[:4], 5, generator(0)),
        "patients": lambda: blood.blood_report(blood.draw_patients(4, generator(0)), generator(1)),
        "cells": lambda: blood.simulate_cells(types, blood.specimen_effects(1, 1.0, generator(0)), generator(1)),
    }


def process() -> dict[str, object]:
    """Whatever is global in a process and can be compared, each part as a string."""
    state = {
        "environment": dict(os.environ),
        "current directory": os.getcwd(),
        "locale": locale.setlocale(locale.LC_ALL),
        "warnings": list(map(repr, warnings.filters)),
        "logging": [repr(logging.root.handlers), logging.root.level, logging.root.manager.disable],
        "hooks": [repr(sys.excepthook), repr(sys.displayhook), repr(threading.excepthook), repr(sys.unraisablehook)],
        "signals": [repr(signal.getsignal(number)) for number in sorted(signal.valid_signals())],
        "random": hashlib.sha256(repr(random.getstate()).encode()).hexdigest(),
    }
    if numpy := sys.modules.get("numpy"):
        state["numpy"] = [repr(numpy.geterr()), repr(numpy.get_printoptions())]
        state["numpy.random"] = repr(numpy.random.get_state()[1].tobytes())
    if torch := sys.modules.get("torch"):
        state["torch"] = [
            str(torch.get_default_dtype()),
            str(torch.get_default_device()),
            torch.is_grad_enabled(),
            torch.is_inference_mode_enabled(),
            torch.are_deterministic_algorithms_enabled(),
            torch.get_float32_matmul_precision(),
            torch.is_autocast_enabled("cpu"),
            torch.get_num_threads(),
        ]
        state["torch's random"] = digest(torch.get_rng_state())
        # A library that is loaded later has a pool of its own; those that were there keep their threads.
        state["pools"] = {pool["filepath"]: pool["num_threads"] for pool in threadpool_info()}
    if matplotlib := sys.modules.get("matplotlib"):
        state["matplotlib"] = sorted(map(repr, dict(matplotlib.rcParams.copy()).items()))
    if pyplot := sys.modules.get("matplotlib.pyplot"):
        state["figures"] = [pyplot.get_fignums(), pyplot.gcf().number if pyplot.get_fignums() else None]
    return state


def changes(before: dict, after: dict) -> list[str]:
    """What is not as it was, in words; a library that came in between brings its own and has changed nothing."""
    pools = after.get("pools", {})
    after = {**after, "pools": {path: pools.get(path) for path in before.get("pools", {})}}
    return [f"{name}: {was!r} became {after[name]!r}" for name, was in before.items() if after[name] != was]


def main(states: str, names: list[str]) -> None:
    # Libraries that write into the environment or the warnings' filters, or draw from `random`, as they load; that is
    # not ours to judge.
    import joblib  # noqa: F401
    import matplotlib  # noqa: F401
    import sklearn.datasets  # noqa: F401
    import sympy  # noqa: F401
    import torch.func  # noqa: F401

    done: dict[str, object] = {}
    todo = parts()
    for state in filter(None, states.split(",")):
        STATES[state]()
    before = process()
    for name in names:
        try:
            done[name] = digest(todo[name]())
        except Exception as error:
            done[name] = f"{type(error).__name__}: {error}"[:500]
    done["process"] = changes(before, process())
    print(json.dumps(done))


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2:])

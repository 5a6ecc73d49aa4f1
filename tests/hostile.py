"""What the course computes and draws in a process whose global state is not the usual one.

Run as a program, `hostile.py STATE,... NAME...`, it puts the process into the states, does the parts named, and prints
a digest of each as JSON; with them, under "process", whatever of the process was changed meanwhile. `test_global_state`
compares.
"""

import base64
import dataclasses
import functools
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


STATES: dict[str, Callable[[], None]] = {
    "float64": torch_state("set_default_dtype", "float64"),
    "float16": torch_state("set_default_dtype", "float16"),
    "inference mode": torch_state("inference_mode"),
    "no gradients": torch_state("set_grad_enabled", False),
    "autocast": lambda: entered(sys.modules["torch"].autocast("cpu")),
    "deterministic": torch_state("use_deterministic_algorithms", True),
    "denormals flushed": torch_state("set_flush_denormal", True),
    "torch's seed": torch_state("manual_seed", 5),
    "numpy raises": lambda: sys.modules["numpy"].seterr(all="raise"),
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


FAMILIES = """
kernels.gram ridge.ridge_path datasets.moons datasets.rings datasets.xor datasets.digits training.train
tangent.empirical tangent.infinite tangent.dynamics ln.certificate diagonal.flow_limit separable.descend
adversarial.train parities.sparse_parity parities.krawtchouk sharpness.factor_descent dd.image_curve dd.linear_curve
dd.clocks_curve dd.draw_conv_nets dd.predict_features gz.measure_learning_curve gz.hidden_layer_kernel gz.arora_term
gz.kl_inverse wl.prior_shift wl.forward_loss wl.expected_calibration_error wl.dawid_skene wl.draw_bags
blood.blood_report blood.simulate_cells
"""


def families() -> dict[str, Callable[[], object]]:
    """A call or two of each family of public functions, of those in refused.txt, on tensors of an ordinary script."""
    from calls import CALLS, asked, setting

    def done(function, bound):
        setting()["G"].manual_seed(0)
        return function(*bound.args, **bound.kwargs)

    chosen = [call for call in CALLS if call.partition("(")[0] in FAMILIES.split()]
    return {call: functools.partial(done, *asked(call)) for call in chosen}


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

"""What this machine can carry: its cores, its memory, its device, and how large a sweep it is offered.

On a shared host `os.cpu_count()` is the whole node, while a quota grants one core of it; eight threads on one core are
more than twice as slow as one. So cores come from the quota and memory from the control group's limit, and everything
here can be overridden: `DDLEARN_SCALE`, `DDLEARN_DEVICE`. Importing this module must stay cheap: torch is only imported
by the functions that return something of its kind.
"""

from __future__ import annotations

import contextlib
import ctypes
import gc
import math
import os
import threading
import warnings
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

from ddlearn import arguments, control_groups

if TYPE_CHECKING:
    import torch

__all__ = [
    "Progress",
    "available_cores",
    "device",
    "each",
    "eigh",
    "generator",
    "memory_is_limited",
    "memory_left",
    "memory_limit",
    "memory_used",
    "part",
    "release_memory",
    "require_matrices",
    "require_memory",
    "scale",
    "sizes",
    "threads",
]

T = TypeVar("T")

SCALES = ("binder", "laptop", "gpu")
SMALL_MEMORY = 2.2e9
"""At or below this many bytes a machine counts as a hosted one (its limit is 2 GB)."""

WORTH_ASKING = 64e6
"""Bytes below which memory is not asked for: to ask takes up to 6 ms, to fill as many with a kernel 30 or more."""

LESSON_MEMORY = 700e6
"""Bytes that a lesson takes at most."""


def threads(root: Path | str = "/") -> int:
    """Whole cores granted to this process: the least of CPU_LIMIT, the control group's quota and the affinity mask.

    `root` is the folder under which `proc` and `sys` are looked for; tests put their own there.
    """
    grants = [available_cores(), *control_groups.quotas(Path(root))]
    limit = control_groups.number(os.environ.get("CPU_LIMIT"))
    if limit:
        grants.append(limit)
    return max(1, math.floor(min(grants)))


def memory_limit(root: Path | str = "/") -> int:
    """Bytes that this process may use: the least of MEM_LIMIT, the control group's limit and what the machine has."""
    import psutil

    limits = [psutil.virtual_memory().total, *control_groups.memory_limits(Path(root))]
    limit = control_groups.number(os.environ.get("MEM_LIMIT"))
    if limit:
        limits.append(limit)
    return int(min(limits))


def memory_is_limited(root: Path | str = "/") -> bool:
    """Whether less is granted than the machine has. Who takes more is ended, where a laptop would begin to swap."""
    import psutil

    return memory_limit(root) < psutil.virtual_memory().total


def memory_used() -> int:
    """Return the bytes of memory that this process holds now (its resident set)."""
    import psutil

    return psutil.Process().memory_info().rss


def memory_left(root: Path | str = "/") -> int:
    """Bytes that may still be had before the system ends a process: of the machine, and of each limit on this one.

    In a control group the kernels of other notebooks count too, and files that are only kept at hand do not.
    """
    import psutil

    root = Path(root)
    left = [psutil.virtual_memory().available, memory_limit(root) - memory_used(), *control_groups.memory_unused(root)]
    return int(max(0, min(left)))


def release_memory() -> None:
    """Collect garbage, and give the system what was freed but is kept for later by glibc (elsewhere that stays kept).

    Before memory is weighed: a call that is served from what lies ready would seem to need none.
    """
    gc.collect()
    with contextlib.suppress(OSError, AttributeError, TypeError):  # no such library, no such call, no name for it
        ctypes.CDLL("libc.so.6").malloc_trim(0)


def require_memory(bytes: float, what: str) -> None:
    """Raise a `MemoryError` with a clear sentence if `what` needs more bytes than are left, before anything is lost."""
    bytes = arguments.at_least("bytes", bytes, 0)
    left = memory_left()
    if bytes > left:
        raise MemoryError(
            f"{what} needs about {_gigabytes(bytes)}, and {_gigabytes(left)} are left here. "
            "Choose a smaller size, or shut down other notebooks."
        )


def require_matrices(count: float, rows: int, columns: int, like: torch.Tensor, what: str) -> None:
    """Call `require_memory` for so many matrices of one shape, of `like`'s precision, if that is 64 MB or more.

    On a GPU torch itself refuses.
    """
    bytes = count * rows * columns * like.element_size()
    if bytes >= WORTH_ASKING and like.device.type == "cpu":
        require_memory(bytes, f"{what} of {rows} x {columns} numbers")


def device() -> torch.device:
    """Return the device that experiments run on: DDLEARN_DEVICE if set, else CUDA where there is one, else the CPU.

    Apple's "mps" is used only when it is asked for by name: it has no float64, the precision that this course works in.
    """
    import torch

    asked = os.environ.get("DDLEARN_DEVICE", "").strip()
    if not asked:
        return torch.device("cuda" if torch.cuda.is_available() else "cpu")
    kind, _, index = asked.partition(":")
    if kind not in ("cpu", "cuda", "mps") or (index and not index.isdigit()):
        raise ValueError(f'DDLEARN_DEVICE must be "cpu", "cuda", "cuda:0" or "mps"; got {asked!r}')
    count = {"cpu": 1, "cuda": torch.cuda.device_count(), "mps": int(torch.backends.mps.is_available())}[kind]
    if int(index or 0) >= count:
        raise ValueError(
            f"DDLEARN_DEVICE asks for {asked}, but torch sees no such device here. Unset it, or set it to cpu."
        )
    if kind == "mps":
        warnings.warn("mps has no float64: give every function float32 tensors there.", stacklevel=2)
    return torch.device(asked)


def scale() -> str:
    """Return what `sizes` goes by: "gpu", "laptop" or "binder"; DDLEARN_SCALE overrides.

    Only the full sweeps of two lessons are made in three sizes: of widths, and of double descent in trained nets. A
    claim knows the scale, and none of the course's own claims changes with it: they are the same on every machine.
    "gpu" where a CUDA device is there, "binder" on one core or with 2 GB of memory, "laptop" otherwise.
    """
    asked = os.environ.get("DDLEARN_SCALE", "").strip()
    if asked:
        return arguments.one_of("DDLEARN_SCALE", asked, SCALES)
    if device().type == "cuda":
        return "gpu"
    return "binder" if threads() == 1 or memory_limit() <= SMALL_MEMORY else "laptop"


def sizes(*, binder: T, laptop: T, gpu: T) -> T:
    """Return the one of three sizes that this machine's `scale()` asks for."""
    return {"binder": binder, "laptop": laptop, "gpu": gpu}[scale()]


def generator(seed: int, device: torch.device | str = "cpu") -> torch.Generator:
    """A source of random numbers that gives the same numbers for the same seed. Each function that draws takes one."""
    import torch

    return torch.Generator(device).manual_seed(arguments.whole("seed", seed, 0, 2**63 - 1))


def each(work: Callable[[T], object], items: Sequence[T], device: torch.device) -> None:
    """Do work(item) for every item: on a CPU, on as many threads as torch has here, each of which computes on one.

    For work that is a chain of small steps with a buffer of their own: torch spreads one step over its threads, and
    NumPy none, while a thread for each item spreads the chain. `work` must not depend on their order. What it raises is
    raised here.
    """
    import torch

    with _starting:  # a thread that asks for the first time while others start would be told 1, and would keep it
        count = torch.get_num_threads()
    workers = min(count, len(items))
    if device.type != "cpu" or workers < 2:
        for item in items:
            work(item)
        return
    from concurrent.futures import ThreadPoolExecutor

    # A new thread knows none of these modes.
    grad, inference = torch.is_grad_enabled(), torch.is_inference_mode_enabled()
    autocast = {"enabled": torch.is_autocast_enabled("cpu"), "dtype": torch.get_autocast_dtype("cpu")}
    ready = threading.Barrier(workers + 1)

    def compute_alone() -> None:
        torch.get_num_threads()  # at its first question a thread takes the process's count, and then keeps its own
        torch.set_num_threads(1)  # its own, and that of the process until all are ready
        ready.wait()

    def as_here(item: T) -> None:
        with torch.inference_mode(inference), torch.set_grad_enabled(grad), torch.autocast("cpu", **autocast):
            work(item)

    with ThreadPoolExecutor(workers, initializer=compute_alone) as pool:
        with _starting:
            try:
                done = pool.map(as_here, items)
                ready.wait()
            except BaseException:
                ready.abort()
                raise
            finally:
                torch.set_num_threads(count)
        for _ in done:
            pass


_starting = threading.Lock()


def eigh(K: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
    """Return eigenvalues, least first, and eigenvectors of a symmetric matrix: on the CPU by SciPy, elsewhere by torch.

    On the AMD processors that we measured, SciPy's LAPACK takes 0.7 of the time of MKL, which is torch's (n = 1000, one
    thread). Nearly all that kernel regression for many penalties or times costs is this.

    No gradient passes: `ValueError` if K requires one, for that of eigenvectors is infinite where two eigenvalues are
    equal, and if K is not symmetric. `MemoryError` if the result and LAPACK's workspace do not fit.
    """
    import torch

    arguments.symmetric("K", K)
    require_matrices(4, *K.shape, K, "the decomposition of a matrix")
    if K.device.type != "cpu":
        return torch.linalg.eigh(K)
    import scipy.linalg

    # The transpose is the same matrix, in the order in which LAPACK wants its columns.
    lam, U = scipy.linalg.eigh(K.numpy(force=True).T, driver="evd", check_finite=False)
    return torch.from_numpy(lam), torch.from_numpy(U)


def available_cores() -> int:
    """Return the cores that the machine shows this process, of which fewer may be granted: see `threads`."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def _gigabytes(bytes: float) -> str:
    return f"{bytes / 1e9:.1f} GB" if bytes >= 1e8 else f"{bytes / 1e6:.0f} MB"


Progress = Callable[[float, str], object]
"""What is told of a long work, as progress(share, words): the share that is done. It may raise, to stop the work."""


def part(progress: Progress | None, low: float, high: float, said: str = "{}") -> Progress | None:
    """Return a progress for the part of the work from `low` to `high`, its words put into `said`; None of None."""
    return progress and (lambda share, words: progress(low + (high - low) * share, said.format(words)))

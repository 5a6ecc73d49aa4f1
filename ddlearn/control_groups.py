"""What Linux grants to this process: the control groups that hold it, their quotas, their limits and what is taken.

A hub or a container gives its processes a share of the machine in this way, and says so in files only.
"""

import math
from collections.abc import Iterator
from pathlib import Path

__all__ = ["memory_limits", "memory_unused", "number", "quotas"]

MEMORY = {
    "": ("memory.max", "memory.current", "inactive_file"),
    "memory": ("memory.limit_in_bytes", "memory.usage_in_bytes", "total_inactive_file"),
}
"""Of version 2 and of version 1's controller: the file of the limit, that of what is taken, the line of kept files."""


def quotas(root: Path) -> Iterator[float]:
    """Return cores granted by each control group that holds this process, version 2 then 1."""
    for folder in _groups(root, ""):
        quota, _, period = _content(folder / "cpu.max").partition(" ")
        if number(quota) and number(period):
            yield number(quota) / number(period)
    for folder in _groups(root, "cpu"):
        quota = number(_content(folder / "cpu.cfs_quota_us"))  # -1 where there is none
        period = number(_content(folder / "cpu.cfs_period_us"))
        if quota and period:
            yield quota / period


def memory_limits(root: Path) -> Iterator[float]:
    """Return bytes that each control group grants: infinity where it sets no limit."""
    for controller, (limit, _, _) in MEMORY.items():
        for folder in _groups(root, controller):
            yield number(_content(folder / limit)) or math.inf


def memory_unused(root: Path) -> Iterator[float]:
    """Return bytes that each control group may still take, of those that set a limit and say what is taken.

    Files that are only kept at hand are not taken: they go when their place is needed.
    """
    for controller, (limit, used, kept) in MEMORY.items():
        for folder in _groups(root, controller):
            files = dict(line.partition(" ")[::2] for line in _content(folder / "memory.stat").splitlines())
            granted, taken = number(_content(folder / limit)), number(_content(folder / used))
            if granted and taken:
                yield granted - taken + (number(files.get(kept)) or 0)


def _groups(root: Path, controller: str) -> Iterator[Path]:
    """Folders of the groups that hold this process, innermost first, up to the top: a limit on any of them binds.

    Each line of /proc/self/cgroup reads "number:controllers:path"; version 2 has one line with no controllers. Inside a
    container the path may belong to the host and be missing here, while the top folder is the container's own.
    """
    for line in _content(root / "proc/self/cgroup").splitlines() or ["0::/"]:
        controllers, _, path = line.partition(":")[2].partition(":")
        if controller in controllers.split(","):
            names = [name for name in path.split("/") if name not in ("", "..")]
            top = root / "sys/fs/cgroup" / controllers
            yield from (top.joinpath(*names[:depth]) for depth in range(len(names), 0, -1))
    yield root / "sys/fs/cgroup" / controller


def _content(path: Path) -> str:
    try:
        return path.read_text().strip()
    except OSError:
        return ""


def number(text: str | None) -> float | None:
    """Return a positive number, or None for anything else: "max", "-1", an empty file, a variable that is not set."""
    try:
        value = float(text or "")
    except ValueError:
        return None
    return value if math.isfinite(value) and value > 0 else None

"""Where a measurement was taken: the processor, its cores, the load beside us, versions, the day."""

from __future__ import annotations

import datetime
import importlib.metadata
import os
import platform
from pathlib import Path

import ddlearn

__all__ = ["load_average", "machine", "processor", "setting_line", "versions"]

PACKAGES = ("torch", "numpy", "scipy", "scikit-learn", "jax", "neural-tangents", "matplotlib", "ipywidgets")
CPUINFO = Path("/proc/cpuinfo")


def machine() -> dict[str, object]:
    """The facts of the machine that do not change while we measure, and the day."""
    import psutil

    return {
        "date": datetime.datetime.now().astimezone().isoformat(timespec="seconds"),
        "processor": processor(),
        "cores": os.cpu_count() or 1,
        "memory_gb": round(psutil.virtual_memory().total / 1e9, 1),
        "system": f"{platform.system()} {platform.machine()}",
    }


def processor(cpuinfo: Path = CPUINFO) -> str:
    """The processor as the system names it, with its family and model number where they are told."""
    facts: dict[str, str] = {}
    if cpuinfo.exists():
        for line in cpuinfo.read_text("utf-8").splitlines():
            key, _, value = line.partition(":")
            facts.setdefault(key.strip(), value.strip())
    name = facts.get("model name") or platform.processor() or platform.machine()
    told = {"cpu family", "model"} <= set(facts)  # a hosted machine often names no more than the maker
    return f"{name} (family {facts['cpu family']}, model {facts['model']})" if told else name


def versions() -> dict[str, str]:
    """Of Python, of the course, and of those packages that are installed in this interpreter."""
    found = {"python": platform.python_version(), "ddlearn": ddlearn.__version__}
    for package in PACKAGES:
        try:
            found[package] = importlib.metadata.version(package)
        except importlib.metadata.PackageNotFoundError:
            continue
    return found


def load_average() -> float | None:
    """Processes that ran or waited in the last minute, ours among them; None where the system does not say."""
    return round(os.getloadavg()[0], 2) if hasattr(os, "getloadavg") else None


def setting_line(report: dict[str, object]) -> str:
    """The facts in one line."""
    place, load = report["machine"], report["load"]
    parts = [f"{place['processor']}, {place['cores']} cores, {place['memory_gb']} GB, {place['system']}"]
    counts = [(report["threads"], "thread"), (report["rounds"], "round")]
    parts.append(", ".join(f"{count} {word}{'s' if count > 1 else ''}" for count, word in counts))
    if load["before"] is not None:
        parts.append(f"load {load['before']} before and {load['after']} after")
    parts.append(", ".join(f"{name} {version}" for name, version in report["versions"].items()))
    return "; ".join([*parts, str(place["date"])[:10]])

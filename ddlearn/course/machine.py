"""This machine in one line, for a page or for whoever is asked for help: nothing in it is personal."""

import platform

from ddlearn import compute


def sentence() -> str:
    """Return the system, the versions of Python and torch, the device, threads and memory."""
    import torch

    device, threads = compute.device(), compute.threads()
    gpu = f" ({torch.cuda.get_device_name(device)})" if device.type == "cuda" else ""
    return (
        f"{platform.system()} {platform.machine()}, Python {platform.python_version()}, "
        f"torch {torch.__version__} ({device}{gpu}), {threads} thread{'' if threads == 1 else 's'}, "
        f"{compute.memory_limit() / 2**30:.1f} GB of memory"
    )

"""The modes that torch and NumPy start with, for whatever the classroom computes.

A notebook may have turned gradients off, made inference tensors, moved torch's default device or made NumPy raise. Each
of these belongs to one thread, so a computation can have its own. What belongs to the whole process, such as torch's
default dtype, is left alone: a lesson gives each tensor its dtype.
"""

from collections.abc import Iterator
from contextlib import contextmanager, nullcontext


@contextmanager
def first_modes() -> Iterator[None]:
    """Inside: gradients, no inference tensors, no autocast, tensors on the CPU, NumPy's errors as when it loads."""
    import numpy
    import torch

    elsewhere = torch.get_default_device().type != "cpu"
    with (
        torch.inference_mode(False),
        torch.enable_grad(),
        torch.autocast("cpu", enabled=False),
        torch.device("cpu") if elsewhere else nullcontext(),  # at a price for each call of torch
        numpy.errstate(all="warn", under="ignore"),
    ):
        yield

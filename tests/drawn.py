"""Random numbers to try the science on, and the mark of a test that needs a GPU."""

import pytest
import torch

from ddlearn.compute import generator

needs_cuda = pytest.mark.skipif(not torch.cuda.is_available(), reason="no CUDA device here")


def normal(*shape, seed=0):
    """Standard normal numbers of this shape, float64."""
    return torch.randn(shape, generator=generator(seed), dtype=torch.float64)

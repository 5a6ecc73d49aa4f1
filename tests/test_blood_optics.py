"""Propagation against physics that needs no FFT: energy, spherical waves, a Gaussian beam, plane waves."""

import math

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from ddlearn.blood import propagate, transfer_function
from ddlearn.compute import generator

WAVELENGTH = 0.532
K = 2 * math.pi / WAVELENGTH


def field(*shape, seed=0):
    parts = torch.randn(2, *shape, generator=generator(seed), dtype=torch.float64)
    return torch.complex(parts[0], parts[1])


def grid(n, pixel):
    axis = (torch.arange(n, dtype=torch.float64) - n // 2) * pixel
    return axis, axis[:, None].square() + axis.square()


@settings(max_examples=40, deadline=None)
@given(
    h=st.integers(1, 40),
    w=st.integers(1, 40),
    z=st.floats(-1e4, 1e4),
    pixel=st.floats(0.38, 5),
    seed=st.integers(0, 99),
)
def test_no_light_is_lost_and_the_way_back_leads_back(h, w, z, pixel, seed):
    """Samples so far apart carry no wave that dies out (.38 > wavelength / sqrt(2)), so the propagator is unitary."""
    start = field(h, w, seed=seed)
    there = propagate(start, z, pixel)
    assert there.abs().square().sum().item() == pytest.approx(start.abs().square().sum().item(), rel=1e-12)
    torch.testing.assert_close(propagate(there, -z, pixel), start, rtol=0, atol=1e-11 * start.abs().max().item())


@pytest.mark.parametrize(("m", "n"), [(0, 0), (3, 0), (-2, 5), (7, 7)])
def test_a_plane_wave_stays_one_and_gains_its_phase(m, n):
    """exp(2 pi i f x) is an eigenfunction; its wave vector has length k, whatever its direction."""
    size, pixel, z = 32, 0.4, 12.3
    axis = torch.arange(size, dtype=torch.float64) * pixel
    fx, fy = m / (size * pixel), n / (size * pixel)
    wave = torch.exp(2j * math.pi * (fx * axis + fy * axis[:, None]))
    direction = math.asin(WAVELENGTH * math.hypot(fx, fy))
    expected = wave * complex(math.cos(K * z * math.cos(direction)), math.sin(K * z * math.cos(direction)))
    torch.testing.assert_close(propagate(wave, z, pixel), expected, rtol=0, atol=1e-11)


def spherical(square, z):
    """The wave of one point, of Rayleigh and Sommerfeld: -d/dz exp(ikR) / (2 pi R)."""
    R = (square + z**2).sqrt()
    return z / R * (1 / R - 1j * K) * torch.exp(1j * K * R) / (2 * math.pi * R)


def test_a_field_is_a_sum_of_spherical_waves():
    """A spot of 1.6 um, as a sum of point sources, each of which sends its spherical wave: no Fourier in it.

    The spot holds no frequency near the edge of the grid's band, so both sums are exact to many digits.
    """
    pixel, z, n = 0.2, 20.0, 512
    _, square = grid(n, pixel)
    spot = torch.exp(-square / 0.8**2)
    there = propagate(spot.to(torch.complex128), z, pixel)
    axis, small = grid(41, pixel)
    sources = torch.exp(-small / 0.8**2) * pixel**2
    for x, y in [(0, 0), (10, 0), (0, 25), (-30, 20), (60, -60)]:
        distance = (axis - x * pixel).square() + (axis[:, None] - y * pixel).square()
        expected = (sources * spherical(distance, z)).sum()
        assert abs(there[n // 2 + y, n // 2 + x] - expected) <= 1e-8 * abs(there).max()


def test_waves_that_die_out_are_dropped():
    H = transfer_function((64, 64), 5.0, 0.1)
    f = torch.fft.fftfreq(64, 0.1, dtype=torch.float64)
    alive = torch.hypot(f[:, None], f) <= 1 / WAVELENGTH
    torch.testing.assert_close(H.abs(), alive.double(), rtol=0, atol=1e-12)
    assert 0 < alive.sum() < alive.numel()


def test_many_distances_at_once():
    start, z = field(3, 8, 8), torch.tensor([1.0, -2.0, 30.0], dtype=torch.float64)
    together = propagate(start, z, 0.4)
    for i in range(3):
        torch.testing.assert_close(together[i], propagate(start[i], z[i].item(), 0.4))
    torch.testing.assert_close(propagate(start.to(torch.complex64), z, 0.4), together.to(torch.complex64))

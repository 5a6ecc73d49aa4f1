"""Patients and counts against moments, exact probabilities, and the real data that the constants come from."""

import math

import numpy
import pytest
import torch

from ddlearn import blood
from ddlearn.compute import generator

MIX = torch.tensor([[0.61, 0.28, 0.11]], dtype=torch.float64)


@pytest.mark.parametrize("alpha", [blood.PATIENTS, blood.HEALTHY, (0.5, 1.0, 3.0)])
def test_patients_have_the_moments_of_their_dirichlet(alpha):
    """Mean, and second moment pp' + (diag(p) - pp') / (alpha_0 + 1), over 100,000 patients, within five errors."""
    n = 100_000
    pi = blood.draw_patients(n, generator(0), alpha)
    a = torch.tensor(alpha, dtype=torch.float64)
    p, a0 = a / a.sum(), a.sum()
    torch.testing.assert_close(blood.mean_blood(alpha), p)
    assert (pi.sum(1) - 1).abs().max() <= 1e-12
    assert pi.min() >= 0
    assert ((pi.mean(0) - p).abs() <= 5 * pi.std(0) / n**0.5).all()
    products = pi[:, :, None] * pi[:, None, :]
    expected = torch.outer(p, p) + (p.diag() - torch.outer(p, p)) / (a0 + 1)
    assert ((products.mean(0) - expected).abs() <= 5 * products.std(0) / n**0.5).all()


def test_the_two_cohorts_are_what_they_are_said_to_be():
    assert sum(blood.PATIENTS) == pytest.approx(5.26)
    assert blood.mean_blood().tolist() == pytest.approx([0.61, 0.28, 0.11], abs=0.005)
    assert sum(blood.HEALTHY) == pytest.approx(80)
    assert blood.mean_blood(blood.HEALTHY).tolist() == pytest.approx([0.62, 0.30, 0.08])
    deviation = blood.draw_patients(20_000, generator(0), blood.HEALTHY).std(0)
    assert deviation.max().item() == pytest.approx(0.054, abs=0.002)


def test_a_report_is_the_truth_and_the_noise_of_the_instrument():
    """Far from the edges: renormalising three errors takes their common part out, weighted by the shares."""
    n = 50_000
    report = blood.blood_report(MIX.expand(n, 3), generator(0))
    sd = torch.tensor([0.043, 0.041, 0.011], dtype=torch.float64) / math.sqrt(2)
    p = MIX[0]
    linear = torch.eye(3, dtype=torch.float64) - p[:, None]  # d report / d error, to first order
    expected = (linear.square() @ sd.square()).sqrt()
    assert report.std(0).tolist() == pytest.approx(expected.tolist(), rel=0.03)
    assert report.mean(0).tolist() == pytest.approx(p.tolist(), abs=0.002)
    edge = blood.blood_report(torch.tensor([[1.0, 0.0, 0.0]]).double().expand(500, 3), generator(0))
    assert (edge.sum(1) - 1).abs().max() <= 1e-12
    assert edge.min() >= 0.00085  # .001 before it is divided by a sum of 1 and five deviations at most


def test_counting_errs_as_the_formula_says():
    n, cells = 40_000, 200
    counts = numpy.random.default_rng(0).multinomial(cells, MIX[0], n)
    deviation = blood.counting_deviation(MIX[0], cells)
    assert (counts / cells).std(0).tolist() == pytest.approx(deviation.tolist(), rel=4 / (2 * n) ** 0.5)

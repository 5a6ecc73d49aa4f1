"""Bounds: exact tails, formulas written again with NumPy, and what they promise against what came true on digits."""

import math

import numpy as np
import pytest
import scipy.special
import scipy.stats
import torch
from drawn import normal
from hypothesis import given, settings
from hypothesis import strategies as st

from ddlearn import datasets
from ddlearn import generalization as gz
from ddlearn.compute import generator
from ddlearn.generalization import table as table_module
from ddlearn.kernels import laplace, rbf
from ddlearn.networks import MLP
from ddlearn.ridge import ridge
from ddlearn.training import train


@pytest.fixture(scope="module")
def digits():
    """Pixels of all 1,797 digits, and +1 for 0 to 4, -1 for 5 to 9."""
    images = datasets.digits(generator(0))
    x, classes = torch.cat([images.train_x, images.test_x]), torch.cat([images.train_y, images.test_y])
    return x, torch.where(classes < 5, 1.0, -1.0).double()


@pytest.fixture(scope="module")
def rows(digits):
    """The kernels' rows of the table, for true and random labels."""
    x, y = digits
    g = generator(0)
    return gz.bounds_table(x, {"true": y, "random": gz.random_labels(len(x), g)}, [50, 400, 800], g)


# Tails


@settings(max_examples=60, deadline=None)
@given(n=st.integers(1, 2000), share=st.floats(0, 1), delta=st.floats(1e-6, 0.5))
def test_so_few_errors_are_a_surprise_at_the_upper_bound(n, share, delta):
    errors = min(n - 1, int(share * n))
    p = gz.binomial_upper(errors, n, delta)
    assert scipy.stats.binom.cdf(errors, n, p) == pytest.approx(delta, rel=1e-8)
    assert errors / n < p < 1
    assert gz.binomial_upper(n, n, delta) == 1


def test_the_hold_out_bound_is_scipy_s_interval_and_the_textbook_s():
    for errors, n, delta in ((8, 397, 0.05), (20, 397, 0.05), (0, 10, 0.01)):
        test = scipy.stats.binomtest(errors, n, alternative="less")
        theirs = test.proportion_ci(confidence_level=1 - delta, method="exact").high
        assert gz.binomial_upper(errors, n, delta) == pytest.approx(theirs, rel=1e-10)
    assert gz.binomial_upper(0, 300) == pytest.approx(1 - 0.05 ** (1 / 300), rel=1e-12)  # the rule of three
    assert gz.binomial_upper(8, 397) == pytest.approx(0.036, abs=5e-4)


def divergence(q, p):
    return (scipy.special.rel_entr(q, p) + scipy.special.rel_entr(1 - q, 1 - p)).item()


@settings(max_examples=80, deadline=None)
@given(q=st.floats(0, 0.999), c=st.floats(-6, 1).map(lambda e: 10**e))
def test_the_inverse_is_an_inverse_from_above(q, c):
    p = gz.kl_inverse(q, c)
    assert q < p <= min(1, q + math.sqrt(c / 2))  # Pinsker
    if p < 1:  # beyond, it is 1 to the last digit
        assert divergence(q, p) >= c * (1 - 1e-9)
        assert divergence(q, p - 1e-9 * (p - q)) <= c * (1 + 1e-6) + 1e-12


def test_the_inverse_at_its_ends():
    assert gz.kl_inverse(0, 0.3) == pytest.approx(1 - math.exp(-0.3), rel=1e-14)
    assert gz.kl_inverse(1, 0.3) == 1
    assert gz.kl_inverse(0.2, 0) == pytest.approx(0.2, abs=1e-7)
    assert gz.kl_inverse(0.2, 100) == 1


# Kernel machines


def test_the_direction_is_the_ridge_fit_s_with_norm_one():
    K, y = rbf(normal(30, 2)), gz.random_labels(30, generator(1))
    alpha = gz.unit_direction(K, y, 0.3)
    assert (alpha @ K @ alpha).item() == pytest.approx(1, rel=1e-12)
    plain = ridge(K, y, 0.3 / 30)
    torch.testing.assert_close(alpha / alpha.norm(), plain / plain.norm(), rtol=1e-9, atol=1e-12)


def test_the_margin_bound_is_its_formula():
    K, y = laplace(normal(60, 2)), normal(60, 2)[:, 0].sign()
    found = gz.margin_bound(K, y, delta=0.1)
    A, s = K.numpy(), y.numpy()
    values = {}
    for r in gz.RIDGES:
        a = np.linalg.solve(A + r * np.eye(60), s)
        g = s * (A @ a) / math.sqrt(a @ A @ a)
        for rho in np.geomspace(0.005, 1, 24):
            ramp = np.clip(1 - g / rho, 0, 1).mean()
            deviation = 3 * math.sqrt(math.log(2 * 24 / 0.1) / (2 * 60))
            values[r, rho] = ramp + 2 / rho * math.sqrt(np.trace(A)) / 60 + deviation
    (r, rho), value = min(values.items(), key=lambda entry: entry[1])
    assert found.value == pytest.approx(value, rel=1e-10)
    assert (found.ridge, found.rho) == (r, pytest.approx(rho, rel=1e-10))
    torch.testing.assert_close(found.alpha, gz.unit_direction(K, y, r))


def test_the_hidden_layer_s_kernel_is_its_formula():
    x = gz.unit_rows(normal(12, 4))
    H, cos = gz.hidden_layer_kernel(x), (x @ x.T).clamp(-1, 1)
    torch.testing.assert_close(H, cos * (math.pi - cos.acos()) / (2 * math.pi), rtol=0, atol=1e-8)
    y = gz.random_labels(12, generator(0))
    term = math.sqrt(2 * y.numpy() @ np.linalg.solve(H.numpy(), y.numpy()) / 12)
    assert gz.arora_term(H, y) == pytest.approx(term, rel=1e-10)


# Nets


def test_the_spectral_term_is_its_formula():
    net = MLP((3, 7, 1), W_std=1.0)
    start, end = net.init(generator(0)), net.init(generator(1))
    x = normal(40, 3)
    y = net.apply(end, x)[:, 0].sign()
    margins = (y * net.apply(end, x)[:, 0]).numpy()
    s = [np.linalg.norm(W.numpy(), 2) for W, _ in end]
    a = [
        np.linalg.norm((W - W0).numpy(), axis=1).sum() / one for (W, _), (W0, _), one in zip(end, start, s, strict=True)
    ]
    R = s[0] * s[1] * (a[0] ** (2 / 3) + a[1] ** (2 / 3)) ** 1.5
    term = np.linalg.norm(x.numpy()) * R / (np.quantile(margins, 0.05) * 40)
    assert gz.spectral_term(net, end, start, x, y) == pytest.approx(term, rel=1e-10)
    assert gz.spectral_term(net, end, start, x, -y) == math.inf


def test_the_spectral_term_sees_the_function_and_not_its_scaling():
    """An ntk net with its scales multiplied in is a standard net."""
    ntk, standard = MLP((3, 6, 1), parametrization="ntk"), MLP((3, 6, 1), bias="none")
    assert standard.size == ntk.size
    x = normal(20, 3)
    pair = [ntk.init(generator(s)) for s in (0, 1)]
    y = ntk.apply(pair[1], x)[:, 0].sign()
    folded = [
        tuple((layer.weight_scale * W, None) for layer, (W, _) in zip(ntk.layers, one, strict=True)) for one in pair
    ]
    assert gz.spectral_term(ntk, pair[1], pair[0], x, y) == pytest.approx(
        gz.spectral_term(standard, folded[1], folded[0], x, y), rel=1e-12
    )


def test_counting_parameters():
    assert gz.parameter_count_term(6601, 1400) == pytest.approx(math.sqrt(6601 * math.log(1400) / 1400), rel=1e-14)
    assert gz.parameter_count_term(MLP((64, 100, 1)).size, 1400) == pytest.approx(5.8, abs=0.05)


# The table, on real digits


def find(rows, name, labels):
    return {row.n: row for row in rows if (row.name, row.labels) == (name, labels)}


def test_the_table_has_a_row_for_each_bound_labels_and_number(rows):
    names = {"hold-out", "PAC-Bayes, kernel", "margin", "Arora et al."}
    assert {(row.name, row.labels, row.n) for row in rows} == {
        (name, labels, n) for name in names for labels in ("true", "random") for n in (50, 400, 800)
    }
    assert len(rows) == 24


def test_what_is_promised_of_true_labels_comes_true(rows):
    true = [row for row in rows if row.labels == "true" and row.promise]
    assert all(row.holds for row in true)
    assert all(row.value < 0.5 for row in find(rows, "hold-out", "true").values())
    kernel = find(rows, "PAC-Bayes, kernel", "true")
    assert [kernel[n].value < 0.5 for n in (50, 400, 800)] == [False, True, True]


def test_no_bound_over_all_directions_certifies_random_labels(rows):
    """Negative control, with probability .95 each; the margin bound is too weak to say anything of true ones either."""
    for name in ("PAC-Bayes, kernel", "margin"):
        assert all(row.value >= 0.5 for row in find(rows, name, "random").values())
    for row in rows:
        if row.labels == "random" and row.n >= 400:
            assert 0.4 < row.measured < 0.6
            assert row.value > 0.5


def test_a_term_without_constants_promises_nothing():
    row = gz.Row("some term", "true", 100, 0.1, 0.3, promise=False)
    assert row.holds
    assert not gz.Row("a bound", "true", 100, 0.1, 0.3, promise=True).holds


def test_a_net_s_rows_come_on_request_and_no_example_of_a_bound_has_shaped_its_prior(monkeypatch):
    trained, bounded, told = [], [], []

    def training(ensemble, x, y, **how):
        result = train(ensemble, x, y, **how | {"steps": 50})
        trained.append((result.ensemble.parameters[0], x))
        return result

    def bounding(net, prior, start, x, y, *rest, **how):
        bounded.append((prior, x))
        return gz.pac_bayes_net(net, prior, start, x, y, *rest, draws=200, **how)

    monkeypatch.setattr(table_module, "train", training)
    monkeypatch.setattr(table_module, "pac_bayes_net", bounding)
    x = normal(60, 5)
    task = x, {"true": x[:, 0].sign()}, [20, 50]
    how = {"nets": True, "steps": 20, "progress": lambda fraction, words: told.append((fraction, words))}
    table = gz.bounds_table(*task, generator(0), **how)
    assert [len(x) for _, x in bounded] == [25, 50]
    (informed, examples), (fresh, everything) = bounded
    (shaped_by,) = [x for parameters, x in trained if parameters is informed]
    assert len(shaped_by) == 25
    assert torch.cdist(shaped_by, examples).min() > 1e-6
    assert len(torch.cat([shaped_by, examples]).unique(dim=0)) == 50 == len(everything)
    assert not any(parameters is fresh for parameters, _ in trained)
    nets = [row for row in table if "net" in row.name or row.name in ("parameter count", "spectral norms")]
    assert [(row.n, row.promise) for row in nets] == [(50, True), (50, True), (50, False), (50, False)]
    assert len(table) == 12
    fractions = [fraction for fraction, _ in told]
    assert fractions == sorted(fractions)
    assert fractions[0] == 0
    assert fractions[-1] < 1
    assert any("half-data prior, step 10 of 20" in words for _, words in told)
    assert gz.bounds_table(*task, generator(0), nets=True, steps=20) == table

import os

import joblib
import pytest
import torch

from ddlearn.compute import generator
from ddlearn.double_descent import clocks_curve, draw_seeds, image_curve, linear_curve, run_cells, three_clocks


def cell(a, b):
    return a * b, os.getpid(), torch.get_num_threads()


def test_cells_run_in_order_and_here_if_nobody_says_otherwise():
    calls = []
    found = run_cells(cell, [(1, 2), (3, 4), (5, 6)], lambda *told: calls.append(told))
    assert [value for value, *_ in found] == [2, 12, 30]
    assert {pid for _, pid, _ in found} == {os.getpid()}
    assert calls == [(1 / 3, "1 of 3 done"), (2 / 3, "2 of 3 done"), (1.0, "3 of 3 done")]
    assert run_cells(cell, []) == []
    assert found == run_cells(cell, [(1, 2), (3, 4), (5, 6)])


def test_seeds_come_from_the_generator():
    assert draw_seeds(3, generator(0)) == draw_seeds(3, generator(0)) != draw_seeds(3, generator(1))
    assert len(set(draw_seeds(1000, generator(0)))) == 1000


@pytest.mark.slow
def test_other_processes_give_the_same_numbers_and_share_the_cores():
    x = torch.rand(60, 4, generator=generator(0), dtype=torch.float64)
    y = torch.arange(60) % 3

    def sweeps():
        images = image_curve(x, y, 20, [5, 20, 40], 3, generator(0), width=1.0, classes=3, rate=0.1)
        clocks = clocks_curve(three_clocks(100), 100, [1, 10, 100], 2, generator(0))
        return linear_curve(20, [0.5, 2.0], 3, generator(0)).measured, images.mse, clocks.measured

    here = sweeps()
    with joblib.parallel_config(backend="loky", n_jobs=2):
        there = sweeps()
        workers = run_cells(cell, [(1, i) for i in range(4)])
    for a, b in zip(here, there, strict=True):
        torch.testing.assert_close(a, b, rtol=1e-8, atol=1e-10)
    assert os.getpid() not in {pid for _, pid, _ in workers}
    assert all(threads <= max(1, torch.get_num_threads() // 2) for *_, threads in workers)
    with joblib.parallel_config(backend="threading", n_jobs=2):
        torch.testing.assert_close(linear_curve(20, [0.5, 2.0], 3, generator(0)).measured, here[0])

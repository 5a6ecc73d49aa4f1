"""The simulator against a second one, written pixel by pixel, and what its pictures must and must not depend on."""

import math
from dataclasses import replace

import numpy as np
import psutil
import pytest
import torch
from bench.cases.holograms import plain_patterns, plain_picture, plain_transmission
from drawn import needs_cuda

from ddlearn import blood
from ddlearn.blood import CELL_TYPES, LYMPHOCYTE
from ddlearn.compute import generator

EACH = torch.arange(3)


def alike(seed=0):
    """One specimen under the usual circumstances."""
    return blood.specimen_effects(1, 0.0, generator(seed))


def plain(label, **changed):
    """One cell in the middle of its field, without granules."""
    cells = blood.draw_cells(torch.tensor([label]), generator(3))
    zero = torch.zeros(1, dtype=torch.float64)
    changed = {name: torch.tensor([value], dtype=torch.float64) for name, value in changed.items()}
    return replace(cells, **{"granules": zero, "x": zero, "y": zero, **changed})


def picture(cells):
    return blood.record(cells, alike(), torch.zeros(len(cells), dtype=torch.int64))


# A second simulator, of plain NumPy -----------------------------------------------------------------------------------


def test_pictures_are_those_of_the_formulas():
    cells = blood.draw_cells(EACH.repeat(8), generator(1))
    assert set(cells.lobes.tolist()) == {1, 2, 3, 4}
    assert cells.kidney.any()
    effects = blood.specimen_effects(5, 1.0, generator(2))
    which = torch.arange(24) % 4  # specimen 4 has no cell
    t = blood.transmission(cells, effects.contrast[which])
    pictures = blood.record(cells, effects, which)
    texture = plain_patterns()
    for i, s in enumerate(which.tolist()):
        expected = plain_transmission(cells, i, effects.contrast[s].item(), texture)
        np.testing.assert_allclose(t[i].numpy(), expected, rtol=0, atol=1e-12)
        seen = plain_picture(expected, effects.focus[s].item(), effects.tilt[s].tolist())
        np.testing.assert_allclose(pictures[i].numpy(), seen, rtol=0, atol=1e-11)
    single = blood.record(cells, effects, which, dtype=torch.float32)
    assert (single - pictures).abs().max() <= 1e-4  # the camera's noise is .06


# Cells and specimens --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("label", range(3))
def test_cells_have_the_sizes_of_their_type(label):
    """Means and deviations of 20,000 cells, within four standard errors."""
    n = 20_000
    cells, kind = blood.draw_cells(torch.full((n,), label), generator(label)), CELL_TYPES[label]
    diameter, expected_sd = 2 * cells.radius, kind.diameter * kind.diameter_cv
    assert diameter.mean().item() == pytest.approx(kind.diameter, abs=4 * expected_sd / n**0.5)
    assert diameter.std().item() == pytest.approx(expected_sd, rel=4 / n**0.5)
    assert cells.nucleus.mean().item() == pytest.approx(kind.nucleus, abs=4 * kind.nucleus_sd / n**0.5)
    assert cells.kidney.double().mean().item() == pytest.approx(kind.kidney, abs=4 * 0.4 / n**0.5)
    assert sorted(set(cells.lobes.tolist())) == list(range(kind.lobes[0], kind.lobes[1] + 1))
    assert cells.granules.log().mean().item() == pytest.approx(math.log(kind.granules), abs=4 * 0.3 / n**0.5)
    assert cells.axis.square().min() >= 0.92
    assert max(cells.x.abs().max(), cells.y.abs().max()) <= 1


def test_the_measured_ratios_of_size_are_kept():
    """lymphocyte : neutrophil : monocyte = .765 : 1 : 1.01, to the rounding of the diameters."""
    granulocyte, *others = (kind.diameter for kind in CELL_TYPES)
    assert [one / granulocyte for one in others] == pytest.approx([0.765, 1.01], abs=0.01)


def test_a_nucleus_fills_its_share_of_the_cell():
    """Of a round cell with a round nucleus, the darker pixels are counted; the edge is half a micrometre."""
    share = torch.tensor([0.6], dtype=torch.float64)
    cells = replace(plain(LYMPHOCYTE, axis=1.0, radius=10.0), nucleus=share)
    depth = -blood.transmission(cells)[0].abs().log()
    assert (depth > 0.11).sum().item() / (depth > 0.03).sum().item() == pytest.approx(0.6, abs=0.02)


def test_specimens_of_strength_nought_are_alike_and_others_vary_as_said():
    same, n = blood.specimen_effects(3, 0.0, generator(0)), 20_000
    assert same.focus.tolist() == [40.0] * 3
    assert same.noise.tolist() == [0.06] * 3
    assert same.contrast.tolist() == [0.022] * 3
    assert not same.tilt.any()
    varied = blood.specimen_effects(n, 2.0, generator(0))
    for values, mean, sd in [
        (varied.focus, 40, 8),
        (varied.tilt[:, 0], 0, 0.2),
        (varied.tilt[:, 1], 0, 0.2),
        (varied.noise.log(), math.log(0.06), 0.5),
        (varied.contrast.log(), math.log(0.022), 0.16),
    ]:
        assert values.mean().item() == pytest.approx(mean, abs=4 * sd / n**0.5)
        assert values.std().item() == pytest.approx(sd, rel=4 / (2 * n) ** 0.5)
    assert len(varied[:5]) == 5


def test_the_camera_s_noise_is_the_specimen_s():
    cells = blood.draw_cells(EACH.repeat(20), generator(0))
    effects, which = blood.specimen_effects(2, 2.0, generator(6)), torch.arange(60) // 30  # noise .042 and .158
    rest = blood.record(cells, effects, which, generator(1)) - blood.record(cells, effects, which)
    for s in range(2):
        assert rest[which == s].std().item() == pytest.approx(effects.noise[s].item(), rel=4 / (2 * 30 * 1024) ** 0.5)


# Turning and moving a cell --------------------------------------------------------------------------------------------


@pytest.mark.parametrize("label", range(3))
def test_the_picture_turns_and_moves_with_the_cell(label):
    still = picture(plain(label, angle=0.3))[0]
    turned = picture(plain(label, angle=0.3 + math.pi / 2))[0]  # from x to y, which is downwards
    torch.testing.assert_close(turned, still.rot90(-1), rtol=0, atol=1e-10)
    moved = picture(plain(label, angle=0.3, x=1.6, y=-0.8))[0]
    torch.testing.assert_close(moved, still.roll((-1, 2), (0, 1)), rtol=0, atol=1e-10)


def test_ring_features_are_those_of_a_loop():
    pictures = torch.rand(3, 32, 32, generator=generator(0), dtype=torch.float64) + 0.5
    rings = [[[] for _ in range(16)] for _ in range(3)]
    for i in range(3):
        for y in range(32):
            for x in range(32):
                rings[i][min(int(math.hypot(x - 15.5, y - 15.5)), 15)].append(pictures[i, y, x].item())
    expected = [[np.mean(r) for r in one] + [math.log(np.var(r) + 0.05) for r in one] for one in rings]
    assert blood.ring_features(pictures).flatten().tolist() == pytest.approx(np.ravel(expected).tolist(), abs=1e-12)


def test_ring_features_hardly_change_as_a_cell_turns_and_a_shift_is_seen():
    """Against the spread over centered cells of one type: a turn is a quarter of it at most, a micrometre is more."""
    cells = blood.draw_cells(EACH.repeat_interleave(40), generator(0))
    middle = torch.zeros(120, dtype=torch.float64)
    cells = replace(cells, x=middle, y=middle, granules=middle)  # granules do not turn with the cell

    def features(**changed):
        return blood.ring_features(blood.standardize(picture(replace(cells, **changed))))

    still = features()
    spread = torch.stack([still[cells.label == c].std(0) for c in range(3)]).mean(0)

    def change(other):
        return ((other - still) / spread).square().mean().sqrt().item()

    turned, shifted = change(features(angle=cells.angle + 0.7)), change(features(x=middle + 1))
    assert turned <= 0.25
    assert shifted >= 2 * turned


def test_features_and_standardized_pictures_do_not_know_how_bright_the_light_was():
    pictures = blood.simulate_cells(EACH.repeat(3), alike(), generator(0))
    torch.testing.assert_close(blood.standardize(3 * pictures), blood.standardize(pictures), rtol=0, atol=1e-5)
    assert blood.standardize(pictures).flatten(1).median(1).values.abs().max() <= 1e-6


# Blocks --------------------------------------------------------------------------------------------------------------


def test_memory_does_not_grow_with_the_number_of_cells():
    """1,200 fields at once are 80 MB in complex128; a block of 64 is a few MB."""
    process, held = psutil.Process(), []
    blood.simulate_rings(torch.arange(128) % 3, alike(), generator(0))
    before = process.memory_info().rss
    labels = torch.arange(1200) % 3
    blood.simulate_rings(labels, alike(), generator(0), progress=lambda *_: held.append(process.memory_info().rss))
    assert max(held) - before <= 40e6


def test_pictures_that_do_not_fit_are_refused_beforehand(monkeypatch):
    monkeypatch.setattr("ddlearn.compute.memory_limit", lambda root: 1e6)
    with pytest.raises(MemoryError, match=r"^3 pictures of cells needs about"):
        blood.simulate_cells(EACH, alike(), generator(0))
    assert blood.simulate_rings(EACH, alike(), generator(0)).shape == (3, 32)


@needs_cuda
def test_cuda_and_cpu_agree():
    """The same cells to 1e-9, and new ones drawn there with labels and specimens from here."""
    cells = blood.draw_cells(EACH.repeat(10), generator(0))
    effects, which = blood.specimen_effects(2, 1.0, generator(1)), torch.arange(30) % 2
    there = blood.Cells(*(value.cuda() for value in vars(cells).values()))
    here, seen = blood.record(cells, effects, which), blood.record(there, effects, which)
    assert (here - seen.cpu()).abs().max() <= 1e-9
    rings = blood.simulate_rings(EACH.repeat(50), effects, generator(0, "cuda"), torch.arange(150) % 2)
    assert rings.is_cuda
    assert rings.isfinite().all()

"""White blood cells: simulated specimens under a camera without a lens, patients, purified tubes, and real cells.

    cells, transmission, optics    a cell's shape, what it does to light, and light on its way
    effects, holograms, features   what a specimen adds, the picture, and numbers that do not change as the cell turns
    patients                       mixtures of cell types, blood tests, and the error of counting
    specimens, pool                cells of patients or tubes, each in its own circumstances, and cells to draw from
    wbcatt, rules, bloodmnist      real cells, when asked for, and what a textbook says of them

The setting is that of Yellin, Haeffele, Roth and Vidal (CVPR 2018): white blood cells of lysed blood in lens-free
holograms, templates learned from purified cells, and a prior from blood counts. The simulator is ours. What is measured
in it and what is assumed, each module says.
"""

from ddlearn.blood.bloodmnist import BLOOD_CLASSES, BLOODMNIST, BloodImages, blood_images, bloodmnist
from ddlearn.blood.cells import CELL_TYPES, GRANULOCYTE, LYMPHOCYTE, MONOCYTE, Cells, CellType, draw_cells
from ddlearn.blood.effects import Effects, specimen_effects
from ddlearn.blood.features import ring_features, standardise
from ddlearn.blood.holograms import record, simulate_cells, simulate_rings
from ddlearn.blood.optics import propagate, transfer_function
from ddlearn.blood.patients import (
    HEALTHY,
    PATIENTS,
    REPORT_DEVIATION,
    blood_report,
    counting_deviation,
    differential_count,
    draw_patients,
    mean_blood,
)
from ddlearn.blood.pool import CellPool, cell_pool
from ddlearn.blood.rules import RULES, white_cell_rules
from ddlearn.blood.specimens import PURITIES, Sample, draw_specimens, purity
from ddlearn.blood.transmission import transmission
from ddlearn.blood.wbcatt import ATTRIBUTES, LENS_FREE, WBCATT, AttributeSet, WBCAtt, load_wbcatt, wbcatt

__all__ = [
    "ATTRIBUTES",
    "BLOODMNIST",
    "BLOOD_CLASSES",
    "CELL_TYPES",
    "GRANULOCYTE",
    "HEALTHY",
    "LENS_FREE",
    "LYMPHOCYTE",
    "MONOCYTE",
    "PATIENTS",
    "PURITIES",
    "REPORT_DEVIATION",
    "RULES",
    "WBCATT",
    "AttributeSet",
    "BloodImages",
    "CellPool",
    "CellType",
    "Cells",
    "Effects",
    "Sample",
    "WBCAtt",
    "blood_images",
    "blood_report",
    "bloodmnist",
    "cell_pool",
    "counting_deviation",
    "differential_count",
    "draw_cells",
    "draw_patients",
    "draw_specimens",
    "load_wbcatt",
    "mean_blood",
    "propagate",
    "purity",
    "record",
    "ring_features",
    "simulate_cells",
    "simulate_rings",
    "specimen_effects",
    "standardise",
    "transfer_function",
    "transmission",
    "wbcatt",
    "white_cell_rules",
]

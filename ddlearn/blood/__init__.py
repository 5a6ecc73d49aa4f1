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

from types import ModuleType as _Module

from ddlearn.blood.bloodmnist import *
from ddlearn.blood.cells import *
from ddlearn.blood.effects import *
from ddlearn.blood.features import *
from ddlearn.blood.holograms import *
from ddlearn.blood.optics import *
from ddlearn.blood.patients import *
from ddlearn.blood.pool import *
from ddlearn.blood.rules import *
from ddlearn.blood.specimens import *
from ddlearn.blood.transmission import *
from ddlearn.blood.wbcatt import *

__all__ = [name for name, value in vars().items() if not name.startswith("_") and not isinstance(value, _Module)]
"""What the modules call public in their own `__all__`."""

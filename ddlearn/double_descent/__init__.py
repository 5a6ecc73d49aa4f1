"""Double descent: why a model that is large enough to fit the noise may do better than one that is not.

    linear               isotropic regression in closed form: limits, exact finite sizes, ridge
    linear_draws         its simulation, with all averaged that can be
    decomposition        random features: bias and three variances, whose interaction makes the peak
    eigenframework       finite size and any spectrum: the curve of real images, before a fit
    spectra              the spectrum of ReLU features on the sphere, and what a finite population changes
    smoothers            P y: minimum norm and ridge, with the rank cut-off as an argument; effective parameters
    fourier, images      fits to real images over widths and examples
    labels               wrong labels, exactly so many
    threshold            where the peak is expected, and what was found
    trained_nets         two-layer nets: over width, time and examples
    conv_nets            convolutional nets over their width, for machines with a GPU
    clocks               descent over time, solved
    cells                a sweep, by joblib

Fits by formula belong to the solved lesson, fits by training to the trained one. Tensors that require a gradient are
refused: none is passed on, for the decompositions that all of this stands on have none where two eigenvalues are equal.
"""

from types import ModuleType as _Module

from ddlearn.double_descent.cells import *
from ddlearn.double_descent.clocks import *
from ddlearn.double_descent.conv_nets import *
from ddlearn.double_descent.decomposition import *
from ddlearn.double_descent.eigenframework import *
from ddlearn.double_descent.fourier import *
from ddlearn.double_descent.images import *
from ddlearn.double_descent.labels import *
from ddlearn.double_descent.linear import *
from ddlearn.double_descent.linear_draws import *
from ddlearn.double_descent.smoothers import *
from ddlearn.double_descent.spectra import *
from ddlearn.double_descent.threshold import *
from ddlearn.double_descent.trained_nets import *

__all__ = [name for name, value in vars().items() if not name.startswith("_") and not isinstance(value, _Module)]
"""What the modules call public in their own `__all__`."""

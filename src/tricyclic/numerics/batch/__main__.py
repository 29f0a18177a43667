"""`python -m tricyclic.numerics.batch` compiles the curve fits, and the mass balance of their
plates, ahead of time, as in a container image.
"""

from __future__ import annotations

import numpy as np

from tricyclic.numerics.batch.fit import fit_batch
from tricyclic.numerics.batch.many_verdicts import MIN_CURVES
from tricyclic.numerics.equilibrium import solve_sites

if __name__ == "__main__":
    # Few curves and many are assessed by other kernels.
    for curves in (2, MIN_CURVES):
        fit_batch(np.arange(-9.0, -4.0), np.zeros((curves, 5)))
    solve_sites((1.0, 1.0), (1.0, 1.0), ((1.0, 2.0), (1.0, 3.0)))

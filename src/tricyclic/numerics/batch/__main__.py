"""`python -m tricyclic.numerics.batch` compiles the curve fits ahead of time, as in a container
image.
"""

from __future__ import annotations

import numpy as np

from tricyclic.numerics.batch.fit import fit_batch

if __name__ == "__main__":
    fit_batch(np.arange(-9.0, -4.0), np.zeros((2, 5)))

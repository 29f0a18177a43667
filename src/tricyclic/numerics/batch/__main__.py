"""`python -m tricyclic.numerics.batch` compiles the curve fits, the mass balance of their
plates and the reader of their text ahead of time, as in a container image.
"""

from __future__ import annotations

import numpy as np

from tricyclic.numerics.batch.fit import fit_batch
from tricyclic.numerics.batch.many_verdicts import MIN_CURVES
from tricyclic.numerics.delimited_rows import FIRST_TEXT, PADDING, POWERS, read_rows
from tricyclic.numerics.equilibrium import solve_sites

if __name__ == "__main__":
    # Few curves and many are assessed by other kernels.
    for curves in (2, MIN_CURVES):
        fit_batch(np.arange(-9.0, -4.0), np.zeros((curves, 5)))
    solve_sites((1.0, 1.0), (1.0, 1.0), ((1.0, 2.0), (1.0, 3.0)))
    line = b"a,-9,1\n"
    read_rows(  # type: ignore[no-untyped-call]
        np.frombuffer(bytearray(line + bytes(PADDING)), np.uint8),
        len(line),
        ord(","),
        np.array([FIRST_TEXT, 0, 1]),
        POWERS,
        np.zeros((2, 1)),
        np.zeros((1, 1), np.int32),
        np.zeros((1, 1, 2), np.int64),
        np.zeros(1, np.int64),
        np.zeros((2, 2), np.int64),
    )

"""Bound tracer before equilibrium from totals, rate constants and time, with depletion of tracer
and competitor.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray

Floats = NDArray[np.float64]

# Gamma of the two-stage Rosenbrock method that makes it second order and damps fast transients
# fully.
GAMMA = 1.0 - 1.0 / np.sqrt(2.0)
# First step as a share of the whole time.
FIRST_STEP = 1e-8


def bound_over_time(
    time: ArrayLike,
    site: ArrayLike,
    tracer: ArrayLike,
    kon: ArrayLike,
    koff: ArrayLike,
    *,
    competitor: ArrayLike = 0.0,
    competitor_kon: ArrayLike = 0.0,
    competitor_koff: ArrayLike = 0.0,
    sink: ArrayLike = 0.0,
    steps: int = 300,
) -> Floats:
    """Bound tracer at a time after tracer, competitor and site were mixed.

    Parameters
    ----------
    time : float or array
        Time since mixing, 0 or more; each entry has its own.
    site, tracer, competitor : float or array
        Totals, in one unit of concentration.
    kon, koff, competitor_kon, competitor_koff : float or array
        Rate constants, per concentration and time, and per time.
    sink : float or array
        Non-specifically bound over free tracer, at all times.
    steps : int
        Number of steps of the coarser of the two grids.

    Returns
    -------
    array
        Bound to the site, with the common shape of the arguments.

    Notes
    -----
    Law of mass action for both ligands, b' = kon F (R - b - c) - koff b with F = (L - b) / (1 +
    sink), and likewise c. A second-order Rosenbrock method on steps that grow with time,
    extrapolated from two grids [Verwer et al. 1999, ROS2].
    """
    end, r, tot, on, off, cold, c_on, c_off, ns = np.broadcast_arrays(
        *(
            np.asarray(a, float)
            for a in (
                time,
                site,
                tracer,
                kon,
                koff,
                competitor,
                competitor_kon,
                competitor_koff,
                sink,
            )
        )
    )
    on = on / (1.0 + ns)

    def rates(b: Floats, c: Floats) -> tuple[Floats, Floats]:
        empty = r - b - c
        return on * (tot - b) * empty - off * b, c_on * (cold - c) * empty - c_off * c

    def run(count: int) -> Floats:
        grid = np.concatenate([[0.0], np.geomspace(FIRST_STEP, 1.0, count)])
        b = np.zeros(end.shape)
        c = np.zeros(end.shape)
        for width in np.diff(grid):
            h = width * end
            g = GAMMA * h
            empty = r - b - c
            # I - gamma h J, a 2 x 2 matrix for each entry.
            a11 = 1.0 + g * (on * (empty + tot - b) + off)
            a12 = g * on * (tot - b)
            a21 = g * c_on * (cold - c)
            a22 = 1.0 + g * (c_on * (empty + cold - c) + c_off)
            determinant = a11 * a22 - a12 * a21
            f1, f2 = rates(b, c)
            p1 = (a22 * f1 - a12 * f2) / determinant
            p2 = (a11 * f2 - a21 * f1) / determinant
            f1, f2 = rates(b + h * p1, c + h * p2)
            f1, f2 = f1 - 2.0 * p1, f2 - 2.0 * p2
            q1 = (a22 * f1 - a12 * f2) / determinant
            q2 = (a11 * f2 - a21 * f1) / determinant
            b = b + h * (1.5 * p1 + 0.5 * q1)
            c = c + h * (1.5 * p2 + 0.5 * q2)
        return b

    coarse, fine = run(steps), run(2 * steps)
    return np.asarray(np.clip((4.0 * fine - coarse) / 3.0, 0.0, np.minimum(r, tot)))

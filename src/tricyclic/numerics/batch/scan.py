"""Range of the doses, and runs of the residuals, of many fitted sigmoids."""

# Kernels take arrays and numbers only; their docstrings give the shapes.
# mypy: disable-error-code="no-untyped-def, no-untyped-call"

from __future__ import annotations

import math

import numpy as np

from tricyclic.numerics.batch.compiler import compiled

# Rows of the result: lowest and highest finite dose; readings without compound and at saturation;
# residuals above and below 0, and their runs of equal sign in the order of the doses.
LOWEST, HIGHEST, WITHOUT, SATURATED, PLUS, MINUS, RUNS = range(7)
SCANNED = 7


@compiled(entry=True)
def scan(doses, order, y, weight, weighted, curve, out):
    """Scan all curves.

    Parameters
    ----------
    doses : array, shape (1, points) or (curves, points)
        In ascending order, nan last.
    order : array of int, same shape
        Place of each dose among the points of the readings.
    y, weight : array, shape (curves, points, replicates)
        weight is used where `weighted`.
    curve : array, shape (5, curves)
        log10 IC50, hill * ln 10, plateau at low doses, change to that at high doses, and the
        asymmetry s of a 5PL, 1 where it is symmetrical.
    out : array, shape (SCANNED, curves)
        Zeros, filled. No residuals are counted where they are rounding errors only.
    """
    scanned = np.zeros(SCANNED)
    for k in range(y.shape[0]):
        scanned[:] = 0.0
        of_doses = k if doses.shape[0] > 1 else 0
        scan_curve(
            doses[of_doses],
            order[of_doses],
            y[k],
            weight[k if weighted else 0],
            weighted,
            (curve[0, k], curve[1, k], curve[2, k], curve[3, k], curve[4, k]),
            scanned,
        )
        out[:, k] = scanned


@compiled(allocates=False)
def scan_curve(doses, order, y, weight, weighted, curve, out):
    """Scan one curve: as `scan`, without the axis of the curves."""
    c, kappa, start, change, power = curve
    points, replicates = y.shape
    lowest, highest = math.inf, -math.inf
    plus = minus = runs = 0
    before = 0.0
    lag = math.expm1(min(math.log(2.0) / power, 600.0)) if power != 1.0 else 1.0
    largest = size = 0.0
    expected, last = math.nan, math.nan
    for p in range(points):
        dose = doses[p]
        if math.isnan(dose):
            continue
        if dose != last:
            tau = kappa * (dose - c)
            share = 1.0 / (1.0 + lag * math.exp(-min(max(tau, -690.0), 690.0)))
            if power != 1.0:
                share = share**power
            expected, last = start + change * share, dose
        at = order[p]
        for r in range(replicates):
            value = y[at, r]
            w = weight[at, r] if weighted else 1.0
            if not (math.isfinite(value) and w > 0.0):
                continue
            if dose == -math.inf:
                out[WITHOUT] += 1
            elif dose == math.inf:
                out[SATURATED] += 1
            else:
                lowest, highest = min(lowest, dose), max(highest, dose)
            residual = value - expected
            largest, size = max(largest, abs(residual)), max(size, abs(value))
            sign = 1.0 if residual > 0.0 else -1.0
            if sign > 0.0:
                plus += 1
            else:
                minus += 1
            if sign != before:
                runs += 1
            before = sign
    out[LOWEST], out[HIGHEST] = lowest, highest
    # Residuals of rounding only have no runs to be counted.
    if largest > 1e-9 * size:
        out[PLUS], out[MINUS], out[RUNS] = plus, minus, runs

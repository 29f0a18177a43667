"""The inner loops of `equilibrium`, compiled: the free site of many wells, and the balance of
several sites.

They do the same operations in the same order as NumPy would over whole arrays, so their results
are the same to the last bit; without an array for every intermediate value they are several times
faster.
"""

from __future__ import annotations

import numpy as np

from tricyclic.numerics.batch.compiler import compiled

# Concentration of a ligand that is absent, so that no weight is 0/0; far below any real one.
ABSENT = 1e-200
# Relative change below which the quadratic steps are followed by Newton steps, and below which
# Newton stops: both square their error with every step.
QUADRATIC_UNTIL, NEWTON_UNTIL = 1e-4, 1e-7
MAX_ROUNDS, MAX_NEWTON_ROUNDS = 200, 4


@compiled(entry=True, allocates=False)
def solve_free_sites(
    r: np.ndarray, total: np.ndarray, amounts: np.ndarray, halves: np.ndarray, surplus: np.ndarray
) -> None:
    """Replace the start r by the root of r + sum_i T_i r / (K_i + r) = R in every well.

    Parameters
    ----------
    r, total : array, shape (wells,)
        Start, which is R itself, and R.
    amounts, halves : array, shape (ligands, wells)
        T and K.
    surplus : array, shape (wells,)
        For the differences R - sum_i T_i; what it contains is not read.
    """
    for _ in range(MAX_ROUNDS):
        if not _quadratic_round(r, total, amounts, halves):
            break
    _differences(surplus, total, amounts)
    for _ in range(MAX_NEWTON_ROUNDS):
        if not _newton_round(r, total, amounts, halves, surplus):
            break


@compiled(allocates=False)
def _quadratic_round(
    r: np.ndarray, total: np.ndarray, amounts: np.ndarray, halves: np.ndarray
) -> bool:
    """One step of every well with the one ligand that agrees in sum and slope; whether any moved
    by more than the last digits.
    """
    moved = False
    for j in range(r.size):
        share = weight = centre = 0.0
        for i in range(amounts.shape[0]):
            per = 1.0 / (halves[i, j] + r[j])
            part = _larger(amounts[i, j], ABSENT) * per
            share = share + part
            part = part * per
            weight = weight + part
            centre = centre + part * halves[i, j]
        centre = centre / weight
        excess = (centre + r[j]) * share
        excess = excess + centre
        excess = excess - total[j]
        product = centre * total[j]
        root = np.sqrt(excess * excess + 4.0 * product)
        root = (root + abs(excess)) * 0.5
        new = product / root if excess > 0 else root
        moved = moved or abs(new - r[j]) > QUADRATIC_UNTIL * new
        r[j] = new
    return moved


@compiled(allocates=False)
def _differences(surplus: np.ndarray, total: np.ndarray, amounts: np.ndarray) -> None:
    """R - sum T with the rounding errors of the subtractions added back (two-sum)."""
    for j in range(total.size):
        left, lost = total[j], 0.0
        for i in range(amounts.shape[0]):
            difference = left - amounts[i, j]
            back = difference - left
            lost = lost + ((left - (difference - back)) - (amounts[i, j] + back))
            left = difference
        surplus[j] = left + lost


@compiled(allocates=False)
def _newton_round(
    r: np.ndarray,
    total: np.ndarray,
    amounts: np.ndarray,
    halves: np.ndarray,
    surplus: np.ndarray,
) -> bool:
    """One Newton step of every well; whether any moved by more than the last digits."""
    moved = False
    for j in range(r.size):
        free = slope = bound = 0.0
        for i in range(amounts.shape[0]):
            per = amounts[i, j] / (halves[i, j] + r[j])
            apart = per * halves[i, j]
            free = free + apart
            bound = bound + per * r[j]
            slope = slope + apart / (halves[i, j] + r[j])
        # Of the two forms of the balance, the one in which fewer digits cancel.
        miss = (r[j] - free) - surplus[j] if free < total[j] else (r[j] - total[j]) + bound
        step = miss / (1.0 + slope)
        moved = moved or abs(step) > NEWTON_UNTIL * r[j]
        r[j] = r[j] - _smaller(step, 0.5 * r[j])
    return moved


@compiled(entry=True, allocates=False)
def balance_of_sites(
    miss: np.ndarray,
    slope: np.ndarray,
    r: np.ndarray,
    big_r: np.ndarray,
    amounts: np.ndarray,
    factors: np.ndarray,
    per_kd: np.ndarray,
) -> None:
    """Slope of Psi in each v_s over R_s, and its matrix of second derivatives, rows over R_s.

    Parameters
    ----------
    miss, slope : array, shapes (sites, wells) and (wells, sites, sites)
        For the results.
    r, big_r : array, shape (sites, wells)
        Free and total sites.
    amounts, factors : array, shape (ligands, wells)
    per_kd : array, shape (ligands, sites, wells)
    """
    ligands, sites, wells = per_kd.shape
    for j in range(wells):
        for s in range(sites):
            # Here first the bound ligands of each site, then its free concentration with them.
            miss[s, j] = 0.0
            for t in range(sites):
                slope[j, s, t] = 0.0
        for i in range(ligands):
            load = 0.0
            for s in range(sites):
                load = load + r[s, j] * per_kd[i, s, j]
            whole = factors[i, j] + load
            for s in range(sites):
                bound = amounts[i, j] * (r[s, j] * per_kd[i, s, j] / whole)
                miss[s, j] = miss[s, j] + bound
                for t in range(sites):
                    slope[j, s, t] = slope[j, s, t] + bound * (r[t, j] * per_kd[i, t, j] / whole)
        for s in range(sites):
            total = r[s, j] + miss[s, j]
            for t in range(sites):
                slope[j, s, t] = -slope[j, s, t]
            # The factor keeps the matrix regular where ligand and sites bind each other completely.
            slope[j, s, s] = slope[j, s, s] + _larger(total, ABSENT) * (1.0 + 1e-14)
            for t in range(sites):
                slope[j, s, t] = slope[j, s, t] / big_r[s, j]
            miss[s, j] = (total - big_r[s, j]) / big_r[s, j] if big_r[s, j] > ABSENT else 0.0


@compiled(allocates=False)
def _larger(value: float, least: float) -> float:
    """The larger of two numbers; nan stays nan, as in NumPy."""
    return value if value > least or value != value else least


@compiled(allocates=False)
def _smaller(value: float, most: float) -> float:
    """The smaller of two numbers; nan stays nan, as in NumPy."""
    return value if value < most or value != value else most

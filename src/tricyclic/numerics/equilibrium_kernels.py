"""The inner loops of `equilibrium`, compiled: the free site of many wells, and the free
concentrations of several sites.

One site does the same operations in the same order as NumPy would over whole arrays, so its results
are the same to the last bit; without an array for every intermediate value it is several times
faster. With several sites each well has as many rounds as itself needs.
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
# How often each of several sites takes a quadratic step before all take Newton steps together: with
# three the start is near enough for two or three of these.
TURNS = 3
# Relative error of the site balance that is only rounding.
BALANCED = 1e-13
# Longest Newton step in the logarithm of a free site, and how often a step is shortened.
MAX_LOG_STEP, MAX_SHORTENINGS = 30.0, 12
# Relative error of the site balance below which a step has to lower it, and not Psi.
NEAR = 1e-5


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
def solve_free_sites_together(
    r: np.ndarray,
    big_r: np.ndarray,
    amounts: np.ndarray,
    factors: np.ndarray,
    per_kd: np.ndarray,
    halves: np.ndarray,
    of_well: np.ndarray,
    slope: np.ndarray,
) -> None:
    """Replace the start r of several sites by the minimum of Psi.

    Parameters
    ----------
    r, big_r : array, shape (sites, wells)
        Start, which is R itself, and R.
    amounts, factors : array, shape (ligands, wells)
        T and 1 + sink.
    per_kd : array, shape (ligands, sites, wells)
    halves, of_well, slope : array, shapes (ligands, wells), (3, sites) and (sites, sites)
        For intermediate values; what they contain is not read.
    """
    sites, wells = r.shape
    for _ in range(TURNS):
        for s in range(sites):
            _halves_of_site(halves, s, r, factors, per_kd)
            _quadratic_round(r[s], big_r[s], amounts, halves)
    for j in range(wells):
        _all_sites_at_once(r, j, big_r, amounts, factors, per_kd, halves, of_well, slope)


@compiled(allocates=False)
def _halves_of_site(
    halves: np.ndarray, s: int, r: np.ndarray, factors: np.ndarray, per_kd: np.ndarray
) -> None:
    """K of each ligand at a site, with the free concentrations of the other sites fixed."""
    ligands, sites, wells = per_kd.shape
    for i in range(ligands):
        for j in range(wells):
            others = factors[i, j]
            for t in range(sites):
                if t != s:
                    others = others + r[t, j] * per_kd[i, t, j]
            halves[i, j] = others / per_kd[i, s, j]


@compiled(allocates=False)
def _each_site_in_turn(
    r: np.ndarray,
    j: int,
    big_r: np.ndarray,
    amounts: np.ndarray,
    factors: np.ndarray,
    per_kd: np.ndarray,
    halves: np.ndarray,
) -> None:
    """Each site of a well solved exactly with the free concentrations of the others fixed."""
    ligands, sites = per_kd.shape[:2]
    for s in range(sites):
        for i in range(ligands):
            others = factors[i, j]
            for t in range(sites):
                if t != s:
                    others = others + r[t, j] * per_kd[i, t, j]
            halves[i, j] = others / per_kd[i, s, j]
        r[s, j] = _free_site_of_well(big_r[s, j], j, amounts, halves)


@compiled(allocates=False)
def _free_site_of_well(total: float, j: int, amounts: np.ndarray, halves: np.ndarray) -> float:
    """Root of one well, as `solve_free_sites` finds it for many."""
    r = total
    for _ in range(MAX_ROUNDS):
        share = weight = centre = 0.0
        for i in range(halves.shape[0]):
            per = 1.0 / (halves[i, j] + r)
            part = _larger(amounts[i, j], ABSENT) * per
            share = share + part
            part = part * per
            weight = weight + part
            centre = centre + part * halves[i, j]
        centre = centre / weight
        excess = (centre + r) * share + centre - total
        root = (np.sqrt(excess * excess + 4.0 * centre * total) + abs(excess)) * 0.5
        new = centre * total / root if excess > 0 else root
        moved = abs(new - r) > QUADRATIC_UNTIL * new
        r = new
        if not moved:
            break
    # R - sum T with the rounding errors of the subtractions added back (two-sum).
    left, lost = total, 0.0
    for i in range(halves.shape[0]):
        difference = left - amounts[i, j]
        back = difference - left
        lost = lost + ((left - (difference - back)) - (amounts[i, j] + back))
        left = difference
    surplus = left + lost
    for _ in range(MAX_NEWTON_ROUNDS):
        free = slope = bound = 0.0
        for i in range(halves.shape[0]):
            per = amounts[i, j] / (halves[i, j] + r)
            apart = per * halves[i, j]
            free = free + apart
            bound = bound + per * r
            slope = slope + apart / (halves[i, j] + r)
        miss = (r - free) - surplus if free < total else (r - total) + bound
        step = miss / (1.0 + slope)
        moved = abs(step) > NEWTON_UNTIL * r
        r = r - _smaller(step, 0.5 * r)
        if not moved:
            break
    return r


@compiled(allocates=False)
def _all_sites_at_once(
    r: np.ndarray,
    j: int,
    big_r: np.ndarray,
    amounts: np.ndarray,
    factors: np.ndarray,
    per_kd: np.ndarray,
    halves: np.ndarray,
    of_well: np.ndarray,
    slope: np.ndarray,
) -> None:
    """Damped Newton steps of a well in the logarithms of its free sites."""
    sites = r.shape[0]
    miss, step, tried = of_well
    for s in range(sites):
        tried[s] = r[s, j]
    worst = _balance(tried, j, miss, slope, big_r, amounts, factors, per_kd)
    for _ in range(MAX_ROUNDS):
        _solve_linear(slope, miss, step)
        size, new_worst, lower = 1.0, worst, False
        for _ in range(MAX_SHORTENINGS):
            for s in range(sites):
                length = _smaller(_larger(step[s], -MAX_LOG_STEP), MAX_LOG_STEP)
                tried[s] = _smaller(r[s, j] * np.exp(-size * length), big_r[s, j])
            new_worst = _balance(tried, j, miss, slope, big_r, amounts, factors, per_kd)
            if worst < NEAR:
                lower = new_worst < worst
            else:
                lower = (
                    new_worst < NEAR
                    or _change_of_psi(r, tried, j, big_r, amounts, factors, per_kd) < 0
                )
            if lower or worst <= BALANCED:
                break
            size = size / 4.0
        if lower:
            for s in range(sites):
                r[s, j] = tried[s]
            if new_worst > BALANCED / 10.0:
                worst = new_worst
                continue
            return
        if not worst > BALANCED:
            return
        # Rounding hides what a step changes.
        _each_site_in_turn(r, j, big_r, amounts, factors, per_kd, halves)
        for s in range(sites):
            tried[s] = r[s, j]
        worst = _balance(tried, j, miss, slope, big_r, amounts, factors, per_kd)


@compiled(allocates=False)
def _balance(
    r: np.ndarray,
    j: int,
    miss: np.ndarray,
    slope: np.ndarray,
    big_r: np.ndarray,
    amounts: np.ndarray,
    factors: np.ndarray,
    per_kd: np.ndarray,
) -> float:
    """Largest relative error of the balance of a well with free sites r, shape (sites,).

    Slope of Psi in each v_s over R_s in `miss`, shape (sites,), and its matrix of second
    derivatives, rows over R_s, in `slope`.
    """
    ligands, sites = per_kd.shape[:2]
    for s in range(sites):
        # Here first the bound ligands of each site, then its free concentration with them.
        miss[s] = 0.0
        for t in range(sites):
            slope[s, t] = 0.0
    for i in range(ligands):
        whole = factors[i, j]
        for s in range(sites):
            whole = whole + r[s] * per_kd[i, s, j]
        for s in range(sites):
            bound = amounts[i, j] * (r[s] * per_kd[i, s, j] / whole)
            miss[s] = miss[s] + bound
            for t in range(sites):
                slope[s, t] = slope[s, t] - bound * (r[t] * per_kd[i, t, j] / whole)
    worst = 0.0
    for s in range(sites):
        total, big = r[s] + miss[s], _larger(big_r[s, j], ABSENT)
        # The factor keeps the matrix regular where ligand and sites bind each other completely.
        slope[s, s] = slope[s, s] + _larger(total, ABSENT) * (1.0 + 1e-14)
        for t in range(sites):
            slope[s, t] = slope[s, t] / big
        miss[s] = (total - big) / big if big > ABSENT else 0.0
        worst = _larger(abs(miss[s]), worst)
    return worst


@compiled(allocates=False)
def _change_of_psi(
    r: np.ndarray,
    tried: np.ndarray,
    j: int,
    big_r: np.ndarray,
    amounts: np.ndarray,
    factors: np.ndarray,
    per_kd: np.ndarray,
) -> float:
    """Psi of a well with the free sites `tried`, less that with r, term by term."""
    change = 0.0
    for s in range(tried.size):
        if big_r[s, j] > ABSENT:
            change = change + (tried[s] - r[s, j]) - big_r[s, j] * np.log(tried[s] / r[s, j])
    for i in range(amounts.shape[0]):
        whole, more = factors[i, j], 0.0
        for s in range(tried.size):
            whole = whole + r[s, j] * per_kd[i, s, j]
            more = more + (tried[s] - r[s, j]) * per_kd[i, s, j]
        change = change + amounts[i, j] * np.log1p(more / whole)
    return change


@compiled(allocates=False)
def _solve_linear(matrix: np.ndarray, right: np.ndarray, x: np.ndarray) -> None:
    """x of matrix x = right by Gaussian elimination with pivots; replaces matrix and right."""
    n = right.size
    for k in range(n):
        pivot = k
        for i in range(k + 1, n):
            if abs(matrix[i, k]) > abs(matrix[pivot, k]):
                pivot = i
        if pivot != k:
            right[k], right[pivot] = right[pivot], right[k]
            for m in range(n):
                matrix[k, m], matrix[pivot, m] = matrix[pivot, m], matrix[k, m]
        for i in range(k + 1, n):
            factor = matrix[i, k] / matrix[k, k]
            right[i] = right[i] - factor * right[k]
            for m in range(k + 1, n):
                matrix[i, m] = matrix[i, m] - factor * matrix[k, m]
    for i in range(n - 1, -1, -1):
        total = right[i]
        for m in range(i + 1, n):
            total = total - matrix[i, m] * x[m]
        x[i] = total / matrix[i, i]


@compiled(allocates=False)
def _larger(value: float, least: float) -> float:
    """The larger of two numbers; nan stays nan, as in NumPy."""
    return value if value > least or value != value else least


@compiled(allocates=False)
def _smaller(value: float, most: float) -> float:
    """The smaller of two numbers; nan stays nan, as in NumPy."""
    return value if value < most or value != value else most

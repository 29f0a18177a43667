"""From total ligands and sites to what is free and what is bound, by exact mass balance.

Every ligand binds every site one to one and reversibly; sites do not know of each other; a ligand may also
sink, in proportion to its free concentration, into something that never fills (filter, glass, membrane).
All functions broadcast over wells and parameter sets, and any one consistent unit of concentration will do.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

Floats = NDArray[np.float64]

# Stands in for a ligand that is absent, so that no weight is 0/0; far below any concentration.
NOTHING = 1e-200
# Relative moves after which the quadratic steps hand over to Newton, and Newton stops: both then square their error.
CLOSE, SAME = 1e-4, 1e-7
# Relative miss of the site balance that is only rounding.
CLOSE_BALANCE = 1e-13
MOST_ROUNDS = 200


class OneSite(NamedTuple):
    """One site at equilibrium: its free concentration, and each ligand's free and bound concentration."""

    free_site: Floats
    free: tuple[Floats, ...]
    bound: tuple[Floats, ...]


class ManySites(NamedTuple):
    """Several sites at equilibrium.

    Attributes
    ----------
    free_sites : array, shape (sites, ...)
    free : array, shape (ligands, ...)
    bound : array, shape (ligands, sites, ...)
    """

    free_sites: Floats
    free: Floats
    bound: Floats


def one_site(
    site: ArrayLike,
    totals: Sequence[ArrayLike],
    kds: Sequence[ArrayLike],
    sinks: Sequence[ArrayLike] = (),
) -> OneSite:
    """Let any number of ligands compete for one site.

    Parameters
    ----------
    site : float or array
        Total concentration of the site, 0 or more.
    totals, kds : sequences of float or array, one entry per ligand
        Total concentration of each ligand, 0 or more; its dissociation constant, above 0.
    sinks : sequence of float or array, one entry per ligand
        Sunk over free concentration of each ligand, 0 or more; none where left out.

    Returns
    -------
    OneSite
        All arrays have the common shape of the arguments.

    Notes
    -----
    The free site r is the root of r + sum_i T_i r / (K_i + r) = R with K_i = Kd_i (1 + sink_i). With
    S(r) the sum, r / S(r) is a weighted harmonic mean of straight lines and so concave: replacing all
    ligands by the one ligand that agrees in S and its slope, and solving its quadratic, always lands at
    or above the root. Repeated, it falls to the root monotonically and quadratically, and is exact for
    one ligand at once. The last digits come from Newton steps on the balance of the free amounts,
    r - sum_i F_i (1 + sink_i) = R - sum_i T_i, which does not cancel where site and ligand titrate each other.
    """
    total_site = np.maximum(np.asarray(site, float), 0.0)
    amounts = [np.asarray(total, float) for total in totals]
    sunk = [_sunk(sink) for sink in sinks] or [np.asarray(1.0)] * len(amounts)
    constants = [np.asarray(kd, float) for kd in kds]
    halves = [kd * sink for kd, sink in zip(constants, sunk, strict=True)]
    r = _free_site(total_site, amounts, halves)
    free = tuple(
        amount * half / ((half + r) * sink)
        for amount, half, sink in zip(amounts, halves, sunk, strict=True)
    )
    bound = tuple(amount * r / (half + r) for amount, half in zip(amounts, halves, strict=True))
    return OneSite(r, free, bound)


def many_sites(
    sites: Sequence[ArrayLike],
    totals: Sequence[ArrayLike],
    kds: Sequence[Sequence[ArrayLike]],
    sinks: Sequence[ArrayLike] = (),
) -> ManySites:
    """Let ligands distribute over several independent sites.

    Parameters
    ----------
    sites : sequence of float or array, one entry per site
        Total concentration of each site, 0 or more.
    totals, sinks : sequences of float or array, one entry per ligand
        As for `one_site`.
    kds : sequence per ligand of sequences per site
        Dissociation constant of each ligand at each site, above 0.

    Notes
    -----
    With v_s the logarithm of the free concentration r_s of site s, the balance is the minimum of the convex

        Psi(v) = sum_s (r_s - R_s v_s) + sum_i T_i log(1 + sink_i + sum_s r_s / Kd_is),

    the dual of the same problem in the logarithms u_i of the free ligands, whose function is
    sum_i ((1 + sink_i) e^u_i - T_i u_i) + sum_s R_s log(1 + sum_i e^u_i / Kd_is). It has one unknown per site, however many
    ligands there are, and an absent ligand or site drops out by itself. Each site in turn is first solved exactly with the
    others held (which lowers Psi), then damped Newton steps in all v at once finish; a step that does not lower Psi
    is replaced by another such turn. A single ligand needs none of this: for it the sites are what ligands are
    to a single site.
    """
    count = len(sites)
    if len(totals) == 1:
        return _one_ligand(sites, totals[0], kds[0], sinks[0] if sinks else 0.0)
    shape = np.broadcast_shapes(
        *(np.shape(a) for a in (*sites, *totals, *sinks, *(kd for row in kds for kd in row)))
    )
    big_r = np.stack([np.broadcast_to(np.maximum(np.asarray(s, float), 0.0), shape) for s in sites])
    amounts = np.stack([np.broadcast_to(np.asarray(t, float), shape) for t in totals])
    sunk = np.stack([np.broadcast_to(_sunk(s), shape) for s in (sinks or [0.0] * len(totals))])
    per_kd = np.stack(
        [
            np.stack([np.broadcast_to(1.0 / np.asarray(kd, float), shape) for kd in row])
            for row in kds
        ]
    )

    r = big_r.copy()
    for _ in range(2 if count > 1 else 1):
        r = _each_site_in_turn(r, big_r, amounts, sunk, per_kd)
    if count > 1:
        r = _all_sites_at_once(r, big_r, amounts, sunk, per_kd)
    free = amounts / (sunk + np.einsum("s...,is...->i...", r, per_kd))
    return ManySites(r, free, free[:, None] * r[None] * per_kd)


def half_rival(
    site: ArrayLike,
    ligand: ArrayLike,
    ligand_kd: ArrayLike,
    rival_kd: ArrayLike,
    *,
    ligand_sink: ArrayLike = 0.0,
    rival_sink: ArrayLike = 0.0,
) -> Floats:
    """Give the total of a second ligand, the rival, that halves what the first has bound at one site, exactly.

    All concentrations are totals, in one unit; never below half of the bound ligand.
    """
    r_half, held = _half_way(site, ligand, ligand_kd, ligand_sink)
    return np.asarray(held + np.asarray(rival_kd) * held * (1.0 + np.asarray(rival_sink)) / r_half)


def rival_kd_from_half(
    site: ArrayLike,
    ligand: ArrayLike,
    ligand_kd: ArrayLike,
    half: ArrayLike,
    *,
    ligand_sink: ArrayLike = 0.0,
    rival_sink: ArrayLike = 0.0,
) -> Floats:
    """Give the dissociation constant of a rival ligand from its total that halves what the first has bound: `half_rival` undone.

    nan where `half` is not above the rival that must be bound at the half-way point: no rival,
    however tight, can be that potent against so many sites. Source: Nikolovska-Coleska 2004,
    doi:10.1016/j.ab.2004.05.055; equals Munson and Rodbard 1988 with its erratum.
    """
    r_half, held = _half_way(site, ligand, ligand_kd, ligand_sink)
    loose = np.asarray(half, float) - held
    kd = loose * r_half / (held * (1.0 + np.asarray(rival_sink)))
    return np.asarray(np.where(loose > 0, kd, np.nan))


def _half_way(
    site: ArrayLike, ligand: ArrayLike, ligand_kd: ArrayLike, ligand_sink: ArrayLike
) -> tuple[Floats, Floats]:
    """Free site, and site held by the rival, where the bound ligand is half of what it was."""
    half_kd = np.asarray(ligand_kd, float) * (1.0 + np.asarray(ligand_sink, float))
    r, _, (bound,) = one_site(site, (ligand,), (half_kd,))
    loose = np.asarray(ligand, float) * half_kd / (half_kd + r) + bound / 2
    r_half = half_kd * (bound / 2) / loose
    return r_half, (r - r_half) + bound / 2


def _one_ligand(
    sites: Sequence[ArrayLike], total: ArrayLike, kds: Sequence[ArrayLike], sink: ArrayLike
) -> ManySites:
    """F (1 + sink) + sum_s R_s F / (Kd_s + F) = T is the balance of one site with the parts exchanged."""
    sunk = _sunk(sink)
    amounts = [np.maximum(np.asarray(site, float), 0.0) / sunk for site in sites]
    whole = np.maximum(np.asarray(total, float), 0.0) / sunk
    exchanged = one_site(whole, amounts, kds)
    free = np.asarray(exchanged.free_site)
    shape = free.shape
    loose = np.stack([np.broadcast_to(part * sunk, shape) for part in exchanged.free])
    bound = np.stack([np.broadcast_to(part * sunk, shape) for part in exchanged.bound])
    return ManySites(loose, free[None], bound[None])


def _sunk(sink: ArrayLike) -> Floats:
    """1 + sink; a search may look below 0, where the balance still has a meaning as long as this stays above 0."""
    return np.asarray(np.maximum(1.0 + np.asarray(sink, float), 0.1))


def _free_site(total: Floats, amounts: Sequence[Floats], halves: Sequence[Floats]) -> Floats:
    """Root r of r + sum_i T_i r / (K_i + r) = R."""
    shape = np.broadcast_shapes(
        total.shape, *(a.shape for a in amounts), *(k.shape for k in halves)
    )
    r = np.broadcast_to(total, shape)
    present = [np.maximum(amount, NOTHING) for amount in amounts]
    for _ in range(MOST_ROUNDS):
        share = weight = centre = np.asarray(0.0)
        for amount, half in zip(present, halves, strict=True):
            per = 1.0 / (half + r)
            part = amount * per
            share = share + part
            part = part * per
            weight = weight + part
            centre = centre + part * half
        centre = centre / weight
        excess = (centre + r) * share
        excess += centre
        excess -= total
        product = centre * total
        root = np.sqrt(excess * excess + 4.0 * product)
        root += np.abs(excess)
        root *= 0.5
        found = np.where(excess > 0, product / root, root)
        moved = np.abs(found - r) > CLOSE * found
        r = found
        if not moved.any():
            break
    surplus = _difference(total, amounts)
    for _ in range(4):
        loose = slope = taken = np.asarray(0.0)
        for amount, half in zip(amounts, halves, strict=True):
            per = amount / (half + r)
            apart = per * half
            loose = loose + apart
            taken = taken + per * r
            slope = slope + apart / (half + r)
        miss = np.where(loose < total, (r - loose) - surplus, (r - total) + taken)
        step = miss / (1.0 + slope)
        moved = np.abs(step) > SAME * r
        r = r - np.minimum(step, 0.5 * r)
        if not moved.any():
            break
    return r


def _difference(total: Floats, amounts: Sequence[Floats]) -> Floats:
    """R - sum T with the rounding errors of the subtractions added back (two-sum)."""
    left, lost = total, np.asarray(0.0)
    for amount in amounts:
        rest = left - amount
        back = rest - left
        lost = lost + ((left - (rest - back)) - (amount + back))
        left = rest
    return np.asarray(left + lost)


def _each_site_in_turn(
    r: Floats, big_r: Floats, amounts: Floats, sunk: Floats, per_kd: Floats
) -> Floats:
    """Solve each site exactly with the other sites' free concentrations held."""
    r = r.copy()
    for s in range(len(r)):
        others = sunk + np.einsum("s...,is...->i...", r, per_kd) - r[s] * per_kd[:, s]
        r[s] = _free_site(big_r[s], list(amounts), list(np.maximum(others, sunk) / per_kd[:, s]))
    return r


def _all_sites_at_once(
    r: Floats, big_r: Floats, amounts: Floats, sunk: Floats, per_kd: Floats
) -> Floats:
    """Damped Newton steps in the logarithms of the free sites."""
    safe_r = np.maximum(big_r, NOTHING)
    miss, slope = _balance(r, safe_r, amounts, sunk, per_kd)
    worst = np.abs(miss).max(axis=0)
    best = r
    for _ in range(MOST_ROUNDS):
        step = np.linalg.solve(
            np.moveaxis(slope, (0, 1), (-2, -1)), np.moveaxis(miss, 0, -1)[..., None]
        )[..., 0]
        step = np.clip(np.moveaxis(step, -1, 0), -30.0, 30.0)
        size = np.ones(worst.shape)
        for _ in range(12):
            tried = np.minimum(best * np.exp(-size * step), big_r)
            new_miss, _ = _balance(tried, safe_r, amounts, sunk, per_kd)
            new_worst = np.abs(new_miss).max(axis=0)
            worse = (new_worst > worst) & (worst > CLOSE_BALANCE)
            if not worse.any():
                break
            size = np.where(worse, size / 4, size)
        better = new_worst < worst
        done = ~better | (new_worst < CLOSE_BALANCE / 10)
        best = np.where(better, tried, best)
        if done.all():
            stuck = np.minimum(worst, new_worst) > CLOSE_BALANCE
            if not stuck.any():
                return best
            turned = _each_site_in_turn(best, big_r, amounts, sunk, per_kd)
            best = np.where(stuck, turned, best)
        miss, slope = _balance(best, safe_r, amounts, sunk, per_kd)
        worst = np.abs(miss).max(axis=0)
    return best


def _balance(
    r: Floats, big_r: Floats, amounts: Floats, sunk: Floats, per_kd: Floats
) -> tuple[Floats, Floats]:
    """Slope of Psi in each v_s over R_s, and its matrix of second derivatives, rows over R_s."""
    load = r[None] * per_kd
    share = load / (sunk + load.sum(axis=1))[:, None]
    held = amounts[:, None] * share
    filled = r + held.sum(axis=0)
    bend = -np.einsum("is...,it...->st...", held, share)
    for s in range(len(r)):
        # The sliver keeps the matrix regular where ligand and sites use each other up to the last digit.
        bend[s, s] += np.maximum(filled[s], NOTHING) * (1.0 + 1e-14)
    return (filled - big_r) / big_r * (big_r > NOTHING), bend / big_r[:, None]

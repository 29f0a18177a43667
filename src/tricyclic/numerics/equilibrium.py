"""Free and bound concentrations at equilibrium from totals, by exact mass balance.

Every ligand binds every site one to one and reversibly; sites are independent; a ligand may also be
lost, in proportion to its free concentration, to something that does not saturate (filter, glass,
membrane): its sink. All functions broadcast over wells and parameter sets; all concentrations have
one unit, whichever it is.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

from tricyclic.numerics.equilibrium_kernels import solve_free_sites, solve_free_sites_together

Floats = NDArray[np.float64]


class OneSiteEquilibrium(NamedTuple):
    """One site at equilibrium: its free concentration, and each ligand's free and bound
    concentration.
    """

    free_site: Floats
    free: tuple[Floats, ...]
    bound: tuple[Floats, ...]


class MultiSiteEquilibrium(NamedTuple):
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


def solve_one_site(
    site: ArrayLike,
    totals: Sequence[ArrayLike],
    kds: Sequence[ArrayLike],
    sinks: Sequence[ArrayLike] = (),
) -> OneSiteEquilibrium:
    """Equilibrium of any number of ligands that compete for one site.

    Parameters
    ----------
    site : float or array
        Total concentration of the site, 0 or more.
    totals, kds : sequences of float or array, one entry per ligand
        Total concentration of each ligand, 0 or more; its dissociation constant, above 0.
    sinks : sequence of float or array, one entry per ligand
        Lost over free concentration of each ligand, 0 or more; by default 0.

    Returns
    -------
    OneSiteEquilibrium
        All arrays have the common shape of the arguments.

    Notes
    -----
    The free site r is the root of r + sum_i T_i r / (K_i + r) = R with K_i = Kd_i (1 + sink_i).
    With S(r) the sum, r / S(r) is a weighted harmonic mean of straight lines and so concave:
    replacing all ligands by the one ligand that agrees in S and its slope, and solving its
    quadratic, always ends at or above the root. Repeated, it decreases to the root monotonically
    and quadratically, and is exact for one ligand at once. The last digits come from Newton steps
    on the balance of the free amounts, r - sum_i F_i (1 + sink_i) = R - sum_i T_i, in which no
    digits cancel where site and ligand titrate each other.
    """
    shape = np.broadcast_shapes(*map(np.shape, (site, *totals, *kds, *sinks)))
    count = len(totals)
    amounts, halves, factors = np.empty((3, count, *shape))
    for i, (total, kd) in enumerate(zip(totals, kds, strict=True)):
        amounts[i], halves[i] = total, kd
        factors[i] = _sink_factor(sinks[i]) if sinks else 1.0
    halves *= factors
    whole = np.empty(shape)
    whole[...] = np.maximum(site, 0.0)
    r = whole.copy()
    solve_free_sites(
        r.reshape(-1),
        whole.reshape(-1),
        amounts.reshape(count, -1),
        halves.reshape(count, -1),
        np.empty(r.size),
    )
    apart = halves + r
    free = amounts * halves / (apart * factors)
    return OneSiteEquilibrium(r, tuple(free), tuple(amounts * r / apart))


def solve_sites(
    sites: Sequence[ArrayLike],
    totals: Sequence[ArrayLike],
    kds: Sequence[Sequence[ArrayLike]],
    sinks: Sequence[ArrayLike] = (),
) -> MultiSiteEquilibrium:
    """Equilibrium of ligands that bind several independent sites.

    Parameters
    ----------
    sites : sequence of float or array, one entry per site
        Total concentration of each site, 0 or more.
    totals, sinks : sequences of float or array, one entry per ligand
        As for `solve_one_site`.
    kds : sequence per ligand of sequences per site
        Dissociation constant of each ligand at each site, above 0.

    Notes
    -----
    With v_s the logarithm of the free concentration r_s of site s, the balance is the minimum of
    the convex

        Psi(v) = sum_s (r_s - R_s v_s) + sum_i T_i log(1 + sink_i + sum_s r_s / Kd_is),

    the dual of the same problem in the logarithms u_i of the free ligands, whose function is sum_i
    ((1 + sink_i) e^u_i - T_i u_i) + sum_s R_s log(1 + sum_i e^u_i / Kd_is). It has one unknown per
    site, however many ligands there are, and an absent ligand or site drops out by itself. First
    each site in turn takes steps towards its root with the others fixed, then Newton steps in all v
    at once follow, each shortened until it lowers Psi, or near the root the largest error of the
    balance. Where rounding hides that, each site in turn is solved exactly. A single site or ligand
    needs none of this: the equilibrium of one ligand is that of one site, with the parts of site
    and ligands exchanged.
    """
    count = len(sites)
    if len(totals) == 1:
        return _one_ligand(sites, totals[0], kds[0], sinks[0] if sinks else 0.0)
    if count == 1:
        alone = solve_one_site(sites[0], totals, [row[0] for row in kds], sinks)
        return MultiSiteEquilibrium(
            alone.free_site[None], np.stack(alone.free), np.stack(alone.bound)[:, None]
        )
    shape = np.broadcast_shapes(
        *(np.shape(a) for a in (*sites, *totals, *sinks, *(kd for row in kds for kd in row)))
    )
    big_r, amounts, factors = (np.empty((len(of), *shape)) for of in (sites, totals, totals))
    per_kd = np.empty((len(totals), count, *shape))
    for s, site in enumerate(sites):
        big_r[s] = np.maximum(np.asarray(site, float), 0.0)
    for i, (total, row) in enumerate(zip(totals, kds, strict=True)):
        amounts[i], factors[i] = total, _sink_factor(sinks[i] if sinks else 0.0)
        for s, kd in enumerate(row):
            per_kd[i, s] = 1.0 / np.asarray(kd, float)
    flat = big_r.reshape(count, -1)
    r = flat.copy()
    solve_free_sites_together(
        r,
        flat,
        amounts.reshape(len(totals), -1),
        factors.reshape(len(totals), -1),
        per_kd.reshape(len(totals), count, -1),
        np.empty((len(totals), flat.shape[1])),
        np.empty((3, count)),
        np.empty((count, count)),
    )
    r = r.reshape(big_r.shape)
    free = amounts / (factors + np.einsum("s...,is...->i...", r, per_kd))
    return MultiSiteEquilibrium(r, free, free[:, None] * r[None] * per_kd)


def exact_ic50(
    site: ArrayLike,
    radioligand: ArrayLike,
    kd: ArrayLike,
    ki: ArrayLike,
    *,
    radioligand_sink: ArrayLike = 0.0,
    competitor_sink: ArrayLike = 0.0,
) -> Floats:
    """IC50 of a competitor with depletion: its total that halves the bound radioligand.

    All concentrations are totals, in one unit. The IC50 is never below half of the bound
    radioligand.
    """
    r_half, taken = _half_way(site, radioligand, kd, radioligand_sink)
    return np.asarray(taken + np.asarray(ki) * taken * (1.0 + np.asarray(competitor_sink)) / r_half)


def exact_ki(
    site: ArrayLike,
    radioligand: ArrayLike,
    kd: ArrayLike,
    ic50: ArrayLike,
    *,
    radioligand_sink: ArrayLike = 0.0,
    competitor_sink: ArrayLike = 0.0,
) -> Floats:
    """Ki of a competitor from its IC50 with depletion: the inverse of `exact_ic50`.

    nan where the IC50 is not above the competitor that is bound at the half-way point: no
    competitor, whatever its affinity, can be that potent against so many sites. Source:
    Nikolovska-Coleska 2004, doi:10.1016/j.ab.2004.05.055; equals Munson and Rodbard 1988 with its
    erratum.
    """
    r_half, taken = _half_way(site, radioligand, kd, radioligand_sink)
    free = np.asarray(ic50, float) - taken
    ki = free * r_half / (taken * (1.0 + np.asarray(competitor_sink)))
    return np.asarray(np.where(free > 0, ki, np.nan))


def _half_way(
    site: ArrayLike, radioligand: ArrayLike, kd: ArrayLike, radioligand_sink: ArrayLike
) -> tuple[Floats, Floats]:
    """Free site, and site with bound competitor, where the bound radioligand has halved."""
    half_kd = np.asarray(kd, float) * (1.0 + np.asarray(radioligand_sink, float))
    r, _, (bound,) = solve_one_site(site, (radioligand,), (half_kd,))
    not_bound = np.asarray(radioligand, float) * half_kd / (half_kd + r) + bound / 2
    r_half = half_kd * (bound / 2) / not_bound
    return r_half, (r - r_half) + bound / 2


def _one_ligand(
    sites: Sequence[ArrayLike], total: ArrayLike, kds: Sequence[ArrayLike], sink: ArrayLike
) -> MultiSiteEquilibrium:
    """Equilibrium of one ligand at several sites.

    F (1 + sink) + sum_s R_s F / (Kd_s + F) = T is the balance of one site with the parts exchanged.
    """
    factor = _sink_factor(sink)
    amounts = [np.maximum(np.asarray(site, float), 0.0) / factor for site in sites]
    whole = np.maximum(np.asarray(total, float), 0.0) / factor
    exchanged = solve_one_site(whole, amounts, kds)
    free = np.asarray(exchanged.free_site)
    shape = free.shape
    free_sites = np.stack([np.broadcast_to(part * factor, shape) for part in exchanged.free])
    bound = np.stack([np.broadcast_to(part * factor, shape) for part in exchanged.bound])
    return MultiSiteEquilibrium(free_sites, free[None], bound[None])


def _sink_factor(sink: ArrayLike) -> Floats:
    """1 + sink, at least 0.1.

    A search may try sinks below 0, where the balance still has a meaning while this is above 0.
    """
    return np.asarray(np.maximum(1.0 + np.asarray(sink, float), 0.1))

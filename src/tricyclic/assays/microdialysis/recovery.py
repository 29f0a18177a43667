"""Recovery of a probe in vivo: by the method of no net flux, and by dynamic no net flux."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
from numpy.typing import ArrayLike

from tricyclic.core.format import pluralize
from tricyclic.errors import InputError
from tricyclic.results.microdialysis import DynamicNoNetFlux, NoNetFlux
from tricyclic.stats.statistics import ratio_by_fieller, with_t_interval
from tricyclic.stats.straight_line import fit_straight_line

# Below this number of points the interval of the concentration is often not bounded.
FEW_POINTS = 8


def no_net_flux(
    inlet: ArrayLike,
    outlet: ArrayLike,
    *,
    confidence: float = 0.95,
    where: str = "no net flux",
) -> NoNetFlux:
    """Concentration at which nothing crosses the membrane, from several inlet concentrations.

    Parameters
    ----------
    inlet, outlet : array, shape (n,)
        Concentrations in the perfusate and the dialysate, in one unit; three points or more at two
        inlet concentrations or more.
    confidence : float
    where : str
        Name of the animal or group, for errors.

    Returns
    -------
    NoNetFlux

    Raises
    ------
    InputError
        If there are too few points, or the inlet was not varied.

    Notes
    -----
    Least squares of (in - out) on in; the concentration is minus the intercept over the slope
    [Lonnroth et al. 1987, recalled, unconfirmed], with Fieller's limits.
    """
    x, out = np.asarray(inlet, float).reshape(-1), np.asarray(outlet, float).reshape(-1)
    if x.size != out.size:
        raise InputError(f"{x.size} inlet and {out.size} outlet concentrations", where=where)
    if not (np.isfinite(x).all() and np.isfinite(out).all() and (x >= 0).all()):
        raise InputError(
            "a concentration is not a number of 0 or more",
            where=where,
            do="Leave out fractions that were not measured",
        )
    if x.size < 3 or np.unique(x).size < 2:
        raise InputError(
            f"{pluralize(x.size, 'point')} at "
            f"{pluralize(int(np.unique(x).size), 'inlet concentration')}",
            where=where,
            allowed="No net flux needs three points or more, at two inlet concentrations or more",
        )
    line = fit_straight_line(x, x - out)
    extraction = with_t_interval(line.slope, line.slope_se, line.df, confidence)
    origin = with_t_interval(line.intercept, line.intercept_se, line.df, confidence)
    # Minus the intercept over the slope; both have the residual scatter of one line.
    low, high = ratio_by_fieller(
        replace(origin, value=-line.intercept),
        extraction,
        covariance=-line.covariance,
        df=line.df,
        confidence=confidence,
    )
    concentration = -line.intercept / line.slope if line.slope else float("nan")
    remarks = []
    if not (np.isfinite(low) and np.isfinite(high)):
        remarks.append(
            "the concentration of no net flux is not bounded: the slope does not differ from 0"
        )
    if x.size < FEW_POINTS:
        remarks.append(
            f"{x.size} points: with fewer than {FEW_POINTS}, the limits of the concentration are "
            "often not bounded"
        )
    if np.isfinite(concentration) and not x.min() <= concentration <= x.max():
        remarks.append(
            f"the concentration of no net flux, {concentration:.3g}, is outside of the inlet "
            f"concentrations ({x.min():g} to {x.max():g})"
        )
    return NoNetFlux(extraction, origin, concentration, low, high, int(x.size), tuple(remarks))


def dynamic_no_net_flux(
    inlet: ArrayLike,
    outlet: ArrayLike,
    middle_min: Sequence[float],
    *,
    confidence: float = 0.95,
    where: str = "dynamic no net flux",
) -> DynamicNoNetFlux:
    """Extraction and concentration over time from animals with different inlet concentrations.

    Parameters
    ----------
    inlet : array, shape (animals,)
        Concentration that each animal is perfused with.
    outlet : array, shape (animals, bins)
        Concentration in the dialysate; nan where a fraction is missing.
    middle_min : sequence of float, length bins
        Middle of each bin [min].

    Raises
    ------
    InputError
        If a bin has fewer than three animals, or all have one inlet concentration.

    Notes
    -----
    Between groups and per time bin, as Olson & Justice 1993 (Anal. Chem. 65:1017) did for cocaine
    and amphetamine.
    """
    x, y = np.asarray(inlet, float).reshape(-1), np.asarray(outlet, float)
    if y.shape != (x.size, len(middle_min)):
        raise InputError(
            f"{y.shape} outlet concentrations for {x.size} animals and {len(middle_min)} bins",
            where=where,
        )
    bins = []
    for k, middle in enumerate(middle_min):
        present = np.isfinite(y[:, k])
        at = f"{where}, at {middle:g} min"
        bins.append(no_net_flux(x[present], y[present, k], confidence=confidence, where=at))
    return DynamicNoNetFlux(tuple(float(m) for m in middle_min), tuple(bins))

"""Plates of a file of many curves compared with each other: scatter, plateaus, share of fits."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from typing import Any

import numpy as np

from tricyclic.results.curves import PlateFits
from tricyclic.stats.distributions import more_than_probability

# Columns of the fits that the comparison needs.
COLUMNS = ("residual_sd", "top", "bottom", "status")
# Plates below which there is no comparison.
MIN_PLATES = 5
# Robust standard deviations from the median of all plates, from which a plate is flagged.
OUTLYING = 4.0
# A flagged scatter is at least this many times the usual one, a flagged plateau at least this share
# of the usual window away: smaller differences do not matter although they may be significant.
LEAST_RATIO, LEAST_SHIFT = 1.5, 0.1
# Probability of as few fitted curves, below which a plate is flagged.
FEW_FITS_P = 1e-4
# Share of the usual part of curves with an IC50, below which a plate can be flagged.
LEAST_SHARE = 0.5
# Consistency factor of the median absolute deviation for a normal distribution.
MAD_TO_SD = 1.4826
_WITH_FIT = ("fitted", "parameter at bound", "lower CI unbounded", "upper CI unbounded")


def plate_quality(plates: Iterable[Any], fits: Mapping[str, Any]) -> tuple[PlateFits, ...]:
    """Summary and flags of every plate, in the order of the file.

    Parameters
    ----------
    plates : iterable, one per curve
        Plate of each curve.
    fits : mapping of arrays, shape (curves,)
        `COLUMNS` of the fits.

    Returns
    -------
    tuple of PlateFits
        Flags: "scatter" where the median residual SD is far above that of the other plates; "top"
        and "bottom" where a median plateau is far from theirs; "few_fits" where fewer curves have
        an IC50 than chance would have. None where there are fewer than five plates.
    """
    names = np.array([str(plate) for plate in plates], object)
    _, first, place = np.unique(names.astype(str), return_index=True, return_inverse=True)
    order = np.argsort(first)
    rank = np.empty_like(order)
    rank[order] = np.arange(order.size)
    place = rank[place.reshape(-1)]
    count = np.bincount(place, minlength=order.size)
    with_fit = np.isin(np.asarray(fits["status"]).astype(str), _WITH_FIT)
    fitted = np.bincount(place, with_fit, minlength=order.size).astype(int)
    medians = {
        name: _medians(np.asarray(fits[name], float), with_fit, place, order.size)
        for name in ("residual_sd", "top", "bottom")
    }
    flags = _flags(medians, count, fitted) if order.size >= MIN_PLATES else {}
    return tuple(
        PlateFits(
            plate=str(names[first[order[k]]]),
            curves=int(count[k]),
            fitted=int(fitted[k]),
            median_residual_sd=float(medians["residual_sd"][k]),
            median_top=float(medians["top"][k]),
            median_bottom=float(medians["bottom"][k]),
            flags=tuple(name for name, flagged in flags.items() if flagged[k]),
        )
        for k in range(order.size)
    )


def _medians(values: np.ndarray, used: np.ndarray, place: np.ndarray, plates: int) -> np.ndarray:
    """Median of each plate over its curves with a fit; nan without."""
    rows = np.flatnonzero(used & np.isfinite(values))
    rows = rows[np.argsort(place[rows], kind="stable")]
    cuts = np.searchsorted(place[rows], np.arange(plates + 1))
    return np.array(
        [
            np.median(values[rows[cuts[k] : cuts[k + 1]]]) if cuts[k] < cuts[k + 1] else math.nan
            for k in range(plates)
        ]
    )


def _flags(
    medians: Mapping[str, np.ndarray], count: np.ndarray, fitted: np.ndarray
) -> dict[str, np.ndarray]:
    with np.errstate(invalid="ignore", divide="ignore"):
        log_sd = np.log(medians["residual_sd"])
        usual_sd = np.nanmedian(log_sd)
        window = abs(np.nanmedian(medians["top"]) - np.nanmedian(medians["bottom"]))
        flags = {
            "scatter": (_distance(log_sd) > OUTLYING) & (log_sd - usual_sd > math.log(LEAST_RATIO))
        }
        for name in ("top", "bottom"):
            shift = np.abs(medians[name] - np.nanmedian(medians[name]))
            flags[name] = (np.abs(_distance(medians[name])) > OUTLYING) & (
                shift > LEAST_SHIFT * window
            )
        usual = float(np.median(fitted / count))
        p = 1.0 - more_than_probability(fitted, count, usual)
        # Compounds of one plate are related, so that chance alone is not the measure.
        flags["few_fits"] = (p < FEW_FITS_P) & (fitted / count < LEAST_SHARE * usual)
    return flags


def _distance(values: np.ndarray) -> np.ndarray:
    """Distance from the median in robust standard deviations; 0 where all are equal."""
    known = values[np.isfinite(values)]
    if not known.size:
        return np.zeros_like(values)
    middle = np.median(known)
    spread = MAD_TO_SD * np.median(np.abs(known - middle))
    return (values - middle) / spread if spread > 0 else np.zeros_like(values)

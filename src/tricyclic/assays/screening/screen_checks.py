"""Checks over all plates of a screen: failed plates, drift, and positions that read differently."""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np

from tricyclic.assays.screening.plate_arrays import MAD_TO_SD, Floats
from tricyclic.assays.screening.plate_checks import DEFAULT
from tricyclic.assays.screening.single_hits import SingleHits
from tricyclic.core.check import Check
from tricyclic.core.format import format_number, format_p, list_names
from tricyclic.core.plate import row_letters
from tricyclic.results.screening import PlateQuality
from tricyclic.stats.empirical_null import FAR, MIN_FAR
from tricyclic.stats.sequence import sequence_test
from tricyclic.stats.statistics import t_probability

MIN_PLATES_FOR_DRIFT = 4
DRIFT_P = 0.01
# Percent of the mean, and for Z' its units, from the first plate to the last.
MAX_DRIFT_PERCENT, MAX_DRIFT_Z_PRIME = 20.0, 0.2
# The same over parts of the screen, such as a rise that steps back.
MIN_PLATES_FOR_ORDER = 12
MAX_LEVEL_CHANGE, MAX_LEVEL_CHANGE_Z_PRIME = 10.0, 0.2
# Three numbers are tested on each screen, together at a size below 1 %.
ORDER_P = 0.0025
MIN_CYCLES = 3
# Plates with a reading at a position, to check that position.
MIN_PLATES_AT_POSITION = 5
MIN_POSITIONS = 12
# Percent of the window, and robust standard deviations over the positions.
MAX_POSITION_PERCENT, MAX_POSITION_SDS = 10.0, 5.0
MAX_PLATES_LISTED = 5


def summary_check(plates: Sequence[PlateQuality]) -> Check:
    """Number of plates that failed a check."""
    failed = [plate.name for plate in plates if plate.level == "fail"]
    warned = [plate.name for plate in plates if plate.level == "warn"]
    return Check(
        "plates_failed",
        "warn" if failed else "pass",
        f"{len(failed)} of {len(plates)} plates failed, {len(warned)} have warnings",
        value=100.0 * len(failed) / len(plates),
        limit=0.0,
        unit="%",
        source=DEFAULT,
        advice=f"Repeat {list_names(failed, MAX_PLATES_LISTED)}; "
        "no hits are called from failed plates"
        if failed
        else "",
    )


def drift_checks(plates: Sequence[PlateQuality]) -> tuple[Check, ...]:
    """Whether the controls and Z' change over the plates of the screen."""
    if len(plates) < MIN_PLATES_FOR_DRIFT:
        return ()
    rows = (
        ("high control", [plate.high.mean for plate in plates]),
        ("low control", [plate.low.mean for plate in plates]),
        ("Z'", [plate.z_prime for plate in plates]),
    )
    checks = (_drift_check(name, np.array(values)) for name, values in rows)
    return tuple(check for check in checks if check is not None)


def order_checks(plates: Sequence[PlateQuality]) -> tuple[Check, ...]:
    """Whether controls and Z' rise, step or cycle over the plates in the order run."""
    rows = (
        ("high control", [plate.high.mean for plate in plates]),
        ("low control", [plate.low.mean for plate in plates]),
        ("Z'", [plate.z_prime for plate in plates]),
    )
    checks = []
    for name, numbers in rows:
        values = np.array(numbers)
        known = np.flatnonzero(np.isfinite(values))
        if known.size >= MIN_PLATES_FOR_ORDER and np.ptp(values[known]) > 0:
            checks.append(_order_check(name, values[known], [plates[int(k)] for k in known]))
    return tuple(checks)


def position_checks(
    plates: Sequence[PlateQuality],
) -> tuple[dict[int, Floats], tuple[Check, ...]]:
    """Median residual at each position over the plates of one size, and a check of each size.

    A position that reads high on every plate points to the liquid handler or the reader, whatever
    compounds it contains.
    """
    maps: dict[int, Floats] = {}
    checks = []
    for size in dict.fromkeys(plate.size for plate in plates):
        stack = np.array([plate.residual for plate in plates if plate.size == size])
        readings = np.isfinite(stack).sum(axis=0)
        median = np.full(stack.shape[1:], np.nan)
        median[readings > 0] = np.nanmedian(stack[:, readings > 0], axis=0)
        maps[size] = median
        usable = readings >= MIN_PLATES_AT_POSITION
        if usable.sum() >= MIN_POSITIONS:
            checks.append(_position_check(size, len(stack), median, usable))
    return maps, tuple(checks)


def single_checks(single: SingleHits) -> tuple[Check, ...]:
    """Suspect wells, and tails of the readings without effect."""
    if not single.hits:
        return ()
    waiting = sum(hit.to_confirm for hit in single.hits)
    suspect = Check(
        "suspect_wells",
        "warn" if waiting else "pass",
        f"{single.suspect} compound wells are suspect; {waiting} compounds with an effect are not "
        "called without confirmation",
        value=float(waiting),
        limit=0.0,
        source=DEFAULT,
        advice="Measure these compounds again, in other wells" if waiting else "",
    )
    null, far = single.null, single.far_on_other_side
    if math.isnan(null.p):
        return (suspect,)
    heavy = null.is_heavy or far >= MIN_FAR
    tails = "have the tails of normal ones"
    if null.is_heavy:
        tails = f"have the tails of Student's t with {null.df:g} degrees of freedom"
    return (
        suspect,
        Check(
            "heavy_tails",
            "warn" if heavy else "pass",
            f"readings without effect {tails} ({format_p(null.p)}); {far} compounds are "
            f"{FAR:g} standard deviations or more on the side opposite to effects",
            value=float(far),
            limit=float(MIN_FAR),
            source=f"{DEFAULT}; Efron 2004, doi:10.1198/016214504000000089",
            advice="The p of hits are from these readings, so that fewer are called: find out why "
            "wells scatter, or measure each compound in two wells"
            if heavy
            else "",
        ),
    )


def _drift_check(name: str, values: Floats) -> Check | None:
    """Slope of a number over the order of the plates; None if there are too few numbers."""
    known = np.isfinite(values)
    if known.sum() < MIN_PLATES_FOR_DRIFT or not np.ptp(values[known]) > 0:
        return None
    order = np.arange(values.size, dtype=float)
    x, y = order[known] - order[known].mean(), values[known]
    slope = float(x @ y / (x @ x))
    residual = y - y.mean() - slope * x
    se = math.sqrt(float(residual @ residual) / (y.size - 2) / float(x @ x))
    p = t_probability(slope / se, y.size - 2.0) if se > 0 else 0.0
    change = slope * float(np.ptp(x))
    limit, unit = MAX_DRIFT_Z_PRIME, ""
    if name != "Z'":
        change, limit, unit = 100.0 * change / abs(float(y.mean())), MAX_DRIFT_PERCENT, "%"
    drifts = p < DRIFT_P and abs(change) > limit
    return Check(
        "drift",
        "warn" if drifts else "pass",
        f"from the first to the last of {y.size} plates the {name} changes by "
        f"{format_number(change, 2)}{' ' + unit if unit else ''} ({format_p(p)})",
        value=change,
        limit=limit,
        unit=unit,
        source=DEFAULT,
        advice="Reagents may age or the reader may drift: normalise by plate, prepare fresh "
        "reagents, and treat hits of late plates with caution"
        if drifts
        else "",
    )


def _order_check(name: str, values: Floats, plates: Sequence[PlateQuality]) -> Check:
    test = sequence_test(values, ORDER_P)
    size, limit, unit = test.size, MAX_LEVEL_CHANGE_Z_PRIME, ""
    if name != "Z'":
        size, limit, unit = 100.0 * size / abs(float(np.median(values))), MAX_LEVEL_CHANGE, "%"
    varies = test.p < ORDER_P and size > limit
    shape = f"the largest change is at plate {plates[test.step].name}"
    if test.period <= values.size / MIN_CYCLES:
        shape = f"it repeats about every {format_number(test.period, 2)} plates"
    return Check(
        "level_over_plates",
        "warn" if varies else "pass",
        f"over {values.size} plates in the order run the level of the {name} varies by "
        f"{format_number(size, 2)}{' ' + unit if unit else ''} ({format_p(test.p)})"
        + (f"; {shape}" if varies else ""),
        value=size,
        limit=limit,
        unit=unit,
        source=f"{DEFAULT}; cumulative sum, periodogram and neighbours of normal scores",
        advice="Compare batches of reagent, days, readers and stackers; effects are in percent of "
        "the window of each plate, so look whether hits depend on it too"
        if varies
        else "",
    )


def _position_check(size: int, plates: int, median: Floats, usable: np.ndarray) -> Check:
    """Check of the position that lies farthest from the median of all."""
    centre = float(np.median(median[usable]))
    sd = MAD_TO_SD * float(np.median(np.abs(median[usable] - centre)))
    distance = np.where(usable, np.abs(median - centre), -1.0)
    row, column = np.unravel_index(int(np.argmax(distance)), median.shape)
    offset = float(median[row, column] - centre)
    large = abs(offset) > MAX_POSITION_PERCENT and abs(offset) > MAX_POSITION_SDS * sd
    well = f"{row_letters(int(row))}{int(column) + 1:02d}"
    return Check(
        "position_over_plates",
        "warn" if large else "pass",
        f"over {plates} plates the position farthest from the others is {well}, by "
        f"{format_number(offset, 2)} % of the window",
        where=f"{size} wells",
        value=abs(offset),
        limit=MAX_POSITION_PERCENT,
        unit="%",
        source=DEFAULT,
        advice="Check the tip, the dispenser and the reader at that position; its hits are suspect"
        if large
        else "",
    )

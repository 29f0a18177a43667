"""Whether the curves that are hits are more than one well, or the wells of a fault.

One reading that is wrong at the highest concentration looks like the beginning of a curve, a row
that reads high like an effect at every concentration.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np

from tricyclic.assays.screening.curve_classes import THROUGHOUT
from tricyclic.assays.screening.curve_null import CurveWells, calibrated_p
from tricyclic.assays.screening.plate_arrays import MAD_TO_SD, Floats, PlateArrays
from tricyclic.assays.screening.suspect_wells import ScreenWells, find_suspect_wells
from tricyclic.numerics.batch.fit import fit_batch
from tricyclic.numerics.batch.monotone import monotone_test
from tricyclic.results.screening import CurveHit

# p of F that the readings without any one well must have.
CONFIRM_P = 1e-2
MIN_CONCENTRATIONS = 4
# Compounds in a group of wells; their own effects are subtracted here.
MIN_COMPOUNDS = 2
MIN_WELLS_FOR_SPREAD = 12
# As for single wells: percent of the window beyond the full effect.
BEYOND_PERCENT = 130.0


def suspect_curve_wells(
    plates: Sequence[PlateArrays],
    curves: Sequence[CurveWells],
    expected: Mapping[int, Mapping[str, float]],
) -> list[dict[int, str]]:
    """Wells of each curve that are suspect, by index, with the reason.

    Parameters
    ----------
    plates, curves
        From `plate_arrays` and `group_wells`.
    expected
        Effect that the fits predict, by index of the plate and name of the well.
    """
    suspect: list[dict[int, str]] = [{} for _ in curves]
    by_plate: dict[int, list[int]] = {}
    for number, curve in enumerate(curves):
        by_plate.setdefault(curve.plate, []).append(number)
        for k in np.flatnonzero(curve.effect > BEYOND_PERCENT).tolist():
            suspect[number][k] = "reads beyond the full effect"
    places: list[tuple[int, int]] = []
    parts: list[tuple[np.ndarray, ...]] = []
    for at, numbers in by_plate.items():
        arrays = plates[at]
        index = {well.name: k for k, well in enumerate(arrays.used_wells)}
        start = _plate_start([curves[number] for number in numbers], expected.get(at, {}))
        wells, residual, numbered = [], [], []
        for number in numbers:
            curve = curves[number]
            own = expected.get(at, {})
            flat = np.ptp([own.get(name, np.nan) for name in curve.names]) < 1e-9
            for k, name in enumerate(curve.names):
                if np.isfinite(curve.effect[k]) and name in own:
                    places.append((number, k))
                    wells.append(index[name])
                    # A curve without slope may be a row that reads high.
                    residual.append(curve.effect[k] - (start if flat else own[name]))
                    numbered.append(number)
        values = np.array(residual)
        if values.size < MIN_WELLS_FOR_SPREAD:
            del places[len(places) - values.size :]
            continue
        centre = float(np.median(values))
        scatter = MAD_TO_SD * float(np.median(np.abs(values - centre)))
        if not scatter > 0:
            del places[len(places) - values.size :]
            continue
        full = np.ones(values.size)
        parts.append(
            (
                np.full(values.size, at),
                arrays.row[wells],
                arrays.column[wells],
                np.array(numbered),
                values,
                centre * full,
                scatter * full,
                0.367 * values.size * full,
            )
        )
    if parts:
        columns = [np.concatenate(part) for part in zip(*parts, strict=True)]
        shapes = [arrays.plate.shape for arrays in plates]
        plate, row, column, compound, effect, middle, sd, df = columns
        table = ScreenWells(plate, row, column, compound, effect, middle, sd, df, shapes)
        for k, reason in find_suspect_wells(table, min_compounds=MIN_COMPOUNDS).reason.items():
            number, well = places[k]
            suspect[number].setdefault(well, reason)
    return suspect


def confirm_curves(
    x: Floats,
    y: Floats,
    suspect: Sequence[Mapping[int, str]],
    hits: Sequence[CurveHit],
    *,
    rng: np.random.Generator,
    simulations: int,
) -> dict[int, str]:
    """Hits that do not stand without suspect wells, or without any one well, with the reason.

    Parameters
    ----------
    x, y : array, shape (curves, wells)
        log10 molar and effects.
    suspect
        From `suspect_curve_wells`.
    hits : sequence of CurveHit
    rng : Generator
    simulations : int
        Flat curves for the calibration of F.
    """
    remarks: dict[int, str] = {}
    rows: list[tuple[int, int]] = []
    kept_x, kept_y = [], []
    for number, hit in enumerate(hits):
        if not hit.is_hit:
            continue
        readings = y[number].copy()
        left_out = suspect[number]
        reason = next(iter(left_out.values()), "")
        wells = np.flatnonzero(np.isfinite(readings))
        if hit.kind == THROUGHOUT:
            if 2 * len(left_out) > wells.size:
                remarks[number] = f"{len(left_out)} of {wells.size} wells are suspect: {reason}"
            continue
        readings[list(left_out)] = np.nan
        present = np.flatnonzero(np.isfinite(readings))
        if np.unique(np.round(x[number, present], 6)).size <= MIN_CONCENTRATIONS:
            if left_out:
                remarks[number] = f"{len(left_out)} of {wells.size} wells are suspect: {reason}"
            continue
        for well in present.tolist():
            without = readings.copy()
            without[well] = np.nan
            rows.append((number, well))
            kept_x.append(x[number])
            kept_y.append(without)
    if not rows:
        return remarks
    stands = _shows_effect(np.array(kept_x), np.array(kept_y), rng, simulations)
    for (number, _), is_shown in zip(rows, stands.tolist(), strict=True):
        if not is_shown and number not in remarks:
            left_out = suspect[number]
            remarks[number] = (
                f"{len(left_out)} wells are suspect: {next(iter(left_out.values()))}"
                if left_out
                else "without one of its wells there is no effect"
            )
    return remarks


def _shows_effect(x: Floats, y: Floats, rng: np.random.Generator, simulations: int) -> np.ndarray:
    """Whether each curve differs from a flat line, or rises and falls."""
    fits = fit_batch(x, y, confidence=None)
    present = np.isfinite(y)
    p = calibrated_p(x, fits, present, rng, simulations)
    bell = monotone_test(np.where(present, x, np.nan), y).turn > 0
    return np.asarray((p <= CONFIRM_P) | bell)


def _plate_start(curves: Sequence[CurveWells], expected: Mapping[str, float]) -> float:
    """Median over the curves of a plate of the lowest effect that their fits predict."""
    lowest = [
        min(known)
        for curve in curves
        if (known := [expected[name] for name in curve.names if name in expected])
    ]
    return float(np.median(lowest)) if lowest else 0.0

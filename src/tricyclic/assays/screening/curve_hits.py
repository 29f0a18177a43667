"""Dose-response curves of a screen: fits, hits by a calibrated F, and expected effects of wells."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import NamedTuple

import numpy as np

from tricyclic.assays.pooling import pool_estimates
from tricyclic.assays.screening.criteria import HitCriteria
from tricyclic.assays.screening.curve_classes import (
    FLAT,
    INVERTED,
    LEAST_VISIBLE,
    NOT_DISTINGUISHED,
    NOT_FITTED,
    NOT_MONOTONE,
    THROUGHOUT,
    FittedCurve,
    curve_class,
    curve_ic50,
    describe_curve,
)
from tricyclic.assays.screening.curve_confirmation import confirm_curves, suspect_curve_wells
from tricyclic.assays.screening.curve_null import CurveWells, calibrated_p
from tricyclic.assays.screening.plate_arrays import Floats, PlateArrays
from tricyclic.core.estimate import Estimate
from tricyclic.numerics.batch.fit import STATUS, BatchFits, fit_batch
from tricyclic.numerics.batch.monotone import monotone_test
from tricyclic.results.screening import CompoundPotency, CurveHit
from tricyclic.stats.multiple_testing import benjamini_hochberg

# Concentrations of one compound on one plate that make a curve.
MIN_CONCENTRATIONS = 4
SIMULATIONS = 100_000
# Share of the span reached at the third concentration, up to which the plateau at low
# concentrations is known.
MAX_SHARE_AT_THIRD = 0.05


class _FlatTest(NamedTuple):
    """Test against a flat line: F, its calibrated p, and its q over all curves; `turn` is 1 for a
    significant rise and fall, -1 for a fall and rise.
    """

    f: float
    p: float
    q: float
    turn: int = 0


@dataclass(frozen=True)
class CurveHits:
    """The curves of a screen, and the effect that each fit predicts by plate index and well."""

    hits: tuple[CurveHit, ...]
    expected: dict[int, dict[str, float]]


def group_wells(plates: Sequence[PlateArrays]) -> tuple[list[CurveWells], list[np.ndarray]]:
    """Wells as curves where a compound has four concentrations or more on a plate, else single.

    Returns
    -------
    list of CurveWells, list of array of int
        Indices of the single wells among the used wells of each plate.
    """
    curves: list[CurveWells] = []
    singles: list[np.ndarray] = []
    for number, arrays in enumerate(plates):
        wells = arrays.used_wells
        by_compound: dict[str, list[int]] = {}
        single: list[int] = []
        for k in np.flatnonzero(arrays.tested).tolist():
            if wells[k].compound and wells[k].concentration_M > 0:
                by_compound.setdefault(wells[k].compound, []).append(k)
            else:
                single.append(k)
        for compound, index in by_compound.items():
            if len(index) < MIN_CONCENTRATIONS:
                single += index
                continue
            doses = [wells[k].concentration_M for k in index]
            if len(set(doses)) < MIN_CONCENTRATIONS:
                single += index
                continue
            names = tuple(wells[k].name for k in index)
            curves.append(
                CurveWells(compound, number, names, np.log10(doses), arrays.activity[index])
            )
        singles.append(np.array(single, int))
    return curves, singles


def curve_hits(
    plates: Sequence[PlateArrays],
    curves: Sequence[CurveWells],
    *,
    usable_plates: Sequence[bool],
    criteria: HitCriteria,
    rng: np.random.Generator,
    simulations: int = SIMULATIONS,
) -> CurveHits:
    """Fit all curves, call those that are not flat, and name the class of each.

    Parameters
    ----------
    plates, curves
        From `plate_arrays` and `group_wells`.
    usable_plates : sequence of bool
        False for plates that failed: their curves are fitted and not called.
    criteria : HitCriteria
    rng : Generator
        For the calibration of F.
    simulations : int
        Flat curves that are fitted for each design.

    Notes
    -----
    F against a flat line does not follow the F distribution, because the IC50 has no meaning where
    there is no curve [Davies 1987, doi:10.1093/biomet/74.1.33]; its distribution is taken from
    simulated flat curves of the same design (`null_f`).
    """
    if not curves:
        return CurveHits((), {})
    x, y = _as_table(curves)
    fits = fit_batch(x, y, confidence=criteria.confidence)
    p = calibrated_p(x, fits, np.isfinite(y), rng, simulations)
    tested = np.array([usable_plates[curve.plate] for curve in curves]) & np.isfinite(p)
    q = np.full(p.size, math.nan)
    if tested.any():
        q[tested] = benjamini_hochberg(p[tested])
    turns = _turns(x, y, criteria.min_effect_percent)
    hits, fitted = [], []
    for k, curve in enumerate(curves):
        fit = _fitted_curve(curve, fits, k)
        flat = _FlatTest(float(fits.f_flat[k]), float(p[k]), float(q[k]), int(turns[k]))
        hits.append(_curve_hit(curve, fit, flat, plates[curve.plate].plate.name, criteria))
        fitted.append(fit)
    expected = _expected_effects(curves, hits, fitted)
    suspect = suspect_curve_wells(plates, curves, expected)
    remarks = confirm_curves(x, y, suspect, hits, rng=rng, simulations=simulations)
    for k, remark in remarks.items():
        hits[k] = replace(hits[k], is_hit=False, to_confirm=True, remark=remark)
    return CurveHits(tuple(hits), expected)


def pooled_potencies(
    curves: Sequence[CurveHit], confidence: float = 0.95
) -> tuple[CompoundPotency, ...]:
    """One IC50 per compound over its plates, each plate a run; bounds stay bounds.

    Where a plate of a compound has neither a value nor a bound, a pool of the others would depend
    on the outcome: the mean effects of all its plates are fitted together. A compound without any
    value or bound is left out.
    """
    by_compound: dict[str, list[CurveHit]] = {}
    for curve in curves:
        if curve.kind not in (INVERTED, NOT_FITTED):
            by_compound.setdefault(curve.compound, []).append(curve)
    potencies = []
    for compound, hits in by_compound.items():
        known = [hit for hit in hits if math.isfinite(hit.ic50.value)]
        if not known:
            continue
        if len(known) < len(hits):
            ic50 = _joint_ic50(compound, hits, confidence)
        elif len(hits) == 1:
            ic50 = hits[0].ic50
        else:
            ic50 = pool_estimates([hit.ic50 for hit in hits], runs=[hit.plate for hit in hits])
        calls = sum(hit.is_hit for hit in hits)
        if math.isfinite(ic50.value):
            potencies.append(CompoundPotency(compound, ic50, len(hits), calls))
    return tuple(potencies)


def _joint_ic50(compound: str, hits: Sequence[CurveHit], confidence: float) -> Estimate:
    """IC50 of one curve through the mean effects of all plates; nan where they are no sigmoid."""
    doses = np.concatenate([hit.log10_molar for hit in hits])
    effects = np.concatenate([hit.effect_percent for hit in hits])
    method = f"one fit of the mean effects of {len(hits)} plates"
    none = Estimate("IC50", math.nan, "nM", confidence=confidence, subject=compound, method=method)
    if any(hit.kind == NOT_MONOTONE for hit in hits):
        return none
    wells = CurveWells(compound, 0, (), doses, effects)
    fits = fit_batch(doses[None], effects[None], confidence=confidence)
    curve = _fitted_curve(wells, fits, 0)
    kind = curve_class(curve, discovered=True, median_effect=0.0, min_effect_percent=0.0)
    ic50 = curve_ic50(
        curve, kind, confidence, subject=compound, largest_effect=float(effects.max())
    )
    return replace(ic50, n_experiments=len(hits), method=method) if kind != INVERTED else none


def _as_table(curves: Sequence[CurveWells]) -> tuple[Floats, Floats]:
    """Concentrations and effects, one row per curve; nan after the last well of a curve."""
    longest = max(curve.effect.size for curve in curves)
    x = np.full((len(curves), longest), np.nan)
    y = np.full((len(curves), longest), np.nan)
    for k, curve in enumerate(curves):
        x[k, : curve.effect.size], y[k, : curve.effect.size] = curve.log10_molar, curve.effect
    return x, y


def _turns(x: Floats, y: Floats, min_effect_percent: float) -> np.ndarray:
    """1 where the effect rises and falls significantly, by the least effect of a hit or more, -1
    where it falls and rises, else 0, shape (curves,).
    """
    test = monotone_test(x, y)
    change = np.maximum(np.abs(test.before), np.abs(test.after))
    return np.where(change >= max(min_effect_percent, LEAST_VISIBLE), test.turn, 0)


def _fitted_curve(curve: CurveWells, fits: BatchFits, k: int) -> FittedCurve:
    """A fit with its plateaus at low and at high concentration."""
    doses = np.round(curve.log10_molar[np.isfinite(curve.effect)], 9)
    lowest, highest = (
        (float(doses.min()), float(doses.max())) if doses.size else (math.nan, math.nan)
    )
    bottom, top, hill = float(fits.bottom[k]), float(fits.top[k]), float(fits.hill[k])
    falls = hill < 0
    return FittedCurve(
        status=STATUS[int(fits.status[k])],
        log10_ic50=float(fits.log10_ic50[k]),
        log10_ic50_low=float(fits.log10_ic50_low[k]),
        log10_ic50_high=float(fits.log10_ic50_high[k]),
        log10_ic50_se=float(fits.se_log10_ic50[k]),
        hill=hill,
        effect_low=top if falls else bottom,
        effect_high=bottom if falls else top,
        residual_sd=float(fits.sd[k]),
        lowest=lowest,
        highest=highest,
    )


def _curve_hit(
    curve: CurveWells, fit: FittedCurve, flat: _FlatTest, plate: str, criteria: HitCriteria
) -> CurveHit:
    finite = np.isfinite(curve.effect)
    doses, group = np.unique(np.round(curve.log10_molar[finite], 9), return_inverse=True)
    means = np.bincount(group, curve.effect[finite]) / np.maximum(np.bincount(group), 1)
    largest = float(means.max()) if means.size else math.nan
    kind = curve_class(
        fit,
        discovered=(flat.q if math.isfinite(flat.q) else flat.p) <= criteria.fdr,
        median_effect=float(np.median(means)) if means.size else math.nan,
        min_effect_percent=criteria.min_effect_percent,
        largest_effect=largest,
        turns=flat.turn != 0,
    )
    by_other_means = kind == THROUGHOUT or (kind == NOT_MONOTONE and flat.turn > 0)
    is_called = math.isfinite(flat.q) and (by_other_means or flat.q <= criteria.fdr)
    ic50 = curve_ic50(
        fit,
        kind,
        criteria.confidence,
        subject=curve.compound,
        where=plate,
        largest_effect=largest,
    )
    no_effect = (NOT_FITTED, FLAT, INVERTED, NOT_DISTINGUISHED)
    return CurveHit(
        compound=curve.compound,
        plate=plate,
        log10_molar=doses,
        effect_percent=means,
        ic50=ic50,
        log10_ic50=fit.log10_ic50,
        hill=fit.hill,
        effect_low=fit.effect_low,
        effect_high=fit.effect_high,
        residual_sd=fit.residual_sd,
        f=flat.f,
        p=flat.p,
        q=flat.q,
        is_hit=is_called and kind not in no_effect and not (kind == NOT_MONOTONE and flat.turn < 0),
        kind=kind,
        description=describe_curve(fit, kind, ic50),
        status=fit.status,
    )


def _expected_effects(
    curves: Sequence[CurveWells], hits: Sequence[CurveHit], fits: Sequence[FittedCurve]
) -> dict[int, dict[str, float]]:
    """Effect that each well should have, by plate index and name of the well.

    Flat curves, and curves with three concentrations on their lower plateau, start at the median
    lower plateau of the plate: a row of the plate that reads high lifts a whole curve in it, and a
    plateau of the curve's own would hide that.
    """
    known = [_has_known_start(*one) for one in zip(curves, hits, fits, strict=True)]
    starts: dict[int, list[float]] = {}
    for curve, hit, is_known in zip(curves, hits, known, strict=True):
        if is_known:
            starts.setdefault(curve.plate, []).append(
                float(np.median(curve.effect)) if hit.kind == FLAT else hit.effect_low
            )
    expected: dict[int, dict[str, float]] = {}
    for curve, hit, fit, is_known in zip(curves, hits, fits, known, strict=True):
        if hit.kind == NOT_FITTED:
            continue
        start = float(np.median(starts[curve.plate])) if is_known else hit.effect_low
        rise: Floats | float = 0.0
        if hit.kind == NOT_MONOTONE:
            doses = np.searchsorted(hit.log10_molar, np.round(curve.log10_molar, 9))
            start = 0.0
            rise = hit.effect_percent[np.minimum(doses, hit.effect_percent.size - 1)]
        elif hit.kind == THROUGHOUT:
            start = float(np.median(curve.effect))
        elif hit.kind != FLAT:
            rise = (hit.effect_high - hit.effect_low) * fit.share(curve.log10_molar)
        effects = np.broadcast_to(start + rise, curve.effect.shape)
        expected.setdefault(curve.plate, {}).update(zip(curve.names, effects.tolist(), strict=True))
    return expected


def _has_known_start(curve: CurveWells, hit: CurveHit, fit: FittedCurve) -> bool:
    """Whether a curve shows its plateau at low concentrations."""
    if hit.kind in (FLAT, THROUGHOUT, NOT_FITTED, NOT_MONOTONE, NOT_DISTINGUISHED):
        return hit.kind == FLAT
    third = np.unique(curve.log10_molar)[2:3]
    return bool(fit.share(third)[0] < MAX_SHARE_AT_THIRD)

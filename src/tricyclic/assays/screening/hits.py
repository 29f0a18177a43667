"""From the wells of a screen to its hits: single concentrations by robust z, curves by a calibrated F, both at a false discovery rate.

A curve is also named by its class, each class with a rule that can be read; a potency that the concentrations do not reach
is a bound ("> 10 uM"), never a number.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from tricyclic.assays.pooling import pool_estimates
from tricyclic.assays.screening.plate_quality import MAD, PlateArrays
from tricyclic.core.estimate import Estimate, Relation
from tricyclic.core.format import figures
from tricyclic.core.plate import Well
from tricyclic.fitting.batch import null_f
from tricyclic.numerics.batch.fit import STATUS, BatchFits, fit_batch
from tricyclic.results.screening import CompoundPotency, CurveHit, WellHit
from tricyclic.stats.control_rules import upper_t

Floats = np.ndarray

CONCENTRATIONS_AT_LEAST = 4  # of one compound on one plate, to be a curve
PLATEAU = 0.2  # share of the span that the outermost concentration may be from the plateau
FULL_EFFECT = 80.0  # % of the control window
STEEP, SHALLOW = 3.0, 0.4
SIMULATIONS = 100_000
COMPOUNDS_FOR_SPREAD = 12
# A MAD of n normal readings is as sure as a standard deviation of this share of n degrees of freedom.
MAD_EFFICIENCY = 0.367
FLAT, INVERTED, NOT_FITTED = "flat", "inverted", "not fitted"
THROUGHOUT = "effect at every concentration"
HALF_EFFECT = 50.0  # % of the control window
START_LEFT = (
    0.05  # share of the span gone at the third concentration, where the start of a curve is known
)
UNFIT = {"too few points", "no finite readings", "infinite readings", "search not finished"}

# class -> its rule, in the order in which they are tried; the first that holds names the curve
CLASSES: dict[str, str] = {
    NOT_FITTED: "the readings cannot bear a curve; the status says why",
    THROUGHOUT: f"level, as for flat, but at {HALF_EFFECT:g} % of the control window or more: more potent than the lowest concentration, or interference; called on its size, not on F",
    FLAT: "F against a flat line is no discovery at the false discovery rate, or the fitted span is below the least effect of a hit",
    INVERTED: "the effect falls as the concentration rises",
    "open above": "the half-way point lies above the highest concentration, or its upper limit does not close",
    "open below": "the half-way point lies below the lowest concentration, or its lower limit does not close",
    "steep": f"the slope is above {STEEP:g}: aggregation, interference, or too few concentrations on the slope",
    "neither plateau": f"over {100 * PLATEAU:g} % of the span is missing at either end",
    "upper plateau missing": f"at the highest concentration the fitted curve is over {100 * PLATEAU:g} % of its span from its end",
    "lower plateau missing": f"at the lowest concentration the fitted curve is over {100 * PLATEAU:g} % of its span from its start",
    "shallow": f"the slope is below {SHALLOW:g}: several sites, or wells not at equilibrium",
    "partial effect, both plateaus": f"the fitted effect ends below {FULL_EFFECT:g} % of the control window",
    "full curve, both plateaus": "all that is left",
}


@dataclass(frozen=True)
class _Curve:
    """Readings of one compound on one plate."""

    compound: str
    plate: int
    names: tuple[str, ...]
    log10_molar: Floats
    effect: Floats


def tested_wells(wells: PlateArrays) -> list[tuple[Well, float]]:
    """Compound wells of a plate with their effect in percent, in row order."""
    used = [well for well in wells.plate.wells if well.used]
    return [(used[k], float(wells.activity[k])) for k in np.flatnonzero(wells.tested)]


def split(plates: Sequence[PlateArrays]) -> tuple[list[_Curve], list[list[tuple[Well, float]]]]:
    """Wells of each plate as curves, where a compound has four concentrations or more, and as single wells."""
    curves: list[_Curve] = []
    singles: list[list[tuple[Well, float]]] = []
    for number, wells in enumerate(plates):
        groups: dict[str, list[tuple[Well, float]]] = {}
        alone: list[tuple[Well, float]] = []
        for well, effect in tested_wells(wells):
            if well.compound and well.concentration_M > 0:
                groups.setdefault(well.compound, []).append((well, effect))
            else:
                alone.append((well, effect))
        for compound, members in groups.items():
            doses = [well.concentration_M for well, _ in members]
            if len(set(doses)) >= CONCENTRATIONS_AT_LEAST:
                curves.append(
                    _Curve(
                        compound,
                        number,
                        tuple(well.name for well, _ in members),
                        np.log10(doses),
                        np.array([effect for _, effect in members]),
                    )
                )
            else:
                alone += members
        singles.append(alone)
    return curves, singles


def single_hits(
    plates: Sequence[PlateArrays],
    singles: Sequence[Sequence[tuple[Well, float]]],
    *,
    callable_plates: Sequence[bool],
    fdr: float,
    effect_at_least: float,
) -> tuple[WellHit, ...]:
    """Call hits among wells at a single concentration.

    Parameters
    ----------
    plates, singles : sequences of equal length
        From `split`.
    callable_plates : sequence of bool
        False for plates that failed: their wells take no part.
    fdr : float
        False discovery rate of Benjamini and Hochberg.
    effect_at_least : float
        Percent of the control window.

    Notes
    -----
    z = (effect - median of the plate's compound wells) / (1.4826 MAD), one-sided in the direction of the low control. The spread
    itself is estimated, so p is from Student's t with 0.37 times as many degrees of freedom as wells (the efficiency of the
    MAD). Under 12 compound wells the high controls give middle and spread. Wells of one compound at one concentration are
    joined: z = sum / sqrt(n) [Stouffer].
    """
    groups: dict[tuple[str, float], list[tuple[str, str, float, float, float]]] = {}
    for wells, alone, good in zip(plates, singles, callable_plates, strict=True):
        if not alone or not good:
            continue
        middle, sd, n = _spread(wells, np.array([effect for _, effect in alone]))
        if not sd > 0:
            continue
        for well, effect in alone:
            name = well.compound or f"{wells.plate.name}:{well.name}"
            groups.setdefault((name, well.concentration_M), []).append(
                (wells.plate.name, well.name, effect, (effect - middle) / sd, MAD_EFFICIENCY * n)
            )
    if not groups:
        return ()
    keys = list(groups)
    count = np.array([len(groups[key]) for key in keys], float)
    z = np.array([sum(row[3] for row in groups[key]) for key in keys]) / np.sqrt(count)
    df = np.array([sum(row[4] for row in groups[key]) for key in keys])
    effect = np.array([sum(row[2] for row in groups[key]) for key in keys]) / count
    p = upper_t(z, df)
    q = adjusted(p)
    found = [
        WellHit(
            key[0],
            tuple(dict.fromkeys(row[0] for row in groups[key])),
            tuple(row[1] for row in groups[key]),
            key[1],
            float(effect[k]),
            float(z[k]),
            float(p[k]),
            float(q[k]),
            bool(q[k] <= fdr and effect[k] >= effect_at_least),
        )
        for k, key in enumerate(keys)
    ]
    return tuple(sorted(found, key=lambda hit: (not hit.hit, hit.p, hit.compound)))


def curve_hits(
    plates: Sequence[PlateArrays],
    curves: Sequence[_Curve],
    *,
    callable_plates: Sequence[bool],
    fdr: float,
    effect_at_least: float,
    rng: np.random.Generator,
    confidence: float = 0.95,
    simulations: int = SIMULATIONS,
) -> tuple[tuple[CurveHit, ...], dict[int, dict[str, float]]]:
    """Fit all curves, call those that are no flat line, and name the class of each.

    Parameters
    ----------
    plates, curves
        From `split`.
    rng : Generator
        For the calibration of F.
    simulations : int
        Flat curves that are fitted for each design.

    Returns
    -------
    tuple of CurveHit, mapping
        In the order given; and the fitted effect at each well, by index of plate and name of well.

    Notes
    -----
    F against a flat line does not follow the F distribution, since the half-way point means nothing where there is no curve
    [Davies 1987, doi:10.1093/biomet/74.1.33]; its chance is found from simulated flat curves of the same design (`null_f`).
    """
    if not curves:
        return (), {}
    most = max(curve.effect.size for curve in curves)
    x = np.full((len(curves), most), np.nan)
    y = np.full((len(curves), most), np.nan)
    for k, curve in enumerate(curves):
        x[k, : curve.effect.size], y[k, : curve.effect.size] = curve.log10_molar, curve.effect
    fits = fit_batch(x, y, limits=confidence)
    p = _calibrated(x, y, fits, rng, simulations)
    good = np.array([callable_plates[curve.plate] for curve in curves])
    judged = good & np.isfinite(p)
    q = np.full(p.size, math.nan)
    if judged.any():
        q[judged] = adjusted(p[judged])
    found: list[CurveHit] = []
    for k, curve in enumerate(curves):
        hit = _curve_hit(
            curve,
            plates[curve.plate].plate.name,
            fits,
            k,
            float(p[k]),
            float(q[k]),
            fdr,
            effect_at_least,
            confidence,
        )
        found.append(hit)
    return tuple(found), _expected(curves, found, fits)


def _expected(
    curves: Sequence[_Curve], found: Sequence[CurveHit], fits: BatchFits
) -> dict[int, dict[str, float]]:
    """Effect that each well should show, by plate and name of well.

    Flat curves, and curves that begin with three concentrations on their start, are counted from the median start of the plate: a
    row of the plate that reads high lifts the whole of a curve that lies in it, and free plateaus would take that up.
    """
    seen = [
        _start_seen(curve, hit, fits, k)
        for k, (curve, hit) in enumerate(zip(curves, found, strict=True))
    ]
    starts: dict[int, list[float]] = {}
    for curve, hit, known in zip(curves, found, seen, strict=True):
        if known:
            starts.setdefault(curve.plate, []).append(
                float(np.median(curve.effect)) if hit.kind == FLAT else hit.effect_low
            )
    expected: dict[int, dict[str, float]] = {}
    for k, (curve, hit) in enumerate(zip(curves, found, strict=True)):
        if hit.kind == NOT_FITTED:
            continue
        start = float(np.median(starts[curve.plate])) if seen[k] else hit.effect_low
        rise = (
            0.0
            if hit.kind == FLAT
            else (hit.effect_high - hit.effect_low) * _share(curve.log10_molar, fits, k)
        )
        if hit.kind == THROUGHOUT:
            start, rise = float(np.median(curve.effect)), 0.0
        fitted = np.broadcast_to(start + rise, curve.effect.shape)
        expected.setdefault(curve.plate, {}).update(zip(curve.names, fitted.tolist(), strict=True))
    return expected


def _start_seen(curve: _Curve, hit: CurveHit, fits: BatchFits, k: int) -> bool:
    if hit.kind in (FLAT, THROUGHOUT, NOT_FITTED):
        return hit.kind == FLAT
    return bool(_share(np.unique(curve.log10_molar)[2:3], fits, k)[0] < START_LEFT)


def pooled_potencies(curves: Sequence[CurveHit]) -> tuple[CompoundPotency, ...]:
    """One IC50 per compound over its plates, each plate a run, bounds carried as bounds."""
    by_compound: dict[str, list[CurveHit]] = {}
    for curve in curves:
        if math.isfinite(curve.ic50.value) and curve.kind != INVERTED:
            by_compound.setdefault(curve.compound, []).append(curve)
    return tuple(
        CompoundPotency(name, _pooled(members), len(members), sum(member.hit for member in members))
        for name, members in by_compound.items()
    )


def adjusted(p: Floats) -> Floats:
    """Smallest false discovery rate at which each p is a discovery, shape (n,) [Benjamini & Hochberg 1995]."""
    order = np.argsort(p, kind="stable")
    ranked = p[order] * p.size / np.arange(1, p.size + 1)
    out = np.empty(p.size)
    out[order] = np.minimum(np.minimum.accumulate(ranked[::-1])[::-1], 1.0)
    return out


def _pooled(members: Sequence[CurveHit]) -> Estimate:
    if len(members) == 1:
        return members[0].ic50
    return pool_estimates(
        [member.ic50 for member in members], runs=[member.plate for member in members]
    )


def _spread(wells: PlateArrays, effects: Floats) -> tuple[float, float, int]:
    pool = effects if effects.size >= COMPOUNDS_FOR_SPREAD else wells.activity[wells.high]
    if pool.size < 3:
        return math.nan, math.nan, 0
    middle = float(np.median(pool))
    if pool is effects:
        return middle, MAD * float(np.median(np.abs(pool - middle))), int(pool.size)
    # Few wells: their standard deviation is surer than a MAD, and its degrees of freedom are all there.
    return float(pool.mean()), float(pool.std(ddof=1)), int((pool.size - 1) / MAD_EFFICIENCY)


def _calibrated(
    x: Floats, y: Floats, fits: BatchFits, rng: np.random.Generator, simulations: int
) -> Floats:
    """Chance of an F as large on a flat line, by design: the doses with a reading, how often each."""
    present = np.where(np.isfinite(y), np.round(x, 6), np.nan)
    present = np.sort(present, axis=1)
    # F does not change where all doses are moved together.
    with np.errstate(invalid="ignore"):
        present = np.round(present - present[:, :1], 5)
    p = np.full(len(x), math.nan)
    fitted = np.isfinite(fits.f_flat)
    designs: dict[bytes, list[int]] = {}
    for k in np.flatnonzero(fitted):
        designs.setdefault(present[k].tobytes(), []).append(int(k))
    # With many designs (wells missing here and there) each gets fewer simulations, so that the work stays the same.
    each = max(2_000, simulations // max(1, len(designs) // 4))
    for members in designs.values():
        doses = present[members[0]]
        doses = doses[np.isfinite(doses)]
        null = null_f(doses - 6.0, rng=rng, simulations=each)
        p[members] = null.p(fits.f_flat[members])
    return p


def _share(log10_molar: Floats, fits: BatchFits, k: int) -> Floats:
    with np.errstate(over="ignore"):
        return np.asarray(
            1.0 / (1.0 + 10.0 ** (-fits.hill[k] * (log10_molar - fits.log10_ic50[k])))
        )


def _curve_hit(
    curve: _Curve,
    plate: str,
    fits: BatchFits,
    k: int,
    p: float,
    q: float,
    fdr: float,
    effect_at_least: float,
    confidence: float,
) -> CurveHit:
    status = STATUS[int(fits.status[k])]
    seen = np.isfinite(curve.effect)
    doses, place = np.unique(np.round(curve.log10_molar[seen], 9), return_inverse=True)
    means = np.bincount(place, curve.effect[seen]) / np.maximum(np.bincount(place), 1)
    lowest, highest = (float(doses[0]), float(doses[-1])) if doses.size else (math.nan, math.nan)
    start, end = float(fits.top[k]), float(fits.bottom[k])
    discovered = q <= fdr if math.isfinite(q) else p <= fdr
    kind = _class(fits, k, status, discovered, effect_at_least, lowest, highest)
    # F cannot tell a compound that works at every concentration from one that works at none; its level can.
    if kind == FLAT and float(np.median(means)) >= max(HALF_EFFECT, effect_at_least):
        kind = THROUGHOUT
    found = kind == THROUGHOUT or q <= fdr
    hit = bool(math.isfinite(q) and found and kind not in (NOT_FITTED, FLAT, INVERTED))
    ic50 = _potency(curve, plate, fits, k, kind, lowest, highest, confidence)
    return CurveHit(
        compound=curve.compound,
        plate=plate,
        log10_molar=doses,
        effect_percent=means,
        ic50=ic50,
        log10_ic50=float(fits.log10_ic50[k]),
        hill=float(fits.hill[k]),
        effect_low=start,
        effect_high=end,
        residual_sd=float(fits.sd[k]),
        f=float(fits.f_flat[k]),
        p=p,
        q=q,
        hit=hit,
        kind=kind,
        says=_says(kind, status, ic50, float(fits.hill[k]), highest, lowest),
        status=status,
    )


def _class(
    fits: BatchFits,
    k: int,
    status: str,
    discovered: bool,
    effect_at_least: float,
    lowest: float,
    highest: float,
) -> str:
    if status in UNFIT:
        return NOT_FITTED
    first, last = (float(v) for v in _share(np.array([lowest, highest]), fits, k))
    span = float(fits.bottom[k] - fits.top[k])
    # What the concentrations showed of the span, not what lies beyond them.
    if (
        status == "constant readings"
        or not discovered
        or not abs(span * (last - first)) >= effect_at_least
    ):
        return FLAT
    if span < 0:
        return INVERTED
    at, hill = float(fits.log10_ic50[k]), float(fits.hill[k])
    if at > highest or math.isinf(fits.log10_ic50_high[k]):
        return "open above"
    if at < lowest or math.isinf(fits.log10_ic50_low[k]):
        return "open below"
    if hill > STEEP:
        return "steep"
    if first > PLATEAU and last < 1.0 - PLATEAU:
        return "neither plateau"
    if last < 1.0 - PLATEAU:
        return "upper plateau missing"
    if first > PLATEAU:
        return "lower plateau missing"
    if hill < SHALLOW:
        return "shallow"
    return (
        "partial effect, both plateaus"
        if fits.bottom[k] < FULL_EFFECT
        else "full curve, both plateaus"
    )


def _potency(
    curve: _Curve,
    plate: str,
    fits: BatchFits,
    k: int,
    kind: str,
    lowest: float,
    highest: float,
    confidence: float,
) -> Estimate:
    """In nM; a bound where the half-way point lies outside the concentrations, or where there is no effect."""
    at = float(fits.log10_ic50[k])
    told = Estimate(
        "IC50",
        math.nan,
        "nM",
        confidence=confidence,
        subject=curve.compound,
        where=plate,
        method="4PL, profile likelihood",
    )
    if kind == NOT_FITTED:
        return told
    relation: Relation = (
        "<"
        if kind == THROUGHOUT
        else ">"
        if kind == FLAT or at > highest
        else "<"
        if at < lowest
        else "="
    )
    if relation != "=":
        bound = _nM(highest if relation == ">" else lowest)
        return replace(
            told,
            value=bound,
            relation=relation,
            low=bound if relation == ">" else 0.0,
            high=math.inf if relation == ">" else bound,
            method="outside the tested concentrations",
        )
    low, high = float(fits.log10_ic50_low[k]), float(fits.log10_ic50_high[k])
    return replace(
        told, value=_nM(at), low=_nM(low), high=_nM(high), log10_se=float(fits.se_log10_ic50[k])
    )


def _says(
    kind: str, status: str, ic50: Estimate, hill: float, highest: float, lowest: float
) -> str:
    if kind == NOT_FITTED:
        return f"{kind}: {status}"
    if kind in ("open above", "open below"):
        end = _molar(highest if kind == "open above" else lowest)
        return f"{kind} {end}" if ic50.relation != "=" else f"{kind}: that limit does not close"
    if kind in ("steep", "shallow"):
        return f"{kind}, slope {figures(hill, 2)}"
    return f"{kind}; steep, slope {figures(hill, 2)}" if hill > STEEP and kind != FLAT else kind


def _nM(log10_molar: float) -> float:
    if math.isnan(log10_molar):
        return math.nan
    exponent = log10_molar + 9.0
    return math.inf if exponent > 300 else 0.0 if exponent < -300 else float(10.0**exponent)


def _molar(log10_molar: float) -> str:
    value = 10.0**log10_molar
    for unit, factor in (("mM", 1e3), ("uM", 1e6), ("nM", 1e9), ("pM", 1e12)):
        if value * factor >= 0.9995 or unit == "pM":
            return f"{figures(value * factor)} {unit}"
    return f"{value:g} M"

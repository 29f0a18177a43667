"""From the residuals of a fitted plate to what the curve has not explained.

Rim, rows, columns and control wells are tried as one more term of the fitted curve, so that what a badly laid-out plate cannot
tell apart is not blamed on either. Several terms are tried, so each must be the rarer by chance (Holm); the strongest is
taken into the curve before the next is judged, so that one fault raises one remark.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from tricyclic.core.check import Check, Level
from tricyclic.core.curve_model import CurveModel
from tricyclic.core.estimate import Fit
from tricyclic.core.format import figures
from tricyclic.core.plate import Plate, well_position
from tricyclic.core.series import Series
from tricyclic.errors import InputError
from tricyclic.numerics.least_squares import jacobian
from tricyclic.stats.patterns import added_effect, few_runs_p

Floats = np.ndarray

FAMILY_LEVEL = 0.01  # chance that a clean plate raises any of the patterns
RUNS_LEVEL = 0.002
EFFECT_AT_LEAST = 5.0  # % of the net reading; smaller patterns are no matter
CONTROLS_WITHIN = 20.0  # %
SCATTER_AT_MOST = 15.0  # %
LEAN_ON_THE_CURVE = {"plateaus_against_controls", "bottom_against_controls", "column_drift"}
AGM = "Assay Guidance Manual, receptor binding assays"
HOUSE = "limit of the house"


@dataclass(frozen=True)
class Pattern:
    """One term that is tried: how a net reading changes per unit of its size, shape (n,), and what to do about it."""

    name: str
    says: str
    values: Floats
    limit: float
    advice: str
    source: str = HOUSE


def residual_checks(
    plate: Plate | None, series: tuple[Series, ...], fit: Fit, model: CurveModel
) -> list[Check]:
    """Patterns over the plate, controls against the curve, runs of signs and the scatter of replicates.

    Parameters
    ----------
    plate : Plate or None
        Without one, nothing is said of places.
    series : tuple of Series
        In the order of the fit's parts.
    fit : Fit
        That came out.
    model : CurveModel
        The fitted curve.
    """
    found, residuals = patterns(plate, series, fit, model)
    shape = runs(series, residuals)
    if any(check.level != "fine" for check in shape):
        # The curve itself does not follow: what only the curve could tell apart from a fault is no fault.
        found = [_withdrawn(check) if check.name in LEAN_ON_THE_CURVE else check for check in found]
    return [*found, *shape, *replicate_scatter(series, fit)]


def patterns(
    plate: Plate | None, series: tuple[Series, ...], fit: Fit, model: CurveModel
) -> tuple[list[Check], Floats]:
    """Edge, row and column patterns, and control wells that do not fit the curve; and the residuals less those found."""
    residuals = np.concatenate([part.residuals for part in fit.parts])
    sd = np.concatenate([part.sd for part in fit.parts])
    net = np.concatenate([part.expected for part in fit.parts]) - float(
        fit.values.get("background", 0.0)
    )
    slopes = _gradient(fit, model) / sd[:, None]
    slopes = slopes[:, np.isfinite(slopes).all(axis=0)]
    left = [*_places(plate, series, net), *_controls(series, net)]
    made: list[Check] = []
    family, taken = len(left), np.zeros((0, 0))
    while left:
        found = [(added_effect(residuals, slopes, p.values / sd), p) for p in left]
        found.sort(key=lambda pair: (math.isnan(pair[0].p), pair[0].p))
        effect, pattern = found[0]
        # Holm: the k-th smallest p is held against the level over what is still to be judged.
        if math.isnan(effect.p) or effect.p > FAMILY_LEVEL / len(left):
            made += [_told(p, e.size, e.se, e.p, family, judged=False) for e, p in found]
            break
        made.append(_told(pattern, effect.size, effect.se, effect.p, family, judged=True))
        slopes = np.column_stack([slopes, pattern.values / sd])
        left = [p for p in left if p is not pattern]
        taken = slopes
    rest = (
        residuals - taken @ np.linalg.lstsq(taken, residuals, rcond=None)[0]
        if taken.size
        else residuals
    )
    return made, np.asarray(rest)


def runs(series: tuple[Series, ...], residuals: Floats) -> list[Check]:
    """Runs of equal signs in the residuals, shape (n,) over all series, along the curve."""
    signs = []
    ends = np.cumsum([one.n for one in series])
    for one, own in zip(series, np.split(residuals, ends[:-1]), strict=True):
        # Wells of one setting are taken in the order of their names, not of the table.
        keys: list[np.ndarray] = [np.argsort(np.argsort(one.labels))] if one.labels else []
        keys += [
            one.x[name]
            for name in ("time_min", "competitor_M", "concentration_M", "radioligand_M", "specific")
            if name in one.x
        ]
        signs.append((own[np.lexsort(keys)] if keys else own) > 0)
    together = np.concatenate(signs)
    if together.size < 8:
        return []
    p = few_runs_p(together)
    many = 1 + int((together[1:] != together[:-1]).sum())
    low = p < RUNS_LEVEL
    return [
        Check(
            "residual_runs",
            "look" if low else "fine",
            f"the residuals change sign {many - 1} times over {together.size} readings along the curve (p = {figures(p, 2)})",
            value=p,
            limit=RUNS_LEVEL,
            source="Wald and Wolfowitz 1940",
            advice="The curve does not follow the readings: compare with a free slope or two sites"
            if low
            else "",
        )
    ]


def replicate_scatter(series: tuple[Series, ...], fit: Fit) -> list[Check]:
    """Scatter of wells with one content, counting error taken out where it is known, over their mean net reading."""
    background = float(fit.values.get("background", 0.0))
    squares = counted = levels = 0.0
    df = 0
    for one, part in zip(series, fit.parts, strict=True):
        index = one.replicate_index()
        for k in np.unique(index):
            same = index == k
            spare = int(same.sum()) - 1
            mean = float(one.y[same].mean())
            squares += float(((one.y[same] - mean) ** 2).sum())
            levels += spare * (float(part.expected[same].mean()) - background) ** 2
            if one.counting_slope is not None and one.counting_offset is not None:
                counted += spare * float(
                    (one.counting_slope[same] * mean + one.counting_offset[same]).mean()
                )
            df += spare
    if df < 3 or levels <= 0:
        return []
    cv = 100.0 * math.sqrt(max(squares - counted, 0.0) / levels)
    high = cv > SCATTER_AT_MOST
    beyond = ", counting taken out" if counted else ""
    return [
        Check(
            "replicate_scatter",
            "look" if high else "fine",
            f"replicate wells scatter by {figures(cv, 2)} % of their net reading{beyond}",
            value=cv,
            limit=SCATTER_AT_MOST,
            unit="%",
            source=HOUSE,
            advice="Look for wells that failed, and at pipetting and harvesting" if high else "",
        )
    ]


def _withdrawn(check: Check) -> Check:
    if check.level == "fine":
        return check
    says = f"{check.says}; not judged, as the curve does not follow the readings"
    return Check(
        check.name,
        "fine",
        says,
        check.where,
        check.value,
        check.limit,
        check.unit,
        "",
        check.source,
    )


def _told(
    pattern: Pattern, size: float, se: float, p: float, family: int, *, judged: bool
) -> Check:
    if math.isnan(p):
        return Check(
            pattern.name,
            "fine",
            f"{pattern.says} cannot be told from the curve on this layout",
            source=pattern.source,
        )
    percent = 100.0 * size
    level: Level = "look" if judged and abs(percent) > pattern.limit else "fine"
    chance = f"p = {figures(p, 2)}" if p >= 1e-4 else "p < 0.0001"
    chance += ", no more than chance" if not judged else ""
    return Check(
        pattern.name,
        level,
        f"{pattern.says} differ by {percent:+.2g} % (standard error {figures(100.0 * se, 2)} %, {chance}, {family} patterns tried)",
        value=percent,
        limit=pattern.limit,
        unit="%",
        advice=pattern.advice if level == "look" else "",
        source=pattern.source,
    )


def _places(plate: Plate | None, series: tuple[Series, ...], net: Floats) -> list[Pattern]:
    positions = _positions(series) if plate is not None else None
    if plate is None or positions is None:
        return []
    row, column = positions[:, 0], positions[:, 1]
    rows, columns = plate.shape
    rim = ((row == 0) | (column == 0) | (row == rows - 1) | (column == columns - 1)).astype(float)
    found = []
    if 0 < rim.sum() < rim.size:
        found.append(
            Pattern(
                "edge_effect",
                "wells at the rim of the plate",
                rim * net,
                EFFECT_AT_LEAST,
                "Seal the plate or leave the rim empty; spread the controls over the plate",
            )
        )
    for name, place, many in (("row_drift", row, rows), ("column_drift", column, columns)):
        if np.unique(place).size > 2:
            which = name.split("_")[0]
            tied = (
                f"; each dose has its own {which} here, so a curve of another shape looks the same"
                if _tied(series, place)
                else ""
            )
            found.append(
                Pattern(
                    name,
                    f"wells from the first to the last {which}",
                    (place / (many - 1) - 0.5) * net,
                    EFFECT_AT_LEAST,
                    f"Look at the pipette, harvester or temperature along the {which}s{tied}",
                )
            )
    return found


def _tied(series: tuple[Series, ...], place: Floats) -> bool:
    """Whether all wells with one dose of competitor share their place."""
    start = 0
    for one in series:
        own, start = place[start : start + one.n], start + one.n
        dose = one.x.get("competitor_M", np.zeros(one.n))
        if any(np.ptp(own[dose == level]) > 0 for level in np.unique(dose[dose > 0])):
            return False
    return True


def _controls(series: tuple[Series, ...], net: Floats) -> list[Pattern]:
    """Control wells as a share of their own level, where competition wells say where the plateaus are."""
    cold = np.concatenate([s.x.get("competitor_M", np.zeros(s.n)) for s in series])
    specific = np.concatenate([s.x.get("specific", np.ones(s.n)) for s in series])
    if not (cold > 0).any():
        return []
    advice = "Give the controls the same membranes, solvent and place in the pipetting order as the curve"
    found = []
    totals, blanks = (cold == 0) & (specific > 0), specific <= 0
    if totals.any():
        found.append(
            Pattern(
                "plateaus_against_controls",
                "total wells and the upper plateau of the curve",
                totals * net,
                CONTROLS_WITHIN,
                advice,
                AGM,
            )
        )
    if blanks.any() and totals.any():
        span = float(net[totals].mean() - net[blanks].mean())
        found.append(
            Pattern(
                "bottom_against_controls",
                "non-specific wells and the lower plateau of the curve, as a share of the span,",
                blanks * span,
                CONTROLS_WITHIN,
                "See that the NSB drug and the compound both displace all specific binding",
                AGM,
            )
        )
    return found


def _gradient(fit: Fit, model: CurveModel) -> Floats:
    """d expected / d free parameter over all parts, shape (n, free)."""
    position = {parameter.name: i for i, parameter in enumerate(fit.free)}
    best = np.array([parameter.value for parameter in fit.free])

    def expected(vectors: Floats) -> Floats:
        rows = []
        for part in fit.parts:
            columns = {
                c.name: part.series.x[c.name]
                if c.name in part.series.x
                else np.full(part.series.n, float(c.default or 0.0))
                for c in model.columns
            }
            values: dict[str, Floats | float] = {}
            for parameter in model.parameters:
                name = part.names.get(parameter.name, parameter.name)
                values[parameter.name] = (
                    vectors[:, position[name], None] if name in position else fit.values[name]
                )
            rows.append(
                np.broadcast_to(model.curve(**columns, **values), (len(vectors), part.series.n))
            )
        return np.concatenate(rows, axis=1)

    with np.errstate(all="ignore"):
        return jacobian(expected, best, np.maximum(np.abs(best), 1e-3))


def _positions(series: tuple[Series, ...]) -> np.ndarray | None:
    """Row and column of each reading, shape (n, 2), from labels that end in a well; None where some do not."""
    labels = [label for one in series for label in (one.labels or [""] * one.n)]
    try:
        return np.array([well_position(label.rsplit(" ", 1)[-1]) for label in labels])
    except InputError:
        return None

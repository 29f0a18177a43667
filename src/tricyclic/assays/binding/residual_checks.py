"""Checks of the residuals of a fitted plate for patterns that the curve does not explain.

Edge, rows, columns and control wells are each tested as an additional term of the fitted curve, so
that effects which the layout cannot separate from the curve are not attributed to either. Holm's
correction is used for the number of terms. The strongest term enters the curve before the next is
tested, so that one fault gives one warning.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, replace

import numpy as np

from tricyclic.assays.binding.check_limits import AGM, DEFAULT
from tricyclic.core.check import Check, Level
from tricyclic.core.curve_model import CurveModel
from tricyclic.core.estimate import Fit
from tricyclic.core.format import format_number, format_p
from tricyclic.core.plate import Plate, well_position
from tricyclic.core.series import Series
from tricyclic.errors import InputError
from tricyclic.fitting.replicates import without_scatter
from tricyclic.numerics.batch.verdict import RUNS_LEVEL
from tricyclic.numerics.least_squares import jacobian
from tricyclic.stats.patterns import PatternEffect, added_effect, few_runs_p

Floats = np.ndarray

# Probability that a plate without faults raises any of the patterns.
FAMILY_LEVEL = 0.01
# Effects [% of the net reading] below these are of no consequence.
MIN_EFFECT = 5.0
CONTROL_TOLERANCE = 20.0
# Scatter of replicates [% of the net reading].
MAX_SCATTER = 15.0
# A drift of this size [% from the first to the last row or column] should not go unseen. It is seen
# in eight of ten plates from 3.9 standard errors on: 3.1 for the level of Holm's first step among
# five patterns, 0.84 for the power.
MAX_UNSEEN_DRIFT = 20.0
SEEN_ERRORS = 3.9
# Patterns that only a correct curve can separate from a fault.
DEPEND_ON_THE_CURVE = {"plateaus_against_controls", "bottom_against_controls", "column_drift"}


@dataclass(frozen=True)
class ResidualPattern:
    """One pattern: change of a net reading per unit of its size, shape (n,), and what to do about
    it.
    """

    name: str
    description: str
    values: Floats
    limit: float
    advice: str
    source: str = DEFAULT
    along_doses: bool = False


def residual_checks(
    plate: Plate | None, series: tuple[Series, ...], fit: Fit, model: CurveModel
) -> list[Check]:
    """Patterns over the plate, controls against the curve, runs of signs and the scatter of
    replicates.

    Parameters
    ----------
    plate : Plate or None
        Without one, positions are not checked.
    series : tuple of Series
        In the order of the parts of the fit.
    fit : Fit
        A fit that converged.
    model : CurveModel
        The fitted curve model.
    """
    if without_scatter(fit):
        # Residuals of readings exactly on their curve are errors of computing.
        return []
    checks, residuals = patterns(plate, series, fit, model)
    shape = runs(series, residuals)
    if any(check.level != "pass" for check in shape):
        # The curve has another shape than the readings, so patterns that depend on its shape are
        # not evidence of a fault.
        checks = [
            _withdrawn(check) if check.name in DEPEND_ON_THE_CURVE else check for check in checks
        ]
    return [*checks, *shape, *replicate_scatter(series, fit)]


def patterns(
    plate: Plate | None, series: tuple[Series, ...], fit: Fit, model: CurveModel
) -> tuple[list[Check], Floats]:
    """Edge, row and column patterns, and control wells that do not fit the curve; and the residuals
    without the significant ones.
    """
    residuals = np.concatenate([part.residuals for part in fit.parts])
    sd = np.concatenate([part.sd for part in fit.parts])
    net = np.concatenate([part.expected for part in fit.parts]) - float(
        fit.values.get("background", 0.0)
    )
    slopes = _gradient(fit, model) / sd[:, None]
    slopes = slopes[:, np.isfinite(slopes).all(axis=0)]
    untested = [*_positional_patterns(plate, series, net), *_control_patterns(series, net)]
    checks = [
        _resolution_check(pattern, added_effect(residuals, slopes, pattern.values / sd))
        for pattern in untested
        if pattern.along_doses
    ]
    family, significant = len(untested), np.zeros((0, 0))
    while untested:
        effects = [(added_effect(residuals, slopes, p.values / sd), p) for p in untested]
        effects.sort(key=lambda pair: (math.isnan(pair[0].p), pair[0].p))
        effect, pattern = effects[0]
        # Holm: the k-th smallest p is compared with the level over the number of tests that remain.
        if math.isnan(effect.p) or effect.p > FAMILY_LEVEL / len(untested):
            checks += [_pattern_check(p, e, family, significant=False) for e, p in effects]
            break
        checks.append(_pattern_check(pattern, effect, family, significant=True))
        slopes = np.column_stack([slopes, pattern.values / sd])
        untested = [p for p in untested if p is not pattern]
        significant = slopes
    if not significant.size:
        return checks, residuals
    coefficients = np.linalg.lstsq(significant, residuals, rcond=None)[0]
    return checks, np.asarray(residuals - significant @ coefficients)


def runs(series: tuple[Series, ...], residuals: Floats) -> list[Check]:
    """Runs of equal signs in the residuals, shape (n,) over all series, along the curve."""
    signs = []
    ends = np.cumsum([one.n for one in series])
    for one, own in zip(series, np.split(residuals, ends[:-1]), strict=True):
        # Wells of one setting are ordered by their names, not by the table.
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
            "warn" if low else "pass",
            f"the residuals change sign {many - 1} times over {together.size} readings along the "
            f"curve (p = {format_number(p, 2)})",
            value=p,
            limit=RUNS_LEVEL,
            source="Wald and Wolfowitz 1940",
            advice="The curve does not follow the readings: compare with a free slope or two sites"
            if low
            else "",
        )
    ]


def replicate_scatter(series: tuple[Series, ...], fit: Fit) -> list[Check]:
    """Scatter of wells with equal contents over their mean net reading, without the counting error
    where it is known.
    """
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
    high = cv > MAX_SCATTER
    beyond = ", without the counting error" if counted else ""
    return [
        Check(
            "replicate_scatter",
            "warn" if high else "pass",
            f"replicate wells scatter by {format_number(cv, 2)} % of their net reading{beyond}",
            value=cv,
            limit=MAX_SCATTER,
            unit="%",
            source=DEFAULT,
            advice="Check for failed wells, and check pipetting and harvesting" if high else "",
        )
    ]


def _withdrawn(check: Check) -> Check:
    if check.level == "pass":
        return check
    message = f"{check.message}; not evaluated, because the curve does not follow the readings"
    return replace(check, level="pass", message=message, advice="")


def _pattern_check(
    pattern: ResidualPattern, effect: PatternEffect, family: int, *, significant: bool
) -> Check:
    if math.isnan(effect.p):
        return Check(
            pattern.name,
            "pass",
            f"{pattern.description} cannot be separated from the curve on this layout",
            source=pattern.source,
        )
    percent = 100.0 * effect.size
    level: Level = "warn" if significant and abs(percent) > pattern.limit else "pass"
    chance = format_p(effect.p, below="<")
    chance += "" if significant else ", not significant"
    return Check(
        pattern.name,
        level,
        f"{pattern.description} differ by {percent:+.2g} % "
        f"(standard error {format_number(100.0 * effect.se, 2)} %, {chance}, "
        f"{family} patterns tested)",
        value=percent,
        limit=pattern.limit,
        unit="%",
        advice=pattern.advice if level == "warn" else "",
        source=pattern.source,
    )


def _resolution_check(pattern: ResidualPattern, effect: PatternEffect) -> Check:
    """Whether a drift along the doses would be seen beside the curve that it looks like."""
    which = pattern.name.split("_")[0]
    smallest = math.inf if math.isnan(effect.se) else 100.0 * SEEN_ERRORS * effect.se
    blind = smallest > MAX_UNSEEN_DRIFT
    could = "could not" if blind else "would"
    return Check(
        "drift_resolution",
        "warn" if blind else "pass",
        f"each dose has its own {which}, and a drift of {MAX_UNSEEN_DRIFT:g} % along the {which}s "
        f"{could} be distinguished from another curve",
        value=None if math.isinf(smallest) else smallest,
        limit=MAX_UNSEEN_DRIFT,
        unit="%",
        advice="Scatter the doses over the plate: the option scattered of study new and binding "
        "design writes such a layout"
        if blind
        else "",
        source=DEFAULT,
    )


def _positional_patterns(
    plate: Plate | None, series: tuple[Series, ...], net: Floats
) -> list[ResidualPattern]:
    positions = _positions(series) if plate is not None else None
    if plate is None or positions is None:
        return []
    row, column = positions[:, 0], positions[:, 1]
    rows, columns = plate.shape
    rim = ((row == 0) | (column == 0) | (row == rows - 1) | (column == columns - 1)).astype(float)
    tested = []
    if 0 < rim.sum() < rim.size:
        tested.append(
            ResidualPattern(
                "edge_effect",
                "wells at the edge of the plate",
                rim * net,
                MIN_EFFECT,
                "Seal the plate or leave the edge empty; spread the controls over the plate",
            )
        )
    for name, place, many in (("row_drift", row, rows), ("column_drift", column, columns)):
        if np.unique(place).size > 2:
            which = name.split("_")[0]
            along_doses = _tied(series, place)
            tied = (
                f"; each dose has its own {which} here, so another curve shape would look the same"
                if along_doses
                else ""
            )
            tested.append(
                ResidualPattern(
                    name,
                    f"wells from the first to the last {which}",
                    (place / (many - 1) - 0.5) * net,
                    MIN_EFFECT,
                    f"Check pipette, harvester and temperature along the {which}s{tied}",
                    along_doses=along_doses,
                )
            )
    return tested


def _tied(series: tuple[Series, ...], place: Floats) -> bool:
    """Whether all wells of one dose share their row or column, of several doses.

    The dose is that of the competitor, of the radioligand where none competes, or the time.
    """
    doses = [_varied(one) for one in series]
    if all(np.unique(dose[dose > 0]).size < 2 for dose in doses):
        return False
    start = 0
    for one, dose in zip(series, doses, strict=True):
        own, start = place[start : start + one.n], start + one.n
        if any(np.ptp(own[dose == level]) > 0 for level in np.unique(dose[dose > 0])):
            return False
    return True


def _varied(series: Series) -> Floats:
    """The setting that was varied most: competitor, radioligand or time; zeros where none was."""
    columns = [series.x.get(name) for name in ("competitor_M", "radioligand_M", "time_min")]
    levels = [0 if c is None else np.unique(c[c > 0]).size for c in columns]
    chosen = columns[int(np.argmax(levels))]
    return np.zeros(series.n) if chosen is None else np.asarray(chosen)


def _control_patterns(series: tuple[Series, ...], net: Floats) -> list[ResidualPattern]:
    """Control wells as a share of their level, where competition wells determine the plateaus."""
    cold = np.concatenate([s.x.get("competitor_M", np.zeros(s.n)) for s in series])
    specific = np.concatenate([s.x.get("specific", np.ones(s.n)) for s in series])
    if not (cold > 0).any():
        return []
    advice = "Use the same membranes, solvent and pipetting order for the controls as for the curve"
    tested = []
    totals, blanks = (cold == 0) & (specific > 0), specific <= 0
    if totals.any():
        tested.append(
            ResidualPattern(
                "plateaus_against_controls",
                "total wells and the upper plateau of the curve",
                totals * net,
                CONTROL_TOLERANCE,
                advice,
                AGM,
            )
        )
    if blanks.any() and totals.any():
        span = float(net[totals].mean() - net[blanks].mean())
        tested.append(
            ResidualPattern(
                "bottom_against_controls",
                "non-specific wells and the lower plateau of the curve, as a share of the span,",
                blanks * span,
                CONTROL_TOLERANCE,
                "Make sure that the NSB drug and the compound both displace all specific binding",
                AGM,
            )
        )
    return tested


def _gradient(fit: Fit, model: CurveModel) -> Floats:
    """Derivative of the expected readings in each free parameter, shape (n, free)."""
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
    """Row and column of each reading, shape (n, 2), if all labels end in a well name, else None."""
    labels = [label for one in series for label in (one.labels or [""] * one.n)]
    try:
        return np.array([well_position(label.rsplit(" ", 1)[-1]) for label in labels])
    except InputError:
        return None

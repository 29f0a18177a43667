"""Fitted curves as text: a single curve in full, several as a table."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Sequence
from dataclasses import replace

from tricyclic.core.estimate import (
    NAMES_OF_CONCENTRATIONS,
    FittedParameter,
    dose_name,
    format_parameters,
    format_range,
    natural_dose,
    unit_of_parameter,
)
from tricyclic.core.format import (
    align_columns,
    format_confidence_interval,
    format_number,
    format_p,
    format_quantity,
    pluralize,
    wrap_line,
)
from tricyclic.fitting.curve_estimates import estimate_of
from tricyclic.fitting.curve_fits import CurveFitResult
from tricyclic.fitting.curve_predictions import Prediction
from tricyclic.fitting.curve_tables import axis_name, checks_of, is_log_dose, printable
from tricyclic.fitting.effective_dose import EffectiveDose
from tricyclic.fitting.fitted_curve import GroupFit
from tricyclic.reports.text.checks import check_lines
from tricyclic.reports.text.unused import unused_lines
from tricyclic.results.curves import CurveComparisonResult, FitComparison

# Curves that are listed one by one; of more, the first of them and the number by status.
MAX_LISTED = 40


def curve_fit_text(result: CurveFitResult) -> str:
    """Parameters with their intervals, then the checks; of several curves one line for each."""
    lines = _one_curve(result) if len(result) == 1 else _several(result)
    lines += _queries(result)
    lines += [wrap_line(f"  read as   {part}") for part in result.read_as]
    return "\n".join([*lines, *unused_lines(result.unused)])


def curve_comparison_text(result: CurveComparisonResult) -> str:
    """One line for each comparison."""
    shared = f"   shared: {', '.join(result.shared)}" if result.shared else ""
    head = f"{result.curve}   {pluralize(len(result.curves), 'curve')}{shared}"
    return "\n".join([head, *_comparison_lines(result)])


def fit_comparison_text(result: FitComparison) -> str:
    """The finding as a sentence."""
    return f"{result.name}: {result.statement}"


def _one_curve(result: CurveFitResult) -> list[str]:
    fit, (curve,) = result.fit, result.curves
    status = curve.status or fit.message
    label = f"{curve.label}   " if curve.key else ""
    head = (
        f"{label}{result.curve}   {result.description}   {curve.part.series.n} readings   {status}"
    )
    own = fit if len(fit.parts) == 1 else replace(fit, parameters=curve.parameters)
    return [head, *format_parameters(own, result.settings.ec_name), *check_lines(fit.checks)]


def _several(result: CurveFitResult) -> list[str]:
    readings = sum(curve.part.series.n for curve in result.curves)
    head = (
        f"{result.curve}   {result.description}   {pluralize(len(result), 'curve')}   "
        f"{readings:,} readings"
    )
    listed = result.curves[:MAX_LISTED]
    rows = [_heads(result), *(_row(result, curve) for curve in listed)]
    lines = [head, *align_columns(rows)]
    if len(result) > MAX_LISTED:
        lines.append(f"  … and {len(result) - MAX_LISTED:,} more in the table of the result")
        counts = Counter(curve.status for curve in result.curves)
        width = max(map(len, counts))
        lines += [
            f"  {word:<{width}}  {count:>9,}  {100 * count / len(result):5.1f} %"
            for word, count in sorted(counts.items(), key=lambda item: (-item[1], item[0]))
        ]
        return lines
    if result.joint is not None:
        lines += _shared_lines(result)
    return lines + check_lines(checks_of(result))


def _own(result: CurveFitResult) -> list[FittedParameter]:
    """Parameters of the table: what the model is fitted for, then those that are fitted."""
    model = result.curves[0].part.model
    names = {p.name: p for curve in result.curves for p in curve.parameters if not p.fixed}
    first = [names[model.target]] if model.target in names else []
    return [*first, *(p for name, p in names.items() if name != model.target)]


def _heads(result: CurveFitResult) -> list[str]:
    heads = [", ".join(result.by) or "curve"]
    confidence = f"{100 * result.settings.confidence:g} % CI"
    for one in _own(result):
        short = one.name.removeprefix("log10_")
        if is_log_dose(one):
            name = dose_name(NAMES_OF_CONCENTRATIONS.get(short, short), result.settings.ec_name)
            heads += [f"{name} ({natural_dose(one).unit})"]
            heads += [confidence] if one is _own(result)[0] else []
        else:
            unit = unit_of_parameter(one.unit, result.curves[0].part.series.y_unit)
            heads.append(f"{one.name} ({unit})" if unit else one.name)
    return [*heads, "n", "status"]


def _row(result: CurveFitResult, curve: GroupFit) -> list[str]:
    cells = [curve.label]
    own = {one.name: one for one in curve.parameters}
    for k, one in enumerate(_own(result)):
        entry = own.get(one.name)
        if entry is None:
            cells += ["", ""] if k == 0 and is_log_dose(one) else [""]
        elif is_log_dose(one) and k == 0:
            cells += [_potency(curve, entry), _limits(entry)]
        elif is_log_dose(one):
            cells.append(format_number(natural_dose(entry).value if entry.determined else math.nan))
        else:
            cells.append(format_number(entry.estimate))
    return [*cells, str(curve.part.series.n), curve.status]


def _potency(curve: GroupFit, entry: FittedParameter) -> str:
    if entry.name == curve.part.model.target:
        return printable(curve)
    return format_number(natural_dose(entry).value if entry.determined else math.nan)


def _limits(one: FittedParameter) -> str:
    if math.isnan(one.low) or not one.determined:
        return ""
    dose = natural_dose(one)
    if math.isinf(one.low) and math.isinf(one.high):
        return "unbounded"
    if math.isinf(one.high):
        return f"> {format_number(dose.low)}"
    if math.isinf(one.low):
        return f"< {format_number(dose.high)}"
    return format_range(dose.low, dose.high)


def _shared_lines(result: CurveFitResult) -> list[str]:
    if result.joint is None or not result.shared:
        return []
    rows = []
    for name in result.shared:
        one = result.joint[result.curves[0].part.name_of(name)]
        unit = unit_of_parameter(one.unit, result.curves[0].part.series.y_unit)
        value = format_quantity(one.value, unit, 4)
        interval = format_confidence_interval(one.low, one.high, result.settings.confidence)
        rows.append((name, value, interval))
    lines = ["  shared by all curves", *align_columns(rows, indent="    ")]
    if result.limits_method == "first order":
        lines.append("  limits of first order, from standard errors")
    return lines


def _queries(result: CurveFitResult) -> list[str]:
    queries = result.queries
    lines: list[str] = []
    if queries.effective:
        lines += ["", *_effective_lines(result, queries.effective)]
    if queries.predictions:
        lines += ["", *_prediction_lines(result, queries.predictions)]
    if queries.comparison is not None:
        lines += ["", *_comparison_lines(queries.comparison)]
    return lines


def _effective_lines(
    result: CurveFitResult, rows: Sequence[tuple[GroupFit, EffectiveDose]]
) -> list[str]:
    confidence = result.settings.confidence
    cells = []
    for curve, dose in rows:
        one = estimate_of(curve, dose, confidence, result.settings.ec_name)
        value = "not reached" if math.isnan(one.value) else format_quantity(one.value, one.unit)
        interval = format_confidence_interval(one.low, one.high, confidence)
        label = [curve.label] if curve.key else []
        cells.append([*label, one.name, value.strip(), interval, one.method])
    return ["effective doses", *align_columns(cells)]


def _prediction_lines(result: CurveFitResult, rows: Sequence[Prediction]) -> list[str]:
    confidence = f"{100 * result.settings.confidence:g} % CI"
    named = [*([", ".join(result.by)] if result.by else []), axis_name(result, result.x_unit)]
    has_band = rows[0].low is not None
    if has_band:
        confidence = (
            f"{100 * result.settings.confidence:g} % prediction interval"
            if result.queries.band == "prediction"
            else confidence
        )
    cells = [[*named, "expected", *([confidence] if has_band else [])]]
    for one in rows:
        for k, x in enumerate(one.x):
            row = [*([one.curve.label] if result.by else []), format_number(float(x))]
            row.append(format_number(float(one.expected[k]), 4))
            if one.low is not None and one.high is not None:
                row.append(format_range(float(one.low[k]), float(one.high[k])))
            cells.append(row)
    return ["predictions", *align_columns(cells)]


def _comparison_lines(result: CurveComparisonResult) -> list[str]:
    rows = [("comparison", "test", "p", "preferred", "AICc favours", "evidence ratio")]
    for one in result.comparisons:
        degrees = ", ".join(f"{number:g}" for number in one.df)
        symbol = "F" if len(one.df) > 1 else "likelihood ratio"
        p = format_p(one.p, below="<").removeprefix("p ").removeprefix("= ")
        ratio = (
            ""
            if math.isnan(one.evidence_ratio)
            else "> 1 million"
            if one.evidence_ratio > 1e6
            else format_number(one.evidence_ratio, 2)
        )
        test = f"{symbol}({degrees}) = {format_number(one.statistic)}"
        rows.append((one.name, test, p, one.preferred, one.preferred_by_aicc, ratio))
    warned = [check for check in result.checks if check.level != "pass"]
    return ["comparison of curves", *align_columns(rows), *check_lines(warned)]

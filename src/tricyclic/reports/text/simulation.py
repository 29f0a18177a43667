"""A simulation as text: doses, key numbers of observables, occupancies, exposures, comparison with
measured data.
"""

from __future__ import annotations

import math
from collections.abc import Sequence

from tricyclic.core.format import align_columns, format_duration, format_number, wrap_line
from tricyclic.results.simulation import (
    CourseComparison,
    ExposureSummary,
    Interval,
    ObservableSummary,
    PotencyShift,
    SimulationResult,
)

# Occupancies below this are not listed.
MIN_PERCENT = 0.05
# Most significant figures of the limits of a band.
MAX_DIGITS = 6
NO_BAND = "(no band)"
# In the units of the library, nothing real is below this; a user's own file may count moles.
NOISE = 1e-12


def simulation_text(result: SimulationResult) -> str:
    """The key numbers in aligned columns, with their bands."""
    header = (
        result.scenario,
        result.species,
        _time(result, result.horizon_h),
    )
    lines = [f"{result.title}   {', '.join(part for part in header if part)}"]
    lines += [f"  {dosing.description}" for dosing in result.dosing] or ["  no drug"]
    lines += [f"  {name} = {value:.6g}" for name, value in result.values.items()]
    lines += [f"  {_runs(result)}"]
    lines += _observables(result) + _occupancies(result) + _exposures(result)
    for comparison in result.comparisons:
        lines += _comparison(comparison, result)
    if NO_BAND in "\n".join(lines):
        lines += [wrap_line(f"  no band: {reason}") for reason in _no_band_reasons(result)]
    lines += [wrap_line(f"  warn   {remark}") for remark in result.remarks]
    return "\n".join(lines)


def format_with_band(
    interval: Interval, unit: str = "", digits: int = 3, *, noise: float = NOISE
) -> str:
    """A number, its unit and, in brackets, its band; "-" where there is none. Numbers below
    `noise` are 0.
    """
    if math.isnan(interval.value):
        return "-"
    text = " ".join(part for part in (_number(interval.value, digits, noise), unit) if part)
    if math.isnan(interval.low):
        return f"{text} {NO_BAND}" if interval.no_band else text
    low, high = _number(interval.low, digits, noise), _number(interval.high, digits, noise)
    # A narrow band is shown with the digits in which its limits differ.
    while low == high and interval.low != interval.high and digits < MAX_DIGITS:
        digits += 1
        low, high = _number(interval.low, digits, noise), _number(interval.high, digits, noise)
    return f"{text} ({low} to {high})"


def format_concentration(exposure: ExposureSummary, name: str) -> str:
    """A concentration in nM and, where the molar mass is known, in ng/mL."""
    interval = exposure.numbers[name]
    text = format_with_band(interval, "nM")
    if math.isnan(exposure.molar_mass) or math.isnan(interval.value):
        return text
    return f"{text}, {_number(interval.value * exposure.molar_mass * 1e-3)} ng/mL"


def _no_band_reasons(result: SimulationResult) -> tuple[str, ...]:
    """Why numbers have no band although an ensemble was run, each reason once."""
    intervals = [
        *(one for row in result.observables for one in (row.peak, row.end)),
        *(one for row in result.occupancies for one in (row.peak, row.end)),
        *(one for row in result.exposures for one in row.numbers.values()),
    ]
    return tuple(dict.fromkeys(one.no_band for one in intervals if one.no_band))


def _runs(result: SimulationResult) -> str:
    if result.ensemble_size > 1:
        return (
            f"{result.ensemble_size} parameter sets of the ensemble {result.ensemble}; "
            f"in brackets the {100 * result.coverage:g} % band"
        )
    owner = "library" if result.species else "file"
    return f"one run with the values of the {owner}, no band"


def _time(result: SimulationResult, time: float) -> str:
    """A time of a simulation; a plain number where its unit is not declared."""
    return format_duration(time) if result.time_unit else f"{time:.4g}"


def _number(value: float, digits: int = 3, noise: float = NOISE) -> str:
    return "0" if abs(value) < noise else format_number(value, digits)


def _observables(result: SimulationResult) -> list[str]:
    changed = [row for row in result.observables if not row.unchanged]
    unchanged = [row.name for row in result.observables if row.unchanged]
    lines: list[str] = []
    if changed:
        head = (
            "",
            "baseline",
            "peak change",
            "at",
            "% of baseline",
            "at the end",
            "% of baseline",
        )
        lines += ["", *align_columns([head, *(_observable(row, result) for row in changed)])]
    if unchanged:
        names = ", ".join(unchanged)
        lines += ["", wrap_line(f"  within 0.1 % of baseline: {names}")]
    return lines


def _observable(row: ObservableSummary, result: SimulationResult) -> tuple[str, ...]:
    percent, end_percent = row.peak_percent_of_baseline, row.end_percent_of_baseline
    relative = not math.isnan(percent.value)
    # The band is written once: with the percentages where there are any.
    peak, end = (
        (Interval(row.peak.value), Interval(row.end.value)) if relative else (row.peak, row.end)
    )
    noise = NOISE if result.species else 0.0
    lowest = " min" if row.peak_is_minimum else ""
    return (
        row.name,
        format_with_band(row.baseline, row.unit, noise=noise),
        f"{format_with_band(peak, row.unit, noise=noise)}{lowest}",
        _time(result, row.t_peak_h),
        format_with_band(percent) if relative else "",
        format_with_band(end, row.unit, noise=noise),
        format_with_band(end_percent) if relative else "",
    )


def _occupancies(result: SimulationResult) -> list[str]:
    shown = [row for row in result.occupancies if row.peak.value >= MIN_PERCENT]
    if not shown:
        # Else the answer to a question about occupancies alone would be empty.
        occupancies_alone = bool(result.dosing) and not result.observables
        names = ", ".join(row.name for row in result.occupancies) if occupancies_alone else ""
        return ["", wrap_line(f"  occupancy below {MIN_PERCENT} %: {names}")] if names else []
    rows = [("occupancy", "peak", "at", "at the end", "Ki in vivo / published Ki")]
    rows += [
        (
            row.name,
            format_with_band(row.peak, "%"),
            _time(result, row.t_peak_h),
            format_with_band(row.end if row.end.value >= MIN_PERCENT else Interval(0.0), "%"),
            _potency_shift(row.potency_shift),
        )
        for row in shown
    ]
    return ["", *align_columns(_without_empty_columns(rows))]


def _potency_shift(shift: PotencyShift | None) -> str:
    """The factor and where it comes from: "4 (assumed)"."""
    if shift is None:
        return ""
    basis = "calibrated" if shift.basis.startswith("ensemble ") else shift.basis
    return f"{shift.factor.value:.3g}, {basis}"


def _exposures(result: SimulationResult) -> list[str]:
    if not result.exposures:
        return []
    head = ("exposure", "Cmax", "tmax after the dose", "Cavg", "AUC", "half-life", "accumulation")
    rows: list[tuple[str, ...]] = [head]
    for row in result.exposures:
        repeated = _has(row, "cmax_last") and _is_repeated(row)
        rows.append(
            (
                f"{row.drug}, {row.compartment}",
                format_concentration(row, "cmax_last" if repeated else "cmax"),
                _tmax(row),
                format_with_band(row.numbers["cavg_last"], "nM"),
                _auc(row),
                _half_life(row),
                format_with_band(row.numbers["accumulation"]),
            )
        )
    return ["", *align_columns(_without_empty_columns(rows))]


def _has(row: ExposureSummary, name: str) -> bool:
    return not math.isnan(row.numbers[name].value)


def _is_repeated(row: ExposureSummary) -> bool:
    return _has(row, "tau_h")


def _tmax(row: ExposureSummary) -> str:
    """Time from dose to peak; a pump has a plateau instead."""
    is_pump = _has(row, "cavg_last") and not _is_repeated(row)
    return "-" if is_pump else format_duration(row.numbers["tmax_last_h"].value)


def _half_life(row: ExposureSummary) -> str:
    """The half-life, and the time it was read from where that is short."""
    half_life, terminal_h = row.numbers["half_life_h"], row.numbers["terminal_h"].value
    text = format_with_band(half_life, "h")
    short = terminal_h < 2 * half_life.value
    return f"{text}, seen over {format_duration(terminal_h)}" if short else text


def _auc(row: ExposureSummary) -> str:
    numbers = row.numbers
    if _has(row, "auc_tau_last"):
        tau = format_duration(numbers["tau_h"].value)
        return f"{format_with_band(numbers['auc_tau_last'], 'nM h')}, last {tau}"
    if _has(row, "auc_inf"):
        beyond = numbers["extrapolated"].value
        note = f", {100 * beyond:.0f} % extrapolated" if beyond >= 0.05 else ""
        return f"{format_with_band(numbers['auc_inf'], 'nM h')} to infinity{note}"
    return f"{format_with_band(numbers['auc_last'], 'nM h')} so far"


def _comparison(comparison: CourseComparison, result: SimulationResult) -> list[str]:
    rows: list[tuple[str, ...]] = [
        (
            comparison.name,
            f"measured, {comparison.unit}",
            "simulated",
            "simulated/measured",
            "standard errors",
            "in the band",
        )
    ]
    for point in comparison.points:
        error = "" if math.isnan(point.error) else f" ± {_number(point.error)}"
        rows.append(
            (
                _time(result, point.time_h),
                _number(point.measured) + error,
                format_with_band(Interval(point.simulated, point.low, point.high)),
                format_with_band(Interval(point.ratio)),
                "-" if math.isnan(point.errors) else f"{point.errors:+.1f}",
                "-" if math.isnan(point.low) else ("yes" if point.inside else "no"),
            )
        )
    summary = [
        text
        for number, text in (
            (
                comparison.fold,
                f"readings and simulation differ {format_number(comparison.fold)}-fold on average",
            ),
            (
                comparison.rms_errors,
                f"{format_number(comparison.rms_errors, 2)} standard errors (root mean square)",
            ),
            (
                comparison.share_inside,
                f"{100 * comparison.share_inside:.0f} % of readings in the band",
            ),
        )
        if not math.isnan(number)
    ]
    lines = ["", *align_columns(_without_empty_columns(rows))]
    return lines + ([f"  {', '.join(summary)}"] if summary else [])


def _without_empty_columns(rows: Sequence[Sequence[str]]) -> list[list[str]]:
    """The columns that have a value below their head."""
    kept = [k for k in range(len(rows[0])) if any(row[k] not in ("", "-") for row in rows[1:])]
    return [[row[k] for k in kept] for row in rows]

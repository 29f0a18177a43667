"""A simulation on a terminal: who got what, where each quantity went, occupancies, exposures, misfit."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import TYPE_CHECKING

from tricyclic.core.format import figures
from tricyclic.jobs._simulated import Exposed, Key, Simulated, Span

if TYPE_CHECKING:
    from tricyclic.jobs._simulate_compare import Compared

DAYS_FROM_H = 72.0
LEAST_PERCENT = 0.05


def text_of(found: Simulated) -> str:
    """The key numbers, aligned, with their bands."""
    if found.members > 1:
        who = f"{found.members} members of the ensemble {found.ensemble}; in brackets {100 * found.share:g} % of them"
    else:
        who = f"one run at the {'library' if found.species else 'file'}'s values, no band"
    about = ", ".join(
        part for part in (found.scenario, found.species, _time(found, found.horizon_h)) if part
    )
    lines = [f"{found.title}   {about}"]
    lines += [f"  {regimen.says}" for regimen in found.regimens] or ["  no drug"]
    lines += [f"  {name} = {value:.6g}" for name, value in found.values.items()]
    lines += [f"  {who}"]
    lines += _keys(found) + _occupancies(found) + _exposures(found)
    for compared in found.compared:
        lines += _compared(compared, found)
    lines += [f"  look   {remark}" for remark in found.remarks]
    return "\n".join(lines)


def duration(time_h: float) -> str:
    """A time as people say it: "45 min", "12.5 h", "13 d", "13 d 4.5 h"."""
    if time_h < 1:
        return f"{60 * time_h:.3g} min" if time_h else "0 h"
    if time_h < DAYS_FROM_H:
        return f"{time_h:.3g} h"
    days, rest = divmod(round(time_h, 1), 24)
    return f"{days:.0f} d" + (f" {rest:.3g} h" if rest else "")


def _time(found: Simulated, time: float) -> str:
    """A time of a simulation; a bare number where its unit is not declared."""
    return duration(time) if found.time_unit else f"{time:.4g}"


def aligned(rows: Sequence[Sequence[str]], *, indent: str = "  ") -> list[str]:
    """Rows of cells in columns of equal width, three blanks between."""
    widths = [max(len(row[k]) for row in rows) for k in range(len(rows[0]))]
    return [
        (
            indent + "   ".join(f"{cell:<{width}}" for cell, width in zip(row, widths, strict=True))
        ).rstrip()
        for row in rows
    ]


def told(span: Span, unit: str = "", digits: int = 3) -> str:
    """A number, its unit and, in brackets, its band."""
    if math.isnan(span.value):
        return "-"
    says = " ".join(part for part in (_plain(span.value, digits), unit) if part)
    return (
        says
        if math.isnan(span.low)
        else f"{says} ({_plain(span.low, digits)} to {_plain(span.high, digits)})"
    )


def _plain(value: float, digits: int = 3) -> str:
    return "0" if abs(value) < 1e-12 else figures(value, digits)


def _keys(found: Simulated) -> list[str]:
    moved = [key for key in found.keys if not key.unchanged]
    still = [key.name for key in found.keys if key.unchanged]
    lines: list[str] = []
    if moved:
        rows = [("", "rest", "farthest from rest", "at", "% of rest", "at the end", "% of rest")]
        lines += ["", *aligned([rows[0], *(_key_row(key, found) for key in moved)])]
    if still:
        lines += ["", f"  within 0.1 % of rest: {', '.join(still)}"]
    return lines


def _key_row(key: Key, found: Simulated) -> tuple[str, ...]:
    relative = not math.isnan(key.percent.value)
    # The band is told once: of the percentages where there are any.
    extreme, end = (
        (Span(key.extreme.value), Span(key.end.value)) if relative else (key.extreme, key.end)
    )
    return (
        key.name,
        told(key.rest, key.unit),
        f"{told(extreme, key.unit)}{' low' if key.lowest else ''}",
        _time(found, key.extreme_h),
        told(key.percent) if relative else "",
        told(end, key.unit),
        told(key.percent_end) if relative else "",
    )


def _occupancies(found: Simulated) -> list[str]:
    held = [one for one in found.occupancies if one.highest.value >= LEAST_PERCENT]
    if not held:
        return []
    rows = [("occupancy", "highest", "at", "at the end")]
    rows += [
        (one.name, told(one.highest, "%"), _time(found, one.highest_h), told(_above(one.end), "%"))
        for one in held
    ]
    return ["", *aligned(rows)]


def _above(span: Span) -> Span:
    return span if span.value >= LEAST_PERCENT else Span(0.0)


def _exposures(found: Simulated) -> list[str]:
    if not found.exposures:
        return []
    rows = [("exposure", "Cmax", "tmax after the dose", "Cavg", "AUC", "half-life", "accumulation")]
    for one in found.exposures:
        rows.append(
            (
                f"{one.drug}, {one.place}",
                with_mass(
                    one, "cmax_last" if _is_told(one, "cmax_last") and _is_repeated(one) else "cmax"
                ),
                _tmax(one),
                told(one.numbers["cavg_last"], "nM"),
                _auc(one),
                _half_life(one),
                told(one.numbers["accumulation"]),
            )
        )
    return ["", *aligned(_without_empty(rows))]


def _is_told(one: Exposed, name: str) -> bool:
    return not math.isnan(one.numbers[name].value)


def _is_repeated(one: Exposed) -> bool:
    return _is_told(one, "tau_h")


def _tmax(one: Exposed) -> str:
    """Time from dose to peak; a pump has a plateau instead."""
    is_pump = _is_told(one, "cavg_last") and not _is_repeated(one)
    return "-" if is_pump else duration(one.numbers["tmax_last_h"].value)


def _half_life(one: Exposed) -> str:
    """The half-life, and on how long a stretch it rests where that is short."""
    half, stretch = one.numbers["half_life_h"], one.numbers["terminal_h"].value
    says = told(half, "h")
    return f"{says}, seen over {duration(stretch)}" if stretch < 2 * half.value else says


def with_mass(one: Exposed, name: str) -> str:
    """A concentration in nM and, where the molar mass is known, in ng/mL."""
    span = one.numbers[name]
    says = told(span, "nM")
    if math.isnan(one.molar_mass) or math.isnan(span.value):
        return says
    return f"{says}, {_plain(span.value * one.molar_mass * 1e-3)} ng/mL"


def _auc(one: Exposed) -> str:
    numbers = one.numbers
    if not math.isnan(numbers["auc_tau_last"].value):
        return f"{told(numbers['auc_tau_last'], 'nM h')}, last {duration(numbers['tau_h'].value)}"
    if not math.isnan(numbers["auc_inf"].value):
        beyond = numbers["extrapolated"].value
        note = f", {100 * beyond:.0f} % extrapolated" if beyond >= 0.05 else ""
        return f"{told(numbers['auc_inf'], 'nM h')} to infinity{note}"
    return f"{told(numbers['auc_last'], 'nM h')} so far"


def _compared(compared: Compared, found: Simulated) -> list[str]:
    head = (
        compared.name,
        f"measured, {compared.unit}",
        "simulated",
        "simulated/measured",
        "errors away",
        "in the band",
    )
    rows: list[tuple[str, ...]] = [head]
    for point in compared.points:
        error = "" if math.isnan(point.error) else f" ± {_plain(point.error)}"
        away = "-" if math.isnan(point.errors) else f"{point.errors:+.1f}"
        inside = "-" if math.isnan(point.low) else ("yes" if point.inside else "no")
        band = told(Span(point.simulated, point.low, point.high))
        rows.append(
            (
                _time(found, point.time_h),
                _plain(point.measured) + error,
                band,
                told(Span(point.ratio)),
                away,
                inside,
            )
        )
    sums = [
        says
        for number, says in (
            (
                compared.fold,
                f"readings and simulation differ {figures(compared.fold)}-fold on average",
            ),
            (compared.rms_errors, f"{figures(compared.rms_errors, 2)} errors (root mean square)"),
            (compared.share_inside, f"{100 * compared.share_inside:.0f} % of readings in the band"),
        )
        if not math.isnan(number)
    ]
    return ["", *aligned(_without_empty(rows)), *([f"  {', '.join(sums)}"] if sums else [])]


def _without_empty(rows: Sequence[Sequence[str]]) -> list[list[str]]:
    """The columns that say something below their head."""
    kept = [k for k in range(len(rows[0])) if any(row[k] not in ("", "-") for row in rows[1:])]
    return [[row[k] for k in kept] for row in rows]

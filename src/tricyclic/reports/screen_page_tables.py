"""The tables of hits and potencies of a screen's page."""

from __future__ import annotations

import math
from typing import Any

from tricyclic.core.estimate import Estimate, format_interval
from tricyclic.core.format import format_number, list_names
from tricyclic.reports.layout import clean
from tricyclic.results.screening import ScreeningResult, WellHit

MAX_ROWS = 1_000
MAX_NAMES = 3
DASH = "\u2013"


def hit_tables(screen: ScreeningResult) -> list[dict[str, Any]]:
    """Tables as the template takes them: anchor, title, note, columns, rows."""
    tables = []
    if screen.wells:
        tables.append(_well_table(screen))
    if waiting := _waiting(screen):
        tables.append(_confirm_table(waiting))
    if screen.potencies:
        tables.append(_potency_table(screen))
    return tables


def short_number(value: float) -> str:
    """A number for a narrow cell; a dash if there is none."""
    if not math.isfinite(value):
        return DASH
    return format_number(value, 2 if abs(value) < 100 else 3)


def _well_table(screen: ScreeningResult) -> dict[str, Any]:
    hits = [hit for hit in screen.wells if hit.is_hit]
    cut = f" The {MAX_ROWS} with the lowest p are shown." if len(hits) > MAX_ROWS else ""
    return {
        "anchor": "well-hits",
        "title": "Hits at one concentration",
        "note": f"{len(hits)} of {len(screen.wells)} compounds; z is over the compound wells of "
        "the plate, q the smallest false discovery rate at which each is a discovery."
        f"{cut} All compounds are in wells.csv.",
        "columns": (
            ("compound", False),
            ("plates", False),
            ("wells", False),
            ("concentration", False),
            ("effect %", True),
            ("z", True),
            ("p", True),
            ("q", True),
        ),
        "rows": [_well_row(hit) for hit in hits[:MAX_ROWS]],
    }


def _well_row(hit: WellHit) -> tuple[str, ...]:
    concentration = "not stated"
    if hit.concentration_M:
        concentration = clean(f"{format_number(hit.concentration_M * 1e6)} uM")
    return (
        clean(hit.compound),
        clean(list_names(hit.plates, MAX_NAMES)),
        list_names(hit.wells, MAX_NAMES),
        concentration,
        short_number(hit.effect_percent),
        short_number(hit.z),
        _p_value(hit.p),
        _p_value(hit.q),
    )


def _waiting(screen: ScreeningResult) -> list[tuple[str, ...]]:
    """Compounds that are not called without confirmation, those with a curve last."""
    wells = [(*_well_row(hit)[:-2], hit.remark) for hit in screen.wells if hit.to_confirm]
    curves = [
        (
            clean(curve.compound),
            clean(curve.plate),
            "curve",
            DASH,
            short_number(float(curve.effect_percent.max())),
            DASH,
            curve.remark,
        )
        for curve in screen.curves
        if curve.to_confirm
    ]
    return [*wells, *curves]


def _confirm_table(rows: list[tuple[str, ...]]) -> dict[str, Any]:
    cut = f" The first {MAX_ROWS} are shown." if len(rows) > MAX_ROWS else ""
    return {
        "anchor": "to-confirm",
        "title": "Effects to confirm",
        "note": f"{len(rows)} compounds have an effect in wells that a fault explains as well, and "
        f"are not called: measure them again, in other wells.{cut}",
        "columns": (
            ("compound", False),
            ("plates", False),
            ("wells", False),
            ("concentration", False),
            ("effect %", True),
            ("z", True),
            ("why", False),
        ),
        "rows": [(*row[:-1], clean(row[-1])) for row in rows[:MAX_ROWS]],
    }


def _potency_table(screen: ScreeningResult) -> dict[str, Any]:
    active = sorted(
        (potency for potency in screen.potencies if potency.hits),
        key=lambda potency: (potency.ic50.qualifier == ">", potency.ic50.value),
    )
    cut = f" The {MAX_ROWS} most potent are shown." if len(active) > MAX_ROWS else ""
    confidence = screen.potencies[0].ic50.confidence
    return {
        "anchor": "potencies",
        "title": "Potencies",
        "note": f"{len(active)} of {len(screen.potencies)} compounds with a curve that is a hit; "
        f"each plate is a run, and a bound stays a bound.{cut} All are in potencies.csv.",
        "columns": (
            ("compound", False),
            ("IC50 nM", True),
            (f"{100 * confidence:g} % CI", False),
            ("plates", True),
            ("curves that are hits", True),
        ),
        "rows": [
            (
                clean(potency.compound),
                _with_qualifier(potency.ic50),
                format_interval(potency.ic50),
                str(potency.curves),
                str(potency.hits),
            )
            for potency in active[:MAX_ROWS]
        ],
    }


def _with_qualifier(estimate: Estimate) -> str:
    sign = "" if estimate.qualifier == "=" else f"{estimate.qualifier} "
    return f"{sign}{format_number(estimate.value)}"


def _p_value(value: float) -> str:
    if not math.isfinite(value):
        return DASH
    return f"{value:.1e}" if value < 1e-3 else format_number(value, 2)

"""Tables of unknowns from a standard curve."""

from __future__ import annotations

from typing import Any

from tricyclic.io.frames import Columns
from tricyclic.reports.text.standard_curve import concentration_text
from tricyclic.results.standard_curve import InterpolationResult


def interpolation_frames(result: InterpolationResult) -> dict[str, Columns]:
    """One row for each sample and dilution; "standards"; "parameters" of the curve."""
    unit = f"_{_column_unit(result.unit)}" if result.unit else ""
    reading = "reading" if result.y_unit == "unknown" else f"reading_{_column_unit(result.y_unit)}"
    samples, levels = result.samples, result.standards
    table: dict[str, Any] = {
        "sample": [one.sample for one in samples],
        "kind": [one.kind for one in samples],
        "dilution": [one.dilution for one in samples],
        "n": [one.n for one in samples],
        reading: [one.reading for one in samples],
        "reading_cv_percent": [one.reading_cv_percent for one in samples],
        f"concentration{unit}": [one.concentration for one in samples],
        f"low{unit}": [one.low for one in samples],
        f"high{unit}": [one.high for one in samples],
        "cv_percent": [one.cv_percent for one in samples],
        "status": [one.status for one in samples],
        "printed": [concentration_text(one) for one in samples],
        f"nominal{unit}": [one.nominal for one in samples],
        "recovery_percent": [one.recovery_percent for one in samples],
    }
    standards: dict[str, Any] = {
        f"concentration{unit}": [one.concentration for one in levels],
        "n": [one.n for one in levels],
        reading: [one.reading for one in levels],
        "reading_cv_percent": [one.reading_cv_percent for one in levels],
        f"back_calculated{unit}": [one.back_calculated for one in levels],
        "recovery_percent": [one.recovery_percent for one in levels],
        "cv_percent": [one.cv_percent for one in levels],
        "accepted": [one.accepted for one in levels],
        "n_beyond": [one.n_beyond for one in levels],
    }
    parameters = result.fit.parameters
    names = ("name", "unit", "value", "se", "low", "high", "fixed", "description")
    columns = {name: [getattr(one, name) for one in parameters] for name in names}
    return {
        "samples": table,
        "standards": standards,
        "parameters": {"parameter": columns.pop("name"), **columns},
    }


def _column_unit(unit: str) -> str:
    return unit.replace("/", "_per_").replace(" ", "_").replace("%", "percent")

"""Fitted curves as plain data; their plots are made of the same numbers and left out."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from tricyclic.core.estimate import Fit
from tricyclic.core.serialize import to_jsonable
from tricyclic.fitting.curve_fits import CurveFitResult
from tricyclic.fitting.curve_tables import checks_of
from tricyclic.io.frames import Columns
from tricyclic.reports.frames.curves import curve_fit_frames
from tricyclic.results.curves import BatchFitResult


def batch_fit_json(result: BatchFitResult) -> dict[str, Any]:
    """The summary, and the fits where no file was written; readings are left out."""
    document: dict[str, Any] = to_jsonable(replace(result, first=None))
    document.pop("first")
    return document


def curve_fit_json(result: CurveFitResult) -> dict[str, Any]:
    """Curve model and fit, with readings, fitted values and covariance; no value where it is not
    determined. Several curves are rows, as in the tables of the result.
    """
    document: dict[str, Any] = {"curve": result.curve, "description": result.description}
    frames = curve_fit_frames(result)
    if len(result) == 1 and not result.by:
        document["fit"] = _fit(result.fit)
    else:
        document |= {
            "by": list(result.by),
            "shared": list(result.shared),
            "confidence": result.settings.confidence,
            "curves": rows_of(frames["curves"]),
            "parameters": rows_of(frames["parameters"]),
            "checks": to_jsonable(checks_of(result)),
        }
    if result.settings.ec_name:
        document["ec_name"] = result.settings.ec_name
    for name in ("effective_doses", "predictions", "comparison"):
        if name in frames:
            document[name] = rows_of(frames[name])
    return {**document, "unused": list(result.unused)}


def rows_of(columns: Columns) -> list[dict[str, Any]]:
    """Columns as one object for each row."""
    return [
        {name: to_jsonable(_plain(cell)) for name, cell in zip(columns, row, strict=True)}
        for row in zip(*columns.values(), strict=True)
    ]


def _plain(cell: Any) -> Any:
    return cell.item() if hasattr(cell, "item") else cell


def _fit(fit: Fit) -> Any:
    return to_jsonable(
        replace(fit, parameters=tuple(replace(p, value=p.estimate) for p in fit.parameters))
    )

"""A curve fit as plain data; its plot is made of the same numbers and left out."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from tricyclic.core.serialize import to_jsonable
from tricyclic.results.curves import BatchFitResult, CurveFitResult


def batch_fit_json(result: BatchFitResult) -> dict[str, Any]:
    """The summary, and the fits where no file was written; readings are left out."""
    document: dict[str, Any] = to_jsonable(replace(result, first=None))
    document.pop("first")
    return document


def curve_fit_json(result: CurveFitResult) -> dict[str, Any]:
    """Curve model and fit, with readings, fitted values and covariance; no value where it is not
    determined."""
    fit = replace(
        result.fit,
        parameters=tuple(replace(p, value=p.estimate) for p in result.fit.parameters),
    )
    return {
        "curve": result.curve,
        "description": result.description,
        "fit": to_jsonable(fit),
        "unused": list(result.unused),
    }

"""A curve fit as plain data; its plot is made of the same numbers and left out."""

from __future__ import annotations

from typing import Any

from tricyclic.core.serialize import to_jsonable
from tricyclic.results.curves import CurveFitResult


def curve_fit_json(result: CurveFitResult) -> dict[str, Any]:
    """Curve model and fit, with readings, fitted values and covariance."""
    return {
        "curve": result.curve,
        "description": result.description,
        "fit": to_jsonable(result.fit),
        "unused": list(result.unused),
    }

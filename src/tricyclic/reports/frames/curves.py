"""Tables of fits and of the curve models."""

from __future__ import annotations

from tricyclic.io.frames import Columns
from tricyclic.results.curves import CurveModelsResult


def curve_models_frames(result: CurveModelsResult) -> dict[str, Columns]:
    """One row for each curve model; "parameters": one for each of its parameters."""
    parameters = [(curve.name, *row) for curve in result.curves for row in curve.parameters]
    return {
        "models": {
            "model": [curve.name for curve in result.curves],
            "description": [curve.description for curve in result.curves],
            "equation": [curve.equation for curve in result.curves],
            "target": [curve.target for curve in result.curves],
            "columns": [", ".join(name for name, _ in curve.columns) for curve in result.curves],
        },
        "parameters": {
            name: [row[k] for row in parameters]
            for k, name in enumerate(("model", "parameter", "unit", "description", "is_fixed"))
        },
    }

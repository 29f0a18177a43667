"""Tables of fits and of the curve models."""

from __future__ import annotations

from tricyclic.io.curves.fits import read_fits
from tricyclic.io.frames import Columns
from tricyclic.results.curves import BatchFitResult, CurveModelsResult


def batch_fit_frames(result: BatchFitResult) -> dict[str, Columns]:
    """One row for each curve, read again from the file of the fits where one was written;
    "plates": one for each plate.
    """
    plates = result.plates
    frames: dict[str, Columns] = {
        "curves": read_fits(result.out) if result.table is None else result.table
    }
    if plates:
        frames["plates"] = {
            "plate": [plate.plate for plate in plates],
            "curves": [plate.curves for plate in plates],
            "fitted": [plate.fitted for plate in plates],
            "median_residual_sd": [plate.median_residual_sd for plate in plates],
            "median_top": [plate.median_top for plate in plates],
            "median_bottom": [plate.median_bottom for plate in plates],
            "flags": [", ".join(plate.flags) for plate in plates],
        }
    return frames


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

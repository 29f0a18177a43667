"""Tables of fits and of the curve models."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping

from tricyclic.fitting.curve_fits import CurveFitResult
from tricyclic.fitting.curve_tables import (
    comparison_columns,
    curve_columns_of,
    effective_columns,
    parameter_columns,
    prediction_columns,
    reading_columns,
)
from tricyclic.io.curves.fits import read_fits
from tricyclic.io.frames import Columns
from tricyclic.results.curves import (
    BatchFitResult,
    CurveComparisonResult,
    CurveModelsResult,
    FitComparison,
)


class LazyFrames(Mapping[str, Columns]):
    """Tables by name, each made when it is read: those of readings need the fitted values of
    thousands of curves.
    """

    def __init__(self, makers: Mapping[str, Callable[[], Columns]]) -> None:
        self._makers = dict(makers)

    def __getitem__(self, name: str) -> Columns:
        return self._makers[name]()

    def __contains__(self, name: object) -> bool:
        return name in self._makers

    def __iter__(self) -> Iterator[str]:
        return iter(self._makers)

    def __len__(self) -> int:
        return len(self._makers)


def curve_fit_frames(result: CurveFitResult) -> Mapping[str, Columns]:
    """One row for each curve; "parameters", "readings", and what was computed from the fit."""
    queries = result.queries
    frames: dict[str, Callable[[], Columns]] = {
        "curves": lambda: curve_columns_of(result),
        "parameters": lambda: parameter_columns(result.by, result.curves),
        "readings": lambda: reading_columns(result),
    }
    if queries.effective:
        frames["effective_doses"] = lambda: effective_columns(result.by, queries.effective)
    if queries.predictions:
        frames["predictions"] = lambda: prediction_columns(
            result, queries.predictions, result.x_unit
        )
    if queries.comparison is not None:
        comparison = queries.comparison
        frames["comparison"] = lambda: comparison_columns(comparison.comparisons)
    return LazyFrames(frames)


def curve_comparison_frames(result: CurveComparisonResult) -> dict[str, Columns]:
    """One row for each comparison."""
    return {"comparison": comparison_columns(result.comparisons)}


def fit_comparison_frames(result: FitComparison) -> dict[str, Columns]:
    """One row."""
    return {"comparison": comparison_columns([result])}


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

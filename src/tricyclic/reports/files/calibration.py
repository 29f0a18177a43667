"""A calibration as files: the ensemble for a library, tables of misfit and information, figures.

A validation as files: a table of predictions and observations, and a figure.
"""

from __future__ import annotations

from collections.abc import Mapping

from tricyclic.core.document import Figure
from tricyclic.core.serialize import to_jsonable
from tricyclic.io.write_tables import Columns, csv_bytes
from tricyclic.plotting.identifiability import identifiability_figure, information_figure
from tricyclic.plotting.misfit import misfit_figure
from tricyclic.reports.files.ensemble import ensemble_files
from tricyclic.reports.json import document, encode
from tricyclic.reports.text.calibration import calibration_text, validation_text
from tricyclic.results.calibration import CalibrationResult
from tricyclic.results.validation import ValidationResult

# Significant figures of the tables of information, and of observations.
INFORMATION_DIGITS, MISFIT_DIGITS = 4, 6


def calibration_files(result: CalibrationResult) -> dict[str, bytes]:
    """Name of each file and its bytes; the same calibration gives the same bytes."""
    ensemble = result.ensemble
    name = ensemble.name
    information = _by_parameter(result.information_shares)
    widening = _by_parameter(result.widening_without)
    files = {
        **ensemble_files(ensemble),
        f"{name}-misfit.csv": csv_bytes(misfit_columns(result), digits=MISFIT_DIGITS),
        f"{name}-information.csv": csv_bytes(information, digits=INFORMATION_DIGITS),
        f"{name}-widening.csv": csv_bytes(widening, digits=INFORMATION_DIGITS),
        f"{name}-result.json": encode(document("model-calibrate", {"result": to_jsonable(result)})),
        f"{name}-summary.txt": (calibration_text(result) + "\n").encode("utf-8"),
    }
    figures = (
        misfit_figure(
            result.observations,
            ensemble.misfit,
            name=f"{name}-misfit",
            title="Predicted and observed",
        ),
        identifiability_figure(
            ensemble,
            name=f"{name}-identifiability",
            title="Parameters before and after calibration",
        ),
        information_figure(
            result.information_shares,
            name=f"{name}-information",
            title="Information of each observation about each parameter",
        ),
    )
    return files | _figure_files(*figures)


def validation_files(result: ValidationResult) -> dict[str, bytes]:
    """Name of each file and its bytes."""
    name = f"{result.scenario}-validation" if result.scenario else "validation"
    figure = misfit_figure(
        result.observations,
        result.predictions,
        name=name,
        title="Experiments that no calibration used",
    )
    return {
        f"{name}.csv": csv_bytes(validation_columns(result), digits=MISFIT_DIGITS),
        f"{name}.json": encode(document("model-validate", {"result": to_jsonable(result)})),
        f"{name}.txt": (validation_text(result) + "\n").encode("utf-8"),
        **_figure_files(figure),
    }


def misfit_columns(result: CalibrationResult) -> Columns:
    """Observations beside the predictions of the ensemble, one row each."""
    rows, misfit = result.observations, result.ensemble.misfit
    return {
        "id": [row.id for row in rows],
        "topic": [row.topic for row in rows],
        "description": [row.description for row in rows],
        "qualifier": [row.qualifier for row in rows],
        "value": [row.value for row in rows],
        "low": [row.low for row in rows],
        "high": [row.high for row in rows],
        "sd_log": [row.sd_log for row in rows],
        "unit": [row.unit for row in rows],
        "fitted": [_yes_no(row.fitted) for row in rows],
        "conflicts_with": ["; ".join(row.conflicts_with) for row in rows],
        "best": [row.best for row in misfit],
        "median": [row.median for row in misfit],
        "p5": [row.low for row in misfit],
        "p95": [row.high for row in misfit],
        "distance": [row.distance for row in misfit],
        "share": [row.share for row in misfit],
        "source": [row.source for row in rows],
        "note": [row.note for row in rows],
    }


def validation_columns(result: ValidationResult) -> Columns:
    """Experiments beside their predictions, one row each."""
    rows, predictions = result.observations, result.predictions
    return {
        "id": [row.id for row in rows],
        "scenario": [row.scenario for row in rows],
        "topic": [row.topic for row in rows],
        "description": [row.description for row in rows],
        "dosing": [row.dosing for row in rows],
        "reference": [row.reference for row in rows],
        "quantity": [row.quantity for row in rows],
        "measure": [row.measure for row in rows],
        "qualifier": [row.qualifier for row in rows],
        "value": [row.value for row in rows],
        "low": [row.low for row in rows],
        "high": [row.high for row in rows],
        "unit": [row.unit for row in rows],
        "predicted": [row.median for row in predictions],
        "p5": [row.low for row in predictions],
        "p95": [row.high for row in predictions],
        "ratio": list(result.ratios),
        "agrees": [
            _yes_no(row.accepts(predicted.median))
            for row, predicted in zip(rows, predictions, strict=True)
        ],
        "share": [row.share for row in predictions],
        "certainty": [row.certainty for row in rows],
        "source": [row.source for row in rows],
        "note": [row.note for row in rows],
    }


def _by_parameter(table: Mapping[str, Mapping[str, float]]) -> Columns:
    parameters = list(next(iter(table.values())))
    return {
        "observation": list(table),
        **{name: [numbers[name] for numbers in table.values()] for name in parameters},
    }


def _figure_files(*figures: Figure) -> dict[str, bytes]:
    return {name: data for one in figures for name, data in one.files().items()}


def _yes_no(value: bool) -> str:
    return "yes" if value else "no"

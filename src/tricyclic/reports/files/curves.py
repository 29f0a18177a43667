"""Fitted curves as files: parameters and readings as CSV, JSON, text, and figures."""

from __future__ import annotations

from tricyclic.fitting.curve_fits import CurveFitResult
from tricyclic.io.frames import Columns
from tricyclic.io.write_tables import csv_bytes, csv_rows
from tricyclic.plotting.curve import curve as draw
from tricyclic.reports.frames.curves import curve_fit_frames
from tricyclic.reports.json import document, encode
from tricyclic.reports.json.curves import curve_fit_json
from tricyclic.reports.text.curve_fits import curve_fit_text

PARAMETER_COLUMNS = (
    "parameter",
    "unit",
    "value",
    "se",
    "low",
    "high",
    "fixed",
    "at_bound",
    "bound",
    "description",
)
# Curves up to which each gets a figure of its own.
MAX_FIGURES = 24


def curve_fit_files(result: CurveFitResult) -> dict[str, bytes]:
    """Name of each file and its bytes; the same fit gives the same bytes."""
    frames = curve_fit_frames(result)
    if len(result) == 1 and not result.by:
        files = _single(result)
    else:
        files = {f"{name}.csv": _csv(frames[name]) for name in ("curves", "parameters", "readings")}
    files |= {
        f"{name}.csv": _csv(frames[name])
        for name in ("effective_doses", "predictions", "comparison")
        if name in frames
    }
    files |= {
        "fit.json": encode(document("curves-fit", {"result": curve_fit_json(result)})),
        "summary.txt": (curve_fit_text(result) + "\n").encode("utf-8"),
    }
    if len(result) <= MAX_FIGURES:
        for plot in result.curve_plots():
            files |= draw(plot).files(plot.name.replace(" ", "_"))
    return files


def _single(result: CurveFitResult) -> dict[str, bytes]:
    rows = [
        (
            *(p.name, p.unit, p.estimate, p.se, p.low, p.high),
            *(p.fixed, bool(p.at_bound), p.at_bound, p.description),
        )
        for p in result.fit.parameters
    ]
    return {
        "parameters.csv": csv_rows(PARAMETER_COLUMNS, rows, digits=None),
        "readings.csv": _csv(reading_table(result)),
    }


def reading_table(result: CurveFitResult) -> Columns:
    """Readings, fitted values and standardised residuals, one row per reading."""
    (part,) = result.fit.parts
    return {
        **{name: values.tolist() for name, values in part.series.x.items()},
        "reading": part.series.y.tolist(),
        "fitted": part.expected.tolist(),
        "sd": part.sd.tolist(),
        "residual": part.residuals.tolist(),
    }


def _csv(columns: Columns) -> bytes:
    plain = {
        name: column.tolist() if hasattr(column, "tolist") else list(column)
        for name, column in columns.items()
    }
    return csv_bytes(plain, digits=None)

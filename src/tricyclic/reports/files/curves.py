"""One fitted curve as files: parameters and readings as CSV, JSON, text, and a figure."""

from __future__ import annotations

from tricyclic.io.write_tables import Columns, csv_bytes, csv_rows
from tricyclic.plotting.curve import curve as draw
from tricyclic.reports.json import document, encode
from tricyclic.reports.json.curves import curve_fit_json
from tricyclic.reports.text.curves import curve_fit_text
from tricyclic.results.curves import CurveFitResult

PARAMETER_COLUMNS = ("parameter", "unit", "value", "se", "low", "high", "fixed", "description")


def curve_fit_files(result: CurveFitResult) -> dict[str, bytes]:
    """Name of each file and its bytes; the same fit gives the same bytes."""
    rows = [
        (p.name, p.unit, p.estimate, p.se, p.low, p.high, p.fixed, p.description)
        for p in result.fit.parameters
    ]
    files = {
        "parameters.csv": csv_rows(PARAMETER_COLUMNS, rows, digits=None),
        "readings.csv": csv_bytes(reading_table(result), digits=None),
        "fit.json": encode(document("curves-fit", {"result": curve_fit_json(result)})),
        "summary.txt": (curve_fit_text(result) + "\n").encode("utf-8"),
    }
    if result.plot is not None:
        figure = draw(result.plot)
        files |= {"curve.svg": figure.svg.encode("utf-8"), "curve.pdf": figure.pdf}
    return files


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

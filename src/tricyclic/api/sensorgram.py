"""Rates and affinity from sensorgrams."""

from __future__ import annotations

from pathlib import Path

from tricyclic.api._call import TableSource, Texts, call, path, table_source, texts
from tricyclic.core.call_arguments import checked_arguments
from tricyclic.core.progress import ProgressCallback
from tricyclic.results.sensorgram import SensorgramResult
from tricyclic.workflows.curves.options import SensorgramOptions
from tricyclic.workflows.curves.sensorgram import run


@checked_arguments
def sensorgram(
    file: TableSource,
    *,
    x: str = "",
    x_unit: str = "",
    y: Texts = (),
    y_unit: str = "RU",
    injection: Texts = (),
    free: Texts = (),
    fixed: Texts = (),
    confidence: float = 0.95,
    table: str = "",
    reader: str = "",
    sheet: str = "",
    decimal: str = "",
    out: str | Path = "",
    on_progress: ProgressCallback | None = None,
) -> SensorgramResult:
    """kon, koff and Kd from sensorgrams (SPR, BLI): one site, one or several injections.

    Each column of readings is a cycle after regeneration of the surface. Injections of all cycles
    start and end at the same times; several of them are single-cycle kinetics.

    Parameters
    ----------
    file
        Table of readings over time: a DataFrame, or a file (.csv, .xlsx, .pzfx, .prism).
    x
        Column of times; default: the only one whose name states a time.
    x_unit
        Unit of x, where neither its name nor the file states it.
    y
        Columns of the readings of each cycle, with the concentration of its injections: "RU1=10nM".
    y_unit
        Unit of the readings.
    injection
        Start and end of an injection in the unit of x: "60:180", or with its concentration:
        "60:180:10nM".
    free
        Also fit "background" (baseline), "bulk" (shift with the solution), "drift", "delay_min"
        (all switch times later than stated), or "switch_times" (each one).
    fixed
        Parameter with a fixed value: "rmax=120", "delay_min=0.02".
    confidence
        Confidence level of the limits.
    table
        Table of a file with several tables.
    reader
        Reader to use if none or several accept the file.
    sheet
        Sheet of a workbook.
    decimal
        Decimal mark if the file can be read in two ways. One of ".", ",".
    out
        Folder for tables and figure.
    on_progress
        Called with the progress of long runs.

    Returns
    -------
    SensorgramResult
        `.estimates` (Kd, kon, koff, residence time, Rmax), `.cycles`, `.fit`, `.checks`;
        `.to_frame()`, `.to_frame("readings")`, `.plot()`.

    Raises
    ------
    InputError
        With one sentence: where, what was read, what is allowed, what to do.
    """
    options = SensorgramOptions(
        file=table_source(file),
        x=x,
        x_unit=x_unit,
        y=texts(y),
        y_unit=y_unit,
        injection=texts(injection),
        free=texts(free),
        fixed=texts(fixed),
        confidence=confidence,
        table=table,
        reader=reader,
        sheet=sheet,
        decimal=decimal,
        out=path(out),
    )
    return call(run, options, on_progress)

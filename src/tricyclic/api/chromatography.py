"""Amounts of a chromatographic batch."""

from __future__ import annotations

from pathlib import Path

from tricyclic.api._call import TableSource, call, options_from
from tricyclic.core.call_arguments import checked_arguments
from tricyclic.core.progress import ProgressCallback
from tricyclic.results.chromatography import BatchResult
from tricyclic.workflows.microdialysis.options import QuantifyOptions
from tricyclic.workflows.microdialysis.quantify import run


@checked_arguments
def quantify(
    samples: TableSource,
    *,
    method: TableSource,
    folder: str | Path = "",
    manual: TableSource = "",
    unit: str = "",
    weighting: str = "auto",
    correct_drift: bool = False,
    title: str = "",
    channel: str = "",
    time_unit: str = "",
    reader: str = "",
    sheet: str = "",
    decimal: str = "",
    out: str | Path = "",
    on_progress: ProgressCallback | None = None,
) -> BatchResult:
    """Amounts of the analytes in every injection of a batch, from its chromatograms.

    Peaks are fitted jointly with their baseline, areas read from the line of the standards, and the
    batch compared with limits in the style of ICH M10. A peak that is too small has a state instead
    of a number.

    Parameters
    ----------
    samples
        Sample list: a DataFrame or a file (.csv, .xlsx) with a row for each injection: name, file,
        role ("standard", "quality control", "blank", "sample", "suitability"), amount of standards
        and controls, animal, start, end.
    method
        Compounds with retention time, window and role: a file (.toml, .csv, .xlsx) or a DataFrame.
    folder
        Folder of the chromatograms; by default that of the sample list.
    manual
        Table of limits that were set by hand: injection, compound, start_min, end_min, reason.
    unit
        Unit of the amounts, such as "fmol"; by default that of their column.
    weighting
        Weight of a standard of amount x. One of "auto" (by the errors of the back-calculated
        standards), "1", "1/x", "1/x2".
    correct_drift
        Read each injection by the sensitivity between the repeated standards around it.
    title
        Title of the batch.
    channel
        Trace of files with several, such as "EC1"; a column of channels takes precedence.
    time_unit
        Unit of the times of chromatograms that state none; default: min. One of "min", "s", "ms",
        "h".
    reader
        Reader to use if none or several accept a chromatogram.
    sheet
        Sheet of the sample list in a workbook.
    decimal
        Decimal mark if a file can be read in two ways. One of ".", ",".
    out
        Folder for tables and figures.
    on_progress
        Called with the progress of long runs.

    Returns
    -------
    BatchResult
        `result["NE"]` has the line, limits and amounts of an analyte; `.to_frame()`,
        `.to_frame("standards")`, `.checks`, `.plot()`.

    Raises
    ------
    InputError
        With one sentence: where, what was read, what is allowed, what to do.

    Examples
    --------
    >>> import tricyclic as tca
    >>> batch = tca.quantify("samples.csv", method="method.toml")  # doctest: +SKIP
    >>> batch.to_frame()  # doctest: +SKIP
    """
    return call(run, options_from(QuantifyOptions, locals()), on_progress)

"""Screens, and the reproducibility of assays."""

from __future__ import annotations

from pathlib import Path

from tricyclic.api._call import (
    TableSource,
    TableSources,
    call,
    path,
    table_source,
    table_sources,
)
from tricyclic.core.call_arguments import checked_arguments
from tricyclic.core.progress import ProgressCallback
from tricyclic.results.reproducibility import ControlChartResult, MsrResult, RelativePotencyResult
from tricyclic.results.screening import ScreeningResult
from tricyclic.workflows.screen.control_chart import run as run_control_chart
from tricyclic.workflows.screen.msr import run as run_msr
from tricyclic.workflows.screen.options import (
    ControlChartOptions,
    MsrOptions,
    RelativePotencyOptions,
    ScreenOptions,
)
from tricyclic.workflows.screen.relative_potency import run as run_relative_potency
from tricyclic.workflows.screen.run import run as run_screen


@checked_arguments
def screen(
    plates: TableSources,
    *,
    layout: TableSource = "",
    compounds: TableSource = "",
    name: str = "Screen",
    fdr: float = 0.05,
    min_effect: float = 30.0,
    confidence: float = 0.95,
    seed: int = 20240501,
    unit: str = "",
    plate_size: int | None = None,
    plate: str = "",
    decimal: str = "",
    reader: str = "",
    sheet: str = "",
    out: str | Path = "",
    on_progress: ProgressCallback | None = None,
) -> ScreeningResult:
    """Analyse the plates of a screen: controls, patterns, drift, hits, curves and potencies.

    Plates are files of readings with one layout for all (high controls: total, low controls:
    non_specific, compounds: competition or response), or long tables with columns plate, well,
    role, value, compound and concentration_uM.

    Parameters
    ----------
    plates
        Files of plates, in the order in which they were run, or a DataFrame with the columns
        `plate`, `well`, `role`, `value`, `compound` and `concentration_uM` (or another unit).
    layout
        Plate layout (.toml, .csv or .xlsx, or a DataFrame with rows A, B, ... and columns 1, 2,
        ...) of all plates; long tables contain the roles.
    compounds
        Table (or DataFrame) of the compound in each well: plate, well, compound,
        concentration_uM.
    name
        Title of the report.
    fdr
        False discovery rate of the hits.
    min_effect
        Least effect of a hit, in percent of the control window.
    confidence
        Confidence level of the intervals of IC50.
    seed
        Seed of the simulations that calibrate F.
    unit
        Unit of the readings if the file does not state it.
    plate_size
        Wells of the plate if the file does not state them.
    plate
        Reading of every plate, where a file has several of each: its name, such as 485,528.
    decimal
        Decimal mark if the file can be read in two ways. One of ".", ",".
    reader
        Reader to use if none or several accept a file.
    sheet
        Sheet of a workbook.
    out
        Folder for screen.html, screen.json and tables.
    on_progress
        Called with the progress of long runs.

    Returns
    -------
    ScreeningResult
        A whole screen.

    Raises
    ------
    InputError
        With one sentence: where, what was read, what is allowed, what to do.
    """
    options = ScreenOptions(
        plates=table_sources(plates),
        layout=table_source(layout),
        compounds=table_source(compounds),
        name=name,
        fdr=fdr,
        min_effect=min_effect,
        confidence=confidence,
        seed=seed,
        unit=unit,
        plate_size=plate_size,
        plate=plate,
        decimal=decimal,
        reader=reader,
        sheet=sheet,
        out=path(out),
    )
    return call(run_screen, options, on_progress)


@checked_arguments
def control_chart(
    file: TableSource,
    *,
    value: str = "",
    run: str = "run",
    compound: str = "",
    only: str = "",
    baseline: int | None = None,
    rules: str = "western electric",
    window: int = 6,
    decimal: str = "",
    sheet: str = "",
    out: str | Path = "",
    on_progress: ProgressCallback | None = None,
) -> ControlChartResult:
    """Chart the potency of a control compound over the runs of an assay.

    A table with a row per run and a column such as ic50_nM or pIC50 gives an I-MR chart; several
    rows in every run an Xbar-S chart. Runs are charted in the order of the file.

    Parameters
    ----------
    file
        Table of runs (.csv, .xlsx), or a DataFrame.
    value
        Column of potencies; default: the only such column.
    run
        Column of run names.
    compound
        Column of compound names, if the table has several.
    only
        The compound to chart, if the table has several.
    baseline
        Number of runs, from the first, that set the limits; default: all.
    rules
        Run rules. One of "western electric", "nelson".
    window
        Number of runs of the moving MSR.
    decimal
        Decimal mark if the file can be read in two ways. One of ".", ",".
    sheet
        Sheet of a workbook.
    out
        Folder for the chart (.svg, .pdf), its table and JSON.
    on_progress
        Called with the progress of long runs.

    Returns
    -------
    ControlChartResult
        A pair of control charts: of log10 potencies (I or X-bar) and of their scatter (MR or
        S).

    Raises
    ------
    InputError
        With one sentence: where, what was read, what is allowed, what to do.
    """
    options = ControlChartOptions(
        file=table_source(file),
        value=value,
        run=run,
        compound=compound,
        only=only,
        baseline=baseline,
        rules=rules,
        window=window,
        decimal=decimal,
        sheet=sheet,
        out=path(out),
    )
    return call(run_control_chart, options, on_progress)


@checked_arguments
def msr(
    file: TableSource,
    *,
    first: str,
    second: str,
    compound: str = "compound",
    confidence: float = 0.95,
    decimal: str = "",
    sheet: str = "",
    out: str | Path = "",
    on_progress: ProgressCallback | None = None,
) -> MsrResult:
    """Minimum significant ratio of an assay from two independent runs of 20 to 30 compounds.

    The table has a row per compound.

    Parameters
    ----------
    file
        Table with a row per compound (.csv, .xlsx), or a DataFrame.
    first
        Column of potencies of the first run, such as run1_ic50_nM.
    second
        Column of potencies of the second run.
    compound
        Column of compound names.
    confidence
        Confidence level of the intervals.
    decimal
        Decimal mark if the file can be read in two ways. One of ".", ",".
    sheet
        Sheet of a workbook.
    out
        Folder for the plot (.svg, .pdf), its table and JSON.
    on_progress
        Called with the progress of long runs.

    Returns
    -------
    MsrResult
        Two runs of the same compounds: mean ratio, minimum significant ratio, limits of
        agreement.

    Raises
    ------
    InputError
        With one sentence: where, what was read, what is allowed, what to do.
    """
    options = MsrOptions(
        file=table_source(file),
        first=first,
        second=second,
        compound=compound,
        confidence=confidence,
        decimal=decimal,
        sheet=sheet,
        out=path(out),
    )
    return call(run_msr, options, on_progress)


@checked_arguments
def relative_potency(
    file: TableSource,
    *,
    reference: str,
    sample: str = "sample",
    dose: str = "",
    response: str = "response",
    variance: str = "constant",
    confidence: float = 0.95,
    decimal: str = "",
    sheet: str = "",
    out: str | Path = "",
    on_progress: ProgressCallback | None = None,
) -> RelativePotencyResult:
    """Potency of samples relative to a reference, with tests of parallelism.

    A long table with columns sample, concentration_nM (any unit in the name) and response; a row
    per well.

    Parameters
    ----------
    file
        Table (.csv, .xlsx), or a DataFrame.
    reference
        Name of the reference sample.
    sample
        Column of sample names.
    dose
        Column of concentrations; default: the first whose name begins with conc or dose.
    response
        Column of readings.
    variance
        Variance model. One of "constant", "proportional".
    confidence
        Confidence level of the potency.
    decimal
        Decimal mark if the file can be read in two ways. One of ".", ",".
    sheet
        Sheet of a workbook.
    out
        Folder for tables and JSON.
    on_progress
        Called with the progress of long runs.

    Returns
    -------
    RelativePotencyResult
        One relative potency per sample.

    Raises
    ------
    InputError
        With one sentence: where, what was read, what is allowed, what to do.
    """
    options = RelativePotencyOptions(
        file=table_source(file),
        reference=reference,
        sample=sample,
        dose=dose,
        response=response,
        variance=variance,
        confidence=confidence,
        decimal=decimal,
        sheet=sheet,
        out=path(out),
    )
    return call(run_relative_potency, options, on_progress)

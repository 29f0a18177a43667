"""Options of the screening commands."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from tricyclic.core.table_input import TableInput
from tricyclic.workflows.base import decimal_option, folder_option, option, sheet_option

# Panels of the help.
ANALYSIS, INPUT, OUTPUT = "Analysis", "Input", "Output"


def _confidence(help: str = "Confidence level of the intervals") -> Any:
    return option(help, default=0.95, panel=ANALYSIS)


@dataclass(frozen=True)
class ScreenOptions:
    """Analyse the plates of a screen: controls, patterns, drift, hits, curves and potencies.

    `tricyclic screen run plates.csv --out results`

    Plates are files of readings with one layout for all (high controls: total, low controls:
    non_specific, compounds: competition or response), or long tables with columns plate, well,
    role, value, compound and concentration_uM.
    """

    plates: tuple[str | TableInput, ...] = option(
        "Files of plates, in the order in which they were run", positional=True, path=True
    )
    layout: str | TableInput = option(
        "Plate layout (.toml, .csv or .xlsx) of all plates; long tables contain the roles",
        default="",
        path=True,
        panel=INPUT,
    )
    compounds: str | TableInput = option(
        "Table of the compound in each well: plate, well, compound, concentration_uM",
        default="",
        path=True,
        panel=INPUT,
    )
    name: str = option("Title of the report", default="Screen", panel=OUTPUT)
    fdr: float = option("False discovery rate of the hits", default=0.05, panel=ANALYSIS)
    min_effect: float = option(
        "Least effect of a hit, in percent of the control window", default=30.0, panel=ANALYSIS
    )
    confidence: float = _confidence("Confidence level of the intervals of IC50")
    seed: int = option("Seed of the simulations that calibrate F", default=20240501, panel=ANALYSIS)
    unit: str = option(
        "Unit of the readings if the file does not state it", default="", panel=INPUT
    )
    plate_size: int | None = option(
        "Wells of the plate if the file does not state them", default=None, panel=INPUT
    )
    plate: str = option(
        "Reading of every plate, where a file has several of each: its name, such as 485,528",
        default="",
        panel=INPUT,
    )
    decimal: str = decimal_option(INPUT)
    reader: str = option("Reader to use if none or several accept a file", default="", panel=INPUT)
    sheet: str = sheet_option(INPUT)
    out: str = folder_option("screen.html, screen.json and tables")


@dataclass(frozen=True)
class ControlChartOptions:
    """Chart the potency of a control compound over the runs of an assay.

    `tricyclic screen control-chart runs.csv --baseline 20`

    A table with a row per run and a column such as ic50_nM or pIC50 gives an I-MR chart; several
    rows in every run an Xbar-S chart. Runs are charted in the order of the file.
    """

    file: str | TableInput = option("Table of runs (.csv, .xlsx)", positional=True, path=True)
    value: str = option(
        "Column of potencies; default: the only such column", default="", panel=INPUT
    )
    run: str = option("Column of run names", default="run", panel=INPUT)
    compound: str = option(
        "Column of compound names, if the table has several", default="", panel=INPUT
    )
    only: str = option("The compound to chart, if the table has several", default="", panel=INPUT)
    baseline: int | None = option(
        "Number of runs, from the first, that set the limits; default: all",
        default=None,
        panel=ANALYSIS,
    )
    rules: str = option(
        "Run rules",
        default="western electric",
        choices=("western electric", "nelson"),
        panel=ANALYSIS,
    )
    window: int = option("Number of runs of the moving MSR", default=6, panel=ANALYSIS)
    decimal: str = decimal_option(INPUT)
    sheet: str = sheet_option(INPUT)
    out: str = folder_option("the chart (.svg, .pdf), its table and JSON")


@dataclass(frozen=True)
class MsrOptions:
    """Minimum significant ratio of an assay from two independent runs of 20 to 30 compounds.

    `tricyclic screen msr runs.csv --first run1_ic50_nM --second run2_ic50_nM`

    The table has a row per compound.
    """

    file: str | TableInput = option(
        "Table with a row per compound (.csv, .xlsx)", positional=True, path=True
    )
    first: str = option("Column of potencies of the first run, such as run1_ic50_nM", panel=INPUT)
    second: str = option("Column of potencies of the second run", panel=INPUT)
    compound: str = option("Column of compound names", default="compound", panel=INPUT)
    confidence: float = _confidence()
    decimal: str = decimal_option(INPUT)
    sheet: str = sheet_option(INPUT)
    out: str = folder_option("the plot (.svg, .pdf), its table and JSON")


@dataclass(frozen=True)
class RelativePotencyOptions:
    """Potency of samples relative to a reference, with tests of parallelism.

    `tricyclic screen relative-potency table.csv --reference standard`

    A long table with columns sample, concentration_nM (any unit in the name) and response; a row
    per well.
    """

    file: str | TableInput = option("Table (.csv, .xlsx)", positional=True, path=True)
    reference: str = option("Name of the reference sample", panel=INPUT)
    sample: str = option("Column of sample names", default="sample", panel=INPUT)
    dose: str = option(
        "Column of concentrations; default: the first whose name begins with conc or dose",
        default="",
        panel=INPUT,
    )
    response: str = option("Column of readings", default="response", panel=INPUT)
    variance: str = option(
        "Variance model",
        default="constant",
        choices=("constant", "proportional"),
        panel=ANALYSIS,
    )
    confidence: float = _confidence("Confidence level of the potency")
    decimal: str = decimal_option(INPUT)
    sheet: str = sheet_option(INPUT)
    out: str = folder_option("tables and JSON")

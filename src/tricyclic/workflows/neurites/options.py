"""Options of the commands of neurite outgrowth."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import Any

from tricyclic.core.table_input import TableInput
from tricyclic.workflows.base import decimal_option, folder_option, option, sheet_option

# Panels of the help.
COLUMNS, ANALYSIS, PLAN, SCATTER, TABLE = "Columns", "Analysis", "Plan", "Scatter", "Table"


@dataclass(frozen=True)
class AnalyseNeuritesOptions:
    """Effect of drugs on neurite outgrowth, from a table of counts or of lengths.

    `tricyclic neurites analyse counts.csv`

    `tricyclic neurites analyse cells.csv --design wells.csv --threshold 2`

    A table has one row per field (culture, well, field, treatment, cells, cells with neurites), or
    one row per cell (longest and total length, soma diameter). Treatments are columns of drug,
    concentration, NGF and antagonist, or words: "NGF + imipramine 1 uM + NE-100". n is the number
    of independent cultures; wells, fields and cells are replicates. The primary result is the
    percentage of cells with neurites, each drug arm against the vehicle within cultures.
    """

    table: str | TableInput = option(
        "Table of counts of fields, or of cells (.csv, .xlsx)", positional=True, path=True
    )
    design: str | TableInput = option(
        "Second table with the treatment of each well, for a table without it",
        default="",
        path=True,
        panel=COLUMNS,
    )
    culture: str = option("Column of the cultures", default="", panel=COLUMNS)
    well: str = option("Column of the wells", default="", panel=COLUMNS)
    field: str = option("Column of the fields", default="", panel=COLUMNS)
    drug: str = option("Column of the drugs", default="", panel=COLUMNS)
    treatment: str = option("Column of the treatments in words", default="", panel=COLUMNS)
    concentration: str = option("Column of the concentrations", default="", panel=COLUMNS)
    stimulus: str = option("Column of the stimulus (NGF or none)", default="", panel=COLUMNS)
    antagonist: str = option("Column of the antagonists", default="", panel=COLUMNS)
    cells: str = option("Column of the numbers of cells", default="", panel=COLUMNS)
    positive: str = option(
        "Column of the numbers of cells with neurites", default="", panel=COLUMNS
    )
    percent: str = option(
        "Column of the percentages, beside one of numbers of cells", default="", panel=COLUMNS
    )
    longest: str = option("Column of the longest neurite of each cell", default="", panel=COLUMNS)
    total: str = option("Column of the total length of each cell", default="", panel=COLUMNS)
    unit: str = option(
        "Unit of the concentrations, where the table states none", default="", panel=COLUMNS
    )
    sheet: str = sheet_option(COLUMNS)
    decimal: str = decimal_option(COLUMNS)
    stimulus_name: str = option("Name of the stimulus", default="NGF", panel=ANALYSIS)
    antagonists: tuple[str, ...] = option(
        "Names of antagonists in treatments, beside the usual ones", default=(), panel=ANALYSIS
    )
    threshold: float | None = option(
        "Length of a neurite that counts, in soma diameters; default: 1 for lengths, as stated in "
        "the heading for counts",
        default=None,
        panel=ANALYSIS,
    )
    soma_diameter: float | None = option(
        "Diameter of the soma of cells without their own, in the unit of the lengths",
        default=None,
        panel=ANALYSIS,
    )
    primary: str = option(
        "Measure of the primary result",
        default="percent",
        choices=("percent", "odds", "longest", "total"),
        panel=ANALYSIS,
    )
    primary_arm: str = option(
        'Arm of the primary comparison, stated in advance ("imipramine 1 uM"); default: all drug '
        "arms, adjusted together",
        default="",
        panel=ANALYSIS,
    )
    error: str = option(
        "Scatter of a comparison: its own between cultures, or that of all arms together (finds "
        "smaller effects where a drug acts alike in all cultures)",
        default="own",
        choices=("own", "pooled"),
        panel=ANALYSIS,
    )
    exclude: tuple[str, ...] = option(
        'Culture, culture/well or culture/well/field to leave out, with the reason: 3="infected"',
        default=(),
        panel=ANALYSIS,
    )
    confidence: float = option("Confidence level of the limits", default=0.95, panel=ANALYSIS)
    title: str = option("Title of the result", default="", panel=ANALYSIS)
    out: str = folder_option("tables, figures and text")


def _as_analyse(name: str) -> Any:
    """An option for the table, as `analyse` has it."""
    declared = AnalyseNeuritesOptions.__dataclass_fields__[name]
    info = replace(declared.metadata["option"], panel=TABLE)
    return field(default=declared.default, metadata={"option": info})


@dataclass(frozen=True)
class NeuritesDesignOptions:
    """Cultures, wells, fields and cells for a wanted power, from the scatter of an experiment.

    `tricyclic neurites design counts.csv --difference 15`

    `tricyclic neurites design --percent-without 30 --difference 15 --effect-sd 5`

    The test is the paired t test over cultures, two-sided at 5 % over the number of comparisons.
    """

    experiment: str | TableInput = option(
        "Table as for analyse; without it the scatter is stated",
        default="",
        positional=True,
        path=True,
    )
    difference: float = option("Difference to show, in percentage points", default=15.0, panel=PLAN)
    power: float = option("Wanted power, from 0 to 1", default=0.8, panel=PLAN)
    comparisons: int = option("Arms compared with the vehicle", default=1, panel=PLAN)
    cultures: int | None = option(
        "Independent cultures; default: the number that is needed", default=None, panel=PLAN
    )
    wells: int | None = option(
        "Wells of an arm in a culture; default: as in the experiment, else 2",
        default=None,
        panel=PLAN,
    )
    fields: int | None = option(
        "Fields of a well; default: as in the experiment, else 3", default=None, panel=PLAN
    )
    cells_per_field: int | None = option(
        "Cells of a field; default: as in the experiment, else 60", default=None, panel=PLAN
    )
    percent_without: float | None = option(
        "Percentage of cells with neurites without drug; default: that of the vehicle of the "
        "experiment",
        default=None,
        panel=PLAN,
    )
    effect_sd: float | None = option(
        "Without an experiment: SD of the effect between cultures [percentage points]",
        default=None,
        panel=SCATTER,
    )
    field_correlation: float | None = option(
        "Without an experiment: intraclass correlation of cells in a field; default: 0.01",
        default=None,
        panel=SCATTER,
    )
    well_correlation: float | None = option(
        "Without an experiment: intraclass correlation of cells in a well; default: 0.01",
        default=None,
        panel=SCATTER,
    )
    design: str | TableInput = option(
        "Second table with the treatment of each well, for a table without it",
        default="",
        path=True,
        panel=TABLE,
    )
    culture: str = _as_analyse("culture")
    well: str = _as_analyse("well")
    field: str = _as_analyse("field")
    drug: str = _as_analyse("drug")
    treatment: str = _as_analyse("treatment")
    concentration: str = _as_analyse("concentration")
    stimulus: str = _as_analyse("stimulus")
    antagonist: str = _as_analyse("antagonist")
    cells: str = _as_analyse("cells")
    positive: str = _as_analyse("positive")
    percent: str = _as_analyse("percent")
    longest: str = _as_analyse("longest")
    total: str = _as_analyse("total")
    unit: str = _as_analyse("unit")
    sheet: str = _as_analyse("sheet")
    decimal: str = _as_analyse("decimal")
    stimulus_name: str = _as_analyse("stimulus_name")
    antagonists: tuple[str, ...] = _as_analyse("antagonists")
    threshold: float | None = _as_analyse("threshold")
    soma_diameter: float | None = _as_analyse("soma_diameter")
    exclude: tuple[str, ...] = _as_analyse("exclude")
    out: str = folder_option("tables, figure and text")

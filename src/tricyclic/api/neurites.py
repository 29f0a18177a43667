"""Neurite outgrowth: the effect of drugs from tables of counts or lengths, and planning."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from tricyclic.api._call import TableSource, Texts, call, options_from, texts
from tricyclic.core.call_arguments import checked_arguments
from tricyclic.core.progress import ProgressCallback
from tricyclic.results.neurites import NeuritesResult
from tricyclic.results.neurites_design import NeuritesDesignResult
from tricyclic.workflows.neurites.analyse import run as run_analyse
from tricyclic.workflows.neurites.design import run as run_design
from tricyclic.workflows.neurites.options import AnalyseNeuritesOptions, NeuritesDesignOptions


@checked_arguments
def analyse_neurites(
    table: TableSource,
    *,
    design: TableSource = "",
    culture: str = "",
    well: str = "",
    field: str = "",
    drug: str = "",
    treatment: str = "",
    concentration: str = "",
    stimulus: str = "",
    antagonist: str = "",
    cells: str = "",
    positive: str = "",
    percent: str = "",
    longest: str = "",
    total: str = "",
    unit: str = "",
    sheet: str = "",
    decimal: str = "",
    stimulus_name: str = "NGF",
    antagonists: Texts = (),
    threshold: float | None = None,
    soma_diameter: float | None = None,
    primary: str = "percent",
    primary_arm: str = "",
    error: str = "own",
    exclude: Texts | Mapping[str, str] = (),
    confidence: float = 0.95,
    title: str = "",
    out: str | Path = "",
    on_progress: ProgressCallback | None = None,
) -> NeuritesResult:
    """Effect of drugs on neurite outgrowth, from a table of counts or of lengths.

    A table has one row per field (culture, well, field, treatment, cells, cells with neurites), or
    one row per cell (longest and total length, soma diameter). n is the number of independent
    cultures; wells, fields and cells are replicates. The primary result is the percentage of cells
    with neurites, each drug arm against the vehicle within cultures.

    Parameters
    ----------
    table
        Counts of fields, or cells: a DataFrame, or a file (.csv, .xlsx).
    design
        Second table with the treatment of each well, for a table without it.
    culture, well, field, drug, treatment, concentration, stimulus, antagonist
        Columns of the table, where they are not recognised by their names. Treatments may be
        words: "NGF + imipramine 1 uM + NE-100".
    cells, positive, percent
        Columns of the numbers of cells and of cells with neurites, or their percentages.
    longest, total
        Columns of the lengths of each cell.
    unit
        Unit of the concentrations, where the table states none.
    sheet
        Sheet of a workbook.
    decimal
        Decimal mark if the file can be read in two ways. One of ".", ",".
    stimulus_name
        Name of the stimulus.
    antagonists
        Names of antagonists in treatments, beside the usual ones.
    threshold
        Length of a neurite that counts, in soma diameters; default: 1 for lengths, as stated in
        the heading for counts.
    soma_diameter
        Diameter of the soma of cells without their own, in the unit of the lengths.
    primary
        Measure of the primary result. One of "percent", "odds", "longest", "total".
    primary_arm
        Arm of the primary comparison, stated in advance ("imipramine 1 uM"); default: all drug
        arms, adjusted together.
    error
        Scatter of a comparison. "own": between cultures. "pooled": that of all arms together,
        which holds where a drug acts alike in all cultures. One of "own", "pooled".
    exclude
        Cultures, "culture/well" or "culture/well/field" to leave out with the reason:
        {"3": "infected"}, or "3=infected".
    confidence
        Confidence level of the limits.
    title
        Title of the result.
    out
        Folder for tables, figures and text.
    on_progress
        Called with the progress of long runs.

    Returns
    -------
    NeuritesResult
        `result["imipramine 1 uM"]` is the primary effect; `.families`, `.antagonists`,
        `.responses`, `.checks`; `.to_frame()`, `.to_frame("effects")`, `.plot()`.

    Raises
    ------
    InputError
        With one sentence: where, what was read, what is allowed, what to do.
    """
    given = {**locals(), "antagonists": texts(antagonists), "exclude": _exclusions(exclude)}
    return call(run_analyse, options_from(AnalyseNeuritesOptions, given), on_progress)


@checked_arguments
def neurites_design(
    experiment: TableSource = "",
    *,
    difference: float = 15.0,
    power: float = 0.8,
    comparisons: int = 1,
    cultures: int | None = None,
    wells: int | None = None,
    fields: int | None = None,
    cells_per_field: int | None = None,
    percent_without: float | None = None,
    effect_sd: float | None = None,
    field_correlation: float | None = None,
    well_correlation: float | None = None,
    design: TableSource = "",
    culture: str = "",
    well: str = "",
    field: str = "",
    drug: str = "",
    treatment: str = "",
    concentration: str = "",
    stimulus: str = "",
    antagonist: str = "",
    cells: str = "",
    positive: str = "",
    percent: str = "",
    longest: str = "",
    total: str = "",
    unit: str = "",
    sheet: str = "",
    decimal: str = "",
    stimulus_name: str = "NGF",
    antagonists: Texts = (),
    threshold: float | None = None,
    soma_diameter: float | None = None,
    exclude: Texts | Mapping[str, str] = (),
    out: str | Path = "",
    on_progress: ProgressCallback | None = None,
) -> NeuritesDesignResult:
    """Cultures, wells, fields and cells for a wanted power, from the scatter of an experiment.

    The test is the paired t test over cultures, two-sided at 5 % over the number of comparisons.

    Parameters
    ----------
    experiment
        Table as for `analyse_neurites`; without it the scatter is stated.
    difference
        Difference to show, in percentage points.
    power
        Wanted power, from 0 to 1.
    comparisons
        Arms compared with the vehicle.
    cultures
        Independent cultures; default: the number that is needed.
    wells, fields, cells_per_field
        Wells of an arm in a culture, fields of a well, cells of a field; default: as in the
        experiment, else 2, 3 and 60.
    percent_without
        Percentage of cells with neurites without drug; default: that of the vehicle of the
        experiment.
    effect_sd
        Without an experiment: SD of the effect between cultures, percentage points.
    field_correlation, well_correlation
        Without an experiment: intraclass correlations of cells in a field and in a well; default:
        0.01.
    design, culture, well, field, drug, treatment, concentration, stimulus, antagonist, cells
        Of a table, as for `analyse_neurites`.
    positive, percent, longest, total, unit, sheet, decimal, stimulus_name, antagonists
        Of a table, as for `analyse_neurites`.
    threshold, soma_diameter, exclude
        Of a table, as for `analyse_neurites`.
    out
        Folder for tables, figure and text.
    on_progress
        Called with the progress of long runs.

    Returns
    -------
    NeuritesDesignResult
        `.needed`, `.plan`, `.detectable`, `.scatter`; `.to_frame()`, `.to_frame("cultures")`,
        `.plot()`.

    Raises
    ------
    InputError
        With one sentence: where, what was read, what is allowed, what to do.
    """
    given = {**locals(), "antagonists": texts(antagonists), "exclude": _exclusions(exclude)}
    return call(run_design, options_from(NeuritesDesignOptions, given), on_progress)


def _exclusions(given: Texts | Mapping[str, str]) -> tuple[str, ...]:
    if isinstance(given, Mapping):
        return tuple(f"{name}={reason}" for name, reason in given.items())
    return texts(given)

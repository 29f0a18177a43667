"""Evoked release: the effect of a drug on what cultures release, and planning."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from tricyclic.api._call import TableSource, TableSources, Texts, call, options_from, texts
from tricyclic.core.call_arguments import checked_arguments
from tricyclic.core.progress import ProgressCallback
from tricyclic.results.release import ReleaseResult
from tricyclic.results.release_design import ReleaseDesignResult
from tricyclic.workflows.release.analyse import run as run_analyse
from tricyclic.workflows.release.design import run as run_design
from tricyclic.workflows.release.options import AnalyseReleaseOptions, ReleaseDesignOptions


@checked_arguments
def analyse_release(
    table: TableSource,
    *,
    culture: str = "",
    plate: str = "",
    well: str = "",
    drug: str = "",
    treatment: str = "",
    concentration: str = "",
    stimulus_column: str = "",
    antagonist: str = "",
    sample: str = "",
    value: str = "",
    basal: str = "",
    stimulated: str = "",
    protein: str = "",
    cells: str = "",
    level: str = "",
    unit: str = "",
    concentration_unit: str = "",
    antagonists: Texts = (),
    per: str = "auto",
    sheet: str = "",
    decimal: str = "",
    injection: str = "",
    amounts: TableSource = "",
    injected_volume: float | None = None,
    plates: TableSources = (),
    curve: str = "straight_line",
    variance: str = "proportional",
    accept: float | None = None,
    plate_size: int | None = None,
    well_volume: float | None = None,
    sample_volume: float | None = None,
    added_volume: float | None = None,
    medium: str = "kept",
    basal_min: float | None = None,
    stimulus_min: float | None = None,
    stimulus: str = "",
    positive: str = "",
    primary: str = "ratio",
    primary_arm: str = "",
    error: str = "own",
    hill: float = 1.0,
    exclude: Texts | Mapping[str, str] = (),
    confidence: float = 0.95,
    transmitter: str = "glutamate",
    title: str = "",
    out: str | Path = "",
    on_progress: ProgressCallback | None = None,
) -> ReleaseResult:
    """Effect of a drug on evoked release, from the samples of cultures.

    A table has one row per sample, or one row per well with columns basal and stimulated. Wells
    are averaged first: n is the number of independent cultures. A net release of 0 or below is
    kept, and its ratio is not defined.

    Parameters
    ----------
    table
        Samples, or with `plates` their design: a DataFrame, or a file (.csv, .xlsx).
    culture, plate, well, drug, treatment, concentration, stimulus_column, antagonist
        Columns of the table, where they are not recognised by their names.
    sample
        Column of the kinds of samples: basal, stimulated, standard, blank.
    value
        Column of the values, with one row per sample.
    basal, stimulated
        Columns of the samples, with one row per well.
    protein, cells
        Columns of what release is divided by: protein in ug or mg, number of cells.
    level
        Column of the concentrations of standards.
    unit
        Unit of the values, or with standards that of their concentrations, where the table states
        none: "uM", "nM", "ng/mL".
    concentration_unit
        Unit of the concentrations of the drug, where the table states none.
    antagonists
        Names that are antagonists in treatments in words.
    per
        What release is divided by. One of "auto", "protein", "cells", "well".
    sheet
        Sheet of a workbook.
    decimal
        Decimal mark if the file can be read in two ways. One of ".", ",".
    injection
        Column of the injections, with `amounts`.
    amounts
        Amounts of the injections, as `quantify` gives them (`result.to_frame("amounts")`); the
        table is then their design.
    injected_volume
        Volume of an injection, uL, by which amounts are concentrations.
    plates
        Files of plate readers with the readings; the table is then their design.
    curve
        Curve of the standards: "straight_line", "logistic_4pl", ...
    variance
        Scatter of the standards. One of "constant", "proportional", "power".
    accept
        Largest deviation of a standard, %; others end the range.
    plate_size
        Wells of a culture plate, for the check of edge wells; default: the smallest that fits.
    well_volume
        Medium in a well when the basal sample is taken, uL; results are then amounts.
    sample_volume, added_volume
        Volumes of the basal sample and of what is added with the stimulus, uL.
    medium
        Whether the medium stays between the samples. One of "kept", "replaced".
    basal_min, stimulus_min
        Durations of the collections, min, for replaced medium.
    stimulus
        Stimulus whose release is compared; default: the most frequent that does not depolarise.
    positive
        Depolarisation control; default: a stimulus called KCl, veratridine or the like.
    primary
        Scale of the primary result. One of "ratio", "difference".
    primary_arm
        Arm of the primary result, stated in advance: "imipramine 1 uM"; default: all arms, p
        adjusted for their number.
    error
        Scatter of comparisons. One of "own", "pooled"; pooled assumes that all cultures respond
        alike.
    hill
        Slope of the potentiation curve.
    exclude
        Cultures or wells to leave out, with the reason: {"3": "contaminated"}, or
        "2/B04=detached".
    confidence
        Confidence level of the limits.
    transmitter, title
        For titles.
    out
        Folder for tables, figures and text.
    on_progress
        Called with the progress of long runs.

    Returns
    -------
    ReleaseResult
        `.ratio`, `["imipramine 1 uM"]`, `.curves`, `.antagonists`, `.checks`; `.to_frame()`,
        `.to_frame("cultures")`, `.plot()`.

    Raises
    ------
    InputError
        With one sentence: where, what was read, what is allowed, what to do.
    """
    given = {**locals(), "exclude": _exclusions(exclude)}
    return call(run_analyse, options_from(AnalyseReleaseOptions, given), on_progress)


@checked_arguments
def release_design(
    study: str | Path = "",
    *,
    ratio: float = 1.5,
    power: float = 0.8,
    cultures: int | None = None,
    wells: int | None = None,
    arms: int = 1,
    well_cv: float | None = None,
    effect_cv: float | None = None,
    out: str | Path = "",
    on_progress: ProgressCallback | None = None,
) -> ReleaseDesignResult:
    """Cultures and wells for a wanted power, from the scatter of a study or as stated.

    Parameters
    ----------
    study
        release.json of an analysis; without it the scatter is stated.
    ratio
        Effect to show: ratio of net release.
    power
        Wanted power, from 0 to 1.
    cultures
        Independent cultures; default: the number that is needed.
    wells
        Wells of an arm in each culture; default: those of the study, else 3.
    arms
        Arms that are compared with the vehicle, for which p is adjusted.
    well_cv
        Without a study: CV of net release between wells of an arm, %.
    effect_cv
        Without a study: CV of the effect between cultures, %.
    out
        Folder for tables, figure and text.
    on_progress
        Called with the progress of long runs.

    Returns
    -------
    ReleaseDesignResult
        `.needed`, `.plan`, `.detectable`, `.scatter`; `.to_frame()`, `.to_frame("power")`,
        `.plot()`.

    Raises
    ------
    InputError
        With one sentence: where, what was read, what is allowed, what to do.
    """
    return call(run_design, options_from(ReleaseDesignOptions, locals()), on_progress)


def _exclusions(given: Texts | Mapping[str, str]) -> tuple[str, ...]:
    """Cultures and wells with their reasons as "2/B04=reason"."""
    if isinstance(given, Mapping):
        return tuple(f"{name}={reason}" for name, reason in given.items())
    return texts(given)

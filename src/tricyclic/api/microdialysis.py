"""Microdialysis: the effect of a treatment on dialysate levels, recovery, and planning."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from tricyclic.api._call import (
    Measured,
    TableSource,
    Texts,
    call,
    options_from,
    texts,
)
from tricyclic.core.call_arguments import checked_arguments
from tricyclic.core.collection_times import time_text
from tricyclic.core.progress import ProgressCallback
from tricyclic.results.microdialysis import MicrodialysisResult
from tricyclic.results.microdialysis_design import MicrodialysisDesignResult
from tricyclic.results.no_net_flux import NoNetFluxResult
from tricyclic.results.probe_recovery import ProbeRecoveryResult
from tricyclic.workflows.microdialysis.analyse import run as run_analyse
from tricyclic.workflows.microdialysis.design import run as run_design
from tricyclic.workflows.microdialysis.no_net_flux import run as run_no_net_flux
from tricyclic.workflows.microdialysis.options import (
    AnalyseDialysisOptions,
    DialysisDesignOptions,
    NoNetFluxOptions,
    ProbeRecoveryOptions,
)
from tricyclic.workflows.microdialysis.recovery import run as run_recovery


@checked_arguments
def microdialysis(
    table: TableSource,
    *,
    animals_table: TableSource = "",
    value: str = "",
    animal: str = "",
    group: str = "",
    time: str = "",
    start: str = "",
    end: str = "",
    time_is: str = "",
    unit: str = "",
    sheet: str = "",
    decimal: str = "",
    treated: str | float = "",
    flow: float | None = None,
    dead_volume: float | None = None,
    fraction_min: float | None = None,
    molar_mass: float | None = None,
    to_unit: str = "",
    recovery: Measured | None = None,
    lod: float | None = None,
    loq: float | None = None,
    control: str = "",
    baseline_fractions: int = 4,
    window: tuple[float, float] | None = None,
    primary: str = "log-ratio",
    below: str = "as-measured",
    cv_max_percent: float = 20.0,
    exclude: Texts | Mapping[str, str] = (),
    confidence: float = 0.95,
    drug: str = "",
    library: str | Path = "",
    compare: Texts = (),
    region: str = "cortex",
    ensemble_size: int | None = None,
    analyte: str = "",
    title: str = "",
    out: str | Path = "",
    on_progress: ProgressCallback | None = None,
) -> MicrodialysisResult:
    """Effect of a treatment on dialysate levels, from a table of values.

    A table has one row per fraction (animal, group, start, end, value), or times down and animals
    across with the groups in a row above, or animals down and times across. "<LOQ", "n.d.", "lost"
    and empty cells are states, never 0. The primary result is one number per animal: the mean of
    the window over the baseline; n is the number of animals.

    Parameters
    ----------
    table
        Values of fractions: a DataFrame, or a file (.csv, .xlsx).
    animals_table
        Second table with a row per animal: animal, group, treated, dead_volume_uL, flow,
        recovery, recovery_se, excluded.
    value, animal, group, time, start, end
        Columns of the table, where they are not recognised by their names.
    time_is
        What a single time of a fraction is. One of "start", "middle", "end"; default: as the
        column is called, else decided by the times and stated.
    unit
        Unit of the values, where the table does not state it: "nM", "uM", "pg/uL", "fmol",
        "fmol/20 uL", "fmol/min", "% of baseline".
    sheet
        Sheet of a workbook.
    decimal
        Decimal mark if the file can be read in two ways. One of ".", ",".
    treated
        Time of the treatment, as the times of the table are written: 80, "10:20",
        "2026-03-02 10:20"; default: times count from it.
    flow
        Flow of the perfusate, uL/min.
    dead_volume
        Volume from the membrane to the outlet, uL; the times of the fractions are moved by it.
    fraction_min
        Length of the fractions, min; default: the distance of their times.
    molar_mass
        Molar mass of the analyte, g/mol, for values in pg.
    to_unit
        Unit of the courses. One of "nM", "fmol", "fmol/min"; default: that of the values.
    recovery
        In vitro recovery of the probe, from 0 to 1, with its standard error: "0.12 +/- 0.01"; or a
        file of readings, as `probe_recovery` reads it, whose probes may be called as the animals.
    lod, loq
        Limits of detection and quantification, in the unit of the values.
    control
        Group that the others are compared with; default: the one called vehicle, saline or
        control.
    baseline_fractions
        Number of the last fractions before the treatment that make the baseline.
    window
        Begin and end of the window of the primary result, min after the treatment; default: 0 to
        120, and called a default in the output.
    primary
        Primary result. One of "log-ratio", "ancova".
    below
        How values below the limit of quantification are used. One of "as-measured",
        "half-of-lod", "excluded"; the other ways are shown beside.
    cv_max_percent
        A baseline with a larger CV, %, is flagged, and used.
    exclude
        Animals or fractions to leave out, with the reason: {"r12": "probe outside"}, or
        "r12=probe outside".
    confidence
        Confidence level of the limits.
    drug
        Drug of the library, whose targets decide on the note about uptake blockers; default: the
        names of the groups.
    library
        Your own library folder; its entries take precedence.
    compare
        Treatment of a group, whose course the model is laid beside (`.modelled`,
        `.to_frame("model")`): "desipramine 10 mg/kg ip"; with several groups
        "GROUP = desipramine 10 mg/kg ip".
    region
        Region of the probe. One of "cortex", "lc".
    ensemble_size
        Parameter sets of its band.
    analyte, title
        For titles.
    out
        Folder for tables, figures and text.
    on_progress
        Called with the progress of long runs.

    Returns
    -------
    MicrodialysisResult
        `.effects`, `.responses`, `["r01"]`, `.checks`; `.to_frame()`, `.to_frame("animals")`,
        `.plot()`.

    Raises
    ------
    InputError
        With one sentence: where, what was read, what is allowed, what to do.
    """
    given = {
        **locals(),
        "table": _in_rows(table),
        "treated": time_text(treated) if isinstance(treated, int | float) else treated,
        "exclude": _exclusions(exclude),
    }
    return call(run_analyse, options_from(AnalyseDialysisOptions, given), on_progress)


@checked_arguments
def no_net_flux(
    table: TableSource,
    *,
    inlet: str = "",
    outlet: str = "",
    animal: str = "",
    group: str = "",
    time: str = "",
    unit: str = "",
    sheet: str = "",
    decimal: str = "",
    control: str = "",
    confidence: float = 0.95,
    analyte: str = "",
    out: str | Path = "",
    on_progress: ProgressCallback | None = None,
) -> NoNetFluxResult:
    """Concentration in the tissue and extraction of the probe, by the method of no net flux.

    An animal whose inlet was varied is fitted by itself, and n is the number of animals. Where
    each animal was perfused with one concentration and times are stated, each time is fitted
    between the animals (dynamic no net flux).

    Parameters
    ----------
    table
        Inlet and outlet concentrations, a row for each fraction: a DataFrame, or a file (.csv,
        .xlsx).
    inlet, outlet, animal, group, time
        Columns of the table, where they are not recognised by their names.
    unit
        Unit of the result, and of the concentrations where the table states none.
    sheet
        Sheet of a workbook.
    decimal
        Decimal mark if the file can be read in two ways. One of ".", ",".
    control
        Group that the others are compared with; default: the first.
    confidence
        Confidence level of the limits.
    analyte
        Name of the analyte, whose uptake decides on the note about uptake blockers.
    out
        Folder for tables, figures and text.
    on_progress
        Called with the progress of long runs.

    Returns
    -------
    NoNetFluxResult
        `.animals`, `["r1"]`, `.groups`, `.ratios`, `.dynamic`, `.checks`; `.to_frame()`, `.plot()`.

    Raises
    ------
    InputError
        With one sentence: where, what was read, what is allowed, what to do.
    """
    return call(run_no_net_flux, options_from(NoNetFluxOptions, locals()), on_progress)


@checked_arguments
def probe_recovery(
    table: TableSource,
    *,
    dialysate: str = "",
    bath: str = "",
    perfusate: str = "",
    probe: str = "",
    flow: str = "",
    unit: str = "",
    sheet: str = "",
    decimal: str = "",
    confidence: float = 0.95,
    out: str | Path = "",
    on_progress: ProgressCallback | None = None,
) -> ProbeRecoveryResult:
    """Recovery of probes in a bath, from concentrations of bath and dialysate.

    By gain, the analyte is in the bath; by loss (retrodialysis), it is in the perfusate. A row
    that states both is used by their difference. Recovery falls with the flow: where a column
    states it, each flow has its own mean.

    Parameters
    ----------
    table
        Concentrations of dialysate, bath and perfusate, a row for each fraction: a DataFrame, or
        a file (.csv, .xlsx).
    dialysate, bath, perfusate, probe
        Columns of the table, where they are not recognised by their names.
    flow
        Column of the flow, in uL/min unless its name states another unit.
    unit
        Unit of the concentrations, where the table states none.
    sheet
        Sheet of a workbook.
    decimal
        Decimal mark if the file can be read in two ways. One of ".", ",".
    confidence
        Confidence level of the limits.
    out
        Folder for tables, figure and text.
    on_progress
        Called with the progress of long runs.

    Returns
    -------
    ProbeRecoveryResult
        `.probes`, `["p1"]`, `.means`, `.checks`; `.to_frame()`, `.to_frame("means")`, `.plot()`.

    Raises
    ------
    InputError
        With one sentence: where, what was read, what is allowed, what to do.
    """
    return call(run_recovery, options_from(ProbeRecoveryOptions, locals()), on_progress)


@checked_arguments
def microdialysis_design(
    study: TableSource = "",
    *,
    ratio: float = 1.5,
    power: float = 0.8,
    animals: int | None = None,
    baseline_fractions: int | None = None,
    window_fractions: int | None = None,
    fraction_cv: float | None = None,
    response_cv: float | None = None,
    correlation: float | None = None,
    animals_table: TableSource = "",
    value: str = "",
    animal: str = "",
    group: str = "",
    time: str = "",
    start: str = "",
    end: str = "",
    time_is: str = "",
    unit: str = "",
    sheet: str = "",
    decimal: str = "",
    treated: str | float = "",
    flow: float | None = None,
    dead_volume: float | None = None,
    fraction_min: float | None = None,
    molar_mass: float | None = None,
    to_unit: str = "",
    lod: float | None = None,
    loq: float | None = None,
    control: str = "",
    window: tuple[float, float] | None = None,
    below: str = "as-measured",
    exclude: Texts | Mapping[str, str] = (),
    analyte: str = "",
    out: str | Path = "",
    on_progress: ProgressCallback | None = None,
) -> MicrodialysisDesignResult:
    """Power and sample size of a microdialysis study, from the scatter of one that was done.

    The effect is the ratio of window over baseline of one group over that of the other; the test
    is that of the primary result, two-sided at 5 %.

    Parameters
    ----------
    study
        Table of values as for `microdialysis`, or microdialysis.json of an analysis; without it
        the scatter is stated.
    ratio
        Effect to show: ratio of the groups.
    power
        Wanted power, from 0 to 1.
    animals
        Animals in each group; default: the number that is needed.
    baseline_fractions, window_fractions
        Fractions of the baseline and of the window; default: those of the study, else 4 and 6.
    fraction_cv
        Without a study: CV of fractions about the course of their animal, %.
    response_cv
        Without a study: CV of the response between animals, %.
    correlation
        Without a study: correlation of successive fractions; default: 0.
    animals_table, value, animal, group, time, start, end, time_is, unit, sheet, decimal
        Of a table, as for `microdialysis`: what it has and how it is read.
    treated, flow, dead_volume, fraction_min, molar_mass, to_unit, lod, loq
        Of a table, as for `microdialysis`: how the dialysate was collected.
    control, window, below, exclude, analyte
        Of a table, as for `microdialysis`: how it is analysed.
    out
        Folder for tables, figure and text.
    on_progress
        Called with the progress of long runs.

    Returns
    -------
    MicrodialysisDesignResult
        `.needed`, `.plan`, `.detectable`, `.scatter`; `.to_frame()`, `.to_frame("animals")`,
        `.plot()`.

    Raises
    ------
    InputError
        With one sentence: where, what was read, what is allowed, what to do.
    """
    given = {
        **locals(),
        "study": _in_rows(study),
        "treated": time_text(treated) if isinstance(treated, int | float) else treated,
        "exclude": _exclusions(exclude),
    }
    return call(run_design, options_from(DialysisDesignOptions, given), on_progress)


def _exclusions(given: Texts | Mapping[str, str]) -> tuple[str, ...]:
    """Animals and fractions with their reasons as "r12=reason"."""
    if isinstance(given, Mapping):
        return tuple(f"{name}={reason}" for name, reason in given.items())
    return texts(given)


def _in_rows(table: Any) -> TableSource:
    """A pandas DataFrame with groups and animals in two levels of columns as one row per fraction;
    another table as it is.
    """
    columns: Any = getattr(table, "columns", None)
    if getattr(columns, "nlevels", 1) != 2 or not hasattr(table, "melt"):
        same: TableSource = table
        return same
    if sides := [one for one in columns if one[0] and not one[1]]:
        # `reset_index` made the times a column, which has a name in the first level alone.
        table = table.set_index(sides)
        table.index = table.index.set_names([one[0] for one in sides])
        columns = table.columns
    first, second = (len(columns.get_level_values(k).unique()) for k in (0, 1))
    # Animals are more than groups, and stand below them where both are equal in number.
    names = ["group", "animal"] if second >= first else ["animal", "group"]
    frame: Any = table.copy()
    frame.columns = frame.columns.set_names(names)
    frame.index = frame.index.set_names([frame.index.name or "time"])
    rows: TableSource = frame.melt(ignore_index=False, value_name="value").reset_index()
    return rows

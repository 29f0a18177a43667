"""Options of the microdialysis commands."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import Any

from tricyclic.core.table_input import TableInput
from tricyclic.workflows.base import (
    decimal_option,
    folder_option,
    library_option,
    option,
    reader_option,
    sheet_option,
)

# Panels of the help.
COLUMNS, COLLECTION, ANALYSIS, OUTPUT = "Columns", "Collection", "Analysis", "Output"
FILES, BATCH, MODEL = "Files", "Batch", "Model"
PLAN, SCATTER, TABLE = "Plan", "Scatter", "Table of values"


def _confidence() -> Any:
    return option("Confidence level of the limits", default=0.95, panel=ANALYSIS)


@dataclass(frozen=True)
class AnalyseDialysisOptions:
    """Effect of a treatment on dialysate levels, from a table of values.

    `tricyclic microdialysis analyse values.csv --control vehicle --unit nM`

    `tricyclic microdialysis analyse values.xlsx --treated 10:20 --flow 1.2 --dead-volume 17.6`

    A table has one row per fraction (animal, group, start, end, value), or times down and animals
    across with the groups in a row above, or animals down and times across. "<LOQ", "n.d.", "lost"
    and empty cells are states, never 0. The primary result is one number per animal: the mean of
    the window over the baseline.
    """

    table: str | TableInput = option(
        "Table of values of fractions (.csv, .xlsx, .pzfx, .prism)", positional=True, path=True
    )
    animals_table: str | TableInput = option(
        "Second table with a row per animal: group, treated, dead_volume_uL, flow, "
        "recovery, excluded",
        default="",
        path=True,
        panel=COLUMNS,
    )
    value: str = option("Column of the values", default="", panel=COLUMNS)
    animal: str = option("Column of the animals", default="", panel=COLUMNS)
    group: str = option("Column of the groups", default="", panel=COLUMNS)
    time: str = option("Column of the times", default="", panel=COLUMNS)
    start: str = option("Column of the begin of fractions", default="", panel=COLUMNS)
    end: str = option("Column of the end of fractions", default="", panel=COLUMNS)
    time_is: str = option(
        "What a single time of a fraction is; default: as the column is called, else decided by "
        "the times and stated",
        default="",
        choices=("start", "middle", "end"),
        panel=COLUMNS,
    )
    unit: str = option(
        "Unit of the values, where the table does not state it: nM, uM, pg/uL, fmol, fmol/20 uL, "
        "fmol/min, % of baseline",
        default="",
        panel=COLUMNS,
    )
    sheet: str = sheet_option(COLUMNS)
    decimal: str = decimal_option(COLUMNS)
    treated: str = option(
        "Time of the treatment, as the times of the table are written (80, 10:20, 2026-03-02 "
        "10:20); default: times count from it",
        default="",
        panel=COLLECTION,
    )
    flow: float | None = option("Flow of the perfusate [uL/min]", default=None, panel=COLLECTION)
    dead_volume: float | None = option(
        "Volume from the membrane to the outlet [uL]; the times of the fractions are moved by it",
        default=None,
        panel=COLLECTION,
    )
    fraction_min: float | None = option(
        "Length of the fractions [min]; default: the distance of their times",
        default=None,
        panel=COLLECTION,
    )
    molar_mass: float | None = option(
        "Molar mass of the analyte [g/mol], for values in pg", default=None, panel=COLLECTION
    )
    to_unit: str = option(
        "Unit of the courses; default: that of the values",
        default="",
        choices=("nM", "fmol", "fmol/min"),
        panel=COLLECTION,
    )
    recovery: float | str | None = option(
        "In vitro recovery of the probe, with its standard error: 0.12 +/- 0.01; or a file of "
        "readings, as `recovery` reads it, with probes called as the animals",
        default=None,
        unit="ratio",
        panel=COLLECTION,
    )
    lod: float | None = option(
        "Limit of detection, in the unit of the values", default=None, panel=COLLECTION
    )
    loq: float | None = option(
        "Limit of quantification, in the unit of the values", default=None, panel=COLLECTION
    )
    control: str = option(
        "Group that the others are compared with; default: the one called vehicle, saline or "
        "control",
        default="",
        panel=ANALYSIS,
    )
    baseline_fractions: int = option(
        "Number of the last fractions before the treatment that make the baseline",
        default=4,
        panel=ANALYSIS,
    )
    window: tuple[float, float] | None = option(
        "Begin and end of the window of the primary result [min after the treatment]; default: 0 "
        "to 120, and called a default in the output",
        default=None,
        panel=ANALYSIS,
    )
    primary: str = option(
        "Primary result: the logarithm of window over baseline, or analysis of covariance on "
        "logarithms",
        default="log-ratio",
        choices=("log-ratio", "ancova"),
        panel=ANALYSIS,
    )
    below: str = option(
        "How values below the limit of quantification are used; the other ways are shown beside",
        default="as-measured",
        choices=("as-measured", "half-of-lod", "excluded"),
        panel=ANALYSIS,
    )
    cv_max_percent: float = option(
        "A baseline with a larger CV [%] is flagged, and used", default=20.0, panel=ANALYSIS
    )
    exclude: tuple[str, ...] = option(
        'Animal or fraction to leave out, with the reason: r12="probe moved", r03/f07="bubble"',
        default=(),
        panel=ANALYSIS,
    )
    confidence: float = _confidence()
    drug: str = option(
        "Drug of the library, whose targets decide with the analyte on the note about uptake "
        "blockers; default: the names of the groups",
        default="",
        panel=ANALYSIS,
    )
    library: str = library_option(ANALYSIS)
    compare: tuple[str, ...] = option(
        'Treatment of a group, whose course the model is laid beside: "desipramine 10 mg/kg ip"; '
        'with several groups "GROUP = desipramine 10 mg/kg ip"',
        default=(),
        panel=MODEL,
    )
    region: str = option(
        "Region of the probe, for --compare",
        default="cortex",
        choices=("cortex", "lc"),
        panel=MODEL,
    )
    ensemble_size: int | None = option(
        "Parameter sets of the model's band, for --compare; up to 100 by default",
        default=None,
        panel=MODEL,
    )
    analyte: str = option(
        "Name of the analyte, for titles; where a column of the table names several, the one whose "
        "rows are read",
        default="",
        panel=OUTPUT,
    )
    title: str = option("Title of the report", default="", panel=OUTPUT)
    out: str = folder_option("tables, figures and text")


@dataclass(frozen=True)
class QuantifyOptions:
    """Amounts of the analytes in every injection of a batch, from its chromatograms.

    `tricyclic microdialysis quantify samples.csv --method method.toml --folder raw`

    `tricyclic microdialysis quantify samples.xlsx --method method.toml --folder raw --unit fmol
    --weighting 1/x2 --plot batch.png --out amounts.xlsx`

    The sample list has a row for each injection: name, file, role (standard, quality control,
    blank, sample, suitability), amount of standards and controls, animal, start and end.
    """

    samples: str | TableInput = option(
        "Sample list (.csv, .xlsx): name, file, role, amount, animal, start, end",
        positional=True,
        path=True,
    )
    method: str | TableInput = option(
        "Method: compounds with their retention times and roles (.toml, .csv, .xlsx)",
        path=True,
        panel=FILES,
    )
    folder: str = option(
        "Folder of the chromatograms; default: that of the sample list",
        default="",
        path=True,
        panel=FILES,
    )
    manual: str | TableInput = option(
        "Table of limits that were set by hand: injection, compound, start_min, end_min, reason",
        default="",
        path=True,
        panel=FILES,
    )
    unit: str = option(
        "Unit of the amounts, such as fmol; default: that of their column",
        default="",
        panel=BATCH,
    )
    weighting: str = option(
        "Weight of a standard of amount x; auto: by the errors of the back-calculated standards",
        default="auto",
        choices=("auto", "1", "1/x", "1/x2"),
        panel=BATCH,
    )
    correct_drift: bool = option(
        "Read each injection by the sensitivity between the repeated standards around it",
        default=False,
        panel=BATCH,
    )
    title: str = option("Title of the batch", default="", panel=BATCH)
    channel: str = option(
        "Trace of files with several, such as EC1; a column of channels takes precedence",
        default="",
        panel=FILES,
    )
    time_unit: str = option(
        "Unit of the times of chromatograms that state none; default: min",
        default="",
        choices=("min", "s", "ms", "h"),
        panel=FILES,
    )
    reader: str = reader_option(FILES)
    sheet: str = sheet_option(FILES)
    decimal: str = decimal_option(FILES)
    out: str = folder_option(
        "tables and figures, with a picture of each injection; a file (.csv, .xlsx) "
        "takes the amounts"
    )


@dataclass(frozen=True)
class NoNetFluxOptions:
    """Concentration in the tissue and extraction of the probe, by the method of no net flux.

    `tricyclic microdialysis no-net-flux flux.csv --unit nM`

    A table has a row for each fraction, with inlet and outlet concentration, and where there are
    several the animal and the group. An animal whose inlet was varied is fitted by itself, and n
    is the number of animals. Where each animal was perfused with one concentration and times are
    stated, each time is fitted between the animals (dynamic no net flux).
    """

    table: str | TableInput = option(
        "Table of inlet and outlet concentrations (.csv, .xlsx)", positional=True, path=True
    )
    inlet: str = option("Column of the inlet concentrations", default="", panel=COLUMNS)
    outlet: str = option("Column of the outlet concentrations", default="", panel=COLUMNS)
    animal: str = option("Column of the animals", default="", panel=COLUMNS)
    group: str = option("Column of the groups", default="", panel=COLUMNS)
    time: str = option("Column of the times", default="", panel=COLUMNS)
    unit: str = option(
        "Unit of the result, and of the concentrations where the table states none",
        default="",
        panel=COLUMNS,
    )
    sheet: str = sheet_option(COLUMNS)
    decimal: str = decimal_option(COLUMNS)
    control: str = option(
        "Group that the others are compared with; default: the first", default="", panel=ANALYSIS
    )
    confidence: float = _confidence()
    analyte: str = option(
        "Name of the analyte, whose uptake decides on the note about uptake blockers",
        default="",
        panel=ANALYSIS,
    )
    out: str = folder_option("tables, figures and text")


def _as_analyse(name: str) -> Any:
    """An option for the table of values, as `analyse` has it."""
    declared = AnalyseDialysisOptions.__dataclass_fields__[name]
    info = replace(declared.metadata["option"], panel=TABLE)
    return field(default=declared.default, metadata={"option": info})


@dataclass(frozen=True)
class ProbeRecoveryOptions:
    """Recovery of probes in a bath, from concentrations of bath and dialysate.

    `tricyclic microdialysis recovery recovery.csv --unit nM`

    A table has a row for each fraction, with the concentrations of the dialysate and of the bath,
    and where there are several the probe. By loss (retrodialysis), the analyte is in the perfusate
    instead. Recovery falls with the flow: where a column states it, each flow has its own mean.
    """

    table: str | TableInput = option(
        "Table of concentrations of bath, perfusate and dialysate (.csv, .xlsx)",
        positional=True,
        path=True,
    )
    dialysate: str = option("Column of the dialysate", default="", panel=COLUMNS)
    bath: str = option("Column of the bath", default="", panel=COLUMNS)
    perfusate: str = option("Column of the perfusate", default="", panel=COLUMNS)
    probe: str = option("Column of the probes", default="", panel=COLUMNS)
    flow: str = option("Column of the flow, in uL/min", default="", panel=COLUMNS)
    unit: str = option(
        "Unit of the concentrations, where the table states none", default="", panel=COLUMNS
    )
    sheet: str = sheet_option(COLUMNS)
    decimal: str = decimal_option(COLUMNS)
    confidence: float = _confidence()
    out: str = folder_option("tables, figure and text")


@dataclass(frozen=True)
class DialysisDesignOptions:
    """Power and sample size of a microdialysis study, from the scatter of one that was done.

    `tricyclic microdialysis design values.csv --ratio 1.5 --power 0.8`

    `tricyclic microdialysis design results/microdialysis.json --ratio 1.5 --animals 6`

    `tricyclic microdialysis design --fraction-cv 15 --response-cv 25 --ratio 1.5`

    The effect is the ratio of window over baseline of one group over that of the other; the test
    is that of the primary result, two-sided at 5 %.
    """

    study: str | TableInput = option(
        "Table of values as for analyse, or microdialysis.json of an analysis; without it the "
        "scatter is stated",
        default="",
        positional=True,
        path=True,
    )
    ratio: float = option("Effect to show: ratio of the groups", default=1.5, panel=PLAN)
    power: float = option("Wanted power, from 0 to 1", default=0.8, panel=PLAN)
    animals: int | None = option(
        "Animals in each group; default: the number that is needed", default=None, panel=PLAN
    )
    baseline_fractions: int | None = option(
        "Fractions of the baseline; default: those of the study, else 4", default=None, panel=PLAN
    )
    window_fractions: int | None = option(
        "Fractions of the window; default: those of the study, else 6", default=None, panel=PLAN
    )
    fraction_cv: float | None = option(
        "Without a study: CV of fractions about the course of their animal [%]",
        default=None,
        panel=SCATTER,
    )
    response_cv: float | None = option(
        "Without a study: CV of the response between animals [%]", default=None, panel=SCATTER
    )
    correlation: float | None = option(
        "Without a study: correlation of successive fractions; default: 0",
        default=None,
        panel=SCATTER,
    )
    animals_table: str | TableInput = option(
        "Second table with a row per animal: group, treated, dead_volume_uL, flow, "
        "recovery, excluded",
        default="",
        path=True,
        panel=TABLE,
    )
    value: str = _as_analyse("value")
    animal: str = _as_analyse("animal")
    group: str = _as_analyse("group")
    time: str = _as_analyse("time")
    start: str = _as_analyse("start")
    end: str = _as_analyse("end")
    time_is: str = _as_analyse("time_is")
    unit: str = _as_analyse("unit")
    sheet: str = _as_analyse("sheet")
    decimal: str = _as_analyse("decimal")
    treated: str = _as_analyse("treated")
    flow: float | None = _as_analyse("flow")
    dead_volume: float | None = _as_analyse("dead_volume")
    fraction_min: float | None = _as_analyse("fraction_min")
    molar_mass: float | None = _as_analyse("molar_mass")
    to_unit: str = _as_analyse("to_unit")
    lod: float | None = _as_analyse("lod")
    loq: float | None = _as_analyse("loq")
    control: str = _as_analyse("control")
    window: tuple[float, float] | None = _as_analyse("window")
    below: str = _as_analyse("below")
    exclude: tuple[str, ...] = _as_analyse("exclude")
    analyte: str = _as_analyse("analyte")
    out: str = folder_option("tables, figure and text")

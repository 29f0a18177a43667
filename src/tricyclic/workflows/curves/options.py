"""Options of the curve commands."""

from __future__ import annotations

from dataclasses import dataclass

from tricyclic.core.table_input import TableInput
from tricyclic.workflows.base import (
    decimal_option,
    folder_option,
    option,
    reader_option,
    sheet_option,
    table_option,
)

# Panels of the help.
ONE_CURVE, MANY_CURVES, MODEL, OUTPUT = "Columns of a table", "Many curves", "Model", "Output"
COLUMNS = "Columns"
GROUPS, QUESTIONS = "Groups of curves in a table", "From the fit"


@dataclass(frozen=True)
class FitOptions:
    """Fit a curve model to columns of a table, or a logistic to every curve of a large file.

    `tricyclic fit data.csv --curve logistic_4pl --x conc_nM --y response`

    `tricyclic fit data.csv --curve logistic_4pl --x conc_nM --y response --by compound
    --share bottom,top --compare ec50 --ec 10,50`

    `tricyclic fit curves.parquet --out fits.parquet`

    `tricyclic fit cro.csv --curve-column "Compound ID" --x-column conc_uM --y-column pct_inhibition
    --out fits.xlsx`
    """

    file: str | TableInput = option(
        "Table (.csv, .xlsx, .pzfx, .prism), or a file of many curves (.parquet, .csv, .csv.gz, "
        ".xlsx)",
        positional=True,
        path=True,
    )
    curve: str = option(
        "Curve model; see: tricyclic curves models; for many curves logistic_4pl (the default) "
        "or logistic_3pl",
        default="",
        panel=MODEL,
    )
    fixed: tuple[str, ...] = option(
        "Parameter with a fixed value: hill=1, log10_kd=-9.1", default=(), panel=MODEL
    )
    free: tuple[str, ...] = option(
        "Parameter to fit although the model fixes it", default=(), panel=MODEL
    )
    variance: str = option(
        "Variance model",
        default="constant",
        choices=(
            "constant",
            "proportional",
            "power",
            "poisson",
            "quasipoisson",
            "binomial",
            "quasibinomial",
        ),
        panel=MODEL,
    )
    weights: str = option(
        "Column of weights (1 / variance), or a formula: 1/y, 1/y^2, 1/x, 1/sd^2; 1/SD^2 with SD a "
        "column of standard deviations",
        default="",
        panel=MODEL,
    )
    trials: str = option(
        "Column with the number of trials, for the variance model binomial",
        default="",
        panel=MODEL,
    )
    outliers: float | str | None = option(
        "Suggest outliers (ROUT), at a false discovery rate of 1 % (suggest) or another: 0.05; no "
        "reading is ever left out",
        default=None,
        panel=MODEL,
    )
    confidence: float = option("Confidence level of the intervals", default=0.95, panel=MODEL)
    folder: str = option("Your own folder of curve models", default="", path=True, panel=MODEL)
    y: tuple[str, ...] = option(
        "Column of readings; replicates are further columns", default=(), panel=ONE_CURVE
    )
    x: tuple[str, ...] = option(
        "Column of doses or times: conc_nM; for a model with several, the name in the model = "
        "column:unit, such as concentration_M=conc_nM:nM",
        default=(),
        panel=ONE_CURVE,
    )
    x_unit: str = option(
        "Unit of x, where neither its name nor the file states it", default="", panel=ONE_CURVE
    )
    table: str = table_option(ONE_CURVE)
    reader: str = reader_option(ONE_CURVE)
    sheet: str = sheet_option(ONE_CURVE)
    decimal: str = decimal_option(ONE_CURVE)
    molar_mass: float | None = option(
        "Molar mass [g/mol], where concentrations are masses per volume",
        default=None,
        panel=ONE_CURVE,
    )
    y_unit: str = option("Unit of the readings", default="unknown", panel=ONE_CURVE)
    by: tuple[str, ...] = option(
        "Column whose values are the curves, such as compound", default=(), panel=GROUPS
    )
    share: tuple[str, ...] = option(
        "Parameters that all curves have in common: bottom,top", default=(), panel=GROUPS
    )
    own_scatter: bool = option(
        "Curves that are fitted together, or compared, have a standard deviation each",
        default=False,
        panel=GROUPS,
    )
    compare: tuple[str, ...] = option(
        "Test whether the curves differ: all, or any of curves (one for all), ec50, hill, "
        "plateaus, or a parameter",
        default=(),
        panel=GROUPS,
    )
    ec: tuple[str, ...] = option(
        "Effective doses: percent of the way between the plateaus, such as 10,50,90",
        default=(),
        panel=QUESTIONS,
    )
    absolute: bool = option(
        "The values of --ec are readings instead of percent", default=False, panel=QUESTIONS
    )
    ec_name: str = option(
        "Letters of effective doses in text and figures: LD, LC, ED, IC; default: EC",
        default="",
        panel=QUESTIONS,
    )
    predict: tuple[str, ...] = option(
        "Expected readings at these x, in the unit of x: 1,10,100", default=(), panel=QUESTIONS
    )
    interval: str = option(
        "Limits of the predictions: of the curve, or of a single new reading",
        default="",
        choices=("confidence", "prediction"),
        panel=QUESTIONS,
    )
    curve_column: tuple[str, ...] = option(
        'Column that names the curves, such as "Compound ID"; several together name one curve',
        default=(),
        panel=MANY_CURVES,
    )
    x_column: str = option("Column of concentrations", default="", panel=MANY_CURVES)
    y_column: str = option("Column of readings", default="", panel=MANY_CURVES)
    keep: tuple[str, ...] = option(
        "Columns to write beside each fit, such as plate,operator",
        default=(),
        panel=MANY_CURVES,
    )
    no_intervals: bool = option(
        "Omit the confidence limits, which is twice as fast", default=False, panel=MANY_CURVES
    )
    workers: int | None = option(
        "Number of threads; default: one per processor core", default=None, panel=MANY_CURVES
    )
    scheduler: str = option(
        "Address of a Dask scheduler, such as tcp://host:8786", default="", panel=MANY_CURVES
    )
    chunk: int | None = option(
        "Least number of readings to read together", default=None, panel=MANY_CURVES
    )
    out: str = option(
        "Many curves: file for one row per curve (.parquet, .csv, .xlsx); columns of a table: "
        "one for its tables (.csv, .md, .xlsx), or a folder for tables and figures",
        default="",
        path=True,
        panel=OUTPUT,
    )


@dataclass(frozen=True)
class InterpolateOptions:
    """Concentrations of unknowns from a standard curve: ELISA, RIA, protein assays.

    `tricyclic curves interpolate elisa.csv --x conc:ng/mL --y OD1 --y OD2 --sample name`

    `tricyclic curves interpolate elisa.csv --x-unit ng/mL`

    Columns that are not named are recognised by their names where only one could be meant.

    Rows with a concentration are standards, rows without are unknowns. Rows of one name and one
    dilution are replicates. Nothing is extrapolated beyond the standards.
    """

    file: str | TableInput = option(
        "Table of standards and unknowns (.csv, .xlsx, .pzfx, .prism)", positional=True, path=True
    )
    x: str = option(
        "Column of the concentrations of the standards, with its unit: conc:ng/mL",
        default="",
        panel=COLUMNS,
    )
    y: tuple[str, ...] = option(
        "Column of readings; replicates are further columns", default=(), panel=COLUMNS
    )
    x_unit: str = option(
        "Unit of x, where neither its name nor the file states it", default="", panel=COLUMNS
    )
    sample: str = option("Column of sample names", default="", panel=COLUMNS)
    role: str = option(
        "Column that names standards, unknowns, qc and blanks; default: a row with a concentration "
        "is a standard",
        default="",
        panel=COLUMNS,
    )
    dilution: str = option("Column of dilution factors: 10, 1:10", default="", panel=COLUMNS)
    unknowns: str | TableInput = option(
        "Another table with the unknowns, in columns of the same names",
        default="",
        path=True,
        panel=COLUMNS,
    )
    curve: str = option(
        "Curve of the standards",
        default="logistic_4pl",
        choices=(
            "logistic_4pl",
            "logistic_5pl",
            "logistic_3pl",
            "straight_line",
            "quadratic",
            "log_log",
        ),
        panel=MODEL,
    )
    weights: str = option(
        "Column of weights (1 / variance) of the standards, or a formula: 1/y, 1/y^2 (of the "
        "curve), 1/x, 1/x^2, 1/sd^2 (of replicates); 1/SD^2 with SD a column of standard "
        "deviations",
        default="",
        panel=MODEL,
    )
    variance: str = option(
        "Variance model",
        default="constant",
        choices=("constant", "proportional", "power"),
        panel=MODEL,
    )
    confidence: float = option("Confidence level of the limits", default=0.95, panel=MODEL)
    accept: float | None = option(
        "Largest deviation [%] of the recovery of a standard from 100 %, and of its variation; the "
        "range of the results ends at the outermost standards within it",
        default=None,
        panel=MODEL,
    )
    accept_at_lloq: float | None = option(
        "The same for the lowest accepted standard [%]", default=None, panel=MODEL
    )
    table: str = table_option(COLUMNS)
    reader: str = reader_option(COLUMNS)
    sheet: str = sheet_option(COLUMNS)
    decimal: str = decimal_option(COLUMNS)
    y_unit: str = option("Unit of the readings", default="unknown", panel=COLUMNS)
    out: str = folder_option("tables and figure")


@dataclass(frozen=True)
class SensorgramOptions:
    """kon, koff and Kd from sensorgrams (SPR, BLI): one site, one or several injections.

    `tricyclic curves sensorgram spr.csv --x time_s --y RU1=3nM --y RU2=10nM --injection 60:180`

    `tricyclic curves sensorgram spr.csv --x time_s --y RU --injection 60:180:3nM
    --injection 400:520:10nM`

    Each column of readings is a cycle after regeneration of the surface. Injections of all cycles
    start and end at the same times; several of them are single-cycle kinetics.
    """

    file: str | TableInput = option(
        "Table of readings over time (.csv, .xlsx, .pzfx, .prism)", positional=True, path=True
    )
    x: str = option(
        "Column of times; default: the only one whose name states a time",
        default="",
        panel=COLUMNS,
    )
    x_unit: str = option(
        "Unit of x, where neither its name nor the file states it", default="", panel=COLUMNS
    )
    y: tuple[str, ...] = option(
        "Column of the readings of a cycle, with the concentration of its injections: RU1=10nM",
        default=(),
        panel=COLUMNS,
    )
    y_unit: str = option("Unit of the readings", default="RU", panel=COLUMNS)
    injection: tuple[str, ...] = option(
        "Start and end of an injection in the unit of x: 60:180, or with its concentration: "
        "60:180:10nM",
        default=(),
        panel=COLUMNS,
    )
    free: tuple[str, ...] = option(
        "Also fit background (baseline), bulk (shift with the solution), drift, delay_min "
        "(all switch times later than stated), or switch_times (each one)",
        default=(),
        panel=MODEL,
    )
    fixed: tuple[str, ...] = option(
        "Parameter with a fixed value: rmax=120, delay_min=0.02", default=(), panel=MODEL
    )
    confidence: float = option("Confidence level of the limits", default=0.95, panel=MODEL)
    table: str = table_option(COLUMNS)
    reader: str = reader_option(COLUMNS)
    sheet: str = sheet_option(COLUMNS)
    decimal: str = decimal_option(COLUMNS)
    out: str = folder_option("tables and figure")


@dataclass(frozen=True)
class KbOptions:
    """KB of a functional antagonist from an IC50 (Leff-Dougall), with all stated errors.

    `tricyclic curves kb --ic50 "120 +/- 15 nM" --agonist 30nM --ec50 "10 +/- 1 nM"
    --agonist-hill "1.3 +/- 0.1"`

    The IC50 is of the inhibition of the response to one concentration of the agonist, whose EC50
    and slope are those of its own curve. A number may have a standard error ("12.3 +/- 1.1 nM") or
    the limits of its confidence interval ("12.3 (10.1-15.0) nM").
    """

    ic50: float | str = option("Antagonist that halves the response to the agonist", unit="nM")
    agonist: float | str = option("Agonist beside it, its concentration", unit="nM")
    ec50: float | str = option("EC50 of the agonist alone", unit="nM")
    agonist_hill: float | str = option(
        "Slope of the curve of the agonist alone", default=1.0, unit="ratio"
    )
    n: int = option("Independent runs of the IC50, for its interval", default=1)
    compound: str = option("Name of the antagonist", default="")
    confidence: float = option(
        "Confidence level of the intervals, given and computed", default=0.95
    )


@dataclass(frozen=True)
class CurveModelsOptions:
    """List the curve models, or show the equation, parameters and sources of one."""

    name: str = option("A curve model to show in detail", default="", positional=True)
    folder: str = option("Your own folder of curve models", default="", path=True)

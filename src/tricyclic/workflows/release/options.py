"""Options of the release commands."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from tricyclic.core.table_input import TableInput
from tricyclic.workflows.base import (
    decimal_option,
    folder_option,
    option,
    sheet_option,
)

# Panels of the help.
COLUMNS, PLATES, SAMPLING = "Columns", "Plates and standards", "Sampling"
ANALYSIS, OUTPUT, PLAN, SCATTER = "Analysis", "Output", "Plan", "Scatter"


def _column(of: str) -> Any:
    return option(f"Column of {of}", default="", panel=COLUMNS)


@dataclass(frozen=True)
class AnalyseReleaseOptions:
    """Effect of a drug on evoked release, from the samples of cultures.

    `tricyclic release analyse samples.csv --well-volume 500 --sample-volume 100`

    `tricyclic release analyse design.csv --plates plate1.csv --plates plate2.csv --unit uM`

    A table has one row per sample (culture, well, drug, concentration, stimulus, sample, value), or
    one row per well with columns basal and stimulated. Standards and blanks are rows of their own.
    Wells are averaged first: n is the number of independent cultures.
    """

    table: str | TableInput = option(
        "Table of samples, or with --plates of the design (.csv, .xlsx)",
        positional=True,
        path=True,
    )
    culture: str = _column("the independent cultures")
    plate: str = _column("the plates")
    well: str = _column("the wells")
    drug: str = _column("the drugs")
    treatment: str = _column('treatments in words ("BDNF + imipramine 1 uM + NE-100")')
    concentration: str = _column("the concentrations of the drug")
    stimulus_column: str = _column("the stimuli")
    antagonist: str = _column("the antagonists")
    sample: str = _column("the samples: basal, stimulated, standard, blank")
    value: str = _column("the values, with one row per sample")
    basal: str = _column("the basal samples, with one row per well")
    stimulated: str = _column("the stimulated samples, with one row per well")
    protein: str = _column("the protein of the wells, in ug or mg")
    cells: str = _column("the numbers of cells of the wells")
    level: str = _column("the concentrations of standards")
    unit: str = option(
        "Unit of the values, or with standards that of their concentrations, where the table "
        "states none: uM, nM, ng/mL",
        default="",
        panel=COLUMNS,
    )
    concentration_unit: str = option(
        "Unit of the concentrations of the drug, where the table states none",
        default="",
        panel=COLUMNS,
    )
    antagonists: tuple[str, ...] = option(
        "Names that are antagonists in treatments in words", default=(), panel=COLUMNS
    )
    per: str = option(
        "What release is divided by; auto: protein or cells where the table has them",
        default="auto",
        choices=("auto", "protein", "cells", "well"),
        panel=COLUMNS,
    )
    sheet: str = sheet_option(COLUMNS)
    decimal: str = decimal_option(COLUMNS)
    injection: str = _column("the injections, with --amounts")
    amounts: str | TableInput = option(
        "Amounts of the injections, as microdialysis quantify writes them; the table is then their "
        "design",
        default="",
        path=True,
        panel=PLATES,
    )
    injected_volume: float | None = option(
        "Volume of an injection [uL], by which amounts are concentrations",
        default=None,
        panel=PLATES,
    )
    plates: tuple[str | TableInput, ...] = option(
        "Files of plate readers with the readings; the table is then their design",
        default=(),
        path=True,
        panel=PLATES,
    )
    curve: str = option(
        "Curve of the standards",
        default="straight_line",
        choices=(
            "straight_line",
            "quadratic",
            "logistic_3pl",
            "logistic_4pl",
            "logistic_5pl",
            "log_log",
        ),
        panel=PLATES,
    )
    variance: str = option(
        "Scatter of the standards",
        default="proportional",
        choices=("constant", "proportional", "power"),
        panel=PLATES,
    )
    accept: float | None = option(
        "Largest deviation of a standard [%]; others end the range", default=None, panel=PLATES
    )
    plate_size: int | None = option(
        "Wells of a culture plate, for the check of edge wells; default: the smallest that fits",
        default=None,
        panel=PLATES,
    )
    well_volume: float | None = option(
        "Medium in a well when the basal sample is taken [uL]; results are then amounts",
        default=None,
        panel=SAMPLING,
    )
    sample_volume: float | None = option(
        "Volume of the basal sample [uL]", default=None, panel=SAMPLING
    )
    added_volume: float | None = option(
        "Volume added with the stimulus [uL]", default=None, panel=SAMPLING
    )
    medium: str = option(
        "Whether the medium is kept between the samples, or all of it collected and replaced",
        default="kept",
        choices=("kept", "replaced"),
        panel=SAMPLING,
    )
    basal_min: float | None = option(
        "Duration of the basal collection [min], for replaced medium",
        default=None,
        panel=SAMPLING,
    )
    stimulus_min: float | None = option(
        "Duration of the stimulated collection [min], for replaced medium",
        default=None,
        panel=SAMPLING,
    )
    stimulus: str = option(
        "Stimulus whose release is compared; default: the most frequent that does not depolarise",
        default="",
        panel=ANALYSIS,
    )
    positive: str = option(
        "Depolarisation control; default: a stimulus called KCl, veratridine or the like",
        default="",
        panel=ANALYSIS,
    )
    primary: str = option(
        "Scale of the primary result: ratio of net release to the vehicle, or difference",
        default="ratio",
        choices=("ratio", "difference"),
        panel=ANALYSIS,
    )
    primary_arm: str = option(
        'Arm of the primary result, stated in advance ("imipramine 1 uM"); default: all arms, p '
        "adjusted for their number",
        default="",
        panel=ANALYSIS,
    )
    error: str = option(
        "Scatter of comparisons: own of each, or pooled over arms, which assumes that all cultures "
        "respond alike",
        default="own",
        choices=("own", "pooled"),
        panel=ANALYSIS,
    )
    hill: float = option("Slope of the potentiation curve", default=1.0, panel=ANALYSIS)
    exclude: tuple[str, ...] = option(
        'Culture or well to leave out, with the reason: 3="contaminated", 2/B04="detached"',
        default=(),
        panel=ANALYSIS,
    )
    confidence: float = option("Confidence level of the limits", default=0.95, panel=ANALYSIS)
    transmitter: str = option("Name of what is measured", default="glutamate", panel=OUTPUT)
    title: str = option("Title of the report", default="", panel=OUTPUT)
    out: str = folder_option("tables, figures and text")


@dataclass(frozen=True)
class ReleaseDesignOptions:
    """Cultures and wells for a wanted power, from the scatter of a study or as stated.

    `tricyclic release design results/release.json --ratio 1.5 --power 0.8`

    `tricyclic release design --well-cv 20 --effect-cv 15 --ratio 1.5`

    The effect is a ratio of net release; the test is that of one arm against the vehicle, paired
    by culture, two-sided at 5 % (at 5 % over the number of arms where several are compared).
    """

    study: str = option(
        "release.json of an analysis; without it the scatter is stated",
        default="",
        positional=True,
        path=True,
    )
    ratio: float = option("Effect to show: ratio of net release", default=1.5, panel=PLAN)
    power: float = option("Wanted power, from 0 to 1", default=0.8, panel=PLAN)
    cultures: int | None = option(
        "Independent cultures; default: the number that is needed", default=None, panel=PLAN
    )
    wells: int | None = option(
        "Wells of an arm in each culture; default: those of the study, else 3",
        default=None,
        panel=PLAN,
    )
    arms: int = option(
        "Arms that are compared with the vehicle, for which p is adjusted", default=1, panel=PLAN
    )
    well_cv: float | None = option(
        "Without a study: CV of net release between wells of an arm [%]",
        default=None,
        panel=SCATTER,
    )
    effect_cv: float | None = option(
        "Without a study: CV of the effect between cultures [%]", default=None, panel=SCATTER
    )
    out: str = folder_option("tables, figure and text")

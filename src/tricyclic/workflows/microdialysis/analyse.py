"""Effect of a treatment on dialysate levels, from a table of values."""

from __future__ import annotations

import math
from dataclasses import replace
from typing import cast

from tricyclic.assays.microdialysis.analysis import DialysisAnalysis, analyse_courses
from tricyclic.assays.microdialysis.courses import CourseConditions, courses_of
from tricyclic.assays.microdialysis.methods import MethodFacts, dialysis_methods
from tricyclic.core.fraction_table import TimeIs
from tricyclic.core.fractions import BelowLimit, ResponseSettings
from tricyclic.core.progress import ProgressCallback, report_progress
from tricyclic.core.table import DataTable
from tricyclic.errors import InputError
from tricyclic.io.files import file_or_table, source_name
from tricyclic.io.fraction_table import FractionColumns, read_animal_rows, read_fraction_table
from tricyclic.results.microdialysis import MicrodialysisResult, Primary
from tricyclic.stats.statistics import MeanEstimate, with_t_interval
from tricyclic.study.dialysis_schema import ShareField
from tricyclic.workflows.base import refuse_without_effect
from tricyclic.workflows.dialysis_model import DialysisSetup, with_model
from tricyclic.workflows.extraction import extraction_note
from tricyclic.workflows.microdialysis.options import AnalyseDialysisOptions
from tricyclic.workflows.output import check_output_folder

_BELOW: dict[str, BelowLimit] = {
    "as-measured": "as measured",
    "half-of-lod": "half of LOD",
    "excluded": "excluded",
}


def run(
    options: AnalyseDialysisOptions, on_progress: ProgressCallback | None = None
) -> MicrodialysisResult:
    """Read the table, relate its fractions to the treatment, and compare the groups."""
    check_output_folder(options.out)
    name = source_name(cast("str | DataTable", options.table))
    report_progress(on_progress, 0, 2, f"reading {name}")
    analysis = DialysisAnalysis(
        ResponseSettings(
            baseline_fractions=options.baseline_fractions,
            window_min=_window(options.window),
            window_is_default=options.window is None,
            cv_max_percent=options.cv_max_percent,
            below=_BELOW[options.below],
        ),
        control=options.control,
        primary=cast("Primary", options.primary.replace("-", " ")),
        confidence=options.confidence,
        title=options.title,
        analyte=options.analyte,
    )
    conditions = _conditions(options)
    stated = conditions.animals or {}
    table = read_fraction_table(
        file_or_table(options.table),
        FractionColumns(
            options.value,
            options.animal,
            options.group,
            options.time,
            options.start,
            options.end,
            options.analyte,
        ),
        sheet=options.sheet or None,
        decimal=options.decimal or None,
        left_out={
            *(target for target, _ in conditions.exclude),
            *(name for name, animal in stated.items() if animal.excluded),
        },
    )
    read = courses_of(table, conditions)
    analysis = replace(analysis, analyte=options.analyte or table.analyte)
    report_progress(on_progress, 1, 2, "comparing groups")
    result = analyse_courses(read.courses, analysis, left_out=read.left_out)
    result = replace(
        result,
        recovery=_recovery(options, result.unit),
        # A dose that the model is compared with names the drug, too.
        extraction_note=extraction_note(
            (*result.groups, *options.compare), options.drug, options.library, analysis.analyte
        ),
        file=table.file,
        read_as=(*table.read_as, *read.read_as),
        unused=table.unused,
    )
    facts = MethodFacts(_number(options.flow), _number(options.dead_volume))
    result = replace(result, methods=dialysis_methods(result, None, facts))
    if not options.compare:
        refuse_without_effect(
            options, ("region", "ensemble_size"), "the model, which is compared with --compare"
        )
        return result
    setup = DialysisSetup(
        options.region,
        _number(options.flow),
        result.recovery.value if result.recovery is not None else math.nan,
        options.ensemble_size,
    )
    return with_model(
        result, options.compare, setup, library=options.library, on_progress=on_progress
    )


def _window(window: tuple[float, float] | None) -> tuple[float, float]:
    if window is None:
        return ResponseSettings.window_min
    low, high = window
    if not 0 <= low < high:
        raise InputError(
            f"is {low:g} to {high:g} min",
            where="window",
            allowed="It starts at or after the treatment (0) and ends after it starts",
        )
    return low, high


def _conditions(options: AnalyseDialysisOptions) -> CourseConditions:
    for name in ("flow", "fraction_min", "molar_mass", "lod", "loq", "cv_max_percent"):
        value = getattr(options, name)
        if value is not None and not (math.isfinite(value) and value > 0):
            raise InputError(f"is {value:g}", where=name, allowed="It is a number above 0")
    if options.dead_volume is not None and not options.dead_volume >= 0:
        raise InputError(
            f"is {options.dead_volume:g}", where="dead_volume", allowed="It is 0 or more"
        )
    animals = (
        read_animal_rows(
            file_or_table(options.animals_table),
            decimal=options.decimal or None,
        )
        if options.animals_table
        else None
    )
    return CourseConditions(
        unit=options.unit,
        to=options.to_unit,
        molar_mass_g_per_mol=_number(options.molar_mass),
        treated=options.treated,
        flow_uL_per_min=_number(options.flow),
        dead_volume_uL=_number(options.dead_volume),
        fraction_min=_number(options.fraction_min),
        time_is=cast("TimeIs", options.time_is),
        loq=_number(options.loq),
        lod=_number(options.lod),
        animals=animals,
        exclude=tuple(_exclusion(text) for text in options.exclude),
    )


def _number(value: float | None) -> float:
    return math.nan if value is None else value


def _exclusion(text: str) -> tuple[str, str]:
    target, equals, reason = text.partition("=")
    if not equals or not reason.strip():
        raise InputError(
            f"'{text}' has no reason",
            where="exclude",
            allowed="What is left out is named with its reason",
            do=f'Write --exclude {target.strip()}="reason"',
        )
    return target.strip(), reason.strip().strip("\"'")


def _recovery(options: AnalyseDialysisOptions, unit: str) -> MeanEstimate | None:
    if options.recovery is None:
        return None
    if unit != "nM":
        raise InputError(
            "has no effect here",
            where="recovery",
            allowed=f"It applies to concentrations, and the values are in {unit}",
            do="Add --to-unit nM with --flow, or omit --recovery",
        )
    measured = ShareField().check(options.recovery, "recovery")
    return with_t_interval(measured.value, measured.se, math.inf, options.confidence)

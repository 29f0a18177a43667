"""Effect of a treatment on dialysate levels, from a table of values."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import cast

from tricyclic.assays.microdialysis.analysis import DialysisAnalysis, analyse_courses
from tricyclic.assays.microdialysis.courses import (
    FLOWS,
    MOST_DEAD_UL,
    CourseConditions,
    ReadCourses,
    courses_of,
)
from tricyclic.assays.microdialysis.methods import MethodFacts, dialysis_methods
from tricyclic.core.fraction_table import AnimalRow, AnimalTable, FractionTable, TimeIs
from tricyclic.core.fractions import BelowLimit, ResponseSettings
from tricyclic.core.progress import ProgressCallback, report_progress
from tricyclic.core.table import DataTable
from tricyclic.errors import InputError
from tricyclic.io.animal_table import read_animal_table
from tricyclic.io.files import file_or_table, source_name
from tricyclic.io.fraction_table import FractionColumns, read_fraction_table
from tricyclic.io.recovery_table import read_recovery_table
from tricyclic.results.microdialysis import MicrodialysisResult, Primary
from tricyclic.study.dialysis_schema import ShareField
from tricyclic.workflows.base import refuse_without_effect
from tricyclic.workflows.dialysis_model import DialysisSetup, with_model
from tricyclic.workflows.dialysis_recovery import StudyRecovery, recovery_of_study
from tricyclic.workflows.exclude_option import target_and_reason
from tricyclic.workflows.extraction import extraction_note
from tricyclic.workflows.microdialysis.options import AnalyseDialysisOptions
from tricyclic.workflows.output import check_output_folder

_BELOW: dict[str, BelowLimit] = {
    "as-measured": "as measured",
    "half-of-lod": "half of LOD",
    "excluded": "excluded",
}

# Suffixes of files with the readings of probes in a bath.
_TABLES = frozenset({".csv", ".tsv", ".txt", ".xlsx"})


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
    table, animals, read = _read(options)
    analysis = replace(analysis, analyte=options.analyte or table.analyte)
    report_progress(on_progress, 1, 2, "comparing groups")
    result = analyse_courses(read.courses, analysis, left_out=read.left_out)
    recovery = _recovery(options, result.unit, read.stated)
    result = replace(
        result,
        recovery=recovery.mean,
        recoveries=recovery.own,
        checks=(*result.checks, *read.checks, *recovery.checks),
        # A dose that the model is compared with names the drug, too.
        extraction_note=extraction_note(
            (*result.groups, *options.compare), options.drug, options.library, analysis.analyte
        ),
        file=table.file,
        read_as=(*table.read_as, *read.read_as, *recovery.read_as),
        unused=(*table.unused, *_unused(animals)),
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


def _read(
    options: AnalyseDialysisOptions,
) -> tuple[FractionTable, AnimalTable | None, ReadCourses]:
    """The tables of values and of animals, and the courses in them."""
    _check_numbers(options)
    exclude = tuple(target_and_reason(text) for text in options.exclude)
    animals = (
        read_animal_table(file_or_table(options.animals_table), decimal=options.decimal or None)
        if options.animals_table
        else None
    )
    rows = animals.rows if animals else None
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
            *(target for target, _ in exclude),
            *(name for name, row in (rows or {}).items() if row.excluded),
        },
        also_read={animals.sheet} if animals and _is_one_file(options) else (),
    )
    return table, animals, courses_of(table, _conditions(options, rows, exclude, table.time_unit))


def _is_one_file(options: AnalyseDialysisOptions) -> bool:
    """Whether the values and the animals are sheets of one workbook."""
    given = (options.table, options.animals_table)
    return all(isinstance(one, str | Path) for one in given) and len({*map(str, given)}) == 1


def _unused(animals: AnimalTable | None) -> tuple[str, ...]:
    return tuple(f"{animals.file}: {text}" for text in animals.unused) if animals else ()


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


def _check_numbers(options: AnalyseDialysisOptions) -> None:
    for name in ("flow", "fraction_min", "molar_mass", "lod", "loq", "cv_max_percent"):
        value = getattr(options, name)
        if value is not None and not (math.isfinite(value) and value > 0):
            raise InputError(f"is {value:g}", where=name, allowed="It is a number above 0")
    if options.dead_volume is not None and not 0 <= options.dead_volume <= MOST_DEAD_UL:
        raise InputError(
            f"is {options.dead_volume:g} uL",
            where="dead_volume",
            allowed=f"It is 0 to {MOST_DEAD_UL:g} uL",
        )
    if options.flow is not None and not FLOWS[0] <= options.flow <= FLOWS[1]:
        raise InputError(
            f"is {options.flow:g} uL/min",
            where="flow",
            allowed=f"Flows are {FLOWS[0]:g} to {FLOWS[1]:g} uL/min",
        )


def _conditions(
    options: AnalyseDialysisOptions,
    animals: Mapping[str, AnimalRow] | None,
    exclude: tuple[tuple[str, str], ...],
    time_unit: str,
) -> CourseConditions:
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
        time_unit=time_unit,
        exclude=exclude,
    )


def _number(value: float | None) -> float:
    return math.nan if value is None else value


def _recovery(
    options: AnalyseDialysisOptions, unit: str, animals: Mapping[str, AnimalRow]
) -> StudyRecovery:
    """Recovery of the probes: stated, of a file of readings, or by animal in a table."""
    if options.recovery is None:
        if unit != "nM" and any(math.isfinite(row.recovery) for row in animals.values()):
            note = (
                f"recovery of the animals: not used, as it applies to nM and values are in {unit}"
            )
            return StudyRecovery(read_as=(note,))
        return recovery_of_study(None, None, animals, _number(options.flow), options.confidence)
    if unit != "nM":
        raise InputError(
            "has no effect here",
            where="recovery",
            allowed=f"It applies to concentrations, and the values are in {unit}",
            do="Add --to-unit nM with --flow, or omit --recovery",
        )
    given = options.recovery
    if isinstance(given, str) and Path(given).suffix.lower() in _TABLES:
        table = read_recovery_table(given, Path(given).name)
        return recovery_of_study(None, table, animals, _number(options.flow), options.confidence)
    measured = ShareField().check(given, "recovery")
    return recovery_of_study(measured, None, animals, _number(options.flow), options.confidence)

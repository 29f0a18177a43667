"""Cultures, wells, fields and cells of a neurite experiment for a wanted power."""

from __future__ import annotations

import math
from dataclasses import replace

from tricyclic.assays.neurites.plan import NeuritePlan, plan_neurites
from tricyclic.core.neurites import diameters_text
from tricyclic.core.progress import ProgressCallback
from tricyclic.errors import InputError
from tricyclic.results.neurites import NeuriteScatter, NeuritesResult
from tricyclic.results.neurites_design import NeuritesDesignResult
from tricyclic.workflows.base import refuse_without_effect
from tricyclic.workflows.neurites.analyse import run as analyse
from tricyclic.workflows.neurites.options import AnalyseNeuritesOptions, NeuritesDesignOptions
from tricyclic.workflows.output import check_output_folder

_OF_TABLE = tuple(
    name
    for name in NeuritesDesignOptions.__dataclass_fields__
    if name in AnalyseNeuritesOptions.__dataclass_fields__ and name != "out"
)
_STATED = ("effect_sd", "field_correlation", "well_correlation")
USUAL_WELLS, USUAL_FIELDS, USUAL_CELLS, USUAL_CORRELATION = 2, 3, 60, 0.01


def run(
    options: NeuritesDesignOptions, on_progress: ProgressCallback | None = None
) -> NeuritesDesignResult:
    """Take the scatter from an experiment or as stated, and plan the next one."""
    check_output_folder(options.out)
    if not options.experiment:
        return _stated(options)
    refuse_without_effect(options, _STATED, "a plan without an experiment")
    result = analyse(
        AnalyseNeuritesOptions(
            table=options.experiment, **{name: getattr(options, name) for name in _OF_TABLE}
        ),
        on_progress,
    )
    if result.scatter is None:
        raise InputError(
            "the scatter between cultures is not known",
            where=result.table.file,
            allowed="It needs a drug arm and the vehicle in two cultures or more",
            do="State it with --effect-sd, without the table",
        )
    criterion = f" ({diameters_text(result.threshold)})" if math.isfinite(result.threshold) else ""
    planned = plan_neurites(
        result.scatter,
        NeuritePlan(
            options.difference,
            _percent(options, result),
            options.power,
            options.comparisons,
            options.cultures,
            options.wells or max(1, round(result.scatter.wells_per_arm)),
            options.fields or max(1, round(result.scatter.fields_per_well)),
            options.cells_per_field or max(1, round(result.scatter.cells_per_field)),
        ),
        source=f"from {result.scatter.cultures} cultures of {result.table.file}{criterion}",
    )
    return replace(planned, read_as=result.table.read_as, unused=result.table.unused)


def _percent(options: NeuritesDesignOptions, result: NeuritesResult) -> float:
    if options.percent_without is not None:
        return options.percent_without
    return next(
        one.percent.value for one in result.summaries if result.label(one.arm) == result.vehicle
    )


def _stated(options: NeuritesDesignOptions) -> NeuritesDesignResult:
    refuse_without_effect(options, _OF_TABLE, "a table")
    for name in ("percent_without", "effect_sd"):
        if getattr(options, name) is None:
            raise InputError(
                "no experiment is given, and this is not stated",
                where=name,
                do="Add a table, or --percent-without 30 --effect-sd 5",
            )
    assert options.percent_without is not None and options.effect_sd is not None
    if not 0 <= options.effect_sd <= 100:
        raise InputError(
            f"is {options.effect_sd:g}", where="effect_sd", allowed="It is 0 to 100 points"
        )
    correlations = []
    for name in ("field_correlation", "well_correlation"):
        value = getattr(options, name)
        value = USUAL_CORRELATION if value is None else value
        if not 0 <= value < 1:
            raise InputError(f"is {value:g}", where=name, allowed="It is 0 to below 1")
        correlations.append(value)
    scatter = NeuriteScatter(
        correlations[0],
        math.nan,
        correlations[1],
        options.effect_sd,
        math.nan,
        0.0,
        options.percent_without,
        float(options.cells_per_field or USUAL_CELLS),
        float(options.fields or USUAL_FIELDS),
        float(options.wells or USUAL_WELLS),
        0,
    )
    source = (
        f"stated: SD {options.effect_sd:g} points of the effect between cultures, intraclass "
        f"correlation {correlations[0]:g} in fields and {correlations[1]:g} in wells"
    )
    return plan_neurites(
        scatter,
        NeuritePlan(
            options.difference,
            options.percent_without,
            options.power,
            options.comparisons,
            options.cultures,
            options.wells or USUAL_WELLS,
            options.fields or USUAL_FIELDS,
            options.cells_per_field or USUAL_CELLS,
        ),
        source=source,
    )

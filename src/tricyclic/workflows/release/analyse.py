"""Effect of a drug on evoked release, from the samples of cultures."""

from __future__ import annotations

import math
from dataclasses import replace
from typing import cast

from tricyclic.assays.release.analysis import ReleaseAnalysis, analyse_release
from tricyclic.assays.release.methods import release_methods
from tricyclic.assays.standards.interpolation import InterpolationMethod
from tricyclic.core.analysis_options import FitVariance
from tricyclic.core.progress import ProgressCallback, report_progress
from tricyclic.core.release import Medium, Sampling
from tricyclic.core.table import DataTable
from tricyclic.errors import InputError
from tricyclic.io.files import source_name
from tricyclic.io.release_table import ReleaseReadOptions, read_release_table
from tricyclic.results.release import EffectScale, ReleaseResult
from tricyclic.stats.blocks import BlockError
from tricyclic.workflows.base import refuse_without_effect
from tricyclic.workflows.exclude_option import target_and_reason
from tricyclic.workflows.output import check_output_folder
from tricyclic.workflows.release.options import AnalyseReleaseOptions
from tricyclic.workflows.release_samples import convert_samples

USUAL_STIMULUS = "BDNF"
_ROLES = (
    *("culture", "plate", "well", "drug", "treatment", "concentration", "antagonist", "sample"),
    *("value", "basal", "stimulated", "protein", "cells", "level", "injection"),
)


def run(
    options: AnalyseReleaseOptions, on_progress: ProgressCallback | None = None
) -> ReleaseResult:
    """Read the samples, compute the net release of the wells, and compare the arms."""
    check_output_folder(options.out)
    if not options.amounts:
        refuse_without_effect(
            options, ("injection", "injected_volume"), "injections, whose amounts --amounts names"
        )
    if options.plates and options.amounts:
        raise InputError(
            "both plates and amounts of injections are given",
            where="amounts",
            allowed="The values of a study are from one of them",
        )
    source = cast("str | DataTable", options.table)
    name = source_name(source)
    report_progress(on_progress, 0, 2, f"reading {name}")
    table = read_release_table(
        source,
        ReleaseReadOptions(
            columns={
                **{role: getattr(options, role) for role in _ROLES},
                "stimulus": options.stimulus_column,
            },
            stimulus=options.stimulus or USUAL_STIMULUS,
            transmitter=options.transmitter,
            unit="" if options.plates else options.unit,
            level_unit=options.unit,
            concentration_unit=options.concentration_unit,
            antagonists=options.antagonists,
            sheet=options.sheet,
            decimal=options.decimal,
            per=options.per,
        ),
        plates=cast("tuple[str | DataTable, ...]", options.plates),
        amounts=cast("str | DataTable", options.amounts),
        injected_uL=_number(options.injected_volume),
    )
    report_progress(on_progress, 1, 2, "comparing arms")
    analysis = ReleaseAnalysis(
        stimulus=options.stimulus,
        positive=options.positive,
        primary=cast("EffectScale", options.primary),
        primary_arm=options.primary_arm,
        error=cast("BlockError", options.error),
        hill=options.hill,
        confidence=options.confidence,
        plate_size=options.plate_size or 0,
        exclude=tuple(target_and_reason(text) for text in options.exclude),
        title=options.title,
        transmitter=options.transmitter,
    )
    method = InterpolationMethod(
        curve=options.curve,
        variance=cast("FitVariance", options.variance),
        acceptance_percent=_number(options.accept),
        confidence=options.confidence,
    )
    samples = convert_samples(table, method)
    result = analyse_release(samples, sampling_of(options), analysis)
    result = replace(result, file=table.file, read_as=table.read_as, unused=table.unused)
    return replace(result, methods=release_methods(result))


def sampling_of(options: AnalyseReleaseOptions) -> Sampling:
    """Volumes and durations of the options."""
    return Sampling(
        well_uL=_number(options.well_volume),
        sample_uL=options.sample_volume or 0.0,
        added_uL=options.added_volume or 0.0,
        medium=cast("Medium", options.medium),
        basal_min=_number(options.basal_min),
        stimulus_min=_number(options.stimulus_min),
    )


def _number(value: float | None) -> float:
    return math.nan if value is None else value

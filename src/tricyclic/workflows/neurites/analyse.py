"""Effect of drugs on neurite outgrowth, from a table of counts or of lengths."""

from __future__ import annotations

import math
from typing import cast

from tricyclic.assays.neurites.analysis import NeuriteSettings, analyse_neurites
from tricyclic.core.neurites import NeuriteTable
from tricyclic.core.progress import ProgressCallback, report_progress
from tricyclic.core.table import DataTable
from tricyclic.errors import InputError
from tricyclic.io.files import file_or_table, source_name
from tricyclic.io.neurite_table import NeuriteReading, read_neurite_table
from tricyclic.io.open import read_tables
from tricyclic.results.neurites import Measure, NeuritesResult
from tricyclic.stats.blocks import BlockError
from tricyclic.workflows.exclude_option import target_and_reason
from tricyclic.workflows.neurites.options import AnalyseNeuritesOptions
from tricyclic.workflows.output import check_output_folder

ROLES = (
    "culture",
    "well",
    "field",
    "drug",
    "treatment",
    "concentration",
    "stimulus",
    "antagonist",
    "cells",
    "positive",
    "percent",
    "longest",
    "total",
)


def run(
    options: AnalyseNeuritesOptions, on_progress: ProgressCallback | None = None
) -> NeuritesResult:
    """Read the table, take the cells of each culture together, and compare the arms."""
    check_output_folder(options.out)
    table = read_table(options, on_progress)
    report_progress(on_progress, 1, 2, "comparing arms")
    return analyse_neurites(
        table,
        NeuriteSettings(
            threshold=_above_zero("threshold", options.threshold),
            primary=cast("Measure", options.primary),
            primary_arm=options.primary_arm,
            error=cast("BlockError", options.error),
            exclude=tuple(target_and_reason(text) for text in options.exclude),
            confidence=options.confidence,
            title=options.title,
        ),
    )


def read_table(
    options: AnalyseNeuritesOptions, on_progress: ProgressCallback | None = None
) -> NeuriteTable:
    """The table of the options, with its design where there is one."""
    source = file_or_table(options.table)
    name = source_name(cast("str | DataTable", options.table))
    report_progress(on_progress, 0, 2, f"reading {name}")
    design = (
        read_tables(file_or_table(options.design), decimal=options.decimal or None)[0]
        if options.design
        else None
    )
    table = read_neurite_table(
        source,
        name,
        NeuriteReading(
            {role: getattr(options, role) for role in ROLES},
            options.stimulus_name,
            options.unit,
            options.antagonists,
            _above_zero("soma_diameter", options.soma_diameter),
            design,
        ),
        sheet=options.sheet,
        decimal=options.decimal,
    )
    if options.soma_diameter is not None and not any(
        math.isfinite(cell.longest) and math.isnan(cell.soma_diameter) for cell in table.cells
    ):
        raise InputError(
            "has no effect here",
            where="soma_diameter",
            allowed="It applies to lengths of cells that have no diameter of their own",
        )
    return table


def _above_zero(name: str, value: float | None) -> float:
    if value is None:
        return math.nan
    if not (math.isfinite(value) and value > 0):
        raise InputError(f"is {value:g}", where=name, allowed="It is a number above 0")
    return value

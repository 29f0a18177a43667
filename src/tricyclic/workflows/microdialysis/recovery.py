"""Recovery of probes in vitro from a table of concentrations."""

from __future__ import annotations

from dataclasses import replace
from typing import cast

from tricyclic.assays.microdialysis.probe_recovery import probe_recovery
from tricyclic.core.progress import ProgressCallback, report_progress
from tricyclic.core.table import DataTable
from tricyclic.io.files import source_name
from tricyclic.io.recovery_table import PATTERNS, read_recovery_table
from tricyclic.results.probe_recovery import ProbeRecoveryResult
from tricyclic.workflows.microdialysis.options import ProbeRecoveryOptions
from tricyclic.workflows.output import check_output_folder


def run(
    options: ProbeRecoveryOptions, on_progress: ProgressCallback | None = None
) -> ProbeRecoveryResult:
    """Read the table, and average the recovery of each probe and of all."""
    check_output_folder(options.out)
    source = cast("str | DataTable", options.table)
    name = source_name(source)
    report_progress(on_progress, 0, 1, f"reading {name}")
    table = read_recovery_table(
        source,
        name,
        columns={role: getattr(options, role) for role in PATTERNS},
        unit=options.unit,
        sheet=options.sheet,
        decimal=options.decimal,
    )
    result = probe_recovery(table.readings, unit=table.unit, confidence=options.confidence)
    return replace(result, file=table.file, read_as=table.read_as, unused=table.unused)

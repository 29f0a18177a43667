"""Minimum significant ratio and limits of agreement from two runs of the same compounds."""

from __future__ import annotations

from tricyclic.assays.potency.msr import replicate_msr
from tricyclic.core.progress import ProgressCallback
from tricyclic.errors import InputError
from tricyclic.io.files import source_name
from tricyclic.results.reproducibility import MsrResult
from tricyclic.workflows.output import check_output_folder
from tricyclic.workflows.screen.options import MsrOptions
from tricyclic.workflows.screen.potencies import read_potencies, read_potency_table, text_column


def run(options: MsrOptions, on_progress: ProgressCallback | None = None) -> MsrResult:
    """Read both columns and compare them compound by compound."""
    check_output_folder(options.out)
    if not 0 < options.confidence < 1:
        raise InputError(
            f"is {options.confidence:g}",
            where="confidence",
            allowed="It is between 0 and 1, such as 0.95",
        )
    if options.first == options.second:
        raise InputError(
            f"both runs are the column '{options.first}'",
            where=source_name(options.file),
            do="Name two columns with --first and --second",
        )
    table = read_potency_table(options.file, decimal=options.decimal, sheet=options.sheet)
    subjects = text_column(table, options.compound)
    return replicate_msr(
        read_potencies(table, options.first, subjects),
        read_potencies(table, options.second, subjects),
        confidence=options.confidence,
    )

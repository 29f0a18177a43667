"""Amounts of the analytes in the injections of a batch."""

from __future__ import annotations

from pathlib import Path
from typing import Literal, cast

from tricyclic.assays.chromatography.evaluate import QuantifySettings, evaluate_batch
from tricyclic.core.calibration_line import Weighting
from tricyclic.core.chromatography_method import ChromatographyMethod
from tricyclic.core.progress import ProgressCallback
from tricyclic.core.table import DataTable
from tricyclic.core.table_input import TableInput
from tricyclic.errors import InputError
from tricyclic.io.batch_traces import TraceSource, read_batch
from tricyclic.io.chromatography_method import read_chromatography_method
from tricyclic.io.manual_limits import read_manual_limits
from tricyclic.io.sample_list import read_sample_list
from tricyclic.results.chromatography import BatchResult
from tricyclic.workflows.microdialysis.options import QuantifyOptions
from tricyclic.workflows.output import check_output_folder


def run(options: QuantifyOptions, on_progress: ProgressCallback | None = None) -> BatchResult:
    """Read the list, the method and all chromatograms, and quantify the batch."""
    check_output_folder(options.out)
    method = _method(options.method)
    samples = read_sample_list(
        _source(options.samples),
        unit=options.unit,
        sheet=options.sheet or None,
        decimal=options.decimal or None,
        analytes=[one.name for one in method.analytes],
    )
    if not samples.unit:
        raise InputError(
            "the amounts of the standards have no unit",
            where=samples.file,
            do='Add --unit fmol, or write it in the heading: "amount_fmol"',
        )
    manual = read_manual_limits(_source(options.manual)) if options.manual else ()
    traces, unused = read_batch(
        samples,
        TraceSource(
            _folder(options),
            channel=options.channel,
            reader=options.reader,
            decimal=options.decimal,
            time_unit=options.time_unit,
            others=_paths(options.samples, options.method, options.manual),
        ),
        on_progress,
    )
    settings = QuantifySettings(
        samples.unit,
        options.title,
        cast("Weighting | Literal['auto']", options.weighting),
        options.correct_drift,
        manual,
    )
    return evaluate_batch(
        samples,
        traces,
        method,
        settings,
        unused=(*samples.unused, *method.unused, *unused),
        on_progress=on_progress,
    )


def _source(given: str | TableInput) -> str | DataTable:
    return cast("str | DataTable", given)


def _method(given: str | TableInput) -> ChromatographyMethod:
    return read_chromatography_method(_source(given))


def _folder(options: QuantifyOptions) -> Path:
    if options.folder:
        return Path(options.folder)
    if isinstance(options.samples, str):
        return Path(options.samples).parent
    raise InputError(
        "is needed, because the sample list is a table in memory",
        where="folder",
        do="Add --folder FOLDER with the chromatograms",
    )


def _paths(*given: str | TableInput) -> tuple[Path, ...]:
    return tuple(Path(one) for one in given if isinstance(one, str) and one)

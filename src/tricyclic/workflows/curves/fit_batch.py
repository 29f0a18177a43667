"""Fits a file of many curves block by block; each finished block is kept until the result is whole.

A block is the same work wherever it is done: in a thread here or on a worker of a cluster.
"""

from __future__ import annotations

import logging
import time
from collections import deque
from collections.abc import Iterator, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, replace
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np

from tricyclic._version import __version__
from tricyclic.core.collection import no_collection
from tricyclic.core.progress import ProgressCallback, report_progress
from tricyclic.core.table import DataTable
from tricyclic.errors import InputError
from tricyclic.fitting import plate_quality
from tricyclic.fitting.many import BatchFitOptions, fit_rows
from tricyclic.fitting.on_dask import on_dask
from tricyclic.io.curves.arrays import release_free_memory, reused_memory
from tricyclic.io.curves.cells import rows_without
from tricyclic.io.curves.columns import ColumnNames, CurveColumns
from tricyclic.io.curves.csv import WordAmongReadingsError
from tricyclic.io.curves.fits import read_fits, with_numbers
from tricyclic.io.curves.frame_rows import FrameInput
from tricyclic.io.curves.parquet import ROWS_PER_BLOCK, CurveFile
from tricyclic.io.curves.plan import ReadPlan, RowBlock
from tricyclic.io.curves.store import (
    FIRST_CURVES,
    CurveStore,
    ResultWriter,
    encoded,
    part_table,
)
from tricyclic.results.curves import BatchFitResult, FirstCurves
from tricyclic.workflows.base import available_cores
from tricyclic.workflows.curves.batch_source import (
    OpenedSource,
    ReadSettings,
    as_parquet,
    open_source,
)
from tricyclic.workflows.curves.block_run import BlockRun, FirstRows, FittedBlock, part_key

logger = logging.getLogger(__name__)
# After so many blocks free memory is given back: each time costs as much as a third of a block.
BLOCKS_PER_RELEASE = 8


@dataclass(frozen=True)
class _Run:
    """What is fitted, how, and where."""

    source: str | DataTable | FrameInput
    options: BatchFitOptions
    columns: ColumnNames | None
    reading: ReadSettings
    workers: int
    scheduler: str
    rows_per_block: int
    on_progress: ProgressCallback | None


@dataclass(frozen=True)
class _BlockTask:
    """One block to fit on a worker of a cluster."""

    file: CurveFile
    block: RowBlock
    options: BatchFitOptions
    shared: np.ndarray


@dataclass(frozen=True)
class _Outcome:
    """Curves and blocks of a run, blocks of an earlier one, the first readings, and remarks."""

    curves: int
    blocks: int
    reused: int
    first: tuple[FirstRows, ...]
    remarks: tuple[str, ...]


def fit_file(
    source: str | DataTable | FrameInput,
    out: str,
    options: BatchFitOptions,
    *,
    columns: ColumnNames | None = None,
    reading: ReadSettings | None = None,
    workers: int | None = None,
    scheduler: str = "",
    rows_per_block: int | None = None,
    on_progress: ProgressCallback | None = None,
) -> BatchFitResult:
    """Fit every curve of a file or a table, and write one row per curve.

    Parameters
    ----------
    source : str, DataTable or FrameInput
        Input (.parquet, .csv, .csv.gz, .xlsx), or a table in memory.
    out : str
        Output (.parquet, .csv or .xlsx); empty to keep the fits in the result.
    options : BatchFitOptions
    columns : ColumnNames, optional
        Names of the columns, if they are not the standard ones.
    reading : ReadSettings, optional
        Sheet, table and reader of a workbook.
    workers : int or None
        Threads; None for one per processor core. The result does not depend on it.
    scheduler : str
        Address of a Dask scheduler; empty for threads of this process.
    rows_per_block : int or None
        Least number of readings to read together. The result does not depend on it.
    on_progress : callable, optional

    Raises
    ------
    InputError
        If the file cannot be used. Blocks that are finished by then are kept, and the next run
        continues from there.
    """
    for name, value in (("workers", workers), ("chunk", rows_per_block)):
        if value is not None and value < 1:
            raise InputError(f"is {value}", where=name, allowed="A whole number from 1")
    run = _Run(
        source,
        options,
        columns,
        reading or ReadSettings(),
        workers or available_cores(),
        scheduler,
        rows_per_block or ROWS_PER_BLOCK,
        on_progress,
    )
    if out:
        if isinstance(source, str) and Path(out).absolute() == Path(source).absolute():
            raise InputError(
                "the result would replace its input", where="out", do="Name another file"
            )
        return _fit_to(out, run)
    with TemporaryDirectory(prefix="tricyclic-fit-") as folder:
        file = str(Path(folder) / "fits.parquet")
        result = _fit_to(file, run)
        kept = (*result.keys, *(columns.keep if columns else ()))
        return replace(result, out="", table=with_numbers(read_fits(file), kept))


def _fit_to(out: str, run: _Run) -> BatchFitResult:
    """Fit to a file."""
    store = CurveStore(out)
    opened = open_source(run.source, run.columns, run.reading)
    layout = opened.content.layout
    plate = layout.plate_column
    metadata = {"version": __version__, "input": opened.name, "options": repr(run.options)}
    collect = [plate, *plate_quality.COLUMNS] if plate else []

    def fit(opened: OpenedSource) -> tuple[_Outcome, ResultWriter]:
        with store.result(metadata, collect) as done:
            if run.scheduler:
                return _fit_on_cluster(opened, store, run, done), done
            with reused_memory():
                return _fit_here(opened, store, run, done), done

    with store.lock():
        try:
            try:
                outcome, done = fit(opened)
            except WordAmongReadingsError:
                outcome, done = fit(opened.with_words())
        except InputError as error:
            raise _with_kept_blocks(error, store) from error
    return BatchFitResult(
        file=opened.name,
        out=out,
        layout=_described(layout),
        model=_describe(run.options),
        confidence=run.options.confidence,
        curves=outcome.curves,
        status=done.status,
        reused_blocks=outcome.reused,
        blocks=outcome.blocks,
        unused=(*opened.unused, *outcome.remarks),
        keys=layout.keys or ("curve",),
        ic50_unit=layout.ic50_unit,
        effect=layout.effect,
        first=FirstCurves(*_joined(outcome.first), done.first),
        plates=plate_quality.plate_quality(done.collected[plate], done.collected) if plate else (),
    )


def _fit_here(opened: OpenedSource, store: CurveStore, run: _Run, result: ResultWriter) -> _Outcome:
    """Fit in threads of this process, and write each block as soon as those before it are."""
    stream = opened.stream(store, run.rows_per_block)
    blocks = BlockRun(stream, run.options, store, run.workers)
    waiting: dict[int, FittedBlock] = {}
    done = reused = finished = 0
    writing = 0.0
    first: dict[int, FirstRows] = {}
    with ExitStack() as engine_loads:
        engine_loads.enter_context(no_collection())
        for one in blocks.fitted():
            if one is None:
                report_progress(run.on_progress, 0, blocks.expected_curves, "curves fitted")
                continue
            engine_loads.close()
            finished, done, reused = finished + 1, done + one.curves, reused + one.reused
            if one.first is not None:
                first[one.number] = one.first
            # A block far ahead is read again when it is written.
            waiting[one.number] = one if len(waiting) <= run.workers else replace(one, table=None)
            began = time.thread_time()
            while blocks.order and blocks.order[0] in waiting:
                number = blocks.order.popleft()
                result.add(number, waiting.pop(number).table)
            if finished % BLOCKS_PER_RELEASE == 0:
                release_free_memory()
            writing += time.thread_time() - began
            report_progress(
                run.on_progress, done, max(blocks.expected_curves, done), "curves fitted"
            )
    stages = {**blocks.seconds, "write": writing}
    logger.info(
        "processor time: %s",
        ", ".join(f"{name} {seconds:.2f} s" for name, seconds in stages.items()),
        extra={"stages": stages},
    )
    in_order = tuple(first[number] for number in sorted(first))
    return _Outcome(blocks.curves, finished, reused, in_order, stream.phrases())


def _fit_on_cluster(
    opened: OpenedSource, store: CurveStore, run: _Run, result: ResultWriter
) -> _Outcome:
    """Fit on a Dask cluster, whose workers read the file themselves."""
    file = as_parquet(opened, store, run.on_progress)
    plan = file.plan(run.rows_per_block)
    tasks = [
        _BlockTask(file, one.block, run.options, one.keys[np.isin(one.keys, plan.shared)])
        for one in plan.closed
        if one.block.curves
    ]
    remarks = store.spool_remarks() if file.path == str(store.spooled.absolute()) else ()
    reused = _fit_blocks(tasks, plan.curves, store, run, result)
    first = tuple(_first_readings(file, plan))
    remarks = (*remarks, *rows_without(plan.left_out))
    return _Outcome(plan.curves, len(tasks), reused, first, remarks)


def fit_block(task: _BlockTask) -> bytes:
    """Read one block, fit it, and encode its part of the result."""
    rows = task.file.rows(task.block)
    layout = task.file.layout
    fits = fit_rows(
        rows, task.options, task.shared, ic50_unit=layout.ic50_unit, effect=layout.effect
    )
    return bytes(encoded(part_table(rows.labels, fits, _key(task))))


def _first_readings(file: CurveFile, plan: ReadPlan) -> Iterator[FirstRows]:
    """Numbers of readings, doses and readings of the first curves."""
    missing = FIRST_CURVES
    for block in plan.blocks:
        if missing <= 0:
            return
        rows = file.rows(block)
        yield rows.first(missing)
        missing -= len(rows)


def _joined(first: Sequence[FirstRows]) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Starts, doses and readings of the first curves."""
    lengths, doses, readings = (np.concatenate(parts) for parts in zip(*first, strict=True))
    return np.concatenate([[0], np.cumsum(lengths)]), doses, readings


def _described(layout: CurveColumns) -> str:
    return layout.description if layout.keys else f"{layout.description}, all rows as one curve"


def _fit_blocks(
    tasks: Sequence[_BlockTask],
    curves: int,
    store: CurveStore,
    run: _Run,
    result: ResultWriter,
) -> int:
    """Fit the blocks that an earlier run did not finish, and write each as soon as those before it
    are written; gives how many blocks were finished.
    """
    finished = set(store.finished_blocks())
    todo = [
        task
        for task in tasks
        if task.block.number not in finished or not store.has(task.block.number, _key(task))
    ]
    missing = {task.block.number for task in todo}
    following = deque(task.block.number for task in tasks)
    done = curves - sum(task.block.curves for task in todo)
    report_progress(run.on_progress, done, curves, "curves fitted")
    for number, part in on_dask(fit_block, todo, run.scheduler):
        store.put(todo[number].block.number, part)
        missing.remove(todo[number].block.number)
        while following and following[0] not in missing:
            result.add(following.popleft())
        done += todo[number].block.curves
        report_progress(run.on_progress, done, curves, "curves fitted")
    for block in following:
        result.add(block)
    return len(tasks) - len(todo)


def _key(task: _BlockTask) -> str:
    """What the part of a block depends on."""
    digest = task.file.digest(task.block)
    return part_key(task.options, task.file.layout, task.shared, digest)


def _with_kept_blocks(error: InputError, store: CurveStore) -> InputError:
    """The error with a sentence on the blocks that the next run can use."""
    kept = len(store.finished_blocks())
    if not kept:
        return error
    verb = "s are" if kept > 1 else " is"
    note = f"{kept} finished block{verb} kept in {store.folder.name} for the next run"
    return type(error)(
        error.problem,
        where=error.where,
        allowed=error.allowed,
        do=". ".join(filter(None, (error.do.rstrip("."), note))),
    )


def _describe(options: BatchFitOptions) -> str:
    fixed = [
        f"{name} fixed at {value:g}"
        for name in ("hill", "top", "bottom")
        if (value := getattr(options, name)) is not None
    ]
    if options.model == "3pl" and options.hill is None:
        fixed.insert(0, "absolute hill fixed at 1")
    return ", ".join(["one logistic per curve", *fixed])

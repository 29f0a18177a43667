"""Fits a file of many curves block by block; each finished block is kept until the result is whole.

A block is the same work wherever it is done: in a thread here or on a worker of a cluster.
"""

from __future__ import annotations

import hashlib
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from dataclasses import dataclass, replace
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import numpy as np

from tricyclic._version import __version__
from tricyclic.core.progress import ProgressCallback, report_progress
from tricyclic.core.table import DataTable
from tricyclic.errors import InputError
from tricyclic.fitting import plate_quality
from tricyclic.fitting.many import BatchFitOptions, fit_rows
from tricyclic.fitting.on_dask import on_dask
from tricyclic.io.curves.columns import ColumnNames, CurveColumns
from tricyclic.io.curves.fits import read_fits, with_numbers
from tricyclic.io.curves.parquet import ROWS_PER_BLOCK, CurveFile
from tricyclic.io.curves.plan import ReadPlan, RowBlock
from tricyclic.io.curves.store import FIRST_CURVES, CurveStore, ResultWriter, encode_part
from tricyclic.results.curves import BatchFitResult, FirstCurves
from tricyclic.workflows.base import available_cores
from tricyclic.workflows.curves.batch_source import ReadSettings, as_parquet, open_source


@dataclass(frozen=True)
class _Run:
    """What is fitted, how, and where."""

    source: str | DataTable
    options: BatchFitOptions
    columns: ColumnNames | None
    reading: ReadSettings
    workers: int
    scheduler: str
    rows_per_block: int
    on_progress: ProgressCallback | None


@dataclass(frozen=True)
class _BlockTask:
    """One block to fit; the same for a thread and for a worker on another machine."""

    file: CurveFile
    block: RowBlock
    options: BatchFitOptions
    shared: np.ndarray
    threads: int


def fit_file(
    source: str | DataTable,
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
    source : str or DataTable
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
    with store.lock():
        try:
            file = as_parquet(opened, store, run.on_progress)
            plan = file.plan(run.rows_per_block)
            tasks = _tasks(file, plan, run.options, run.workers)
            remarks = store.spool_remarks() if file.path == str(store.spooled.absolute()) else ()
            plate = file.layout.plate_column
            metadata = {"version": __version__, "input": opened.name, "options": repr(run.options)}
            with store.result(metadata, [plate, *plate_quality.COLUMNS] if plate else ()) as done:
                reused = _fit_blocks(tasks, plan.curves, store, run, done)
                readings = _first_readings(file, plan)
        except InputError as error:
            raise _with_kept_blocks(error, store) from error
    return BatchFitResult(
        file=opened.name,
        out=out,
        layout=_described(file.layout),
        model=_describe(run.options),
        confidence=run.options.confidence,
        curves=plan.curves,
        status=done.status,
        reused_blocks=reused,
        blocks=len(plan.blocks),
        unused=(*opened.unused, *remarks),
        keys=file.layout.keys or ("curve",),
        ic50_unit=file.layout.ic50_unit,
        effect=file.layout.effect,
        first=FirstCurves(*readings, done.first),
        plates=plate_quality.plate_quality(done.collected[plate], done.collected) if plate else (),
    )


def fit_block(task: _BlockTask) -> bytes:
    """Read one block, fit it, and encode its part of the result."""
    rows = task.file.rows(task.block)
    layout = task.file.layout
    fits = fit_rows(
        rows,
        task.options,
        task.shared,
        ic50_unit=layout.ic50_unit,
        effect=layout.effect,
        workers=task.threads,
    )
    return encode_part(rows.labels, fits, _key(task))


def _first_readings(file: CurveFile, plan: ReadPlan) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Starts, doses and readings of the first curves."""
    lengths: list[np.ndarray] = []
    doses: list[np.ndarray] = []
    readings: list[np.ndarray] = []
    missing = FIRST_CURVES
    for block in plan.blocks:
        if missing <= 0:
            break
        rows = file.rows(block)
        kept = min(missing, len(rows))
        missing -= kept
        end = int(rows.starts[kept])
        y = rows.y[:end]
        points = y.shape[1] if y.ndim == 2 else 1
        lengths.append(np.diff(rows.starts[: kept + 1]) * points)
        x = np.tile(rows.log10_molar, end) if y.ndim == 2 else rows.log10_molar[:end]
        doses.append(x)
        readings.append(y.ravel())
    starts = np.concatenate([[0], np.cumsum(np.concatenate(lengths))])
    return starts, np.concatenate(doses), np.concatenate(readings)


def _described(layout: CurveColumns) -> str:
    return layout.description if layout.keys else f"{layout.description}, all rows as one curve"


def _tasks(
    file: CurveFile, plan: ReadPlan, options: BatchFitOptions, workers: int
) -> list[_BlockTask]:
    threads = max(1, workers // len(plan.blocks))
    return [_BlockTask(file, block, options, plan.shared, threads) for block in plan.blocks]


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
    on_progress, scheduler = run.on_progress, run.scheduler
    report_progress(on_progress, done, curves, "curves fitted")
    parts = (
        on_dask(fit_block, todo, scheduler)
        if scheduler
        else _in_threads(fit_block, todo, run.workers)
    )
    for number, part in parts:
        store.put(todo[number].block.number, part)
        missing.remove(todo[number].block.number)
        while following and following[0] not in missing:
            result.add(following.popleft())
        done += todo[number].block.curves
        report_progress(on_progress, done, curves, "curves fitted")
    for block in following:
        result.add(block)
    return len(tasks) - len(todo)


def _in_threads(
    work: Callable[[Any], Any], tasks: Sequence[Any], workers: int
) -> Iterator[tuple[int, Any]]:
    """As `on_dask`, in threads: reading, sorting and fitting release the interpreter lock.

    If a task fails, those that run are still finished and given before the error is raised.
    """
    waiting = deque(enumerate(tasks))
    running: dict[Future[Any], int] = {}
    failure: BaseException | None = None
    pool = ThreadPoolExecutor(workers)
    try:
        while running or (waiting and failure is None):
            while waiting and len(running) <= workers and failure is None:
                number, task = waiting.popleft()
                running[pool.submit(work, task)] = number
            for future in wait(running, return_when=FIRST_COMPLETED).done:
                number = running.pop(future)
                if (error := future.exception()) is None:
                    yield number, future.result()
                else:
                    failure = failure or error
        if failure is not None:
            raise failure
    finally:
        pool.shutdown(wait=True, cancel_futures=True)


def _key(task: _BlockTask) -> str:
    """What a part depends on: the stored bytes of its rows, the options, and the shared doses."""
    inputs = repr((__version__, task.options, task.file.layout, task.file.digest(task.block)))
    return hashlib.sha256(inputs.encode() + task.shared.tobytes()).hexdigest()


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

"""A file of many curves is fitted block by block, each block kept when it is done, until the result is whole.

A block is the same work wherever it is done: in a thread here or on a worker of a cluster.
"""

from __future__ import annotations

import os
from collections import deque
from collections.abc import Callable, Generator, Iterator, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from tricyclic._version import __version__
from tricyclic.errors import InputError
from tricyclic.jobs._job import Progress

if TYPE_CHECKING:
    import numpy as np

    from tricyclic.fitting.many import Asked
    from tricyclic.io.curves.parquet import Block, CurveFile, Plan
    from tricyclic.io.curves.store import CurveStore


@dataclass(frozen=True)
class Many:
    """How the curves of a file came out.

    Parameters
    ----------
    file, out : str
        What was read and what was written.
    layout : str
        Of the input, in words.
    curves : int
    status : dict
        Curves of each status.
    kept : int
        Blocks that an earlier run had finished.
    blocks : int
    """

    file: str
    out: str
    layout: str
    model: str
    limits: float | None
    curves: int
    status: dict[str, int]
    kept: int
    blocks: int

    def as_text(self) -> str:
        """For a person."""
        limits = (
            f"{self.limits * 100:g} % limits of log10 IC50"
            if self.limits
            else "no limits asked for"
        )
        lines = [f"{self.file}   {self.curves:,} curves   {self.layout}   {self.model}   {limits}"]
        width = max(map(len, self.status), default=0)
        for word, count in sorted(self.status.items(), key=lambda item: (-item[1], item[0])):
            lines.append(f"  {word:<{width}}  {count:>11,}  {100 * count / self.curves:5.1f} %")
        if self.kept:
            lines.append(f"  {self.kept} of {self.blocks} blocks were there from an earlier run")
        return "\n".join([*lines, "", f"written  {self.out}"])

    def as_json(self) -> dict[str, Any]:
        """As plain data."""
        return asdict(self)


@dataclass(frozen=True)
class _Work:
    """One block to be fitted: the same for a thread and for a worker far away."""

    file: CurveFile
    block: Block
    asked: Asked
    shared: np.ndarray
    threads: int


def fit_many(
    path: str,
    out: str,
    asked: Asked,
    *,
    workers: int | None,
    scheduler: str,
    rows_a_block: int | None,
) -> Generator[Progress, None, Many]:
    """Fit every curve of a Parquet or CSV file and write one row per curve.

    Parameters
    ----------
    path, out : str
        What is read (.parquet, .csv, .csv.gz) and what is written (.parquet or .csv).
    asked : Asked
    workers : int or None
        Threads; as many as there are cores where None. The result does not depend on it.
    scheduler : str
        Address of a Dask scheduler; empty: here.
    rows_a_block : int or None
        Readings that are read together, at least. The result does not depend on it.

    Raises
    ------
    InputError
        If the file cannot be used; blocks finished by then are kept, and the next run goes on from there.
    """
    from tricyclic.io.curves.parquet import ROWS_A_BLOCK
    from tricyclic.io.curves.store import CurveStore

    if not out:
        raise InputError(
            "no place is named for the result", where="out", do="Add --out fits.parquet, or .csv"
        )
    for name, value in (("workers", workers), ("chunk", rows_a_block)):
        if value is not None and value < 1:
            raise InputError(f"is {value}", where=name, allowed="A whole number from 1")
    if Path(out).absolute() == Path(path).absolute():
        raise InputError("the result would replace its input", where="out", do="Name another file")
    store = CurveStore(out)
    _look_at(path)
    with store.held():
        try:
            file = yield from _opened(path, store)
            plan = file.plan(rows_a_block or ROWS_A_BLOCK)
            kept = yield from _parts(file, plan, asked, store, workers or _cores(), scheduler)
        except InputError as error:
            raise _with_what_is_kept(error, store) from error
        about = {"version": __version__, "input": Path(path).name, "asked": repr(asked)}
        counts = store.finish([block.number for block in plan.blocks], about)
    return Many(
        Path(path).name,
        out,
        file.layout.said,
        _told(asked),
        asked.limits,
        plan.curves,
        counts,
        kept,
        len(plan.blocks),
    )


def fit_block(work: _Work) -> bytes:
    """Read one block, fit it, and give its part."""
    from tricyclic.fitting.many import fit_rows
    from tricyclic.io.curves.store import part_of

    rows = work.file.rows(work.block)
    return part_of(
        rows.names, fit_rows(rows, work.asked, work.shared, workers=work.threads), _key(work)
    )


def _look_at(path: str) -> None:
    """Find what is wrong with the columns before a folder of parts is made."""
    from tricyclic.io.curves.csv import CurveText, is_parquet
    from tricyclic.io.curves.parquet import CurveFile

    _ = CurveFile.of(path) if is_parquet(path) else CurveText.of(path)


def _opened(path: str, store: CurveStore) -> Generator[Progress, None, CurveFile]:
    from tricyclic.io.curves.csv import CurveText, is_parquet
    from tricyclic.io.curves.parquet import CurveFile

    if is_parquet(path):
        return CurveFile.of(Path(path).absolute())
    text = CurveText.of(path)
    for rows in store.spool(text.batches(), f"{text.digest()} {text.layout}"):
        yield Progress(rows, rows, "rows of text read")
    return CurveFile.of(store.spooled.absolute(), named=Path(path).name)


def _parts(
    file: CurveFile, plan: Plan, asked: Asked, store: CurveStore, workers: int, scheduler: str
) -> Generator[Progress, None, int]:
    """Make the parts that are not there yet; gives how many were."""
    threads = max(1, workers // len(plan.blocks))
    every = [_Work(file, block, asked, plan.shared, threads) for block in plan.blocks]
    there = set(store.there())
    todo = [
        work
        for work in every
        if work.block.number not in there or not store.has(work.block.number, _key(work))
    ]
    done = plan.curves - sum(work.block.curves for work in todo)
    yield Progress(done, plan.curves, "curves fitted")
    if scheduler:
        from tricyclic.fitting.on_dask import on_dask

        ready = on_dask(fit_block, todo, scheduler)
    else:
        ready = _in_threads(fit_block, todo, workers)
    for number, part in ready:
        store.put(todo[number].block.number, part)
        done += todo[number].block.curves
        yield Progress(done, plan.curves, "curves fitted")
    return len(every) - len(todo)


def _in_threads(
    work: Callable[[Any], Any], pieces: Sequence[Any], workers: int
) -> Iterator[tuple[int, Any]]:
    """As `on_dask`, in threads: reading, sorting and fitting let go of the interpreter.

    Where a piece fails, those under way are still finished and given before the error is raised.
    """
    from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait

    waiting = deque(enumerate(pieces))
    running: dict[Future[Any], int] = {}
    failed: BaseException | None = None
    pool = ThreadPoolExecutor(workers)
    try:
        while running or (waiting and failed is None):
            while waiting and len(running) <= workers and failed is None:
                number, piece = waiting.popleft()
                running[pool.submit(work, piece)] = number
            for future in wait(running, return_when=FIRST_COMPLETED).done:
                number = running.pop(future)
                if (error := future.exception()) is None:
                    yield number, future.result()
                else:
                    failed = failed or error
        if failed is not None:
            raise failed
    finally:
        pool.shutdown(wait=True, cancel_futures=True)


def _key(work: _Work) -> str:
    """What a part was made from: the stored bytes of its rows, what was asked, and how its series are treated."""
    import hashlib

    stated = repr((__version__, work.asked, work.file.layout, work.file.digest(work.block)))
    return hashlib.sha256(stated.encode() + work.shared.tobytes()).hexdigest()


def _with_what_is_kept(error: InputError, store: CurveStore) -> InputError:
    kept = len(store.there())
    if not kept:
        return error
    stays = f"{kept} finished block{'s are' if kept > 1 else ' is'} kept in {store.folder.name} for the next run"
    return type(error)(
        error.found,
        where=error.where,
        allowed=error.allowed,
        do=". ".join(filter(None, (error.do.rstrip("."), stays))),
    )


def _told(asked: Asked) -> str:
    held = [
        f"{name} held at {value:g}"
        for name in ("hill", "top", "bottom")
        if (value := getattr(asked, name)) is not None
    ]
    if asked.model == "3pl" and asked.hill is None:
        held.insert(0, "hill held at 1")
    return ", ".join(["one logistic per curve", *held])


def _cores() -> int:
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1

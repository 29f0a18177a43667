"""Reads and fits the blocks of a file of many curves in threads, in one pass.

Reading of the next block overlaps the fits of those before. How a curve is fitted depends on how
many curves of the whole file share its doses (see `fitting.many`); a block is fitted as soon as
this is certain for all of its curves, and waits for the end of the file otherwise.
"""

from __future__ import annotations

import hashlib
import time
from collections import defaultdict, deque
from collections.abc import Callable, Iterator
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from dataclasses import dataclass
from math import ceil, log10
from typing import Any, NamedTuple

import numpy as np

from tricyclic._version import __version__
from tricyclic.core.curve_batch import CurveBatch
from tricyclic.errors import InputError
from tricyclic.fitting.many import BatchFitOptions, fit_rows
from tricyclic.io.curves.columns import CurveColumns
from tricyclic.io.curves.plan import BlockScan, ClosedBlock, RowBlock
from tricyclic.io.curves.store import FIRST_CURVES, CurveStore, encoded, part_table
from tricyclic.io.curves.streams import BlockStream, ReadBlock

# Blocks that wait for more curves of their series, and are looked through again at every block.
MAX_LOOKED_THROUGH = 4
# Number of readings of some curves, and their doses and readings.
FirstRows = tuple[np.ndarray, np.ndarray, np.ndarray]


@dataclass(frozen=True)
class FittedBlock:
    """A finished block.

    Parameters
    ----------
    number, curves : int
    reused : bool
        Whether an earlier run had fitted it.
    table : Arrow table or None
        Its part of the result; None where it is only stored.
    first : tuple or None
        Number of readings, doses and readings of curves among the first ones of the file.
    """

    number: int
    curves: int
    reused: bool
    table: Any
    first: FirstRows | None


class _Task(NamedTuple):
    """A block that can be fitted; `rows` is None where it has to be read again."""

    block: RowBlock
    shared: np.ndarray
    rows: Callable[[], CurveBatch] | None
    first: int


def part_key(
    options: BatchFitOptions, layout: CurveColumns, shared: np.ndarray, digest: str
) -> str:
    """What a part depends on: its input, the options, and which of its dose series are shared.

    Parameters
    ----------
    options : BatchFitOptions
    layout : CurveColumns
    shared : array of uint64
        Keys of series of the block that many curves of the file share.
    digest : str
        SHA-256 of the input.
    """
    inputs = repr((__version__, options, layout, digest))
    return hashlib.sha256(inputs.encode() + shared.tobytes()).hexdigest()


class BlockRun:
    """One pass over a file.

    Parameters
    ----------
    stream : BlockStream
    options : BatchFitOptions
    store : CurveStore
        Takes the parts, and has those of an earlier run.
    workers : int
        Threads.

    Attributes
    ----------
    order : deque of int
        Numbers of the blocks in the order of the file, as far as they are known.
    curves : int
        Curves so far.
    seconds : dict of float
        Processor time by stage: "read", "fit", "store" (hashes and parts).
    """

    def __init__(
        self, stream: BlockStream, options: BatchFitOptions, store: CurveStore, workers: int
    ) -> None:
        self.order: deque[int] = deque()
        self.curves = 0
        self.seconds: defaultdict[str, float] = defaultdict(float)
        self._stream, self._options, self._store, self._workers = stream, options, store, workers
        self._finished = set(store.finished_blocks())
        self._scan = BlockScan(stream.named, stream.names, stream.blocks, apart=stream.apart)
        self._futures: dict[Future[Any], int | None] = {}
        self._reads: dict[int, ReadBlock | None] = {}
        self._launched = self._taken = 0
        self._ended = False
        self._before: ReadBlock | None = None
        self._share = 0.0
        self._ready: deque[_Task] = deque()
        self._deferred: deque[tuple[ClosedBlock, int]] = deque()
        self._last_deferred = False
        self._failure: BaseException | None = None

    @property
    def expected_curves(self) -> int:
        """Number of curves of the file; before it is read completely an estimate, rounded up to two
        figures.
        """
        if self._ended or not self._share:
            return self.curves
        expected = self.curves / self._share
        unit = 10 ** max(int(log10(max(expected, 1.0))) - 1, 0)
        return int(ceil(expected / unit) * unit)

    def fitted(self) -> Iterator[FittedBlock | None]:
        """Fit all blocks; they come in the order in which they are finished, after one None as soon
        as the first curves are read.

        If one fails, those that run are still finished and given before the error is raised.

        Raises
        ------
        InputError
            If the file is damaged, or a curve or a dose cannot be used.
        """
        pool = ThreadPoolExecutor(self._workers)
        begun = False
        try:
            while True:
                self._launch(pool)
                if self.curves and not begun:
                    begun = True
                    yield None
                if not self._futures:
                    break
                for future in wait(self._futures, return_when=FIRST_COMPLETED).done:
                    number = self._futures.pop(future)
                    if (error := future.exception()) is not None:
                        self._failure = self._failure or error
                    elif number is None:
                        yield future.result()
                    else:
                        self._reads[number] = future.result()
                        self._take_reads()
            if self._failure is not None:
                raise self._failure
        finally:
            pool.shutdown(wait=True, cancel_futures=True)

    def _launch(self, pool: ThreadPoolExecutor) -> None:
        """Submit work: one piece more than threads, so that none waits for this thread."""
        while self._failure is None and len(self._futures) <= self._workers:
            reading = sum(number is not None for number in self._futures.values())
            # A block is read several times faster than it is fitted.
            at_once = self._stream.at_once or max(1, self._workers // 4)
            more = reading < at_once
            stock = len(self._ready) + self._launched - self._taken
            if not self._ended and more and stock < max(1, self._workers // 2):
                names_only = self._launched in self._finished or self._last_deferred
                if (read := self._stream.next_block(names_only=names_only)) is not None:
                    self._futures[pool.submit(self._timed, "read", read)] = self._launched
                    self._launched += 1
                    continue
                if self._launched == self._taken:
                    self._end()
                    continue
            if not self._ready:
                return
            threads = 1
            if self._ended:
                free = self._workers - len(self._futures)
                threads = max(1, free // len(self._ready))
            self._futures[pool.submit(self._fit, self._ready.popleft(), threads)] = None

    def _timed(self, stage: str, work: Callable[[], Any]) -> Any:
        began = time.thread_time()
        try:
            return work()
        finally:
            self.seconds[stage] += time.thread_time() - began

    def _take_reads(self) -> None:
        """Take what is read in the order of the file."""
        try:
            while self._failure is None and self._taken in self._reads:
                read = self._reads.pop(self._taken)
                self._taken += 1
                if read is None:
                    self._end()
                    return
                closed = self._scan.add(read.block, read.rows.names, read.rows.series_keys())
                self._share = read.share
                if closed is not None:
                    self._close(closed, read)
                self._before = read
        except InputError as error:
            self._failure = error

    def _end(self) -> None:
        """The file is read: all dose series are known."""
        if self._ended:
            return
        try:
            closed = self._scan.close()
        except InputError as error:
            self._failure = error
            return
        self._ended = True
        if closed is not None:
            self._close(closed, None)
        self._before = None
        while self._deferred:
            self._ready.append(self._task(*self._deferred.popleft(), None))

    def _close(self, closed: ClosedBlock, following: ReadBlock | None) -> None:
        """A block whose curves are known: fit it, or let it wait."""
        block, before = closed.block, self._before
        assert before is not None
        self.curves += block.curves
        if not block.curves:
            return
        self.order.append(block.number)
        first = max(0, FIRST_CURVES - (self.curves - block.curves))
        if self._is_certain(closed):
            own, more = before.rows, following.rows if following and block.continued else None
            rows = None
            if own.has_readings and (more is None or more.has_readings):

                def rows() -> CurveBatch:
                    return self._stream.reader.curves(own, block, more)

            self._ready.append(self._task(closed, first, rows))
            self._last_deferred = False
        else:
            for read in (before, following if block.continued else None):
                if read is not None:
                    self._stream.keep(read)
            self._deferred.append((closed, first))
            self._last_deferred = True
        if len(self._deferred) <= MAX_LOOKED_THROUGH:
            for _ in range(len(self._deferred)):
                waiting, first = self._deferred.popleft()
                if self._is_certain(waiting):
                    self._ready.append(self._task(waiting, first, None))
                else:
                    self._deferred.append((waiting, first))

    def _is_certain(self, closed: ClosedBlock) -> bool:
        """Whether it is known how each curve of a block is fitted: its series is shared by many
        curves already, or the whole file is known.
        """
        if self._ended or self._stream.reader.layout.wide:
            return True
        return bool(self._scan.series.are_shared(closed.keys).all())

    def _task(
        self, closed: ClosedBlock, first: int, rows: Callable[[], CurveBatch] | None
    ) -> _Task:
        keys = closed.keys
        if self._stream.reader.layout.wide:
            return _Task(closed.block, keys[:0], rows, first)
        return _Task(closed.block, keys[self._scan.series.are_shared(keys)], rows, first)

    def _fit(self, task: _Task, threads: int) -> FittedBlock:
        """Fit a block and store its part, unless an earlier run did."""
        block, layout = task.block, self._stream.reader.layout
        number = block.number
        loaded: list[CurveBatch] = []

        def rows() -> CurveBatch:
            if not loaded:
                make = task.rows or (lambda: self._stream.again(block))
                loaded.append(self._timed("read", make))
            return loaded[0]

        digest = self._timed("store", lambda: self._stream.digest(block, rows))
        key = part_key(self._options, layout, task.shared, digest)
        first = rows().first(task.first) if task.first else None
        if number in self._finished and self._store.has(number, key):
            return FittedBlock(number, block.curves, True, None, first)
        batch = rows()
        fits = self._timed(
            "fit",
            lambda: fit_rows(
                batch,
                self._options,
                task.shared,
                ic50_unit=layout.ic50_unit,
                effect=layout.effect,
                workers=threads,
            ),
        )

        def stored() -> Any:
            table = part_table(batch.labels, fits, key)
            self._store.put(number, encoded(table))
            return table

        return FittedBlock(number, block.curves, False, self._timed("store", stored), first)

"""Simulates many subjects in this process, in several processes or on a Dask cluster, with the same
bits in each case.

Subjects are divided into chunks. Each starts at its own drug-free steady state, is dosed, and is
reduced to endpoints where it was computed; of its time courses only the part for the bands comes
back. A subject that cannot be computed is reported with the reason.
"""

from __future__ import annotations

import multiprocessing
import os
import signal
import threading
import warnings
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ProcessPoolExecutor, wait
from concurrent.futures.process import BrokenProcessPool
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from tricyclic.core.progress import CountCallback
from tricyclic.errors import InputError, NumericsError
from tricyclic.fitting.on_dask import on_dask
from tricyclic.ode.base import ATOL, RTOL
from tricyclic.simulation.endpoints import EndpointReduction, compute_endpoints
from tricyclic.simulation.model import ComposedModel
from tricyclic.simulation.run import Simulator

Floats = NDArray[np.float64]
# Long enough to pay for its transfer, short enough to report progress.
MAX_CHUNK = 25
# A process takes seconds to start, so fewer subjects are simulated here.
MIN_SUBJECTS_FOR_PROCESSES = 40
# Absolute error of a state, relative to its maximum in the typical subject.
ATOL_OF_SIZE = 1e-6
THREADS = ("OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS", "MKL_NUM_THREADS", "VECLIB_MAXIMUM_THREADS")
# A solver that restarts with every dose never profits from higher orders.
ORDER_WHEN_DOSED = 3


@dataclass(frozen=True)
class PopulationTask:
    """What is simulated for every subject.

    Parameters
    ----------
    composed : ComposedModel
        The scenario with its drugs and doses.
    time_h : array, shape (times,)
        Times of the time courses, from 0.
    reduction : EndpointReduction
        Endpoints to compute.
    kept : array of int, shape (kept times,)
        Indices of the times that come back, for bands; may be empty.
    rtol, atol : float
        Relative error of the solver; absolute error of each state, in units of `sizes` where they
        are given.
    sizes : array, shape (states,), or None
        How large each state is in the typical subject (`Simulator.sizes`). It is that of the
        typical subject for all, so that no subject depends on which others are computed.
    order : int
        Highest order of the solver, 1 to 5; see `ORDER_WHEN_DOSED`.
    sbml : str
        The composed model as SBML, where it has been written already (`Simulator.sbml`).
    """

    composed: ComposedModel
    time_h: Floats
    reduction: EndpointReduction
    kept: NDArray[np.intp] = field(default_factory=lambda: np.empty(0, dtype=np.intp))
    rtol: float = RTOL
    atol: float = ATOL
    sizes: Floats | None = None
    order: int = 5
    sbml: str = ""


@dataclass(frozen=True)
class PopulationResponses:
    """Responses of the subjects, in their order; nan in the rows of those that failed.

    Parameters
    ----------
    endpoints : array, shape (subjects, endpoints)
        In the units of the model; `EndpointReduction.endpoint_factors` converts them.
    courses : array of float32, shape (subjects, kept times, observables)
        In the units of the model.
    failed : tuple of (int, str)
        Index of each subject that could not be computed, and the reason.
    """

    endpoints: Floats
    courses: NDArray[np.float32]
    failed: tuple[tuple[int, str], ...]


@dataclass(frozen=True)
class _Chunk:
    task: PopulationTask
    names: tuple[str, ...]
    table: Floats
    first: int


def simulate_subjects(
    task: PopulationTask,
    names: Sequence[str],
    table: Floats,
    *,
    workers: int = 1,
    scheduler: str = "",
    chunk_size: int | None = None,
    on_count: CountCallback | None = None,
) -> PopulationResponses:
    """Simulate every subject.

    Parameters
    ----------
    task : PopulationTask
    names : sequence of str
        Parameters that differ between subjects.
    table : array, shape (subjects, parameters)
    workers : int
        Processes on this machine; 1 computes in this one. The result does not depend on it.
    scheduler : str
        Address of a Dask scheduler, such as tcp://host:8786; empty: this machine.
    chunk_size : int, optional
        Subjects that are computed together. The result does not depend on it.
    on_count : callable, optional
        Called with the number of subjects that are done.

    Returns
    -------
    PopulationResponses

    Raises
    ------
    InputError
        If a parameter is unknown, or no scheduler answers.
    """
    table = np.asarray(table, dtype=float)
    if len(table) == 0:
        raise InputError("there are no subjects to simulate")
    for name in names:
        task.composed.quantity(name)
    size = chunk_size or max(1, min(MAX_CHUNK, -(-len(table) // (4 * max(workers, 1)))))
    chunks = [
        _Chunk(task, tuple(names), table[first : first + size], first)
        for first in range(0, len(table), size)
    ]
    parts: dict[int, PopulationResponses] = {}
    done = 0
    _report(on_count, done)
    for number, part in _run_chunks(chunks, workers, scheduler, len(table)):
        parts[number] = part
        done += len(part.endpoints)
        _report(on_count, done)
    ordered = [parts[number] for number in range(len(chunks))]
    return PopulationResponses(
        np.concatenate([part.endpoints for part in ordered]),
        np.concatenate([part.courses for part in ordered]),
        tuple(failure for part in ordered for failure in part.failed),
    )


def simulate_chunk(chunk: _Chunk) -> PopulationResponses:
    """Simulate the subjects of one chunk; the same wherever it is done."""
    task = chunk.task
    simulator = _simulator(task)
    reduction = task.reduction
    subjects, observables = len(chunk.table), len(reduction.observables)
    endpoints = np.full((subjects, len(reduction.endpoints)), np.nan)
    courses = np.full((subjects, task.kept.size, observables), np.nan, dtype=np.float32)
    failed = []
    for k, row in enumerate(chunk.table):
        values = dict(zip(chunk.names, row.tolist(), strict=True))
        try:
            start = simulator.steady_state(values)
            y = simulator.run(
                task.time_h,
                reduction.quantities,
                values,
                start=start,
                rtol=task.rtol,
                atol=task.atol,
                sizes=task.sizes,
                order=task.order,
            )
            baseline = simulator.baseline_values(reduction.quantities, values, start)
            _check_finite(reduction.quantities, task.time_h, y)
        except NumericsError as error:
            failed.append((chunk.first + k, str(error)))
            continue
        endpoints[k] = compute_endpoints(reduction, task.time_h, y, baseline)
        courses[k] = y[task.kept, :observables]
    return PopulationResponses(endpoints, courses, tuple(failed))


def _check_finite(names: Sequence[str], time: Floats, y: Floats) -> None:
    """Refuse a time course from which no endpoint can be computed: a formula of a user's own file
    may have no finite value at some times.
    """
    finite = np.isfinite(y)
    if not finite.all():
        row, column = (int(k) for k in np.argwhere(~finite)[0])
        raise NumericsError(f"'{names[column]}' has no finite value at time {time[row]:.6g}")


def _report(on_count: CountCallback | None, done: int) -> None:
    if on_count is not None:
        on_count(done)


def _run_chunks(
    chunks: Sequence[_Chunk], workers: int, scheduler: str, subjects: int
) -> Iterator[tuple[int, PopulationResponses]]:
    if scheduler:
        yield from on_dask(simulate_chunk, chunks, scheduler)
        return
    left = dict(enumerate(chunks))
    if workers > 1 and subjects >= MIN_SUBJECTS_FOR_PROCESSES:
        for number, part in _in_processes(simulate_chunk, chunks, min(workers, len(chunks))):
            del left[number]
            yield number, part
    for number, chunk in left.items():
        yield number, simulate_chunk(chunk)


# One thread at a time uses a compiled model, and one at a time reads the text of a model.
_THREAD = threading.local()
_READING = threading.Lock()


def _simulator(task: PopulationTask) -> Simulator:
    """The compiled model; the thread that compiled it keeps it for its next chunk."""
    kept: dict[tuple[str, str], Simulator] = _THREAD.__dict__.setdefault("simulators", {})
    # The text alone is empty for a user's own SBML, and does not contain doses of time 0.
    key = (task.composed.text or task.composed.sbml, repr(task.composed.doses))
    if key not in kept:
        with _READING:
            simulator = Simulator(task.composed, sbml=task.sbml)
        kept.clear()
        kept[key] = simulator
    return kept[key]


def _in_processes(
    work: Callable[[Any], Any], chunks: Sequence[Any], workers: int
) -> Iterator[tuple[int, Any]]:
    """As `on_dask`, in processes of this machine; fewer results than chunks where processes cannot
    be started here.
    """
    pool = ProcessPoolExecutor(
        workers, mp_context=multiprocessing.get_context("spawn"), initializer=_start_quietly
    )
    waiting = iter(enumerate(chunks))
    running: dict[Future[Any], int] = {}
    try:
        while True:
            with _one_thread_each():
                while len(running) <= 2 * workers and (more := next(waiting, None)) is not None:
                    running[pool.submit(work, more[1])] = more[0]
            if not running:
                return
            for future in wait(running, return_when=FIRST_COMPLETED).done:
                yield running.pop(future), future.result()
    except (BrokenProcessPool, OSError):
        # A script without a main guard, or a machine that starts no processes: the remaining chunks
        # are computed here.
        return
    finally:
        pool.shutdown(wait=False, cancel_futures=True)


def _start_quietly() -> None:
    """Leave Ctrl-C to the parent process, and print no warnings."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    warnings.simplefilter("ignore")


@contextmanager
def _one_thread_each() -> Iterator[None]:
    """Processes that are started inside do their linear algebra in one thread each, as Dask workers
    do.

    Otherwise every process would open a thread per core for matrices of 41 by 41, and the threads
    would wait for one another.
    """
    known = {name: os.environ.get(name) for name in THREADS}
    os.environ.update(dict.fromkeys(THREADS, "1"))
    try:
        yield
    finally:
        for name, value in known.items():
            if value is None:
                del os.environ[name]
            else:
                os.environ[name] = value

"""From many subjects to their responses, the same bits whoever computes them: here, in processes, or on a Dask cluster.

Subjects are cut into pieces. Each subject is brought to its own drug-free rest, dosed, and reduced to endpoints where
it was computed; of its courses only what the bands need comes back. A subject that cannot be computed is told, not hidden.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Generator, Iterator, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ProcessPoolExecutor, wait
from concurrent.futures.process import BrokenProcessPool
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from tricyclic.errors import InputError, NumericsError
from tricyclic.ode.base import ATOL, RTOL
from tricyclic.simulation.endpoints import Reduction, endpoints_of
from tricyclic.simulation.model import Composed
from tricyclic.simulation.run import Bench

Floats = NDArray[np.float64]
# A piece is long enough to be worth its way and short enough to tell progress; a process takes seconds to start.
MOST_A_PIECE, WORTH_PROCESSES = 25, 40
# Absolute error of a state, relative to the most that the typical subject has of it.
ATOL_OF_SIZE = 1e-6
THREADS = ("OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS", "MKL_NUM_THREADS", "VECLIB_MAXIMUM_THREADS")
# A solver that starts anew with every dose does not come to profit from higher orders.
ORDER_WHEN_DOSED = 3


@dataclass(frozen=True)
class Question:
    """What is asked of every subject.

    Parameters
    ----------
    composed : Composed
        The scenario with its drugs and regimens.
    time_h : array, shape (times,)
        When the courses are looked at, from 0.
    reduction : Reduction
        What becomes of the courses.
    kept : array of int, shape (kept times,)
        Which of the times come back, for bands; may be empty.
    rtol, atol : float
        Relative error of the solver; absolute error of each state, in units of `sizes` where they are given.
    sizes : array, shape (states,), or None
        How large each state is in the typical subject (`Bench.sizes`). It is that of the typical subject for all, so that
        no subject depends on which others are computed.
    order : int
        Highest order of the solver, 1 to 5; see `ORDER_WHEN_DOSED`.
    sbml : str
        The composed model as SBML, where it has been written already (`Bench.sbml`).
    """

    composed: Composed
    time_h: Floats
    reduction: Reduction
    kept: NDArray[np.intp] = field(default_factory=lambda: np.empty(0, dtype=np.intp))
    rtol: float = RTOL
    atol: float = ATOL
    sizes: Floats | None = None
    order: int = 5
    sbml: str = ""


@dataclass(frozen=True)
class Responses:
    """How subjects responded, in their order; nan in the rows of those that failed.

    Parameters
    ----------
    endpoints : array, shape (subjects, endpoints)
    courses : array of float32, shape (subjects, kept times, watches)
    failed : tuple of (int, str)
        Which could not be computed, and why.
    """

    endpoints: Floats
    courses: NDArray[np.float32]
    failed: tuple[tuple[int, str], ...]


@dataclass(frozen=True)
class _Piece:
    question: Question
    names: tuple[str, ...]
    table: Floats
    first: int


def respond(
    question: Question,
    names: Sequence[str],
    table: Floats,
    *,
    workers: int = 1,
    scheduler: str = "",
    a_piece: int | None = None,
) -> Generator[int, None, Responses]:
    """Ask every subject; yields how many have answered so far.

    Parameters
    ----------
    question : Question
    names : sequence of str
        Parameters that differ between subjects.
    table : array, shape (subjects, parameters)
    workers : int
        Processes here; 1 computes in this one. The result does not depend on it.
    scheduler : str
        Address of a Dask scheduler, such as tcp://host:8786; empty: here.
    a_piece : int, optional
        Subjects that are computed together. The result does not depend on it.

    Returns
    -------
    Responses

    Raises
    ------
    InputError
        If a parameter is unknown, or no scheduler answers.
    """
    table = np.asarray(table, dtype=float)
    if len(table) == 0:
        raise InputError("there are no subjects to simulate")
    for name in names:
        question.composed.quantity(name)
    size = a_piece or max(1, min(MOST_A_PIECE, -(-len(table) // (4 * max(workers, 1)))))
    pieces = [
        _Piece(question, tuple(names), table[first : first + size], first)
        for first in range(0, len(table), size)
    ]
    found: dict[int, Responses] = {}
    done = 0
    yield done
    for number, answer in _answers(pieces, workers, scheduler, len(table)):
        found[number] = answer
        done += len(answer.endpoints)
        yield done
    parts = [found[number] for number in range(len(pieces))]
    return Responses(
        np.concatenate([part.endpoints for part in parts]),
        np.concatenate([part.courses for part in parts]),
        tuple(failure for part in parts for failure in part.failed),
    )


def _answers(
    pieces: Sequence[_Piece], workers: int, scheduler: str, subjects: int
) -> Iterator[tuple[int, Responses]]:
    if scheduler:
        from tricyclic.fitting.on_dask import on_dask

        yield from on_dask(respond_piece, pieces, scheduler)
        return
    left = dict(enumerate(pieces))
    if workers > 1 and subjects >= WORTH_PROCESSES:
        for number, answer in _in_processes(respond_piece, pieces, min(workers, len(pieces))):
            del left[number]
            yield number, answer
    for number, piece in left.items():
        yield number, respond_piece(piece)


def respond_piece(piece: _Piece) -> Responses:
    """Ask the subjects of one piece; the same wherever it is done."""
    question = piece.question
    bench = _bench(question)
    reduction = question.reduction
    subjects, watches = len(piece.table), len(reduction.watches)
    endpoints = np.full((subjects, len(reduction.endpoints)), np.nan)
    courses = np.full((subjects, question.kept.size, watches), np.nan, dtype=np.float32)
    failed = []
    for k, row in enumerate(piece.table):
        values = dict(zip(piece.names, row.tolist(), strict=True))
        try:
            rest = bench.rest(values)
            y = bench.run(
                question.time_h,
                reduction.quantities,
                values,
                rest=rest,
                rtol=question.rtol,
                atol=question.atol,
                sizes=question.sizes,
                order=question.order,
            )
            at_rest = bench.rest_of(reduction.quantities, values, rest)
        except NumericsError as error:
            failed.append((piece.first + k, str(error)))
            continue
        endpoints[k] = endpoints_of(reduction, question.time_h, y, at_rest)
        courses[k] = y[question.kept, :watches]
    return Responses(endpoints, courses, tuple(failed))


# A compiled model is used by one thread at a time, and the text of a model is read by one at a time.
_OWN = threading.local()
_READING = threading.Lock()


def _bench(question: Question) -> Bench:
    """The compiled model; kept by the thread that compiled it for its next piece."""
    held: dict[str, Bench] = _OWN.__dict__.setdefault("benches", {})
    text = question.composed.text
    if text not in held:
        with _READING:
            found = Bench(question.composed, sbml=question.sbml)
        held.clear()
        held[text] = found
    return held[text]


def _in_processes(
    work: Callable[[Any], Any], pieces: Sequence[Any], workers: int
) -> Iterator[tuple[int, Any]]:
    """As `on_dask`, in processes of this machine; fewer answers than pieces where processes cannot be started here."""
    import multiprocessing

    pool = ProcessPoolExecutor(
        workers, mp_context=multiprocessing.get_context("spawn"), initializer=_quietly
    )
    waiting = iter(enumerate(pieces))
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
        # A script without a main guard, or a machine that starts no processes: the rest is computed here.
        return
    finally:
        pool.shutdown(wait=False, cancel_futures=True)


def _quietly() -> None:
    """Leave Ctrl-C to the parent, and say nothing on the way."""
    import signal
    import warnings

    signal.signal(signal.SIGINT, signal.SIG_IGN)
    warnings.simplefilter("ignore")


@contextmanager
def _one_thread_each() -> Iterator[None]:
    """Processes that are started meanwhile do their linear algebra in one thread each, as workers of Dask do.

    Every process would otherwise open a thread per core for matrices of 41 by 41, and they would wait for one another.
    """
    import os

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

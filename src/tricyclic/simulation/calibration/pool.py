"""Predictions for many parameter sets, in several processes; each compiles the models once."""

from __future__ import annotations

import multiprocessing
import signal
import warnings
from concurrent.futures import ProcessPoolExecutor, as_completed
from concurrent.futures.process import BrokenProcessPool
from types import TracebackType

import numpy as np

from tricyclic.core.progress import CountCallback
from tricyclic.simulation.calibration.predict import Floats, ObservationPanel

MAX_CHUNK = 20
# Panel and names of the parameters of a worker process.
_worker: tuple[ObservationPanel, tuple[str, ...]] | None = None


class PredictionPool:
    """Processes that predict; with one worker, or where none can be started, it computes here.

    Parameters
    ----------
    panel : ObservationPanel
    names : tuple of str
        Parameters, in the order of the columns of the table.
    workers : int
    """

    def __init__(self, panel: ObservationPanel, names: tuple[str, ...], workers: int) -> None:
        self._panel, self._names, self._workers = panel, names, workers
        self._pool: ProcessPoolExecutor | None = None

    def __enter__(self) -> PredictionPool:
        if self._workers > 1:
            self._pool = ProcessPoolExecutor(
                self._workers,
                mp_context=multiprocessing.get_context("spawn"),
                initializer=_start_worker,
                initargs=(self._panel, self._names),
            )
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        if self._pool is not None:
            self._pool.shutdown(wait=False, cancel_futures=True)

    def predict(self, table: Floats, on_done: CountCallback | None = None) -> Floats:
        """Predictions, shape (sets, observations), for a table of shape (sets, parameters).

        `on_done` is called with the number of sets that are done.
        """
        size = max(1, min(MAX_CHUNK, -(-len(table) // (2 * self._workers))))
        chunks = [table[first : first + size] for first in range(0, len(table), size)]
        results: dict[int, Floats] = {}

        def add(number: int, predicted: Floats) -> None:
            results[number] = predicted
            if on_done is not None:
                on_done(sum(map(len, results.values())))

        if self._pool is not None and len(chunks) > 1:
            try:
                futures = {self._pool.submit(_predict, chunk): k for k, chunk in enumerate(chunks)}
                for future in as_completed(futures):
                    add(futures[future], future.result())
            except (BrokenProcessPool, OSError):
                # A script without a main guard, or a machine that starts no processes: what is
                # missing is computed here.
                self._pool = None
        for k, chunk in enumerate(chunks):
            if k not in results:
                add(k, _predict_rows(self._panel, self._names, chunk))
        return np.concatenate([results[k] for k in range(len(chunks))])


def _start_worker(panel: ObservationPanel, names: tuple[str, ...]) -> None:
    global _worker
    _worker = (panel, names)
    # Ctrl-C is handled by the parent process.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    warnings.simplefilter("ignore")


def _predict(chunk: Floats) -> Floats:
    assert _worker is not None
    return _predict_rows(*_worker, chunk)


def _predict_rows(panel: ObservationPanel, names: tuple[str, ...], chunk: Floats) -> Floats:
    return np.array([panel.predict(dict(zip(names, row.tolist(), strict=True))) for row in chunk])

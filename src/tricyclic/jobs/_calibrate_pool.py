"""Parameter sets are run in as many processes as there are cores; each compiles the observations' arms once."""

from __future__ import annotations

from collections.abc import Generator
from types import TracebackType
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

if TYPE_CHECKING:
    from concurrent.futures import ProcessPoolExecutor

    from tricyclic.simulation.calibration.predict import Panel

Floats = NDArray[np.float64]
MOST_A_PIECE = 20
_here: tuple[Panel, tuple[str, ...]] | None = None


class Predictors:
    """Processes that predict; one process, or none that starts, computes here.

    Parameters
    ----------
    panel : Panel
    names : tuple of str
        Parameters, in the order of the columns that are asked.
    workers : int
    """

    def __init__(self, panel: Panel, names: tuple[str, ...], workers: int) -> None:
        self._panel, self._names, self._workers = panel, names, workers
        self._pool: ProcessPoolExecutor | None = None

    def __enter__(self) -> Predictors:
        if self._workers > 1:
            import multiprocessing
            from concurrent.futures import ProcessPoolExecutor

            self._pool = ProcessPoolExecutor(
                self._workers,
                mp_context=multiprocessing.get_context("spawn"),
                initializer=_begin,
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

    def predict(self, table: Floats) -> Generator[int, None, Floats]:
        """Predictions of shape (sets, observations) for parameters of shape (sets, parameters); yields how many are done."""
        from concurrent.futures import as_completed
        from concurrent.futures.process import BrokenProcessPool

        size = max(1, min(MOST_A_PIECE, -(-len(table) // (2 * self._workers))))
        pieces = [table[first : first + size] for first in range(0, len(table), size)]
        found: dict[int, Floats] = {}
        if self._pool is not None and len(pieces) > 1:
            try:
                asked = {self._pool.submit(_predict, piece): k for k, piece in enumerate(pieces)}
                for future in as_completed(asked):
                    found[asked[future]] = future.result()
                    yield sum(map(len, found.values()))
            except (BrokenProcessPool, OSError):
                # A script without a main guard, or a machine that starts no processes: the rest is computed here.
                self._pool = None
        for k, piece in enumerate(pieces):
            if k not in found:
                found[k] = _rows(self._panel, self._names, piece)
                yield sum(map(len, found.values()))
        return np.concatenate([found[k] for k in range(len(pieces))])


def _begin(panel: Panel, names: tuple[str, ...]) -> None:
    import signal
    import warnings

    global _here
    _here = (panel, names)
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is the parent's
    warnings.simplefilter("ignore")


def _predict(piece: Floats) -> Floats:
    assert _here is not None
    return _rows(*_here, piece)


def _rows(panel: Panel, names: tuple[str, ...], piece: Floats) -> Floats:
    from tricyclic.simulation.calibration.parameters import named

    return np.array([panel.predict(named(names, row)) for row in piece])

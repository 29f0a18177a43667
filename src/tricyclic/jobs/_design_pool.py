"""A Plan is simulated many times over, on as many cores as there are; the result does not depend on how many.

The experiments are cut into pieces of a fixed size, each with a generator of its own from the seed and its number.
"""

from __future__ import annotations

from collections.abc import Generator
from typing import TYPE_CHECKING

from tricyclic.jobs._job import Progress

if TYPE_CHECKING:
    from tricyclic.assays.binding.design.plan import Plan
    from tricyclic.assays.binding.design.trial import Tries

PLATES_A_PIECE = 24
WORTH_A_POOL = 8  # pieces; a new process takes about two seconds to start


def simulate(
    plan: Plan, plates: int, *, seed: int, workers: int
) -> Generator[Progress, None, Tries]:
    """Simulate about so many plates, in whole experiments; yields how far it is.

    Parameters
    ----------
    plan : Plan
    plates : int
        1 or more; rounded up to whole experiments.
    seed : int
    workers : int
        Processes; 1 computes here.
    """
    from tricyclic.assays.binding.design.trial import joined

    experiments = -(-plates // plan.runs)
    size = max(1, PLATES_A_PIECE // plan.runs)
    pieces = [
        (number, min(size, experiments - start))
        for number, start in enumerate(range(0, experiments, size))
    ]
    done: dict[int, Tries] = {}
    total = experiments * plan.runs

    def so_far() -> Progress:
        return Progress(
            sum(pieces[k][1] for k in done) * plan.runs, total, "plates simulated and analysed"
        )

    yield so_far()
    if workers > 1 and len(pieces) >= WORTH_A_POOL:
        for number, found in _in_pool(plan, pieces, seed, min(workers, len(pieces))):
            done[number] = found
            yield so_far()
    for number, count in pieces:
        if number not in done:
            done[number] = try_piece(plan, count, seed, number)
            yield so_far()
    return joined([done[number] for number, _ in pieces])


def try_piece(plan: Plan, experiments: int, seed: int, number: int) -> Tries:
    """Simulate one piece; the same wherever it is computed."""
    import numpy as np

    from tricyclic.assays.binding.design.trial import try_experiments
    from tricyclic.curves import SHELF

    return try_experiments(plan, SHELF, experiments, np.random.default_rng([seed, number]))


def _in_pool(
    plan: Plan, pieces: list[tuple[int, int]], seed: int, workers: int
) -> Generator[tuple[int, Tries], None, None]:
    """Pieces as they are finished; fewer than all where processes cannot be started here."""
    import multiprocessing
    from concurrent.futures import ProcessPoolExecutor, as_completed
    from concurrent.futures.process import BrokenProcessPool

    pool = ProcessPoolExecutor(
        workers, mp_context=multiprocessing.get_context("spawn"), initializer=_quietly
    )
    try:
        asked = {
            pool.submit(try_piece, plan, count, seed, number): number for number, count in pieces
        }
        for future in as_completed(asked):
            yield asked[future], future.result()
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

"""Simulates a planned experiment many times, in as many processes as there are cores; the result
does not depend on how many.

The experiments are cut into pieces of a fixed size, each with a random generator of its own.
"""

from __future__ import annotations

import multiprocessing
import signal
import warnings
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor, as_completed
from concurrent.futures.process import BrokenProcessPool

import numpy as np

from tricyclic.assays.binding.design.trial import (
    SimulatedTrials,
    concatenate_trials,
    simulate_experiments,
)
from tricyclic.core.experiment_plan import ExperimentPlan
from tricyclic.core.progress import ProgressCallback, report_progress
from tricyclic.curves import CURVES

PLATES_PER_PIECE = 24
# A process takes about two seconds to start; fewer pieces are computed sooner without.
MIN_PIECES_FOR_PROCESSES = 8
MESSAGE = "plates simulated and analysed"


def simulate_trials(
    plan: ExperimentPlan,
    plates: int,
    *,
    seed: int,
    workers: int,
    on_progress: ProgressCallback | None = None,
) -> SimulatedTrials:
    """Simulate and analyse about `plates` plates, in whole experiments.

    Parameters
    ----------
    plan
        The experiment; `plan.runs` plates each.
    plates
        1 or more; rounded up to whole experiments.
    seed
        Of the random numbers.
    workers
        Processes; 1 computes in this one.
    on_progress
        Called with the number of plates that are done.
    """
    experiments = -(-plates // plan.runs)
    size = max(1, PLATES_PER_PIECE // plan.runs)
    pieces = [
        (number, min(size, experiments - start))
        for number, start in enumerate(range(0, experiments, size))
    ]
    done: dict[int, SimulatedTrials] = {}

    def report() -> None:
        plates_done = sum(pieces[number][1] for number in done) * plan.runs
        report_progress(on_progress, plates_done, experiments * plan.runs, MESSAGE)

    def keep(number: int, trials: SimulatedTrials) -> None:
        done[number] = trials
        report()

    report()
    if workers > 1 and len(pieces) >= MIN_PIECES_FOR_PROCESSES:
        _simulate_in_processes(plan, pieces, seed, min(workers, len(pieces)), keep)
    for number, count in pieces:
        if number not in done:
            keep(number, simulate_piece(plan, count, seed, number))
    return concatenate_trials([done[number] for number, _ in pieces])


def simulate_piece(
    plan: ExperimentPlan, experiments: int, seed: int, number: int
) -> SimulatedTrials:
    """Simulate one piece; the same in every process."""
    return simulate_experiments(plan, CURVES, experiments, np.random.default_rng([seed, number]))


def _simulate_in_processes(
    plan: ExperimentPlan,
    pieces: list[tuple[int, int]],
    seed: int,
    workers: int,
    keep: Callable[[int, SimulatedTrials], None],
) -> None:
    """Hand each piece to `keep` when it is finished; fewer than all where no process can start."""
    pool = ProcessPoolExecutor(
        workers, mp_context=multiprocessing.get_context("spawn"), initializer=_prepare_process
    )
    try:
        numbers = {
            pool.submit(simulate_piece, plan, count, seed, number): number
            for number, count in pieces
        }
        for future in as_completed(numbers):
            keep(numbers[future], future.result())
    except (BrokenProcessPool, OSError):
        # A script without a main guard, or a machine that starts no processes: what is left is
        # computed in this process.
        return
    finally:
        pool.shutdown(wait=False, cancel_futures=True)


def _prepare_process() -> None:
    # Ctrl-C is handled by the parent; warnings of libraries would be printed once per process.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    warnings.simplefilter("ignore")

"""Output times of a simulation: dense after every dose, sparse where nothing changes fast."""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from tricyclic.core.dosing import Dosing, is_sustained

Floats = NDArray[np.float64]
FIRST_STEP_H = 0.05
GROWTH = 1.25
MAX_STEP_H = 1.5
# More steps than this after a dose show nothing: in a run of years they grow with it.
MOST_STEPS = 20_000
# By then every step has reached the maximum; a higher power would overflow in a long run.
MAX_GROWTH = 200
BACKGROUND = 300
# Steps within a short bath or probe, and the number of repetitions that get them.
WITHIN, MAX_FINE = 50, 20
# A dose is an event: the value just before it is stored too, because it is the trough.
JUST_BEFORE_H = 1e-6
SAME_H = 1e-9
# The same two as shares of the run, for runs shorter than a minute.
JUST_BEFORE_SHARE, SAME_SHARE = 1e-4, 1e-7


def output_times(dosing: Sequence[Dosing], horizon_h: float) -> Floats:
    """Choose the output times.

    Parameters
    ----------
    dosing : sequence of Dosing
    horizon_h : float
        End [h], above 0.

    Returns
    -------
    array, shape (times,)
        From 0 to the horizon (just before it, where a dose ends there), increasing: an even grid,
        just before and at each start and end of a dose, and after each in steps that grow from 0.05
        h (shorter where the whole run or the dose is short).
    """
    changes, fine = {0.0}, []
    shortest = horizon_h
    for one in dosing:
        for k in range(one.n_doses):
            start = one.start_h + k * one.every_h
            changes.add(start)
            if is_sustained(one.route):
                changes.add(start + one.duration_h)
                shortest = min(shortest, one.duration_h)
                if one.duration_h < horizon_h / 10 and k < MAX_FINE:
                    fine.append(np.linspace(start, start + one.duration_h, WITHIN + 1)[1:-1])
    starts = sorted(start for start in changes if start < horizon_h)
    step = min(FIRST_STEP_H, horizon_h / 400, shortest / 40)
    longest = max(MAX_STEP_H, horizon_h / MOST_STEPS)
    just_before = min(JUST_BEFORE_H, JUST_BEFORE_SHARE * horizon_h)
    # In a run of ages, the power at which the longest step is reached.
    growth = max(MAX_GROWTH, math.ceil(math.log(longest / step, GROWTH)))
    after = [0.0]
    while after[-1] < horizon_h:
        after.append(after[-1] + min(step * GROWTH ** min(len(after) - 1, growth), longest))
    offsets = np.array(after)
    pieces = [np.linspace(0.0, horizon_h, BACKGROUND + 1), *fine]
    for start, end in zip(starts, [*starts[1:], horizon_h], strict=True):
        pieces.append(start + offsets[offsets < end - start])
        if start > just_before:
            pieces.append(np.array([start - just_before]))
    every = np.unique(np.concatenate(pieces))
    if horizon_h in changes and horizon_h > just_before:
        # A dose that lasts until the end is still given at the last time.
        every = np.append(every[every < horizon_h - just_before], horizon_h - just_before)
    same = min(SAME_H, SAME_SHARE * horizon_h)
    # 12.0 and 12.000000000000002 are one time.
    kept = np.r_[True, np.diff(every) > same]
    return np.asarray(every[kept])

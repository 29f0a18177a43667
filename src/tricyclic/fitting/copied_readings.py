"""Replicates of a fit that are copies of others: a block that was pasted twice.

Use `assays.binding.excluded_runs` for whole runs, and `assays.screening.copied_plates` for plates.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from itertools import combinations

import numpy as np

from tricyclic.core.check import Check
from tricyclic.core.estimate import Fit, FittedPart
from tricyclic.core.format import pluralize
from tricyclic.fitting.replicates import without_scatter

# Replicates of a setting of which all pairs are compared.
MAX_REPLICATES = 12
# Equal settings from which on a replicate may be a copy, and their share of those of both.
MIN_EQUAL, MIN_SHARE = 5, 0.8
# Replicates of a good laboratory scatter by this; the smaller, the more readings are equal by
# chance, so that a less careful one is not accused.
LEAST_CV = 0.01
# Probability of as many equal readings, by chance, from which on they are no chance.
MAX_CHANCE = 1e-7
_MAX_DECIMALS = 12


def copied_readings_checks(fit: Fit) -> tuple[Check, ...]:
    """A check for each replicate whose readings are those of another one, at most settings.

    Parameters
    ----------
    fit : Fit
        Of one series or several; readings at equal settings are replicates, numbered in their
        order.

    Notes
    -----
    Two rounded readings of scatter s are equal with a probability of about 0.28 step / s (that of a
    normal difference at 0); the product over the equal settings is the chance of the whole block.
    Shares of subjects and curves without any scatter, such as calculated ones, are left out.
    """
    if not fit.ok or without_scatter(fit):
        return ()
    checks = []
    for part in fit.parts:
        if part.series.trials is None and (copy := _copy(part)) is not None:
            checks.append(_check(part, *copy))
    return tuple(checks)


def _copy(part: FittedPart) -> tuple[Sequence[int], Sequence[int]] | None:
    """Positions of the readings of a replicate and of the one that it repeats."""
    settings: dict[tuple[float, ...], list[int]] = {}
    columns = [part.series.x[name].tolist() for name in sorted(part.series.x)]
    for at, setting in enumerate(zip(*columns, strict=True)):
        settings.setdefault(setting, []).append(at)
    most = min(max(map(len, settings.values())), MAX_REPLICATES)
    y = part.series.y
    step = _step(y)
    for first, second in combinations(range(most), 2):
        both = [(own[first], own[second]) for own in settings.values() if len(own) > second]
        equal = [(a, b) for a, b in both if y[a] == y[b]]
        if len(equal) < max(MIN_EQUAL, MIN_SHARE * len(both)):
            continue
        values = np.abs(np.unique([y[a] for a, _ in equal]))
        scatter = LEAST_CV * values
        with np.errstate(divide="ignore"):
            chances = np.minimum(1.0, 0.28 * step / scatter)
        if values.size >= MIN_EQUAL and float(np.log10(chances).sum()) < math.log10(MAX_CHANCE):
            return [b for _, b in equal], [a for a, _ in equal]
    return None


def _step(y: np.ndarray) -> float:
    """The step to which the readings are rounded, from their decimals."""
    decimals = 0
    while decimals < _MAX_DECIMALS and not np.array_equal(np.round(y, decimals), y):
        decimals += 1
    return float(10.0**-decimals)


def _check(part: FittedPart, copies: Sequence[int], originals: Sequence[int]) -> Check:
    labels = part.series.labels
    pairs = ""
    if labels:
        shown = min(1, len(copies) - 1)
        pairs = f", such as {labels[copies[shown]]} and {labels[originals[shown]]}"
    return Check(
        "copied_readings",
        "warn",
        f"{pluralize(len(copies), 'reading')} of one replicate are exactly those of another at the "
        f"same settings{pairs}",
        value=float(len(copies)),
        limit=0.0,
        source="exact comparison",
        advice="Readings that were pasted twice count twice: correct the file, or exclude the copy",
    )

"""Replicates of a fit that are copies of others: a block that was pasted twice.

Use `assays.binding.excluded_runs` for whole runs, and `assays.screening.copied_plates` for plates.
"""

from __future__ import annotations

from collections.abc import Sequence

from tricyclic.core.check import Check
from tricyclic.core.estimate import Fit, FittedPart
from tricyclic.core.format import pluralize
from tricyclic.fitting.copied_rows import copied_replicate
from tricyclic.fitting.replicates import without_scatter


def copied_readings_checks(fit: Fit) -> tuple[Check, ...]:
    """A check for each replicate whose readings are those of another one, at most settings.

    Parameters
    ----------
    fit : Fit
        Of one series or several; readings at equal settings are replicates, numbered in their
        order.

    Notes
    -----
    See `copied_rows`. Shares of subjects and curves without any scatter, such as calculated ones,
    are left out.
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
    return copied_replicate(settings.values(), part.series.y)


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

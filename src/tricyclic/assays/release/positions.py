"""Checks of what the place of a well and the order of reading do to its net release."""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np

from tricyclic.core.check import Check
from tricyclic.core.culture_arms import CultureArm
from tricyclic.core.format import format_p
from tricyclic.core.plate import PLATE_SHAPES, well_position
from tricyclic.errors import InputError
from tricyclic.results.release import ReleaseWell
from tricyclic.stats.statistics import t_probability

# Level of the checks, below that of the tests: several are made of one study.
LEVEL = 0.01
FEWEST = 4


def position_checks(wells: Sequence[ReleaseWell], plate_size: int = 0) -> tuple[Check, ...]:
    """Edge wells, and the order of reading.

    Parameters
    ----------
    wells : sequence of ReleaseWell
        A well counts where its arm has another one in the culture.
    plate_size : int
        Wells of a plate; 0 for the smallest plate that has all of these places.
    """
    used = [w for w in wells if not w.excluded and math.isfinite(w.net) and w.arm.stimulus]
    edges = _edges(used, plate_size)
    edge = _slope(used, edges)
    ordered = _slope(used, {id(w): w.order for w in used if math.isfinite(w.order)})
    return (
        _check("release_edge_wells", edge, "edge wells release", "than inner ones of their arm"),
        _check(
            "release_reading_order",
            ordered,
            "per position in the order of reading, wells release",
            "than the one before",
        ),
    )


def _edges(wells: Sequence[ReleaseWell], plate_size: int) -> dict[int, float]:
    """1 for wells at the edge of their plate, 0 for others; only wells whose name is a place."""
    places: dict[int, tuple[int, int]] = {}
    for well in wells:
        try:
            places[id(well)] = well_position(well.well)
        except InputError:
            continue
    if not places:
        return {}
    needed = tuple(1 + max(place[k] for place in places.values()) for k in (0, 1))
    fitting = [
        shape
        for size, shape in PLATE_SHAPES.items()
        if shape[0] >= needed[0] and shape[1] >= needed[1] and plate_size in (0, size)
    ]
    if not fitting:
        return {}
    rows, columns = fitting[0]
    return {
        key: float(row in (0, rows - 1) or column in (0, columns - 1))
        for key, (row, column) in places.items()
    }


def _slope(
    wells: Sequence[ReleaseWell], covariate: dict[int, float]
) -> tuple[float, float, int] | None:
    """Relative change of net release per unit of a covariate within arms of a culture, its p, and
    the number of wells; None where it cannot be estimated.
    """
    cells: dict[tuple[str, CultureArm], list[ReleaseWell]] = {}
    for well in wells:
        if id(well) in covariate:
            cells.setdefault((well.culture, well.arm), []).append(well)
    y, x = [], []
    groups = 0
    for own in cells.values():
        net = np.array([w.net for w in own])
        if len(own) < 2 or not net.mean() > 0:
            continue
        at = np.array([covariate[id(w)] for w in own])
        # Both about their mean within the arm: the arms take their level away.
        y.append(net / net.mean() - 1.0)
        x.append(at - at.mean())
        groups += 1
    if not y:
        return None
    residual, centred = np.concatenate(y), np.concatenate(x)
    square = float(centred @ centred)
    df = residual.size - groups - 1
    if df < FEWEST or square <= 0:
        return None
    slope = float(centred @ residual) / square
    variance = float(((residual - slope * centred) ** 2).sum()) / df
    if variance <= 0:
        return None
    return slope, t_probability(slope / math.sqrt(variance / square), float(df)), residual.size


def _check(name: str, slope: tuple[float, float, int] | None, what: str, than: str) -> Check:
    if slope is None:
        return Check(name, "pass", "too few wells with a place or order to compare")
    change, p, n = slope
    bad = p < LEVEL
    more = "more" if change > 0 else "less"
    return Check(
        name,
        "warn" if bad else "pass",
        f"{what} {100 * abs(change):.2g} % {more} {than} ({n} wells, {format_p(p)})",
        value=p,
        limit=LEVEL,
        advice="Spread the arms over places and order, so that this cancels" if bad else "",
    )

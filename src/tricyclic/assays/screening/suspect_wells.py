"""Wells of a screen that no hit is called from: rows, columns and positions that read as effects,
clusters of effects, readings beyond the full effect, replicates that disagree.

A dispenser, a reader or a fluorescent compound makes readings that look like effects. They are
identified by their place on the plate, by their size, or by a second well of the same compound.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from tricyclic.assays.screening.plate_arrays import MAD_TO_SD, Floats
from tricyclic.core.format import format_number
from tricyclic.core.plate import row_letters
from tricyclic.stats.distributions import (
    chi_squared_upper_tail,
    more_than_probability,
    t_upper_quantile,
)

# A group of wells with fewer of them, or with fewer compounds, is not tested.
MIN_WELLS, MIN_COMPOUNDS = 5, 5
# Probability that a plate without pattern has a group that seems shifted.
GROUP_P = 1e-3
# Percent of the control window: hits of a group that is shifted by more need confirmation; a
# smaller shift is subtracted. The limit is that of the patterns of a plate.
MAX_SHIFT_PERCENT = 10.0
# Standard error of a lower quartile of n normal readings, in sd / sqrt(n):
# sqrt(0.25 x 0.75) / density at the quartile.
QUARTILE_SE = math.sqrt(0.1875) / 0.31777657
# As in `screen_checks`: compounds at a position, and robust standard deviations over positions.
MIN_AT_POSITION, MAX_POSITION_SDS = 5, 5.0
# Standard deviations from which a well counts for a cluster, its probability, and its least size.
HIGH_Z, CLUSTER_P, MIN_CLUSTER = 3.5, 1e-4, 3
# Percent of the window beyond the full effect, and standard deviations of a well.
BEYOND_PERCENT, BEYOND_SDS = 30.0, 5.0
DISAGREE_P = 1e-3


@dataclass(frozen=True)
class ScreenWells:
    """The tested wells of a screen, one entry each; arrays have shape (wells,).

    Parameters
    ----------
    plate : array of int
        Index of the plate.
    row, column : array of int
        From 0.
    compound : array of int
        Equal numbers are one compound.
    effect, middle, sd, df : array
        Effect, and middle, standard deviation and its degrees of freedom on the plate [% of the
        window].
    shapes : sequence of (int, int)
        Rows and columns of each plate.
    """

    plate: np.ndarray
    row: np.ndarray
    column: np.ndarray
    compound: np.ndarray
    effect: Floats
    middle: Floats
    sd: Floats
    df: Floats
    shapes: Sequence[tuple[int, int]]

    @property
    def z(self) -> Floats:
        """Distance from the middle of the plate in standard deviations."""
        return np.asarray((self.effect - self.middle) / self.sd)


class SuspectWells:
    """Reasons why wells are suspect, and shifts that are subtracted [% of the window]."""

    def __init__(self, wells: ScreenWells) -> None:
        self.wells = wells
        self.shift = np.zeros(wells.effect.size)
        self.reason: dict[int, str] = {}

    @property
    def mask(self) -> np.ndarray:
        """Whether each well is suspect, shape (wells,)."""
        mask = np.zeros(self.wells.effect.size, bool)
        mask[list(self.reason)] = True
        return mask

    def add(self, wells: np.ndarray, reason: str) -> None:
        """Mark wells by index; the first reason of a well stays."""
        for k in wells.tolist():
            self.reason.setdefault(k, reason)


def find_suspect_wells(wells: ScreenWells, *, min_compounds: int = MIN_COMPOUNDS) -> SuspectWells:
    """Wells in shifted groups, at positions that read as effects, or beyond the full effect.

    Parameters
    ----------
    wells : ScreenWells
    min_compounds : int
        A group of wells with fewer compounds is not tested.
    """
    suspect = SuspectWells(wells)
    limit = 100.0 + np.maximum(BEYOND_PERCENT, BEYOND_SDS * wells.sd)
    beyond = np.flatnonzero(wells.effect > limit)
    suspect.add(beyond, "reads beyond the full effect: fluorescence, quenching, or no reagent")
    for shape in dict.fromkeys(wells.shapes):
        of_shape = np.array([one == shape for one in wells.shapes])
        chosen = np.flatnonzero(of_shape[wells.plate])
        if chosen.size:
            _add_shifted_groups(suspect, chosen, shape, min_compounds)
            _add_positions(suspect, chosen, shape)
    return suspect


def add_clusters(suspect: SuspectWells, min_effect_percent: float) -> None:
    """Mark effects that stand together in one row or column of a plate, or at one position.

    The number of compounds with an effect in a line is compared with the share of the others of the
    screen (binomial).
    """
    wells = suspect.wells
    high = (wells.z - suspect.shift / wells.sd >= HIGH_Z) & (wells.effect >= min_effect_percent)
    high &= ~suspect.mask
    total, count = int((~suspect.mask).sum()), int(high.sum())
    if count < MIN_CLUSTER:
        return
    widest = 1 + int(max(wells.row.max(), wells.column.max()))
    plates = wells.plate.astype(np.int64) * widest
    lines = (
        (plates + wells.row, "row {} of its plate"),
        (plates + wells.column, "column {} of its plate"),
        (wells.row.astype(np.int64) * widest + wells.column, "its position over the plates"),
    )
    for line, words in lines:
        labels, index = np.unique(line, return_inverse=True)
        for which in np.flatnonzero(np.bincount(index[high], minlength=labels.size) >= MIN_CLUSTER):
            inside = np.flatnonzero(index == which)
            hits = inside[high[inside]]
            k, n = (np.unique(wells.compound[part]).size for part in (hits, inside))
            share = max(count - hits.size, 1) / max(total - inside.size, 1)
            if k >= MIN_CLUSTER and more_than_probability(k - 1, n, min(share, 1.0)) < CLUSTER_P:
                at = int(labels[which] % widest)
                where = words.format(row_letters(at) if "row" in words else at + 1)
                suspect.add(hits, f"{k} of {n} compounds in {where} have an effect")


def disagree(z: Floats) -> bool:
    """Whether the replicates of one compound scatter more than wells without effect do."""
    spread = float(((z - z.mean()) ** 2).sum())
    return bool(chi_squared_upper_tail(z.size - 1, spread) < DISAGREE_P)


def _add_shifted_groups(
    suspect: SuspectWells, chosen: np.ndarray, shape: tuple[int, int], min_compounds: int
) -> None:
    """Groups of wells of which three quarters or more read as effects.

    The lower quartile of a group is compared with that of the plate, so that a group in which even
    half of the compounds are active does not count as shifted. Where the share of effects in the
    screen makes groups of active compounds likely, so small a group is not tested.
    """
    wells = suspect.wells
    share = float(np.mean(wells.z >= HIGH_Z))
    plates, index = np.unique(wells.plate[chosen], return_inverse=True)
    row, column = wells.row[chosen], wells.column[chosen]
    grid = np.full((plates.size, *shape), np.nan)
    grid[index, row, column] = wells.effect[chosen] - wells.middle[chosen]
    first = np.zeros(grid.shape, bool)
    _, once = np.unique(
        wells.plate[chosen].astype(np.int64) * (int(wells.compound.max()) + 1)
        + wells.compound[chosen],
        return_index=True,
    )
    first[index[once], row[once], column[once]] = True
    sd, df = np.ones(plates.size), np.ones(plates.size)
    sd[index], df[index] = wells.sd[chosen], wells.df[chosen]
    all_wells, n_all = _quartile(grid.reshape(plates.size, -1))
    groups = list(_groups(shape))
    critical = t_upper_quantile(df, GROUP_P / len(groups))
    shifts = np.zeros(grid.shape)
    reasons: dict[tuple[int, int, int], str] = {}
    for name, inside in groups:
        quartile, n = _quartile(grid[:, inside])
        compounds = first[:, inside].sum(axis=1)
        size = quartile - all_wells
        with np.errstate(divide="ignore"):
            se = sd * QUARTILE_SE * np.sqrt(1.0 / n + 1.0 / n_all)
        by_activity = more_than_probability(np.floor(0.75 * (n - 1)), n, share)
        enough = (n >= MIN_WELLS) & (compounds >= min_compounds)
        enough &= by_activity < GROUP_P / len(groups)
        for p in np.flatnonzero(enough & (size > critical * se)).tolist():
            larger = inside & (size[p] > shifts[p])
            shifts[p][larger] = size[p]
            if size[p] > MAX_SHIFT_PERCENT:
                text = f"{name} of its plate read {format_number(size[p], 2)} % too high an effect"
                for r, c in np.argwhere(inside).tolist():
                    reasons.setdefault((p, r, c), text)
    suspect.shift[chosen] = shifts[index, row, column]
    if reasons:
        places = zip(index.tolist(), row.tolist(), column.tolist(), strict=True)
        for well, place in zip(chosen.tolist(), places, strict=True):
            if place in reasons:
                suspect.reason.setdefault(well, reasons[place])


def _groups(shape: tuple[int, int]) -> Iterator[tuple[str, np.ndarray]]:
    """Wells that one step of the work has in common: rows, columns, halves of both, the edge, and
    the four quadrants in which a head of 96 tips fills 384 wells.
    """
    rows, columns = shape
    row, column = np.indices(shape)
    for r in range(rows):
        yield f"wells in row {row_letters(r)}", row == r
        for word, half in (("left", column < columns // 2), ("right", column >= columns // 2)):
            yield f"wells in the {word} half of row {row_letters(r)}", (row == r) & half
    for c in range(columns):
        yield f"wells in column {c + 1}", column == c
        for word, half in (("upper", row < rows // 2), ("lower", row >= rows // 2)):
            yield f"wells in the {word} half of column {c + 1}", (column == c) & half
    edge = (row == 0) | (column == 0) | (row == rows - 1) | (column == columns - 1)
    yield "wells at the edge", edge
    for r in (0, 1):
        for c in (0, 1):
            yield (
                f"wells of the quadrant of {row_letters(r)}{c + 1:02d}",
                (row % 2 == r) & (column % 2 == c),
            )


def _quartile(values: Floats) -> tuple[Floats, Floats]:
    """Lower quartile and number of the values of each row that are not nan."""
    ordered = np.sort(values, axis=1)
    n = np.isfinite(values).sum(axis=1)
    place = 0.25 * np.maximum(n - 1, 0)
    low = np.floor(place).astype(int)
    high = np.minimum(low + 1, np.maximum(n - 1, 0))
    lines = np.arange(len(values))
    below, above = ordered[lines, low], ordered[lines, high]
    return below + (place - low) * (above - below), n.astype(float)


def _add_positions(suspect: SuspectWells, chosen: np.ndarray, shape: tuple[int, int]) -> None:
    """Positions at which the median over the plates reads as an effect, whatever the compound."""
    wells = suspect.wells
    rows, columns = shape
    place = wells.row[chosen].astype(np.int64) * columns + wells.column[chosen]
    pairs = np.unique(place * (int(wells.compound.max()) + 1) + wells.compound[chosen])
    compounds = np.bincount(pairs // (int(wells.compound.max()) + 1), minlength=rows * columns)
    usable = compounds >= MIN_AT_POSITION
    if usable.sum() < MIN_AT_POSITION:
        return
    plates, index = np.unique(wells.plate[chosen], return_inverse=True)
    grid = np.full((plates.size, rows * columns), np.nan)
    grid[index, place] = wells.effect[chosen] - wells.middle[chosen]
    median = np.full(rows * columns, np.nan)
    median[usable] = np.nanmedian(grid[:, usable], axis=0)
    centre = float(np.nanmedian(median))
    sd = MAD_TO_SD * float(np.nanmedian(np.abs(median - centre)))
    offset = np.where(usable, median - centre, 0.0)
    high = (offset > MAX_SHIFT_PERCENT) & (offset > MAX_POSITION_SDS * sd)
    for position in np.flatnonzero(high).tolist():
        suspect.add(
            chosen[place == position],
            f"its position reads {format_number(float(offset[position]), 2)} % too high an effect "
            "over the plates",
        )

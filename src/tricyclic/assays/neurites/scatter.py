"""Scatter of percentages between fields, wells and cultures."""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np

from tricyclic.core.culture_arms import CultureArm
from tricyclic.core.neurites import FieldCount, NeuriteTable
from tricyclic.results.neurites import CultureValue, NeuriteScatter
from tricyclic.stats.beta_binomial import excess_scatter, moment_correlation


def scatter_of(
    table: NeuriteTable, values: Sequence[CultureValue], threshold: int
) -> NeuriteScatter | None:
    """Variances of an experiment; None with fewer than two cultures of a comparison.

    Parameters
    ----------
    table : NeuriteTable
    values : sequence of CultureValue
    threshold : int
        Index into the thresholds of the table.

    Notes
    -----
    The variance of a percentage of an arm of a culture is 100^2 p (1 - p) (1 + (m - 1) rho_f + ...)
    over the number of cells, from the correlations of cells in fields and in wells; what the
    differences between cultures scatter beyond twice that is `effect_sd`.
    """
    used = [one for one in table.fields if not one.excluded]
    vehicle = CultureArm(stimulus=table.stimulus)
    arms = [a for a in dict.fromkeys(v.arm for v in values) if a.drug and a.vehicle == vehicle]
    by_key = {(value.culture, value.arm): value for value in values}
    squares, df, within, count = 0.0, 0, 0.0, 0
    fields = field_correlation(used, threshold)
    wells = well_correlation(used, threshold, fields)
    group, successes, totals = _in_wells(used, threshold)
    for arm in arms:
        pairs = [
            (by_key[c, arm], by_key[c, vehicle])
            for c in dict.fromkeys(v.culture for v in values)
            if (c, arm) in by_key and (c, vehicle) in by_key
        ]
        if len(pairs) < 2:
            continue
        differences = np.array([a.percent - b.percent for a, b in pairs])
        squares += float(((differences - differences.mean()) ** 2).sum())
        df += len(pairs) - 1
        for one in (value for pair in pairs for value in pair):
            within += 2.0 * sampling_variance(
                one.percent, one.cells, one.fields, one.wells, fields, wells
            )
            count += 2
    if df == 0:
        return None
    total = squares / df
    between = max(0.0, total - 2.0 * within / count)
    compared = [value for value in values if value.arm in (*arms, vehicle)]
    return NeuriteScatter(
        fields,
        excess_scatter(successes, totals, group).p,
        wells,
        math.sqrt(between),
        math.sqrt(total),
        float(df),
        float(np.mean([value.percent for value in compared])),
        float(np.median([one.cells for one in used])),
        float(np.median([v.fields / max(v.wells, 1) for v in compared])),
        float(np.median([max(v.wells, 1) for v in compared])),
        len({value.culture for value in compared}),
    )


def field_correlation(fields: Sequence[FieldCount], threshold: int) -> float:
    """Intraclass correlation of cells in a field beyond those of its well, by moments; nan where no
    well, or no arm of a culture without wells, has two fields.
    """
    group, y, n = _in_wells(fields, threshold)
    return moment_correlation(y, n, group) if len(fields) > len(set(group)) else math.nan


def _in_wells(
    fields: Sequence[FieldCount], threshold: int
) -> tuple[list[str], list[int], list[int]]:
    """Well, positive cells and cells of each field."""
    return (
        [f"{one.culture}|{one.arm}|{one.well}" for one in fields],
        [one.positive[threshold] for one in fields],
        [one.cells for one in fields],
    )


def well_correlation(fields: Sequence[FieldCount], threshold: int, of_fields: float) -> float:
    """Intraclass correlation of cells in a well beyond those of its fields; nan where no arm of a
    culture has two wells.
    """
    wells: dict[tuple[str, CultureArm, str], list[FieldCount]] = {}
    for one in fields:
        if one.well:
            wells.setdefault((one.culture, one.arm, one.well), []).append(one)
    arms = {(culture, arm) for culture, arm, _ in wells}
    if len(wells) <= len(arms):
        return math.nan
    whole = moment_correlation(
        [sum(f.positive[threshold] for f in own) for own in wells.values()],
        [sum(f.cells for f in own) for own in wells.values()],
        [f"{culture}|{arm}" for culture, arm, _ in wells],
    )
    shared = 0.0
    if of_fields > 0:
        # Cells of a well that are in one field: its share of the scatter of the well.
        cells = [np.array([f.cells for f in own], float) for own in wells.values()]
        share = [float((m * (m - 1.0)).sum() / max(m.sum() * (m.sum() - 1.0), 1.0)) for m in cells]
        shared = of_fields * float(np.mean(share))
    return max(0.0, whole - shared) if math.isfinite(whole) else math.nan


def sampling_variance(
    percent: float,
    cells: float,
    fields: float,
    wells: float,
    correlation_fields: float,
    correlation_wells: float,
) -> float:
    """Variance of the percentage of one arm of one culture from its cells, fields and wells
    [percentage points squared].
    """
    p = min(max(percent / 100.0, 0.0), 1.0)
    rho_fields = correlation_fields if math.isfinite(correlation_fields) else 0.0
    rho_wells = correlation_wells if math.isfinite(correlation_wells) else 0.0
    in_field = cells / max(fields, 1.0)
    in_well = cells / max(wells, 1.0)
    inflation = 1.0 + (in_field - 1.0) * rho_fields + (in_well - 1.0) * rho_wells
    return 1e4 * p * (1.0 - p) * inflation / max(cells, 1.0)

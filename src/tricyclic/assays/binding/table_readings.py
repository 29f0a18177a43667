"""Readings of a table as they are fitted: the same fixed values, counting errors and settings as
the wells of a plate, from the columns of the table and the conditions of the assay.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

import numpy as np

from tricyclic.assays.binding.radioactivity import background_in, counting_variance
from tricyclic.assays.binding.readings import PlateReadings, known_values
from tricyclic.core.conditions import BindingConditions
from tricyclic.core.series import Floats, Series
from tricyclic.errors import InputError

# Column of the counting time of each reading, which is no setting of a curve.
COUNTING_TIME = "counting_time_min"
# Kind of assay -> the columns that were varied in it.
VARIED: Mapping[str, tuple[str, ...]] = {
    "competition": ("competitor_M",),
    "homologous": ("competitor_M",),
    "saturation": ("radioligand_M",),
    "association": ("time_min",),
    "dissociation": ("time_min",),
    "association_then_dissociation": ("time_min",),
    "competitive_association": ("time_min", "competitor_M"),
    "schild": ("agonist_M", "antagonist_M"),
    "allosteric": ("modulator_M",),
}


# Kinds of assay in which the radioligand binds while it is read.
BINDS_RADIOLIGAND = ("association", "association_then_dissociation", "competitive_association")


def table_readings(
    series: Series,
    conditions: BindingConditions,
    kind: str,
    *,
    compound: str = "",
    others: Sequence[tuple[str, Series]] = (),
) -> PlateReadings:
    """Readings of a table and the fixed values of its fit.

    Parameters
    ----------
    series : Series
        Columns of the table; `counting_time_min`, where there is one, is the counting time of each
        reading.
    conditions : BindingConditions
        Stated volume, specific activity, efficiency and protein are used as those of a plate.
    kind : str
        Of the assay.
    compound : str
        Name of the competitor.
    others : sequence of (str, Series)
        Further competitors with their readings, which share the controls and are fitted together.

    Raises
    ------
    InputError
        If a column that was varied in this kind of assay is missing, or a counting time is 0.
    """
    _check_columns(series, kind)
    further = tuple(
        table_readings(own, conditions, kind, compound=name).series[0] for name, own in others
    )
    series, conditions = _as_rates(series, conditions)
    x = dict(series.x)
    hot = conditions.radioligand_nM
    if "radioligand_M" not in x and hot is not None:
        x["radioligand_M"] = np.full(series.n, hot.value * 1e-9)
    if "radioligand_M" not in x and kind in BINDS_RADIOLIGAND:
        raise InputError(
            "the radioligand of the readings is not stated",
            where=series.name,
            allowed="Its concentration determines the on-rate",
            do="Add --radioligand-nM, or a column of its concentrations with one row for each "
            "reading, which non-specific readings beside several concentrations need",
        )
    if "modulator_M" not in x and conditions.mask and conditions.mask_M:
        x["modulator_M"] = np.full(series.n, conditions.mask_M)
    background = background_in(conditions, series.y_unit) or 0.0
    return PlateReadings(
        ((compound, replace(series, x=x)), *further),
        known_values(conditions, series.y_unit, background),
        conditions,
        counts=series.counting_slope is not None,
    )


def _check_columns(series: Series, kind: str) -> None:
    for name in VARIED.get(kind, ()):
        column = series.x.get(name)
        # The column of the competitor is filled with 0 where the table has none.
        missing = column is None or (name == "competitor_M" and not (column > 0).any())
        if missing:
            raise InputError(
                f"the table has no column for {name}",
                where=series.name,
                allowed=f"An assay of the kind {kind} varies {' and '.join(VARIED[kind])}",
                do=f"Name its column: {name.rsplit('_', 1)[0]}",
            )


def _as_rates(series: Series, conditions: BindingConditions) -> tuple[Series, BindingConditions]:
    """Counts as counts per minute, and the counting variance of each reading.

    Samples that were counted for different times (to a preset number of counts, for instance) have
    different errors at the same rate.
    """
    column: Floats | None = series.x.get(COUNTING_TIME)
    times: Floats | float | None = conditions.counting_time_min if column is None else column
    if column is not None:
        if not (column > 0).all():
            raise InputError(
                "a counting time is 0", where=series.name, allowed="Counting times are above 0"
            )
        series = replace(series, x={k: v for k, v in series.x.items() if k != COUNTING_TIME})
    if times is not None and series.y_unit == "counts":
        series = replace(series, y=series.y / times, y_unit="cpm")
    # Per reading: the variance is that of one minute over the time.
    at_one_minute = replace(conditions, counting_time_min=1.0)
    noise = counting_variance(conditions if times is None else at_one_minute, series.y_unit)
    if noise is not None:
        slope = noise[0] / (1.0 if times is None else np.asarray(times))
        series = replace(
            series,
            counting_slope=np.broadcast_to(slope, series.y.shape),
            counting_offset=np.full(series.n, noise[1]),
        )
    return series, conditions

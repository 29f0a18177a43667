"""The readings of a plate as rows: contents of the well, reading, value expected by the fit."""

from __future__ import annotations

import math
from dataclasses import dataclass

from tricyclic.core.format import format_number
from tricyclic.core.plate import Role, Well
from tricyclic.core.series import Series
from tricyclic.results.binding import PlateResult

ROLES = {Role.NON_SPECIFIC: "non-specific"}


@dataclass(frozen=True)
class DataRow:
    """One reading.

    `settings` are the varied quantities, as (name with unit, text); `expected` and `residual` are
    nan for readings that the fit did not use.
    """

    well: str
    role: str
    compound: str
    settings: tuple[tuple[str, str], ...]
    value: float
    expected: float = math.nan
    residual: float = math.nan
    excluded: str = ""
    group: str = ""


def data_rows(plate: PlateResult) -> tuple[DataRow, ...]:
    """Rows of a plate in the order of its wells, of a table in the order of its series."""
    fitted = _fitted(plate)
    if plate.plate is not None:
        return tuple(
            _well_row(well, fitted.get(well.name, (math.nan, math.nan)))
            for well in plate.plate.wells
            if well.counted or well.role is not Role.EMPTY
        )
    return tuple(row for series in plate.series for row in _series_rows(series, fitted))


def _fitted(plate: PlateResult) -> dict[str, tuple[float, float]]:
    """Expected reading and residual by label, and by the name of the well at the end of a label."""
    values: dict[str, tuple[float, float]] = {}
    if not plate.fit.ok:
        return values
    for part in plate.fit.parts:
        for label, expected, residual in zip(
            part.series.labels, part.expected, part.residuals, strict=False
        ):
            pair = (float(expected), float(residual))
            values[label] = pair
            if plate.plate is not None:
                values[label.split()[-1] if label.split() else label] = pair
    return values


def _well_row(well: Well, fitted: tuple[float, float]) -> DataRow:
    settings = []
    if well.role in (Role.COMPETITION, Role.RESPONSE) or well.concentration_M:
        settings.append(("Concentration (M)", _molar(well.concentration_M)))
    if well.radioligand_nM is not None:
        settings.append(("Radioligand (nM)", format_number(well.radioligand_nM)))
    if well.time_min is not None:
        settings.append(("Time (min)", format_number(well.time_min)))
    if well.modulator:
        settings.append(("Modulator (M)", f"{well.modulator} {_molar(well.modulator_M)}"))
    if well.group:
        settings.append(("Group", well.group))
    return DataRow(
        well.name,
        ROLES.get(well.role, well.role.value),
        well.compound,
        tuple(settings),
        well.value,
        *fitted,
        well.excluded,
        well.group,
    )


def _series_rows(series: Series, fitted: dict[str, tuple[float, float]]) -> list[DataRow]:
    rows = []
    for n in range(series.n):
        label = series.labels[n] if series.labels else f"{series.name} {n + 1}"
        settings = tuple((name, f"{column[n]:.4g}") for name, column in series.x.items())
        pair = fitted.get(label, (math.nan, math.nan))
        rows.append(DataRow(label, "", "", settings, float(series.y[n]), *pair, group=series.group))
    return rows


def _molar(concentration: float) -> str:
    return "0" if concentration == 0 else f"{concentration:.3g}"

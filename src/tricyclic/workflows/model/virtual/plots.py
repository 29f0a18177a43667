"""The dose-response figure of a culture assay."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from tricyclic.core.estimate import format_interval
from tricyclic.core.format import format_quantity
from tricyclic.core.plot_data import AxisMark, ControlLevel, CurvePlot, PointSet, Trace
from tricyclic.curves import CURVES
from tricyclic.fitting.fit import predict
from tricyclic.simulation.virtual.common import Floats
from tricyclic.workflows.model.virtual.curves import CultureCurves
from tricyclic.workflows.model.virtual.levels import DoseLevel

CAPTION = "Synthetic data, no experiment"
# The curve is drawn this far beyond the first and the last concentration [log10].
MARGIN, N_POINTS = 0.3, 121


@dataclass(frozen=True)
class DoseResponse:
    """What the figure shows.

    Parameters
    ----------
    title, drug, y_title : str
    levels : sequence of DoseLevel
        The series, without vehicle.
    groups : sequence of (str, array of shape (cultures, 1 + levels))
        Means of wells, vehicle first, in units of the figure; the curves are those of the first.
    curves : CultureCurves
    scale : array, shape (cultures,)
        Units of the figure per unit of the fits.
    """

    title: str
    drug: str
    y_title: str
    levels: Sequence[DoseLevel]
    groups: Sequence[tuple[str, Floats]]
    curves: CultureCurves
    scale: Floats


def dose_response_plot(data: DoseResponse) -> CurvePlot:
    """Mean and SD of the cultures by concentration, with the curves of the single cultures."""
    x = np.log10([level.amount * 1e-9 for level in data.levels])
    n_cultures = len(data.groups[0][1])
    label = (
        f"mean +/- SD of {n_cultures} simulated cultures"
        if n_cultures > 1
        else "mean of the wells of one simulated culture"
    )
    return CurvePlot(
        "dose-response",
        f"{data.title} (simulated)",
        f"log10 [{data.drug}] (M)",
        data.y_title,
        "log10_M",
        _traces(data, x),
        tuple(_points(name, x, table) for name, table in data.groups),
        tuple(ControlLevel("0", table[:, 0], subject=name) for name, table in data.groups),
        _ec50_mark(data.curves),
        points_label=label,
        band_label="lowest and highest curve of the cultures",
        caption=CAPTION,
    )


def _points(name: str, x: Floats, table: Floats) -> PointSet:
    error = table[:, 1:].std(axis=0, ddof=1) if len(table) > 1 else None
    return PointSet(name, x, table[:, 1:].mean(axis=0), error=error)


def _traces(data: DoseResponse, x: Floats) -> tuple[Trace, ...]:
    """Mean, lowest and highest curve of the cultures that have one."""
    dense = np.linspace(x[0] - MARGIN, x[-1] + MARGIN, N_POINTS)
    model = CURVES[data.curves.model]
    lines = [
        predict(fit, model, {"concentration_M": 10**dense}) * factor
        for fit, factor in zip(data.curves.fits, data.scale, strict=True)
        if fit.ok
    ]
    if not lines:
        return ()
    table = np.array(lines)
    low, high = (table.min(axis=0), table.max(axis=0)) if len(table) > 1 else (None, None)
    return (Trace(data.groups[0][0], dense, table.mean(axis=0), low, high),)


def _ec50_mark(curves: CultureCurves) -> tuple[AxisMark, ...]:
    ec50 = curves.ec50
    if ec50 is None or ec50.qualifier != "=":
        return ()
    label = f"EC50 {format_quantity(ec50.value, 'nM')} ({format_interval(ec50)})"
    at, low, high = (_log10_molar(nM) for nM in (ec50.value, ec50.low, ec50.high))
    return (AxisMark("EC50", at, low, high, label),)


def _log10_molar(nM: float) -> float:
    if 0 < nM < math.inf:
        return math.log10(nM * 1e-9)
    return -math.inf if nM <= 0 else math.inf

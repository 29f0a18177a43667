"""Plots of binding plates and assays: fitted curves with their bands, and readings as counted."""

from __future__ import annotations

from dataclasses import dataclass, field, replace

import numpy as np

from tricyclic.assays.binding.plot_parts import (
    Curves,
    XAxis,
    axis_marks,
    file_name,
    fitted_curve,
    fitted_window,
    part_name,
    title_of_run,
)
from tricyclic.assays.binding.run_plots import all_runs_plot
from tricyclic.core.curve_model import CurveModel
from tricyclic.core.plot_data import AxisMark, ControlLevel, CurvePlot, PointSet, Trace
from tricyclic.core.series import Series
from tricyclic.results.binding import AssayResult, PlateResult

# Estimates that are marked on the x axis, by kind of assay; the first that a plate has.
MARKED = {"competition": ("Ki", "IC50"), "saturation": ("Kd",)}


def assay_plots(assay: AssayResult, curves: Curves) -> tuple[CurvePlot, ...]:
    """One plot per run, and one of all runs where there are several."""
    plots = [plate_plot(assay, plate, curves) for plate in assay.plates]
    singles = [plot for plot in plots if plot is not None]
    all_runs = all_runs_plot(assay, curves) if len(singles) > 1 else None
    return ((all_runs,) if all_runs is not None else ()) + tuple(singles)


def plate_plot(assay: AssayResult, plate: PlateResult, curves: Curves) -> CurvePlot | None:
    """The wells of one run with the fitted curve and its band; None where nothing was fitted."""
    # A joint fit has no single curve; its plates are drawn where they are analysed alone.
    if not plate.fit.ok or plate.model not in curves:
        return None
    model = curves[plate.model]
    axis = XAxis.of(assay.kind, model, plate)
    content = _PlotContent()
    for number in range(len(plate.fit.parts)):
        content.add_part(plate, model, number, axis)
    if not content.points:
        return None
    if assay.kind == "saturation":
        content.add_specific()
    ligand, y_unit = plate.conditions.radioligand, plate.series[0].y_unit
    names = [assay.name, *([plate.group] if plate.group else []), plate.experiment, "curve"]
    has_window = assay.kind == "competition" and len(plate.fit.parts) == 1
    return CurvePlot(
        name="_".join(file_name(name) for name in names),
        title=title_of_run(assay.title, plate.experiment, plate.group),
        x_title=axis.title(plate),
        y_title=f"bound {ligand}".strip() + (f" ({y_unit})" if y_unit != "unknown" else ""),
        x_scale="log10_M" if axis.log else "linear",
        traces=tuple(content.traces),
        points=_with_excluded(content.points, plate, axis),
        levels=tuple(_merged(content.levels)),
        marks=_marks(plate, assay.kind, axis),
        percent_window=fitted_window(plate, model) if has_window else None,
        caption=f"{model.description}; weights: {plate.fit.variance}.",
        assay=assay.name,
        plate=plate.name,
    )


@dataclass
class _PlotContent:
    """Curves, readings and control wells of a plot, collected part by part."""

    traces: list[Trace] = field(default_factory=list)
    points: list[PointSet] = field(default_factory=list)
    levels: list[ControlLevel] = field(default_factory=list)

    def add_part(self, plate: PlateResult, model: CurveModel, number: int, axis: XAxis) -> None:
        """Add the wells and curves of one part of the fit."""
        part = plate.fit.parts[number]
        name = part_name(plate, number)
        several = len(plate.fit.parts) > 1
        # Control wells that stand in one of several parts belong to all of them.
        with_controls = [one for one in plate.fit.parts if (one.series.x[axis.varied] <= 0).any()]
        is_shared = several and len(with_controls) == 1
        subject = "" if is_shared else name
        groups = _groups(part.series, model, axis.varied)
        # Control wells have no curve, so that the wells of a compound need no other name.
        curves = sum(
            _is_curve(part.series.keep(rows).x[axis.varied], axis) for _, rows, _ in groups
        )
        for label, rows, settings in groups:
            label = label if curves > 1 else ""
            legend = " ".join(text for text in (name if several else "", label) if text) or name
            series = part.series.keep(rows)
            x = series.x[axis.varied]
            shown = x > 0 if axis.log else np.ones(x.shape, bool)
            if not _is_curve(x, axis):
                is_blank = settings.get("specific") == 0.0
                self.levels.append(
                    ControlLevel("NSB", series.y, side="right", subject=subject)
                    if is_blank
                    else ControlLevel("total", series.y, side="left", subject=subject)
                )
                continue
            if not shown.all():
                own = "" if is_shared else legend
                self.levels.append(ControlLevel("total", series.y[~shown], subject=own))
            series = series.keep(shown)
            dense = axis.dense(series.x[axis.varied])
            mean, *limits = fitted_curve(plate, model, number, axis.varied, dense, settings)
            has_band = bool((limits[1] > limits[0]).any())
            self.traces.append(
                Trace(legend, axis.position(dense), mean, *(limits if has_band else ()))
            )
            position = axis.position(series.x[axis.varied])
            self.points.append(PointSet(legend, position, series.y, labels=series.labels))

    def add_specific(self) -> None:
        """Add specific binding: total wells less the fitted non-specific binding at their x."""
        traces = {trace.name: trace for trace in self.traces}
        points = {one.name: one for one in self.points}
        if {"total", "non-specific"} > traces.keys() or "total" not in points:
            return
        total, blank, wells = traces["total"], traces["non-specific"], points["total"]
        floor = np.interp(total.x, blank.x, blank.mean)
        self.traces.append(Trace("specific", total.x, total.mean - floor))
        net = wells.y - np.interp(wells.x, blank.x, blank.mean)
        self.points.append(PointSet("specific", wells.x, net, labels=wells.labels))


def _is_curve(x: np.ndarray, axis: XAxis) -> bool:
    """Whether wells have a position on the axis."""
    return bool((x > 0).any()) if axis.log else bool(x.size)


def _groups(
    series: Series, model: CurveModel, varied: str
) -> list[tuple[str, np.ndarray, dict[str, float]]]:
    """Readings that share all settings but the varied one: (label, rows, settings)."""
    others = [c.name for c in model.columns if c.name != varied and c.name in series.x]
    table = (
        np.column_stack([series.x[name] for name in others]) if others else np.zeros((series.n, 1))
    )
    distinct, index = np.unique(table, axis=0, return_inverse=True)
    differing = [k for k, name in enumerate(others) if np.unique(table[:, k]).size > 1]
    groups = []
    for number, row in enumerate(distinct):
        label = ", ".join(_setting_label(others[k], float(row[k])) for k in differing)
        settings = {name: float(value) for name, value in zip(others, row, strict=False)}
        groups.append((label, index.reshape(-1) == number, settings))
    return sorted(groups, key=lambda group: -group[2].get("specific", 1.0))


def _setting_label(name: str, value: float) -> str:
    if name == "specific":
        return "total" if value else "non-specific"
    if name == "time_min":
        return f"{value:g} min"
    concentration = f"{value * 1e9:.4g} nM"
    # The radioligand is named on the y axis.
    return (
        concentration if name == "radioligand_M" else f"{name.removesuffix('_M')} {concentration}"
    )


def _marks(plate: PlateResult, kind: str, axis: XAxis) -> tuple[AxisMark, ...]:
    for name in MARKED.get(kind, ()):
        marked = [e for e in plate.estimates if e.name == name and e.unit == "nM" and e.value > 0]
        if marked:
            return axis_marks(marked, axis)
    return ()


def _merged(levels: list[ControlLevel]) -> list[ControlLevel]:
    """Control wells of one name and subject as one."""
    merged: dict[tuple[str, str], ControlLevel] = {}
    for level in levels:
        key = (level.name, level.subject)
        if key in merged:
            y = np.concatenate([merged[key].y, level.y])
            level = replace(merged[key], y=y, excluded=np.zeros(0, bool))
        merged[key] = level
    return list(merged.values())


def _with_excluded(points: list[PointSet], plate: PlateResult, axis: XAxis) -> tuple[PointSet, ...]:
    """The readings with the excluded wells, which are drawn as crosses."""
    if plate.plate is None:
        return tuple(points)
    time = plate.conditions.counting_time_min or plate.plate.counting_time_min
    per_minute = plate.plate.unit == "counts" and plate.series[0].y_unit == "cpm"
    rate = 1.0 / time if per_minute and time else 1.0
    complete = list(points)
    for well in plate.plate.wells:
        if not (well.excluded and well.counted):
            continue
        x = {
            "competitor_M": well.concentration_M,
            "radioligand_M": (well.radioligand_nM or 0.0) * 1e-9,
            "time_min": well.time_min or 0.0,
        }.get(axis.varied, 0.0)
        if axis.log and x <= 0:
            continue
        kind = "non-specific" if well.role == "non_specific" else "total"
        names = (well.compound, kind)
        own = (k for k, p in enumerate(complete) if len(complete) == 1 or p.name in names)
        k = next(own, 0)
        old = complete[k]
        complete[k] = PointSet(
            old.name,
            np.append(old.x, axis.position(np.asarray(x))),
            np.append(old.y, well.value * rate),
            excluded=np.append(old.excluded, True),
            labels=(*old.labels, f"{plate.plate.file} {well.name}") if old.labels else (),
        )
    return tuple(complete)

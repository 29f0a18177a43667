"""From a PlateResult and an AssayResult to the curves, bands and readings that a figure draws.

The engine is asked for the curve and its band over a dense x; readings stay the wells as they were
counted. A figure of several runs shows each on its own scale from 0 % (non-specific) to 100 % (total), as
fitted, because runs differ in counts and not in affinity.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

from tricyclic.core.estimate import interval
from tricyclic.core.format import figures
from tricyclic.core.plot_data import ControlLevel, CurvePicture, Mark, PointSet, Side, Trace
from tricyclic.fitting.fit import band, predict

if TYPE_CHECKING:
    from tricyclic.core.curve_model import CurveModel
    from tricyclic.core.estimate import Estimate
    from tricyclic.core.series import Series
    from tricyclic.results.binding import AssayResult, PlateResult

Floats = np.ndarray
Curves = Mapping[str, "CurveModel"]
POINTS = 160
VARIED = {
    "competition": "competitor_M",
    "homologous": "competitor_M",
    "saturation": "radioligand_M",
    "schild": "agonist_M",
    "allosteric": "modulator_M",
}
LOGARITHMIC = ("competitor_M", "agonist_M", "modulator_M", "concentration_M")


def pictures_of(assay: AssayResult, curves: Curves) -> tuple[CurvePicture, ...]:
    """One picture per run, and one of all runs where there are several."""
    singles = [
        picture
        for plate in assay.plates
        if (picture := plate_picture(assay, plate, curves)) is not None
    ]
    together = assay_picture(assay, curves) if len(singles) > 1 else None
    return ((together,) if together is not None else ()) + tuple(singles)


def plate_picture(assay: AssayResult, plate: PlateResult, curves: Curves) -> CurvePicture | None:
    """The wells of one run with the fitted curve and its band; None where nothing was fitted."""
    # A joint fit has no curve of its own to draw: its plates are drawn where they are analysed alone.
    if not plate.fit.ok or plate.model not in curves:
        return None
    model = curves[plate.model]
    varied = _varied(assay.kind, model)
    log = varied in LOGARITHMIC
    scale, unit = _x_unit(varied, plate)
    traces: list[Trace] = []
    points: list[PointSet] = []
    levels: list[ControlLevel] = []
    for number, part in enumerate(plate.fit.parts):
        name = _subject(plate, number)
        groups = _groups(part.series, model, varied)
        for label, rows, settings in groups:
            series = part.series.keep(rows)
            x = series.x[varied]
            shown = x > 0 if log else np.ones(x.shape, bool)
            legend = (
                " ".join(
                    piece for piece in (name if len(plate.fit.parts) > 1 else "", label) if piece
                )
                or name
            )
            if log and not shown.any():
                side: Side = "right" if settings.get("specific") == 0.0 else "left"
                levels.append(
                    ControlLevel(
                        "NSB" if side == "right" else "total", series.y, side=side, of=name
                    )
                )
                continue
            if log and (~shown).any():
                levels.append(ControlLevel("total", series.y[~shown], of=legend))
            dense = _dense(x[shown], log)
            mean, low, high = _curve(plate, model, number, varied, dense, settings)
            axis = np.log10(dense) if log else dense * scale
            traces.append(Trace(legend, axis, mean, low, high))
            points.append(
                PointSet(
                    legend,
                    np.log10(x[shown]) if log else x[shown] * scale,
                    series.y[shown],
                    labels=tuple(np.array(series.labels)[shown]) if series.labels else (),
                )
            )
    if not points:
        return None
    picture = CurvePicture(
        name=f"{_plain(assay.name)}_{_plain(plate.group)}{'_' if plate.group else ''}{_plain(plate.experiment)}_curve",
        title=f"{assay.title}, {plate.group + ' ' if plate.group else ''}{plate.experiment}",
        x_title=_x_title(varied, unit, plate),
        y_title=f"{_bound(plate)} ({plate.series[0].y_unit})",
        x_scale="log10_M" if log else "linear",
        traces=tuple(traces),
        points=tuple(points),
        levels=tuple(_merged(levels)),
        marks=_marks(plate, assay.kind),
        percent_of=_window(plate, model)
        if assay.kind == "competition" and len(plate.fit.parts) == 1
        else None,
        caption=f"{model.says}; weights: {plate.fit.variance}.",
        assay=assay.name,
        plate=plate.name,
    )
    return _with_excluded(picture, plate, varied, log, scale)


def assay_picture(assay: AssayResult, curves: Curves) -> CurvePicture | None:
    """All runs of an assay in one figure, comparable; None for kinds that have no common scale."""
    if assay.kind == "competition":
        return _all_competitions(assay, curves)
    if assay.kind == "saturation":
        return _all_saturations(assay, curves)
    return None


def _all_competitions(assay: AssayResult, curves: Curves) -> CurvePicture | None:
    traces: list[Trace] = []
    points: list[PointSet] = []
    for plate in assay.plates:
        if not plate.fit.ok:
            continue
        model = curves[plate.model]
        window = _window(plate, model)
        if window is None:
            return None
        floor, top = window
        for number, part in enumerate(plate.fit.parts):
            rows = (part.series.x["competitor_M"] > 0) & (
                part.series.x.get("specific", np.ones(part.series.n)) > 0
            )
            if not rows.any():
                continue
            series = part.series.keep(rows)
            x = series.x["competitor_M"]
            compound = f"{_subject(plate, number)}, " if len(plate.fit.parts) > 1 else ""
            legend = f"{compound}{plate.group + ' ' if plate.group else ''}{plate.experiment}"
            dense = _dense(x, log=True)
            mean, low, high = _curve(
                plate, model, number, "competitor_M", dense, _settings(series, model)
            )
            height = 100.0 / (top - floor)
            traces.append(
                Trace(
                    legend,
                    np.log10(dense),
                    (mean - floor) * height,
                    (low - floor) * height,
                    (high - floor) * height,
                )
            )
            points.append(
                PointSet(legend, np.log10(x), (series.y - floor) * height, labels=series.labels)
            )
    if not points:
        return None
    marks = tuple(
        _mark(estimate, log=True)
        for estimate in assay.pooled
        if estimate.name == "Ki" and estimate.unit == "nM" and estimate.value > 0
    )
    return CurvePicture(
        name=f"{_plain(assay.name)}_all_runs",
        title=f"{assay.title}, {len(assay.plates)} runs",
        x_title=_x_title("competitor_M", "", assay.plates[0]),
        y_title="specific binding (% of the fitted window)",
        traces=tuple(traces),
        points=tuple(points),
        marks=marks,
        caption="Each run from 0 % (non-specific, as fitted) to 100 % (total, as fitted); the fits are of the raw wells.",
        assay=assay.name,
    )


def _all_saturations(assay: AssayResult, curves: Curves) -> CurvePicture | None:
    traces: list[Trace] = []
    points: list[PointSet] = []
    scale, unit = _x_unit("radioligand_M", assay.plates[0])
    y_units: set[str] = set()
    for plate in assay.plates:
        if not plate.fit.ok:
            continue
        model = curves[plate.model]
        (part,) = plate.fit.parts
        factor, y_unit = _amount(plate)
        y_units.add(y_unit)
        series = part.series
        total = series.x["specific"] > 0
        x = series.x["radioligand_M"]
        settings = _settings(series.keep(total), model)
        dense = _dense(x, log=False)
        both = [
            _curve(plate, model, 0, "radioligand_M", dense, settings | {"specific": s})[0]
            for s in (1.0, 0.0)
        ]
        floor = predict(
            plate.fit,
            model,
            {**_columns(series.keep(total), model), "specific": np.zeros(int(total.sum()))},
        )
        # Runs of one group share a name, and with it colour and symbol: the groups are what is compared.
        legend = plate.group or plate.experiment
        traces.append(Trace(legend, dense * scale, (both[0] - both[1]) * factor))
        labels = tuple(np.array(series.labels)[total]) if series.labels else ()
        points.append(
            PointSet(legend, x[total] * scale, (series.y[total] - floor) * factor, labels=labels)
        )
    if len(y_units) != 1:
        return None
    return CurvePicture(
        name=f"{_plain(assay.name)}_all_runs",
        title=f"{assay.title}, {len(points)} runs",
        x_title=_x_title("radioligand_M", unit, assay.plates[0]),
        y_title=f"specific binding ({y_units.pop()})",
        x_scale="linear",
        traces=tuple(traces),
        points=tuple(points),
        points_say="single wells less the fitted non-specific binding",
        caption="Non-specific binding, as fitted, is taken off for the picture only; the fits are of the raw wells.",
        assay=assay.name,
    )


def _varied(kind: str, model: CurveModel) -> str:
    columns = [column.name for column in model.columns]
    wanted = VARIED.get(kind, "time_min")
    return wanted if wanted in columns else columns[0]


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
    out = []
    for number, row in enumerate(distinct):
        label = ", ".join(_setting_in_words(others[k], float(row[k])) for k in differing)
        settings = {name: float(value) for name, value in zip(others, row, strict=False)}
        out.append((label, index.reshape(-1) == number, settings))
    return sorted(out, key=lambda item: -item[2].get("specific", 1.0))


def _setting_in_words(name: str, value: float) -> str:
    if name == "specific":
        return "total" if value else "non-specific"
    if name == "time_min":
        return f"{value:g} min"
    return f"{name.removesuffix('_M')} {figures(value * 1e9)} nM"


def _curve(
    plate: PlateResult,
    model: CurveModel,
    part: int,
    varied: str,
    dense: Floats,
    settings: Mapping[str, float],
) -> tuple[Floats, Floats, Floats]:
    x = {varied: dense} | {
        name: np.full(dense.shape, value) for name, value in settings.items() if name != varied
    }
    mean = predict(plate.fit, model, x, part=part)
    low, high = band(plate.fit, model, x, part=part)
    bad = ~np.isfinite(low) | ~np.isfinite(high)
    return mean, np.where(bad, mean, low), np.where(bad, mean, high)


def _columns(series: Series, model: CurveModel) -> dict[str, Floats]:
    return {
        column.name: series.x[column.name] for column in model.columns if column.name in series.x
    }


def _settings(series: Series, model: CurveModel) -> dict[str, float]:
    return {name: float(np.median(values)) for name, values in _columns(series, model).items()}


def _window(plate: PlateResult, model: CurveModel) -> tuple[float, float] | None:
    """Fitted non-specific and total binding of a competition plate, in its readings."""
    series = plate.fit.parts[0].series
    rows = series.x["specific"] > 0 if "specific" in series.x else np.ones(series.n, bool)
    settings = _settings(series.keep(rows), model)
    names = {column.name for column in model.columns}
    top = {name: np.array([value]) for name, value in settings.items()} | {
        "competitor_M": np.zeros(1)
    }
    if "specific" in names:
        floor = top | {"specific": np.zeros(1)}
    else:
        floor = top | {"competitor_M": np.array([1.0])}
    low, high = (float(predict(plate.fit, model, x)[0]) for x in (floor, top))
    return (low, high) if np.isfinite(low) and np.isfinite(high) and high > low else None


def _dense(x: Floats, log: bool) -> Floats:
    if log:
        low, high = np.log10(x.min()), np.log10(x.max())
        reach = 0.15 * max(high - low, 1.0)
        return np.asarray(np.logspace(low - reach, high + reach, POINTS))
    return np.linspace(0.0, float(x.max()) * 1.05, POINTS)


def _x_unit(varied: str, plate: PlateResult) -> tuple[float, str]:
    """What the x of a linear axis is multiplied with, and its unit."""
    if varied == "time_min":
        return 1.0, "min"
    if not varied.endswith("_M"):
        return 1.0, ""
    highest = max(float(series.x[varied].max()) for series in plate.series if varied in series.x)
    for factor, unit in ((1e12, "pM"), (1e9, "nM"), (1e6, "uM")):
        if highest * factor < 2000:
            return factor, unit
    return 1e3, "mM"


def _x_title(varied: str, unit: str, plate: PlateResult) -> str:
    if varied == "time_min":
        return "time (min)"
    if varied == "radioligand_M":
        return f"{plate.conditions.radioligand or 'radioligand'} added ({unit})"
    subject = next((e.subject for e in plate.estimates if e.name.startswith(("Ki", "IC50"))), "")
    subjects = {e.subject for e in plate.estimates if e.name.startswith(("Ki", "IC50"))}
    named = subject if len(subjects) == 1 and subject else varied.removesuffix("_M")
    return f"log10 [{named}] (M)"


def _bound(plate: PlateResult) -> str:
    return f"bound {plate.conditions.radioligand}" if plate.conditions.radioligand else "bound"


def _subject(plate: PlateResult, number: int) -> str:
    name = plate.fit.parts[number].series.name.removeprefix(plate.name).strip()
    return name or plate.experiment


def _marks(plate: PlateResult, kind: str) -> tuple[Mark, ...]:
    wanted = {"competition": ("Ki", "IC50"), "saturation": ("Kd",)}.get(kind, ())
    scale, unit = _x_unit("radioligand_M", plate) if kind == "saturation" else (1.0, "")
    log = kind != "saturation"
    for name in wanted:
        found = [e for e in plate.estimates if e.name == name and e.unit == "nM" and e.value > 0]
        if found and log:
            return tuple(_mark(estimate, log=True) for estimate in found)
        if found and unit:
            return tuple(_mark(estimate, log=False, scale=scale * 1e-9) for estimate in found)
    return ()


def _mark(estimate: Estimate, *, log: bool, scale: float = 1.0) -> Mark:
    limits = interval(estimate)
    says = f"{estimate.name} {figures(estimate.value)} {estimate.unit}" + (
        f" ({limits})" if limits else ""
    )

    def place(nM: float) -> float:
        if not log:
            return nM * scale
        return float(np.log10(nM * 1e-9)) if nM > 0 else -np.inf

    return Mark(
        estimate.name, place(estimate.value), place(estimate.low), place(estimate.high), says
    )


def _merged(levels: list[ControlLevel]) -> list[ControlLevel]:
    merged: dict[tuple[str, str], ControlLevel] = {}
    for level in levels:
        key = (level.name, level.of)
        merged[key] = (
            replace(
                merged[key], y=np.concatenate([merged[key].y, level.y]), excluded=np.zeros(0, bool)
            )
            if key in merged
            else level
        )
    return list(merged.values())


def _amount(plate: PlateResult) -> tuple[float, str]:
    """What a reading is multiplied with to become the unit of Bmax, and that unit."""
    bmax = next((e for e in plate.estimates if e.name == "Bmax"), None)
    if bmax is not None and "log10_bmax" in plate.fit and "signal_per_M" in plate.fit:
        molar = 10.0 ** plate.fit["log10_bmax"].value
        return bmax.value / molar / plate.fit["signal_per_M"].value, bmax.unit
    return 1.0, plate.series[0].y_unit


def _with_excluded(
    picture: CurvePicture, plate: PlateResult, varied: str, log: bool, scale: float
) -> CurvePicture:
    """Add the wells that were left out, as crosses."""
    if plate.plate is None:
        return picture
    time = plate.conditions.counting_time_min or plate.plate.counting_time_min
    rate = (
        1.0 / time
        if plate.plate.unit == "counts" and plate.series[0].y_unit == "cpm" and time
        else 1.0
    )
    points = list(picture.points)
    for well in plate.plate.wells:
        if not (well.excluded and well.counted):
            continue
        x = {
            "competitor_M": well.concentration_M,
            "radioligand_M": (well.radioligand_nM or 0.0) * 1e-9,
            "time_min": well.time_min or 0.0,
        }.get(varied, 0.0)
        if log and x <= 0:
            continue
        kind = "non-specific" if well.role == "non_specific" else "total"
        home = next(
            (
                k
                for k, p in enumerate(points)
                if len(points) == 1 or p.name in (well.compound, kind)
            ),
            0,
        )
        old = points[home]
        points[home] = PointSet(
            old.name,
            np.append(old.x, np.log10(x) if log else x * scale),
            np.append(old.y, well.value * rate),
            excluded=np.append(old.excluded, True),
            labels=(*old.labels, f"{plate.plate.file} {well.name}") if old.labels else (),
        )
    return replace(picture, points=tuple(points))


def _plain(text: str) -> str:
    return "".join(c if c.isalnum() or c in "-." else "_" for c in text).strip("_").lower()

"""Parts of the plots of binding plates: the x axis, the fitted curve with its band, and marks."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np

from tricyclic.core.curve_model import CurveModel
from tricyclic.core.estimate import Estimate, format_interval
from tricyclic.core.format import format_number
from tricyclic.core.plot_data import AxisMark
from tricyclic.core.series import Series
from tricyclic.fitting.fit import band, predict
from tricyclic.results.binding import PlateResult
from tricyclic.units import convert

Floats = np.ndarray
Curves = Mapping[str, CurveModel]
# Points of a drawn curve.
POINTS = 160
# Units of a time axis, with the longest time in minutes for which each is usual.
TIME_UNITS = {"s": 3.0, "min": 600.0, "h": 4 * 1440.0, "d": np.inf}
# Share of the points of a curve without limits above which no band is drawn.
MISSING_BAND = 0.05
# What is varied, by kind of assay; time for all others.
VARIED = {
    "competition": "competitor_M",
    "homologous": "competitor_M",
    "saturation": "radioligand_M",
    "schild": "agonist_M",
    "allosteric": "modulator_M",
}
LOGARITHMIC = ("competitor_M", "agonist_M", "modulator_M", "concentration_M")


@dataclass(frozen=True)
class XAxis:
    """The varied column on the x axis; `scale` converts it to `unit` on a linear axis."""

    varied: str
    scale: float = 1.0
    unit: str = ""

    @classmethod
    def of(cls, kind: str, model: CurveModel, plate: PlateResult) -> XAxis:
        """The axis of a plate of a kind of assay."""
        columns = [column.name for column in model.columns]
        usual = VARIED.get(kind, "time_min")
        return cls.of_column(usual if usual in columns else columns[0], plate)

    @classmethod
    def of_column(cls, varied: str, plate: PlateResult) -> XAxis:
        """The axis of a column, in the unit that suits its highest value."""
        if varied == "time_min":
            unit = time_unit(plate)
            return cls(varied, convert(1.0, "min", unit), unit)
        if not varied.endswith("_M"):
            return cls(varied)
        series = [one for one in plate.series if varied in one.x]
        highest = max(float(one.x[varied].max()) for one in series)
        for scale, unit in ((1e12, "pM"), (1e9, "nM"), (1e6, "uM")):
            if highest * scale < 2000:
                return cls(varied, scale, unit)
        return cls(varied, 1e3, "mM")

    @property
    def log(self) -> bool:
        """Whether the axis is logarithmic."""
        return self.varied in LOGARITHMIC

    def position(self, x: Floats) -> Floats:
        """Values of the column in units of the axis."""
        return np.asarray(np.log10(x) if self.log else x * self.scale)

    def dense(self, x: Floats) -> Floats:
        """Values of the column for a drawn curve that spans the readings."""
        if not self.log:
            return np.linspace(0.0, float(x.max()) * 1.05, POINTS)
        low, high = np.log10(x.min()), np.log10(x.max())
        margin = 0.15 * max(high - low, 1.0)
        return np.asarray(np.logspace(low - margin, high + margin, POINTS))

    def title(self, plate: PlateResult) -> str:
        """Title with the unit."""
        if self.varied == "time_min":
            return f"time ({self.unit})"
        if self.varied == "radioligand_M":
            return f"{plate.conditions.radioligand or 'radioligand'} added ({self.unit})"
        return self.title_of(subjects_of([plate]))

    def title_of(self, subjects: Sequence[str]) -> str:
        """Title of a logarithmic axis; of one compound with its name."""
        name = subjects[0] if len(subjects) == 1 else ""
        return f"log10 [{name or self.varied.removesuffix('_M')}] (M)"


def time_unit(plate: PlateResult) -> str:
    """The unit of time of the table; of wells, whose times may be in several, the usual one."""
    series = [one for one in plate.series if "time_min" in one.x]
    stated = {one.time_unit for one in series}
    if len(stated) == 1 and "" not in stated:
        return stated.pop()
    longest = max(float(one.x["time_min"].max()) for one in series)
    return next(unit for unit, limit in TIME_UNITS.items() if longest < limit)


def subjects_of(plates: Sequence[PlateResult]) -> list[str]:
    """The compounds of which these plates have affinities, in order."""
    return list(
        dict.fromkeys(
            estimate.subject
            for plate in plates
            for estimate in plate.estimates
            if estimate.name.startswith(("Ki", "IC50"))
        )
    )


def fitted_curve(
    plate: PlateResult,
    model: CurveModel,
    part: int,
    varied: str,
    dense: Floats,
    settings: Mapping[str, float],
) -> tuple[Floats, Floats, Floats]:
    """The fitted curve and the limits of its band at the settings, each shape (points,)."""
    x = {varied: dense} | {
        name: np.full(dense.shape, value) for name, value in settings.items() if name != varied
    }
    mean = predict(plate.fit, model, x, part=part)
    low, high = band(plate.fit, model, x, part=part)
    missing = ~np.isfinite(low) | ~np.isfinite(high)
    # A band of pieces would be read as one that is narrow between them.
    missing |= np.mean(missing) > MISSING_BAND
    return mean, np.where(missing, mean, low), np.where(missing, mean, high)


def model_columns(series: Series, model: CurveModel) -> dict[str, Floats]:
    """The columns of a series that a curve model uses."""
    return {
        column.name: series.x[column.name] for column in model.columns if column.name in series.x
    }


def median_settings(series: Series, model: CurveModel) -> dict[str, float]:
    """The median of each column that a curve model uses."""
    return {name: float(np.median(x)) for name, x in model_columns(series, model).items()}


def fitted_window(plate: PlateResult, model: CurveModel) -> tuple[float, float] | None:
    """Fitted non-specific and total binding of a competition plate, in its readings."""
    series = plate.fit.parts[0].series
    rows = series.x["specific"] > 0 if "specific" in series.x else np.ones(series.n, bool)
    settings = median_settings(series.keep(rows), model)
    top = {name: np.array([value]) for name, value in settings.items()}
    top |= {"competitor_M": np.zeros(1)}
    if "specific" in {column.name for column in model.columns}:
        floor = top | {"specific": np.zeros(1)}
    else:
        floor = top | {"competitor_M": np.array([1.0])}
    low, high = (float(predict(plate.fit, model, x)[0]) for x in (floor, top))
    return (low, high) if np.isfinite(low) and np.isfinite(high) and high > low else None


def part_name(plate: PlateResult, part: int) -> str:
    """Compound of a part of the fit, else the run."""
    name = plate.fit.parts[part].series.name.removeprefix(plate.name).strip()
    return name or plate.experiment


def axis_mark(estimate: Estimate, axis: XAxis) -> AxisMark:
    """An estimate in nM as a mark on the axis."""
    label = f"{estimate.name} {format_number(estimate.value)} {estimate.unit}"
    if estimate.qualifier == "=":
        limits = format_interval(estimate)
        label += f" ({limits})" if limits else ""
    else:
        label = label.replace(" ", f" {estimate.qualifier} ", 1)

    def position(nM: float) -> float:
        if not axis.log:
            return nM * (axis.scale * 1e-9)
        return float(np.log10(nM * 1e-9)) if nM > 0 else -np.inf

    return AxisMark(
        estimate.name,
        position(estimate.value),
        position(estimate.low),
        position(estimate.high),
        label,
    )


def axis_marks(estimates: Sequence[Estimate], axis: XAxis) -> tuple[AxisMark, ...]:
    """Estimates in nM as marks; each names its compound where there are several."""
    marks = [axis_mark(estimate, axis) for estimate in estimates]
    if len({estimate.subject for estimate in estimates}) < 2:
        return tuple(marks)
    return tuple(
        replace(mark, label=f"{estimate.subject} {mark.label}")
        for mark, estimate in zip(marks, estimates, strict=True)
    )


def title_of_run(assay: str, run: str, group: str = "") -> str:
    """The title of an assay with its run, where the run has a name of its own."""
    own = f"{group} {run}".strip()
    return assay if own.casefold() == assay.casefold() else f"{assay}, {own}"


def file_name(text: str) -> str:
    """A text as part of a file name."""
    return "".join(c if c.isalnum() or c in "-." else "_" for c in text).strip("_").lower()

"""The figure of a comparison of curves: the readings with the fuller and with the simpler fit."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from tricyclic.core.curve_model import CurveModel
from tricyclic.core.estimate import Fit
from tricyclic.core.format import format_number, format_p
from tricyclic.core.plot_data import CurvePlot, Trace, readings_by_curve
from tricyclic.fitting.curve_plot import fit_plot
from tricyclic.fitting.fit import predict
from tricyclic.fitting.problem import FitPart
from tricyclic.results.curves import CurveComparison

# More curves than these cannot be distinguished by their colours and symbols.
MOST_CURVES = 12
ONE_FOR_ALL = "one curve for all"


def comparison_plot(
    compared: CurveComparison, parts: Sequence[FitPart], names: Sequence[str], fits: tuple[Fit, Fit]
) -> tuple[CurvePlot, ...]:
    """The plot of one comparison; none for many curves or several independent variables.

    Parameters
    ----------
    compared : CurveComparison
    parts : sequence of FitPart
        Of the fuller fit.
    names : sequence of str
        Of the curves.
    fits : (Fit, Fit)
        The simpler and the fuller fit, of the same readings in the same order.
    """
    models = [part.model for part in parts]
    drawn = _both_fits(fits, (models, models), names)
    if drawn is None:
        return ()
    plot, solid, dashed = drawn
    if compared.simple == ONE_FOR_ALL:
        dashed = [_widest(dashed)]
    test = _test_text(compared)
    title = f"{compared.name[:1].upper()}{compared.name[1:]}: {test}"
    return (_of_comparison(replace(plot, title=title), compared, [*solid, *dashed]),)


def two_fits_plot(
    compared: CurveComparison,
    models: tuple[Sequence[CurveModel], Sequence[CurveModel]],
    names: Sequence[str],
    fits: tuple[Fit, Fit],
) -> tuple[CurvePlot, ...]:
    """The plot of two fits of the same readings, whose curve models may differ; the legend has the
    test and AICc.

    Parameters
    ----------
    compared : CurveComparison
    models : (sequence of CurveModel, sequence of CurveModel)
        Of the series of the simpler and of the fuller fit.
    names : sequence of str
        Of the series.
    fits : (Fit, Fit)
        The simpler and the fuller fit, of the same readings in the same order.
    """
    drawn = _both_fits(fits, models, names)
    if drawn is None:
        return ()
    plot, solid, dashed = drawn
    test = _test_text(compared)
    fit_names = [compared.simple, compared.full]
    if len({name.split(" with ")[0] for name in fit_names}) == 1:
        # The same model twice: what differs is the number of parameters.
        fit_names = [name.split(" with ")[-1] for name in fit_names]
    labels = [
        f"{name}, AICc {format_number(one.aicc, 4)}" if math.isfinite(one.aicc) else name
        for name, one in zip(fit_names, fits, strict=True)
    ]
    notes: tuple[str, ...] = (test,)
    if len(names) == 1:
        # Without names of curves the legend has those of the two fits.
        solid = [replace(one, name=labels[1]) for one in solid]
        dashed = [replace(one, name=labels[0]) for one in dashed]
        plot = replace(plot, points=tuple(replace(one, name=labels[1]) for one in plot.points))
        plot = replace(plot, levels=tuple(replace(one, subject=labels[1]) for one in plot.levels))
    else:
        notes = (f"solid: {labels[1]}", f"dashed: {labels[0]}", test)
    plot = replace(plot, title=compared.name, notes=notes)
    return (_of_comparison(plot, compared, [*solid, *dashed]),)


def _both_fits(
    fits: tuple[Fit, Fit],
    models: tuple[Sequence[CurveModel], Sequence[CurveModel]],
    names: Sequence[str],
) -> tuple[CurvePlot, list[Trace], list[Trace]] | None:
    """A plot with the readings, the curves of the fuller fit, and those of the simpler one; None
    for many curves, several independent variables or different axes.
    """
    simple, full = fits
    if len(full.parts) > MOST_CURVES:
        return None
    made = [
        fit_plot(part.series, model, full, part=k)
        for k, (part, model) in enumerate(zip(full.parts, models[1], strict=True))
    ]
    plots = [plot for plot in made if plot is not None]
    if len(plots) < len(made) or any(len(plot.traces) > 1 for plot in plots):
        return None
    if len({(plot.x_scale, plot.x_title) for plot in plots}) > 1:
        return None
    is_log = plots[0].x_scale == "log10_M"
    solid, dashed = [], []
    for k, (plot, name, model) in enumerate(zip(plots, names, models[0], strict=True)):
        needed = [column.name for column in model.columns if column.default is None]
        if len(needed) != 1 or needed[0] not in full.parts[k].series.x:
            return None
        trace = _where_measured(plot)
        solid.append(replace(trace, name=name))
        at = {needed[0]: 10.0**trace.x if is_log else trace.x}
        mean = predict(simple, model, at, part=k)
        dashed.append(Trace(name, trace.x, mean, dashed=True))
    points, levels = readings_by_curve(plots, names)
    return replace(plots[0], points=points, levels=levels), solid, dashed


def _of_comparison(
    plot: CurvePlot, compared: CurveComparison, traces: Sequence[Trace]
) -> CurvePlot:
    return replace(
        plot,
        name=f"compare {compared.name}",
        traces=tuple(traces),
        marks=(),
        caption=f"Solid: {compared.full}; dashed: {compared.simple}. {compared.statement}",
        tested=None,
    )


def _test_text(compared: CurveComparison) -> str:
    """The test of a comparison: "F(1, 28) = 12.3, p = 0.0015"."""
    statistic = "F" if len(compared.df) > 1 else "likelihood ratio"
    degrees = ", ".join(f"{number:g}" for number in compared.df)
    p = format_p(compared.p, below="<")
    return f"{statistic}({degrees}) = {format_number(compared.statistic)}, {p}"


def _where_measured(plot: CurvePlot) -> Trace:
    """The curve over the measured range: beyond it, dashes would be those of the other fit."""
    (trace,) = plot.traces
    x = np.concatenate([points.x for points in plot.points])
    kept = (trace.x >= x.min()) & (trace.x <= x.max())
    low, high = (None if limit is None else limit[kept] for limit in (trace.low, trace.high))
    return replace(trace, x=trace.x[kept], mean=trace.mean[kept], low=low, high=high)


def _widest(traces: Sequence[Trace]) -> Trace:
    """The common curve over the range of all curves: equal traces over different x as one."""
    x = np.concatenate([trace.x for trace in traces])
    mean = np.concatenate([trace.mean for trace in traces])
    x, index = np.unique(x, return_index=True)
    return Trace(ONE_FOR_ALL, x, mean[index], dashed=True)

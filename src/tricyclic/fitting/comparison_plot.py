"""The figure of a comparison of curves: the readings with the fuller and with the simpler fit."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

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
    simple, full = fits
    if len(parts) > MOST_CURVES:
        return ()
    model = parts[0].model
    needed = [column.name for column in model.columns if column.default is None]
    made = [fit_plot(part.series, model, full, part=k) for k, part in enumerate(parts)]
    plots = [plot for plot in made if plot is not None]
    if len(plots) < len(parts) or any(len(plot.traces) > 1 for plot in plots):
        return ()
    if len({(plot.x_scale, plot.x_title) for plot in plots}) > 1:
        return ()
    is_log = plots[0].x_scale == "log10_M"
    solid, dashed = [], []
    for k, (plot, name) in enumerate(zip(plots, names, strict=True)):
        trace = _where_measured(plot)
        solid.append(replace(trace, name=name))
        at = {needed[0]: 10.0**trace.x if is_log else trace.x}
        mean = predict(simple, model, at, part=k)
        dashed.append(Trace(name, trace.x, mean, dashed=True))
    if compared.simple == ONE_FOR_ALL:
        dashed = [_widest(dashed)]
    points, levels = readings_by_curve(plots, names)
    statistic = "F" if len(compared.df) > 1 else "likelihood ratio"
    degrees = ", ".join(f"{number:g}" for number in compared.df)
    p = format_p(compared.p, below="<")
    test = f"{statistic}({degrees}) = {format_number(compared.statistic)}, {p}"
    return (
        replace(
            plots[0],
            name=f"compare {compared.name}",
            title=f"{compared.name[:1].upper()}{compared.name[1:]}: {test}",
            traces=(*solid, *dashed),
            points=points,
            levels=levels,
            marks=(),
            caption=f"Solid: {compared.full}; dashed: {compared.simple}. {compared.statement}",
            tested=None,
        ),
    )


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

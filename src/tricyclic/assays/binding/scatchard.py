"""The Scatchard plot of a saturation: bound/free against bound.

For the eye only: both axes contain the error of bound, so a line fitted to it would be biased. The
line drawn is that of the fitted Kd and Bmax.
"""

from __future__ import annotations

import numpy as np

from tricyclic.assays.binding.plot_parts import Curves, file_name, model_columns, title_of_run
from tricyclic.assays.binding.run_plots import bmax_scale
from tricyclic.core.plot_data import CurvePlot, PointSet, Trace
from tricyclic.core.series import Series
from tricyclic.fitting.fit import predict
from tricyclic.results.binding import AssayResult, PlateResult


def scatchard_plot(assay: AssayResult, plate: PlateResult, curves: Curves) -> CurvePlot | None:
    """Specific binding over free radioligand against specific binding, total wells of one run.

    Free is what was added less what is bound, where readings can be converted to concentrations;
    else what was added. None where a run has no Kd and Bmax, or no non-specific binding.
    """
    known = {estimate.name: estimate for estimate in plate.estimates}
    has_both = {"Kd", "Bmax"} <= known.keys() and known["Kd"].unit == "nM"
    if not has_both or not plate.fit.ok or plate.model not in curves or len(plate.fit.parts) != 1:
        return None
    model, series = curves[plate.model], plate.fit.parts[0].series
    if "specific" not in series.x or "radioligand_M" not in series.x:
        return None
    total = series.keep((series.x["specific"] > 0) & (series.x["radioligand_M"] > 0))
    if not total.n:
        return None
    blank = {**model_columns(total, model), "specific": np.zeros(total.n)}
    factor, unit = bmax_scale(plate)
    bound = (total.y - predict(plate.fit, model, blank)) * factor
    free = total.x["radioligand_M"] * 1e9
    has_scale = "signal_per_M" in plate.fit
    if has_scale:
        free = free - total.y / plate.fit["signal_per_M"].value * 1e9
    used = free > 0
    labels = _labels(total, used)
    kd, bmax = known["Kd"].value, known["Bmax"].value
    line = np.linspace(0.0, bmax, 50)
    ligand = plate.conditions.radioligand or "radioligand"
    names = [assay.name, *([plate.group] if plate.group else []), plate.experiment, "scatchard"]
    return CurvePlot(
        name="_".join(file_name(name) for name in names),
        title=f"{title_of_run(assay.title, plate.experiment)}: Scatchard plot",
        x_title=f"specific binding ({unit})",
        y_title=f"bound/free ({unit} per nM)",
        x_scale="linear",
        traces=(Trace("specific", line, (bmax - line) / kd),),
        points=(PointSet("specific", bound[used], (bound / free)[used], labels=labels),),
        tested=(0.0, bmax),
        caption=f"Line: the fitted Kd and Bmax, not a fit of these points; free: {ligand} added"
        + (" less bound" if has_scale else ""),
        assay=assay.name,
        plate=plate.name,
    )


def _labels(series: Series, used: np.ndarray) -> tuple[str, ...]:
    pairs = zip(series.labels, used, strict=True) if series.labels else ()
    return tuple(label for label, is_used in pairs if is_used)

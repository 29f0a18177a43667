"""The figures of the fits of many curves: thumbnails, page by page."""

from __future__ import annotations

import math
from collections.abc import Mapping
from functools import partial

import numpy as np

from tricyclic.core.curve_sheet import CurveSheet, SmallCurve
from tricyclic.core.potency_columns import LOG10_NM_PER_M, PotencyColumns
from tricyclic.plotting.curve_pages import curve_book, curve_page, number_of_pages
from tricyclic.plotting.drawing import Drawing
from tricyclic.results.curves import BatchFitResult, FirstCurves

# Slope with which a step between two doses is drawn.
STEEP = 30.0


def batch_fit_drawings(result: BatchFitResult) -> dict[str, Drawing]:
    """All pages as one figure, whose PDF has every page; further pages one by one."""
    if result.first is None or not result.first.curves:
        return {}
    return sheet_drawings(batch_sheet(result, result.first))


def sheet_drawings(sheet: CurveSheet) -> dict[str, Drawing]:
    """Pages of thumbnails: all as one figure, and the further ones by number."""
    return {
        "thumbnails" if number == 1 else f"page-{number}": Drawing(
            partial(curve_page, sheet, number),
            is_part=number > 1,
            book=partial(curve_book, sheet, () if number == 1 else (number,)),
        )
        for number in range(1, number_of_pages(sheet) + 1)
    }


def batch_sheet(result: BatchFitResult, first: FirstCurves) -> CurveSheet:
    """The first curves of a file with their fits."""
    shift = LOG10_NM_PER_M if result.ic50_unit == "nM" else 0.0
    keys = [[str(part) for part in first.fits[key]] for key in result.keys]
    text = first.fits[PotencyColumns(result.ic50_unit).text]
    curves = []
    for k, label in enumerate(zip(*keys, strict=True)):
        own = slice(first.starts[k], first.starts[k + 1])
        x, y = first.log10_dose[own] + shift, first.y[own]
        fit = {name: float(first.fits[name][k]) for name in ("hill", "top", "bottom")}
        fit["log10_ic50"] = float(first.fits["log10_ic50"][k]) + shift
        if math.isnan(fit["hill"]):
            # A step, whose slope has no value.
            fit["hill"] = STEEP if _rises(x, y) else -STEEP
        known = np.isfinite([fit["log10_ic50"], fit["top"], fit["bottom"]]).all()
        curves.append(
            SmallCurve(
                ", ".join(label),
                x,
                y,
                str(first.fits["status"][k]),
                str(text[k]),
                partial(_logistic, fit) if known else None,
            )
        )
    unit = result.ic50_unit
    return CurveSheet(
        result.file,
        curves,
        result.curves,
        unit,
        value_unit=unit,
        is_percent=bool(result.effect),
    )


def _logistic(fit: Mapping[str, float], grid: np.ndarray) -> np.ndarray:
    tau = np.clip(fit["hill"] * math.log(10.0) * (grid - fit["log10_ic50"]), -300.0, 300.0)
    return np.asarray(fit["bottom"] + (fit["top"] - fit["bottom"]) / (1.0 + np.exp(-tau)))


def _rises(x: np.ndarray, y: np.ndarray) -> bool:
    """Whether readings are higher at high doses."""
    used = np.isfinite(x) & np.isfinite(y)
    return bool(used.any()) and float(np.dot(x[used] - x[used].mean(), y[used])) > 0.0

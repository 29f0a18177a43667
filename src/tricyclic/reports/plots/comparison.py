"""Figures of a comparison: both sides with their runs, and all ratios where there are several."""

from __future__ import annotations

import math
from functools import partial

from tricyclic.core.document import Figure
from tricyclic.core.estimate import Estimate, format_interval
from tricyclic.core.format import format_number
from tricyclic.plotting.drawing import Drawing
from tricyclic.plotting.forest import ForestRow, forest
from tricyclic.plotting.style import slug
from tricyclic.plotting.two_sides import comparison_drawing
from tricyclic.results.comparison import CompareResult, MeasurementComparison

# Of more comparisons, only the ratios are drawn.
MOST_SINGLE = 12


def compare_drawings(result: CompareResult) -> dict[str, Drawing]:
    """ "ratios" where there are several, and one figure for each comparison."""
    drawings: dict[str, Drawing] = {}
    with_ratio = [one for one in result.comparisons if _is_drawn(one.ratio)]
    if len(with_ratio) > 1:
        drawings["ratios"] = Drawing(partial(_ratios, result, with_ratio), is_flexible=True)
    for one in result.comparisons[:MOST_SINGLE]:
        name = slug(f"{one.endpoint}_{one.names[1]}_over_{one.names[0]}")
        drawings[name] = comparison_drawing(one, name)
    return drawings


def _is_drawn(ratio: Estimate | None) -> bool:
    return ratio is not None and math.isfinite(ratio.value) and ratio.value > 0


def _ratios(result: CompareResult, comparisons: list[MeasurementComparison]) -> Figure:
    rows = []
    for one in comparisons:
        ratio = one.ratio
        assert ratio is not None
        limits = format_interval(ratio)
        sign = "" if ratio.qualifier == "=" else f"{ratio.qualifier} "
        known = ratio.qualifier == "="
        rows.append(
            ForestRow(
                f"{one.endpoint} {_shared(one)}".strip(),
                "run",
                ratio.value,
                ratio.low if known else math.nan,
                ratio.high if known else math.nan,
                numbers=f"{sign}{format_number(ratio.value)}" + (f" ({limits})" if known else ""),
            )
        )
    return forest(
        rows,
        name="ratios",
        title=f"{result.b} over {result.a}",
        x_title="ratio",
        reference=1.0,
    )


def _shared(one: MeasurementComparison) -> str:
    """What both sides of a comparison have in common, or both names."""
    names = ("compound", "target", "group")
    pairs = [(getattr(one.a, name), getattr(one.b, name)) for name in names]
    shared = ", ".join(a for a, b in pairs if a and a == b)
    return shared or " / ".join(one.names[::-1])

"""Tables of a comparison."""

from __future__ import annotations

import math
from typing import Any

from tricyclic.core.estimate import Estimate
from tricyclic.io.frames import Columns
from tricyclic.results.comparison import CompareResult, MeasuredQuantity, MeasurementComparison


def compare_frames(result: CompareResult) -> dict[str, Columns]:
    """ "comparisons": one row for each; "runs": one for each run of both sides."""
    rows = [_row(one) for one in result.comparisons]
    runs = [
        row
        for one in result.comparisons
        for side, m, name in (("a", one.a, one.names[0]), ("b", one.b, one.names[1]))
        for row in _runs(side, name, m)
    ]
    names = ("side", "name", "endpoint", "run", "qualifier", "value", "unit", "low", "high")
    return {
        "comparisons": {key: [row[key] for row in rows] for key in rows[0]} if rows else {},
        "runs": {name: [row[k] for row in runs] for k, name in enumerate(names)},
    }


def _row(one: MeasurementComparison) -> dict[str, Any]:
    a, b = one.a, one.b
    return {
        "endpoint": one.endpoint,
        "a": one.names[0],
        "b": one.names[1],
        "compound_a": a.compound,
        "compound_b": b.compound,
        "target_a": a.target,
        "target_b": b.target,
        "group_a": a.group,
        "group_b": b.group,
        "unit": a.pooled.unit,
        "value_a": a.pooled.value,
        "value_b": b.pooled.value,
        "n_a": _n(a),
        "n_b": _n(b),
        **_numbers("ratio", one.ratio),
        **_numbers("difference", one.difference),
        "statistic": one.statistic,
        "df": one.df[-1] if one.df else math.nan,
        "p": one.p,
        "p_holm": one.p_adjusted,
        "pairs": len(one.pairs),
        "test": one.test,
        "statement": one.statement,
    }


def _numbers(name: str, e: Estimate | None) -> dict[str, Any]:
    if e is None:
        return {
            f"{name}_qualifier": "",
            name: math.nan,
            f"{name}_CI_low": math.nan,
            f"{name}_CI_high": math.nan,
        }
    return {
        f"{name}_qualifier": e.qualifier,
        name: e.value,
        f"{name}_CI_low": e.low,
        f"{name}_CI_high": e.high,
    }


def _runs(side: str, name: str, m: MeasuredQuantity) -> list[tuple[Any, ...]]:
    return [
        (side, name, m.endpoint, run, e.qualifier, e.value, e.unit, e.low, e.high)
        for run, e in m.runs
    ]


def _n(m: MeasuredQuantity) -> int:
    return len({run for run, _ in m.runs}) or m.pooled.n_experiments

"""Comparisons as plain data."""

from __future__ import annotations

from typing import Any

from tricyclic.core.serialize import to_jsonable
from tricyclic.reports.json.study import estimate_json
from tricyclic.results.comparison import CompareResult, MeasuredQuantity, MeasurementComparison


def compare_json(result: CompareResult) -> dict[str, Any]:
    """Each comparison with its ratio, test and both sides."""
    return {
        "a": result.a,
        "b": result.b,
        "comparisons": [_comparison(one) for one in result.comparisons],
        "unmatched": list(result.unmatched),
    }


def _comparison(one: MeasurementComparison) -> dict[str, Any]:
    return {
        "endpoint": one.endpoint,
        "names": list(one.names),
        "ratio": None if one.ratio is None else estimate_json(one.ratio),
        "difference": None if one.difference is None else estimate_json(one.difference),
        "test": one.test,
        "statistic": to_jsonable(one.statistic),
        "df": to_jsonable(one.df),
        "p": to_jsonable(one.p),
        "p_holm": to_jsonable(one.p_adjusted),
        "pairs": [{"run": run, "a": a, "b": b} for run, a, b in one.pairs],
        "statement": one.statement,
        "remarks": list(one.remarks),
        "a": _side(one.a),
        "b": _side(one.b),
    }


def _side(side: MeasuredQuantity) -> dict[str, Any]:
    return {
        "source": side.source,
        "assay": side.assay,
        "target": side.target,
        "compound": side.compound,
        "group": side.group,
        "pooled": estimate_json(side.pooled),
        "runs": [{"run": run, **estimate_json(e)} for run, e in side.runs],
    }

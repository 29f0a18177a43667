"""Reproducibility as plain data: all fields, and what follows from them."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from tricyclic.core.serialize import to_jsonable
from tricyclic.results.reproducibility import MsrResult, RelativePotencyResult


def msr_json(result: MsrResult) -> dict[str, Any]:
    """All fields, and the number of compounds."""
    return {**to_jsonable(result), "n_compounds": result.n_compounds}


def relative_potency_json(result: RelativePotencyResult) -> dict[str, Any]:
    """All fields but the curves of the figure, and whether each sample is parallel to the
    reference.
    """
    return {
        "potencies": [
            {**_without_plot(to_jsonable(replace(one, plot=None))), "parallel": one.parallel}
            for one in result.potencies
        ]
    }


def _without_plot(record: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in record.items() if name != "plot"}

"""A sensitivity analysis as text: the most influential parameters of each endpoint."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from tricyclic.core.format import GAP, format_quantity, pluralize, wrap_line
from tricyclic.results.sensitivity import SensitivityResult, SobolTable

Floats = NDArray[np.float64]
MAX_PARAMETERS = 5
# An elasticity or a share below this is not printed.
MIN_SHOWN = 0.01
# A wider interval of a Sobol index does not rank parameters.
MAX_WIDTH = 0.3


def sensitivity_text(result: SensitivityResult) -> str:
    """Elasticities, then Sobol indices where there are some, then warnings."""
    table = result.elasticities
    names = [endpoint.name for endpoint in table.endpoints]
    parts = (result.title, result.species, result.treatment or "no drug")
    lines = [
        GAP.join(part for part in parts if part),
        (
            f"{pluralize(len(table.parameters), 'parameter')}; "
            "elasticity: % change of the endpoint per % of the parameter"
        ),
        "",
    ]
    width = max(len(name) for name in result.plotted_endpoints)
    for name in result.plotted_endpoints:
        k = names.index(name)
        column = table.table[:, k]
        typical = format_quantity(float(table.typical[k]), table.endpoints[k].unit)
        listed = ", ".join(
            f"{table.parameters[row].name} {column[row]:+.2f}" for row in _largest(column)
        )
        shares = listed or "depends on none of them"
        lines.append(wrap_line(f"{name.ljust(width)}   {typical}   {shares}"))
    if result.sobol is not None:
        lines += ["", *_sobol(result.sobol, result.plotted_endpoints)]
    lines += [f"  warn   {remark}" for remark in (*result.remarks, *table.failed)]
    return "\n".join(lines)


def _sobol(table: SobolTable, shown: Sequence[str]) -> list[str]:
    names = [endpoint.name for endpoint in table.endpoints]
    lines = [
        (
            f"Variance explained by each of {len(table.parameters)} parameters over its range, "
            f"with interactions (alone); {table.runs:,} runs"
        )
    ]
    width = max(len(name) for name in shown)
    for name in shown:
        k = names.index(name)
        listed = ", ".join(
            f"{table.parameters[row].name} {table.total[row, k]:.2f} "
            f"({max(0.0, table.first[row, k]):.2f})"
            for row in _largest(table.total[:, k])
        )
        lines.append(wrap_line(f"{name.ljust(width)}   {listed or 'does not vary'}"))
    widest = _widest(table, [names.index(name) for name in shown])
    if widest > MAX_WIDTH:
        lines.append(
            f"  warn   the {table.confidence * 100:g} % CI of an index is up to {widest:.2f} wide; "
            f"use more base points than {table.n}"
        )
    if table.failed:
        lines.append(
            f"  warn   {table.failed} of {table.runs:,} runs failed; "
            "their base points were left out"
        )
    return lines


def _largest(column: Floats) -> list[int]:
    size = np.where(np.isfinite(column), np.abs(column), 0.0)
    order = np.argsort(-size, kind="stable")[:MAX_PARAMETERS]
    return [int(k) for k in order if size[k] >= MIN_SHOWN]


def _widest(table: SobolTable, columns: Sequence[int]) -> float:
    width = (table.total_high - table.total_low)[:, list(columns)]
    return float(np.nanmax(width)) if np.isfinite(width).any() else 0.0

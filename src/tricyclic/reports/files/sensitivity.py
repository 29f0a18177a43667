"""A sensitivity analysis as files: tables of all endpoints, heat maps, and a tornado plot of each
plotted endpoint.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial

import numpy as np
from numpy.typing import NDArray

from tricyclic.core.document import Figure
from tricyclic.core.population import Endpoint
from tricyclic.io.write_tables import Columns, csv_bytes
from tricyclic.plotting.heatmap import MAX_COLUMNS, heatmap
from tricyclic.plotting.tornado import sobol_tornado, tornado
from tricyclic.reports.json import all_fields, document, encode
from tricyclic.reports.text.sensitivity import sensitivity_text
from tricyclic.results.sensitivity import (
    SOBOL_COLUMNS,
    ElasticityTable,
    SensitivityResult,
    SobolTable,
)
from tricyclic.simulation.endpoints import OF_BASELINE

Floats = NDArray[np.float64]
MAX_TORNADOES = 12
# A single bar ranks nothing.
MIN_BARS = 2


def sensitivity_files(result: SensitivityResult) -> dict[str, bytes]:
    """Name of each file and its bytes; the same analysis gives the same bytes."""
    files = {
        "elasticities.csv": csv_bytes(elasticity_columns(result.elasticities)),
        "summary.txt": (sensitivity_text(result) + "\n").encode("utf-8"),
        "result.json": encode(document("model-sensitivity", {"result": all_fields(result)})),
    }
    if result.sobol is not None:
        files["sobol.csv"] = csv_bytes(sobol_columns(result.sobol))
    for make in sensitivity_figures(result).values():
        files |= make().files()
    return files


def elasticity_columns(table: ElasticityTable) -> Columns:
    """One row per parameter, one column per endpoint."""
    columns: dict[str, list[str] | list[float]] = {
        "parameter": [one.name for one in table.parameters],
        "value": [one.value for one in table.parameters],
        "unit": [one.unit for one in table.parameters],
    }
    for k, endpoint in enumerate(table.endpoints):
        columns[endpoint.name] = table.table[:, k].tolist()
    columns["description"] = [one.description for one in table.parameters]
    return columns


def sobol_columns(table: SobolTable) -> Columns:
    """One row per endpoint and parameter, without endpoints that do not vary."""
    words: dict[str, list[str]] = {"endpoint": [], "parameter": []}
    numbers: dict[str, list[float]] = {name: [] for name in SOBOL_COLUMNS}
    for k, endpoint in enumerate(table.endpoints):
        if not np.isfinite(table.total[:, k]).any():
            continue
        words["endpoint"] += [endpoint.name] * len(table.parameters)
        words["parameter"] += [one.name for one in table.parameters]
        for name in SOBOL_COLUMNS:
            numbers[name] += getattr(table, name)[:, k].tolist()
    return {**words, **numbers}


def sensitivity_figures(result: SensitivityResult) -> dict[str, Callable[[], Figure]]:
    """Heat maps of all plotted endpoints and a tornado plot of each, drawn when they are called."""
    treatment = result.treatment or "no drug"
    elasticities = result.elasticities
    figures = _heatmaps(
        elasticities.table,
        elasticities,
        result.plotted_endpoints,
        name="elasticities",
        title=f"Elasticities: {treatment}",
        label="% change of the endpoint per % of the parameter",
        signed=True,
    )
    for name, bars in _columns(elasticities.table, elasticities, result.plotted_endpoints):
        if bars >= MIN_BARS:
            figures[f"tornado_{name}"] = partial(
                tornado, elasticities, name, name=f"tornado_{name}", title=f"{name}: {treatment}"
            )
    if result.sobol is None:
        return figures
    sobol = result.sobol
    figures |= _heatmaps(
        np.clip(sobol.total, 0.0, None),
        sobol,
        result.plotted_endpoints,
        name="sobol",
        title=f"Sobol indices, total order: {treatment}",
        label="share of the variance, with interactions",
        signed=False,
    )
    for name, bars in _columns(sobol.total, sobol, result.plotted_endpoints):
        if bars >= MIN_BARS:
            figures[f"sobol_{name}"] = partial(
                sobol_tornado, sobol, name, name=f"sobol_{name}", title=f"{name}: {treatment}"
            )
    return figures


def _heatmaps(
    values: Floats,
    table: ElasticityTable | SobolTable,
    shown: Sequence[str],
    *,
    name: str,
    title: str,
    label: str,
    signed: bool,
) -> dict[str, Callable[[], Figure]]:
    """Heat maps of the endpoints that have numbers, as many as their columns need."""
    names = [endpoint.name for endpoint in table.endpoints]
    known = _known(values, names, shown)
    pages = [known[k : k + MAX_COLUMNS] for k in range(0, len(known), MAX_COLUMNS)]
    maps: dict[str, Callable[[], Figure]] = {}
    for number, page in enumerate(pages, start=1):
        columns = [names.index(endpoint) for endpoint in page]
        own = f"{name}_{number}" if len(pages) > 1 else name
        maps[own] = partial(
            heatmap,
            values[:, columns],
            [one.name for one in table.parameters],
            [_column_head(table.endpoints[k]) for k in columns],
            name=own,
            title=title,
            label=label,
            signed=signed,
        )
    return maps


def _columns(
    values: Floats, table: ElasticityTable | SobolTable, shown: Sequence[str]
) -> list[tuple[str, int]]:
    """Endpoints of the first tornado plots, with the number of bars that each would have."""
    names = [endpoint.name for endpoint in table.endpoints]
    return [
        (name, int(np.count_nonzero(np.nan_to_num(values[:, names.index(name)]))))
        for name in _known(values, names, shown)[:MAX_TORNADOES]
    ]


def _known(values: Floats, names: Sequence[str], shown: Sequence[str]) -> list[str]:
    return [name for name in shown if np.isfinite(values[:, names.index(name)]).any()]


def _column_head(endpoint: Endpoint) -> str:
    """A description that fits over a column: "firing of the locus coeruleus (mean over the last
    24 h)".
    """
    kind, of, observable = endpoint.description.partition(" of ")
    if not of or endpoint.name.endswith(".baseline"):
        return endpoint.description
    return f"{observable.removesuffix(OF_BASELINE)} ({kind})"

"""A sensitivity analysis as files: tables of all endpoints, a heat map, and a tornado of each drawn endpoint."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

from tricyclic._version import __version__
from tricyclic.core.document import Figure
from tricyclic.core.population import Endpoint
from tricyclic.io.write_tables import csv_bytes
from tricyclic.jobs._json import as_json_bytes
from tricyclic.jobs._sensed import Sensed
from tricyclic.plotting.heatmap import MOST_COLUMNS, heatmap
from tricyclic.plotting.tornado import sobol_tornado, tornado
from tricyclic.results.sensitivity import SobolTable

MOST_TORNADOES = 12
# One bar ranks nothing.
FEWEST_BARS = 2


def files_of(found: Sensed) -> dict[str, bytes]:
    """Name of each file and its bytes; the same analysis gives the same bytes."""
    files = {
        "elasticities.csv": csv_bytes(_elasticities(found)),
        "summary.txt": (found.as_text() + "\n").encode("utf-8"),
        "result.json": as_json_bytes(
            {"schema": "tricyclic-sensitivity/1", "version": __version__, "result": found.as_json()}
        ),
    }
    if found.sobol is not None:
        files["sobol.csv"] = csv_bytes(_sobol(found.sobol))
    for figure in _figures(found):
        files[f"{figure.name}.svg"] = figure.svg.encode("utf-8")
        files[f"{figure.name}.pdf"] = figure.pdf
    return files


def _elasticities(found: Sensed) -> dict[str, list[str] | list[float]]:
    own = found.elasticities
    table: dict[str, list[str] | list[float]] = {
        "parameter": [one.name for one in own.parameters],
        "value": [one.value for one in own.parameters],
        "unit": [one.unit for one in own.parameters],
    }
    for k, endpoint in enumerate(own.endpoints):
        table[endpoint.name] = own.table[:, k].tolist()
    table["says"] = [one.says for one in own.parameters]
    return table


def _sobol(found: SobolTable) -> dict[str, list[str] | list[float]]:
    """One row per endpoint and parameter; endpoints that do not vary are left out."""
    keys = ("first", "first_low", "first_high", "total", "total_low", "total_high")
    words: dict[str, list[str]] = {"endpoint": [], "parameter": []}
    numbers: dict[str, list[float]] = {key: [] for key in keys}
    for column, endpoint in enumerate(found.endpoints):
        if not np.isfinite(found.total[:, column]).any():
            continue
        words["endpoint"] += [endpoint.name] * len(found.parameters)
        words["parameter"] += [one.name for one in found.parameters]
        for key in keys:
            numbers[key] += getattr(found, key)[:, column].tolist()
    return {**words, **numbers}


def _figures(found: Sensed) -> Iterator[Figure]:
    own, treated = found.elasticities, found.says or "no drug"
    rows = [one.name for one in own.parameters]
    names = [endpoint.name for endpoint in own.endpoints]
    says = {endpoint.name: _head(endpoint) for endpoint in own.endpoints}
    there = [name for name in found.drawn if np.isfinite(own.table[:, names.index(name)]).any()]
    pages = [there[k : k + MOST_COLUMNS] for k in range(0, len(there), MOST_COLUMNS)]
    for number, page in enumerate(pages, start=1):
        yield heatmap(
            own.table[:, [names.index(name) for name in page]],
            rows,
            [says[name] for name in page],
            name=_numbered("elasticities", number, len(pages)),
            title=f"Elasticities: {treated}",
            says="% change of the endpoint per % of the parameter",
            signed=True,
        )
    for name in there[:MOST_TORNADOES]:
        if _bars(own.table[:, names.index(name)]) >= FEWEST_BARS:
            yield tornado(own, name, name=f"tornado_{name}", title=f"{name}: {treated}")
    if found.sobol is None:
        return
    table = found.sobol
    names = [endpoint.name for endpoint in table.endpoints]
    there = [name for name in found.drawn if np.isfinite(table.total[:, names.index(name)]).any()]
    pages = [there[k : k + MOST_COLUMNS] for k in range(0, len(there), MOST_COLUMNS)]
    for number, page in enumerate(pages, start=1):
        yield heatmap(
            np.clip(table.total[:, [names.index(name) for name in page]], 0.0, None),
            [one.name for one in table.parameters],
            [says[name] for name in page],
            name=_numbered("sobol", number, len(pages)),
            title=f"Sobol indices, total order: {treated}",
            says="share of the variance, with interactions",
            signed=False,
        )
    for name in there[:MOST_TORNADOES]:
        if _bars(table.total[:, names.index(name)]) < FEWEST_BARS:
            continue
        yield sobol_tornado(table, name, name=f"sobol_{name}", title=f"{name}: {treated}")


def _bars(column: NDArray[np.float64]) -> int:
    """How many bars other than 0 a tornado of these would have."""
    return int(np.count_nonzero(np.nan_to_num(column)))


def _head(endpoint: Endpoint) -> str:
    """An endpoint in the words that fit over a column: "firing of the locus coeruleus (mean over the last 24 h)"."""
    kind, of, what = endpoint.says.partition(" of ")
    if not of or endpoint.name.endswith(".rest"):
        return endpoint.says
    return f"{what.removesuffix(', relative to its rest')} ({kind})"


def _numbered(name: str, number: int, of: int) -> str:
    return f"{name}_{number}" if of > 1 else name

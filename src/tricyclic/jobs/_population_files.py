"""A population as files: a row per subject, the bands, percentiles of every endpoint, everything as JSON, figures."""

from __future__ import annotations

from tricyclic._version import __version__
from tricyclic.core.population import PERCENTILES
from tricyclic.io.write_tables import csv_bytes, parquet_bytes
from tricyclic.jobs._json import as_json_bytes
from tricyclic.jobs._populated import Populated
from tricyclic.plotting.population import population as draw

PANELS_A_FIGURE = 12


def files_of(found: Populated) -> dict[str, bytes]:
    """Name of each file and its bytes; the same population gives the same bytes."""
    subjects, bands = _subjects(found), _bands(found)
    own = found.population
    about = {
        "written_by": f"tricyclic {__version__}",
        "scenario": own.name,
        "treatment": own.says,
        "seed": str(own.seed),
    }
    files = {
        "subjects.csv": csv_bytes(subjects),
        "subjects.parquet": parquet_bytes(subjects, about),
        "bands.csv": csv_bytes(bands),
        "summary.csv": csv_bytes(_summary(found)),
        "summary.txt": (found.as_text() + "\n").encode("utf-8"),
        "result.json": as_json_bytes(
            {"schema": "tricyclic-population/1", "version": __version__, "result": found.as_json()}
        ),
    }
    pages = [own.bands[k : k + PANELS_A_FIGURE] for k in range(0, len(own.bands), PANELS_A_FIGURE)]
    for number, page in enumerate(pages, start=1):
        figure = draw(
            page,
            name=f"population_{number}" if len(pages) > 1 else "population",
            title=f"{found.title}: {own.says}" if own.says else found.title,
            subjects=len(own) - len(own.failed),
        )
        files[f"{figure.name}.svg"] = figure.svg.encode("utf-8")
        files[f"{figure.name}.pdf"] = figure.pdf
    return files


def _subjects(found: Populated) -> dict[str, list[str] | list[float]]:
    """One row per subject: phenotypes, what was drawn, endpoints, and why it failed if it did."""
    own = found.population
    why = dict(own.failed)
    table: dict[str, list[str] | list[float]] = {"subject": [float(k + 1) for k in range(len(own))]}
    if (own.members >= 0).any():
        table["ensemble_member"] = own.members.astype(float).tolist()
    for enzyme, kinds in own.phenotypes.items():
        table[f"{enzyme} phenotype"] = list(kinds)
    for name, column in own.drawn.items():
        table[name] = column.tolist()
    for k, endpoint in enumerate(own.endpoints):
        table[f"{endpoint.name} [{endpoint.unit}]" if endpoint.unit else endpoint.name] = (
            own.values[:, k].tolist()
        )
    if why:
        table["could not be computed"] = [why.get(k, "") for k in range(len(own))]
    return table


def _bands(found: Populated) -> dict[str, list[str] | list[float]]:
    words: dict[str, list[str]] = {"watch": [], "unit": []}
    numbers: dict[str, list[float]] = {"time_h": [], **{f"p{p:g}": [] for p in PERCENTILES}}
    for band in found.population.bands:
        words["watch"] += [band.name] * band.time_h.size
        words["unit"] += [band.unit] * band.time_h.size
        numbers["time_h"] += band.time_h.tolist()
        for p in PERCENTILES:
            numbers[f"p{p:g}"] += band.at(p).tolist()
    return {**words, **numbers}


def _summary(found: Populated) -> dict[str, list[str] | list[float]]:
    told = found.percentiles()
    endpoints = found.population.endpoints
    return {
        "endpoint": [endpoint.name for endpoint in endpoints],
        "unit": [endpoint.unit for endpoint in endpoints],
        **{f"p{p:g}": [told[e.name][k] for e in endpoints] for k, p in enumerate(PERCENTILES)},
        "says": [endpoint.says for endpoint in endpoints],
    }

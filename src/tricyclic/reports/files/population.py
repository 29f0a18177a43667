"""A simulated population as files: a row per subject, bands, percentiles of every endpoint, JSON
and figures.
"""

from __future__ import annotations

from tricyclic._version import __version__
from tricyclic.core.document import Figure
from tricyclic.core.population import PERCENTILES
from tricyclic.io.write_tables import Columns, csv_bytes, parquet_bytes
from tricyclic.plotting.population import plot_population
from tricyclic.reports.json import document, encode
from tricyclic.reports.json.population import population_json
from tricyclic.reports.text.population import population_text
from tricyclic.results.population import PopulationResult

PANELS_PER_FIGURE = 12


def population_files(result: PopulationResult) -> dict[str, bytes]:
    """Name of each file and its bytes; the same population gives the same bytes."""
    subjects = subject_table(result)
    files = {
        "subjects.csv": csv_bytes(subjects),
        "subjects.parquet": parquet_bytes(subjects, _metadata(result)),
        "bands.csv": csv_bytes(band_table(result)),
        "summary.csv": csv_bytes(endpoint_table(result)),
        "summary.txt": (population_text(result) + "\n").encode("utf-8"),
        "result.json": encode(document("model-population", {"result": population_json(result)})),
    }
    for figure in population_figures(result):
        files |= figure.files()
    return files


def subject_table(result: PopulationResult) -> Columns:
    """One row per subject: phenotypes, drawn parameters, endpoints, and the reason of a failure."""
    population = result.population
    reasons = dict(population.failed)
    n = len(population)
    table: dict[str, list[str] | list[float]] = {"subject": [float(k + 1) for k in range(n)]}
    if (population.parameter_set_index >= 0).any():
        table["parameter_set"] = population.parameter_set_index.astype(float).tolist()
    for enzyme, names in population.phenotypes.items():
        table[f"{enzyme} phenotype"] = list(names)
    for name, column in population.parameters.items():
        table[name] = column.tolist()
    for k, endpoint in enumerate(population.endpoints):
        head = f"{endpoint.name} [{endpoint.unit}]" if endpoint.unit else endpoint.name
        table[head] = population.values[:, k].tolist()
    if reasons:
        table["could not be computed"] = [reasons.get(k, "") for k in range(n)]
    return table


def band_table(result: PopulationResult) -> Columns:
    """Percentiles of every observable over time, one row per observable and time."""
    words: dict[str, list[str]] = {"observable": [], "unit": []}
    numbers: dict[str, list[float]] = {"time_h": [], **{f"p{p:g}": [] for p in PERCENTILES}}
    for band in result.population.bands:
        words["observable"] += [band.name] * band.time_h.size
        words["unit"] += [band.unit] * band.time_h.size
        numbers["time_h"] += band.time_h.tolist()
        for p in PERCENTILES:
            numbers[f"p{p:g}"] += band.at(p).tolist()
    return {**words, **numbers}


def endpoint_table(result: PopulationResult) -> Columns:
    """Percentiles of every endpoint, one row each."""
    percentiles = result.percentiles()
    endpoints = result.population.endpoints
    return {
        "endpoint": [endpoint.name for endpoint in endpoints],
        "unit": [endpoint.unit for endpoint in endpoints],
        **{
            f"p{p:g}": [percentiles[endpoint.name][k] for endpoint in endpoints]
            for k, p in enumerate(PERCENTILES)
        },
        "description": [endpoint.description for endpoint in endpoints],
    }


def population_figures(result: PopulationResult) -> list[Figure]:
    """Bands over time, at most twelve panels per figure."""
    population = result.population
    bands = population.bands
    pages = [bands[k : k + PANELS_PER_FIGURE] for k in range(0, len(bands), PANELS_PER_FIGURE)]
    treatment = population.treatment
    return [
        plot_population(
            page,
            name=f"population_{number}" if len(pages) > 1 else "population",
            title=f"{result.title}: {treatment}" if treatment else result.title,
            subjects=len(population) - len(population.failed),
        )
        for number, page in enumerate(pages, start=1)
    ]


def _metadata(result: PopulationResult) -> dict[str, str]:
    population = result.population
    return {
        "written_by": f"tricyclic {__version__}",
        "scenario": population.name,
        "treatment": population.treatment,
        "seed": str(population.seed),
    }

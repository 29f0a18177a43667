"""A simulated population as plain data: percentiles and bands to six significant figures. Single
subjects are in the tables of the written files.
"""

from __future__ import annotations

from typing import Any

from tricyclic.core.population import PERCENTILES
from tricyclic.core.serialize import to_jsonable
from tricyclic.reports.json.simulation import rounded
from tricyclic.results.population import PopulationResult


def population_json(result: PopulationResult) -> dict[str, Any]:
    """Scenario, percentiles of every endpoint, bands, responders and failures."""
    population = result.population
    percentiles = result.percentiles()
    return {
        "scenario": population.name,
        "title": result.title,
        "species": result.species,
        "treatment": population.treatment,
        "horizon_h": result.horizon_h,
        "subjects": len(population),
        "seed": population.seed,
        "population": result.population_table,
        "ensemble": result.ensemble,
        "varied": list(result.varied),
        "values": dict(result.values),
        "percentiles": list(PERCENTILES),
        "endpoints": [
            {
                "name": endpoint.name,
                "unit": endpoint.unit,
                "description": endpoint.description,
                "values": rounded(to_jsonable(percentiles[endpoint.name])),
            }
            for endpoint in population.endpoints
        ],
        "bands": [
            {
                "name": band.name,
                "description": band.description,
                "unit": band.unit,
                "time_h": rounded(to_jsonable(band.time_h)),
                "values": rounded(to_jsonable(band.y)),
            }
            for band in population.bands
        ],
        "responders": [
            to_jsonable(share) | {"share": to_jsonable(share.share)} for share in result.responders
        ],
        "failed": [{"subject": k + 1, "reason": reason} for k, reason in population.failed],
        "remarks": list(result.remarks),
    }

"""A simulated population as text: last day of each observable, exposure, phenotypes, responders and
failures.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from tricyclic.core.format import GAP, format_number, wrap_line
from tricyclic.core.population import Endpoint
from tricyclic.reports.text.simulation import NOISE
from tricyclic.results.population import PopulationResult
from tricyclic.simulation.endpoints import LAST_DAY, OF_BASELINE

# Failures that are listed one by one.
MAX_FAILURES = 5
PERCENT_HEADING, LEVEL_HEADING = "last 24 h, % of own baseline", "last 24 h"


def population_text(result: PopulationResult) -> str:
    """Percentiles in aligned columns, then phenotypes, responders and warnings."""
    population = result.population
    lines = _header(result)
    percentiles = result.percentiles()
    for heading, endpoints in _tables(result).items():
        rows: list[tuple[str, ...]] = [(heading, "median", "25 to 75 %", "5 to 95 %", "")]
        # Only the units of the library are known to be large enough for this.
        noise = NOISE if result.species else 0.0
        rows += [_row(endpoint, percentiles[endpoint.name], noise) for endpoint in endpoints]
        lines += ["", *_aligned(rows)]
    for enzyme, names in population.phenotypes.items():
        counts = ", ".join(f"{name} {names.count(name)}" for name in sorted(set(names)))
        lines += ["", f"{enzyme.rpartition('_')[2]}: {counts}"]
    for share in result.responders:
        lines += [
            "",
            (
                f"{share.rule}: {share.count} of {share.n_subjects}, {100 * share.share:.1f} %"
                f"   95 % CI {100 * share.low:.1f}–{100 * share.high:.1f} %"
            ),
        ]
    lines.append("")
    lines += [f"  warn   {remark}" for remark in result.remarks]
    return "\n".join(lines + _failures(result))


def _header(result: PopulationResult) -> list[str]:
    population = result.population
    table = f", {result.population_table}" if result.population_table else ""
    title = "   ".join(part for part in (result.title, result.species + table) if part)
    ensemble = f"   on the parameter sets of {result.ensemble}" if result.ensemble else ""
    return [
        f"{title}   {len(population):,} subjects, seed {population.seed}{ensemble}",
        (
            f"{population.treatment or 'no drug'}   simulated {format_number(result.horizon_h)} h; "
            f"{len(result.varied)} parameters differ between subjects"
        ),
    ]


def _tables(result: PopulationResult) -> dict[str, list[Endpoint]]:
    """Endpoints by heading: the last day of every observable, in percent of baseline where there is
    one, and the exposure to every drug; without those that no subject has.
    """
    endpoints = result.population.endpoints
    known = np.isfinite(result.population.values).any(axis=0)
    # No subject has a percentage of a baseline of 0; the level itself is then shown.
    listed = [endpoints[k] for k in np.flatnonzero(known)]
    names = {endpoint.name for endpoint in listed}
    observables = {name.rpartition(".")[0] for name in names if name.endswith(".last_day")}
    tables: dict[str, list[Endpoint]] = {PERCENT_HEADING: [], LEVEL_HEADING: [], "exposure": []}
    for endpoint in listed:
        owner, _, kind = endpoint.name.rpartition(".")
        if kind == "last_day_percent":
            tables[PERCENT_HEADING].append(endpoint)
        elif kind == "last_day" and f"{endpoint.name}_percent" not in names:
            tables[LEVEL_HEADING].append(endpoint)
        elif owner not in observables:
            tables["exposure"].append(endpoint)
    return {heading: rows for heading, rows in tables.items() if rows}


def _row(endpoint: Endpoint, percentiles: Sequence[float], noise: float) -> tuple[str, ...]:
    low, lower, median, upper, high = (
        "0" if abs(value) < noise else format_number(value) for value in percentiles
    )
    unit = f" {endpoint.unit}" if endpoint.unit else ""
    name = endpoint.name.removesuffix(".last_day").removesuffix(".last_day_percent")
    description = endpoint.description.removesuffix(OF_BASELINE).removeprefix(f"{LAST_DAY} ")
    return (name, f"{median}{unit}", f"{lower} to {upper}", f"{low} to {high}", description)


def _aligned(rows: Sequence[Sequence[str]]) -> list[str]:
    """Names to the left, numbers to the right, descriptions as they are."""
    widths = [max(len(row[k]) for row in rows) for k in range(4)]
    lines = [
        GAP.join(
            [row[0].ljust(widths[0]), *(row[k].rjust(widths[k]) for k in (1, 2, 3)), row[4]]
        ).rstrip()
        for row in rows
    ]
    return [wrap_line(line) for line in lines]


def _failures(result: PopulationResult) -> list[str]:
    failed, n = result.population.failed, len(result.population)
    if not failed:
        return [f"  pass   all {n:,} subjects were computed"]
    lines = [
        f"  warn   subject {k + 1} could not be computed: {reason}"
        for k, reason in failed[:MAX_FAILURES]
    ]
    return [
        *lines,
        (
            f"  warn   {len(failed)} of {n:,} subjects could not be computed "
            "and are left out of all numbers"
        ),
    ]

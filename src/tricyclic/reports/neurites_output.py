"""What neurites add to a study: rows of the table of results, one for each arm that was compared
and one per culture and arm.
"""

from __future__ import annotations

import math
from collections.abc import Iterator

from tricyclic.core.format import format_p
from tricyclic.reports.experiments import ExperimentOutput, flags_of
from tricyclic.reports.results_table import ResultCell, ResultRow, TableCell, rounded
from tricyclic.reports.text.neurites import effect_limits, effect_number
from tricyclic.results.neurites_study import NeuritesExperiment

# Column -> what it is, for the sheet "Read me" and docs/results.md.
COLUMNS = {
    "analyte": "measure of the primary result: cells with neurites, or a length",
    "control": "vehicle, with which an arm is compared",
    "n": "independent cultures; of a culture, fields",
    "difference_points": "difference of the percentages of cells with neurites",
    "difference_points_CI_low, difference_points_CI_high": "its confidence limits",
    "ratio": "of odds or of lengths, where one of them is the primary result",
    "p": "of that comparison, adjusted for the number of arms",
    "percent": "cells with neurites of an arm of a culture",
}


def arm_rows(one: NeuritesExperiment) -> Iterator[ResultRow]:
    """One row for each arm of the primary comparison."""
    result = one.response
    flags = flags_of(one)
    place: dict[str, TableCell] = {"assay": one.name}
    family = result.primary
    if family is None:
        end: dict[str, TableCell] = {"status": "no result: no drug with a vehicle", "flags": flags}
        yield ResultRow({**place, "n": len(result.cultures)}, {}, end)
        return
    for arm, e in zip(family.arms, family.effects, strict=True):
        own: dict[str, TableCell] = {
            **place,
            "analyte": family.measure,
            "group": result.label(arm),
            "control": result.vehicle,
            "n": e.n,
        }
        if not math.isfinite(e.value):
            yield ResultRow(own, {}, {"status": f"no result: {e.undefined}", "flags": flags})
            continue
        name = "difference_points" if e.scale == "difference" else "ratio"
        numbers: dict[str, TableCell] = {
            name: rounded(e.value),
            f"{name}_CI_low": rounded(e.low),
            f"{name}_CI_high": rounded(e.high),
            "p": rounded(e.p_adjusted, 2),
        }
        end = {
            "confidence": ResultCell(result.confidence),
            "status": "quantified",
            "flags": flags,
            "printed": f"{effect_number(e)} ({effect_limits(e)}), {format_p(e.p_adjusted)}"
            if e.n > 1
            else effect_number(e),
        }
        yield ResultRow(own, {name: numbers}, end)


def culture_rows(one: NeuritesExperiment) -> Iterator[ResultRow]:
    """One row for each culture and arm."""
    for value in one.response.values:
        place: dict[str, TableCell] = {
            "assay": one.name,
            "group": one.response.label(value.arm),
            "run": f"culture {value.culture}",
            "n": value.fields,
        }
        numbers: dict[str, TableCell] = {
            "percent": rounded(value.percent),
            "percent_CI_low": rounded(value.low),
            "percent_CI_high": rounded(value.high),
        }
        yield ResultRow(place, {"percent": numbers}, {"status": "quantified"})
    for target, reason in one.excluded:
        place = {"assay": one.name, "run": target, "n": 0}
        yield ResultRow(place, {}, {"status": f"excluded: {reason}"})


NEURITES = ExperimentOutput(arm_rows, culture_rows, COLUMNS)

"""Assays against one another: two conditions of one, one compound at two targets."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from tricyclic.assays.affinity import selectivity
from tricyclic.assays.compare_conditions import compare_conditions
from tricyclic.errors import InputError, UnknownNameError
from tricyclic.records.estimate import Estimate
from tricyclic.records.results import AssayResult, Comparison


def compare_groups(assay: AssayResult, parameter: str, *, reference: str, other: str) -> Comparison:
    """Compare a parameter of two groups of one assay ("Bmax" of vehicle and treated), run by run.

    Raises
    ------
    InputError
        If a group or the parameter is not in the assay.
    """
    groups = list(dict.fromkeys(plate.group for plate in assay.plates))
    values: dict[str, list[Estimate]] = {}
    runs: dict[str, list[str]] = {}
    for group in (reference, other):
        if group not in groups:
            raise UnknownNameError.among("group", group, groups, where=assay.name)
        found = [
            (plate.experiment, estimate)
            for plate in assay.plates
            if plate.group == group
            for estimate in plate.estimates
            if estimate.name == parameter
        ]
        if not found:
            names = {estimate.name for plate in assay.plates for estimate in plate.estimates}
            raise UnknownNameError.among("parameter", parameter, names, where=f"{assay.name}, {group}")
        values[group] = [estimate for _, estimate in found]
        runs[group] = [run for run, _ in found]
    found_difference = compare_conditions(
        values[reference], values[other], names=(reference, other), runs=(runs[reference], runs[other])
    )
    return replace(
        found_difference, name=f"{parameter} at {assay.target or assay.name}: {other} against {reference}"
    )


def selectivity_of(
    of: AssayResult, over: AssayResult, parameter: str = "Ki", *, compound: str = ""
) -> Estimate:
    """Ratio of one compound's affinity at two targets, with its interval.

    Parameters
    ----------
    of, over : AssayResult
        The ratio is the value of `over` divided by that of `of`: above 1, the compound prefers `of`.
    parameter : str
        "Ki" as a rule.
    compound : str
        May be left out where the assays hold one.
    """
    subject = compound or _only(of)
    return selectivity(_pooled(of, parameter, subject), _pooled(over, parameter, subject))


def _only(assay: AssayResult) -> str:
    if len(assay.compounds) != 1:
        raise InputError(
            f"holds {len(assay.compounds)} compounds",
            where=assay.name,
            do="Say which one the selectivity is of",
        )
    return assay.compounds[0]


def _pooled(assay: AssayResult, parameter: str, subject: str) -> Estimate:
    known: Mapping[str, Estimate] = {e.subject: e for e in assay.pooled if e.name == parameter}
    if subject not in known:
        raise UnknownNameError.among("compound", subject, known, where=f"{assay.name}, {parameter}")
    return known[subject]

"""Comparisons between assays: two conditions of one assay, one compound at two targets."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import replace

from tricyclic.assays.binding.affinity import paired_selectivity, selectivity
from tricyclic.assays.binding.compare_conditions import (
    compare_conditions,
    compare_in_one_fit,
    compare_published,
)
from tricyclic.assays.binding.error_budget import shares_of, with_shared_errors
from tricyclic.assays.pooling import pool_estimates
from tricyclic.core.curve_model import CurveModel
from tricyclic.core.estimate import Estimate
from tricyclic.errors import InputError, UnknownNameError
from tricyclic.fitting.choose import shared_or_separate
from tricyclic.fitting.fit import FitPart, fit
from tricyclic.results.binding import WITH_SHARED, AssayResult, GroupComparison, PlateResult

# Names of estimates and their parameters.
_FITTED_AS = {"Bmax": "log10_bmax", "Kd": "log10_kd", "Ki": "log10_ki"}
# Parameters that two plates of one tissue share.
_SHARED = ("log10_bmax", "log10_kd")


def compare_groups(
    assay: AssayResult,
    parameter: str,
    *,
    reference: str,
    other: str,
    paired: bool = False,
    compound: str = "",
    curves: Mapping[str, CurveModel] | None = None,
) -> GroupComparison:
    """Compare a parameter of two groups of one assay ("Bmax" of vehicle and treated).

    Parameters
    ----------
    assay : AssayResult
    parameter : str
        Name of the estimate ("Bmax", "Kd", "Ki").
    reference, other : str
        Names of the groups; the ratio is other / reference.
    paired : bool
        Whether runs of the same name were done together, so that differences between days cancel.
    compound : str
        Needed where the parameter belongs to a compound and the assay has several.
    curves : mapping of str to CurveModel, optional
        The registry of curve models; with it, groups of one plate each are compared in one fit,
        with one value against two.

    Returns
    -------
    GroupComparison
        Over runs, on the log scale, where the groups have runs; else for the two plates alone, as
        its statement reports.

    Raises
    ------
    InputError
        If a group or the parameter is not in the assay, or the compound has to be named.
    """
    subject = _subject(assay, parameter, compound)
    groups = list(dict.fromkeys(plate.group for plate in assay.plates))
    values: dict[str, list[Estimate]] = {}
    runs: dict[str, list[str]] = {}
    for group in (reference, other):
        if group not in groups:
            raise UnknownNameError.among("group", group, groups, where=assay.name)
        estimates = [
            (plate.experiment, estimate)
            for plate in assay.plates
            if plate.group == group and not plate.excluded
            for estimate in plate.estimates
            if estimate.name == parameter
            and estimate.subject == subject
            and not math.isnan(estimate.value)
        ]
        if not estimates:
            names = {estimate.name for plate in assay.plates for estimate in plate.estimates}
            raise UnknownNameError.among(
                "parameter", parameter, names, where=f"{assay.name}, {group}"
            )
        values[group] = [estimate for _, estimate in estimates]
        runs[group] = [run for run, _ in estimates]
    single = [p for p in assay.plates if p.group in (reference, other) and not p.excluded]
    if (
        curves is not None
        and len(single) == 2
        and parameter in _FITTED_AS
        # The joint fit compares the first curve of each plate.
        and _subjects(assay, parameter) == [subject]
        and single[0].model == single[1].model
    ):
        in_order = sorted(single, key=lambda plate: plate.group != reference)
        return _in_one_fit(in_order, parameter, curves[single[0].model], assay, (reference, other))
    comparison = compare_conditions(
        values[reference],
        values[other],
        names=(reference, other),
        runs=(runs[reference], runs[other]),
        pairs=paired,
    )
    return replace(
        comparison,
        name=f"{parameter} at {assay.target or assay.name}: {other} against {reference}",
        parameter=parameter,
        assay=assay.name,
        groups=(reference, other),
    )


def _subject(assay: AssayResult, parameter: str, compound: str) -> str:
    """The compound, or radioligand, whose parameter is compared."""
    subjects = _subjects(assay, parameter)
    if compound and compound not in subjects:
        raise UnknownNameError.among(
            "compound", compound, subjects, where=f"{assay.name}, {parameter}"
        )
    if not compound and len(subjects) > 1:
        raise InputError(
            f"has a {parameter} for each of {len(subjects)} compounds",
            where=assay.name,
            do=f'Add compound = "{subjects[0]}" to the comparison',
        )
    return compound or (subjects[0] if subjects else "")


def _subjects(assay: AssayResult, parameter: str) -> list[str]:
    of_plates = (estimate for plate in assay.plates for estimate in plate.estimates)
    return list(dict.fromkeys(e.subject for e in of_plates if e.name == parameter))


def compare_evidence(
    assay: AssayResult, parameter: str, *, reference: str, other: str
) -> GroupComparison | None:
    """Compare published means of two groups, where the evidence of the assay has a mean and an
    error for each.

    The evidence has no number of animals, so the statement reports p and limits for usual numbers.
    """
    known = {
        item.subject: item
        for item in reversed(assay.evidence)
        if item.parameter == parameter and math.isfinite(item.high) and math.isfinite(item.low)
    }
    if reference not in known or other not in known or known[reference].unit != known[other].unit:
        return None
    means = [
        (known[group].value, 0.5 * (known[group].high - known[group].low))
        for group in (reference, other)
    ]
    comparison = compare_published(
        means[0],
        means[1],
        name=parameter,
        unit=known[reference].unit,
        names=(reference, other),
        sources=tuple(dict.fromkeys((known[reference].source, known[other].source))),
    )
    return replace(
        comparison,
        name=f"{parameter} at {assay.target or assay.name}, published: {other} against {reference}",
        parameter=parameter,
        assay=assay.name,
        groups=(reference, other),
    )


def _in_one_fit(
    plates: Sequence[PlateResult],
    parameter: str,
    model: CurveModel,
    assay: AssayResult,
    names: tuple[str, str],
) -> GroupComparison:
    own = _FITTED_AS[parameter]
    parts: list[FitPart] = []
    fixed: dict[str, float] = {}
    for plate in plates:
        for part in plate.fit.parts:
            rename = {
                p: name if p in (*_SHARED, own) else f"{name} {plate.group}"
                for p, name in part.names.items()
            }
            fixed |= {
                rename[p]: plate.fit[name].value
                for p, name in part.names.items()
                if plate.fit[name].fixed
            }
            parts.append(
                FitPart(replace(part.series, group=plate.group), model, rename, plate.group)
            )
    one, two = shared_or_separate(parts, (own,), fixed=fixed)
    variance = plates[0].fit.variance
    shared, separate = (
        fit(
            candidate.parts,
            fixed=candidate.fixed,
            free=candidate.free,
            variance=variance,  # type: ignore[arg-type]
            intervals="none",
        )
        for candidate in (one, two)
    )
    compared = [separate.parts[i].names[own] for i in (0, len(plates[0].fit.parts))]
    comparison = compare_in_one_fit(shared, separate, *compared, name=parameter, names=names)
    return replace(
        comparison,
        name=f"{parameter} at {assay.target or assay.name}: {names[1]} against {names[0]}",
        parameter=parameter,
        assay=assay.name,
        groups=names,
    )


def assay_selectivity(
    of: AssayResult,
    over: AssayResult,
    parameter: str = "Ki",
    *,
    compound: str = "",
    paired: bool = False,
) -> Estimate:
    """Ratio of one compound's affinity at two targets, with its interval.

    Parameters
    ----------
    of, over : AssayResult
        The ratio is the value of `over` divided by that of `of`: above 1, the compound prefers
        `of`.
    parameter : str
        Name of the estimate.
    compound : str
        Needed where the assays have several.
    paired : bool
        Whether runs of the same name were done side by side, with the same dilutions, so that the
        ratios of single runs are pooled.

    Raises
    ------
    InputError
        If the compound is not in both assays, or the runs cannot be paired.
    """
    subject = compound or _only(of)
    if not paired:
        return selectivity(_pooled(of, parameter, subject), _pooled(over, parameter, subject))
    shares = [
        share
        for assay in (of, over)
        for share in shares_of(
            assay.budget, parameter, subject, _pooled(assay, parameter, subject).where
        )
    ]
    pooled = paired_selectivity(_by_run(of, parameter, subject), _by_run(over, parameter, subject))
    # Two targets have two radioligands: the errors of their Kd do not cancel in the ratio.
    return with_shared_errors(pooled, shares)


def _by_run(assay: AssayResult, parameter: str, subject: str) -> dict[str, Estimate]:
    """The value of each run, that of its plates pooled."""
    plates: dict[str, list[Estimate]] = {}
    for plate in assay.plates:
        for estimate in plate.estimates:
            wanted = estimate.name == parameter and estimate.subject == subject
            if wanted and not plate.excluded and not math.isnan(estimate.value):
                plates.setdefault(plate.experiment, []).append(estimate)
    return {
        run: pool_estimates(of_run, runs=[run] * len(of_run), where=run)
        for run, of_run in plates.items()
    }


def _only(assay: AssayResult) -> str:
    if len(assay.compounds) != 1:
        raise InputError(
            f"has {len(assay.compounds)} compounds",
            where=assay.name,
            do="Name the compound of the selectivity",
        )
    return assay.compounds[0]


def _pooled(assay: AssayResult, parameter: str, subject: str) -> Estimate:
    # Two targets have two radioligands: the errors of their Kd do not cancel in the ratio.
    for name in (f"{parameter}{WITH_SHARED}", parameter):
        values = [e for e in assay.pooled if e.name == name and e.subject == subject]
        if len(values) > 1:
            raise InputError(
                f"has a {parameter} of {subject or 'the radioligand'} for each of its "
                f"{len(values)} groups",
                where=assay.name,
                allowed="A selectivity needs one value for each target",
                do="Make an assay of the runs of one group",
            )
        if values:
            return replace(values[0], name=parameter)
    known = dict.fromkeys(e.subject for e in assay.pooled if e.name == parameter)
    raise UnknownNameError.among("compound", subject, known, where=f"{assay.name}, {parameter}")

"""Compares an affinity of two curves in one fit: of one plate, or of two plates of one run each.

The wells are the units: the interval is valid for these plates and not for further runs.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import replace

import numpy as np

from tricyclic.assays.binding.competition import AFFINITIES
from tricyclic.assays.binding.plate_models import compound_parameter
from tricyclic.assays.compare_measurements import WITHIN_RUN, completed
from tricyclic.core.curve_model import CurveModel, Parameter
from tricyclic.core.estimate import Estimate
from tricyclic.errors import InputError
from tricyclic.fitting.choose import compare_models
from tricyclic.fitting.fit import fit
from tricyclic.fitting.problem import FitPart
from tricyclic.fitting.restate import restated
from tricyclic.results.binding import PlateResult
from tricyclic.results.comparison import MeasurementComparison
from tricyclic.stats.statistics import MeanEstimate

# Names of estimates and their parameters.
PARAMETERS = {label: name for name, label in AFFINITIES} | {"Kd": "log10_kd", "Bmax": "log10_bmax"}
RATIO = "log10_ratio"
# Far beyond any ratio of two affinities that one plate can show.
_LARGEST = 12.0


def compare_in_one_run(
    comparison: MeasurementComparison,
    plates: tuple[PlateResult, PlateResult],
    curves: Mapping[str, CurveModel],
) -> MeasurementComparison | None:
    """The comparison from one fit of the wells of both sides, with one value and with two.

    Parameters
    ----------
    comparison : MeasurementComparison
        Of two measurements with one run each.
    plates : tuple of two PlateResult
        Of a and of b; the same one where both compounds are on one plate.
    curves : mapping of str to CurveModel
        The curve models of the fits.

    Returns
    -------
    MeasurementComparison or None
        With an F test (extra sum of squares) and the limits of the profile likelihood of the ratio;
        None where the two curves cannot be fitted together.
    """
    own = PARAMETERS.get(comparison.endpoint, "")
    a, b = plates
    if not own or a.model != b.model or a.model not in curves or a.fit.variance != b.fit.variance:
        return None
    first = _parameter(a, own, comparison.a.compound)
    second = _parameter(b, own, comparison.b.compound)
    if first is None or second is None:
        return None
    parts, fixed = _parts(plates, curves[a.model], own, first, second)
    confidence = a.fit.confidence
    common = {"fixed": fixed, "variance": a.fit.variance, "confidence": confidence}
    try:
        full = fit(parts, intervals=(RATIO,), **common)  # type: ignore[arg-type]
        one = fit(
            parts,
            intervals="none",
            **{**common, "fixed": {**fixed, RATIO: 0.0}},  # type: ignore[arg-type]
        )
        if not (full.ok and one.ok):
            return None
        tested = compare_models(one, full, name=comparison.endpoint)
    except InputError:
        # The curves cannot be fitted together; the two standard errors remain.
        return None
    ratio = full[RATIO]
    if ratio.at_bound:
        return None
    same = a is b
    place = "of one plate" if same else "of two plates"
    test = (
        f"F test of one {comparison.endpoint} against two in one fit {place}, limits by profile "
        "likelihood"
    )
    changed = replace(
        comparison,
        test=test,
        statistic=tested.statistic,
        df=tested.df,
        p=tested.p,
        remarks=(WITHIN_RUN.format("each side"),),
    )
    log = MeanEstimate(ratio.value, ratio.se, float(full.df), ratio.low, ratio.high, tested.p)
    return completed(changed, log, confidence)


def _parameter(plate: PlateResult, own: str, compound: str) -> str | None:
    """Name in the fit of the parameter of a compound, if it was fitted."""
    names = [e.subject for e in plate.estimates if PARAMETERS.get(e.name) == own]
    subjects = list(dict.fromkeys(names))
    name = compound_parameter(own, compound, subjects)
    return name if name in plate.fit and not plate.fit[name].fixed else None


def _parts(
    plates: tuple[PlateResult, PlateResult],
    model: CurveModel,
    own: str,
    first: str,
    second: str,
) -> tuple[list[FitPart], dict[str, float]]:
    """All parts, b's parameter written as that of a plus the logarithm of the ratio."""
    reference = f"{own}_reference"
    declared = model.parameter(own)
    shifted = restated(
        model,
        own,
        (
            replace(declared, name=reference),
            Parameter(RATIO, "log10", "logarithm of b / a", -_LARGEST, _LARGEST),
        ),
        lambda **values: np.asarray(values[reference] + values[RATIO]),
        {
            reference: lambda **values: values[own] - values.get(RATIO, 0.0),
            RATIO: lambda **values: np.asarray(values.get(RATIO, 0.0)),
        },
    )
    parts: list[FitPart] = []
    fixed: dict[str, float] = {}
    same = plates[0] is plates[1]
    for k, plate in enumerate(plates[:1] if same else plates):
        for part in plate.fit.parts:
            names = {p: n if k == 0 else f"{n} (b)" for p, n in part.names.items()}
            fixed |= {
                names[p]: plate.fit[n].value for p, n in part.names.items() if plate.fit[n].fixed
            }
            is_b = part.names.get(own) == second and (same or k == 1)
            if is_b:
                names = {p: n for p, n in names.items() if p != own}
                names |= {reference: first, RATIO: RATIO}
            parts.append(FitPart(part.series, shifted if is_b else model, names, plate.name))
    return parts, fixed


def plates_of(
    plates: tuple[PlateResult, ...], endpoint: str, compound: str, group: str
) -> list[PlateResult]:
    """The plates that count and have a value of this quantity."""

    def has(e: Estimate) -> bool:
        return e.name == endpoint and e.subject == compound and math.isfinite(e.value)

    return [
        plate
        for plate in plates
        if not plate.excluded and plate.group == group and any(map(has, plate.estimates))
    ]

"""Joint fit of several assays of one target: saturation, competition and kinetics share Kd, Bmax
and non-specific binding.

Each assay keeps its own curve, wells and scatter; a property of the tissue is one parameter of the
fit. Rates enter as koff and Kd, so that kinetics and equilibrium have to agree.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from tricyclic.assays.binding.estimates import NANOMOLAR, bmax_unit, from_log10
from tricyclic.assays.binding.plate_models import PER_COMPOUND, compound_parameter, fit_parts
from tricyclic.assays.binding.radioactivity import missing_for_moles
from tricyclic.assays.binding.readings import PlateReadings
from tricyclic.core.analysis_options import AnalysisOptions
from tricyclic.core.curve_model import CurveModel, Parameter
from tricyclic.core.estimate import Estimate, Fit
from tricyclic.core.format import enumerate_words
from tricyclic.errors import InputError
from tricyclic.fitting.fit import FitPart, fit
from tricyclic.fitting.restate import restated, shifted
from tricyclic.results.binding import PlateResult

# Assays that determine the Kd come first, so that those that only use it share it.
CURVES = {
    "saturation": "saturation_with_depletion",
    "homologous": "homologous_competition",
    "association": "association_with_depletion",
    "dissociation": "dissociation",
    "association_then_dissociation": "association_then_dissociation",
    "competitive_association": "competitive_association",
    "competition": "competition_with_depletion",
}
_OF_THE_PLATE = ("signal_per_M", "background", "switch_min", "start", "bottom")
_KD = Parameter("log10_kd", "log10 M", "Kd of the radioligand", -14.0, -2.0)
_SITES = Parameter("log10_bmax", "log10 M", "sites in the well", -16.0, -4.0)
_SIGNAL = Parameter(
    "signal_per_M", "y/M", "reading per molar of bound radioligand", 0.0, fixed_by_default=True
)
_SINK = Parameter("nonspecific", "", "non-specifically bound over free radioligand", 0.0)


@dataclass(frozen=True)
class JointPlate:
    """One plate of a joint analysis: the kind of its assay, and its readings."""

    name: str
    kind: str
    readings: PlateReadings


def analyse_jointly(
    plates: Sequence[JointPlate],
    curves: Mapping[str, CurveModel],
    method: AnalysisOptions | None = None,
    *,
    name: str = "joint fit",
) -> PlateResult:
    """Fit several assays of one target together.

    Parameters
    ----------
    plates : sequence of JointPlate
        Two or more; readings that can be converted to amounts.
    curves : mapping of str to CurveModel
        The registry of curve models.
    method : AnalysisOptions, optional
    name : str
        Name of the result.

    Returns
    -------
    PlateResult
        Kd and Bmax shared by all, a Ki per compound, rates where there are kinetics; `plate` is
        None.

    Raises
    ------
    InputError
        If readings cannot be converted to amounts, or an assay has no Kd to share.
    """
    chosen = method or AnalysisOptions()
    order = [plate for kind in CURVES for plate in plates if plate.kind == kind]
    if len(order) < len(plates) or len(order) < 2:
        raise InputError(
            f"{len(order)} of {len(plates)} assays can share a Kd",
            where=name,
            allowed=f"Two or more of: {', '.join(CURVES)}",
        )
    compounds = sorted(
        {compound for plate in order for compound, _ in plate.readings.series if compound}
    )
    reference = _membrane(order[0])
    parts: list[FitPart] = []
    fixed: dict[str, float] = {}
    for plate in order:
        plate_parts, plate_values = _parts(plate, curves, compounds, reference)
        parts += plate_parts
        fixed |= plate_values
    known = {part.name_of(p.name) for part in parts for p in part.model.parameters}
    if all(plate.kind == "competition" for plate in order):
        fixed["log10_kd"] = order[0].readings.fixed.get("log10_kd", math.nan)
    variance = chosen.variance
    if variance == "auto":
        counts = all(plate.readings.counts for plate in order)
        variance = "counting" if counts else "constant"
    result = fit(
        parts,
        fixed={name: value for name, value in fixed.items() if name in known},
        variance=variance,
        confidence=chosen.confidence,
    )
    return PlateResult(
        name=name,
        experiment=name,
        group="",
        plate=None,
        conditions=order[0].readings.conditions,
        series=tuple(part.series for part in parts),
        fit=result,
        estimates=_estimates(result, order[0], compounds, name),
        model=" + ".join(CURVES[plate.kind] for plate in order),
        checks=result.checks,
    )


def _parts(
    plate: JointPlate,
    curves: Mapping[str, CurveModel],
    compounds: Sequence[str],
    reference: float,
) -> tuple[list[FitPart], dict[str, float]]:
    """Parts of the joint fit of one plate, and the values that are fixed for it."""
    if "signal_per_M" not in plate.readings.fixed:
        unit = plate.readings.series[0][1].y_unit
        missing = missing_for_moles(plate.readings.conditions, unit)
        raise InputError(
            f"readings in {unit} cannot be converted to moles in the well, which a joint fit needs",
            where=plate.name,
            do=f"Provide {enumerate_words(missing)}" if missing else "Provide the unit",
        )
    # The sites in a well are proportional to its membranes; those of the first plate are fitted.
    membranes = math.log10(_membrane(plate) / reference)
    model = shifted(in_molar(curves[CURVES[plate.kind]]), "log10_bmax", membranes)
    own = {parameter: f"{parameter} {plate.name}" for parameter in _OF_THE_PLATE}
    parts = []
    of_plate = fit_parts(plate.readings.series, model, plate.name)
    for (compound, _), part in zip(plate.readings.series, of_plate, strict=True):
        names = {p: own.get(p, name) for p, name in part.rename.items()}
        names |= {
            p: compound_parameter(p, compound or "competitor", compounds)
            for p in names
            if p in PER_COMPOUND
        }
        parts.append(FitPart(part.series, model, names, plate.name))
    return parts, {own[key]: x for key, x in plate.readings.fixed.items() if key in own}


def in_molar(model: CurveModel) -> CurveModel:
    """A curve model with its parameters as in the exact mass balance: sites in molar, non-specific
    binding as a ratio, the on-rate as koff / Kd.
    """
    names = {p.name for p in model.parameters}
    if "bmax" in names:
        model = restated(
            model,
            "bmax",
            (_SITES, _SIGNAL),
            lambda log10_bmax, signal_per_M, **_: 10.0**log10_bmax * signal_per_M,
            {
                "log10_bmax": lambda bmax, signal_per_M=1.0, **_: np.log10(
                    max(bmax, 1e-300) / signal_per_M
                )
            },
        )
        if "nonspecific" in names:
            inner = model
            model = restated(
                _renamed(inner, "nonspecific", "nonspecific_y"),
                "nonspecific_y",
                (_SINK, _SIGNAL),
                lambda nonspecific, signal_per_M, **_: nonspecific * signal_per_M,
                {
                    "nonspecific": lambda nonspecific_y, signal_per_M=1.0, **_: (
                        nonspecific_y / signal_per_M
                    )
                },
            )
    if "log10_kon" in names and "log10_koff" in names:
        model = restated(
            model,
            "log10_kon",
            (_KD,),
            lambda log10_kd, log10_koff, **_: log10_koff - log10_kd,
            {"log10_kd": lambda log10_kon, log10_koff, **_: log10_koff - log10_kon},
        )
    return model


def _renamed(model: CurveModel, old: str, new: str) -> CurveModel:
    declared = model.parameter(old)
    stand_in = Parameter(
        new,
        declared.unit,
        declared.description,
        declared.low,
        declared.high,
        declared.fixed_by_default,
        declared.default,
    )
    return restated(
        model, old, (stand_in,), lambda **values: values[new], {new: lambda **values: values[old]}
    )


def _membrane(plate: JointPlate) -> float:
    """Protein per volume, to which the sites are proportional; 1 where it is unknown."""
    conditions = plate.readings.conditions
    if conditions.protein_ug is None or conditions.volume_uL is None:
        return 1.0
    return conditions.protein_ug.value / conditions.volume_uL


def _estimates(
    result: Fit, first: JointPlate, compounds: Sequence[str], where: str
) -> tuple[Estimate, ...]:
    if not result.ok:
        return ()
    conditions = first.readings.conditions
    unit, factor = bmax_unit(conditions)
    hot = conditions.radioligand
    reported = [
        ("log10_kd", "Kd", "nM", NANOMOLAR, hot),
        ("log10_bmax", "Bmax", unit, factor, hot),
        ("log10_koff", "koff", "1/min", 1.0, hot),
    ]
    for compound in compounds:
        reported += [
            (compound_parameter("log10_ki", compound, compounds), "Ki", "nM", NANOMOLAR, compound),
            (
                compound_parameter("log10_k3", compound, compounds),
                "kon",
                "1/(M min)",
                1.0,
                compound,
            ),
            (compound_parameter("log10_k4", compound, compounds), "koff", "1/min", 1.0, compound),
        ]
    return tuple(
        from_log10(
            result,
            name,
            label,
            unit,
            factor,
            subject=subject,
            target=conditions.target,
            where=where,
        )
        for name, label, unit, factor, subject in reported
        if name in result and not result[name].fixed
    )

"""Choice of curve and variance model for a plate, and the parts of its fit: which parameters its
compounds share and which values are fixed.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from tricyclic.assays.binding.readings import PlateReadings
from tricyclic.core.analysis_options import AnalysisOptions, Variance
from tricyclic.core.curve_model import CurveModel
from tricyclic.core.series import Series
from tricyclic.errors import InputError
from tricyclic.fitting.problem import FitPart

Curves = Mapping[str, CurveModel]

IC50_CURVE = "one_site_competition"
# Parameters that each compound has for itself; all others are shared by the wells of a plate.
PER_COMPOUND = (
    "log10_ki",
    "log10_ic50",
    "hill",
    "log10_ki_high",
    "log10_ki_low",
    "log10_ic50_high",
    "log10_ic50_low",
    "fraction_high",
    "log10_k3",
    "log10_k4",
)


def competition_curve(readings: PlateReadings, method: AnalysisOptions, where: str) -> str:
    """Name of the most complete curve model for which the conditions are known.

    Raises
    ------
    InputError
        If the affinity of the radioligand, or its concentration, is missing.
    """
    if method.model != "auto":
        return method.model
    conditions = readings.conditions
    if conditions.radioligand_kd_nM is None or conditions.radioligand_nM is None:
        kd_is_missing = conditions.radioligand_kd_nM is None
        name = "Kd" if kd_is_missing else "concentration"
        field = "radioligand_kd_nM" if kd_is_missing else "radioligand_nM"
        raise InputError(
            f"the {name} of the radioligand is missing, and a Ki needs it",
            where=where,
            do=f'Provide {field}, or choose the model "{IC50_CURVE}" for an IC50 alone',
        )
    if conditions.mask and conditions.mask_M:
        return "competition_under_mask"
    return "competition_with_depletion" if "signal_per_M" in readings.fixed else "competition_ki"


def variance_model(readings: PlateReadings, method: AnalysisOptions) -> Variance:
    """Variance model of the plate: counting error where the readings are counts, else constant."""
    if method.variance != "auto":
        return method.variance
    return "counting" if readings.counts else "constant"


def fit_parts(
    series: Sequence[tuple[str, Series]],
    model: CurveModel,
    scatter: str,
    equal: Mapping[str, str] | None = None,
) -> tuple[FitPart, ...]:
    """One part per compound, with its own parameters; all other parameters are shared.

    `equal` maps parameters of the curve model to others that they are assumed to equal.
    """
    compounds = [compound for compound, _ in series]
    parts = []
    for compound, readings in series:
        names = {parameter.name: parameter.name for parameter in model.parameters}
        names |= {
            name: compound_parameter(name, compound, compounds)
            for name in names
            if name in PER_COMPOUND
        }
        names |= {name: names[other] for name, other in (equal or {}).items() if name in names}
        parts.append(FitPart(readings, model, names, scatter))
    return tuple(parts)


def compound_parameter(parameter: str, compound: str, compounds: Sequence[str]) -> str:
    """Name in the fit of a parameter of one compound."""
    return parameter if len(compounds) == 1 else f"{parameter}[{compound}]"


def fixed_values(model: CurveModel, values: Mapping[str, float]) -> dict[str, float]:
    """Those of the known values that are fixed parameters of a curve model."""
    known = {parameter.name for parameter in model.parameters if parameter.fixed_by_default}
    return {name: value for name, value in values.items() if name in known}

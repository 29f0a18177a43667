"""Units of the mechanisms: how each is written in a model, and how it is printed.

The names are words, because identifiers of a model cannot contain blanks or slashes. Time is in
hours and concentration in nM throughout, so that no rate law contains a factor of 3600 or 1000.
"""

from __future__ import annotations

from dataclasses import dataclass

from tricyclic.errors import UnknownNameError


@dataclass(frozen=True)
class ModelUnit:
    """A unit of the models.

    Parameters
    ----------
    name : str
        As the mechanism tables write it ("nM_per_h").
    definition : str
        As Antimony writes it; empty for a base unit of SBML.
    label : str
        As it is printed ("nM/h"); empty for pure numbers.
    """

    name: str
    definition: str
    label: str


MODEL_UNITS: dict[str, ModelUnit] = {
    unit.name: unit
    for unit in (
        ModelUnit("dimensionless", "", ""),
        ModelUnit("litre", "", "L"),
        ModelUnit("hour", "3600 second", "h"),
        ModelUnit("per_h", "1 / (3600 second)", "1/h"),
        ModelUnit("Hz", "1 / second", "Hz"),
        ModelUnit("nmole", "1e-9 mole", "nmol"),
        ModelUnit("nM", "1e-9 mole / litre", "nM"),
        ModelUnit("nM_per_h", "1e-9 mole / (litre * 3600 second)", "nM/h"),
        ModelUnit("per_nM_per_h", "1e9 litre / (mole * 3600 second)", "1/(nM h)"),
        ModelUnit("per_nM", "1e9 litre / mole", "1/nM"),
        ModelUnit("nmol_per_kg", "1e-9 mole / kilogram", "nmol/kg"),
        ModelUnit("nmol_per_kg_per_h", "1e-9 mole / (kilogram * 3600 second)", "nmol/(kg h)"),
        ModelUnit("L_per_kg", "litre / kilogram", "L/kg"),
        ModelUnit("L_per_h_per_kg", "litre / (kilogram * 3600 second)", "L/(h kg)"),
        ModelUnit("kg", "1 kilogram", "kg"),
        ModelUnit("g_per_mol", "1e-3 kilogram / mole", "g/mol"),
        ModelUnit("mg_per_kg", "1e-6 dimensionless", "mg/kg"),
        ModelUnit("fmol_per_mg", "1e-9 mole / kilogram", "fmol/mg"),
        ModelUnit("ng_per_mL", "1e-9 kilogram / litre", "ng/mL"),
        ModelUnit("percent", "1e-2 dimensionless", "%"),
        ModelUnit("um", "1e-6 metre", "µm"),
        ModelUnit("um_per_h", "1e-6 metre / (3600 second)", "µm/h"),
        ModelUnit("identifier", "", ""),
    )
}


def model_unit(name: str, *, where: str = "") -> ModelUnit:
    """A unit of the models by name.

    Raises
    ------
    UnknownNameError
        If there is none of that name.
    """
    if name not in MODEL_UNITS:
        raise UnknownNameError.among("unit", name, MODEL_UNITS, where=where)
    return MODEL_UNITS[name]


def unit_name(written: str) -> str:
    """The name of a unit of the models written by its name, as printed, or with two slashes.

    "L_per_h_per_kg", "L/(h kg)", and "L/h/kg" are one unit. Other text is left as it is.
    """
    if written in MODEL_UNITS:
        return written
    wanted = _factors(written)
    names = (unit.name for unit in MODEL_UNITS.values() if unit.label)
    return next((name for name in names if _factors(MODEL_UNITS[name].label) == wanted), written)


def _factors(written: str) -> tuple[str, list[str]]:
    plain = written.translate(str.maketrans("µ\u03bc()", "uu  "))
    above, *below = plain.split("/")
    return above.strip(), sorted(" ".join(below).split())


def unit_label(unit: str) -> str:
    """A unit of the models as it is printed."""
    return MODEL_UNITS[unit].label if unit in MODEL_UNITS else unit

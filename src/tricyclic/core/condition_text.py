"""Conditions of a binding assay in words, with their units."""

from __future__ import annotations

import math
from collections.abc import Mapping

from tricyclic.core.conditions import BindingConditions, MeasuredValue

# Condition -> its name in a sentence, and its unit.
LABELS: Mapping[str, tuple[str, str]] = {
    "target": ("target", ""),
    "radioligand": ("radioligand", ""),
    "isotope": ("isotope", ""),
    "radioligand_nM": ("concentration of the radioligand", "nM"),
    "radioligand_kd_nM": ("Kd of the radioligand", "nM"),
    "specific_activity_Ci_per_mmol": ("specific activity", "Ci/mmol"),
    "reference_date": ("reference date", ""),
    "assay_date": ("date of the assay", ""),
    "decay_convention": ("convention of decay", ""),
    "counting_efficiency": ("counting efficiency", ""),
    "counting_time_min": ("counting time", "min"),
    "background_cpm": ("background of the counter", "cpm"),
    "volume_uL": ("volume", "uL"),
    "protein_ug": ("protein in a well", "ug"),
    "nsb_drug": ("drug of the non-specific wells", ""),
    "nsb_drug_M": ("concentration of the drug of the non-specific wells", "M"),
    "mask": ("mask", ""),
    "masked_site": ("masked site", ""),
    "mask_M": ("concentration of the mask", "M"),
    "mask_kd_masked_nM": ("Kd of the mask at the masked site", "nM"),
    "mask_kd_wanted_nM": ("Kd of the mask at the target", "nM"),
    "radioligand_kd_masked_nM": ("Kd of the radioligand at the masked site", "nM"),
    "masked_bmax_ratio": ("masked sites per target site", ""),
    "competitor_ki_masked_nM": ("Ki of the competitor at the masked site", "nM"),
    "kon_per_M_min": ("kon of the radioligand", "1/(M min)"),
    "koff_per_min": ("koff of the radioligand", "1/min"),
    "incubation_min": ("incubation time", "min"),
    "dissociation_start_min": ("start of dissociation", "min"),
    "temperature_C": ("temperature", "degC"),
    "buffer": ("buffer", ""),
    "tissue": ("tissue", ""),
    "filter": ("filter", ""),
    "washing": ("washing", ""),
}
DEFAULT_MARK = "[protocol default: confirm]"
# Molar concentrations are shown in the unit of the bench.
_SHOWN = {"M": ("uM", 1e6)}


def condition_label(name: str) -> str:
    """A condition in words: "volume" for volume_uL."""
    return LABELS[name][0]


def condition_value(conditions: BindingConditions, name: str) -> str:
    """Value of a condition with its standard error and unit: "0.8 +/- 0.1 (SE) nM"; empty where
    there is none.
    """
    value = getattr(conditions, name)
    if value is None or value == "":
        return ""
    unit = LABELS[name][1]
    if isinstance(value, MeasuredValue):
        error = " (SE)" if value.se else ""
        return f"{measured_text(value)}{error} {unit}".rstrip()
    if isinstance(value, (int, float)):
        shown, factor = _SHOWN.get(unit, (unit, 1.0))
        return f"{value * factor:.6g} {shown}".rstrip()
    return str(value)


def measured_text(value: MeasuredValue) -> str:
    """A measured number, to the second digit of its standard error: "0.953 +/- 0.021"."""
    if not value.se > 0:
        return f"{value.value:.6g}"
    decimals = 1 - math.floor(math.log10(value.se))
    if not 0 <= decimals <= 6:
        return f"{value.value:.6g} +/- {value.se:.2g}"
    return f"{value.value:.{decimals}f} +/- {value.se:.{decimals}f}"


def labelled_value(conditions: BindingConditions, name: str) -> str:
    """Name and value of a condition: "volume 250 uL"."""
    return f"{condition_label(name)} {condition_value(conditions, name)}"

"""Conditions of a binding assay, each measured number with its standard error."""

from __future__ import annotations

import math
from dataclasses import dataclass, fields, replace
from datetime import date
from typing import Literal

from tricyclic.errors import InputError

DecayConvention = Literal["specific_activity_falls", "concentration_falls"]
# Where the value of a condition comes from. Only "stated" is a statement of the user about the
# experiment; "protocol default" is a proposal of the protocol without confirmation.
Origin = Literal["stated", "protocol default", "raw file", "counted", "assumed", "program default"]


@dataclass(frozen=True)
class MeasuredValue:
    """A measured number with its standard error (0: treated as exact) and source.

    `per_run` is True where it was measured anew in each run, so that its error differs between
    runs.
    """

    value: float
    unit: str
    se: float = 0.0
    source: str = ""
    per_run: bool = False

    def __post_init__(self) -> None:
        if not math.isfinite(self.value) or not math.isfinite(self.se) or self.se < 0:
            raise InputError(
                f"{self.value:g} +/- {self.se:g} {self.unit}",
                allowed="A finite number and an error of 0 or more",
            )


@dataclass(frozen=True)
class BindingConditions:
    """How the wells of a binding assay were incubated and counted.

    None means "not provided"; a check then reports what could not be computed.

    Parameters
    ----------
    target, radioligand, isotope : str
        "NET", "[3H]nisoxetine", "3H" (or "125I", or "" where unknown).
    radioligand_nM, radioligand_kd_nM : MeasuredValue or None
        Added radioligand in the well on the day [nM]; its Kd at this target, buffer and temperature
        [nM].
    specific_activity_Ci_per_mmol : MeasuredValue or None
        At `reference_date`.
    reference_date, assay_date : date or None
        For isotope decay; without both, no decay is applied and a check reports it.
    decay_convention : str
        "specific_activity_falls" (carrier, 3H practice) or "concentration_falls" (decay destroys
        the ligand: carrier-free 125I; dpm per fmol of intact ligand stays).
    counting_efficiency : MeasuredValue or None
        Counts per decay, 0 to 1.
    counting_time_min, background_cpm, volume_uL : float or None
        Per well.
    volume_se_uL : float
        Standard error of the volume (0: treated as exact).
    protein_ug : MeasuredValue or None
        Membrane protein in the well.
    nsb_drug : str; nsb_drug_M : float or None
        The drug that defines non-specific binding, and its concentration [M].
    mask : str; mask_M : float or None
    mask_kd_masked_nM, mask_kd_wanted_nM, radioligand_kd_masked_nM : MeasuredValue or None
        Masking ligand, its concentration [M], its affinity at the site it covers and at the wanted
        site, and the radioligand's affinity at the covered site [nM].
    masked_site : str
        The site that the mask covers ("sigma-1").
    masked_bmax_ratio : MeasuredValue or None
        Density of the masked site relative to the wanted site.
    competitor_ki_masked_nM : MeasuredValue or None
        Affinity of the competitor at the masked site [nM]; None: the same as at the wanted site.
    kon_per_M_min, koff_per_min : float or None
        Rates of the radioligand, for the time to equilibrium.
    incubation_min, temperature_C, dissociation_start_min : float or None
        The last is when dissociation was started, in an association that is followed by one.
    buffer, tissue, filter, washing : str
        For the methods text.
    origins : tuple of (str, str)
        Name of a condition and where its value comes from, see `origin`; a condition that is not
        listed was stated.
    """

    target: str = ""
    radioligand: str = ""
    isotope: str = ""
    radioligand_nM: MeasuredValue | None = None
    radioligand_kd_nM: MeasuredValue | None = None
    specific_activity_Ci_per_mmol: MeasuredValue | None = None
    reference_date: date | None = None
    assay_date: date | None = None
    decay_convention: DecayConvention = "specific_activity_falls"
    counting_efficiency: MeasuredValue | None = None
    counting_time_min: float | None = None
    background_cpm: float | None = None
    volume_uL: float | None = None
    volume_se_uL: float = 0.0
    protein_ug: MeasuredValue | None = None
    nsb_drug: str = ""
    nsb_drug_M: float | None = None
    mask: str = ""
    masked_site: str = ""
    mask_M: float | None = None
    mask_kd_masked_nM: MeasuredValue | None = None
    mask_kd_wanted_nM: MeasuredValue | None = None
    radioligand_kd_masked_nM: MeasuredValue | None = None
    masked_bmax_ratio: MeasuredValue | None = None
    competitor_ki_masked_nM: MeasuredValue | None = None
    kon_per_M_min: float | None = None
    koff_per_min: float | None = None
    incubation_min: float | None = None
    dissociation_start_min: float | None = None
    temperature_C: float | None = None
    buffer: str = ""
    tissue: str = ""
    filter: str = ""
    washing: str = ""
    origins: tuple[tuple[str, Origin], ...] = ()

    def origin(self, name: str) -> Origin:
        """Where the value of a condition comes from."""
        listed = dict(self.origins).get(name)
        if listed is not None:
            return listed
        # It always has a value, so a value does not show that it was stated.
        return "program default" if name == "decay_convention" else "stated"

    def is_default(self, name: str) -> bool:
        """Whether the value of a condition is that of the protocol, without confirmation."""
        return self.origin(name) == "protocol default"

    def provided(self) -> dict[str, Origin]:
        """The conditions that have a value, in the order of the fields, each with its origin."""
        return {
            name: self.origin(name)
            for name in CONDITION_NAMES
            if getattr(self, name) is not None and getattr(self, name) != ""
        }

    def with_origin(self, origin: Origin, *names: str) -> BindingConditions:
        """The same conditions, of which these come from there."""
        kept = tuple(pair for pair in self.origins if pair[0] not in names)
        return replace(self, origins=(*kept, *((name, origin) for name in names)))


# The error of the volume is read with the volume ("250 +/- 5 uL"), not by itself.
_NOT_NAMED = ("origins", "volume_se_uL")
CONDITION_NAMES = tuple(f.name for f in fields(BindingConditions) if f.name not in _NOT_NAMED)

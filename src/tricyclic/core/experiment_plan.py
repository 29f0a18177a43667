"""Plan of a binding experiment: the assumed true values, the plate layout, the expected scatter."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

import numpy as np

from tricyclic.core.conditions import BindingConditions
from tricyclic.core.format import format_number
from tricyclic.core.plate import Role, Well
from tricyclic.core.plate_layout import PlateLayout
from tricyclic.errors import InputError


@dataclass(frozen=True)
class TrueValues:
    """True values behind simulated wells.

    Parameters
    ----------
    kd_nM : float
        Kd of the radioligand at the wanted site.
    bmax_fmol_per_mg : float
        Density of the wanted site.
    ki_nM : mapping of str to float
        Ki of each compound on the plate; with an entry for the NSB drug, non-specific wells keep
        the specific binding that it leaves. The unlabelled radioligand (homologous competition)
        needs none: it binds like the labelled one.
    nonspecific : float
        Non-specifically bound over free radioligand.
    group_bmax_fmol_per_mg : mapping of str to float
        Density by group of wells ("treated"), where it differs.
    ki_masked_nM : mapping of str to float
        Ki of each compound at the masked site, where a mask is used; a compound without an entry
        does not bind there.
    kon_per_M_min : float or None
        Of the radioligand; its koff is kon Kd.
    competitor_koff_per_min : mapping of str to float
        Of each compound, for plates read before equilibrium; its kon is koff / Ki.
    """

    kd_nM: float
    bmax_fmol_per_mg: float
    ki_nM: Mapping[str, float] = field(default_factory=dict)
    nonspecific: float = 0.005
    group_bmax_fmol_per_mg: Mapping[str, float] = field(default_factory=dict)
    ki_masked_nM: Mapping[str, float] = field(default_factory=dict)
    kon_per_M_min: float | None = None
    competitor_koff_per_min: Mapping[str, float] = field(default_factory=dict)

    def __post_init__(self) -> None:
        for name, value in (
            ("Kd", self.kd_nM),
            *((f"Ki of {k}", v) for k, v in self.ki_nM.items()),
        ):
            if not (np.isfinite(value) and value > 0):
                raise InputError(f"the true {name} is {value:g} nM", allowed="It is above 0")
        if not (self.bmax_fmol_per_mg >= 0 and self.nonspecific >= 0):
            raise InputError(
                "a true density or non-specific share is negative", allowed="Both are 0 or more"
            )

    def description(self) -> str:
        """The true values in words."""
        parts = [
            f"Kd {format_number(self.kd_nM)} nM",
            f"Bmax {format_number(self.bmax_fmol_per_mg)} fmol/mg",
        ]
        parts += [
            f"Bmax of {group} {format_number(v)} fmol/mg"
            for group, v in self.group_bmax_fmol_per_mg.items()
        ]
        parts += [f"Ki of {name} {format_number(v)} nM" for name, v in self.ki_nM.items()]
        parts += [
            f"Ki of {name} at the masked site {format_number(v)} nM"
            for name, v in self.ki_masked_nM.items()
        ]
        parts += (
            [f"kon {format_number(self.kon_per_M_min)} per M and min"] if self.kon_per_M_min else []
        )
        parts += [
            f"koff of {name} {format_number(v)} per min"
            for name, v in self.competitor_koff_per_min.items()
        ]
        return ", ".join(
            [*parts, f"non-specifically bound over free {format_number(self.nonspecific)}"]
        )


DesignKind = Literal["competition", "saturation"]


@dataclass(frozen=True)
class ExperimentPlan:
    """A planned experiment.

    Parameters
    ----------
    kind : {"competition", "saturation"}
    conditions : BindingConditions
        How the wells will be incubated and counted; complete enough for a simulation.
    truth : TrueValues
        Assumed true values.
    layout : PlateLayout
        Contents of each well.
    compound : str
        The compound whose Ki is determined; empty in a saturation.
    cv : float
        Scatter of a well by pipetting, as a share of its net signal.
    runs : int
        Independent runs, one plate each.
    between_run_sd : float
        Standard deviation of log10 Ki (or log10 Kd and log10 Bmax) between runs.
    as_incubated : bool
        Whether wells are read when the incubation ends rather than at equilibrium; needs the rates.
    """

    kind: DesignKind
    conditions: BindingConditions
    truth: TrueValues
    layout: PlateLayout
    compound: str = ""
    cv: float = 0.05
    runs: int = 3
    between_run_sd: float = 0.1
    as_incubated: bool = False

    def __post_init__(self) -> None:
        if not 0 <= self.cv < 1:
            raise InputError(
                f"the CV of wells is {self.cv:g}",
                where="cv",
                allowed="A share from 0 to below 1, such as 0.05 or 5%",
            )
        if not 1 <= self.runs <= 100:
            raise InputError(f"{self.runs} runs are planned", where="runs", allowed="1 to 100")
        if not 0 <= self.between_run_sd <= 2:
            raise InputError(
                f"the SD between runs is {self.between_run_sd:g}",
                where="between_run_sd",
                allowed="Decadic logarithms from 0 to 2, such as 0.1 for 26 %",
            )

    @property
    def targets(self) -> tuple[tuple[str, str], ...]:
        """Targets of the analysis: name of the estimate, and of the fitted parameter."""
        if self.kind == "competition":
            return (("Ki", "log10_ki"),)
        return (("Kd", "log10_kd"), ("Bmax", "log10_bmax"))

    def true(self, name: str) -> float:
        """The true value of an estimate: Ki and Kd in nM, Bmax in fmol/mg."""
        if name == "Ki":
            return self.truth.ki_nM[self.compound]
        return self.truth.kd_nM if name == "Kd" else self.truth.bmax_fmol_per_mg

    @property
    def wells(self) -> tuple[Well, ...]:
        """Planned wells that are not empty, in row order."""
        return tuple(
            well for well in self.layout.planned_wells.values() if well.role is not Role.EMPTY
        )

    @property
    def replicates(self) -> int:
        """Wells of the most frequent setting of the series."""
        series = Role.COMPETITION if self.kind == "competition" else Role.TOTAL
        settings = [(w.concentration_M, w.radioligand_nM) for w in self.wells if w.role is series]
        counts = [settings.count(setting) for setting in dict.fromkeys(settings)]
        return max(counts, key=counts.count, default=0)

"""What the culture assays share: a drug and its antagonist in wells, a curve per culture, power
within cultures.
"""

from __future__ import annotations

import math
from abc import abstractmethod
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from tricyclic.core.drug import Drug
from tricyclic.core.format import pluralize
from tricyclic.core.scenario import Scenario
from tricyclic.errors import InputError
from tricyclic.io.write_tables import Columns
from tricyclic.results.virtual_assay import VirtualEndpoint
from tricyclic.simulation.dosing import parse_dosing
from tricyclic.simulation.virtual.common import Arm, Floats, half_maximal_concentration
from tricyclic.simulation.virtual.power import paired_power
from tricyclic.workflows.base import refuse_without_effect
from tricyclic.workflows.model.options import VirtualAssayOptions
from tricyclic.workflows.model.virtual.curves import CultureCurves
from tricyclic.workflows.model.virtual.experiment import (
    ArmReadings,
    Effect,
    PowerTest,
    TypicalSubject,
    VirtualExperiment,
)
from tricyclic.workflows.model.virtual.levels import (
    DoseLevel,
    display_name,
    find_drug,
    format_concentration,
    parse_levels,
)

# Concentrations of the true curve [nM], from below to well above both plateaus.
TRUE_CURVE_NM = np.logspace(0.0, 6.0, 61)
WELLS_PER_PLATE, ROWS, COLUMNS_PER_ROW = 96, "ABCDEFGH", 12


@dataclass(frozen=True)
class DoseSeries:
    """The arms of a dose series that share a growth factor: vehicle and drug, alone and with an
    antagonist.
    """

    vehicle: Arm
    drug: tuple[Arm, ...]
    antagonist: tuple[Arm, ...] = ()
    blocked: tuple[Arm, ...] = ()

    @property
    def alone(self) -> tuple[Arm, ...]:
        """Vehicle, then the drug at each level."""
        return (self.vehicle, *self.drug)

    @property
    def with_antagonist(self) -> tuple[Arm, ...]:
        """The same with the antagonist; empty where none is given."""
        return (*self.antagonist, *self.blocked)

    @property
    def arms(self) -> tuple[Arm, ...]:
        """All arms."""
        return (*self.alone, *self.with_antagonist)


@dataclass(frozen=True)
class CultureLigands:
    """Drug and antagonist of an experiment: names in the library and as written, and their levels.

    `compared` is the index of the level at which the antagonist is tested.
    """

    drug: str
    name: str
    levels: tuple[DoseLevel, ...]
    compared: int
    antagonist: str = ""
    antagonist_name: str = ""
    antagonist_nM: float = 0.0

    @property
    def compared_label(self) -> str:
        """ "imipramine 1 uM", the level at which the antagonist is tested."""
        return f"{self.name} {self.levels[self.compared].label}"

    @property
    def antagonist_label(self) -> str:
        """ "BD1047 1 uM"; empty without an antagonist."""
        if not self.antagonist:
            return ""
        return f"{self.antagonist_name} {format_concentration(self.antagonist_nM)}"

    def series(self, factor_nM: float, suffix: str = "") -> DoseSeries:
        """The arms at a level of the growth factor; `suffix` makes their names unique."""
        nM = self.antagonist_nM

        def arm(label: str, drug_nM: float, antagonist_nM: float) -> Arm:
            return Arm(f"{label}{suffix}", drug_nM, antagonist_nM, factor_nM, label)

        labels = [(f"{self.name} {level.label}", level.amount) for level in self.levels]
        alone = arm("vehicle", 0.0, 0.0), tuple(arm(label, drug, 0.0) for label, drug in labels)
        if not self.antagonist:
            return DoseSeries(*alone)
        other = self.antagonist_name
        blocked = tuple(arm(f"{label} + {other}", drug, nM) for label, drug in labels)
        return DoseSeries(*alone, (arm(other, 0.0, nM),), blocked)


def parse_ligands(
    options: VirtualAssayOptions,
    defaults: Mapping[str, str],
    scenario: Scenario,
    drugs: Mapping[str, Drug],
) -> CultureLigands:
    """Drug, series and antagonist of the options; `defaults` has those of the assay.

    Raises
    ------
    UnknownNameError, InputError
        If a name is not known, or an amount is not possible.
    """

    def chosen(name: str) -> str:
        return str(getattr(options, name)) or defaults[name]

    drug = find_drug(chosen("drug"), scenario, drugs, "bath", "1 nM")
    levels = parse_levels(chosen("concentrations"), drug, "bath", "concentrations")
    at_nM = parse_levels(chosen("at"), drug, "bath", "at")[0].amount
    compared = min(range(len(levels)), key=lambda k: abs(math.log(levels[k].amount / at_nM)))
    if options.at and not math.isclose(levels[compared].amount, at_nM, rel_tol=0.01):
        raise InputError(
            f"is {options.at}, which is not in the series",
            where="at",
            allowed=f"The series is {', '.join(level.label for level in levels)}",
            do="Give one of them, or add it to --concentrations",
        )
    text = chosen("antagonist")
    if text.strip().lower() == "none":
        refuse_without_effect(options, ("at",), "the test of an antagonist, and there is none")
        return CultureLigands(drug.name, display_name(drug), levels, compared)
    dosing = parse_dosing(text, scenario, drugs, until_h=1.0)
    return CultureLigands(
        drug.name,
        display_name(drug),
        levels,
        compared,
        dosing.drug,
        display_name(drugs[dosing.drug]),
        dosing.amount,
    )


class CultureExperiment(VirtualExperiment):
    """An assay whose cultures contain wells of all arms.

    Each assay adds `ligands`, `series` (the dose series of curve and comparison) and `factor` (the
    name of the growth factor).
    """

    sample_unit: ClassVar[str] = "cultures"
    subject_noun: ClassVar[str] = "cultures"
    # An experiment takes at most a quarter of them.
    pool_size: ClassVar[int] = 120
    factor: ClassVar[str]

    ligands: CultureLigands
    series: DoseSeries

    @property
    def n_subjects(self) -> int:
        """Number of cultures."""
        return self.options.cultures

    @property
    def power_test(self) -> PowerTest:
        """Cultures are compared with themselves."""
        return paired_power

    @property
    def effects(self) -> tuple[Effect, ...]:
        """Each level against vehicle, and the drug alone against the drug with antagonist."""
        effects = [Effect(arm, self.series.vehicle) for arm in self.series.drug]
        if self.series.blocked:
            k = self.ligands.compared
            effects.append(Effect(self.series.drug[k], self.series.blocked[k]))
        return tuple(effects)

    @property
    def size_label(self) -> str:
        """Cultures, wells and conditions in words."""
        wells = pluralize(self.options.replicates, "well")
        cultures = pluralize(self.n_subjects, "culture")
        return f"{cultures} x {wells} of {len(self.arms)} conditions; curve {self.options.curve}"

    def own_cultures(self, readings: ArmReadings) -> ArmReadings:
        """The readings of the experiment's own cultures.

        Raises
        ------
        InputError
            If one of them cannot be simulated; further cultures are left out of the power.
        """
        cultures = readings.first(self.n_subjects)
        failed = np.flatnonzero(~np.isfinite(cultures.response).all(axis=1))
        if failed.size:
            raise InputError(
                f"culture {failed[0] + 1} cannot be simulated",
                where=self.scenario.name,
                do="Change the values that were set, or the seed",
            )
        return cultures

    @abstractmethod
    def true_response(self, typical: TypicalSubject, arms: Sequence[Arm]) -> Floats:
        """Response of the typical culture in some arms, without error, shape (arms,)."""

    def true_curve(self, typical: TypicalSubject) -> Floats:
        """Response of the typical culture to the concentrations of `TRUE_CURVE_NM`."""
        factor_nM = self.series.vehicle.factor_nM
        arms = [Arm(f"{nM:g}", float(nM), 0.0, factor_nM) for nM in TRUE_CURVE_NM]
        return self.true_response(typical, arms)

    def curve_endpoints(
        self, curves: CultureCurves, true_curve: Floats
    ) -> tuple[VirtualEndpoint, ...]:
        """EC50 and maximum fold of the curves beside those of the typical culture."""
        ec50 = half_maximal_concentration(TRUE_CURVE_NM, true_curve - true_curve[0])
        fold = float(true_curve[-1] / true_curve[0])
        pairs = ((curves.ec50, ec50), (curves.shared_ec50, ec50), (curves.fold, fold))
        return tuple(VirtualEndpoint(one, truth) for one, truth in pairs if one is not None)

    def plot_groups(self, percent: Mapping[str, Floats]) -> tuple[tuple[str, Floats], ...]:
        """Named responses for the figure, vehicle first: without and with antagonist."""
        groups = [(self.ligands.name, self._of(percent, self.series.alone))]
        if self.series.with_antagonist:
            label = f"with {self.ligands.antagonist_name}"
            groups.append((label, self._of(percent, self.series.with_antagonist)))
        return tuple(groups)

    @staticmethod
    def _of(percent: Mapping[str, Floats], arms: Sequence[Arm]) -> Floats:
        return np.stack([percent[arm.name] for arm in arms], axis=1)


def well_table(readings: ArmReadings, factor: str, outputs: Mapping[str, Floats]) -> Columns:
    """One row per well: its place, its contents, and its readings.

    Parameters
    ----------
    readings : ArmReadings
        Of the cultures of the experiment.
    factor : str
        Name of the growth factor.
    outputs : mapping of str to array, shape (cultures, arms, replicates)
        Columns of readings.
    """
    n_cultures, n_arms, n_replicates = next(iter(outputs.values())).shape
    names = well_names(n_arms * n_replicates)
    wells = [
        (k, j, r) for k in range(n_cultures) for j in range(n_arms) for r in range(n_replicates)
    ]
    arms = [readings.arms[j] for _, j, _ in wells]
    return {
        "culture": [str(k + 1) for k, _, _ in wells],
        "well": [names[j * n_replicates + r] for _, j, r in wells],
        "condition": [arm.name for arm in arms],
        "replicate": [float(r + 1) for _, _, r in wells],
        "drug_nM": [arm.drug for arm in arms],
        "antagonist_nM": [arm.antagonist_nM for arm in arms],
        f"{factor}_nM": [arm.factor_nM for arm in arms],
        **{name: values.ravel().tolist() for name, values in outputs.items()},
    }


def well_names(n: int) -> list[str]:
    """Names of so many wells, row by row on 96-well plates: "A01", ...; "2:A01" on the second
    plate.
    """
    names = []
    for k in range(n):
        plate, place = divmod(k, WELLS_PER_PLATE)
        well = f"{ROWS[place // COLUMNS_PER_ROW]}{place % COLUMNS_PER_ROW + 1:02d}"
        names.append(well if plate == 0 else f"{plate + 1}:{well}")
    return names

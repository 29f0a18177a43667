"""The neurite experiment: cells with neurites by NGF and drug, EC50 at one NGF, antagonist."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import ClassVar

import numpy as np

from tricyclic.assays.neurites.analysis import NeuriteSettings, analyse_neurites
from tricyclic.core.culture_arms import CultureArm
from tricyclic.core.dosing import Dosing
from tricyclic.core.neurites import FieldCount, NeuriteTable
from tricyclic.core.scenario import Scenario
from tricyclic.errors import InputError
from tricyclic.io.library.library import Library
from tricyclic.io.write_tables import Columns
from tricyclic.results.binding import GroupComparison
from tricyclic.results.neurites import NeuritesResult
from tricyclic.results.virtual_assay import SYNTHETIC, AssaySetting, VirtualGroup
from tricyclic.simulation.run import Simulator
from tricyclic.simulation.virtual.common import Arm, Floats
from tricyclic.simulation.virtual.neurites import (
    EXPRESSION,
    SCENARIO,
    NeuriteAssay,
    fractions_with_neurites,
    neurite_counts,
)
from tricyclic.workflows.model.options import VirtualAssayOptions
from tricyclic.workflows.model.virtual.cultures import (
    CultureExperiment,
    CultureLigands,
    DoseSeries,
    parse_ligands,
    well_table,
)
from tricyclic.workflows.model.virtual.curves import (
    compare_folds,
    curve_table,
    fit_cultures,
    folds,
    mean_estimate,
)
from tricyclic.workflows.model.virtual.experiment import Analysis, ArmReadings, TypicalSubject
from tricyclic.workflows.model.virtual.levels import DoseLevel, format_levels, parse_levels
from tricyclic.workflows.model.virtual.plots import DoseResponse, dose_response_plot
from tricyclic.workflows.model.virtual.settings import assay_with_settings

DEFAULTS = {
    "drug": "imipramine",
    "concentrations": "0.1, 0.3, 1, 3, 10 uM",
    "antagonist": "NE-100",
    "factor": "0, 2.5, 50 ng/mL",
    "at": "1 uM",
}
NM_PER_UM = 1000.0
POSITIVE, NEURITES, PERCENT = "cells_with_neurites", "neurites", "percent"


@dataclass(frozen=True)
class NeuriteExperiment(CultureExperiment):
    """NGF-induced neurites of PC12 cells after days with a drug."""

    scenario: Scenario
    options: VirtualAssayOptions
    settings: tuple[AssaySetting, ...]
    protocol: NeuriteAssay
    ligands: CultureLigands
    ngf: tuple[DoseLevel, ...]
    tested_ngf: DoseLevel
    all_series: tuple[DoseSeries, ...]

    assay: ClassVar[str] = "neurites"
    title: ClassVar[str] = "NGF-induced neurites of PC12 cells"
    factor: ClassVar[str] = "NGF"

    @classmethod
    def declare(cls, options: VirtualAssayOptions, library: Library) -> NeuriteExperiment:
        """The experiment of the options."""
        scenario = library.scenario(SCENARIO)
        protocol, settings = assay_with_settings(NeuriteAssay, options.assume)
        ligands = parse_ligands(options, DEFAULTS, scenario, library.drugs)
        factor = options.factor or DEFAULTS["factor"]
        ngf = parse_levels(factor, library.drugs["ngf"], "bath", "factor", with_zero=True)
        series = tuple(ligands.series(one.amount, f", NGF {one.label}") for one in ngf)
        return cls(
            scenario, options, settings, protocol, ligands, ngf, _lowest_positive(ngf), series
        )

    @property
    def arms(self) -> tuple[Arm, ...]:  # type: ignore[override]  # computed, not stored
        """All arms, by NGF."""
        return tuple(arm for series in self.all_series for arm in series.arms)

    @property
    def series(self) -> DoseSeries:  # type: ignore[override]  # computed, not stored
        """The dose series at the NGF at which the drug is tested."""
        return self.all_series[self.ngf.index(self.tested_ngf)]

    @property
    def design(self) -> tuple[str, ...]:
        """Doses, counting and size in words."""
        ligands = self.ligands
        other = f", with and without {ligands.antagonist_label}" if ligands.antagonist else ""
        return (
            (
                f"NGF {format_levels(self.ngf)}; {ligands.name} {format_levels(ligands.levels)}"
                f"{other}, for {self.protocol.days:g} d"
            ),
            (
                f"{self.protocol.cells} cells counted in each well; the curve and the comparison "
                f"are at NGF {self.tested_ngf.label}"
            ),
            self.size_label,
        )

    @property
    def extra_cv(self) -> Mapping[str, float]:
        """Receptors vary between cultures."""
        return {EXPRESSION: self.protocol.culture_cv}

    def dosing(self) -> tuple[Dosing, ...]:
        """NGF, drug and antagonist for all days."""
        return self.protocol.dosing(self.ligands.drug, self.ligands.antagonist)

    def read(self, simulator: Simulator, subjects: Sequence[Mapping[str, float]]) -> ArmReadings:
        """Cells with neurites and neurites of each well; the response is the mean percentage."""
        fractions = fractions_with_neurites(simulator, self.protocol, self.arms, subjects)
        positive, neurites = neurite_counts(
            self.protocol, self.arms, fractions, self.options.replicates, self.options.seed
        )
        percent = 100.0 * positive / self.protocol.cells
        outputs = {POSITIVE: positive, NEURITES: neurites, PERCENT: percent}
        return ArmReadings(self.arms, outputs, percent.mean(axis=2))

    def true_response(self, typical: TypicalSubject, arms: Sequence[Arm]) -> Floats:
        """Percentage of cells with neurites in the typical culture."""
        fractions = fractions_with_neurites(
            typical.simulator, self.protocol, arms, [typical.values]
        )
        return np.asarray(100.0 * fractions[0])

    def analyse(self, readings: ArmReadings, typical: TypicalSubject) -> Analysis:
        """Curves of the cultures; percentages by NGF; the fold with and without antagonist."""
        cultures = self.own_cultures(readings)
        series, ligands = self.series, self.ligands
        curves = fit_cultures(
            [arm.drug for arm in series.alone],
            cultures.output(PERCENT, series.alone),
            unit="%",
            model=self.options.curve,
            drug=ligands.name,
            variance="constant",
        )
        percent = {arm.name: cultures.response_of(arm) for arm in series.arms}
        plot = DoseResponse(
            f"{self.title}, NGF {self.tested_ngf.label}",
            ligands.name,
            "cells with neurites (%)",
            ligands.levels,
            self.plot_groups(percent),
            curves,
            np.ones(self.n_subjects),
        )
        return Analysis(
            endpoints=self.curve_endpoints(curves, self.true_curve(typical)),
            columns=tuple(f"NGF {level.label}" for level in self.ngf),
            groups=self._groups(cultures),
            comparisons=self._comparisons(cultures),
            tables={"wells": self._well_table(cultures), "cultures": curve_table(curves)},
            plots=(dose_response_plot(plot),),
            remarks=curves.remarks,
            neurites=self._as_measured(cultures),
        )

    def _as_measured(self, cultures: ArmReadings) -> NeuritesResult | None:
        """The wells as a measured experiment, each one field; None where none was counted."""
        positive = cultures.outputs[POSITIVE]
        fields = tuple(
            FieldCount(
                f"{culture + 1}",
                f"{place + 1}-{well + 1}",
                "",
                self._culture_arm(arm),
                self.protocol.cells,
                (int(positive[culture, place, well]),),
            )
            for culture in range(positive.shape[0])
            for place, arm in enumerate(cultures.arms)
            for well in range(positive.shape[2])
            if np.isfinite(positive[culture, place, well])
        )
        if not fields:
            return None
        # The scenario has no length of neurites, so no criterion is stated.
        table = NeuriteTable(fields, (float("nan"),), stimulus=self.factor)
        result = analyse_neurites(table, NeuriteSettings(title=self.title))
        return replace(result, synthetic=SYNTHETIC)

    def _culture_arm(self, arm: Arm) -> CultureArm:
        """An arm of the wells; another NGF than that of the test has its concentration."""
        level = next(one for one in self.ngf if one.amount == arm.factor_nM)
        tested = level == self.tested_ngf
        stimulus = self.factor if tested else f"{self.factor} {level.label}"
        return CultureArm(
            self.ligands.name if arm.drug > 0 else "",
            arm.drug / NM_PER_UM,
            "uM" if arm.drug > 0 else "",
            stimulus if level.amount > 0 else "",
            self.ligands.antagonist_name if arm.antagonist_nM > 0 else "",
        )

    def _groups(self, cultures: ArmReadings) -> tuple[VirtualGroup, ...]:
        """Percentage of cells with neurites, one row per drug and one column per NGF."""
        by_drug = zip(*(series.arms for series in self.all_series), strict=True)
        return tuple(
            VirtualGroup(
                arms[0].label,
                tuple(
                    mean_estimate("cells with neurites", cultures.response_of(arm), "%")
                    for arm in arms
                ),
            )
            for arms in by_drug
        )

    def _comparisons(self, cultures: ArmReadings) -> tuple[GroupComparison, ...]:
        series, ligands = self.series, self.ligands
        if not series.blocked:
            return ()
        vehicle = cultures.response_of(series.vehicle)
        alone, blocked = (
            folds("fold", cultures.response_of(arms[ligands.compared]), vehicle, ligands.name)
            for arms in (series.drug, series.blocked)
        )
        names = (ligands.compared_label, f"with {ligands.antagonist_label}")
        return compare_folds(alone, blocked, names)

    def _well_table(self, cultures: ArmReadings) -> Columns:
        cells = float(self.protocol.cells)
        positive, neurites = cultures.outputs[POSITIVE], cultures.outputs[NEURITES]
        return well_table(
            cultures,
            self.factor,
            {
                "cells": np.full_like(positive, cells),
                POSITIVE: positive,
                NEURITES: neurites,
                "neurites_per_cell": neurites / cells,
            },
        )


def _lowest_positive(ngf: Sequence[DoseLevel]) -> DoseLevel:
    """The NGF at which drugs are tested: the lowest above 0, where more neurites are possible."""
    for level in ngf:
        if level.amount > 0:
            return level
    raise InputError(
        "is 0 in every well",
        where="factor",
        do='Add a concentration at which neurites grow: "0, 2.5 ng/mL"',
    )

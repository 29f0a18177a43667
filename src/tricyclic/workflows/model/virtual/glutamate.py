"""The glutamate experiment: net release of wells, potentiation per culture, EC50, antagonist."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import ClassVar

import numpy as np

from tricyclic.core.dosing import Dosing
from tricyclic.core.estimate import Estimate
from tricyclic.core.scenario import Scenario
from tricyclic.errors import InputError
from tricyclic.io.library.library import Library
from tricyclic.io.write_tables import Columns
from tricyclic.results.binding import GroupComparison
from tricyclic.results.virtual_assay import AssaySetting, VirtualGroup
from tricyclic.simulation.run import Simulator
from tricyclic.simulation.virtual.common import Arm, Floats
from tricyclic.simulation.virtual.release import (
    EXPRESSION,
    SCENARIO,
    GlutamateAssay,
    glutamate_in_samples,
    glutamate_readings,
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
    missing_folds,
    pooled_fold,
)
from tricyclic.workflows.model.virtual.experiment import Analysis, ArmReadings, TypicalSubject
from tricyclic.workflows.model.virtual.levels import DoseLevel, format_levels, parse_levels
from tricyclic.workflows.model.virtual.plots import DoseResponse, dose_response_plot
from tricyclic.workflows.model.virtual.release_wells import release_of
from tricyclic.workflows.model.virtual.settings import assay_with_settings

DEFAULTS = {
    "drug": "imipramine",
    "concentrations": "0.1, 0.3, 1, 3, 10 uM",
    "antagonist": "BD1047",
    "factor": "50 ng/mL",
    "at": "1 uM",
}
PROTOCOL, FROM_PROTOCOL = "guide_imipramine_sigma", ("pretreatment_h", "stimulus_min")
BASELINE, AFTER, NET = "baseline_glutamate_nM", "glutamate_after_nM", "net_glutamate_nM"


@dataclass(frozen=True)
class GlutamateExperiment(CultureExperiment):
    """BDNF-evoked glutamate release of cortical neurons after two days with a drug."""

    scenario: Scenario
    options: VirtualAssayOptions
    settings: tuple[AssaySetting, ...]
    protocol: GlutamateAssay
    ligands: CultureLigands
    bdnf: DoseLevel
    series: DoseSeries
    unstimulated: Arm
    arms: tuple[Arm, ...]

    assay: ClassVar[str] = "glutamate"
    title: ClassVar[str] = "BDNF-evoked glutamate release of cortical neurons"
    factor: ClassVar[str] = "BDNF"

    @classmethod
    def declare(cls, options: VirtualAssayOptions, library: Library) -> GlutamateExperiment:
        """The experiment of the options."""
        scenario = library.scenario(SCENARIO)
        protocol, settings = assay_with_settings(
            GlutamateAssay, options.assume, from_protocol=FROM_PROTOCOL, protocol=PROTOCOL
        )
        ligands = parse_ligands(options, DEFAULTS, scenario, library.drugs)
        factor = options.factor or DEFAULTS["factor"]
        levels = parse_levels(factor, library.drugs["bdnf"], "bath", "factor")
        if len(levels) > 1:
            raise InputError(
                f"names {len(levels)} concentrations of BDNF", where="factor", do="Name one"
            )
        series = ligands.series(levels[0].amount)
        unstimulated = Arm("vehicle, no BDNF")
        return cls(
            scenario,
            options,
            settings,
            protocol,
            ligands,
            levels[0],
            series,
            unstimulated,
            (*series.arms, unstimulated),
        )

    @property
    def design(self) -> tuple[str, ...]:
        """Doses, sampling and size in words."""
        ligands, protocol = self.ligands, self.protocol
        other = f", with and without {ligands.antagonist_label}" if ligands.antagonist else ""
        return (
            (
                f"{ligands.name} {format_levels(ligands.levels)} for "
                f"{protocol.pretreatment_h:g} h{other}"
            ),
            (
                f"wash, {protocol.equilibration_min:g} min, first sample; BDNF {self.bdnf.label} "
                f"for {protocol.stimulus_min:g} min, second sample; net release is their difference"
            ),
            self.size_label,
        )

    @property
    def extra_cv(self) -> Mapping[str, float]:
        """Receptors vary between cultures."""
        return {EXPRESSION: self.protocol.culture_cv}

    def dosing(self) -> tuple[Dosing, ...]:
        """Drug and antagonist before and after the wash, then BDNF."""
        return self.protocol.dosing(self.ligands.drug, self.ligands.antagonist)

    def read(self, simulator: Simulator, subjects: Sequence[Mapping[str, float]]) -> ArmReadings:
        """Both samples of each well and their difference; the response is its mean."""
        samples = glutamate_in_samples(simulator, self.protocol, self.arms, subjects)
        values = glutamate_readings(
            self.protocol, self.arms, samples, self.options.replicates, self.options.seed
        )
        before, after = values[..., 0], values[..., 1]
        net = after - before
        return ArmReadings(self.arms, {BASELINE: before, AFTER: after, NET: net}, net.mean(axis=2))

    def true_response(self, typical: TypicalSubject, arms: Sequence[Arm]) -> Floats:
        """Net release of the typical culture [nM]."""
        return _net_release(self.protocol, typical, arms)

    def analyse(self, readings: ArmReadings, typical: TypicalSubject) -> Analysis:
        """Curves and folds of the cultures; the fold with and without antagonist."""
        cultures = self.own_cultures(readings)
        series, ligands = self.series, self.ligands
        curves = fit_cultures(
            [arm.drug for arm in series.alone],
            cultures.output(NET, series.alone),
            unit="nM",
            model=self.options.curve,
            drug=ligands.name,
            variance="proportional",
        )
        vehicle = cultures.response_of(series.vehicle)
        fold = {
            arm.name: folds("fold", cultures.response_of(arm), vehicle, ligands.name)
            for arm in series.arms
        }
        true_curve = self.true_curve(typical)
        percent = {arm.name: 100.0 * cultures.response_of(arm) / vehicle for arm in series.arms}
        plot = DoseResponse(
            self.title,
            ligands.name,
            "net release (% of vehicle)",
            ligands.levels,
            self.plot_groups(percent),
            curves,
            100.0 / vehicle,
        )
        other = (f"with {ligands.antagonist_label}",) if series.blocked else ()
        return Analysis(
            endpoints=self.curve_endpoints(curves, true_curve),
            columns=("fold of vehicle", *other),
            groups=self._groups(fold),
            comparisons=self._comparisons(fold),
            tables={
                "wells": well_table(cultures, self.factor, cultures.outputs),
                "dose_response": self._series_table(cultures),
                "cultures": curve_table(curves),
            },
            plots=(dose_response_plot(plot),),
            release=release_of(
                cultures, ligands, (BASELINE, AFTER), stimulus=self.factor, title=self.title
            ),
            remarks=(
                *curves.remarks,
                *missing_folds(fold),
                *self._detection_remark(cultures),
                *self._wash_remark(typical, true_curve),
            ),
        )

    def _groups(self, fold: Mapping[str, tuple[Estimate | None, ...]]) -> tuple[VirtualGroup, ...]:
        """Fold of vehicle at each level, without and with antagonist."""
        series = self.series
        labels = ["vehicle", *(level.label for level in self.ligands.levels)]
        alone = [None, *(pooled_fold(fold[arm.name]) for arm in series.drug)]
        if not series.blocked:
            return tuple(
                VirtualGroup(label, (one,)) for label, one in zip(labels, alone, strict=True)
            )
        blocked = [pooled_fold(fold[arm.name]) for arm in series.with_antagonist]
        return tuple(
            VirtualGroup(label, (one, other))
            for label, one, other in zip(labels, alone, blocked, strict=True)
        )

    def _comparisons(
        self, fold: Mapping[str, tuple[Estimate | None, ...]]
    ) -> tuple[GroupComparison, ...]:
        series, k = self.series, self.ligands.compared
        if not series.blocked:
            return ()
        return compare_folds(
            fold[series.drug[k].name],
            fold[series.blocked[k].name],
            (self.ligands.compared_label, f"with {self.ligands.antagonist_label}"),
        )

    def _series_table(self, cultures: ArmReadings) -> Columns:
        """The wells of the dose series without antagonist, ready to be fitted."""
        net = cultures.output(NET, self.series.alone)
        concentrations = np.array([arm.drug for arm in self.series.alone])
        shape = net.shape
        return {
            "culture": [str(k + 1) for k in range(shape[0]) for _ in range(shape[1] * shape[2])],
            "drug_nM": np.tile(np.repeat(concentrations, shape[2]), shape[0]).tolist(),
            NET: net.ravel().tolist(),
        }

    def _detection_remark(self, cultures: ArmReadings) -> tuple[str, ...]:
        limit = self.protocol.limit_of_detection_nM
        n = int((cultures.outputs[BASELINE] < limit).sum())
        if not n:
            return ()
        return (f"{n} baseline samples lie below the limit of detection, {limit:g} nM",)

    def _wash_remark(self, typical: TypicalSubject, true_curve: Floats) -> tuple[str, ...]:
        """The largest potentiation if the wash removed the drug."""
        retained = self.protocol.retained_fraction
        if not retained > 0:
            return ()
        washed = replace(self, protocol=replace(self.protocol, retained_fraction=0.0))
        without = washed.true_curve(typical)
        return (
            (
                f"After the wash {100 * retained:g} % of the drug still acts (assumed); with none "
                f"(--assume retained_fraction=0) the largest potentiation would be "
                f"{without[-1] / without[0]:.2f}-fold instead of "
                f"{true_curve[-1] / true_curve[0]:.2f}"
            ),
        )


def _net_release(protocol: GlutamateAssay, typical: TypicalSubject, arms: Sequence[Arm]) -> Floats:
    samples = glutamate_in_samples(typical.simulator, protocol, arms, [typical.values])[0]
    return np.asarray(samples[:, 1] - samples[:, 0])

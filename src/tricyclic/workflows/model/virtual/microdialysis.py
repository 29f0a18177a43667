"""The microdialysis experiment: groups of rats, percent of their own baseline, area, power."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import ClassVar

import numpy as np

from tricyclic.assays.binding.compare_conditions import compare_conditions
from tricyclic.core.course_plot import TimeCoursePanel, TimeCoursePlot
from tricyclic.core.dosing import Dosing, is_sustained
from tricyclic.core.estimate import Estimate
from tricyclic.core.plot_data import PointSet, Trace
from tricyclic.core.scenario import Scenario
from tricyclic.io.library.library import Library
from tricyclic.io.write_tables import Columns
from tricyclic.reports.words import sentence
from tricyclic.results.binding import GroupComparison
from tricyclic.results.microdialysis import MicrodialysisResult
from tricyclic.results.virtual_assay import AssaySetting, VirtualEndpoint, VirtualGroup
from tricyclic.simulation.run import Simulator
from tricyclic.simulation.virtual.common import Arm, Floats
from tricyclic.simulation.virtual.microdialysis import (
    SCENARIO,
    DialysisAssay,
    dialysate_concentrations,
    dialysis_readings,
    percent_of_baseline,
)
from tricyclic.simulation.virtual.power import group_power
from tricyclic.workflows.extraction import extraction_note
from tricyclic.workflows.model.options import VirtualAssayOptions
from tricyclic.workflows.model.virtual.curves import mean_estimate
from tricyclic.workflows.model.virtual.experiment import (
    Analysis,
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
    format_levels,
    parse_levels,
)
from tricyclic.workflows.model.virtual.rats import RatGroup, analyse_rats
from tricyclic.workflows.model.virtual.settings import assay_with_settings

DRUG, DOSES, PERFUSED = "desipramine", "1, 3, 10 mg/kg", "1, 10 uM"
# Route of reverse dialysis through the probe, wherever the probe is.
BY_PROBE = "probe"
EXAMPLE_DOSES = {"pump": "1 mg/kg/d"}
PROTOCOL = "guide_desipramine"
FROM_PROTOCOL = ("flow_uL_per_min", "fraction_min", "baseline_fractions", "after_h")
AMOUNT, PERCENT = "norepinephrine_fmol", "percent_of_baseline"


@dataclass(frozen=True)
class MicrodialysisExperiment(VirtualExperiment):
    """Norepinephrine in dialysate of rats before and after a dose; each rat has one dose."""

    scenario: Scenario
    options: VirtualAssayOptions
    settings: tuple[AssaySetting, ...]
    protocol: DialysisAssay
    drug: str
    drug_name: str
    route: str
    levels: tuple[DoseLevel, ...]
    arms: tuple[Arm, ...]

    assay: ClassVar[str] = "microdialysis"
    title: ClassVar[str] = "Microdialysis of norepinephrine in the rat"
    sample_unit: ClassVar[str] = "rats in each group"
    subject_noun: ClassVar[str] = "rats"
    pool_size: ClassVar[int] = 80

    @classmethod
    def declare(cls, options: VirtualAssayOptions, library: Library) -> MicrodialysisExperiment:
        """The experiment of the options."""
        scenario = library.scenario(SCENARIO)
        protocol, settings = assay_with_settings(
            DialysisAssay,
            options.assume,
            from_protocol=FROM_PROTOCOL,
            protocol=PROTOCOL,
            specified={"region": options.region or None},
        )
        route = protocol.site.route if options.route == BY_PROBE else options.route or "ip"
        perfused = route.startswith("probe_")
        example = "1 nM" if perfused else EXAMPLE_DOSES.get(route, "1 mg/kg")
        drug = find_drug(options.drug or DRUG, scenario, library.drugs, route, example)
        doses = options.concentrations or (PERFUSED if perfused else DOSES)
        levels = parse_levels(doses, drug, route, "concentrations")
        name = display_name(drug)
        arms = (Arm("vehicle"), *(Arm(f"{name} {one.label}", one.amount) for one in levels))
        return cls(scenario, options, settings, protocol, drug.name, name, route, levels, arms)

    @property
    def vehicle(self) -> Arm:
        """The group without drug."""
        return self.arms[0]

    @property
    def groups(self) -> tuple[tuple[Arm, slice], ...]:
        """Each arm with its own rats: no rat is in two groups."""
        n = self.options.animals
        return tuple((arm, slice(g * n, (g + 1) * n)) for g, arm in enumerate(self.arms))

    @property
    def duration_h(self) -> float:
        """Duration of a pump or of the perfusion [h]; 0 for a single dose."""
        protocol = self.protocol
        return protocol.end_h - protocol.dose_h if is_sustained(self.route) else 0.0

    @property
    def design(self) -> tuple[str, ...]:
        """Doses, sampling and size in words."""
        protocol = self.protocol
        how = f"by {self.route}"
        if self.route.startswith("probe_"):
            how = f"in the perfusate for {self.duration_h:g} h"
        return (
            (
                f"{self.drug_name} {format_levels(self.levels)} {how}, or vehicle; probe in the "
                f"{protocol.site.label}, {protocol.flow_uL_per_min:g} uL/min"
            ),
            (
                f"{protocol.baseline_fractions} baseline fractions of {protocol.fraction_min:g} min"
                f", then {protocol.after_fractions}; percent of each rat's own baseline"
            ),
            f"{self.options.animals} rats in each group",
        )

    @property
    def n_subjects(self) -> int:
        """Rats of all groups."""
        return self.options.animals * len(self.arms)

    @property
    def effects(self) -> tuple[Effect, ...]:
        """Each dose against vehicle."""
        return tuple(Effect(arm, self.vehicle) for arm in self.arms[1:])

    @property
    def power_test(self) -> PowerTest:
        """Groups have different rats."""
        return group_power

    def dosing(self) -> tuple[Dosing, ...]:
        """One dose at the end of the baseline."""
        start_h = self.protocol.dose_h
        return (Dosing(self.drug, self.route, 1.0, start_h=start_h, duration_h=self.duration_h),)

    def read(self, simulator: Simulator, subjects: Sequence[Mapping[str, float]]) -> ArmReadings:
        """Norepinephrine of each fraction; the response is the mean after the dose [%]."""
        protocol, seed = self.protocol, self.options.seed
        dialysate, _ = dialysate_concentrations(simulator, protocol, self.arms, subjects, seed)
        amount = dialysis_readings(protocol, self.arms, dialysate, seed)
        percent = percent_of_baseline(protocol, amount)
        response = self._after(percent).mean(axis=2)
        return ArmReadings(self.arms, {AMOUNT: amount, PERCENT: percent}, response)

    def analyse(self, readings: ArmReadings, typical: TypicalSubject) -> Analysis:
        """Mean, highest fraction and area of each group; each dose against vehicle."""
        true_dialysate, true_fluid = self._true_percent(typical)
        protocol = self.protocol
        hours = protocol.after_fractions * (protocol.fraction_min / 60.0)
        measured, reason = self._as_measured(readings)
        return Analysis(
            endpoints=tuple(
                VirtualEndpoint(
                    mean_estimate(
                        "mean after the dose",
                        readings.response_of(arm)[rats],
                        "% of baseline",
                        arm.name,
                    ),
                    float(true_dialysate[arm.name].mean()),
                )
                for arm, rats in self.groups
            ),
            columns=(
                "highest fraction (biased up)",
                f"area over baseline, 0 to {hours:g} h",
                "truth around the probe",
                "truth in dialysate",
            ),
            groups=tuple(
                self._group(readings, arm, rats, true_fluid[arm.name], true_dialysate[arm.name])
                for arm, rats in self.groups
            ),
            comparisons=self._comparisons(readings),
            tables={"fractions": self._fraction_table(readings)},
            plots=(self._plot(readings, true_dialysate),),
            remarks=(
                *self._detection_remark(readings),
                *self._missing_remark(readings),
                *self._recovery_remark(true_fluid, true_dialysate),
                *reason,
            ),
            microdialysis=measured,
        )

    def _as_measured(
        self, readings: ArmReadings
    ) -> tuple[MicrodialysisResult | None, tuple[str, ...]]:
        """The rats as a measured study; without one, the reason."""
        groups = [
            RatGroup(arm.name, rats.start, readings.output(AMOUNT, [arm])[rats, 0])
            for arm, rats in self.groups
        ]
        result, reason = analyse_rats(
            self.protocol, groups, self.vehicle.name, self.title, self.options.seed
        )
        if result is None:
            return None, reason
        return replace(result, extraction_note=self._note()), ()

    def _note(self) -> str:
        """What applies to percent of baseline if the drug blocks uptake; else empty."""
        return extraction_note((), self.drug, self.options.library, "NE")

    def _after(self, percent: Floats) -> Floats:
        """The fractions after the dose."""
        return percent[..., self.protocol.baseline_fractions :]

    def _percent(self, readings: ArmReadings, arm: Arm, rats: slice) -> Floats:
        """Percent of baseline of the rats of a group, shape (rats, fractions)."""
        return readings.output(PERCENT, [arm])[rats, 0]

    def _true_percent(self, typical: TypicalSubject) -> tuple[dict[str, Floats], dict[str, Floats]]:
        """Fractions after the dose of the typical rat without error, in dialysate and around the
        probe, by arm.
        """
        protocol = replace(self.protocol, probe_cv=0.0)
        courses = dialysate_concentrations(
            typical.simulator, protocol, self.arms, [typical.values], self.options.seed
        )
        dialysate, fluid = (
            self._after(percent_of_baseline(protocol, course)[0]) for course in courses
        )
        names = [arm.name for arm in self.arms]
        return dict(zip(names, dialysate, strict=True)), dict(zip(names, fluid, strict=True))

    def _group(
        self, readings: ArmReadings, arm: Arm, rats: slice, fluid: Floats, dialysate: Floats
    ) -> VirtualGroup:
        after = self._after(self._percent(readings, arm, rats))
        area = (after - 100.0).sum(axis=1) * (self.protocol.fraction_min / 60.0)
        return VirtualGroup(
            arm.name,
            (
                mean_estimate("highest fraction", after.max(axis=1), "%"),
                mean_estimate("area", area, "% h"),
                Estimate("fluid", float(fluid.mean()), "%", n_experiments=0),
                Estimate("dialysate", float(dialysate.mean()), "%", n_experiments=0),
            ),
        )

    def _comparisons(self, readings: ArmReadings) -> tuple[GroupComparison, ...]:
        """The mean after the dose of each group against vehicle."""

        def means(arm: Arm, rats: slice) -> list[Estimate]:
            # A rat without baseline is left out before its response is known. One whose response
            # has no logarithm cannot be: the others would be a selection by the outcome.
            known = readings.response_of(arm)[rats]
            known = known[np.isfinite(known)]
            if (known <= 0).any():
                return []
            return [
                Estimate("mean after the dose", float(value), "%", where=arm.name)
                for value in known
            ]

        vehicle, *others = self.groups
        control = means(*vehicle)
        return tuple(
            compare_conditions(control, treated, names=(self.vehicle.name, arm.name))
            for arm, rats in others
            if control and (treated := means(arm, rats))
        )

    def _detection_remark(self, readings: ArmReadings) -> tuple[str, ...]:
        limit = self.protocol.limit_of_detection_fmol
        amounts = np.concatenate(
            [readings.output(AMOUNT, [arm])[rats].ravel() for arm, rats in self.groups]
        )
        n = int((amounts < limit).sum())
        if not n:
            return ()
        return (
            f"{n} of {amounts.size} fractions lie below the limit of detection, {limit:g} fmol",
        )

    def _missing_remark(self, readings: ArmReadings) -> tuple[str, ...]:
        missing = [np.isnan(readings.response_of(arm)[rats]).sum() for arm, rats in self.groups]
        if not sum(missing):
            return ()
        return (
            f"{sum(missing)} rats have no baseline or could not be simulated, and are left out",
        )

    def _recovery_remark(
        self, fluid: Mapping[str, Floats], dialysate: Mapping[str, Floats]
    ) -> tuple[str, ...]:
        """How much dialysate understates the rise in the tissue, of a drug that blocks uptake."""
        if not self._note():
            return ()
        highest = self.arms[-1].name
        text = (
            f"Dialysate underestimates the rise: after {highest} the mean norepinephrine around "
            f"the probe is {fluid[highest].mean():.0f} % of baseline and that in dialysate "
            f"{dialysate[highest].mean():.0f} %, because less norepinephrine reaches the probe "
            "when its transporter is blocked"
        )
        return (text,)

    def _fraction_table(self, readings: ArmReadings) -> Columns:
        """One row per fraction."""
        protocol = self.protocol
        n = protocol.baseline_fractions + protocol.after_fractions
        rats = [(arm, k) for arm, group in self.groups for k in range(group.start, group.stop)]
        start = (np.arange(n) - protocol.baseline_fractions) * protocol.fraction_min
        amount, percent = (
            np.concatenate([readings.output(name, [arm])[k, 0] for arm, k in rats])
            for name in (AMOUNT, PERCENT)
        )
        return {
            "group": [arm.name for arm, _ in rats for _ in range(n)],
            "rat": [str(k + 1) for _, k in rats for _ in range(n)],
            "fraction": [float(i + 1) for _ in rats for i in range(n)],
            "start_min": np.tile(start, len(rats)).tolist(),
            "end_min": np.tile(start + protocol.fraction_min, len(rats)).tolist(),
            "volume_uL": [protocol.volume_uL] * (len(rats) * n),
            AMOUNT: amount.tolist(),
            "dialysate_nM": (amount / protocol.volume_uL).tolist(),
            PERCENT: percent.tolist(),
        }

    def _plot(self, readings: ArmReadings, truth: Mapping[str, Floats]) -> TimeCoursePlot:
        """Means of the groups with standard errors, over the course of the typical rat; the dose is
        at time 0.
        """
        protocol = self.protocol
        x = protocol.middles_h
        last = protocol.end_h - protocol.dose_h
        base = np.full(protocol.baseline_fractions, 100.0)
        # The first and the last value are continued to the ends of the axis.
        ends = np.r_[-protocol.dose_h, x, last]
        traces = tuple(
            Trace(arm.name, ends, np.r_[100.0, base, truth[arm.name], truth[arm.name][-1]])
            for arm in self.arms
        )
        points = [
            _group_points(arm.name, x, self._percent(readings, arm, rats))
            for arm, rats in self.groups
        ]
        panel = TimeCoursePanel(
            f"norepinephrine in dialysate, {protocol.site.label}",
            "% of baseline",
            traces,
            tuple(one for one in points if one is not None),
            level=100.0,
        )
        lasts, note = self.duration_h > 0, self._note()
        return TimeCoursePlot(
            "fractions",
            f"{self.title} (simulated)",
            (panel,),
            self.design[0],
            "time after the start of the drug" if lasts else "time after the dose",
            () if lasts else (0.0,),
            ((0.0, last),) if lasts else (),
            caption=" ".join(
                ["Lines: the typical rat without error.", *map(sentence, filter(None, [note]))]
            ),
            points_label=(
                f"synthetic, no experiment; mean ± SEM of {self.options.animals} simulated rats in "
                f"each group, at the middle of fractions of {protocol.fraction_min:g} min"
            ),
        )


def _group_points(name: str, x: Floats, percent: Floats) -> PointSet | None:
    known = percent[np.isfinite(percent).all(axis=1)]
    if not len(known):
        return None
    error = known.std(axis=0, ddof=1) / np.sqrt(len(known)) if len(known) > 1 else None
    return PointSet(name, x, known.mean(axis=0), error=error)

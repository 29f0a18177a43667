"""Affinity of each compound on a competition plate, from one fit of all its wells.

Where counts can be converted to amounts the fit solves the exact mass balance of radioligand,
competitor and sites. Cheng-Prusoff value, IC50, slope and the classical analyses are computed for
comparison.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from tricyclic.assays.binding.affinity import ki_from_ic50
from tricyclic.assays.binding.classical import (
    Preparation,
    scale_to_controls,
    subtract_nonspecific,
)
from tricyclic.assays.binding.error_budget import error_budget
from tricyclic.assays.binding.estimates import (
    NANOMOLAR,
    bmax_unit,
    from_linear,
    from_log10,
    magnitude,
    scaled,
)
from tricyclic.assays.binding.plate_models import (
    IC50_CURVE,
    PER_COMPOUND,
    Curves,
    competition_curve,
    compound_parameter,
    fit_parts,
    fixed_values,
    mask_values,
    variance_model,
)
from tricyclic.assays.binding.readings import PlateReadings
from tricyclic.core.analysis_options import AnalysisOptions
from tricyclic.core.estimate import Estimate, Fit
from tricyclic.core.series import Series
from tricyclic.errors import FitFailedError
from tricyclic.fitting.choose import CandidateModel, compare
from tricyclic.fitting.fit import fit
from tricyclic.fitting.problem import FitPart
from tricyclic.results.binding import ErrorShare, GroupComparison

HILL_CURVE = "one_site_competition_hill"
TWO_SITE_CURVE = "two_site_competition"
TWO_SITES = {"competition_with_depletion": "two_site_competition_with_depletion"}
# Sites below this share of the IC50 leave the slope of the curve at 1.
FEW_SITES = 0.1
# Change of a known number by which its effect on the Ki is determined.
STEP = 1.02
AFFINITIES = (
    ("log10_ki", "Ki"),
    ("log10_ki_high", "Ki high"),
    ("log10_ki_low", "Ki low"),
    ("log10_ic50", "IC50"),
)


class CompetitionPlate:
    """Analysis of one competition plate.

    Parameters
    ----------
    readings : PlateReadings
        Wells of the plate.
    curves : mapping of str to CurveModel
        The registry of curve models.
    method : AnalysisOptions
    where : str
        Name of the plate.
    rng : Generator, optional
        For the simulations of `method.calibrate`.
    """

    def __init__(
        self,
        readings: PlateReadings,
        curves: Curves,
        method: AnalysisOptions,
        where: str,
        rng: np.random.Generator | None = None,
    ) -> None:
        self.readings, self.curves, self.method = readings, curves, method
        self.where, self.rng = where, rng
        self.compounds = [compound for compound, _ in readings.series]
        self.conditions = readings.conditions
        self.variance = variance_model(readings, method)
        self.model = curves[competition_curve(readings, method, where)]
        self.values = {**readings.fixed, **mask_values(self.conditions)}

    def candidate_model(self, name: str | None = None) -> CandidateModel:
        """A curve model (by default that of the plate) for all wells, with its fixed values."""
        model = self.model if name is None else self.curves[name]
        # Without a known affinity at the masked site, the competitor is assumed to bind there as at
        # the wanted site.
        equal = {} if "log10_ki_masked" in self.values else {"log10_ki_masked": "log10_ki"}
        parts = fit_parts(self.readings.series, model, self.where, equal)
        return CandidateModel(
            parts, fixed_values(model, self.values), description=model.description
        )

    def fit(self, name: str | None = None, *, intervals: bool = True) -> Fit:
        """Fit a curve model (by default that of the plate) to all wells, with intervals for the
        parameters that are reported.
        """
        candidate = self.candidate_model(name)
        free = {
            parameter.name
            for parameter in candidate.parts[0].model.parameters
            if not parameter.fixed_by_default
        }
        reported = [
            self._name(parameter, compound)
            for parameter in PER_COMPOUND
            if parameter in free
            for compound in self.compounds
        ]
        reported += [parameter for parameter in ("log10_bmax", "log10_kd") if parameter in free]
        return fit(
            candidate.parts,
            fixed=candidate.fixed,
            variance=self.variance,
            intervals=reported if intervals else "none",
            confidence=self.method.confidence,
        )

    def estimates(self, main: Fit) -> tuple[Estimate, ...]:
        """Ki of each compound (where the curve has one), and the density of sites."""
        if not main.ok:
            return ()
        estimates = []
        for compound in self.compounds:
            for parameter, label in AFFINITIES:
                name = self._name(parameter, compound)
                if name in main:
                    affinity = self._nM(main, name, label, compound)
                    estimates.append(self._within_range(affinity, compound))
        if "log10_kd" in main and not main["log10_kd"].fixed:
            estimates.append(self._nM(main, "log10_kd", "Kd", self.conditions.radioligand))
        if "log10_bmax" in main and "signal_per_M" in main:
            unit, factor = bmax_unit(self.conditions)
            estimates.append(
                from_log10(
                    main,
                    "log10_bmax",
                    "Bmax",
                    unit,
                    factor,
                    subject=self.conditions.radioligand,
                    target=self.conditions.target,
                    where=self.where,
                )
            )
        return tuple(estimates)

    def alternatives(self, main: Fit) -> tuple[tuple[str, tuple[Estimate, ...]], ...]:
        """IC50, slope and Cheng-Prusoff Ki from the same wells, and the classical analyses."""
        if not main.ok:
            return ()
        ic50s = self._ic50_and_ki(self.fit(IC50_CURVE))
        alternatives = [
            ("one fit of the raw wells: IC50, then Cheng-Prusoff", ic50s),
            ("one fit of the raw wells, slope free", self._slopes(self.fit(HILL_CURVE))),
        ]
        if self.method.classical:
            alternatives += [
                (
                    "non-specific mean subtracted, then fitted",
                    self._classical(subtract_nonspecific),
                ),
                (
                    "scaled to 0-100 % of the controls, plateaus fixed, then fitted",
                    self._classical(scale_to_controls),
                ),
            ]
        return tuple((label, estimates) for label, estimates in alternatives if estimates)

    def comparisons(self, main: Fit) -> tuple[GroupComparison, ...]:
        """Whether two sites describe the wells better than one, and whether the slope differs from
        1.

        Where the fit solves the mass balance so does the two-site curve. The slope is tested only
        where the sites are so few that depletion does not steepen the curve.
        """
        one = self.model.name if self.model.name in TWO_SITES else IC50_CURVE
        tests = [("one site or two", one, TWO_SITES.get(one, TWO_SITE_CURVE))]
        if self._sites_are_few(main):
            tests.insert(0, ("Hill slope = 1", IC50_CURVE, HILL_CURVE))
        comparisons = []
        for name, simple, full in tests:
            try:
                comparison = compare(
                    self.candidate_model(simple),
                    self.candidate_model(full),
                    variance=self.variance,
                    name=name,
                    simulations=self.method.calibrate,
                    rng=self.rng,
                )
            except FitFailedError:
                # One of the two curves could not be fitted, so there is nothing to compare; the
                # checks of that fit report it.
                continue
            comparisons.append(comparison)
        return tuple(comparisons)

    def budget(self, main: Fit) -> tuple[ErrorShare, ...]:
        """Contributions to the error of the Ki of the first compound."""
        name = self._name("log10_ki", self.compounds[0])
        if not main.ok or name not in main:
            return ()
        return error_budget(main, name, self.conditions, leverages=self._leverages(main, name))

    def _leverages(self, main: Fit, name: str) -> dict[str, float]:
        """Change of log Ki per change of the logarithm of each known number, from a second fit with
        the number increased by 2 %.
        """
        step = math.log10(STEP)
        candidate = self.candidate_model()
        values = dict(candidate.fixed)
        hot = self.conditions.radioligand_nM
        trials = {}
        if "signal_per_M" in values:
            brighter = {**values, "signal_per_M": values["signal_per_M"] * STEP}
            # Where the radioligand is counted in each run, the counting efficiency also determines
            # how much was added.
            counted = hot is not None and hot.per_run
            parts = _scale_radioligand(candidate.parts, 1 / STEP) if counted else candidate.parts
            trials["counting"] = (parts, brighter)
        trials["radioligand added"] = (_scale_radioligand(candidate.parts, STEP), values)
        if "log10_kd" in values:
            weaker = {**values, "log10_kd": values["log10_kd"] + step}
            trials["Kd of the radioligand"] = (candidate.parts, weaker)
        start = {parameter.name: parameter.value for parameter in main.free}
        leverages = {}
        for label, (parts, fixed) in trials.items():
            again = fit(
                parts, fixed=fixed, variance=self.variance, intervals="none", starts=[start]
            )
            if again.ok:
                leverages[label] = (again[name].value - main[name].value) / step
        if "counting" in leverages:
            counting = leverages.pop("counting")
            leverages |= {"specific activity": counting, "counting efficiency": counting}
        return leverages

    def _sites_are_few(self, main: Fit) -> bool:
        if not main.ok or "log10_bmax" not in main or "signal_per_M" not in main:
            return True
        names = [self._name("log10_ki", compound) for compound in self.compounds]
        lowest = min((main[name].value for name in names if name in main), default=math.inf)
        limit = lowest + math.log10(self._ic50_over_ki()) + math.log10(FEW_SITES)
        return main["log10_bmax"].value < limit

    def _ic50_over_ki(self) -> float:
        """1 + L / Kd; 1 where either is unknown."""
        hot, kd = self.conditions.radioligand_nM, self.conditions.radioligand_kd_nM
        return 1.0 + hot.value / kd.value if hot is not None and kd is not None else 1.0

    def _within_range(self, estimate: Estimate, compound: str) -> Estimate:
        """The estimate, or a bound where half of the binding was not displaced within the tested
        concentrations.
        """
        series = next(series for name, series in self.readings.series if name == compound)
        doses = series.x["competitor_M"][series.x["competitor_M"] > 0] * NANOMOLAR
        shift = 1.0 if estimate.name == "IC50" else self._ic50_over_ki()
        least, most = float(doses.min()) / shift, float(doses.max()) / shift
        if estimate.qualifier == "=" and estimate.value > most:
            value = min(most, estimate.low) if estimate.low > 0 else most
            return replace(
                estimate,
                value=value,
                low=value,
                high=math.inf,
                qualifier=">",
                method=f"{estimate.method}; half displaced beyond the highest dose",
            )
        if estimate.qualifier == "=" and estimate.value < least:
            value = max(least, estimate.high) if math.isfinite(estimate.high) else least
            return replace(
                estimate,
                value=value,
                low=0.0,
                high=value,
                qualifier="<",
                method=f"{estimate.method}; half displaced below the lowest dose",
            )
        return estimate

    def _name(self, parameter: str, compound: str) -> str:
        return compound_parameter(parameter, compound, self.compounds)

    def _nM(self, result: Fit, parameter: str, label: str, subject: str) -> Estimate:
        return from_log10(
            result,
            parameter,
            label,
            "nM",
            NANOMOLAR,
            subject=subject,
            target=self.conditions.target,
            where=self.where,
        )

    def _slopes(self, result: Fit) -> tuple[Estimate, ...]:
        if not result.ok:
            return ()
        return tuple(
            magnitude(
                from_linear(
                    result,
                    self._name("hill", compound),
                    "Hill slope",
                    "",
                    subject=compound,
                    target=self.conditions.target,
                    where=self.where,
                )
            )
            for compound in self.compounds
        )

    def _ic50_and_ki(self, result: Fit) -> tuple[Estimate, ...]:
        if not result.ok:
            return ()
        estimates: list[Estimate] = []
        for compound in self.compounds:
            ic50 = self._nM(result, self._name("log10_ic50", compound), "IC50", compound)
            estimates += [ic50, *self._cheng_prusoff(ic50)]
        return tuple(estimates)

    def _cheng_prusoff(self, ic50: Estimate) -> tuple[Estimate, ...]:
        radioligand, kd = self.conditions.radioligand_nM, self.conditions.radioligand_kd_nM
        if radioligand is None or kd is None:
            return ()
        factor = float(
            ki_from_ic50(1.0, radioligand_nM=radioligand.value, radioligand_kd_nM=kd.value)
        )
        method = f"{ic50.method}, IC50 x {factor:.4g}"
        return (scaled(ic50, factor, name="Ki (Cheng-Prusoff)", unit="nM", method=method),)

    def _classical(self, prepare: Preparation) -> tuple[Estimate, ...]:
        controls = [series for _, series in self.readings.series]
        model = self.curves[IC50_CURVE]
        estimates: list[Estimate] = []
        for compound, series in self.readings.series:
            prepared = prepare(series, controls)
            if prepared is None:
                return ()
            readings, fixed = prepared
            result = fit(
                readings,
                model,
                fixed=fixed,
                variance="constant",
                intervals="target",
                confidence=self.method.confidence,
            )
            if result.ok:
                ic50 = self._nM(result, model.target, "IC50", compound)
                estimates += [ic50, *self._cheng_prusoff(ic50)]
        return tuple(estimates)


def _scale_radioligand(parts: Sequence[FitPart], factor: float) -> tuple[FitPart, ...]:
    """The parts of a fit with the added radioligand multiplied."""
    return tuple(replace(part, series=_scaled_series(part.series, factor)) for part in parts)


def _scaled_series(series: Series, factor: float) -> Series:
    radioligand_M = series.x["radioligand_M"] * factor
    return replace(series, x={**series.x, "radioligand_M": radioligand_M})

"""Affinity of each compound on a competition plate, from one fit of all its wells.

Where counts can be converted to amounts the fit solves the exact mass balance of radioligand,
competitor and sites. Cheng-Prusoff value, IC50, slope and the classical analyses are computed for
comparison.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import replace

import numpy as np

from tricyclic.assays.binding.affinity import ki_from_ic50
from tricyclic.assays.binding.classical import (
    Preparation,
    scale_to_controls,
    subtract_nonspecific,
)
from tricyclic.assays.binding.estimates import (
    NANOMOLAR,
    bmax_unit,
    from_linear,
    from_log10,
    magnitude,
    scaled,
    within_doses,
)
from tricyclic.assays.binding.masked_sites import (
    CURVE,
    UNKNOWN_FACTOR,
    fixed_values_under_mask,
    mask_checks,
)
from tricyclic.assays.binding.model_tests import (
    SLOPE_TEST,
    TWO_SITE_TEST,
    TWO_SITES_LABEL,
    compare_with_fuller,
    slope_curve,
    two_sites_fit_better,
)
from tricyclic.assays.binding.plate_models import (
    IC50_CURVE,
    PER_COMPOUND,
    Curves,
    competition_curve,
    compound_parameter,
    fit_parts,
    fixed_values,
    variance_model,
)
from tricyclic.assays.binding.readings import PlateReadings
from tricyclic.core.analysis_options import AnalysisOptions
from tricyclic.core.check import Check
from tricyclic.core.curve_model import CurveModel
from tricyclic.core.estimate import Estimate, Fit
from tricyclic.fitting.choose import CandidateModel, compare
from tricyclic.fitting.fit import fit
from tricyclic.results.binding import LOGISTIC_SLOPE, GroupComparison

HILL_CURVE = "one_site_competition_hill"
TWO_SITE_CURVE = "two_site_competition"
TWO_SITES = {"competition_with_depletion": "two_site_competition_with_depletion"}
# Curves of one site without depletion: the same curve in other parameters.
ONE_SITE_CURVES = (IC50_CURVE, "competition_ki")
SLOPE = "Hill slope"
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
        self.values = {**readings.fixed, **fixed_values_under_mask(self.conditions)}
        self._slope: Fit | None = None
        self._others: dict[str, Fit] = {}

    def candidate_model(self, curve: str | CurveModel | None = None) -> CandidateModel:
        """A curve model (by default that of the plate) for all wells, with its fixed values."""
        model = self._curve(curve)
        # Without a known affinity at the masked site, the competitor is assumed to bind there as at
        # the wanted site.
        equal = {} if "log10_ki_masked" in self.values else {"log10_ki_masked": "log10_ki"}
        parts = fit_parts(self.readings.series, model, self.where, equal)
        return CandidateModel(
            parts, fixed_values(model, self.values), description=model.description
        )

    def _curve(self, curve: str | CurveModel | None) -> CurveModel:
        if curve is None:
            return self.model
        return self.curves[curve] if isinstance(curve, str) else curve

    def fit(
        self,
        curve: str | CurveModel | None = None,
        *,
        intervals: bool = True,
        only: Sequence[str] = (),
        starts: Sequence[Mapping[str, float]] | None = None,
    ) -> Fit:
        """Fit a curve model (by default that of the plate) to all wells, with intervals for the
        parameters that are reported, or `only` for some of those that a compound has for itself.
        """
        candidate = self.candidate_model(curve)
        free = {
            parameter.name
            for parameter in candidate.parts[0].model.parameters
            if not parameter.fixed_by_default
        }
        reported = [
            self._name(parameter, compound)
            for parameter in only or PER_COMPOUND
            if parameter in free
            for compound in self.compounds
        ]
        shared = () if only else ("log10_bmax", "log10_kd")
        reported += [parameter for parameter in shared if parameter in free]
        return fit(
            candidate.parts,
            fixed=candidate.fixed,
            variance=self.variance,
            intervals=reported if intervals else "none",
            confidence=self.method.confidence,
            starts=starts,
        )

    def refit(self, start: Mapping[str, float]) -> Fit:
        """Fit the curve of the plate from a start, without intervals."""
        return self.fit(intervals=False, starts=[start])

    def estimates(self, main: Fit) -> tuple[Estimate, ...]:
        """Ki (where the curve has one) and slope of each compound, and the density of sites."""
        if not main.ok:
            return ()
        return (
            *self._affinities(main),
            *self._slope_estimates(main),
            *self._kd_and_sites(main),
        )

    def logistic_estimates(self, main: Fit) -> tuple[Estimate, ...]:
        """IC50 and slope (nH) of each compound by a logistic with a free slope, of all wells; empty
        where the fitted curve has an IC50 of its own.

        Both are in terms of the competitor added, as the curve looks on the plate: depletion and
        further sites change them. An IC50 that the readings do not determine is left out. Where the
        affinity is only a bound so is the IC50, with a slope of 1, and there is no slope.
        """
        if not main.ok or "log10_ic50" in {p.name for p in self.model.parameters}:
            return ()
        bounded = {e.subject for e in self._affinities(main) if e.qualifier != "="}
        estimates = []
        for compound in self.compounds:
            # Of readings that only limit the affinity, a free slope finds a curve in their scatter.
            curve = IC50_CURVE if compound in bounded else HILL_CURVE
            result = self._beside(curve)
            if not result.ok:
                continue
            ic50 = self._nM(result, self._name("log10_ic50", compound), "IC50", compound)
            ic50 = self._within_range(ic50, compound)
            kind = "slope 1" if compound in bounded else "free slope"
            estimates.append(replace(ic50, method=f"{ic50.method}, logistic with {kind}"))
            if curve == HILL_CURVE and ic50.qualifier == "=":
                slope = self._slopes(result)[self.compounds.index(compound)]
                method = f"{slope.method}, logistic with {kind}"
                estimates.append(replace(slope, name=LOGISTIC_SLOPE, method=method))
        return tuple(e for e in estimates if math.isfinite(e.value))

    def _beside(self, curve: str) -> Fit:
        """A fit of all wells by another curve, made once."""
        if curve not in self._others:
            self._others[curve] = self.fit(curve)
        return self._others[curve]

    def fitted_estimates(self, main: Fit) -> tuple[Estimate, ...]:
        """The estimates that are parameters of a fit: without slopes, which need another fit."""
        return (*self._affinities(main), *self._kd_and_sites(main))

    def _kd_and_sites(self, main: Fit) -> list[Estimate]:
        estimates = []
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
        return estimates

    def _affinities(self, result: Fit) -> list[Estimate]:
        estimates = []
        for compound in self.compounds:
            for parameter, label in AFFINITIES:
                name = self._name(parameter, compound)
                if name in result:
                    affinity = self._nM(result, name, label, compound)
                    estimates.append(self._within_range(affinity, compound))
        return estimates

    def alternatives(self, main: Fit) -> tuple[tuple[str, tuple[Estimate, ...]], ...]:
        """IC50, slope and Cheng-Prusoff Ki from the same wells, and the classical analyses."""
        if not main.ok:
            return ()
        ic50s = self._ic50_and_ki(self._beside(IC50_CURVE))
        alternatives = [
            ("one fit of the raw wells: IC50, then Cheng-Prusoff", ic50s),
            ("one fit of the raw wells, slope free", self._slopes(self._beside(HILL_CURVE))),
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
        """Whether the slope differs from 1, and whether two sites describe the wells better than
        one.

        The slope is that of the fitted curve, so that depletion and masked sites do not count as a
        slope. Where the fit solves the mass balance so does the two-site curve. Under a mask the
        wells have a second site by design, and two sites are not compared with one.
        """
        comparisons = [self._slope_comparison(main), self._site_comparison(main)]
        return tuple(comparison for comparison in comparisons if comparison is not None)

    def two_sites(
        self, comparisons: Sequence[GroupComparison]
    ) -> tuple[tuple[str, tuple[Estimate, ...]], ...]:
        """Both affinities and the share of the high one, where two sites fit better than one."""
        if not two_sites_fit_better(comparisons):
            return ()
        fitted = self.fit(self._two_site_curve())
        if not fitted.ok:
            return ()
        shares = (
            from_linear(
                fitted,
                self._name("fraction_high", compound),
                "share of the high-affinity site",
                "%",
                100.0,
                subject=compound,
                target=self.conditions.target,
                where=self.where,
            )
            for compound in self.compounds
        )
        return ((TWO_SITES_LABEL, (*self._affinities(fitted), *shares)),)

    def _slope_comparison(self, main: Fit) -> GroupComparison | None:
        curve, full = slope_curve(self.model), self._with_slope(main)
        if curve is None or full is None:
            return None
        return self._compared(SLOPE_TEST, main, full, self.model, curve)

    def _site_comparison(self, main: Fit) -> GroupComparison | None:
        if self.model.name == CURVE or not main.ok:
            return None
        one = self.model.name if self.model.name in TWO_SITES else IC50_CURVE
        two = self._two_site_curve()
        simple = main if one == self.model.name else self._beside(one)
        full = self.fit(two, intervals=False)
        comparison = self._compared(TWO_SITE_TEST, simple, full, self.curves[one], self.curves[two])
        is_about_fit = self.model.name in (*TWO_SITES, *ONE_SITE_CURVES)
        return None if comparison is None else replace(comparison, tests_fit=is_about_fit)

    def _two_site_curve(self) -> str:
        return TWO_SITES.get(self.model.name, TWO_SITE_CURVE)

    def _compared(
        self, name: str, simple: Fit, full: Fit, one: CurveModel, other: CurveModel
    ) -> GroupComparison | None:
        """The comparison of two fits; None where one could not be fitted, so that there is nothing
        to compare (the checks of that fit report it).
        """
        if not (simple.ok and full.ok):
            return None
        calibrated = math.nan
        if self.method.calibrate and self.rng is not None:
            calibrated = compare(
                self.candidate_model(one),
                self.candidate_model(other),
                variance=self.variance,
                simulations=self.method.calibrate,
                rng=self.rng,
            ).p_calibrated
        return compare_with_fuller(
            simple,
            full,
            name=name,
            simple_name=one.description,
            full_name=other.description,
            p_calibrated=calibrated,
        )

    def _with_slope(self, main: Fit) -> Fit | None:
        """The fitted curve with a slope for each compound; None where it has none."""
        curve = slope_curve(self.model)
        if curve is None or not main.ok:
            return None
        if self._slope is None:
            self._slope = self.fit(curve, only=("hill",))
        return self._slope if self._slope.ok else None

    def _slope_estimates(self, main: Fit) -> list[Estimate]:
        """Hill slope of each compound, beside what depletion and masked sites do to the curve; of
        one whose midpoint is only a bound, there is no slope.
        """
        with_slope = main if "hill" in {p.name for p in self.model.parameters} else None
        if with_slope is None:
            with_slope = self._with_slope(main)
        if with_slope is None:
            return []
        bounded = {e.subject for e in self._affinities(main) if e.qualifier != "="}
        return [e for e in self._slopes(with_slope) if e.subject not in bounded]

    def checks(self, main: Fit) -> tuple[Check, ...]:
        """Checks of the masked sites; empty without a mask."""
        if not main.ok or self.model.name != CURVE:
            return ()
        return mask_checks(
            main,
            [series for _, series in self.readings.series],
            self.conditions,
            self.compounds,
            self._with_other_masked_ki(main),
        )

    def _with_other_masked_ki(self, main: Fit) -> tuple[float, ...]:
        """Ki [nM] if that at the masked site is not the same, but lower or higher."""
        if "log10_ki_masked" in self.values or len(self.compounds) != 1:
            return ()
        parts = fit_parts(self.readings.series, self.model, self.where)
        fixed = fixed_values(self.model, self.values)
        values = []
        for factor in (1 / UNKNOWN_FACTOR, UNKNOWN_FACTOR):
            masked = main["log10_ki"].value + math.log10(factor)
            other = fit(
                parts,
                fixed={**fixed, "log10_ki_masked": masked},
                variance=self.variance,
                intervals="none",
                starts=[main.values],
            )
            values.append(10 ** other["log10_ki"].value * NANOMOLAR if other.ok else math.nan)
        return tuple(values)

    def _ic50_over_ki(self) -> float:
        """1 + L / Kd; 1 where either is unknown."""
        hot, kd = self.conditions.radioligand_nM, self.conditions.radioligand_kd_nM
        return 1.0 + hot.value / kd.value if hot is not None and kd is not None else 1.0

    def _within_range(self, estimate: Estimate, compound: str) -> Estimate:
        """The estimate, or a bound where half of the binding was not displaced within the tested
        concentrations.
        """
        series = next(series for name, series in self.readings.series if name == compound)
        shift = 1.0 if estimate.name == "IC50" else self._ic50_over_ki()
        return within_doses(estimate, series.x["competitor_M"] * NANOMOLAR / shift)

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
                    SLOPE,
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

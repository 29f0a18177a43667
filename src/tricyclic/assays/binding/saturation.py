"""Kd and density of sites from total and non-specific wells over a range of radioligand.

Total and non-specific wells are fitted together, with one shared non-specific binding. Where counts
can be converted to amounts the free radioligand is solved for, else it is assumed to be what was
added.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Literal

import numpy as np

from tricyclic.assays.binding.estimates import (
    NANOMOLAR,
    bmax_unit,
    density_unit,
    from_linear,
    from_log10,
)
from tricyclic.assays.binding.model_tests import (
    BACKGROUND_TEST,
    TWO_SITE_TEST,
    TWO_SITES_LABEL,
    compare_with_fuller,
    two_sites_fit_better,
)
from tricyclic.assays.binding.plate_models import fixed_values, variance_model
from tricyclic.assays.binding.radioactivity import missing_for_moles
from tricyclic.assays.binding.readings import PlateReadings
from tricyclic.core.analysis_options import AnalysisOptions
from tricyclic.core.curve_model import CurveModel
from tricyclic.core.estimate import Estimate, Fit
from tricyclic.core.format import enumerate_words, pluralize
from tricyclic.core.series import Series
from tricyclic.errors import InputError
from tricyclic.fitting.choose import CandidateModel, compare
from tricyclic.fitting.fit import FitPart, fit
from tricyclic.results.binding import GroupComparison

MIN_LEVELS_FOR_TWO_SITES = 7
TWO_SITES = {
    "saturation": "saturation_two_sites",
    "saturation_with_depletion": "saturation_two_sites_with_depletion",
}


class SaturationPlate:
    """Analysis of one saturation plate or table.

    Parameters
    ----------
    readings : PlateReadings
        One series with columns `radioligand_M` and `specific`.
    curves : mapping of str to CurveModel
        The registry of curve models.
    method : AnalysisOptions
    where : str
        Name of the plate.
    kind : {"saturation", "homologous"}
    rng : Generator, optional
        For the simulations of `method.calibrate`.
    """

    def __init__(
        self,
        readings: PlateReadings,
        curves: Mapping[str, CurveModel],
        method: AnalysisOptions,
        where: str,
        kind: str,
        rng: np.random.Generator | None = None,
    ) -> None:
        self.readings, self.curves, self.method = readings, curves, method
        self.where, self.kind, self.rng = where, kind, rng
        self.conditions = readings.conditions
        self.series = readings.series[0][1]
        self.variance = variance_model(readings, method)
        self.model = curves[self._curve_name()]

    def _curve_name(self) -> str:
        levels = np.unique(self.series.x["radioligand_M"])
        if levels[-1] <= 0:
            raise InputError(
                "the concentrations of radioligand are missing",
                where=self.where,
                do="Add radioligand to the layout",
            )
        if self.method.model != "auto":
            return self.method.model
        countable = "signal_per_M" in self.readings.fixed
        if self.kind == "homologous":
            if not countable:
                unit = self.series.y_unit
                missing = missing_for_moles(self.conditions, unit)
                raise InputError(
                    f"readings in {unit} cannot be converted to moles in the well, and homologous "
                    "competition needs that",
                    where=self.where,
                    allowed="" if missing else "Readings are counts, cpm, dpm, fmol, fmol/mg or nM",
                    do=f"Provide {enumerate_words(missing)}" if missing else "Provide the unit",
                )
            return "homologous_competition"
        if levels.size < 4:
            raise InputError(
                f"the wells have {pluralize(levels.size, 'concentration')} of radioligand",
                where=self.where,
                allowed="A saturation needs 4 or more",
            )
        return "saturation_with_depletion" if countable else "saturation"

    def fit(
        self,
        curve: str | CurveModel | None = None,
        *,
        free: Sequence[str] = (),
        intervals: Literal["all", "none"] = "all",
        starts: Sequence[Mapping[str, float]] | None = None,
    ) -> Fit:
        """Fit a curve model (by default that of the plate) to all wells."""
        model = self.curves[curve] if isinstance(curve, str) else curve or self.model
        given = self._given(model)
        return fit(
            self.series,
            model,
            fixed=given,
            free=free,
            variance=self.variance,
            intervals=intervals,
            confidence=self.method.confidence,
            starts=starts,
        )

    def refit(self, start: Mapping[str, float]) -> Fit:
        """Fit the curve of the plate from a start, without intervals."""
        return self.fit(intervals="none", starts=[start])

    def fitted_estimates(self, main: Fit) -> tuple[Estimate, ...]:
        """The estimates that are parameters of a fit."""
        return self.estimates(main)

    def estimates(self, main: Fit) -> tuple[Estimate, ...]:
        """Kd and Bmax (of each site, where there are two)."""
        if not main.ok:
            return ()
        common = {
            "subject": self.conditions.radioligand,
            "target": self.conditions.target,
            "where": self.where,
        }
        estimates = []
        for name, label in (
            ("log10_kd", "Kd"),
            ("log10_kd_high", "Kd high"),
            ("log10_kd_low", "Kd low"),
        ):
            if name in main:
                estimates.append(from_log10(main, name, label, "nM", NANOMOLAR, **common))
        for name, label in (
            ("log10_bmax", "Bmax"),
            ("log10_bmax_high", "Bmax high"),
            ("log10_bmax_low", "Bmax low"),
        ):
            if name in main:
                unit, factor = (
                    bmax_unit(self.conditions)
                    if "signal_per_M" in main
                    else (self.series.y_unit, 1.0)
                )
                estimates.append(from_log10(main, name, label, unit, factor, **common))
        unit, factor = density_unit(self.series.y_unit, self.conditions)
        if "signal_per_M" in self.readings.fixed:
            unit, per_molar = bmax_unit(self.conditions)
            factor = per_molar / self.readings.fixed["signal_per_M"]
        for name, label in (("bmax", "Bmax"), ("bmax_high", "Bmax high"), ("bmax_low", "Bmax low")):
            if name in main:
                estimates.append(from_linear(main, name, label, unit, factor, **common))
        return tuple(estimates)

    def alternatives(self, main: Fit) -> tuple[tuple[str, tuple[Estimate, ...]], ...]:
        """Estimates of other common analyses of the same wells."""
        if not main.ok or self.kind != "saturation":
            return ()
        alternatives = []
        if self._background_is_assumed():
            with_background = self.estimates(self.fit(free=("background",)))
            alternatives.append(
                ("total and non-specific together, background fitted", with_background)
            )
        specific = self._specific_readings() if self.method.classical else None
        if specific is not None:
            result = fit(
                specific,
                self.curves["saturation_specific"],
                variance="constant",
                intervals="all",
                confidence=self.method.confidence,
            )
            alternatives.append(("non-specific subtracted, then fitted", self.estimates(result)))
        return tuple((label, estimates) for label, estimates in alternatives if estimates)

    def comparisons(self, main: Fit) -> tuple[GroupComparison, ...]:
        """Whether two sites, or a background, describe the wells better."""
        tests: list[tuple[str, CurveModel, tuple[str, ...]]] = []
        if (
            self.model.name in TWO_SITES
            and np.unique(self.series.x["radioligand_M"]).size >= MIN_LEVELS_FOR_TWO_SITES
        ):
            tests.append((TWO_SITE_TEST, self.curves[TWO_SITES[self.model.name]], ()))
        if self._background_is_assumed():
            tests.append((BACKGROUND_TEST, self.model, ("background",)))
        comparisons = []
        for name, model, free in tests:
            full = self.fit(model, free=free, intervals="none")
            # Where one of the two curves could not be fitted there is nothing to compare; the
            # checks of that fit report it.
            if not (main.ok and full.ok):
                continue
            calibrated = math.nan
            if self.method.calibrate and self.rng is not None:
                calibrated = compare(
                    self._candidate(self.model),
                    self._candidate(model, free),
                    variance=self.variance,
                    simulations=self.method.calibrate,
                    rng=self.rng,
                ).p_calibrated
            comparisons.append(
                compare_with_fuller(
                    main,
                    full,
                    name=name,
                    simple_name=self.model.description,
                    full_name=model.description,
                    p_calibrated=calibrated,
                )
            )
        return tuple(comparisons)

    def two_sites(
        self, comparisons: Sequence[GroupComparison]
    ) -> tuple[tuple[str, tuple[Estimate, ...]], ...]:
        """Kd and density of both sites, where two sites fit better than one."""
        if not two_sites_fit_better(comparisons):
            return ()
        estimates = self.estimates(self.fit(TWO_SITES[self.model.name]))
        return ((TWO_SITES_LABEL, estimates),) if estimates else ()

    def candidate_model(self) -> CandidateModel:
        """The curve model of the plate for all wells, with its fixed values."""
        return self._candidate(self.model)

    def _candidate(self, model: CurveModel, free: tuple[str, ...] = ()) -> CandidateModel:
        return CandidateModel(
            (FitPart(self.series, model),), self._given(model), free, model.description
        )

    def _given(self, model: CurveModel) -> dict[str, float]:
        # A saturation determines the Kd, so a known Kd is not used.
        return {
            name: value
            for name, value in fixed_values(model, self.readings.fixed).items()
            if name != "log10_kd"
        }

    def _background_is_assumed(self) -> bool:
        has = "background" in {p.name for p in self.model.parameters}
        return (
            has and self.readings.fixed.get("background", 0.0) == 0.0 and self.kind == "saturation"
        )

    def _specific_readings(self) -> Series | None:
        """Total readings less the mean non-specific reading at the same concentration."""
        s = self.series
        hot, specific = s.x["radioligand_M"], s.x["specific"] > 0
        floors = {
            level: float(np.mean(s.y[~specific & (hot == level)]))
            for level in np.unique(hot[~specific])
        }
        kept = specific & np.isin(hot, list(floors))
        if kept.sum() < 4:
            return None
        y = s.y[kept] - np.array([floors[level] for level in hot[kept]])
        return Series(
            f"{s.name}, specific", y, s.y_unit, {"radioligand_M": hot[kept]}, s.experiment, s.group
        )

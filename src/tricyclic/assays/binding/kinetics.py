"""Rate constants, residence time and the Kd that they imply, from readings over time; also Schild
and allosteric plates.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Literal

import numpy as np

from tricyclic.assays.binding.estimates import (
    NANOMOLAR,
    bmax_unit,
    from_linear,
    from_log10,
    magnitude,
    natural,
)
from tricyclic.assays.binding.model_tests import PHASE_TEST, compare_with_fuller, phase_curve
from tricyclic.assays.binding.plate_models import (
    compound_parameter,
    fit_parts,
    fixed_values,
    variance_model,
)
from tricyclic.assays.binding.readings import PlateReadings
from tricyclic.core.analysis_options import AnalysisOptions
from tricyclic.core.check import Check
from tricyclic.core.curve_model import CurveModel
from tricyclic.core.estimate import Estimate, Fit, Qualifier
from tricyclic.core.format import pluralize
from tricyclic.errors import InputError
from tricyclic.fitting.choose import CandidateModel
from tricyclic.fitting.fit import fit
from tricyclic.results.binding import GroupComparison
from tricyclic.stats.statistics import t_quantile

# Parameter, estimate, unit and factor.
RATES = (
    ("log10_kon", "kon", "1/(M min)", 1.0),
    ("log10_koff", "koff", "1/min", 1.0),
    ("log10_k3", "kon", "1/(M min)", 1.0),
    ("log10_k4", "koff", "1/min", 1.0),
    ("log10_kobs", "kobs", "1/min", 1.0),
)
LINEAR = (("pa2", "pA2"), ("schild_slope", "Schild slope"), ("hill", "Hill slope"))
LOGARITHMIC = (
    ("log10_ec50", "EC50", "nM", NANOMOLAR),
    ("log10_kb", "KB", "nM", NANOMOLAR),
    ("log10_alpha", "cooperativity", "", 1.0),
)
OF_COMPETITOR = ("log10_k3", "log10_k4")
MIN_TIMES = 4
# Standard error in decades above which the readings do not determine a ratio of rates.
UNDETERMINED_DECADES = 6.0
INVERTED: dict[Qualifier, Qualifier] = {"=": "=", ">": "<", "<": ">"}


class KineticsPlate:
    """Analysis of a plate that was read over time, or over agonist and antagonist.

    `kind` names the experiment: association, dissociation, association_then_dissociation,
    competitive_association (Motulsky-Mahan), schild or allosteric.
    """

    CURVES: Mapping[str, str] = {
        "schild": "gaddum_schild",
        "allosteric": "allosteric_ternary_complex",
    }

    def __init__(
        self,
        readings: PlateReadings,
        curves: Mapping[str, CurveModel],
        method: AnalysisOptions,
        where: str,
        kind: str,
    ) -> None:
        self.readings, self.method, self.where, self.kind = readings, method, where, kind
        self.conditions = readings.conditions
        self.variance = variance_model(readings, method)
        self.compounds = [compound for compound, _ in readings.series]
        chosen = self.CURVES.get(kind, kind)
        if kind == "association" and "signal_per_M" in readings.fixed:
            chosen = "association_with_depletion"
        self.model = curves[chosen if method.model == "auto" else method.model]
        times = np.unique(
            np.concatenate([series.x.get("time_min", np.zeros(1)) for _, series in readings.series])
        )
        if kind not in self.CURVES and times.size < MIN_TIMES:
            raise InputError(
                f"the wells have {pluralize(times.size, 'time')}",
                where=where,
                allowed=f"Kinetics need {MIN_TIMES} or more",
                do="Add time_min to the layout",
            )

    def candidate_model(self, model: CurveModel | None = None) -> CandidateModel:
        """The curve model for all wells, with its fixed values."""
        model = model or self.model
        rates = self._known_rates()
        fixed = fixed_values(model, {**rates, **self.readings.fixed})
        if self._one_concentration() and "log10_koff" in rates:
            # The readings determine only kon L + koff, so koff comes from a dissociation
            # experiment.
            fixed["log10_koff"] = rates["log10_koff"]
        if self.kind == "competitive_association":
            # The curve of Motulsky and Mahan determines the rates of the competitor; those of the
            # radioligand come from another experiment.
            fixed |= rates
        return CandidateModel(
            fit_parts(self.readings.series, model, self.where),
            fixed,
            description=model.description,
        )

    def fit(
        self,
        model: CurveModel | None = None,
        *,
        intervals: Literal["all", "none"] = "all",
        starts: Sequence[Mapping[str, float]] | None = None,
    ) -> Fit:
        """Fit the curve model to all wells."""
        candidate = self.candidate_model(model)
        return fit(
            candidate.parts,
            fixed=candidate.fixed,
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
        """Rate constants, residence time, and the affinity that the rates imply."""
        if not main.ok:
            return ()
        estimates = self._rates(main)
        if "log10_bmax" in main and not main["log10_bmax"].fixed:
            unit, factor = bmax_unit(self.conditions)
            hot = self.conditions.radioligand
            estimates.append(self._from_log10(main, "log10_bmax", "Bmax", unit, factor, hot))
        estimates += self._affinities(main)
        for parameter, label in LINEAR:
            if parameter in main and not main[parameter].fixed:
                target = self.conditions.target
                estimate = from_linear(main, parameter, label, "", target=target, where=self.where)
                estimates.append(magnitude(estimate) if parameter == "hill" else estimate)
        for parameter, label, unit, factor in LOGARITHMIC:
            if parameter in main and not main[parameter].fixed:
                estimates.append(self._from_log10(main, parameter, label, unit, factor))
        return tuple(estimates)

    def comparisons(self, main: Fit) -> tuple[GroupComparison, ...]:
        """Whether the time course has more than one phase."""
        curve = phase_curve(self.model, [series for _, series in self.readings.series])
        if curve is None or not main.ok or len(main.free) >= main.n - 1:
            return ()
        full = self.fit(curve, intervals="none")
        if not full.ok:
            return ()
        return (
            compare_with_fuller(
                main,
                full,
                name=PHASE_TEST,
                simple_name=self.model.description,
                full_name=curve.description,
            ),
        )

    def checks(self, main: Fit) -> tuple[Check, ...]:
        """Whether the wells determine both rates, and whether these agree with the Kd at
        equilibrium.
        """
        if self._one_concentration() and main.ok and not main["log10_koff"].fixed:
            return (self._rates_check(),)
        kd = self.conditions.radioligand_kd_nM
        kinetic = [one for one in self.estimates(main) if one.name == "Kd (koff / kon)"]
        if kd is None or not kinetic or math.isnan(kinetic[0].value):
            return ()
        estimate = kinetic[0]
        agrees = (
            estimate.low <= kd.value <= estimate.high or 0.5 <= estimate.value / kd.value <= 2.0
        )
        return (
            Check(
                "kinetic_against_equilibrium_kd",
                "pass" if agrees else "warn",
                f"the rates give a Kd of {estimate.value:.3g} nM, "
                f"equilibrium gave {kd.value:.3g} nM",
                where=self.where,
                value=estimate.value,
                limit=kd.value,
                unit="nM",
                advice=""
                if agrees
                else "Check for slow equilibration, depletion or a second step of binding",
                source="motulsky_1984",
            ),
        )

    def _rates(self, main: Fit) -> list[Estimate]:
        """Rate constants, each koff with its residence time."""
        estimates = []
        for parameter, label, unit, factor in RATES:
            of_competitor = parameter in OF_COMPETITOR
            for compound in self.compounds if of_competitor else [""]:
                name, subject = parameter, self.conditions.radioligand
                if of_competitor:
                    name = compound_parameter(parameter, compound, self.compounds)
                    subject = compound
                if name not in main or main[name].fixed:
                    continue
                rate = self._from_log10(main, name, label, unit, factor, subject)
                estimates += [rate, _residence_time(rate)] if label == "koff" else [rate]
        return estimates

    def _affinities(self, main: Fit) -> list[Estimate]:
        """Kd and Ki as ratios of the rates."""
        estimates = []
        for on, off, compounds, label in (
            ("log10_kon", "log10_koff", [""], "Kd"),
            ("log10_k3", "log10_k4", self.compounds, "Ki"),
        ):
            for compound in compounds:
                names = tuple(
                    compound_parameter(name, compound, self.compounds) if compound else name
                    for name in (on, off)
                )
                # A rate at its bound is not determined, and neither is its ratio to another.
                known = all(name in main and not main[name].at_bound for name in names)
                if known and not all(main[name].fixed for name in names):
                    subject = compound or self.conditions.radioligand
                    estimates.append(
                        self._ratio(main, names[1], names[0], f"{label} (koff / kon)", subject)
                    )
        return estimates

    def _rates_check(self) -> Check:
        return Check(
            "rates_apart",
            "fail",
            "all wells have the same radioligand concentration, so the readings determine only "
            "kon [L] + koff, not kon and koff separately",
            where=self.where,
            value=1,
            limit=2,
            unit="concentrations",
            source="motulsky_1984",
            advice="Provide koff_per_min from a dissociation experiment, or add wells at a second "
            "concentration",
        )

    def _known_rates(self) -> dict[str, float]:
        rates = {
            "log10_kon": self.conditions.kon_per_M_min,
            "log10_koff": self.conditions.koff_per_min,
        }
        return {name: math.log10(value) for name, value in rates.items() if value}

    def _one_concentration(self) -> bool:
        if self.kind != "association":
            return False
        series = [one for _, one in self.readings.series]
        hot = np.concatenate(
            [one.x["radioligand_M"][one.x.get("specific", np.ones(one.n)) > 0] for one in series]
        )
        return np.unique(hot).size == 1

    def _from_log10(
        self, main: Fit, parameter: str, label: str, unit: str, factor: float, subject: str = ""
    ) -> Estimate:
        return from_log10(
            main,
            parameter,
            label,
            unit,
            factor,
            subject=subject,
            target=self.conditions.target,
            where=self.where,
        )

    def _ratio(self, main: Fit, over: str, under: str, label: str, subject: str) -> Estimate:
        position = {parameter.name: i for i, parameter in enumerate(main.free)}
        signs = {position[n]: s for n, s in ((over, 1.0), (under, -1.0)) if n in position}
        used, gradient = list(signs), np.array(list(signs.values()))
        covariance = main.covariance[np.ix_(used, used)]
        known = bool(np.isfinite(covariance).all())
        se = float(np.sqrt(gradient @ covariance @ gradient)) if known else math.inf
        if se > UNDETERMINED_DECADES:
            se, log_value = math.nan, math.nan
        else:
            log_value = main[over].value - main[under].value
        half_width = t_quantile(main.df, main.confidence) * se
        return Estimate(
            label,
            natural(log_value) * NANOMOLAR,
            "nM",
            natural(log_value - half_width) * NANOMOLAR,
            natural(log_value + half_width) * NANOMOLAR,
            main.confidence,
            log10_se=se,
            method="ratio of rates, delta method on the log scale",
            subject=subject,
            target=self.conditions.target,
            where=self.where,
        )


def _residence_time(off: Estimate) -> Estimate:
    """1 / koff, its limits and qualifier inverted."""
    return Estimate(
        "residence time",
        1.0 / off.value,
        "min",
        _inverse(off.high),
        _inverse(off.low),
        off.confidence,
        INVERTED[off.qualifier],
        off.log10_se,
        method=off.method,
        subject=off.subject,
        target=off.target,
        where=off.where,
    )


def _inverse(value: float) -> float:
    return math.inf if value == 0 else 0.0 if math.isinf(value) else 1.0 / value

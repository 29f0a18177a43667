"""From readings over time to rate constants, residence time and the Kd they imply."""

from __future__ import annotations

import math
from collections.abc import Mapping

import numpy as np

from tricyclic.assays.binding.competition import given_for, own_name, parts_of, variance_for
from tricyclic.assays.binding.estimates import (
    NANOMOLAR,
    bmax_unit,
    from_linear,
    from_log10,
    natural,
)
from tricyclic.assays.binding.readings import Readings
from tricyclic.core.analysis_options import BindingMethod
from tricyclic.core.check import Check
from tricyclic.core.curve_model import CurveModel
from tricyclic.core.estimate import Estimate, Fit, Relation
from tricyclic.errors import InputError
from tricyclic.fitting.choose import Hypothesis
from tricyclic.fitting.fit import fit
from tricyclic.stats.statistics import t_quantile

RATES = (
    ("log10_kon", "kon", "1/(M min)", 1.0),
    ("log10_koff", "koff", "1/min", 1.0),
    ("log10_k3", "kon", "1/(M min)", 1.0),
    ("log10_k4", "koff", "1/min", 1.0),
    ("log10_kobs", "kobs", "1/min", 1.0),
)
OF_COMPETITOR = ("log10_k3", "log10_k4")


class Kinetics:
    """A plate read over time, or over agonist and antagonist, under analysis.

    `kind` names the curve: association, dissociation, association_then_dissociation,
    competitive_association (Motulsky-Mahan), schild or allosteric.
    """

    CURVES: Mapping[str, str] = {
        "schild": "gaddum_schild",
        "allosteric": "allosteric_ternary_complex",
    }

    def __init__(
        self,
        readings: Readings,
        curves: Mapping[str, CurveModel],
        method: BindingMethod,
        where: str,
        kind: str,
    ) -> None:
        self.readings, self.method, self.where, self.kind = readings, method, where, kind
        self.conditions = readings.conditions
        self.variance = variance_for(readings, method)
        self.compounds = [compound for compound, _ in readings.series]
        chosen = self.CURVES.get(kind, kind)
        if kind == "association" and "signal_per_M" in readings.given:
            chosen = "association_with_depletion"
        self.model = curves[chosen if method.model == "auto" else method.model]
        times = np.unique(
            np.concatenate([series.x.get("time_min", np.zeros(1)) for _, series in readings.series])
        )
        if kind not in self.CURVES and times.size < 4:
            raise InputError(
                f"the wells have {times.size} time(s)",
                where=where,
                allowed="Kinetics need 4 or more",
                do="State time_min in the layout",
            )

    def hypothesis(self) -> Hypothesis:
        """The curve for all wells, with what is stated for it."""
        stated = self._rates_stated()
        given = given_for(self.model, {**stated, **self.readings.given})
        if self._one_concentration() and "log10_koff" in stated:
            # Only kon L + koff shows, so the koff of a dissociation experiment stands in.
            given["log10_koff"] = stated["log10_koff"]
        if self.kind == "competitive_association":
            # Motulsky and Mahan's curve tells the competitor's rates; those of the radioligand come from elsewhere.
            given |= stated
        return Hypothesis(
            parts_of(self.readings.series, self.model, self.where), given, says=self.model.says
        )

    def fit(self) -> Fit:
        """Fit the curve to all wells."""
        asked = self.hypothesis()
        return fit(
            asked.parts,
            given=asked.given,
            variance=self.variance,
            intervals="all",
            confidence=self.method.confidence,
        )

    def _rates_stated(self) -> dict[str, float]:
        stated = {
            "log10_kon": self.conditions.kon_per_M_min,
            "log10_koff": self.conditions.koff_per_min,
        }
        return {name: math.log10(value) for name, value in stated.items() if value}

    def estimates(self, main: Fit) -> tuple[Estimate, ...]:
        """Rate constants, residence time, and the affinity that the rates imply."""
        if not main.ok:
            return ()
        out = []
        for parameter, label, unit, factor in RATES:
            for compound in self.compounds if parameter in OF_COMPETITOR else [""]:
                name = (
                    own_name(parameter, compound, self.compounds)
                    if parameter in OF_COMPETITOR
                    else parameter
                )
                if name not in main or main[name].fixed:
                    continue
                subject = compound if parameter in OF_COMPETITOR else self.conditions.radioligand
                out.append(
                    from_log10(
                        main,
                        name,
                        label,
                        unit,
                        factor,
                        subject=subject,
                        target=self.conditions.target,
                        where=self.where,
                    )
                )
                if label == "koff":
                    out.append(self._residence(out[-1]))
        if "log10_bmax" in main and not main["log10_bmax"].fixed:
            unit, factor = bmax_unit(self.conditions)
            hot, target = self.conditions.radioligand, self.conditions.target
            out.append(
                from_log10(
                    main,
                    "log10_bmax",
                    "Bmax",
                    unit,
                    factor,
                    subject=hot,
                    target=target,
                    where=self.where,
                )
            )
        for on, off, compounds, label in (
            ("log10_kon", "log10_koff", [""], "Kd"),
            ("log10_k3", "log10_k4", self.compounds, "Ki"),
        ):
            for compound in compounds:
                names = tuple(
                    own_name(n, compound, self.compounds) if compound else n for n in (on, off)
                )
                # A rate on its bound is not known, and neither is its ratio to another.
                known = all(n in main and not main[n].at_bound for n in names)
                if known and not all(main[n].fixed for n in names):
                    out.append(
                        self._ratio(
                            main,
                            names[1],
                            names[0],
                            f"{label} (koff / kon)",
                            compound or self.conditions.radioligand,
                        )
                    )
        for parameter, label, unit in (
            ("pa2", "pA2", ""),
            ("schild_slope", "Schild slope", ""),
            ("hill", "Hill slope", ""),
        ):
            if parameter in main and not main[parameter].fixed:
                out.append(
                    from_linear(
                        main,
                        parameter,
                        label,
                        unit,
                        target=self.conditions.target,
                        where=self.where,
                    )
                )
        for parameter, label, unit, factor in (
            ("log10_ec50", "EC50", "nM", NANOMOLAR),
            ("log10_kb", "KB", "nM", NANOMOLAR),
            ("log10_alpha", "cooperativity", "", 1.0),
        ):
            if parameter in main and not main[parameter].fixed:
                out.append(
                    from_log10(
                        main,
                        parameter,
                        label,
                        unit,
                        factor,
                        target=self.conditions.target,
                        where=self.where,
                    )
                )
        return tuple(out)

    def _one_concentration(self) -> bool:
        if self.kind != "association":
            return False
        series = [s for _, s in self.readings.series]
        hot = np.concatenate(
            [s.x["radioligand_M"][s.x.get("specific", np.ones(s.n)) > 0] for s in series]
        )
        return np.unique(hot).size == 1

    def checks(self, main: Fit) -> tuple[Check, ...]:
        """Whether the wells can tell the rates apart, and whether these agree with the Kd found at equilibrium."""
        if self._one_concentration() and main.ok and not main["log10_koff"].fixed:
            says = "all wells hold one radioligand concentration, so only kon [L] + koff shows: kon and koff cannot be told apart"
            return (
                Check(
                    "rates_apart",
                    "stop",
                    says,
                    where=self.where,
                    value=1,
                    limit=2,
                    unit="concentrations",
                    source="motulsky_1984",
                    advice="State koff_per_min from a dissociation experiment, or add wells at a second concentration",
                ),
            )
        kd = self.conditions.radioligand_kd_nM
        kinetic = [e for e in self.estimates(main) if e.name == "Kd (koff / kon)"]
        if kd is None or not kinetic:
            return ()
        found = kinetic[0]
        agrees = found.low <= kd.value <= found.high or 0.5 <= found.value / kd.value <= 2.0
        says = f"the rates give a Kd of {found.value:.3g} nM, equilibrium gave {kd.value:.3g} nM"
        return (
            Check(
                "kinetic_against_equilibrium_kd",
                "fine" if agrees else "look",
                says,
                where=self.where,
                value=found.value,
                limit=kd.value,
                unit="nM",
                advice=""
                if agrees
                else "Look for slow equilibration, depletion or a second step of binding",
                source="motulsky_1984",
            ),
        )

    def _residence(self, off: Estimate) -> Estimate:
        turned: dict[Relation, Relation] = {"=": "=", ">": "<", "<": ">"}
        return Estimate(
            "residence time",
            1.0 / off.value,
            "min",
            _inverse(off.high),
            _inverse(off.low),
            off.confidence,
            turned[off.relation],
            off.log10_se,
            method=off.method,
            subject=off.subject,
            target=off.target,
            where=off.where,
        )

    def _ratio(self, main: Fit, over: str, under: str, label: str, subject: str) -> Estimate:
        position = {p.name: i for i, p in enumerate(main.free)}
        gradient = np.zeros(len(main.free))
        for name, sign in ((over, 1.0), (under, -1.0)):
            if name in position:
                gradient[position[name]] = sign
        se = float(np.sqrt(gradient @ main.covariance @ gradient))
        log_value = main[over].value - main[under].value
        reach = t_quantile(main.df, main.confidence) * se
        return Estimate(
            label,
            natural(log_value) * NANOMOLAR,
            "nM",
            natural(log_value - reach) * NANOMOLAR,
            natural(log_value + reach) * NANOMOLAR,
            main.confidence,
            log10_se=se,
            method="ratio of rates, delta method on the log scale",
            subject=subject,
            target=self.conditions.target,
            where=self.where,
        )


def _inverse(value: float) -> float:
    return math.inf if value == 0 else 0.0 if math.isinf(value) else 1.0 / value

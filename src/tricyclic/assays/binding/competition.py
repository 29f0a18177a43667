"""From the wells of a competition plate to the affinity of each compound on it.

All wells are in one fit. Where counts can become moles the fit solves the exact mass balance of
radioligand, competitor and sites; the Cheng-Prusoff value, the IC50, the slope and the classical
analyses stand beside it so that a reader sees what the choice changes.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace

import numpy as np

from tricyclic.assays.binding.affinity import ki_from_ic50
from tricyclic.assays.binding.error_budget import error_budget
from tricyclic.assays.binding.estimates import NANOMOLAR, bmax_unit, from_linear, from_log10, scaled
from tricyclic.assays.binding.readings import Readings
from tricyclic.core.analysis_options import BindingMethod, Variance
from tricyclic.core.conditions import BindingConditions
from tricyclic.core.curve_model import CurveModel
from tricyclic.core.estimate import Estimate, Fit
from tricyclic.core.series import Series
from tricyclic.errors import FitFailedError, InputError
from tricyclic.fitting.choose import Hypothesis, compare
from tricyclic.fitting.fit import Part, fit
from tricyclic.results.binding import Comparison, ErrorShare

Curves = Mapping[str, CurveModel]

IC50_CURVE = "one_site_competition"
HILL_CURVE = "one_site_competition_hill"
TWO_SITE_CURVE = "two_site_competition"
TWO_SITES = {"competition_with_depletion": "two_site_competition_with_depletion"}
# Sites under this share of the IC50 leave the slope of the curve at 1.
FEW_SITES = 0.1
AFFINITIES = (
    ("log10_ki", "Ki"),
    ("log10_ki_high", "Ki high"),
    ("log10_ki_low", "Ki low"),
    ("log10_ic50", "IC50"),
)
OWN_PER_COMPOUND = (
    "log10_ki",
    "log10_ic50",
    "hill",
    "log10_ki_high",
    "log10_ki_low",
    "log10_ic50_high",
    "log10_ic50_low",
    "fraction_high",
    "log10_k3",
    "log10_k4",
)


def curve_for(readings: Readings, method: BindingMethod, where: str) -> str:
    """Name of the curve that the wells and what is stated about them can bear.

    Raises
    ------
    InputError
        If the affinity of the radioligand, or how much was added, is not stated.
    """
    if method.model != "auto":
        return method.model
    conditions = readings.conditions
    if conditions.radioligand_kd_nM is None or conditions.radioligand_nM is None:
        missing = "radioligand_kd_nM" if conditions.radioligand_kd_nM is None else "radioligand_nM"
        words = (
            "the Kd of the radioligand"
            if conditions.radioligand_kd_nM is None
            else "how much radioligand was added"
        )
        raise InputError(
            f"{words} is not stated, and a Ki needs it",
            where=where,
            do=f'State {missing}, or choose the model "{IC50_CURVE}" for an IC50 alone',
        )
    if conditions.mask and conditions.mask_M:
        return "competition_under_mask"
    return "competition_with_depletion" if "signal_per_M" in readings.given else "competition_ki"


def variance_for(readings: Readings, method: BindingMethod) -> Variance:
    """Variance model of the plate: counting noise where the readings are counts, else constant."""
    if method.variance != "auto":
        return method.variance
    return "counting" if readings.counts else "constant"


def parts_of(
    series: Sequence[tuple[str, Series]],
    model: CurveModel,
    scatter: str,
    tied: Mapping[str, str] | None = None,
) -> tuple[Part, ...]:
    """One part per compound: what belongs to the compound gets its name, everything else is shared.

    `tied` maps parameters of the curve to others of its parameters that they are taken to equal.
    """
    compounds = [compound for compound, _ in series]
    parts = []
    for compound, readings in series:
        names = {p.name: p.name for p in model.parameters}
        names |= {
            name: own_name(name, compound, compounds) for name in names if name in OWN_PER_COMPOUND
        }
        names |= {name: names[other] for name, other in (tied or {}).items() if name in names}
        parts.append(Part(readings, model, names, scatter))
    return tuple(parts)


def own_name(parameter: str, compound: str, compounds: Sequence[str]) -> str:
    """Name in the fit of a parameter that belongs to one compound."""
    return parameter if len(compounds) == 1 else f"{parameter}[{compound}]"


def given_for(model: CurveModel, values: Mapping[str, float]) -> dict[str, float]:
    """Those of the stated values that a curve has a place for."""
    known = {parameter.name for parameter in model.parameters if parameter.given}
    return {name: value for name, value in values.items() if name in known}


def mask_values(conditions: BindingConditions) -> dict[str, float]:
    """What a curve with a masking ligand must be told, from the conditions."""
    stated = {
        "log10_kd_masked": conditions.radioligand_kd_masked_nM,
        "log10_mask_kd_masked": conditions.mask_kd_masked_nM,
        "log10_mask_kd": conditions.mask_kd_wanted_nM,
        "log10_ki_masked": conditions.competitor_ki_masked_nM,
    }
    values = {name: float(np.log10(nM * 1e-9)) for name, nM in stated.items() if nM is not None}
    if conditions.masked_bmax_ratio is not None:
        values["masked_ratio"] = conditions.masked_bmax_ratio
    return values


class Competition:
    """One competition plate under analysis: its wells, curves and choices.

    Parameters
    ----------
    readings : Readings
        Wells of the plate.
    curves : mapping of str to CurveModel
        The shelf.
    method : BindingMethod
    where : str
        Name of the plate.
    rng : Generator, optional
        For the simulations that `method.calibrate` asks for.
    """

    def __init__(
        self,
        readings: Readings,
        curves: Curves,
        method: BindingMethod,
        where: str,
        rng: np.random.Generator | None = None,
    ) -> None:
        self.readings, self.curves, self.method, self.where, self.rng = (
            readings,
            curves,
            method,
            where,
            rng,
        )
        self.compounds = [compound for compound, _ in readings.series]
        self.conditions = readings.conditions
        self.variance = variance_for(readings, method)
        self.model = curves[curve_for(readings, method, where)]
        self.values = {**readings.given, **mask_values(self.conditions)}

    def hypothesis(self, name: str | None = None) -> Hypothesis:
        """A curve of the shelf (the plate's own by default) for all its wells, with what is stated for it."""
        model = self.model if name is None else self.curves[name]
        # Where nothing is known of the competitor at the masked site, it is taken to bind there as it does at the wanted one.
        tied = {} if "log10_ki_masked" in self.values else {"log10_ki_masked": "log10_ki"}
        parts = parts_of(self.readings.series, model, self.where, tied)
        return Hypothesis(parts, given_for(model, self.values), says=model.says)

    def fit(self, name: str | None = None, *, limits: bool = True) -> Fit:
        """Fit a curve of the shelf (the plate's own by default) to all its wells, with limits of what is told of it."""
        asked = self.hypothesis(name)
        has = {
            parameter.name for parameter in asked.parts[0].model.parameters if not parameter.given
        }
        wanted = [
            own_name(n, c, self.compounds)
            for n in OWN_PER_COMPOUND
            if n in has
            for c in self.compounds
        ]
        wanted += [n for n in ("log10_bmax", "log10_kd") if n in has]
        return fit(
            asked.parts,
            given=asked.given,
            variance=self.variance,
            intervals=wanted if limits else "none",
            confidence=self.method.confidence,
        )

    def estimates(self, main: Fit) -> tuple[Estimate, ...]:
        """Ki of each compound (where the curve has one), and the density of sites."""
        if not main.ok:
            return ()
        out = []
        for compound in self.compounds:
            for parameter, label in AFFINITIES:
                name = own_name(parameter, compound, self.compounds)
                if name in main:
                    out.append(self._within_range(self._nM(main, name, label, compound), compound))
        if "log10_kd" in main and not main["log10_kd"].fixed:
            out.append(self._nM(main, "log10_kd", "Kd", self.conditions.radioligand))
        if "log10_bmax" in main and "signal_per_M" in main:
            unit, factor = bmax_unit(self.conditions)
            out.append(
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
        return tuple(out)

    def beside(self, main: Fit) -> tuple[tuple[str, tuple[Estimate, ...]], ...]:
        """IC50, slope and Cheng-Prusoff Ki from the same wells, and what the classical analyses give."""
        if not main.ok:
            return ()
        raw = self.fit(IC50_CURVE)
        out = [("one fit of the raw wells: IC50, then Cheng-Prusoff", self._ic50_and_ki(raw))]
        slope = self.fit(HILL_CURVE)
        if slope.ok:
            told = tuple(
                from_linear(
                    slope,
                    own_name("hill", c, self.compounds),
                    "Hill slope",
                    "",
                    subject=c,
                    target=self.conditions.target,
                    where=self.where,
                )
                for c in self.compounds
            )
            out.append(("one fit of the raw wells, slope free", told))
        if self.method.classical:
            out.append(
                ("non-specific mean subtracted, then fitted", self._classical(self._subtracted))
            )
            out.append(
                (
                    "scaled to 0-100 % of the controls, plateaus fixed, then fitted",
                    self._classical(self._normalised),
                )
            )
        return tuple((label, told) for label, told in out if told)

    def comparisons(self, main: Fit) -> tuple[Comparison, ...]:
        """Whether two sites describe the wells better than one, and whether the slope differs from 1.

        Where the fit solves the mass balance so does the two-site curve, and the slope is only judged where the sites are few
        enough for depletion not to steepen the curve.
        """
        one = self.model.name if self.model.name in TWO_SITES else IC50_CURVE
        asked = [("one site or two", one, TWO_SITES.get(one, TWO_SITE_CURVE))]
        if self._sites_are_few(main):
            asked.insert(0, ("Hill slope = 1", IC50_CURVE, HILL_CURVE))
        out = []
        for name, simple, full in asked:
            try:
                found = compare(
                    self.hypothesis(simple),
                    self.hypothesis(full),
                    variance=self.variance,
                    name=name,
                    simulations=self.method.calibrate,
                    rng=self.rng,
                )
            except FitFailedError:
                # One of the two curves could not be fitted, so there is nothing to compare; the fit's own checks say so.
                continue
            out.append(found)
        return tuple(out)

    def _sites_are_few(self, main: Fit) -> bool:
        if not main.ok or "log10_bmax" not in main or "signal_per_M" not in main:
            return True
        hot, kd = self.conditions.radioligand_nM, self.conditions.radioligand_kd_nM
        shift = 1.0 + hot.value / kd.value if hot is not None and kd is not None else 1.0
        names = [own_name("log10_ki", compound, self.compounds) for compound in self.compounds]
        lowest = min((main[name].value for name in names if name in main), default=math.inf)
        return main["log10_bmax"].value < lowest + math.log10(shift) + math.log10(FEW_SITES)

    def budget(self, main: Fit) -> tuple[ErrorShare, ...]:
        """Where the error of the first compound's Ki comes from."""
        name = own_name("log10_ki", self.compounds[0], self.compounds)
        if not main.ok or name not in main:
            return ()
        return error_budget(main, name, self.conditions, leverages=self._leverages(main, name))

    def _leverages(self, main: Fit, name: str) -> dict[str, float]:
        """How log Ki moves with the logarithm of each stated number: fitted again at one that is 2 % more."""
        more = math.log10(1.02)
        asked = self.hypothesis()
        values = dict(asked.given)
        counted = (
            self.conditions.radioligand_nM is not None and self.conditions.radioligand_nM.per_run
        )
        hotter = tuple(replace(part, series=_scaled_hot(part.series, 1.02)) for part in asked.parts)
        # What the counter is told of a decay also decides how much hot mix was counted.
        if "signal_per_M" in values:
            brighter = {**values, "signal_per_M": values["signal_per_M"] * 1.02}
            as_counted = tuple(
                replace(part, series=_scaled_hot(part.series, 1 / 1.02)) for part in asked.parts
            )
            trials = {"counting": (as_counted if counted else asked.parts, brighter)}
        else:
            trials = {}
        trials["radioligand added"] = (hotter, values)
        if "log10_kd" in values:
            trials["Kd of the radioligand"] = (
                asked.parts,
                {**values, "log10_kd": values["log10_kd"] + more},
            )
        start = {parameter.name: parameter.value for parameter in main.free}
        found = {
            label: fit(parts, given=given, variance=self.variance, intervals="none", starts=[start])
            for label, (parts, given) in trials.items()
        }
        moved = {
            label: (again[name].value - main[name].value) / more
            for label, again in found.items()
            if again.ok
        }
        if "counting" in moved:
            moved |= dict.fromkeys(
                ("specific activity", "counting efficiency"), moved.pop("counting")
            )
        return moved

    def _within_range(self, found: Estimate, compound: str) -> Estimate:
        """The estimate, or a bound where half of the binding was never displaced within the doses that were tried."""
        series = next(series for name, series in self.readings.series if name == compound)
        doses = series.x["competitor_M"][series.x["competitor_M"] > 0] * NANOMOLAR
        hot, kd = self.conditions.radioligand_nM, self.conditions.radioligand_kd_nM
        shift = (
            1.0 + hot.value / kd.value
            if found.name != "IC50" and hot is not None and kd is not None
            else 1.0
        )
        least, most = float(doses.min()) / shift, float(doses.max()) / shift
        if found.relation == "=" and found.value > most:
            value = min(most, found.low) if found.low > 0 else most
            return replace(
                found,
                value=value,
                low=value,
                high=math.inf,
                relation=">",
                method=f"{found.method}; half displaced beyond the highest dose",
            )
        if found.relation == "=" and found.value < least:
            value = max(least, found.high) if math.isfinite(found.high) else least
            return replace(
                found,
                value=value,
                low=0.0,
                high=value,
                relation="<",
                method=f"{found.method}; half displaced below the lowest dose",
            )
        return found

    def _nM(self, found: Fit, parameter: str, label: str, subject: str) -> Estimate:
        return from_log10(
            found,
            parameter,
            label,
            "nM",
            NANOMOLAR,
            subject=subject,
            target=self.conditions.target,
            where=self.where,
        )

    def _ic50_and_ki(self, found: Fit) -> tuple[Estimate, ...]:
        if not found.ok:
            return ()
        out = []
        for compound in self.compounds:
            ic50 = self._nM(
                found, own_name("log10_ic50", compound, self.compounds), "IC50", compound
            )
            out.append(ic50)
            out.extend(self._cheng_prusoff(ic50))
        return tuple(out)

    def _cheng_prusoff(self, ic50: Estimate) -> tuple[Estimate, ...]:
        radioligand, kd = self.conditions.radioligand_nM, self.conditions.radioligand_kd_nM
        if radioligand is None or kd is None:
            return ()
        factor = float(
            ki_from_ic50(1.0, radioligand_nM=radioligand.value, radioligand_kd_nM=kd.value)
        )
        return (
            scaled(
                ic50,
                factor,
                name="Ki (Cheng-Prusoff)",
                unit="nM",
                method=f"{ic50.method}, IC50 x {factor:.4g}",
            ),
        )

    def _classical(
        self, prepare: Callable[[Series, Sequence[Series]], tuple[Series, dict[str, float]] | None]
    ) -> tuple[Estimate, ...]:
        controls = [series for _, series in self.readings.series]
        out: list[Estimate] = []
        model = self.curves[IC50_CURVE]
        for compound, series in self.readings.series:
            prepared = prepare(series, controls)
            if prepared is None:
                return ()
            ready, fixed = prepared
            found = fit(
                ready,
                model,
                given=fixed,
                variance="constant",
                intervals="target",
                confidence=self.method.confidence,
            )
            if found.ok:
                ic50 = self._nM(found, model.target, "IC50", compound)
                out += [ic50, *self._cheng_prusoff(ic50)]
        return tuple(out)

    @staticmethod
    def _subtracted(
        series: Series, controls: Sequence[Series]
    ) -> tuple[Series, dict[str, float]] | None:
        floor = _mean(controls, specific=False)
        competing = series.x["competitor_M"] > 0
        return (
            None
            if floor is None
            else (_plain(series, competing, series.y - floor, series.y_unit), {})
        )

    @staticmethod
    def _normalised(
        series: Series, controls: Sequence[Series]
    ) -> tuple[Series, dict[str, float]] | None:
        floor, top = _mean(controls, specific=False), _mean(controls, specific=True)
        if floor is None or top is None or top <= floor:
            return None
        competing = series.x["competitor_M"] > 0
        return _plain(series, competing, 100.0 * (series.y - floor) / (top - floor), "%"), {
            "top": 100.0,
            "bottom": 0.0,
        }


def _mean(controls: Sequence[Series], *, specific: bool) -> float | None:
    found = [
        series.y[((series.x["specific"] > 0) == specific) & (series.x["competitor_M"] == 0)]
        for series in controls
        if "specific" in series.x
    ]
    values = np.concatenate(found) if found else np.empty(0)
    return float(np.mean(values)) if values.size else None


def _scaled_hot(series: Series, factor: float) -> Series:
    return replace(series, x={**series.x, "radioligand_M": series.x["radioligand_M"] * factor})


def _plain(series: Series, mask: np.ndarray, y: np.ndarray, unit: str) -> Series:
    return Series(
        series.name,
        y[mask],
        unit,
        {"competitor_M": series.x["competitor_M"][mask]},
        series.experiment,
        series.group,
    )

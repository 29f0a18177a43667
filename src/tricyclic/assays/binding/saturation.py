"""From total and non-specific wells over a range of radioligand to Kd and the density of sites.

Total and non-specific wells are fitted together, with one shared non-specific binding; where counts can
become moles the free radioligand is solved for, else it is taken to be what was added.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np

from tricyclic.assays.binding.competition import given_for, variance_for
from tricyclic.assays.binding.estimates import NANOMOLAR, bmax_unit, from_linear, from_log10
from tricyclic.assays.binding.readings import Readings
from tricyclic.core.analysis_options import BindingMethod
from tricyclic.core.curve_model import CurveModel
from tricyclic.core.estimate import Estimate, Fit
from tricyclic.core.series import Series
from tricyclic.errors import FitFailedError, InputError
from tricyclic.fitting.choose import Hypothesis, compare
from tricyclic.fitting.fit import Part, fit
from tricyclic.results.binding import Comparison

LEVELS_FOR_TWO_SITES = 7
TWO_SITES = {
    "saturation": "saturation_two_sites",
    "saturation_with_depletion": "saturation_two_sites_with_depletion",
}


class Saturation:
    """One saturation plate (or table) under analysis.

    Parameters
    ----------
    readings : Readings
        One series with columns `radioligand_M` and `specific`.
    curves : mapping of str to CurveModel
        The shelf.
    method : BindingMethod
    where : str
        Name of the plate.
    kind : {"saturation", "homologous"}
    rng : Generator, optional
        For the simulations that `method.calibrate` asks for.
    """

    def __init__(
        self,
        readings: Readings,
        curves: Mapping[str, CurveModel],
        method: BindingMethod,
        where: str,
        kind: str,
        rng: np.random.Generator | None = None,
    ) -> None:
        self.readings, self.curves, self.method, self.where, self.kind = (
            readings,
            curves,
            method,
            where,
            kind,
        )
        self.rng = rng
        self.conditions = readings.conditions
        self.series = readings.series[0][1]
        self.variance = variance_for(readings, method)
        self.model = curves[self._curve_name()]

    def _curve_name(self) -> str:
        levels = np.unique(self.series.x["radioligand_M"])
        if levels[-1] <= 0:
            raise InputError(
                "no well says how much radioligand it holds",
                where=self.where,
                do="State radioligand in the layout",
            )
        if self.method.model != "auto":
            return self.method.model
        countable = "signal_per_M" in self.readings.given
        if self.kind == "homologous":
            if not countable:
                raise InputError(
                    "counts cannot become moles, and homologous competition needs that",
                    where=self.where,
                    do="State specific activity, counting efficiency and volume",
                )
            return "homologous_competition"
        if levels.size < 4:
            raise InputError(
                f"the wells hold {levels.size} concentration(s) of radioligand",
                where=self.where,
                allowed="A saturation needs 4 or more",
            )
        return "saturation_with_depletion" if countable else "saturation"

    def fit(self, name: str | None = None, *, free: Sequence[str] = ()) -> Fit:
        """Fit a curve of the shelf (the plate's own by default) to all wells."""
        model = self.model if name is None else self.curves[name]
        given = self._given(model)
        return fit(
            self.series,
            model,
            given=given,
            free=free,
            variance=self.variance,
            intervals="all",
            confidence=self.method.confidence,
        )

    def estimates(self, main: Fit) -> tuple[Estimate, ...]:
        """Kd and Bmax (of each site, where there are two)."""
        if not main.ok:
            return ()
        common = {
            "subject": self.conditions.radioligand,
            "target": self.conditions.target,
            "where": self.where,
        }
        out = []
        for name, label in (
            ("log10_kd", "Kd"),
            ("log10_kd_high", "Kd high"),
            ("log10_kd_low", "Kd low"),
        ):
            if name in main:
                out.append(from_log10(main, name, label, "nM", NANOMOLAR, **common))
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
                out.append(from_log10(main, name, label, unit, factor, **common))
        unit, factor = self.series.y_unit, 1.0
        if "signal_per_M" in self.readings.given:
            unit, per_molar = bmax_unit(self.conditions)
            factor = per_molar / self.readings.given["signal_per_M"]
        for name, label in (("bmax", "Bmax"), ("bmax_high", "Bmax high"), ("bmax_low", "Bmax low")):
            if name in main:
                out.append(from_linear(main, name, label, unit, factor, **common))
        return tuple(out)

    def beside(self, main: Fit) -> tuple[tuple[str, tuple[Estimate, ...]], ...]:
        """What the other common analyses of the same wells give."""
        if not main.ok or self.kind != "saturation":
            return ()
        out = []
        if self._background_is_assumed():
            out.append(
                (
                    "total and non-specific together, background fitted",
                    self.estimates(self.fit(free=("background",))),
                )
            )
        if self.method.classical:
            specific = self._subtracted()
            if specific is not None:
                found = fit(
                    specific,
                    self.curves["saturation_specific"],
                    variance="constant",
                    intervals="all",
                    confidence=self.method.confidence,
                )
                out.append(("non-specific subtracted, then fitted", self.estimates(found)))
        return tuple((label, told) for label, told in out if told)

    def comparisons(self, main: Fit) -> tuple[Comparison, ...]:
        """One site or two; and whether a background is needed."""
        one = self._hypothesis(self.model)
        asked = []
        if (
            self.model.name in TWO_SITES
            and np.unique(self.series.x["radioligand_M"]).size >= LEVELS_FOR_TWO_SITES
        ):
            asked.append(
                ("one site or two", self._hypothesis(self.curves[TWO_SITES[self.model.name]]))
            )
        if self._background_is_assumed():
            asked.append(("background = 0", self._hypothesis(self.model, free=("background",))))
        out = []
        for name, full in asked:
            try:
                out.append(
                    compare(
                        one,
                        full,
                        variance=self.variance,
                        name=name,
                        simulations=self.method.calibrate,
                        rng=self.rng,
                    )
                )
            except FitFailedError:
                # One of the two curves could not be fitted, so there is nothing to compare; the fit's own checks say so.
                continue
        return tuple(out)

    def hypothesis(self) -> Hypothesis:
        """The plate's own curve for all its wells."""
        return self._hypothesis(self.model)

    def _hypothesis(self, model: CurveModel, free: tuple[str, ...] = ()) -> Hypothesis:
        return Hypothesis((Part(self.series, model),), self._given(model), free, model.says)

    def _given(self, model: CurveModel) -> dict[str, float]:
        # The Kd is what a saturation is made for: a stated one is not what it must find.
        return {
            name: value
            for name, value in given_for(model, self.readings.given).items()
            if name != "log10_kd"
        }

    def _background_is_assumed(self) -> bool:
        has = "background" in {p.name for p in self.model.parameters}
        return (
            has and self.readings.given.get("background", 0.0) == 0.0 and self.kind == "saturation"
        )

    def _subtracted(self) -> Series | None:
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

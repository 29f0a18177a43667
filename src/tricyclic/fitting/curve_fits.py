"""What `tca.fit` and `tricyclic curves fit` give: one fitted curve or many, with the values that
are computed from a fit afterwards.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import Any, Literal

import numpy as np
from numpy.typing import ArrayLike

from tricyclic.core.estimate import WITHOUT_MIDPOINT, Estimate
from tricyclic.core.plot_data import CurvePlot
from tricyclic.core.progress import ProgressCallback
from tricyclic.errors import InputError, UnknownNameError
from tricyclic.fitting.compare_curves import compare_curves
from tricyclic.fitting.curve_estimates import (
    checked_confidence,
    estimate_of,
    name_of_level,
    numbers_of,
)
from tricyclic.fitting.curve_marks import shown_marks
from tricyclic.fitting.curve_plot import fit_plot, titled
from tricyclic.fitting.curve_predictions import Band, Prediction, predicted
from tricyclic.fitting.curve_tables import effective_columns, parameter_columns, prediction_columns
from tricyclic.fitting.derived import PROFILE, DerivedEstimate, Quantity, derived_estimate
from tricyclic.fitting.effective_dose import (
    EffectiveDose,
    dose_column,
    effective_dose,
    log10_ratio,
    marked_beyond,
    profile_effective_dose,
    without_dose,
)
from tricyclic.fitting.fit_groups import GroupedReadings, fit_alone, fit_together
from tricyclic.fitting.fitted_curve import GroupFit, curve_of_fit
from tricyclic.fitting.fitted_curves import FittedCurves
from tricyclic.fitting.python_words import python_words
from tricyclic.io.frames import PandasFrame, pandas_frame
from tricyclic.results.base import Renderable
from tricyclic.results.curves import CurveComparisonResult
from tricyclic.stats.statistics import t_quantile

# Effective doses up to which limits are profiled by default; each takes hundredths of a second.
MAX_PROFILED = 200
# Curves that get a figure each.
MAX_PLOTS = 24
Method = Literal["auto", "profile", "delta"]


@dataclass(frozen=True)
class FitQueries:
    """What is computed from a fit in the same call: effective doses, predictions, a comparison."""

    effective: tuple[tuple[GroupFit, EffectiveDose], ...] = ()
    predictions: tuple[Prediction, ...] = ()
    band: Band = ""
    comparison: CurveComparisonResult | None = None


@dataclass(frozen=True, repr=False, eq=False)
class CurveFitResult(FittedCurves, Renderable):
    """One fitted curve, or many; iterable, and a curve is selected by its key.

    Parameters
    ----------
    queries : FitQueries
        Effective doses, predictions and comparisons that were requested in the same call.
    read_as : tuple of str
        What was recognised in the table without being stated.

    Notes
    -----
    The other fields are those of `FittedCurves`. Of a single curve, the attributes of its `Fit` are
    attributes of the result: `fit["hill"]`, `fit.status`, `fit.checks`, `fit.covariance`.
    """

    queries: FitQueries = field(default_factory=FitQueries)
    read_as: tuple[str, ...] = ()

    def effective_doses(
        self,
        levels: Sequence[float],
        *,
        absolute: bool = False,
        confidence: float | None = None,
        method: Method = "auto",
    ) -> tuple[tuple[GroupFit, EffectiveDose], ...]:
        """Effective doses of every curve, as `ec` gives them, on the scale of the fit.

        Parameters
        ----------
        levels, absolute, confidence, method
            As of `ec`; several levels.

        Returns
        -------
        tuple of (GroupFit, EffectiveDose)
            One for each curve and level.
        """
        level = self.settings.confidence if confidence is None else checked_confidence(confidence)
        if method not in ("auto", "profile", "delta"):
            raise UnknownNameError.among("method", str(method), ("auto", "profile", "delta"))
        # A profile takes longer the more parameters are fitted together.
        size = 1.0 if self.joint is None else (len(self.joint.free) / 4) ** 1.5
        few = len(self.curves) * len(levels) * size <= MAX_PROFILED
        profiled = method == "profile" or (method == "auto" and few)
        rows = []
        for curve in self.curves:
            point = self.point_of(curve)
            parts = self.joint_parts if self.joint is not None else (curve.part,)
            for one in levels:
                given: dict[str, Any] = {"absolute": absolute, "confidence": level}
                if curve.status in WITHOUT_MIDPOINT:
                    dose = without_dose(point, float(one), absolute=absolute)
                elif profiled:
                    dose = profile_effective_dose(
                        parts,
                        self.fit_of(curve),
                        point,
                        float(one),
                        **given,
                        settings=self.settings,
                    )
                else:
                    dose = effective_dose(point, float(one), **given)
                if not point.determined and not (absolute and dose.method == PROFILE):
                    # A bound of the search is no value; limits may exist.
                    dose = replace(dose, value=math.nan, se=math.nan)
                tested = curve.part.series.x[dose_column(curve.part.model)]
                rows.append((curve, marked_beyond(dose, tested)))
        return tuple(rows)

    @python_words
    def ec(
        self,
        level: float | Sequence[float] = 50.0,
        *,
        absolute: bool = False,
        confidence: float | None = None,
        method: Method = "auto",
    ) -> Estimate | PandasFrame:
        """Effective doses (EC10, EC50, IC90) with limits, as `ED` of R's drc gives them.

        Parameters
        ----------
        level
            Percent of the way from the reading without drug to that at saturation, one or several;
            with `absolute`, readings.
        absolute
            True for the dose at a reading instead of a share of the way between the plateaus.
        confidence
            Confidence level of the limits; default: that of the fit.
        method
            "profile": profile-likelihood limits. "delta": of first order, on the log scale of a
            concentration. "auto": profile up to 200 effective doses (fewer where curves are fitted
            together), delta beyond.

        Returns
        -------
        Estimate or DataFrame
            Of one level of one curve the estimate, in nM for a concentration. Else a row for each
            curve and level; nan where a curve does not reach the level. `extrapolated` is True
            (stated in the `method` of an estimate) for a dose beyond the tested ones.

        Raises
        ------
        InputError
            If a level is impossible, or the curve has no plateaus to be relative to.
        """
        is_one = np.ndim(level) == 0
        levels = numbers_of(level, "level").tolist()
        if not levels:
            raise InputError("has no values", where="level", allowed="One level, or several")
        rows = self.effective_doses(levels, absolute=absolute, confidence=confidence, method=method)
        if is_one and len(self.curves) == 1:
            curve, entry = rows[0]
            level_used = self.settings.confidence if confidence is None else confidence
            return estimate_of(curve, entry, level_used, self.settings.ec_name)
        return pandas_frame(effective_columns(self.by, rows))

    @python_words
    def ec_ratio(
        self,
        numerator: Any,
        denominator: Any,
        level: float = 50.0,
        *,
        absolute: bool = False,
        confidence: float | None = None,
    ) -> Estimate:
        """Ratio of an effective dose of two curves, as `EDcomp` of R's drc gives it.

        Parameters
        ----------
        numerator, denominator
            Keys of two curves.
        level
            As in `ec`.
        absolute
            As in `ec`.
        confidence
            Confidence level of the limits; default: that of the fit.

        Returns
        -------
        Estimate
            Without unit; limits of first order on the log scale. They exclude 1 where the two doses
            differ at this level.

        Raises
        ------
        InputError
            If a key is not that of one curve, or a curve has no such dose.
        """
        used = self.settings.confidence if confidence is None else checked_confidence(confidence)
        pair = [self[key] for key in (numerator, denominator)]
        for key, one in zip((numerator, denominator), pair, strict=True):
            if not isinstance(one, CurveFitResult) or len(one) != 1:
                raise InputError(f"{key!r} is not the key of one curve", do="Give its whole key")
        points = [one.point_of(one.curves[0]) for one in pair]
        is_joint = self.joint is not None
        value, se, df = log10_ratio(
            points[0], points[1], level, absolute=absolute, is_joint=is_joint
        )
        flat = any(one.curves[0].status in WITHOUT_MIDPOINT for one in pair)
        if not math.isfinite(value) or flat or not all(point.determined for point in points):
            raise InputError(
                "a curve does not reach this level, or has no midpoint",
                do="See ec() of the two curves",
            )
        reach = t_quantile(df, used) * se
        names = " / ".join(one.curves[0].label for one in pair)
        what = name_of_level(level, self.settings.ec_name, absolute=absolute)
        return Estimate(
            name=f"{what} ratio",
            value=10.0**value,
            unit="",
            low=10.0 ** (value - reach),
            high=10.0 ** (value + reach),
            confidence=used,
            log10_se=se,
            method="delta method",
            subject=names,
        )

    def predictions(
        self,
        x: ArrayLike,
        *,
        interval: Band | None = None,
        confidence: float | None = None,
        x_unit: str = "",
    ) -> tuple[Prediction, ...]:
        """Expected readings of every curve, as `predict` gives them.

        Parameters
        ----------
        x, interval, confidence, x_unit
            As of `predict`.

        Returns
        -------
        tuple of Prediction
            One for each curve.
        """
        level = self.settings.confidence if confidence is None else checked_confidence(confidence)
        if interval not in ("", None, "confidence", "prediction"):
            raise UnknownNameError.among(
                "interval", str(interval), ("confidence", "prediction"), where="interval"
            )
        given = numbers_of(x, "x")
        return tuple(
            predicted(self, curve, given, band=interval or "", confidence=level, x_unit=x_unit)
            for curve in self.curves
        )

    @python_words
    def predict(
        self,
        x: ArrayLike,
        *,
        interval: Band | None = None,
        confidence: float | None = None,
        x_unit: str = "",
    ) -> np.ndarray | PandasFrame:
        """Expected readings at settings x.

        Parameters
        ----------
        x
            One number or an array of shape (n,), in the unit in which the table has it (`x_unit` of
            the result; M for a Series).
        interval
            "confidence": limits of the curve. "prediction": limits of a single new reading.
        confidence
            Confidence level of the limits; default: that of the fit.
        x_unit
            Unit of `x`, where it is another one.

        Returns
        -------
        array or DataFrame
            Of one curve without an interval an array of shape (n,), in the unit of the readings.
            Else a row for each curve and setting.

        Raises
        ------
        InputError
            If the curve has several independent variables, or the scatter of a new reading is not
            known.

        Notes
        -----
        Both intervals are of first order: t times the standard error of the curve, to which the
        variance of a reading is added for a prediction.
        """
        rows = self.predictions(x, interval=interval, confidence=confidence, x_unit=x_unit)
        if not interval and len(self.curves) == 1:
            return rows[0].expected
        return pandas_frame(prediction_columns(self, rows, x_unit or self.x_unit))

    @python_words
    def derived(self, quantity: Quantity, *, confidence: float | None = None) -> DerivedEstimate:
        """Any quantity that is calculated from the parameters, with profile-likelihood limits.

        Parameters
        ----------
        quantity
            From the parameters by name, such as `lambda p: p["top"] - p["bottom"]`.
        confidence
            Confidence level of the limits; default: that of the fit.

        Returns
        -------
        DerivedEstimate
            `value`, `se` (delta method), `low`, `high`; a limit is infinite where it is open.

        Raises
        ------
        InputError
            If there are several curves with a fit each, or the fit failed.
        """
        parts = self.joint_parts or (self._single("derived").part,)
        return derived_estimate(self.fit, parts, quantity, confidence=confidence)

    @python_words
    def confint(self, level: float | None = None) -> PandasFrame:
        """Profile-likelihood limits of all fitted parameters.

        Parameters
        ----------
        level
            Confidence level, such as 0.9; default: that of the fit.

        Returns
        -------
        DataFrame
            A row for each curve and parameter: keys, parameter, unit, value, se, low, high. A
            shared parameter has one row for each curve.
        """
        confidence = (
            self.settings.confidence if level is None else checked_confidence(level, "level")
        )
        settings = replace(self.settings, confidence=confidence, intervals="all")
        if self.joint is not None:
            again = fit_together(self.joint_parts, settings)
            curves = [curve_of_fit(c.key, c.part, c.position, again) for c in self.curves]
        else:
            curves = [
                curve_of_fit(c.key, c.part, 0, fit_alone(c.part, settings)) for c in self.curves
            ]
        return pandas_frame(parameter_columns(self.by, curves, fixed=False))

    @python_words
    def compare(
        self,
        *what: str | Sequence[str],
        share: Sequence[str] | None = None,
        on_progress: ProgressCallback | None = None,
    ) -> CurveComparisonResult:
        """Do the curves differ? Nested fits of all readings, compared by F test and AICc.

        Parameters
        ----------
        *what
            "curves" (one curve for all), "ec50", "hill", "plateaus", or names of parameters;
            default: all that apply.
        share
            Parameters that are shared in both fits of every pair; default: those that this fit
            shares.
        on_progress
            Called with the progress.

        Returns
        -------
        CurveComparisonResult
            `to_frame()` has one row per question: F (or the likelihood ratio of counts and
            shares), p, AICc difference and evidence ratio.

        Raises
        ------
        InputError
            If there is one curve, or the curves have different models.
        """
        names = [name for one in what for name in ([one] if isinstance(one, str) else one)]
        return self.comparison(names, share=share, on_progress=on_progress)

    def comparison(
        self,
        what: Sequence[str],
        *,
        share: Sequence[str] | None = None,
        on_progress: ProgressCallback | None = None,
    ) -> CurveComparisonResult:
        """Nested fits of all readings compared, as `compare` gives them.

        Parameters
        ----------
        what
            Questions, as of `compare`; empty for all that apply.
        share, on_progress
            As of `compare`.

        Returns
        -------
        CurveComparisonResult
            One row for each question.

        Raises
        ------
        InputError
            If the curves have different models, or there is one curve.
        """
        models = {id(curve.part.model): curve.part.model for curve in self.curves}
        if len(models) > 1:
            raise InputError(
                "the curves have different models",
                allowed="Curves that are compared have one model",
                do="Compare two fits with tca.compare_fits",
            )
        groups = [GroupedReadings(curve.key, curve.part.series) for curve in self.curves]
        (model,) = models.values()
        result = compare_curves(
            groups,
            model,
            self.settings,
            share=self.shared if share is None else tuple(share),
            what=what,
            on_progress=on_progress,
        )
        series = self.curves[0].part.series
        plots = tuple(titled(plot, series, **self._titles) for plot in result.plots)
        return replace(result, plots=plots)

    def curve_plots(self) -> tuple[CurvePlot, ...]:
        """A figure of each curve with one independent variable; of more than 24 curves for the
        first 24. Select others by their key. A curve that was not fitted has its readings alone.
        """
        plots = (self.curve_plot(number) for number in range(min(len(self.curves), MAX_PLOTS)))
        return tuple(plot for plot in plots if plot is not None)

    def curve_plot(self, number: int) -> CurvePlot | None:
        """The plot data of one curve.

        Parameters
        ----------
        number
            Of the curve, from 0.

        Returns
        -------
        CurvePlot or None
            None where it has several independent variables.
        """
        curve = self.curves[number]
        plot = fit_plot(
            curve.part.series,
            curve.part.model,
            self.fit_of(curve),
            part=curve.position,
            name="curve" if len(self.curves) == 1 else f"curve {number + 1}",
            title=curve.label if curve.key else "",
        )
        if plot is None:
            return None
        plot = replace(plot, marks=shown_marks(plot.marks, curve, self.settings.ec_name))
        return titled(plot, curve.part.series, **self._titles)

    @property
    def _titles(self) -> dict[str, str]:
        return {"x_name": self.x_name, "y_name": self.y_name, "x_unit": self.x_unit}

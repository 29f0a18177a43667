"""Fits of curve models to DataFrames, series and parts, their comparison and predictions."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace
from functools import partial
from numbers import Real
from pathlib import Path
from typing import Any, Literal, cast

import numpy as np
from numpy.typing import ArrayLike

from tricyclic.api._call import (
    TableSource,
    Texts,
    assignments,
    call,
    check_path,
    is_frame_or_columns,
    path,
    python_wording,
    table_source,
    texts,
    with_column_names,
)
from tricyclic.api.curves import curve_model
from tricyclic.core.analysis_options import FitVariance
from tricyclic.core.call_arguments import checked_arguments
from tricyclic.core.curve_model import CurveModel
from tricyclic.core.estimate import Fit
from tricyclic.core.plot_data import CurvePlot
from tricyclic.core.progress import ProgressCallback
from tricyclic.core.series import Series
from tricyclic.core.table import DataTable
from tricyclic.curves import CURVES
from tricyclic.errors import InputError, UnknownNameError, brief
from tricyclic.fitting.compare_curves import compare_nested
from tricyclic.fitting.comparison_plot import two_fits_plot
from tricyclic.fitting.curve_fits import CurveFitResult
from tricyclic.fitting.curve_plot import titled
from tricyclic.fitting.fit import FitPart
from tricyclic.fitting.fit import predict as predict_curve
from tricyclic.fitting.fit_series import fit_series_or_parts
from tricyclic.fitting.fitted_curve import FitSettings
from tricyclic.fitting.outlier_checks import outlier_rate
from tricyclic.io.frames import column_name, is_records
from tricyclic.results.curves import FitComparison
from tricyclic.workflows.curves.fit_table import fit_table
from tricyclic.workflows.curves.options import FitOptions

INTERVALS = ("auto", "all", "target", "none")


@checked_arguments
def fit(
    data: Series | FitPart | Sequence[Series] | Sequence[FitPart] | Mapping[str, Any] | TableSource,
    model: CurveModel | str | None = None,
    *,
    x: Texts = (),
    y: Texts = (),
    by: Texts = (),
    x_unit: str = "",
    y_unit: str = "unknown",
    share: Texts = (),
    own_scatter: bool = False,
    ec_name: str = "",
    fixed: Mapping[str, float] | None = None,
    free: Texts = (),
    variance: FitVariance = "constant",
    weights: str = "",
    trials: str = "",
    outliers: float | str | None = None,
    intervals: Literal["auto", "all", "target", "none"] | Sequence[str] = "auto",
    confidence: float = 0.95,
    starts: Sequence[Mapping[str, float]] | None = None,
    molar_mass: float | None = None,
    table: str = "",
    reader: str = "",
    sheet: str = "",
    decimal: str = "",
    folder: str | Path = "",
    workers: int | None = None,
    on_progress: ProgressCallback | None = None,
) -> CurveFitResult:
    """Fit a curve model to a table: one curve, or one for each group of rows.

    Parameters
    ----------
    data
        DataFrame of pandas, Polars or Arrow, a mapping of columns, a list of rows (mappings), or
        the name of a file; or one Series or several; or parts that each join a Series with its own
        model, fitted together.
    model
        Curve model, or its name; default: logistic_4pl for a table.
    x
        Column of doses or times: "conc_uM". For a model of several variables, one text for each:
        "agonist_M=agonist_nM:nM".
    y
        Column of readings; replicates are further columns.
    by
        Columns whose values distinguish the curves, such as "compound". A column of the DataFrame
        itself, df["compound"], stands for its name, here and wherever a column is named.
    x_unit
        Unit of x, where the name of the column does not end in it.
    y_unit
        Unit of the readings.
    share
        Parameters that all curves have in common, such as ["bottom", "top"]; the curves are then
        fitted together, with one standard deviation for all.
    own_scatter
        Curves that are fitted together, or compared, have a standard deviation each.
    ec_name
        Letters of effective doses in text and figures: LD, LC, ED, IC; default: EC.
    fixed
        Values of parameters that are not fitted.
    free
        Parameters to fit although the model fixes them; a value in `fixed` is then the start.
    variance
        "constant": one standard deviation per curve, estimated. "proportional": it grows with the
        expected reading. "power": with a power of it that is estimated. "counting": the counting
        variance of the series plus a proportional part. "poisson": the counting variance alone;
        where the readings themselves are counts, their exact likelihood. "binomial": exact
        likelihood of shares of `trials`. "quasipoisson", "quasibinomial": with an estimated
        dispersion.
    weights
        Column of weights (1 / variance); or "1/y", "1/y^2" or another power: by the curve;
        "1/x^2": by the dose; "1/sd^2": by the scatter of replicates. Of a Series the weights are
        its own.
    trials
        Column with the number of trials of each reading, for "binomial".
    outliers
        Suggest outliers in a check (ROUT), at a false discovery rate of 1 % ("suggest") or another:
        0.05; no reading is ever left out.
    intervals
        Parameters with profile-likelihood limits. "auto": all; only what the model is fitted for
        from 100 curves on (a thousand curves then take about a second); limits of first order where
        more than 20 parameters are fitted together.
    confidence
        Confidence level of the limits.
    starts
        Starting values instead of those of the model; for Series and parts.
    molar_mass
        Molar mass [g/mol], where concentrations are masses per volume.
    table
        Table of a file with several tables.
    reader
        Reader to use if none or several accept the file.
    sheet
        Sheet of a workbook.
    decimal
        Decimal mark if the file can be read in two ways. One of ".", ",".
    folder
        Your own folder of curve models.
    workers
        Number of threads for 100 curves or more; default: one per processor core.
    on_progress
        Called with the progress of long runs.

    Returns
    -------
    CurveFitResult
        `to_frame()` has a row for each curve, `to_frame("parameters")` and `to_frame("readings")`
        the details; `ec`, `ec_ratio`, `predict`, `confint`, `residuals`, `compare`, `plot`;
        `fits["imipramine"]` is one curve, `fit["hill"]` a parameter of a single one.

    Raises
    ------
    InputError
        If a column is missing or has no unit, or the data are none of the above.

    See Also
    --------
    fit_file : what `tricyclic curves fit` does, with files out; also millions of curves.
    fit_batch : arrays of many curves, one row for each.

    References
    ----------
    Bates & Watts 1988, Nonlinear Regression Analysis and Its Applications.
    """
    x, y, by = (with_column_names(given, data) for given in (x, y, by))
    weights, trials = column_name(weights, data), column_name(trials, data)
    with python_wording():
        check_path(folder, "folder")
        chosen = _model(model, folder)
        _check_intervals(intervals)
        settings = FitSettings(
            fixed=_numbers_by_name(fixed, "fixed"),
            free=texts(free),
            variance=variance,
            weights=weights,
            intervals=intervals,
            confidence=confidence,
            outliers=_rate(outliers),
            own_scatter=own_scatter,
            ec_name=ec_name,
        )
        if _is_series_or_parts(data):
            _refuse_table_options(
                x=x, y=y, by=by, x_unit=x_unit, trials=trials, table=table, sheet=sheet
            )
            listed = cast("Series | FitPart | Sequence[Series] | Sequence[FitPart]", data)
            return fit_series_or_parts(listed, chosen, settings, share=texts(share), starts=starts)
        _refuse_starts(starts)
    chosen = chosen or curve_model("logistic_4pl")
    options = FitOptions(
        file=_table(data),
        curve=chosen.name,
        fixed=assignments(settings.fixed),
        free=settings.free,
        variance=variance,
        weights=weights,
        trials=trials,
        outliers=outliers,
        confidence=confidence,
        folder=path(folder),
        y=_column_names(y),
        x=_column_names(x),
        by=_column_names(by),
        molar_mass=molar_mass,
        x_unit=x_unit,
        y_unit=y_unit,
        workers=workers,
    )
    options = replace(options, table=table, reader=reader, sheet=sheet, decimal=decimal)
    options = replace(options, share=texts(share), own_scatter=own_scatter, ec_name=ec_name)
    run = partial(fit_table, model=chosen, intervals=intervals)
    return call(run, options, on_progress)


@checked_arguments
def compare_fits(
    simple: CurveFitResult | Fit, full: CurveFitResult | Fit, *, name: str = ""
) -> FitComparison:
    """Compare two fits of the same readings, one being a special case of the other.

    Parameters
    ----------
    simple
        The fit with fewer parameters: a 4PL, or curves that share a parameter.
    full
        The fit with more parameters: a 5PL, or separate curves fitted together.
    name
        What is compared; default: the two curve models.

    Returns
    -------
    FitComparison
        Extra-sum-of-squares F with p (the likelihood ratio of counts and shares), AICc
        difference and evidence ratio, and the finding as a sentence. `plot()` draws the readings
        with both fits.

    Raises
    ------
    InputError
        If the readings differ, a fit failed, or the second fit has no more parameters.

    References
    ----------
    Bates & Watts 1988, Nonlinear Regression Analysis and Its Applications, section 3.10.
    """
    with python_wording():
        first, second = (
            _core_fit(one, where) for one, where in ((simple, "simple"), (full, "full"))
        )
        names = [
            " and ".join(dict.fromkeys(part.model for part in one.parts)) for one in (first, second)
        ]
        what = f"{names[0]} or {names[1]}"
        if names[0] == names[1]:
            numbers = [len(one.free) for one in (first, second)]
            what = f"{names[0]} with {numbers[0]} or {numbers[1]} parameters"
            names = [f"{names[0]} with {number} parameters" for number in numbers]
        compared = compare_nested(first, second, name or what, *names)
        models = _models_of(simple), _models_of(full)
        plots: tuple[CurvePlot, ...] = ()
        if models[0] and models[1]:
            labels = _labels_of(full, second)
            plots = two_fits_plot(compared, models, labels, (first, second))
        if isinstance(full, CurveFitResult):
            series = full.curves[0].part.series
            columns = {"x_name": full.x_name, "y_name": full.y_name, "x_unit": full.x_unit}
            plots = tuple(titled(plot, series, **columns) for plot in plots)
        return FitComparison(**vars(compared), plots=plots)


@checked_arguments
def predict(
    fit: CurveFitResult | Fit, model: CurveModel | str, x: Mapping[str, ArrayLike], *, part: int = 0
) -> np.ndarray:
    """Expected readings of a fitted curve.

    Parameters
    ----------
    fit
        A fit that succeeded.
    model
        Its curve model, or the name of it.
    x
        Independent variables by name, each of shape (n,) or one number; those with a default may be
        omitted.
    part
        Number of the series, in a fit of several.

    Returns
    -------
    array, shape (n,)
        In the unit of the readings.
    """
    with python_wording():
        chosen = curve_model(model) if isinstance(model, str) else model
        return predict_curve(_core_fit(fit, "fit"), chosen, x, part=part)


def _model(given: Any, folder: str | Path) -> CurveModel | None:
    """A curve model by its name, or as it is."""
    if given is None or isinstance(given, CurveModel):
        return given
    if not isinstance(given, str):
        raise InputError(
            f"is {brief(given)}", where="model=", allowed="It is a curve model, or the name of one"
        )
    return curve_model(given, folder=folder)


def _core_fit(given: CurveFitResult | Fit, where: str) -> Fit:
    if isinstance(given, CurveFitResult):
        return given.fit
    if not isinstance(given, Fit):
        raise InputError(
            f"is {brief(given)}", where=f"{where}=", allowed="It is a result of tca.fit"
        )
    return given


def _models_of(given: CurveFitResult | Fit) -> list[CurveModel]:
    """The curve model of each series of a fit; empty where one is not a built-in model."""
    if isinstance(given, CurveFitResult):
        return [curve.part.model for curve in given.curves]
    if not all(part.model in CURVES for part in given.parts):
        return []
    return [CURVES[part.model] for part in given.parts]


def _labels_of(given: CurveFitResult | Fit, fit: Fit) -> list[str]:
    if isinstance(given, CurveFitResult):
        return [curve.label for curve in given.curves]
    return [part.series.name for part in fit.parts]


def _table(data: Any) -> str | DataTable:
    """The name of a file, or the columns of a DataFrame or a mapping."""
    with python_wording():
        if is_frame_or_columns(data) or is_records(data):
            return table_source(data)
        if isinstance(data, list | tuple) and any(map(is_frame_or_columns, data)):
            raise InputError(
                f"is a list of {len(data)} tables",
                where="data=",
                allowed="It is one table",
                do='Join them, as with pandas.concat, and name the column of each in by=["plate"]',
            )
        if not isinstance(data, str | Path):
            kind = type(data)
            of = "" if kind.__module__ == "builtins" else f"{kind.__module__.split('.')[0]}."
            raise InputError(
                f"has the type {of}{kind.__name__}",
                where="data=",
                allowed="It is a DataFrame, a mapping of columns, the name of a file, a "
                "tricyclic.Series, or FitParts",
            )
        return path(data)


def _column_names(given: Any) -> tuple[str, ...]:
    """Names of columns; a DataFrame without names has numbers for them."""
    names: tuple[Any, ...] = texts(given)
    is_number = [isinstance(one, int) and not isinstance(one, bool) for one in names]
    return tuple(str(one) if n else one for one, n in zip(names, is_number, strict=True))


def _is_series_or_parts(data: Any) -> bool:
    if isinstance(data, Series | FitPart):
        return True
    return isinstance(data, list | tuple) and any(isinstance(d, Series | FitPart) for d in data)


def _refuse_table_options(**given: object) -> None:
    for name, value in given.items():
        if value:
            raise InputError(
                "applies to tables",
                where=f"{name}=",
                do="Omit it, or pass a DataFrame or the name of a file",
            )


def _check_intervals(given: Any) -> None:
    if isinstance(given, str):
        if given not in INTERVALS:
            raise UnknownNameError.among("choice", given, INTERVALS, where="intervals=")
    elif isinstance(given, Mapping | bytes) or not (
        isinstance(given, Collection) and all(isinstance(name, str) for name in given)
    ):
        raise InputError(
            f"is {brief(given)}",
            where="intervals=",
            allowed=f"It is {', '.join(INTERVALS)}, or names of parameters",
        )


def _rate(given: Any) -> float | None:
    """The rate of suggested outliers."""
    try:
        return outlier_rate(given)
    except InputError as error:
        raise error.reworded("outliers=", str) from error


def _refuse_starts(given: object) -> None:
    if given is not None:
        raise InputError(
            "applies to Series and parts", where="starts=", do="Omit it, or pass a Series"
        )


def _numbers_by_name(given: Any, where: str) -> dict[str, float]:
    if given is None:
        return {}
    if not isinstance(given, Mapping):
        raise InputError(
            f"is {brief(given)}", where=f"{where}=", allowed='It maps names to numbers: {"hill": 1}'
        )
    for name, value in given.items():
        if isinstance(value, bool) or not isinstance(value, Real):
            raise InputError(
                f"{name} is {brief(value)}", where=f"{where}=", allowed="A fixed value is a number"
            )
    return {name: float(value) for name, value in given.items()}

"""Curve models, and fits of them to the columns of a file."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Literal

import numpy as np
from numpy.typing import ArrayLike

from tricyclic.api._call import (
    TableSource,
    Texts,
    call,
    check_path,
    check_text,
    in_python_words,
    path,
    python_wording,
    table_source,
    texts,
)
from tricyclic.core.analysis_options import FitVariance
from tricyclic.core.curve_model import CurveModel
from tricyclic.core.estimate import Fit
from tricyclic.core.progress import ProgressCallback
from tricyclic.core.series import Series
from tricyclic.curves import CURVES
from tricyclic.fitting.fit import FitPart, listed_parts
from tricyclic.fitting.fit import fit as fit_parts
from tricyclic.fitting.fit import predict as predict_curve
from tricyclic.fitting.verdict import with_verdict
from tricyclic.numerics.batch.fit import fit_batch as fit_arrays
from tricyclic.results.curves import BatchFitResult, CurveFitResult, CurveModelsResult
from tricyclic.workflows.curves.fit import run as run_fit_file
from tricyclic.workflows.curves.models import run as run_curve_models
from tricyclic.workflows.curves.options import CurveModelsOptions, FitOptions


def fit_file(
    file: TableSource,
    *,
    curve: str = "",
    fixed: Texts = (),
    free: Texts = (),
    variance: str = "constant",
    confidence: float = 0.95,
    folder: str | Path = "",
    y: Texts = (),
    x: Texts = (),
    table: str = "",
    reader: str = "",
    sheet: str = "",
    decimal: str = "",
    molar_mass: float | None = None,
    y_unit: str = "unknown",
    curve_column: Texts = (),
    x_column: str = "",
    x_unit: str = "",
    y_column: str = "",
    weights_column: str = "",
    keep: Texts = (),
    no_intervals: bool = False,
    workers: int | None = None,
    scheduler: str = "",
    chunk: int | None = None,
    out: str | Path = "",
    on_progress: ProgressCallback | None = None,
) -> CurveFitResult | BatchFitResult:
    """Fit a curve model to columns of a table, or a logistic to every curve of a large file.

    Parameters
    ----------
    file
        Table (.csv, .xlsx, .pzfx, .prism), or a file of many curves (.parquet, .csv, .csv.gz,
        .xlsx).
    curve
        Curve model; see: tca.curve_models(); for many curves logistic_4pl (the default) or
        logistic_3pl.
    fixed
        Parameter with a fixed value: hill=1, log10_kd=-9.1.
    free
        Parameter to fit although the model fixes it.
    variance
        Variance model. One of "constant", "proportional".
    confidence
        Confidence level of the intervals.
    folder
        Your own folder of curve models.
    y
        Column of readings; replicates are further columns.
    x
        Column of the model = column of the table, with its unit: concentration_M=conc_nM:nM.
    table
        Table of a file with several tables.
    reader
        Reader to use if none or several accept the file.
    sheet
        Sheet of a workbook.
    decimal
        Decimal mark if the file can be read in two ways. One of ".", ",".
    molar_mass
        Molar mass [g/mol], where concentrations are masses per volume.
    y_unit
        Unit of the readings.
    curve_column
        Column that names the curves, such as "Compound ID"; several together name one curve.
    x_column
        Column of concentrations.
    x_unit
        Unit of the concentrations, where the name of the column does not end in it.
    y_column
        Column of readings.
    weights_column
        Column of weights, 1 / variance of each reading.
    keep
        Columns to write beside each fit, such as plate,operator.
    no_intervals
        Omit the confidence limits, which is twice as fast.
    workers
        Number of threads; default: one per processor core.
    scheduler
        Address of a Dask scheduler, such as tcp://host:8786.
    chunk
        Least number of readings to read together.
    out
        Many curves: file for one row per curve (.parquet, .csv, .xlsx); one curve: folder for
        tables and figure.
    on_progress
        Called with the progress of long runs.

    Returns
    -------
    CurveFitResult | BatchFitResult
        One curve fitted to the columns of a table.

    Raises
    ------
    InputError
        With one sentence: where, what was read, what is allowed, what to do.
    """
    options = FitOptions(
        file=table_source(file),
        curve=curve,
        fixed=texts(fixed),
        free=texts(free),
        variance=variance,
        confidence=confidence,
        folder=path(folder),
        y=texts(y),
        x=texts(x),
        table=table,
        reader=reader,
        sheet=sheet,
        decimal=decimal,
        molar_mass=molar_mass,
        y_unit=y_unit,
        curve_column=texts(curve_column),
        x_column=x_column,
        x_unit=x_unit,
        y_column=y_column,
        weights_column=weights_column,
        keep=texts(keep),
        no_intervals=no_intervals,
        workers=workers,
        scheduler=scheduler,
        chunk=chunk,
        out=path(out),
    )
    return call(run_fit_file, options, on_progress)


def curve_models(
    name: str = "", *, folder: str | Path = "", on_progress: ProgressCallback | None = None
) -> CurveModelsResult:
    """List the curve models, or show the equation, parameters and sources of one.

    Parameters
    ----------
    name
        A curve model to show in detail.
    folder
        Your own folder of curve models.
    on_progress
        Called with the progress of long runs.

    Returns
    -------
    CurveModelsResult
        Curve models; `full` where one was named, to show its details.

    Raises
    ------
    InputError
        With one sentence: where, what was read, what is allowed, what to do.
    """
    options = CurveModelsOptions(name=name, folder=path(folder))
    return call(run_curve_models, options, on_progress)


fit_batch = in_python_words(fit_arrays)


def curve_model(name: str, *, folder: str | Path = "") -> CurveModel:
    """A curve model by its name.

    Parameters
    ----------
    name
        Name of the model; `tca.curve_models()` lists them.
    folder
        Your own folder of curve models, which take precedence.

    Returns
    -------
    CurveModel
        Its parameters, equation and sources.

    Raises
    ------
    InputError
        If there is no such model; near names are suggested.
    """
    with python_wording():
        check_text(name, "name")
        check_path(folder, "folder")
        registry = CURVES
        if folder:
            registry = CURVES.copy()
            registry.add_folder(folder)
        model: CurveModel = registry[name]
        return model


def fit(
    parts: Series | FitPart | Sequence[FitPart],
    model: CurveModel | str | None = None,
    *,
    fixed: Mapping[str, float] | None = None,
    free: Sequence[str] = (),
    variance: FitVariance = "constant",
    weights: str = "",
    intervals: Literal["all", "target", "none"] | Sequence[str] = "all",
    confidence: float = 0.95,
    starts: Sequence[Mapping[str, float]] | None = None,
) -> Fit:
    """Fit a curve model to a series, or several models with shared parameters to several series.

    Parameters
    ----------
    parts
        A Series, or parts that each join a series with its model.
    model
        Curve model of a single series, or its name.
    fixed
        Values of parameters that are not fitted.
    free
        Parameters to fit although the model fixes them; a value in `fixed` is then the start.
    variance
        "constant": one standard deviation per series, estimated. "proportional": it grows with the
        expected reading. "power": with a power of it that is estimated. "counting": the counting
        variance of the series plus a proportional part. "poisson": the counting variance alone;
        where the readings themselves are counts, their exact likelihood. "binomial": exact
        likelihood of shares, with `trials` in the series. "quasipoisson", "quasibinomial": with
        an estimated dispersion.
    weights
        "1/y", "1/y^2" or another power: by the curve; "1/x^2": by the dose; "1/sd^2": by the
        scatter of replicates. Weights of single readings are `weight` of a Series.
    intervals
        Parameters with profile-likelihood limits.
    confidence
        Confidence level of the limits.
    starts
        Starting values instead of those of the model.

    Returns
    -------
    Fit
        Parameters with limits, `status` in the words of `fit_batch`, `checks`; `ok` is False, with
        a reason, where the model cannot be fitted.

    Raises
    ------
    InputError
        If input of the model is missing, or the variance model needs counts and there are none.

    References
    ----------
    Bates & Watts 1988, Nonlinear Regression Analysis and Its Applications.
    """
    with python_wording():
        chosen = curve_model(model) if isinstance(model, str) else model
        result = fit_parts(
            parts,
            chosen,
            fixed=fixed,
            free=free,
            variance=variance,
            weights=weights,
            intervals=intervals,
            confidence=confidence,
            starts=starts,
        )
        return with_verdict(result, listed_parts(parts, chosen))


def predict(
    fit: Fit, model: CurveModel | str, x: Mapping[str, ArrayLike], *, part: int = 0
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
        return predict_curve(fit, chosen, x, part=part)

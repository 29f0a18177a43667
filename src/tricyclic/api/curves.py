"""Curve models, and fits of them to files."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from tricyclic.api._call import (
    TableSource,
    Texts,
    call,
    check_path,
    check_text,
    curves_source,
    in_python_words,
    number_texts,
    path,
    python_wording,
    renamed,
    texts,
    with_column_names,
)
from tricyclic.core.call_arguments import checked_arguments
from tricyclic.core.curve_model import CurveModel
from tricyclic.core.progress import ProgressCallback
from tricyclic.curves import CURVES
from tricyclic.fitting.curve_fits import CurveFitResult
from tricyclic.numerics.batch.fit import fit_batch as fit_arrays
from tricyclic.results.curves import BatchFitResult, CurveModelsResult
from tricyclic.workflows.curves.fit import run as run_fit_file
from tricyclic.workflows.curves.models import run as run_curve_models
from tricyclic.workflows.curves.options import CurveModelsOptions, FitOptions


@renamed(weights_column="weights")
@checked_arguments
def fit_file(
    file: TableSource,
    *,
    curve: str = "",
    fixed: Texts = (),
    free: Texts = (),
    variance: str = "constant",
    weights: str = "",
    trials: str = "",
    outliers: float | str | None = None,
    confidence: float = 0.95,
    folder: str | Path = "",
    y: Texts = (),
    x: Texts = (),
    table: str = "",
    reader: str = "",
    sheet: str = "",
    decimal: str = "",
    molar_mass: float | None = None,
    x_unit: str = "",
    y_unit: str = "unknown",
    by: Texts = (),
    share: Texts = (),
    own_scatter: bool = False,
    compare: Texts = (),
    ec: Texts | Sequence[float] | float = (),
    absolute: bool = False,
    ec_name: str = "",
    predict: Texts | Sequence[float] | float = (),
    interval: str = "",
    curve_column: Texts = (),
    x_column: str = "",
    y_column: str = "",
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
        Variance model. One of "constant", "proportional", "power", "poisson", "quasipoisson",
        "binomial", "quasibinomial".
    weights
        Column of weights (1 / variance), or a formula: 1/y, 1/y^2, 1/x, 1/sd^2.
    trials
        Column with the number of trials, for the variance model binomial.
    outliers
        Suggest outliers (ROUT), at a false discovery rate of 1 % ("suggest") or another: 0.05; no
        reading is ever left out.
    confidence
        Confidence level of the intervals.
    folder
        Your own folder of curve models.
    y
        Column of readings; replicates are further columns.
    x
        Column of doses or times: conc_nM; for a model with several, the name in the model =
        column:unit, such as concentration_M=conc_nM:nM.
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
    x_unit
        Unit of x, where neither its name nor the file states it.
    y_unit
        Unit of the readings.
    by
        Column whose values are the curves, such as compound.
    share
        Parameters that all curves have in common: bottom, top.
    own_scatter
        Curves that are fitted together, or compared, have a standard deviation each.
    compare
        Test whether the curves differ: all, or any of curves (one for all), ec50, hill, plateaus,
        or a parameter.
    ec
        Effective doses: percent of the way between the plateaus, such as [10, 50, 90].
    absolute
        The values of `ec` are readings instead of percent.
    ec_name
        Letters of effective doses in text and figures: LD, LC, ED, IC; default: EC.
    predict
        Expected readings at these x, in the unit of x.
    interval
        Limits of the predictions: of the curve, or of a single new reading. One of "confidence",
        "prediction".
    curve_column
        Column that names the curves, such as "Compound ID"; several together name one curve.
    x_column
        Column of concentrations.
    y_column
        Column of readings.
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
        Many curves: file for one row per curve (.parquet, .csv, .xlsx); columns of a table: one
        for its tables (.csv, .md, .xlsx), or a folder for tables and figures.
    on_progress
        Called with the progress of long runs.

    Returns
    -------
    CurveFitResult | BatchFitResult
        Curves fitted to the columns of a table, or the number of curves of a file by status.

    Raises
    ------
    InputError
        With one sentence: where, what was read, what is allowed, what to do.
    """
    x, y, by = (with_column_names(given, file) for given in (x, y, by))
    options = FitOptions(
        file=curves_source(file),
        curve=curve,
        fixed=texts(fixed),
        free=texts(free),
        variance=variance,
        weights=weights,
        trials=trials,
        outliers=outliers,
        confidence=confidence,
        folder=path(folder),
        y=texts(y),
        x=texts(x),
        table=table,
        reader=reader,
        sheet=sheet,
        decimal=decimal,
        molar_mass=molar_mass,
        x_unit=x_unit,
        y_unit=y_unit,
        by=texts(by),
        compare=texts(compare),
        ec=number_texts(ec),
        absolute=absolute,
        predict=number_texts(predict),
        interval=interval,
        curve_column=texts(curve_column),
        x_column=x_column,
        y_column=y_column,
        keep=texts(keep),
        no_intervals=no_intervals,
        workers=workers,
        scheduler=scheduler,
        chunk=chunk,
        out=path(out),
    )
    options = replace(options, share=texts(share), own_scatter=own_scatter, ec_name=ec_name)
    return call(run_fit_file, options, on_progress)


@checked_arguments
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


@checked_arguments
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

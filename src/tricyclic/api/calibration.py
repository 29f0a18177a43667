"""Calibration of scenarios, validation, credibility."""

from __future__ import annotations

from pathlib import Path

from tricyclic.api._call import call, path
from tricyclic.core.call_arguments import checked_arguments
from tricyclic.core.progress import ProgressCallback
from tricyclic.results.calibration import CalibrationResult
from tricyclic.results.credibility import CredibilityResult
from tricyclic.results.validation import ValidationResult
from tricyclic.workflows.model.calibrate import run as run_calibrate
from tricyclic.workflows.model.credibility import run as run_credibility
from tricyclic.workflows.model.options import CalibrateOptions, CredibilityOptions, ValidateOptions
from tricyclic.workflows.model.validate import run as run_validate


@checked_arguments
def calibrate(
    scenario: str,
    *,
    quick: bool = False,
    ensemble_size: int | None = None,
    seed: int = 1,
    workers: int | None = None,
    library: str | Path = "",
    out: str | Path = "",
    on_progress: ProgressCallback | None = None,
) -> CalibrationResult:
    """Calibrate a scenario against the observations of the library.

    Varies the parameters that are marked as free in the tables, within their limits. The result is
    an ensemble of all parameter sets that agree with the observations, not the one that fits best.
    It takes a quarter of an hour on two cores; `quick` takes two minutes and is a trial.

    Parameters
    ----------
    scenario
        Name of a scenario; those that share its ensemble are calibrated together.
    quick
        A quick calibration for a trial, not for use.
    ensemble_size
        Parameter sets in the ensemble; default: 100, or 50 with `quick`.
    seed
        Seed of the random numbers.
    workers
        Number of processes; default: one per processor core.
    library
        Your own library folder; its entries take precedence.
    out
        Folder for the ensemble, the tables and the figures.
    on_progress
        Called with the progress of long runs.

    Returns
    -------
    CalibrationResult
        A calibration.

    Raises
    ------
    InputError
        With one sentence: where, what was read, what is allowed, what to do.
    """
    options = CalibrateOptions(
        scenario=scenario,
        quick=quick,
        ensemble_size=ensemble_size,
        seed=seed,
        workers=workers,
        library=path(library),
        out=path(out),
    )
    return call(run_calibrate, options, on_progress)


@checked_arguments
def validate(
    scenario: str = "",
    *,
    ensemble_size: int | None = None,
    point_estimate: bool = False,
    workers: int | None = None,
    library: str | Path = "",
    out: str | Path = "",
    on_progress: ProgressCallback | None = None,
) -> ValidationResult:
    """Compare predictions of a scenario with experiments that no calibration used.

    The experiments are in evidence/predictions.csv of the library, and of your own library folder.

    Parameters
    ----------
    scenario
        Name of a scenario; default: all that have such experiments.
    ensemble_size
        Number of parameter sets of the calibrated ensemble; default: 20.
    point_estimate
        Predict with the library's values instead of the ensemble.
    workers
        Number of processes; default: one per processor core.
    library
        Your own library folder; its entries take precedence.
    out
        Folder for the table (CSV, JSON) and the figure.
    on_progress
        Called with the progress of long runs.

    Returns
    -------
    ValidationResult
        Predictions of one scenario or of all.

    Raises
    ------
    InputError
        With one sentence: where, what was read, what is allowed, what to do.
    """
    options = ValidateOptions(
        scenario=scenario,
        ensemble_size=ensemble_size,
        point_estimate=point_estimate,
        workers=workers,
        library=path(library),
        out=path(out),
    )
    return call(run_validate, options, on_progress)


@checked_arguments
def credibility(
    scenario: str,
    *,
    out: str | Path = "",
    engine: str = "",
    library: str | Path = "",
    on_progress: ProgressCallback | None = None,
) -> CredibilityResult:
    """Check how far a scenario can be trusted, and write the credibility report.

    The report has the units, the source of every value, a comparison with a second engine, the
    calibration, the sensitivity of predictions, and the limitations.

    Parameters
    ----------
    scenario
        Scenario; see: tca.scenarios().
    out
        File of the report: .html, .pdf, .md or .json.
    engine
        Second engine that verifies the runs; default: COPASI where it is installed. One of
        "copasi", "scipy".
    library
        Your own library folder; its entries take precedence.
    on_progress
        Called with the progress of long runs.

    Returns
    -------
    CredibilityResult
        The evidence for one scenario, and the checks that follow from it.

    Raises
    ------
    InputError
        With one sentence: where, what was read, what is allowed, what to do.
    """
    options = CredibilityOptions(
        scenario=scenario, out=path(out), engine=engine, library=path(library)
    )
    return call(run_credibility, options, on_progress)

"""Unknowns interpolated from a standard curve."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np

from tricyclic.core.check import Check
from tricyclic.core.estimate import Fit
from tricyclic.results.base import Renderable

SampleStatus = Literal["in range", "below range", "above range", "not determined"]


@dataclass(frozen=True)
class StandardLevel:
    """One concentration of the standards.

    Parameters
    ----------
    concentration : float
        As stated, in the unit of the standards.
    n : int
        Readings.
    reading, reading_cv_percent : float
        Their mean, and their coefficient of variation; nan for one reading.
    back_calculated, recovery_percent, cv_percent : float
        Mean concentration that the curve gives for the readings, relative to the stated one, and
        the coefficient of variation of the single ones; nan beyond a plateau and at 0.
    accepted : bool
        Whether recovery and variation are within the acceptance limits; True where none are stated.
    n_beyond : int
        Readings beyond the ends of the curve, which gives no concentration for them; the mean is
        that of the others, and such a standard is not accepted.
    """

    concentration: float
    n: int
    reading: float
    reading_cv_percent: float
    back_calculated: float
    recovery_percent: float
    cv_percent: float
    accepted: bool = True
    n_beyond: int = 0


@dataclass(frozen=True)
class InterpolatedSample:
    """One sample at one dilution.

    Parameters
    ----------
    sample, kind : str
        Name; "unknown" or "qc" (a control of known concentration).
    dilution : float
        Factor by which concentrations in the well are multiplied.
    n : int
        Readings.
    reading, reading_cv_percent : float
        Their mean, and their coefficient of variation; nan for one reading.
    concentration, low, high : float
        In the undiluted sample, with confidence limits; nan where the reading lies outside the
        range, and 0 or inf where a limit does.
    cv_percent : float
        Coefficient of variation of the concentrations of the single readings.
    status : str
        "in range", "below range", "above range" or "not determined" (outside the curve).
    bound : float
        The end of the range that the concentration lies beyond, times the dilution; nan in range.
    nominal, recovery_percent : float
        Stated concentration of a control and what was recovered of it; nan for unknowns.
    """

    sample: str
    kind: str
    dilution: float
    n: int
    reading: float
    reading_cv_percent: float
    concentration: float
    low: float
    high: float
    cv_percent: float
    status: SampleStatus
    bound: float = float("nan")
    nominal: float = float("nan")
    recovery_percent: float = float("nan")


@dataclass(frozen=True)
class CourseOfCurve:
    """The fitted curve over the range of the standards, with its confidence band, for figures."""

    concentration: np.ndarray
    reading: np.ndarray
    low: np.ndarray
    high: np.ndarray


@dataclass(frozen=True, repr=False)
class InterpolationResult(Renderable):
    """Concentrations of samples from a standard curve.

    Parameters
    ----------
    curve, description : str
        Curve model.
    unit, y_unit : str
        Of the concentrations and of the readings; "" and "unknown" where not stated.
    weighting : str
        Weights or variance model, in words.
    fit : Fit
        Of the standards.
    standards : tuple of StandardLevel
        From the lowest.
    samples : tuple of InterpolatedSample
        In the order of the file.
    lowest, highest : float
        Range within which concentrations are reported: that of the standards, or of those that are
        accepted.
    acceptance_percent : float
        Allowed deviation of a standard; nan where none was stated.
    confidence : float
        Of the limits.
    checks : tuple of Check
    course : CourseOfCurve
    concentrations, readings : array, shape (n,)
        The standards.
    unused : tuple of str
        What the file contains beside the readings that were used.
    y_title : str
        Readings and their unit in words, as on the axis of the figure; empty: "reading".
    read_as : tuple of str
        Columns that were recognised by their names.
    """

    curve: str
    description: str
    unit: str
    y_unit: str
    weighting: str
    fit: Fit
    standards: tuple[StandardLevel, ...]
    samples: tuple[InterpolatedSample, ...]
    lowest: float
    highest: float
    acceptance_percent: float
    confidence: float
    checks: tuple[Check, ...]
    course: CourseOfCurve
    concentrations: np.ndarray
    readings: np.ndarray
    unused: tuple[str, ...] = ()
    y_title: str = ""
    read_as: tuple[str, ...] = ()

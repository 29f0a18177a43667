"""How the scatter of readings depends on the reading: the words of `variance` and `weights`."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Literal, get_args

import numpy as np

from tricyclic.core.analysis_options import FitVariance
from tricyclic.core.format import pluralize
from tricyclic.core.series import Series
from tricyclic.core.weight_formula import FORMULAS, weight_formula
from tricyclic.errors import InputError, UnknownNameError
from tricyclic.fitting.problem import FitPart

LIKELIHOODS = ("poisson", "quasipoisson", "binomial", "quasibinomial")
Family = Literal["", "poisson", "binomial"]


@dataclass(frozen=True)
class VarianceModel:
    """The variance of a reading, up to a scale that is estimated or known.

    Parameters
    ----------
    name : str
        As in `fit`.
    power : float
        Power of the expected reading that the standard deviation is proportional to; nan where it
        is estimated, or where the model has none.
    family : {"", "poisson", "binomial"}
        Distribution of the readings where they are fitted by its exact likelihood.
    """

    name: FitVariance
    power: float = float("nan")
    family: Family = ""

    @property
    def counts(self) -> bool:
        """Whether the counting errors of the series are part of a normal variance."""
        return self.name == "counting" or (self.name == "poisson" and not self.family)

    @property
    def scale_is_known(self) -> bool:
        """Whether the distribution itself sets the scatter, with nothing to estimate."""
        return bool(self.family) and not self.name.startswith("quasi")

    @property
    def of_mean(self) -> bool:
        """Whether the standard deviation is a power of the expected reading."""
        return self.name in ("proportional", "power")


def variance_model(
    parts: Sequence[FitPart], variance: str, weights: str = ""
) -> tuple[tuple[FitPart, ...], VarianceModel]:
    """The variance model of a fit, and its parts with the weights of their readings.

    Parameters
    ----------
    parts : sequence of FitPart
    variance : str
        As in `fit`.
    weights : str
        "1/y^K" of the curve, "1/x^K" of the dose, "1/sd^K" of the replicates, or nothing.

    Raises
    ------
    InputError
        If the model has no such name, or the readings are none that it applies to.
    """
    parts = tuple(parts)
    if variance not in get_args(FitVariance):
        raise UnknownNameError.among("variance model", variance, get_args(FitVariance))
    name: FitVariance = variance  # type: ignore[assignment]
    chosen = VarianceModel(name, 1.0 if name == "proportional" else float("nan"))
    if name in LIKELIHOODS:
        chosen = replace(chosen, family=_family(parts, name))
    if chosen.counts:
        _check_counting_errors(parts, name)
    if weights:
        parts, chosen = _weighted(parts, chosen, weights)
    if chosen.counts or chosen.family:
        for part in parts:
            if part.series.weight is not None:
                raise InputError(
                    f"has weights, and the variance model '{name}' sets those of counts itself",
                    where=part.series.name,
                    do="Omit the weights, or choose the variance model 'constant'",
                )
    return parts, chosen


def _weighted(
    parts: tuple[FitPart, ...], chosen: VarianceModel, weights: str
) -> tuple[tuple[FitPart, ...], VarianceModel]:
    formula = weight_formula(weights)
    if formula is None or formula[0].lower() not in ("x", "y", "sd"):
        raise InputError(f"is '{weights}'", where="weights", allowed=f"It is {FORMULAS}")
    of, power = formula[0].lower(), formula[1]
    if of == "y":
        if chosen.name != "constant":
            raise InputError(
                f"is '{weights}', and the variance model is '{chosen.name}'",
                where="weights",
                allowed="Weights by the curve go with the variance model 'constant'",
                do="Omit one of the two",
            )
        name: FitVariance = "proportional" if power == 2.0 else "power"
        return parts, VarianceModel(name, power / 2.0)
    column = _by_dose if of == "x" else _by_replicates
    return (
        tuple(
            replace(part, series=_with_weight(part.series, column(part) ** -power))
            for part in parts
        ),
        chosen,
    )


def _with_weight(series: Series, weight: np.ndarray) -> Series:
    own = 1.0 if series.weight is None else series.weight
    # Only ratios matter; the mean of 1 keeps the scatter in the unit of the readings.
    return replace(series, weight=own * weight / weight.mean())


def _by_dose(part: FitPart) -> np.ndarray:
    needed = [column.name for column in part.model.columns if column.default is None]
    if len(needed) != 1:
        raise InputError(
            f"the curve {part.curve_name} has {len(needed)} independent variables",
            where="weights",
            allowed="Weights by x need a curve of one",
            do="Give a column of weights",
        )
    dose = np.asarray(part.series.x[needed[0]])
    if at_zero := int((dose <= 0).sum()):
        are = "is" if at_zero == 1 else "are"
        raise InputError(
            f"{pluralize(at_zero, 'reading')} of {part.series.name} {are} at 0, where one over x "
            f"is "
            "infinite",
            where="weights",
            do="Leave out readings at 0, or weight by 1/y^2",
        )
    return dose


def _by_replicates(part: FitPart) -> np.ndarray:
    series, index = part.series, part.series.replicate_index()
    n = np.bincount(index)
    mean = np.bincount(index, series.y) / n
    squares = np.bincount(index, (series.y - mean[index]) ** 2)
    if (n < 2).any() or (squares <= 0).any():
        what = "only one reading" if (n < 2).any() else "equal replicates"
        raise InputError(
            f"a setting of {series.name} has {what}, so that its replicates have no SD",
            where="weights",
            allowed="Weights by SD need two or more different readings at every setting",
            do="Weight by 1/y^2, or give a column of standard deviations",
        )
    return np.asarray(np.sqrt(squares / (n - 1))[index])


def _check_counting_errors(parts: Sequence[FitPart], variance: str) -> None:
    for part in parts:
        if part.series.counting_slope is None:
            raise InputError(
                f"the variance model '{variance}' needs counts and a counting time",
                where=part.series.name,
                do="Give the counting time, or choose the variance model 'constant' or "
                "'proportional'",
            )


def _family(parts: Sequence[FitPart], name: str) -> Family:
    """The distribution of the readings, after a check that they can come from it."""
    if name.endswith("binomial"):
        for part in parts:
            _check_shares(part.series, name)
        return "binomial"
    if name == "poisson" and all(part.series.counting_slope is not None for part in parts):
        return ""
    for part in parts:
        y = part.series.y
        if (y < 0).any() or (y != np.round(y)).any():
            bad = y[(y < 0) | (y != np.round(y))][0]
            raise InputError(
                f"the variance model '{name}' needs counts and a counting time, or readings that "
                f"are counts; one is {bad:g}",
                where=part.series.name,
                allowed="Counts are whole numbers of 0 or more",
                do="Give the counting time, or choose the variance model 'constant' or "
                "'proportional'",
            )
    return "poisson"


def _check_shares(series: Series, name: str) -> None:
    if series.trials is None:
        raise InputError(
            f"the variance model '{name}' needs the number of trials of each reading",
            where=series.name,
            do="Give trials, the number of subjects at each dose",
        )
    responded = series.y * series.trials
    bad = np.abs(responded - np.round(responded)) > 1e-6 * series.trials
    if bad.any():
        i = int(np.flatnonzero(bad)[0])
        raise InputError(
            f"{series.y[i]:g} of {series.trials[i]:g} trials is no whole number",
            where=series.name,
            allowed="A share times its trials is the number that responded",
            do="Give the number that responded, with the number of trials",
        )

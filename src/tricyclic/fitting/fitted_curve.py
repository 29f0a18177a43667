"""One curve of a fit of many: its readings, its numbers, and the estimates with their covariance.

The numbers of a curve are the same whichever engine fitted it; the covariance of a curve that was
fitted with many others is computed when it is first needed.
"""

from __future__ import annotations

import math
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Literal

import numpy as np

from tricyclic.core.curve_model import CurveModel
from tricyclic.core.estimate import WITHOUT_MIDPOINT, Fit, FittedParameter
from tricyclic.core.series import Series
from tricyclic.errors import InputError
from tricyclic.fitting.problem import FitPart, curve_columns
from tricyclic.fitting.replicates import lack_of_fit, without_scatter
from tricyclic.numerics.least_squares import covariance, jacobian

if TYPE_CHECKING:
    from tricyclic.core.analysis_options import FitVariance

LEAST_SIZE = 1e-3
Intervals = Literal["auto", "all", "target", "none"] | Sequence[str]


@dataclass(frozen=True)
class FitSettings:
    """How curves are fitted.

    Parameters
    ----------
    fixed : mapping of str to float
        Values of parameters that are not fitted.
    free : tuple of str
        Parameters to fit although the model fixes them.
    variance : str
        Variance model.
    weights : str
        "1/y^2", "1/x", ...; weights of single readings are part of their Series.
    intervals : {"auto", "all", "target", "none"} or sequence of str
        Parameters that get profile-likelihood limits.
    confidence : float
        Of the limits.
    outliers : float, optional
        False discovery rate at which readings far from the curve are named (ROUT); none is ever
        left out. None: not looked for.
    own_scatter : bool
        Whether curves that are fitted together have a standard deviation each, not one for all.
    ec_name : str
        Letters of effective doses where they are not EC: LD, LC, ED, IC.
    """

    fixed: Mapping[str, float] = field(default_factory=dict)
    free: tuple[str, ...] = ()
    variance: FitVariance = "constant"
    weights: str = ""
    intervals: Intervals = "auto"
    confidence: float = 0.95
    outliers: float | None = None
    own_scatter: bool = False
    ec_name: str = ""

    def __post_init__(self) -> None:
        is_text = isinstance(self.ec_name, str)
        letters = self.ec_name.removesuffix("50") if is_text else ""
        if not is_text or (letters and not re.fullmatch(r"[A-Za-z]{1,6}", letters)):
            raise InputError(
                f"'{str(self.ec_name)[:20]}' is no name of effective doses",
                where="ec_name",
                allowed="It is one of letters, such as LD, LC, ED or IC",
            )
        object.__setattr__(self, "ec_name", letters)


@dataclass(frozen=True, eq=False)
class GroupFit:
    """One curve of a fit.

    Parameters
    ----------
    key : tuple of str
        Values of the columns that distinguish the curves; empty for a single curve.
    part : FitPart
        Its readings and its model.
    position : int
        Its place among the parts of the fit that it belongs to; 0 where it was fitted alone.
    status : str
        One word, as in files of many curves.
    parameters : tuple of FittedParameter
        Under the model's own names, in its order.
    df : float
        Degrees of freedom of the fit that it belongs to.
    sd : float
        Residual standard deviation of its readings.
    p_lack_of_fit : float
        P of the replicates test; nan without replicates.
    checks : tuple of str
        Names of the checks that warn or fail.
    effect : str
        "inhibition" or "remaining" where the readings are percent of it; "" where that is not
        known.
    """

    key: tuple[str, ...]
    part: FitPart
    position: int
    status: str
    parameters: tuple[FittedParameter, ...]
    df: float
    sd: float
    p_lack_of_fit: float
    checks: tuple[str, ...]
    effect: str = ""

    @property
    def label(self) -> str:
        """Its key as one text, or the name of its readings."""
        return ", ".join(self.key) or self.part.series.name

    @property
    def values(self) -> dict[str, float]:
        """Parameters by name."""
        return {parameter.name: parameter.value for parameter in self.parameters}

    def expected(self) -> np.ndarray:
        """Fitted values of its readings, shape (n,)."""
        columns = curve_columns(self.part.series, self.part.model)
        with np.errstate(all="ignore"):
            return np.asarray(self.part.model.curve(**columns, **self.values), float)

    @property
    def r_squared(self) -> float:
        """1 - residual over total sum of squares of its readings; nan where these are equal."""
        y = self.part.series.y
        total = float(np.sum((y - y.mean()) ** 2))
        residual = float(np.sum((y - self.expected()) ** 2))
        return 1.0 - residual / total if total > 0 and math.isfinite(residual) else math.nan


@dataclass(frozen=True, eq=False)
class CurvePoint:
    """Estimates of one curve with the covariance of the fit that they belong to.

    Parameters
    ----------
    model : CurveModel
    series : Series
    names : mapping of str to str
        Own name of each parameter -> its name in the fit.
    all_values : mapping of str to float
        All parameters of the fit by their names in it.
    free_names : tuple of str
        Those that were fitted, in the order of the covariance.
    covariance : array, shape (free, free)
    df : float
    determined : bool
        Whether the estimates of this curve are estimates, and not bounds of the search.
    without_se : frozenset of str
        Fitted parameters that have no standard error: at a bound, or without curvature.
    """

    model: CurveModel
    series: Series
    names: Mapping[str, str]
    all_values: Mapping[str, float]
    free_names: tuple[str, ...]
    covariance: np.ndarray
    df: float
    determined: bool = True
    without_se: frozenset[str] = frozenset()

    @property
    def free(self) -> np.ndarray:
        """Fitted values, in the order of the covariance."""
        return np.array([self.all_values[name] for name in self.free_names])

    @property
    def known_covariance(self) -> np.ndarray:
        """The covariance with 0 where it is not known."""
        return np.where(np.isfinite(self.covariance), self.covariance, 0.0)

    def standard_error(self, slopes: np.ndarray) -> float:
        """Standard error of a quantity from its slopes, shape (free,), by the delta method; nan
        where it depends on a parameter that has none.
        """
        if any(
            slopes[i] != 0 and name in self.without_se for i, name in enumerate(self.free_names)
        ):
            return math.nan
        return math.sqrt(max(float(slopes @ self.known_covariance @ slopes), 0.0))

    def values_at(self, vectors: np.ndarray) -> dict[str, np.ndarray | float]:
        """Parameters of the curve under its own names, each of shape (k, 1) where it is fitted, for
        fitted values of shape (k, free)."""
        position = {name: i for i, name in enumerate(self.free_names)}
        return {
            own: vectors[:, position[name], None] if name in position else self.all_values[name]
            for own, name in self.names.items()
        }

    def curve_at(self, columns: Mapping[str, np.ndarray]) -> tuple[np.ndarray, np.ndarray]:
        """Expected readings and their standard error at settings, each of shape (n,)."""

        def expected(vectors: np.ndarray) -> np.ndarray:
            return np.asarray(self.model.curve(**columns, **self.values_at(vectors)))

        with np.errstate(all="ignore"):
            middle = np.atleast_2d(expected(self.free[None, :]))[0]
            slopes = jacobian(expected, self.free, np.maximum(np.abs(self.free), LEAST_SIZE))
            variance = np.einsum("ij,jk,ik->i", slopes, self.known_covariance, slopes)
        return middle, np.sqrt(np.maximum(variance, 0.0))


def curve_of_fit(key: tuple[str, ...], part: FitPart, position: int, fit: Fit) -> GroupFit:
    """The numbers of one curve from the fit that it belongs to.

    Parameters
    ----------
    key
        Values of the columns that distinguish the curves.
    part, position
        The curve, and its place in the fit.
    fit
        With its status and checks.
    """
    own = tuple(
        replace(fit[part.name_of(parameter.name)], name=parameter.name)
        for parameter in part.model.parameters
    )
    fitted = fit.parts[position]
    residual = fitted.series.y - fitted.expected
    df = fit.df * part.series.n / fit.n
    share = float(np.sum(residual**2)) / df if df > 0 else math.nan
    return GroupFit(
        key,
        part,
        position,
        fit.status if fit.ok or fit.status else "not converged",
        own,
        float(fit.df),
        math.sqrt(share) if share >= 0 else math.nan,
        _p_lack_of_fit(fit),
        tuple(dict.fromkeys(check.name for check in fit.checks if check.level != "pass")),
    )


def _p_lack_of_fit(fit: Fit) -> float:
    """P of the replicates test about the fitted curve, also where no check is made of it because
    the curve is flat or not monotone, as the engine of many curves has it.
    """
    for check in fit.checks:
        if check.name == "lack_of_fit":
            return math.nan if check.value is None else check.value
    if fit.status not in WITHOUT_MIDPOINT or not fit.ok or without_scatter(fit):
        return math.nan
    test = lack_of_fit(fit)
    return math.nan if test is None else test.p


def point_of_fit(curve: GroupFit, fit: Fit) -> CurvePoint:
    """Estimates and covariance of one curve of a fit."""
    names = {one.name: curve.part.name_of(one.name) for one in curve.part.model.parameters}
    target = curve.part.model.target
    return CurvePoint(
        curve.part.model,
        curve.part.series,
        names,
        fit.values,
        tuple(parameter.name for parameter in fit.free),
        np.asarray(fit.covariance),
        # Where the distribution sets the scatter, nothing is estimated of it.
        math.inf if fit.variance in ("poisson", "binomial") else float(fit.df),
        fit.ok and (target not in names or fit[names[target]].determined),
        frozenset(one.name for one in fit.free if math.isnan(one.se)),
    )


def point_of_numbers(curve: GroupFit) -> CurvePoint:
    """Estimates of a curve that was fitted with many others, and their linear covariance."""
    model, series = curve.part.model, curve.part.series
    free = tuple(one.name for one in curve.parameters if not one.fixed)
    point = CurvePoint(
        model,
        series,
        {one.name: one.name for one in model.parameters},
        curve.values,
        free,
        np.zeros((len(free), len(free))),
        curve.df,
    )
    at = point.free
    if not np.isfinite(at).all() or not curve.df > 0:
        return replace(point, covariance=np.full((at.size, at.size), np.nan), determined=False)
    columns = curve_columns(series, model)

    def expected(vectors: np.ndarray) -> np.ndarray:
        return np.asarray(model.curve(**columns, **point.values_at(vectors)))

    with np.errstate(all="ignore"):
        slopes = jacobian(expected, at, np.maximum(np.abs(at), LEAST_SIZE))
    weight = np.ones(series.n) if series.weight is None else np.asarray(series.weight)
    cov = covariance(slopes, weight) * curve.sd**2
    target = next(one for one in curve.parameters if one.name == model.target)
    return replace(point, covariance=cov, determined=target.determined)

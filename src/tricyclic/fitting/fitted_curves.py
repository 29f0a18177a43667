"""Fitted curves as a collection: by key, with the fit that each belongs to."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, Self

import numpy as np

from tricyclic.core.check import Check
from tricyclic.core.estimate import Fit, FittedParameter
from tricyclic.core.format import list_names
from tricyclic.errors import InputError, UnknownNameError
from tricyclic.fitting.fit_groups import fit_alone, limits_are_profiled
from tricyclic.fitting.fitted_curve import (
    CurvePoint,
    FitSettings,
    GroupFit,
    point_of_fit,
    point_of_numbers,
)
from tricyclic.fitting.problem import FitPart

# Keys that a message lists.
MAX_LISTED = 6
# Statuses of curves whose numbers can be used, where no checks with levels are at hand.
USABLE = ("fitted", "upper CI unbounded", "lower CI unbounded", "parameter at bound")


@dataclass(frozen=True, repr=False, eq=False)
class FittedCurves:
    """One fitted curve, or many.

    Parameters
    ----------
    curve, description : str
        Curve model.
    curves : tuple of GroupFit
        In the order of the table.
    settings : FitSettings
        How they were fitted.
    by : tuple of str
        Columns whose values distinguish the curves.
    joint : Fit or None
        The one fit of all curves, where they share parameters or were given as parts.
    joint_parts : tuple of FitPart
        What that fit was made of, whichever curves were selected since.
    fits : tuple of Fit
        One for each curve where they were fitted one by one; empty where the engine of many curves
        fitted them.
    x_name, x_unit : str
        Column of the table and unit of the independent variable; "M" for a Series.
    y_name : str
        Column of readings, or what the names of replicate columns have in common.
    molar_mass : float or None
        Molar mass [g/mol] by which doses in mass per volume were converted.
    unused : tuple of str
        What the table contains beside the fitted readings: tables, columns, rows.
    """

    curve: str
    description: str
    curves: tuple[GroupFit, ...]
    settings: FitSettings
    by: tuple[str, ...] = ()
    joint: Fit | None = None
    joint_parts: tuple[FitPart, ...] = ()
    fits: tuple[Fit, ...] = ()
    x_name: str = ""
    x_unit: str = ""
    y_name: str = ""
    molar_mass: float | None = None
    unused: tuple[str, ...] = ()
    _cache: dict[int, Fit] = field(default_factory=dict)

    @property
    def failed(self) -> bool:
        """Whether a single curve was not fitted or failed a check; of several curves, whether all
        did.
        """
        return all(self.curve_failed(curve) for curve in self.curves)

    @property
    def by_many(self) -> bool:
        """Whether the engine of many curves fitted them, so that the fits are made when needed."""
        return self.joint is None and not self.fits

    def curve_failed(self, curve: GroupFit) -> bool:
        """Whether a curve was not fitted, or failed a check.

        Parameters
        ----------
        curve
            One of `curves`.
        """
        if self.by_many:
            return curve.status not in USABLE
        fit = self.fit_of(curve)
        return not fit.ok or any(check.level == "fail" for check in fit.checks)

    # Curves as a collection.

    def keys(self) -> tuple[Any, ...]:
        """Key of each curve: a text, or a tuple where several columns distinguish the curves."""
        return tuple(key_of(curve) for curve in self.curves)

    def items(self) -> Iterator[tuple[Any, Self]]:
        """Key and fit of every curve."""
        return (
            (key, self._only(curve)) for key, curve in zip(self.keys(), self.curves, strict=True)
        )

    def __len__(self) -> int:
        return len(self.curves)

    def __iter__(self) -> Iterator[Self]:
        return (self._only(curve) for curve in self.curves)

    def __contains__(self, name: object) -> bool:
        return any(_matches(curve, name) for curve in self.curves) or self._has_parameter(name)

    def __getitem__(self, name: Any) -> Any:
        """A curve by its key, else a parameter of a single curve or of a joint fit by its name."""
        entry = [curve for curve in self.curves if _matches(curve, name)]
        if len(entry) == 1:
            return self._only(entry[0])
        if entry:
            return replace(self, curves=tuple(entry), fits=self._fits(entry))
        if self._has_parameter(name):
            return next(one for one in self.parameters if one.name == name)
        if len(self.curves) == 1 and not self.by:
            known = ", ".join(parameter.name for parameter in self.parameters)
            raise KeyError(f"no parameter is called '{name}'; there are {known}")
        labels = [curve.label for curve in self.curves]
        raise UnknownNameError.among("curve", str(name), labels)

    def _has_parameter(self, name: object) -> bool:
        single = len(self.curves) == 1 or self.joint is not None
        return single and any(one.name == name for one in self.parameters)

    def _fits(self, curves: Sequence[GroupFit]) -> tuple[Fit, ...]:
        return tuple(self.fits[self.curves.index(curve)] for curve in curves) if self.fits else ()

    def _only(self, curve: GroupFit) -> Self:
        if len(self.curves) == 1:
            return self
        return replace(self, curves=(curve,), fits=self._fits([curve]), unused=())

    # The fit of a single curve, and of curves fitted together.

    def fit_of(self, curve: GroupFit) -> Fit:
        """The fit that a curve belongs to; computed when it is first needed where the curve was
        fitted with many others.

        Parameters
        ----------
        curve
            One of `curves`.
        """
        if self.joint is not None:
            return self.joint
        if self.fits:
            return self.fits[self.curves.index(curve)]
        # The curve is kept by this result, so that its identity is not used again.
        if id(curve) not in self._cache:
            wanted = self.settings.intervals
            settings = replace(self.settings, intervals="target" if wanted == "auto" else wanted)
            self._cache[id(curve)] = fit_alone(curve.part, settings)
        return self._cache[id(curve)]

    @property
    def fit(self) -> Fit:
        """The fit of a single curve, or of all curves together.

        Raises
        ------
        InputError
            If there are several curves with a fit each.
        """
        return self.joint if self.joint is not None else self.fit_of(self._single("fit"))

    def _single(self, what: str) -> GroupFit:
        if len(self.curves) > 1:
            names = list_names([repr(key_of(curve)) for curve in self.curves], MAX_LISTED)
            raise InputError(
                f"{what} is of one curve, and there are {len(self.curves)}",
                do=f"Select one, such as fit[{key_of(self.curves[0])!r}]; there are: {names}",
            )
        return self.curves[0]

    @property
    def parameters(self) -> tuple[FittedParameter, ...]:
        """Parameters of a single curve, or of all curves fitted together."""
        if len(self.curves) == 1 and len(self.fit.parts) > 1:
            return self.curves[0].parameters
        return self.fit.parameters

    @property
    def ok(self) -> bool:
        """Whether the curves could be fitted."""
        return all(self.fit_of(curve).ok for curve in self.curves)

    @property
    def values(self) -> dict[str, float]:
        """Parameters by name."""
        return {parameter.name: parameter.value for parameter in self.parameters}

    @property
    def status(self) -> str:
        """Status of a single curve."""
        return self._single("status").status if self.joint is None else self.joint.status

    @property
    def checks(self) -> tuple[Check, ...]:
        """Checks of all curves; of curves fitted with many others, when they are first needed."""
        if self.joint is not None:
            return self.joint.checks
        return tuple(check for curve in self.curves for check in self.fit_of(curve).checks)

    def __getattr__(self, name: str) -> Any:
        # `message`, `parts`, `covariance`, `rss`, `df`, `log_likelihood`, `aicc`, `variance`,
        # `confidence`, `optima`, `starts`, `free`, `n` of a single curve.
        if name.startswith("_") or name not in Fit.__dataclass_fields__.keys() | {"free", "n"}:
            raise AttributeError(f"a fit has no attribute '{name}'")
        return getattr(self.fit, name)

    def point_of(self, curve: GroupFit) -> CurvePoint:
        """Estimates of a curve with their covariance.

        Parameters
        ----------
        curve
            One of `curves`.
        """
        numbers = all(math.isfinite(value) for value in curve.values.values())
        if self.by_many and numbers:
            return point_of_numbers(curve)
        return point_of_fit(curve, self.fit_of(curve))

    @property
    def fitted(self) -> np.ndarray:
        """Fitted value of every reading, in the order of `to_frame("readings")`."""
        return np.concatenate([self.expected_of(curve) for curve in self.curves])

    @property
    def residuals(self) -> np.ndarray:
        """Reading less fitted value of every reading, in the order of `to_frame("readings")`."""
        readings = np.concatenate([curve.part.series.y for curve in self.curves])
        return np.asarray(readings - self.fitted)

    def expected_of(self, curve: GroupFit) -> np.ndarray:
        """Fitted values of one curve, shape (n,).

        Parameters
        ----------
        curve
            One of `curves`.
        """
        if self.by_many and math.isfinite(sum(curve.values.values())):
            return curve.expected()
        return np.asarray(self.fit_of(curve).parts[curve.position].expected)

    @property
    def limits_method(self) -> str:
        """How the limits of the parameters were computed: "profile likelihood", or "first order"
        for many parameters that are fitted together.
        """
        if self.settings.intervals == "none":
            return ""
        is_linear = (
            self.joint is not None
            and self.by != ()
            and not limits_are_profiled(self.joint_parts, self.settings)
        )
        return "first order" if is_linear else "profile likelihood"

    @property
    def shared(self) -> tuple[str, ...]:
        """Parameters that all curves share, by the names of the model."""
        if self.joint is None or len(self.curves) < 2:
            return ()
        first = self.curves[0].part
        return tuple(
            p.name
            for p in first.model.parameters
            if len({curve.part.name_of(p.name) for curve in self.curves}) == 1
            and not self.joint[first.name_of(p.name)].fixed
        )


def key_of(curve: GroupFit) -> Any:
    """Key of a curve: a text, or a tuple where several columns distinguish the curves."""
    if not curve.key:
        return curve.part.series.name
    return curve.key[0] if len(curve.key) == 1 else curve.key


def _matches(curve: GroupFit, name: Any) -> bool:
    """Whether a key, or the first parts of one, is that of a curve."""
    if isinstance(name, tuple):
        return curve.key[: len(name)] == tuple(map(str, name)) and bool(name)
    if not curve.key:
        return bool(curve.part.series.name == name)
    return curve.key[0] == str(name)

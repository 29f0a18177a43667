"""CurveModel, Parameter, Column: the declaration of a curve."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Literal

import numpy as np

if TYPE_CHECKING:
    from tricyclic.core.series import Series

Values = Mapping[str, float]
Kernel = Callable[..., np.ndarray]
FirstGuess = Callable[["Series", Values], Sequence[dict[str, float]]]


@dataclass(frozen=True)
class Parameter:
    """One parameter of a curve.

    Parameters
    ----------
    name : str
        Positive quantities are fitted on the log scale and are called `log10_...`.
    unit : str
        "y" means the unit of the readings, "y/M" that unit per molar.
    description : str
        What it is, in a few words.
    low, high : float
        Bounds that a fit may not leave.
    fixed_by_default : bool
        True where the experiment must state the value (a Kd from elsewhere); such a parameter is
        fitted only when the caller frees it.
    default : float or None
        Value of a fixed parameter that the caller may omit.
    min_abs : float
        Least absolute value of a parameter that may have either sign, such as the hill of a sigmoid
        that rises or falls; 0 for all others.
    along : str
        Column of doses on whose log scale a half-way dose lies. It is then searched within three
        decades of the doses of the readings instead of `low` to `high`: farther away it would
        describe no reading, whatever the unit of the dose.
    choices : tuple of float
        Values of a fixed parameter that are all tried where the caller states none, such as the end
        of a curve that is asymmetric; the one with the highest likelihood is kept, the first if
        they are equal.
    """

    name: str
    unit: str
    description: str
    low: float = -np.inf
    high: float = np.inf
    fixed_by_default: bool = False
    default: float | None = None
    min_abs: float = 0.0
    along: str = ""
    choices: tuple[float, ...] = ()


@dataclass(frozen=True)
class Column:
    """One condition that was varied; `default` where a series may omit it."""

    name: str
    description: str
    default: float | None = None


@dataclass(frozen=True)
class CurveModel:
    """A curve that can be fitted: a declaration and a kernel.

    Parameters
    ----------
    description : str
        The curve in a few words ("one site, one competitor").
    columns : tuple of Column
        What the kernel needs for each reading.
    parameters : tuple of Parameter
        In the order in which they are shown.
    curve : callable
        `curve(**columns, **parameters) -> expected readings`. Columns come with shape (n,),
        parameters as float or with shape (k, 1); the result has shape (n,) or (k, n): kernels
        broadcast. Every call is by name.
    first_guess : callable
        `first_guess(series, given) -> [start, ...]`: one or more starts {free parameter: value};
        more starts where the curve may have several optima. `given` has the values of fixed
        parameters; for a sigmoid also `direction`, 1 (rising) or -1 (falling).
    sources : tuple of str
        Papers that define the curve (keys of sources.csv or DOIs).
    equation : str
        The equation in words of the field, as printed in methods.
    when : str
        When to use it, and when not.
    target : str
        The parameter that the experiment is done for ("log10_ki").
    example : mapping
        A full set of values, free and fixed, with which tests and docs draw the curve.
    design : mapping of str to sequence
        Settings x at which `example` is drawn.
    nests : tuple of str
        Names of simpler built-in curves that are a special case of this one.
    sigmoid : {"", "rising", "falling"}
        Set for curves with parameters `bottom`, `top` and `hill`, where bottom is the lower plateau
        and hill is above 0 for a rising and below 0 for a falling curve. A fit tries both
        directions unless they are the same curve; this one is searched first.
    name : str
        Set by the registry from the name of the file.
    """

    description: str
    columns: tuple[Column, ...]
    parameters: tuple[Parameter, ...]
    curve: Kernel
    first_guess: FirstGuess
    sources: tuple[str, ...]
    equation: str = ""
    when: str = ""
    target: str = ""
    example: Mapping[str, float] = field(default_factory=dict)
    design: Mapping[str, Sequence[float]] = field(default_factory=dict)
    nests: tuple[str, ...] = ()
    sigmoid: Literal["", "rising", "falling"] = ""
    name: str = ""

    def named(self, name: str) -> CurveModel:
        """The same curve under a name."""
        return replace(self, name=name)

    @property
    def takes_any_dose(self) -> bool:
        """Whether doses may be in any unit: no parameter but half-way doses depends on it."""
        return all(
            "M" not in parameter.unit or (parameter.unit == "log10 M" and parameter.along)
            for parameter in self.parameters
        )

    def parameter(self, name: str) -> Parameter:
        """The parameter of a name; KeyError if there is none."""
        return {p.name: p for p in self.parameters}[name]

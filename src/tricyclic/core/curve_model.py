"""CurveModel, Parameter, Column: the declaration of a curve."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from tricyclic.core.series import Series

Values = Mapping[str, float]
Kernel = Callable[..., np.ndarray]
FirstGuess = Callable[["Series", Values], Sequence[dict[str, float]]]


@dataclass(frozen=True)
class Parameter:
    """One number of a curve.

    Parameters
    ----------
    name : str
        Positive quantities are fitted on the log scale and are called `log10_...`.
    unit : str
        "y" means the unit of the readings, "y/M" that unit per molar.
    says : str
        What it is, for a person.
    low, high : float
        Bounds that a fit may not leave.
    given : bool
        True where the experiment must state the value (a Kd from elsewhere); such a parameter is
        fitted only when the caller frees it.
    default : float or None
        Value of a given parameter that the caller may leave out.
    """

    name: str
    unit: str
    says: str
    low: float = -np.inf
    high: float = np.inf
    given: bool = False
    default: float | None = None


@dataclass(frozen=True)
class Column:
    """One thing that was varied; `default` where a series may leave it out."""

    name: str
    says: str
    default: float | None = None


@dataclass(frozen=True)
class CurveModel:
    """A curve that can be fitted: a declaration, a kernel, and nothing else.

    Parameters
    ----------
    says : str
        The curve in a few words ("one site, one competitor").
    columns : tuple of Column
        What the kernel wants to know of each reading.
    parameters : tuple of Parameter
        Its numbers, in the order they are shown.
    curve : callable
        `curve(**columns, **parameters) -> expected readings`. Columns come with shape (n,), parameters
        as float or with shape (k, 1); the result has shape (n,) or (k, n): kernels broadcast. Every
        call is by name.
    first_guess : callable
        `first_guess(series, given) -> [start, ...]`: one or more starts {free parameter: value}; more
        starts where the curve may have several optima.
    sources : tuple of str
        Papers that define the curve (keys of sources.csv or DOIs).
    equation : str
        The equation in words of the field, as printed in methods.
    when : str
        When to use it, and when not.
    target : str
        The parameter that answers the question ("log10_ki").
    example : mapping
        A full set of values, free and given, that tests and docs draw the curve with.
    design : mapping of str to sequence
        Settings x at which `example` is drawn.
    nests : tuple of str
        Names of simpler curves on the shelf that are a special case of this one.
    name : str
        Set by the shelf from the file's name.
    """

    says: str
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
    name: str = ""

    def named(self, name: str) -> CurveModel:
        """Give the curve with its name."""
        return replace(self, name=name)

    def parameter(self, name: str) -> Parameter:
        """Find a parameter by name; KeyError if there is none."""
        return {p.name: p for p in self.parameters}[name]

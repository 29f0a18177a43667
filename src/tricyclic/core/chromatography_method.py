"""A chromatographic method: its compounds, where they elute, and what they are for."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise

from tricyclic.errors import InputError, UnknownNameError

ANALYTE = "analyte"
INTERNAL_STANDARD = "internal standard"
NEIGHBOUR = "neighbour"
# Peaks nearer than this part of their retention are one: a tenth of the width of a peak with
# 10,000 plates.
_APART = 0.001
ROLES = (ANALYTE, INTERNAL_STANDARD, NEIGHBOUR)


@dataclass(frozen=True)
class Compound:
    """A compound of a method.

    Attributes
    ----------
    name : str
        As in tables and reports.
    retention_min : float
        Expected retention time, min.
    window_min : float
        Largest distance from it, either way, at which the peak is still this compound, min.
    role : str
        "analyte", "internal standard", or "neighbour": known to elute nearby, not quantified.
    """

    name: str
    retention_min: float
    window_min: float
    role: str = ANALYTE


@dataclass(frozen=True)
class ChromatographyMethod:
    """Compounds in order of retention, and the void time.

    Attributes
    ----------
    name : str
        Of the method.
    compounds : tuple of Compound
        In order of retention.
    void_min : float
        Void time, min; what elutes before is not evaluated.
    end_min : float or None
        End of the part that is evaluated, min; None is the end of the trace.
    unused : tuple of str
        Columns of its sheet that were not used.
    """

    name: str
    compounds: tuple[Compound, ...]
    void_min: float = 0.0
    end_min: float | None = None
    unused: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        ordered = tuple(sorted(self.compounds, key=lambda one: one.retention_min))
        object.__setattr__(self, "compounds", ordered)
        _check(self)

    def __iter__(self) -> Iterator[Compound]:
        return iter(self.compounds)

    @property
    def internal_standard(self) -> Compound | None:
        """The internal standard, if the method has one."""
        return next((one for one in self.compounds if one.role == INTERNAL_STANDARD), None)

    @property
    def analytes(self) -> tuple[Compound, ...]:
        """The compounds to quantify."""
        return tuple(one for one in self.compounds if one.role == ANALYTE)

    def compound(self, name: str) -> Compound:
        """The compound of a name.

        Raises
        ------
        UnknownNameError
            If the method has none of that name.
        """
        for one in self.compounds:
            if one.name == name:
                return one
        names = [one.name for one in self.compounds]
        raise UnknownNameError.among("compound", name, names, where=self.name)


def _check(method: ChromatographyMethod) -> None:
    where = method.name
    names = [one.name for one in method.compounds]
    if not names:
        raise InputError("lists no compound", where=where, do="Add [[compounds]]")
    twice = sorted({name for name in names if names.count(name) > 1})
    if twice:
        raise InputError(f"lists '{twice[0]}' twice", where=where, allowed="A name must occur once")
    standards = [one.name for one in method.compounds if one.role == INTERNAL_STANDARD]
    if len(standards) > 1:
        raise InputError(
            f"has {len(standards)} internal standards ({', '.join(standards)})",
            where=where,
            allowed="A method has one at most",
            do='Give the others the role "analyte" or "neighbour"',
        )
    for one, other in pairwise(method.compounds):
        if abs(other.retention_min - one.retention_min) < _APART * one.retention_min:
            raise InputError(
                f"{one.name} and {other.name} elute at {one.retention_min:g} and "
                f"{other.retention_min:g} min, which no fit separates",
                where=where,
                do="Correct a retention_min, or list the two as one compound",
            )
    for one in method.compounds:
        at = f"{where}, {one.name}"
        if one.role not in ROLES:
            raise UnknownNameError.among("role", one.role, ROLES, where=at)
        if not one.window_min > 0.0:
            raise InputError(
                f"the window is {one.window_min:g} min", where=at, allowed="It must be above 0"
            )
        if not one.retention_min > method.void_min:
            raise InputError(
                f"the retention of {one.retention_min:g} min is not after the void time of "
                f"{method.void_min:g} min",
                where=at,
                do="Correct one of the two",
            )
        if method.end_min is not None and one.retention_min >= method.end_min:
            raise InputError(
                f"the retention of {one.retention_min:g} min is not before end_min, "
                f"{method.end_min:g} min",
                where=at,
                do="Correct one of the two",
            )

"""Simulated: what a simulation gives the doors: key numbers with bands, exposures, courses, and the files to write."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from math import nan
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from tricyclic.core.dosing import Regimen
    from tricyclic.core.time_course import Course
    from tricyclic.jobs._simulate_compare import Compared


@dataclass(frozen=True)
class Span:
    """A number over the members: the median, and the limits of their band; nan limits for a single run."""

    value: float
    low: float = nan
    high: float = nan


@dataclass(frozen=True)
class Key:
    """What one watch did.

    `extreme` is the value farthest from rest and `extreme_h` its time; `percent` and `percent_end` are of each
    member's own rest, nan where the watch is not told so. `unchanged`: it stayed within 0.1 % of rest.
    """

    name: str
    says: str
    unit: str
    rest: Span
    extreme: Span
    extreme_h: float
    end: Span
    percent: Span
    percent_end: Span
    lowest: bool
    unchanged: bool


@dataclass(frozen=True)
class Occupied:
    """Occupancy of one target in percent: highest, when, and at the end."""

    name: str
    says: str
    highest: Span
    highest_h: float
    end: Span


@dataclass(frozen=True)
class Exposed:
    """Exposure to one drug in one place; `numbers` by the names of an Exposure's fields, over the members."""

    drug: str
    place: str
    molar_mass: float
    numbers: Mapping[str, Span]


@dataclass(frozen=True, repr=False)
class Simulated:
    """A simulation.

    Parameters
    ----------
    scenario, title, species : str
    regimens : tuple of Regimen
    horizon_h : float
    members : int
        Runs behind each number; 1 is a single run at the library's values.
    ensemble : str
        Name of the ensemble they are from; empty for none.
    share : float
        Share of the members that a band holds.
    values : mapping of str to float
        Parameters that the request set.
    keys, occupancies, exposures : tuple
        Key numbers of watches, targets and drugs.
    courses, occupied, levels : tuple of Course
        Watches; occupancies in percent; drug concentrations in nM.
    compared : tuple of Compared
        Measured series beside the simulated, where there are any.
    remarks : tuple of str
        What to know before trusting it.
    time_unit : str
        "h"; empty where a model of the user's own does not declare it, and times are bare numbers.
    to_write : mapping of path to bytes
    """

    scenario: str
    title: str
    species: str
    regimens: tuple[Regimen, ...]
    horizon_h: float
    members: int
    ensemble: str
    share: float
    values: Mapping[str, float]
    keys: tuple[Key, ...]
    occupancies: tuple[Occupied, ...]
    exposures: tuple[Exposed, ...]
    courses: tuple[Course, ...]
    occupied: tuple[Course, ...]
    levels: tuple[Course, ...]
    compared: tuple[Compared, ...] = ()
    remarks: tuple[str, ...] = ()
    time_unit: str = "h"
    to_write: Mapping[str, bytes] = field(default_factory=dict)

    def __getitem__(self, name: str) -> Course:
        for course in (*self.courses, *self.occupied, *self.levels):
            if course.name == name:
                return course
        names = ", ".join(course.name for course in (*self.courses, *self.occupied, *self.levels))
        raise KeyError(f"nothing watched is called '{name}'; there are {names}")

    def __str__(self) -> str:
        return self.as_text()

    __repr__ = __str__

    def as_text(self) -> str:
        """The key numbers, for a terminal."""
        from tricyclic.jobs._simulate_text import text_of

        return text_of(self)

    def as_json(self) -> dict[str, Any]:
        """Everything as plain data, courses to six figures."""
        from tricyclic.core.serialize import as_plain

        told = {
            one.name: as_plain(getattr(self, one.name))
            for one in fields(self)
            if one.name not in ("to_write", "courses", "occupied", "levels")
        }
        for name in ("courses", "occupied", "levels"):
            told[name] = [_short(as_plain(course)) for course in getattr(self, name)]
        return told


def _short(plain: Any) -> Any:
    if isinstance(plain, float):
        return float(f"{plain:.6g}")
    if isinstance(plain, list):
        return [_short(item) for item in plain]
    if isinstance(plain, dict):
        return {key: _short(value) for key, value in plain.items()}
    return plain

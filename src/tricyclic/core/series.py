"""Readings of one experiment with the settings at which they were taken."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from tricyclic.errors import InputError

Floats = np.ndarray
# Largest reading of a series, apart from 0: beyond these, sums of squares leave the range of
# floating-point numbers (1e-308 to 1e308).
SMALLEST_SCALE, LARGEST_SCALE = 1e-100, 1e100

# Optional columns with one number for each reading.
PER_READING = ("counting_slope", "counting_offset", "weight", "trials")


def frozen_array(values: ArrayLike) -> Floats:
    """Copy to a read-only array of float64."""
    array = np.array(values, dtype=float)
    array.setflags(write=False)
    return array


@dataclass(frozen=True)
class Series:
    """Readings y at the settings x, one entry per well or sample.

    Parameters
    ----------
    name : str
        Name in checks and reports.
    y : array, shape (n,)
        Readings, finite, in `y_unit`.
    y_unit : str
        Unit of y ("dpm", "cpm", "fmol/mg", "unknown").
    x : mapping of str to array, shape (n,)
        Independent variables, one entry per column; the names include the unit: `competitor_M`,
        `radioligand_M` (added), `specific` (1 where the site can bind, 0 in non-specific wells),
        `time_min`, `agonist_M`, `antagonist_M`, `modulator_M`. Concentrations are 0 where there is
        no ligand.
    experiment : str
        The independent run of the readings.
    group : str
        Condition ("vehicle").
    labels : tuple of str, length n
        File and well of each reading ("net_run1.csv A01"); empty where unknown.
    x_units : mapping of str to str
        Unit of a column of doses that is not in mol/L ("g/ha" of `concentration_M`): curves that
        take doses in any unit are fitted and reported in it.
    time_unit : str
        Unit in which the table has `time_min`, for the axes of figures; empty where unknown.
    counting_slope, counting_offset : array, shape (n,), or None
        Counting variance of y, as slope * expected y + offset; None where y are not counts.
    weight : array, shape (n,), or None
        Relative weights, above 0: a reading of weight w has the variance of one of weight 1
        divided by w, beside that of the variance model; None for equal weights.
    trials : array, shape (n,), or None
        Subjects or events of which y is the share that responded, whole numbers of 1 or more;
        None where y is no share.
    """

    name: str
    y: Floats
    y_unit: str
    x: Mapping[str, Floats]
    experiment: str = ""
    group: str = ""
    labels: tuple[str, ...] = field(default=())
    counting_slope: Floats | None = None
    counting_offset: Floats | None = None
    weight: Floats | None = None
    trials: Floats | None = None
    x_units: Mapping[str, str] = field(default_factory=dict)
    time_unit: str = ""

    def __post_init__(self) -> None:
        y = frozen_array(self.y)
        if y.ndim != 1 or y.size == 0:
            raise InputError("has no readings", where=self.name, allowed="A series has one or more")
        if not np.isfinite(y).all():
            raise InputError(
                f"reading {int(np.flatnonzero(~np.isfinite(y))[0]) + 1} is not a number",
                where=self.name,
                do="Leave out wells that were not measured",
            )
        largest = float(np.abs(y).max())
        if largest and not SMALLEST_SCALE <= largest <= LARGEST_SCALE:
            raise InputError(
                f"the largest reading is {largest:g}",
                where=self.name,
                allowed=f"It lies between {SMALLEST_SCALE:g} and {LARGEST_SCALE:g}, or all are 0",
                do="Write the readings in another unit",
            )
        for key, column in self.x.items():
            if np.shape(column) not in ((), (1,), y.shape):
                raise InputError(
                    f"column {key} has {np.size(column)} values for {y.size} readings",
                    where=self.name,
                    allowed="One value for each reading, or one for all",
                )
        columns = {
            key: frozen_array(np.broadcast_to(np.asarray(column, float), y.shape))
            for key, column in self.x.items()
        }
        for key, column in columns.items():
            bad = ~np.isfinite(column) | (column < 0 if not key.startswith("log10_") else False)
            if bad.any():
                raise InputError(
                    f"column {key} contains {column[bad][0]:g}",
                    where=self.name,
                    allowed="Concentrations and times are 0 or more",
                )
        object.__setattr__(self, "y", y)
        object.__setattr__(self, "x", MappingProxyType(columns))
        for key in PER_READING:
            value = getattr(self, key)
            if value is not None:
                object.__setattr__(
                    self, key, frozen_array(np.broadcast_to(np.asarray(value, float), y.shape))
                )
        self._check_weight()
        self._check_trials()
        if self.labels and len(self.labels) != y.size:
            raise InputError(f"{len(self.labels)} labels for {y.size} readings", where=self.name)

    def __getstate__(self) -> dict[str, Any]:
        # A read-only view of a mapping cannot be pickled.
        return {**self.__dict__, "x": dict(self.x), "x_units": dict(self.x_units)}

    def __setstate__(self, state: dict[str, Any]) -> None:
        for name, value in state.items():
            object.__setattr__(self, name, MappingProxyType(value) if name == "x" else value)

    @property
    def n(self) -> int:
        """Number of readings."""
        return int(self.y.size)

    def keep(self, mask: ArrayLike) -> Series:
        """The series with only the readings where mask, shape (n,), is true."""
        kept = np.asarray(mask, bool)
        return Series(
            name=self.name,
            y=self.y[kept],
            y_unit=self.y_unit,
            x={key: column[kept] for key, column in self.x.items()},
            experiment=self.experiment,
            group=self.group,
            x_units=self.x_units,
            time_unit=self.time_unit,
            labels=tuple(label for label, k in zip(self.labels, kept, strict=True) if k)
            if self.labels
            else (),
            **{key: None if (v := getattr(self, key)) is None else v[kept] for key in PER_READING},
        )

    def _check_weight(self) -> None:
        if self.weight is None:
            return
        weight = self._one_per_reading("weight", self.weight)
        bad = ~np.isfinite(weight) | (weight <= 0)
        if bad.any():
            raise InputError(
                f"a weight is {weight[bad][0]:g}",
                where=self.name,
                allowed="Weights are finite and above 0",
                do="Leave out a reading that should not count",
            )

    def _check_trials(self) -> None:
        if self.trials is None:
            return
        trials = self._one_per_reading("trials", self.trials)
        bad = ~np.isfinite(trials) | (trials < 1) | (trials != np.round(trials))
        if bad.any():
            raise InputError(
                f"a number of trials is {trials[bad][0]:g}",
                where=self.name,
                allowed="Numbers of trials are whole and 1 or more",
            )
        y = np.asarray(self.y, float)
        bad = (y < 0) | (y > 1)
        if bad.any():
            raise InputError(
                f"the share of trials that responded is {y[bad][0]:g}",
                where=self.name,
                allowed="It lies between 0 and 1",
                do="Give the number that responded and the number of trials, "
                "or the share as a fraction",
            )

    def _one_per_reading(self, key: str, values: ArrayLike) -> Floats:
        size, n = np.size(values), np.size(self.y)
        if size not in (1, n):
            raise InputError(
                f"has {size} values of {key} for {n} readings",
                where=self.name,
                allowed="One value for each reading, or one for all",
            )
        return np.asarray(values, float).reshape(-1)

    def replicate_index(self) -> np.ndarray:
        """Index of the setting of each reading, shape (n,): equal x in all columns, equal index."""
        table = np.column_stack([column for _, column in sorted(self.x.items())])
        return np.asarray(np.unique(table, axis=0, return_inverse=True)[1]).reshape(-1)

"""An asked request becomes courses: every member from its own drug-free rest, through the regimens, to medians and bands."""

from __future__ import annotations

import math
from collections.abc import Generator, Mapping, Sequence
from typing import TYPE_CHECKING

import numpy as np

from tricyclic.core.time_course import Course, Floats, course_of_members
from tricyclic.errors import InputError, NumericsError
from tricyclic.jobs._job import Progress

if TYPE_CHECKING:
    from tricyclic.jobs._simulate_ask import Asked


class Runs:
    """What all members gave: times, quantities, and values by name.

    `table` has shape (members, times, names), `rests` shape (members, names).
    """

    def __init__(self, time_h: Floats, names: Sequence[str], table: Floats, rests: Floats) -> None:
        self.time_h, self.names, self.table, self.rests = time_h, tuple(names), table, rests

    @property
    def members(self) -> int:
        """How many runs there are."""
        return int(self.table.shape[0])

    def of(self, name: str) -> Floats:
        """A quantity in all members, shape (members, times)."""
        return np.asarray(self.table[:, :, self.names.index(name)])

    def rest_of(self, name: str) -> Floats:
        """A quantity at rest in all members, shape (members,)."""
        return np.asarray(self.rests[:, self.names.index(name)])

    def course(
        self, name: str, quantity: str, says: str, unit: str, *, relative: bool, factor: float = 1.0
    ) -> Course:
        """A quantity as a Course, in `unit`, which is `factor` times the model's."""
        return course_of_members(
            name,
            says,
            unit,
            self.time_h,
            self.of(quantity) * factor,
            self.rest_of(quantity) * factor,
            relative=relative,
        )


def run_members(
    asked: Asked, names: Sequence[str], time_h: Floats, members: Sequence[Mapping[str, float]] = ()
) -> Generator[Progress, None, Runs]:
    """Run each member, or the library's own values where there are none.

    Parameters
    ----------
    members : sequence of mapping
        Parameters of each; what the request sets wins over them.
    time_h : array, shape (times,)
        In the model's own unit of time; the runs are told in hours where that is known.

    Raises
    ------
    InputError
        If what the request sets, or a model of the user's own, cannot be solved.
    """
    from tricyclic.simulation.run import Bench

    sets = [{**member, **asked.values} for member in members] or [dict(asked.values)]
    total = len(sets) + 1
    yield Progress(0, total, "compiling the model")
    bench = Bench(asked.composed)
    wanted = list(dict.fromkeys(names))
    table = np.empty((len(sets), time_h.size, len(wanted)))
    rests = np.empty((len(sets), len(wanted)))
    for k, values in enumerate(sets):
        yield Progress(
            k + 1, total, f"member {k + 1} of {len(sets)}" if len(sets) > 1 else "simulating"
        )
        try:
            rest = bench.rest(values)
            rests[k] = bench.rest_of(wanted, values, rest)
            table[k] = bench.run(time_h, wanted, values, rest=rest)
        except NumericsError as error:
            raise _named(asked, error) from error
    told = 1.0 if math.isnan(asked.hours_per_time) else asked.hours_per_time
    return Runs(time_h * told, wanted, table, rests)


def _named(asked: Asked, error: NumericsError) -> Exception:
    """The error with the values that were set, or the file it is of; our own fault stays that."""
    if asked.values:
        listed = ", ".join(f"{name} = {value:.6g}" for name, value in asked.values.items())
        return InputError(
            f"cannot be solved with {listed}",
            where=asked.scenario.name,
            allowed=str(error).rstrip("."),
            do="Change what was set",
        )
    return error if asked.composed.at_rest else InputError(str(error), where=asked.scenario.name)

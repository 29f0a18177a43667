"""Plate maps: the contents of each well, applied to a plate as counted.

A block lists wells and their contents. Lists (concentrations, radioligand, times) run along the
block in its direction; the wells across are replicates. A later block replaces an earlier one in
the wells that both have. Wells that were counted but are in no block become empty, and wells of the
layout that the plate does not have are missing, both with a note.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cached_property

from tricyclic.core.format import pluralize
from tricyclic.core.plate import (
    PLATE_SHAPES,
    Plate,
    Role,
    Well,
    in_row_order,
    well_name,
    well_position,
)
from tricyclic.core.well_names import Direction, dilution_series, wells_named
from tricyclic.errors import InputError

MAX_POINTS = 384
_COUNTED_UNITS = {"cpm", "dpm", "cps", "dps", "counts", "Bq", "unknown"}


@dataclass(frozen=True)
class WellBlock:
    """Wells and their contents.

    Parameters
    ----------
    wells : str
        "A1:C3", "A1:A12, D5", "column 3", "rows B-D".
    role : Role or None
        None only for a block that excludes wells of other blocks.
    name : str
        Name of the block in messages.
    compound : str
        Competitor, agonist, or the drug that defines non-specific binding.
    concentrations_M : tuple of float
        One for all wells, or one for each step [M].
    top_M, dilution, points : float, float, int, or None
        Instead of the list: the highest concentration [M], the dilution factor (above 1), and the
        number of steps (None: as many as the block has).
    direction : str
        Direction of the lists: "down" the rows or "across" the columns.
    replicates : str or None
        Direction of the replicates; None: the other one. Where it is the same one, each value
        applies to neighbouring wells.
    radioligand_nM : tuple of float
        Added radioligand [nM]; empty where the assay states it.
    times_min : tuple of float
        Incubation times [min]; empty where the assay states it.
    modulator : str
        Second substance (antagonist, allosteric modulator, masking ligand).
    modulator_M : tuple of float
        Its concentrations [M].
    group : str
        Condition ("vehicle").
    excluded : str
        Reason why these wells are excluded from fits.

    Raises
    ------
    InputError
        If a number is out of range, a competition has concentration 0, or two fields contradict.
    """

    wells: str
    role: Role | None
    name: str = ""
    compound: str = ""
    concentrations_M: tuple[float, ...] = ()
    top_M: float | None = None
    dilution: float | None = None
    points: int | None = None
    direction: Direction = "down"
    replicates: Direction | None = None
    radioligand_nM: tuple[float, ...] = ()
    times_min: tuple[float, ...] = ()
    modulator: str = ""
    modulator_M: tuple[float, ...] = ()
    group: str = ""
    excluded: str = ""

    def __post_init__(self) -> None:
        numbers = {
            "concentration": (
                *self.concentrations_M,
                *([] if self.top_M is None else [self.top_M]),
            ),
            "radioligand": self.radioligand_nM,
            "time": self.times_min,
            "modulator concentration": self.modulator_M,
        }
        for what, values in numbers.items():
            bad = next(
                (value for value in values if not (math.isfinite(value) and value >= 0)), None
            )
            if bad is not None:
                raise self._error(f"a {what} is {bad:g}", allowed="It is 0 or more")
        if self.role is None and not self.excluded:
            raise self._error("no role is given", allowed="Roles are " + ", ".join(Role))
        if self.role is None and (
            self.compound or self.concentrations_M or self.radioligand_nM or self.times_min
        ):
            raise self._error("an exclusion has no contents", do="Give the block a role")
        self._check_series()
        self._check_role()

    @property
    def only_excludes(self) -> bool:
        """Whether the block has no contents of its own: it excludes wells of other blocks."""
        no_contents = not (
            self.compound
            or self.concentrations_M
            or self.top_M is not None
            or self.radioligand_nM
            or self.times_min
            or self.modulator
        )
        return self.role is None or (bool(self.excluded) and no_contents)

    @property
    def label(self) -> str:
        """Name of the block in a message."""
        name = self.name or ", ".join(
            part for part in ((self.role or "excluded"), self.compound) if part
        )
        return f"block '{name}' ({self.wells})"

    def _error(self, problem: str, *, allowed: str = "", do: str = "") -> InputError:
        return InputError(problem, where=self.label, allowed=allowed, do=do)

    def _check_series(self) -> None:
        if (self.top_M is None) != (self.dilution is None):
            raise self._error("a dilution series needs both top and dilution")
        if self.top_M is not None and self.concentrations_M:
            raise self._error(
                "both a list of concentrations and a dilution series are given", do="Keep one"
            )
        if self.points is not None and (self.top_M is None or not 1 <= self.points <= MAX_POINTS):
            raise self._error(
                f"points is {self.points}", allowed=f"1 to {MAX_POINTS}, beside top and dilution"
            )
        if self.dilution is not None and not 1 < self.dilution <= 1e6:
            raise self._error(
                f"dilution is {self.dilution:g}",
                allowed="It is the factor between steps, above 1 and at most 1e6: 10, or 3.1623 "
                "for half a log",
            )
        if self.modulator_M and not self.modulator:
            raise self._error("a modulator concentration is given without a modulator")

    def _check_role(self) -> None:
        concentrations = self.concentrations_M or (() if self.top_M is None else (self.top_M,))
        if self.role is Role.COMPETITION and not self.only_excludes:
            if not self.compound or not concentrations:
                raise self._error("a competition needs a compound and its concentrations")
            if 0 in concentrations:
                raise self._error(
                    "a competition has concentration 0, which has no logarithm",
                    do="Mark the wells as total",
                )
        if self.role is Role.TOTAL and any(concentrations):
            raise self._error(
                "total wells contain no competitor",
                do="Mark them as competition or non_specific, or leave out the concentration",
            )
        if self.role in {Role.EMPTY, Role.BACKGROUND} and any(concentrations):
            raise self._error(f"{self.role} wells contain no compound")


@dataclass(frozen=True)
class PlateLayout:
    """Contents of each well of a plate.

    Parameters
    ----------
    size : int
        6, 12, 24, 48, 96, 384 or 1536.
    blocks : tuple of WellBlock
        A later block replaces an earlier one in the wells that both have; a block that has a reason
        to exclude and no contents excludes wells of the others.
    name : str
        Name of the layout in messages (its file).
    notes : tuple of str
        Remarks about its file, which the notes of a plate repeat.

    Raises
    ------
    InputError
        If a well is outside the plate, or a list does not fit its wells.
    """

    size: int
    blocks: tuple[WellBlock, ...]
    name: str = ""
    notes: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        if self.size not in PLATE_SHAPES:
            sizes = ", ".join(str(size) for size in PLATE_SHAPES)
            raise InputError(
                f"a plate of {self.size} wells",
                where=self.name,
                allowed=f"Plates have {sizes} wells",
            )
        if not any(block.role for block in self.blocks):
            raise InputError("no block has a role", where=self.name)
        try:
            len(self.planned_wells)
        except InputError as error:
            raise (error.at(self.name) if self.name else error) from None

    @cached_property
    def planned_wells(self) -> dict[str, Well]:
        """The wells of all blocks by name, in row order; their values are nan."""
        wells: dict[str, Well] = {}
        for block in self.blocks:
            if not block.only_excludes:
                wells |= {well.name: well for well in _wells_of(block, self.size)}
        for block in self.blocks:
            if block.only_excludes:
                for name in wells_named(block.wells, self.size):
                    if name not in wells and block.role in (None, Role.COMPETITION):
                        raise InputError(
                            f"well {name} is excluded but in no block", where=block.label
                        )
                    # Where the block states another role, the well has that role.
                    kept = wells.get(name)
                    if kept is None or block.role not in (None, kept.role):
                        (kept,) = _wells_of(replace(block, wells=name), self.size)
                    wells[name] = replace(kept, excluded=block.excluded)
        return {well.name: well for well in in_row_order(wells.values())}

    @cached_property
    def replaced(self) -> tuple[str, ...]:
        """Notes on the wells in which a block replaces an earlier one."""
        owner: dict[str, WellBlock] = {}
        by_pair: dict[tuple[str, str], list[str]] = {}
        for block in self.blocks:
            for name in () if block.only_excludes else wells_named(block.wells, self.size):
                if name in owner:
                    by_pair.setdefault((block.label, owner[name].label), []).append(name)
                owner[name] = block
        return tuple(
            f"{listed_wells(names)}: {later} replaces {earlier}"
            for (later, earlier), names in by_pair.items()
        )

    def apply(self, plate: Plate) -> Plate:
        """The plate with the contents of each counted well.

        Parameters
        ----------
        plate : Plate
            As counted. Its time, group and exclusion stay where the layout has none.

        Returns
        -------
        Plate
            With roles and contents; counted wells in no block are empty, wells of the layout that
            the plate does not have are not counted, and notes list them.

        Raises
        ------
        InputError
            If the sizes differ, the plate has no well of the layout, or counts in use are negative.
        """
        if plate.size != self.size:
            raise InputError(
                f"the plate has {plate.size} wells, the layout {self.size}",
                where=_place(plate, self.name),
                do="Give the layout of this plate, or provide plate_size",
            )
        counted = {well.name for well in plate.wells}
        missing = [
            name
            for name, well in self.planned_wells.items()
            if name not in counted and well.role is not Role.EMPTY
        ]
        if missing and not any(
            well.counted and self._role_of(well.name) is not Role.EMPTY for well in plate.wells
        ):
            raise InputError(
                f"the layout has {listed_wells(missing)} that the file does not have, and none "
                "that it has",
                where=_place(plate, self.name),
                do="Check that file and layout belong together",
            )
        added = [Well(name, math.nan) for name in missing]
        wells = in_row_order(
            _filled(well, self.planned_wells.get(well.name)) for well in (*plate.wells, *added)
        )
        notes = [*plate.notes, *self.notes, *self.replaced]
        left = tuple(
            well.name for well in wells if well.counted and well.name not in self.planned_wells
        )
        if left:
            notes.append(f"{listed_wells(left)}: counted, but not in the layout; treated as empty")
        uncounted = [
            well.name for well in wells if not well.counted and well.role is not Role.EMPTY
        ]
        if uncounted:
            notes.append(f"{listed_wells(uncounted)}: in the layout, but not counted")
        filled = replace(plate, wells=wells, notes=tuple(notes), unassigned=left)
        negative_counts(filled)
        return filled

    def _role_of(self, name: str) -> Role:
        planned = self.planned_wells.get(name)
        return Role.EMPTY if planned is None else planned.role


def negative_counts(plate: Plate) -> None:
    """Refuse counts below 0 in wells that are not excluded; other readings may be negative.

    Raises
    ------
    InputError
        If there are any.
    """
    if plate.unit in _COUNTED_UNITS:
        for well in plate.wells:
            if well.value < 0 and not well.excluded:
                raise InputError(
                    f"counts are {well.value:g}",
                    where=f"{plate.file}, well {well.name}" if plate.file else f"well {well.name}",
                    allowed="Counts are 0 or more",
                    do="Mark a failed well as excluded in the layout",
                )


def _wells_of(block: WellBlock, size: int) -> list[Well]:
    try:
        names = wells_named(block.wells, size, direction=block.direction)
    except InputError as error:
        raise error.at(block.label) from None
    concentrations: Sequence[float] = block.concentrations_M
    if block.top_M is not None and block.dilution is not None:
        if block.points is None and block.replicates == block.direction:
            raise InputError(
                "a dilution series with its replicates side by side needs points", where=block.label
            )
        points = block.points or len({_step(name, block.direction) for name in names})
        concentrations = dilution_series(block.top_M, block.dilution, points)
    columns = {
        "concentrations": _spread(concentrations, names, block, "concentrations"),
        "radioligand": _spread(block.radioligand_nM, names, block, "radioligand concentrations"),
        "time": _spread(block.times_min, names, block, "times"),
        "modulator": _spread(block.modulator_M, names, block, "modulator concentrations"),
    }
    return [
        Well(
            name,
            math.nan,
            role=block.role or Role.EMPTY,
            compound=block.compound,
            concentration_M=columns["concentrations"][k] or 0.0,
            radioligand_nM=columns["radioligand"][k],
            time_min=columns["time"][k],
            modulator=block.modulator,
            modulator_M=columns["modulator"][k] or 0.0,
            group=block.group,
            excluded=block.excluded,
        )
        for k, name in enumerate(names)
    ]


def _spread(
    values: Sequence[float], names: Sequence[str], block: WellBlock, what: str
) -> list[float | None]:
    """The value of a list for each well, along the direction of the block."""
    if len(values) < 2:
        return [values[0] if values else None] * len(names)
    steps = sorted({_step(name, block.direction) for name in names})
    if block.replicates == block.direction:
        lines: dict[int, list[str]] = {}
        for name in names:
            lines.setdefault(
                _step(name, "across" if block.direction == "down" else "down"), []
            ).append(name)
        if all(len(line) % len(values) == 0 for line in lines.values()):
            given = {
                name: values[k * len(values) // len(line)]
                for line in lines.values()
                for k, name in enumerate(line)
            }
            return [given[name] for name in names]
    elif len(values) == len(names):
        return list(values)
    elif len(values) == len(steps):
        return [values[steps.index(_step(name, block.direction))] for name in names]
    lines_are = "rows" if block.direction == "down" else "columns"
    raise InputError(
        f"{len(values)} {what} do not fit {len(names)} wells in {len(steps)} {lines_are}",
        where=block.label,
        do=f"Give one for each of the {len(steps)} {lines_are}, or change the direction "
        f"({block.direction})",
    )


def _step(name: str, direction: Direction) -> int:
    row, column = well_position(name)
    return row if direction == "down" else column


def _filled(well: Well, planned: Well | None) -> Well:
    if planned is None:
        return replace(well, role=Role.EMPTY, compound="", concentration_M=0.0)
    return replace(
        planned,
        value=well.value,
        flag=well.flag,
        time_min=well.time_min if planned.time_min is None else planned.time_min,
        group=planned.group or well.group,
        excluded=well.excluded or planned.excluded,
    )


def _place(plate: Plate, layout: str) -> str:
    return " with ".join(part for part in (plate.file or plate.name, layout) if part)


def listed_wells(names: Sequence[str]) -> str:
    """Number of wells and the first names: "36 wells (D01, D02, …)"."""
    listed = ", ".join([well_name(name) for name in names[:6]] + ["…"] * (len(names) > 6))
    return f"{pluralize(len(names), 'well')} ({listed})"

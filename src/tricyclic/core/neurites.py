"""Cells with their neurites, and counts of cells per field, from tables or images."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Literal

from tricyclic.core.culture_arms import CultureArm
from tricyclic.errors import InputError

# measured: used; ambiguous: used, with a crossing or bundle that may belong to another cell;
# excluded: not used, with the reason (border, debris, no soma).
CellState = Literal["measured", "ambiguous", "excluded"]
CELL_STATES: tuple[CellState, ...] = ("measured", "ambiguous", "excluded")

# Thresholds of the curve over k, in soma diameters.
THRESHOLDS = tuple(0.25 * k for k in range(2, 13))


@dataclass(frozen=True)
class NeuriteCell:
    """One cell.

    Parameters
    ----------
    cell : str
        Unique in its field.
    longest, total : float
        Length of the longest neurite and of all with their branches, in the unit of the table; 0
        without neurites, nan where not measured.
    soma_diameter : float
        Of a disc of the same area; nan where not measured.
    neurites, branches : int or None
        Neurites that start at the soma; points at which they branch.
    state : {"measured", "ambiguous", "excluded"}
    reason : str
        Why it is ambiguous or excluded.
    culture, well, field : str
        "" where the table or the names of the images do not state them.
    arm : CultureArm or None
    """

    cell: str
    longest: float
    total: float
    soma_diameter: float
    neurites: int | None = None
    branches: int | None = None
    state: CellState = "measured"
    reason: str = ""
    culture: str = ""
    well: str = ""
    field: str = ""
    arm: CultureArm | None = None


@dataclass(frozen=True)
class FieldCount:
    """Cells of one field, and those with a neurite at each threshold.

    Parameters
    ----------
    culture, well, field : str
    arm : CultureArm
    cells : int
    positive : tuple of int
        One for each threshold of the table.
    excluded : str
        Reason where the field is not used; "" otherwise.
    place : str
        Row of the table or name of the image.
    """

    culture: str
    well: str
    field: str
    arm: CultureArm
    cells: int
    positive: tuple[int, ...]
    excluded: str = ""
    place: str = ""


@dataclass(frozen=True)
class NeuriteTable:
    """Fields of an experiment, and its cells where they were measured one by one.

    Parameters
    ----------
    fields : tuple of FieldCount
    thresholds : tuple of float
        Length of a neurite that counts, in soma diameters, ascending; nan for counts whose
        criterion is not stated.
    cells : tuple of NeuriteCell
        Empty for a table of counts.
    stimulus : str
        The usual one ("NGF").
    length_unit : str
        Of the cells: "um" or "px"; "" without cells.
    soma_diameter : float
        The one that was used for cells without their own; nan where there was none.
    file : str
    read_as, unused : tuple of str
    """

    fields: tuple[FieldCount, ...]
    thresholds: tuple[float, ...]
    cells: tuple[NeuriteCell, ...] = ()
    stimulus: str = "NGF"
    length_unit: str = ""
    soma_diameter: float = float("nan")
    file: str = ""
    read_as: tuple[str, ...] = field(default=())
    unused: tuple[str, ...] = field(default=())


def diameters_text(threshold: float) -> str:
    """A threshold in words: "1 soma diameter", "1.5 soma diameters"."""
    return f"{threshold:g} soma diameter" + ("" if threshold == 1 else "s")


def table_of_cells(
    cells: Sequence[NeuriteCell],
    *,
    length_unit: str,
    stimulus: str = "NGF",
    soma_diameter: float = math.nan,
    thresholds: Sequence[float] = THRESHOLDS,
    where: str = "",
) -> NeuriteTable:
    """Fields of cells, with the cells that have a neurite of each threshold.

    Parameters
    ----------
    cells : sequence of NeuriteCell
        Each with its culture; excluded ones are kept, and not counted.
    length_unit : str
    stimulus : str
        That of cells without an arm, which are then those of the vehicle.
    soma_diameter : float
        Of cells without their own; nan for none.
    thresholds : sequence of float
        In soma diameters, ascending.
    where : str
        For errors.

    Raises
    ------
    InputError
        If a cell with a length has no soma diameter, neither its own nor a common one.
    """
    groups: dict[tuple[str, str, str, CultureArm], list[NeuriteCell]] = {}
    for cell in cells:
        arm = cell.arm or CultureArm(stimulus=stimulus)
        groups.setdefault((cell.culture, cell.well, cell.field, arm), []).append(cell)
    fields = []
    for (culture, well, name, arm), own in groups.items():
        used = [one for one in own if one.state != "excluded" and math.isfinite(one.longest)]
        diameters = [
            one.soma_diameter if math.isfinite(one.soma_diameter) else soma_diameter for one in used
        ]
        if not all(d > 0 for d in diameters):
            raise InputError(
                "the threshold is in soma diameters, and cells have none",
                where=where or name,
                do="Add --soma-diameter 12 (in the unit of the lengths), or a column "
                "'soma_diameter'",
            )
        counts = tuple(
            sum(
                one.longest > 0 and one.longest >= k * d
                for one, d in zip(used, diameters, strict=True)
            )
            for k in thresholds
        )
        reason = "" if used else "no cell is used"
        fields.append(FieldCount(culture, well, name, arm, len(used), counts, reason, name))
    return NeuriteTable(
        tuple(fields), tuple(thresholds), tuple(cells), stimulus, length_unit, soma_diameter
    )

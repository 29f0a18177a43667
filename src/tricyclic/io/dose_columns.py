"""Tables with several columns of doses, one before the readings of each compound."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

from tricyclic.core.concentrations import log10_of
from tricyclic.core.table import DataTable
from tricyclic.io.column_names import READING, group_of, without_unit
from tricyclic.units import convert, dimension

_WORDS = re.compile(
    r"\b(log(10)?|conc(entrations?|s)?\.?|doses?|\[\]|final|of|added)(?![a-z])|[\[\]():,_]", re.I
)


@dataclass(frozen=True)
class DoseBlock:
    """A column of doses with the columns of readings after it, and the compound in its name."""

    dose: str
    readings: tuple[str, ...]
    compound: str


def dose_blocks(
    table: DataTable, numeric: Sequence[str], is_dose: Callable[[str], bool]
) -> tuple[tuple[DoseBlock, ...], tuple[str, ...]]:
    """Columns of doses, each with the readings up to the next one, and columns that repeat the
    doses before them in another unit.

    Parameters
    ----------
    table : DataTable
    numeric : sequence of str
        Columns of numbers, in the order of the table.
    is_dose : function of str
        Whether a column has doses.
    """
    parts: list[tuple[str, list[str]]] = []
    again: list[str] = []
    for name in numeric:
        if is_dose(name):
            if parts and not parts[-1][1] and _same_doses(table, parts[-1][0], name):
                again.append(name)
            else:
                parts.append((name, []))
        elif parts:
            parts[-1][1].append(name)
    blocks = tuple(
        DoseBlock(dose, tuple(readings), _compound(dose)) for dose, readings in parts if readings
    )
    return blocks, tuple(again)


def compound_of(block: DoseBlock, group: str) -> str:
    """Compound of a group of readings: its own name, or that of its doses where it has none."""
    generic = READING.fullmatch(group) or group.strip(" 0123456789") == ""
    return block.compound if generic and block.compound else group


def group_in(block: DoseBlock, name: str) -> str:
    """The group of a column among the readings of its block."""
    return group_of(name, block.readings)


def _compound(dose: str) -> str:
    return " ".join(_WORDS.sub(" ", without_unit(dose)).split())


def _same_doses(table: DataTable, one: str, other: str) -> bool:
    """Whether two columns have the same doses, in two units."""
    a, b = (_in_base(table, name) for name in (one, other))
    both = np.isfinite(a) & np.isfinite(b)
    return bool(both.any()) and bool(np.allclose(a[both], b[both], rtol=0.02))


def _in_base(table: DataTable, name: str) -> np.ndarray:
    unit = table.units.get(name, "")
    base = log10_of(unit) or unit
    values = 10.0 ** table.values[name] if log10_of(unit) else table.values[name]
    if dimension(base) == "concentration":
        values = values * convert(1.0, base, "M")
    return np.asarray(values)

"""Formulas in cells: a number or a text that the file does not contain."""

from __future__ import annotations

import re
from collections.abc import Iterable

from tricyclic.errors import InputError

# Longest part of a formula that a message quotes.
LONGEST_QUOTED = 30
_FORMULA = re.compile(r"=\s*[^=<>\s]")


def is_formula(cell: str) -> bool:
    """Whether a cell is a formula without its result, such as "=AVERAGE(B2:D2)"."""
    return _FORMULA.match(cell) is not None


def formula_error(cell: str, where: str = "") -> InputError:
    """The refusal of a formula whose result is needed."""
    return InputError(
        f"the formula {cell[:LONGEST_QUOTED]} has no result in the file",
        where=where,
        do="Open the file in a spreadsheet program and save it",
    )


def refuse_formulas(cells: Iterable[str], where: str = "") -> None:
    """Refuse cells of which one is a formula.

    Raises
    ------
    InputError
        With the first formula.
    """
    for cell in cells:
        if is_formula(cell):
            raise formula_error(cell, where)

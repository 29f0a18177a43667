"""Cells of a plate layout: "T", "NSB mazindol 10 uM", "desipramine 10 nM @ 0.5 nM", "Total 5 min",
and grids of them; compounds without a concentration take it from a list beside the plate.
"""

from __future__ import annotations

import difflib
import math
import re
from collections.abc import Sequence
from dataclasses import replace

from tricyclic.core.formulas import refuse_formulas
from tricyclic.core.plate import PLATE_SHAPES, ListBeside, Role, row_letters
from tricyclic.core.plate_layout import PlateLayout, WellBlock
from tricyclic.errors import InputError
from tricyclic.io.delimited_text import shortened
from tricyclic.io.grids import PlateGrid
from tricyclic.units import concentration_M, convert

_WORDS = {
    Role.TOTAL: (
        "t",
        "tb",
        "tot",
        "total",
        "totals",
        "total binding",
        "total bound",
        "b0",
        "control",
        "controls",
    ),
    Role.NON_SPECIFIC: (
        "n",
        "ns",
        "nsb",
        "non-specific",
        "nonspecific",
        "non_specific",
        "non specific",
        "non-specific binding",
        "nonspecific binding",
        "non specific binding",
        "non-spec",
    ),
    Role.BACKGROUND: ("blank", "blanks", "bg", "bkg", "background"),
    Role.ADDED: ("added", "hot", "hot mix", "total added"),
    Role.EMPTY: ("empty", "-", "–", "unused"),
}
_LONGEST_CELL = 120
# Before the place of a list beside the plate whose concentrations a layout takes.
SOURCE = "wells described by "
_ROLE_OF = {word: role for role, words in _WORDS.items() for word in words}
_CELL = re.compile(
    r"(?P<what>.*?)\s*(?P<dose>[-+]?(?:[0-9]+[.,]?[0-9]*|[.,][0-9]+)(?:[eE][-+]?[0-9]+)?\s*[a-zA-Zµμ]*M)?"
)

# The time of a well, last in its cell.
_TIME = re.compile(
    r"(?P<before>.+?)[\s,;]+(?P<number>[0-9]+(?:[.,][0-9]+)?)\s*(?P<unit>s|sec|min|h)",
    re.IGNORECASE,
)


def role_of_word(word: str) -> Role | None:
    """The role that a word means in a layout ("T", "NSB"); None for another word."""
    plain = word.strip().lower()
    return _ROLE_OF.get(plain) or next((role for role in Role if role == plain), None)


def layout_of_grid(grid: PlateGrid, name: str, *, beside: Sequence[ListBeside] = ()) -> PlateLayout:
    """Make a PlateLayout of a grid of words.

    Parameters
    ----------
    grid : PlateGrid
    name : str
        Of the layout, for messages.
    beside : sequence of ListBeside, optional
        Concentrations beside the plate, for compounds without any in their cells.

    Raises
    ------
    InputError
        If the grid has not the shape of a plate, or a cell is no content of a well.
    """
    size = next((n for n, shape in PLATE_SHAPES.items() if shape == grid.shape), None)
    if size is None:
        raise InputError(
            f"the layout has {grid.shape[0]} rows and {grid.shape[1]} columns",
            where=name,
            allowed="A layout has the shape of a plate: "
            + ", ".join(f"{rows} by {columns}" for rows, columns in PLATE_SHAPES.values()),
        )
    blocks: dict[WellBlock, list[str]] = {}
    used: list[ListBeside] = []
    for position in sorted(grid.cells):
        text = grid.cells[position][0]
        row, column = position
        try:
            block = layout_cell(text, at=(row, column), beside=beside, used=used)
        except InputError as error:
            raise error.at(f"{name}, {grid.location(position)}") from None
        if block is not None:
            blocks.setdefault(block, []).append(f"{row_letters(row)}{column + 1}")
    return PlateLayout(
        size,
        tuple(replace(block, wells=", ".join(wells)) for block, wells in blocks.items()),
        name=name,
        notes=list_notes(used),
    )


def layout_cell(
    text: str,
    *,
    at: tuple[int, int] = (0, 0),
    beside: Sequence[ListBeside] = (),
    used: list[ListBeside] | None = None,
) -> WellBlock | None:
    """The block of one cell of a layout; None for a cell that states no content.

    Parameters
    ----------
    text : str
        Such as "T", "NSB mazindol 10 uM", "desipramine 10 nM @ 0.5 nM", "Total 5 min".
    at : (int, int)
        Row and column of the well, from 0, for the lists.
    beside : sequence of ListBeside, optional
        Concentrations beside the plate, for a compound without its own.
    used : list of ListBeside, optional
        Receives the list that was used.

    Raises
    ------
    InputError
        If the text is none of these.
    """
    refuse_formulas((text,))
    if len(text) > _LONGEST_CELL:
        raise InputError(
            f"'{shortened(text)}' is too long for a cell of a layout",
            do="Write it like desipramine 10 nM",
        )
    body, _, hot = (part.strip() for part in text.partition("@"))
    body, times = _without_time(body)
    if not times:
        hot, times = _without_time(hot)
    radioligand = (layout_nanomolar(hot.replace(",", ".")),) if hot else ()
    match = _CELL.fullmatch(body)
    assert match is not None
    what, dose = match["what"].strip(), (match["dose"] or "").replace(",", ".")
    role = _ROLE_OF.get(what.lower())
    compound = ""
    if role is None and what:
        first, _, after = what.partition(" ")
        role = _ROLE_OF.get(first.lower()) if after else None
        compound = after.strip() if role else what
    concentrations = (layout_molar(dose),) if dose else ()
    if role is None and not concentrations:
        if not what:
            return None
        near = difflib.get_close_matches(what.lower(), _ROLE_OF, n=1, cutoff=0.6)
        own = list_for(what, beside)
        if own and not near:
            if used is not None:
                used.append(own)
            molar = own.values[at[0] if own.of_rows else at[1]]
            if math.isnan(molar):
                return None
            role = Role.COMPETITION if molar else Role.TOTAL
            compound, concentrations = (what, (molar,)) if molar else ("", ())
    if role is None and not concentrations:
        raise InputError(
            f"'{shortened(text)}' is neither a role nor a compound with a concentration",
            allowed=f"Did you mean '{near[0]}'?" if near else "",
            do="Write T, NSB, blank, or a compound with its concentration, "
            "such as desipramine 10 nM",
        )
    if role is None and not compound:
        raise InputError(
            f"'{shortened(text)}' has no compound", do="Write it like desipramine 10 nM"
        )
    if role is Role.TOTAL and any(concentrations):
        raise InputError(
            f"'{shortened(text)}' is a total with a competitor",
            do=f"For the radioligand, write total @ {dose}",
        )
    return WellBlock(
        "",
        role or Role.COMPETITION,
        compound=compound,
        concentrations_M=concentrations,
        radioligand_nM=radioligand,
        times_min=times,
    )


def _without_time(text: str) -> tuple[str, tuple[float, ...]]:
    """A cell without the time at its end, and the time in minutes."""
    match = _TIME.fullmatch(text.strip())
    if not match:
        return text, ()
    unit = match["unit"].lower().removesuffix("ec")
    minutes = convert(float(match["number"].replace(",", ".")), unit, "min")
    return match["before"], (plain_decimal(minutes),)


def list_for(compound: str, beside: Sequence[ListBeside]) -> ListBeside | None:
    """The list of concentrations for a compound: the one whose heading names it, else the only one
    that names no other.
    """
    doses = [one for one in beside if one.unit == "M"]
    named = [one for one in doses if compound.lower() in one.heading.lower()]
    return named[0] if named else doses[0] if len(doses) == 1 else None


def list_notes(used: Sequence[ListBeside]) -> tuple[str, ...]:
    """Notes on the lists that a layout takes concentrations from."""
    return tuple(dict.fromkeys(f"{SOURCE}{one.place}" for one in used))


def layout_molar(text: str) -> float:
    """A concentration of a layout [M]; a decimal number stays decimal."""
    return plain_decimal(concentration_M(text))


def plain_decimal(value: float) -> float:
    """A converted number without the last binary digits."""
    # 10 uM in binary is 9.999999999999999e-06 M; a decimal number of the user stays decimal.
    return float(f"{value:.14g}")


def layout_nanomolar(text: str) -> float:
    """A concentration of a layout [nM]."""
    return plain_decimal(layout_molar(text) * 1e9)

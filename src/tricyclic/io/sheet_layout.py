"""Plate layout that a sheet of readings contains itself: as a grid of words beside the readings, or
as headings of the columns (or rows) with a list of concentrations beside the plate.
"""

from __future__ import annotations

import math
import re
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from tricyclic.core.plate import ListBeside, Plate, Role, row_letters
from tricyclic.core.plate_layout import PlateLayout, WellBlock
from tricyclic.core.table import DataTable
from tricyclic.errors import InputError
from tricyclic.io.base import RawFile
from tricyclic.io.files import at_file, read_bytes
from tricyclic.io.grids import PlateGrid, find_grids
from tricyclic.io.layout_cells import SOURCE, layout_cell, layout_of_grid, list_for

# Heading of totals and the like in the plural or with a remark: "Totals", "NSB (10 uM mazindol)".
_PLURAL = re.compile(r"\s*(totals|controls|blanks)\s*", re.IGNORECASE)
_NSB = re.compile(
    r"\s*(nsb|ns|non[- _]?specific(?:\s+binding)?)\b[\s(:,;=-]*(?P<what>.*?)[\s)]*", re.IGNORECASE
)
_REPLICATE = re.compile(
    r"(?P<name>.*[^0-9\s_.:#-])[\s_.:#-]+(?:rep(?:licate)?[\s_.]*)?(?P<number>[0-9]{1,2})",
    re.IGNORECASE,
)
# What is numbered because it is several things: "compound 1".
_NUMBERED = re.compile(
    r"(compound|cpd|cmpd|drug|inhibitor|ligand|sample|batch|lot|donor)s?", re.IGNORECASE
)
_DOSE_FIRST = re.compile(r"([0-9.,]+\s*[pnuµμm]?M)\s+(?:of\s+)?(\S.*)")


def layout_in_file(path: str | Path | DataTable, plate: Plate) -> PlateLayout | None:
    """Layout of a plate from its own file; None where the file states none.

    Parameters
    ----------
    path : str, Path or DataTable
        The file, or a table in memory.
    plate : Plate
        A plate of this file, as read.

    Raises
    ------
    InputError
        If a grid of words in the file is not a layout, or there are several.
    """
    data, name = read_bytes(path)
    raw = RawFile(name, data)
    try:
        words = [
            grid
            for sheet in raw.sheets_to_sniff
            for grid in find_grids(sheet)
            if _has_roles(grid, plate.headings.lists)
        ]
        if len(words) == 1:
            place = words[0].phrase
            layout = layout_of_grid(words[0], f"{name}, {place}", beside=plate.headings.lists)
            return replace(layout, notes=(f"layout from {place}", *layout.notes))
    except InputError as error:
        raise at_file(error, name) from error.__cause__
    return layout_from_headings(plate)


def layout_from_headings(plate: Plate) -> PlateLayout | None:
    """Layout from the headings around a plate; None where they state no roles.

    Columns (or rows) named total, NSB or blank have this role; the others are compounds, with the
    concentrations that the list beside the plate has for each row (or column).

    Raises
    ------
    InputError
        If a heading is a compound and no list beside the plate has concentrations.
    """
    headings = plate.headings
    texts, by_column = (headings.columns, True) if headings.columns else (headings.rows, False)
    if not texts:
        return None
    texts = _without_replicates(texts)
    read = {(well.row, well.column) for well in plate.wells}
    lists = [one for one in headings.lists if one.of_rows is by_column]
    blocks: dict[WellBlock, list[str]] = {}
    used: list[ListBeside] = []
    for k, text in enumerate(texts):
        for other in range(plate.shape[0 if by_column else 1]) if text else ():
            position = (other, k) if by_column else (k, other)
            block = _block(text, other, lists, used, plate)
            controls = block is not None and block.role is not Role.COMPETITION
            # A control well without a reading was not pipetted; one with a compound is missing.
            if block is not None and (not controls or position in read):
                name = f"{row_letters(position[0])}{position[1] + 1}"
                blocks.setdefault(block, []).append(name)
    if not any(block.role is not Role.EMPTY for block in blocks):
        return None
    places = list(dict.fromkeys(one.place for one in used))
    what = "columns" if by_column else "rows"
    places += [] if by_column else [headings.rows_place]
    named = ", ".join(dict.fromkeys(filter(None, texts)))
    return PlateLayout(
        plate.size,
        tuple(replace(block, wells=", ".join(names)) for block, names in blocks.items()),
        name=f"headings of the {what} in {plate.file or plate.name}",
        notes=(
            f"layout from the headings of the {what}: {named}",
            *(f"{SOURCE}{place}" for place in places),
        ),
    )


def _without_replicates(texts: Sequence[str]) -> tuple[str, ...]:
    """Headings without the numbers of replicates: "DMI 1", "DMI 2", "DMI 3" are all DMI.

    "compound 1", "compound 2" are different compounds, and a single number belongs to a name.
    """
    matches = [_REPLICATE.fullmatch(text) for text in texts]
    numbers: dict[str, set[int]] = {}
    for match in matches:
        if match:
            numbers.setdefault(match["name"], set()).add(int(match["number"]))
    return tuple(
        match["name"]
        if match
        and (
            _control(match["name"]) is not None
            or (
                len(numbers[match["name"]]) > 1
                and numbers[match["name"]] == set(range(1, len(numbers[match["name"]]) + 1))
                and not _NUMBERED.fullmatch(match["name"])
            )
        )
        else text
        for match, text in zip(matches, texts, strict=True)
    )


def _block(
    text: str, other: int, lists: Sequence[ListBeside], used: list[ListBeside], plate: Plate
) -> WellBlock | None:
    """Content of one well of a column (or row) with this heading."""
    block = _control(text)
    if block is None:
        own = list_for(text, lists)
        if own is None:
            raise _no_list(text, lists, plate)
        used.append(own)
        molar = own.values[other]
        if math.isnan(molar):
            return None
        if not molar:
            return WellBlock("", Role.TOTAL)
        return WellBlock("", Role.COMPETITION, compound=text, concentrations_M=(molar,))
    if block.role in (Role.TOTAL, Role.NON_SPECIFIC) and not block.radioligand_nM:
        return _with_setting(block, other, lists, used)
    return block


def _no_list(compound: str, lists: Sequence[ListBeside], plate: Plate) -> InputError:
    """Why no list beside a plate has the concentrations of a compound, and what to do."""
    name = compound[:40]
    doses = [one for one in lists if one.unit == "M"]
    others = [part for part in plate.unused if " beside the plate (" in part and " cells)" in part]
    do = (
        "Write them beside the plate, one for each row, under a heading with their unit, such as "
        "conc (uM); or add --layout FILE"
    )
    allowed = ""
    if doses:
        places = " and ".join(one.place for one in doses)
        allowed = f"There are {places}, and neither heading names {name}"
        do = f"Write the compound into the heading of its list, such as {name} (uM)"
    elif others:
        allowed = f"A list has numbers and a unit of concentration, which {others[0]} has not"
        do = "Write the unit into the heading of the list, such as conc (uM); or add --layout FILE"
    return InputError(
        f"the heading '{name}' is a compound, and no list beside the plate has its concentrations",
        where=plate.name,
        allowed=allowed,
        do=do,
    )


def _with_setting(
    block: WellBlock, other: int, lists: Sequence[ListBeside], used: list[ListBeside]
) -> WellBlock | None:
    """A control with the radioligand or the time of its row, where a list states it."""
    for one in lists:
        words = one.heading.lower()
        is_hot = "radioligand" in words or "[3h]" in words or "[125i]" in words or "hot" in words
        if one.unit == "min" or is_hot:
            used.append(one)
            value = one.values[other]
            if math.isnan(value):
                return None
            if one.unit == "min":
                block = replace(block, times_min=(value,))
            else:
                block = replace(block, radioligand_nM=(float(f"{value * 1e9:.14g}"),))
    return block


def _control(text: str) -> WellBlock | None:
    """The block of a heading with a role or a concentration; None for the name of a compound."""
    plural = _PLURAL.fullmatch(text)
    plain = plural[1][:-1] if plural else text
    nsb = _NSB.fullmatch(text)
    if nsb:
        what = _DOSE_FIRST.sub(r"\2 \1", nsb["what"])
        try:
            return layout_cell(f"NSB {what}".strip())
        except InputError:
            return WellBlock("", Role.NON_SPECIFIC)
    try:
        return layout_cell(plain)
    except InputError:
        return None


def _has_roles(grid: PlateGrid, lists: Sequence[ListBeside]) -> bool:
    """Whether a grid is one of words: a cell has a role and most are contents of a well, or, beside
    wells of total and non-specific binding, compounds whose concentrations are in a list.
    """
    texts = [text for text, _ in grid.cells.values()]
    blocks = [_control(text) for text in dict.fromkeys(texts)]
    roles = {block.role for block in blocks if block is not None}
    has_controls = {Role.TOTAL, Role.NON_SPECIFIC} <= roles
    known = sum(
        _control(text) is not None or (has_controls and list_for(text, lists) is not None)
        for text in texts
    )
    words = sum(text[0].isalpha() for text in texts)
    return bool(roles & {Role.TOTAL, Role.NON_SPECIFIC, Role.COMPETITION}) and (
        2 * known >= len(texts) and 2 * words >= len(texts)
    )

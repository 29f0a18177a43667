"""Tables in a sheet as people write them: below titles, with headings in two rows, replicates under
one heading, units in a row of their own, and remarks below.
"""

from __future__ import annotations

import math
import re
from dataclasses import dataclass, replace
from itertools import pairwise
from string import ascii_uppercase

from tricyclic.core.concentrations import is_dose_unit
from tricyclic.core.formulas import is_formula, refuse_formulas
from tricyclic.errors import InputError, UnitError
from tricyclic.io.cells_beside import cells_beside
from tricyclic.io.cells_with_units import number_of
from tricyclic.io.delimited_text import Sheet, is_not_counted, is_number_like, shortened
from tricyclic.io.headings import count_unit, unit_in_column_name
from tricyclic.numerals import is_whole_number
from tricyclic.units import known_unit

# The first cell of a row that is calculated from the rows above.
_CALCULATED = re.compile(
    r"(means?|averages?|avg\.?|medians?|min|max|minimum|maximum|sd|s\.d\.|sem|s\.e\.m\."
    r"|std?\.?\s*dev\.?|standard deviation|cv|cv\s*\(?%\)?|%\s*cv|rsd|sum|grand total|sub-?total)"
    r"\s*:?",
    re.IGNORECASE,
)
# Values of which a number of values is the number.
_MOST_VALUES = 12
# The number of a replicate below the name of its column: 1, #1, "rep 1", "n = 1".
_REPLICATE = re.compile(r"(?:#|no\.?|n\s*=?|rep(?:licate|\.)?|r)?\s*0*([1-9][0-9]?)", re.IGNORECASE)
# Cells of a row that is a title.
_TITLE_CELLS = 2
# Fewer letters than these may be names of compounds.
_FEWEST_LETTERS = 3
_TOTALS = re.compile(r"(totals?|n)\s*:?", re.IGNORECASE)


@dataclass(frozen=True)
class TableBlock:
    """One table of a sheet.

    Parameters
    ----------
    columns : tuple of (int, str)
        Position in the sheet and name of each column.
    header : int
        Index of the row of names.
    rows : tuple of int
        Indices of the rows of data.
    notes : tuple of str
        Decisions about names.
    unused : tuple of str
        Remarks below, rows of sums and means, and cells beside the table.
    titles : tuple of str
        Texts in the rows above the names, the nearest last.
    """

    columns: tuple[tuple[int, str], ...]
    header: int
    rows: tuple[int, ...]
    notes: tuple[str, ...]
    unused: tuple[str, ...]
    titles: tuple[str, ...] = ()


def find_tables(sheet: Sheet) -> tuple[TableBlock, ...]:
    """Tables of a sheet, from top to bottom.

    Raises
    ------
    InputError
        If a column with cells has no name, or cells stand directly beside a table.
    """
    blocks: list[TableBlock] = []
    start = 0
    while (header := header_of(sheet, start)) is not None:
        end = _next_table(sheet, header)
        block = _block(sheet, header, end)
        blocks.append(replace(block, titles=_titles(sheet, start, header)))
        start = end
    return tuple(blocks)


def header_of(sheet: Sheet, start: int = 0) -> int | None:
    """Index of the row of names from a row on; None where no row of names is above numbers.

    The first row of two or more words is the names, unless it is a title: a later one with more
    words, or after an empty row, stands directly above numbers.
    """
    filled = [k for k in range(start, len(sheet.rows)) if any(sheet.rows[k])]
    first = next((k for k in filled if _is_names(sheet.rows[k])), None)
    if first is None:
        return None
    for above, below in pairwise(filled):
        if above < first or not _is_names(sheet.rows[above]):
            continue
        if _is_numbers(sheet.rows[below]) or _continues(sheet, above, below):
            more = sum(map(bool, sheet.rows[above])) > sum(map(bool, sheet.rows[first]))
            apart = any(not any(row) for row in sheet.rows[first:above])
            if above == first or more or apart:
                return above
            break
    numbers = any(_is_numbers(sheet.rows[k]) for k in filled if k > first)
    return first if numbers else None


def _is_names(row: tuple[str, ...]) -> bool:
    cells = [cell for cell in row if cell]
    plain = [cell for cell in cells if not is_formula(cell)]
    if _counts_replicates(row):
        return True
    return (
        len(cells) > 1
        and 2 * len(plain) > len(cells)
        and not any(is_number_like(cell) or is_not_counted(cell) for cell in plain)
    )


def _counts_replicates(row: tuple[str, ...]) -> bool:
    """Whether a row of names has numbers for the replicates: "Concentration (uM)", 1, 2, 3."""
    first, *cells = [cell for cell in row if cell] or [""]
    return (
        len(cells) > 1
        and is_dose_unit(unit_in_column_name(first))
        and cells == [str(k) for k in range(1, len(cells) + 1)]
    )


def _is_numbers(row: tuple[str, ...]) -> bool:
    return any(is_number_like(cell) or is_formula(cell) for cell in row)


def _continues(sheet: Sheet, header: int, below: int) -> bool:
    """Whether the row below the names has their units, or the numbers of replicates."""
    names, row = sheet.rows[header], sheet.rows[below]
    # Units of columns that have no name are names themselves, below the texts of their groups.
    named = all(not cell or (k < len(names) and names[k]) for k, cell in enumerate(row))
    return below == header + 1 and bool((named and _units(row)) or _replicate_numbers(names, row))


def _units(row: tuple[str, ...]) -> bool:
    """Whether all words of a row are units."""
    cells = [cell.strip("()[]") for cell in row if cell]
    return len(cells) > 1 and all(_is_unit(cell) for cell in cells)


def _is_unit(text: str) -> bool:
    if count_unit(text):
        return True
    try:
        return bool(known_unit(text))
    except UnitError:
        return False


def _replicate_numbers(names: tuple[str, ...], row: tuple[str, ...]) -> bool:
    """Whether a row counts 1, 2, 3 below each name, with at most a word in its first column."""
    cells = [(k, cell) for k, cell in enumerate(row) if cell]
    if len(cells) < 2:
        return False
    if not _REPLICATE.fullmatch(cells[0][1]):
        cells = cells[1:]
    elif cells[0][0] == next((k for k, name in enumerate(names) if name), -1):
        return False
    expected = highest = 0
    for k, cell in cells:
        named = k < len(names) and names[k] and (k == 0 or names[k] != names[k - 1])
        expected = 1 if named or expected == 0 else expected + 1
        counted = _REPLICATE.fullmatch(cell)
        if not counted or counted[1] != str(expected):
            return False
        highest = max(highest, expected)
    # A row of readings that are all 1 counts nothing: some name has two replicates or more.
    return highest > 1


def _next_table(sheet: Sheet, header: int) -> int:
    """Index of the row in which the next table begins, with its titles: words above numbers, after
    an empty row or with the names of this table.
    """
    rows = sheet.rows
    width = sum(map(bool, rows[header]))
    for k in range(header + 2, len(rows) - 1):
        if not _is_names(rows[k]) or not (_is_numbers(rows[k + 1]) or _continues(sheet, k, k + 1)):
            continue
        first = k
        while first > header + 1 and 0 < sum(map(bool, rows[first - 1])) <= _TITLE_CELLS:
            if _is_numbers(rows[first - 1]):
                break
            first -= 1
        again = rows[k] == rows[header]
        if again or (not any(rows[first - 1]) and 2 * sum(map(bool, rows[k])) >= width):
            return first
    return len(rows)


def _titles(sheet: Sheet, start: int, header: int) -> tuple[str, ...]:
    """Texts in the rows above the names of a table, each once."""
    cells = (cell for row in sheet.rows[start:header] for cell in row)
    return tuple(dict.fromkeys(cell for cell in cells if cell and not is_number_like(cell)))


def _block(sheet: Sheet, header: int, end: int) -> TableBlock:
    names, first, notes = _names(sheet, header, end)
    columns = [k for k, name in enumerate(names) if name]
    left, width = columns[0], columns[-1] + 1
    rows, remarks = _data_rows(sheet, first, end, left, len(columns))
    labels = _row_labels([_cell(sheet, at, 0) for at in rows]) if left == 1 else ""
    if labels:
        notes.append(f"column 1 has no name and contains {labels}; not read")
    elif any(cell for at in rows for cell in sheet.rows[at][:left]):
        raise InputError(
            "column 1 has no name",
            where=sheet.where(header),
            allowed=(
                "Only a first column of row numbers, from 0 or 1, or of row letters, such as A to "
                "H, may have no name"
            ),
            do="Name every column",
        )
    for k in range(left, width):
        if not names[k] and any(_cell(sheet, at, k) for at in rows):
            raise InputError(
                f"column {k + 1} has no name", where=sheet.where(header), do="Name every column"
            )
    unused = [*remarks, *cells_beside(sheet, rows, width)]
    return TableBlock(
        tuple((k, names[k]) for k in columns), header, tuple(rows), tuple(notes), tuple(unused)
    )


def _names(sheet: Sheet, header: int, end: int) -> tuple[list[str], int, list[str]]:
    """Names of the columns by position, the first row of data, and decisions about them."""
    notes: list[str] = []
    row = sheet.rows[header]
    refuse_formulas(row, sheet.where(header))
    names = [*row]
    if _counts_replicates(row):
        names = [f"rep {name}" if is_whole_number(name) else name for name in row]
    first = header + 1
    below = sheet.rows[first] if first < end else ()
    if any(below) and _replicate_numbers(row, below):
        left = next(k for k, cell in enumerate(below) if cell)
        unit = below[left].strip("()[]")
        if not _REPLICATE.fullmatch(unit) and not names[left]:
            names[left] = below[left]
        elif not _REPLICATE.fullmatch(unit) and _is_unit(unit):
            names[left] = f"{names[left]} ({unit})"
        first += 1
    elif any(below) and _units(below):
        for k, unit in enumerate(below):
            if unit and k < len(names) and names[k]:
                names[k] = f"{names[k]} ({unit.strip('()[]')})"
        notes.append("units from the row below the names")
        first += 1
    groups = sheet.rows[header - 1] if header else ()
    if _are_groups(names, groups):
        for k, group in enumerate(groups):
            if group and k < len(names) and names[k]:
                names[k] = f"{group} {names[k]}"
        _carry_groups(names, row, groups)
    if carried := _carry_on(sheet, names, first, end):
        notes.append(f"columns without a name, read as replicates of the one before: {carried}")
    repeated = [name for name in dict.fromkeys(names) if name and names.count(name) > 1]
    if repeated:
        notes.append(
            "columns with one name, read as replicates: "
            + ", ".join(f"'{shortened(name)}'" for name in repeated)
        )
        numbers = dict.fromkeys(repeated, 0)
        for k, name in enumerate(names):
            if name in numbers:
                numbers[name] += 1
                names[k] = f"{name} {numbers[name]}"
    return names, first, notes


def _are_groups(names: list[str], groups: tuple[str, ...]) -> bool:
    """Whether the row above the names groups them: a name that repeats is under several texts."""
    repeated = [k for k, name in enumerate(names) if name and names.count(name) > 1]
    above = {groups[k] for k in repeated if k < len(groups) and groups[k]}
    return len(above) > 1 and not any(is_number_like(text) for text in above)


def _carry_groups(names: list[str], plain: tuple[str, ...], groups: tuple[str, ...]) -> None:
    """Write the text of a group before the repeated names after it, up to the next text or an
    empty column.
    """
    group = ""
    for k, name in enumerate(names):
        own = groups[k] if k < len(groups) else ""
        group = own or (group if name else "")
        if group and not own and plain.count(name) > 1:
            names[k] = f"{group} {name}"


def _carry_on(sheet: Sheet, names: list[str], first: int, end: int) -> int:
    """Name columns of numbers without a name after the column of numbers before; their number."""
    left = next(k for k, name in enumerate(names) if name)
    known = max(k for k, name in enumerate(names) if name)
    names += [""] * (max((len(row) for row in sheet.rows[first:end]), default=0) - len(names))
    carried = 0
    for k in range(left + 2, len(names)):
        if names[k] or not names[k - 1]:
            continue
        # Beside a table are other things: the last name carries on where an earlier one did.
        if k > known and not carried:
            break
        both = ([_cell(sheet, at, column) for at in range(first, end)] for column in (k - 1, k))
        if all(_are_numbers(cells) for cells in both):
            names[k] = names[k - 1]
            carried += 1
    return carried


def _are_numbers(cells: list[str]) -> bool:
    filled = [cell for cell in cells if cell]
    return bool(filled) and sum(map(is_number_like, filled)) * 2 > len(filled)


def _data_rows(
    sheet: Sheet, first: int, end: int, left: int, width: int
) -> tuple[list[int], list[str]]:
    """Indices of the rows of data, and phrases for remarks: a word in the first column of numbers
    and nothing else, words after an empty row below the last number, or short rows after an empty
    row that begin with a word where the others begin with a number ("Kd", 0.8).
    """
    filled = [k for k in range(first, end) if any(sheet.rows[k])]
    last = max((k for k in filled if _is_numbers(sheet.rows[k])), default=end)
    numeric_first = _are_numbers([number_of(_cell(sheet, k, left)) for k in filled])
    # Below a table whose first column is text, rows of sums are the last ones.
    tail = len(filled)
    while tail and _is_summary_word(_cell(sheet, filled[tail - 1], left)):
        tail -= 1
    summaries = filled if numeric_first else filled[tail:]
    rows: list[int] = []
    remarks: list[str] = []
    calculated: list[str] = []
    for k in filled:
        cells = [cell for cell in sheet.rows[k] if cell]
        apart = k > last and any(not any(row) for row in sheet.rows[last:k])
        alone = len(cells) == 1 and numeric_first and not is_not_counted(cells[0])
        word = _cell(sheet, k, left)
        short = (
            bool(rows)
            and numeric_first
            and bool(word)
            and not (is_number_like(number_of(word)) or is_not_counted(word))
            and 2 * len(cells) <= width
            and any(not any(row) for row in sheet.rows[rows[-1] : k])
        )
        if k in summaries and _is_calculated(sheet, k, left, rows):
            calculated.append(f"'{shortened(word)}' ({sheet.where(k)})")
        elif short or (not _is_numbers(sheet.rows[k]) and (apart or (alone and word))):
            remarks.append(f"'{shortened(cells[0])}' ({sheet.where(k)})")
        else:
            rows.append(k)
    if calculated:
        plural = "s" if len(calculated) > 1 else ""
        remarks.append(f"row{plural} of calculated values {', '.join(calculated)}")
    return rows, remarks


def _is_summary_word(word: str) -> bool:
    return bool(_CALCULATED.fullmatch(word) or _TOTALS.fullmatch(word))


def _is_calculated(sheet: Sheet, at: int, left: int, above: list[int]) -> bool:
    """Whether a row has means, sums or the like of the rows above: by its first word, or, where
    the word is "Total" or "N", which may also be controls, by its numbers.
    """
    word = _cell(sheet, at, left)
    if _CALCULATED.fullmatch(word):
        return True
    if not _TOTALS.fullmatch(word) or not above:
        return False
    cells = {k: c for k, c in enumerate(sheet.rows[at]) if k > left and is_number_like(c)}
    numbers = {k: sheet.number(cell, sheet.where(at)) for k, cell in cells.items()}
    if word[:1] in "nN":
        return bool(numbers) and all(v == int(v) <= _MOST_VALUES for v in numbers.values())
    sums = {
        k: sum(
            sheet.number(_cell(sheet, row, k), sheet.where(row))
            for row in above
            if is_number_like(_cell(sheet, row, k))
        )
        for k in numbers
    }
    return bool(numbers) and all(math.isclose(numbers[k], sums[k], rel_tol=1e-3) for k in numbers)


def _cell(sheet: Sheet, at: int, column: int) -> str:
    row = sheet.rows[at]
    return row[column] if column < len(row) else ""


def _row_labels(cells: list[str]) -> str:
    """What cells name the rows by: their numbers from 0 or from 1, as pandas and R write them, or
    the letters of neighbouring rows of a plate; empty for other cells.
    """
    if any(cells == [str(row) for row in range(start, start + len(cells))] for start in (0, 1)):
        return "row numbers"
    is_run = len(cells) >= _FEWEST_LETTERS and "".join(cells) in ascii_uppercase
    return "row letters" if is_run and all(len(cell) == 1 for cell in cells) else ""

"""The sample list of a chromatographic batch from a table: CSV, XLSX, or a DataFrame.

Columns go by the names that people and data systems use. A sequence without headings is read by its
cells: the column of roles, of files, of names.
"""

from __future__ import annotations

import math
import re
from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np

from tricyclic.core.collection_times import start_as_time, time_text
from tricyclic.core.format import list_names
from tricyclic.core.sample_list import SampleList, SampleRow
from tricyclic.core.table import DataTable
from tricyclic.core.unused import as_remarks, quoted
from tricyclic.errors import InputError, UnitError
from tricyclic.io.amount_units import check_amount_unit, is_amount
from tricyclic.io.column_names import without_unit
from tricyclic.io.exclusion_cells import NO, YES, exclusion_reason
from tricyclic.io.files import at_file, source_name
from tricyclic.io.headings import unit_in_column_name, without_accents
from tricyclic.io.open import read_tables
from tricyclic.io.sample_roles import ROLE_WORDS, role_of
from tricyclic.io.sequence_export import sequence_table
from tricyclic.numerals import is_whole_number, parse_number
from tricyclic.unit_table import UNKNOWN
from tricyclic.units import convert, dimension

# What a column may be called, in lower case and without blanks, marks and unit.
_NAMES: dict[str, str] = {
    "order": "order no nr number injection injectionno injectionnumber injno inj seq sequence run "
    "runno runorder line index position place #",
    "name": "name sample samplename sampleid samplelabel id label injectionname description",
    "vial": "vial vialno vialnumber well tray traylocation vialposition vialpos",
    "file": "file filename datafile datafilename rawfile rawdata raw rawfilename chromatogram path "
    "datapath resultfile arwfile",
    "role": "role type sampletype kind injectiontype samplerole class",
    "amount": "amount nominal nominalamount level conc concentration nominalconcentration "
    "nominalconc known expected spiked added content standardamount stdamount stdconc cal "
    "actualconcentration actual theoretical",
    "level": "level qclevel calibrationlevel callevel levelname",
    "animal": "animal animalid animalno animalname rat ratid ratno mouse mouseid subject subjectid "
    "subjectno preparation",
    "group": "group groupname treatment treatmentgroup arm condition",
    "start": "start starttime from begin on time collectionstart collectionbegin timeon vialon "
    "collectedfrom startmin",
    "end": "end endtime to until off stop collectionend timeoff vialoff collectedto collecteduntil",
    "duration": "duration length collectiontime collectionduration fractionlength interval",
    "internal_standard": "internalstandard is istd isadded istdadded internalstandardadded",
    "channel": "channel trace detector",
    "excluded": "excluded exclude exclusion reason excludedbecause excludedreason reasonexcluded",
    "unit": "unit units amountunit concunit concentrationunit",
    "note": "note notes comment comments remark remarks",
}
_GERMAN: dict[str, str] = {
    "order": "lfdnr reihenfolge",
    "name": "probe probenname probenbezeichnung bezeichnung",
    "vial": "vialposition flaschchen",
    "file": "datei dateiname",
    "role": "typ rolle probentyp probenart art",
    "amount": "menge konzentration konz sollwert nominal",
    "animal": "tier ratte maus tiernr tiernummer",
    "group": "gruppe behandlung",
    "start": "beginn von",
    "end": "ende bis",
    "duration": "dauer",
    "unit": "einheit",
    "excluded": "ausgeschlossen ausschluss grund",
    "note": "bemerkung kommentar anmerkung",
}
_FIELDS: dict[str, list[str]] = {}
for _language in (_NAMES, _GERMAN):
    for _field, _words in _language.items():
        for _word in _words.split():
            _FIELDS.setdefault(_word, []).append(_field)
# Of these, two columns would be two numbers for one thing.
_NUMERIC = ("amount", "start", "end", "duration")


def read_sample_list(
    source: str | Path | DataTable,
    *,
    unit: str = "",
    sheet: str | None = None,
    decimal: str | None = None,
    analytes: Collection[str] = (),
) -> SampleList:
    """Read a sample list.

    Parameters
    ----------
    source : str, Path or DataTable
        CSV, TSV or XLSX file, or a table in memory.
    unit : str
        Unit of the batch, to which amounts are converted; by default that of the column of amounts.
    sheet : str, optional
        Sheet of a workbook.
    decimal : {".", ","}, optional
        Decimal mark if the file can be read in two ways.
    analytes : collection of str
        Columns of these names have amounts where no heading states a unit of amounts.

    Returns
    -------
    SampleList
        Times are kept as they are written (`tricyclic.core.collection_times` reads them); a column
        of durations gives ends such as "+20 min".

    Raises
    ------
    InputError
        If there is no column of names or roles, two columns mean the same, a role is unknown, a
        cell is no number, or units cannot be converted.
    """
    name = source_name(source)
    table, unused = _table(source, sheet, decimal)
    columns, others = _columns_of(table, name)
    by_analyte = {} if "amount" in columns else _analyte_columns(table, others, analytes)
    stated = unit
    written = _written_unit(table, columns.get("unit"), name)
    amounts = np.full(len(table), np.nan)
    each: dict[str, np.ndarray] = {}
    for key, column in by_analyte.items():
        each[key], stated = _amounts(table, column, stated, name)
    if each:
        amounts = next(iter(each.values()))
        others = [one for one in others if one not in by_analyte.values()]
    else:
        amounts, stated = _amounts(table, columns.get("amount"), unit, name, written)
    check_amount_unit(stated, name)
    texts = {key: table.texts(column) for key, column in columns.items()}
    rows: list[SampleRow] = []
    filled: list[int] = []
    for k in range(len(table)):
        cells = {key: column[k].strip() for key, column in texts.items()}
        if not any(cells.values()):
            continue
        filled.append(k)
        row = _row(cells, amounts[k], columns, table, k, name, len(rows) + 1)
        if each and not math.isnan(row.amount):
            row = replace(row, amounts=tuple((key, float(v[k])) for key, v in each.items()))
        rows.append(row)
    if not rows:
        raise InputError("has no injections", where=name)
    numbered, remarks = _numbered(rows) if "file" in columns else (rows, ())
    remarks += _unused_amounts(rows, amounts[filled], stated)
    return SampleList(
        tuple(numbered),
        file=name,
        unused=(*unused, *remarks, *quoted("column", others)),
        unit=stated,
    )


def _unused_amounts(rows: Sequence[SampleRow], amounts: np.ndarray, unit: str) -> tuple[str, ...]:
    """Remarks about amounts of injections that have none, and about a unit that is not known."""
    pairs = zip(rows, amounts, strict=True)
    given = [row.name for row, own in pairs if row.role in ("blank", "sample") and own > 0]
    texts = [f"amounts of blanks and samples are not used: {list_names(given, 4)}"] if given else []
    if unit and not is_amount(unit):
        texts.append(f"the unit '{unit}' of the amounts is not known (fmol, pg, nM are), and kept")
    return as_remarks(texts)


def _numbered(rows: Sequence[SampleRow]) -> tuple[list[SampleRow], tuple[str, ...]]:
    """Rows whose names occur once: a sample that was injected again has a number behind its name,
    and a remark about it.
    """
    names: set[str] = set()
    changed: list[str] = []
    numbered = []
    for row in rows:
        name, number = row.name, 2
        while name in names:
            name, number = f"{row.name} ({number})", number + 1
        names.add(name)
        if name != row.name:
            changed.append(name)
        numbered.append(replace(row, name=name))
    listed = list_names(changed, 3)
    text = f"names that repeat are numbered: {listed}"
    return numbered, as_remarks([text]) if changed else ()


def _table(
    source: str | Path | DataTable, sheet: str | None, decimal: str | None
) -> tuple[DataTable, tuple[str, ...]]:
    """The table with the list, and what else the file has."""
    name = source_name(source)
    if isinstance(source, DataTable):
        return source, source.unused
    try:
        own = (
            sequence_table(Path(source), frozenset(ROLE_WORDS), frozenset(_FIELDS))
            if not sheet
            else None
        )
    except InputError as error:
        raise at_file(error, name) from error
    if own is not None:
        return own, as_remarks(own.notes)
    tables = read_tables(source, sheet=sheet, decimal=decimal)
    fitting = [one for one in tables if _has_injections(one)] or list(tables)
    if len(fitting) > 1:
        raise InputError(
            f"has {len(fitting)} tables that may be the sample list: "
            + ", ".join(one.name for one in fitting[:6]),
            where=name,
            do="Add --sheet NAME, or keep one of them",
        )
    others = [one.name for one in tables if one is not fitting[0]]
    return fitting[0], (*fitting[0].unused, *quoted("table", others))


def _has_injections(table: DataTable) -> bool:
    known = {field for column in table.columns for field in _fields(column)}
    return bool({"role", "animal", "amount"} & known) and bool({"name", "file", "vial"} & known)


def _fields(column: str) -> list[str]:
    """What a heading may mean, the likeliest first; none for another one."""
    for text in (column, without_unit(column), re.sub(r"\s*[\[(].*[\])]\s*", "", column)):
        if _key(text) in _FIELDS:
            return _FIELDS[_key(text)]
    # A heading that is a unit: "fmol".
    return ["amount"] if is_amount(column.strip()) else []


def _columns_of(table: DataTable, where: str) -> tuple[dict[str, str], list[str]]:
    """Column of each meaning, and the columns that have none."""
    columns: dict[str, str] = {}
    later: list[tuple[str, list[str]]] = []
    for column in sorted(table.columns, key=_rank):
        fields = _fields(column)
        if fields == ["order"] and _is_name(table, column):
            fields = ["name"]
        if len(fields) > 1:
            later.append((column, fields))
        elif fields:
            _take(columns, fields[0], column, where)
    for column, fields in later:
        # "level" has numbers where it means the amount, and words where it names a level.
        has_numbers = column in table.values and "amount" not in columns
        ordered = fields if has_numbers else fields[::-1]
        _take(columns, next((f for f in ordered if f not in columns), ordered[0]), column, where)
    for field in ("vial", "file", "order"):
        if "name" not in columns and field in columns:
            columns["name"] = columns[field]
    if "name" not in columns or not {"role", "animal", "amount"} & columns.keys():
        missing = "names of the injections" if "name" not in columns else "roles"
        raise InputError(
            f"has no column of {missing}",
            where=where,
            allowed="A sample list has the columns name, file, role, amount_fmol, animal, start "
            "and end",
            do='Call one of its columns "name" and one "role"',
        )
    used = set(columns.values()) - ({columns["vial"]} if "vial" in columns else set())
    used.add(columns["name"])
    return columns, [one for one in table.columns if one not in used]


def _analyte_columns(
    table: DataTable, others: Sequence[str], analytes: Collection[str]
) -> dict[str, str]:
    """Columns of amounts by analyte: "NE_fmol", "DA (nM)"; by the name without the unit."""
    columns: dict[str, str] = {}
    numeric = [one for one in others if one in table.values or _is_mostly_numbers(table, one)]
    for column in numeric:
        unit = table.units.get(column, UNKNOWN)
        unit = unit_in_column_name(column) if unit == UNKNOWN else unit
        if unit != UNKNOWN and is_amount(unit):
            columns[without_unit(column)] = column
    named = {one.lower(): one for one in analytes}
    alone = [one for one in numeric if one.strip().lower() in named]
    return columns or {named[one.strip().lower()]: one for one in alone}


def _is_mostly_numbers(table: DataTable, column: str) -> bool:
    """Whether a column of words has more numbers than words that are none."""
    cells = [cell for cell in table.words(column) if cell.strip()]
    return 2 * sum(parse_number(cell.strip()) is not None for cell in cells) > len(cells)


def _rank(column: str) -> int:
    """Place of a heading among those of its meaning: "name" before "description"."""
    fields = _fields(column)
    words = _NAMES[fields[0]].split() if fields else []
    key = _key(without_unit(column))
    return words.index(key) if key in words else len(words)


def _key(text: str) -> str:
    return re.sub(r"[^a-z#]+", "", without_accents(text.lower()))


def _is_name(table: DataTable, column: str) -> bool:
    """Whether a column called "Injection" has names, and no numbers."""
    if column not in table.text or not _key(column).startswith("inj"):
        return False
    return not any(is_whole_number(cell.strip()) for cell in table.text[column])


def _take(columns: dict[str, str], field: str, column: str, where: str) -> None:
    if field in columns and field not in _NUMERIC:
        return  # "Sample ID" beside "Sample Name": named among the columns that are not used
    if field in columns:
        raise InputError(
            f"columns '{columns[field]}' and '{column}' both give the {field}",
            where=where,
            do="Keep one of them",
        )
    columns[field] = column


def _amounts(
    table: DataTable, column: str | None, unit: str, where: str, written: str = ""
) -> tuple[np.ndarray, str]:
    """Nominal amounts in the unit of the batch, nan where there is none, and that unit."""
    if column is None:
        return np.full(len(table), np.nan), unit
    if column in table.values:
        values = np.array(table.values[column], dtype=float)
    else:
        values = np.array(
            [
                math.nan if not cell.strip() else _number(cell, f"{where}, {table.place(k)}")
                for k, cell in enumerate(table.words(column))
            ]
        )
    stated = table.units.get(column, UNKNOWN)
    if stated == UNKNOWN:
        stated = column.strip() if is_amount(column.strip()) else unit_in_column_name(column)
    if stated == UNKNOWN:
        stated = written
    if not stated:
        return values, unit
    if not unit or unit == stated:
        return values, stated
    try:
        factor = convert(1.0, stated, unit)
    except UnitError:
        kind = "a concentration" if dimension(stated) == "concentration" else f"in {stated}"
        raise InputError(
            f"column '{column}' is {kind}, and the unit of the batch is {unit}",
            where=where,
            do=f"Add --unit {stated}, or give the amounts in {unit}",
        ) from None
    return values * factor, unit


def _written_unit(table: DataTable, column: str | None, where: str) -> str:
    """The unit in a column of its own; empty where there is none."""
    if column is None or column not in table.text:
        return ""
    units = sorted({cell.strip() for cell in table.words(column)} - {"", "-"})
    if len(units) > 1:
        raise InputError(
            f"column '{column}' has the units {', '.join(units)}",
            where=where,
            allowed="The amounts of a list have one unit",
        )
    return units[0] if units else ""


def _number(cell: str, where: str) -> float:
    text = cell.strip()
    value = parse_number(text)
    if value is None and text.lower() in {"-", "n/a", "na", "n.a.", "blank", "none"}:
        return math.nan
    if value is None:
        raise InputError(
            f"the amount is '{text}', which is no number",
            where=where,
            do="Correct the cell, or leave it empty where nothing was added",
        )
    return value


def _row(
    cells: Mapping[str, str],
    amount: float,
    columns: Mapping[str, str],
    table: DataTable,
    k: int,
    name: str,
    place: int,
) -> SampleRow:
    where = f"{name}, {table.place(k)}"
    label = cells["name"]
    if not label or columns["name"] == columns.get("file"):
        label = Path(cells.get("file", "").replace("\\", "/")).stem
    if not label:
        raise InputError("the injection has no name", where=where, do="Fill in its name")
    role, with_standard, qc_level = role_of(cells, label, amount, where)
    end = cells.get("end", "")
    length = ""
    if cells.get("duration"):
        length = f"+{cells['duration']}{_time_unit(columns['duration'])}"
    start = cells.get("start", "")
    if start:
        start += _time_unit(columns["start"]) if parse_number(start) is not None else ""
    if end and "end" in columns and parse_number(end) is not None and not end.startswith("+"):
        end += _time_unit(columns["end"])
    if length and end and not start:
        start = start_as_time(end, length, where)
    end = end or length
    needs = role in ("standard", "quality control", "suitability")
    return SampleRow(
        order=_order(cells, place, where),
        name=label,
        file=_file(cells, label, role),
        role=role,
        amount=float(amount) if needs else math.nan,
        level=cells.get("level", "") or qc_level,
        animal=cells.get("animal", ""),
        group=cells.get("group", ""),
        start=time_text(start),
        end=time_text(end),
        internal_standard=_yes(cells.get("internal_standard", ""), with_standard, where),
        channel=cells.get("channel", ""),
        excluded=exclusion_reason(cells.get("excluded", ""), "the sample list"),
        note=cells.get("note", ""),
        where=where,
    )


_LOST = frozenset({"", "-", "lost", "none", "n/a", "na", "missing", "verloren", "fehlt"})
# In remarks about a sample.
_LOST_NOTE = re.compile(
    r"\b(?:lost|missing|spilled|spilt|broken|not collected|verloren|verschüttet|fehlt|kaputt)\b",
    re.IGNORECASE,
)


def _file(cells: Mapping[str, str], label: str, role: str) -> str:
    """The file of an injection; its name where the list has no column of files.

    Without such a column, a sample that its note or exclusion calls lost has none.
    """
    if "file" not in cells:
        about = f"{cells.get('note', '')}; {cells.get('excluded', '')}"
        return "" if role == "sample" and _LOST_NOTE.search(about) else label
    return "" if cells["file"].lower() in _LOST else cells["file"]


def _time_unit(column: str) -> str:
    """ " h" for a column of hours, so that its numbers are not taken for minutes."""
    unit = unit_in_column_name(column)
    return f" {unit}" if unit in ("h", "s") else ""


def _order(cells: Mapping[str, str], place: int, where: str) -> int:
    text = cells.get("order", "")
    if not text:
        return place
    value = parse_number(text)
    if value is None or value != int(value):
        raise InputError(
            f"the place in the batch is '{text}'", where=where, allowed="It is a whole number"
        )
    return int(value)


def _yes(text: str, otherwise: bool, where: str) -> bool:
    plain = text.strip().lower()
    if not plain:
        return otherwise
    if plain in YES or plain in NO:
        return plain in YES
    if (amount := parse_number(plain)) is not None and amount >= 0:
        return amount > 0  # the amount that was added
    raise InputError(f"the internal standard is '{text}'", where=where, allowed="It is yes or no")

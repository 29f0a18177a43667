"""GraphPad Prism 10 project (.prism, a zip archive): one table per data sheet.

`document.json` lists the sheets; `data/sheets/ID/sheet.json` describes the columns of
`data/tables/ID/data.csv` (row titles, X, then each data set with its replicates), and
`data/sets/ID.json` contains titles, generated X values and excluded cells. The format is not
published; this reader follows files of Prism 10 and 11.
"""

from __future__ import annotations

import csv
import io
import json
import re
from typing import Any

from tricyclic.core.table import DataTable
from tricyclic.errors import InputError
from tricyclic.io.base import FileContent, RawFile, Reader, ReadOptions
from tricyclic.io.prism import PrismColumn, prism_table, subcolumn_names
from tricyclic.io.xlsx import unzip

_WANTED = re.compile(
    r"document\.json|data/sheets/[^/]+/sheet\.json"
    r"|data/tables/[^/]+/data\.csv|data/sets/[^/]+\.json"
)
_WIDTHS = {
    "y_sd": 2,
    "y_se": 2,
    "y_cv": 2,
    "y_sd_n": 3,
    "y_se_n": 3,
    "y_cv_n": 3,
    "y_plus_minus": 3,
    "y_high_low": 3,
}
# For a coefficient of variation Prism stores the standard deviation.
_FORMATS = {
    "y_sd": "SD",
    "y_se": "SE",
    "y_cv": "SD",
    "y_sd_n": "SDN",
    "y_se_n": "SEN",
    "y_cv_n": "SDN",
    "y_plus_minus": "upper-lower-limits",
    "y_high_low": "low-high",
}
_ROWS = re.compile(r"([0-9]{1,7})(?:~([0-9]{1,7}))?")


def sniff(raw: RawFile) -> float:
    """Whether the archive has the parts of a Prism project."""
    return (
        1.0
        if "document.json" in raw.parts and any(part.startswith("data/") for part in raw.parts)
        else 0.0
    )


def read(raw: RawFile, options: ReadOptions) -> FileContent:
    """One table per data sheet, in the order of the document."""
    parts = unzip(raw.data, _WANTED)
    document = _json(parts, "document.json")
    sheets = _dict(document.get("sheets")).get("data")
    if not isinstance(sheets, list):
        raise InputError(
            "has no list of data sheets",
            where="document.json",
            do="Save the project again from Prism",
        )
    tables: list[DataTable] = []
    for sheet in sheets:
        if not isinstance(sheet, str):
            raise InputError(
                "lists a data sheet whose name is not a text",
                where="document.json",
                do="Save the project again from Prism",
            )
        description = _json(parts, f"data/sheets/{sheet}/sheet.json")
        attributes = _dict(_dict(document.get("sheetAttributesMap")).get(sheet))
        title = _title(description) or _title(attributes) or f"table {len(tables) + 1}"
        table = _table(parts, _dict(description.get("table")), f"{raw.stem} {title}", title)
        if table is not None:
            tables.append(table)
    return FileContent(tables=tuple(tables))


def _table(
    parts: dict[str, bytes], description: dict[str, Any], name: str, title: str
) -> DataTable | None:
    uid = _text(description.get("uid"))
    if not uid or not isinstance(description.get("dataSets"), list):
        return None
    rows = _rows(parts, f"data/tables/{uid}/data.csv")
    columns: list[PrismColumn] = []
    at = 0
    if _text(description.get("rowTitlesDataSet")):
        columns.append(PrismColumn("row", _cells(rows, at), frozenset(), is_text=True))
        at += 1
    x = _text(description.get("xDataSet"))
    if x:
        data_set = _set(parts, x)
        series = _series(data_set, len(rows))
        columns.append(
            PrismColumn(
                _title(data_set) or "X",
                series or _cells(rows, at),
                _excluded(data_set, 0),
            )
        )
        at += 0 if series else 1
    form = _text(description.get("dataFormat")) or "y_single"
    replicates = description.get("replicatesCount")
    wide = (
        form in {"y_replicates", "text_replicates"}
        and isinstance(replicates, int)
        and 0 < replicates <= 1024
    )
    width = replicates if wide and isinstance(replicates, int) else _WIDTHS.get(form, 1)
    for number, entry in enumerate(description["dataSets"], 1):
        data_set = _set(parts, _text(entry))
        own = _title(data_set) or f"Y{number}"
        for k, column in enumerate(subcolumn_names(own, _FORMATS.get(form, "replicates"), width)):
            columns.append(PrismColumn(column, _cells(rows, at + k), _excluded(data_set, k)))
        at += width
    beyond = next((index for index, row in enumerate(rows) if any(row[at:])), None)
    if beyond is not None:
        raise InputError(
            f"row {beyond + 1} has more cells than there are columns",
            where=f"sheet '{title}'",
            do="Save the project again",
        )
    return prism_table(name, columns, ("Prism project", f"sheet '{title}'"))


def _rows(parts: dict[str, bytes], name: str) -> list[list[str]]:
    if name not in parts:
        raise InputError(f"has no part {name}", do="Save the project again from Prism")
    try:
        text = parts[name].decode("utf-8-sig")
        return list(csv.reader(io.StringIO(text, newline=""), strict=True))
    except (UnicodeDecodeError, csv.Error) as error:
        raise InputError(
            "is not a table in UTF-8", where=name, do="Save the project again from Prism"
        ) from error


def _cells(rows: list[list[str]], column: int) -> tuple[str, ...]:
    return tuple(row[column].strip() if column < len(row) else "" for row in rows)


def _set(parts: dict[str, bytes], uid: str) -> dict[str, Any]:
    return _json(parts, f"data/sets/{uid}.json")


def _series(data_set: dict[str, Any], rows: int) -> tuple[str, ...]:
    """X values that Prism generates: start + row * interval."""
    if data_set.get("format") != "series":
        return ()
    for replicate in _dicts(data_set.get("replicates")):
        start, interval = replicate.get("startValue"), replicate.get("interval")
        if isinstance(start, int | float) and isinstance(interval, int | float):
            return tuple(repr(float(start) + row * float(interval)) for row in range(rows))
    raise InputError(
        "an X column is generated, but its start and interval are missing",
        do="Save the project again",
    )


def _excluded(data_set: dict[str, Any], replicate: int) -> frozenset[int]:
    replicates = _dicts(data_set.get("replicates"))
    marks: set[int] = set()
    for entry in (
        _dicts(replicates[replicate].get("cellAttributes")) if replicate < len(replicates) else []
    ):
        attributes = entry.get("attributes")
        if not isinstance(attributes, list) or "EXCLUDED" not in attributes:
            continue
        match = _ROWS.fullmatch(_text(entry.get("rows")))
        if not match:
            raise InputError(
                "lists excluded cells in an unknown form",
                where=_title(data_set),
                do="Save the project again from Prism",
            )
        marks |= set(
            range(int(match[1]), min(int(match[2] or match[1]), int(match[1]) + 100_000) + 1)
        )
    return frozenset(marks)


def _json(parts: dict[str, bytes], name: str) -> dict[str, Any]:
    if name not in parts:
        raise InputError(f"has no part {name}", do="Save the project again from Prism")
    try:
        return _dict(json.loads(parts[name]))
    except (ValueError, RecursionError) as error:
        raise InputError(
            "is damaged", where=name, do="Save the project again from Prism"
        ) from error


def _dict(value: Any) -> dict[str, Any]:
    return value if isinstance(value, dict) else {}


def _dicts(value: Any) -> list[dict[str, Any]]:
    return [_dict(item) for item in value] if isinstance(value, list) else []


def _text(value: Any) -> str:
    return " ".join(value.split()) if isinstance(value, str) else ""


def _title(owner: dict[str, Any]) -> str:
    """Title of a sheet or data set; a formatted title is an object with its text in `string`."""
    title = owner.get("title")
    return _text(title.get("string")) if isinstance(title, dict) else _text(title)


READER = Reader(description="GraphPad Prism 10 project (.prism)", sniff=sniff, read=read)

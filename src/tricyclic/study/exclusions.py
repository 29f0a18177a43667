"""Reads exclusions.csv, and assigns the exclusions to the wells of the runs.

Each row has a target, a reason, a person and a date. A target is `file:well` ("raw/net_1.csv:D11"),
`assay/run/well` ("NET/run1/D11"), or `assay/run` for a whole run. The report lists every exclusion;
a target that does not exist is an error.
"""

from __future__ import annotations

import csv
import io
import re
from datetime import date
from pathlib import Path

from tricyclic.errors import InputError, UnknownNameError
from tricyclic.io.files import csv_of, optional_content
from tricyclic.results.binding import Exclusion

NAME = "exclusions.csv"
COLUMNS = ("target", "reason", "who", "when")
HEADER = ",".join(COLUMNS) + "\n"
# Key of a run that is excluded as a whole, where other keys are wells.
WHOLE_RUN = ""


def read_exclusions(path: Path) -> tuple[Exclusion, ...]:
    """Read exclusions.csv; lines that begin with # are comments, a missing file means none.

    Raises
    ------
    InputError
        If it is no file or is empty, a column is missing, or a row lacks its target, reason,
        person or date.
    """
    content = optional_content(path)
    if content is None:
        return ()
    if not content.strip():
        raise InputError(
            "is empty",
            where=path.name,
            allowed=f"Its first line is {','.join(COLUMNS)}",
            do="Write this line, or delete the file, if nothing is excluded",
        )
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise InputError("is not UTF-8 text", where=path.name, do="Save it as CSV UTF-8") from error
    lines = [
        (number, line)
        for number, line in enumerate(text.splitlines(), 1)
        if line.strip(" ,;\t") and not line.startswith("#")
    ]
    if not lines:
        return ()
    # Spreadsheets write commas, semicolons or tabs, by the language of the computer.
    delimiter = max(",;\t", key=lines[0][1].count)
    heads = _read_heads(lines[0][1], delimiter, path.name)
    return tuple(
        _read_row(line, delimiter, heads, f"{path.name}, line {number}")
        for number, line in lines[1:]
    )


def _read_heads(line: str, delimiter: str, where: str) -> list[str]:
    with csv_of(where):
        heads = [head.strip().lower() for head in next(csv.reader([line], delimiter=delimiter))]
    for column in COLUMNS:
        if column not in heads:
            raise InputError(
                f"has no column '{column}'",
                where=where,
                allowed=f"Its first line is {','.join(COLUMNS)}",
            )
    return heads


def _read_row(line: str, delimiter: str, heads: list[str], where: str) -> Exclusion:
    with csv_of(where):
        cells = [cell.strip() for cell in next(csv.reader(io.StringIO(line), delimiter=delimiter))]
    if len(cells) > len(heads):
        raise InputError(
            f"has {len(cells)} cells for {len(heads)} columns",
            where=where,
            do="Put a reason that contains a comma between quotation marks",
        )
    row = dict(zip(heads, cells, strict=False))
    for column in COLUMNS:
        if not row.get(column):
            raise InputError(
                f"column '{column}' is empty",
                where=where,
                allowed="Each exclusion has a target, a reason, a person and a date",
            )
    return Exclusion(row["target"], row["reason"], row["who"], _read_date(row["when"], where))


def excluded_wells(
    exclusions: tuple[Exclusion, ...], places: dict[tuple[str, str], str]
) -> dict[tuple[str, str], dict[str, str]]:
    """Assign exclusions to the wells of the runs.

    Parameters
    ----------
    exclusions : tuple of Exclusion
        As read.
    places : dict of (assay, run) to file
        The runs of the study, and the raw file of each.

    Returns
    -------
    dict of (assay, run) to dict of well to reason
        WHOLE_RUN in place of a well excludes the whole run.

    Raises
    ------
    InputError
        If a target is no file, assay or run of the study, or is ambiguous.
    """
    excluded: dict[tuple[str, str], dict[str, str]] = {}
    for exclusion in exclusions:
        where = f"{NAME}, target '{exclusion.target}'"
        place, well = _find_run(exclusion.target, places, where)
        wells = excluded.setdefault(place, {})
        if well in wells:
            raise InputError("appears twice", where=where, do="Keep one row for each well")
        wells[well] = f"{exclusion.reason} ({exclusion.excluded_by}, {exclusion.excluded_on})"
    return excluded


def _find_run(
    target: str, places: dict[tuple[str, str], str], where: str
) -> tuple[tuple[str, str], str]:
    if ":" in target:
        file, well = (part.strip() for part in target.rsplit(":", 1))
        hits = [place for place, path in places.items() if file in (path, Path(path).name)]
        if not hits:
            raise UnknownNameError.among(
                "raw file of this study", file, set(places.values()), where=where
            )
        if len(hits) > 1:
            runs = ", ".join(f"{assay}/{run}/{well}" for assay, run in hits)
            raise InputError(
                f"{file} contains more than one run", where=where, do=f"Write one of: {runs}"
            )
        return hits[0], well
    # Names may contain a slash, so the longest assay and run that match are taken.
    for assay, run in sorted(places, key=lambda place: -len("/".join(place))):
        if target == f"{assay}/{run}":
            return (assay, run), WHOLE_RUN
        if target.startswith(f"{assay}/{run}/"):
            return (assay, run), target.removeprefix(f"{assay}/{run}/").strip()
    raise UnknownNameError.among(
        "run of this study", target.rsplit("/", 1)[0], {f"{a}/{r}" for a, r in places}, where=where
    )


def _read_date(text: str, where: str) -> str:
    if not re.fullmatch(r"[0-9]{4}-[0-9]{2}-[0-9]{2}", text):
        raise InputError(
            f"when is '{text}'",
            where=where,
            allowed="A date is written year-month-day, such as 2026-03-12",
        )
    try:
        return date.fromisoformat(text).isoformat()
    except ValueError:
        raise InputError(
            f"when is '{text}', which is not a day of the calendar", where=where
        ) from None

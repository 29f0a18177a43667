"""exclusions.csv becomes Exclusions, and says which wells they mean.

Each row names a target, a reason, who decided and when. A target is `file:well` ("raw/net_1.csv:D11"),
`assay/run/well` ("NET/run1/D11"), or `assay/run` for a whole run. Nothing is left out in silence: every
exclusion stands in the report, and one that means nothing is an error.
"""

from __future__ import annotations

import csv
import io
import re
from datetime import date
from pathlib import Path

from tricyclic.errors import InputError, UnknownNameError
from tricyclic.results.binding import Exclusion

NAME = "exclusions.csv"
COLUMNS = ("target", "reason", "who", "when")
HEADER = ",".join(COLUMNS) + "\n"


def read_exclusions(path: Path) -> tuple[Exclusion, ...]:
    """Read exclusions.csv; lines that begin with # are remarks, a missing file means none.

    Raises
    ------
    InputError
        If a column is missing, or a row lacks its target, reason, person or date.
    """
    if not path.is_file():
        return ()
    try:
        text = path.read_bytes().decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise InputError("is not UTF-8 text", where=path.name, do="Save it as CSV UTF-8") from error
    lines = [
        (n, line)
        for n, line in enumerate(text.splitlines(), 1)
        if line.strip(" ,;\t") and not line.startswith("#")
    ]
    if not lines:
        return ()
    delimiter = max(",;\t", key=lines[0][1].count)
    heads = [head.strip().lower() for head in next(csv.reader([lines[0][1]], delimiter=delimiter))]
    for wanted in COLUMNS:
        if wanted not in heads:
            raise InputError(
                f"has no column '{wanted}'",
                where=path.name,
                allowed=f"Its first line is {','.join(COLUMNS)}",
            )
    found = []
    for number, line in lines[1:]:
        where = f"{path.name}, line {number}"
        cells = [cell.strip() for cell in next(csv.reader(io.StringIO(line), delimiter=delimiter))]
        if len(cells) > len(heads):
            raise InputError(
                f"has {len(cells)} cells for {len(heads)} columns",
                where=where,
                do="Put a reason that holds a comma between quotation marks",
            )
        row = dict(zip(heads, cells, strict=False))
        for wanted in COLUMNS:
            if not row.get(wanted):
                raise InputError(
                    f"has no {wanted}",
                    where=where,
                    allowed="Each exclusion says target, reason, who, when",
                )
        found.append(Exclusion(row["target"], row["reason"], row["who"], _day(row["when"], where)))
    return tuple(found)


def targets(
    exclusions: tuple[Exclusion, ...], places: dict[tuple[str, str], str]
) -> dict[tuple[str, str], dict[str, str]]:
    """Say which wells of which runs the exclusions mean.

    Parameters
    ----------
    exclusions : tuple of Exclusion
        As read.
    places : dict of (assay, run) to file
        The runs of the study, and the raw file each came from.

    Returns
    -------
    dict of (assay, run) to dict of well to reason
        The well "" means the whole run.

    Raises
    ------
    InputError
        If a target names no file, assay or run of the study, or is ambiguous.
    """
    meant: dict[tuple[str, str], dict[str, str]] = {}
    for exclusion in exclusions:
        where = f"{NAME}, target '{exclusion.target}'"
        place, well = _place(exclusion.target, places, where)
        wells = meant.setdefault(place, {})
        if well in wells:
            raise InputError("appears twice", where=where, do="Keep one row for each well")
        wells[well] = f"{exclusion.reason} ({exclusion.who}, {exclusion.when})"
    return meant


def _place(
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
                f"{file} holds more than one run", where=where, do=f"Write one of: {runs}"
            )
        return hits[0], well
    # Names may hold a slash themselves, so the longest assay and run that fit are taken.
    for assay, run in sorted(places, key=lambda place: -len("/".join(place))):
        if target == f"{assay}/{run}":
            return (assay, run), ""
        if target.startswith(f"{assay}/{run}/"):
            return (assay, run), target.removeprefix(f"{assay}/{run}/").strip()
    raise UnknownNameError.among(
        "run of this study", target.rsplit("/", 1)[0], {f"{a}/{r}" for a, r in places}, where=where
    )


def _day(text: str, where: str) -> str:
    if not re.fullmatch(r"\d{4}-\d{2}-\d{2}", text):
        raise InputError(
            f"when is '{text}'",
            where=where,
            allowed="A date is written year-month-day, such as 2026-03-12",
        )
    try:
        return date.fromisoformat(text).isoformat()
    except ValueError:
        raise InputError(f"when is '{text}', which is no day", where=where) from None

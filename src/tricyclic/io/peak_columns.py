"""Peak tables of chromatography programs: which column is the retention time, area or height."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from tricyclic.core.chromatogram import VendorPeak
from tricyclic.errors import InputError
from tricyclic.io.delimited_text import shortened
from tricyclic.io.traces import name_and_unit, time_factor

# Headings without blanks and marks, in lower case, by what they mean.
_HEADINGS = {
    "retention": "rt rettime retentiontime retention rtime time measrettime measrt retzeit "
    "peakretentiontime actualretentiontime measuredretentiontime",
    "area": "area peakarea fläche flaeche aire",
    "height": "height peakheight höhe hoehe hauteur",
    "name": "name compound compoundname component componentname peakname",
    "start": "start starttime peakbegintime peakstarttime begin begintime peakstart timestart "
    "integrationstart",
    "end": "end endtime peakendtime stop stoptime peakend timeend integrationend",
    "type": "type peaktype bl baselinecode baselinecodes typ",
}
_FIELDS = {word: field for field, words in _HEADINGS.items() for word in words.split()}


@dataclass(frozen=True)
class PeakColumn:
    """One column of a peak table: its index and the unit that its heading states."""

    index: int
    unit: str | None


def peak_field(heading: str) -> str:
    """What a heading without its unit means ("retention", "area", ...); empty for another one."""
    return _FIELDS.get(re.sub(r"[\W_]+", "", heading).lower(), "")


def peak_columns(
    headings: Sequence[str], units: Sequence[str] = ()
) -> tuple[dict[str, PeakColumn], tuple[str, ...]]:
    """The columns of a peak table by meaning, and the headings of the others.

    Parameters
    ----------
    headings : sequence of str
        With or without a unit in brackets ("Area [mAU*s]").
    units : sequence of str
        Units in a row or column of their own; "" where there is none.
    """
    columns: dict[str, PeakColumn] = {}
    others: list[str] = []
    for index, heading in enumerate(headings):
        name, unit = name_and_unit(heading)
        own = units[index].strip().strip("()[]") if index < len(units) else ""
        field = peak_field(name) or peak_field(heading)
        if unit == "%" or own == "%":
            field = ""
        if field and field not in columns:
            columns[field] = PeakColumn(index, own or unit)
        elif heading.strip():
            others.append(" ".join(heading.split()))
    return columns, tuple(others)


def plain_unit(unit: str | None) -> str | None:
    """A unit as this package writes it: "mAU*s" and "mAU*sec" are "mAU s"."""
    if not unit or unit.strip() in {"", "?", "-"}:
        return None
    return re.sub(r"\bsec\b", "s", re.sub(r"\s*[*·.]\s*", " ", unit.strip()))


def peak_number(
    text: str, where: str, *, read: Callable[[str], float | None], do: str
) -> float | None:
    """A cell of a peak table; None where it is empty or a dash.

    Parameters
    ----------
    text, where : str
    read : function of a text
        The number in the format of the file; None for another text.
    do : str
        Advice for a cell that is no number.

    Raises
    ------
    InputError
        If it is no number.
    """
    if not text or set(text) <= {"-"}:
        return None
    value = read(text)
    if value is None:
        raise InputError(f"'{shortened(text)}' is not a number", where=where, do=do)
    return value


def peak_of_row(
    row: Sequence[str],
    columns: Mapping[str, PeakColumn],
    number: Callable[[str, str], float | None],
    *,
    channel: str,
    file: str,
    where: str,
) -> VendorPeak:
    """The peak of one row.

    Parameters
    ----------
    row : sequence of str
    columns : mapping
        Of `peak_columns`.
    number : function of a text and its location
        The number; None for an empty cell.
    channel, file : str
    where : str
        Location, for messages.

    Raises
    ------
    InputError
        If the row has no retention time, or a cell that is no number.
    """

    def cell(field: str) -> str:
        column = columns.get(field)
        return row[column.index].strip() if column and column.index < len(row) else ""

    def minutes(field: str) -> float | None:
        value = number(cell(field), where)
        unit = columns[field].unit if field in columns else None
        factor = time_factor(unit) if unit else 1.0
        return None if value is None or factor is None else value * factor

    retention = minutes("retention")
    if retention is None:
        raise InputError("a peak has no retention time", where=where, do="Export the file again")
    area, height = columns.get("area"), columns.get("height")
    return VendorPeak(
        channel=channel,
        retention_min=retention,
        area=number(cell("area"), where),
        area_unit=plain_unit(area.unit) if area else None,
        height=number(cell("height"), where),
        height_unit=plain_unit(height.unit) if height else None,
        name=cell("name").strip("? "),
        start_min=minutes("start"),
        end_min=minutes("end"),
        baseline_type=" ".join(cell("type").split()),
        file=file,
    )

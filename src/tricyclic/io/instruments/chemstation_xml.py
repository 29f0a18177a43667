"""Results of Agilent ChemStation as XML, `Result.xml`: every peak with a retention time and area.

Peaks are recognised by the names of their fields, attributes or elements, wherever they are in the
document; the signal is that of the nearest enclosing element that names one.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import partial
from xml.etree import ElementTree

from tricyclic.core.chromatogram import ChromatogramFile, VendorPeak
from tricyclic.errors import InputError
from tricyclic.io.base import FileContent, RawFile, Reader, ReadOptions
from tricyclic.io.delimited_text import read_text, shortened
from tricyclic.io.peak_columns import PeakColumn, peak_field, peak_number, peak_of_row
from tricyclic.io.traces import header_number
from tricyclic.io.xlsx import refuse_document_type

_SIGNALS = ("signaldescription", "signaldesc", "signalname", "signal", "description", "name")
_FIELDS = ("retention", "area", "height", "name", "start", "end", "type")
_EXPORT = "Copy the folder of the injection again from the instrument"
_number = partial(peak_number, read=header_number, do=_EXPORT)


def sniff(raw: RawFile) -> float:
    """Whether the document is XML with peaks that have retention times and areas."""
    head = raw.text[:400_000]
    if not head.lstrip("\ufeff \n").startswith("<") or "mzML" in head[:4000]:
        return 0.0
    names = {name.lower() for name in re.findall(r"[<\s]([A-Za-z]+)", head)}
    has_peaks = any(peak_field(name) == "retention" for name in names - {"time"})
    return 0.9 if has_peaks and "area" in names and "signal" in " ".join(names) else 0.0


def read(raw: RawFile, options: ReadOptions) -> FileContent:
    """The peaks of all signals."""
    text, encoding = read_text(raw.data)
    refuse_document_type(text, "")
    body = re.sub(r"^\ufeff?\s*<\?xml[^>]*\?>", "", text, count=1)
    try:
        root = ElementTree.fromstring(body)
    except (ElementTree.ParseError, ValueError) as error:
        line, _ = getattr(error, "position", (0, 0))
        raise InputError(
            "is damaged or cut-off XML", where=f"line {line}" if line else "", do=_EXPORT
        ) from error
    peaks = tuple(_peaks(root, "", raw.name))
    if not peaks:
        raise InputError("contains no peak with a retention time and an area", do=_EXPORT)
    notes = (encoding, "peaks recognised by the names of their fields; times read as min")
    return FileContent(injections=(ChromatogramFile(raw.name, vendor_peaks=peaks, notes=notes),))


def _peaks(node: ElementTree.Element, signal: str, file: str) -> Iterator[VendorPeak]:
    fields, units, others = _own_fields(node)
    if "retention" in fields and "area" in fields:
        columns = {
            field: PeakColumn(index, units.get(field)) for index, field in enumerate(_FIELDS)
        }
        row = [fields.get(field, "") for field in _FIELDS]
        where = f"peak at {shortened(fields['retention'])}"
        if fields["area"] not in {"", "-"} and fields["retention"] not in {"", "-"}:
            own = others.get("signal", others.get("signalname", signal))
            yield peak_of_row(row, columns, _number, channel=own, file=file, where=where)
        return
    if "signal" in _local(node) or any(key.startswith("signal") for key in others):
        named = {**others, **({"name": fields["name"]} if fields.get("name") else {})}
        signal = next((named[key] for key in _SIGNALS if named.get(key)), signal)
    for child in node:
        yield from _peaks(child, signal, file)


def _own_fields(
    node: ElementTree.Element,
) -> tuple[dict[str, str], dict[str, str], dict[str, str]]:
    """Attributes and simple children of an element: fields of a peak, their units, the others."""
    pairs = [(key.rsplit("}", 1)[-1], value, "") for key, value in node.attrib.items()]
    pairs += [
        (_local(child), (child.text or "").strip(), child.get("unit", child.get("Unit", "")))
        for child in node
        if len(child) == 0
    ]
    fields: dict[str, str] = {}
    units: dict[str, str] = {}
    others: dict[str, str] = {}
    for key, value, unit in pairs:
        field = peak_field(key)
        if field and value:
            fields.setdefault(field, value)
            if unit:
                units.setdefault(field, unit)
        elif value:
            others.setdefault(key.lower(), value)
    return fields, units, others


def _local(node: ElementTree.Element) -> str:
    return node.tag.rsplit("}", 1)[-1].lower()


READER = Reader(
    description="results of Agilent ChemStation as XML (Result.xml)",
    sniff=sniff,
    read=read,
    chromatograms=True,
)

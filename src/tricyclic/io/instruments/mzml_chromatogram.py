"""Chromatograms of an mzML document: arrays of times and intensities, base64, with or without zlib.

Spectra are not read. The arrays of MS-Numpress are refused by name.
"""

from __future__ import annotations

import base64
import binascii
import io
import re
import zlib
from collections.abc import Mapping
from dataclasses import replace
from xml.etree import ElementTree

import numpy as np
from numpy.typing import NDArray

from tricyclic.core.chromatogram import Chromatogram, ChromatogramFile, with_unique_names
from tricyclic.core.unused import quoted
from tricyclic.errors import InputError
from tricyclic.io.base import FileContent, RawFile, Reader, ReadOptions
from tricyclic.io.delimited_text import shortened
from tricyclic.io.traces import time_factor

# Accessions of the PSI-MS ontology.
_NUMBERS = {
    "MS:1000521": "<f4",
    "MS:1000523": "<f8",
    "MS:1000519": "<i4",
    "MS:1000522": "<i8",
}
_ZLIB, _PLAIN = "MS:1000574", "MS:1000576"
_NUMPRESS = {f"MS:{number}" for number in (1002312, 1002313, 1002314, 1002746, 1002747, 1002748)}
_TIME, _INTENSITY = "MS:1000595", "MS:1000515"
_UNITLESS = {"MS:1000131": "counts"}
# Largest array of one chromatogram, unpacked.
_MOST_BYTES = 256 * 2**20
_EXPORT = "Convert the file to mzML again"
Params = dict[str, tuple[str, str]]


def sniff(raw: RawFile) -> float:
    """Whether the root of the XML is mzML."""
    root = re.search(rb"[<{\w][A-Za-z]+", re.sub(rb"<[?!][^>]*>", b"", raw.data[:4000]))
    return 1.0 if root and root[0] in {b"<mzML", b"<indexedmzML"} else 0.0


def read(raw: RawFile, options: ReadOptions) -> FileContent:
    """All chromatograms of the document."""
    if b"<!DOCTYPE" in raw.data[:20_000] or b"<!ENTITY" in raw.data[:20_000]:
        raise InputError("declares a document type, which is not allowed", do=_EXPORT)
    groups: dict[str, Params] = {}
    traces: list[Chromatogram] = []
    empty: list[str] = []
    remarks: list[str] = []
    spectra = 0
    sample, started = "", ""
    try:
        for event, node in ElementTree.iterparse(io.BytesIO(raw.data), events=("start", "end")):
            kind = _local(node)
            if event == "start":
                if kind == "run":
                    started = node.get("startTimeStamp", "")
                elif kind == "sample":
                    sample = sample or node.get("name", "")
                continue
            if kind == "referenceableParamGroup":
                groups[node.get("id", "")] = _params(node, {})
            elif kind == "chromatogram":
                trace = _trace(node, groups, raw, sample, started, remarks)
                if trace is None:
                    empty.append(shortened(node.get("id", "")))
                else:
                    traces.append(trace)
                node.clear()
            elif kind == "spectrum":
                spectra += 1
                node.clear()
    except ElementTree.ParseError as error:
        raise InputError(
            "is damaged or cut-off XML", where=f"line {error.position[0]}", do=_EXPORT
        ) from error
    if not traces:
        listed = f", only {spectra} spectra" if spectra else ""
        raise InputError(
            f"contains no chromatogram with readings{listed}",
            do="Convert the chromatograms of the detector to mzML",
        )
    named = [
        replace(trace, name=name)
        for trace, name in zip(traces, with_unique_names(traces), strict=True)
    ]
    unused = quoted("empty chromatogram", empty)
    unused += (f"{spectra} spectr{'a' if spectra > 1 else 'um'}",) if spectra else ()
    remarks += [
        f"{trace.name}: the file states no unit" for trace in named if trace.signal_unit is None
    ]
    return FileContent(
        injections=(ChromatogramFile(raw.name, tuple(named), notes=tuple(remarks), unused=unused),)
    )


def _local(node: ElementTree.Element) -> str:
    return node.tag.rsplit("}", 1)[-1]


def _params(node: ElementTree.Element, groups: Mapping[str, Params]) -> Params:
    """Accession -> name and name of the unit, of the parameters of an element and its groups."""
    params: Params = {}
    for child in node:
        if _local(child) == "referenceableParamGroupRef":
            params |= groups.get(child.get("ref", ""), {})
        elif _local(child) == "cvParam":
            unit = _UNITLESS.get(child.get("unitAccession", ""), child.get("unitName", ""))
            params[child.get("accession", "")] = (child.get("name", ""), unit)
    return params


def _trace(
    node: ElementTree.Element,
    groups: Mapping[str, Params],
    raw: RawFile,
    sample: str,
    started: str,
    remarks: list[str],
) -> Chromatogram | None:
    """One chromatogram; None where its arrays are empty."""
    name = node.get("id", "")
    where = f"chromatogram {shortened(name)}"
    stated = node.get("defaultArrayLength", "")
    arrays: dict[str, NDArray[np.float64]] = {}
    units: dict[str, str] = {}
    for array in node.iter():
        if _local(array) != "binaryDataArray":
            continue
        params = _params(array, groups)
        for accession in (_TIME, _INTENSITY):
            if accession in params:
                arrays[accession] = _decoded(array, params, where)
                units[accession] = params[accession][1]
    if _TIME not in arrays or _INTENSITY not in arrays:
        raise InputError("has no array of times, or none of intensities", where=where, do=_EXPORT)
    times, signal = arrays[_TIME], arrays[_INTENSITY]
    if stated.isascii() and stated.isdigit():
        for values in (times, signal):
            if values.size != int(stated):
                raise InputError(
                    f"has {values.size} values and states {stated}", where=where, do=_EXPORT
                )
    if times.size == 0:
        return None
    if not units[_TIME]:
        remarks.append(f"{shortened(name)}: the file states no unit of time; read in min")
    factor = time_factor(units[_TIME] or "min")
    if factor is None:
        raise InputError(
            f"states times in '{units[_TIME]}'",
            where=where,
            allowed="They are in seconds or minutes",
        )
    return Chromatogram(
        name=name or raw.stem,
        time_min=times * factor,
        signal=signal,
        signal_unit=_short_unit(units[_INTENSITY]) or None,
        sample=sample,
        injected_at=started,
        file=raw.name,
        position=where,
    )


def _decoded(array: ElementTree.Element, params: Params, where: str) -> NDArray[np.float64]:
    """The numbers of an array."""
    for accession, (name, _) in params.items():
        if accession in _NUMPRESS or "numpress" in name.lower():
            raise InputError(
                f"is compressed with {name or 'MS-Numpress'}, which is not supported",
                where=where,
                do="Convert it with zlib or without compression, as msconvert --zlib does",
            )
    kind = next((code for accession, code in _NUMBERS.items() if accession in params), None)
    if kind is None:
        raise InputError("states no kind of numbers", where=where, do=_EXPORT)
    node = next((child for child in array if _local(child) == "binary"), None)
    text = re.sub(r"\s+", "", (node.text or "") if node is not None else "")
    try:
        data = base64.b64decode(text, validate=True)
        if _ZLIB in params and data:
            unpacker = zlib.decompressobj()
            data = unpacker.decompress(data, _MOST_BYTES)
            if not unpacker.eof:
                raise InputError("ends within a compressed array", where=where, do=_EXPORT)
        values = np.frombuffer(data, kind).astype(np.float64)
    except (binascii.Error, zlib.error, ValueError) as error:
        raise InputError("contains a damaged array", where=where, do=_EXPORT) from error
    return values


def _short_unit(unit: str) -> str:
    """ "number of detector counts" as "counts", "milliabsorbance unit" as "mAU"."""
    known = {
        "number of detector counts": "counts",
        "number of counts": "counts",
        "counts per second": "cps",
        "absorbance unit": "AU",
        "milliabsorbance unit": "mAU",
        "microvolt": "uV",
        "millivolt": "mV",
        "picoampere": "pA",
        "nanoampere": "nA",
    }
    return known.get(unit.strip().lower(), unit.strip())


READER = Reader(
    description="chromatograms of an mzML document",
    sniff=sniff,
    read=read,
    chromatograms=True,
)

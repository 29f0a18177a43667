"""Allotrope Simple Model (ASM) JSON of plate readers: one plate per quantity, wavelength and point.

Converters of instrument files (allotropy and others) write this form. Every technique has the same
shape, `TECHNIQUE aggregate document` > `TECHNIQUE document` > `measurement document`, so other
techniques with readings of wells (multi-analyte profiling) are read too. The unit is the one in
the file. Some converters call an absorbance mAU that was exported in OD; compare with the
instrument.
"""

from __future__ import annotations

import json
import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from tricyclic.core.plate import PLATE_SHAPES
from tricyclic.core.unused import quoted
from tricyclic.errors import InputError
from tricyclic.io.base import FileContent, RawFile, Reader, ReadOptions
from tricyclic.io.delimited_text import read_text, shortened
from tricyclic.io.plates import CellReading
from tricyclic.io.readings import PlateReading, Position, plates_of_readings, position_of

_MANIFEST = '"$asm.manifest"'
# Quantities of a measurement that are readings of a detector; others are settings of it.
_QUANTITIES = (
    "absorbance",
    "fluorescence",
    "luminescence",
    "electrochemiluminescence",
    "polarization",
    "anisotropy",
    "count rate",
    "counts",
    "count",
    "radioactivity",
    "activity",
)
# Units in which ASM writes what this package calls otherwise.
_UNITS = {"#": "counts", "(unitless)": "", "unitless": "", "{count}/min": "cpm", "AU": "OD"}


@dataclass(frozen=True)
class _Value:
    """One number of one well: where it belongs, and the unit and the remark of the file."""

    plate: str
    position: Position
    label: str
    point: str
    unit: str
    reading: CellReading
    size: int | None


def sniff(raw: RawFile) -> float:
    """Whether the file is a JSON document with an ASM manifest and measurements."""
    text = raw.text
    begins = text[:200].lstrip("\ufeff\n \t").startswith("{")
    return 1.0 if begins and _MANIFEST in text and '"measurement document"' in text else 0.0


def read(raw: RawFile, options: ReadOptions) -> FileContent:
    """One plate per quantity, wavelength and point of every plate of the document."""
    document = _loaded(raw)
    values: list[_Value] = []
    others: set[str] = set()
    for path, measurement, aggregate in _measurements(document):
        values += _values(measurement, aggregate, path, others)
    if not values:
        names = ", ".join(sorted(others)) or "none"
        raise InputError(
            "contains no reading of a well",
            allowed=f"Readings are {', '.join(_QUANTITIES[:3])} and counts of wells such as A1; "
            f"this document has: {names}",
            do="Convert the file of the instrument to CSV",
        )
    unused = quoted("quantity", sorted(others)) if others else ()
    if any("calculated data" in key for key in _keys(document)):
        unused = (*unused, "calculated data of the document")
    return FileContent(
        plates=plates_of_readings(
            _plate_readings(values),
            raw.stem,
            options,
            notes=(f"manifest {shortened(str(document.get('$asm.manifest')), 120)}",),
            unused=unused,
        )
    )


def _loaded(raw: RawFile) -> dict[str, Any]:
    try:
        document = json.loads(read_text(raw.data)[0].lstrip("\ufeff"))
    except (ValueError, RecursionError) as error:
        line = getattr(error, "lineno", None)
        raise InputError(
            "is not complete JSON",
            where=f"line {line}" if line else "",
            do="Export or convert the file again",
        ) from error
    if not isinstance(document, dict):
        raise InputError("is not an ASM document", do="Convert the file again")
    return document


def _keys(document: Mapping[str, Any]) -> Iterator[str]:
    for key, value in document.items():
        yield key
        if isinstance(value, dict) and key.endswith("aggregate document"):
            yield from value


def _measurements(
    document: Mapping[str, Any],
) -> Iterator[tuple[str, Mapping[str, Any], Mapping[str, Any]]]:
    """Path, measurement and the aggregate around it of every measurement of every technique."""
    for technique, aggregate in document.items():
        if not technique.endswith(" aggregate document") or not isinstance(aggregate, dict):
            continue
        for name, documents in aggregate.items():
            if not name.endswith(" document"):
                continue
            for number, one in enumerate(_listed(documents), 1):
                inner = one.get("measurement aggregate document")
                for around in _listed(inner):
                    for k, measurement in enumerate(_listed(around.get("measurement document")), 1):
                        yield f"{name} {number}, measurement {k}", measurement, around


def _listed(value: Any) -> list[Mapping[str, Any]]:
    """The documents of a list, or one document; none of anything else."""
    items = value if isinstance(value, list) else [value]
    return [item for item in items if isinstance(item, dict)]


def _values(
    measurement: Mapping[str, Any], around: Mapping[str, Any], path: str, others: set[str]
) -> Iterator[_Value]:
    sample = next(iter(_listed(measurement.get("sample document"))), {})
    location = _text(sample, "location identifier") or _text(sample, "well location identifier")
    position = position_of(location)
    plate = _text(sample, "well plate identifier") or _text(around, "well plate identifier")
    size = _size(around)
    optics = _optics(measurement)
    errors = _errors(measurement)
    for name, quantity, unit, value, point in _quantities(measurement):
        if position is None or quantity not in _QUANTITIES:
            others.add(name)
            continue
        where = f"{path}, well {location}"
        error = next(
            (text for about, text in errors.items() if quantity in (about or quantity)), ""
        )
        reading = _reading(value, where, error)
        label = " ".join(part for part in (name, optics) if part)
        yield _Value(plate, position, label, point, _UNITS.get(unit, unit), reading, size)


def _text(document: Mapping[str, Any], key: str) -> str:
    value = document.get(key)
    return value.strip() if isinstance(value, str) else ""


def _size(around: Mapping[str, Any]) -> int | None:
    stated = around.get("plate well count")
    number = stated.get("value") if isinstance(stated, dict) else stated
    return int(number) if isinstance(number, int | float) and number in PLATE_SHAPES else None


def _optics(measurement: Mapping[str, Any]) -> str:
    """Wavelengths of the detector: "600 nm", "485/528 nm"; "" if there are none."""
    outer = next(iter(_listed(measurement.get("device control aggregate document"))), {})
    collected: list[str] = []
    for control in _listed(outer.get("device control document")):
        wavelengths = [
            f"{value['value']:g}"
            for key in ("excitation wavelength setting", "detector wavelength setting")
            if isinstance(value := control.get(key), dict)
            and isinstance(value.get("value"), int | float)
        ]
        if wavelengths:
            collected.append("/".join(wavelengths) + " nm")
    return " ".join(dict.fromkeys(collected))


def _errors(measurement: Mapping[str, Any]) -> dict[str, str]:
    """Remarks of the file by the quantity that they are about; "" for the whole measurement."""
    outer = next(iter(_listed(measurement.get("error aggregate document"))), {})
    return {
        _text(one, "error feature").lower(): _text(one, "error") or "error"
        for one in _listed(outer.get("error document"))
    }


def _quantities(measurement: Mapping[str, Any]) -> Iterator[tuple[str, str, str, Any, str]]:
    """Name, quantity, unit, number and point of every reading of a measurement."""
    for name, value in measurement.items():
        if not isinstance(value, dict):
            continue
        if "value" in value:
            yield name, name.lower(), _text(value, "unit"), value["value"], ""
        elif name.endswith("data cube"):
            yield from _cube(value)
    analytes = next(iter(_listed(measurement.get("analyte aggregate document"))), {})
    for analyte in _listed(analytes.get("analyte document")):
        for name, value in analyte.items():
            if isinstance(value, dict) and "value" in value:
                label = f"{_text(analyte, 'analyte name')} {name}".strip()
                yield label, name.lower(), _text(value, "unit"), value["value"], ""


def _cube(cube: Mapping[str, Any]) -> Iterator[tuple[str, str, str, Any, str]]:
    """The numbers of a data cube of one dimension: a kinetic or a spectrum of one well."""
    structure = next(iter(_listed(cube.get("cube-structure"))), {})
    data = next(iter(_listed(cube.get("data"))), {})
    dimensions, measures = _listed(structure.get("dimensions")), _listed(structure.get("measures"))
    points, numbers = _table(data.get("dimensions"), 1), _table(data.get("measures"), len(measures))
    if len(dimensions) != 1 or points is None or numbers is None:
        return
    for measure, column in zip(measures, numbers, strict=True):
        name = _text(measure, "concept")
        for point, number in zip(points[0], column, strict=False):
            shown = f"{point:g}" if isinstance(point, int | float) else str(point)
            at = " ".join(part for part in (shown, _text(dimensions[0], "unit")) if part)
            yield name, name.lower(), _text(measure, "unit"), number, at


def _table(value: Any, columns: int) -> list[list[Any]] | None:
    """A list of as many lists; None for anything else."""
    lists = [one for one in value if isinstance(one, list)] if isinstance(value, list) else []
    return lists if len(lists) == columns else None


def _reading(value: Any, where: str, error: str) -> CellReading:
    """The number; a measurement with an error document has no reading, but its text as a flag.

    Raises
    ------
    InputError
        If the value is neither a number nor a mark of a missing one.
    """
    if error:
        return CellReading(math.nan, flag=shortened(error), where=where)
    if value is None or value in ("N/A", "NaN", ""):
        return CellReading(math.nan, where=where)
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise InputError(f"'{shortened(str(value))}' is not a number", where=where)
    number = float(value) if abs(value) < _LARGEST else math.inf
    if math.isinf(number):
        raise InputError("the value is too large to be a reading", where=where)
    return CellReading(number, where=where)


_LARGEST = 1e300


def _plate_readings(values: Sequence[_Value]) -> list[PlateReading]:
    """The values by plate, label and point; a second value of a well is a repeat."""
    collected: dict[tuple[str, str, str, int], list[_Value]] = {}
    counted: dict[tuple[str, str, str, Position], int] = {}
    for value in values:
        of_well = (value.plate, value.label, value.point, value.position)
        counted[of_well] = counted.get(of_well, 0) + 1
        key = (value.plate, value.label, value.point, counted[of_well])
        collected.setdefault(key, []).append(value)
    readings = []
    for (plate, label, point, repeat), listed in collected.items():
        units = {value.unit for value in listed}
        if len(units) > 1:
            raise InputError(
                f"'{label}' has two units, {' and '.join(sorted(units))}",
                where=listed[0].reading.where,
                do="Convert the file again, with one unit",
            )
        wells = {value.position: value.reading for value in listed}
        readings.append(
            PlateReading(
                plate,
                (label, point, f"repeat {repeat}"),
                wells,
                units.pop(),
                _fitting(listed[0].size, wells),
            )
        )
    only_one = all(one.parts[2] == "repeat 1" for one in readings)
    return [replace(one, parts=one.parts[:2]) for one in readings] if only_one else readings


def _fitting(size: int | None, wells: Mapping[Position, CellReading]) -> int | None:
    """The stated size, if the plate has all wells; some files state the number of readings."""
    if size is None:
        return None
    rows, columns = PLATE_SHAPES[size]
    fits = all(row < rows and column < columns for row, column in wells)
    return size if fits else None


READER = Reader(
    description="Allotrope Simple Model (ASM) JSON of a plate reader",
    sniff=sniff,
    read=read,
    words=("$asm.manifest", "allotrope.org"),
)

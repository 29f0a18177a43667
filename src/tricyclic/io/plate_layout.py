"""Plate layouts: read from TOML or from a grid of words, and written as TOML.

A layout in TOML states the size of the plate and its blocks of wells. Lists run along a block in
its `direction` ("down" the rows or "across" the columns); the wells beside are replicates. Every
concentration has a unit.

```toml
plate = 96

[[block]]
wells = "A1:A3"                  # also "A1, B5", "column 3", "rows B-D"
role = "total"                   # or non_specific, competition, background, added, response, empty

[[block]]
wells = "A4:A6"
role = "non_specific"
compound = "mazindol"
concentration = "10 uM"

[[block]]
wells = "B1:H3"                  # seven concentrations down, three replicates across
role = "competition"
compound = "desipramine"
top = "10 uM"                    # instead of a list: the highest, and the factor of each step
dilution = 10
direction = "down"

[[block]]
wells = "A7:F8"
role = "competition"
compound = "imipramine"
concentrations = ["1 uM", "300 nM", "100 nM", "30 nM", "10 nM", "3 nM"]

[[block]]
wells = "G7:H12"                 # two replicates down, six radioligand concentrations across
role = "total"
direction = "across"
radioligand_nM = [0.1, 0.3, 1, 3, 10, 30]

[[block]]
wells = "A9:F9"
role = "total"
times = ["1 min", "2 min", "5 min", "10 min", "30 min", "60 min"]
group = "vehicle"

[[block]]
wells = "D2"                     # excludes a well of another block from all fits, with the reason
excluded = "bubble seen under the seal"
```

A later block replaces an earlier one in the wells that both have, so that
`wells = "E7", role = "empty"` after a block takes one well out of it.

Further keys: `name` (the block in messages), `points` (number of concentrations of the dilution),
`replicates` ("down" or "across", if they lie along the list itself), `radioligand` and
`radioligands` (with units), `time`, `modulator` with `modulator_concentration` or
`modulator_concentrations`.

A layout as a grid (CSV, TSV or XLSX; rows A, B, …, columns 1, 2, …) states the content of the well
in each cell: `T` or `total`, `NSB` (or `NSB mazindol 10 uM`), `desipramine 10 nM`, `blank`,
`added`, `empty`, or nothing. `@ 0.5 nM` after it is the radioligand added to that well. A compound
without a concentration takes that of its row or column from a list beside the plate.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from tricyclic.core.plate import ListBeside, Role, well_position
from tricyclic.core.plate_layout import PlateLayout, WellBlock
from tricyclic.core.table import DataTable
from tricyclic.core.well_names import wells_named
from tricyclic.errors import InputError, UnitError
from tricyclic.io.base import RawFile
from tricyclic.io.delimited_text import read_text
from tricyclic.io.files import at_file, read_bytes
from tricyclic.io.grids import find_grids
from tricyclic.io.layout_cells import (
    layout_molar,
    layout_nanomolar,
    layout_of_grid,
    list_for,
    list_notes,
    plain_decimal,
)
from tricyclic.io.toml_schema import (
    IntegerField,
    ListField,
    NumberField,
    Schema,
    TableField,
    TextField,
    checked_toml,
)
from tricyclic.units import concentration_M, quantity, to_molar

_BLOCK: dict[str, Schema] = {
    "wells": TextField(required=True),
    "role": TextField(default=None, one_of=tuple(Role)),
    "name": TextField(),
    "compound": TextField(),
    "concentration": TextField(default=None),
    "concentrations": ListField(TextField()),
    "top": TextField(default=None),
    "dilution": NumberField(),
    "points": IntegerField(low=1),
    "direction": TextField(default="down", one_of=("down", "across")),
    "replicates": TextField(default=None, one_of=("down", "across")),
    "radioligand": TextField(default=None),
    "radioligands": ListField(TextField()),
    "radioligand_nM": ListField(NumberField(low=0.0)),
    "time": TextField(default=None),
    "times": ListField(TextField()),
    "modulator": TextField(),
    "modulator_concentration": TextField(default=None),
    "modulator_concentrations": ListField(TextField()),
    "group": TextField(),
    "excluded": TextField(),
}
_SHAPE = TableField(
    {
        "plate": IntegerField(required=True, low=1),
        "name": TextField(),
        "block": ListField(TableField(_BLOCK), required=True),
    }
)


def read_layout(
    path: str | Path | DataTable,
    *,
    sheet: str | int | None = None,
    beside: Sequence[ListBeside] = (),
) -> PlateLayout:
    """Read a plate layout.

    Parameters
    ----------
    path : str, Path or DataTable
        TOML (blocks), or CSV, TSV, XLSX or a table in memory (a grid of words).
    sheet : str or int, optional
        Sheet of a workbook, by name or number from 1.
    beside : sequence of ListBeside, optional
        Concentrations beside the plate, for compounds without any in the layout.

    Raises
    ------
    InputError
        If the file is none of these, or has an unknown key or word.
    """
    data, name = read_bytes(path)
    try:
        if name.lower().endswith(".toml"):
            text = read_text(data)[0].lstrip("\ufeff")
            return layout_from_toml(text, name=name, beside=beside)
        raw = RawFile(name, data, sheet=sheet)
        grids = [grid for table in raw.sheets for grid in find_grids(table, words=True)]
        if len(grids) != 1:
            raise InputError(
                f"contains {len(grids) or 'no'} plate layouts",
                allowed="A layout is TOML, or one grid with rows A, B, … and columns 1, 2, …",
                do="Choose one sheet of the workbook" if grids else "",
            )
        return layout_of_grid(grids[0], name, beside=beside)
    except InputError as error:
        raise at_file(error, name) from error.__cause__


def layout_from_toml(
    text: str, *, name: str = "layout", beside: Sequence[ListBeside] = ()
) -> PlateLayout:
    """Make a PlateLayout of the text of a TOML layout.

    Parameters
    ----------
    text : str
    name : str
        Of the layout, for messages.
    beside : sequence of ListBeside, optional
        Concentrations beside the plate, for compounds without any in the layout.

    Raises
    ------
    InputError
        If the text is not a layout; near names are suggested for an unknown key.
    """
    try:
        given = checked_toml(text, _SHAPE, where=name)
    except (ValueError, OverflowError) as error:
        raise InputError(
            f"contains a number that is too large ({str(error)[:60]})", where=name
        ) from error
    blocks: list[WellBlock] = []
    used: list[ListBeside] = []
    for number, entry in enumerate(given["block"], 1):
        try:
            blocks += _blocks(entry, given["plate"], beside, used)
        except InputError as error:
            # An error of a named block already states which one it is.
            raise error.at(name if error.where else f"{name}, block {number}") from None
    return PlateLayout(
        given["plate"], tuple(blocks), name=given["name"] or name, notes=list_notes(used)
    )


def write_layout_toml(layout: PlateLayout) -> str:
    """Text of a layout as TOML, from which `layout_from_toml` makes an equal layout."""
    lines = [f"plate = {layout.size}"] + ([f"name = {_quoted(layout.name)}"] if layout.name else [])
    for block in layout.blocks:
        lines += ["", "[[block]]", f"wells = {_quoted(block.wells)}"]
        fields: list[tuple[str, str]] = [
            ("role", _quoted(block.role) if block.role else ""),
            ("name", _quoted(block.name)),
            ("compound", _quoted(block.compound)),
            *_doses("concentration", block.concentrations_M),
            ("top", "" if block.top_M is None else _quoted(_with_unit(block.top_M))),
            ("dilution", "" if block.dilution is None else repr(float(block.dilution))),
            ("points", "" if block.points is None else str(block.points)),
            ("direction", _quoted(block.direction) if block.direction != "down" else ""),
            ("replicates", _quoted(block.replicates or "")),
            ("radioligand_nM", _numbers(block.radioligand_nM)),
            (
                "times",
                "[" + ", ".join(_quoted(f"{float(t)!r} min") for t in block.times_min) + "]"
                if block.times_min
                else "",
            ),
            ("modulator", _quoted(block.modulator)),
            *_doses("modulator_concentration", block.modulator_M),
            ("group", _quoted(block.group)),
            ("excluded", _quoted(block.excluded)),
        ]
        lines += [f"{key} = {value}" for key, value in fields if value and value != '""']
    return "\n".join(lines) + "\n"


def _block(entry: dict[str, Any]) -> WellBlock:
    nanomolar = tuple(float(value) for value in entry["radioligand_nM"])
    with_units = _several(entry, "radioligand", "radioligands")
    if nanomolar and with_units:
        raise InputError("the radioligand is given twice", do="Keep radioligand_nM or radioligands")
    return WellBlock(
        wells=entry["wells"],
        role=Role(entry["role"]) if entry["role"] else None,
        name=entry["name"],
        compound=entry["compound"],
        concentrations_M=tuple(
            layout_molar(text) for text in _several(entry, "concentration", "concentrations")
        ),
        top_M=None if entry["top"] is None else layout_molar(entry["top"]),
        dilution=entry["dilution"],
        points=entry["points"],
        direction=entry["direction"],
        replicates=entry["replicates"],
        radioligand_nM=nanomolar or tuple(layout_nanomolar(text) for text in with_units),
        times_min=tuple(_minutes(text) for text in _several(entry, "time", "times")),
        modulator=entry["modulator"],
        modulator_M=tuple(
            concentration_M(text)
            for text in _several(entry, "modulator_concentration", "modulator_concentrations")
        ),
        group=entry["group"],
        excluded=entry["excluded"],
    )


def _blocks(
    entry: dict[str, Any], size: int, beside: Sequence[ListBeside], used: list[ListBeside]
) -> list[WellBlock]:
    """The block of an entry, or one for each concentration of a list beside the plate, where the
    entry has a compound without concentrations.
    """
    has_none = entry["top"] is None and not _several(entry, "concentration", "concentrations")
    own = list_for(entry["compound"], beside) if entry["compound"] else None
    if entry["role"] != Role.COMPETITION or not has_none or entry["excluded"] or own is None:
        return [_block(entry)]
    used.append(own)
    by_value: dict[float, list[str]] = {}
    for name in wells_named(entry["wells"], size):
        row, column = well_position(name)
        value = own.values[row if own.of_rows else column]
        if not math.isnan(value):
            by_value.setdefault(value, []).append(name)
    return [
        _block(
            entry
            | {"wells": ", ".join(names)}
            | ({"concentrations": [f"{molar!r} M"]} if molar else {"role": "total", "compound": ""})
        )
        for molar, names in by_value.items()
    ]


def _several(entry: dict[str, Any], one: str, many: str) -> list[str]:
    if entry[one] is not None and entry[many]:
        raise InputError(f"both {one} and {many} are given", do="Keep one")
    return [entry[one]] if entry[one] is not None else list(entry[many])


def _minutes(text: str) -> float:
    read = quantity(text)
    if read.value == 0 and not read.unit:
        return 0.0
    if not read.unit:
        raise UnitError(f"'{text}' has no unit", do="Write it like 10 min")
    return plain_decimal(read.convert_to("min"))


def _doses(key: str, values: tuple[float, ...]) -> list[tuple[str, str]]:
    if len(values) == 1:
        return [(key, _quoted(_with_unit(values[0])))]
    return [
        (
            key + "s",
            "[" + ", ".join(_quoted(_with_unit(value)) for value in values) + "]" if values else "",
        )
    ]


def _numbers(values: tuple[float, ...]) -> str:
    return "[" + ", ".join(repr(float(value)) for value in values) + "]" if values else ""


def _with_unit(molar: float) -> str:
    """A concentration in a suitable unit, such that reading it gives the same number."""
    if molar == 0:
        return "0 M"
    for unit in ("mM", "uM", "nM", "pM"):
        value = molar / to_molar(1.0, unit)
        text = f"{value:.12g}"
        if 1 <= value < 1000 and layout_molar(f"{text} {unit}") == molar:
            return f"{text} {unit}"
    return f"{float(molar)!r} M"


def _quoted(text: str) -> str:
    escaped = text.replace("\\", "\\\\").replace('"', '\\"')
    return (
        '"'
        + "".join(
            c if c.isprintable() else f"\\u{ord(c):04x}" if ord(c) < 0x10000 else f"\\U{ord(c):08x}"
            for c in escaped
        )
        + '"'
    )

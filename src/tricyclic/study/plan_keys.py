"""Every key of study.toml with its type, unit, default, allowed values, meaning and an example.

Types, defaults and allowed values come from the schema; the meaning of each key is written here.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, get_args

from tricyclic.core.conditions import CONDITION_NAMES, DecayConvention
from tricyclic.io.toml_schema import (
    BooleanField,
    DateField,
    IntegerField,
    ListField,
    NameField,
    NumberField,
    RawTableField,
    Schema,
    TableField,
    TextField,
    TextListField,
)
from tricyclic.study import dialysis_keys, neurites_keys, release_keys
from tricyclic.study.conditions import DATES, MEASURED, NUMBERS
from tricyclic.study.key_texts import CONDITIONS, KEYS, SECTIONS
from tricyclic.study.plan_schema import REPORT_FORMATS, STUDY, SyntheticField
from tricyclic.units import HALF_LIFE_DAYS

# Units of keys whose names do not contain them.
UNITS = {
    "assay.plate.counting_time_min": "min",
    "assay.plate.plate_size": "wells",
    **dialysis_keys.UNITS,
    **neurites_keys.UNITS,
    **release_keys.UNITS,
}
# Allowed values that the code after the schema checks.
ALLOWED = {
    "schema_version": "1",
    "report.formats": ", ".join(REPORT_FORMATS),
    "assay.method.confidence": "0.5 or more, below 1",
    "assay.method.outlier_q": "above 0 and below 0.5",
    "assay.method.model": "auto, or a curve model by name",
    **dialysis_keys.ALLOWED,
    **neurites_keys.ALLOWED,
    **release_keys.ALLOWED,
}
DEFAULTS = {
    "assay.title": "the name",
    "assay.kind": "that of the protocol",
    "assay.plate.layout": "that of the assay",
    "assay.table.compound": "that of the assay",
    "compare.parameter": "Bmax for groups, Ki for selectivity",
    "joint.title": "the name",
    "report.formats": "html and pdf",
    **dialysis_keys.DEFAULTS,
    **neurites_keys.DEFAULTS,
    **release_keys.DEFAULTS,
}


@dataclass(frozen=True)
class KeyDescription:
    """One key of study.toml.

    Parameters
    ----------
    section : str
        The table that the key belongs to, as it is written: "[[assay]]"; empty at the top.
    path : str
        Names from the top, joined by points: "assay.plate.file".
    type : str
        "text", "number", "true or false", ...
    unit : str
        Unit of a bare number.
    required : bool
        Whether the key has to be present in its table.
    default : str
        What a missing key means; empty where it means nothing is stated.
    allowed : str
        Range or words that are allowed; empty for any.
    description, example : str
        What the key does, and a line as it is written.
    """

    section: str
    path: str
    type: str
    unit: str
    required: bool
    default: str
    allowed: str
    description: str
    example: str

    @property
    def name(self) -> str:
        """The key without its table."""
        return self.path.rpartition(".")[2]


def describe_keys() -> tuple[KeyDescription, ...]:
    """Every key in the order of the file: tables after the keys of the table that they are in."""
    return tuple(_keys_of(STUDY, "", ""))


def _keys_of(table: TableField, path: str, section: str) -> Iterator[KeyDescription]:
    tables: list[tuple[str, TableField, str]] = []
    for name, schema in table.keys.items():
        full = f"{path}.{name}".lstrip(".")
        inner, header = _table_of(schema, full)
        if inner is not None:
            tables.append((full, inner, header))
        elif isinstance(schema, RawTableField):
            if full == "assay.conditions":
                tables.append((full, TableField(), f"[{full}]"))
        else:
            yield _describe(full, section, schema)
    for full, inner, header in tables:
        if full == "assay.conditions":
            yield from _conditions(full, header)
        elif full == "joint.method":
            # The same keys as [assay.method].
            continue
        else:
            yield from _keys_of(inner, full, header)


def _table_of(schema: Schema, path: str) -> tuple[TableField | None, str]:
    """The keys of a table or of a list of tables, and how it is written in the file."""
    if isinstance(schema, ListField) and isinstance(schema.item, TableField):
        return schema.item, f"[[{path}]]"
    is_column = path.startswith("assay.table.columns.")
    if isinstance(schema, TableField) and not is_column:
        return schema, f"[{path}]"
    return None, ""


def _describe(path: str, section: str, schema: Schema) -> KeyDescription:
    description, example = KEYS[path]
    return KeyDescription(
        section=section,
        path=path,
        type=_type(schema),
        unit=UNITS.get(path, ""),
        required=schema.required,
        default=DEFAULTS.get(path, _default(schema)),
        allowed=ALLOWED.get(path, _allowed(schema)),
        description=description,
        example=example,
    )


def _type(schema: Schema) -> str:
    types: dict[type, str] = {
        TextField: "text",
        NameField: "text or whole number",
        TextListField: "text or list of texts",
        NumberField: "number",
        IntegerField: "whole number",
        BooleanField: "true or false",
        DateField: "date",
        SyntheticField: "text, true or false",
        **dialysis_keys.TYPES,
        TableField: "column",
    }
    return types[type(schema)]


def _default(schema: Schema) -> str:
    default: Any = schema.default
    if isinstance(schema, BooleanField):
        return "true" if default else "false"
    return "" if schema.required or default in (None, "", ()) else f"{default}"


def _allowed(schema: Schema) -> str:
    if isinstance(schema, TextField):
        return ", ".join(schema.one_of)
    if isinstance(schema, NumberField) and schema.above > -math.inf:
        return f"above {schema.above:g}"
    if isinstance(schema, IntegerField) and schema.low:
        return f"{schema.low} or more"
    return ""


def _conditions(path: str, section: str) -> Iterator[KeyDescription]:
    for name in CONDITION_NAMES:
        description, example = CONDITIONS[name]
        unit, low, with_low, high = NUMBERS.get(name, ("", 0.0, False, math.inf))
        type_, allowed = "text", ""
        if name in NUMBERS:
            type_ = "number with error" if name in MEASURED or name == "volume_uL" else "number"
            allowed = f"{low:g} or more" if with_low else f"above {low:g}"
            allowed += f", at most {high:g}" if math.isfinite(high) else ""
        elif name in DATES:
            type_ = "date"
        elif name == "decay_convention":
            allowed = ", ".join(get_args(DecayConvention))
        elif name == "isotope":
            allowed = ", ".join(sorted(HALF_LIFE_DAYS))
        yield KeyDescription(
            section=section,
            path=f"{path}.{name}",
            type=type_,
            unit=unit or ("fraction" if name in ("counting_efficiency",) else ""),
            required=False,
            default=get_args(DecayConvention)[0] if name == "decay_convention" else "",
            allowed=allowed,
            description=description,
            example=example,
        )


def section_text(section: str) -> str:
    """What a table of study.toml is for.

    Parameters
    ----------
    section
        As it is written, such as "[[assay]]"; empty for the keys at the top.
    """
    return SECTIONS[section]

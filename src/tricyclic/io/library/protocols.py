"""Assay protocols of the library: `protocols/NAME.toml` with numbers, steps and a layout."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any, get_args

from tricyclic.core.certainty import CERTAINTIES, FROM_MEMORY
from tricyclic.core.conditions import BindingConditions, DecayConvention, MeasuredValue
from tricyclic.core.evidence import Source
from tricyclic.core.protocol import AssayKind, Protocol, Step
from tricyclic.errors import InputError, UnknownNameError
from tricyclic.io.files import existing_file
from tricyclic.io.library.evidence import sources
from tricyclic.io.library.folders import bytes_of, file_of_kind, files_of_kind
from tricyclic.io.toml_schema import (
    ListField,
    MappingField,
    NumberField,
    TableField,
    TextField,
    checked_toml,
)
from tricyclic.units import convert

# Number of a protocol -> field of BindingConditions, its unit, and whether the field has an error
# and a source.
NUMBERS: dict[str, tuple[str, str, bool]] = {
    "radioligand": ("radioligand_nM", "nM", True),
    "radioligand_kd": ("radioligand_kd_nM", "nM", True),
    "specific_activity": ("specific_activity_Ci_per_mmol", "Ci/mmol", True),
    "counting_efficiency": ("counting_efficiency", "", True),
    "counting_time": ("counting_time_min", "min", False),
    "background": ("background_cpm", "cpm", False),
    "volume": ("volume_uL", "uL", False),
    "protein": ("protein_ug", "ug", True),
    "nsb_drug_concentration": ("nsb_drug_M", "M", False),
    "mask_concentration": ("mask_M", "M", False),
    "mask_kd_masked": ("mask_kd_masked_nM", "nM", True),
    "mask_kd_wanted": ("mask_kd_wanted_nM", "nM", True),
    "radioligand_kd_masked": ("radioligand_kd_masked_nM", "nM", True),
    "masked_bmax_ratio": ("masked_bmax_ratio", "", True),
    "competitor_ki_masked": ("competitor_ki_masked_nM", "nM", True),
    "kon": ("kon_per_M_min", "1/(M min)", False),
    "koff": ("koff_per_min", "1/min", False),
    "incubation": ("incubation_min", "min", False),
    "dissociation_start": ("dissociation_start_min", "min", False),
    "temperature": ("temperature_C", "degC", False),
}
# Conditions in words, each with its source.
WORDS = ("tissue", "buffer", "filter", "washing")
_SOURCED = {
    "source": TextField(required=True),
    "certainty": TextField(default="", one_of=CERTAINTIES),
}
_NUMBER = TableField(
    {
        "value": NumberField(required=True),
        "unit": TextField(required=True),
        "se": NumberField(default=0.0, low=0.0),
        **_SOURCED,
    }
)
_WORDS = TableField({"description": TextField(required=True), **_SOURCED})
_STEP = TableField(
    {
        "name": TextField(required=True),
        "instruction": TextField(required=True),
        "minutes": NumberField(low=0.0),
        "temperature_C": NumberField(low=-273.15),
        "volume_uL": NumberField(above=0.0),
    }
)
_PLAIN = ("target", "radioligand", "isotope", "nsb_drug", "mask", "masked_site")
PROTOCOL = TableField(
    {
        "title": TextField(required=True),
        "kind": TextField(required=True, one_of=get_args(AssayKind)),
        "compound": TextField(),
        "description": TextField(),
        **{name: TextField() for name in _PLAIN},
        "decay_convention": TextField(
            default="specific_activity_falls", one_of=get_args(DecayConvention)
        ),
        "layout": TextField(),
        "words": TableField(dict.fromkeys(WORDS, _WORDS)),
        "numbers": TableField(dict.fromkeys(NUMBERS, _NUMBER)),
        "step": ListField(_STEP),
        "notes": MappingField(TextField()),
    }
)


def protocols(folder: str | Path | None = None) -> tuple[str, ...]:
    """Names of all protocols."""
    return tuple(files_of_kind("protocols", ".toml", folder))


def protocol(name: str, *, folder: str | Path | None = None) -> Protocol:
    """Read a protocol.

    Parameters
    ----------
    name : str
        Name of a protocol ("net-nisoxetine"), or the path of a .toml file of that form.
    folder : path, optional
        The user's own library folder.

    Raises
    ------
    UnknownNameError
        If there is none of that name; the nearest names are suggested.
    InputError
        If its file cannot be used.
    """
    known = sources(folder)
    if name.endswith(".toml"):
        own = existing_file(name)
        return protocol_from_toml(bytes_of(own), name=own.stem, where=own.name, known_sources=known)
    file = file_of_kind("protocol", "protocols", name, ".toml", folder)
    return protocol_from_toml(bytes_of(file), name=name, where=f"{name}.toml", known_sources=known)


def protocol_from_toml(
    text: str | bytes, *, name: str, where: str, known_sources: Mapping[str, Source] | None = None
) -> Protocol:
    """Make a Protocol of the text of a protocol file.

    Raises
    ------
    InputError
        If a key is unknown, a unit does not fit its number, or a source is not in `known_sources`.
    """
    data = checked_toml(text, PROTOCOL, where=where)
    cited = _Citations(sources() if known_sources is None else known_sources)
    conditions: dict[str, Any] = {key: data[key] for key in (*_PLAIN, "decay_convention")}
    for key, entry in (data["words"] or {}).items():
        if entry is not None:
            conditions[key] = entry["description"]
            cited.add(entry, key, f"{where}, words, {key}")
    for key, entry in (data["numbers"] or {}).items():
        if entry is not None:
            conditions[NUMBERS[key][0]] = _number(key, entry, cited, f"{where}, numbers, {key}")
    fixed = [name for name, value in conditions.items() if value is not None and value != ""]
    return Protocol(
        name=name,
        title=data["title"],
        kind=data["kind"],
        conditions=BindingConditions(**conditions).with_origin("protocol default", *fixed),
        steps=tuple(Step(**step) for step in data["step"]),
        layout=data["layout"].lstrip("\n"),
        compound=data["compound"],
        description=data["description"],
        sources=tuple(dict.fromkeys(cited.used)),
        assumed=tuple(cited.assumed),
    )


def _number(
    key: str, entry: Mapping[str, Any], cited: _Citations, where: str
) -> float | MeasuredValue:
    field, unit, has_error = NUMBERS[key]
    value = convert(entry["value"], entry["unit"], unit, where=where)
    se = convert(entry["se"], entry["unit"], unit, where=where)
    source = cited.add(entry, field, where)
    if unit != "degC" and value < 0:
        raise InputError(
            f"is {entry['value']:g} {entry['unit']}", where=where, allowed="It is 0 or more"
        )
    return MeasuredValue(value, unit, se=se, source=source) if has_error else value


class _Citations:
    """The sources that a protocol cites, and the fields whose value is assumed or from memory."""

    def __init__(self, known: Mapping[str, Source]) -> None:
        self.known = known
        self.used: list[str] = []
        self.assumed: list[str] = []

    def add(self, entry: Mapping[str, Any], field: str, where: str) -> str:
        source, certainty = str(entry["source"]), str(entry["certainty"])
        if source in ("assumed", FROM_MEMORY):
            self.assumed.append(field)
            return source
        if source not in self.known:
            raise UnknownNameError.among(
                "source", source, (*self.known, "assumed", FROM_MEMORY), where=where
            )
        self.used.append(source)
        if certainty in (FROM_MEMORY, "assumed"):
            self.assumed.append(field)
            return f"{source} ({certainty})"
        return source

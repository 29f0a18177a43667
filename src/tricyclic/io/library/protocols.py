"""From the library, and a user's own folder of the same form, to Protocol, Evidence and Source.

The library is plain data: `protocols/NAME.toml`, `evidence/*.csv`, `sources.csv`, `examples/`. A user's folder may hold
the first three; its protocol of the same name and its source of the same key win, its evidence is added.
"""

from __future__ import annotations

import csv
import io
import math
from importlib.resources import files
from pathlib import Path
from typing import TYPE_CHECKING, Any, get_args

from tricyclic.core.conditions import BindingConditions, DecayConvention, Measured
from tricyclic.core.evidence import Certainty, Evidence, Source
from tricyclic.core.protocol import AssayKind, Protocol, Step
from tricyclic.errors import InputError, UnknownNameError
from tricyclic.io.toml_schema import AnyKeys, ListOf, Number, Table, Text, checked_toml
from tricyclic.units import UNKNOWN, convert, known_unit

if TYPE_CHECKING:
    from importlib.resources.abc import Traversable

CERTAINTIES = get_args(Certainty)
# Experiments that a calibration is held against, and those kept apart to judge what it predicts: tables of a form of
# their own, beside the published numbers.
OBSERVATIONS, PREDICTIONS = "observations.csv", "predictions.csv"

# number in a protocol -> (field of BindingConditions, its unit, whether the field keeps error and source)
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
    "mask_kd_masked": ("mask_kd_masked_nM", "nM", False),
    "mask_kd_wanted": ("mask_kd_wanted_nM", "nM", False),
    "radioligand_kd_masked": ("radioligand_kd_masked_nM", "nM", False),
    "masked_bmax_ratio": ("masked_bmax_ratio", "", False),
    "kon": ("kon_per_M_min", "1/(M min)", False),
    "koff": ("koff_per_min", "1/min", False),
    "incubation": ("incubation_min", "min", False),
    "temperature": ("temperature_C", "degC", False),
}
_SOURCED = {"source": Text(required=True), "certainty": Text(default="", one_of=CERTAINTIES)}
_NUMBER = Table(
    {
        "value": Number(required=True),
        "unit": Text(required=True),
        "se": Number(default=0.0, low=0.0),
        **_SOURCED,
    }
)
_WORDS = Table({"says": Text(required=True), **_SOURCED})
_STEP = Table(
    {
        "name": Text(required=True),
        "does": Text(required=True),
        "minutes": Number(low=0.0),
        "temperature_C": Number(low=-273.15),
        "volume_uL": Number(above=0.0),
    }
)
_PLAIN = ("target", "radioligand", "isotope", "nsb_drug", "mask", "masked_site")
PROTOCOL = Table(
    {
        "title": Text(required=True),
        "kind": Text(required=True, one_of=get_args(AssayKind)),
        "compound": Text(),
        "says": Text(),
        **{name: Text() for name in _PLAIN},
        "decay_convention": Text(
            default="specific_activity_falls", one_of=get_args(DecayConvention)
        ),
        "layout": Text(),
        "words": Table({"tissue": _WORDS, "buffer": _WORDS, "filter": _WORDS}),
        "numbers": Table(dict.fromkeys(NUMBERS, _NUMBER)),
        "step": ListOf(_STEP),
        "notes": AnyKeys(Text()),
    }
)
EVIDENCE_COLUMNS = (
    "subject",
    "target",
    "parameter",
    "value",
    "unit",
    "low",
    "high",
    "relation",
    "species",
    "preparation",
    "radioligand",
    "source",
    "certainty",
    "quality",
)


def protocols(folder: str | Path | None = None) -> tuple[str, ...]:
    """Names of all protocols, those of a user's folder among them."""
    return tuple(sorted(_protocol_files(folder)))


def protocol(name: str, *, folder: str | Path | None = None) -> Protocol:
    """Find a protocol by its name.

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
        If its file is not as it should be.
    """
    if name.endswith(".toml") and Path(name).is_file():
        own = Path(name)
        return protocol_from_toml(
            bytes_of(own), name=own.stem, where=own.name, known_sources=sources(folder)
        )
    found = _protocol_files(folder)
    if name not in found:
        raise UnknownNameError.among("protocol", name, found)
    return protocol_from_toml(
        bytes_of(found[name]), name=name, where=f"{name}.toml", known_sources=sources(folder)
    )


def protocol_from_toml(
    text: str | bytes, *, name: str, where: str, known_sources: dict[str, Source] | None = None
) -> Protocol:
    """Make a Protocol of the text of a protocol file.

    Raises
    ------
    InputError
        If a key is unknown, a unit does not fit its number, or a source is not in `known_sources`.
    """
    data = checked_toml(text, PROTOCOL, where=where)
    fixed: dict[str, Any] = {key: data[key] for key in (*_PLAIN, "decay_convention")}
    known = sources() if known_sources is None else known_sources
    used: list[str] = []
    assumed: list[str] = []

    def note_source(entry: dict[str, Any], field: str, place: str) -> str:
        source, certainty = str(entry["source"]), str(entry["certainty"])
        if source in ("assumed", "recalled"):
            assumed.append(field)
            return source
        if source not in known:
            raise UnknownNameError.among(
                "source", source, (*known, "assumed", "recalled"), where=place
            )
        used.append(source)
        if certainty in ("recalled", "assumed"):
            assumed.append(field)
            return f"{source} ({certainty})"
        return source

    for key, entry in (data["words"] or {}).items():
        if entry is not None:
            fixed[key] = entry["says"]
            note_source(entry, key, f"{where}: words.{key}")
    for key, entry in (data["numbers"] or {}).items():
        if entry is None:
            continue
        field, unit, keeps_error = NUMBERS[key]
        place = f"{where}: numbers.{key}"
        value = convert(entry["value"], entry["unit"], unit, where=place)
        se = convert(entry["se"], entry["unit"], unit, where=place)
        source = note_source(entry, field, place)
        if unit != "degC" and value < 0:
            raise InputError(
                f"is {entry['value']:g} {entry['unit']}", where=place, allowed="0 or more"
            )
        fixed[field] = Measured(value, unit, se=se, source=source) if keeps_error else value
    return Protocol(
        name=name,
        title=data["title"],
        kind=data["kind"],
        conditions=BindingConditions(**fixed),
        steps=tuple(Step(**step) for step in data["step"]),
        layout=data["layout"].lstrip("\n"),
        compound=data["compound"],
        says=data["says"],
        sources=tuple(dict.fromkeys(used)),
        assumed=tuple(assumed),
    )


def sources(folder: str | Path | None = None) -> dict[str, Source]:
    """All papers by key; a user's `sources.csv` is added and wins where a key is the same."""
    found: dict[str, Source] = {}
    for place in library_places(folder):
        file = place / "sources.csv"
        if not file.is_file():
            continue
        for line, row in table_rows(file, ("key", "citation"), ("doi", "address", "caution")):
            if not row["key"] or not row["citation"]:
                raise InputError(
                    "a source without key or citation", where=f"{file.name}, line {line}"
                )
            found[row["key"]] = Source(**row)
    return found


def evidence(
    subject: str = "", target: str = "", parameter: str = "", *, folder: str | Path | None = None
) -> tuple[Evidence, ...]:
    """Published numbers, filtered; an empty filter lets all pass.

    Parameters
    ----------
    subject, target, parameter : str
        As in the tables ("desipramine", "NET", "Ki"); case, blanks and hyphens do not matter.
    folder : path, optional
        The user's own library folder; its `evidence/*.csv` are added.

    Returns
    -------
    tuple of Evidence
        In the order of the files; empty where nothing is known.
    """
    wanted = {"subject": _plain(subject), "target": _plain(target), "parameter": _plain(parameter)}
    known = sources(folder)
    return tuple(
        item
        for place in library_places(folder)
        for file in listed(place / "evidence", ".csv")
        if file.name not in (OBSERVATIONS, PREDICTIONS)
        for item in _evidence_of(file, known)
        if all(not text or _plain(getattr(item, key)) == text for key, text in wanted.items())
    )


def examples() -> tuple[str, ...]:
    """Names of the published tables that come with tricyclic."""
    return tuple(file.name for file in listed(our_library() / "examples", ".csv"))


def example(name: str) -> bytes:
    """Bytes of a published table that comes with tricyclic.

    Raises
    ------
    UnknownNameError
        If there is none of that name.
    """
    if name not in examples():
        raise UnknownNameError.among("example", name, examples())
    return bytes_of(our_library() / "examples" / name)


def _evidence_of(file: Traversable, known: dict[str, Source]) -> list[Evidence]:
    found = []
    for line, row in table_rows(file, EVIDENCE_COLUMNS[:5], EVIDENCE_COLUMNS[5:]):
        where = f"{file.name}, line {line}"
        if row["source"] and row["source"] not in known:
            raise UnknownNameError.among("source", row["source"], known, where=where)
        relation: Any = row["relation"] or "="
        certainty: Any = row["certainty"] or "read"
        if relation not in ("=", ">", "<"):
            raise InputError(f"the relation is '{relation}'", where=where, allowed="=, > or <")
        if certainty not in CERTAINTIES:
            raise UnknownNameError.among("certainty", certainty, CERTAINTIES, where=where)
        value, low, high = (
            table_number(row[key], f"{where}, column {key}") for key in ("value", "low", "high")
        )
        if low > high or (
            math.isfinite(value) and not (low <= value <= high) and math.isfinite(low + high)
        ):
            raise InputError(
                f"{row['parameter']} of {row['subject']} at {row['target']} is {value:g}, outside its own range {low:g} to {high:g}",
                where=where,
                do="Check the unit",
            )
        unit = row["unit"] if row["unit"] == UNKNOWN else known_unit(row["unit"], where=where)
        words = {
            key: row[key] for key in ("subject", "target", "parameter", "species", "preparation")
        }
        found.append(
            Evidence(
                **words,
                value=value,
                low=low,
                high=high,
                unit=unit,
                radioligand=row["radioligand"],
                source=row["source"],
                quality=row["quality"],
                relation=relation,
                certainty=certainty,
            )
        )
    return found


def table_number(text: str, where: str) -> float:
    if not text:
        return math.nan
    try:
        value = float(text)
    except ValueError:
        raise InputError(
            f"'{text}' is no number", where=where, allowed="Write it with a decimal point"
        ) from None
    if not math.isfinite(value):
        raise InputError(
            f"'{text}' is not finite",
            where=where,
            do="Leave the cell empty where nothing is stated",
        )
    return value


def table_rows(
    file: Traversable, needed: tuple[str, ...], optional: tuple[str, ...]
) -> list[tuple[int, dict[str, str]]]:
    try:
        text = bytes_of(file).decode("utf-8-sig")
    except UnicodeDecodeError:
        raise InputError(
            "is not UTF-8", where=file.name, do="Save the table as CSV UTF-8"
        ) from None
    reader = csv.DictReader(io.StringIO(text), restkey="\0more")
    header = list(reader.fieldnames or ())
    for name in needed:
        if name not in header:
            raise InputError(
                f"has no column '{name}'",
                where=file.name,
                allowed=f"Columns: {', '.join(needed + optional)}",
            )
    for name in header:
        if name not in needed + optional:
            raise UnknownNameError.among("column", name, needed + optional, where=file.name)
    rows = []
    for row in reader:
        if "\0more" in row:
            raise InputError(
                "has more cells than the header",
                where=f"{file.name}, line {reader.line_num}",
                do="Quote cells that hold a comma",
            )
        rows.append(
            (reader.line_num, {name: (row.get(name) or "").strip() for name in needed + optional})
        )
    return rows


def _protocol_files(folder: str | Path | None) -> dict[str, Traversable]:
    return {
        file.name.removesuffix(".toml"): file
        for place in library_places(folder)
        for file in listed(place / "protocols", ".toml")
    }


def library_places(folder: str | Path | None) -> list[Traversable]:
    if folder is None:
        return [our_library()]
    own = Path(folder)
    if not own.is_dir():
        raise InputError(
            "is not a folder",
            where=str(folder),
            do="Name a folder with protocols/, evidence/ or sources.csv",
        )
    return [our_library(), own]


def our_library() -> Traversable:
    return files("tricyclic") / "data"


def listed(folder: Traversable, ending: str) -> list[Traversable]:
    if not folder.is_dir():
        return []
    return sorted(
        (file for file in folder.iterdir() if file.name.endswith(ending)),
        key=lambda file: file.name,
    )


def bytes_of(file: Traversable) -> bytes:
    try:
        return file.read_bytes()
    except OSError as error:
        raise InputError(f"cannot be read ({error.strerror})", where=file.name) from None


def _plain(text: str) -> str:
    return "".join(c for c in text.casefold() if c.isalnum() or c in "+()")

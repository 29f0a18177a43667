"""Arms of cultures from the columns of a table, or from treatments in words ("NGF + imipramine
1 uM + NE-100").
"""

from __future__ import annotations

import math
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from tricyclic.core.concentrations import log10_of
from tricyclic.core.culture_arms import CultureArm
from tricyclic.core.format import list_names
from tricyclic.core.table import DataTable
from tricyclic.errors import InputError, UnitError
from tricyclic.io.culture_columns import plain_heading
from tricyclic.io.headings import unit_in_column_name
from tricyclic.unit_table import UNKNOWN
from tricyclic.units import convert, known_unit

# Growth factors and other stimuli, as one word in lower case.
STIMULI = (
    "ngf",
    "bngf",
    "betangf",
    "bdnf",
    "gdnf",
    "nt3",
    "nt4",
    "bfgf",
    "fgf",
    "fgf2",
    "egf",
    "igf1",
    "dbcamp",
    "forskolin",
    "kcl",
    "glutamate",
    "nmda",
)
# Antagonists and inhibitors that are usual in these assays, so that "drug + NE-100" needs no
# further statement.
ANTAGONISTS = (
    "ne100",
    "bd1047",
    "bd1063",
    "k252a",
    "ana12",
    "u0126",
    "pd98059",
    "ly294002",
    "wortmannin",
    "u73122",
    "xestosponginc",
    "genistein",
    "haloperidol",
    "rimcazole",
    "cm156",
)
_VEHICLE = re.compile(
    r"|vehicle|veh|ctrl|control|dmso|saline|water|pbs|none|no|no drug|without drug|without|0|nil"
    r"|vehicle control|solvent|untreated|medium|unstimulated|nt|basal|kontrolle|losungsmittel",
)
_NOTHING = re.compile(
    r"|0|none|no|nil|without|absent|false|-|–|n|vehicle|control|ctrl|unstimulated"
)
_PRESENT = re.compile(r"1|yes|y|true|present|with|\+")
# Not the sign of an enantiomer: "(+)-pentazocine", "(+/-)-".
_PARTS = re.compile(
    r"\s*(?:(?<!\()\+(?![)/])|(?<!\+)/(?!-|\s*m?[Ll]\b)|&|;|\band\b|\bplus\b|\bwith\b|,\s)\s*",
    re.IGNORECASE,
)
_BRACKETED = re.compile(r"\(([A-Za-z][^()]*)\)")
_WITHOUT = re.compile(r"(?:no|without|minus|-|–|ohne|sans|sin)[\s-]*", re.IGNORECASE)
_FREE = re.compile(r"[\s-]*(?:free|-)$", re.IGNORECASE)
_CONCENTRATION = re.compile(
    r"(?P<value>[0-9]+(?:[.,][0-9]+)?(?:e[+-]?[0-9]+)?)\s*"
    r"(?P<unit>[pnumµμ]M|[pnumµμ]?g\s*/\s*m?[Ll]|%)(?![A-Za-z])"
)


@dataclass(frozen=True)
class ArmColumns:
    """Columns that arms are read from, and names that the table omits.

    Parameters
    ----------
    columns : mapping of str to str
        By role: drug, treatment, concentration, stimulus, antagonist.
    stimulus : str
        Name of the usual stimulus ("NGF").
    unit : str
        Of concentrations that have none.
    antagonists : tuple of str
        Further names of antagonists in treatments.
    """

    columns: Mapping[str, str]
    stimulus: str
    unit: str = ""
    antagonists: tuple[str, ...] = ()


def read_arms(table: DataTable, how: ArmColumns) -> tuple[tuple[CultureArm, ...], tuple[str, ...]]:
    """The arm of each row of a table, and how it was read, in phrases.

    Raises
    ------
    InputError
        If there is neither a column of drugs nor of treatments, a concentration is negative or has
        no unit, or a treatment names two drugs.
    """
    columns = how.columns
    notes: list[str] = []
    whole = columns.get("drug") or columns.get("treatment")
    if whole is None:
        listed = list_names([f"'{one}'" for one in table.columns], 8)
        raise InputError(
            f"no column of drugs or treatments is recognised among {listed}",
            where=table.name,
            do="Add --drug COLUMN or --treatment COLUMN",
        )
    cells = [" ".join(one.split()) for one in table.texts(whole)]
    parsed = [_Treatment.parse(cell, how) for cell in cells]
    for row, one in enumerate(parsed):
        if len(one.drugs) > 1:
            raise InputError(
                f"'{cells[row]}' names two drugs, {one.drugs[0]} and {one.drugs[1]}",
                where=f"{table.name}, {table.place(row)}",
                allowed="An arm has one drug, and beside it a stimulus and an antagonist",
                do=f"Add --antagonists {one.drugs[1].replace(' ', '')}, or a column 'antagonist'",
            )
    stimuli = _stimuli(table, how, parsed, notes)
    antagonists = _antagonists(table, how, parsed)
    concentrations, unit = _concentrations(table, how, parsed)
    arms = []
    for row, one in enumerate(parsed):
        drug = one.drugs[0] if one.drugs else ""
        value = concentrations[row]
        if value == 0:
            drug = ""
        arms.append(
            CultureArm(
                drug,
                value if drug else 0.0,
                unit if drug and math.isfinite(value) else "",
                stimuli[row],
                antagonists[row],
            )
        )
    return tuple(arms), tuple(notes)


@dataclass(frozen=True)
class _Treatment:
    """Parts of a treatment in words; `stimulus` is None where it is not mentioned."""

    drugs: tuple[str, ...] = ()
    value: float = math.nan
    unit: str = ""
    stimulus: str | None = None
    antagonist: str = ""

    @classmethod
    def parse(cls, cell: str, how: ArmColumns) -> _Treatment:
        known = {one.lower().replace("-", "").replace(" ", "") for one in how.antagonists}
        known |= set(ANTAGONISTS)
        usual = _word(how.stimulus)
        for word in _BRACKETED.findall(cell):
            if _word(word) in (*STIMULI, usual) or _VEHICLE.fullmatch(plain_heading(word)):
                cell = cell.replace(f"({word})", f" + {word}")
        drugs: list[str] = []
        value, unit, stimulus, antagonist = math.nan, "", None, ""
        for part in filter(
            None, (one.strip(" ,") for one in _PARTS.split(cell.replace("w/o", "no")))
        ):
            absent = _WITHOUT.match(part)
            name, own, own_unit = _with_concentration(part)
            bare = _word(_FREE.sub("", _WITHOUT.sub("", name) if absent else name))
            if bare in STIMULI or bare == usual:
                free = bool(absent) or bool(_FREE.search(name))
                stimulus = "" if free else (how.stimulus if bare == usual else name)
            elif _VEHICLE.fullmatch(plain_heading(name)):
                continue
            elif _word(name) in known:
                antagonist = name
            else:
                drugs.append(name)
                value, unit = own, own_unit
        return cls(tuple(drugs), value, unit, stimulus, antagonist)


def _word(text: str) -> str:
    return re.sub(r"[^a-z0-9]", "", text.lower().replace("β", "beta"))


def _with_concentration(part: str) -> tuple[str, float, str]:
    """A part of a treatment without its concentration, that number, and its unit."""
    match = _CONCENTRATION.search(part)
    if not match:
        return part.strip(), math.nan, ""
    name = re.sub(r"[(\[]\s*[)\]]", " ", f"{part[: match.start()]} {part[match.end() :]}")
    return (
        " ".join(name.split()).strip(" ,"),
        float(match["value"].replace(",", ".")),
        match["unit"],
    )


def _stimuli(
    table: DataTable, how: ArmColumns, parsed: Sequence[_Treatment], notes: list[str]
) -> list[str]:
    column = how.columns.get("stimulus")
    if column is not None:
        return [_present(cell, how.stimulus) for cell in table.texts(column)]
    if any(one.stimulus is not None for one in parsed):
        # Where the presence of the stimulus is written for some arms, the others are without it;
        # where only its absence is, the others are with it.
        usual = "" if any(one.stimulus for one in parsed) else how.stimulus
        if any(one.stimulus is None for one in parsed):
            words = f"without {how.stimulus}" if not usual else f"with {how.stimulus}"
            notes.append(f"treatments that do not name {how.stimulus} are {words}")
        return [usual if one.stimulus is None else one.stimulus for one in parsed]
    notes.append(f"no column or treatment names {how.stimulus}: all arms are with it")
    return [how.stimulus] * len(parsed)


def _present(cell: str, usual: str) -> str:
    """Name of what is present in a cell of yes and no, of a concentration, or of a name."""
    text = cell.strip()
    plain = _word(text)
    if _NOTHING.fullmatch(text.lower()) or (_WITHOUT.match(text) and plain != _word(usual)):
        return ""
    name, own, _ = _with_concentration(text)
    if own == 0:
        return ""
    if _PRESENT.fullmatch(text.lower()) or _word(name) in ("", _word(usual)):
        return usual
    try:
        return usual if float(text.replace(",", ".")) > 0 else ""
    except ValueError:
        return name


def _antagonists(table: DataTable, how: ArmColumns, parsed: Sequence[_Treatment]) -> list[str]:
    column = how.columns.get("antagonist")
    if column is None:
        return [one.antagonist for one in parsed]
    usual = column if plain_heading(column) not in ("antagonist", "inhibitor") else "antagonist"
    cells = [_present(cell, usual) for cell in table.texts(column)]
    names = [_with_concentration(cell)[0] if cell else "" for cell in cells]
    return [name or one.antagonist for name, one in zip(names, parsed, strict=True)]


def _concentrations(
    table: DataTable, how: ArmColumns, parsed: Sequence[_Treatment]
) -> tuple[list[float], str]:
    """Concentration of the drug in each row, and their unit."""
    column = how.columns.get("concentration")
    if column is None:
        written = [one.unit for one in parsed if one.drugs and one.unit]
        unit = known_unit(written[0]) if written else ""
        return [_converted(one, unit, table.name) for one in parsed], unit
    words = {"": math.nan, "-": 0.0, "vehicle": 0.0, "control": 0.0, "none": 0.0}
    if column in table.values:
        values = [float(one) for one in table.values[column]]
    else:
        cells = [cell.strip() for cell in table.texts(column)]
        values = []
        for cell in cells:
            plain = cell.lower()
            if plain in words:
                values.append(words[plain])
                continue
            _, own, own_unit = _with_concentration(cell)
            if math.isnan(own):
                table.numbers(column)
            values.append(convert(own, known_unit(own_unit), "uM") if own_unit else own)
        if any(_CONCENTRATION.search(cell) for cell in cells):
            return _not_negative(values, parsed, table, column), "uM"
    unit = unit_in_column_name(column)
    if unit == UNKNOWN:
        # Written beside the numbers of the cells: "1 uM".
        unit = table.units.get(column, UNKNOWN)
    heading = "" if unit == UNKNOWN else unit
    if log10_of(heading):
        values = [10.0**value for value in values]
        heading = log10_of(heading)
    if how.unit and heading and known_unit(how.unit) != known_unit(heading):
        raise InputError(
            f"is {how.unit}",
            where="unit",
            allowed=f"It applies where the table states none, and '{column}' is in {heading}",
        )
    stated = heading or how.unit
    if not stated and any(v > 0 for v in values):
        raise InputError(
            "the concentrations have no unit",
            where=f"{table.name}, column '{column}'",
            do="Add --unit uM, or write it in the heading: 'conc_uM'",
        )
    return _not_negative(values, parsed, table, column), known_unit(stated) if stated else ""


def _not_negative(
    values: Sequence[float], parsed: Sequence[_Treatment], table: DataTable, column: str
) -> list[float]:
    wrong = next((k for k, value in enumerate(values) if value < 0), None)
    if wrong is not None:
        raise InputError(
            f"contains {values[wrong]:g}",
            where=f"{table.name}, {table.place(wrong)}, column '{column}'",
            allowed="Concentrations are 0 or more",
        )
    return [
        value if one.drugs or not value > 0 else 0.0
        for value, one in zip(values, parsed, strict=True)
    ]


def _converted(one: _Treatment, unit: str, name: str) -> float:
    if not one.drugs or not one.unit:
        return 0.0 if not one.drugs else math.nan
    try:
        return convert(one.value, known_unit(one.unit), unit)
    except UnitError as error:
        raise InputError(
            f"concentrations are in {one.unit} and {unit}", where=name, allowed=str(error)
        ) from error

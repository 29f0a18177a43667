"""Columns of a file of many curves: names, kinds, and doses as log10 molar."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np

from tricyclic.core.concentrations import is_dose_unit, is_molar_unit, log10_of, same_unit
from tricyclic.core.format import enumerate_words, list_names
from tricyclic.core.text_column import MAX_COLUMNS
from tricyclic.errors import InputError, UnknownNameError
from tricyclic.io.curves.doses import checked_doses
from tricyclic.io.headings import unit_in_column_name
from tricyclic.numerals import UNSIGNED
from tricyclic.units import known_unit

_DOSE_COLUMN = re.compile(rf"\s*([-+−]?{UNSIGNED}|-inf)\s*(?:\(\w+\)|[_#]\w+)?\s*")


_PLATE = re.compile(
    r"(?:assay[ _]?|screening[ _]?)?plate(?:[ _]?(?:id|name|no\.?|nr\.?|number|barcode|#))?"
    r"|barcode",
    re.IGNORECASE,
)


@dataclass(frozen=True)
class ColumnNames:
    """Names of the columns of a table as its user has them; empty for the standard names.

    Parameters
    ----------
    curve : tuple of str
        One or several columns that together name a curve ("Compound ID", "Plate").
    x, x_unit : str
        Column of doses, and its unit where its name does not end in one.
    y, weights : str
        Columns of readings, and of their weights (1 / variance).
    keep : tuple of str
        Columns that are written beside each fit.
    molar_mass_g_per_mol : float or None
        For doses in mass per volume.
    """

    curve: tuple[str, ...] = ()
    x: str = ""
    x_unit: str = ""
    y: str = ""
    weights: str = ""
    keep: tuple[str, ...] = ()
    molar_mass_g_per_mol: float | None = None

    def among(self, names: Sequence[str], *, where: str) -> ColumnNames:
        """The same, with lists such as "plate,operator" as single names.

        Raises
        ------
        InputError
            If the file has no column of one of the names.
        """
        chosen = replace(self, curve=_listed(self.curve, names), keep=_listed(self.keep, names))
        single = [name for name in (chosen.x, chosen.y, chosen.weights) if name]
        for name in (*chosen.curve, *single, *chosen.keep):
            if name not in names:
                raise UnknownNameError.among("column", name, names, where=where)
        return chosen


@dataclass(frozen=True)
class CurveColumns:
    """Columns by their role: `dose` and `response` in a long file, `wide` in a wide file.

    A long file has one row per reading, a wide file one column per dose. `keys` name a curve
    together; without keys all rows are one curve. Doses in a `unit` that cannot be converted to
    molar are fitted as the logarithm of this unit.
    """

    keys: tuple[str, ...] = ("curve",)
    dose: str = ""
    response: str = ""
    weight: str = ""
    plate: str = ""
    unit: str = "log10 M"
    wide: tuple[str, ...] = ()
    log10_molar: tuple[float, ...] = ()
    keep: tuple[str, ...] = ()
    molar_mass_g_per_mol: float | None = None

    @property
    def doses(self) -> tuple[str, ...]:
        """The column of doses; none in a wide file, whose column names are the doses."""
        return (self.dose,) if self.dose else ()

    @property
    def required(self) -> tuple[str, ...]:
        """Columns of readings, and the weight if there is one."""
        return self.wide or (self.response, *([self.weight] if self.weight else []))

    @property
    def carried(self) -> tuple[str, ...]:
        """Columns with one value per curve that are written beside its fit, the keys first."""
        return (*self.keys, *(name for name in self.keep if name not in self.keys))

    @property
    def plate_column(self) -> str:
        """The column of plates among those that are carried; "" where there is none."""
        known = (name for name in self.carried if _PLATE.fullmatch(name.strip()))
        return next(known, "")

    @property
    def ic50_unit(self) -> str:
        """Unit of IC50 in the result: nM, or that of the doses where it has no molar equivalent."""
        return "nM" if self.is_molar else log10_of(self.unit) or self.unit

    @property
    def is_molar(self) -> bool:
        """Whether the doses can be converted to mol/L."""
        return is_molar_unit(self.unit) or self.molar_mass_g_per_mol is not None

    @property
    def effect(self) -> str:
        """ "inhibition" or "remaining" for readings in percent whose name states which; else ""."""
        return effect_in_column_name(self.response)

    def unused(self, names: Sequence[str]) -> tuple[str, ...]:
        """Of all columns of a file, those without a role."""
        used = {*self.carried, *self.doses, *self.required, self.plate}
        return tuple(name for name in names if name not in used)

    @property
    def readings_per_row(self) -> int:
        """Readings in one row."""
        return max(len(self.wide), 1)

    @property
    def description(self) -> str:
        """The form of the file, for a person."""
        return (
            f"wide, {len(self.wide)} columns of doses" if self.wide else "long, one row per reading"
        )


def effect_in_column_name(name: str) -> str:
    """What percent mean: "inhibition" for "pct_inhibition", "remaining" for "% of control"; ""
    where the name does not state it.
    """
    words = name.lower()
    if not re.search(r"%|pct|percent|\bperc\b", words):
        return ""
    if re.search(r"inhib|displace", words):
        return "inhibition"
    remaining = r"control|activity|viab|remain|surviv|specific|bound|binding|growth"
    return "remaining" if re.search(remaining, words) else ""


def find_columns(
    kinds: Mapping[str, str],
    *,
    names: Sequence[str],
    where: str,
    chosen: ColumnNames | None = None,
    typed: bool = True,
) -> CurveColumns:
    """Columns of a file by their role.

    Parameters
    ----------
    kinds : mapping
        "whole numbers", "numbers", "text", "dates" or another word, for each column.
    names : sequence of str
        Names of the columns in their order.
    where : str
        Name of the file, for messages.
    chosen : ColumnNames
        Columns that the user names.
    typed : bool
        Whether the kinds are certain; those of a text are those of its first lines.

    Raises
    ------
    InputError
        If a column is missing, appears twice, or has the wrong kind of values.
    """
    chosen = (chosen or ColumnNames()).among(names, where=where)
    keys = _keys(kinds, chosen, names, where)
    numbers = kinds if typed else dict.fromkeys(kinds, "numbers")
    wide = _wide(numbers, chosen, names)
    y = chosen.y or "response"
    dose, unit = _dose(kinds, chosen, where, needed=y in kinds or not wide)
    if not dose and wide and not chosen.y:
        layout = _wide_columns(numbers, chosen, wide, where)
    else:
        if not dose or y not in kinds:
            raise _missing("log10_molar" if not dose else y, kinds, names, where)
        weight = chosen.weights or ("weight" if "weight" in kinds else "")
        for name in (dose, y, *([weight] if weight else [])):
            _check_numbers(name, kinds if kinds[name] == "dates" else numbers, where)
        layout = CurveColumns((), dose, y, weight, "", unit)
    plate = "plate" if "plate" in kinds and "plate" not in keys else ""
    layout = replace(
        layout,
        keys=keys,
        plate=plate,
        keep=chosen.keep,
        molar_mass_g_per_mol=chosen.molar_mass_g_per_mol,
    )
    used = (*layout.carried, *layout.doses, *layout.required)
    for name in names:
        if name in used and names.count(name) > 1:
            raise InputError(
                f"two columns are called '{name}'", where=where, do="Give each column its own name"
            )
    if chosen.molar_mass_g_per_mol is not None and is_molar_unit(layout.unit):
        raise InputError(
            "has no effect here",
            where="molar_mass",
            allowed="It applies to concentrations in mass per volume, such as mg/L",
            do="Omit --molar-mass",
        )
    _check_each_has_one_role(layout, where)
    return layout


def _check_each_has_one_role(layout: CurveColumns, where: str) -> None:
    readings = (layout.dose, layout.response, layout.weight, *layout.wide)
    for name in layout.keep:
        if name in readings:
            raise InputError(
                f"'{name}' has a value for each reading",
                where="keep",
                allowed="A column that is kept has one value per curve",
            )
    filled = [name for name in readings if name]
    for name in filled:
        if name in layout.keys or filled.count(name) > 1:
            raise InputError(
                f"the column '{name}' has two roles",
                where=where,
                allowed="Curves, doses, readings and weights are columns of their own",
            )


def _keys(
    kinds: Mapping[str, str], chosen: ColumnNames, names: Sequence[str], where: str
) -> tuple[str, ...]:
    """Columns that name a curve; none where the whole table is one curve."""
    if chosen.curve:
        return chosen.curve
    if "curve" in kinds:
        return ("curve",)
    is_one_curve = bool(chosen.x and chosen.y)
    is_one_curve |= "response" in kinds and not any(kind == "text" for kind in kinds.values())
    if is_one_curve and not any(name.lower().startswith("curve") for name in names):
        return ()
    raise _missing("curve", kinds, names, where)


def _dose(
    kinds: Mapping[str, str], chosen: ColumnNames, where: str, *, needed: bool
) -> tuple[str, str]:
    """The column of doses and its unit; "" where there is none."""
    if chosen.x:
        # Before its unit: a column of plates or dates has none.
        _check_numbers(chosen.x, kinds, where, is_dose=True)
        return chosen.x, _dose_unit(chosen.x, chosen.x_unit, where)
    both = [name for name in ("log10_molar", "molar") if name in kinds]
    if not both and needed:
        both = [name for name in kinds if is_dose_unit(unit_in_column_name(name))]
        # A concentration in molar is the dose where a mass per volume stands beside it.
        both = [name for name in both if is_molar_unit(unit_in_column_name(name))] or both
    if len(both) > 1:
        number = "two" if len(both) == 2 else len(both)
        quotes = [f"'{name}'" for name in both]
        raise InputError(
            f"doses are in {number} columns, {enumerate_words(quotes)}",
            where=where,
            do=f'Keep one of them, or add --x-column "{both[0]}"',
        )
    return (both[0], _dose_unit(both[0], chosen.x_unit, where)) if both else ("", "")


def _dose_unit(name: str, stated: str, where: str) -> str:
    """Unit of a column of doses, from its name or as the user states it."""
    own = {"log10_molar": "log10 M", "molar": "M"}.get(name) or unit_in_column_name(name)
    own = own if is_dose_unit(own) else ""
    if not stated:
        if own:
            return own
        raise InputError(
            f"the unit of '{name}' is not known",
            where=where,
            do="Add --x-unit nM, or the unit in which it is",
        )
    logarithm_of = log10_of(stated)
    unit = f"log10 {logarithm_of}" if logarithm_of else known_unit(stated, where="x_unit")
    if own and not same_unit(own, unit):
        raise InputError(
            f"the name of the column '{name}' states {own}, not {unit}",
            where="x_unit",
            do="Omit --x-unit, or rename the column",
        )
    return unit


def _wide(kinds: Mapping[str, str], chosen: ColumnNames, names: Sequence[str]) -> dict[str, float]:
    """Doses by the names of the columns of a wide file; none where fewer than two look like it."""
    if chosen.x or chosen.y:
        return {}
    taken = {*chosen.curve, *chosen.keep}
    doses = {
        name: float(match[1].replace("−", "-"))
        for name in names
        if name not in taken and (match := _DOSE_COLUMN.fullmatch(name))
    }
    return doses if len(doses) > 1 else {}


def _wide_columns(
    kinds: Mapping[str, str], chosen: ColumnNames, doses: Mapping[str, float], where: str
) -> CurveColumns:
    if chosen.weights or "weight" in kinds:
        raise InputError(
            "one weight per row cannot weight the readings of several doses",
            where=f"{where}, column '{chosen.weights or 'weight'}'",
            do="Use one row per reading: curve, log10_molar, response, weight",
        )
    for name in doses:
        _check_numbers(name, kinds, where)
    unit = _dose_unit("", chosen.x_unit, where) if chosen.x_unit else "log10 M"
    layout = CurveColumns(
        (), wide=tuple(doses), unit=unit, molar_mass_g_per_mol=chosen.molar_mass_g_per_mol
    )
    x = np.array(list(doses.values()))
    x = checked_doses(
        x,
        np.array([0, x.size]),
        None,
        where=where,
        name="",
        unit=layout.unit,
        molar_mass_g_per_mol=layout.molar_mass_g_per_mol,
    )
    return replace(layout, log10_molar=tuple(float(v) for v in x))


def _missing(
    name: str, kinds: Mapping[str, str], names: Sequence[str], where: str
) -> UnknownNameError:
    """The error for a standard column that a file does not have, with the options to add."""
    error = UnknownNameError.among("column", name, names, where=where)
    curve = next((one for one in names if kinds[one] in ("text", "whole numbers")), "")
    dose = [one for one in names if is_dose_unit(unit_in_column_name(one))]
    curve = "" if curve in dose else curve
    readings = [one for one in names if kinds[one] == "numbers" and one not in dose]
    if "curve" in kinds or not (curve and len(dose) == 1 and readings):
        return error
    advice = f'Add --curve-column "{curve}" --x-column "{dose[0]}" --y-column "{readings[0]}"'
    do = f"{error.do}. {advice}" if error.do else advice
    return UnknownNameError(error.problem, where=where, allowed=error.allowed, do=do)


def _listed(given: Sequence[str], names: Sequence[str]) -> tuple[str, ...]:
    """Names of columns, of which several may stand in one text, separated by commas."""
    out: list[str] = []
    for text in given:
        several = [text] if text in names else [part.strip() for part in text.split(",")]
        out += [name for name in several if name and name not in out]
    return tuple(out)


def _check_numbers(
    name: str, kinds: Mapping[str, str], where: str, *, is_dose: bool = False
) -> None:
    kind = kinds[name]
    if kind in ("numbers", "whole numbers"):
        return
    others = [f"'{one}'" for one, of in kinds.items() if of in ("numbers", "whole numbers")]
    # A column of plates or dates was named by mistake; one of readings may have words.
    is_other = is_dose or kind == "dates"
    raise InputError(
        f"contains {kind} instead of numbers",
        where=f"{where}, column '{name}'",
        allowed=f"Columns of numbers are {list_names(others, MAX_COLUMNS)}"
        if others and is_other
        else "",
        do="" if is_other else "Leave missing readings empty, and write all others as numbers",
    )

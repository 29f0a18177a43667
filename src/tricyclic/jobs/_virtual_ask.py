"""What is asked of a virtual assay, read: series of concentrations, drugs by name, and the numbers that the bench assumes."""

from __future__ import annotations

import dataclasses
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, TypeVar

from tricyclic.errors import InputError, UnknownNameError

if TYPE_CHECKING:
    from tricyclic.core.drug import Drug
    from tricyclic.core.mechanism import Mechanism
    from tricyclic.core.scenario import Scenario
    from tricyclic.simulation.model import Composed

T = TypeVar("T")
MOST_LEVELS = 24
_NUMBER = r"(?:\d+\.?\d*|\.\d+)(?:[eE][-+]?\d+)?"


@dataclass(frozen=True)
class Setting:
    """One number of the bench: its name, value, and whether a guide gives it, it is assumed, or the request states it."""

    name: str
    value: float | str
    source: str


@dataclass(frozen=True)
class Level:
    """One step of a series: as people write it, and as a Regimen holds it."""

    says: str
    amount: float


def assay_from(
    kind: type[T], assume: Sequence[str], guide: Sequence[str], source: str, **stated: Any
) -> tuple[T, tuple[Setting, ...]]:
    """An assay with its defaults, changed where the request says so.

    Parameters
    ----------
    kind : type
        Its dataclass.
    assume : sequence of str
        "name=value"; shares as 0.1 or 10%.
    guide : sequence of str
        Fields whose default the guide gives, under the key `source`; all others are assumed.

    Raises
    ------
    UnknownNameError
        If a name is not a field.
    InputError
        If a value is no number, or the assay refuses it.
    """
    fields = {field.name: field for field in dataclasses.fields(kind)}  # type: ignore[arg-type]
    given: dict[str, Any] = {name: value for name, value in stated.items() if value is not None}
    for text in (part for several in assume for part in several.split(",") if part.strip()):
        name, equals, value = (part.strip() for part in text.partition("="))
        if not equals:
            raise InputError(
                f"'{text}' is not name=number", where="assume", allowed="Such as well_cv=10%"
            )
        if name not in fields or isinstance(fields[name].default, str):
            raise UnknownNameError.among(
                "number of this assay",
                name,
                [n for n, f in fields.items() if not isinstance(f.default, str)],
                where="assume",
            )
        given[name] = _number(value, name)
        if isinstance(fields[name].default, int):
            if given[name] != int(given[name]):
                raise InputError(f"is {value}", where=name, allowed="A whole number")
            given[name] = int(given[name])
    assay = kind(**given)
    settings = tuple(
        Setting(
            name,
            getattr(assay, name),
            "stated" if name in given else source if name in guide else "assumed",
        )
        for name in fields
    )
    return assay, settings


def series_of(text: str, where: str) -> list[str]:
    """Parts of "0.1, 0.3, 1 uM", each with its unit: that of the next part that has one."""
    parts = [part.strip() for part in text.split(",") if part.strip()]
    found: list[str] = []
    unit = ""
    for part in reversed(parts):
        match = re.fullmatch(rf"({_NUMBER})\s*(.*)", part)
        if not match:
            raise InputError(
                f"'{part}' is no amount",
                where=where,
                allowed='Write the series like "0.1, 1, 10 uM"',
            )
        unit = match[2].strip() or unit
        if not unit:
            raise InputError(
                f"'{text}' has no unit",
                where=where,
                allowed='Write the series like "0.1, 1, 10 uM"',
            )
        found.append(f"{match[1]} {unit}")
    if not found:
        raise InputError(
            "names no amount", where=where, allowed='Write the series like "0.1, 1, 10 uM"'
        )
    return found[::-1]


def levels_of(
    text: str, drug: Drug, route: str, where: str, *, with_zero: bool = False
) -> tuple[Level, ...]:
    """A series of doses or concentrations, ascending, each once.

    Raises
    ------
    UnitError
        If a unit is missing or does not fit the route.
    InputError
        If an amount is 0 where 0 stands for vehicle anyway.
    """
    from tricyclic.simulation.dosing import amount_of

    found = {amount_of(part, route, drug): part for part in series_of(text, where)}
    if len(found) > MOST_LEVELS:
        raise InputError(
            f"names {len(found)} amounts", where=where, allowed=f"At most {MOST_LEVELS}"
        )
    if not with_zero and 0.0 in found:
        raise InputError("holds 0", where=where, do="Leave it out: vehicle is always there")
    return tuple(Level(found[amount], amount) for amount in sorted(found))


def drug_named(
    name: str, scenario: Scenario, drugs: Mapping[str, Drug], route: str, example: str
) -> Drug:
    """The drug of that name, as people write it.

    Raises
    ------
    UnknownNameError
        If there is none.
    """
    from tricyclic.core.dosing import is_sustained
    from tricyclic.simulation.dosing import regimen

    lasts = "1 h" if is_sustained(route) else ""
    return drugs[regimen(name, scenario, drugs, dose=example, route=route, duration=lasts).drug]


def ligand_of(text: str, scenario: Scenario, drugs: Mapping[str, Drug]) -> tuple[str, Level] | None:
    """An antagonist in words, "BD1047" or "BD1047 1 uM", as its name in the library and its level; None for "none"."""
    from tricyclic.simulation.dosing import regimen_of

    if text.strip().lower() in ("", "none"):
        return None
    found = regimen_of(text, scenario, drugs, until_h=1.0)
    return found.drug, Level(_concentration(found.amount), found.amount)


def listed(levels: Sequence[Level]) -> str:
    """A series as people write it: "0.1, 1, 10 uM"; each with its unit where units differ."""
    units = {level.says.partition(" ")[2] for level in levels}
    if len(units) > 1:
        return ", ".join(level.says for level in levels)
    return f"{', '.join(level.says.partition(' ')[0] for level in levels)} {units.pop()}"


def several(count: int, what: str) -> str:
    """ "1 culture", "4 cultures"."""
    return f"{count} {what}{'' if count == 1 else 's'}"


def told_name(drug: Drug) -> str:
    """The name as it is written: that of its own row where there is one."""
    return drug.identifier("name") or drug.name


def values_of(texts: Sequence[str], composed: Composed) -> dict[str, float]:
    """Changed parameters, "PART.symbol=number".

    Raises
    ------
    UnknownNameError
        If a quantity is not known.
    InputError
        If it is computed, or the value is no number.
    """
    found = {}
    for text in (part for several in texts for part in several.split(",") if part.strip()):
        name, equals, value = (part.strip() for part in text.partition("="))
        if not equals:
            raise InputError(
                f"'{text}' is not name=number", where="set", allowed="Such as sigma1.expression=3"
            )
        if composed.quantity(name).constant is None:
            raise InputError(f"'{name}' is computed and cannot be set", where="set")
        found[name] = _number(value, name)
    return found


def typical_of(
    member: int | None, texts: Sequence[str], scenario: Scenario, composed: Composed, folder: str
) -> tuple[dict[str, float], str]:
    """Values of the typical subject that differ from the library's, and what they are in words.

    Parameters
    ----------
    member : int or None
        Which member of the scenario's calibrated ensemble is taken for the truth, 0 is the best; None: the library's values.
    texts : sequence of str
        "PART.symbol=number"; these win.

    Raises
    ------
    InputError
        If the scenario has no ensemble, or not so many members.
    """
    stated = values_of(texts, composed)
    changed = "".join(f", {name} = {value:g}" for name, value in stated.items())
    if member is None:
        return stated, f"the library's values{changed}"
    from tricyclic.io.library.ensembles import ensemble, ensemble_names
    from tricyclic.simulation.calibration.predict import values_for

    name = scenario.ensemble or scenario.name
    if name not in ensemble_names(folder or None):
        raise InputError(
            "has no calibrated ensemble", where=scenario.name, do="Leave the member out"
        )
    found = ensemble(name, folder=folder or None)
    if not 0 <= member < len(found):
        raise InputError(
            f"is {member}",
            where="member",
            allowed=f"The ensemble '{name}' has members 0 to {len(found) - 1}",
        )
    values = values_for(composed, found.each(most=member + 1)[member])
    return {
        **values,
        **stated,
    }, f"member {member} of the ensemble {name}, version {found.version}{changed}"


def library_of(
    scenario_name: str, folder: str
) -> tuple[Scenario, Mapping[str, Mechanism], Mapping[str, Drug]]:
    """The scenario with all mechanisms and drugs, those of a user's folder among them."""
    from tricyclic.io.library.mechanisms import drugs, mechanisms, scenario

    own = folder or None
    return scenario(scenario_name, folder=own), mechanisms(own), drugs(own)


def _concentration(nM: float) -> str:
    return f"{nM / 1000:g} uM" if nM >= 1000 else f"{nM:g} nM"


def _number(text: str, where: str) -> float:
    plain = text.strip()
    try:
        return float(plain[:-1]) / 100.0 if plain.endswith("%") else float(plain)
    except ValueError:
        raise InputError(
            f"is '{text}'", where=where, allowed="A number, such as 0.1 or 10%"
        ) from None


@dataclass(frozen=True)
class Ligands:
    """Drug and antagonist of a culture: names in the library and as written, levels, and which level is compared."""

    drug: str
    name: str
    levels: tuple[Level, ...]
    at: int
    antagonist: str = ""
    other: str = ""
    antagonist_level: Level = Level("", 0.0)

    @property
    def amounts(self) -> tuple[float, ...]:
        """Vehicle as 0, then the series [nM]."""
        return (0.0, *(level.amount for level in self.levels))

    def labels(self, suffix: str = "") -> list[str]:
        """Names of the groups of wells: vehicle, then the series; then both with the antagonist."""
        alone = ["vehicle", *(f"{self.name} {level.says}" for level in self.levels)]
        against = (
            [self.other, *(f"{label} + {self.other}" for label in alone[1:])]
            if self.antagonist
            else []
        )
        return [f"{label}{suffix}" for label in (*alone, *against)]

    @property
    def compared(self) -> str:
        """The level that is compared, in words: "imipramine 1 uM"."""
        return f"{self.name} {self.levels[self.at].says}"

    @property
    def held(self) -> str:
        """ "BD1047 1 uM"; empty without an antagonist."""
        return f"{self.other} {self.antagonist_level.says}".strip()


def ligands_of(
    drug: str,
    concentrations: str,
    antagonist: str,
    at: str,
    scenario: Scenario,
    drugs: Mapping[str, Drug],
) -> Ligands:
    """Drug, series and antagonist in words, read."""
    import math

    own = drug_named(drug, scenario, drugs, "bath", "1 nM")
    levels = levels_of(concentrations, own, "bath", "concentrations")
    nM = levels_of(at, own, "bath", "at")[0].amount
    nearest = min(range(len(levels)), key=lambda k: abs(math.log(levels[k].amount / nM)))
    against = ligand_of(antagonist, scenario, drugs)
    if against is None:
        return Ligands(own.name, told_name(own), levels, nearest)
    return Ligands(
        own.name,
        told_name(own),
        levels,
        nearest,
        against[0],
        told_name(drugs[against[0]]),
        against[1],
    )

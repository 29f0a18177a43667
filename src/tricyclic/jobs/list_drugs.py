"""The drugs in the library, told: constants and affinities, each with its range, its source and what else is published."""

from __future__ import annotations

import math
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any

from tricyclic.core.scenario import SPECIES
from tricyclic.jobs._job import Job, asked

if TYPE_CHECKING:
    from tricyclic.core.constant import Constant
    from tricyclic.core.drug import Drug

# Published values of one constant that differ by more than this factor are a conflict.
CONFLICT = 2.0


@dataclass(frozen=True)
class Request:
    """List the drugs, or show one's table with sources and conflicts: `tricyclic drugs desipramine`."""

    name: str = asked("A drug to tell in full", default="", place=True)
    species: str = asked("Show the kinetics of one species only", default="", choices=SPECIES)
    folder: str = asked("Your own library folder, looked at as well", default="", path=True)


@dataclass(frozen=True)
class Row:
    """One published, derived or assumed value; `used` is false for those that are only shown."""

    name: str
    holds_for: str
    value: str
    unit: str
    range: str
    says: str
    source: str
    certainty: str
    used: bool


@dataclass(frozen=True)
class Told:
    """One drug: its identity, its rows, its strongest targets, and where published values disagree."""

    name: str
    says: str
    chebi: str
    molar_mass: float | None
    strongest: tuple[tuple[str, float], ...]
    rows: tuple[Row, ...]
    conflicts: tuple[str, ...]


@dataclass(frozen=True)
class Result:
    """Drugs; `full` where one was asked for, with the citations of its sources."""

    drugs: tuple[Told, ...]
    full: bool
    sources: tuple[tuple[str, str], ...] = ()

    def as_json(self) -> dict[str, Any]:
        """As plain data."""
        return asdict(self)

    def as_text(self) -> str:
        """One line each, or one drug's table."""
        from tricyclic.core.format import figures
        from tricyclic.jobs._simulate_text import aligned

        if not self.full:
            rows = [
                (
                    one.name,
                    ", ".join(f"{target} {figures(ki, 2)} nM" for target, ki in one.strongest),
                    one.says,
                )
                for one in self.drugs
            ]
            return "\n".join(aligned([("", "strongest Ki", ""), *rows], indent=""))
        (one,) = self.drugs
        lines = [f"{one.name}   {one.says}   {one.chebi}".rstrip(), ""]
        for head, wanted in _GROUPS:
            cells = [_cells(row) for row in one.rows if wanted(row.name)]
            lines += [head, *aligned(cells), ""] if cells else []
        lines += (
            ["published values that disagree", *(f"  {says}" for says in one.conflicts), ""]
            if one.conflicts
            else []
        )
        lines += ["sources", *aligned(self.sources)] if self.sources else []
        return "\n".join(lines).rstrip()


def run(request: Request) -> Result:
    """Look into the library."""
    from tricyclic.io.library.mechanisms import drug, drug_names
    from tricyclic.io.library.protocols import sources

    folder = request.folder or None
    if not request.name:
        told = tuple(
            _told(drug(name, folder=folder), request.species) for name in drug_names(folder)
        )
        return Result(told, False)
    one = _told(drug(request.name, folder=folder), request.species)
    known = sources(folder)
    keys = sorted({row.source for row in one.rows if row.source})
    return Result((one,), True, tuple((key, known[key].citation) for key in keys))


def _told(drug: Drug, species: str) -> Told:
    rows, conflicts = [], []
    for constant in drug.constants:
        if constant.name == "name" or (species and constant.holds_for not in ("", species)):
            continue
        rows.append(_row(constant, used=True))
        rows += [_row(other, used=False) for other in constant.also]
        if says := _conflict(constant):
            conflicts.append(says)
    mass = drug.constant("molar_mass")
    kis = [
        (row.name.removeprefix("Ki_"), row.value)
        for row in drug.constants
        if row.name.startswith("Ki_")
    ]
    strongest = sorted(dict(reversed(kis)).items(), key=lambda item: item[1])[:3]
    says = next((row.says for row in drug.constants if row.name == "name" and row.says), drug.says)
    return Told(
        drug.name,
        says,
        drug.identifier("chebi"),
        mass.value if mass is not None else None,
        tuple(strongest),
        tuple(rows),
        tuple(conflicts),
    )


def _row(row: Constant, *, used: bool) -> Row:
    from tricyclic.core.format import figures
    from tricyclic.core.model_unit import model_unit

    bounds = (
        ""
        if math.isnan(row.low) and math.isnan(row.high)
        else f"{figures(row.low)} to {figures(row.high)}"
    )
    value = row.text or figures(row.value, 5 if row.name == "molar_mass" else 3)
    return Row(
        row.name,
        row.holds_for,
        value,
        model_unit(row.unit).says,
        bounds,
        row.says,
        row.source,
        row.certainty,
        used,
    )


def _conflict(constant: Constant) -> str:
    """One sentence where what is published of one constant differs more than twofold."""
    from tricyclic.core.format import figures

    if constant.name == "usual_dose":
        return ""
    values = [
        row.value
        for row in (constant, *constant.also)
        if row.value > 0 and row.unit == constant.unit
    ]
    if len(values) < 2 or max(values) < CONFLICT * min(values):
        return ""
    who = f" ({constant.holds_for})" if constant.holds_for else ""
    return (
        f"{constant.name}{who}: {len(values)} values from {figures(min(values))} to {figures(max(values))}, "
        f"{figures(max(values) / min(values), 2)}-fold; {figures(constant.value)} is used"
    )


def _cells(row: Row) -> tuple[str, ...]:
    name = row.name if row.used else f"  also {row.name}"
    origin = (
        row.source
        if row.certainty == "read"
        else f"{row.source}, {row.certainty}"
        if row.source
        else row.certainty
    )
    return (name, row.holds_for, f"{row.value} {row.unit}".strip(), row.range, origin, row.says)


def _is_affinity(name: str) -> bool:
    return name.startswith("Ki_")


def _is_efficacy(name: str) -> bool:
    return name.startswith("efficacy_")


def _is_identity(name: str) -> bool:
    return name in ("chebi", "chembl", "cas", "formula", "molar_mass", "pubchem")


def _is_kinetic(name: str) -> bool:
    return not (_is_affinity(name) or _is_efficacy(name) or _is_identity(name))


_GROUPS = (
    ("identity", _is_identity),
    ("kinetics and doses", _is_kinetic),
    ("affinities", _is_affinity),
    ("efficacies; missing is 0, an antagonist", _is_efficacy),
)

JOB = Job("drugs", "List the drugs, or one with sources and conflicts", Request, run)

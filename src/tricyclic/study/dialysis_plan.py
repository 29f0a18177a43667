"""The microdialysis experiments of study.toml: batch or table, collection, response, animals."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal

from tricyclic.core.calibration_line import Weighting
from tricyclic.core.conditions import MeasuredValue
from tricyclic.core.fraction_table import TimeIs
from tricyclic.core.fractions import ResponseSettings
from tricyclic.errors import InputError
from tricyclic.results.microdialysis import Primary
from tricyclic.study.experiment import StudyExperimentPlan
from tricyclic.study.inside import inside_study


@dataclass(frozen=True)
class ChromatographyPlan:
    """A batch of chromatograms: list, method, folder, and how it is evaluated."""

    samples: str
    method: str
    folder: str = "raw"
    unit: str = ""
    channel: str = ""
    reader: str = ""
    decimal: str = ""
    time_unit: str = ""
    weighting: Weighting | Literal["auto"] = "auto"
    correct_drift: bool = False
    molar_mass_g_per_mol: float = math.nan


@dataclass(frozen=True)
class ValuesPlan:
    """A table of values that were quantified elsewhere; numbers are nan where not stated."""

    file: str
    unit: str = ""
    sheet: str = ""
    decimal: str = ""
    value: str = ""
    time_is: TimeIs = ""
    fraction_min: float = math.nan
    lod: float = math.nan
    loq: float = math.nan
    molar_mass_g_per_mol: float = math.nan


@dataclass(frozen=True)
class CollectionPlan:
    """How dialysate was collected; volumes and flow are nan where not stated.

    `recovery_file` has the readings of the recovery in vitro, where it is not stated as a number.
    """

    flow_uL_per_min: float = math.nan
    dead_volume_uL: float = math.nan
    injected_uL: float = math.nan
    recovery_in_vitro: MeasuredValue | None = None
    recovery_file: str = ""
    treated: str = ""


@dataclass(frozen=True)
class AnimalPlan:
    """One animal: group, time of the treatment, and what differs from the others.

    `flows` are changes of the flow: (time as it is written, uL/min).
    """

    name: str
    group: str = ""
    treated: str = ""
    dead_volume_uL: float = math.nan
    flow_uL_per_min: float = math.nan
    recovery_in_vitro: MeasuredValue | None = None
    note: str = ""
    flows: tuple[tuple[str, float], ...] = ()
    where: str = ""


@dataclass(frozen=True)
class DosePlan:
    """What a group of animals received at time 0."""

    name: str
    drug: str
    dose_mg_per_kg: float
    route: str = "ip"

    @property
    def treatment(self) -> str:
        """The dose as the model reads it: "desipramine 10 mg/kg ip"."""
        return f"{self.drug} {self.dose_mg_per_kg:.10g} mg/kg {self.route}"


@dataclass(frozen=True)
class DialysisPlan(StudyExperimentPlan):
    """One microdialysis experiment; either `chromatography` or `table` is given."""

    name: str
    title: str = ""
    analyte: str = ""
    control: str = ""
    drug: str = ""
    species: str = ""
    unit: str = ""
    chromatography: ChromatographyPlan | None = None
    table: ValuesPlan | None = None
    collection: CollectionPlan = field(default_factory=CollectionPlan)
    settings: ResponseSettings = field(default_factory=ResponseSettings)
    primary: Primary = "log ratio"
    confidence: float = 0.95
    animals: tuple[AnimalPlan, ...] = ()
    region: str = "cortex"
    groups: tuple[DosePlan, ...] = ()
    where: str = ""


def dialysis_plan(row: Mapping[str, Any], where: str) -> DialysisPlan:
    """Read one [[microdialysis]] that agrees with the schema.

    Raises
    ------
    InputError
        If it has neither chromatograms nor a table or both, a file is outside the study, or two
        animals have one name.
    """
    if bool(row["chromatography"]) == bool(row["table"]):
        raise InputError(
            "has both chromatograms and a table of values"
            if row["table"]
            else "has neither chromatograms nor a table of values",
            where=where,
            do="Add one of them: [microdialysis.chromatography] with samples and method, or "
            "[microdialysis.table] with file"
            if not row["table"]
            else "Keep one of them, and add the other as a further [[microdialysis]]",
        )
    # The other keys of [microdialysis.response] are the settings of the response of an animal.
    response = dict(row["response"] or {})
    stated = {key: response.pop(key) for key in ("primary", "confidence") if key in response}
    shared = ("name", "title", "analyte", "control", "drug", "species", "unit", "region")
    animals = tuple(_animal(one, f"{where}, animal '{one['name']}'") for one in row["animal"])
    _check_unique([one.name for one in animals], where)
    plan = DialysisPlan(
        chromatography=_chromatography(row["chromatography"], f"{where}, chromatography"),
        table=_table(row["table"], f"{where}, table"),
        collection=_collection(row["collection"], f"{where}, collection"),
        settings=ResponseSettings(**response, window_is_default="window_min" not in response),
        animals=animals,
        groups=tuple(DosePlan(**one) for one in row["group"]),
        where=where,
        **{key: row[key] for key in shared},
        **stated,
    )
    if plan.chromatography is not None and not animals:
        raise InputError(
            "lists no animal",
            where=where,
            do="Add an [[microdialysis.animal]] with name, group and treated for each of the list",
        )
    return plan


def _chromatography(row: Mapping[str, Any] | None, where: str) -> ChromatographyPlan | None:
    if not row:
        return None
    files = {
        key: inside_study(row[key], f"{where}, {key}") for key in ("samples", "method", "folder")
    }
    mass = {"molar_mass_g_per_mol": _number(row["molar_mass_g_per_mol"])}
    return ChromatographyPlan(**{**row, **files, **mass})


def _table(row: Mapping[str, Any] | None, where: str) -> ValuesPlan | None:
    if not row:
        return None
    numbers = ("fraction_min", "lod", "loq", "molar_mass_g_per_mol")
    stated = {key: _number(row[key]) for key in numbers}
    return ValuesPlan(**{**row, **stated, "file": inside_study(row["file"], f"{where}, file")})


def _collection(row: Mapping[str, Any] | None, where: str) -> CollectionPlan:
    if not row:
        return CollectionPlan()
    numbers = ("flow_uL_per_min", "dead_volume_uL", "injected_uL")
    recovery = row["recovery_in_vitro"]
    in_file = isinstance(recovery, str)
    return CollectionPlan(
        **{key: _number(row[key]) for key in numbers},
        recovery_in_vitro=None if in_file else recovery,
        recovery_file=inside_study(recovery, f"{where}, recovery_in_vitro") if in_file else "",
        treated=row["treated"],
    )


def _animal(row: Mapping[str, Any], where: str) -> AnimalPlan:
    if not row["name"].strip():
        raise InputError("has no name", where=where, do='Add name = "r01"')
    return AnimalPlan(
        name=row["name"],
        group=row["group"],
        treated=row["treated"],
        dead_volume_uL=_number(row["dead_volume_uL"]),
        flow_uL_per_min=_number(row["flow_uL_per_min"]),
        recovery_in_vitro=row["recovery_in_vitro"],
        note=row["note"],
        flows=tuple((one["from"], one["uL_per_min"]) for one in row["flow"]),
        where=where,
    )


def _number(value: float | None) -> float:
    return math.nan if value is None else value


def _check_unique(names: Sequence[str], where: str) -> None:
    for name in names:
        if names.count(name) > 1:
            raise InputError(
                f"two animals are called '{name}'", where=where, do="Give each its own name"
            )

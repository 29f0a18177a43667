"""The neurite experiments of study.toml: table, criterion, analysis."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, get_args

from tricyclic.io.toml_schema import ListField, NumberField, TableField, TextField, TextListField
from tricyclic.results.neurites import Measure
from tricyclic.stats.blocks import BlockError
from tricyclic.study.experiment import StudyExperimentPlan
from tricyclic.study.inside import inside_study

# Options of the command line -> keys of study.toml, where they are not spelled alike.
KEYS = {"stimulus_name": "stimulus"}
_FILLED = TextField(required=True, allow_empty=False)
NEURITES = ListField(
    TableField(
        {
            "name": _FILLED,
            "title": TextField(),
            "species": TextField(),
            "protocol": TextField(),
            "table": TableField(
                {
                    "file": _FILLED,
                    "design": TextField(),
                    "sheet": TextField(),
                    "decimal": TextField(default="", one_of=(".", ",")),
                    "unit": TextField(),
                    "stimulus": TextField(default="NGF", allow_empty=False),
                    "antagonists": TextListField(),
                    "threshold": NumberField(above=0.0, high=100.0),
                    "soma_diameter": NumberField(above=0.0),
                },
                required=True,
            ),
            "analysis": TableField(
                {
                    "primary": TextField(default="percent", one_of=get_args(Measure)),
                    "primary_arm": TextField(),
                    "error": TextField(default="own", one_of=get_args(BlockError)),
                    "confidence": NumberField(default=0.95, low=0.5, high=0.9999),
                }
            ),
        }
    ),
    labels=("name",),
)


@dataclass(frozen=True)
class CountsPlan:
    """The table of counts or cells; numbers are nan where not stated."""

    file: str
    design: str = ""
    sheet: str = ""
    decimal: str = ""
    unit: str = ""
    stimulus: str = "NGF"
    antagonists: tuple[str, ...] = ()
    threshold: float = math.nan
    soma_diameter: float = math.nan


@dataclass(frozen=True)
class NeuritesPlan(StudyExperimentPlan):
    """One neurite experiment; `settings` are the keys of [neurites.analysis]."""

    name: str
    table: CountsPlan
    title: str = ""
    species: str = ""
    protocol: str = ""
    settings: Mapping[str, Any] = field(default_factory=dict)
    where: str = ""


def neurites_plan(row: Mapping[str, Any], where: str) -> NeuritesPlan:
    """Read one [[neurites]] that agrees with the schema.

    Raises
    ------
    InputError
        If a file is outside the study.
    """
    table = dict(row["table"])
    file = inside_study(table.pop("file"), f"{where}, file")
    design = table.pop("design")
    threshold, soma = (table.pop(key) for key in ("threshold", "soma_diameter"))
    return NeuritesPlan(
        name=row["name"],
        table=CountsPlan(
            file,
            inside_study(design, f"{where}, design") if design else "",
            threshold=math.nan if threshold is None else threshold,
            soma_diameter=math.nan if soma is None else soma,
            **table,
        ),
        title=row["title"],
        species=row["species"],
        protocol=inside_study(row["protocol"], f"{where}, protocol") if row["protocol"] else "",
        settings=dict(row["analysis"] or {}),
        where=where,
    )

"""The evoked-release experiments of study.toml: samples, sampling, standards, analysis."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, get_args

from tricyclic.core.release import Medium, Sampling
from tricyclic.errors import InputError
from tricyclic.io.toml_schema import (
    IntegerField,
    ListField,
    NumberField,
    TableField,
    TextField,
    TextListField,
)
from tricyclic.results.release import EffectScale
from tricyclic.stats.blocks import BlockError
from tricyclic.study.experiment import StudyExperimentPlan
from tricyclic.study.inside import inside_study
from tricyclic.study.option_words import in_study_words

CURVES = (
    *("straight_line", "quadratic", "logistic_3pl", "logistic_4pl", "logistic_5pl"),
    "log_log",
)
VARIANCES = ("constant", "proportional", "power")
# Options of the command line -> keys of study.toml, where they are not spelled alike.
KEYS = {
    "well_volume": "well_uL",
    "sample_volume": "sample_uL",
    "added_volume": "added_uL",
    "accept": "accept_percent",
    "injected_volume": "injected_uL",
}
_FILLED = TextField(required=True, allow_empty=False)
RELEASES = ListField(
    TableField(
        {
            "name": _FILLED,
            "title": TextField(),
            "transmitter": TextField(default="glutamate"),
            "species": TextField(),
            "protocol": TextField(),
            "samples": TableField(
                {
                    "file": _FILLED,
                    "plates": TextListField(),
                    "amounts": TextField(),
                    "injected_uL": NumberField(above=0.0),
                    "sheet": TextField(),
                    "decimal": TextField(default="", one_of=(".", ",")),
                    "unit": TextField(),
                    "concentration_unit": TextField(),
                    "antagonists": TextListField(),
                    "per": TextField(default="auto", one_of=("auto", "protein", "cells", "well")),
                    "plate_size": IntegerField(low=1),
                },
                required=True,
            ),
            "sampling": TableField(
                {
                    "well_uL": NumberField(above=0.0),
                    "sample_uL": NumberField(low=0.0),
                    "added_uL": NumberField(low=0.0),
                    "medium": TextField(default="kept", one_of=get_args(Medium)),
                    "basal_min": NumberField(above=0.0),
                    "stimulus_min": NumberField(above=0.0),
                }
            ),
            "standards": TableField(
                {
                    "curve": TextField(default="straight_line", one_of=CURVES),
                    "variance": TextField(default="proportional", one_of=VARIANCES),
                    "accept_percent": NumberField(above=0.0, high=99.0),
                }
            ),
            "analysis": TableField(
                {
                    "stimulus": TextField(),
                    "positive": TextField(),
                    "primary": TextField(default="ratio", one_of=get_args(EffectScale)),
                    "primary_arm": TextField(),
                    "error": TextField(default="own", one_of=get_args(BlockError)),
                    "hill": NumberField(default=1.0, above=0.0, high=9.0),
                    "confidence": NumberField(default=0.95, low=0.5, high=0.9999),
                }
            ),
        }
    ),
    labels=("name",),
)


@dataclass(frozen=True)
class SamplesPlan:
    """The table of samples, or of the design of plates, with the files of the plates."""

    file: str
    plates: tuple[str, ...] = ()
    amounts: str = ""
    injected_uL: float = math.nan
    sheet: str = ""
    decimal: str = ""
    unit: str = ""
    concentration_unit: str = ""
    antagonists: tuple[str, ...] = ()
    per: str = "auto"
    plate_size: int = 0


@dataclass(frozen=True)
class StandardsPlan:
    """Curve of the standards; no limit of acceptance where it is nan."""

    curve: str = "straight_line"
    variance: str = "proportional"
    accept_percent: float = math.nan


@dataclass(frozen=True)
class ReleasePlan(StudyExperimentPlan):
    """One evoked-release experiment.

    `settings` are the keys of [release.analysis].
    """

    name: str
    samples: SamplesPlan
    title: str = ""
    transmitter: str = "glutamate"
    species: str = ""
    protocol: str = ""
    sampling: Sampling = field(default_factory=Sampling)
    standards: StandardsPlan = field(default_factory=StandardsPlan)
    settings: Mapping[str, Any] = field(default_factory=dict)
    where: str = ""


def release_plan(row: Mapping[str, Any], where: str) -> ReleasePlan:
    """Read one [[release]] that agrees with the schema.

    Raises
    ------
    InputError
        If a file is outside the study, or the volumes do not fit each other.
    """
    samples = dict(row["samples"])
    file = inside_study(samples.pop("file"), f"{where}, file")
    plates = tuple(inside_study(one, f"{where}, plates") for one in samples.pop("plates"))
    size = samples.pop("plate_size") or 0
    amounts = inside_study(samples.pop("amounts"), f"{where}, amounts")
    injected = samples.pop("injected_uL")
    if plates and amounts:
        raise InputError(
            "has both plates and amounts of injections",
            where=f"{where}, samples",
            do="Keep one of them",
        )
    sampling = dict(row["sampling"] or {"medium": "kept"})
    numbers = {
        "well_uL": math.nan,
        "sample_uL": 0.0,
        "added_uL": 0.0,
        "basal_min": math.nan,
        "stimulus_min": math.nan,
    }
    stated = {key: sampling.get(key) for key in numbers}
    standards = dict(row["standards"] or {})
    accept = standards.pop("accept_percent", None)
    try:
        volumes = Sampling(
            medium=sampling["medium"],
            **{key: numbers[key] if value is None else value for key, value in stated.items()},
        )
    except InputError as error:
        raise in_study_words(error, KEYS).at(f"{where}, sampling") from error
    return ReleasePlan(
        name=row["name"],
        samples=SamplesPlan(
            file,
            plates,
            amounts,
            math.nan if injected is None else injected,
            plate_size=size,
            **samples,
        ),
        title=row["title"],
        transmitter=row["transmitter"],
        species=row["species"],
        protocol=inside_study(row["protocol"], f"{where}, protocol"),
        sampling=volumes,
        standards=StandardsPlan(**standards, accept_percent=math.nan if accept is None else accept),
        settings=dict(row["analysis"] or {}),
        where=where,
    )

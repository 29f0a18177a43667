"""The keys of [[microdialysis]] in study.toml, and what their values have to be."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, time
from typing import Any, get_args

from tricyclic.core import calibration_line
from tricyclic.core.collection_times import time_text
from tricyclic.core.conditions import MeasuredValue
from tricyclic.core.format import list_names
from tricyclic.core.fractions import BELOW_LIMIT
from tricyclic.core.recovery import check_recovery
from tricyclic.errors import InputError
from tricyclic.io.toml_schema import (
    BooleanField,
    IntegerField,
    ListField,
    NameField,
    NumberField,
    TableField,
    TextField,
)
from tricyclic.results.microdialysis import Primary
from tricyclic.study.conditions import read_measured_value

PRIMARIES: tuple[str, ...] = get_args(Primary)
COURSE_UNITS = ("nM", "fmol", "fmol/min")
WEIGHTINGS = ("auto", *calibration_line.WEIGHTINGS)


@dataclass(frozen=True)
class TimeField:
    """A time: minutes as a number, or a text such as "14:05" or "2026-03-02T14:05"."""

    required: bool = False
    default: str = ""

    def check(self, value: Any, where: str) -> str:
        """The time as text; an InputError if it is neither text, number nor date."""
        if isinstance(value, time):
            return value.isoformat()
        # A truth value is a number to Python, and a date without a time is no moment.
        plain_date = isinstance(value, date) and not isinstance(value, datetime)
        if isinstance(value, bool | list | Mapping) or plain_date:
            raise InputError(
                f"is {value}",
                where=where,
                allowed='A time is a number of minutes, or a text such as "2026-03-02T14:05"',
            )
        return time_text(value)


@dataclass(frozen=True)
class ShareField:
    """A share above 0 and at most 1, with its standard error where it is known."""

    required: bool = False
    default: None = None

    def check(self, value: Any, where: str) -> MeasuredValue:
        """The number; an InputError if it is none, or out of range."""
        measured = read_measured_value(value, "", where=where)
        check_recovery(measured.value, measured.se, where)
        return measured


@dataclass(frozen=True)
class RecoveryField:
    """The recovery of a probe: a share with its standard error, or the file of its readings."""

    required: bool = False
    default: None = None

    def check(self, value: Any, where: str) -> MeasuredValue | str:
        """The number, or the name of the file; an InputError if it is neither."""
        if not isinstance(value, Mapping) or "file" not in value:
            return ShareField().check(value, where)
        further = [key for key in value if key != "file"]
        if further or not isinstance(value["file"], str) or not value["file"].strip():
            raise InputError(
                f"has {list_names([f'{one}' for one in further], 4)} beside the file"
                if further
                else f"names the file {value['file']!r}",
                where=where,
                allowed='It is a number such as { value = 0.12, se = 0.01 }, or { file = "recovery'
                '.csv" }',
            )
        return value["file"].strip()


@dataclass(frozen=True)
class WindowField:
    """Begin and end of a window [min after the treatment]."""

    required: bool = False
    default: tuple[float, float] = (0.0, 120.0)

    def check(self, value: Any, where: str) -> tuple[float, float]:
        """Both; an InputError if they are no window at or after the treatment."""
        numbers = isinstance(value, list) and all(
            isinstance(one, int | float) and not isinstance(one, bool) for one in value
        )
        if not numbers or len(value) != 2 or not 0 <= value[0] < value[1] < 1e9:
            raise InputError(
                f"is {value}",
                where=where,
                allowed="It is a begin and an end in min after the treatment, such as [0, 120]",
            )
        return float(value[0]), float(value[1])


_FILLED = TextField(required=True, allow_empty=False)
_DECIMAL = TextField(default="", one_of=(".", ","))
_CHROMATOGRAPHY = TableField(
    {
        "samples": _FILLED,
        "method": _FILLED,
        "folder": TextField(default="raw"),
        "unit": TextField(),
        "channel": TextField(),
        "reader": TextField(),
        "decimal": _DECIMAL,
        "time_unit": TextField(default="", one_of=("min", "s", "ms", "h")),
        "weighting": TextField(default="auto", one_of=WEIGHTINGS),
        "correct_drift": BooleanField(),
        "molar_mass_g_per_mol": NumberField(above=0.0),
    }
)
_TABLE = TableField(
    {
        "file": _FILLED,
        "unit": TextField(),
        "sheet": TextField(),
        "decimal": _DECIMAL,
        "value": TextField(),
        "time_is": TextField(default="", one_of=("start", "middle", "end")),
        "fraction_min": NumberField(above=0.0),
        "lod": NumberField(above=0.0),
        "loq": NumberField(above=0.0),
        "molar_mass_g_per_mol": NumberField(above=0.0),
    }
)
_COLLECTION = TableField(
    {
        "flow_uL_per_min": NumberField(low=1e-3, high=1e3),
        "dead_volume_uL": NumberField(low=0.0, high=1e4),
        "injected_uL": NumberField(low=1e-3, high=1e4),
        "recovery_in_vitro": RecoveryField(),
        "treated": TimeField(),
    }
)
_RESPONSE = TableField(
    {
        "baseline_fractions": IntegerField(default=4, low=1),
        "window_min": WindowField(),
        "cv_max_percent": NumberField(default=20.0, above=0.0),
        "primary": TextField(default="log ratio", one_of=PRIMARIES),
        "below": TextField(default="as measured", one_of=BELOW_LIMIT),
        "confidence": NumberField(default=0.95, low=0.5, high=0.9999),
    }
)
_FLOW = TableField(
    {"from": TimeField(required=True), "uL_per_min": NumberField(required=True, low=0.0, high=1e3)}
)
_ANIMAL = TableField(
    {
        "name": NameField(required=True),
        "group": TextField(),
        "treated": TimeField(),
        "dead_volume_uL": NumberField(low=0.0, high=1e4),
        "flow_uL_per_min": NumberField(low=1e-3, high=1e3),
        "recovery_in_vitro": ShareField(),
        "note": TextField(),
        "flow": ListField(_FLOW),
    }
)
_GROUP = TableField(
    {
        "name": NameField(required=True),
        "drug": _FILLED,
        "dose_mg_per_kg": NumberField(required=True, above=0.0),
        "route": TextField(default="ip", allow_empty=False),
    }
)
EXPERIMENTS = ListField(
    TableField(
        {
            "name": _FILLED,
            "title": TextField(),
            "analyte": TextField(),
            "control": TextField(),
            "drug": TextField(),
            "species": TextField(),
            "unit": TextField(default="", one_of=COURSE_UNITS),
            "chromatography": _CHROMATOGRAPHY,
            "table": _TABLE,
            "collection": _COLLECTION,
            "response": _RESPONSE,
            "region": TextField(default="cortex", one_of=("cortex", "lc")),
            "group": ListField(_GROUP, labels=("name",)),
            "animal": ListField(_ANIMAL, labels=("name",)),
        }
    ),
    labels=("name",),
)

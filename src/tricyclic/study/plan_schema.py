"""The keys of study.toml and what their values have to be."""

from __future__ import annotations

from dataclasses import dataclass, fields
from typing import Any, get_args

from tricyclic.core.analysis_options import AnalysisOptions
from tricyclic.core.protocol import AssayKind
from tricyclic.errors import InputError
from tricyclic.io.toml_schema import (
    BooleanField,
    DateField,
    IntegerField,
    ListField,
    NameField,
    NumberField,
    RawTableField,
    Schema,
    TableField,
    TextField,
    TextListField,
)
from tricyclic.study.experiment_plans import KINDS_OF_PLAN

KINDS: tuple[str, ...] = get_args(AssayKind)
REPORT_FORMATS = ("html", "pdf")
# Names of columns in study.toml -> names in the curve models.
VARIED = {
    "competitor": "competitor_M",
    "radioligand": "radioligand_M",
    "agonist": "agonist_M",
    "antagonist": "antagonist_M",
    "modulator": "modulator_M",
    "time": "time_min",
}
# A column that was not varied: the counting time of each sample, where it is not the same for all.
COUNTING_TIME = ("counting_time", "counting_time_min")


@dataclass(frozen=True)
class SyntheticField:
    """How synthetic data were made: a text, or true where no more is known."""

    required: bool = False
    default: str = ""

    def check(self, value: Any, where: str) -> str:
        """The text; an InputError if it is neither true, false nor a text."""
        if isinstance(value, bool):
            return "the readings were simulated" if value else ""
        if not isinstance(value, str):
            raise InputError(f"is {value!r}", where=where, allowed="It is true, false or a text")
        return value


def _method_shape() -> TableField:
    """Keys of [method]: the fields of AnalysisOptions."""
    choices = {
        "variance": ("auto", "counting", "poisson", "proportional", "constant"),
        "outliers": ("none", "suggest"),
    }
    keys: dict[str, Schema] = {}
    for item in fields(AnalysisOptions):
        default: Any = item.default
        if isinstance(default, bool):
            keys[item.name] = BooleanField(default=default)
        elif isinstance(default, int):
            keys[item.name] = IntegerField(default=default)
        elif isinstance(default, float):
            keys[item.name] = NumberField(default=default)
        else:
            keys[item.name] = TextField(default=default, one_of=choices.get(item.name, ()))
    return TableField(keys)


_FILLED = TextField(required=True, allow_empty=False)
_PERSON = TableField({"name": _FILLED, "role": TextField()})
_PLATE = TableField(
    {
        "file": _FILLED,
        "run": NameField(required=True),
        "plate": NameField(),
        "group": TextField(),
        "layout": TextField(),
        "unit": TextField(),
        "plate_size": IntegerField(low=1),
        "counting_time_min": NumberField(above=0.0),
        "reader": TextField(),
        "sheet": TextField(),
        "decimal": TextField(default="", one_of=(".", ",")),
        "conditions": RawTableField(),
    }
)
_COLUMN = TableField({"column": _FILLED, "unit": _FILLED})
_COLUMNS = TableField(
    {
        **dict.fromkeys((*VARIED, COUNTING_TIME[0]), _COLUMN),
        "response": TextListField(),
        "total": TextListField(),
        "non_specific": TextListField(),
    },
    required=True,
)
_TABLE = TableField(
    {
        "file": _FILLED,
        "run": NameField(required=True),
        "unit": _FILLED,
        "table": NameField(),
        "reader": TextField(),
        "sheet": TextField(),
        "decimal": TextField(default="", one_of=(".", ",")),
        "group": TextField(),
        "compound": TextField(),
        "molar_mass_g_per_mol": NumberField(above=0.0),
        "columns": _COLUMNS,
        "conditions": RawTableField(),
    }
)
_METHOD = _method_shape()
_ASSAY = TableField(
    {
        "name": _FILLED,
        "title": TextField(),
        "kind": TextField(one_of=KINDS),
        "protocol": TextField(),
        "layout": TextField(),
        "compound": TextField(),
        "species": TextField(),
        "target": TextField(),
        "conditions": RawTableField(),
        "method": _METHOD,
        "plate": ListField(_PLATE, labels=("file",)),
        "table": ListField(_TABLE, labels=("file",)),
    }
)
_COMPARE = TableField(
    {
        "kind": TextField(required=True, one_of=("groups", "selectivity")),
        "assay": _FILLED,
        "parameter": TextField(default=None),
        "reference": TextField(),
        "other": TextField(),
        "against": TextListField(),
        "compound": TextField(),
        "paired": BooleanField(),
    }
)
_JOINT = TableField(
    {
        "name": _FILLED,
        "title": TextField(),
        "assays": TextListField(required=True),
        "method": _METHOD,
    }
)
ASSAYS = ListField(_ASSAY, labels=("name",))
JOINTS = ListField(_JOINT, labels=("name",))
COMPARISONS = ListField(_COMPARE)
STUDY = TableField(
    {
        "schema_version": IntegerField(required=True),
        "title": _FILLED,
        "author": TextField(),
        "laboratory": TextField(),
        "date": DateField(),
        "notes": TextField(),
        "synthetic": SyntheticField(),
        "people": ListField(_PERSON, labels=("name",)),
        "assay": ASSAYS,
        "compare": COMPARISONS,
        "joint": JOINTS,
        **{name: kind.schema for name, kind in KINDS_OF_PLAN.items()},
        "report": TableField({"formats": TextListField()}),
    }
)

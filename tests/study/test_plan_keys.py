"""The reference of study.toml lists every key of the schema, with examples that are accepted."""

from __future__ import annotations

import re
import tomllib
from datetime import date
from pathlib import Path

import pytest

from tricyclic.core.conditions import CONDITION_NAMES, BindingConditions
from tricyclic.io.toml_schema import ListField, RawTableField, TableField
from tricyclic.study.conditions import read_conditions
from tricyclic.study.key_texts import CONDITIONS, KEYS, SECTIONS
from tricyclic.study.plan import read_plan
from tricyclic.study.plan_keys import describe_keys, section_text
from tricyclic.study.plan_schema import STUDY
from tricyclic.study.template import study_template

PAGE = Path(__file__).parents[2] / "docs" / "study_file.md"
ALL = describe_keys()


def paths(table: TableField, prefix: str = "") -> set[str]:
    """Every key of a schema that is no table; a column of readings is one key."""
    keys = set()
    for name, schema in table.keys.items():
        path = f"{prefix}{name}"
        inner = schema.item if isinstance(schema, ListField) else schema
        if isinstance(inner, TableField) and not prefix.startswith("assay.table.columns"):
            keys |= paths(inner, f"{path}.")
        elif not isinstance(inner, RawTableField):
            keys.add(path)
    return keys


def minimal() -> dict:
    plate = {"file": "raw/a.csv", "run": "run1", "group": "vehicle"}
    treated = {"file": "raw/b.csv", "run": "run2", "group": "treated"}
    columns = {"radioligand": {"column": "c", "unit": "nM"}, "response": "y"}
    table = {"file": "raw/c.csv", "run": "run1", "unit": "fmol", "columns": columns}
    assays = [
        {"name": name, "protocol": "net-nisoxetine", "layout": "l.toml", "plate": [plate, treated]}
        for name in ("beta1", "SERT", "DAT")
    ]
    assays += [
        {"name": name, "kind": "saturation", "table": [table]}
        for name in ("saturation", "competition")
    ]
    return {"schema_version": 1, "title": "t", "assay": assays}


def dialysis(*, of_table: bool) -> dict:
    """A microdialysis experiment of a table of values, or of a batch."""
    flow = {"from": 200, "uL_per_min": 0.0}
    animal = {"name": "r01", "group": "vehicle", "treated": 80, "flow": [flow]}
    files = {"samples": "samples.csv", "method": "method.toml"}
    source = {"table": {"file": "values.csv"}} if of_table else {"chromatography": files}
    group = {"name": "desipramine", "drug": "desipramine", "dose_mg_per_kg": 10.0}
    return {"name": "NE", "animal": [animal], "group": [group], **source}


def release() -> dict:
    """An experiment of evoked release with a table of samples."""
    return {"name": "glutamate", "samples": {"file": "samples.csv"}}


def neurites() -> dict:
    """A neurite experiment with a table of counts."""
    return {"name": "neurites", "table": {"file": "counts.csv"}}


COMPARISONS = {
    "groups": {"kind": "groups", "assay": "beta1", "reference": "vehicle", "other": "treated"},
    "selectivity": {"kind": "selectivity", "assay": "beta1", "against": ["SERT"]},
}
OF_SELECTIVITY = ("against", "compound")


def with_example(key) -> dict:
    """A study in which the key has the value of its example."""
    study, given = minimal(), tomllib.loads(key.example)
    (value,) = given.values()
    *tables, name = key.path.split(".")
    assert list(given) == [name]
    place = study
    if tables[:1] == ["compare"]:
        kind = "selectivity" if name in OF_SELECTIVITY else "groups"
        study["compare"] = [place := dict(COMPARISONS[kind])]
    elif tables[:1] == ["joint"]:
        place = {"name": "together", "assays": ["saturation", "competition"]}
        study["joint"] = [place]
    elif tables[:1] == ["people"]:
        study["people"] = [place := {"name": "A. Person"}]
    elif tables[:1] == ["report"]:
        study["report"] = place = {}
    elif tables[:1] == ["microdialysis"]:
        of_table = "table" in tables
        study["microdialysis"] = [place := dialysis(of_table=of_table)]
        for table in tables[1:]:
            place = place.setdefault(table, {})
            place = place[0] if isinstance(place, list) else place
    elif tables[:1] == ["neurites"]:
        study["neurites"] = [place := neurites()]
        for table in tables[1:]:
            place = place.setdefault(table, {})
    elif tables[:1] == ["release"]:
        study["release"] = [place := release()]
        for table in tables[1:]:
            place = place.setdefault(table, {})
        # A volume needs that of the well, and one duration the other.
        if name in ("sample_uL", "added_uL"):
            place["well_uL"] = 500.0
        if name in ("basal_min", "stimulus_min"):
            place |= {"basal_min": 10.0, "stimulus_min": 10.0}
    elif tables[:1] == ["assay"]:
        place = study["assay"][3 if "table" in tables else 0]
        for table in tables[1:]:
            inner = place.setdefault(table, {})
            place = inner[0] if isinstance(inner, list) else inner
    place[name] = value
    return study


def as_toml(value) -> str:
    if isinstance(value, dict):
        return "{" + ", ".join(f'"{k}" = {as_toml(v)}' for k, v in value.items()) + "}"
    if isinstance(value, list):
        return "[" + ", ".join(map(as_toml, value)) + "]"
    if isinstance(value, bool):
        return str(value).lower()
    return value.isoformat() if isinstance(value, date) else repr(value).replace("'", '"')


def test_every_key_of_the_schema_is_described_and_no_other():
    described = {key.path for key in ALL if not key.path.startswith("assay.conditions.")}
    # [joint.method] takes the keys of [assay.method], as its section states.
    expected = {path for path in paths(STUDY) if not path.startswith("joint.method.")}
    assert described == expected == set(KEYS)
    assert "keys of [assay.method]" in SECTIONS["[[joint]]"]


def test_every_condition_is_described_and_no_other():
    names = [key.name for key in ALL if key.path.startswith("assay.conditions.")]
    assert names == list(CONDITION_NAMES)
    assert set(CONDITIONS) == set(CONDITION_NAMES)


def test_every_table_has_a_text_and_each_text_a_table():
    assert {key.section for key in ALL} == set(SECTIONS)
    assert all(section_text(key.section) for key in ALL)


@pytest.mark.parametrize("key", ALL, ids=lambda key: key.path)
def test_the_example_of_a_key_is_accepted(key, tmp_path):
    study = with_example(key)
    text = "\n".join(f"{name} = {as_toml(value)}" for name, value in study.items())
    (tmp_path / "study.toml").write_text(text, encoding="utf-8")
    plan = read_plan(tmp_path)
    for assay in plan.assays:
        read_conditions(BindingConditions(), assay.conditions, where=assay.where)


@pytest.mark.parametrize("key", ALL, ids=lambda key: key.path)
def test_a_required_key_is_missed_and_an_optional_one_is_not(key, tmp_path):
    study = with_example(key)
    *tables, name = key.path.split(".")
    place = study
    for table in tables:
        place = place[table]
        place = (
            place[3 if key.path.startswith("assay.table") and table == "assay" else 0]
            if (isinstance(place, list))
            else place
        )
    # What is needed for another reason than the schema: one of two keys, or names of groups.
    needed = {"assay.protocol", "assay.layout", "compare.reference", "compare.other"}
    needed |= {"compare.against", "assay.table.columns.radioligand"}
    needed |= {"assay.table.columns.response", "assay.kind", "assay.plate.group"}
    needed |= {"release.sampling.basal_min", "release.sampling.stimulus_min"}
    if key.path in needed:
        return
    del place[name]
    text = "\n".join(f"{key} = {as_toml(value)}" for key, value in study.items())
    (tmp_path / "study.toml").write_text(text, encoding="utf-8")
    if key.required:
        with pytest.raises(Exception, match=f"'{name}' is missing"):
            read_plan(tmp_path)
    else:
        read_plan(tmp_path)


def test_units_defaults_and_limits_come_from_the_schema():
    by_path = {key.path: key for key in ALL}
    assert by_path["assay.conditions.radioligand_nM"].unit == "nM"
    assert by_path["assay.conditions.counting_efficiency"].allowed == "above 0, at most 1"
    assert by_path["assay.plate.counting_time_min"].allowed == "above 0"
    assert by_path["assay.method.confidence"].default == "0.95"
    assert by_path["assay.method.classical"].default == "true"
    assert "poisson" in by_path["assay.method.variance"].allowed
    assert by_path["assay.conditions.isotope"].allowed.startswith("11C")


def test_the_complete_file_of_the_page_is_accepted(tmp_path):
    text = re.search(r"```toml\n(.*?)```", PAGE.read_text(encoding="utf-8"), re.DOTALL)[1]
    (tmp_path / "study.toml").write_text(text, encoding="utf-8")
    plan = read_plan(tmp_path)
    assert (plan.laboratory, plan.date, plan.people) == (
        "Lab 12, Example",
        "2026-03-20",
        ("B. Person (experiments)",),
    )
    assert len(plan.assays) == 2
    assert "{study-keys}" in PAGE.read_text(encoding="utf-8")


def test_the_template_of_a_study_uses_known_conditions_only():
    from tricyclic.io.library.library import Library

    library = Library()
    for name in library.protocol_names:
        template = study_template(library.protocol(name))["study.toml"]
        block = template.partition("[assay.conditions]")[2].partition("[assay.method]")[0]
        names = set(re.findall(r"^#? ?(\w+) = ", block, re.MULTILINE))
        assert names <= set(CONDITION_NAMES), names - set(CONDITION_NAMES)

"""New microdialysis studies state the dose that `tricyclic run --compare` simulates."""

from __future__ import annotations

import re

import tricyclic as tca
from tricyclic.study.dialysis_plan import DosePlan
from tricyclic.study.plan import read_plan

DOSE = DosePlan("desipramine", "desipramine", 10.0, "ip")


def test_the_synthetic_study_states_the_dose_of_its_treated_group(tmp_path):
    tca.new_study("microdialysis", tmp_path / "study")
    (experiment,) = read_plan(tmp_path / "study").experiments
    assert experiment.groups == (DOSE,)
    assert {one.group for one in experiment.animals} == {"vehicle", DOSE.name}


def test_the_example_of_a_dose_in_a_study_to_fill_in_is_read_as_it_stands(tmp_path):
    tca.new_study("microdialysis", tmp_path / "study", template=True)
    file = tmp_path / "study" / "study.toml"
    text = file.read_text(encoding="utf-8")
    assert read_plan(tmp_path / "study").experiments[0].groups == ()
    pattern = r"^# (\[\[microdialysis\.group\]\]|(?:name|drug|dose_mg_per_kg|route) = )"
    file.write_text(re.sub(pattern, r"\1", text, flags=re.MULTILINE), encoding="utf-8")
    assert read_plan(tmp_path / "study").experiments[0].groups == (DOSE,)

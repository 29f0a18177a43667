"""The template of every protocol can be read."""

from __future__ import annotations

import pytest

from tricyclic.errors import InputError
from tricyclic.io.library.library import Library
from tricyclic.io.library.protocols import protocol, protocols
from tricyclic.io.plate_layout import read_layout
from tricyclic.study.exclusions import read_exclusions
from tricyclic.study.folder import read_study
from tricyclic.study.plan import read_plan
from tricyclic.study.template import LAYOUT, study_template, write_study


@pytest.mark.parametrize("name", protocols())
def test_a_new_study_can_be_read_and_only_its_raw_file_is_missing(name, tmp_path):
    folder = tmp_path / "study"
    write_study(folder, study_template(protocol(name)))
    plan = read_plan(folder)
    assert plan.assays[0].protocol == name
    assert read_layout(folder / LAYOUT).planned_wells
    assert read_exclusions(folder / "exclusions.csv") == ()
    with pytest.raises(InputError, match=r"raw/run1\.csv"):
        read_study(folder, Library())


def test_a_folder_that_is_not_empty_is_refused(tmp_path):
    (tmp_path / "mine.txt").write_text("mine")
    with pytest.raises(InputError, match="not empty"):
        write_study(tmp_path, {"study.toml": ""})
    assert [path.name for path in tmp_path.iterdir()] == ["mine.txt"]


def test_an_empty_folder_is_accepted(tmp_path):
    write_study(tmp_path, {"study.toml": "x"})
    assert (tmp_path / "study.toml").read_text(encoding="utf-8") == "x"

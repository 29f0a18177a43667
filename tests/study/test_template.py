"""A new study, by any protocol, is one that tricyclic reads, and asks for what is missing."""

from __future__ import annotations

import pytest

from tricyclic.errors import InputError
from tricyclic.io.library.protocols import protocol, protocols
from tricyclic.io.plate_layout import read_layout
from tricyclic.study.exclusions import read_exclusions
from tricyclic.study.folder import read_study
from tricyclic.study.plan import read_plan
from tricyclic.study.template import LAYOUT, template_of, write_new


@pytest.mark.parametrize("name", protocols())
def test_a_new_study_reads_as_it_was_written_and_asks_for_the_raw_file(name, tmp_path):
    folder = tmp_path / "study"
    write_new(folder, template_of(protocol(name)))
    plan = read_plan(folder)
    assert plan.assays[0].protocol == name
    assert read_layout(folder / LAYOUT).held
    assert read_exclusions(folder / "exclusions.csv") == ()
    with pytest.raises(InputError, match=r"raw/run1\.csv"):
        read_study(folder)


def test_a_folder_that_holds_anything_is_refused(tmp_path):
    (tmp_path / "mine.txt").write_text("mine")
    with pytest.raises(InputError, match="not empty"):
        write_new(tmp_path, {"study.toml": ""})
    assert [path.name for path in tmp_path.iterdir()] == ["mine.txt"]


def test_an_empty_folder_is_taken(tmp_path):
    write_new(tmp_path, {"study.toml": "x"})
    assert (tmp_path / "study.toml").read_text() == "x"

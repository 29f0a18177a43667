"""A new study folder can be completed and run; a folder with files is not touched."""

from __future__ import annotations

import json
import re

import pytest
from click.testing import CliRunner

from tricyclic.cli.main import main
from tricyclic.errors import InputError
from tricyclic.io.manual_limits import read_manual_limits
from tricyclic.io.plate_layout import read_layout
from tricyclic.study.plan import read_plan
from tricyclic.workflows.study.new import run
from tricyclic.workflows.study.options import NewStudyOptions

FILES = ("README.txt", "exclusions.csv", "layouts/plate.toml", "raw/README.txt", "study.toml")


def test_a_new_study_lists_its_files_and_the_next_step(tmp_path):
    folder = tmp_path / "study"
    result = run(NewStudyOptions("binding", str(folder)))
    assert (result.folder, result.written) == (str(folder), FILES)
    assert all((folder / name).is_file() for name in FILES)
    listed = "\n".join(f"  {name}" for name in FILES)
    assert result.summary() == (
        f"{folder}\n{listed}\n\n"
        f"Copy the raw files to {folder}/raw and complete study.toml, then run: "
        f'tca.run_study("{folder}")'
    )


def test_a_protocol_of_an_own_library_can_be_used(tmp_path):
    own = tmp_path / "library" / "protocols"
    own.mkdir(parents=True)
    (own / "own-assay.toml").write_text(
        'title = "An assay"\nkind = "competition"\ntarget = "5-HT2A"\n', encoding="utf-8"
    )
    folder = tmp_path / "study"
    options = NewStudyOptions("binding", str(folder), "own-assay", str(tmp_path / "library"))
    run(options)
    plan = read_plan(folder)
    assert (plan.title, plan.assays[0].name) == ("An assay", "5-HT2A")


def test_a_scattered_study_has_the_same_wells_in_an_order_of_its_seed(tmp_path):
    orders = []
    for name, scattered, seed in (("a", False, 1), ("b", True, 1), ("c", True, 1), ("d", True, 2)):
        folder = tmp_path / name
        run(NewStudyOptions("binding", str(folder), scattered=scattered, seed=seed))
        orders.append(read_layout(folder / "layouts/plate.toml").planned_wells)
    usual, one, _, other = orders
    assert usual.keys() == one.keys() == other.keys()
    roles = [sorted(well.role for well in wells.values()) for wells in orders]
    assert roles[0] == roles[1] == roles[3]
    placed = [{name: well.role for name, well in wells.items()} for wells in orders]
    assert placed[1] == placed[2] != placed[0]
    assert placed[3] not in (placed[0], placed[1])


def test_an_unknown_protocol_suggests_the_nearest_one(tmp_path):
    with pytest.raises(InputError, match="Did you mean 'net-nisoxetine'"):
        run(NewStudyOptions("binding", str(tmp_path / "study"), "net-nisoxetin"))
    assert not (tmp_path / "study").exists()


def test_a_folder_with_files_is_refused_with_exit_code_3_and_not_touched(tmp_path):
    (tmp_path / "mine.txt").write_text("mine")
    done = CliRunner().invoke(main, ["study", "new", "binding", str(tmp_path)])
    assert done.exit_code == 3
    assert done.stderr == f"{tmp_path}: is not empty. Name a folder that is new or empty.\n"
    assert [path.name for path in tmp_path.iterdir()] == ["mine.txt"]


def test_a_file_in_the_place_of_the_folder_is_refused(tmp_path):
    place = tmp_path / "raw"
    place.write_text("1")
    done = CliRunner().invoke(main, ["study", "new", "binding", str(place)])
    assert done.exit_code == 3
    assert done.stderr == f"{place}: is a file. Name a folder that is new or empty.\n"
    assert place.read_text(encoding="utf-8") == "1"


def test_the_json_of_the_command_has_the_folder_and_its_files(tmp_path):
    folder = tmp_path / "study"
    done = CliRunner().invoke(main, ["study", "new", "binding", str(folder), "--json"])
    document = json.loads(done.stdout)
    assert document["schema"] == "tricyclic-study-new/2"
    assert document["result"] == {"folder": str(folder), "written": list(FILES), "runs": False}


@pytest.mark.parametrize(
    "options",
    [
        ["binding"],
        ["binding", "--scattered"],
        ["microdialysis"],
        ["microdialysis", "--template"],
    ],
    ids=" ".join,
)
def test_each_file_that_the_readme_names_is_there_or_is_written_later(tmp_path, options):
    folder = tmp_path / "study"
    kind, *more = options
    assert CliRunner().invoke(main, ["new", kind, str(folder), *more]).exit_code == 0
    lines = (folder / "README.txt").read_text(encoding="utf-8").splitlines()
    named = [re.fullmatch(r"(\S+(?:\.[a-z]+|/)) {2,}(\S.*)", line) for line in lines]
    listed = {match[1]: match[2] for match in named if match}
    later = {name for name, text in listed.items() if text.startswith(("optional", "written by"))}
    assert {name for name in listed if not (folder / name).exists()} == later
    files = {path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file()}
    unnamed = {name for name in files - {"README.txt"} if not name.startswith(tuple(listed))}
    assert not unnamed


def test_the_columns_of_manual_limits_in_the_readme_are_those_that_are_read(tmp_path):
    folder = tmp_path / "study"
    CliRunner().invoke(main, ["new", "microdialysis", str(folder), "--template"])
    text = (folder / "README.txt").read_text(encoding="utf-8")
    columns = re.search(r"manual_limits\.csv.*\n +(.*)", text)[1].split(", ")
    table = tmp_path / "manual_limits.csv"
    table.write_text(",".join(columns) + "\nr01_f01,NE,3.6,4.1,shoulder\n", encoding="utf-8")
    (one,) = read_manual_limits(table)
    assert (one.injection, one.compound, one.reason) == ("r01_f01", "NE", "shoulder")
    assert (one.start_min, one.end_min) == (3.6, 4.1)

"""A dosed scenario is written for other programs, and a model of another program is run."""

from __future__ import annotations

import csv
import io
import json
import zipfile

import numpy as np
import pytest

from tricyclic.errors import InputError
from tricyclic.io.library.ensembles import ensemble
from tricyclic.io.library.scenarios import scenario
from tricyclic.ode.solver import antimony_to_sbml, engine
from tricyclic.workflows.model import simulate
from tricyclic.workflows.model.export import VALUE_COLUMNS, run
from tricyclic.workflows.model.options import ExportOptions, SimulateOptions

NAME = "kinetics_and_occupancy"
DOSED = {"drug": "desipramine", "dose": "10 mg/kg", "route": "ip", "every": "12h", "days": 2}
FILES = [f"{NAME}.xml", f"{NAME}.ant", f"{NAME}.sedml", "values.csv", f"{NAME}.omex"]
CHAIN = """
model chain()
  compartment c = 1
  species A in c
  A -> ; k*A
  A = 0; k = 1
end
"""


def exported(out, **more):
    return run(ExportOptions(NAME, **{**DOSED, **more}, out=str(out)))


def value_rows(result) -> dict[str, dict[str, str]]:
    table = result.contents["values.csv"].decode()
    return {row["name"]: row for row in csv.DictReader(io.StringIO(table))}


@pytest.fixture(scope="module")
def export(tmp_path_factory):
    return exported(tmp_path_factory.mktemp("export") / "out")


def test_the_files_are_the_model_the_simulation_and_every_value(export):
    assert list(export.contents) == FILES
    assert export.problems == ()
    assert export.n_parameters == len(value_rows(export))
    sbml = export.contents[f"{NAME}.xml"].decode()
    assert export.n_states == len(engine().load(sbml).states)


def test_the_exported_model_gives_the_concentration_of_simulate(export):
    sbml = export.contents[f"{NAME}.xml"].decode()
    time_h = np.array([0.0, 1.0, 12.5, 30.0])
    exported_nM = engine().load(sbml).run(time_h, ["desipramine__plasma_total"])[:, 0]
    simulated = simulate.run(SimulateOptions(NAME, **DOSED, point_estimate=True))
    course = simulated["desipramine, plasma, total"]
    assert exported_nM[1:] == pytest.approx([course.at(t) for t in time_h[1:]], rel=2e-3)


def test_the_archive_contains_all_other_files(export):
    with zipfile.ZipFile(io.BytesIO(export.contents[f"{NAME}.omex"])) as archive:
        for name in FILES[:-1]:
            assert archive.read(name) == export.contents[name]


@pytest.mark.parametrize(("hours", "steps"), [(48.0, 192), (2.0, 100), (1200.0, 4000)])
def test_the_sedml_has_a_time_every_quarter_of_an_hour_and_at_least_100(tmp_path, hours, steps):
    result = exported(tmp_path / "out", every="", days=None, hours=hours)
    sedml = result.contents[f"{NAME}.sedml"].decode()
    assert f'outputEndTime="{hours}" numberOfSteps="{steps}"' in sedml


def test_the_table_has_the_value_the_range_and_the_source_of_each_parameter(export):
    rows = value_rows(export)
    assert tuple(next(iter(rows.values()))) == VALUE_COLUMNS
    row = rows["desipramine.Ki_NET"]
    assert row["id"] == "desipramine__Ki_NET"
    assert (float(row["value"]), row["unit"]) == (0.8, "nM")
    assert float(row["low"]) < 0.8 < float(row["high"])
    assert row["certainty"] == "reported" and row["source"] == "tatsumi_1997"
    assert "affinity at NET" in row["description"]
    assert float(rows["desipramine.CL"]["cv"]) > 0
    assert rows["desipramine.Ki_D2"]["low"] == "" and row["library_value"] == ""


def test_a_changed_value_is_marked_beside_that_of_the_library(tmp_path):
    rows = value_rows(exported(tmp_path / "out", set=("desipramine.CL=3",)))
    changed = rows.pop("desipramine.CL")
    assert (float(changed["value"]), changed["certainty"], changed["source"]) == (3.0, "set", "")
    assert 1.5 <= float(changed["library_value"]) <= 3.2
    assert all(row["library_value"] == "" and row["certainty"] != "set" for row in rows.values())


def test_a_folder_that_is_not_empty_is_refused(tmp_path):
    (tmp_path / "mine.txt").write_text("mine")
    with pytest.raises(InputError) as refused:
        exported(tmp_path)
    assert str(refused.value) == f"{tmp_path}: is not empty. Name a folder that is new or empty."


def test_a_run_without_a_folder_is_refused():
    with pytest.raises(InputError) as refused:
        exported("")
    assert str(refused.value) == "out: no folder is named. Add --out FOLDER."


def test_a_model_of_another_program_is_simulated(tmp_path):
    file = tmp_path / "chain.xml"
    file.write_text(antimony_to_sbml(CHAIN, "chain"))
    result = simulate.run(SimulateOptions(str(file), drug="A", dose="100", hours=3.0))
    assert result["A"].at(3.0) == pytest.approx(100 * np.exp(-3.0), rel=1e-3)


@pytest.mark.parametrize(("start", "given"), [("", ()), ("0", (0.0, 2.0)), ("1", (1.0, 3.0))])
def test_a_model_of_another_program_is_written_with_its_doses(tmp_path, start, given):
    file = tmp_path / "chain.xml"
    file.write_text(antimony_to_sbml(CHAIN.replace("A = 0", "A = 5"), "chain"))
    doses = {"drug": "A", "dose": "100", "every": "2", "doses": 2, "start": start}
    options = ExportOptions(str(file), out=str(tmp_path / "out"), **(doses if start else {}))
    contents = run(options).contents
    times = np.linspace(0.0, 6.0, 25)
    expected = 5 * np.exp(-times)
    for at in given:
        expected += np.where(at <= times, 100 * np.exp(at - times), 0.0)
    for sbml in (
        contents["chain.xml"].decode(),
        antimony_to_sbml(contents["chain.ant"].decode(), "chain"),
    ):
        course = engine().load(sbml).run(times, ["A"])[:, 0]
        np.testing.assert_allclose(course, expected, rtol=1e-4, atol=1e-4)


def test_the_files_have_the_values_of_a_parameter_set_and_options_take_precedence(tmp_path):
    own = ensemble(scenario(NAME).ensemble or NAME)
    best = own.parameter_set(0)
    library = exported(tmp_path / "out")
    assert "with the library's values; parameter_set=0 takes the best" in library.summary()
    shared = [name for name in value_rows(library) if name in best]
    assert shared
    result = exported(tmp_path / "out", parameter_set=0)
    rows = value_rows(result)
    assert "with parameter set 0 of the ensemble" in result.summary()
    assert all(float(rows[name]["value"]) == pytest.approx(best[name]) for name in shared)
    values = engine().load(result.contents[f"{NAME}.xml"].decode()).values()
    assert all(values[rows[name]["id"]] == pytest.approx(best[name]) for name in shared)
    twice = 2 * best[shared[0]]
    both = exported(tmp_path / "out", parameter_set=0, set=(f"{shared[0]}={twice!r}",))
    assert float(value_rows(both)[shared[0]]["value"]) == pytest.approx(twice)
    with pytest.raises(InputError, match="0, the best, to"):
        exported(tmp_path / "out", parameter_set=len(own))


def test_the_command_writes_the_files_and_lists_them(tmp_path, call_model):
    words = ("--drug", "desipramine", "--dose", "10 mg/kg", "--route", "ip")
    out = tmp_path / "out"
    done = call_model("export", NAME, *words, "--out", str(out), "--json")
    assert done.exit_code == 0, done.output
    assert {path.name for path in out.iterdir()} == set(FILES)
    document = json.loads(done.stdout)
    assert document["result"]["files"] == FILES
    assert "contents" not in document["result"]
    text = call_model("export", NAME, *words, "--out", str(tmp_path / "again")).stdout
    assert "  pass   libSBML reports no error, and every unit balances" in text

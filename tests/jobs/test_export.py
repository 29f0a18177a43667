"""A dosed scenario is written for other programs, and its credibility as a report."""

from __future__ import annotations

import zipfile
from pathlib import Path

import numpy as np
import pytest

import tricyclic.jobs.credibility as credibility
import tricyclic.jobs.export as export
from tricyclic.errors import InputError
from tricyclic.ode.solver import engine


def finished(work):
    """Run a job to its end and give its result."""
    if not hasattr(work, "send"):
        return work
    while True:
        try:
            next(work)
        except StopIteration as end:
            return end.value


def exported(place: Path):
    request = export.Request(
        "kinetics_and_occupancy",
        drug="desipramine",
        dose="10 mg/kg",
        route="ip",
        every="12h",
        days=2,
        to=str(place),
    )
    return finished(export.run(request))


def test_the_files_hold_the_model_the_simulation_and_every_value(tmp_path):
    result = exported(tmp_path / "out")
    names = {Path(name).name for name in result.to_write}
    assert names == set(result.files)
    assert {
        "kinetics_and_occupancy.xml",
        "kinetics_and_occupancy.sedml",
        "kinetics_and_occupancy.omex",
        "values.csv",
    } <= names
    assert result.units == ()


def test_the_exported_model_gives_the_level_that_simulate_tells(tmp_path):
    import tricyclic

    result = exported(tmp_path / "out")
    sbml = next(data for name, data in result.to_write.items() if name.endswith(".xml")).decode()
    time = np.array([0.0, 1.0, 12.5, 30.0])
    level = engine().load(sbml).run(time, ["desipramine__plasma_total"])[:, 0]
    told = tricyclic.simulate(
        "kinetics_and_occupancy",
        drug="desipramine",
        dose="10 mg/kg",
        route="ip",
        every="12h",
        days=2,
        members=0,
    )
    course = next(c for c in told.levels if c.name == "desipramine, plasma, total")
    assert level[1:] == pytest.approx([course.at(t) for t in time[1:]], rel=2e-3)


def test_the_archive_holds_the_files_beside_it(tmp_path):
    result = exported(tmp_path / "out")
    path = tmp_path / "a.omex"
    path.write_bytes(next(data for name, data in result.to_write.items() if name.endswith(".omex")))
    with zipfile.ZipFile(path) as archive:
        assert archive.read("kinetics_and_occupancy.xml") in result.to_write.values()


def test_a_value_that_was_set_is_written_as_set_beside_the_library_s(tmp_path):
    import csv
    import io

    request = export.Request(
        "kinetics_and_occupancy",
        drug="desipramine",
        dose="10 mg/kg",
        route="ip",
        set=("desipramine.CL=3",),
        to=str(tmp_path / "out"),
    )
    files = finished(export.run(request)).to_write
    table = next(data for name, data in files.items() if name.endswith("values.csv")).decode()
    rows = {row["name"]: row for row in csv.DictReader(io.StringIO(table))}
    changed = rows.pop("desipramine.CL")
    assert (float(changed["value"]), changed["certainty"], changed["source"]) == (3.0, "set", "")
    assert 1.5 <= float(changed["library_value"]) <= 3.2
    assert all(row["library_value"] == "" and row["certainty"] != "set" for row in rows.values())


def test_a_folder_that_holds_something_is_left_alone(tmp_path):
    (tmp_path / "mine.txt").write_text("mine")
    with pytest.raises(InputError, match="not empty"):
        exported(tmp_path)


def test_the_credibility_report_names_every_value_and_where_it_comes_from(tmp_path):
    work = credibility.run(
        credibility.Request("kinetics_and_occupancy", to=str(tmp_path / "report.html"))
    )
    result = finished(work)
    page = result.to_write[str(tmp_path / "report.html")].decode()
    for value in result.found.values[:20]:
        assert value.name in page
    assert not any(
        check.name in ("units", "engines") and check.level == "stop" for check in result.checks
    )
    assert "recalled" in page and "assumed" in page


def test_a_credibility_report_of_another_ending_is_refused(tmp_path):
    with pytest.raises(InputError, match="docx"):
        finished(
            credibility.run(
                credibility.Request("kinetics_and_occupancy", to=str(tmp_path / "a.docx"))
            )
        )


def test_a_model_of_ones_own_runs_from_the_command_line(tmp_path):
    from tricyclic.jobs import simulate
    from tricyclic.ode.solver import sbml_of

    file = tmp_path / "chain.xml"
    file.write_text(
        sbml_of(
            "model chain()\n  compartment c = 1\n  species A in c\n  A -> ; k*A\n  A = 0; k = 1\nend\n",
            "chain",
        )
    )
    result = finished(simulate.run(simulate.Request(str(file), drug="A", dose="100", hours=3.0)))
    course = next(c for c in result.courses if c.name == "A")
    assert course.at(3.0) == pytest.approx(100 * np.exp(-3.0), rel=1e-3)


def test_a_member_of_the_ensemble_is_what_the_files_hold_and_what_is_set_wins_over_it(tmp_path):
    import csv
    import io

    from tricyclic.io.library.ensembles import ensemble
    from tricyclic.io.library.mechanisms import scenario

    own = ensemble(scenario("kinetics_and_occupancy").ensemble or "kinetics_and_occupancy")
    best = own.member(0)

    def rows(**more):
        request = export.Request(
            "kinetics_and_occupancy",
            drug="desipramine",
            dose="10 mg/kg",
            route="ip",
            to=str(tmp_path / "out"),
            **more,
        )
        found = finished(export.run(request))
        table = next(
            data for name, data in found.to_write.items() if name.endswith("values.csv")
        ).decode()
        return found, {row["name"]: row for row in csv.DictReader(io.StringIO(table))}

    found, plain = rows()
    assert "at the library's values; --member 0 takes the best calibrated set" in found.as_text()
    shared = [name for name in plain if name in best]
    assert shared
    found, told = rows(member=0)
    assert "at member 0 of the ensemble" in found.as_text()
    assert all(float(told[name]["value"]) == pytest.approx(best[name]) for name in shared)
    sbml = engine().load(
        next(data for n, data in found.to_write.items() if n.endswith(".xml")).decode()
    )
    held = sbml.values()
    assert all(held[told[name]["id"]] == pytest.approx(best[name]) for name in shared)
    _, both = rows(member=0, set=(f"{shared[0]}={2 * best[shared[0]]!r}",))
    assert float(both[shared[0]]["value"]) == pytest.approx(2 * best[shared[0]])
    with pytest.raises(InputError, match="0, the best, to"):
        rows(member=len(own))


def test_a_report_without_an_ending_is_told_that_it_has_none(tmp_path):
    with pytest.raises(InputError, match="has no ending"):
        finished(
            credibility.run(
                credibility.Request("kinetics_and_occupancy", to=str(tmp_path / "cred"))
            )
        )

"""Analyses from Python: input in the usual forms, results that print and save themselves."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

import tricyclic as tca
from tricyclic.ode.solver import antimony_to_sbml

SHIPPED = Path(tca.__file__).parent / "data" / "examples" / "desipramine-study"
DOSED = {"drug": "desipramine", "dose": "10 mg/kg", "route": "ip", "hours": 24}


@pytest.fixture(scope="module")
def ki():
    """Ki from one plate of the shipped study."""
    return tca.affinity(
        SHIPPED / "raw" / "net_run1.csv",
        layout=SHIPPED / "layouts" / "net.toml",
        protocol="net-nisoxetine",
        radioligand_nM=1.0,
        kd_nM="0.8 +/- 0.06 nM",
        efficiency=0.45,
        counting_time_min=5,
        background_cpm=25,
    )


def test_a_result_prints_its_number_with_interval_and_n(ki):
    text = str(ki)
    assert text.startswith("desipramine at NET   Ki ")
    assert " nM   95 % CI " in text and "n = 1" in text


def test_a_result_is_a_table_in_a_notebook(ki):
    shown = ki._repr_html_()
    assert "<table>" in shown and "desipramine at NET" in shown
    assert "<script" not in shown


def test_an_assay_is_selected_by_name_and_the_names_are_listed_for_a_wrong_one(ki):
    assert ki["NET"].target == "NET"
    with pytest.raises(tca.InputError, match="There are: NET"):
        _ = ki["SERT"]


@pytest.mark.parametrize("suffix", ["html", "pdf", "json"])
def test_a_result_is_saved_in_the_format_of_the_suffix(ki, suffix, tmp_path):
    (path,) = ki.save(tmp_path / "new" / f"ki.{suffix}")
    data = path.read_bytes()
    assert data.startswith({"html": b"<!", "pdf": b"%PDF", "json": b"{"}[suffix])
    if suffix == "json":
        assert json.loads(data)["assays"][0]["name"] == "NET"


def test_a_report_in_another_format_is_refused_and_nothing_is_written(ki, tmp_path):
    with pytest.raises(tca.InputError, match=r"\.html, \.pdf, \.json"):
        ki.save(tmp_path / "ki.docx")
    assert not list(tmp_path.iterdir())


def test_the_unit_of_an_input_does_not_change_the_result(ki):
    same = tca.affinity(
        [SHIPPED / "raw" / "net_run1.csv"],
        layout=str(SHIPPED / "layouts" / "net.toml"),
        protocol="net-nisoxetine",
        radioligand_nM="1000 pM",
        kd_nM=tca.MeasuredValue(800.0, "pM", 60.0),
        efficiency="45 %",
        counting_time_min="300 s",
        background_cpm="25 cpm",
    )
    assert [e.value for e in same.estimates] == pytest.approx(
        [e.value for e in ki.estimates], rel=1e-9
    )


def test_saturation_gives_density_and_affinity_of_the_radioligand():
    result = tca.saturation(
        SHIPPED / "raw" / "beta1_vehicle_day1.csv",
        layout=SHIPPED / "layouts" / "beta1.toml",
        protocol="beta1-iodopindolol",
        specific_activity=2175,
        efficiency=0.75,
        counting_time_min=5,
        background_cpm=18,
        protein_ug=15,
    )
    numbers = {e.name: e for e in result.estimates}
    assert numbers["Bmax"].unit == "fmol/mg" and 60 < numbers["Bmax"].value < 90
    assert 0.1 < numbers["Kd"].value < 0.17


def test_a_design_is_calculated_from_python():
    result = tca.design(protocol="net-nisoxetine", expected_ki="1 nM", simulations=0)
    assert "Ki" in str(result)


def test_a_population_and_a_sensitivity_report_progress_and_results():
    steps = []
    many = tca.population(
        "kinetics_and_occupancy",
        subjects=3,
        point_estimate=True,
        workers=1,
        observable="NET_occupancy",
        on_progress=steps.append,
        **DOSED,
    )
    assert many.population.parameters["desipramine.CL"].shape == (3,)
    assert any("subjects" in step.message for step in steps)
    one = tca.sensitivity(
        "kinetics_and_occupancy",
        parameter="desipramine.CL",
        observable="NET_occupancy",
        workers=1,
        **DOSED,
    )
    assert [p.name for p in one.elasticities.parameters] == ["desipramine.CL"]


def test_quantities_lists_what_a_simulation_can_report():
    listed = str(tca.quantities("kinetics_and_occupancy", drug="desipramine"))
    assert "NET_occupancy" in listed


def test_a_scenario_is_exported_and_drawn_into_a_folder(tmp_path):
    changed = {"desipramine.CL": 3.0}
    tca.export("kinetics_and_occupancy", out=tmp_path / "exported", set=changed, **DOSED)
    assert any(file.suffix == ".omex" for file in (tmp_path / "exported").rglob("*"))
    tca.diagram("calcium_minutes", out=tmp_path / "drawn")
    assert list((tmp_path / "drawn").rglob("*.svg"))


@pytest.mark.parametrize("function", [tca.credibility, tca.validate, tca.calibrate])
def test_an_unknown_scenario_is_refused(function):
    with pytest.raises(tca.InputError, match="kinetics_and_ocupancy"):
        function("kinetics_and_ocupancy")


def test_an_unknown_virtual_assay_is_refused():
    with pytest.raises(tca.InputError, match="Did you mean 'glutamate'"):
        tca.virtual_assay("glutamat")


def test_a_result_of_several_files_is_not_written_into_a_folder_named_like_a_file(tmp_path):
    table = tmp_path / "doses.csv"
    table.write_text("conc_nM,response\n0,100\n1,90\n10,50\n100,12\n1000,3\n10000,1\n")
    result = tca.fit_file(table, curve="logistic_4pl", y="response", x="concentration_M=conc_nM:nM")
    with pytest.raises(tca.InputError) as error:
        result.save(tmp_path / "fit.html")
    assert str(error.value) == (
        f"out: '{tmp_path / 'fit.html'}' looks like a file. It is a folder for several files. "
        "A table ends in .csv, .md, .xlsx or .parquet, a figure in .png, .tiff, .svg or .pdf."
    )
    assert len(result.save(tmp_path / "fit")) > 3


def test_a_curve_is_predicted_by_the_name_of_its_model():
    dose = np.array([0, 1, 10, 100, 1000, 10000]) * 1e-9
    series = tca.Series("c", [100, 90, 50, 12, 3, 1], "cpm", {"concentration_M": dose})
    fit = tca.fit(series, "logistic_4pl")
    at = {"concentration_M": [1e-8]}
    assert tca.predict(fit, "logistic_4pl", at) == tca.predict(
        fit, tca.curve_model("logistic_4pl"), at
    )


def test_one_assay_of_a_result_prints_its_title_and_pooled_estimates(ki):
    (assay,) = ki.study.assays
    assert repr(assay).splitlines()[0] == assay.title
    assert repr(assay).splitlines()[1].startswith("  desipramine at NET   Ki 0.8")
    assert len(repr(assay).splitlines()) == 1 + len(assay.pooled)


def test_a_whole_study_keeps_its_representation(ki):
    assert repr(ki.study).startswith("StudyResult(title=")


def test_the_solver_writes_no_log_on_standard_error(tmp_path, monkeypatch, capfd):
    for name in ("SUNLOGGER_ERROR_FILENAME", "SUNLOGGER_WARNING_FILENAME"):
        monkeypatch.delenv(name, raising=False)
    file = tmp_path / "own.xml"
    file.write_text(antimony_to_sbml("model m()\n x = 1; x' = x^2\nend", "m"), encoding="utf-8")
    with pytest.raises(tca.InputError, match="The solver stops at time"):
        tca.simulate(file, hours=2)
    assert capfd.readouterr().err == ""


def test_the_tables_of_a_result_are_saved_by_suffix(tmp_path):
    """A data scientist saves `fits.csv`; "looks like a file" was the answer."""
    dose = [1, 3, 10, 30, 100, 300, 1000, 3000]
    table = pd.DataFrame(
        {
            "compound": ["a"] * 8 + ["b"] * 8,
            "conc_nM": dose * 2,
            "y": [99, 97, 88, 71, 46, 20, 8, 3, 100, 99, 98, 92, 80, 55, 31, 12],
        }
    )
    fits = tca.fit(table, x="conc_nM", y="y", by="compound")
    assert fits.save(tmp_path / "fits.csv") == (tmp_path / "fits.csv",)
    again = pd.read_csv(tmp_path / "fits.csv")
    assert again.ec50_nM.tolist() == fits.to_frame().ec50_nM.tolist()
    fits.save(tmp_path / "fits.xlsx")
    sheets = pd.read_excel(tmp_path / "fits.xlsx", sheet_name=None)
    assert list(sheets) == list(fits.frame_names)
    assert sheets["readings"].shape[0] == 16
    fits.save(tmp_path / "fits.md")
    assert "| a " in (tmp_path / "fits.md").read_text()
    fits.save(tmp_path / "fits.json")
    assert json.loads((tmp_path / "fits.json").read_text()) == fits.to_json()
    with pytest.raises(tca.InputError, match="looks like a file"):
        fits.save(tmp_path / "fits.docx")
    models = tca.curve_models()
    models.save(tmp_path / "models.csv")
    assert "logistic_4pl" in (tmp_path / "models.csv").read_text()


def test_results_indexed_by_name_can_be_iterated_and_searched():
    """Without these methods Python tries the keys 0, 1, ... and reports that 0 is unknown."""
    rng = np.random.default_rng(4)
    doses = np.array([0.3, 1, 3, 10, 30, 100, 300, 1000.0])
    rows = [
        (n, d, 300 + 2700 / (1 + d / k) + 30 * rng.normal())
        for n, k in zip("AB", (4, 40), strict=True)
        for d in doses
    ]
    table = pd.DataFrame(rows, columns=["compound", "conc_nM", "cpm"])
    bound = tca.affinity(table, radioligand_nM=1, kd_nM=1, unit="cpm")
    fits = tca.fit(table, x="conc_nM", y="cpm", by="compound", share=["top"])
    for result in (bound, fits.compare(), fits["A"].fit):
        names = list(result)
        assert names and all(name in result for name in names) and "nothing" not in result
        assert [result[name].name for name in names] == names

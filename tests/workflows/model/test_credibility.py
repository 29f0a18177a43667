"""The credibility command: evidence, checks with their thresholds, the report in each format."""

from __future__ import annotations

import json
from dataclasses import replace

import numpy as np
import pytest

from tricyclic.core.constant import Constant
from tricyclic.core.ensemble import Ensemble, Identifiability, ObservationMisfit, Prior
from tricyclic.errors import InputError, UnknownNameError
from tricyclic.io.library.library import Library
from tricyclic.ode.verification import copasi
from tricyclic.reports.credibility import credibility_document, report_bytes
from tricyclic.results.credibility import EngineAgreement, ParameterProvenance
from tricyclic.workflows.model.credibility import calibration_of, run
from tricyclic.workflows.model.credibility_checks import (
    check_engines,
    check_ensemble,
    check_provenance,
    check_units,
)
from tricyclic.workflows.model.credibility_evidence import second_engine
from tricyclic.workflows.model.options import CredibilityOptions

SCENARIO = "kinetics_and_occupancy"


@pytest.fixture(scope="module")
def result():
    return run(CredibilityOptions(SCENARIO, engine="scipy"))


def levels(result):
    return {check.name: check.level for check in result.checks}


def test_the_page_lists_every_value_with_its_certainty(result):
    page = report_bytes(result, ".html").decode()
    for value in result.values:
        assert value.name in page
    assert "from memory (unverified)" in page and "assumed" in page


def test_a_shipped_scenario_has_valid_units_and_two_engines_that_agree(result):
    assert levels(result)["units"] == "pass"
    assert levels(result)["engines"] == "pass"
    assert not result.failed
    assert len(result.engines) == 2
    assert "libRoadRunner" in result.engines[0] and "SciPy" in result.engines[1]


@pytest.mark.skipif(not copasi.is_installed(), reason="COPASI is not installed")
def test_copasi_agrees_and_is_the_default_where_it_is_installed():
    by_copasi = run(CredibilityOptions(SCENARIO))
    (check,) = (check for check in by_copasi.checks if check.name == "engines")
    assert check.level == "pass"
    assert "COPASI through basico" in check.message
    assert check.value == max(row.difference for row in by_copasi.agreements)


def test_without_copasi_the_report_is_written_and_warns(monkeypatch):
    monkeypatch.setattr(copasi, "is_installed", lambda: False)
    result = run(CredibilityOptions(SCENARIO))
    (check,) = (check for check in result.checks if check.name == "engines")
    assert (check.level, check.message, check.advice) == (
        "warn",
        "no second engine has verified the runs: COPASI is not installed",
        (
            "Install it with: pip install 'tricyclic[verification]', or compare with our own "
            "engine with --engine scipy"
        ),
    )
    assert result.agreements == ()
    assert len(result.engines) == 1
    assert 'engine="scipy"' in result.summary()


def test_a_scenario_without_observables_cannot_be_compared():
    check = check_engines("toy", "engine 2.0", [])
    assert (check.level, check.message) == (
        "warn",
        "the scenario has no observable to compare in two engines",
    )


def test_copasi_that_is_requested_and_not_installed_is_refused(monkeypatch):
    monkeypatch.setattr(copasi, "is_installed", lambda: False)
    with pytest.raises(InputError) as error:
        run(CredibilityOptions(SCENARIO, engine="copasi"))
    assert str(error.value) == (
        "engine: COPASI is not installed. Install it with: pip install 'tricyclic[verification]', "
        "or use --engine scipy."
    )


def test_an_unknown_engine_is_refused():
    with pytest.raises(UnknownNameError, match="Did you mean 'copasi'"):
        second_engine("copasy")


def test_observables_without_an_observation_are_predictions(result):
    assert "NET_occupancy" in result.not_calibrated
    assert not set(result.not_calibrated) & {row.quantity for row in result.observations}


def test_elasticities_are_sorted_and_have_no_baselines(result):
    sizes = [abs(row.value) for row in result.elasticities]
    assert sizes == sorted(sizes, reverse=True)
    assert not any(row.endpoint.endswith(".baseline") for row in result.elasticities)


def test_the_json_has_the_evidence_but_not_the_library(result):
    content = json.loads(report_bytes(result, ".json"))
    assert content["schema"] == "tricyclic-model-credibility/2"
    assert content["result"] == result.to_json()
    assert len(content["result"]["elasticities"]) == len(result.elasticities)
    assert not {"ensemble", "sources", "observations"} & content["result"].keys()


def test_markdown_is_written_with_the_figures_that_it_links_to(result, tmp_path):
    paths = result.save(tmp_path / "report.md")
    text = (tmp_path / "report.md").read_text(encoding="utf-8")
    figures = [path.relative_to(tmp_path).as_posix() for path in paths if path.suffix == ".svg"]
    assert len(figures) == 2  # no misfit: no observation is of this scenario
    assert all(f"]({figure})" in text for figure in figures)


def test_the_pdf_is_a_pdf(result):
    assert report_bytes(result, ".pdf").startswith(b"%PDF")


@pytest.mark.parametrize("out", ["a.docx", "report"])
def test_a_report_of_another_format_is_refused_before_any_run(out):
    with pytest.raises(InputError) as error:
        run(CredibilityOptions(SCENARIO, out=out))
    problem = "cannot end in '.docx'" if out == "a.docx" else "needs a suffix"
    assert str(error.value) == f"{out}: a report {problem}. It is .html, .pdf, .md or .json."


def test_problems_of_units_fail():
    assert check_units("toy", []).level == "pass"
    check = check_units("toy", ["a", "b"])
    assert (check.level, check.message) == ("fail", "libSBML reports 2 problems")


@pytest.mark.parametrize(("difference", "level"), [(1e-5, "pass"), (1.1e-5, "fail")])
def test_engines_agree_up_to_a_difference_of_1e_minus_5(difference, level):
    rows = [EngineAgreement("x", "a", 1e-9), EngineAgreement("y", "b", difference)]
    check = check_engines("toy", "engine 2.0", rows)
    assert check.level == level
    assert "engine 2.0" in check.message and "(y, b)" in check.message
    assert (check.value, check.limit) == (difference, 1e-5)


@pytest.mark.parametrize(
    ("certainty", "warned"),
    [
        ("assumed", True),
        ("from memory (unverified)", True),
        ("initial value", True),
        ("derived", False),
        ("reported", False),
        ("vendor guide", False),
    ],
)
def test_values_without_a_confirmed_source_are_counted(certainty, warned):
    source = (
        "a_paper" if certainty in ("reported", "vendor guide", "from memory (unverified)") else ""
    )
    constant = Constant("Ki", 1.0, "nM", certainty=certainty, source=source)
    other = replace(constant, certainty="derived", source="")
    rows = [ParameterProvenance("a.Ki", "nM", "a", one) for one in (constant, other)]
    checks = check_provenance("toy", rows)
    assert bool(checks) == warned
    if warned:
        assert checks[0].message.startswith("1 of 2 values")


def ensemble(share, width):
    return Ensemble(
        "toy",
        "toy",
        (Prior("rate", 1.0, 0.25, 4.0, "per_h", "log"),),
        np.array([[1.0]]),
        misfit=(ObservationMisfit("V1", 1.0, 1.0, 0.9, 1.1, 0.0, share),),
        identifiability=(Identifiability("rate", 1.0, 0.5, 2.0, width),),
    )


@pytest.mark.parametrize(
    ("share", "width", "names"),
    [(0.5, 0.9, []), (0.49, 0.9, ["misfit"]), (0.5, 0.91, ["identifiability"])],
)
def test_missed_observations_and_wide_parameters_warn(share, width, names):
    assert [check.name for check in check_ensemble("toy", ensemble(share, width), "")] == names


def test_a_missing_and_an_outdated_ensemble_warn():
    (check,) = check_ensemble("toy", None, "")
    assert check.message == "there is no calibrated ensemble: runs use the library's values alone"
    (check,) = check_ensemble("toy", ensemble(1.0, 0.1), "older than the model")
    assert (check.name, check.level, check.message) == ("ensemble", "warn", "older than the model")


def test_the_document_names_both_engines(result):
    assert credibility_document(result).facts == (
        ("solved by", result.engines[0]),
        ("compared with", result.engines[1]),
    )


@pytest.mark.parametrize("name", Library().scenario_names)
def test_a_report_has_only_the_rows_of_its_own_scenario(name):
    library = Library()
    own = calibration_of(library.scenario(name), library)
    assert all(row.scenario == name for row in own.observations)
    assert {row.id for row in own.observations} == {row.id for row in library.observations(name)}
    if own.ensemble is None:
        return
    assert {row.id for row in own.ensemble.misfit} <= {row.id for row in own.observations}
    scenario = library.scenario(name)
    parts = {one.name for one in scenario.components} | set(library.drugs)
    for parameter in own.ensemble.parameters:
        assert parameter.rpartition(".")[0].removesuffix("_brain") in parts, parameter
    shared = sum(len(library.observations(other)) for other in own.shared_with)
    assert own.n_observations == shared + len(own.observations)


def test_the_report_states_how_many_observations_belong_to_other_scenarios(result, tmp_path):
    result.save(tmp_path / "report.md")
    text = (tmp_path / "report.md").read_text(encoding="utf-8")
    assert "None of the 55 observations behind it are of this scenario." in text
    assert "Observations and the predictions of the ensemble" not in text

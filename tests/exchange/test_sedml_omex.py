"""The exported files reproduce the simulation, also in COPASI."""

from __future__ import annotations

import io
import re
import zipfile
from xml.etree import ElementTree

import numpy as np
import pytest

from tricyclic.exchange.sedml_omex import omex_archive, sbml_file, sedml_file, standalone_text
from tricyclic.io.library.drugs import drugs
from tricyclic.io.library.mechanisms import mechanisms
from tricyclic.io.library.scenarios import scenario, scenario_names
from tricyclic.ode.solver import antimony_to_sbml, engine
from tricyclic.ode.verification import copasi
from tricyclic.ode.verification.scipy_engine import SciPyModel
from tricyclic.simulation.compose import compose
from tricyclic.simulation.dosing import parse_all_dosing
from tricyclic.simulation.import_sbml import import_sbml
from tricyclic.simulation.run import Simulator

# Three dosing schedules for every scenario: one dose, twice a day for two weeks, continuous.
IN_ANIMALS = {
    "acute": "imipramine 10 mg/kg ip",
    "twice a day for 14 d": "imipramine 10 mg/kg ip every 12 h for 14 d",
    "minipump": "imipramine 15 mg/kg/d pump for 14 d",
}
IN_PEOPLE = {
    "acute": "imipramine 1 mg/kg po",
    "twice a day for 14 d": "imipramine 1 mg/kg po every 12 h for 14 d",
    "i.v. bolus": "imipramine 1 mg/kg iv",
}
IN_CULTURE = {
    "acute": "imipramine 1 uM bath for 1 h",
    "two days": "imipramine 1 uM bath for 48 h; BDNF 50 ng/mL bath from 47 h for 0.25 h",
    "twice a day for 3 d": "imipramine 1 uM bath for 2 h every 12 h x 6",
}
CASES = [
    (name, words)
    for name in scenario_names()
    for words in (
        IN_CULTURE
        if scenario(name).system == "culture"
        else IN_PEOPLE
        if scenario(name).species == "human"
        else IN_ANIMALS
    ).values()
]


def simulator_of(name: str, words: str) -> Simulator:
    own, known = scenario(name), drugs()
    if "BDNF" in words and not any(site.target == "TrkB" for site in own.binding_sites):
        words = words.split(";")[0]
    return Simulator(compose(own, mechanisms(), known, parse_all_dosing(words, own, known)))


def observables(simulator: Simulator) -> list[str]:
    return list(dict.fromkeys(one.quantity for one in simulator.composed.scenario.observables))


def horizon(simulator: Simulator) -> float:
    return max(dose.dosing.last_h for dose in simulator.composed.doses) + 24.0


@copasi.unchanged_locale()
@pytest.mark.parametrize(("name", "words"), CASES)
def test_copasi_runs_the_exported_file_to_the_same_numbers(name, words):
    basico = copasi.load_basico()
    simulator = simulator_of(name, words)
    # phase errors of oscillations grow with the time, so these are compared over their first
    # minutes
    end, points = (0.25, 51) if name == "calcium_minutes" else (horizon(simulator), 241)
    time = np.linspace(0, end, points)
    names = observables(simulator)
    ours = simulator.run(time, names, rtol=1e-9)
    nameless = re.sub(
        r' name="[^"]*"', "", sbml_file(simulator)
    )  # COPASI would use the names instead of the ids
    model = basico.load_model_from_string(nameless)
    theirs = basico.run_time_course(
        start_time=0,
        duration=float(time[-1]),
        step_number=len(time) - 1,
        automatic=False,
        r_tol=1e-9,
        a_tol=1e-12,
        max_steps=10_000_000,
        model=model,
    )
    basico.remove_datamodel(model)
    for k, quantity in enumerate(names):
        identifier = simulator.composed.quantity(quantity).id
        column = identifier if identifier in theirs.columns else f"Values[{identifier}]"
        scale = max(np.abs(ours[:, k]).max(), 1e-9)
        worst = np.abs(theirs[column].to_numpy() - ours[:, k]).max() / scale
        assert worst < 1e-5, f"{quantity}: {worst:.1e}"


@pytest.mark.parametrize("name", scenario_names())
def test_the_second_engine_agrees(name):
    words = CASES[[case[0] for case in CASES].index(name)][1]
    simulator = simulator_of(name, words)
    time = np.linspace(0, 0.2 if name == "calcium_minutes" else 12.0, 25)
    names = observables(simulator)
    ours = simulator.run(time, names, rtol=1e-8)
    model = SciPyModel(sbml_file(simulator))
    other = model.run(
        time,
        [simulator.composed.quantity(quantity).id for quantity in names],
        rtol=1e-9,
        atol=1e-12,
    )
    scale = np.maximum(np.abs(ours).max(axis=0), 1e-9)
    assert (np.abs(other - ours) / scale).max() < 1e-5


def test_the_exported_file_has_the_dose_of_time_zero_and_the_steady_state():
    simulator = simulator_of("noradrenergic_synapse", IN_ANIMALS["acute"])
    time = np.linspace(0, 12, 49)
    names = observables(simulator)
    alone = engine().load(sbml_file(simulator))
    ids = [simulator.composed.quantity(quantity).id for quantity in names]
    ours = simulator.run(time, names, rtol=1e-8)
    np.testing.assert_allclose(alone.run(time, ids, rtol=1e-8), ours, rtol=1e-5, atol=1e-8)


def test_a_range_is_exported_as_the_central_95_percent_of_a_distribution():
    import libsbml

    simulator = simulator_of("noradrenergic_synapse", IN_ANIMALS["acute"])
    sbml = sbml_file(simulator)
    constant = simulator.composed.parameters["desipramine.Ki_NET"]
    document = libsbml.readSBMLFromString(sbml)
    parameter = document.getModel().getParameter("desipramine__Ki_NET")
    uncertainty = parameter.getPlugin("distrib").getUncertainty(0).getUncertParameter(0)
    formula = libsbml.formulaToL3String(uncertainty.getMath())
    middle, sigma = (float(x) for x in re.findall(r"[-\d.e]+(?=[,)])", formula))
    assert np.exp(middle - 1.959964 * sigma) == pytest.approx(constant.low, rel=1e-4)
    assert np.exp(middle + 1.959964 * sigma) == pytest.approx(constant.high, rel=1e-4)


def test_drugs_and_receptors_have_their_identifiers_in_public_databases():
    sbml = sbml_file(simulator_of("noradrenergic_synapse", IN_ANIMALS["acute"]))
    assert "identifiers.org/CHEBI:47781" in sbml  # desipramine
    assert "identifiers.org/uniprot:" in sbml


def test_the_archive_is_a_zip_with_a_manifest_of_all_files():
    files = {"a.xml": b"<sbml/>", "a.sedml": b"<sedML/>"}
    archive = omex_archive(files, master="a.sedml")
    assert archive == omex_archive(files, master="a.sedml")
    with zipfile.ZipFile(io.BytesIO(archive)) as opened:
        assert set(opened.namelist()) == {"manifest.xml", *files}
        manifest = ElementTree.fromstring(opened.read("manifest.xml"))
    rows = {row.get("location"): row for row in manifest}
    assert rows["./a.sedml"].get("master") == "true"
    assert rows["./a.xml"].get("format").endswith("/sbml")


def test_the_sedml_refers_to_quantities_of_the_sbml():
    simulator = simulator_of("noradrenergic_synapse", IN_ANIMALS["acute"])
    names = observables(simulator)
    text = sedml_file(simulator.composed, "model.xml", np.linspace(0, 24, 97), names)
    ElementTree.fromstring(text)
    sbml = sbml_file(simulator)
    for identifier in re.findall(r"@id='(\w+)'", text):
        assert f'id="{identifier}"' in sbml
    assert 'kisaoID="KISAO:0000019"' in text and 'numberOfSteps="96"' in text


def test_the_antimony_of_a_user_s_model_names_the_ids_that_it_renames():
    text = antimony_to_sbml("model m()\n  x = 2; x' = -x\nend", "m").replace('"x"', '"gamma"')
    text = text.replace("<ci> x </ci>", "<ci> gamma </ci>")
    simulator = Simulator(import_sbml(text, "own"))
    first = standalone_text(simulator).splitlines()[0]
    assert first == "// An id that is a word of Antimony has an underscore: gamma_ is gamma"
    plain = import_sbml(antimony_to_sbml("model m()\n  x = 2; x' = -x\nend", "m"), "own")
    assert not standalone_text(Simulator(plain)).startswith("// An id")

"""A small scenario with closed-form results, simulated by function and by command line."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from tricyclic.cli.main import main
from tricyclic.core.progress import Progress
from tricyclic.results.simulation import SimulationResult
from tricyclic.workflows.model.options import SimulateOptions
from tricyclic.workflows.model.simulate import run

SCENARIO = """
title = "A site in the brain and the uptake it blocks"
description = "For tests."
species = "rat"
system = "animal"
routes = ["ip", "iv", "pump", "po", "probe_cortex"]
[[compartment]]
name = "fluid"
description = "fluid of the cortex"
[[fluid]]
name = "cortex"
drug_source = "brain"
[[binding_site]]
name = "net_site"
target = "NET"
fluid = "cortex"
compartment = "fluid"
description = "transporter"
[[component]]
name = "amine"
mechanism = "blocked_uptake"
compartment = "fluid"
wires = { load = "net_site.load" }
[[observable]]
name = "amine"
quantity = "amine.level"
unit = "nM"
description = "amine in the fluid"
relative_to_baseline = true
[[observable]]
name = "blocked"
quantity = "net_site.occupancy"
unit = "dimensionless"
description = "transporter occupied by drugs"
[[pathway]]
name = "uptake"
title = "Uptake"
components = ["amine", "net_site"]
"""
PERSON = """
title = "One drug in a person"
description = "A drug and nothing else."
species = "human"
system = "animal"
routes = ["po", "iv"]
[[compartment]]
name = "body_fluid"
description = "fluid"
[[fluid]]
name = "fluid"
drug_source = "plasma"
[[binding_site]]
name = "net"
target = "NET"
fluid = "fluid"
compartment = "body_fluid"
description = "norepinephrine transporter"
[[observable]]
name = "occupancy"
quantity = "net.occupancy"
unit = "dimensionless"
description = "NET occupancy"
"""
# Half of the drug is free in plasma, and its Ki is 100 nM.
PERSON_DRUG = """species,name,value,low,high,unit,cv,free,description,source,certainty
,molar_mass,250,,,g_per_mol,,,chosen,,assumed
human,V,1,0.5,2,L_per_kg,,,chosen,,assumed
human,CL,0.4,0.1,1.6,L_per_h_per_kg,,yes,total clearance,,initial value
human,fu,0.5,0.1,0.9,dimensionless,,yes,unbound fraction,,initial value
human,ka_po,1,,,per_h,,,chosen,,assumed
human,F_po,1,,,dimensionless,,,chosen,,assumed
,Kpuu,1,,,dimensionless,,,chosen,,assumed
,k_brain,6,,,per_h,,,chosen,,assumed
,Ki_NET,100,,,nM,,,chosen,,assumed
"""
MECHANISM = """
// An amine is released at a constant rate and cleared; a blocker slows its clearance.
// in    load   dimensionless  sum of free concentration over Ki
// state level  nM             amine
// node  level  transmitter    amine
// link  load -> level activates
model blocked_uptake()
  level' = k * (baseline - level / (1 + load))
  level = baseline
end
"""
VALUES = """species,name,value,low,high,unit,cv,free,description,source,certainty
,k,5,1,10,per_h,,yes,clearance,,assumed
,baseline,10,5,20,nM,,,drug-free level,,assumed
"""
# One compartment: V 20 L/kg, CL 2 L/(h kg), half of a free tenth in the brain, Ki 5 nM; 250 g/mol,
# so 1 mg/kg is 4000 nmol/kg.
DRUG = """species,name,value,low,high,unit,cv,free,description,source,certainty
,name,testamine,,,identifier,,,a test compound,,assumed
,molar_mass,250,,,g_per_mol,,,free base,,assumed
,V,20,,,L_per_kg,,,volume,,assumed
,CL,2,1,4,L_per_h_per_kg,,yes,clearance,,assumed
,fu,0.1,,,dimensionless,,,unbound,,assumed
,Kpuu,0.5,,,dimensionless,,,brain,,assumed
,k_brain,6,,,per_h,,,brain,,assumed
,ka_ip,3,,,per_h,,,absorption,,assumed
,F_ip,0.8,,,dimensionless,,,bioavailability,,assumed
,ka_po,1,,,per_h,,,absorption,,assumed
,F_po,0.5,,,dimensionless,,,bioavailability,,assumed
,Ki_NET,5,1,10,nM,,,affinity,,assumed
rat,usual_dose,2,,,mg_per_kg,,,i.p.,,assumed
"""


@pytest.fixture(scope="module")
def small_library(tmp_path_factory) -> Path:
    """A library folder with the scenario, its mechanism, and a drug with and without molar mass."""
    folder = tmp_path_factory.mktemp("library")
    for name, text in (
        ("scenarios/small.toml", SCENARIO),
        ("mechanisms/blocked_uptake.ant", MECHANISM),
        ("mechanisms/blocked_uptake.csv", VALUES),
        ("drugs/testamine.csv", DRUG),
        ("drugs/weightless.csv", DRUG.replace("molar_mass", "other_mass")),
    ):
        (folder / name).parent.mkdir(exist_ok=True)
        (folder / name).write_text(text.lstrip("\n"), encoding="utf-8")
    return folder


@pytest.fixture(scope="module")
def simulate(small_library) -> Callable[..., SimulationResult]:
    """Simulate the small scenario with options given by name."""

    def call(scenario: str = "small", **given) -> SimulationResult:
        steps: list[Progress] = []
        options = SimulateOptions(scenario, **{"library": str(small_library), **given})
        result = run(options, steps.append)
        assert [step.done for step in steps] == list(range(len(steps)))
        assert isinstance(result, SimulationResult)
        return result

    return call


@pytest.fixture(scope="module")
def typed(small_library) -> Callable[..., Result]:
    """Call `tricyclic model simulate` for the small scenario."""

    def call(*words: str, scenario: str = "small") -> Result:
        start = ["model", "simulate", scenario, "--library", str(small_library), "--quiet"]
        return CliRunner().invoke(main, [*start, *words], prog_name="tricyclic")

    return call


@pytest.fixture
def measured(tmp_path) -> Callable[..., str]:
    """Write a table of measured values, and give its path."""

    def write(rows, header="time_h,observable,value,unit,error") -> str:
        path = tmp_path / "measured.csv"
        path.write_text("\n".join([header, *rows]) + "\n", encoding="utf-8")
        return str(path)

    return write


OCCUPANCY_SCENARIO = """
title = "Kinetics and occupancy"
description = "A drug and one site."
species = "SPECIES"
system = "animal"
routes = ["ip", "po", "iv", "pump"]
[[compartment]]
name = "cortex_fluid"
description = "extracellular fluid"
[[fluid]]
name = "cortex"
drug_source = "brain"
[[binding_site]]
name = "net"
target = "NET"
fluid = "cortex"
compartment = "cortex_fluid"
description = "norepinephrine transporter"
[[observable]]
name = "occupancy"
quantity = "net.occupancy"
unit = "dimensionless"
description = "NET occupancy"
"""


@pytest.fixture
def occupancy_scenario(tmp_path) -> Callable[[str], str]:
    """Write a scenario of one site for a species, and give its path."""

    def write(species: str) -> str:
        file = tmp_path / f"small_{species}.toml"
        file.write_text(OCCUPANCY_SCENARIO.replace("SPECIES", species), encoding="utf-8")
        return str(file)

    return write


@pytest.fixture(scope="session")
def call_model() -> Callable[..., Result]:
    """Call `tricyclic model ...` with other words."""

    def call(*words: str) -> Result:
        return CliRunner().invoke(main, ["model", *words, "--quiet"], prog_name="tricyclic")

    return call


def write_person_library(folder: Path) -> None:
    """Write the library of one drug in a person: the scenario `one_person`, the drug `toy`."""
    for name in ("scenarios", "drugs", "evidence"):
        (folder / name).mkdir()
    (folder / "scenarios" / "one_person.toml").write_text(PERSON, encoding="utf-8")
    (folder / "drugs" / "toy.csv").write_text(PERSON_DRUG, encoding="utf-8")


@pytest.fixture
def person_library(tmp_path: Path) -> Path:
    """A library folder with one drug in a person, without observations."""
    write_person_library(tmp_path)
    return tmp_path


@pytest.fixture(scope="module")
def module_person_library(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The same, shared by the tests of a module that do not change it."""
    folder = tmp_path_factory.mktemp("person")
    write_person_library(folder)
    return folder


@pytest.fixture(scope="module", autouse=True)
def _equal_models_once(equal_models_once):
    """Commands and their output are tested here; the solver in `tests/ode`."""
